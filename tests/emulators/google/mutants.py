"""The sixteen seeded bugs of facts/google-sheets.md, appendix A: each must be seen by a named test.

gspread's recordings miss the last six of them, which are the ones that ARC's captured writes lean on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from tests.emulators.google import (
    a1,
    dimensions,
    on_copies,
    on_ranges,
    on_sheets,
    tables,
    transaction,
    values,
    world,
)
from tests.emulators.google.a1 import Area, Box
from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import ApiError, Json
from tests.emulators.google.formulas import Reader
from tests.emulators.google.state import Contents

Mutant = Callable[[], AbstractContextManager[Any]]


def _leftmost(box: Box) -> Box | None:
    for row in range(min(box.bottom, len(box.sheet.rows)) - 1, box.top - 1, -1):
        if filled := [one for one in box.sheet.rows[row] if box.left <= one < box.right]:
            return tables._block(box.sheet, row, min(filled))
    return None


def _null_clears() -> AbstractContextManager[Any]:
    usual = values._by_rows
    return patch.object(
        values,
        "_by_rows",
        lambda given: [["" if one is None else one for one in row] for row in usual(given)],
    )


def _padded() -> AbstractContextManager[Any]:
    usual = values.read

    def read(reader: Reader, area: Area, how: values.Rendering) -> Json:
        answer, box = usual(reader, area, how), area.inside()
        rows = answer.get("values", [])
        return {**answer, "values": rows + [[]] * (min(box.height, 100) - len(rows))}

    return patch.object(values, "read", read)


def _always(option: str) -> AbstractContextManager[Any]:
    usual = values._entered
    return patch.object(values, "_entered", lambda locale, old, value, _: usual(locale, old, value, option))


def _names_sheet_0(self: Box) -> Json:
    ends = {"startRowIndex": self.top, "endRowIndex": self.bottom}
    return {"sheetId": 0, **ends, "startColumnIndex": self.left, "endColumnIndex": self.right}


def _ascending() -> AbstractContextManager[Any]:
    usual = on_copies.sort_box

    def sort(box: Box, reader: Reader, specs: list[Json]) -> None:
        usual(box, reader, [{**spec, "sortOrder": "ASCENDING"} for spec in specs])

    return patch.object(on_copies, "sort_box", sort)


def _one_off() -> AbstractContextManager[Any]:
    usual = dimensions.delete

    def delete(*args: Any, by_rows: bool, start: int, end: int) -> None:
        usual(*args, by_rows=by_rows, start=start + 1, end=end + 1)

    return patch.object(dimensions, "delete", delete)


def _hide(_: Any, sheet: Any, *, hidden: bool) -> None:
    sheet.more["hidden"] = hidden


def _texts() -> AbstractContextManager[Any]:
    usual = values.shown
    return patch.object(values, "shown", lambda *args: str(usual(*args)))


def _keep_half(call: Any, world: Any, caller: Any, change: Any) -> Json:
    file = world.for_sheets(call.parameters["spreadsheetId"], caller, write=True)
    return {"spreadsheetId": file.file_id, **change(file.contents, file)}


def _drop(cell: Cell) -> Cell:
    return BLANK if not cell.empty else cell


def _anywhere(area: Area) -> Box:
    bottom = area.sheet.row_count if area.bottom is None else area.bottom
    right = area.sheet.column_count if area.right is None else area.right
    return Box(area.sheet, area.top, area.left, bottom, right)


def _stay(_: Contents, __: dimensions.Shift) -> None:
    """Let what points at cells stay where it is."""


MUTANTS: dict[str, Mutant] = {
    "append starts at the leftmost cell": lambda: patch.object(values, "last_table", _leftmost),
    "null overwrites": _null_clears,
    "empty rows at the end are kept": _padded,
    "USER_ENTERED is not parsed": lambda: _always("RAW"),
    "a range names sheet 0": lambda: patch.object(a1.Box, "grid_range", _names_sheet_0),
    "a sort ignores DESCENDING": _ascending,
    "a delete is off by one": _one_off,
    "all sheets can be hidden": lambda: patch.object(on_sheets, "_hide", _hide),
    "unformatted values are texts": _texts,
    "404 is 400": lambda: patch.object(world, "not_found", lambda: ApiError(400, "Not found")),
    "RAW is parsed like USER_ENTERED": lambda: _always("USER_ENTERED"),
    "a batch is not atomic": lambda: _everywhere("change_kept", _keep_half),
    "an insert shifts no metadata and no ranges": lambda: patch.object(dimensions, "_follow", _stay),
    "a merge keeps covered values": lambda: patch.object(on_ranges, "_clear_covered", lambda _: None),
    "clear drops formats": lambda: patch.object(Cell, "cleared", _drop),
    "there is no grid limit": lambda: patch.object(a1.Area, "inside", _anywhere),
}


def _everywhere(name: str, instead: Any) -> AbstractContextManager[Any]:
    """Patch a function of transaction where it was imported."""
    from tests.emulators.google import sheets

    assert getattr(sheets, name) is getattr(transaction, name)
    return patch.object(sheets, name, instead)
