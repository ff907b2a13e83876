from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from arc_sheets.languages import ENGLISH
from arc_sheets.lines import table_of, text_of
from arc_sheets.phrases import say_amount
from arc_sheets.planning import plan
from arc_sheets.policy import DEFAULT_POLICY, Policy, Stage
from arc_sheets.reminders import Became, Item, LeftOut, Proposal, Reached
from tests.debtors import (
    DAY,
    RATES,
    book,
    customer,
    dispute,
    invoice,
    known,
    left_out,
    on,
    pay,
    planned,
    promise,
    proposal,
    reached,
    touch,
)
from tests.random_ledgers import Invoice, Ledger

FRIENDLY, FIRM = reached("Friendly", -30, "N40"), reached("Firm", -20, "N40")


# --- what is proposed ------------------------------------------------------------------------------------------


def test_a_proposal_says_what_how_and_why() -> None:
    people = (customer(cc="boss@a.example, x@a.example", language="German"),)
    ledger = book(invoice(23, 105000), invoice(4, 20000), invoice(-2, 700), customers=people)
    made = proposal(ledger, reached("Friendly", -19, "N23"))
    assert made == Proposal(
        "A",
        "EUR",
        "Firm",
        "Email",
        "a@a.example",
        "boss@a.example; x@a.example",
        "German",
        (
            Item("N23", on(-53), on(-23), 23, 105000, 105000),
            Item("N4", on(-34), on(-4), 4, 20000, 20000),
        ),
        125000,
        "Firm: N23 is 23 days late, EUR 1,250.00 overdue on 2 invoices; Friendly went out on 12 Mar;"
        " nothing promised or disputed.",
        automatic=False,
        key=made.key,
    )
    assert len(made.key) == 32
    assert made.numbers == ("N23", "N4")


@pytest.mark.parametrize(
    ("late", "history", "stage"),
    [
        (-4, (), ""),
        (-3, (), "Courtesy"),
        (-1, (), "Courtesy"),
        (0, (), ""),  # once it is due, a missed courtesy is no debt
        (2, (), ""),
        (3, (), "Friendly"),
        (52, (), "Friendly"),  # missed days are caught up, once
        (52, ("Friendly",), "Firm"),
        (52, ("Friendly", "Firm"), "Call"),
        (52, ("Friendly", "Firm", "Call"), "Statement"),
        (52, ("Friendly", "Firm", "Call", "Statement"), "Final notice"),
        (52, ("Friendly", "Firm", "Call", "Statement", "Final notice"), ""),
        (66, ("Friendly", "Firm", "Call", "Statement", "Final notice"), "Agency review"),
        (60, ("Courtesy",), "Friendly"),
    ],
)
def test_stages_come_one_after_the_other(late: int, history: tuple[str, ...], stage: str) -> None:
    past = [reached(name, -6 if name != "Courtesy" else -late - 5, f"N{late}") for name in history]
    made = planned(book(invoice(late)), *past)
    assert [p.stage for p in made.proposals] == [stage] * bool(stage)


def test_the_stage_follows_the_oldest_invoice_that_may_be_chased() -> None:
    ledger = book(invoice(40), invoice(20), disputes=(dispute(),))
    assert proposal(ledger, FRIENDLY, FIRM).stage == "Friendly"
    assert proposal(book(invoice(40), invoice(20)), FRIENDLY, FIRM).stage == "Call"


def test_an_invoice_in_a_message_of_an_older_one_is_not_escalated_with_it() -> None:
    both = reached("Firm", -10, "N40", "N20")  # N20 was ten days late then: old enough for Friendly
    paid = (pay(10000, -1, "N40"),)
    assert proposal(book(invoice(40), invoice(20), payments=paid), FRIENDLY, both).stage == "Firm"
    again = (reached("Friendly", -16, "N40", "N20"), both)  # it had been reminded at four days
    assert proposal(book(invoice(40), invoice(20), payments=paid), *again).stage == "Firm"
    late = reached("Statement", -7, "N40", "N37")  # N37 was thirty days late, but had never been reminded
    history = (FRIENDLY, FIRM, reached("Call", -15, "N40", written=False), late)
    assert proposal(book(invoice(40), invoice(37), payments=paid), *history).stage == "Firm"


ALL = ("Friendly", "Firm", "Call", "Statement", "Final notice", "Agency review")


def through(number: str, *stages: str) -> list[Reached]:
    """Return the history of an old invoice that has been through these stages."""
    return [reached(s, -20 + n, number, written=False) for n, s in enumerate(stages)]


def test_an_invoice_that_has_been_through_all_stages_is_with_a_person() -> None:
    history = through("N99", *ALL)
    told = "N99 has been through all stages: decide what becomes of it."
    assert left_out(book(invoice(99)), *history) == told
    assert left_out(book(invoice(99), invoice(-5)), *history) == told
    made = proposal(book(invoice(99), invoice(5)), *history)
    assert (made.stage, made.numbers) == ("Friendly", ("N5",))
    soon = proposal(book(invoice(99), invoice(-2)), *history)
    assert (soon.stage, soon.numbers) == ("Courtesy", ("N-2",))


def test_a_statement_lists_what_is_with_a_person_too() -> None:
    history = [*through("N99", *ALL), *through("N40", "Friendly", "Firm", "Call")]
    made = proposal(book(invoice(99), invoice(40)), *history)
    assert (made.stage, made.numbers) == ("Statement", ("N99", "N40"))


def test_while_the_last_task_waits_nothing_else_is_sent_in_that_currency() -> None:
    waits = reached("Agency review", -9, "N70", written=False, settled=False)
    history = [*through("N70", *ALL[:-1]), waits]
    ledger = book(invoice(99), invoice(70), invoice(40, currency="USD"))  # N99 comes out of a dispute
    made = planned(ledger, *history).proposals
    assert [(p.currency, p.stage) for p in made] == [("EUR", "Agency review"), ("USD", "Friendly")]
    paid = book(invoice(99), invoice(70), payments=(pay(10000, -1, "N70"),))
    assert proposal(paid, *history).stage == "Friendly"


def test_a_statement_lists_everything_that_may_be_asked_for() -> None:
    history = (FRIENDLY, FIRM, reached("Call", -10, "N40", written=False))
    ledger = book(invoice(40), invoice(-1), invoice(-25), invoice(30), disputes=(dispute("N30"),))
    made = proposal(ledger, *history)
    assert (made.stage, made.numbers) == ("Statement", ("N40", "N-1", "N-25"))
    assert made.amount == 30000
    assert made.why.startswith(
        "Statement: N40 is 40 days late, EUR 300.00 open on 3 invoices, EUR 100.00 of it overdue;"
    )


@pytest.mark.parametrize(
    ("stage", "asked"), [("Courtesy", "EUR 50.00"), ("Firm", "EUR 60.00"), ("Statement", "EUR 110.00")]
)
def test_amount_reason_and_lines_name_one_figure(stage: str, asked: str) -> None:
    history = {"Firm": [FRIENDLY], "Statement": [FRIENDLY, FIRM, reached("Call", -9, "N40", written=False)]}
    soon, credit = invoice(-1, 5000), (pay(4000, -1),)
    made = proposal(
        book(soon) if stage == "Courtesy" else book(invoice(40), soon, payments=credit),
        *history.get(stage, ()),
    )
    assert made.stage == stage
    assert say_amount(made.amount, "EUR") == asked
    assert f", {asked}" in made.why
    assert text_of(table_of(made, ENGLISH)).split("Total")[1].split()[0] == asked.removeprefix("EUR ")


def test_that_stages_come_in_turn_is_said_where_an_old_invoice_begins() -> None:
    assert "; nothing has gone out yet, so it begins here; " in proposal(book(invoice(40))).why
    assert "begins here" not in proposal(book(invoice(9))).why
    assert "begins here" not in proposal(book(invoice(40)), FRIENDLY).why


def test_courtesy_speaks_of_what_is_soon_due_and_comes_once() -> None:
    ledger = book(invoice(-2), invoice(-3), invoice(-4))
    made = proposal(ledger)
    assert (made.stage, made.numbers) == ("Courtesy", ("N-2", "N-3"))
    assert made.why == (
        "Courtesy: N-2 is due on 2 Apr, EUR 200.00 due on 2 invoices; nothing has gone out yet;"
        " nothing promised or disputed."
    )
    again = left_out(book(invoice(-2)), reached("Courtesy", -1, "N-2"))
    assert again == "Courtesy went out on 30 Mar; Friendly comes on 6 Apr."


def test_what_a_person_wrote_since_it_fell_due_is_no_silence() -> None:
    letters = (
        touch(-30, "Letter"),
        touch(-20, direction="Out"),
        touch(-8, "Call"),
        touch(-7, direction="In"),
    )
    assert "; an email went out on 11 Mar; " in proposal(book(invoice(40), activity=letters)).why
    assert "; a letter went out on 1 Mar; " in proposal(book(invoice(40), activity=letters[:1])).why
    why = proposal(book(invoice(19), activity=letters)).why
    assert "; nothing has gone out yet, so it begins here; " in why  # the email came before it fell due
    draft = touch(-7, direction="Out", outcome="Firm reminder drafted")
    assert "; an email was drafted on 24 Mar; " in proposal(book(invoice(40), activity=(draft,))).why
    early = left_out(book(invoice(2), activity=(touch(-1, "Text"),)))
    assert early == "A text went out on 30 Mar; Friendly comes on 6 Apr."


def test_a_stage_may_come_on_the_due_date() -> None:
    policy = replace(DEFAULT_POLICY, stages=(Stage("Friendly", 0, "Email"),))
    assert proposal(book(invoice(0)), policy=policy).why.startswith(
        "Friendly: N0 is due today, EUR 100.00 due on 1 invoice;"
    )


def test_credit_is_taken_off() -> None:
    made = proposal(book(invoice(40), invoice(-1, 5000), payments=(pay(4000, -1),)))
    assert made.amount == 6000
    assert ", EUR 60.00 overdue on 1 invoice, after EUR 40.00 of credit;" in made.why


def test_a_credit_memo_is_credit() -> None:
    memo = invoice(10, -10000)
    assert left_out(book(invoice(40), memo)) == "EUR 100.00 of credit covers it: apply the credit."


def test_a_milder_message_takes_no_invoice_back() -> None:
    assert proposal(book(invoice(40)), FRIENDLY, FIRM, reached("Friendly", -10, "N40")).stage == "Call"


def test_two_invoices_of_one_number_do_not_begin_again_and_again() -> None:
    twins = book(invoice(40), invoice(50, number="N40"))
    assert proposal(twins, reached("Friendly", -30, "N40")).stage == "Firm"


# --- tasks -----------------------------------------------------------------------------------------------------

CALL = Stage("Call", 21, "Call", patience=7)


def test_a_call_is_a_task_with_the_number_to_dial() -> None:
    made = proposal(book(invoice(40), customers=(customer(phone="+49 30 123456"),)), FRIENDLY, FIRM)
    assert (made.stage, made.channel, made.to, made.is_task, made.automatic) == (
        "Call",
        "Call",
        "+4930123456",
        True,
        False,
    )
    assert proposal(book(invoice(40)), FRIENDLY, FIRM).to == ""


def test_a_task_that_was_done_is_followed_by_the_next_stage() -> None:
    done = reached("Call", -6, "N40", written=False, became=Became.DONE)
    made = proposal(book(invoice(40)), FRIENDLY, FIRM, done)
    assert made.stage == "Statement"
    assert "; Call was done on 25 Mar; " in made.why
    early = left_out(book(invoice(40)), FRIENDLY, FIRM, done._replace(on=DAY))
    assert early == "Call was done on 31 Mar; Statement may follow on 6 Apr."


@pytest.mark.parametrize(("put", "stage"), [(-6, "Call"), (-7, "Statement")])
def test_a_task_that_nobody_does_is_passed_over_after_its_patience(put: int, stage: str) -> None:
    waits = reached("Call", put, "N40", written=False, settled=False)
    made = proposal(book(invoice(40)), FRIENDLY, FIRM, waits)
    assert made.stage == stage
    assert ("Call was not done within 7 days" in made.why) is (stage == "Statement")


def test_a_task_that_a_person_has_in_hand_stays_when_they_write_to_the_customer() -> None:
    waits = reached("Call", -2, "N40", written=False, settled=False)
    ledger = book(invoice(40), activity=(touch(-1),))
    assert proposal(ledger, FRIENDLY, FIRM, waits).stage == "Call"
    by_phone = waits._replace(stage="Firm")  # they preferred the phone then, and email now
    assert left_out(ledger, FRIENDLY, by_phone) == "Written to on 30 Mar; Firm may follow on 6 Apr."


def test_a_task_is_not_passed_over_before_the_next_stage_may_come() -> None:
    waits = reached("Call", -8, "N29", written=False, settled=False)
    history = (reached("Friendly", -26, "N29"), reached("Firm", -15, "N29"), waits)
    assert proposal(book(invoice(29)), *history).stage == "Call"


def test_the_task_of_another_invoice_does_not_count() -> None:
    waits = reached("Call", -70, "N99", written=False, settled=False)
    assert proposal(book(invoice(40)), FRIENDLY, FIRM, waits).stage == "Call"


def test_the_last_task_waits_for_ever() -> None:
    stages = ("Friendly", "Firm", "Call", "Statement", "Final notice")
    history = [reached(s, -30 + n, "N99", written=False) for n, s in enumerate(stages)]
    waits = reached("Agency review", -20, "N99", written=False, settled=False)
    made = proposal(book(invoice(99)), *history, waits)
    assert (made.stage, made.channel, made.to) == ("Agency review", "Note", "")


# --- who is left out, and why ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ledger", "why"),
    [
        (
            book(invoice(40), disputes=(dispute(reason="Wrong VAT"),)),
            "N40 is disputed since 26 Mar 2026 (Wrong VAT).",
        ),
        (book(invoice(40, status="disputed")), "N40 is disputed."),
        (book(invoice(40, status="written off")), "N40 is written off."),
        (book(invoice(40, status="agency")), "N40 is with an agency."),
        (book(invoice(40, status="on plan"), invoice(9, status="on plan")), "N40 and N9 are on plan."),
        (book(invoice(40, hold_reminders="yes")), "N40 is held."),
        (book(invoice(40), promises=(promise(3, amount=90000),)), "Promised EUR 900.00 for N40 by 3 Apr."),
        (book(invoice(40), promises=(promise(0),)), "Promised EUR 100.00 for N40 by 31 Mar."),
        (book(invoice(40), promises=(promise(3, None),)), "Promised EUR 100.00 by 3 Apr."),
        (
            book(invoice(40), promises=(promise(3, plan="Three rates"), promise(33, plan="Three rates"))),
            'N40 is on the plan "Three rates", next EUR 100.00 by 3 Apr.',
        ),
        (book(invoice(40), payments=(pay(10000, -1),)), "EUR 100.00 of credit covers it: apply the credit."),
        (book(invoice(40, 499)), "Less than EUR 5.00, the smallest amount that is chased."),
        (book(invoice(40, 998, currency="USD")), "Less than EUR 5.00, the smallest amount that is chased."),
        (book(invoice(1)), "Nothing has gone out yet; Friendly comes on 2 Apr."),
        (book(invoice(40), customers=()), "There is no such name on Customers: add the row."),
        (
            book(invoice(40), customers=(customer(do_not_contact="In liquidation."),)),
            "Do not contact: In liquidation.",
        ),
        (book(invoice(40), customers=(customer(do_not_contact="Yes"),)), "Do not contact."),
        (
            book(invoice(40), customers=(customer(do_not_contact="Now belongs to Tanaka K.K."),)),
            "Do not contact: Now belongs to Tanaka K.K.",
        ),
        (
            book(invoice(40), customers=(customer(do_not_contact="Have they gone bust?"),)),
            "Do not contact: Have they gone bust?",
        ),
        (
            book(invoice(40), customers=(customer(email=None),)),
            "No email address: fill in Email on Customers.",
        ),
        (
            book(invoice(40), customers=(customer(email="dana at a.example"),)),
            'Email on Customers reads "dana at a.example", but it has no @: correct the cell.',
        ),
        (
            book(invoice(40), customers=(customer(cc="boss"),)),
            'Cc on Customers reads "boss", but it has no @: correct the cell.',
        ),
        (
            book(invoice(40), customers=(customer(prefers="Text", phone="ask"),)),
            'Phone on Customers reads "ask", but it is no phone number: correct the cell.',
        ),
        (
            book(invoice(40), customers=(customer(quiet_hours="nights"),)),
            'Quiet hours on Customers reads "nights", but "nights" is no span of hours, such as 18:00-08:00: correct the cell.',
        ),
        (
            book(invoice(40), activity=(touch(-2, direction="Out"),)),
            "Written to on 29 Mar; Friendly may follow on 6 Apr.",
        ),
        (
            book(invoice(40), invoice(9), disputes=(dispute(),), promises=(promise(3, "N9"),)),
            "N40 is disputed since 26 Mar 2026; promised EUR 100.00 for N9 by 3 Apr.",
        ),
    ],
)
def test_who_is_left_out_and_why(ledger: Ledger, why: str) -> None:
    assert left_out(ledger) == why


@pytest.mark.parametrize(
    "ledger",
    [
        book(invoice(40), payments=(pay(10000, -1, "N40"),)),  # paid
        book(invoice(40, status="void")),
        book(invoice(-4)),  # due in four days
        book(Invoice("N1", "A", "EUR", on(1), on(2), 100)),  # issued tomorrow
        book(invoice(40, -10000)),  # a credit memo
        book(),
    ],
)
def test_who_owes_nothing_that_is_due_is_not_mentioned(ledger: Ledger) -> None:
    assert planned(ledger)[1:] == ((), (), "")


@pytest.mark.parametrize(
    "ledger",
    [
        book(invoice(40, hold_reminders="no")),
        book(invoice(40), disputes=(dispute(resolved=0),)),
        book(invoice(40), disputes=(dispute(opened=1),)),
        book(invoice(40), promises=(promise(3, None, 9999),)),  # less than is overdue
        book(invoice(40), promises=(promise(3, given=1),)),  # not given yet
        book(invoice(40), customers=(customer(do_not_contact="no"),)),
        book(invoice(40, 999, currency="CHF")),  # without a rate nobody can say that it is little
        book(invoice(40), activity=(touch(-2, direction="In"), touch(-1, "Call"), touch(2))),
    ],
)
def test_others_are_reminded(ledger: Ledger) -> None:
    assert proposal(ledger).stage == "Friendly"


def test_the_amount_of_who_is_left_out_is_all_that_is_overdue_or_soon_due() -> None:
    made = planned(
        book(invoice(40), invoice(-2, 50), invoice(-9), customers=(customer(do_not_contact="Insolvent"),))
    )
    assert made.left_out == (LeftOut("A", "EUR", 10050, "Do not contact: Insolvent."),)


# --- promises and plans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "grace", "chased"), [(0, 0, False), (-1, 0, True), (-2, 2, False), (-3, 2, True)]
)
def test_a_broken_promise_returns_the_customer_the_day_after_its_grace(
    by: int, grace: int, *, chased: bool
) -> None:
    made = planned(book(invoice(40), promises=(promise(by),)), policy=replace(DEFAULT_POLICY, grace=grace))
    assert [p.stage for p in made.proposals] == ["Friendly"] * chased
    if chased:
        day = on(by)
        assert f"the promise of EUR 100.00 by {day.day} Mar was broken" in made.proposals[0].why


def test_a_broken_promise_that_a_newer_one_made_good_is_not_told() -> None:
    both = (promise(-20, given=-30), promise(9, given=-5))
    assert "was broken" not in proposal(book(invoice(40), invoice(9), promises=both)).why
    old = (promise(-31),)
    assert "was broken" not in proposal(book(invoice(40), promises=old)).why
    assert "was broken" in proposal(book(invoice(40), promises=(promise(-30),))).why


def test_who_must_wait_for_the_interval_has_a_broken_promise_told_all_the_same() -> None:
    why = left_out(book(invoice(40), activity=(touch(-2),), promises=(promise(-1),)))
    assert why == (
        "Written to on 29 Mar; Friendly may follow on 6 Apr; the promise of EUR 100.00 by 30 Mar was broken."
    )
    both = book(invoice(40), invoice(9), promises=(promise(3, "N9"),))
    assert left_out(both, reached("Friendly", -2, "N40")) == (
        "Written to on 29 Mar; Firm may follow on 6 Apr; promised EUR 100.00 for N9 by 3 Apr."
    )


def test_who_is_not_old_enough_yet_has_a_promise_told_all_the_same() -> None:
    ledger = book(invoice(9), promises=(promise(3, None, 4000),))
    assert left_out(ledger, reached("Friendly", -6, "N9")) == (
        "Friendly went out on 25 Mar; Firm comes on 6 Apr; only EUR 40.00 promised, by 3 Apr."
    )


def test_money_that_comes_within_the_grace_keeps_a_promise() -> None:
    ledger = book(invoice(40), payments=(pay(4000, -1, "N40"),), promises=(promise(-2, amount=4000),))
    assert "was broken" in proposal(ledger).why
    assert "was broken" not in proposal(ledger, policy=replace(DEFAULT_POLICY, grace=1)).why


def test_a_broken_plan_is_said_and_its_invoices_are_chased_again() -> None:
    rates = [promise(by, amount=3000, plan="P", given=-50) for by in (-40, -1, 30)]
    ledger = book(invoice(40, status="on plan"), payments=(pay(3000, -41, "N40"),), promises=rates)
    made = proposal(ledger)
    assert made.amount == 7000
    assert 'the plan "P" was broken: EUR 30.00 by 30 Mar' in made.why
    kept = book(
        invoice(40, status="on plan"), payments=(pay(3000, -41, "N40"), pay(3000, -9, "N40")), promises=rates
    )
    assert left_out(kept) == 'N40 is on the plan "P", next EUR 30.00 by 30 Apr.'


@pytest.mark.parametrize("number", ["N40", None])
def test_a_new_plan_protects_after_a_broken_one(number: str | None) -> None:
    old = [promise(by, number, 5000, plan="P", given=-50) for by in (-20, 20)]
    new = [promise(by, number, 5000, plan="Q", given=-10) for by in (10, 40)]
    why = left_out(book(invoice(40, status="on plan"), promises=[*old, *new]))
    assert why == 'N40 is on the plan "Q", next EUR 50.00 by 10 Apr.'


def test_an_invoice_on_plan_that_no_plan_names_stays_on_plan() -> None:
    broken = promise(-1, "N9", plan="P")
    ledger = book(invoice(40, status="on plan"), invoice(9), promises=(broken,))
    assert proposal(ledger).numbers == ("N9",)


def test_the_rest_of_a_plan_without_invoices_covers_the_customer_until_it_breaks() -> None:
    rates = [promise(by, None, 5000, plan="P") for by in (5, 35)]
    assert left_out(book(invoice(40), promises=rates)) == "Promised EUR 100.00 by 5 May."
    broken = [promise(-1, None, 5000, plan="P"), *rates]
    assert 'the plan "P" was broken: EUR 50.00 by 30 Mar' in proposal(book(invoice(40), promises=broken)).why


# --- how often -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "goes"), [(0, False), (-5, False), (-6, True), (1, False)])
def test_the_interval_counts_from_what_was_sent_last(days: int, *, goes: bool) -> None:
    made = planned(
        book(invoice(40)), reached("Friendly", days, "N40")
    )  # one day ahead: the clock was set back
    assert [p.stage for p in made.proposals] == ["Firm"] * goes


def test_the_interval_counts_across_currencies() -> None:
    made = planned(book(invoice(40, currency="USD")), reached("Friendly", -2, "N9"))
    assert made.left_out[0].why == "Written to on 29 Mar; Friendly may follow on 6 Apr."


def test_a_customer_gets_one_message_a_day_about_where_more_is_at_risk() -> None:
    made = planned(book(invoice(40, 10000), invoice(41, 21000, currency="USD")))
    assert [p.currency for p in made.proposals] == ["USD"]
    assert made.left_out == (
        LeftOut("A", "EUR", 10000, "Friendly waits: they are written to about USD today."),
    )


def skipped(stage: str, days: int, *numbers: str, **more: str) -> Reached:
    return reached(stage, days, *numbers, written=False, became=Became.SKIPPED, **more)


def test_what_a_person_skipped_does_not_count_as_written() -> None:
    policy = replace(DEFAULT_POLICY, customer_cap=1)
    assert proposal(book(invoice(40)), skipped("Friendly", -6, "N40"), policy=policy).stage == "Firm"


def test_nothing_harsher_follows_a_skip_before_the_interval_is_over() -> None:
    why = "Friendly was skipped on 30 Mar; Firm may follow on 6 Apr."
    assert left_out(book(invoice(40)), skipped("Friendly", -1, "N40")) == why
    made = proposal(book(invoice(40)), skipped("Friendly", -6, "N40"))
    assert made.stage == "Firm"
    assert "; Friendly was skipped on 25 Mar; " in made.why


def test_a_skip_keeps_only_its_own_currency_waiting() -> None:
    skip = skipped("Friendly", -1, "N9", currency="USD")
    assert proposal(book(invoice(40)), skip).stage == "Friendly"


def test_whatever_is_skipped_day_after_day_stages_come_an_interval_apart() -> None:
    past: list[Reached] = []
    for day in range(21):
        (*made,) = planned(book(invoice(90)), *past, day=on(day)).proposals
        past += (skipped(p.stage, day, *p.numbers) for p in made)
    assert [((r.on - DAY).days, r.stage) for r in past] == [
        (0, "Friendly"),
        (6, "Firm"),
        (13, "Call"),  # the 12th is a Sunday
        (20, "Statement"),
    ]


def test_a_customer_is_not_written_to_more_often_than_the_policy_allows_in_thirty_days() -> None:
    policy = replace(DEFAULT_POLICY, customer_cap=3)
    touches = [touch(-n) for n in (8, 16, 29)]
    why = left_out(book(invoice(40), activity=touches), policy=policy)
    assert why == "Written to 3 times in 30 days; Friendly waits until it is fewer than 3."
    assert proposal(book(invoice(40), activity=[*touches[:2], touch(-30)]), policy=policy)


def test_a_message_that_is_also_logged_counts_once() -> None:
    policy = replace(DEFAULT_POLICY, customer_cap=3)
    touches, sent = [touch(-8), touch(-16)], [reached("Friendly", -16, "N40"), reached("Friendly", -8, "N99")]
    assert proposal(book(invoice(40), activity=touches), *sent, policy=policy).stage == "Firm"


def firms(*amounts: int) -> Ledger:
    names = [f"C{n}" for n in range(len(amounts))]
    invoices = [invoice(40, a, customer=c, number=c) for c, a in zip(names, amounts, strict=True)]
    return book(*invoices, customers=[customer(name) for name in names])


def test_the_daily_cap_leaves_the_least_money_at_risk_for_another_day() -> None:
    made = planned(firms(1000, 3000, 2000), policy=replace(DEFAULT_POLICY, daily_cap=2))
    assert [p.customer for p in made.proposals] == ["C1", "C2"]
    assert made.left_out == (
        LeftOut("C0", "EUR", 1000, "Friendly waits: the day's 2 messages go where more is at risk."),
    )


def test_what_went_out_today_counts_towards_the_daily_cap() -> None:
    sent = reached("Friendly", 0, "X", customer="Z")
    made = planned(firms(1000, 3000), sent, policy=replace(DEFAULT_POLICY, daily_cap=2))
    assert [p.customer for p in made.proposals] == ["C1"]


def test_tasks_are_not_messages_for_any_cap() -> None:
    policy = replace(DEFAULT_POLICY, daily_cap=1, stages=(Stage("Call", 3, "Call"),))
    assert len(planned(firms(1000, 2000, 3000), policy=policy).proposals) == 3


# --- when ------------------------------------------------------------------------------------------------------

GERMAN = replace(DEFAULT_POLICY, country="DE")


def test_on_a_day_without_business_nothing_is_proposed_and_it_says_when() -> None:
    good_friday = date(2026, 4, 3)
    made = plan(known(book(invoice(40)), bank=good_friday), GERMAN, good_friday, RATES)
    assert made.proposals == ()
    assert made.held == "Friday, 3 Apr, is no business day; the next one is Tuesday, 7 Apr."
    assert made.left_out == (
        LeftOut(
            "A",
            "EUR",
            10000,
            "Friendly waits: Friday, 3 Apr, is no business day; the next one is Tuesday, 7 Apr.",
        ),
    )


def test_a_stage_whose_day_falls_on_a_holiday_comes_on_the_next_business_day() -> None:
    due = date(2026, 3, 31)  # Friendly on Good Friday
    ledger = book(Invoice("N1", "A", "EUR", due - timedelta(30), due, 10000))
    before = plan(known(ledger, bank=date(2026, 4, 2)), GERMAN, date(2026, 4, 2), RATES)
    assert before.left_out[0].why == "Nothing has gone out yet; Friendly comes on 7 Apr."
    after = plan(known(ledger, bank=date(2026, 4, 7)), GERMAN, date(2026, 4, 7), RATES)
    assert [p.stage for p in after.proposals] == ["Friendly"]


@pytest.mark.parametrize(("bank", "held"), [(0, False), (-2, False), (-5, True), (1, False)])
def test_old_bank_data_hold_the_run(bank: int, *, held: bool) -> None:
    made = plan(known(book(invoice(40)), bank=on(bank)), DEFAULT_POLICY, DAY, RATES)
    assert len(made.proposals) == 1
    assert bool(made.held) is held


def test_what_holds_the_run_names_the_day_and_what_to_do() -> None:
    made = plan(known(book(invoice(40)), bank=date(2026, 3, 20)), DEFAULT_POLICY, DAY, RATES)
    assert made.held == (
        "The bank's data end on 20 Mar 2026, 7 business days ago: import the newer ones first, so that nobody is"
        " chased who has paid."
    )
    never = plan(known(book(invoice(40)), bank=None), DEFAULT_POLICY, DAY, RATES)
    assert never.held == (
        "No payments are known: import the bank's data first, so that nobody is chased who has paid."
    )


# --- keys and order --------------------------------------------------------------------------------------------


def test_the_same_proposal_has_the_same_key_tomorrow_and_after_part_of_it_was_paid() -> None:
    today = proposal(book(invoice(40)))
    (tomorrow,) = planned(book(invoice(40)), day=on(1)).proposals
    paid = proposal(book(invoice(40), payments=(pay(100, -1, "N40"),)))
    assert today.key == tomorrow.key == paid.key


@pytest.mark.parametrize(
    ("ledger", "history"),
    [
        (book(invoice(40), invoice(9)), ()),  # other invoices
        (book(invoice(40, currency="USD")), ()),
        (book(invoice(40)), (reached("Friendly", -9, "N40"),)),  # the next stage
        (book(invoice(40)), (reached("Friendly", -50, "N40"),)),  # Friendly once more: it was not due then
    ],
)
def test_another_proposal_has_another_key(ledger: Ledger, history: tuple[Reached, ...]) -> None:
    assert proposal(ledger, *history).key != proposal(book(invoice(40))).key


def test_automatic_is_what_the_machine_may_send_by_itself() -> None:
    policy = replace(DEFAULT_POLICY, stages=(Stage("Friendly", 3, "Email", automatic=True),))
    assert proposal(book(invoice(40)), policy=policy).automatic
    by_phone = book(invoice(40), customers=(customer(prefers="Phone"),))
    assert not proposal(by_phone, policy=policy).automatic


def test_proposals_come_by_money_at_risk_and_others_by_name() -> None:
    made = planned(firms(1000, 3000, 400, 2000, 300))
    assert [p.customer for p in made.proposals] == ["C1", "C3", "C0"]
    assert [out.customer for out in made.left_out] == ["C2", "C4"]


def test_an_empty_ledger_has_an_empty_plan() -> None:
    assert planned(Ledger())[1:] == ((), (), "")


def test_a_policy_without_stages_after_the_due_date_reminds_nobody_of_what_is_late() -> None:
    policy: Policy = replace(DEFAULT_POLICY, stages=(Stage("Courtesy", -3, "Email"),))
    assert left_out(book(invoice(40)), policy=policy) == (
        "N40 has been through all stages: decide what becomes of it."
    )
