"""The firm's book where it is a Google spreadsheet: the account, the book, a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from arc_sheets.errors import BookError, BookMissing
from arc_sync.books.create import HIDDEN
from arc_sync.books.google.book import GoogleBook
from arc_sync.books.google.create import batches, create
from arc_sync.books.google.reading import TITLES
from arc_sync.books.google.sheets import QUEUE, RESULTS, SCRATCH, SHEET_IDS, Setting, added_sheets
from arc_sync.books.look import read_look
from arc_sync.google.addresses import NEW, address
from arc_sync.google.api import Sheets, said
from arc_sync.google.connect import connect
from arc_sync.google.credentials import account
from arc_sync.google.trouble import Failed, Rejected
from arc_sync.ledger.port import Ledger
from arc_sync.mail.safe import Safe
from arc_sync.merge.history import At

if TYPE_CHECKING:
    from arc_sync.agent.config import Config
    from arc_sync.books.contents import Contents

#: Clients by account and books by id: the books of one account share its quota, and a look at Drive is not made twice.
_CLIENTS: Final[dict[str, Sheets]] = {}
_BOOKS: Final[dict[tuple[str, str], GoogleBook]] = {}


def sheets_of(config: Config, safe: Safe | None = None) -> Sheets:
    """Return the account's client. Raises `SignInError` or `MailError`, which say what is missing."""
    key = f"{config.google.how} {config.google.key or ''}"
    if key not in _CLIENTS:
        _CLIENTS[key] = connect(account(config.google.how, config.google.key, safe or Safe.of_this_user()))
    return _CLIENTS[key]


def book_of(config: Config) -> GoogleBook:
    """Return the firm's book. Raises `BookMissing` before there is one, `SignInError`."""
    if config.spreadsheet == NEW:
        raise BookMissing("There is no spreadsheet yet; run `arc sync --new`, which makes one in your Drive.")
    key = (f"{config.google.how} {config.google.key or ''}", config.spreadsheet)
    if key not in _BOOKS:
        _BOOKS[key] = GoogleBook(sheets_of(config), config.spreadsheet)
    return _BOOKS[key]


def forget_clients() -> None:
    """Forget clients and books: another account has signed in."""
    _CLIENTS.clear()
    _BOOKS.clear()


def make(config: Config, contents: Contents) -> str:
    """Make a new book and return its spreadsheet's id. Raises `BookError` or `SignInError`.

    A spreadsheet that the settings name and that is nobody's book gets ARC's tabs before its own; otherwise a new one is
    made in the account's Drive.
    """
    google, look = sheets_of(config), read_look()
    try:
        if config.spreadsheet != NEW and (present := _blank(google, config.spreadsheet)):
            google.batch_update(config.spreadsheet, added_sheets(contents, look, present))
            for batch in batches(contents, config.spreadsheet, SHEET_IDS, look):
                google.batch_update(config.spreadsheet, batch)
            return config.spreadsheet
        title = f"{config.company} – receivables"
        return create(google, title, contents, Setting("en_GB", config.zone.key), look)
    except Failed as failed:
        if isinstance(failed, Rejected) and failed.status == 403 and config.google.how != "person":
            raise BookError(
                f"{google.who} can make no spreadsheet: let a person make a blank one, share it with that account as an "
                'editor, write its address into arc.toml as book = "https://...", and run this again.'
            ) from None
        raise said(failed, "your Drive", google.who) from None


def _blank(google: Sheets, spreadsheet: str) -> Mapping[str, int]:
    """Return the sheets' ids by title of a spreadsheet that is nobody's book yet; nothing for one that is, was, or is gone."""
    try:
        told = google.get(spreadsheet, TITLES).get("sheets", ())
    except Rejected as refused:
        if refused.status == 404:
            return {}
        raise
    present = {one["properties"]["title"]: one["properties"].get("sheetId", 0) for one in told}
    return {} if present.keys() & {HIDDEN, QUEUE, RESULTS, SCRATCH} else present


def in_step(config: Config, ledger: Ledger, now: datetime) -> int | None:
    """Return how many issues wait if book and ledger are in step, after one look at Drive; None: look closely.

    `now` is UTC. Drive may tell of a change late, so every five minutes the book is read all the same.
    """
    from arc_sheets.message import MessageState  # noqa: PLC0415
    from arc_sync.agent.quick import mark_of  # noqa: PLC0415 (quick must not load what this file loads)

    with ledger.read() as view:
        outgoing = view.posted(MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING, bare=True)
        head = view.head()
    records = [
        b
        for b in ledger.books()
        if b.where == address(config.spreadsheet) and b.at == At(head.n) and b.fingerprint
    ]
    if outgoing or not records:
        return None
    printed = book_of(config).fingerprint()
    mark = mark_of(config.day(now), config.stamp, printed) if printed else ""
    told = (record.fingerprint.rpartition(" ") for record in records)
    return next((int(waiting) for known, _, waiting in told if known == mark), None)
