"""`arc mail`: whether messages can leave, and the login they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arc_sync.cli.out import FINE, PERSON, Json, Settings, answer, at_terminal, finish, say
from arc_sync.cli.signing import in_browser

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.mail.safe import Safe

InFile = Annotated[
    bool,
    typer.Option("--in-file", help="Keep it in a file that only you may read, where there is no keyring."),
]


def check(json: Json = False, config: Settings = None) -> None:
    """Look whether messages can leave.

    The server, its certificate, the login. Nothing is sent.
    """
    from arc_sync.agent.config import Config
    from arc_sync.mail import asking
    from arc_sync.mail.safe import Safe

    settings = Config.load(config)
    found = list(asking.check(settings, settings.sender.email, Safe.of_this_user()))
    if json:
        answer([{"ok": one.ok, "said": one.said} for one in found])
    else:
        say(*(one.said for one in found))
    finish(FINE if all(one.ok for one in found) else PERSON)


def login(
    texts: Annotated[bool, typer.Option("--texts", help="The address of the gateway for texts.")] = False,
    client_id: Annotated[str, typer.Option(help="Of your firm's app at Google or Microsoft.")] = "",
    tenant: Annotated[str, typer.Option(help="Your firm's directory at Microsoft.")] = "organizations",
    in_file: InFile = False,
    config: Settings = None,
) -> None:
    """Keep the mailbox's password, or sign in.

    It is kept in the system's keyring, never in a file that others may read.
    """
    from arc_sync.agent.config import Config
    from arc_sync.mail import asking
    from arc_sync.mail.safe import Safe

    settings, safe = Config.load(config), Safe.of_this_user()
    asking.ready(settings, safe, texts=texts, in_file=in_file)
    if texts:
        say(asking.keep_gateway(settings, safe, _secret("The gateway's address"), in_file=in_file))
    elif settings.mail.login in {"google", "microsoft"}:
        say(_signed_in(settings, safe, client_id, tenant, in_file=in_file))
    else:
        password = _secret(f"The password of {settings.mail.user}")
        say(asking.keep_password(settings, safe, password, in_file=in_file))


def _signed_in(config: Config, safe: Safe, client_id: str, tenant: str, *, in_file: bool) -> str:
    from arc_sync.mail import asking

    at_google = config.mail.login == "google"  # Microsoft's own sentence says what to do
    secret = _secret("The secret of your firm's app at Google") if at_google else ""
    client = asking.Client(client_id, secret, tenant)
    show = in_browser("arc mail login") if at_google else say
    return asking.sign_in(config, safe, client, show, in_file=in_file)


def _secret(what: str) -> str:
    """Ask for a secret without showing it; from a pipe, its first line. Never an argument: others could read it."""
    if at_terminal():
        return str(typer.prompt(what, hide_input=True, default="", show_default=False))
    return typer.get_text_stream("stdin").readline().rstrip("\r\n")


COMMANDS: Final[dict[str, Callable[..., None]]] = {"check": check, "login": login}
