"""Finding a record tab's columns and rows in a spreadsheet, whatever people did to it.

Rows are ARC's where they carry an id or stand next to one that is; a block of notes further down, with a blank row
between, is somebody's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from arc_sheets import dates
from arc_sheets.cells import CellValue
from arc_sheets.tab import Kind, Tab
from arc_sync.books.draw.records import ID_HEADER, SEAL_HEADER
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.books.google.shapes import STAMP_HEADER
from arc_sync.books.layout import SEAL
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow

#: The name under which a tab's places list the hidden stamp column.
STAMP: Final = "stamp"
#: The name of every column without a header.
NAMELESS: Final = "?"
#: How far down a header row is looked for.
SEARCHED: Final = 30
_DATED: Final = (Kind.DATE, Kind.TIME)
_SOME: Final = 3  # headers of ours make a header row, where the id's is gone


@dataclass(slots=True)
class Layout:
    """Where a tab's columns and rows stand, as read; rows and columns from 0."""

    tab: Tab
    grid: Grid
    header: int
    places: Mapping[str, int]  #: column by name, with `ID`, `SEAL` and `STAMP`
    rows: dict[str, int] = field(default_factory=dict)  #: row by id
    twice: set[str] = field(default_factory=set)  #: ids that stand on more than one row
    last: int = 0  #: the last row that is ARC's

    @property
    def present(self) -> frozenset[str]:
        """The names of the columns found."""
        return frozenset(self.places.keys() - {SEAL, STAMP})

    def row_of(self, row: str) -> int | None:
        """Return where the one row with this id stands."""
        return None if row in self.twice else self.rows.get(row)

    def cell(self, row: int, column: str) -> CellValue:
        """Return a cell by its column's name, as the merge gets it; None where the column is missing."""
        if column not in self.places:
            return None
        kind = next((c.kind for c in self.tab.columns if c.name == column), None)
        return _value(self.grid.at(row, self.places[column]), kind)

    def cells(self, row: int, *, computed: bool = False) -> tuple[CellValue, ...]:
        """Return a row's stored or computed cells."""
        cells, places = self.grid.row(row), self.places
        wide = len(cells)
        return tuple(
            _value(cells[at], column.kind) if (at := places.get(column.name, wide)) < wide else None
            for column in (self.tab.computed if computed else self.tab.stored)
        )


def names_of(tab: Tab, cells: Sequence[Raw]) -> list[str]:
    """Return by what name each column of a header row goes: ARC's own, or "?" and the text that stands there."""
    known = {c.header.casefold(): c.name for c in tab.columns}
    known |= {ID_HEADER.casefold(): ID, SEAL_HEADER.casefold(): SEAL, STAMP_HEADER.casefold(): STAMP}
    names: list[str] = []
    for cell in cells:
        text = str(cell).strip() if isinstance(cell, str) else ""
        name = known.get(text.casefold(), "")
        names.append(name if name and name not in names else f"?{text}")
    return names


def table(names: Sequence[str]) -> Sequence[str]:
    """Return the names from the first column to the last of ARC's."""
    return names[: max((c + 1 for c, name in enumerate(names) if not name.startswith("?")), default=0)]


def beside(names: Sequence[str], column: int) -> str:
    """Return what tells a column without header from others: the nearest of ARC's left and right, and how far."""
    left = next((c for c in range(min(column, len(names)) - 1, -1, -1) if not names[c].startswith("?")), -1)
    right = next((c for c in range(column + 1, len(names)) if not names[c].startswith("?")), None)
    before = names[left] if left >= 0 else ""
    after = f"{right - column} {names[right]}" if right is not None else ""
    return f"{before} {column - left} {after}"


def header_in(tab: Tab, rows: Sequence[Sequence[Raw]]) -> int | None:
    """Return which of these rows is the header; None if none is."""
    best, most = None, _SOME - 1
    for number, cells in enumerate(rows):
        names = [name for name in names_of(tab, cells) if not name.startswith("?")]
        if ID in names:
            return number
        if len(names) > most:
            best, most = number, len(names)
    return best


def find(grid: Grid | None, tab: Tab) -> Layout | None:
    """Find a tab's columns and rows; None if the sheet is gone, or has no header."""
    if grid is None:
        return None
    header = header_in(tab, grid.rows[:SEARCHED])
    if header is None:
        return None
    names = names_of(tab, grid.row(header))
    layout = Layout(
        tab, grid, header, {n: c for c, n in enumerate(names) if not n.startswith("?")}, last=header
    )
    for number in _ours(layout):
        layout.last = max(layout.last, number)
        if i := id_of(layout, number):
            if i in layout.rows:
                layout.twice.add(i)
            layout.rows.setdefault(i, number)
    return layout


def id_of(layout: Layout, row: int) -> str:
    """Return a row's id, or ""."""
    found = layout.grid.at(row, layout.places[ID]) if ID in layout.places else None
    return found if isinstance(found, str) else ""


def read_rows(layout: Layout) -> Iterator[ReadRow]:
    """Walk ARC's rows from top to bottom."""
    for number in _ours(layout):
        found = layout.grid.at(number, layout.places[SEAL]) if SEAL in layout.places else None
        yield ReadRow(
            number,
            id_of(layout, number),
            layout.cells(number),
            layout.cells(number, computed=True),
            found if isinstance(found, str) else "",
        )


def _ours(layout: Layout) -> list[int]:
    """Return the rows that are ARC's: runs of filled rows that begin below the header, or hold an id."""
    columns = [place for name, place in layout.places.items() if name != STAMP]
    ours: list[int] = []
    run: list[int] = []
    for number in range(layout.header + 1, len(layout.grid.rows) + 1):
        cells = layout.grid.row(number)
        if any(cells[c] is not None for c in columns if c < len(cells)):
            run.append(number)
        elif run:
            if run[0] == layout.header + 1 or any(id_of(layout, n) for n in run):
                ours += run
            run = []
    return ours


def _value(raw: Raw, kind: Kind | None) -> CellValue:
    """Return what a cell holds; a number in a column of dates is a date, or a moment."""
    if not isinstance(raw, Decimal) or kind not in _DATED:
        return raw
    try:
        moment = dates.from_serial(float(raw))
    except ValueError:
        return raw  # a number far from any date: the merge will say so
    return moment.date() if kind is Kind.DATE else moment
