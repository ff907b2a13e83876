"""Developer metadata and data filters.

Source: https://developers.google.com/workspace/sheets/api/guides/metadata and the reference of DataFilter.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.emulators.google import fields
from tests.emulators.google.a1 import Area, area_of_a1, area_of_grid
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
from tests.emulators.google.state import Contents
from tests.emulators.google.work import Handler, Work

#: Of keys and values, per sheet and for the spreadsheet itself (facts section 3: assumed, from memory).
MOST_CHARACTERS = 30_000


def placed(contents: Contents, given: Json) -> Json:
    """Give a DeveloperMetadataLocation with its type; it must be one row, one column, a sheet or the whole."""
    if given.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "dimensionRange" in given:
        span = given["dimensionRange"]
        sheet = contents.sheet(span.get("sheetId", 0))
        if span.get("endIndex", 0) - span.get("startIndex", 0) != 1:
            raise Refused("dimension_range must represent a single row or column.")
        by_rows = span["dimension"] == "ROWS"
        if span["endIndex"] > (sheet.row_count if by_rows else sheet.column_count):
            raise Refused("dimension_range is outside the grid")
        return {"locationType": "ROW" if by_rows else "COLUMN", "dimensionRange": stored(span)}
    if "sheetId" in given:
        return {"locationType": "SHEET", "sheetId": contents.sheet(given["sheetId"]).sheet_id}
    raise Refused("developerMetadata.location must be specified.")


def create(work: Work, request: Json) -> Json:
    """Create metadata; the id may be chosen, and must then be free in this spreadsheet."""
    given = request["developerMetadata"]
    if not given.get("metadataKey"):
        raise Refused("developerMetadata.metadataKey must be specified.")
    if not given.get("visibility"):
        raise Refused("developerMetadata.visibility must be specified.")
    used = {one["metadataId"] for one in work.draft.metadata}
    if given.get("metadataId") in used:  # assumed, to be proved live (facts, "Must be verified live", 2)
        raise Refused(f"Metadata with id {given['metadataId']} already exists.")
    fresh = given.get("metadataId") or work.new_id(used)
    made = {**given, "metadataId": fresh, "location": placed(work.draft, given.get("location", {}))}
    work.draft.metadata.append(made)
    _check_quota(work.draft, made)
    return {"createDeveloperMetadata": {"developerMetadata": made}}


def _sheet_of(metadata: Json) -> int | None:
    place = metadata["location"]
    if place["locationType"] == "SPREADSHEET":
        return None
    return int(place.get("dimensionRange", place).get("sheetId", 0))


def _check_quota(contents: Contents, made: Json) -> None:
    beside = [one for one in contents.metadata if _sheet_of(one) == _sheet_of(made)]
    used = sum(len(one["metadataKey"]) + len(one.get("metadataValue", "")) for one in beside)
    if used > MOST_CHARACTERS:
        raise Refused("Developer metadata quota exceeded.")


def delete(work: Work, request: Json) -> Json:
    """Delete all metadata that the filter finds."""
    found = list(_found(work.draft, request["dataFilter"]))
    work.draft.metadata[:] = [one for one in work.draft.metadata if one not in found]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": found} if found else {}}


def update(work: Work, request: Json) -> Json:
    """Change all metadata that the filters find."""
    found = [one for data_filter in request["dataFilters"] for one in _found(work.draft, data_filter)]
    given, mask = dict(request["developerMetadata"]), fields.write_mask(request, "DeveloperMetadata")
    if "location" in given:
        given["location"] = placed(work.draft, given["location"])
        mask = {**mask, "location": {}} if "location" in mask else mask
    changed = [fields.changed(one, given, mask) for one in found]
    for old, new in zip(found, changed, strict=True):
        work.draft.metadata[work.draft.metadata.index(old)] = new
    return {"updateDeveloperMetadata": {"developerMetadata": changed}}


def _found(contents: Contents, data_filter: Json) -> Iterator[Json]:
    if "developerMetadataLookup" in data_filter:
        yield from lookup(contents, data_filter["developerMetadataLookup"])


def lookup(contents: Contents, wanted: Json) -> list[Json]:
    """Find metadata by all that the lookup names."""
    place = placed_lookup(contents, wanted)
    plain = ("metadataId", "metadataKey", "metadataValue", "visibility")
    return [
        one
        for one in contents.metadata
        if all(one.get(name) == wanted[name] for name in plain if name in wanted)
        and wanted.get("locationType", one["location"]["locationType"]) == one["location"]["locationType"]
        and (place is None or _at(one["location"], place, wanted))
    ]


def placed_lookup(contents: Contents, wanted: Json) -> Json | None:
    """Give where a lookup looks, if it says so."""
    return placed(contents, wanted["metadataLocation"]) if "metadataLocation" in wanted else None


def _at(here: Json, place: Json, wanted: Json) -> bool:
    """EXACT_LOCATION: there and nowhere else; INTERSECTING_LOCATION also what lies within."""
    if here == place:
        return True
    exact = "INTERSECTING_LOCATION" if place["locationType"] in {"SHEET", "SPREADSHEET"} else "EXACT_LOCATION"
    if wanted.get("locationMatchingStrategy", exact) == "EXACT_LOCATION":
        return False
    if place["locationType"] == "SPREADSHEET":
        return True
    return _sheet_of({"location": here}) == _sheet_of({"location": place})


def areas(contents: Contents, data_filter: Json) -> list[Area]:
    """Give the ranges that a data filter means now: that is settled when the call is carried out."""
    if "a1Range" in data_filter:
        return [area_of_a1(contents, data_filter["a1Range"])]
    if "gridRange" in data_filter:
        return [area_of_grid(contents, data_filter["gridRange"])]
    return [
        area
        for one in _found(contents, data_filter)
        if (area := _area(contents, one["location"])) is not None
    ]


def _area(contents: Contents, place: Json) -> Area | None:
    if place["locationType"] == "SHEET":
        return Area(contents.sheet(place["sheetId"]), 0, 0, None, None)
    if "dimensionRange" not in place:
        return None
    span = place["dimensionRange"]
    sheet, start, end = contents.sheet(span.get("sheetId", 0)), span["startIndex"], span["endIndex"]
    return (
        Area(sheet, start, 0, end, None) if span["dimension"] == "ROWS" else Area(sheet, 0, start, None, end)
    )


def search(contents: Contents, filters: list[Json]) -> Json:
    """Answer developerMetadata.search."""
    found = [
        {"developerMetadata": one, "dataFilters": [data_filter]}
        for data_filter in filters
        for one in _found(contents, data_filter)
    ]
    return {"matchedDeveloperMetadata": found} if found else {}


KINDS: dict[str, Handler] = {
    "createDeveloperMetadata": create,
    "updateDeveloperMetadata": update,
    "deleteDeveloperMetadata": delete,
}
