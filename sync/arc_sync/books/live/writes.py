"""Carrying out a plan in an open book: the file's own writes, in the order of `stepwise`, stage by stage.

A round may die between any two calls. So what is about to be drawn is announced on `_ARC` first, with the seals of
both the old and the new figures and the area of both; whatever stands there in between is known for ARC's own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from arc_sync.books import entries
from arc_sync.books.areas import around
from arc_sync.books.create import HIDDEN, NAME_COLUMN, VALUE_COLUMN
from arc_sync.books.draw.account import SHEET as ACCOUNT
from arc_sync.books.draw.issues import ISSUES, as_row
from arc_sync.books.drawing import Drawing
from arc_sync.books.dressed import read_dress
from arc_sync.books.form import KEPT, as_text
from arc_sync.books.hidden import Hidden, read_hidden
from arc_sync.books.layout import Layout
from arc_sync.books.live.dressing import STYLES, RecordDresser, ReportDresser, Undressed
from arc_sync.books.live.workbook import OpenWorkbook
from arc_sync.books.look import read_look
from arc_sync.books.overtyped import areas_of
from arc_sync.books.port import BookPlan
from arc_sync.books.seals import more_seal_lines
from arc_sync.books.writes import Writes, embrace
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.plan import Look
from arc_sync.xlsx.refs import Place, area_ref
from arc_sync.xlsx.splice import Edit


def hidden_of(book: OpenWorkbook) -> Hidden:
    """Read `_ARC`. Styles are numbered by role, without samples: an open book is told its formats."""
    return replace(read_hidden(book), styles=STYLES)


class LiveWrites(Writes):
    """The writes of one round to one open book, as of what this session read."""

    def __init__(
        self, book: OpenWorkbook, hidden: Hidden, layouts: Mapping[str, Layout | None], epoch: int
    ) -> None:
        super().__init__(book, hidden, layouts)
        self._book, self._epoch, self._look = book, epoch, read_look()
        self._as_read = hidden

    def take(self, values: Mapping[str, str | int] | None = None) -> bool:
        """Stamp the epoch, with other lines of `_ARC`; False if another session stamped its own since this one read."""
        return self._keep({"epoch": self._epoch, **(values or {})})

    def stamp(self, stamps: Sequence[tuple[Layout, Stamp]]) -> bool:
        """Write ids into rows; False if one no longer holds what was read, and was left."""
        if not self.take():
            return False
        for layout, stamp in stamps:
            layout.sheet.put(stamp.at, layout.places[ID], Edit(stamp.id or None, None))
            self._book.sheet(layout.sheet.name).guard(Place(stamp.at, c) for c in layout.places.values())
            embrace(layout)
        names = dict.fromkeys(layout.sheet.name for layout, _ in stamps)
        return self._flushed(names)

    def carry_out(self, plan: BookPlan) -> bool:
        """Write all but the bookmark; False if a cell no longer held what was read, and was left."""
        kept = {KEPT: as_text(plan.form)} if plan.form else {}
        if not self.take(self._announced(plan) | kept):
            return False
        held = self._settle_form(plan) and not plan.waits
        held &= self._records(plan)
        drawn = [drawing for drawing in plan.drawings if self._drawn(drawing)]
        issues = plan.issues is None or self._issues_shown(plan)
        held &= len(drawn) == len(plan.drawings) and issues
        for tab, looks in _by_tab(plan.looks):
            held &= self._looked(tab, looks)
        return self._finish(plan, drawn, issues=issues, held=held)

    def _finish(self, plan: BookPlan, drawn: Sequence[Drawing], *, issues: bool, held: bool) -> bool:
        """Confirm what was drawn and, if all held, move the bookmark: in one last write."""
        values: dict[str, str | int] = {"as of": plan.as_of.isoformat(), "synced": plan.synced.isoformat()}
        for drawing in drawn:
            values |= self.lines_of(drawing)
        if plan.issues is not None and issues:
            values |= self.lines_of_issues(plan.issues)
        if held:
            number, hash_ = plan.mark if plan.mark.n else (0, "")
            values |= {"bookmark": number, "hash": hash_}
        return self._keep(values) and held

    # -- _ARC --------------------------------------------------------------------------------------------

    def _announced(self, plan: BookPlan) -> dict[str, str | int]:
        """Return what keeps the drawings apart from what people type, while one gives way to the other."""
        values: dict[str, str | int] = {}
        for drawing in plan.drawings:
            sheet, shown = drawing.sheet, (drawn.value for drawn in drawing.cells.values())
            corners = {Place(*at) for a in areas_of(self._hidden, drawing) for at in (a[:2], a[2:])}
            values |= {f"drawn {sheet}": "", f"area {sheet}": area_ref(around(corners))}
            values |= more_seal_lines(sheet, shown, self._hidden.values)
        if plan.issues is not None:
            told = (value for line in plan.issues for value in as_row(line).values)
            values |= more_seal_lines(ISSUES.title, told, self._hidden.values)
        return values

    def _keep(self, values: Mapping[str, str | int]) -> bool:
        """Write lines of `_ARC` in one block; False if identity, epoch or bookmark are no longer those read."""
        sheet, rows = self._book.sheet(HIDDEN), dict(self._hidden.rows)
        sheet.guard(Place(rows[n], VALUE_COLUMN) for n in ("book", "epoch", "bookmark", "hash") if n in rows)
        for name in values.keys() - rows.keys():
            rows[name] = max(rows.values()) + 1
            sheet.put(rows[name], NAME_COLUMN, Edit(name, None))
        told = {n: v for n, v in values.items() if self._hidden.values.get(n) != str(v)}
        names = {row: name for name, row in rows.items()}
        for row in range(
            min((rows[n] for n in told), default=1), max((rows[n] for n in told), default=0) + 1
        ):
            name = names.get(row, "")
            value = values.get(name, self._hidden.values.get(name, ""))
            sheet.put(row, VALUE_COLUMN, Edit(int(value) if name in _NUMBERS else value or None, None))
        held = sheet.flush(Undressed(), whole=True, solid=sys.maxsize)  # the bookmark and its hash at once
        if held:
            texts = {name: str(value) for name, value in values.items()}
            self._hidden = replace(self._hidden, values={**self._hidden.values, **texts}, rows=rows)
        return held

    def _settle_form(self, plan: BookPlan) -> bool:
        """Clear what was carried out, first of all; then forget what was being cleared."""
        held = entries.set_entries(self._package, self._hidden, plan.entries)
        if held and plan.entries:
            held = self._book.sheet(ACCOUNT).flush(Undressed(), whole=True)
        after = plan.form_after(held=held)
        return (after is None or after == plan.form or self._keep({KEPT: as_text(after)})) and held

    # -- sheets ------------------------------------------------------------------------------------------

    def _records(self, plan: BookPlan) -> bool:
        """Write cells, rows and computed cells of the record tabs: a row is written whole or left."""
        held = True
        for cell in plan.cells:
            held &= self._cell(cell)
        for drop in plan.drops:
            held &= self._drop(drop)
        for name, rows in plan.appends.items():
            held &= not rows or self._append(name, rows)
        for face in plan.faces:
            held &= self._face(face)
        for layout in filter(None, self._layouts.values()):
            embrace(layout)
        names = (layout.sheet.name for layout in self._layouts.values() if layout)
        return self._flushed(dict.fromkeys(names)) and held

    def _flushed(self, names: Iterable[str]) -> bool:
        held = True
        for name in names:
            held &= self._book.sheet(name).flush(RecordDresser(self._look))
        return held

    def _drawn(self, drawing: Drawing) -> bool:
        """Draw a report; False, and nothing of it, if something was typed there since it was read."""
        if drawing.sheet not in self._book.sheet_names:
            return True  # somebody did not want it
        was = read_dress(drawing.sheet, self._as_read.values)
        self._hidden, now = self._as_read, self._hidden  # what is announced is wider than what is drawn over
        self._draw(drawing)
        self._hidden = now
        dresser = ReportDresser(self._look, was)
        return self._book.sheet(drawing.sheet).flush(dresser, whole=True, solid=_WORTH)

    def _issues_shown(self, plan: BookPlan) -> bool:
        """Show the lines of the Issues tab; False, and none of them, if something was typed there meanwhile."""
        layout = self._layouts.get(ISSUES.name)
        if layout is None or plan.issues is None:
            return True
        self._show_issues(plan.issues)
        return self._book.sheet(layout.sheet.name).flush(RecordDresser(self._look), whole=True)

    def _looked(self, tab: str, looks: Sequence[Look]) -> bool:
        """Say whether cells still hold what was read: typed before the issue was shown, it is no decision."""
        found = [self._find(tab, look.row, look.column) for look in looks]
        at = {Place(row, column): layout for layout, row, column in filter(None, found)}
        moved = any(self._book.sheet(layout.sheet.name).changed(set(at)) for layout in [*at.values()][:1])
        return not moved and None not in found


#: Cells of a report that are written in the time of a call.
_WORTH = 500
_NUMBERS = frozenset({"bookmark", "epoch", "format"})


def _by_tab(looks: Sequence[Look]) -> list[tuple[str, list[Look]]]:
    ordered = sorted(looks, key=attrgetter("tab"))
    return [(tab, list(found)) for tab, found in groupby(ordered, attrgetter("tab"))]
