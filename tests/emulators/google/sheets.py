"""The methods of Sheets v4. Each gets the call, the world and who calls, and gives the answer."""

from __future__ import annotations

from tests.emulators.google import batch, metadata, on_sheets, resource, sheets_values
from tests.emulators.google.calls import Call
from tests.emulators.google.errors import ApiError, Json
from tests.emulators.google.fields import below
from tests.emulators.google.state import Contents, new_contents
from tests.emulators.google.transaction import Endpoint, answer_mask, change_kept, readable
from tests.emulators.google.work import Work
from tests.emulators.google.world import Caller, File, World


def create(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.create: the file belongs to the caller; a service account has no room for one."""
    if world.robots_own_nothing and caller.user.endswith(".gserviceaccount.com"):
        raise ApiError(403, "The caller does not have permission")  # facts, section 4: gspread #1592
    given = call.body
    kept = {name: value for name, value in given.get("properties", {}).items() if name != "title"}
    contents = new_contents(given.get("properties", {}).get("title", "Untitled spreadsheet"), **kept)
    work = Work(contents, caller.user, caller.user, world.ids, world.hints)
    if given.get("sheets"):
        _create_sheets(work, given["sheets"])
    contents.named_ranges.extend(given.get("namedRanges", []))
    file = world.new_file(contents, caller)
    return resource.spreadsheet(
        file.file_id, world.reader(file), areas=None, grid=False, mask=answer_mask(call)
    )


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
    file = readable(call, world, caller)
    return resource.spreadsheet(
        file.file_id,
        world.reader(file),
        areas=resource.named_areas(file.contents, call.all("ranges")),
        grid=call.flag("includeGridData"),
        mask=answer_mask(call),
    )


def get_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.getByDataFilter."""
    file = readable(call, world, caller)
    found = [area for one in call.body.get("dataFilters", []) for area in metadata.areas(file.contents, one)]
    return resource.spreadsheet(
        file.file_id,
        world.reader(file),
        areas=found,
        grid=bool(call.body.get("includeGridData")),
        mask=answer_mask(call),
    )


def batch_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.batchUpdate; with includeSpreadsheetInResponse the spreadsheet "after updates were applied"."""

    def change(draft: Contents, file: File) -> Json:
        work = Work(draft, caller.user, file.owner, world.ids, world.hints)
        answer: Json = {"replies": batch.carry_out(work, call.body.get("requests", []))}
        if call.body.get("includeSpreadsheetInResponse"):
            answer["updatedSpreadsheet"] = resource.spreadsheet(
                file.file_id,
                work.reader(),
                areas=resource.named_areas(draft, call.body.get("responseRanges", [])),
                grid=bool(call.body.get("responseIncludeGridData")),
                mask=below(answer_mask(call), "updatedSpreadsheet"),
            )
        return answer

    return change_kept(call, world, caller, change)


def search_metadata(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.developerMetadata.search."""
    return metadata.search(readable(call, world, caller).contents, call.body.get("dataFilters", []))


def get_metadata(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.developerMetadata.get."""
    wanted = int(call.parameters["metadataId"])
    for one in readable(call, world, caller).contents.metadata:
        if one["metadataId"] == wanted:
            return one
    raise ApiError(404, f"Developer metadata with id {wanted} not found")


def copy_to(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.sheets.copyTo: a sheet into another spreadsheet, under a new id and title."""
    source = readable(call, world, caller).contents.sheet(int(call.parameters["sheetId"]))
    target = world.for_sheets(call.body["destinationSpreadsheetId"], caller, write=True)
    draft = target.contents.draft()
    title, at = f"Copy of {source.title}", 2
    while draft.titled(title):
        title, at = f"Copy of {source.title} {at}", at + 1
    copy = on_sheets.copied_sheet(source, world.ids.randint(1, 2**31 - 1), title, world.ids)
    draft.sheets.append(copy)
    target.contents = draft
    target.touch(world.clock.now())
    return resource.sheet_properties(draft, copy)


#: By method: (read or write, what answers it). getByDataFilter and search read, though they are POST.
ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
    **sheets_values.ENDPOINTS,
    "spreadsheets.create": ("write", create),
    "spreadsheets.get": ("read", get),
    "spreadsheets.getByDataFilter": ("read", get_by_filter),
    "spreadsheets.batchUpdate": ("write", batch_update),
    "spreadsheets.developerMetadata.search": ("read", search_metadata),
    "spreadsheets.developerMetadata.get": ("read", get_metadata),
    "spreadsheets.sheets.copyTo": ("write", copy_to),
}
