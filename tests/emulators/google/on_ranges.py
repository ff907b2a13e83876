"""Requests that merge, name and protect ranges."""

from __future__ import annotations

from typing import Any

from tests.emulators.google import fields
from tests.emulators.google.a1 import Box, box_of_grid
from tests.emulators.google.errors import Json, Refused
from tests.emulators.google.kept import stored
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
    made = {"namedRangeId": str(work.new_id()), **given, "range": checked(work, given["range"])}
    work.draft.named_ranges.append(made)
    return {"addNamedRange": {"namedRange": made}}


def checked(work: Work, grid: Json) -> Json:
    """Give a range as it is kept, refused outside the grid."""
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
    names[at] = fields.changed(names[at], stored(given), fields.write_mask(request, "NamedRange"))


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
    return {
        **editors,
        "users": users + [one for one in dict.fromkeys([work.user, work.owner]) if one not in users],
    }


KINDS: dict[str, Handler] = {
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
    "addProtectedRange": add_protected_range,
}
