"""Rows and columns inserted, deleted and moved: cells go, and whatever points at them follows.

Ranges (named, protected, merged, filtered, tables, charts' sources), developer metadata and the references in
formulas all follow (guides/metadata: metadata "moves with" its row or column and goes when that is deleted).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.google import formulas
from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.state import Contents, Row, Sheet

_NO_END = 1 << 40
_RANGED = (
    "merges protectedRanges filterViews bandedRanges tables conditionalFormats charts rowGroups columnGroups"
).split()


@dataclass(frozen=True)
class Shift:
    """How the rows or columns of one sheet move."""

    sheet: Sheet
    by_rows: bool
    #: Where an index goes; None when it is deleted.
    index: Callable[[int], int | None]
    #: Where a span [start, end) goes; an empty one is deleted.
    span: Callable[[int, int], tuple[int, int]]


def insert(
    contents: Contents, sheet: Sheet, *, by_rows: bool, start: int, count: int, inherit: bool = False
) -> None:
    """Insert blank rows or columns; they look as the one after, or with `inherit` as the one before."""

    def index(at: int) -> int:
        return at + count if at >= start else at

    def span(first: int, end: int) -> tuple[int, int]:
        return index(first), end + count if start < end < _NO_END else end

    _shift_looks(Shift(sheet, by_rows, index, span))
    if by_rows:
        sheet.rows[start:start] = [{} for _ in range(count if start < len(sheet.rows) else 0)]
        sheet.row_count += count
    else:
        sheet.rows[:] = [{index(at): cell for at, cell in row.items()} for row in sheet.rows]
        sheet.column_count += count
    contents.check_size()
    _inherit(sheet, start, count, start - 1 if inherit else start + count, by_rows=by_rows)
    _follow(contents, Shift(sheet, by_rows, index, span))


def _inherit(sheet: Sheet, start: int, count: int, source: int, *, by_rows: bool) -> None:
    """Give new rows or columns the formats and rules of a neighbour, as the sheet does."""
    if by_rows:
        looks = {at: _only_look(cell) for at, cell in sheet.row(source).items()}
        for at in range(start, start + count) if any(cell != BLANK for cell in looks.values()) else ():
            sheet.put(at, looks)
        return
    for at, row in enumerate(sheet.rows):
        look = _only_look(row.get(source, BLANK))
        if look != BLANK:
            sheet.put(at, dict.fromkeys(range(start, start + count), look))


def _only_look(cell: Cell) -> Cell:
    return Cell(look=cell.look, rule=cell.rule)


def delete(contents: Contents, sheet: Sheet, *, by_rows: bool, start: int, end: int) -> None:
    """Delete rows or columns, and what is wholly in them."""
    count, total = end - start, sheet.row_count if by_rows else sheet.column_count
    if count >= total:
        raise Refused(f"You can't delete all the {'rows' if by_rows else 'columns'} on the sheet.")

    def index(at: int) -> int | None:
        return at if at < start else None if at < end else at - count

    def edge(at: int) -> int:
        return at if at <= start or at >= _NO_END else max(start, at - count)

    shift = Shift(sheet, by_rows, index, lambda first, last: (edge(first), edge(last)))
    _shift_looks(shift)
    if by_rows:
        del sheet.rows[start:end]
        sheet.row_count -= count
    else:
        sheet.rows[:] = [_moved_cells(row, index) for row in sheet.rows]
        sheet.column_count -= count
    _follow(contents, shift)


def _moved_cells(row: Row, index: Callable[[int], int | None]) -> Row:
    return {to: cell for at, cell in row.items() if (to := index(at)) is not None}


def move(contents: Contents, sheet: Sheet, *, by_rows: bool, start: int, end: int, to: int) -> None:
    """Move rows or columns; `to` counts as before the move (MoveDimensionRequest.destinationIndex)."""
    count = end - start
    landing = to if to <= start else to - count

    def index(at: int) -> int:
        if start <= at < end:
            return at - start + landing
        rest = at if at < start else at - count
        return rest if rest < landing else rest + count

    def span(first: int, last: int) -> tuple[int, int]:
        """Follow the first and the last cell; a range that this would turn round stays where it is."""
        if last >= _NO_END:
            return first, last
        new_first, new_last = index(first), index(last - 1) + 1
        return (new_first, new_last) if new_first < new_last else (first, last)

    shift = Shift(sheet, by_rows, index, span)
    _shift_looks(shift)
    if by_rows:
        sheet.rows.extend({} for _ in range(max(end, to) - len(sheet.rows)))
        block = sheet.rows[start:end]
        del sheet.rows[start:end]
        sheet.rows[landing:landing] = block
    else:
        sheet.rows[:] = [_moved_cells(row, index) for row in sheet.rows]
    _follow(contents, shift)


def _shift_looks(shift: Shift) -> None:
    """Let heights, widths and hiding move with their rows or columns."""
    looks = shift.sheet.row_looks if shift.by_rows else shift.sheet.column_looks
    moved = {to: look for at, look in looks.items() if (to := shift.index(at)) is not None}
    if shift.by_rows:
        shift.sheet.row_looks = moved
    else:
        shift.sheet.column_looks = moved


def _follow(contents: Contents, shift: Shift) -> None:
    sheet = shift.sheet
    for kind in _RANGED:
        if kind in sheet.objects:
            sheet.objects[kind] = _kept(sheet.objects[kind], shift)
    for other in contents.sheets:  # a chart's sources may lie on another sheet than the chart
        if other is not sheet and "charts" in other.objects:
            other.objects["charts"] = [moved_ranges(one, shift) or one for one in other.objects["charts"]]
    if sheet.basic_filter:
        sheet.basic_filter = moved_ranges(sheet.basic_filter, shift)
    contents.named_ranges[:] = _kept(contents.named_ranges, shift)
    contents.metadata[:] = _kept(contents.metadata, shift)
    _follow_formulas(contents, shift)


def _kept(things: list[Json], shift: Shift) -> list[Json]:
    return [new for one in things if (new := moved_ranges(one, shift)) is not None]


def _follow_formulas(contents: Contents, shift: Shift) -> None:
    for sheet in contents.sheets:
        for at, row in enumerate(sheet.rows):
            changes: Row = {}
            for column, cell in row.items():
                if cell.formula is not None:
                    text = formulas.shifted(
                        cell.formula, sheet, shift.sheet, by_rows=shift.by_rows, index=shift.index
                    )
                    if text != cell.formula:
                        changes[column] = cell._replace(formula=text)
            sheet.put(at, changes)


def moved_ranges(thing: Any, shift: Shift) -> Any:
    """Give a JSON value with every GridRange and DimensionRange of the sheet moved; None when one is gone."""
    if isinstance(thing, list):
        kept = [moved_ranges(one, shift) for one in thing]
        return [one for one in kept if one is not None]
    if not isinstance(thing, dict):
        return thing
    if thing.keys() & {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}:
        return _moved_range(thing, shift)
    if "dimension" in thing and "startIndex" in thing:
        return _moved_dimension(thing, shift)
    moved: Json = {}
    for name, value in thing.items():
        new = moved_ranges(value, shift) if isinstance(value, dict | list) else value
        if new is None or (new == [] and value != []):
            return None
        moved[name] = new
    return moved


def _moved_range(grid: Json, shift: Shift) -> Json | None:
    rows, columns = ("startRowIndex", "endRowIndex"), ("startColumnIndex", "endColumnIndex")
    start, end = rows if shift.by_rows else columns
    if grid.get("sheetId", 0) != shift.sheet.sheet_id or not grid.keys() & {start, end}:
        return grid
    first, last = shift.span(grid.get(start, 0), grid.get(end, _NO_END))
    if first >= last:
        return None
    return grid | ({start: first} if start in grid else {}) | ({end: last} if end in grid else {})


def _moved_dimension(place: Json, shift: Shift) -> Json | None:
    if place.get("sheetId", 0) != shift.sheet.sheet_id or (place["dimension"] == "ROWS") != shift.by_rows:
        return place
    first, last = shift.span(place["startIndex"], place["endIndex"])
    return {**place, "startIndex": first, "endIndex": last} if first < last else None
