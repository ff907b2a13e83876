"""Requests that write cells: updateCells, appendCells, repeatCell, setDataValidation, updateBorders."""

from __future__ import annotations

from tests.emulators.google import fields
from tests.emulators.google.a1 import Box
from tests.emulators.google.cells import BLANK, Cell, entered
from tests.emulators.google.dimensions import insert
from tests.emulators.google.discovery import Mask
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.formulas import copied
from tests.emulators.google.looks import with_colour_styles
from tests.emulators.google.state import Row, Sheet
from tests.emulators.google.work import Handler, Work

#: Fields of CellData that stand on a Cell by themselves, and those that are read-only and so ignored.
_OWN = {"userEnteredValue", "userEnteredFormat", "note", "dataValidation"}
_READ_ONLY = {"effectiveValue", "formattedValue", "effectiveFormat", "hyperlink"}


class Pen:
    """Writes the fields of CellData that a mask names; a named field that is not given is cleared."""

    def __init__(self, mask: Mask) -> None:
        every = "*" in mask
        self.value = every or "userEnteredValue" in mask
        self.look = every or "userEnteredFormat" in mask
        self.note = every or "note" in mask
        self.rule = every or "dataValidation" in mask
        self.look_mask = _look_mask(mask.get("userEnteredFormat") or {"*": {}})
        self.more = [name for name in mask if name not in _OWN | _READ_ONLY | {"*"}]

    def write(self, cell: Cell, data: Json) -> Cell:
        """Give the cell as it is after."""
        value, formula, look, note, rule, more = cell
        if self.value:
            value, formula = entered(data.get("userEnteredValue"))
        if self.look:
            given = data.get("userEnteredFormat")
            look = fields.changed(look, with_colour_styles(given) if given else {}, self.look_mask)
        if self.note:
            note = data.get("note") or None
        if self.rule:
            rule = data.get("dataValidation")
        if self.more:
            kept = {**more, **{name: data.get(name) for name in self.more}}
            more = {name: one for name, one in kept.items() if one}
        return Cell(value, formula, look, note, rule, more)


def _look_mask(mask: Mask) -> Mask:
    """Let the twin of a colour follow the one that is named: backgroundColor and backgroundColorStyle."""
    twins: Mask = {}
    for name, inner in mask.items():
        twins[name] = _look_mask(inner) if inner else {}
        if name.removesuffix("Style") in {"backgroundColor", "foregroundColor"}:
            twins |= {name.removesuffix("Style"): {}, name.removesuffix("Style") + "Style": {}}
    return twins


def update_cells(work: Work, request: Json) -> None:
    """Write CellData: from `start` on as far as rows go, or into exactly `range`, clearing what is not given."""
    pen, rows = Pen(fields.write_mask(request, "CellData")), request.get("rows", [])
    if ("start" in request) == ("range" in request):
        raise Refused("One of start or range must be set, and not both")
    if "range" in request:
        _fill(work, work.box(request["range"]), rows, pen)
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
    _lay(work, sheet, (top, left), rows, pen)


def _lay(work: Work, sheet: Sheet, start: tuple[int, int], rows: list[Json], pen: Pen) -> None:
    top, left = start
    for at, row in enumerate(rows, top):
        values, before = row.get("values", []), sheet.row(at)
        if values:
            work.check_free(Box(sheet, at, left, at + 1, left + len(values)))
        cells = {one: pen.write(before.get(one, BLANK), data) for one, data in enumerate(values, left)}
        sheet.put(at, cells)


def _fill(work: Work, box: Box, rows: list[Json], pen: Pen) -> None:
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
            changes[column] = pen.write(before.get(column, BLANK), data)
        box.sheet.put(at, changes)


def append_cells(work: Work, request: Json) -> None:
    """Add rows after the last row with data, adding grid rows if needed (AppendCellsRequest).

    No position is given, so a position that has become stale cannot be used. With `tableId` the rows go into
    the table's body.
    """
    pen, rows = Pen(fields.write_mask(request, "CellData")), request.get("rows", [])
    if "tableId" in request:
        _append_to_table(work, request["tableId"], rows, pen)
        return
    sheet = work.sheet(request)
    top = sheet.last_entered_row()
    sheet.row_count = max(sheet.row_count, top + len(rows))
    sheet.column_count = max(sheet.column_count, *(len(row.get("values", [])) for row in rows), 0)
    work.draft.check_size()
    _lay(work, sheet, (top, 0), rows, pen)


def _append_to_table(work: Work, table_id: str, rows: list[Json], pen: Pen) -> None:
    for sheet in work.draft.sheets:
        for at, table in enumerate(sheet.things("tables")):
            if table["tableId"] == table_id:
                end, left = table["range"]["endRowIndex"], table["range"].get("startColumnIndex", 0)
                insert(work.draft, sheet, by_rows=True, start=end, count=len(rows))
                grown = {**table["range"], "endRowIndex": end + len(rows)}
                sheet.things("tables")[at] = {**table, "range": grown}
                _lay(work, sheet, (end, left), rows, pen)
                return
    raise Refused(f"No table with id: {table_id}")


def repeat_cell(work: Work, request: Json) -> None:
    """Write one CellData into every cell of a range; a formula is shifted from the first cell on."""
    box, pen = work.box(request["range"]), Pen(fields.write_mask(request, "CellData"))
    work.check_free(box)
    data = request.get("cell", {})
    formula = data.get("userEnteredValue", {}).get("formulaValue")
    fresh = pen.write(BLANK, data)
    for at in range(box.top, box.bottom):
        before, changes = box.sheet.row(at), {}
        for column in range(box.left, box.right):
            old = before.get(column, BLANK)
            cell = fresh if old is BLANK else pen.write(old, data)
            if formula and pen.value:
                cell = cell._replace(formula=copied(formula, at - box.top, column - box.left))
            changes[column] = cell
        box.sheet.put(at, changes)


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


KINDS: dict[str, Handler] = {
    "updateCells": update_cells,
    "appendCells": append_cells,
    "repeatCell": repeat_cell,
    "setDataValidation": set_data_validation,
    "updateBorders": update_borders,
}
