"""One row rewritten: edited cells replaced or put in, every other cell left as it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.above import Above, RowAbove
from arc_sync.xlsx.cells import attributes, column_of, patterns, whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master, has_relative
from arc_sync.xlsx.refs import cell_ref, letters, parse_area
from arc_sync.xlsx.styles import DATE, DATE_TIME
from arc_sync.xlsx.text import escape, unescape
from arc_sync.xlsx.values import Fill, Formula, Value, content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.styles import Styles

ABOVE = -1  # a style: that of the cell above
_FORMULAS = (Formula, Fill)


class Edit(NamedTuple):
    """What a cell shall hold. Style None keeps the cell's own, ABOVE takes that of the cell above."""

    value: Value | Fill
    style: int | None


@dataclass(slots=True)
class Splicer:
    """Rewrites rows from the top of a sheet to its bottom. `columns` are the styles of whole columns.

    `done` are the edited cells by row and column, left to right, as they have to read back.
    """

    prefix: str
    styles: Styles | None
    columns: Mapping[int, int]
    date1904: bool
    above: RowAbove
    unshare: dict[str, Master] = field(default_factory=dict)
    formulas_changed: bool = False
    done: dict[int, dict[int, Plain]] = field(default_factory=dict)
    written: Above = field(default_factory=lambda: Above({}, {}))  # the edited cells of the row at hand
    _number: int = 0
    _row_style: int | None = None

    def row(self, number: int, xml: str, edits: Mapping[int, Edit], row_style: int | None) -> str:
        """Rewrite the cells of a row. Raises Refused where that would break the sheet."""
        if "AlternateContent" in xml:
            raise Refused(
                f"Row {number} holds cells in a form that is not known; save the file again in Excel."
            )
        self._number, self._row_style, self.written = number, row_style, Above({}, {})
        self.done[number] = {}
        if not xml:
            return self._fresh(edits)
        if not self.unshare:
            quick = self._in_place(xml, edits)
            if quick is not None and not (self.unshare and "shared" in quick):
                return quick
        return self._walked(xml, edits)

    def _in_place(self, xml: str, edits: Mapping[int, Edit]) -> str | None:
        """Replace cells found by their references as Excel writes them; None if one is not found so."""
        cell, out, at = patterns(self.prefix).cell, [], 0
        for column in sorted(edits):
            start = xml.find(f'<{self.prefix}c r="{letters(column)}{self._number}"', at)
            match = cell.match(xml, start) if start >= 0 else None
            if match is None:
                return None
            out += [
                xml[at:start],
                self._replaced(column, attributes(match[1]), match[2] or "", edits[column]),
            ]
            at = match.end()
        return "".join([*out, xml[at:]])

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

    def _fresh(self, edits: Mapping[int, Edit]) -> str:
        """Write a row that was not there.

        The short way is for plain values that look like the cell above: a table's new rows hold little else,
        and there may be thousands.
        """
        number, prefix, date1904 = self._number, self.prefix, self.date1904
        above, styles, done, out = self.above.of(number).styles, self.written.styles, self.done[number], []
        for column in sorted(edits):
            value, style = edits[column]
            if style != ABOVE or column not in above or isinstance(value, _FORMULAS):
                out.append(self._new(column, edits[column]))
                continue
            style = above[column] if not isinstance(value, dt.date) else self._dated(value, above[column])
            styles[column] = style
            type_, raw, _, t, xml = content(value, prefix, date1904=date1904)
            done[column] = (column, type_, raw, None, style)
            start, rest, end = _frame(prefix, column, style, t)
            out.append(f"{start}{number}{rest}>{xml}{end}" if xml else f"{start}{number}{rest}/>")
        return "".join(out)

    def _new(self, column: int, edit: Edit) -> str:
        """Write a cell that was not there; a blank one only if it was given a style."""
        value, style = edit
        if style is None and value is None:
            self.done[self._number][column] = (column, None, None, None, 0)
            return ""
        if style is None or style == ABOVE:
            above = self.above.of(self._number).styles.get(column)
            if style is None or above is None:
                above = self._new_style(column, value, above)
            style = above
        return self._cell(column, value, style)

    def _new_style(self, column: int, value: Value | Fill, above: int | None) -> int:
        if self._row_style is not None:
            return self._row_style
        if column in self.columns:
            return self.columns[column]
        return above if above is not None and self._suits(value, above) else 0

    def _suits(self, value: Value | Fill, style: int) -> bool:
        """Say whether a value goes with a format from above: a date with a date format, a number with another."""
        if self.styles is None or value is None or isinstance(value, str | Formula | Fill):
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

    def _cell(self, column: int, value: Value | Fill, style: int) -> str:
        number = self._number
        if isinstance(value, dt.date):
            style = self._dated(value, style)
        elif isinstance(value, Fill):
            value = self._filled(column, value)
        type_, raw, formula, t, xml = content(value, self.prefix, date1904=self.date1904)
        self.written.styles[column] = style
        if formula is not None:
            self.written.formulas.setdefault(column, Master(formula, number, column))
            self.formulas_changed = True
        self.done[number][column] = (column, type_, raw, formula, style)
        start, rest, end = _frame(self.prefix, column, style, t)
        return f"{start}{number}{rest}>{xml}{end}" if xml else f"{start}{number}{rest}/>"

    def _filled(self, column: int, fill: Fill) -> Formula | None:
        """Find the formula to fill with: the one above, else the table's own if it is the same in every row."""
        above = self.above.of(self._number).formulas.get(column)
        if above is not None:
            self.written.formulas[column] = above  # still spelled out where it was first, so cut up once
            return Formula(above.at(self._number, column))
        return None if fill.otherwise is None or has_relative(fill.otherwise) else Formula(fill.otherwise)

    def _dated(self, value: dt.date, style: int) -> int:
        if self.styles is None:
            raise Refused(
                "The workbook has no cell formats, so a date cannot be shown; save it again in Excel."
            )
        if self.styles.is_date(style):
            return style
        return self.styles.dated(style, DATE_TIME if isinstance(value, dt.datetime) else DATE)


@lru_cache(maxsize=4_096)
def _frame(prefix: str, column: int, style: int, t: str) -> tuple[str, str, str]:
    """Give a cell's tag up to its row number, the attributes after that, and the end tag."""
    shown, kind = f' s="{style}"' if style else "", f' t="{t}"' if t else ""
    return f'<{prefix}c r="{letters(column)}', f'"{shown}{kind}', f"</{prefix}c>"
