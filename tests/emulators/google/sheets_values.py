"""The methods of Sheets v4 on plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.google import metadata, values
from tests.emulators.google.a1 import Area, area_of_a1
from tests.emulators.google.calls import Call
from tests.emulators.google.errors import Json
from tests.emulators.google.fields import cut
from tests.emulators.google.state import Contents
from tests.emulators.google.transaction import Endpoint, answer_mask, change_kept, readable
from tests.emulators.google.work import Work
from tests.emulators.google.world import Caller, File, World


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
    file = readable(call, world, caller)
    area = area_of_a1(file.contents, call.parameters["range"])
    return dict(cut(values.read(world.reader(file), area, _rendering(call.one)), answer_mask(call)))


def values_batch_get(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchGet: all ranges of one state."""
    file = readable(call, world, caller)
    reader, how = world.reader(file), _rendering(call.one)
    found = [values.read(reader, area_of_a1(file.contents, text), how) for text in call.all("ranges")]
    return dict(cut({"spreadsheetId": file.file_id, "valueRanges": found}, answer_mask(call)))


def values_batch_get_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchGetByDataFilter."""
    file = readable(call, world, caller)
    reader, how = world.reader(file), _rendering(call.body.get)
    found = [
        {"valueRange": values.read(reader, area, how), "dataFilters": [one]}
        for one in call.body.get("dataFilters", [])
        for area in metadata.areas(file.contents, one)
    ]
    return dict(cut({"spreadsheetId": file.file_id, "valueRanges": found}, answer_mask(call)))


def values_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.update."""

    def change(draft: Contents, file: File) -> Json:
        area = area_of_a1(draft, call.parameters["range"])
        return _written(_work(world, caller, draft, file), area, call.body, call.one)

    return change_kept(call, world, caller, change)


def _written(work: Work, area: Area, given: Json, option: Callable[[str], Any]) -> Json:
    """Write one ValueRange; if asked, read back "all values in the requested range"."""
    values.check(given.get("values") or [])
    work.check_free(values.target(area, given))
    answer = values.write(work.draft, area, given, option("valueInputOption") or "")
    if option("includeValuesInResponse") in {True, "true", "True"}:
        back = area_of_a1(work.draft, answer["updatedRange"]) if area.is_cell else area
        answer["updatedData"] = values.read(work.reader(), back, _rendering(option, "response"))
    return answer


def _work(world: World, caller: Caller, draft: Contents, file: File) -> Work:
    return Work(draft, caller.user, file.owner, world.ids, world.hints)


def values_batch_update(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchUpdate: "all Sheets requests are applied atomically" (limits page)."""

    def change(draft: Contents, file: File) -> Json:
        work = _work(world, caller, draft, file)
        answers = [
            _written(work, area_of_a1(draft, one["range"]), one, call.body.get)
            for one in call.body.get("data", [])
        ]
        named = [{"spreadsheetId": file.file_id, **one} for one in answers]
        return {**_totals(answers), "responses": named}

    return change_kept(call, world, caller, change)


def values_batch_update_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchUpdateByDataFilter: where a filter means several ranges, each is written."""

    def change(draft: Contents, file: File) -> Json:
        work = _work(world, caller, draft, file)
        answers = [
            {**_written(work, area, one, call.body.get), "dataFilter": one["dataFilter"]}
            for one in call.body.get("data", [])
            for area in metadata.areas(draft, one["dataFilter"])
        ]
        return {**_totals(answers), "responses": answers}

    return change_kept(call, world, caller, change)


def _totals(answers: list[Json]) -> Json:
    def added(name: str) -> int:
        return sum(one.get(name, 0) for one in answers)

    totals = {
        "totalUpdatedRows": added("updatedRows"),
        # Columns are not added up over ranges below each other (seen in traffic): the widest counts.
        "totalUpdatedColumns": max((one.get("updatedColumns", 0) for one in answers), default=0),
        "totalUpdatedCells": added("updatedCells"),
        "totalUpdatedSheets": len({one["updatedRange"].rpartition("!")[0] for one in answers}),
    }
    return {name: count for name, count in totals.items() if count}


def values_append(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.append."""

    def change(draft: Contents, file: File) -> Json:
        area = area_of_a1(draft, call.parameters["range"])
        how = call.one("insertDataOption", "OVERWRITE")
        work = _work(world, caller, draft, file)
        answer = values.append(draft, area, call.body, call.one("valueInputOption"), how)
        back = area_of_a1(draft, answer["updates"]["updatedRange"])
        work.check_free(back.inside())
        answer["updates"] = {"spreadsheetId": file.file_id, **answer["updates"]}
        if call.flag("includeValuesInResponse"):
            how_read = _rendering(call.one, "response")
            answer["updates"]["updatedData"] = values.read(work.reader(), back, how_read)
        return answer

    return change_kept(call, world, caller, change)


def _cleared(world: World, caller: Caller, draft: Contents, file: File, areas: list[Area]) -> list[str]:
    work = _work(world, caller, draft, file)
    for area in areas:
        work.check_free(area.inside())
    return [values.clear(area) for area in areas]


def values_clear(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.clear."""

    def change(draft: Contents, file: File) -> Json:
        area = area_of_a1(draft, call.parameters["range"])
        return {"clearedRange": _cleared(world, caller, draft, file, [area])[0]}

    return change_kept(call, world, caller, change)


def values_batch_clear(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchClear."""

    def change(draft: Contents, file: File) -> Json:
        areas = [area_of_a1(draft, text) for text in call.body.get("ranges", [])]
        return {"clearedRanges": _cleared(world, caller, draft, file, areas)}

    return change_kept(call, world, caller, change)


def values_batch_clear_by_filter(call: Call, world: World, caller: Caller) -> Json:
    """spreadsheets.values.batchClearByDataFilter."""

    def change(draft: Contents, file: File) -> Json:
        areas = [area for one in call.body.get("dataFilters", []) for area in metadata.areas(draft, one)]
        return {"clearedRanges": _cleared(world, caller, draft, file, areas)}

    return change_kept(call, world, caller, change)


ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
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
