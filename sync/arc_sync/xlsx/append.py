"""Rows put below a table: where they go, what each cell takes over, and where a totals row moves to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import grow
from arc_sync.xlsx.grow import Growth
from arc_sync.xlsx.refs import LAST_ROW
from arc_sync.xlsx.shapes import new_rows
from arc_sync.xlsx.splice import ABOVE, Edit
from arc_sync.xlsx.values import Fill, Formula, Given, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sync.xlsx.cells import Cell
    from arc_sync.xlsx.sheet import Sheet
    from arc_sync.xlsx.tables import Table


@dataclass(frozen=True, slots=True)
class Appending:
    """One call of `Sheet.append_rows`."""

    sheet: Sheet
    table: Table

    def add(self, rows: Sequence[Sequence[Value]], styles: Sequence[int | None]) -> list[int]:
        """Note the edits and return the row numbers."""
        table = self.table
        blank = self._is_blank()
        first = table.first_row if blank else table.last_row + 1
        last = first + len(rows) - 1
        if last + table.totals_rows > LAST_ROW:
            raise Refused(f"The sheet {self.sheet.name!r} has no room for {len(rows):,} more rows.")
        self.sheet.check_room(table, max(last, table.last_row))
        new = range(max(first, table.last_row + 1), last + 1)
        for number in sorted(self.sheet.edits.keys() & new):
            self._check_free(number)
        if table.totals_row is not None and new:
            self._move_totals(table.totals_row, last)
        for number, row in enumerate(rows[: new.start - first], first):
            self._put_blank(number, row, styles)
        self._put_new(new, rows[new.start - first :], styles)
        return list(range(first, last + 1))

    def _put_new(self, numbers: range, rows: Sequence[Sequence[Value]], styles: Sequence[int | None]) -> None:
        """Note new rows: formula columns are filled down."""
        area, edits = self.table.area, self.sheet.edits
        places = range(area.left, area.right + 1)
        looks = tuple(ABOVE if style is None else style for style in styles)
        fills = [None if column.formula is None else Fill(column.formula) for column in self.table.columns]
        given = rows if not any(fills) else [[*map(_filled, row, fills)] for row in rows]
        pending = {number: edits[number] for number in edits.keys() & numbers}
        edits.update(zip(numbers, new_rows(places, given, looks), strict=True))
        edits.update((number, {**old, **edits[number]}) for number, old in pending.items())

    def _put_blank(self, number: int, row: Sequence[Value], styles: Sequence[int | None]) -> None:
        """Note the blank first row: None leaves a cell as it is, with its formula."""
        for column, (value, style) in enumerate(zip(row, styles, strict=True), self.table.area.left):
            if value is not None:
                self.sheet.put(number, column, Edit(value, style))

    def _is_blank(self) -> bool:
        """Say whether the table has one row, and nobody wrote a value into it."""
        table = self.table
        if table.first_row != table.last_row:
            return False
        pending = self.sheet.edits.get(table.first_row, {})
        columns = range(table.area.left, table.area.right + 1)
        if any(pending[column].value is not None for column in columns if column in pending):
            return False
        cells = self._read(table.first_row, table.first_row).get(table.first_row, [])
        return all(cell.type is None or cell.formula is not None or cell.column in pending for cell in cells)

    def _read(self, first: int, last: int) -> dict[int, list[Cell]]:
        """Read the table's cells in some rows of the file, in one pass that stops there."""
        area, found = self.table.area, dict[int, list["Cell"]]()
        with closing(self.sheet.rows()) as rows:
            for row in rows:
                if row.number > last:
                    break
                if row.number >= first:
                    found[row.number] = [cell for cell in row.cells if area.left <= cell.column <= area.right]
        return found

    def _check_free(self, number: int) -> None:
        """Refuse a row into which something else was put."""
        pending = self.sheet.edits.get(number, {}) if number != self.table.totals_row else {}
        for column in range(self.table.area.left, self.table.area.right + 1):
            if column in pending and pending[column].value is not None:
                self._refuse(number)

    def _refuse(self, number: int) -> None:
        raise Refused(
            f"Row {number} below the table {self.table.name} is not empty; move what stands there, "
            "as the table needs the row."
        )

    def _move_totals(self, old: int, last: int) -> None:
        """Write the totals row again below the new rows; the rows it moves over must be empty."""
        new = last + 1
        pending = self.sheet.edits.get(old, {})
        found = self._read(old, new)
        totals = {cell.column: Edit(_plain(cell), cell.style) for cell in found.pop(old, [])} | dict(pending)
        for number, cells in found.items():
            if any(cell.type is not None or cell.formula is not None for cell in cells):
                self._refuse(number)
        for column in range(self.table.area.left, self.table.area.right + 1):
            edit = totals.get(column, Edit(None, 0))
            self.sheet.put(new, column, edit._replace(value=self._grown(edit.value, last)))

    def _grown(self, value: Given, last: int) -> Given:
        """Let a range over the table's data, in a totals formula, reach the new last row."""
        if not isinstance(value, Formula):
            return value
        table = self.table
        growth = Growth(table.first_row, table.last_row, table.area.left, table.area.right, last)
        return Formula(grow(value.text, self.sheet.name, growth.stretch, here=True))


def _filled(value: Value, fill: Fill | None) -> Value | Fill:
    return fill if value is None else value


def _plain(cell: Cell) -> Value:
    """Give a cell's content as a value to write again."""
    if cell.formula is not None:
        return Formula(cell.formula)
    if cell.type == "n" and cell.raw is not None:
        return Decimal(cell.raw)
    return cell.raw == "1" if cell.type == "b" else cell.raw
