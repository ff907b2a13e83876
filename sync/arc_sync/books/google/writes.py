"""A plan of a round as writes of a batch: which rows of which sheets, over what; which reports, which lines of `_ARC`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arc_sheets.cells import CellValue, Formula
from arc_sync.books.contents import BookRow, IssueLine
from arc_sync.books.create import HIDDEN, NAME_COLUMN
from arc_sync.books.draw import account, records
from arc_sync.books.draw.issues import ISSUES, as_row
from arc_sync.books.drawing import Drawing, Link, Shown
from arc_sync.books.form import ENTRIES, KEPT, LABELS, PLACES, as_text
from arc_sync.books.google.adapting import adapt
from arc_sync.books.google.adding import add_rows
from arc_sync.books.google.batch import put_cells
from arc_sync.books.google.captured import Added, Row
from arc_sync.books.google.cells import Painter
from arc_sync.books.google.drawing import Sheet, redraw
from arc_sync.books.google.entries import read_entries
from arc_sync.books.google.layout import STAMP, Layout
from arc_sync.books.google.prints import print_of
from arc_sync.books.google.reading import Raw
from arc_sync.books.google.records import row_heights, sentence_place
from arc_sync.books.google.shapes import CellData, Request, extended, sendable
from arc_sync.books.google.state import State
from arc_sync.books.layout import SEAL
from arc_sync.books.port import BookPlan, SetEntry, SetFace
from arc_sync.books.seals import seal_lines
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.plan import Drop, Look, SetCell
from arc_sync.xlsx.refs import Place, area_ref, parse_area, parse_ref


@dataclass(slots=True)
class Writes:
    """The writes of one round, gathered. Nothing reaches Google here."""

    state: State
    painter: Painter
    rows: dict[tuple[int, int], Row] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    drawn: list[tuple[int, str, tuple[str, ...], Sequence[Request]]] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)  #: for `_ARC`
    forms: tuple[str, str] | None = None  #: what to keep of the form if its entries hold, and if not

    # -- a plan ----------------------------------------------------------------------------------------

    def carry_out(self, plan: BookPlan) -> bool:
        """Gather all writes but the bookmark; False if a row, column or value is not what was read."""
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
            self._draw(drawing, plan)
        if plan.issues is not None:
            self._show_issues(plan.issues)
        for look in plan.looks:
            held &= self._look(look)
        self.lines |= {"as of": plan.as_of.isoformat(), "synced": plan.synced.isoformat()}
        return held

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Gather ids for new rows; False if one of them is not what was read there."""
        for stamp in stamps:
            layout = self.state.layouts.get(stamp.tab)
            if layout is None or ID not in layout.places:
                return False
            there = layout.grid.at(stamp.at, layout.places[ID])
            if (there or "", layout.cells(stamp.at)) != (stamp.was, stamp.seen):
                return False
            row = self._row(layout, stamp.at, f"stamp {stamp.id}")
            row.values[layout.places[ID]] = stamp.id or None
            row.checked |= {c for name, c in layout.places.items() if name not in (SEAL, STAMP)}
        return True

    def repair(self) -> None:
        """Gather what puts back what earlier batches hit, where the plan writes nothing itself."""
        for spot, dirt in self.state.masked.dirt.items():
            grid = self.state.snapshot.grids[spot.title]
            row = self.rows.setdefault((grid.sheet, spot.row), Row(grid.sheet, spot.row, part="repair"))
            row.heals |= {*dirt.hits}
            if spot.column in row.values:
                continue
            row.values[spot.column] = dirt.value
            if dirt.source:
                row.sources[spot.column] = dirt.source

    # -- record tabs -----------------------------------------------------------------------------------

    def _row(self, layout: Layout, at: int, part: str = "") -> Row:
        sheet = layout.grid.sheet
        return self.rows.setdefault((sheet, at), Row(sheet, at, part=part))

    def _find(self, tab: str, row: str, column: str) -> tuple[Layout, int] | None:
        layout = self.state.layouts.get(tab)
        at = layout.row_of(row) if layout else None
        return (layout, at) if layout and at is not None and column in layout.places else None

    def _cell(self, step: SetCell) -> bool:
        found = self._find(step.tab, step.row, step.column)
        if found is None or found[0].cell(found[1], step.column) != step.seen:
            return False
        layout, at = found
        self._row(layout, at).values[layout.places[step.column]] = _raw(step.value)
        return True

    def _drop(self, step: Drop) -> bool:
        found = self._find(step.tab, step.row, ID)
        if found is None or found[0].cells(found[1]) != step.seen:
            return False
        layout, at = found
        row = self._row(layout, at)
        row.values |= {place: None for name, place in layout.places.items() if name != STAMP}
        return True

    def _face(self, step: SetFace) -> bool:
        found = self._find(step.tab, step.row, ID)
        if found is None or found[0].cells(found[1], computed=True) != step.seen:
            return False
        layout, at = found
        names = [*(c.name for c in layout.tab.computed), SEAL]
        row = self._row(layout, at)
        for name, value in zip(names, (*step.cells, step.seal), strict=True):
            if name in layout.places:
                row.values[layout.places[name]] = _raw(value)
        return True

    def _look(self, step: Look) -> bool:
        found = self._find(step.tab, step.row, step.column)
        if found is None or found[0].cell(found[1], step.column) != step.seen:
            return False
        layout, at = found
        self._row(layout, at).checked.add(layout.places[step.column])
        return True

    def _append(self, name: str, rows: Sequence[BookRow]) -> bool:
        layout = self.state.layouts.get(name)
        if layout is None:
            return False
        new = [row for row in rows if row.id not in layout.rows]
        if new:
            self._say(layout, len(layout.rows) + len(new))
            self.added += add_rows(layout, new, self.painter)
        return len(new) == len(rows)

    def _say(self, layout: Layout, many: int) -> None:
        """Put the sentence for so many rows under the title, if ARC's own still stands there."""
        tab, (row, column) = layout.tab, sentence_place(layout.tab)
        now, then = layout.grid.at(row - 1, column), records.sentence(tab, many)
        if now != then and now in {tab.sentence, tab.empty}:
            self._row(layout, row - 1).values[column] = then

    # -- issues, reports, the form ----------------------------------------------------------------------

    def _show_issues(self, lines: Sequence[IssueLine]) -> None:
        layout = self.state.layout(ISSUES)
        if layout is None:
            return  # somebody did not want it
        self._say(layout, len(lines))
        names = (ID, *(c.name for c in ISSUES.columns), SEAL)
        drawn = list(records.rows(ISSUES, map(as_row, lines)))
        shown = [[_text(one.value) for one in cells] for cells in drawn]
        top = layout.header + 1
        heights = list(row_heights(ISSUES, layout.grid.sheet, self.painter.look, drawn, top + 1))
        self.added += [Added(layout.grid.sheet, (), (), heights)] if heights else []
        for at in range(top, max(layout.last + 1, top + len(shown))):
            row = self._row(layout, at)
            cells = shown[at - top] if at - top < len(shown) else [None] * len(names)
            row.values |= {
                layout.places[n]: v for n, v in zip(names, cells, strict=True) if n in layout.places
            }
        self.lines |= self._seals(ISSUES.title, (v for line in lines for v in as_row(line).values))

    def _draw(self, drawing: Drawing, plan: BookPlan) -> None:
        grid = self.state.grid(drawing.sheet)
        self.lines[f"drawn {drawing.sheet}"] = drawing.digest
        if grid is None:
            return  # somebody did not want it
        made = adapt(drawing, self.painter.look)
        known = self.state.values.get(f"area {drawing.sheet}")
        before = parse_area(known) if known else None
        sheet = Sheet(grid.sheet, grid.height, grid.width, grid.filtered)
        areas = [made.area, *([before] if before else [])]
        whole = areas[0]._replace(
            top=min(a.top for a in areas),
            left=min(a.left for a in areas),
            bottom=max(a.bottom for a in areas),
            right=max(a.right for a in areas),
        )
        typed = {
            print_of(self._at(drawing.sheet, parse_ref(t.cell))) for t in plan.typed.get(drawing.sheet, ())
        }
        shapes = {print_of(value) for row in grid.rows for value in row if isinstance(value, Formula)}
        requests = list(redraw(made, sheet, before, self.painter))
        self.drawn.append((grid.sheet, area_ref(whole), tuple(sorted(typed | shapes)), requests))
        self.lines[f"area {drawing.sheet}"] = area_ref(made.area)
        self.lines |= self._seals(drawing.sheet, (drawn.value for drawn in made.cells.values()))

    def _seals(self, sheet: str, values: Iterable[Shown]) -> dict[str, str]:
        """Return a sheet's seals as lines of `_ARC`; those that it no longer needs are blank."""
        before = {name: "" for name in self.state.values if name.rpartition(" ")[0] == f"seals {sheet}"}
        return before | dict(seal_lines(sheet, values))

    def _settle_form(self, plan: BookPlan) -> bool:
        if (held := plan.form_after(held=True)) and (not_held := plan.form_after(held=False)):
            self.forms = as_text(held), as_text(not_held)
            self.lines[KEPT] = self.forms[0]
        fine = [step for step in plan.entries if self._entry(step)]
        if len(fine) < len(plan.entries) and self.forms:
            self.lines[KEPT] = self.forms[1]
        return len(fine) == len(plan.entries)

    def _entry(self, step: SetEntry) -> bool:
        place, grid = PLACES[step.block, step.field], self.state.grid(account.SHEET)
        if grid is None or read_entries(grid).get((step.block, step.field)) != step.seen:
            return False
        row = self.rows.setdefault((grid.sheet, place.row - 1), Row(grid.sheet, place.row - 1))
        row.part = f"form {step.block} {step.field}"
        row.values[ENTRIES] = _raw(step.value)
        row.checked.add(LABELS)
        return True

    def _at(self, sheet: str, place: Place) -> Raw:
        grid = self.state.grid(sheet)
        return grid.at(place.row - 1, place.column) if grid else None


def lines_of(state: State, lines: Mapping[str, str]) -> Iterator[Request]:
    """Yield what writes lines of `_ARC`, those that are new below the others."""
    grid = state.snapshot.grids[HIDDEN]
    free = max(state.hidden.rows.values(), default=-1) + 1
    for name, value in lines.items():
        if name in state.hidden.rows:
            row = state.hidden.rows[name]
        else:
            row, free = free, free + 1
        if state.hidden.values.get(name) != value:
            cells: list[CellData] = [{"userEnteredValue": extended(name)}]
            cells.append({"userEnteredValue": extended(value)} if value else {})
            yield put_cells(grid.sheet, Place(row + 1, NAME_COLUMN), [{"values": cells}], "userEnteredValue")


def _raw(value: CellValue) -> CellValue:
    """Return a value as a cell will hold it."""
    if isinstance(value, str):
        return sendable(value) or None
    return value


def _text(shown: Shown) -> CellValue:
    return _raw(shown.text if isinstance(shown, Link) else shown)
