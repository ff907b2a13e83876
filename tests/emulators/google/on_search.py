"""The findReplace request."""

from __future__ import annotations

import re

from tests.emulators.google.a1 import Box, box_of_grid
from tests.emulators.google.cells import is_number
from tests.emulators.google.errors import Json
from tests.emulators.google.state import Row
from tests.emulators.google.typed import typed
from tests.emulators.google.work import Handler, Work


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


def _replaced(work: Work, cells: Row, finder: re.Pattern[str], request: Json, counts: dict[str, int]) -> Row:
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
    "findReplace": find_replace,
}
