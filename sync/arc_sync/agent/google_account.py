"""What `arc google login` and `arc google check` do; the command line only asks and shows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from arc_sheets.errors import ArcError, MailError, SignInError
from arc_sync.agent.config import Config
from arc_sync.agent.spreadsheets import book_of, forget_clients, sheets_of
from arc_sync.google.addresses import NEW, address
from arc_sync.google.api import Sheets, said
from arc_sync.google.connect import ADDRESS, places
from arc_sync.google.credentials import FILE, PURPOSE, Grant
from arc_sync.google.trouble import Failed
from arc_sync.mail import oauth_google
from arc_sync.mail.oauth import USUAL, Endpoints
from arc_sync.mail.oauth import Grant as MailGrant
from arc_sync.mail.safe import Safe

_APP: Final = (
    "ARC needs an app of your firm's at Google, once: at https://console.cloud.google.com make a project, switch on the "
    "Google Sheets API and the Google Drive API, publish the consent screen (in testing a sign-in lasts seven days), "
    "and under Credentials make an OAuth client of the kind Desktop app. Then run "
    "`arc google login --client-id ID`; it asks for the client's secret."
)


class Finding(NamedTuple):
    """One sentence about the way to Google."""

    said: str
    ok: bool


def sign_in(
    config: Config, safe: Safe, client: tuple[str, str], show: Callable[[str], None], *, in_file: bool = False
) -> str:
    """Let a person sign in; return a sentence that says where it is kept. Raises `SignInError` or `MailError`.

    `client` are id and secret of the firm's app; `show` gets the address to open. ARC asks for `drive.file` alone: it
    may open the spreadsheets that it makes itself, and nothing else of that person's.
    """
    if config.google.how != "person":
        raise SignInError(
            f'[google] in arc.toml says login = "{config.google.how}", for which nobody signs in; take that out first.'
        )
    if not client[0]:
        raise SignInError(_APP)
    wanted = MailGrant("google", *client, "", FILE)
    ends = endpoints()
    try:
        granted = oauth_google.sign_in(wanted, "", show, ends)
    except MailError as error:  # the flow is that of a mailbox; its words are, too
        raise SignInError(str(error).replace("arc mail login", "arc google login")) from None
    grant = Grant(*client, granted.refresh_token, ends.google_token)
    where = safe.put(PURPOSE, grant.as_text(), in_file=in_file)
    forget_clients()
    return f"You are signed in; the sign-in is kept in {where}."


def endpoints() -> Endpoints:
    """Return where people sign in: at Google, or at an emulator on this machine."""
    if not os.environ.get(ADDRESS):
        return USUAL
    base = places().sheets
    return Endpoints(f"{base}/auth", f"{base}/token")


def check(config: Config, safe: Safe) -> Iterator[Finding]:
    """Yield what is found on the way to the book, up to the first thing that is missing."""
    if not config.spreadsheet:
        yield Finding(
            f'The book is the file {config.book.name}; for a spreadsheet write book = "google:" into {config.file}.',
            ok=True,
        )
        return
    try:
        google = sheets_of(config, safe)
        yield Finding(_whom(config, google), ok=True)
        yield from _reached(config, google)
    except Failed as failed:
        yield Finding(str(said(failed, _where(config), google.who)), ok=False)
    except SignInError as error:
        missing = str(error)
        yield Finding(f"{missing} {_APP}" if "Nobody has signed in" in missing else missing, ok=False)
    except ArcError as error:
        yield Finding(str(error), ok=False)


def _reached(config: Config, google: Sheets) -> Iterator[Finding]:
    if config.spreadsheet == NEW:
        google.mine()
        yield Finding("Google answers; `arc sync --new` makes the spreadsheet.", ok=True)
        return
    state = google.state(config.spreadsheet)
    yield Finding(f'The spreadsheet is "{state.name}" at {_where(config)}.', ok=not state.trashed)
    with book_of(config).open() as session:
        meta = session.meta()
    yield Finding(f"It is ARC's book {meta.book[:8]}, and ARC may write it.", ok=True)


def _whom(config: Config, google: Sheets) -> str:
    reach = "the spreadsheets that it made" if config.google.how == "person" else "what is shared with it"
    return f"ARC speaks to Google as {google.who} and sees {reach}."


def _where(config: Config) -> str:
    return "your Drive" if config.spreadsheet == NEW else address(config.spreadsheet)
