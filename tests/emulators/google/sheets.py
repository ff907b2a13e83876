"""The methods of Sheets v4. Each gets the call, the world and who calls, and gives the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.google import batch, fields, metadata, on_sheets, resource, values
from tests.emulators.google.a1 import Area, area_of_a1
from tests.emulators.google.calls import Call
from tests.emulators.google.errors import ApiError, Json, Refused, bad_request, invalid
from tests.emulators.google.fields import Mask, below, cut
from tests.emulators.google.state import Contents, new_contents
from tests.emulators.google.work import Work
from tests.emulators.google.world import Caller, File, World

Endpoint = Callable[[Call, World, Caller], Json]
#: A change of a draft, giving the answer.
Change = Callable[[Contents, File], Json]


def _mask(call: Call) -> Mask | None:
    text = call.one("fields")
    return fields.parse(text, _no_selection) if text else None


def _no_selection(text: str) -> ApiError:
    return bad_request(
        text, f"Error expanding 'fields' parameter. Cannot find matching fields for path '{text}'."
    )


def _read(call: Call, world: World, caller: Caller) -> File:
    return world.for_sheets(call.parameters["spreadsheetId"], caller, write=False)


def _change(call: Call, world: World, caller: Caller, change: Change) -> Json:
    """Apply a change to a draft, and keep the draft only if all of it went well."""
    file = world.for_sheets(call.parameters["spreadsheetId"], caller, write=True)
    draft = file.contents.draft()
    try:
        answer = change(draft, file)
    except Refused as refused:
        raise invalid(str(refused)) from None
    file.contents = draft
    file.touch(world.clock.now())
    return dict(cut({"spreadsheetId": file.file_id, **answer}, _mask(call)))


def create(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.create: the file belongs to the caller; a service account has no room for one."""
    if world.robots_own_nothing and caller.user.endswith(".gserviceaccount.com"):
        raise ApiError(403, "The caller does not have permission")  # facts, section 4: gspread #1592
    given = call.body
    kept = {name: value for name, value in given.get("properties", {}).items() if name != "title"}
    contents = new_contents(given.get("properties", {}).get("title", "Untitled spreadsheet"), **kept)
    work = Work(contents, caller.user, caller.user, world.ids, world.known())
    if given.get("sheets"):
        _create_sheets(work, given["sheets"])
    contents.named_ranges.extend(given.get("namedRanges", []))
    file = world.new_file(contents, caller)
    return resource.spreadsheet(file.file_id, world.reader(file), ranges=[], grid=False, mask=_mask(call))


def _create_sheets(work: Work, given: list[Json]) -> None:
    work.draft.sheets.clear()
    for at, one in enumerate(given):
        properties = {"title": f"Sheet{at + 1}", **one.get("properties", {})}
        if at == 0:
            properties.setdefault("sheetId", 0)
        sheet_id = on_sheets.add_sheet(work, {"properties": properties})["addSheet"]["properties"]["sheetId"]
        for block in one.get("data", []):
            start = {"rowIndex": block.get("startRow", 0), "columnIndex": block.get("startColumn", 0)}
            rows = {"rows": block.get("rowData", []), "fields": "*"}
            batch.carry_out(work, [{"updateCells": {"start": {"sheetId": sheet_id, **start}, **rows}}])


def get(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.get."""
    file = _read(call, world, caller)
    return resource.spreadsheet(
        file.file_id,
        world.reader(file),
        ranges=call.all("ranges"),
        grid=call.flag("includeGridData"),
        mask=_mask(call),
    )


def get_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.getByDataFilter."""
    file = _read(call, world, caller)
    found = [area for one in call.body.get("dataFilters", []) for area in metadata.areas(file.contents, one)]
    return resource.spreadsheet(
        file.file_id,
        world.reader(file),
        ranges=[area.a1() for area in found],
        grid=bool(call.body.get("includeGridData")),
        mask=_mask(call),
    )


def batch_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.batchUpdate; with includeSpreadsheetInResponse the spreadsheet "after updates were applied"."""

    def change(draft: Contents, file: File) -> Json:
        work = Work(draft, caller.user, file.owner, world.ids, world.known())
        answer: Json = {"replies": batch.carry_out(work, call.body.get("requests", []))}
        if call.body.get("includeSpreadsheetInResponse"):
            answer["updatedSpreadsheet"] = resource.spreadsheet(
                file.file_id,
                work.reader(),
                ranges=call.body.get("responseRanges", []),
                grid=bool(call.body.get("responseIncludeGridData")),
                mask=below(_mask(call), "updatedSpreadsheet"),
            )
        return answer

    return _change(call, world, caller, change)


def search_metadata(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.developerMetadata.search."""
    return metadata.search(_read(call, world, caller).contents, call.body.get("dataFilters", []))


def get_metadata(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.developerMetadata.get."""
    wanted = int(call.parameters["metadataId"])
    for one in _read(call, world, caller).contents.metadata:
        if one["metadataId"] == wanted:
            return one
    raise ApiError(404, f"Developer metadata with id {wanted} not found")


def copy_to(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.sheets.copyTo: a sheet into another spreadsheet, under a new id and title."""
    source = _read(call, world, caller).contents.sheet(int(call.parameters["sheetId"]))
    target = world.for_sheets(call.body["destinationSpreadsheetId"], caller, write=True)
    draft = target.contents.draft()
    title, at = f"Copy of {source.title}", 2
    while draft.titled(title):
        title, at = f"Copy of {source.title} {at}", at + 1
    copy = on_sheets.copied_sheet(source, world.ids.randint(1, 2**31 - 1), title)
    draft.sheets.append(copy)
    target.contents = draft
    target.touch(world.clock.now())
    return resource.sheet_properties(draft, copy)


def _rendering(given: Callable[[str], Any], prefix: str = "") -> values.Rendering:
    def name(plain: str) -> str:
        return plain if not prefix else f"response{plain[0].upper()}{plain[1:]}"

    return values.Rendering(
        given(name("valueRenderOption")) or "FORMATTED_VALUE",
        given(name("dateTimeRenderOption")) or "SERIAL_NUMBER",
        (given("majorDimension") if not prefix else "") or "ROWS",
    )


def values_get(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.get."""
    file = _read(call, world, caller)
    area = area_of_a1(file.contents, call.parameters["range"])
    return dict(cut(values.read(world.reader(file), area, _rendering(call.one)), _mask(call)))


def values_batch_get(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchGet: all ranges of one state."""
    file = _read(call, world, caller)
    reader, how = world.reader(file), _rendering(call.one)
    found = [values.read(reader, area_of_a1(file.contents, text), how) for text in call.all("ranges")]
    return dict(cut({"spreadsheetId": file.file_id, "valueRanges": found}, _mask(call)))


def values_batch_get_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchGetByDataFilter."""
    file = _read(call, world, caller)
    reader, how = world.reader(file), _rendering(call.body.get)
    found = [
        {"valueRange": values.read(reader, area, how), "dataFilters": [one]}
        for one in call.body.get("dataFilters", [])
        for area in metadata.areas(file.contents, one)
    ]
    return dict(cut({"spreadsheetId": file.file_id, "valueRanges": found}, _mask(call)))


def values_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.update."""

    def change(draft: Contents, file: File) -> Json:
        area = area_of_a1(draft, call.parameters["range"])
        return _written(world, file, draft, area, call.body, call.one, caller)

    return _change(call, world, caller, change)


def _written(
    world: World, file: File, draft: Contents, area: Area, given: Json, option: Callable[[str], Any], caller: Caller
) -> Json:
    """Write one ValueRange; if asked, read back "all values in the requested range"."""
    work = Work(draft, caller.user, file.owner, world.ids, world.known())
    values.check(given.get("values") or [])
    work.check_free(values.target(area, given))
    answer = values.write(draft, area, given, option("valueInputOption") or "")
    if option("includeValuesInResponse") in {True, "true", "True"}:
        back = area_of_a1(draft, answer["updatedRange"]) if area.is_cell else area
        how = _rendering(option, "response")
        answer["updatedData"] = values.read(work.reader(), back, how)
    return {"spreadsheetId": file.file_id, **answer}


def values_batch_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchUpdate: "all Sheets requests are applied atomically" (limits page)."""

    def change(draft: Contents, file: File) -> Json:
        answers = [
            _written(world, file, draft, area_of_a1(draft, one["range"]), one, call.body.get, caller)
            for one in call.body.get("data", [])
        ]
        return {**_totals(answers), "responses": answers}

    return _change(call, world, caller, change)


def values_batch_update_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchUpdateByDataFilter: where a filter means several ranges, each is written."""

    def change(draft: Contents, file: File) -> Json:
        answers = [
            {**_written(world, file, draft, area, one, call.body.get, caller), "dataFilter": one["dataFilter"]}
            for one in call.body.get("data", [])
            for area in metadata.areas(draft, one["dataFilter"])
        ]
        shown = [{name: value for name, value in one.items() if name != "spreadsheetId"} for one in answers]
        return {**_totals(answers), "responses": shown}

    return _change(call, world, caller, change)


def _totals(answers: list[Json]) -> Json:
    totals = {
        f"total{name}": sum(one.get(f"updated{name}", 0) for one in answers)
        for name in ("Rows", "Columns", "Cells")
    }
    # Columns are not added up over ranges below each other (seen in traffic): the widest counts.
    totals["totalUpdatedColumns"] = max((one.get("updatedColumns", 0) for one in answers), default=0)
    sheets = {one["updatedRange"].rpartition("!")[0] for one in answers}
    counted = {
        "totalUpdatedRows": totals["totalRows"],
        "totalUpdatedColumns": totals["totalUpdatedColumns"],
        "totalUpdatedCells": totals["totalCells"],
        "totalUpdatedSheets": len(sheets),
    }
    return {name: count for name, count in counted.items() if count}


def values_append(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.append."""

    def change(draft: Contents, file: File) -> Json:
        area = area_of_a1(draft, call.parameters["range"])
        how = call.one("insertDataOption", "OVERWRITE")
        answer = values.append(draft, area, call.body, call.one("valueInputOption"), how)
        answer["updates"] = {"spreadsheetId": file.file_id, **answer["updates"]}
        if call.flag("includeValuesInResponse"):
            reader = Work(draft, caller.user, file.owner, world.ids, world.known()).reader()
            back = area_of_a1(draft, answer["updates"]["updatedRange"])
            answer["updates"]["updatedData"] = values.read(reader, back, _rendering(call.one, "response"))
        return answer

    return _change(call, world, caller, change)


def values_clear(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.clear."""
    return _change(
        call,
        world,
        caller,
        lambda draft, _: {"clearedRange": values.clear(area_of_a1(draft, call.parameters["range"]))},
    )


def values_batch_clear(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchClear."""

    def change(draft: Contents, _: File) -> Json:
        ranges = [area_of_a1(draft, text) for text in call.body.get("ranges", [])]
        return {"clearedRanges": [values.clear(area) for area in ranges]}

    return _change(call, world, caller, change)


def values_batch_clear_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchClearByDataFilter."""

    def change(draft: Contents, _: File) -> Json:
        found = [area for one in call.body.get("dataFilters", []) for area in metadata.areas(draft, one)]
        return {"clearedRanges": [values.clear(area) for area in found]}

    return _change(call, world, caller, change)


#: By method: (read or write, what answers it). getByDataFilter and search read, though they are POST.
ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
    "spreadsheets.create": ("write", create),
    "spreadsheets.get": ("read", get),
    "spreadsheets.getByDataFilter": ("read", get_by_filter),
    "spreadsheets.batchUpdate": ("write", batch_update),
    "spreadsheets.developerMetadata.search": ("read", search_metadata),
    "spreadsheets.developerMetadata.get": ("read", get_metadata),
    "spreadsheets.sheets.copyTo": ("write", copy_to),
    "spreadsheets.values.get": ("read", values_get),
    "spreadsheets.values.batchGet": ("read", values_batch_get),
    "spreadsheets.values.batchGetByDataFilter": ("read", values_batch_get_by_filter),
    "spreadsheets.values.update": ("write", values_update),
    "spreadsheets.values.batchUpdate": ("write", values_batch_update),
    "spreadsheets.values.batchUpdateByDataFilter": ("write", values_batch_update_by_filter),
    "spreadsheets.values.append": ("write", values_append),
    "spreadsheets.values.clear": ("write", values_clear),
    "spreadsheets.values.batchClear": ("write", values_batch_clear),
    "spreadsheets.values.batchClearByDataFilter": ("write", values_batch_clear_by_filter),
}
