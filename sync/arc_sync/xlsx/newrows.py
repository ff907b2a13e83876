"""Rows that the sheet does not have: those of one layout are written together, any other one by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from arc_sync.xlsx.above import row_style
from arc_sync.xlsx.markup import attribute, with_attribute
from arc_sync.xlsx.shapes import Layout, NewRow, Run, can_join, column, new_row
from arc_sync.xlsx.text import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from arc_sync.xlsx.above import RowAbove
    from arc_sync.xlsx.scan import Names
    from arc_sync.xlsx.splice import Edit, Splicer
    from arc_sync.xlsx.values import Given

_AT_ONCE = 2_000  # rows written together, so that memory does not grow with them
_LOOK = ("s", "customFormat", "ht", "customHeight")


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

    def write(self, numbers: Sequence[int], edits: Mapping[int, Mapping[int, Edit]]) -> Iterator[bytes]:
        """Write rows, top to bottom. Raises Refused for what a cell cannot hold."""
        asked = [edits.get(number, {}) for number in numbers]
        rows = [row if isinstance(row, NewRow) else new_row(row) for row in asked]
        for begin, end in self._runs(numbers, rows):
            yield from self._run(numbers[begin], rows[begin:end])

    def _runs(self, numbers: Sequence[int], rows: Sequence[NewRow]) -> Iterator[tuple[int, int]]:
        """Say where runs begin and end: rows of one layout that follow each other, all of them appended or none."""
        begin, offset, layout, appended = 0, 0, None, False
        for at, (number, row) in enumerate(zip(numbers, rows, strict=True)):
            goes_on = row.layout is layout and number - at == offset and at - begin < _AT_ONCE
            if goes_on and (number in self.appended) == appended:
                continue
            if at:
                yield begin, at
            begin, offset, layout, appended = at, number - at, row.layout, number in self.appended
        if rows:
            yield begin, len(rows)

    def _run(self, first: int, rows: Sequence[NewRow]) -> Iterator[bytes]:
        """Write rows of one layout that follow each other: together, if they can be; where one cannot, in halves."""
        layout, half = rows[0].layout, len(rows) // 2
        columns = [*zip(*(row.given for row in rows), strict=True)]
        if can_join(layout, columns):
            yield self._together(first, layout, columns)
        elif half:
            yield from self._run(first, rows[:half])
            yield from self._run(first + half, rows[half:])
        else:
            yield self._single(first, rows[0])

    def _single(self, number: int, row: NewRow) -> bytes:
        """Write one row; nothing if nothing is left of it."""
        look = self._look(number)
        cells = self.splicer.row(number, "", row, row_style(look))
        if not cells and number not in self.heights:
            return b""
        xml = f"{self._tag(number, look)}{cells}{self._end}".encode()
        self.above.wrote(xml, number, self.splicer.written)
        return xml

    def _together(self, first: int, layout: Layout, columns: Sequence[Sequence[Given]]) -> bytes:
        """Write rows column by column, and note how they have to read back."""
        numbers = range(first, first + len(columns[0]))
        names, look = [*map(str, numbers)], self._look(first)
        self.splicer.start(first, row_style(look))
        tag, tags, rest = self._tags(numbers, names, look)
        fixed, varied, forms = [tag, rest], [tags], []
        for place, values, asked in zip(layout.columns, columns, layout.styles, strict=True):
            if asked is not None:
                style = partial(self.splicer.style_of, place, style=asked)
                each = column(place, values, style, self.splicer.prefix, date1904=self.splicer.date1904)
                fixed[-1] += each.start
                fixed += [each.before, each.after]
                varied += [names, each.texts]
                forms.append(each.forms)
        fixed[-1] += self._end
        xml = _woven(fixed, varied).encode()
        self.splicer.done.update(dict.fromkeys(numbers, Run(first, names, forms)))
        self.above.wrote(xml, numbers[-1], self.splicer.written)
        return xml

    def _look(self, number: int) -> bytes:
        """Give the attributes by which an appended row looks like the one above; none for any other row."""
        like = self.above.tag() if number in self.appended else b""
        values = {name: attribute(like, name) for name in _LOOK} if like else {}
        return "".join(f' {name}="{escape(value)}"' for name, value in values.items() if value).encode()

    def _tags(self, numbers: range, names: Sequence[str], look: bytes) -> tuple[str, Sequence[str], str]:
        """Give what the rows' start tags have in common, before and after what is each one's own."""
        if self.heights.keys().isdisjoint(numbers):
            return f'{self.name.row.decode()} r="', names, f'"{look.decode()}>'
        return "", [self._tag(number, look) for number in numbers], ""

    def _tag(self, number: int, look: bytes) -> str:
        """Write a row's start tag."""
        tag = b'%b r="%d"%b>' % (self.name.row, number, look)
        return with_height(tag, self.heights.get(number)).decode()

    @property
    def _end(self) -> str:
        return f"{self.name.row_end.decode()}>"


def _woven(fixed: Sequence[str], varied: Sequence[Sequence[str]]) -> str:
    """Join rows: before each of the texts that vary from row to row, and at the end, stands a fixed one."""
    width, rows = len(fixed) + len(varied), len(varied[0])
    texts = [""] * (width * rows)
    for at, text in enumerate(fixed):
        texts[2 * at :: width] = [text] * rows
    for at, own in enumerate(varied):
        texts[2 * at + 1 :: width] = own
    return "".join(texts)


def with_height(tag: bytes, points: float | None) -> bytes:
    """Give a row's start tag a height of its own, in points; None leaves it."""
    if points is None:
        return tag
    return with_attribute(with_attribute(tag, "ht", f"{points:g}"), "customHeight", "1")
