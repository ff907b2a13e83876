"""The ledger as it was known on an earlier day: today's rows with later changes undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from arc_sheets.cells import Row, Rows
from arc_sheets.tabs import RECORD_TABS
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import undone


def rows_known(ledger: Ledger, known_at: date) -> Mapping[str, Rows]:
    """Return the rows by tab name as the ledger knew them at the end of that local day."""
    midnight = datetime.combine(known_at + timedelta(days=1), time()).astimezone()
    n = next((s.last for s in ledger.sets() if s.origin.when < midnight), 0)
    with ledger.read() as view:
        later = undone(view.changes(n))
        tabs: dict[str, dict[str, Row]] = {tab.name: dict(view.rows(tab)) for tab in RECORD_TABS}
    for (tab, row), before in later.items():
        if tab in tabs:
            if isinstance(before, tuple):
                tabs[tab][row] = before
            else:
                tabs[tab].pop(row, None)
    return tabs
