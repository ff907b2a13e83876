"""The firm's workbook, as it can be worked with now: the closed file, or the one that somebody has open."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sync.books.file import FileBook
from arc_sync.books.port import Book
from arc_sync.xlsx import is_open_elsewhere

if TYPE_CHECKING:
    import xlwings as xw

    from arc_sync.books.live.finding import Program
    from arc_sync.books.office.desktop import Desktop

# What reaches open workbooks is imported once one may be open: most rounds are over a closed file.

#: Where Excel runs, a book from the cloud may be open without a sign of it beside the file.
_EXCEL: Final = ("win32", "darwin")


def pick(path: Path, ids: Collection[str], programs: Callable[[], Iterable[Program]] | None = None) -> Book:
    """Return the open workbook where a program has it and can be reached, else the file.

    `ids` are the books that the ledger knows. The file itself is never written while it is open: then it says who
    has it. Raises `BookOpen` if it is open twice, or the program is busy.
    """
    if programs is None and sys.platform not in _EXCEL and not is_open_elsewhere(path):
        return FileBook(path)
    from arc_sync.books.live import LiveBook  # noqa: PLC0415
    from arc_sync.books.live.finding import find  # noqa: PLC0415

    told = programs or running
    found = find(path, ids, told())
    if found is None:
        return FileBook(path)

    def reach() -> xw.Book | None:
        again = find(path, ids, told())
        return again.book if again else None

    return LiveBook(str(path), found.program, reach)


def running() -> Iterable[Program]:
    """Yield the office programs of this machine that xlwings can reach."""
    import xlwings as xw  # noqa: PLC0415

    from arc_sync.books.live.finding import Program  # noqa: PLC0415

    if sys.platform in _EXCEL:
        yield from (Program("Excel", engine) for engine in xw.engines if engine.name == "excel")
        return
    bridge = _desktop().reach()
    if bridge is not None:
        from arc_sync.books.office.engine import engine  # noqa: PLC0415

        yield Program("LibreOffice", engine(bridge))


@cache
def _desktop() -> Desktop:
    """Return the way to this user's LibreOffice: one, kept open from round to round until the process ends."""
    from arc_sync.books.office.desktop import Desktop  # noqa: PLC0415

    desktop = Desktop()
    atexit.register(desktop.close)
    return desktop
