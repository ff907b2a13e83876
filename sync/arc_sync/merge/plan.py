"""What a round is to do: first to the ledger, then to the book."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from arc_sheets.cells import CellValue, Row
from arc_sheets.tab import Tab
from arc_sync.merge.issues import Issue, IssueKey


class Put(NamedTuple):
    """One row for the ledger: inserted, replaced, or deleted (None)."""

    row: str
    after: Row | None
    derived: bool = False  #: ARC's own doing (a default, a followed rename), not the book's


class SetCell(NamedTuple):
    """Write a cell, if it still holds what was read."""

    tab: str
    row: str
    column: str
    seen: CellValue
    value: CellValue


class Look(NamedTuple):
    """Look at a cell again: it must still hold what was read."""

    tab: str
    row: str
    column: str
    seen: CellValue


class Drop(NamedTuple):
    """Empty ARC's cells of a row that the ledger deleted, if they still hold what was read."""

    tab: str
    row: str
    seen: tuple[CellValue, ...]  #: in the order of `tab.stored`


class NewRow(NamedTuple):
    """Add a whole row below the others, unless its id is there already."""

    tab: str
    row: str
    values: Row  #: in the order of `tab.stored`


@dataclass(slots=True)
class Merged:
    """The outcome of merging one tab."""

    tab: Tab
    puts: list[Put] = field(default_factory=list)
    issues: dict[IssueKey, Issue | None] = field(default_factory=dict)  #: opened, refreshed, or closed (None)
    cells: list[SetCell] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    appends: list[NewRow] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    waits: bool = False  #: a row had no opinion this time: the bookmark stays
