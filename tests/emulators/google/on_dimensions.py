"""Requests for rows and columns."""

from __future__ import annotations

from tests.emulators.google import dimensions, fields, formats
from tests.emulators.google.a1 import Box
from tests.emulators.google.cells import BLANK
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
from tests.emulators.google.state import Sheet
from tests.emulators.google.work import Handler, Work


def _span(work: Work, given: Json) -> tuple[Sheet, bool, int, int]:
    sheet = work.sheet(given)
    by_rows = given.get("dimension") == "ROWS"
    total = sheet.row_count if by_rows else sheet.column_count
    return sheet, by_rows, given.get("startIndex", 0), given.get("endIndex", total)


def _strip(sheet: Sheet, start: int, end: int, *, by_rows: bool) -> Box:
    """Give the whole rows or columns."""
    if by_rows:
        return Box(sheet, start, 0, end, sheet.column_count)
    return Box(sheet, 0, start, sheet.row_count, end)


def insert_dimension(work: Work, request: Json) -> None:
    """Insert rows or columns; with inheritFromBefore they look as the ones before."""
    sheet, by_rows, start, end = _span(work, request["range"])
    total = sheet.row_count if by_rows else sheet.column_count
    if start > total:
        name = "row" if by_rows else "column"
        raise Refused(f"range.startIndex[{start}] is too large, greater than the {name} count.")
    inherit = bool(request.get("inheritFromBefore"))
    if inherit and not start:
        raise Refused("inheritFromBefore cannot be true when inserting at the start")
    dimensions.insert(work.draft, sheet, by_rows=by_rows, start=start, count=end - start, inherit=inherit)


def delete_dimension(work: Work, request: Json) -> None:
    """Delete rows or columns."""
    sheet, by_rows, start, end = _span(work, request["range"])
    total = sheet.row_count if by_rows else sheet.column_count
    if end > total:
        name = "row" if by_rows else "column"
        raise Refused(
            f"Cannot delete a {name} that doesn't exist."
            f" Tried to delete {name} index {end - 1} but there are only {total} {name}s."
        )
    work.check_free(_strip(sheet, start, end, by_rows=by_rows))
    dimensions.delete(work.draft, sheet, by_rows=by_rows, start=start, end=end)


def append_dimension(work: Work, request: Json) -> None:
    """Add rows or columns at the end."""
    sheet = work.sheet(request)
    if request.get("dimension") == "ROWS":
        sheet.row_count += request["length"]
    else:
        sheet.column_count += request["length"]
    work.draft.check_size()


def move_dimension(work: Work, request: Json) -> None:
    """Move rows or columns."""
    sheet, by_rows, start, end = _span(work, request["source"])
    work.check_free(_strip(sheet, start, end, by_rows=by_rows))
    to = request.get("destinationIndex", 0)
    if start < to < end:
        raise Refused("destinationIndex cannot be within the moved range")
    dimensions.move(work.draft, sheet, by_rows=by_rows, start=start, end=end, to=to)


def update_dimension_properties(work: Work, request: Json) -> None:
    """Hide rows or columns, or give them a size in pixels."""
    sheet, by_rows, start, end = _span(work, request["range"])
    looks = sheet.row_looks if by_rows else sheet.column_looks
    mask, given = fields.write_mask(request, "DimensionProperties"), request.get("properties", {})
    for at in range(start, end):
        look = fields.changed(looks.get(at, {}), given, mask)
        look = {name: value for name, value in look.items() if value is not False}
        if look:
            looks[at] = look
        else:
            looks.pop(at, None)


def auto_resize(work: Work, request: Json) -> None:
    """Fit columns to their longest text: 6 pixels a character, near enough; real fonts are not measured."""
    sheet, by_rows, start, end = _span(work, request.get("dimensions", {}))
    if by_rows:
        for at in range(start, end):
            sheet.row_looks.pop(at, None)
        return
    reader = work.reader()
    longest: dict[int, int] = {}
    for at, cells in sheet.filled(0, sheet.row_count):
        for column in (one for one in cells if start <= one < end and cells[one] != BLANK):
            value = reader.of(sheet, at, column, cells[column])
            text = formats.formatted(value, cells[column].look.get("numberFormat"), work.draft.locale)
            longest[column] = max(longest.get(column, 0), len(text))
    for column, length in longest.items():
        if length:
            pixels = max(21, 6 * length + 9)
            sheet.column_looks[column] = {**sheet.column_looks.get(column, {}), "pixelSize": pixels}


def _groups(work: Work, given: Json) -> tuple[Sheet, list[Json], bool]:
    sheet, by_rows, _, _ = _span(work, given)
    return sheet, sheet.things("rowGroups" if by_rows else "columnGroups"), by_rows


def add_dimension_group(work: Work, request: Json) -> Json:
    """Group rows or columns; a group within another is one deeper."""
    sheet, groups, by_rows = _groups(work, request["range"])
    given = request["range"]
    around = [
        one
        for one in groups
        if one["range"].get("startIndex", 0) <= given.get("startIndex", 0)
        and one["range"]["endIndex"] >= given["endIndex"]
    ]
    groups.append({"range": stored(given), "depth": len(around) + 1})
    sheet.grid["rowGroupControlAfter" if by_rows else "columnGroupControlAfter"] = True
    return {"addDimensionGroup": {"dimensionGroups": list(groups)}}


def delete_dimension_group(work: Work, request: Json) -> Json:
    """Ungroup rows or columns."""
    _, groups, _ = _groups(work, request["range"])
    found = next((one for one in groups if one["range"] == stored(request["range"])), None)
    if found is None:
        raise Refused("No dimension group over this range")
    groups.remove(found)
    return {"deleteDimensionGroup": {"dimensionGroups": list(groups)} if groups else {}}


KINDS: dict[str, Handler] = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "appendDimension": append_dimension,
    "moveDimension": move_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize,
    "addDimensionGroup": add_dimension_group,
    "deleteDimensionGroup": delete_dimension_group,
}
