"""The row above: whatever went by last, read only when a new cell asks what it should look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.cells import attributes, column_of, patterns, whole
from arc_sync.xlsx.formulas import Master, Shared
from arc_sync.xlsx.markup import attribute
from arc_sync.xlsx.text import unescape

if TYPE_CHECKING:
    from arc_sync.xlsx.scan import Names


class Above(NamedTuple):
    """The row above: the styles of its cells by column, and the formulas of those that have one."""

    styles: dict[int, int]
    formulas: dict[int, Master]


@dataclass(slots=True)
class RowAbove:
    """Knows the last row that was written, from its XML or, for rows made anew, from its cells."""

    name: Names
    shared: Shared
    _data: bytes = b""
    _end: int = 0
    _number: int | None = None
    _known_row: int = 0
    _known: Above = field(default_factory=lambda: Above({}, {}))

    def passed(self, data: bytes, end: int, number: int | None = None) -> None:
        """Take note of a row that went by: the last one in data[:end]. Without `number` its tag says it."""
        if data.rfind(self.name.row, 0, end) >= 0:
            self._data, self._end, self._number = data, end, number

    def wrote(self, data: bytes, number: int, known: Above | None) -> None:
        """Take note of a row that was written, and of what all its cells look like, if that is known."""
        self._data, self._end, self._number = data, len(data), number
        if known is not None:
            self._known, self._known_row = known, number

    def tag(self) -> bytes:
        """Give the start tag of the last row; empty when there is none."""
        found = self.name.row_tag.match(self._data, max(0, self._data.rfind(self.name.row, 0, self._end)))
        return found[0] if found else b""

    def of(self, number: int) -> Above:
        """Tell of the cells right above row `number`; there are none if that row is not there."""
        if self._known_row != number - 1:
            self._known, self._known_row = self._read(number - 1), number - 1
        return self._known

    def _read(self, number: int) -> Above:
        above = Above({}, {})
        tag = self.tag()
        stated = attribute(tag, "r") if self._number is None else str(self._number)
        if not tag or stated != str(number):
            return above
        start = self._data.rfind(self.name.row, 0, self._end) + len(tag)
        known, column = patterns(self.name.prefix.decode()), -1
        for match in known.cell.finditer(self._data[start : self._end].decode()):
            own = attributes(match[1])
            column = column_of(own, column)
            above.styles[column] = whole(own.get("s"))
            formula = known.formula.search(match[2] or "")
            kind = attributes(formula[1]) if formula is not None else {}
            if formula is not None and kind.get("t", "normal") in {"normal", "shared"}:
                text = self.shared.formula(number, column, kind, unescape(formula[2] or ""))
                if text:
                    above.formulas[column] = Master(text, number, column)
        return above


def row_style(tag: bytes) -> int | None:
    """Give the style of a row as a whole from its start tag; None if it has none."""
    if b"customFormat" not in tag or attribute(tag, "customFormat") not in {"1", "true"}:
        return None
    style = attribute(tag, "s")
    return whole(style) if style else None
