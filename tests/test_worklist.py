from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from arc_sheets import frames, tabs
from arc_sheets.cells import Row, Value
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Waiting
from arc_sheets.worklist import WorkItem, worklist
from tests.random_ledgers import DAY, Invoice, Ledger, Payment, Ref, row

RATES = Rates("EUR", {"USD": Decimal("0.5")})


def chase(ledger: Ledger, day: date = DAY, rates: Rates = RATES, *waiting: Waiting) -> tuple[WorkItem, ...]:
    records = frames.records(ledger.rows())
    return worklist(records, receivables(records), day, rates, waiting)


def book(*invoices: Invoice, **others: dict[str, Row]) -> Ledger:
    known = {"customers": customer(email="d@a.example"), **others}
    return Ledger({str(n): invoice for n, invoice in enumerate(invoices)}, others=known)


def invoice(overdue: int, amount: int = 10000, **more: str) -> Invoice:
    due = DAY - timedelta(overdue)
    values = {"number": f"N{overdue}", "customer": "A", "currency": "EUR", **more}
    return Invoice(issued=due - timedelta(30), due=due, amount=amount, **values)


def customer(**values: Value) -> dict[str, Row]:
    return {"c": row(tabs.CUSTOMERS, name="A", currency="EUR", **values)}


def promise(
    by: int, number: str | None = "N40", amount: int = 10000, plan: str | None = None
) -> dict[str, Row]:
    values = {"customer": "A", "invoice": number, "amount": amount, "currency": "EUR", "plan": plan}
    return {f"q{by}": row(tabs.PROMISES, date=DAY + timedelta(by), **values)}


def touch(days_ago: int, channel: str = "Call", **values: Value) -> dict[str, Row]:
    day = DAY - timedelta(days_ago)
    when = datetime(day.year, day.month, day.day, 9)  # noqa: DTZ001 (wall clock)
    return {f"t{days_ago}": row(tabs.ACTIVITY, when=when, customer="A", channel=channel, **values)}


def dispute(opened: int, resolved: int | None = None) -> dict[str, Row]:
    end = None if resolved is None else DAY + timedelta(resolved)
    return {
        "d": row(tabs.DISPUTES, invoice="N40", currency="EUR", opened=DAY + timedelta(opened), resolved=end)
    }


def test_an_item_says_whom_why_and_how() -> None:
    people = customer(contact="Dana", phone="+49 30 1", email="d@a.example")
    ledger = book(invoice(40), invoice(12, 250050), invoice(-3), customers=people, activity=touch(20))
    assert chase(ledger) == (
        WorkItem(
            "A",
            "EUR 2,600.50 overdue on 2 invoices, the oldest 40 days; no word for 20 days.",
            "Call, ask for a date",
            260050,
            "EUR",
            40,
            None,
            DAY - timedelta(20),
            "Dana",
            "+49 30 1",
            "d@a.example",
        ),
    )


@pytest.mark.parametrize(
    "left_out",
    [
        book(invoice(0)),
        book(invoice(-1)),
        book(),
        *(book(invoice(40, status=status)) for status in ("on plan", "written off", "agency", "void")),
        book(invoice(40, hold_reminders="yes")),
        book(invoice(40), promises=promise(3)),
        book(invoice(40), promises=promise(3, None)),
        book(invoice(40), customers=customer(do_not_contact="In liquidation")),
        book(invoice(40), disputes=dispute(-5), customers=customer(do_not_contact="In liquidation")),
        book(disputes=dispute(-5)),
    ],
)
def test_nobody_is_chased_for_what_is_not_due_promised_or_held(left_out: Ledger) -> None:
    assert chase(left_out) == ()


@pytest.mark.parametrize(
    "chased",
    [
        book(invoice(1)),
        book(invoice(40, hold_reminders="no")),
        book(invoice(40), disputes=dispute(-5, 0)),
        book(invoice(40), disputes=dispute(+1)),
        book(invoice(40), promises=promise(3, "N404", 9999)),  # less than is overdue, for no invoice of his
        book(invoice(40), customers=customer(do_not_contact="no")),
    ],
)
def test_others_are_chased(chased: Ledger) -> None:
    assert len(chase(chased)) == 1


def test_only_what_may_be_chased_counts() -> None:
    (item,) = chase(book(invoice(40), invoice(50, 777, status="disputed")))
    assert (item.amount, item.oldest) == (10000, 40)


@pytest.mark.parametrize(
    ("ledger", "why", "step"),
    [
        (book(invoice(40), promises=promise(-8)), "broke the promise of 23 Mar;", "Call: promise broken"),
        (
            book(invoice(40), promises=promise(0)),
            "promised EUR 100.00 for today;",
            "Check the bank, then call",
        ),
        (book(invoice(40), promises=promise(-31)), "EUR 100.00 overdue on 1 invoice", "Call, ask for a date"),
        (book(invoice(8)), "the oldest 8 days; never contacted.", "Send a reminder"),
        (book(invoice(1)), "the oldest 1 day; never", "Send a reminder"),
    ],
)
def test_the_reason_and_the_step(ledger: Ledger, why: str, step: str) -> None:
    (item,) = chase(ledger)
    assert why in item.why
    assert item.step == step


@pytest.mark.parametrize(
    ("status", "why", "step"),
    [
        (
            "unknown",
            "the Firm reminder may have arrived or not; say so on Reminders; EUR 100.00",
            "Look whether it arrived",
        ),
        (
            "queued",
            "the Firm reminder is approved and goes out in its time; EUR",
            "Wait: a reminder is going out",
        ),
    ],
)
@pytest.mark.parametrize("overdue", [8, 40])
def test_who_is_being_written_to_is_not_to_be_written_to_once_more(
    status: str, why: str, step: str, overdue: int
) -> None:
    coming = Waiting("A", "EUR", "Firm", "Email", 10000, is_task=False, status=status)
    (item,) = chase(book(invoice(overdue)), DAY, RATES, coming)
    assert (item.why[: len(why)], item.step) == (why, step)
    assert ("never contacted" in item.why) == (status == "queued")


def test_what_goes_out_by_itself_before_the_due_date_is_nothing_to_do() -> None:
    coming = Waiting("A", "EUR", "Courtesy", "Email", 10000, is_task=False, status="queued")
    assert chase(book(invoice(-2)), DAY, RATES, coming) == ()
    assert (
        chase(book(invoice(-2)), DAY, RATES, coming._replace(status="unknown"))[0].step
        == "Look whether it arrived"
    )


STOPPED = touch(3, "Text", direction="In", outcome="STOP")


@pytest.mark.parametrize(
    ("people", "said", "why", "step"),
    [
        ({}, {}, "No email address: fill in Email on Customers.", "Find a way to reach them"),
        (
            {"email": "gus(at)a"},
            {},
            '"gus(at)a", but it has no @: correct the cell.',
            "Find a way to reach them",
        ),
        (
            {"phone": "+49 30 123456"},
            {},
            "No email address: fill in Email on Customers.",
            "Call, ask for a date",
        ),
        ({"phone": "+49 171 1234567", "prefers": "Text"}, {}, "never contacted.", "Send a reminder"),
        (
            {"phone": "+49 171 1234567", "prefers": "Text"},
            STOPPED,
            "They asked for no more texts on 28 Mar and have no email address: fill in Email on Customers.",
            "Call, ask for a date",
        ),
        ({"phone": "+49 30 123456", "prefers": "Phone"}, {}, "never contacted.", "Call, ask for a date"),
    ],
)
def test_who_cannot_be_written_to_is_not_to_be_sent_a_reminder(
    people: dict[str, Value], said: dict[str, Row], why: str, step: str
) -> None:
    (item,) = chase(book(invoice(8), customers=customer(**people), activity=said))
    assert (item.why[-len(why) :], item.step) == (why, step)


def test_a_recent_touch_is_not_mentioned() -> None:
    (item,) = chase(book(invoice(5), activity=touch(14)))
    assert item.why.endswith("the oldest 5 days.")


def test_credit_that_covers_it_is_to_be_applied_first() -> None:
    ledger = book(invoice(40))
    ledger.payments["p"] = Payment(DAY, "A", "EUR", 10000)
    (item,) = chase(ledger)
    assert item.step == "Apply the credit"
    assert "EUR 100.00 of credit" in item.why


def test_money_at_risk_in_the_base_currency_decides_the_order() -> None:
    ledger = book(
        invoice(5, 10000, customer="Small"),
        invoice(5, 30000, customer="Dollars", currency="USD"),
        invoice(5, 20000, customer="Large"),
        invoice(5, 10**6, customer="Yen", currency="JPY"),
    )
    assert [item.customer for item in chase(ledger)] == ["Large", "Dollars", "Small", "Yen"]


def test_a_known_late_payer_comes_before_a_punctual_one() -> None:
    ledger = book(invoice(5, 10000, customer="Late"), invoice(5, 11000, customer="Punctual"))
    for n in range(6):
        for name, late in (("Late", 9), ("Punctual", 0)):
            old = invoice(60 + n, 10, customer=name, number=f"{name}{n}")
            ledger.invoices[old.number] = old
            refs = (Ref(old.number),)
            ledger.payments[old.number] = Payment(old.due + timedelta(late), name, "EUR", 10, refs=refs)
    assert [item.customer for item in chase(ledger)] == ["Late", "Punctual"]


def test_one_item_for_each_currency_of_a_customer() -> None:
    items = chase(book(invoice(5), invoice(6, currency="USD")))
    assert [(item.customer, item.currency, item.amount) for item in items] == [
        ("A", "EUR", 10000),
        ("A", "USD", 10000),
    ]


# --- what else there is to do ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ledger", "why"),
    [
        (book(invoice(40, status="disputed")), "N40 is disputed: resolve, do not chase."),
        (
            book(invoice(40), disputes=dispute(-5)),
            "N40 is disputed since 26 Mar 2026: resolve, do not chase.",
        ),
        (
            book(invoice(40), disputes=dispute(-5, +1)),
            "N40 is disputed since 26 Mar 2026: resolve, do not chase.",
        ),
    ],
)
def test_a_dispute_is_to_be_resolved_not_chased(ledger: Ledger, why: str) -> None:
    (item,) = chase(ledger)
    assert (item.why, item.step, item.amount, item.oldest) == (why, "Resolve the dispute", 10000, 40)


def test_a_dispute_is_told_beside_what_may_be_chased() -> None:
    (item,) = chase(book(invoice(50), invoice(40, 777, status="disputed")))
    assert (item.amount, item.oldest, item.step) == (10000, 50, "Call, ask for a date")
    assert "; N40 is disputed: resolve, do not chase;" in item.why


def test_a_dispute_about_what_is_not_due_yet_is_on_the_list_too() -> None:
    (item,) = chase(book(invoice(-9, status="disputed")))
    assert (item.oldest, item.step) == (0, "Resolve the dispute")
    assert (item.why, item.amount) == ("N-9 is disputed and not overdue yet: resolve, do not chase.", 10000)
    (item,) = chase(book(invoice(-9, status="disputed"), invoice(0, number="N0", status="disputed")))
    assert item.why == "N-9 and N0 are disputed and not overdue yet: resolve, do not chase."
    (item,) = chase(book(invoice(-9, status="disputed"), invoice(3, status="disputed")))
    assert (
        item.why
        == "N3 is disputed: resolve, do not chase; N-9 is disputed and not overdue yet: resolve, do not chase."
    )


def test_a_broken_plan_is_told_until_its_invoice_is_paid() -> None:
    rates = promise(-70, plan="Three rates") | promise(20, plan="Three rates")
    ledger = book(invoice(80, number="N40", status="on plan"), promises=rates)
    (item,) = chase(ledger)
    assert item.why.startswith('broke the plan "Three rates", due 20 Jan; EUR 100.00 overdue on 1 invoice')
    assert item.step == "Call: plan broken"
    ledger.payments["p"] = Payment(DAY, "A", "EUR", 10000, refs=(Ref("N40"),))
    assert chase(ledger) == ()


def test_an_instalment_for_today_is_told_although_its_plan_protects_the_invoice() -> None:
    rates = promise(0, amount=4000, plan="P") | promise(30, amount=6000, plan="P")
    (item,) = chase(book(invoice(40, status="on plan"), promises=rates))
    assert (item.why, item.step) == (
        "promised EUR 40.00 for today.",
        "Check the bank, then call",
    )
    assert (item.amount, item.oldest) == (4000, 0)


@pytest.mark.parametrize(
    ("activity", "why", "step"),
    [
        (touch(3, "Email"), "; reply awaited to the email of 28 Mar.", "Await the reply"),
        (touch(13, "Text", direction="Out"), "; reply awaited to the text of 18 Mar.", "Await the reply"),
        (
            touch(3, "Email", direction="Out", outcome="Firm reminder drafted"),
            "; the email drafted on 28 Mar is yet to be sent.",
            "Send the draft",
        ),
        (
            touch(3, "Email", outcome="Email sent"),
            "; reply awaited to the email of 28 Mar.",
            "Await the reply",
        ),
        (touch(14, "Email"), "the oldest 12 days.", "Send a reminder"),
        (touch(3, "Email", direction="In"), "the oldest 12 days.", "Send a reminder"),
        (touch(3, "Call"), "the oldest 12 days.", "Send a reminder"),
        (touch(3, "Email") | touch(2, "Call"), "the oldest 12 days.", "Send a reminder"),
    ],
)
def test_a_reply_is_awaited_for_two_weeks(activity: dict[str, Row], why: str, step: str) -> None:
    (item,) = chase(book(invoice(12), activity=activity))
    assert item.why.endswith(why)
    assert item.step == step


def test_an_agreed_next_step_is_on_the_list_from_its_day_until_the_next_touch() -> None:
    agreed = touch(5, next_step="Call", next_on=DAY - timedelta(1))
    later = promise(3)
    (item,) = chase(book(invoice(40), activity=agreed, promises=later))
    assert (item.why, item.step) == ("agreed next step: Call, on 30 Mar.", "Call, as agreed")
    assert chase(book(invoice(40), activity=agreed | touch(1), promises=later)) == ()
    ahead = touch(5, next_step="Call", next_on=DAY + timedelta(1))
    assert chase(book(invoice(40), activity=ahead, promises=later)) == ()
    assert chase(book(activity=agreed, promises=later)) == ()  # nothing is owed


@pytest.mark.parametrize(
    ("channel", "stage", "step"),
    [
        ("Call", "Call", "Call, ask for a date"),
        ("Note", "Agency review", "Decide: agency, plan or write-off"),
        ("Letter", "Firm", "Print and post the letter"),
    ],
)
def test_a_task_of_the_schedule_is_on_the_list(channel: str, stage: str, step: str) -> None:
    task = Waiting("A", "EUR", stage, channel, 700, is_task=True)
    (item,) = chase(book(invoice(12)), DAY, RATES, task)
    assert item.why.startswith(f"{stage} is due by the schedule; EUR 100.00 overdue")
    assert item.step == step


def test_a_reminder_that_waits_for_a_decision_is_the_next_step_unless_a_task_waits_too() -> None:
    message = Waiting("A", "EUR", "Firm", "Email", 700, is_task=False)
    (item,) = chase(book(invoice(40)), DAY, RATES, message)
    assert item.step == "Decide: Firm reminder"
    assert item.why == "EUR 100.00 overdue on 1 invoice, the oldest 40 days; never contacted."
    call = Waiting("A", "EUR", "Call", "Call", 700, is_task=True)
    assert chase(book(invoice(40)), DAY, RATES, call, message)[0].step == "Call, ask for a date"


def test_a_customer_who_is_not_to_be_contacted_is_never_on_the_list() -> None:
    agreed = touch(5, next_step="Call", next_on=DAY)
    ledger = book(invoice(40), activity=agreed, promises=promise(0), customers=customer(do_not_contact="yes"))
    assert chase(ledger) == ()


def test_more_disputes_than_promises_do_not_stop_the_list() -> None:
    others = {"e": row(tabs.DISPUTES, invoice="N30", currency="EUR", opened=DAY - timedelta(5))}
    ledger = book(invoice(40), invoice(30), disputes=dispute(-5) | others)
    assert [item.step for item in chase(ledger)] == ["Resolve the dispute"]
