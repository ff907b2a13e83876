"""Requests for charts: addChart, updateChartSpec and what moves and deletes them."""

from __future__ import annotations

from typing import Any

from tests.emulators.google import fields
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
from tests.emulators.google.work import Handler, Work


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
    position = fields.changed(
        things[at].get("position", {}), stored(given), fields.write_mask(request, "EmbeddedObjectPosition")
    )
    things[at] = {**things[at], "position": position}
    return {"updateEmbeddedObjectPosition": {"position": position}}


KINDS: dict[str, Handler] = {
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "deleteEmbeddedObject": delete_object,
    "updateEmbeddedObjectPosition": move_object,
}
