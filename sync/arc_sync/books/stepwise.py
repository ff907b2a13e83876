"""Writing a plan step by step, for books that cannot write all at once (an open application, memory).

Each step is guarded by the values that were read and by the session's epoch. The bookmark comes last, and
only if every step held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from arc_sync.books.contents import BookRow, IssueLine
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import THEN, State
from arc_sync.books.port import BookPlan, SetEntry, SetFace
from arc_sync.books.seals import Typed
from arc_sync.merge.history import Bookmark
from arc_sync.merge.plan import Drop, Look, SetCell


class Steps(Protocol):
    """The single writes of a book; each returns False, and writes nothing, if it does not find what was read."""

    def set_form(self, state: State) -> bool:
        """Keep this of the form, in one write."""

    def set_entry(self, step: SetEntry) -> bool:
        """Write an entry cell of the form over the value that was read."""

    def set_cell(self, step: SetCell) -> bool:
        """Write a cell over the value that was read."""

    def drop(self, step: Drop) -> bool:
        """Empty ARC's cells of a row that still holds what was read."""

    def set_face(self, step: SetFace) -> bool:
        """Write a row's computed cells and their seal."""

    def append(self, tab: str, row: BookRow) -> bool:
        """Add a whole row, unless its id is there."""

    def draw(self, drawing: Drawing, typed: Sequence[Typed]) -> bool:
        """Draw a report, if nothing but `typed` was typed where it goes."""

    def show_issues(self, lines: Sequence[IssueLine], typed: Sequence[Typed]) -> bool:
        """Replace the lines of the Issues tab, if nothing but `typed` was typed where they go."""

    def look(self, step: Look) -> bool:
        """Say whether a cell still holds what was read."""

    def set_bookmark(self, was: Bookmark, mark: Bookmark) -> bool:
        """Move the bookmark, if it is still the one that was read."""


def carry_out(steps: Steps, plan: BookPlan) -> bool:
    """Write a plan; True if every step held and the bookmark moved."""
    held = _settle_form(steps, plan) and not plan.waits
    for cell in plan.cells:
        held &= steps.set_cell(cell)
    for drop in plan.drops:
        held &= steps.drop(drop)
    for tab, rows in plan.appends.items():
        for row in rows:
            held &= steps.append(tab, row)
    for face in plan.faces:
        held &= steps.set_face(face)
    for drawing in plan.drawings:
        held &= steps.draw(drawing, plan.typed.get(drawing.sheet, ()))
    if plan.issues is not None:
        held &= steps.show_issues(plan.issues, plan.typed.get(ISSUES.title, ()))
    for look in plan.looks:  # typed after the read but before the issue was shown is no decision
        held &= steps.look(look)
    return held and (plan.mark == plan.was or steps.set_bookmark(plan.was, plan.mark))


def _settle_form(steps: Steps, plan: BookPlan) -> bool:
    """Clear what was carried out: first of all, so that it does not long ask for what is done.

    What is being cleared is kept before and forgotten after, so that a round that dies between is gone on with.
    """
    if plan.form and not steps.set_form(plan.form):
        return False
    held = True
    for _, entries in groupby(plan.entries, attrgetter("block")):
        held &= _set_block(steps, entries)
    after = plan.form_after(held=held)
    return (after is None or after == plan.form or steps.set_form(after)) and held


def _set_block(steps: Steps, entries: Iterable[SetEntry]) -> bool:
    held = True
    for entry in entries:
        held &= steps.set_entry(entry)
        if entry.field == THEN and not held:
            return False
    return held
