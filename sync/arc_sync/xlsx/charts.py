"""Charts that follow cells: a series that reads a row of cells reads more of them, or fewer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arc_sync.xlsx.package import Package

_SERIES = re.compile(rb"<((?:\w+:)?)ser>.*?</\1ser>", re.DOTALL)
_SOURCE = re.compile(
    rb"<((?:\w+:)?)f>([^<]*)</\1f>(?:\s*<\1(?:str|num)Cache>.*?</\1(?:str|num)Cache>)?", re.DOTALL
)
_POINT = re.compile(rb'<((?:\w+:)?)dPt>\s*<\1idx val="([0-9]+)"\s*/>.*?</\1dPt>', re.DOTALL)


def chart_parts(package: Package, sheet: str) -> Iterator[str]:
    """Name the parts of the charts that stand on a sheet."""
    for drawing in package.relations(package.sheet(sheet).part):
        if drawing.kind == "drawing" and package.has(drawing.target):
            charts = package.relations(drawing.target)
            yield from (r.target for r in charts if r.kind == "chart" and package.has(r.target))


def with_sources(xml: bytes, sources: Mapping[str, str], was: int, now: int) -> bytes:
    """Give a chart in which each series that reads all of `sources` reads what they are mapped to.

    `was` and `now` are how many points it has. The look of its own that the last point has stays the last one's;
    kept values go, and are read anew. Every other series stays as it is.
    """
    asked = {old.encode(): new.encode() for old, new in sources.items()}

    def series(match: re.Match[bytes]) -> bytes:
        if not asked.keys() <= {source[2] for source in _SOURCE.finditer(match[0])}:
            return match[0]
        return _POINT.sub(point, _SOURCE.sub(source, match[0]))

    def source(match: re.Match[bytes]) -> bytes:
        new = asked.get(match[2])
        return match[0] if new is None else b"<%bf>%b</%bf>" % (match[1], new, match[1])

    def point(match: re.Match[bytes]) -> bytes:
        at = int(match[2])
        if at == was - 1:
            start, end = match.span(2)
            return match[0][: start - match.start()] + b"%d" % (now - 1) + match[0][end - match.start() :]
        return match[0] if at < now - 1 else b""

    return _SERIES.sub(series, xml)
