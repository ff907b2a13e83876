"""Requests that change cells: updateCells, appendCells, repeatCell, copyPaste, sortRange and their kin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.google import fields
from tests.emulators.google.a1 import Area, Box, box_of_grid
from tests.emulators.google.cells import BLANK, Cell, Failure, Value, entered, is_number
from tests.emulators.google.dimensions import insert
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.fields import Mask
from tests.emulators.google.formulas import Reader, copied
from tests.emulators.google.looks import with_colour_styles
from tests.emulators.google.state import Row, Sheet
from tests.emulators.google.typed import typed
from tests.emulators.google.work import Handler, Work

_OWN_PLACES = {"userEnteredValue", "userEnteredFormat", "note", "dataValidation"}
#: Read-only fields of CellData: a mask may name them by "*", their values are ignored.
_READ_ONLY = {"effectiveValue", "formattedValue", "effectiveFormat", "hyperlink"}


def put_data(cell: Cell, data: Json, mask: Mask) -> Cell:
    """Give a cell with the fields of CellData that the mask names; a named field that is not given is cleared."""
    every = "*" in mask
    if every or "userEnteredValue" in mask:
        value, formula = entered(data.get("userEnteredValue", {}))
        cell = cell._replace(value=value, formula=formula)
    if every or "userEnteredFormat" in mask:
        given = with_colour_styles(data.get("userEnteredFormat", {}))
        inner = mask.get("userEnteredFormat") or {"*": {}}
        cell = cell._replace(look=_look(cell.look, given, inner))
    if every or "note" in mask:
        cell = cell._replace(note=data.get("note") or None)
    if every or "dataValidation" in mask:
        cell = cell._replace(rule=data.get("dataValidation"))
    more = {name: data.get(name) for name in mask if name not in _OWN_PLACES | _READ_ONLY | {"*"}}
    if more:
        kept = {**cell.more, **more}
        cell = cell._replace(more={name: value for name, value in kept.items() if value})
    return cell


def _look(before: Mapping[str, Any], given: Json, mask: Mask) -> Json:
    # The twin of a colour (backgroundColorStyle) follows the one that is named.
    twins = {f"{name}Style": {} for name in ("backgroundColor",) if name in mask}
    bare = {name.removesuffix("Style"): {} for name in ("backgroundColorStyle",) if name in mask}
    text = mask.get("textFormat")
    if text and ("foregroundColor" in text or "foregroundColorStyle" in text):
        mask = {**mask, "textFormat": {**text, "foregroundColor": {}, "foregroundColorStyle": {}}}
    return fields.changed(before, given, {**mask, **twins, **bare})


def update_cells(work: Work, request: Json) -> None:
    """Write CellData: from `start` on as far as rows go, or into exactly `range`, clearing what is not given."""
    mask, rows = fields.write_mask(request), request.get("rows", [])
    if ("start" in request) == ("range" in request):
        raise Refused("One of start or range must be set, and not both")
    if "range" in request:
        _fill(work, work.box(request["range"]), rows, mask)
        return
    start = request["start"]
    sheet, top, left = work.sheet(start), start.get("rowIndex", 0), start.get("columnIndex", 0)
    width = max((len(row.get("values", [])) for row in rows), default=0)
    if top + len(rows) > sheet.row_count:
        raise Refused(
            f"Attempting to write row: {max(top, sheet.row_count)},"
            f" beyond the last requested row of: {sheet.row_count - 1}"
        )
    if left + width > sheet.column_count:
        raise Refused(
            f"Attempting to write column: {max(left, sheet.column_count)},"
            f" beyond the last requested column of: {sheet.column_count - 1}"
        )
    _lay(work, sheet, (top, left), rows, mask)


def _lay(work: Work, sheet: Sheet, start: tuple[int, int], rows: list[Json], mask: Mask) -> None:
    top, left = start
    for at, row in enumerate(rows, top):
        values, before = row.get("values", []), sheet.row(at)
        if values:
            work.check_free(Box(sheet, at, left, at + 1, left + len(values)))
        sheet.put(
            at,
            {one: put_data(before.get(one, BLANK), data, mask) for one, data in enumerate(values, left)},
        )


def _fill(work: Work, box: Box, rows: list[Json], mask: Mask) -> None:
    if len(rows) > box.height:
        raise Refused(f"Range has {box.height} rows but {len(rows)} rows of data are given")
    work.check_free(box)
    for at in range(box.top, box.bottom):
        given = rows[at - box.top].get("values", []) if at - box.top < len(rows) else []
        before = box.sheet.row(at)
        columns = set(range(box.left, box.left + len(given))) | {
            one for one in before if box.left <= one < box.right
        }
        changes: Row = {}
        for column in columns:
            data = given[column - box.left] if column - box.left < len(given) else {}
            changes[column] = put_data(before.get(column, BLANK), data, mask)
        box.sheet.put(at, changes)


def append_cells(work: Work, request: Json) -> None:
    """Add rows after the last row with data, adding grid rows if needed (AppendCellsRequest).

    No position is given, so a position that has become stale cannot be used. With `tableId` the rows go into
    the table's body.
    """
    mask, rows = fields.write_mask(request), request.get("rows", [])
    if "tableId" in request:
        _append_to_table(work, request["tableId"], rows, mask)
        return
    sheet = work.sheet(request)
    top = sheet.last_entered_row()
    sheet.row_count = max(sheet.row_count, top + len(rows))
    sheet.column_count = max(sheet.column_count, *(len(row.get("values", [])) for row in rows), 0)
    work.draft.check_size()
    _lay(work, sheet, (top, 0), rows, mask)


def _append_to_table(work: Work, table_id: str, rows: list[Json], mask: Mask) -> None:
    for sheet in work.draft.sheets:
        for at, table in enumerate(sheet.things("tables")):
            if table["tableId"] == table_id:
                end, left = table["range"]["endRowIndex"], table["range"].get("startColumnIndex", 0)
                insert(work.draft, sheet, by_rows=True, start=end, count=len(rows))
                grown = {**table["range"], "endRowIndex": end + len(rows)}
                sheet.things("tables")[at] = {**table, "range": grown}
                _lay(work, sheet, (end, left), rows, mask)
                return
    raise Refused(f"No table with id: {table_id}")


def repeat_cell(work: Work, request: Json) -> None:
    """Write one CellData into every cell of a range; a formula is shifted from the first cell on."""
    box, mask = work.box(request["range"]), fields.write_mask(request)
    work.check_free(box)
    data = request.get("cell", {})
    formula = data.get("userEnteredValue", {}).get("formulaValue")
    fresh = put_data(BLANK, data, mask)
    for at in range(box.top, box.bottom):
        before, changes = box.sheet.row(at), {}
        for column in range(box.left, box.right):
            old = before.get(column, BLANK)
            cell = fresh if old is BLANK else put_data(old, data, mask)
            if formula and ("*" in mask or "userEnteredValue" in mask):
                cell = cell._replace(formula=copied(formula, at - box.top, column - box.left))
            changes[column] = cell
        box.sheet.put(at, changes)


def copy_paste(work: Work, request: Json) -> None:
    """Copy a range over another, as it stands at this point of the batch (requests are done in order).

    The destination is repeated over if it is a multiple of the source, else it takes the source's size.
    """
    source, target = _within(work, request, "source"), _within(work, request, "destination")
    kind = request.get("pasteType", "PASTE_NORMAL")
    if request.get("pasteOrientation") == "TRANSPOSE":
        raise Refused("pasteOrientation TRANSPOSE is not in the emulator")
    height = target.height if target.height % source.height == 0 else source.height
    width = target.width if target.width % source.width == 0 else source.width
    landing = Box(target.sheet, target.top, target.left, target.top + height, target.left + width)
    if landing.bottom > target.sheet.row_count or landing.right > target.sheet.column_count:
        raise Refused("destination exceeds grid limits")
    work.check_free(landing)
    block = _block(work, source)
    for at in range(height):
        before, changes = target.sheet.row(target.top + at), {}
        for one in range(width):
            row, column = at % source.height, one % source.width
            moved = (target.top + at - source.top - row, target.left + one - source.left - column)
            old = before.get(target.left + one, BLANK)
            changes[target.left + one] = pasted(kind, block[row][column], old, moved)
        target.sheet.put(target.top + at, changes)


def _within(work: Work, request: Json, name: str) -> Box:
    area: Area = work.area(request[name])
    sheet = area.sheet
    if (area.bottom or 0) > sheet.row_count or (area.right or 0) > sheet.column_count:
        raise Refused(f"{name} exceeds grid limits")
    return area.inside()


def _block(work: Work, box: Box) -> list[list[tuple[Cell, Value]]]:
    reader = work.reader()
    return [
        [
            (cell := box.sheet.cell(row, column), reader.of(box.sheet, row, column, cell))
            for column in range(box.left, box.right)
        ]
        for row in range(box.top, box.bottom)
    ]


def pasted(kind: str, source: tuple[Cell, Value], old: Cell, moved: tuple[int, int]) -> Cell:
    """Give what one cell becomes by a paste (PasteType)."""
    cell, value = source
    formula = copied(cell.formula, *moved) if cell.formula is not None else None
    match kind:
        case "PASTE_VALUES":  # "Paste the values ONLY without formats, formulas, or merges."
            return old._replace(value=value, formula=None)
        case "PASTE_FORMULA":  # "Paste the formulas only."
            return old._replace(value=cell.value, formula=formula)
        case "PASTE_FORMAT":  # "Paste the format and data validation only."
            return old._replace(look=cell.look, rule=cell.rule)
        case "PASTE_DATA_VALIDATION":
            return old._replace(rule=cell.rule)
        case "PASTE_NORMAL" | "PASTE_NO_BORDERS":
            look = cell.look
            if kind == "PASTE_NO_BORDERS":
                look = {name: part for name, part in look.items() if name != "borders"}
            return cell._replace(formula=formula, look=look)
        case _:
            raise Refused(f"pasteType {kind} is not in the emulator")


def cut_paste(work: Work, request: Json) -> None:
    """Move a block: the source is left blank."""
    source = work.box(request["source"])
    start = request["destination"]
    sheet, top, left = work.sheet(start), start.get("rowIndex", 0), start.get("columnIndex", 0)
    work.check_free(source)
    work.check_free(Box(sheet, top, left, top + source.height, left + source.width))
    block = [[source.sheet.cell(row, one) for one in range(source.left, source.right)]
             for row in range(source.top, source.bottom)]  # fmt: skip
    for at in range(source.top, source.bottom):
        source.sheet.put(at, dict.fromkeys(range(source.left, source.right), BLANK))
    for at, row in enumerate(block, top):
        sheet.put(at, dict(enumerate(row, left)))


def sort_range(work: Work, request: Json) -> None:
    """Sort the rows of a range. Cells move; rows do not, so metadata and sizes of rows stay (fact, unproved)."""
    box = work.box(request["range"])
    work.check_free(box)
    sort_box(box, work.reader(), request.get("sortSpecs", []))


def sort_box(box: Box, reader: Reader, specs: list[Json]) -> None:
    """Sort by the specs, the first one strongest; blanks go last whichever way."""
    order = list(range(box.top, min(box.bottom, len(box.sheet.rows))))
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        keys = {at: _sort_key(reader.value(box.sheet, at, column)) for at in order}
        filled = [at for at in order if keys[at] is not None]
        blank = [at for at in order if keys[at] is None]
        filled.sort(key=lambda at, known=keys: known[at] or (), reverse=spec.get("sortOrder") == "DESCENDING")
        order = filled + blank
    rows = [
        {one: cell for one, cell in box.sheet.row(at).items() if box.left <= one < box.right} for at in order
    ]
    for at, (came_from, row) in enumerate(zip(order, rows, strict=True), box.top):
        followed = {one: _followed(cell, at - came_from) for one, cell in row.items()}
        gone = dict.fromkeys((one for one in box.sheet.row(at) if box.left <= one < box.right), BLANK)
        box.sheet.put(at, {**gone, **followed})


def _followed(cell: Cell, down: int) -> Cell:
    return cell if cell.formula is None else cell._replace(formula=copied(cell.formula, down, 0))


def _sort_key(value: Value) -> tuple[int, float, str] | None:
    """Order: numbers, texts, truth values, errors."""
    match value:
        case None:
            return None
        case bool():
            return (2, float(value), "")
        case Failure():
            return (3, 0, value.shows)
        case str():
            return (1, 0, value.casefold())
        case _:
            return (0, value, "")


def set_data_validation(work: Work, request: Json) -> None:
    """Set or clear the rule of every cell of a range; it is for people, the API's own writes pass it."""
    box, rule = work.box(request["range"]), request.get("rule")
    work.check_free(box)
    for at in range(box.top, box.bottom):
        before = box.sheet.row(at)
        columns = range(box.left, box.right)
        box.sheet.put(at, {one: before.get(one, BLANK)._replace(rule=rule) for one in columns})


def update_borders(work: Work, request: Json) -> None:
    """Set borders at the edges and between the cells; a side that is not named stays."""
    box = work.box(request["range"])
    work.check_free(box)
    for at in range(box.top, box.bottom):
        before, changes = box.sheet.row(at), {}
        for column in range(box.left, box.right):
            sides = {
                "top": request.get("top" if at == box.top else "innerHorizontal"),
                "bottom": request.get("bottom" if at == box.bottom - 1 else "innerHorizontal"),
                "left": request.get("left" if column == box.left else "innerVertical"),
                "right": request.get("right" if column == box.right - 1 else "innerVertical"),
            }
            old = before.get(column, BLANK)
            borders = {**old.look.get("borders", {}), **{side: line for side, line in sides.items() if line}}
            borders = {side: line for side, line in borders.items() if line.get("style") != "NONE"}
            changes[column] = old._replace(look={**old.look, "borders": borders} if borders else old.look)
        box.sheet.put(at, changes)


def find_replace(work: Work, request: Json) -> Json:
    """Replace text in values (and formulas if asked); what comes out is read as if typed."""
    boxes = _searched(work, request)
    pattern = request["find"] if request.get("searchByRegex") else re.escape(request["find"])
    if request.get("matchEntireCell"):
        pattern = f"^(?:{pattern})$"
    finder = re.compile(pattern, 0 if request.get("matchCase") else re.IGNORECASE)
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    rows, sheets = 0, set()
    for box in boxes:
        for at, cells in list(box.sheet.filled(box.top, box.bottom)):
            inside = {one: cell for one, cell in cells.items() if box.left <= one < box.right}
            changes = _replaced(work, inside, finder, request, counts)
            box.sheet.put(at, changes)
            rows += bool(changes)
            sheets |= {box.sheet.sheet_id} if changes else set()
    counts |= {"rowsChanged": rows, "sheetsChanged": len(sheets)}
    return {"findReplace": {name: count for name, count in counts.items() if count}}


def _searched(work: Work, request: Json) -> list[Box]:
    if "range" in request:
        return [work.box(request["range"])]
    if request.get("allSheets"):
        return [box_of_grid(work.draft, {"sheetId": sheet.sheet_id}) for sheet in work.draft.sheets]
    return [box_of_grid(work.draft, {"sheetId": request.get("sheetId", 0)})]


def _replaced(
    work: Work, cells: Row, finder: re.Pattern[str], request: Json, counts: dict[str, int]
) -> Row:
    changes: Row = {}
    for column, cell in cells.items():
        if cell.formula is not None and not request.get("includeFormulas"):
            continue
        text = cell.formula if cell.formula is not None else cell.value
        if is_number(text):
            text = str(text)
        if not isinstance(text, str):
            continue
        new, times = finder.subn(lambda _: str(request.get("replacement", "")), text)
        if times:
            meant = typed(new, work.draft.locale)
            changes[column] = cell._replace(value=meant.value or None, formula=meant.formula)
            counts["occurrencesChanged"] += times
            counts["formulasChanged" if cell.formula is not None else "valuesChanged"] += 1
    return changes


KINDS: dict[str, Handler] = {
    "updateCells": update_cells,
    "appendCells": append_cells,
    "repeatCell": repeat_cell,
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "sortRange": sort_range,
    "setDataValidation": set_data_validation,
    "updateBorders": update_borders,
    "findReplace": find_replace,
}
