"""Requests for what lies on the cells: merges, names, protections, filters, rules, bands, charts and tables."""

from __future__ import annotations

from typing import Any

from tests.emulators.google import fields
from tests.emulators.google.a1 import Box, box_of_grid
from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
from tests.emulators.google.on_copies import sort_box
from tests.emulators.google.on_ranges import checked
from tests.emulators.google.state import Sheet
from tests.emulators.google.work import Handler, Work


# deleteTable leaves the cells: "Removes the table with the given ID"; assumed, the guide says no more.
def _named(name: str, kind: str, id_name: str, of: str) -> tuple[Handler, Handler, Handler]:
    """Give the add, update and delete requests of a kind of object that lies on one sheet.

    `name` is the request's field, `kind` the Sheet resource's (bandedRange, bandedRanges), `of` the schema.
    """

    def find(work: Work, wanted: Any) -> tuple[Sheet, int]:
        for sheet in work.draft.sheets:
            for at, one in enumerate(sheet.things(kind)):
                if one.get(id_name) == wanted:
                    return sheet, at
        raise Refused(f"No {name} with id: {wanted}")

    def add(work: Work, request: Json) -> Json:
        given = request[name]
        fresh: int | str = work.new_id()
        made: Json = {id_name: str(fresh) if name == "table" else fresh, **stored(given)}
        if "range" in made:
            work.box(made["range"])
        work.sheet(made.get("range", {})).things(kind).append(made)
        return {f"add{name[0].upper()}{name[1:]}": {name: made}}

    def update(work: Work, request: Json) -> None:
        sheet, at = find(work, request[name].get(id_name))
        sheet.things(kind)[at] = fields.changed(
            sheet.things(kind)[at], stored(request[name]), fields.write_mask(request, of)
        )

    def delete(work: Work, request: Json) -> None:
        sheet, at = find(work, request.get("filterId" if kind == "filterViews" else id_name))
        del sheet.things(kind)[at]

    return add, update, delete


def set_basic_filter(work: Work, request: Json) -> None:
    """Set the one filter of a sheet; its sort specs sort the rows below its header, as a person's would."""
    given = request["filter"]
    box = work.box(given.get("range", {}))
    box.sheet.basic_filter = {**given, "range": box.grid_range()}
    if given.get("sortSpecs"):
        sort_box(box._replace(top=box.top + 1), work.reader(), given["sortSpecs"])


def clear_basic_filter(work: Work, request: Json) -> None:
    """Take the filter away."""
    work.sheet(request).basic_filter = None


def _rules(work: Work, request: Json) -> list[Json]:
    return work.sheet(request).things("conditionalFormats")


def add_rule(work: Work, request: Json) -> None:
    """Add a conditional format at an index; the first rule wins."""
    rule = request["rule"]
    ranges = [checked(work, grid) for grid in rule.get("ranges", [])]
    if not ranges:
        raise Refused("rule.ranges must not be empty")
    rules = work.draft.sheet(ranges[0].get("sheetId", 0)).things("conditionalFormats")
    rules.insert(request.get("index", 0), {**rule, "ranges": ranges})


def update_rule(work: Work, request: Json) -> Json:
    """Replace a conditional format, or move it to another index."""
    rules, at = _rules(work, request), request.get("index", 0)
    if "rule" in request:
        rules = work.sheet(request["rule"]["ranges"][0]).things("conditionalFormats")
    if at >= len(rules):
        raise Refused(f"No conditional format on sheet at index: {at}")
    old = rules[at]
    if "newIndex" in request:
        del rules[at]
        rules.insert(request["newIndex"], old)
        answer = {"oldRule": old, "oldIndex": at, "newRule": old, "newIndex": request["newIndex"]}
    else:
        rules[at] = stored(request["rule"])
        answer = {"oldRule": old, "newRule": request["rule"], "newIndex": at}
    return {"updateConditionalFormatRule": answer}


def delete_rule(work: Work, request: Json) -> Json:
    """Delete a conditional format by its index."""
    rules, at = _rules(work, request), request.get("index", 0)
    if at >= len(rules):
        raise Refused(f"No conditional format on sheet: {request.get('sheetId', 0)} at index: {at}")
    return {"deleteConditionalFormatRule": {"rule": rules.pop(at)}}


def add_table(work: Work, request: Json) -> Json:
    """Add a table; its header row is the first of the range and takes the columns' names."""
    given = request["table"]
    box = work.box(given["range"])
    for sheet in work.draft.sheets:
        for other in sheet.things("tables"):
            if other.get("name", "").casefold() == given.get("name", "").casefold():
                raise Refused(f"A table with the name {given.get('name')} already exists.")
            if box_of_grid(work.draft, other["range"]).meets(box):
                raise Refused("You can't add a table that overlaps another table.")
    columns = _columns(work, box, given.get("columnProperties", []))
    _write_headers(box, columns)
    return _TABLE[0](work, {"table": {**given, "columnProperties": columns}}) or {}


def _columns(work: Work, box: Box, given: list[Json]) -> list[Json]:
    known = {one.get("columnIndex", 0): one for one in given}
    if any(at >= box.width for at in known):
        raise Refused("columnProperties.columnIndex is outside the table's range")
    reader, columns = work.reader(), []
    for at in range(box.width):
        header = reader.value(box.sheet, box.top, box.left + at)
        usual = {"columnName": str(header) if header is not None else f"Column {at + 1}"}
        columns.append({"columnIndex": at, **usual, **known.get(at, {})})
    return columns


def _write_headers(box: Box, columns: list[Json]) -> None:
    before = box.sheet.row(box.top)
    headers: dict[int, Cell] = {
        box.left + at: before.get(box.left + at, BLANK)._replace(value=one["columnName"], formula=None)
        for at, one in enumerate(columns)
    }
    box.sheet.put(box.top, headers)


_FILTER_VIEW = _named("filter", "filterViews", "filterViewId", "FilterView")
_BANDING = _named("bandedRange", "bandedRanges", "bandedRangeId", "BandedRange")
_TABLE = _named("table", "tables", "tableId", "Table")
_PROTECTION = _named("protectedRange", "protectedRanges", "protectedRangeId", "ProtectedRange")


def _answering(handler: Handler, was: str, becomes: str) -> Handler:
    """Give the handler with its reply under the request's name."""

    def answer(work: Work, request: Json) -> Json:
        return {becomes: (handler(work, request) or {})[was]}

    return answer


KINDS: dict[str, Handler] = {
    "updateProtectedRange": _PROTECTION[1],
    "deleteProtectedRange": _PROTECTION[2],
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": _answering(_FILTER_VIEW[0], "addFilter", "addFilterView"),
    "updateFilterView": _FILTER_VIEW[1],
    "deleteFilterView": _FILTER_VIEW[2],
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
    "addTable": add_table,
    "updateTable": _TABLE[1],
    "deleteTable": _TABLE[2],
    "addBanding": _answering(_BANDING[0], "addBandedRange", "addBanding"),
    "updateBanding": _BANDING[1],
    "deleteBanding": _BANDING[2],
}
