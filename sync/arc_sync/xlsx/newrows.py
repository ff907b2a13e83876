"""Rows that the sheet does not have: those of like shape are written together, any other one by itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any

from arc_sync.xlsx.above import row_style
from arc_sync.xlsx.markup import attribute, with_attribute
from arc_sync.xlsx.shapes import Column, Like, NewRow, Sort, column, new_row, shape_of
from arc_sync.xlsx.text import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from arc_sync.xlsx.above import RowAbove
    from arc_sync.xlsx.scan import Names
    from arc_sync.xlsx.splice import Edit, Splicer

_AT_ONCE = 2_000  # rows written together, so that memory does not grow with them
_LOOK = ("s", "customFormat", "ht", "customHeight")


Asked = tuple[int, NewRow]  # a row's number, and what is asked of it


@dataclass(slots=True)
class NewRows:
    """Writes new rows, from the top of a sheet to its bottom. `heights` are points, by row number.

    Rows that are `appended` look like the row above them.
    """

    name: Names
    splicer: Splicer
    above: RowAbove
    heights: Mapping[int, float]
    appended: Collection[int]

    def write(self, numbers: Iterable[int], edits: Mapping[int, Mapping[int, Edit]]) -> Iterator[bytes]:
        """Write rows, top to bottom. Raises Refused for what a cell cannot hold."""
        asked = [(number, new_row(edits.get(number, {}))) for number in numbers]
        for together, run in groupby(enumerate(asked), key=self._together):
            if together is None:
                yield from (self._single(*one) for _, one in run)
            else:
                yield self._alike([one for _, one in run])

    def _together(self, place: tuple[int, Asked]) -> tuple[object, ...] | None:
        """Give what rows share that can be written together; None for one that cannot."""
        turn, (number, row) = place
        if row.sort.alone:
            return None
        return number - turn, turn // _AT_ONCE, number in self.appended, row.sort.leaning

    def _single(self, number: int, row: NewRow) -> bytes:
        """Write one row; nothing if nothing is left of it."""
        look = self._look(number)
        cells = self.splicer.row(number, "", row, row_style(look))
        if not cells and number not in self.heights:
            return b""
        xml = f"{self._tag(number, look)}{cells}{self._end}".encode()
        self.above.wrote(xml, number, self.splicer.written)
        return xml

    def _alike(self, run: Sequence[Asked]) -> bytes:
        """Write rows that follow each other, one sort after the other."""
        first, texts, sorts = run[0][0], dict[int, str](), defaultdict[Sort, list[Asked]](list)
        look = self._look(first)
        self.splicer.start(first, row_style(look))
        for asked in run:
            sorts[asked[1].sort].append(asked)
        for sort, rows in sorts.items():
            texts.update(self._written(sort, rows, look))
        xml = "".join([texts[number] for number, _ in run]).encode()
        self.above.wrote(xml, run[-1][0], self.splicer.written)
        return xml

    def _written(self, sort: Sort, rows: Sequence[Asked], look: bytes) -> Iterator[tuple[int, str]]:
        """Write rows of one sort through one template, and note how they have to read back."""
        columns = self._columns(sort, [row.given for _, row in rows])
        numbers = [number for number, _ in rows]
        names = [*map(str, numbers)]
        tag, tags = self._tags(numbers, names, look)
        template = tag + "".join(column.template for column in columns) + self._end
        holes = [tags]
        for each in columns:
            holes += [names] if each.texts is None else [names, each.texts]
        shape = shape_of(tuple(column.slot for column in columns))
        raws = [column.raws for column in columns if column.raws is not None]
        likes = map(Like, repeat(shape), zip(names, *raws, strict=True))
        self.splicer.done.update(zip(numbers, likes, strict=False))
        return zip(numbers, map(template.__mod__, zip(*holes, strict=True)), strict=True)

    def _columns(self, sort: Sort, rows: Sequence[Sequence[Any]]) -> list[Column]:
        """Turn rows into columns; those that are blank and have no style are left out."""
        columns = []
        for place, asked, values in zip(sort.columns, sort.styles, zip(*rows, strict=True), strict=True):
            if asked is not None:
                style = self.splicer.style_of(place, values[0], asked)
                columns.append(
                    column(place, style, values, self.splicer.prefix, date1904=self.splicer.date1904)
                )
        return columns

    def _look(self, number: int) -> bytes:
        """Give the attributes by which an appended row looks like the one above; none for any other row."""
        like = self.above.tag() if number in self.appended else b""
        values = {name: attribute(like, name) for name in _LOOK} if like else {}
        return "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value).encode()

    def _tags(self, numbers: Sequence[int], names: Sequence[str], look: bytes) -> tuple[str, Sequence[str]]:
        """Give a template with one hole for the rows' start tags, and what goes into the hole."""
        if self.heights.keys().isdisjoint(numbers):
            return f'{self.name.row.decode()} r="%s"{look.decode().replace("%", "%%")}>', names
        return "%s", [self._tag(number, look) for number in numbers]

    def _tag(self, number: int, look: bytes) -> str:
        """Write a row's start tag."""
        tag = b'%b r="%d"%b>' % (self.name.row, number, look)
        return with_height(tag, self.heights.get(number)).decode()

    @property
    def _end(self) -> str:
        return f"{self.name.row_end.decode()}>"


def with_height(tag: bytes, points: float | None) -> bytes:
    """Give a row's start tag a height of its own, in points; None leaves it."""
    if points is None:
        return tag
    return with_attribute(with_attribute(tag, "ht", f"{points:g}"), "customHeight", "1")
