"""The very hidden sheet `_ARC` of a workbook file: names and values, and a sample of every style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arc_sheets.errors import BookForeign, BookRefused
from arc_sync.books.contents import FORMAT, Meta
from arc_sync.books.create import HIDDEN, NAME_COLUMN, SAMPLE_COLUMN, VALUE_COLUMN
from arc_sync.books.sheets import Workbook
from arc_sync.xlsx.refs import cell_ref


@dataclass(frozen=True, slots=True)
class Hidden:
    """What `_ARC` says, as read. Style numbers change when Excel saves; the samples follow."""

    values: Mapping[str, str]
    rows: Mapping[str, int]  #: on which row of the sheet each name stands, from 1
    styles: Mapping[str, int]  #: role to style number

    @property
    def meta(self) -> Meta:
        """The book's identity and bookmark."""
        v = self.values
        return Meta(v["ledger"], v["book"], int(v["bookmark"]), v.get("hash", ""), int(v["epoch"]))

    def style(self, role: str) -> int | None:
        """Return the style number of a role; None if its sample is gone: the cell keeps its own style."""
        return self.styles.get(role)


def read_hidden(package: Workbook) -> Hidden:
    """Read `_ARC`; raises `BookForeign` if there is none, `BookRefused` if a newer ARC wrote it."""
    name = package.path.name
    if HIDDEN not in package.sheet_names:
        raise _foreign(name)
    values, rows, styles = {}, {}, {}
    for row in package.sheet(HIDDEN).rows():
        cells = {c.column: c for c in row.cells if c.raw is not None}
        if NAME_COLUMN in cells:
            values[str(cells[NAME_COLUMN].raw)] = (
                str(cells[VALUE_COLUMN].raw) if VALUE_COLUMN in cells else ""
            )
            rows[str(cells[NAME_COLUMN].raw)] = row.number
        if SAMPLE_COLUMN in cells:
            styles[str(cells[SAMPLE_COLUMN].raw)] = cells[SAMPLE_COLUMN].style
    numbers = [values.get(name, "") for name in ("bookmark", "epoch", "format")]
    if not {"ledger", "book"} <= values.keys() or not all(n.isascii() and n.isdigit() for n in numbers):
        raise _foreign(name)
    if int(values["format"]) > FORMAT:
        raise BookRefused(f"{name} was written by a newer ARC; update ARC on this machine.")
    return Hidden(values, rows, styles)


def _foreign(name: str) -> BookForeign:
    return BookForeign(
        f"{name} lacks the hidden tab by which ARC knows its own workbooks. Put back a copy from the folder "
        ".arc-backups beside it, or let `arc sync --new` make a new one from the ledger (this file is kept)."
    )


def write_hidden(package: Workbook, hidden: Hidden, values: Mapping[str, str | int]) -> None:
    """Write names and values, those that are new below the others."""
    sheet = package.sheet(HIDDEN)
    free = max(hidden.rows.values(), default=0) + 1
    for name, value in values.items():
        if name in hidden.rows:
            row = hidden.rows[name]
        else:
            row, free = free, free + 1
            sheet.set(cell_ref(row, NAME_COLUMN), name)
        if hidden.values.get(name) != str(value):
            sheet.set(cell_ref(row, VALUE_COLUMN), value)
