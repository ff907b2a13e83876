"""Home's chart of buckets reads a column of Aging a bucket, and the settings may come to ask for more, or fewer.

In a file the chart follows. Elsewhere it stays as it was made, and Home says so above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arc_sync.books.create import CHARTED
from arc_sync.books.draw import aging, home
from arc_sync.books.drawing import Drawing
from arc_sync.books.hidden import Hidden
from arc_sync.books.port import LastDrawn
from arc_sync.xlsx import Package
from arc_sync.xlsx.charts import chart_parts, with_sources
from arc_sync.xlsx.refs import letters, parse_area


def charted(values: Mapping[str, str]) -> int | None:
    """Return how many buckets the chart shows, by the lines of `_ARC`; None if nothing tells it."""
    if values.get(CHARTED, "").isdecimal():
        return int(values[CHARTED])
    area = values.get(f"area {aging.SHEET}")
    return aging.buckets_in(parse_area(area)) if area else None


def follow(package: Package, hidden: Hidden, drawings: Sequence[Drawing]) -> dict[str, str | int]:
    """Let the chart read the buckets that Aging has now; return what `_ARC` is to keep of that."""
    was, now = charted(hidden.values), _now(drawings, hidden.values)
    if was is None or now is None or not {home.SHEET, aging.SHEET} <= {*package.sheet_names}:
        return {}
    if was != now:
        sources = dict(zip(_sources(was), _sources(now), strict=True))
        for part in chart_parts(package, home.SHEET):
            package.put(part, with_sources(package.part(part), sources, was, now))
    return {CHARTED: now}


def told(drawings: Sequence[Drawing], last: LastDrawn) -> Sequence[Drawing]:
    """Return drawings of which Home says if its chart shows another number of buckets than Aging."""
    now = _now(drawings, {})
    if last.charted in (None, now):
        return drawings
    said = f"still drawn for {last.charted} columns: {last.remedy}"
    return [home.noted(d, said) if d.sheet == home.SHEET else d for d in drawings]


def _now(drawings: Sequence[Drawing], values: Mapping[str, str]) -> int | None:
    drawn = next((d.area for d in drawings if d.sheet == aging.SHEET), None)
    before = values.get(f"area {aging.SHEET}")
    area = drawn or (parse_area(before) if before else None)
    return aging.buckets_in(area) if area else None


def _sources(many: int) -> list[str]:
    first, last = letters(aging.FIRST_BUCKET), letters(aging.FIRST_BUCKET + many - 1)
    return [f"{aging.SHEET}!${first}${row}:${last}${row}" for row in (aging.HEADER_ROW, aging.ALL_ROW)]
