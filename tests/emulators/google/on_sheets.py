"""Requests for sheets, the spreadsheet itself, and rows and columns."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.emulators.google import dimensions, fields, formulas
from tests.emulators.google.a1 import Box
from tests.emulators.google.discovery import Mask
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.looks import with_colour_styles
from tests.emulators.google.resource import sheet_properties
from tests.emulators.google.state import Sheet
from tests.emulators.google.work import Handler, Work

_RANGED = {"startRowIndex", "startColumnIndex", "rowIndex", "columnIndex", "dimension"}
_COUNTS = {"rowCount", "columnCount"}
_MORE = ("hidden", "tabColor", "tabColorStyle", "rightToLeft")


def add_sheet(work: Work, request: Json) -> Json:
    """Add a sheet, at the end unless an index is given."""
    given = request.get("properties", {})
    title = given.get("title") or _free_title(work)
    _check_title(work, title)
    used = [sheet.sheet_id for sheet in work.draft.sheets]
    sheet_id = given.get("sheetId", work.new_id(used))
    if sheet_id in used:
        raise Refused(f"Sheet with ID {sheet_id} already exists. Please use a different ID.")
    sheet = new_sheet(sheet_id, title, given)
    index = given.get("index", len(work.draft.sheets))
    if index > len(work.draft.sheets):
        raise Refused(f"Sheet index {index} is too high.")
    work.draft.sheets.insert(index, sheet)
    work.draft.check_size()
    return {"addSheet": {"properties": sheet_properties(work.draft, sheet)}}


def new_sheet(sheet_id: int, title: str, given: Json) -> Sheet:
    """Give a sheet from SheetProperties."""
    grid = given.get("gridProperties", {})
    more = {name: given[name] for name in _MORE if given.get(name)}
    return Sheet(
        sheet_id,
        title,
        grid.get("rowCount", 1000),
        grid.get("columnCount", 26),
        {name: value for name, value in grid.items() if name not in _COUNTS and value},
        with_colour_styles(more),
    )


def _free_title(work: Work) -> str:
    at = len(work.draft.sheets) + 1
    while work.draft.titled(f"Sheet{at}"):
        at += 1
    return f"Sheet{at}"


def _check_title(work: Work, title: str, but: Sheet | None = None) -> None:
    known = work.draft.titled(title)
    if known is not None and known is not but:
        raise Refused(f'A sheet with the name "{title}" already exists. Please enter another name.')


def delete_sheet(work: Work, request: Json) -> None:
    """Delete a sheet and all that points at it; one sheet that people see must stay."""
    sheet = work.sheet(request)
    rest = [one for one in work.draft.sheets if one is not sheet]
    if not rest:
        raise Refused("You can't remove all the sheets in a document.")
    if all(one.more.get("hidden") for one in rest):
        raise Refused("You can't remove all the visible sheets in a document.")
    work.check_free(Box(sheet, 0, 0, sheet.row_count, sheet.column_count))
    work.draft.sheets[:] = rest
    work.draft.named_ranges[:] = [
        one for one in work.draft.named_ranges if one["range"].get("sheetId", 0) != sheet.sheet_id
    ]
    work.draft.metadata[:] = [one for one in work.draft.metadata if not _points_at(one, sheet.sheet_id)]


def _points_at(metadata: Json, sheet_id: int) -> bool:
    place = metadata["location"]
    if place["locationType"] == "SPREADSHEET":
        return False
    return bool(place.get("dimensionRange", place).get("sheetId", 0) == sheet_id)


def duplicate_sheet(work: Work, request: Json) -> Json:
    """Copy a sheet within the spreadsheet, to the front unless an index is given."""
    source = work.sheet(request, "sourceSheetId")
    used = [sheet.sheet_id for sheet in work.draft.sheets]
    title = request.get("newSheetName") or _copy_title(work, source.title)
    _check_title(work, title)
    sheet = copied_sheet(source, request.get("newSheetId", work.new_id(used)), title, work.ids)
    work.draft.sheets.insert(request.get("insertSheetIndex", 0), sheet)
    work.draft.check_size()
    return {"duplicateSheet": {"properties": sheet_properties(work.draft, sheet)}}


def _copy_title(work: Work, title: str) -> str:
    name, at = f"Copy of {title}", 2
    while work.draft.titled(name):
        name, at = f"Copy of {title} {at}", at + 1
    return name


#: Objects of a sheet whose ids no other sheet may have.
_IDS = {
    "charts": "chartId",
    "protectedRanges": "protectedRangeId",
    "filterViews": "filterViewId",
    "bandedRanges": "bandedRangeId",
}


def copied_sheet(source: Sheet, sheet_id: int, title: str, ids: Random) -> Sheet:
    """Give a copy under another id; what pointed into the old sheet points into the copy, under ids of its own."""
    sheet = source.draft()
    sheet.sheet_id, sheet.title = sheet_id, title
    sheet.objects = {
        kind: [_pointed(one, source.sheet_id, sheet_id) for one in things]
        for kind, things in sheet.objects.items()
    }
    for kind, name in _IDS.items():
        for one in sheet.things(kind):
            one[name] = ids.randint(1, 2**31 - 1)
    sheet.objects.pop("tables", None)  # a table's name is taken once
    sheet.basic_filter = _pointed(sheet.basic_filter, source.sheet_id, sheet_id)
    return sheet


def _pointed(thing: Any, before: int, after: int) -> Any:
    if isinstance(thing, list):
        return [_pointed(one, before, after) for one in thing]
    if not isinstance(thing, dict):
        return thing
    new = {name: _pointed(value, before, after) for name, value in thing.items()}
    if new.get("sheetId", 0) == before and ("sheetId" in new or new.keys() & _RANGED):
        new["sheetId"] = after
    return new


def update_spreadsheet_properties(work: Work, request: Json) -> None:
    """Rename the spreadsheet, or change its locale, time zone or recalculation."""
    given = request.get("properties", {})
    mask = fields.write_mask(request, "SpreadsheetProperties")
    for name in given if "*" in mask else mask:
        if name in {"defaultFormat", "spreadsheetTheme"} and "*" in mask:
            continue
        if name not in given:
            raise Refused(f"properties.{name} must be set")
        work.draft.properties[name] = given[name]


def update_sheet_properties(work: Work, request: Json) -> None:
    """Change a sheet's properties; the sheet is the one whose sheetId is given."""
    given = request.get("properties", {})
    sheet = work.sheet(given)
    mask = fields.write_mask(request, "SheetProperties")
    named: Mask = {name: {} for name in given} if "*" in mask else mask
    for name, inner in named.items():
        if name == "title":
            _check_title(work, given.get("title", ""), sheet)
            _rename(work, sheet, given["title"])
        elif name == "index":
            _move_sheet(work, sheet, given.get("index", 0))
        elif name == "gridProperties":
            _grid(work, sheet, given.get("gridProperties", {}), inner)
        elif name == "hidden":
            _hide(work, sheet, hidden=bool(given.get("hidden")))
        elif name in _MORE:
            _more(sheet, name, given.get(name))


def _rename(work: Work, sheet: Sheet, title: str) -> None:
    """Rename a sheet; formulas that name it go on to."""
    for other in work.draft.sheets:
        for at, row in other.filled(0, other.row_count):
            changes = {
                column: cell._replace(formula=formulas.renamed(cell.formula, sheet.title, title))
                for column, cell in row.items()
                if cell.formula is not None and "!" in cell.formula
            }
            other.put(at, changes)
    sheet.title = title


def _more(sheet: Sheet, name: str, value: Any) -> None:
    base = name.removesuffix("Style")
    if not value:
        for twin in (base, f"{base}Style"):
            sheet.more.pop(twin, None)
        return
    sheet.more.update(with_colour_styles({name: value}))


def _move_sheet(work: Work, sheet: Sheet, index: int) -> None:
    sheets = work.draft.sheets
    before = sheets.index(sheet)
    del sheets[before]
    # The index counts as before the move, as in the window (UpdateSheetPropertiesRequest, SheetProperties.index).
    sheets.insert(index if index <= before else index - 1, sheet)


def _hide(work: Work, sheet: Sheet, *, hidden: bool) -> None:
    if not hidden:
        sheet.more.pop("hidden", None)
        return
    if all(one is sheet or one.more.get("hidden") for one in work.draft.sheets):
        raise Refused("You can't hide all the sheets in a document.")
    sheet.more["hidden"] = True


def _grid(work: Work, sheet: Sheet, given: Json, mask: Mask) -> None:
    named = mask if mask and "*" not in mask else given
    for name in named:
        if name in _COUNTS:
            _resize(work, sheet, by_rows=name == "rowCount", count=given.get(name, 0))
        elif given.get(name):
            sheet.grid[name] = given[name]
        else:
            sheet.grid.pop(name, None)
    frozen = sheet.grid.get("frozenRowCount", 0), sheet.grid.get("frozenColumnCount", 0)
    if frozen[0] >= sheet.row_count or frozen[1] >= sheet.column_count:
        raise Refused("You can't freeze all visible rows on the sheet.")


def _resize(work: Work, sheet: Sheet, *, by_rows: bool, count: int) -> None:
    before = sheet.row_count if by_rows else sheet.column_count
    if count < 1:
        raise Refused(f"gridProperties.{'rowCount' if by_rows else 'columnCount'} must be greater than 0")
    if count < before:
        dimensions.delete(work.draft, sheet, by_rows=by_rows, start=count, end=before)
    elif by_rows:
        sheet.row_count = count
    else:
        sheet.column_count = count
    work.draft.check_size()


KINDS: dict[str, Handler] = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "updateSheetProperties": update_sheet_properties,
}
