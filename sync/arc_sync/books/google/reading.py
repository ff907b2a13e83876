"""A spreadsheet as one read returns it: the cells of ARC's sheets, exactly as they were entered.

Only `userEnteredValue` is asked for. It says what a cell holds: a text without the apostrophe that keeps it a text, a
number (a date is its serial number), or the text of a formula; nothing is rendered by a locale. A cell that only shows
what an array formula elsewhere spills is blank here, as nobody entered anything into it.

`values.batchGet` would not say which values are formulas, and renders them as values where it does not say; asking
twice would be two reads. Measured on a book of 2,000 invoices: 1.49 MB against 0.38 MB before compression, 94 kB
against 85 kB as they come over the wire, and 0.06 s to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeAlias

from arc_sheets.cells import Formula
from arc_sync.books.google.shapes import with_commas

#: What a cell holds.
Raw: TypeAlias = str | bool | Decimal | Formula | None

#: The name of the range whose id every batch replaces (`captured.py`).
STEP: Final = "arc_step"
#: What is asked for in a read.
FIELDS: Final = (
    "namedRanges(namedRangeId,name),"
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),basicFilter.range.startRowIndex,"
    "data(startRow,startColumn,rowData.values.userEnteredValue))"
)
#: What is asked for where a sheet is not there under its id.
TITLES: Final = "sheets.properties(sheetId,title)"


@dataclass(slots=True)
class Grid:
    """One sheet: rows and columns from 0; what lies beyond the rows or a row's end is blank."""

    sheet: int
    rows: list[list[Raw]] = field(default_factory=list)
    height: int = 0  #: rows that there are, blank or not
    width: int = 0
    filtered: int | None = None  #: the row of the filter's buttons, from 1
    title: str = ""  #: as the sheet is called now

    def row(self, row: int) -> Sequence[Raw]:
        """Return a row; it may be shorter than the sheet is wide."""
        return self.rows[row] if 0 <= row < len(self.rows) else ()

    def at(self, row: int, column: int) -> Raw:
        """Return a cell."""
        cells = self.row(row)
        return cells[column] if column < len(cells) else None

    def put(self, row: int, column: int, value: Raw) -> None:
        """Let a cell hold a value; the row is copied first, as it may be another grid's too."""
        while len(self.rows) <= row:
            self.rows.append([])
        cells = list(self.rows[row])
        cells += [None] * (column + 1 - len(cells))
        cells[column] = value
        self.rows[row] = cells

    def copy(self) -> Grid:
        """Return a grid that may be changed by `put` and leaves this one as it is."""
        return Grid(self.sheet, list(self.rows), self.height, self.width, self.filtered, self.title)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The spreadsheet at one moment."""

    grids: Mapping[str, Grid]  #: by the title that ARC gave the sheet, whatever it is called now
    step: str  #: the id of the range `arc_step`; "" before the first batch


def snapshot(answer: Mapping[str, Any], sheets: Mapping[str, int]) -> Snapshot:
    """Read the answer to a read; `sheets` are the ids of ARC's sheets by title."""
    titles = {number: title for title, number in sheets.items()}
    grids = {}
    for told in answer.get("sheets", ()):
        number = told["properties"].get("sheetId", 0)
        if number in titles:
            grids[titles[number]] = _grid(number, told)
    steps = [r["namedRangeId"] for r in answer.get("namedRanges", ()) if r.get("name") == STEP]
    return Snapshot(grids, steps[0] if steps else "")


def scratch_of(answer: Mapping[str, Any], sheet: int) -> Grid:
    """Return the rows of one sheet that a batch's answer tells."""
    for told in answer.get("updatedSpreadsheet", {}).get("sheets", ()):
        if told["properties"].get("sheetId", 0) == sheet:
            return _grid(sheet, told)
    return Grid(sheet)


def _grid(number: int, told: Mapping[str, Any]) -> Grid:
    size = told["properties"].get("gridProperties", {})
    buttons = told.get("basicFilter", {}).get("range", {})
    grid = Grid(number, [], size.get("rowCount", 0), size.get("columnCount", 0))
    grid.title = told["properties"].get("title", "")
    grid.filtered = buttons.get("startRowIndex", 0) + 1 if "basicFilter" in told else None
    for data in told.get("data", ()):
        _fill(grid.rows, data)
    return grid


def _fill(rows: list[list[Raw]], data: Mapping[str, Any]) -> None:
    first, left = data.get("startRow", 0), data.get("startColumn", 0)
    rows += [[] for _ in range(first - len(rows))]
    for at, row in enumerate(data.get("rowData", ()), first):
        cells = raws(row.get("values", ()))
        if at == len(rows):
            rows.append([None] * left + cells)
        elif cells:
            rows[at] += [None] * (left - len(rows[at])) + cells
    while rows and not rows[-1]:
        rows.pop()


def raws(cells: Iterable[Mapping[str, Any]]) -> list[Raw]:
    """Return cells side by side as values, without the blanks at the end."""
    found = [raw(cell.get("userEnteredValue")) for cell in cells]
    while found and found[-1] is None:
        found.pop()
    return found


def raw(entered: Mapping[str, Any] | None) -> Raw:
    """Return what was entered into a cell."""
    if not entered:
        return None
    ((kind, value),) = entered.items()
    if kind == "stringValue":
        return str(value) or None
    if kind == "numberValue":
        return Decimal(value)
    if kind == "formulaValue":
        return Formula(with_commas(str(value).removeprefix("=")))
    return bool(value) if kind == "boolValue" else str(value)
