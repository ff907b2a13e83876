"""`arc google`: signing in, and looking whether the way to the spreadsheet is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from arc_sync.cli.google_menu import install_menu, show_live
from arc_sync.cli.mail import InFile, _secret
from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, finish, say
from arc_sync.cli.signing import in_browser


def login(
    client_id: Annotated[str, typer.Option(help="Of your firm's app at Google, a Desktop app.")] = "",
    in_file: InFile = False,
    config: Settings = None,
) -> None:
    """Sign in to Google in the browser.

    ARC may then open the spreadsheets that it makes itself, and nothing else. The sign-in is kept in the system's
    keyring.
    """
    from arc_sync.agent import google_account
    from arc_sync.agent.config import Config
    from arc_sync.mail.safe import Safe

    settings, safe = Config.load(config), Safe.of_this_user()
    secret = _secret("The secret of your firm's app at Google") if client_id else ""
    say(
        google_account.sign_in(
            settings, safe, (client_id, secret), in_browser("arc google login"), in_file=in_file
        )
    )


def check(
    json: Json = False,
    live: Annotated[
        bool, typer.Option("--live", help="Ask Google instead what no document promises; about five minutes.")
    ] = False,
    rounds: Annotated[
        int, typer.Option(min=1, max=500, help="With --live: writes of each of two writers at once.")
    ] = 25,
    config: Settings = None,
) -> None:
    """Say whether the spreadsheet can be reached, or why not."""
    from arc_sync.agent import google_account
    from arc_sync.agent.config import Config
    from arc_sync.mail.safe import Safe

    settings = Config.load(config)
    if live:
        show_live(settings, rounds, json=json)
    found = list(google_account.check(settings, Safe.of_this_user()))
    if json:
        answer([{"ok": one.ok, "said": one.said} for one in found])
    else:
        say(*(one.said for one in found))
    finish(FINE if all(one.ok for one in found) else PERSON)


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "check": check,
    "install-menu": install_menu,
    "login": login,
}
