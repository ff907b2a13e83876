"""One row rewritten: edited cells replaced or put in, every other cell left as it stands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.above import Above, RowAbove
from arc_sync.xlsx.cells import attributes, column_of, patterns, whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master, has_relative
from arc_sync.xlsx.refs import cell_ref, letters, parse_area
from arc_sync.xlsx.scan import Seeker
from arc_sync.xlsx.styles import DATE, DATE_TIME
from arc_sync.xlsx.text import escape, unescape
from arc_sync.xlsx.values import Content, Fill, Formula, Given, Value, content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.scan import Block
    from arc_sync.xlsx.shapes import Run
    from arc_sync.xlsx.styles import Styles

ABOVE = -1  # a style: that of the cell above
Cut = tuple[int, int, bytes]  # bytes from start to end, and what comes in their place
Over = tuple[
    "Plain", ...
]  # cells of a row that were written over, as they have to read back; the rest is as it was


class Edit(NamedTuple):
    """What a cell shall hold. Style None keeps the cell's own, ABOVE takes that of the cell above."""

    value: Given
    style: int | None


@dataclass(slots=True)
class Splicer:
    """Rewrites rows from the top of a sheet to its bottom. `columns` are the styles of whole columns.

    `done` are the edited cells by row and column, left to right, as they have to read back.
    """

    prefix: str
    styles: Styles
    columns: Mapping[int, int]
    date1904: bool
    above: RowAbove
    unshare: dict[str, Master] = field(default_factory=dict)
    formulas_changed: bool = False
    done: dict[int, dict[int, Plain] | Over | Run] = field(default_factory=dict)
    written: Above = field(default_factory=lambda: Above({}, {}))  # the edited cells of the row at hand
    _number: int = 0
    _row_style: int | None = None
    _done: dict[int, Plain] = field(default_factory=dict)

    def row(self, number: int, xml: str, edits: Mapping[int, Edit], row_style: int | None) -> str:
        """Rewrite the cells of a row. Raises Refused where that would break the sheet."""
        if "AlternateContent" in xml:
            raise Refused(
                f"Row {number} holds cells in a form that is not known; save the file again in Excel."
            )
        self.start(number, row_style)
        self._done = self.done[number] = {}
        return self._walked(xml, edits)

    def start(self, number: int, row_style: int | None) -> None:
        """Turn to another row, whose own style is `row_style`, if it has one."""
        self._number, self._row_style, self.written = number, row_style, Above({}, {})

    def in_place(
        self, block: Block, due: Sequence[int], edits: Mapping[int, Mapping[int, Edit]]
    ) -> list[Cut] | None:
        """Write over cells of the rows `due` that stand in the form that Excel writes; None if one does not."""
        cuts, at = list[Cut](), 0
        data, match, mark = block.data, _plain(self.prefix).match, marks(self.prefix)
        find = Seeker(block).find
        for number in due:
            row, done = edits[number], []
            for column in sorted(row):
                value, style = row[column]
                start = find(mark[column] % number, number, at)
                found = match(data, start) if start >= 0 else None
                if found is None or style == ABOVE or isinstance(value, Fill):
                    return None
                at = found.end()
                own, formula = found.groups()
                if formula is not None:
                    self.formulas_changed = True
                cell, xml = self._made(number, column, value, int(own or 0) if style is None else style)
                cuts.append((start, at, xml.encode()))
                done.append(cell)
            self.done[number] = (*done,)
        return cuts

    def _walked(self, xml: str, edits: Mapping[int, Edit]) -> str:
        """Go through all cells of the row, replacing, putting in, and spelling out formulas."""
        out, at, column, todo = [], 0, -1, sorted(edits, reverse=True)
        for match in patterns(self.prefix).cell.finditer(xml):
            tag = attributes(match[1])
            column, last = column_of(tag, column), column
            if column <= last:
                raise Refused(
                    f"The cells of row {self._number} are out of order; save the file again in Excel."
                )
            out.append(xml[at : match.start()])
            while todo and todo[-1] < column:
                out.append(self._new(todo[-1], edits[todo.pop()]))
            if todo and todo[-1] == column:
                out.append(self._replaced(todo.pop(), tag, match[2] or "", edits[column]))
            else:
                out.append(self._unshared(column, match[0]) if self.unshare else match[0])
            at = match.end()
        new = [self._new(column, edits[column]) for column in reversed(todo)]
        return "".join([*out, xml[at:], *new])

    def _new(self, column: int, edit: Edit) -> str:
        """Write a cell that was not there; a blank one only if it was given a style."""
        value, style = edit
        if style is None and value is None:
            self._done[column] = (column, None, None, None, 0)
            return ""
        cell = self._cell(column, value, self._look(column, value, style))
        if style == ABOVE:  # a date's format is for its own cell only
            self.written.styles[column] = self._look(column, value, style)
        return cell

    def style_of(self, column: int, value: Value, style: int) -> int:
        """Give the style that a new cell of the row gets; the row's next one may look like it, but for a date's format."""
        look = self.written.styles[column] = self._look(column, value, style)
        return self._dated(value, look) if isinstance(value, dt.date) else look

    def _look(self, column: int, value: Given, style: int | None) -> int:
        """Give the style of a new cell, before a date brings its format."""
        if style is not None and style != ABOVE:
            return style
        above = self.above.of(self._number).styles.get(column)
        return above if style == ABOVE and above is not None else self._new_style(column, value, above)

    def _new_style(self, column: int, value: Given, above: int | None) -> int:
        if self._row_style is not None:
            return self._row_style
        if column in self.columns:
            return self.columns[column]
        return above if above is not None and self._suits(value, above) else 0

    def _suits(self, value: Given, style: int) -> bool:
        """Say whether a value goes with a format from above: a date with a date format, a number with another."""
        if value is None or isinstance(value, str | Formula | Fill):
            return True
        return self.styles.is_date(style) == isinstance(value, dt.date)

    def _replaced(self, column: int, tag: Mapping[str, str], xml: str, edit: Edit) -> str:
        """Write over a cell, keeping its style unless the edit brings one."""
        formula = patterns(self.prefix).formula.search(xml)
        if formula is not None:
            self.formulas_changed = True
            own = attributes(formula[1])
            if own.get("t") == "shared" and formula[2]:
                self._share_out(column, own, unescape(formula[2]))
        style = whole(tag.get("s")) if edit.style is None else edit.style
        if style == ABOVE:
            style = self.above.of(self._number).styles.get(column, whole(tag.get("s")))
        return self._cell(column, edit.value, style)

    def _share_out(self, column: int, own: Mapping[str, str], text: str) -> None:
        """Let every later sharer spell out its formula, as the cell that did it for all goes."""
        area = parse_area(own["ref"]) if "ref" in own else None
        if area is not None and area.top < self._number:
            raise Refused(
                f"Cell {cell_ref(self._number, column)} holds a shared formula in an order that Excel does not "
                "write; save the file again in Excel."
            )
        self.unshare[own.get("si", "")] = Master(text, self._number, column)

    def _unshared(self, column: int, cell: str) -> str:
        """Spell out the formula of a cell whose master was overwritten; leave any other cell alone."""
        formula = patterns(self.prefix).formula.search(cell) if "shared" in cell else None
        if formula is None:
            return cell
        own = attributes(formula[1])
        key = own.get("si", "")
        if own.get("t") != "shared" or key not in self.unshare:
            return cell
        if formula[2]:  # another group takes over the number
            del self.unshare[key]
            return cell
        text = escape(self.unshare[key].at(self._number, column))
        return f"{cell[: formula.start()]}<{self.prefix}f>{text}</{self.prefix}f>{cell[formula.end() :]}"

    def _cell(self, column: int, value: Given, style: int) -> str:
        """Write a cell of the row at hand."""
        plain, xml = self._made(
            self._number, column, self._filled(column, value) if isinstance(value, Fill) else value, style
        )
        self._done[column] = plain
        self.written.styles[column] = plain[4]
        if plain[3] is not None:
            self.written.formulas.setdefault(column, Master(plain[3], self._number, column))
        return xml

    def _made(self, number: int, column: int, value: Value | Content, style: int) -> tuple[Plain, str]:
        """Make a cell: as it has to read back, and its XML."""
        if isinstance(value, dt.date):
            style = self._dated(value, style)
        type_, raw, formula, t, xml = content(value, self.prefix, date1904=self.date1904)
        if formula is not None:
            self.formulas_changed = True
        start, rest, end = frame(self.prefix, column, style, t)
        whole = f"{start}{number}{rest}>{xml}{end}" if xml else f"{start}{number}{rest}/>"
        return (column, type_, raw, formula, style), whole

    def _filled(self, column: int, fill: Fill) -> Formula | None:
        """Find the formula to fill with: the one above, else the table's own if it is the same in every row."""
        above = self.above.of(self._number).formulas.get(column)
        if above is not None:
            self.written.formulas[column] = above  # still spelled out where it was first, so cut up once
            return Formula(above.at(self._number, column))
        return None if fill.otherwise is None or has_relative(fill.otherwise) else Formula(fill.otherwise)

    def _dated(self, value: dt.date, style: int) -> int:
        if self.styles.is_date(style):
            return style
        return self.styles.dated(style, DATE_TIME if isinstance(value, dt.datetime) else DATE)


@lru_cache(maxsize=4_096)
def frame(prefix: str, column: int, style: int, t: str) -> tuple[str, str, str]:
    """Give a cell's tag up to its row number, the attributes after that, and the end tag."""
    shown, kind = f' s="{style}"' if style else "", f' t="{t}"' if t else ""
    return f'<{prefix}c r="{letters(column)}', f'"{shown}{kind}', f"</{prefix}c>"


class Marks(dict[int, bytes]):
    """How a cell begins, by its column, with a hole for its row; remembered."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, column: int) -> bytes:
        self[column] = mark = f'<{self._prefix}c r="{letters(column)}%d"'.encode()
        return mark


marks = lru_cache(maxsize=64)(Marks)


@lru_cache(maxsize=64)
def _plain(prefix: str) -> re.Pattern[bytes]:
    """Find a cell that can be written over without a look at others; groups: its style, its own formula."""
    p = re.escape(prefix)
    inner = f'<{p}v>[^<]*</{p}v>|<{p}is><{p}t(?: xml:space="preserve")?>[^<]*</{p}t></{p}is>'
    cell = f'<{p}c r="[A-Z]+[0-9]+"(?: s="([0-9]+)")?(?: t="[a-zA-Z]+")?(?:/>|>(<{p}f>[^<]*</{p}f>)?(?:{inner})?</{p}c>)'
    return re.compile(cell.encode())
