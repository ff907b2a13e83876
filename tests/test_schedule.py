from __future__ import annotations

from dataclasses import replace

from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sheets.reminders import Reached
from arc_sheets.schedule import simulate
from tests.debtors import DAY, RATES, book, customer, invoice, known, on, promise, reached
from tests.random_ledgers import Ledger


def ahead(
    ledger: Ledger, *history: Reached, days: int = 60, policy: Policy = DEFAULT_POLICY
) -> list[tuple[str, int]]:
    """Return stage and day (from `DAY`) of all that would be said in the days to come."""
    plans = simulate(known(ledger, *history), policy, DAY, days, RATES)
    return [(p.stage, (plan.as_of - DAY).days) for plan in plans for p in plan.proposals]


def test_an_invoice_that_is_not_due_yet_goes_through_every_stage_on_its_day_or_the_next_business_day() -> (
    None
):
    assert ahead(book(invoice(-5)), days=80) == [
        ("Courtesy", 2),
        ("Friendly", 8),
        ("Firm", 20),  # the 19th is a Sunday
        ("Call", 27),  # ... and so is the 26th
        ("Statement", 35),
        ("Final notice", 50),
        ("Agency review", 65),
    ]


def test_an_old_invoice_that_nobody_chased_catches_up_one_interval_after_the_other() -> None:
    assert ahead(book(invoice(90))) == [
        ("Friendly", 0),
        ("Firm", 6),
        ("Call", 13),
        ("Statement", 20),  # the 19th is a Sunday
        ("Final notice", 27),
        ("Agency review", 34),  # ... and so is the 33rd
    ]


def test_after_the_last_stage_nothing_of_the_same_invoices_comes_again() -> None:
    ledger = book(invoice(90), invoice(50), invoice(5), invoice(-20))
    plans = simulate(known(ledger), DEFAULT_POLICY, DAY, 120, RATES)
    reviewed: set[str] = set()
    for made in (p for day in plans for p in day.proposals):
        assert made.stage == "Statement" or not reviewed & set(made.numbers)
        if made.stage == "Agency review":
            reviewed |= {item.number for item in made.items if item.days_late >= 60}
    assert len(reviewed) == 4


def test_a_promise_breaks_on_its_way() -> None:
    stages = ahead(book(invoice(40), promises=(promise(7),)), days=16)
    assert stages == [("Friendly", 8), ("Firm", 14)]


def test_a_reminder_by_letter_or_phone_counts_as_written() -> None:
    by_letter = book(invoice(40), customers=(customer(prefers="Letter"),))
    assert ahead(by_letter, days=14) == [("Friendly", 0), ("Firm", 6), ("Call", 13)]
    by_phone = book(invoice(40), customers=(customer(prefers="Phone"),))
    assert ahead(by_phone, days=21) == [("Friendly", 0), ("Firm", 6), ("Call", 13), ("Statement", 20)]


def test_a_task_that_waits_today_is_done_in_the_simulation() -> None:
    waits = reached("Call", -1, "N40", written=False, settled=False)
    history = (reached("Friendly", -30, "N40"), reached("Firm", -20, "N40"), waits)
    assert ahead(book(invoice(40)), *history, days=7) == [("Call", 0), ("Statement", 6)]


def test_the_bank_is_taken_for_fresh_and_every_day_has_a_plan() -> None:
    plans = list(simulate(known(book(invoice(40)), bank=None), DEFAULT_POLICY, DAY, 6, RATES))
    assert [plan.as_of for plan in plans] == [on(n) for n in range(6)]
    assert [bool(plan.held) for plan in plans] == [False] * 4 + [True] * 2  # the weekend


def test_what_waits_for_the_daily_cap_goes_on_the_days_after() -> None:
    three = [invoice(40, 1000 * n, customer=f"C{n}", number=f"X{n}") for n in (1, 2, 3)]
    ledger = book(*three, customers=[customer(f"C{n}") for n in (1, 2, 3)])
    policy = replace(DEFAULT_POLICY, daily_cap=1)
    assert ahead(ledger, days=3, policy=policy) == [("Friendly", 0), ("Friendly", 1), ("Friendly", 2)]
