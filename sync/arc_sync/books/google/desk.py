"""One spreadsheet over the wire: reading it, and sending captured batches whose answers may get lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from arc_sync.books.create import HIDDEN
from arc_sync.books.google.captured import ANSWER, Batch, fresh_step
from arc_sync.books.google.finding import read_sheets
from arc_sync.books.google.hidden import mark_in, read_hidden
from arc_sync.books.google.judging import Judged, judge
from arc_sync.books.google.reading import scratch_of, snapshot
from arc_sync.books.google.record import Record
from arc_sync.books.google.sheets import SCRATCH, SHEET_IDS, hidden_sheet
from arc_sync.books.google.state import State
from arc_sync.google.api import Sheets, said
from arc_sync.google.trouble import Failed, Rejected

#: Sendings of one batch whose answer got lost; only one of them can take effect.
_SENDINGS: Final = 3


@dataclass(slots=True)
class Desk:
    """A spreadsheet as one account sees it."""

    google: Sheets
    spreadsheet: str
    where: str
    ids: Mapping[str, int] = field(default_factory=lambda: SHEET_IDS)  #: of ARC's sheets, by title
    fresh: Callable[[int], str] = fresh_step

    def look(self) -> State:
        """Read the book: one read. Raises `BookError` or `SignInError`."""
        try:
            answer, self.ids = read_sheets(self.google, self.spreadsheet, self.ids)
        except Failed as failed:
            raise said(failed, self.where, self.google.who) from None
        found = snapshot(answer, self.ids)
        hidden = read_hidden(found.grids.get(HIDDEN), self.spreadsheet, self.where)
        there = {title: grid.sheet for title, grid in found.grids.items()}
        state = State(found, there, hidden, {**SHEET_IDS, **self.ids})
        return state if SCRATCH in state.ids else self._with_scratch()

    def _with_scratch(self) -> State:
        """Bring back the sheet that batches need, where somebody deleted it."""
        try:
            self.google.batch_update(self.spreadsheet, [hidden_sheet(SCRATCH)])
        except Failed as failed:
            raise said(failed, self.where, self.google.who) from None
        self.ids = {**self.ids, SCRATCH: SHEET_IDS[SCRATCH]}
        return self.look()

    def begin(self, state: State, before: Batch | None = None) -> Batch:
        """Return a new batch over what was read, the first one or one that follows `before`."""
        last, hits = (before.record, before.record.hits) if before else (state.record, state.masked.hits)
        number, was = last.number + 1, mark_in(state.values)
        record = Record(number, self.fresh(number), was, was, None, hits=list(hits))
        record.lost = list(state.lost)
        step = before.record.step if before else state.snapshot.step
        return Batch(state.physical, state.places, state.ids[SCRATCH], state.ids[HIDDEN], step, record)

    def send(self, batch: Batch, state: State) -> Judged | None:
        """Send a batch: one write. None where it came too late: somebody else's was there first.

        An answer that got lost is looked for in the book, and the batch sent again only where it did not arrive: of
        all its sendings one can take effect. Raises `BookError` or `SignInError`.
        """
        requests = batch.requests()
        copies = f"'{state.snapshot.grids[SCRATCH].title}'!{batch.answer}" if batch.answer else ""
        for sending in range(_SENDINGS):
            try:
                answer = self.google.batch_update(self.spreadsheet, requests, copies, ANSWER)
                return judge(batch.record, scratch_of(answer, batch.scratch), state.known)
            except Failed as failed:
                now = self.look()
                if now.snapshot.step == batch.record.step:
                    return now.judged  # it was applied, and only the answer got lost
                refused = isinstance(failed, Rejected)
                if now.snapshot.step != batch.before or (refused and _sizes(now) != _sizes(state)):
                    return None
                if refused or sending == _SENDINGS - 1:
                    raise said(failed, self.where, self.google.who) from None
        raise AssertionError("the last sending returned or raised")


def _sizes(state: State) -> Mapping[str, tuple[int, int]]:
    return {title: (grid.height, grid.width) for title, grid in state.snapshot.grids.items()}
