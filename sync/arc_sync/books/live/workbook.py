"""A workbook that is open in an office program, read and written like the package of a closed file.

What has been read stays as it was read, until it is forgotten: writes are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from arc_sheets.errors import BookMissing
from arc_sync.books.live.cells import DATED
from arc_sync.books.live.sheet import OpenSheet
from arc_sync.xlsx import Refused

if TYPE_CHECKING:
    import xlwings as xw

    from arc_sync.books.live.asking import Asking


@dataclass(frozen=True, slots=True)
class _Styles:
    """The styles of `cells.cell`."""

    def is_date(self, style: int) -> bool:
        """Say whether cells of that style show dates."""
        return style == DATED


class OpenWorkbook:
    """A `books.sheets.Workbook` in an office program."""

    #: xlwings turns dates into dates, whichever day the workbook counts from.
    date1904 = False
    styles = _Styles()

    def __init__(self, book: xw.Book, asking: Asking) -> None:
        self.asking = asking
        self._book = book
        self._names: list[str] = []
        self._sheets: dict[str, OpenSheet] = {}

    @property
    def path(self) -> Path:
        """Its name as a path: of a book from the cloud there is no other."""
        return Path(self.asking.book)

    @property
    def sheet_names(self) -> list[str]:
        """The sheets' names, in their order."""
        if not self._names:
            self._names = self.asking("list the sheets", lambda: [sheet.name for sheet in self._book.sheets])
        return self._names

    def sheet(self, name: str) -> OpenSheet:
        """Look up a sheet. Raises `Refused`."""
        if name not in self._sheets:
            if name not in self.sheet_names:
                raise Refused(f"There is no sheet {name!r} in {self.asking.book}.")
            found = self.asking(f"find {name}", lambda: self._book.sheets[name])
            self._sheets[name] = OpenSheet(found, name, self.asking)
        return self._sheets[name]

    def forget(self) -> None:
        """Forget what was read, so that it is read again."""
        self._names, self._sheets = [], {}

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Let nothing flicker, calculate or trigger until all is written; then all is as it was.

        Selection, scroll and filters are not touched, so there is nothing of them to restore.
        """
        app = self._book.app
        before = self.asking("look", lambda: (app.screen_updating, app.enable_events, app.calculation))
        try:
            self.asking("write", lambda: _set(app, (False, False, "manual"), before))
            yield
        finally:
            with suppress(BookMissing):  # then there is nothing to restore
                self.asking("write", lambda: _set(app, before, (False, False, "manual")))


def _set(app: xw.App, now: tuple[bool, bool, str], before: tuple[bool, bool, str]) -> None:
    """Set screen updating, events and calculation, those of them that change."""
    if now[2] != before[2]:
        app.calculation = now[2]
    if now[1] != before[1]:
        app.enable_events = now[1]
    if now[0] != before[0]:
        app.screen_updating = now[0]


def name_of(fullname: str) -> str:
    """Return the name of an open book, from its path or, from the cloud, its address."""
    if "://" in fullname:
        return unquote(PurePosixPath(fullname).name)
    return Path(fullname.replace("\\", "/")).name
