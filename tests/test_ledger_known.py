from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.ledger.known import known_at, last_known, rows_at
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from tests.ledger_contract import CONFLICT, HOUR, KEY, NOON, invoice, origin, put, row

SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    return MemoryLedger() if request.param == "memory" else create_ledger(tmp_path / "ledger.db")


def test_it_knew_what_was_entered_by_then(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice(amount=1)}, when=NOON)
    put(ledger, INVOICES, {"i1": invoice(amount=2), "i2": invoice("INV-2")}, when=NOON + HOUR)
    with ledger.change(origin(when=NOON + 2 * HOUR)) as change:
        change.put_issue(KEY, CONFLICT)
        change.put(INVOICES, "i1", None)
        change.put(CUSTOMERS, "c", row(CUSTOMERS, name="Müller"))
    expected = [
        (NOON - SECOND, {}, {}),
        (NOON, {"i1": invoice(amount=1)}, {}),
        (NOON + HOUR - SECOND, {"i1": invoice(amount=1)}, {}),
        (NOON + HOUR, {"i1": invoice(amount=2), "i2": invoice("INV-2")}, {}),
        (NOON + 9 * HOUR, {"i2": invoice("INV-2")}, {"c": row(CUSTOMERS, name="Müller")}),
    ]
    for moment, invoices, customers in expected:
        known = known_at(ledger, moment)
        assert (known["invoices"], known["customers"]) == (invoices, customers)
    assert known_at(ledger, NOON, [CUSTOMERS]) == {"customers": {}}
    ledger.close()


def test_it_counts_change_sets_in_their_order_not_by_their_clocks(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice("A")}, when=NOON + HOUR)  # a clock that runs ahead
    put(ledger, INVOICES, {"i2": invoice("B")}, when=NOON)
    assert set(known_at(ledger, NOON)["invoices"]) == {"i1", "i2"}
    assert set(known_at(ledger, NOON - SECOND)["invoices"]) == set()
    ledger.close()


def test_what_is_committed_while_it_reads_does_not_count(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice()})
    with ledger.read() as view:
        put(ledger, INVOICES, {"i1": None})
        assert last_known(ledger, view, NOON) == 1
        assert rows_at(view, 1, [INVOICES]) == {"invoices": {"i1": invoice()}}
    ledger.close()
