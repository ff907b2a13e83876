"""Each action: the rows it leaves, and the sentence it is answered with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import tabs
from arc_sheets.cells import Value
from arc_sync.agent.actions.desk import PlainDesk
from arc_sync.agent.actions.fields import Step
from arc_sync.agent.actions.owing import Owed
from arc_sync.agent.actions.promising import instalment, parts, shares
from arc_sync.merge.history import Origin
from tests.asked import BERLIN, ELBE, EVIL, MORNING, NOW, TODAY, ZOE, Asker, invoice


@pytest.fixture
def ann() -> Asker:
    return Asker()


# -- touches -------------------------------------------------------------------------------------------


def test_a_call_is_put_on_activity_as_the_ledger_spells_names(ann: Asker) -> None:
    said = ann.done(
        "log_call",
        customer="elbe SPEDITION",
        contact="Anna Elbe",
        direction="out",
        outcome="Spoke",
        reason="cash flow",
        invoices="re-1, re-2",
        notes="Pays when paid\r\nCall in the morning",
        next_step="Call back",
        next_on="2026-04-08",
    )
    assert said == "Call to Elbe Spedition logged; next: Call back on 8 Apr 2026."
    assert ann.given(tabs.ACTIVITY) == [
        {
            "when": MORNING,
            "customer": ELBE,
            "channel": "Call",
            "direction": "Out",
            "contact": "Anna Elbe",
            "invoices": "RE-1; RE-2",
            "outcome": "Spoke",
            "reason": "Cash flow",
            "notes": "Pays when paid\nCall in the morning",
            "next_step": "Call back",
            "next_on": date(2026, 4, 8),
            "by": "Ann",
        }
    ]


@pytest.mark.parametrize(
    ("action", "direction", "said"),
    [
        ("log_call", "In", "Call from Zoë Ltd logged."),
        ("log_text", None, "Text to Zoë Ltd logged."),
        ("log_email", "In", "Email from Zoë Ltd logged."),
        ("log_letter", "Out", "Letter to Zoë Ltd logged."),
        ("log_meeting", None, "Meeting with Zoë Ltd logged."),
        ("log_note", None, "Note on Zoë Ltd logged."),
    ],
)
def test_every_channel_is_told_by_its_name(ann: Asker, action: str, direction: str | None, said: str) -> None:
    assert ann.done(action, customer=ZOE, direction=direction) == said


def test_a_text_that_says_stop_is_told_to_stop_texts_and_start_to_let_them_go_on(ann: Asker) -> None:
    stop = ann.done("log_text", customer=ELBE, direction="In", notes=" Stop. ")
    assert stop == "Text from Elbe Spedition logged; no more texts go there until they say START."
    assert (
        ann.done("log_text", customer=ELBE, direction="In", notes="STOP")
        == "Text from Elbe Spedition logged."
    )
    later = ann.done("log_text", customer=ELBE, direction="In", notes="start")
    assert later == "Text from Elbe Spedition logged; texts may go there again."
    assert ann.done("log_text", customer=ELBE, notes="stop") == "Text to Elbe Spedition logged."


def test_a_touch_may_be_of_yesterday_but_not_of_tomorrow(ann: Asker) -> None:
    ann.done("log_call", customer=ZOE, happened="2026-03-31 09:15")
    assert ann.one(tabs.ACTIVITY)["when"] == datetime(2026, 3, 31, 9, 15)  # noqa: DTZ001 (wall clock)
    said = ann.refused("log_call", customer=ZOE, happened="2026-04-02 09:15")
    assert said == "The date, 2 Apr 2026, has not come yet; give one up to 1 Apr 2026."
    said = ann.refused("log_call", customer=ZOE, next_on="2026-03-31")
    assert said == "The date of the next step, 31 Mar 2026, has passed; give one from 1 Apr 2026 on."


def test_an_account_is_opened_by_its_name_and_nothing_is_written(ann: Asker) -> None:
    before = ann.head()
    answer = ann.ask("open_account", customer="zoë ltd")
    assert (answer.done, dict(answer.shown), answer.wants_round) == (True, {"customer": ZOE}, True)
    assert answer.sentence == "Account shows Zoë Ltd after the round that follows."
    assert ann.head() == before


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("refresh_aging", "Aging is brought up to date by the round that follows."),
        ("refresh_kpis", "The KPIs are brought up to date by the round that follows."),
        ("sync_now", "The round follows at once."),
    ],
)
def test_a_refresh_asks_the_caller_for_a_round_and_changes_nothing(
    ann: Asker, action: str, said: str
) -> None:
    before, answer = ann.head(), ann.ask(action)
    assert (answer.done, answer.sentence, answer.wants_round, ann.head()) == (True, said, True, before)


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer": "Elbe Spedtion"}, "There is no customer Elbe Spedtion; did you mean Elbe Spedition?"),
        ({"customer": "elbe"}, "There is no customer elbe; did you mean Elbe Spedition?"),
        ({"customer": "Nobody AG"}, "There is no customer Nobody AG; write it as it stands on Customers."),
        ({"customer": ELBE, "invoices": "RE-4"}, "There is no invoice RE-4; write it as it stands on Invoices."),
        ({"customer": ELBE, "invoices": "re003"}, "There is no invoice re003; did you mean RE-3?"),
        ({"customer": ELBE, "invoices": "Z-9"}, "Z-9 is an invoice of Zoë Ltd, not of Elbe Spedition; correct one of them."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_with_what_may_be_meant(
    ann: Asker, fields: dict[str, str], said: str
) -> None:
    assert ann.refused("log_call", **fields) == said


# -- promises ------------------------------------------------------------------------------------------


def test_a_promise_of_a_customer_at_large_names_no_invoice(ann: Asker) -> None:
    said = ann.done("take_promise", customer="elbe spedition", amount="400.01", date="2026-04-10")
    assert said == "Elbe Spedition promises EUR 400.01 by 10 Apr 2026."
    assert ann.given(tabs.PROMISES) == [
        {"customer": ELBE, "amount": 40_001, "currency": "EUR", "date": date(2026, 4, 10), "given": TODAY}
    ]


def test_a_promise_for_invoices_goes_to_the_oldest_first(ann: Asker) -> None:
    said = ann.done("take_promise", invoices="re-2; re-1", amount=Decimal("150.00"), date="2026-04-10")
    assert said == "Elbe Spedition promises EUR 150.00 by 10 Apr 2026 for RE-1 and RE-2."
    assert [(r["invoice"], r["amount"]) for r in ann.given(tabs.PROMISES)] == [
        ("RE-1", 10_000),
        ("RE-2", 5_000),
    ]


def test_a_promise_without_an_amount_is_for_all_that_the_invoices_owe_or_all_that_is_overdue(
    ann: Asker,
) -> None:
    assert ann.done("take_promise", invoices="RE-3", date="2026-04-10") == (
        "Elbe Spedition promises EUR 50.00 by 10 Apr 2026 for RE-3."
    )
    assert ann.done("take_promise", customer=ELBE, date="2026-04-10") == (
        "Elbe Spedition promises EUR 350.01 by 10 Apr 2026."
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer": ELBE, "amount": "400.02"},
         "EUR 400.02 is more than the EUR 400.01 that Elbe Spedition owes; give that or less."),
        ({"invoices": "RE-1", "amount": "101"},
         "EUR 101.00 is more than the EUR 100.00 that is open on RE-1; give that or less."),
        ({"invoices": "RE-1; Z-9", "customer": ELBE, "amount": "1"},
         "Z-9 is an invoice of Zoë Ltd, not of Elbe Spedition; correct one of them."),
        ({"invoices": "Z-9", "currency": "EUR", "amount": "1"}, "Z-9 is in USD, not in EUR; correct one of them."),
        ({"customer": ZOE, "currency": "EUR", "amount": "1"},
         "Zoë Ltd owes nothing in EUR, but something in USD; give that currency, or name the invoices."),
        ({"customer": ELBE, "amount": "0"}, "The amount is EUR 0.00; give one above zero."),
        ({"customer": ELBE, "amount": "-5"}, "The amount is EUR -5.00; give one above zero."),
        ({"customer": ELBE, "amount": "1.005"},
         'The amount "1.005" cannot be taken: it reads in two ways (thousands or decimals); type it as a number.'),
        ({"customer": ELBE, "amount": "USD 5"},
         'The amount "USD 5" cannot be taken: it says USD, but its currency is EUR.'),
        ({"amount": "5"}, "The customer is missing; fill it in."),
        ({"customer": ELBE, "amount": "5", "date": "2026-03-31"},
         "The date, 31 Mar 2026, has passed; give one from 1 Apr 2026 on."),
    ],
)  # fmt: skip
def test_a_promise_that_cannot_be_is_refused(ann: Asker, fields: dict[str, str], said: str) -> None:
    assert ann.refused("take_promise", **{"date": "2026-04-10"} | fields) == said


def test_nothing_is_promised_on_a_settled_invoice(ann: Asker) -> None:
    ann.done("record_payment", customer=ELBE, amount="100", applied_to="RE-1")
    assert ann.refused("take_promise", invoices="RE-1", date="2026-04-10") == (
        "Nothing is open on RE-1, so there is nothing to promise; name other invoices."
    )


def test_who_owes_nothing_promises_nothing(ann: Asker) -> None:
    ann.done("record_payment", customer=ZOE, amount="80.50", applied_to="Z-9")
    assert ann.refused("take_promise", customer=ZOE, amount="1", date="2026-04-10") == (
        "Zoë Ltd owes nothing, so there is nothing to promise."
    )
    ann.done("extend_due", invoice="E-1", date="2026-06-01")
    assert ann.refused("take_promise", customer=EVIL, date="2026-04-10") == (
        f"{EVIL} owes nothing that is overdue; name the invoices or the amount."
    )


def test_a_promise_given_later_takes_the_place_of_an_open_one_which_stays_on_record(ann: Asker) -> None:
    ann.done("take_promise", invoices="RE-1", amount="40", date="2026-04-10")
    ann.later(days=2)
    assert ann.done("take_promise", invoices="RE-1", amount="80", date="2026-04-20") == (
        "Elbe Spedition promises EUR 80.00 by 20 Apr 2026 for RE-1."
        " It takes the place of EUR 40.00 by 10 Apr 2026."
    )
    assert [r["amount"] for r in ann.given(tabs.PROMISES)] == [40_00, 80_00]


def test_promises_of_one_day_are_parts_of_one_as_long_as_the_invoice_owes_them(ann: Asker) -> None:
    ann.done("take_promise", invoices="RE-1", amount="40", date="2026-04-10")
    assert ann.done("take_promise", invoices="RE-1", amount="60", date="2026-04-20") == (
        "Elbe Spedition promises EUR 60.00 by 20 Apr 2026 for RE-1."
    )
    assert len(ann.given(tabs.PROMISES)) == 2


def test_what_would_promise_more_than_is_open_takes_the_place_of_what_was_promised_that_day(
    ann: Asker,
) -> None:
    ann.done("take_promise", invoices="RE-1", amount="40", date="2026-04-10")
    ann.done("take_promise", invoices="RE-2", amount="40", date="2026-04-10")
    some = {"first": "2026-04-30", "every": "month", "count": 2}
    assert ann.done("agree_plan", invoices="RE-1", **some).endswith(
        "EUR 100.00 in all. It takes the place of EUR 40.00 by 10 Apr 2026."
    )
    assert ann.done("agree_plan", invoices="RE-1", **some).endswith("It takes the place of plan P-1.")
    assert [(r["invoice"], r["amount"], r.get("plan")) for r in ann.given(tabs.PROMISES)] == [
        ("RE-2", 40_00, None),
        ("RE-1", 50_00, "P-2"),
        ("RE-1", 50_00, "P-2"),
    ]


# -- plans ---------------------------------------------------------------------------------------------


def test_a_plan_is_instalments_that_add_up_to_the_total_and_name_what_they_pay(ann: Asker) -> None:
    answer = ann.ask(
        "agree_plan", customer=ELBE, invoices="RE-1, RE-2", total="350.00", first="2026-04-30", every="month", count=3
    )  # fmt: skip
    assert answer.sentence == (
        "Plan P-1 is agreed with Elbe Spedition: 3 instalments of EUR 116.66, the last EUR 116.68, every month from"
        " 30 Apr 2026 to 30 Jun 2026, EUR 350.00 in all."
    )
    assert dict(answer.shown) == {"plan": "P-1"}
    assert [(r["date"], r["invoice"], r["amount"], r["plan"]) for r in ann.given(tabs.PROMISES)] == [
        (date(2026, 4, 30), "RE-1", 10_000, "P-1"),
        (date(2026, 4, 30), "RE-2", 1_666, "P-1"),
        (date(2026, 5, 30), "RE-2", 11_666, "P-1"),
        (date(2026, 6, 30), "RE-2", 11_668, "P-1"),
    ]
    assert {r["status"] for r in ann.given(tabs.INVOICES)} == {"open"}


def test_every_plan_has_a_name_of_its_own(ann: Asker) -> None:
    some = {"first": "2026-04-30", "every": "2 weeks", "count": 2}
    assert ann.ask("agree_plan", invoices="RE-1", **some).shown["plan"] == "P-1"
    assert ann.ask("agree_plan", invoices="RE-2", **some).shown["plan"] == "P-2"


def test_a_plan_without_a_total_is_for_all_that_is_overdue(ann: Asker) -> None:
    said = ann.done("agree_plan", customer=ELBE, first="2026-04-30", every="week", count=2)
    assert said.endswith("EUR 350.01 in all.")


def test_equal_instalments_may_end_with_a_smaller_one(ann: Asker) -> None:
    said = ann.done("agree_plan", customer=ELBE, each="150", first="2026-04-30", every="10 days", count=3)
    assert said == (
        "Plan P-1 is agreed with Elbe Spedition: 3 instalments of EUR 150.00, the last EUR 100.01, every 10 days from"
        " 30 Apr 2026 to 20 May 2026, EUR 400.01 in all."
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"total": "500"}, "EUR 500.00 is more than the EUR 400.01 that Elbe Spedition owes; give that or less."),
        ({"each": "100", "count": 20},
         "EUR 2,000.00 is more than the EUR 400.01 that Elbe Spedition owes; give that or less."),
        ({"total": "0.01"}, "EUR 0.01 is too little for 2 instalments; agree fewer."),
        ({"total": "5", "each": "5"}, "A plan has a total or an amount for each instalment; give one of them."),
        ({"first": "2026-03-01"},
         "The date of the first instalment, 1 Mar 2026, has passed; give one from 1 Apr 2026 on."),
        ({"every": "12 months", "count": 12},
         "12 instalments every 12 months take more than ten years; agree fewer, or larger ones."),
        ({"every": "999 months", "count": 120},
         "120 instalments every 999 months take more than ten years; agree fewer, or larger ones."),
        ({"first": "2199-12-31"},
         "The last instalment would be on 31 Jan 2200, later than any date ARC keeps; begin earlier."),
        ({"count": 1}, 'The number of instalments "1" cannot be taken (it is less than 2); give a larger one.'),
        ({"every": "fortnight"},
         'The time between instalments "fortnight" cannot be taken (it is no time between two instalments); give it like "2 weeks" or "month".'),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_is_refused(ann: Asker, fields: dict[str, Any], said: str) -> None:
    usual = {"customer": ELBE, "first": "2026-04-30", "every": "month", "count": 2}
    assert ann.refused("agree_plan", **usual | fields) == said


def test_instalments_by_the_month_keep_their_day_where_there_is_one() -> None:
    monthly = Step(1, "month")
    assert [instalment(date(2026, 12, 31), monthly, k) for k in range(4)] == [
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
    ]
    assert instalment(date(2026, 2, 28), monthly, 1) == date(2026, 3, 28)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.integers(2, 24), st.data())
@settings(deadline=None)
def test_a_plan_neither_loses_nor_makes_a_cent(balances: list[int], count: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(1, sum(balances)))
    amounts = shares(total, count)
    assert sum(amounts) == total
    assert amounts[-1] - amounts[0] < count
    owed = [Owed(f"RE-{n}", "EUR", TODAY, balance) for n, balance in enumerate(balances)]
    days = [TODAY + timedelta(days=k) for k in range(count)]
    made = list(parts(zip(days, amounts, strict=True), owed))
    for day, amount in zip(days, amounts, strict=True):
        assert sum(p.amount for p in made if p.day == day) == amount
    for one in owed:
        assert sum(p.amount for p in made if p.invoice == one.number) <= one.balance


# -- due dates, disputes, holds ------------------------------------------------------------------------


def test_a_due_date_is_extended(ann: Asker) -> None:
    assert ann.done("extend_due", invoice="re-3", date="2026-06-01") == (
        "RE-3 is due on 1 Jun 2026 now, before on 1 May 2026."
    )
    assert ann.one(tabs.INVOICES, number="RE-3")["due"] == date(2026, 6, 1)


def test_a_due_date_is_not_brought_forward_nor_into_the_past_nor_given_to_what_is_settled(ann: Asker) -> None:
    assert ann.refused("extend_due", invoice="RE-3", date="2026-05-01") == (
        "RE-3 is due on 1 May 2026; give a later date."
    )
    assert ann.refused("extend_due", invoice="RE-1", date="2026-03-01") == (
        "The date, 1 Mar 2026, has passed; give one from 1 Apr 2026 on."
    )
    ann.done("record_payment", customer=ELBE, amount="50", applied_to="RE-3")
    assert ann.refused("extend_due", invoice="RE-3", date="2026-06-01") == (
        "RE-3 is settled, so nothing on it is due; name another invoice."
    )


def test_a_dispute_is_raised_and_resolved(ann: Asker) -> None:
    said = ann.done("raise_dispute", invoice="re-1", amount="40", reason="wrong vat", owner="Bob")
    assert said == "RE-1 is disputed (EUR 40.00, Wrong VAT) and not chased until that is resolved."
    raised = {
        "invoice": "RE-1", "amount": 4_000, "currency": "EUR", "reason": "Wrong VAT", "owner": "Bob", "opened": TODAY,
    }  # fmt: skip
    assert ann.given(tabs.DISPUTES) == [raised]
    assert ann.refused("raise_dispute", invoice="RE-1") == (
        "RE-1 has been disputed since 1 Apr 2026; resolve that dispute first, or change its row."
    )
    said = ann.done("resolve_dispute", invoice="RE-1", resolution="Corrected invoice sent")
    assert said == "The dispute of RE-1 is resolved; EUR 100.00 of it is open."
    assert ann.given(tabs.DISPUTES) == [raised | {"resolved": TODAY, "resolution": "Corrected invoice sent"}]
    assert ann.refused("resolve_dispute", invoice="RE-1") == "RE-1 is not disputed; name another invoice."


def test_a_paid_invoice_is_not_disputed_nor_one_for_more_than_is_open(ann: Asker) -> None:
    assert ann.refused("raise_dispute", invoice="RE-1", amount="100.01") == (
        "EUR 100.01 is more than the EUR 100.00 that is open on RE-1; give that or less."
    )
    ann.done("record_payment", customer=ELBE, amount="100", applied_to="RE-1")
    assert ann.refused("raise_dispute", invoice="RE-1") == (
        "Nothing is open on RE-1, so there is nothing to dispute; record a credit note instead."
    )


def test_reminders_are_held_for_invoices_or_for_all_that_is_open(ann: Asker) -> None:
    def held() -> list[object]:
        return [r["number"] for r in ann.given(tabs.INVOICES) if r.get("hold_reminders") == "yes"]

    assert ann.done("hold_reminders", invoices="re-1") == "Reminders for RE-1 are held."
    assert held() == ["RE-1"]
    assert ann.done("hold_reminders", customer="elbe spedition") == (
        "Reminders for 3 open invoices of Elbe Spedition are held."
    )
    assert held() == ["RE-1", "RE-2", "RE-3"]
    assert ann.done("hold_reminders", invoices="RE-1") == "Reminders for RE-1 are held already."
    assert ann.done("release_reminders", invoices="RE-1; RE-2") == "Reminders for RE-1 and RE-2 are released."
    assert held() == ["RE-3"]


def test_there_is_nothing_to_hold_where_nothing_is_owed(ann: Asker) -> None:
    ann.done("record_payment", customer=ZOE, amount="80.50", applied_to="Z-9")
    assert ann.refused("hold_reminders", customer=ZOE) == (
        "Zoë Ltd owes nothing, so there are no reminders to hold."
    )
    assert ann.refused("hold_reminders") == (
        "Reminders are held for an invoice or a customer; name one of them."
    )


# -- money ---------------------------------------------------------------------------------------------


def test_a_payment_is_recorded_and_applied(ann: Asker) -> None:
    said = ann.done(
        "record_payment", customer="elbe spedition", amount="120", date="2026-03-31", method="Transfer",
        reference="TRX 7", applied_to="re-1",
    )  # fmt: skip
    assert said == (
        "EUR 120.00 from Elbe Spedition is recorded and applied to RE-1; EUR 20.00 of it is not applied."
    )
    assert ann.given(tabs.PAYMENTS) == [
        {
            "date": date(2026, 3, 31), "customer": ELBE, "amount": 12_000, "currency": "EUR", "type": "payment",
            "method": "Transfer", "reference": "TRX 7", "applied_to": "RE-1",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"applied_to": "RE-1: 60.00; RE-2: 40.00"}, "EUR 100.00 from Elbe Spedition is recorded and applied to RE-1 and RE-2."),
        ({}, "EUR 100.00 from Elbe Spedition is recorded, not applied to any invoice."),
        ({"type": "Credit Note", "applied_to": "RE-1"}, "A credit note of EUR 100.00 for Elbe Spedition is recorded and applied to RE-1."),
        ({"type": "write-off", "applied_to": "RE-1"}, "A write-off of EUR 100.00 for Elbe Spedition is recorded and applied to RE-1."),
        ({"type": "refund"}, "A refund of EUR 100.00 to Elbe Spedition is recorded."),
        ({"customer": None, "applied_to": "re-1"}, "EUR 100.00 from Elbe Spedition is recorded and applied to RE-1."),
    ],
)  # fmt: skip
def test_each_kind_of_money_is_told(ann: Asker, fields: dict[str, str], said: str) -> None:
    assert ann.done("record_payment", **{"customer": ELBE, "amount": "100"} | fields) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"applied_to": "RE-7"}, "There is no invoice RE-7; write it as it stands on Invoices."),
        ({"applied_to": "Z-9"}, "Z-9 is an invoice of Zoë Ltd, not of Elbe Spedition; correct one of them."),
        ({"currency": "USD", "applied_to": "RE-1"}, "RE-1 is in EUR, not in USD; correct one of them."),
        ({"date": "2026-04-02"}, "The date, 2 Apr 2026, has not come yet; give one up to 1 Apr 2026."),
        ({"type": "void"}, "A payment is not recorded as void; set the Type of the wrong one to void on Payments."),
        ({"type": "refund", "applied_to": "RE-1"}, "A refund is applied to no invoice; leave the invoices out."),
        ({"amount": "1e99"}, 'The amount "1e99" cannot be taken: it is not a number.'),
        ({"amount": Decimal("1E99")}, 'The amount "1E+99" cannot be taken: it is larger than any amount ARC keeps.'),
        ({"amount": float("nan")}, 'The amount "nan" cannot be taken (it is not a finite number); type it like 1250.50.'),
    ],
)  # fmt: skip
def test_a_payment_that_cannot_be_is_refused(ann: Asker, fields: dict[str, Any], said: str) -> None:
    assert ann.refused("record_payment", **{"customer": ELBE, "amount": "100"} | fields) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"applied_to": "RE-1"}, ", but not applied, as RE-1 is settled already."),
        ({"applied_to": "RE-1; RE-3"}, " and applied to RE-3; EUR 50.00 of it is not applied, as RE-1 is settled already."),
        ({"applied_to": "RE-2; RE-3"}, " and applied to RE-2; nothing of it is left for RE-3."),
        ({"applied_to": "RE-1; re-7", "leave_unapplied": True},
         ", but not applied, as RE-1 is settled already and there is no invoice re-7."),
        ({"applied_to": "RE-1", "date": "2026-03-01"}, ", but not applied, as RE-1 is settled already."),
    ],
)  # fmt: skip
def test_money_that_finds_no_room_is_recorded_and_not_said_to_be_applied(
    ann: Asker, fields: dict[str, Any], said: str
) -> None:
    ann.done("record_payment", customer=ELBE, amount="100", applied_to="RE-1", date="2026-03-30")
    told = ann.done("record_payment", **{"customer": ELBE, "amount": "100"} | fields)
    assert told == f"EUR 100.00 from Elbe Spedition is recorded{said}"
    assert len(ann.given(tabs.PAYMENTS)) == 2


def test_money_for_an_invoice_that_takes_none_yet_or_ever_says_so(ann: Asker) -> None:
    with ann.ledger.change(Origin("Bob", "import", "More", NOW)) as t:
        kinds: tuple[dict[str, Value], ...] = (
            {"issued": date(2026, 5, 2)},
            {"status": "void"},
            {"amount": -5_000},
        )
        for n, more in enumerate(kinds):
            values = invoice(f"X-{n}", ELBE, date(2026, 6, 1), 10_000) | more
            t.put(tabs.INVOICES, f"x{n}", tuple(values.get(c.name) for c in tabs.INVOICES.stored))
    said = "EUR 1.00 from Elbe Spedition is recorded, but not applied, as"
    for number, why in (
        ("X-0", "X-0 is issued on 2 May 2026 only"),
        ("X-1", "X-1 is void"),
        ("X-2", "X-2 is a credit"),
    ):
        told = ann.done("record_payment", customer=ELBE, amount="1", applied_to=number)
        assert told.startswith(f"{said} {why}.")


def test_a_payment_that_is_like_one_before_is_recorded_and_the_other_named(ann: Asker) -> None:
    paid = {"customer": ELBE, "amount": "100", "applied_to": "RE-1", "date": "2026-03-31"}
    ann.done("record_payment", reference="TRX 7", **paid)
    void = "If this is the same one, set the Type of one of them to void on Payments."
    assert ann.done("record_payment", **paid) == (
        "EUR 100.00 from Elbe Spedition is recorded, but not applied, as RE-1 is settled already. A payment of the same"
        f' amount and day, 31 Mar 2026, stands on Payments already (reference "TRX 7", for "RE-1"). {void}'
    )
    told = ann.done("record_payment", reference="TRX 8", **paid)
    assert 'already (for "RE-1")' in told
    for other in (
        {"date": "2026-03-30"}, {"amount": "100.01"}, {"type": "credit note"},
    ):  # fmt: skip
        assert "already (" not in ann.done("record_payment", **paid | other)
    ann.done("record_payment", customer=ZOE, amount="1", reference="A", date="2026-03-31")
    told = ann.done("record_payment", customer=ZOE, amount="1", reference="B", date="2026-03-31")
    assert told == "USD 1.00 from Zoë Ltd is recorded, not applied to any invoice."


def test_money_that_takes_the_turn_of_later_money_is_applied(ann: Asker) -> None:
    ann.done("record_payment", customer=ELBE, amount="100", applied_to="RE-1; RE-2", date="2026-03-31")
    told = ann.done("record_payment", customer=ELBE, amount="100", applied_to="RE-1", date="2026-03-01")
    assert told == "EUR 100.00 from Elbe Spedition is recorded and applied to RE-1."


def test_money_for_an_unknown_invoice_is_taken_only_if_asked_and_then_not_applied_to_it(ann: Asker) -> None:
    said = ann.done(
        "record_payment", customer=ELBE, amount="100", applied_to="re-7; re-2: 20.00", leave_unapplied=True
    )
    assert said == (
        "EUR 100.00 from Elbe Spedition is recorded and applied to RE-2; EUR 80.00 of it is not applied, as there is"
        " no invoice re-7."
    )
    assert ann.one(tabs.PAYMENTS)["applied_to"] == "RE-2: 20.00"


# -- the day, and text that looks like a formula -------------------------------------------------------


def test_a_day_is_that_of_the_firms_clock_when_it_was_asked_for() -> None:
    late = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)  # past midnight in Berlin
    ann = Asker(desk=PlainDesk(late + timedelta(days=3), BERLIN, "EUR"))
    ann.done("record_payment", customer=ELBE, amount="1", when=late)
    assert ann.one(tabs.PAYMENTS)["date"] == date(2026, 4, 2)
    newest = next(iter(ann.ledger.sets())).origin
    assert (newest.who, newest.source, newest.what, newest.when) == (
        "Ann",
        "command",
        "Payment recorded: Elbe Spedition",
        late + timedelta(days=3),
    )


def test_a_request_from_a_clock_that_is_ahead_counts_as_made_now() -> None:
    ann = Asker()
    ann.done("log_call", customer=ELBE, when=NOW + timedelta(days=40))
    assert ann.one(tabs.ACTIVITY)["when"] == MORNING


def test_a_name_that_looks_like_a_formula_is_text_like_any_other(ann: Asker) -> None:
    said = ann.done("log_call", customer=EVIL, contact="=1+1", outcome="@SUM(A1)")
    assert said == f"Call to {EVIL} logged."
    assert ann.one(tabs.ACTIVITY, customer=EVIL)["contact"] == "=1+1"
