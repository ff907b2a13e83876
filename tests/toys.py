"""Two small tabs that have every kind of column, so that rules show sharply, and what keeps them in a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from arc_sheets.tab import Column, Kind, Owner, Tab
from arc_sheets.tabs import BY_NAME, RECORD_TABS
from arc_sync.agent.round import Pages
from arc_sync.ledger import memory
from arc_sync.ledger.port import View

#: Keyed, with a column of every owner and a computed one: on how many parts it is named.
THINGS = Tab(
    "things",
    "Things",
    key="k",
    columns=(
        Column("k", "K", Kind.TEXT, Owner.SHEET, required=True),
        Column("a", "A", Kind.TEXT, Owner.SHEET),
        Column("b", "B", Kind.TEXT, Owner.BOTH),
        Column("bal", "Bal", Kind.TEXT, Owner.LEDGER),
        Column("parts", "Parts", Kind.NUMBER, Owner.LEDGER, computed=True),
    ),
)
#: Without a key, like payments; it names a thing.
PARTS = Tab(
    "parts",
    "Parts",
    columns=(
        Column("thing", "Thing", Kind.TEXT, Owner.BOTH, required=True, refers="things"),
        Column("c", "C", Kind.TEXT, Owner.BOTH),
        Column("d", "D", Kind.TEXT, Owner.SHEET),
    ),
)
TOYS = (THINGS, PARTS)


@contextmanager
def toys_kept() -> Iterator[None]:
    """Let a ledger in memory keep the toys, as it keeps the record tabs of the workbook."""
    with (
        patch.dict(BY_NAME, {tab.name: tab for tab in TOYS}),
        patch.object(memory, "RECORD_TABS", (*RECORD_TABS, *TOYS)),
    ):
        yield


def counted(view: View, _as_of: date, _book: str, _account: str) -> Pages:
    """Compute `parts` of every thing."""
    many = Counter(row[0] for row in view.rows(PARTS).values())
    return Pages({"things": {i: (many[row[0]] or None,) for i, row in view.rows(THINGS).items()}})
