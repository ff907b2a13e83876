from __future__ import annotations

import pytest

from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent import told
from arc_sync.agent.told import said_before
from arc_sync.ledger.memory import MemoryLedger
from tests.ledger_contract import invoice, put, row

PLACES = [
    ("invoices", "i1"),
    ("invoices", "i2"),
    ("invoices", "i3"),
    ("customers", "c"),
    ("customers", "none"),
]


def test_few_rows_asked_one_by_one_say_what_the_whole_history_says(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = MemoryLedger()
    put(ledger, CUSTOMERS, {"c": row(CUSTOMERS, name="Müller")}, source="import")
    put(ledger, INVOICES, {"i1": invoice(amount=1), "i2": invoice("INV-2")}, source="import")
    put(ledger, INVOICES, {"i1": invoice(amount=2), "i2": None, "i3": invoice("INV-3")})
    put(ledger, INVOICES, {"i1": invoice(amount=2, notes="n"), "i2": invoice("INV-9")}, source="import")
    with ledger.read() as view:
        asked = said_before(view, PLACES)
        monkeypatch.setattr(told, "_FEW", 0)
        monkeypatch.setattr(told, "_PAGE", 2)
        assert said_before(view, PLACES) == asked
    amount, number = 5, 0
    assert not asked["invoices", "i1"].new(amount, 1)  # a person's 2 is no import's
    assert asked["invoices", "i2"].told[number] == "INV-9"
    assert set(asked) == set(PLACES[:4])
    assert asked["invoices", "i3"].told == {}
