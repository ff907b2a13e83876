"""One row rewritten: edited cells replaced or put in, every other cell left as it stands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.cells import attributes, patterns
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master, Shared, has_relative
from arc_sync.xlsx.refs import Area, cell_ref, column_index, letters, parse_area
from arc_sync.xlsx.styles import DATE, DATE_TIME, Styles
from arc_sync.xlsx.text import escape, unescape
from arc_sync.xlsx.values import Content, Fill, Formula, Value, content

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOVE = -1  # a style: that of the cell above


class Edit(NamedTuple):
    """What a cell shall hold. Style None keeps the cell's own, ABOVE takes that of the cell above."""

    value: Value | Fill
    style: int | None


class Above(NamedTuple):
    """The cell above: its style, and its formula where it has one."""

    style: int
    formula: Master | None


@dataclass(slots=True)
class Splicer:
    """Rewrites rows from the top of a sheet to its bottom. `columns` are the styles of whole columns."""

    prefix: str
    styles: Styles | None
    columns: Mapping[int, int]
    date1904: bool
    shared: Shared = field(default_factory=Shared)
    unshare: dict[str, Master] = field(default_factory=dict)
    formulas_changed: bool = False
    done: dict[int, dict[int, tuple[Content, int]]] = field(default_factory=dict)
    _above: dict[int, Above] = field(default_factory=dict)
    _above_row: int = 0
    _before: tuple[int, str] = (0, "")

    def passed(self, number: int, xml: str) -> None:
        """Remember the last row that went by unchanged (its cells' XML), for the row below it."""
        self._before = (number, xml)

    def row(self, number: int, xml: str, edits: Mapping[int, Edit], row_style: int | None) -> str:
        """Rewrite the cells of a row. Raises Refused where that would break the sheet."""
        if "AlternateContent" in xml:
            raise Refused(
                f"Row {number} holds cells in a form that is not known; save the file again in Excel."
            )
        out, at, column, todo, turn = [], 0, -1, sorted(edits), 0
        styles: dict[int, Above] = {}
        self.done[number] = {}
        for match in patterns(self.prefix).cell.finditer(xml):
            tag = attributes(match[1])
            place, last = re.match("[A-Za-z]+", tag.get("r", "")), column
            column = column_index(place[0]) if place else column + 1
            if column <= last:
                raise Refused(f"The cells of row {number} are out of order; save the file again in Excel.")
            while turn < len(todo) and todo[turn] < column:
                out += [xml[at : match.start()], self._new(number, todo[turn], edits, row_style, styles)]
                at, turn = match.start(), turn + 1
            if turn < len(todo) and todo[turn] == column:
                out += [
                    xml[at : match.start()],
                    self._replaced(number, column, tag, match[2] or "", edits, styles),
                ]
                at, turn = match.end(), turn + 1
            elif self.unshare and "shared" in match[0]:
                out += [xml[at : match.start()], self._unshared(number, column, match[0])]
                at = match.end()
        new = [self._new(number, column, edits, row_style, styles) for column in todo[turn:]]
        whole = "".join([*out, xml[at:], *new])
        self._remember(number, whole, styles, complete=not xml)
        return whole

    def _remember(self, number: int, xml: str, styles: dict[int, Above], *, complete: bool) -> None:
        self._before = (number, xml)
        if complete:
            self._above, self._above_row = styles, number

    def above(self, number: int) -> dict[int, Above]:
        """Give the cells of the row above, by column."""
        if self._above_row != number - 1:
            self._above_row = number - 1
            self._above = self._read_above() if self._before[0] == number - 1 else {}
        return self._above

    def _read_above(self) -> dict[int, Above]:
        number, xml = self._before
        known, found, column = patterns(self.prefix), {}, -1
        for match in known.cell.finditer(xml):
            tag = attributes(match[1])
            place = re.match("[A-Za-z]+", tag.get("r", ""))
            column = column_index(place[0]) if place else column + 1
            formula = known.formula.search(match[2] or "")
            text = ""
            if formula is not None:
                own = attributes(formula[1])
                plain = own.get("t", "normal") in {"normal", "shared"}
                text = self.shared.formula(number, column, own, unescape(formula[2] or "")) if plain else ""
            found[column] = Above(int(tag.get("s", "0")), Master(text, number, column) if text else None)
        return found

    def _new(
        self,
        number: int,
        column: int,
        edits: Mapping[int, Edit],
        row_style: int | None,
        styles: dict[int, Above],
    ) -> str:
        """Write a cell that was not there; a blank one only if it was given a style."""
        value, style = edits[column]
        if value is None and style is None:
            self.done[number][column] = (content(None, "", date1904=False), 0)
            return ""
        return self._cell(
            number, column, value, self._new_style(number, column, value, style, row_style), styles
        )

    def _new_style(
        self, number: int, column: int, value: Value | Fill, style: int | None, row_style: int | None
    ) -> int:
        if style is not None and style != ABOVE:
            return style
        above = self.above(number).get(column)
        if style == ABOVE and above is not None:
            return above.style
        if row_style is not None:
            return row_style
        if column in self.columns:
            return self.columns[column]
        return above.style if above is not None and self._suits(value, above.style) else 0

    def _suits(self, value: Value | Fill, style: int) -> bool:
        """A number does not take on a date format from above, nor a date a number format."""
        if self.styles is None or value is None or isinstance(value, str | Formula | Fill):
            return True
        return self.styles.is_date(style) == isinstance(value, dt.date)

    def _replaced(
        self,
        number: int,
        column: int,
        tag: Mapping[str, str],
        xml: str,
        edits: Mapping[int, Edit],
        styles: dict[int, Above],
    ) -> str:
        value, style = edits[column]
        formula = patterns(self.prefix).formula.search(xml)
        if formula is not None:
            self.formulas_changed = True
            own = attributes(formula[1])
            if own.get("t") == "shared" and formula[2]:
                self._share_out(number, column, own, unescape(formula[2]))
        kept = int(tag.get("s", "0"))
        if style == ABOVE:
            above = self.above(number).get(column)
            style = kept if above is None else above.style
        return self._cell(number, column, value, kept if style is None else style, styles)

    def _share_out(self, number: int, column: int, own: Mapping[str, str], text: str) -> None:
        """The cell that spells out a shared formula goes: from here on every sharer spells out its own."""
        area = parse_area(own["ref"]) if "ref" in own else Area(number, column, number, column)
        if (area.top, area.left) < (number, column) and not area.single and area.top < number:
            raise Refused(
                f"Cell {cell_ref(number, column)} holds a shared formula in an order that Excel does not write; "
                "save the file again in Excel."
            )
        self.unshare[own.get("si", "")] = Master(text, number, column)

    def _unshared(self, number: int, column: int, cell: str) -> str:
        """Spell out the formula of a cell whose master was overwritten."""
        known = patterns(self.prefix).formula
        formula = known.search(cell)
        if formula is None:
            return cell
        own = attributes(formula[1])
        key = own.get("si", "")
        if own.get("t") != "shared" or key not in self.unshare:
            return cell
        if formula[2]:  # another group takes over the number
            del self.unshare[key]
            return cell
        text = escape(self.unshare[key].at(number, column))
        return f"{cell[: formula.start()]}<{self.prefix}f>{text}</{self.prefix}f>{cell[formula.end() :]}"

    def _cell(
        self, number: int, column: int, value: Value | Fill, style: int, styles: dict[int, Above]
    ) -> str:
        formula = None
        if isinstance(value, Fill):
            value = self._filled(number, column, value)
        if isinstance(value, Formula):
            self.formulas_changed = True
            formula = Master(value.text.removeprefix("="), number, column)
        elif isinstance(value, dt.date):
            style = self._dated(value, style)
        inner = content(value, self.prefix, date1904=self.date1904)
        styles[column] = Above(style, formula)
        self.done[number][column] = (inner, style)
        head = f'<{self.prefix}c r="{letters(column)}{number}"'
        if style:
            head += f' s="{style}"'
        if inner.t:
            head += f' t="{inner.t}"'
        return f"{head}>{inner.xml}</{self.prefix}c>" if inner.xml else f"{head}/>"

    def _filled(self, number: int, column: int, fill: Fill) -> Formula | None:
        above = self.above(number).get(column)
        if above is not None and above.formula is not None:
            return Formula(above.formula.at(number, column))
        if fill.otherwise is None or has_relative(fill.otherwise):
            return None
        return Formula(fill.otherwise)

    def _dated(self, value: dt.date, style: int) -> int:
        if self.styles is None:
            raise Refused(
                "The workbook has no cell formats, so a date cannot be shown; save it again in Excel."
            )
        if self.styles.is_date(style):
            return style
        return self.styles.dated(style, DATE_TIME if isinstance(value, dt.datetime) else DATE)
