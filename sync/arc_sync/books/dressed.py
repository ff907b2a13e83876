"""How a report's cells were dressed when ARC drew it last, kept on `_ARC` as the seals are.

An office program that has the book open is asked for each format in a call of its own, so it is told only what
differs. Who draws without keeping this (an older ARC) leaves another digest behind; then all is dressed anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from arc_sync.books.areas import places, rectangles
from arc_sync.books.drawing import Drawing, Link
from arc_sync.xlsx.refs import Place, area_ref, parse_areas

#: Characters of one line; a cell holds 32,767.
_ROOM: Final = 32_000
#: Behind the role of a cell that is a link.
LINKED: Final = "@"


class Dressed(NamedTuple):
    """What the cells of a report look like."""

    roles: Mapping[Place, str]  #: a link's with `LINKED` behind it
    heights: Mapping[int, float]  #: points, by row


def dress_of(drawing: Drawing) -> Dressed:
    """Return what a drawing's cells look like."""
    roles = {
        place: drawn.role + LINKED * isinstance(drawn.value, Link) for place, drawn in drawing.cells.items()
    }
    return Dressed(roles, drawing.heights)


def dress_lines(drawing: Drawing) -> Iterator[tuple[str, str]]:
    """Yield names and texts that keep it, each text short enough for a cell."""
    dress = dress_of(drawing)
    refs: dict[str, list[str]] = {}
    for area, role in rectangles(dress.roles):
        refs.setdefault(role, []).append(area_ref(area))
    told = [drawing.digest, {role: " ".join(areas) for role, areas in refs.items()}, dress.heights]
    text = json.dumps(told, separators=(",", ":"))
    for at in range(0, len(text), _ROOM):
        yield f"dress {drawing.sheet} {at // _ROOM}", text[at : at + _ROOM]


def read_dress(sheet: str, kept: Mapping[str, str]) -> Dressed | None:
    """Return what `dress_lines` kept; None if that is not known of the drawing that stands there."""
    lines = {name: text for name, text in kept.items() if name.rpartition(" ")[0] == f"dress {sheet}"}
    try:
        drawn, roles, heights = json.loads("".join(lines[f"dress {sheet} {n}"] for n in range(len(lines))))
    except (ValueError, KeyError):
        return None
    if drawn != kept.get(f"drawn {sheet}"):
        return None
    of = {place: role for role, refs in roles.items() for area in parse_areas(refs) for place in places(area)}
    return Dressed(of, {int(row): points for row, points in heights.items()})
