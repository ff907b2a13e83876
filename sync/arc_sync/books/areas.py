"""Cells gathered into rectangles, so that one call writes many of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from arc_sync.xlsx.refs import Area, Place

_T = TypeVar("_T")


def rectangles(cells: Mapping[Place, _T]) -> Iterator[tuple[Area, _T]]:
    """Yield rectangles that cover exactly these cells, each of one value, from top to bottom."""
    open_: dict[tuple[int, int, _T], Area] = {}
    for row, line in groupby(sorted(cells), key=lambda place: place.row):
        spans = dict(_spans(row, [place.column for place in line], cells))
        for key in [key for key in open_ if key not in spans or open_[key].bottom != row - 1]:
            yield open_.pop(key), key[2]
        for key, span in spans.items():
            open_[key] = open_[key]._replace(bottom=row) if key in open_ else span
    yield from ((area, key[2]) for key, area in open_.items())


def _spans(
    row: int, columns: list[int], cells: Mapping[Place, _T]
) -> Iterator[tuple[tuple[int, int, _T], Area]]:
    """Yield what stands side by side in a row, with its columns and value as the key."""
    first = before = columns[0]
    for column in [*columns[1:], -1]:
        value = cells[Place(row, first)]
        if column == before + 1 and cells[Place(row, column)] == value:
            before = column
            continue
        yield (first, before, value), Area(row, first, row, before)
        first = before = column


def around(places: Mapping[Place, object] | set[Place]) -> Area:
    """Return the rectangle around places; raises ValueError for none."""
    rows, columns = [p.row for p in places], [p.column for p in places]
    return Area(min(rows), min(columns), max(rows), max(columns))


def places(area: Area) -> Iterator[Place]:
    """Yield the cells of a rectangle."""
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield Place(row, column)
