"""What the ledger knew at a moment: today's rows with what was learned later undone.

Not the same as figures as of a date: a payment of March entered in May was not known in April.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from arc_sheets.cells import Row, Rows
from arc_sheets.tab import Tab
from arc_sheets.tabs import RECORD_TABS
from arc_sync.ledger.draft import overlaid
from arc_sync.ledger.port import Ledger, View
from arc_sync.merge.history import undone
from arc_sync.merge.issues import Issue


def known_at(ledger: Ledger, moment: datetime, tabs: Iterable[Tab] = RECORD_TABS) -> dict[str, Rows]:
    """Return {tab name: rows} as the ledger knew them at `moment` (UTC, with zone).

    That is: after the newest change set made at or before it, and all those before that one. Cost: the rows
    of the tabs, and the changes made since.
    """
    with ledger.read() as view:
        return rows_at(view, last_known(ledger, view, moment), tabs)


def last_known(ledger: Ledger, view: View, moment: datetime) -> int:
    """Return the number of the last change that the ledger knew at `moment`, of those that `view` shows."""
    head = view.head().n
    for changeset in ledger.sets():
        if changeset.last <= head and changeset.origin.when <= moment:
            return changeset.last
    return 0


def rows_at(view: View, n: int, tabs: Iterable[Tab] = RECORD_TABS) -> dict[str, Rows]:
    """Return {tab name: rows} as they were after change `n`, by undoing all later ones."""
    rows: dict[str, Rows] = {}
    past: dict[str, dict[str, Row | None]] = {}
    for (name, row), before in undone(view.changes(n)).items():
        if not isinstance(before, Issue):
            past.setdefault(name, {})[row] = before
    for tab in tabs:
        now = view.rows(tab)
        rows[tab.name] = overlaid(now, past[tab.name]) if tab.name in past else now
    return rows
