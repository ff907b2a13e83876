"""Carrying out a plan in a workbook file: which cells of which sheets, in which style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from arc_sheets.cells import CellValue, Formula
from arc_sync.books import entries
from arc_sync.books.contents import BookRow, IssueLine
from arc_sync.books.draw import account, home, records
from arc_sync.books.draw.issues import ISSUES, as_row
from arc_sync.books.drawing import Drawing, Drawn, Link, Shown
from arc_sync.books.drawing import Table as DrawnTable
from arc_sync.books.dressed import dress_lines
from arc_sync.books.form import KEPT, as_text
from arc_sync.books.hidden import Hidden, write_hidden
from arc_sync.books.layout import SEAL, Layout
from arc_sync.books.look import read_look, wraps
from arc_sync.books.overtyped import areas_of
from arc_sync.books.port import BookPlan, SetFace
from arc_sync.books.seals import seal_lines
from arc_sync.books.sheets import Workbook, Worksheet
from arc_sync.merge.issues import ID
from arc_sync.merge.plan import Drop, SetCell
from arc_sync.xlsx import Formula as FileFormula
from arc_sync.xlsx import Refused, Value
from arc_sync.xlsx.refs import Area, Place, area_ref, cell_ref
from arc_sync.xlsx.splice import Edit

#: Areas of report tabs whose cells are one: only the first is written.
_MERGES: Final = {home.SHEET: home.PAGE.merges, account.SHEET: account.PAGE.merges}


class Writes:
    """The writes of one round to one file, gathered in its package. Nothing reaches the disk here."""

    def __init__(self, package: Workbook, hidden: Hidden, layouts: Mapping[str, Layout | None]) -> None:
        self._package, self._hidden, self._layouts = package, hidden, layouts
        self.also: Mapping[str, str | int] = {}  #: more lines for `_ARC`

    def carry_out(self, plan: BookPlan) -> bool:
        """Gather all writes but the bookmark; False if a row or column is not where it was read.

        Raises Refused for what the file cannot take.
        """
        held = self._settle_form(plan)
        for cell in plan.cells:
            held &= self._cell(cell)
        for drop in plan.drops:
            held &= self._drop(drop)
        for face in plan.faces:
            held &= self._face(face)
        for name, rows in plan.appends.items():
            held &= not rows or self._append(name, rows)
        for drawing in plan.drawings:
            self._draw(drawing)
        if plan.issues is not None:
            self._show_issues(plan.issues)
        for layout in filter(None, self._layouts.values()):
            embrace(layout)
        self._remember(plan)
        return held

    def bookmark(self, plan: BookPlan, epoch: int) -> None:
        """Gather the bookmark."""
        number, hash_ = plan.mark if plan.mark.n else (0, "")
        write_hidden(self._package, self._hidden, {"bookmark": number, "hash": hash_, "epoch": epoch})

    def _remember(self, plan: BookPlan) -> None:
        """Gather what ARC must know of its own drawings, whether the bookmark moves or not."""
        values = {"as of": plan.as_of.isoformat(), "synced": plan.synced.isoformat(), **self.also}
        for drawing in plan.drawings:
            values |= self.lines_of(drawing)
        if plan.issues is not None:
            values |= self.lines_of_issues(plan.issues)
        write_hidden(self._package, self._hidden, values)

    def lines_of(self, drawing: Drawing) -> dict[str, str | int]:
        """Return what `_ARC` keeps of a drawing that stands in the book."""
        sheet, values = drawing.sheet, (drawn.value for drawn in drawing.cells.values())
        kept: dict[str, str | int] = {
            f"area {sheet}": area_ref(drawing.area),
            f"drawn {sheet}": drawing.digest,
        }
        kept |= self.renewed("seals", sheet, seal_lines(sheet, values))
        return kept | self.renewed("dress", sheet, dress_lines(drawing))

    def lines_of_issues(self, lines: Sequence[IssueLine]) -> dict[str, str | int]:
        """Return what `_ARC` keeps of the lines on the Issues tab."""
        values = (v for line in lines for v in as_row(line).values)
        return self.renewed("seals", ISSUES.title, seal_lines(ISSUES.title, values))

    def _settle_form(self, plan: BookPlan) -> bool:
        """Gather the entry cells of the form and what is kept of it: here they reach the disk together."""
        held = entries.set_entries(self._package, self._hidden, plan.entries)
        if after := plan.form_after(held=held):
            write_hidden(self._package, self._hidden, {KEPT: as_text(after)})
        return held

    def renewed(self, kind: str, sheet: str, lines: Iterable[tuple[str, str]]) -> dict[str, str | int]:
        """Return a sheet's lines of that kind for `_ARC`; those that are no longer needed are blank."""
        before: dict[str, str | int] = {
            name: "" for name in self._hidden.values if name.rpartition(" ")[0] == f"{kind} {sheet}"
        }
        return before | dict(lines)

    # -- record tabs -----------------------------------------------------------------------------------

    def _cell(self, step: SetCell) -> bool:
        place = self._find(step.tab, step.row, step.column)
        if place is None:
            return False
        layout, row, column = place
        layout.sheet.put(row, column, Edit(_file_value(step.value), None))
        return True

    def _drop(self, step: Drop) -> bool:
        place = self._find(step.tab, step.row, ID)
        if place is None:
            return False
        layout, row, _ = place
        for column in layout.places.values():
            layout.sheet.put(row, column, Edit(None, None))
        return True

    def _face(self, step: SetFace) -> bool:
        place = self._find(step.tab, step.row, ID)
        if place is None:
            return False
        layout, row, _ = place
        names = [*(c.name for c in layout.tab.computed), SEAL]
        for name, value in zip(names, (*step.cells, step.seal), strict=True):
            if name in layout.places:
                layout.sheet.put(row, layout.places[name], Edit(_file_value(value), None))
        return True

    def _find(self, tab: str, row: str, column: str) -> tuple[Layout, int, int] | None:
        layout = self._layouts.get(tab)
        number = layout.row_of(row) if layout else None
        if layout is None or number is None or column not in layout.places:
            return None
        return layout, number, layout.places[column]

    def _append(self, name: str, rows: Sequence[BookRow]) -> bool:
        layout = self._layouts.get(name)
        if layout is None:
            return False
        new = [row for row in rows if row.id not in layout.rows]
        if new:
            _say(layout, len(layout.rows) + len(new))
            self._fill(layout, self._new_rows(layout, len(new)), new)
        return len(new) == len(rows)

    def _new_rows(self, layout: Layout, many: int) -> Sequence[int]:
        """Make room below the others, where the person's own columns are filled down; return the row numbers."""
        if layout.table is None:
            first = max(layout.last, layout.header, layout.bottom) + 1
            numbers = list(range(first, first + many))
        else:
            embrace(layout)
            blank = [None] * len(layout.table.columns)
            numbers = layout.sheet.append_rows(layout.table.name, [blank] * many)
            layout.table = layout.sheet.table(layout.table.name)
        layout.last = numbers[-1]
        return numbers

    def _fill(self, layout: Layout, numbers: Sequence[int], rows: Sequence[BookRow]) -> None:
        """Write whole rows, each cell in the style of its role, whatever row it comes under."""
        tab, look = layout.tab, read_look() if wraps(layout.tab) else None
        names = (ID, *(column.name for column in tab.columns), SEAL)
        for number, cells in zip(numbers, records.rows(tab, rows), strict=True):
            for name, drawn in zip(names, cells, strict=True):
                if name in layout.places:
                    edit = Edit(_file_value(_text(drawn.value)), self._hidden.style(drawn.role))
                    layout.sheet.put(number, layout.places[name], edit)
            if look:
                layout.sheet.set_height(number, records.height(tab, cells, look))

    # -- reports and issues ----------------------------------------------------------------------------

    def _draw(self, drawing: Drawing) -> None:
        """Redraw a report tab: what it owned before and now, except what belongs to people."""
        if drawing.sheet not in self._package.sheet_names:
            return  # somebody did not want it
        sheet = self._package.sheet(drawing.sheet)
        covered = set(_covered(_MERGES.get(drawing.sheet, ())))
        for place in (
            {p for area in areas_of(self._hidden, drawing) for p in _places(area)} - covered - drawing.entries
        ):
            self._put(sheet, place, drawing.cells.get(place, _NOTHING))
        for row, points in drawing.heights.items():
            sheet.set_height(row, points)
        if drawing.table:
            _place(sheet, drawing.table, areas_of(self._hidden, drawing)[-1].right)

    def _put(self, sheet: Worksheet, place: Place, drawn: Drawn) -> None:
        shown = drawn.value
        style = self._hidden.style(drawn.role) if drawn is not _NOTHING else 0
        sheet.put(place.row, place.column, Edit(_file_value(_text(shown)), style))
        sheet.set_hyperlink(cell_ref(*place), _target(shown))

    def _show_issues(self, lines: Sequence[IssueLine]) -> None:
        layout = self._layouts.get(ISSUES.name)
        if layout is None:
            return
        top = layout.header + 1
        for number in range(top, max(layout.last, top) + 1):
            for place in layout.places.values():
                layout.sheet.put(number, place, Edit(None, None))
        _say(layout, len(lines))
        self._fill(layout, range(top, top + len(lines)), [as_row(line) for line in lines])
        layout.last = top + max(len(lines), 1) - 1
        if layout.table:
            layout.table = layout.sheet.resize_table(layout.table.name, layout.last)


_NOTHING: Final = Drawn(None, "")


def embrace(layout: Layout) -> None:
    """Let rows that were typed right below the table be part of it, as Excel does and others do not."""
    if layout.table and layout.last > layout.table.area.bottom:
        layout.table = layout.sheet.resize_table(layout.table.name, layout.last)


def _place(sheet: Worksheet, drawn: DrawnTable, before: int) -> None:
    """Let a report's table follow its rows and columns; ARC's last column was `before`, what follows is a person's.

    People may have turned it into a range, or added columns to it.
    """
    table = next((t for t in sheet.tables if t.name.casefold() == drawn.name.casefold()), None)
    if table is None:
        return
    right = table.area.left + len(table.columns) - 1
    if right <= before:
        sheet.place_table(table.name, drawn.area, drawn.headers)
        return
    if before != drawn.area.right or table.area.top != drawn.area.top:
        raise Refused(
            f"The table {table.name} on {sheet.name} must move, but has columns of your own; put them outside of "
            "the table, or let `arc sync --new` make a new workbook (this file is kept)."
        )
    sheet.place_table(table.name, drawn.area._replace(right=right), table.headers)


def _say(layout: Layout, many: int) -> None:
    """Put the sentence for so many rows under the title, if ARC's own still stands there."""
    tab, ref = layout.tab, cell_ref(*records.SENTENCE)
    now, then = layout.sheet.cell(ref).raw, records.sentence(tab, many)
    if now != then and now in {tab.sentence, tab.empty}:
        layout.sheet.set(ref, then)


def _file_value(value: CellValue) -> Value:
    """Return a cell value as the file package takes it; blank text is blank."""
    if isinstance(value, Formula):
        return FileFormula(value.text, value.value)
    return None if value == "" else value


def _text(shown: Shown) -> CellValue:
    return shown.text if isinstance(shown, Link) else shown


def _target(shown: Shown) -> str:
    """Return where a link leads, in the file package's words; "" for no link."""
    if not isinstance(shown, Link):
        return ""
    return (
        "#" + shown.target.removeprefix("internal:") if shown.target.startswith("internal:") else shown.target
    )


def _places(area: Area) -> Iterator[Place]:
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield Place(row, column)


def _covered(merges: Sequence[Area]) -> Iterator[Place]:
    """Yield the cells of merged areas but their first."""
    for area in merges:
        yield from (place for place in _places(area) if place != Place(area.top, area.left))
