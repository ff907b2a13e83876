"""A book in Google Sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import time
from typing import Final

from arc_sheets.errors import BookMissing, BookRefused
from arc_sync.books.google.desk import Desk
from arc_sync.books.google.session import GoogleSession
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.google.addresses import address
from arc_sync.google.api import FileState, Sheets, said
from arc_sync.google.trouble import Failed

#: Seconds after which the book is read although Drive says that it is the same: Drive may say so late.
AT_LEAST: Final = 300


class GoogleBook:
    """A `Book` in a spreadsheet."""

    def __init__(self, google: Sheets, spreadsheet: str, clock: Callable[[], float] = time) -> None:
        self._google, self._spreadsheet, self._clock = google, spreadsheet, clock
        self._seen: FileState | None = None
        self._there: Mapping[str, int] = SHEET_IDS  #: ARC's sheets as found last, by title
        self._search = 0.0  #: from when on those that were not there are looked for again

    @property
    def where(self) -> str:
        """Return its address."""
        return address(self._spreadsheet)

    @contextmanager
    def open(self) -> Iterator[GoogleSession]:
        """Read it: one Drive call, unless `fingerprint` has just made it, and one read.

        Three reads where a tab has just been deleted. One that stays deleted is looked for every few minutes only.
        Raises `BookMissing`, `BookRefused`, `BookForeign`, `BookBusy` or `SignInError`.
        """
        seen, self._seen = self._seen or self._look(), None
        if not seen.editable:
            raise BookRefused(
                f"{self._google.who} may only look at {self.where}; let its owner share it as an editor."
            )
        desk = self._desk()
        session = GoogleSession(desk, self._print(seen))
        self._there = desk.ids
        yield session
        self._there = desk.ids

    def _desk(self) -> Desk:
        if self._clock() >= self._search:
            self._there, self._search = {**SHEET_IDS, **self._there}, self._clock() + AT_LEAST
        return Desk(self._google, self._spreadsheet, self.where, self._there)

    def fingerprint(self) -> str:
        """Return Drive's version of the file, and the five minutes we are in: one Drive call."""
        try:
            self._seen = self._look()
        except (BookMissing, BookRefused):
            return ""
        return self._print(self._seen)

    def _print(self, seen: FileState) -> str:
        return f"{self._spreadsheet} {seen.version} {int(self._clock() // AT_LEAST)}" if seen.version else ""

    def _look(self) -> FileState:
        try:
            seen = self._google.state(self._spreadsheet)
        except Failed as failed:
            raise said(failed, self.where, self._google.who) from None
        if seen.trashed:
            raise BookMissing(
                f"{self.where} ({seen.name}) is in the bin; restore it in Drive, or make a new one with `arc sync --new`."
            )
        return seen
