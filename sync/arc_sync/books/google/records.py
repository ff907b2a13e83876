"""Record tabs in Google Sheets: the same places as in the file, and what a spreadsheet needs besides.

Whole columns carry format and check, so that a row typed below the others looks and behaves like them. Only what
differs from row to row is given to rows: amounts of a currency with other decimals, and heights where rows grow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from arc_sheets.cells import Formula
from arc_sheets.tab import Kind, Owner, Tab
from arc_sync.books.areas import rectangles
from arc_sync.books.contents import BookRow
from arc_sync.books.draw import records
from arc_sync.books.drawing import Drawn
from arc_sync.books.google import checking
from arc_sync.books.google.adapting import headed
from arc_sync.books.google.batch import (
    add_rule,
    down,
    format_cells,
    hide_column,
    put_cells,
    set_filter,
    set_heights,
    warn,
)
from arc_sync.books.google.cells import CELL_FIELDS, Painter, check_holds
from arc_sync.books.google.shapes import STAMP_HEADER, CellData, Request, RowData, extended, grid
from arc_sync.books.look import Look, record_role, wraps
from arc_sync.xlsx.refs import Area, Place, letters

#: Bytes of the rows of one request, more or less.
_PIECE: Final = 400_000

_FILLED: Final = "ARC fills these cells; what you type here is taken back."
_HEADER: Final = "ARC finds its columns by these headers."
_HIDDEN: Final = "ARC knows its rows by these cells."


def stamp_column(tab: Tab) -> int:
    """Return the sheet column (from 0) of the stamps, right of the seals."""
    return records.seal_column(tab) + 1


def sentence_place(tab: Tab) -> Place:
    """Return where the sentence stands: title and sentence begin right of the columns that never scroll.

    A text that is longer than its cells may be cut off where those end.
    """
    return Place(records.SENTENCE.row, 1 + records.keys(tab))


def furniture(tab: Tab, sheet: int, painter: Painter) -> Iterator[Request]:
    """Yield what a record tab has whatever its rows: formats, checks, rules, filter, warnings."""
    hidden = (records.ID_COLUMN, records.seal_column(tab), stamp_column(tab))
    declared = {column.name: place for place, column in enumerate(tab.columns, 1)}
    yield from grown(tab, sheet, painter, records.FIRST_ROW, declared | {f"hidden {at}": at for at in hidden})
    for index, rule in enumerate(records.page(tab, painter.look).rules):
        yield add_rule(sheet, rule, painter.look, index)
    yield set_filter(sheet, down(records.HEADER_ROW, records.ID_COLUMN, stamp_column(tab)))
    yield from _warnings(tab, sheet)
    for column in hidden:
        yield hide_column(sheet, column)


def grown(tab: Tab, sheet: int, painter: Painter, first: int, places: Mapping[str, int]) -> Iterator[Request]:
    """Yield formats and checks of all rows from `first` to the sheet's end, such as those by which it has grown.

    `places` are the sheet columns (from 0) by name; those that the tab does not declare hold ARC's own texts.
    """
    columns = {column.name: column for column in tab.columns}
    roles = {
        Place(first, at): record_role(tab, columns[name], None) if name in columns else "cell.text"
        for name, at in places.items()
    }
    for area, role in rectangles(roles):
        yield format_cells(sheet, down(first, area.left, area.right), painter.format(role))
    for name in filter(places.__contains__, columns):
        yield from checking.in_column(sheet, columns[name], places[name], first)


def head(tab: Tab, many: int, sheet: int, painter: Painter) -> Iterator[Request]:
    """Yield title, sentence, strip and header, above room for `many` rows."""
    frame, column = records.frame(tab, many), sentence_place(tab).column
    cells = {headed(place, column): drawn for place, drawn in frame.cells.items()}
    if tab.name == "reminders":
        at = Place(1, records.column_of(tab, "to"))
        cells[at] = cells[at]._replace(value=to_first_waiting(tab, sheet))
    cells[Place(records.HEADER_ROW, stamp_column(tab))] = Drawn(STAMP_HEADER, "head")
    for row in range(1, records.HEADER_ROW + 1):
        line = [painter.cell(cells.get(Place(row, c), _NOTHING)) for c in range(stamp_column(tab) + 1)]
        yield put_cells(sheet, Place(row, 0), [{"values": line}], CELL_FIELDS)
    yield from set_heights(sheet, sorted(frame.heights.items()))


def body(tab: Tab, lines: Sequence[BookRow], sheet: int, painter: Painter) -> Iterator[Request]:
    """Yield the rows, a piece at a time: each line is asked for once. Raises BookError for a text too long."""
    amounts, grows = _amounts(tab), wraps(tab)
    roles: list[tuple[str, ...]] = []
    heights: list[tuple[int, float]] = []

    def noted() -> Iterator[RowData]:
        for row, cells in enumerate(records.rows(tab, lines), records.FIRST_ROW):
            roles.append(tuple(cells[column].role for column in amounts))
            if grows:
                heights.append((row, records.height(tab, cells, painter.look)))
            yield _values(tab, row, cells)

    yield from _pieces(sheet, noted())
    yield from _number_formats(tab, sheet, painter, roles)
    yield from set_heights(sheet, heights)


def row_heights(
    tab: Tab, sheet: int, look: Look, lines: Iterable[Sequence[Drawn]], first: int
) -> Iterator[Request]:
    """Yield the heights of rows from `first` on, as `records.rows` made them; none on a tab whose rows do not grow."""
    if wraps(tab):
        yield from set_heights(
            sheet, ((row, records.height(tab, cells, look)) for row, cells in enumerate(lines, first))
        )


_NOTHING: Final = Drawn(None, "plain")


def _values(tab: Tab, row: int, cells: Sequence[Drawn]) -> RowData:
    made: list[CellData] = []
    for column, drawn in enumerate(cells):
        check_holds(tab.title, row, column, drawn)
        value = extended(drawn.value)
        made.append({"userEnteredValue": value} if value else {})
    return {"values": made}


def _pieces(sheet: int, rows: Iterable[RowData]) -> Iterator[Request]:
    """Yield the values of rows, so many at a time that a request stays small."""
    piece: list[RowData] = []
    at, size = records.FIRST_ROW, 0
    for row in rows:
        piece.append(row)
        size += len(json.dumps(row))
        if size > _PIECE:
            yield put_cells(sheet, Place(at, 0), piece, "userEnteredValue")
            at, piece, size = at + len(piece), [], 0
    if piece:
        yield put_cells(sheet, Place(at, 0), piece, "userEnteredValue")


def _amounts(tab: Tab) -> tuple[int, ...]:
    """Return the sheet columns of amounts, whose format follows the currency of the row."""
    return tuple(n for n, column in enumerate(tab.columns, 1) if column.kind is Kind.MONEY)


def _number_formats(
    tab: Tab, sheet: int, painter: Painter, roles: Sequence[tuple[str, ...]]
) -> Iterator[Request]:
    """Yield the number formats of amounts that differ from their column's, a run of rows at a time."""
    amounts = _amounts(tab)
    usual = tuple(record_role(tab, tab.columns[column - 1], None) for column in amounts)
    first = records.FIRST_ROW
    for mine, run in groupby(roles):
        last = first + len(list(run)) - 1
        if mine != usual:
            for column, role in zip(amounts, mine, strict=True):
                number = {"numberFormat": painter.format(role)["numberFormat"]}
                area = Area(first, column, last, column)
                yield format_cells(sheet, area, number, "userEnteredFormat.numberFormat")
        first = last + 1


def _warnings(tab: Tab, sheet: int) -> Iterator[Request]:
    end = records.seal_column(tab) + 1
    yield warn(grid(sheet, Area(records.HEADER_ROW, 0, records.HEADER_ROW, end)), _HEADER)
    yield warn(grid(sheet, down(records.FIRST_ROW, records.ID_COLUMN, records.ID_COLUMN)), _HIDDEN)
    yield warn(grid(sheet, down(records.FIRST_ROW, records.seal_column(tab), end)), _HIDDEN)
    first = 1
    for ours, run in groupby(tab.columns, key=lambda column: column.owner is Owner.LEDGER):
        last = first + len(list(run)) - 1
        if ours:
            yield warn(grid(sheet, down(records.FIRST_ROW, first, last)), _FILLED)
        first = last + 1


def to_first_waiting(tab: Tab, sheet: int) -> Formula:
    """Return the link of `books/draw/records.py` to the first row that asks for a decision, as Google has links."""
    decision, status = (_below(records.column_of(tab, name)) for name in ("decision", "status"))
    asking = "+".join(f'({status}="{one}")' for one in records.WAITING)
    first = f'IFERROR(MATCH(1,INDEX(({decision}="")*({asking}),0),0),1)'
    cell = (
        f'"#gid={sheet}&range={letters(records.column_of(tab, "decision"))}"&({records.HEADER_ROW}+{first})'
    )
    text = records.frame(tab, 1).cells[Place(1, records.column_of(tab, "to"))].value
    told = text.value if isinstance(text, Formula) else ""
    return Formula(f'HYPERLINK({cell},"{told}")', told)


def _below(column: int) -> str:
    name = letters(column)
    return f"${name}${records.FIRST_ROW}:${name}"
