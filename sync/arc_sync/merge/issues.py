"""Issues: cells and rows that need a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from arc_sheets.cells import Row, Value

#: The name under which the hidden id column is spoken of.
ID: Final = "id"


class IssueKind(StrEnum):
    """What happened."""

    CONFLICT = "conflict"  #: both sides changed a BOTH cell: a person chooses
    HELD = "held"  #: a cell that is no value, or the key of another row: neither side is touched
    GONE = "gone"  #: one of many rows that vanished at once: neither deleted nor brought back
    NOCOL = "nocol"  #: a column (or the id column, or the whole tab) is missing: it has no opinion
    NOTICE = "notice"  #: settled by rule; what a person typed stands here verbatim until they have seen it


class IssueKey(NamedTuple):
    """Where an issue stands. Row is "" for a column's issue, column is "" for a row's."""

    book: str
    tab: str
    row: str
    column: str

    @property
    def is_notice(self) -> bool:
        """Say whether the issue only tells of something settled; the others wait for a person."""
        return "#" in self.column


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue, as the ledger keeps it; versioned like rows, which makes the base derivable."""

    Kind: ClassVar[type[IssueKind]] = IssueKind

    kind: IssueKind
    seen: datetime  #: when it arose, UTC; kept while it is brought up to date
    base: Value | Row = None  #: HELD: the cell's base. GONE: the row's base. NOCOL: missing since this change
    mine: Value = None  #: the book's value; of an unreadable cell its text
    theirs: Value = None  #: the ledger's value
    loose: bool = False  #: no cell of this copy carries it (any more): open until a person decides
    why: str = ""  #: what happened, in words
