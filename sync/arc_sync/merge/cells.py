"""The merge of one cell: l is the book's value, r the ledger's, bl and br the base of each side.

l = r                                   agreed
unreadable                              held: neither side is touched
l = bl, or offered, or a new column     no edit: the ledger's value goes to the book, an open conflict stays
LEDGER column, or closed in this row    restored, what was typed is said
l is a value of an older copy           conflict, whatever the owner: only a person knows
r = br                                  the book's value goes to the ledger
both changed, SHEET column              the book's value goes to the ledger, whose own stays in the history
both changed, BOTH column               conflict: neither side is touched
the ledger cannot take it               held
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final, NamedTuple

from arc_sheets.cells import CellValue, Unreadable, Value, is_untidy
from arc_sheets.tab import Column, Owner
from arc_sync.merge.base import RowBase
from arc_sync.merge.issues import Issue, IssueKind

_UNSEEN: Final = datetime(1970, 1, 1, tzinfo=UTC)  # whoever keeps the issue says when


class Do(Enum):
    """What to do with a cell."""

    AGREE = auto()  #: nothing; an issue shown here closes
    KEEP = auto()  #: open an issue or bring it up to date; touch neither side
    WRITE = auto()  #: the ledger's value goes to the book
    RESTORE = auto()  #: the same, over something typed in a LEDGER column
    TAKE = auto()  #: the book's value goes to the ledger


class Verdict(NamedTuple):
    """What to do, with the issue of a KEEP and the value of a TAKE."""

    do: Do
    issue: Issue | None = None
    value: Value = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row that is on both sides."""

    column: Column
    index: int  #: in `tab.stored`
    book: Value | Unreadable
    ledger: Value
    base: RowBase
    blank: bool = False  #: blank because its column or row was emptied or made anew, not by an edit
    now: Issue | None = None  #: the issue open on it today

    @property
    def opened(self) -> bool:
        """Say whether this copy shows an undecided conflict here that it has not answered."""
        return self.base.opened(self.index) and self.index not in self.base.taken

    def untidy(self, cell: CellValue) -> bool:
        """Say whether the cell holds a date or number as text."""
        return is_untidy(self.column, cell)


def treat(cell: Cell, objection: Callable[[int, Value], str]) -> Verdict:
    """Decide one cell; `objection(field, value)` says why the ledger cannot take a value, or ""."""
    mine, theirs = cell.book, cell.ledger
    if isinstance(mine, Unreadable):
        return _unreadable(cell, mine)
    if mine == theirs:
        return Verdict(Do.AGREE)
    base = cell.base.base(cell.index)[0]
    if cell.blank or mine == base or mine in cell.base.offers.get(cell.index, ()):
        still_open = cell.opened and _is_conflict(cell.now) and not cell.blank
        return _conflict(mine, theirs) if still_open else Verdict(Do.WRITE)  # whatever time has passed
    return _edited(cell, mine, objection)


def _edited(cell: Cell, mine: Value, objection: Callable[[int, Value], str]) -> Verdict:
    """Decide a cell that a person changed since it was last agreed."""
    theirs, (base, base_theirs) = cell.ledger, cell.base.base(cell.index)
    if cell.column.owner is Owner.LEDGER:
        return Verdict(Do.RESTORE)
    if (cell.index, mine) in cell.base.stale:
        return _conflict(mine, theirs)  # typed back, or an older copy: only a person knows
    if theirs != base_theirs and cell.column.owner is Owner.BOTH:
        return _conflict(mine, theirs)
    if why := objection(cell.index, mine):
        return Verdict(Do.KEEP, Issue(IssueKind.HELD, _UNSEEN, base, mine, theirs, why=why))
    return Verdict(Do.TAKE, value=mine)


def _unreadable(cell: Cell, mine: Unreadable) -> Verdict:
    shown, base = cell.base.issues.get(cell.index), cell.base.base(cell.index)[0]
    if (
        cell.opened and cell.now is not None and shown is not None
    ):  # garbage over an open conflict decides nothing
        return _conflict(shown.mine, cell.ledger)
    return Verdict(Do.KEEP, Issue(IssueKind.HELD, _UNSEEN, base, mine.text, cell.ledger, why=mine.why))


def _conflict(mine: Value, theirs: Value) -> Verdict:
    return Verdict(Do.KEEP, Issue(IssueKind.CONFLICT, _UNSEEN, None, mine, theirs))


def _is_conflict(issue: Issue | None) -> bool:
    return issue is not None and issue.kind is IssueKind.CONFLICT
