"""The Issues tab: what needs a person, one row each. It is laid out like a record tab, and kept by ARC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arc_sheets.tab import Column, Kind, Owner, Tab
from arc_sync.books.contents import BookRow

if TYPE_CHECKING:
    from arc_sync.books.contents import IssueLine

MINE: Final = "Keep mine"
THEIRS: Final = "Take theirs"
NOTED: Final = "Noted"  #: seen; of a line that only tells
CHOICES: Final = (MINE, THEIRS, NOTED)

ISSUES: Final = Tab(
    "issues",
    "Issues",
    columns=(
        Column("choice", "Choice", Kind.CHOICE, choices=CHOICES, width=16),
        Column("seen", "Seen", Kind.TIME, Owner.LEDGER),
        Column("where", "Where", Kind.NOTE, Owner.LEDGER, width=30),
        Column("mine", "In the book", Kind.NOTE, Owner.LEDGER, width=24),
        Column("theirs", "In the ledger", Kind.NOTE, Owner.LEDGER, width=24),
        Column("what", "What happened, and how to settle it", Kind.NOTE, Owner.LEDGER, width=64),
        Column("state", "State", Kind.TEXT, Owner.LEDGER, width=15),
    ),
    sentence="What ARC could not settle alone. Pick a choice where both sides changed a value; a cell that ARC cannot"
    " take is corrected in its own place.",
    empty="No issues. Book and ledger agree.",
)


def as_row(line: IssueLine) -> BookRow:
    """Return an issue as a row of its tab."""
    values = (line.choice, line.seen, line.where, line.mine, line.theirs, line.what, line.state)
    return BookRow(line.id, values, (), line.seal)
