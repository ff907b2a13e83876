from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from arc_sheets.cells import Rows, Value
from arc_sheets.planning import plan
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.rates import Rates
from arc_sheets.reminders import Known
from arc_sheets.tabs import (
    CUSTOMERS,
    INVOICES,
    PROMISES,
    RECORD_TABS,
    REMINDER_STATES,
    REMINDERS,
    STAGES,
)
from arc_sync.agent.pages import Terms, contents, figures, pages
from arc_sync.books.contents import SILENCE, Meta, Said
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import Origin
from tests.file_firm import NOW
from tests.sample_contents import row

TERMS = Terms("Sample Trading", Rates("EUR"))
LOCAL = NOW.replace(tzinfo=None)


@pytest.fixture
def ledger() -> MemoryLedger:
    made = MemoryLedger()
    with made.change(Origin("Zoë", "import", "A test", NOW)) as t:
        t.put(CUSTOMERS, "c", row(CUSTOMERS, name="Adler", currency="EUR"))
    return made


def test_reminders_wait_while_nobody_has_decided_what_only_a_person_can(ledger: MemoryLedger) -> None:
    usual = {"customer": "Adler", "currency": "EUR", "stage": STAGES[0]}
    with ledger.change(Origin("Zoë", "action", "A test", NOW)) as t:
        for state in REMINDER_STATES:
            for decision in (None, "Approve"):
                t.put(
                    REMINDERS, f"{state} {decision}", row(REMINDERS, **usual, status=state, decision=decision)
                )
    with ledger.read() as view:
        assert (
            contents(view, TERMS, LOCAL, Meta("l", "b", 0, "", 0)).reminders == 3
        )  # proposed, failed, unknown


def test_home_alone_tells_the_time_and_account_alone_the_answer(ledger: MemoryLedger) -> None:
    with ledger.read() as view:
        made = pages(TERMS)(view, NOW.date(), "b", "adler")
        first, later, answered = (
            {d.sheet: d.digest for d in made.draw(synced, said)}
            for synced, said in ((None, SILENCE), (LOCAL, SILENCE), (None, Said("Done.", LOCAL)))
        )
    assert {sheet for sheet in first if first[sheet] != later[sheet]} == {"Home"}
    assert {sheet for sheet in first if first[sheet] != answered[sheet]} == {"Account"}


def test_a_book_without_a_form_gets_none_drawn(ledger: MemoryLedger) -> None:
    with ledger.read() as view:
        drawn = {d.sheet: d for d in pages(TERMS)(view, NOW.date(), "b", "").draw(None, None)}
    assert drawn["Account"].area.right == 8


def test_a_promise_within_its_days_of_grace_is_open_on_every_page_and_on_reminders() -> None:
    day = NOW.date()
    late, before = day - timedelta(60), day - timedelta(2)
    owed: dict[str, Value] = {"number": "N1", "status": "open", "issued": late, "due": late, "amount": 100_00}
    rows: dict[str, Rows] = {tab.name: {} for tab in RECORD_TABS}
    rows["customers"] = {"c": row(CUSTOMERS, name="Adler", currency="EUR", email="ap@adler.example")}
    rows["invoices"] = {"i": row(INVOICES, customer="Adler", currency="EUR", **owed)}
    for invoice in ("N1", None):
        given = row(PROMISES, customer="Adler", invoice=invoice, currency="EUR", amount=100_00, date=before)
        rows["promises"] = {"p": given}
        for grace, state in ((0, "broken"), (1, "broken"), (2, "open")):
            policy = replace(DEFAULT_POLICY, grace=grace)
            made = figures(rows, replace(TERMS, policy=policy), day)
            known = Known(made.records, made.receivables, (), day)
            chased = not plan(known, replace(policy, bank_days=30), day, TERMS.rates).left_out
            assert made.computed["promises"]["p"] == (state,)
            assert bool(made.worklist) == (state == "broken") == chased
            rate = next(kpi.value for kpi in made.kpis.kpis if kpi.key == "promises_kept")
            assert rate == (0 if state == "broken" else None)
