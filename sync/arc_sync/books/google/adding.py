"""Rows that are added at the end of a record tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from arc_sheets.cells import CellValue
from arc_sheets.tab import Kind, Tab
from arc_sync.books.contents import BookRow
from arc_sync.books.draw import records
from arc_sync.books.drawing import Drawn, Link
from arc_sync.books.google.batch import lengthen
from arc_sync.books.google.captured import Added
from arc_sync.books.google.cells import Painter, check_holds
from arc_sync.books.google.layout import STAMP, Layout
from arc_sync.books.google.records import grown, row_heights
from arc_sync.books.google.shapes import CellData, Request, extended, sendable
from arc_sync.books.layout import SEAL
from arc_sync.books.look import record_role
from arc_sync.merge.issues import ID

#: Rows that are added in one request.
MANY: Final = 200
_SPARE: Final = 200  # blank rows below, where the sheet runs out of them
_VALUE: Final = "userEnteredValue"
_NUMBER: Final = "userEnteredFormat.numberFormat"


def add_rows(layout: Layout, rows: Sequence[BookRow], painter: Painter) -> Iterator[Added]:
    """Yield pieces of new rows: below whatever stands on the sheet, so that no row has to move.

    Their columns have format and checks already; a row of a currency with other decimals brings its own number
    formats. Raises BookError for a text too long.
    """
    yield from _longer(layout, len(rows), painter)
    lines = list(zip(rows, records.rows(layout.tab, rows), strict=True))
    blank = len(layout.grid.rows) > layout.last + 1  # somebody's notes below: they stay apart from ours
    first = len(layout.grid.rows) + 1 + blank
    for usual, group in groupby(lines, key=lambda line: _is_usual(layout.tab, line[1])):
        many = list(group)
        for at in range(0, len(many), MANY):
            piece = many[at : at + MANY]
            made = _piece(layout, piece, painter, usual=usual, blank=blank)
            heights = row_heights(layout.tab, made.sheet, painter.look, [cells for _, cells in piece], first)
            yield replace(made, requests=[*made.requests, *heights])
            first, blank = first + len(piece), False


def _piece(
    layout: Layout,
    lines: Sequence[tuple[BookRow, list[Drawn]]],
    painter: Painter,
    *,
    usual: bool,
    blank: bool,
) -> Added:
    names = (ID, *(column.name for column in layout.tab.columns), SEAL, STAMP)
    values: list[dict[int, CellValue]] = []
    made: list[list[CellData]] = []
    for _, drawn_cells in lines:
        cells = [*drawn_cells, Drawn(None, "cell.text")]  # the batch knows the stamp
        for column, drawn in enumerate(cells):
            check_holds(layout.tab.title, len(layout.grid.rows) + 1, column, drawn)
        placed = {layout.places[n]: d for n, d in zip(names, cells, strict=True) if n in layout.places}
        values.append({c: _raw(d) for c, d in placed.items()})
        width = max(placed) + 1
        made.append([_cell(placed.get(c), painter, usual=usual) for c in range(width)])
    fields = _VALUE if usual else f"{_VALUE},{_NUMBER}"
    rows = [*[{}] * blank, *[{"values": cells} for cells in made]]
    request: Request = {"appendCells": {"sheetId": layout.grid.sheet, "rows": rows, "fields": fields}}
    return Added(layout.grid.sheet, [row.id for row, _ in lines], values, [request], made)


def _cell(drawn: Drawn | None, painter: Painter, *, usual: bool) -> CellData:
    if drawn is None:
        return {}
    value = extended(drawn.value)
    made: CellData = {_VALUE: value} if value else {}
    number = painter.format(drawn.role).get("numberFormat")
    return made if usual or not number else made | {"userEnteredFormat": {"numberFormat": number}}


def _is_usual(tab: Tab, cells: Sequence[Drawn]) -> bool:
    """Say whether a row looks as its columns do."""
    return all(
        drawn.role == record_role(tab, column, None)
        for column, drawn in zip(tab.columns, cells[1:], strict=False)
        if column.kind is Kind.MONEY
    )


def _longer(layout: Layout, many: int, painter: Painter) -> Iterator[Added]:
    """Make room first where the sheet runs out of rows; the new ones look and behave like those above."""
    grid = layout.grid
    short = len(grid.rows) + 1 + many - grid.height
    if short > 0:
        dressed = grown(layout.tab, grid.sheet, painter, grid.height + 1, layout.places)
        yield Added(grid.sheet, (), (), [lengthen(grid.sheet, "ROWS", short + _SPARE), *dressed])


def _raw(drawn: Drawn) -> CellValue:
    value = drawn.value.text if isinstance(drawn.value, Link) else drawn.value
    if isinstance(value, str):
        return sendable(value) or None
    return value
