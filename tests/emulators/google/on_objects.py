"""Requests for what lies on the cells: merges, names, protections, filters, rules, bands, charts and tables."""

from __future__ import annotations

from typing import Any

from tests.emulators.google import fields
from tests.emulators.google.a1 import Box, box_of_grid
from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
from tests.emulators.google.state import Sheet
from tests.emulators.google.work import Handler, Work


def merge_cells(work: Work, request: Json) -> None:
    """Merge; only the top left cell keeps its value (MergeCellsRequest; in the window Google warns so)."""
    box = work.box(request["range"])
    work.check_free(box)
    for part in _parts(box, request.get("mergeType", "MERGE_ALL")):
        kept, merges = [], part.sheet.things("merges")
        for one in merges:
            other = box_of_grid(work.draft, one)
            if not other.meets(part):
                kept.append(one)
            elif not _holds(part, other):
                raise Refused("You must select all cells in a merged range to merge or unmerge them.")
        part.sheet.objects["merges"] = [*kept, part.grid_range()]
        _clear_covered(part)


def _parts(box: Box, kind: str) -> list[Box]:
    if kind == "MERGE_ROWS":
        return [box._replace(top=at, bottom=at + 1) for at in range(box.top, box.bottom)]
    if kind == "MERGE_COLUMNS":
        return [box._replace(left=at, right=at + 1) for at in range(box.left, box.right)]
    return [box]


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.top <= inner.top
        and inner.bottom <= outer.bottom
        and outer.left <= inner.left
        and inner.right <= outer.right
    )


def _clear_covered(box: Box) -> None:
    for at, cells in list(box.sheet.filled(box.top, box.bottom)):
        covered = {
            column: cell.cleared()
            for column, cell in cells.items()
            if box.left <= column < box.right and (at, column) != (box.top, box.left)
        }
        box.sheet.put(at, covered)


def unmerge_cells(work: Work, request: Json) -> None:
    """Undo every merge that the range holds."""
    box = work.box(request["range"])
    kept = []
    for one in box.sheet.things("merges"):
        other = box_of_grid(work.draft, one)
        if not other.meets(box):
            kept.append(one)
        elif not _holds(box, other):
            raise Refused("You must select all cells in a merged range to merge or unmerge them.")
    box.sheet.objects["merges"] = kept


def add_named_range(work: Work, request: Json) -> Json:
    """Name a range; a name is free only once, whatever its case."""
    given = request["namedRange"]
    name = given.get("name", "")
    if any(one["name"].casefold() == name.casefold() for one in work.draft.named_ranges):
        raise Refused(f'A named range with the name "{name}" already exists.')
    if any(one["namedRangeId"] == given.get("namedRangeId") for one in work.draft.named_ranges):
        raise Refused(f"Named range with id {given['namedRangeId']} already exists.")
    made = {"namedRangeId": str(work.new_id()), **given, "range": _checked(work, given["range"])}
    work.draft.named_ranges.append(made)
    return {"addNamedRange": {"namedRange": made}}


def _checked(work: Work, grid: Json) -> Json:
    work.box(grid)
    return dict(stored(grid))


def _at(things: list[Json], name: str, wanted: Any, what: str) -> int:
    for at, one in enumerate(things):
        if one.get(name) == wanted:
            return at
    raise Refused(f"No {what} with id: {wanted}")


def update_named_range(work: Work, request: Json) -> None:
    """Rename a range or put it elsewhere."""
    given, names = request["namedRange"], work.draft.named_ranges
    at = _at(names, "namedRangeId", given.get("namedRangeId"), "named range")
    names[at] = fields.changed(names[at], stored(given), fields.write_mask(request))


def delete_named_range(work: Work, request: Json) -> None:
    """Forget a name."""
    names = work.draft.named_ranges
    del names[_at(names, "namedRangeId", request["namedRangeId"], "named range")]


def add_protected_range(work: Work, request: Json) -> Json:
    """Protect a range. Who asks is among the editors, unless it only warns (ProtectedRange.editors)."""
    given = request["protectedRange"]
    made = {name: value for name, value in given.items() if value not in (None, "")}
    made = {"protectedRangeId": work.new_id(), **made, "requestingUserCanEdit": True}
    made["editors"] = _editors(work, made)
    made["range"] = stored(made.get("range", {}))
    work.sheet(made["range"]).things("protectedRanges").append(made)
    return {"addProtectedRange": {"protectedRange": made}}


def _editors(work: Work, protection: Json) -> Json:
    editors = dict(protection.get("editors") or {})
    if protection.get("warningOnly"):
        return editors
    users = list(editors.get("users", []))
    return {**editors, "users": users + [one for one in dict.fromkeys([work.user, work.owner]) if one not in users]}


def _named(name: str, kind: str, id_name: str) -> tuple[Handler, Handler, Handler]:
    """Give the add, update and delete requests of a kind of object that lies on one sheet.

    `name` is the request's field, `kind` the Sheet resource's, such as bandedRange in bandedRanges.
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
        sheet.things(kind)[at] = fields.changed(sheet.things(kind)[at], stored(request[name]), fields.write_mask(request))

    def delete(work: Work, request: Json) -> None:
        sheet, at = find(work, request.get("filterId" if kind == "filterViews" else id_name))
        del sheet.things(kind)[at]

    return add, update, delete


def set_basic_filter(work: Work, request: Json) -> None:
    """Set the one filter of a sheet; its sort specs sort at once, as a person's would."""
    given = request["filter"]
    box = work.box(given.get("range", {}))
    box.sheet.basic_filter = {**given, "range": box.grid_range()}


def clear_basic_filter(work: Work, request: Json) -> None:
    """Take the filter away."""
    work.sheet(request).basic_filter = None


def _rules(work: Work, request: Json) -> list[Json]:
    return work.sheet(request).things("conditionalFormats")


def add_rule(work: Work, request: Json) -> None:
    """Add a conditional format at an index; the first rule wins."""
    rule = request["rule"]
    ranges = [_checked(work, grid) for grid in rule.get("ranges", [])]
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


def add_chart(work: Work, request: Json) -> Json:
    """Add a chart over a cell of a sheet (`position.overlayPosition`)."""
    given = request["chart"]
    anchor = given.get("position", {}).get("overlayPosition", {}).get("anchorCell")
    if anchor is None:
        raise Refused("chart.position.overlayPosition.anchorCell must be set in the emulator")
    _check_sources(work, given.get("spec", {}))
    made = {"chartId": work.new_id(), **stored(given)}
    work.sheet(anchor).things("charts").append(made)
    return {"addChart": {"chart": made}}


def _check_sources(work: Work, thing: Any) -> None:
    """Refuse a chart whose data lie outside the grid."""
    if isinstance(thing, list):
        for one in thing:
            _check_sources(work, one)
    elif isinstance(thing, dict):
        if "startRowIndex" in thing:
            work.box(thing)
        for one in thing.values():
            _check_sources(work, one)


def _object_at(work: Work, object_id: int) -> tuple[list[Json], int]:
    for sheet in work.draft.sheets:
        for kind, name in (("charts", "chartId"), ("slicers", "slicerId")):
            for at, one in enumerate(sheet.things(kind)):
                if one[name] == object_id:
                    return sheet.things(kind), at
    raise Refused(f"No object with id: {object_id}")


def update_chart_spec(work: Work, request: Json) -> None:
    """Replace a chart's spec."""
    charts, at = _object_at(work, request.get("chartId", 0))
    _check_sources(work, request.get("spec", {}))
    charts[at] = {**charts[at], "spec": stored(request["spec"])}


def delete_object(work: Work, request: Json) -> None:
    """Delete a chart or slicer."""
    things, at = _object_at(work, request.get("objectId", 0))
    del things[at]


def move_object(work: Work, request: Json) -> Json:
    """Put a chart elsewhere on its sheet."""
    things, at = _object_at(work, request.get("objectId", 0))
    given = request.get("newPosition", {})
    position = fields.changed(things[at].get("position", {}), stored(given), fields.write_mask(request))
    things[at] = {**things[at], "position": position}
    return {"updateEmbeddedObjectPosition": {"position": position}}


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
    return _TABLE[0](work, {"table": {**given, "columnProperties": columns}})


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


_FILTER_VIEW = _named("filter", "filterViews", "filterViewId")
_BANDING = _named("bandedRange", "bandedRanges", "bandedRangeId")
_TABLE = _named("table", "tables", "tableId")
_PROTECTION = _named("protectedRange", "protectedRanges", "protectedRangeId")


def _answering(handler: Handler, was: str, becomes: str) -> Handler:
    """Give the handler with its reply under the request's name."""

    def answer(work: Work, request: Json) -> Json:
        return {becomes: (handler(work, request) or {})[was]}

    return answer


KINDS: dict[str, Handler] = {
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
    "addProtectedRange": add_protected_range,
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
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "deleteEmbeddedObject": delete_object,
    "updateEmbeddedObjectPosition": move_object,
    "addTable": add_table,
    "updateTable": _TABLE[1],
    "deleteTable": _TABLE[2],
    "addBanding": _answering(_BANDING[0], "addBandedRange", "addBanding"),
    "updateBanding": _BANDING[1],
    "deleteBanding": _BANDING[2],
}
