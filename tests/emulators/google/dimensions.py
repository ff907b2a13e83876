"""Rows and columns inserted, deleted and moved: cells go, and whatever points at them follows.

Ranges (named, protected, merged, filtered, tables, charts' sources), developer metadata and the references in
formulas all follow (guides/metadata: metadata "moves with" its row or column and goes when that is deleted).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.google import formulas
from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.state import Contents, Row, Sheet

_NO_END = 1 << 40
#: Where an index goes; None when it is deleted.
Move = Callable[[int], int | None]
#: Where a span [start, end) goes; an empty one is deleted.
SpanMove = Callable[[int, int], tuple[int, int]]
_RANGED = ("merges", "protectedRanges", "filterViews", "bandedRanges", "tables", "conditionalFormats", "charts",
           "rowGroups", "columnGroups")  # fmt: skip


def insert(contents: Contents, sheet: Sheet, *, by_rows: bool, start: int, count: int, inherit: bool = False) -> None:
    """Insert blank rows or columns; with `inherit` they look as the one before (inheritFromBefore)."""
    _rearrange(sheet, by_rows, lambda at: at + count if at >= start else at)
    if by_rows:
        if start < len(sheet.rows):
            sheet.rows[start:start] = [{} for _ in range(count)]
        sheet.row_count += count
    else:
        sheet.rows[:] = [{(at + count if at >= start else at): cell for at, cell in row.items()} for row in sheet.rows]
        sheet.column_count += count
    contents.check_size()
    _inherit(sheet, by_rows, start, count, start - 1 if inherit else start + count)
    _follow(
        contents,
        sheet,
        by_rows,
        lambda at: at + count if at >= start else at,
        lambda first, end: (
            first + count if first >= start else first,
            end + count if end > start and end < _NO_END else end,
        ),
    )


def _inherit(sheet: Sheet, by_rows: bool, start: int, count: int, source: int) -> None:
    """Give new rows the formats and rules of a neighbour, as the sheet does."""
    if source < 0:
        return
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

    _rearrange(sheet, by_rows, index)
    if by_rows:
        del sheet.rows[start:end]
        sheet.row_count -= count
    else:
        sheet.rows[:] = [
            {(at if at < start else at - count): cell for at, cell in row.items() if not start <= at < end}
            for row in sheet.rows
        ]
        sheet.column_count -= count
    _follow(contents, sheet, by_rows, index, lambda first, last: (edge(first), edge(last)))


def move(contents: Contents, sheet: Sheet, *, by_rows: bool, start: int, end: int, to: int) -> None:
    """Move rows or columns; `to` counts as before the move (moveDimension.destinationIndex)."""
    count = end - start
    landing = to if to <= start else to - count

    def index(at: int) -> int:
        if start <= at < end:
            return at - start + landing
        rest = at if at < start else at - count
        return rest if rest < landing else rest + count

    def span(first: int, last: int) -> tuple[int, int]:
        if last >= _NO_END:
            return first, last
        places = [index(first), index(last - 1)]
        inside = first >= start and last <= end
        return (min(places), max(places) + 1) if inside or last - first == 1 else _stretched(first, last, index)

    _rearrange(sheet, by_rows, index)
    if by_rows:
        while len(sheet.rows) < max(end, to):
            sheet.rows.append({})
        block = sheet.rows[start:end]
        del sheet.rows[start:end]
        sheet.rows[landing:landing] = block
    else:
        sheet.rows[:] = [{index(at): cell for at, cell in row.items()} for row in sheet.rows]
    _follow(contents, sheet, by_rows, index, span)


def _stretched(first: int, last: int, index: Callable[[int], int]) -> tuple[int, int]:
    """Keep a longer range where its first and last cells went, if that is still its order; else leave it."""
    new_first, new_last = index(first), index(last - 1) + 1
    return (new_first, new_last) if new_last - new_first >= 1 else (first, last)


def _rearrange(sheet: Sheet, by_rows: bool, index: Move) -> None:
    looks = sheet.row_looks if by_rows else sheet.column_looks
    moved = {to: look for at, look in looks.items() if (to := index(at)) is not None}
    if by_rows:
        sheet.row_looks = moved
    else:
        sheet.column_looks = moved


def _follow(contents: Contents, sheet: Sheet, by_rows: bool, index: Move, span: SpanMove) -> None:
    def moved(thing: Any) -> Any:
        return moved_ranges(thing, sheet.sheet_id, by_rows, span)

    for kind in _RANGED:
        if kind in sheet.objects:
            sheet.objects[kind] = [new for one in sheet.objects[kind] if (new := moved(one)) is not None]
    for other in contents.sheets:  # a chart's sources may lie on another sheet than the chart
        if other is not sheet and "charts" in other.objects:
            other.objects["charts"] = [moved(one) or one for one in other.objects["charts"]]
    if sheet.basic_filter:
        sheet.basic_filter = moved(sheet.basic_filter)
    contents.named_ranges[:] = [new for one in contents.named_ranges if (new := moved(one)) is not None]
    contents.metadata[:] = [new for one in contents.metadata if (new := moved(one)) is not None]
    _follow_formulas(contents, sheet, by_rows, index)


def _follow_formulas(contents: Contents, changed: Sheet, by_rows: bool, index: Move) -> None:
    for sheet in contents.sheets:
        for at, row in enumerate(sheet.rows):
            new: Row = {}
            for column, cell in row.items():
                if cell.formula is not None:
                    text = formulas.shifted(cell.formula, sheet, changed, by_rows, index)
                    if text != cell.formula:
                        new[column] = cell._replace(formula=text)
            if new:
                sheet.put(at, new)


def moved_ranges(thing: Any, sheet_id: int, by_rows: bool, span: SpanMove) -> Any:
    """Give a JSON value with every GridRange and DimensionRange of the sheet moved; None when one is gone."""
    if isinstance(thing, list):
        kept = [moved_ranges(one, sheet_id, by_rows, span) for one in thing]
        return [one for one in kept if one is not None]
    if not isinstance(thing, dict):
        return thing
    if "startRowIndex" in thing or "endRowIndex" in thing or "startColumnIndex" in thing:
        return _moved_range(thing, sheet_id, by_rows, span)
    if "dimension" in thing and "startIndex" in thing:
        return _moved_dimension(thing, sheet_id, by_rows, span)
    moved: Json = {}
    for name, value in thing.items():
        new = moved_ranges(value, sheet_id, by_rows, span) if isinstance(value, dict | list) else value
        if new is None or (new == [] and value != []):
            return None
        moved[name] = new
    return moved


def _moved_range(grid: Json, sheet_id: int, by_rows: bool, span: SpanMove) -> Json | None:
    start, end = ("startRowIndex", "endRowIndex") if by_rows else ("startColumnIndex", "endColumnIndex")
    if grid.get("sheetId", 0) != sheet_id or (start not in grid and end not in grid):
        return grid
    first, last = span(grid.get(start, 0), grid.get(end, _NO_END))
    if first >= last:
        return None
    return grid | ({start: first} if start in grid else {}) | ({end: last} if end in grid else {})


def _moved_dimension(place: Json, sheet_id: int, by_rows: bool, span: SpanMove) -> Json | None:
    if place.get("sheetId", 0) != sheet_id or (place["dimension"] == "ROWS") != by_rows:
        return place
    first, last = span(place["startIndex"], place["endIndex"])
    return {**place, "startIndex": first, "endIndex": last} if first < last else None
