"""One row rewritten: edited cells replaced or put in, every other cell left as it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.above import Above, RowAbove
from arc_sync.xlsx.cells import attributes, column_of, patterns, whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master, has_relative
from arc_sync.xlsx.refs import cell_ref, letters, parse_area
from arc_sync.xlsx.styles import DATE, DATE_TIME
from arc_sync.xlsx.text import escape, unescape
from arc_sync.xlsx.values import BLANK, Content, Fill, Formula, Value, content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.styles import Styles

ABOVE = -1  # a style: that of the cell above


class Edit(NamedTuple):
    """What a cell shall hold. Style None keeps the cell's own, ABOVE takes that of the cell above."""

    value: Value | Fill
    style: int | None


@dataclass(slots=True)
class Splicer:
    """Rewrites rows from the top of a sheet to its bottom. `columns` are the styles of whole columns."""

    prefix: str
    styles: Styles | None
    columns: Mapping[int, int]
    date1904: bool
    above: RowAbove
    unshare: dict[str, Master] = field(default_factory=dict)
    formulas_changed: bool = False
    done: dict[int, dict[int, tuple[Content, int]]] = field(default_factory=dict)
    written: dict[int, Above] = field(default_factory=dict)  # the edited cells of the row at hand
    _number: int = 0
    _row_style: int | None = None

    def row(self, number: int, xml: str, edits: Mapping[int, Edit], row_style: int | None) -> str:
        """Rewrite the cells of a row. Raises Refused where that would break the sheet."""
        if "AlternateContent" in xml:
            raise Refused(
                f"Row {number} holds cells in a form that is not known; save the file again in Excel."
            )
        self._number, self._row_style, self.written = number, row_style, {}
        self.done[number] = {}
        if not xml:
            return "".join([self._new(column, edits[column]) for column in sorted(edits)])
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

    def _new(self, column: int, edit: Edit) -> str:
        """Write a cell that was not there; a blank one only if it was given a style."""
        value, style = edit
        if style is None and value is None:
            self.done[self._number][column] = (BLANK, 0)
            return ""
        if style is None or style == ABOVE:
            style = self._new_style(column, value, like_above=style == ABOVE)
        return self._cell(column, value, style)

    def _new_style(self, column: int, value: Value | Fill, *, like_above: bool) -> int:
        above = self.above.cells(self._number).get(column)
        if like_above and above is not None:
            return above.style
        if self._row_style is not None:
            return self._row_style
        if column in self.columns:
            return self.columns[column]
        return above.style if above is not None and self._suits(value, above.style) else 0

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
            above = self.above.cells(self._number).get(column)
            style = whole(tag.get("s")) if above is None else above.style
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
        formula = None
        if isinstance(value, Fill):
            formula = self._filled(column, value)
            value = None if formula is None else Formula(formula.at(self._number, column))
        elif isinstance(value, Formula):
            formula = Master(value.text.removeprefix("="), self._number, column)
        elif isinstance(value, dt.date):
            style = self._dated(value, style)
        inner = content(value, self.prefix, date1904=self.date1904)
        self.formulas_changed |= inner.formula
        self.written[column] = Above(style, formula)
        self.done[self._number][column] = (inner, style)
        shown = f' s="{style}"' if style else ""
        kind = f' t="{inner.t}"' if inner.t else ""
        head = f'<{self.prefix}c r="{letters(column)}{self._number}"{shown}{kind}'
        return f"{head}>{inner.xml}</{self.prefix}c>" if inner.xml else f"{head}/>"

    def _filled(self, column: int, fill: Fill) -> Master | None:
        """Find the formula to fill with: the one above, else the table's own if it is the same in every row."""
        above = self.above.cells(self._number).get(column)
        if above is not None and above.formula is not None:
            return above.formula
        if fill.otherwise is None or has_relative(fill.otherwise):
            return None
        return Master(fill.otherwise, self._number, column)

    def _dated(self, value: dt.date, style: int) -> int:
        if self.styles is None:
            raise Refused(
                "The workbook has no cell formats, so a date cannot be shown; save it again in Excel."
            )
        if self.styles.is_date(style):
            return style
        return self.styles.dated(style, DATE_TIME if isinstance(value, dt.datetime) else DATE)
