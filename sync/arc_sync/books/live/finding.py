"""Which of the workbooks that are open in an office program is the one that ARC keeps.

A path alone does not tell: one from the cloud has an address instead, and last week's copy lies elsewhere under the
same name. So a book is ours if it lies at our path; or if it is from the cloud, has our file's name and, on its
hidden tab, an id that the ledger knows. A copy at another path is somebody's own business.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from arc_sheets.errors import BookForeign, BookOpen
from arc_sync.books.live.asking import PATIENCE, Asking, Patience, give_up_in_time
from arc_sync.books.live.workbook import OpenWorkbook, name_of
from arc_sync.books.live.writes import hidden_of

if TYPE_CHECKING:
    import xlwings as xw


class Program(NamedTuple):
    """An office program that is running, as xlwings has it."""

    name: str  #: for people
    engine: xw.Engine


class Found(NamedTuple):
    """An open workbook, and where."""

    book: xw.Book
    program: str


def find(
    path: Path, ids: Collection[str], programs: Iterable[Program], patience: Patience = PATIENCE
) -> Found | None:
    """Return the open workbook that is the one at `path`; `ids` are the books that the ledger knows.

    None if it is open nowhere. Raises `BookOpen` if it is open twice, or while a program is busy.
    """
    give_up_in_time()
    found = [one for program in programs for one in _in(path, ids, program, patience)]
    if len(found) > 1:
        where = " and in ".join(one.program for one in found)
        raise BookOpen(
            f"{path.name} is open twice, in {where}; close it in one of them (there is nothing in it that is not "
            "on its way to the ledger from the other), then run this again."
        )
    return found[0] if found else None


def _in(path: Path, ids: Collection[str], program: Program, patience: Patience) -> Iterator[Found]:
    asking = Asking(path.name, program.name, patience)
    opened = asking(
        "list the open workbooks",
        lambda: [(book, book.fullname) for app in program.engine.apps for book in app.books],
    )
    for book, fullname in opened:
        from_cloud = "://" in fullname and name_of(fullname).casefold() == path.name.casefold()
        if (from_cloud and _id_of(book, asking) in ids) or is_same(path, fullname):
            yield Found(book, program.name)


def is_same(path: Path, fullname: str) -> bool:
    """Say whether an open workbook is the file at `path`, by whatever way it was reached."""
    if "://" in fullname or not Path(fullname).is_absolute():
        return False
    try:
        return path.samefile(fullname)
    except OSError:  # one of them is not there, or not to be reached
        return os.path.normcase(path.absolute()) == os.path.normcase(fullname)


def _id_of(book: xw.Book, asking: Asking) -> str:
    """Return the id on a workbook's hidden tab; "" if it has none."""
    try:
        return hidden_of(OpenWorkbook(book, asking)).meta.book
    except BookForeign:
        return ""
