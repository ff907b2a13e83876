"""A session with a book in Google Sheets: one read, one plan, one captured write, and what that calls for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from arc_sheets.cells import verbatim
from arc_sheets.tab import Tab
from arc_sync.books.charted import charted
from arc_sync.books.contents import Meta
from arc_sync.books.draw import account
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import KEPT, Form, from_text
from arc_sync.books.google import drawing as drawings
from arc_sync.books.google.adapting import adapt
from arc_sync.books.google.captured import Added, Batch, Row, portions
from arc_sync.books.google.cells import Painter
from arc_sync.books.google.desk import Desk
from arc_sync.books.google.entries import read_entries
from arc_sync.books.google.hidden import mark_in, mark_lines
from arc_sync.books.google.layout import STAMP, read_rows
from arc_sync.books.google.reading import Raw
from arc_sync.books.google.writes import Writes, lines_of
from arc_sync.books.layout import SEAL
from arc_sync.books.look import read_look
from arc_sync.books.port import BookPlan, LastDrawn, ShownIssue
from arc_sync.books.seals import Typed, read_seals
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadTab
from arc_sync.xlsx.refs import Place, parse_area

#: Batches that put back what an earlier one hit, before that is left to the next round.
_REPAIRS: Final = 3


class GoogleSession:
    """A `Session` with a spreadsheet: it holds the book as it was read last."""

    def __init__(self, desk: Desk, fingerprint: str) -> None:
        self._desk, self._print = desk, fingerprint
        self._epoch = 0
        self._told = False  #: what stands nowhere any more has been handed over
        self._state = desk.look()

    def meta(self) -> Meta:
        """Return the book's identity and bookmark."""
        mark = mark_in(self._state.values)
        lines = mark_lines(mark)
        return self._state.hidden.meta._replace(bookmark=mark.n, hash=lines["hash"])

    def claim(self, epoch: int) -> None:
        """Remember the epoch, which is written with the bookmark, and put back what an earlier session hit and left."""
        self._epoch = epoch
        self._put_back()

    def read(self, tab: Tab) -> ReadTab:
        """Return one record tab."""
        layout = self._state.layout(tab)
        return ReadTab(tab, layout.present, read_rows(layout)) if layout else ReadTab(tab, frozenset())

    def fingerprint(self) -> str:
        """Return the fingerprint of the book as it was read; "" once it was written: Google tells it later."""
        return self._print

    def issues(self) -> Sequence[ShownIssue]:
        """Return the lines of the Issues tab; none if the tab is gone."""
        return [ShownIssue(r.id, verbatim(r.cells[0]), r.seal) for r in self.read(ISSUES).rows if r.id]

    def overtaken(self) -> Mapping[str, Sequence[Typed]]:
        """Return what people typed in the instant of a write and typed over before it was back; told once."""
        self._told = True
        found: dict[str, list[Typed]] = {}
        for sheet, cell, text in self._state.lost:
            found.setdefault(sheet, []).append(Typed(cell, text))
        return found

    def form(self) -> Form:
        """Return the form on the Account tab, each cell read where its label stands."""
        state = from_text(self._state.values.get(KEPT, ""))
        if not state.nonce:
            return Form()
        return Form(state, self.account(), read_entries(self._state.grid(account.SHEET)))

    def account(self) -> str:
        """Return the customer picked on the Account tab."""
        grid, (row, column) = self._state.grid(account.SHEET), account.PICKER
        found = grid.at(row - 1, column) if grid else None
        return found if isinstance(found, str) else ""

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew, and when."""
        values = self._state.values
        digests = {k.removeprefix("drawn "): v for k, v in values.items() if k.startswith("drawn ")}
        synced = datetime.fromisoformat(values["synced"]) if values.get("synced") else None
        return LastDrawn(synced, digests, charted(values), "see arc sync --new")

    def typed(self, drawing: Drawing) -> Sequence[Typed]:
        """Return what people typed where a drawing would go."""
        ours, known = (
            read_seals(drawing.sheet, self._state.values),
            self._state.values.get(f"area {drawing.sheet}"),
        )
        if ours is None or self._state.grid(drawing.sheet) is None:
            return ()
        before = parse_area(known) if known else None
        made = adapt(drawing, read_look())
        return drawings.typed(made, before, self._cells(drawing.sheet), ours)

    def typed_on_issues(self, many: int) -> Sequence[Typed]:
        """Return what people typed where `many` lines of the Issues tab would go."""
        layout, ours = self._state.layout(ISSUES), read_seals(ISSUES.title, self._state.values)
        if layout is None or ours is None:
            return ()
        columns = {name: place for name, place in layout.places.items() if name not in {ID, SEAL, STAMP}}
        header = layout.header + 1
        last = max(layout.last + 1, header + many)
        return drawings.typed_on_issues(self._cells(ISSUES.title), columns, header, last, ours)

    def _cells(self, sheet: str) -> dict[Place, Raw]:
        grid = self._state.grid(sheet)
        rows = enumerate(grid.rows, 1) if grid else ()
        return {Place(n, c): value for n, row in rows for c, value in enumerate(row) if value is not None}

    # -- writing ---------------------------------------------------------------------------------------

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Write ids into new rows, in a batch of their own, and read again."""
        writes = self._writes()
        if not writes.stamp(stamps):
            return False
        held = self._send(writes)
        self._state = self._desk.look()
        if not held:
            self._put_back()
        return held

    def write(self, plan: BookPlan) -> bool:
        """Carry out a plan in one batch, or in several where it is large, the bookmark in the last."""
        if mark_in(self._state.values) != plan.was:
            return False
        writes = self._writes()
        held = writes.carry_out(plan) and not plan.waits
        if held:
            writes.lines |= {**mark_lines(plan.mark), "epoch": str(plan.epoch or self._epoch)}
        written = self._send(writes, plan, held=held)
        if not written:
            self._state = self._desk.look()
            self._put_back()
        return held and written

    def _writes(self) -> Writes:
        return Writes(self._state, Painter(read_look(), self._state.ids))

    def _send(self, writes: Writes, plan: BookPlan | None = None, *, held: bool = True) -> bool:
        """Send what was gathered; False if some of it was not written over what was read.

        A plan too large for one batch goes in several, each over the same reading; the last has reports and bookmark.
        """
        writes.repair()
        self._print = ""
        *firsts, last = portions(writes.rows.values(), writes.added)
        before: Batch | None = None
        for rows, added in firsts:
            before = self._batch(before, rows, added, {})
            judged = self._desk.send(before, self._state)
            if judged is None or not judged.held:
                return False
            before.record.hits = judged.hits
        batch = self._batch(before, *last, writes.lines)
        batch.drawn, batch.record.forms = writes.drawn, writes.forms
        if plan and held:
            batch.record.mark = plan.mark
        if plan and self._told:
            batch.record.lost = []  # the ledger has it
        judged = self._desk.send(batch, self._state)
        return judged is not None and judged.held

    def _batch(
        self, before: Batch | None, rows: Sequence[Row], added: Sequence[Added], lines: dict[str, str]
    ) -> Batch:
        """Return a batch that follows the one `before`, over the same reading."""
        batch = self._desk.begin(self._state, before)
        batch.rows, batch.added = list(rows), list(added)
        kept = {**mark_lines(batch.record.was), KEPT: self._state.values.get(KEPT, "")}
        batch.lines = list(lines_of(self._state, kept | lines))
        return batch

    def _put_back(self) -> None:
        """Put back what earlier batches hit; what people are still moving about is left to the next round."""
        for _ in range(_REPAIRS):
            if not self._state.masked.dirt:
                return
            self._send(self._writes())
            self._state = self._desk.look()
