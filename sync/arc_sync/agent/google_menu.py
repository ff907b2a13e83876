"""What `arc google install-menu` and `arc google check --live` do; the command line only asks and shows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias, cast

import google.oauth2.credentials

from arc_sheets.errors import BookMissing, MailError, SignInError
from arc_sync.agent.config import Config
from arc_sync.agent.google_account import endpoints
from arc_sync.agent.spreadsheets import sheets_of
from arc_sync.google.addresses import NEW
from arc_sync.google.api import GOOGLE, Sheets, said
from arc_sync.google.connect import connect, places
from arc_sync.google.credentials import Grant, account, of_person, persons
from arc_sync.google.live import Verdict, check_live
from arc_sync.google.menu import API, SCOPE, bundled, install_menu
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Failed
from arc_sync.mail import oauth_google
from arc_sync.mail.oauth import Endpoints
from arc_sync.mail.oauth import Grant as Asked
from arc_sync.mail.safe import Safe

#: `oauth_google.sign_in`: what is asked for, whose, where the address is shown, and where people sign in.
SignIn: TypeAlias = Callable[[Asked, str, Callable[[str], None], Endpoints], Asked]

_PASTE: Final = "write its files with `arc google install-menu --paste menu` and paste them, as addin/google/README.md says"


def install(
    config: Config,
    safe: Safe,
    show: Callable[[str], None],
    script: str = "",
    *,
    in_file: bool = False,
    sign_in: SignIn = oauth_google.sign_in,
) -> str:
    """Put the menu into the firm's spreadsheet; return a sentence that says where it is. Raises `ArcError`.

    A person signs in for this alone: the leave to install scripts is not kept. Kept is the id of the script (`script`
    where a person knows better), so that the next time it is brought up to date.
    """
    if config.spreadsheet in {"", NEW}:
        raise BookMissing("There is no spreadsheet yet to put a menu into; run `arc sync --new`.")
    if config.google.how != "person":
        raise SignInError(f"Google lets only people install scripts; {_PASTE}.")
    purpose = f"google menu of {config.spreadsheet}"
    safe.ready(purpose, in_file=in_file)
    installed = install_menu(
        _as_installer(safe, show, sign_in),
        config.spreadsheet,
        script or safe.get(purpose) or "",
        lambda made: _keep(safe, purpose, made, in_file=in_file),
        API if places() == GOOGLE else places().sheets,
    )
    if script:
        _keep(safe, purpose, script, in_file=in_file)
    done = "is in" if installed.made else "is up to date in"
    return f"The menu ARC {done} the spreadsheet: open it anew, and look beside Help. Its script is at {installed.address}."


def paste(folder: Path) -> str:
    """Write the files that a person pastes; return a sentence about them. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = bundled()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return f"{', '.join(files)} are in {folder}; paste each under its name in Extensions > Apps Script."


def live(config: Config, safe: Safe, rounds: int) -> Generator[Verdict]:
    """Ask Google what ARC takes for granted of it. Raises `ArcError` where that cannot even begin."""
    sheets = sheets_of(config, safe)

    def another() -> Sheets:
        """Return the same account with a line of its own and the same limits."""
        return replace(connect(account(config.google.how, config.google.key, safe)), quota=sheets.quota)

    try:
        yield from check_live(sheets, another, rounds)
    except Failed as failed:
        raise said(failed, "your Drive", sheets.who) from None


def _as_installer(safe: Safe, show: Callable[[str], None], sign_in: SignIn) -> Transport:
    """Let the person sign in once more, with the app that they signed in with, for installing scripts alone."""
    app = cast("google.oauth2.credentials.Credentials", of_person(safe).credentials)
    ends = endpoints()
    try:
        granted = sign_in(Asked("google", app.client_id, app.client_secret, "", SCOPE), "", show, ends)
    except MailError as error:  # the flow is that of a mailbox; its words are, too
        raise SignInError(str(error).replace("arc mail login", "arc google install-menu")) from None
    grant = Grant(granted.client_id, granted.client_secret, granted.refresh_token, ends.google_token)
    return connect(persons(grant, SCOPE)).transport


def _keep(safe: Safe, purpose: str, script: str, *, in_file: bool) -> None:
    safe.put(purpose, script, in_file=in_file)
