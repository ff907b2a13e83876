"""Requests that carry cells elsewhere: copyPaste, cutPaste and sortRange."""

from __future__ import annotations

from tests.emulators.google.a1 import Area, Box
from tests.emulators.google.cells import BLANK, Cell, Failure, Value
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.formulas import Reader, copied
from tests.emulators.google.work import Handler, Work


def copy_paste(work: Work, request: Json) -> None:
    """Copy a range over another, as it stands at this point of the batch (requests are done in order).

    Assumed: it stands so when the batch is committed, with what people did until then (write protocol, A1).
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
    columns = range(source.left, source.right)
    block = [[source.sheet.cell(row, one) for one in columns] for row in range(source.top, source.bottom)]
    for at in range(source.top, source.bottom):
        source.sheet.put(at, dict.fromkeys(columns, BLANK))
    for at, row in enumerate(block, top):
        sheet.put(at, dict(enumerate(row, left)))


def sort_range(work: Work, request: Json) -> None:
    """Sort the rows of a range. Cells move, rows do not: metadata and sizes of rows stay (assumed, facts section 3)."""
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


KINDS: dict[str, Handler] = {
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "sortRange": sort_range,
}
