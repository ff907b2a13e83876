"""What a ledger in SQL has loaded whole at one head, and how it follows the head without loading it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from arc_sheets.cells import Row, Rows
from arc_sync.ledger.draft import Sealed, overlaid
from arc_sync.merge.history import ISSUES, Bookmark, Change
from arc_sync.merge.issues import Issue, IssueKey

#: After so many changes of others it is as well to load again.
BEHIND: Final = 1_000


@dataclass(slots=True)
class Loaded:
    """What was loaded whole at one head."""

    head: Bookmark
    tabs: dict[str, Rows] = field(default_factory=dict)
    issues: Mapping[IssueKey, Issue] | None = None


class Last:
    """What the ledger that was closed last had loaded, for a process that opens it again and again.

    Whoever takes it compares the hash of its head, so it is never an older state, nor another ledger's, that is used;
    but a page of the disk that has been damaged meanwhile is not read.
    """

    def __init__(self) -> None:
        self._left: tuple[str, Loaded | None] = "", None

    def leave(self, ledger: str, loaded: Loaded | None) -> None:
        """Leave what the ledger of this id had loaded."""
        self._left = ledger, loaded

    def take(self, ledger: str) -> Loaded | None:
        """Return what was left of the ledger of this id; None if the last was another."""
        (left, loaded), self._left = self._left, ("", None)
        return loaded if left == ledger else None


def moved_on(loaded: Loaded, sealed: Sealed) -> Loaded:
    """Return what was loaded, brought to the head that a change set made."""
    puts = {name: {i: now for i, (_, now) in put.items()} for name, put in sealed.rows.items()}
    issues = None if loaded.issues is None else overlaid(loaded.issues, sealed.issues)
    return Loaded(sealed.head, _put(loaded.tabs, puts), issues)


def caught_up(loaded: Loaded, head: Bookmark, changes: Iterable[Change]) -> Loaded:
    """Return what was loaded, brought to `head` by the changes since (oldest first), which others made."""
    puts: dict[str, dict[str, Row | None]] = {}
    issues = loaded.issues
    for change in changes:
        if change.tab == ISSUES:
            issues = None
        elif not isinstance(change.after, Issue):
            puts.setdefault(change.tab, {})[change.row] = change.after
    return Loaded(head, _put(loaded.tabs, puts), issues)


def _put(tabs: Mapping[str, Rows], puts: Mapping[str, Mapping[str, Row | None]]) -> dict[str, Rows]:
    """Return the tabs with rows put in; a tab that none was put into is the same mapping."""
    return {name: overlaid(rows, puts[name]) if name in puts else rows for name, rows in tabs.items()}
