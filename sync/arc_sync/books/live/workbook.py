"""A workbook that is open in an office program, read and written like the package of a closed file.

What has been read stays as it was read, until it is forgotten: writes are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
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
        before = {name: self._get(app, name) for name in _QUIET}
        try:
            for name, value in _QUIET.items():
                self._put(app, name, value, before[name])
            yield
        finally:
            with suppress(BookMissing):  # then there is nothing to restore
                for name, value in before.items():
                    self._put(app, name, value, _QUIET[name])

    def _get(self, app: xw.App, name: str) -> object:
        return self.asking("look at its settings", lambda: getattr(app, name))

    def _put(self, app: xw.App, name: str, value: object, now: object) -> None:
        if value != now:
            self.asking("change its settings", lambda: setattr(app, name, value))


#: Settings of the program while ARC writes; calculation is restored first, the screen last.
_QUIET: Final[Mapping[str, object]] = {
    "calculation": "manual",
    "enable_events": False,
    "screen_updating": False,
}


def name_of(fullname: str) -> str:
    """Return the name of an open book, from its path or, from the cloud, its address."""
    if "://" in fullname:
        return unquote(PurePosixPath(fullname).name)
    return Path(fullname.replace("\\", "/")).name
