"""The hidden sheet `_ARC` of a spreadsheet: names in its first column, values in its second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arc_sheets.errors import BookForeign, BookRefused
from arc_sync.books.contents import FORMAT, Meta
from arc_sync.books.create import NAME_COLUMN, VALUE_COLUMN
from arc_sync.books.google.create import SPREADSHEET
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.merge.history import ROOT, Bookmark


@dataclass(frozen=True, slots=True)
class Hidden:
    """What `_ARC` says, as read."""

    values: Mapping[str, str]
    rows: Mapping[str, int]  #: on which row each name stands, from 0

    @property
    def meta(self) -> Meta:
        """The book's identity and the bookmark that was written last."""
        v = self.values
        return Meta(v["ledger"], v["book"], int(v["bookmark"]), v.get("hash", ""), int(v["epoch"]))


def read_hidden(grid: Grid | None, spreadsheet: str, where: str) -> Hidden:
    """Read `_ARC`.

    Raises `BookForeign` if it is not there or names another spreadsheet, `BookRefused` if a newer ARC wrote it.
    """
    values, rows = {}, {}
    for number, _ in enumerate(grid.rows if grid else ()):
        name, value = (grid.at(number, column) if grid else None for column in (NAME_COLUMN, VALUE_COLUMN))
        if name is not None:
            values[str(name)], rows[str(name)] = _text(value), number
    numbers = [values.get(name, "") for name in ("bookmark", "epoch", "format")]
    if not {"ledger", "book"} <= values.keys() or not all(n.isascii() and n.isdigit() for n in numbers):
        raise BookForeign(
            f"{where} lacks the hidden tab by which ARC knows its own books. Bring back an earlier version of it "
            "(File, Version history), or let `arc sync --new` make a new one from the ledger."
        )
    if int(values["format"]) > FORMAT:
        raise BookRefused(f"{where} was written by a newer ARC; update ARC on this machine.")
    if values.get(SPREADSHEET, spreadsheet) != spreadsheet:
        raise BookForeign(
            f"{where} is a copy of the book {values[SPREADSHEET]}. Go on with that one; or, if it is gone, let "
            "`arc sync --new` make a new one from the ledger and copy over what was typed only here."
        )
    return Hidden(values, rows)


def mark_in(values: Mapping[str, str]) -> Bookmark:
    """Return the bookmark that lines of `_ARC` name."""
    n = int(values["bookmark"])
    return Bookmark(n, values.get("hash", "")) if n else ROOT


def mark_lines(mark: Bookmark) -> dict[str, str]:
    """Return a bookmark as lines of `_ARC`."""
    return {"bookmark": str(mark.n), "hash": mark.hash if mark.n else ""}


def _text(value: Raw) -> str:
    return "" if value is None else str(value)
