"""What a plan never does, over random ledgers, histories and days; a pencil judges each invoice on its own."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import frames, tabs
from arc_sheets.cells import Row
from arc_sheets.planning import plan
from arc_sheets.policy import DEFAULT_POLICY, Policy, Stage
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Known, LeftOut, Plan, Proposal, Reached
from arc_sheets.schedule import simulate
from arc_sheets.tab import Tab
from tests.debtors import DAY, RATES, on
from tests.random_ledgers import Invoice, Ledger, Payment, Ref, ledgers, row

NAMES = ("Adler", "Birke", "Cedar")
STAGES = DEFAULT_POLICY.stages
AFTER = [stage.name for stage in STAGES if stage.days > 0]
DAYS = {stage.name: stage.days for stage in STAGES}


class Firm(NamedTuple):
    """A ledger, what was said already, and a policy."""

    ledger: Ledger
    history: tuple[Reached, ...]
    policy: Policy

    def known(self, day: date = DAY) -> Known:
        records = frames.records(self.ledger.rows())
        return Known(records, receivables(records), self.history, day)


invoices = st.builds(
    lambda late, terms, amount, owner, currency, status, held: Invoice(
        "", owner, currency, on(-late - terms), on(-late), amount, status, held
    ),
    st.integers(-8, 75),
    st.sampled_from([0, 10, 30]),
    st.integers(300, 9000),
    st.sampled_from(NAMES),
    st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    st.sampled_from(["open"] * 7 + ["disputed", "on plan", "written off", "agency", "void"]),
    st.sampled_from([None] * 6 + ["yes", "no"]),
)
policies = st.builds(
    lambda interval, cap, daily, grace, passed: replace(
        DEFAULT_POLICY,
        minimum_interval=interval,
        customer_cap=cap,
        daily_cap=daily,
        grace=grace,
        stages=tuple(replace(stage, patience=passed) for stage in STAGES),
    ),
    st.integers(1, 9),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 9),
)


@st.composite
def firms(draw: st.DrawFn) -> Firm:
    """Draw a firm in which everything happens that speaks for or against chasing."""
    drawn = draw(st.lists(invoices, min_size=1, max_size=8))
    owed = {f"i{n}": one._replace(number=f"N{n}") for n, one in enumerate(drawn)}
    some = st.sampled_from(list(owed.values()))
    payments = draw(
        st.lists(
            st.builds(_payment, some, st.integers(-40, 5), st.integers(1, 12000), st.booleans()), max_size=4
        )
    )
    others = {
        "customers": [_customer(name, draw(_people)) for name in draw(st.sampled_from([NAMES, NAMES[:2]]))],
        "promises": draw(
            st.lists(st.builds(_promise, some, st.integers(-20, 10), _plans, st.booleans()), max_size=3)
        ),
        "disputes": draw(
            st.lists(
                st.builds(_dispute, some, st.integers(-9, 2), st.sampled_from([None, -1, 0, 3])), max_size=2
            )
        ),
        "activity": draw(
            st.lists(st.builds(_touch, st.sampled_from(NAMES), st.integers(-20, 0), _channels), max_size=3)
        ),
    }
    history = draw(
        st.lists(
            st.builds(_reached, some, st.sampled_from(STAGES), st.integers(-60, 1), st.booleans()), max_size=6
        )
    )
    ledger = Ledger(
        owed,
        {f"p{n}": one for n, one in enumerate(payments)},
        {tab: {f"{tab}{n}": one for n, one in enumerate(rows)} for tab, rows in others.items()},
    )
    return Firm(ledger, tuple(history), draw(policies))


_people = st.sampled_from(
    [{"email": "d@a.example"}] * 5
    + [
        {"email": "d@a.example", "do_not_contact": "In liquidation"},
        {"email": "no address"},
        {"email": "d@a.example", "prefers": "Phone"},
        {"phone": "+49 170 1234567", "prefers": "Text"},
    ]
)
_plans = st.sampled_from([None, None, "P"])
_channels = st.sampled_from(["Email", "Text", "Call"])


def _customer(name: str, values: dict[str, str]) -> Row:
    return row(tabs.CUSTOMERS, name=name, currency="EUR", **values)


def _payment(invoice: Invoice, day: int, amount: int, named: bool) -> Payment:  # noqa: FBT001 (drawn)
    refs = (Ref(invoice.number),) if named else ()
    return Payment(on(day), invoice.customer, invoice.currency, amount, refs=refs)


def _promise(invoice: Invoice, by: int, plan_: str | None, named: bool) -> Row:  # noqa: FBT001 (drawn)
    return row(
        tabs.PROMISES,
        customer=invoice.customer,
        invoice=invoice.number if named else None,
        amount=invoice.amount,
        currency=invoice.currency,
        date=on(by),
        plan=plan_,
    )


def _dispute(invoice: Invoice, opened: int, resolved: int | None) -> Row:
    end = None if resolved is None else on(resolved)
    return row(
        tabs.DISPUTES, invoice=invoice.number, currency=invoice.currency, opened=on(opened), resolved=end
    )


def _touch(name: str, day: int, channel: str) -> Row:
    when = datetime.combine(on(day), time(9))
    return row(tabs.ACTIVITY, when=when, customer=name, channel=channel, direction="Out")


def _reached(invoice: Invoice, stage: Stage, day: int, settled: bool) -> Reached:  # noqa: FBT001 (drawn)
    written = settled and not stage.is_task
    numbers = (invoice.number,)
    return Reached(invoice.customer, invoice.currency, stage.name, numbers, on(day), written, settled)


def made(firm: Firm, day: date = DAY) -> Plan:
    return plan(firm.known(day), firm.policy, day, RATES)


# --- one day ---------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(firms())
def test_everybody_who_owes_is_proposed_or_left_out_never_both_never_neither(firm: Firm) -> None:
    balances = firm.ledger.balances(DAY)
    owing = {
        (i.customer, i.currency)
        for key, i in firm.ledger.invoices.items()
        if balances.get(key, 0) > 0 and i.due <= on(3)
    }
    done = made(firm)
    everybody: list[Proposal | LeftOut] = [*done.proposals, *done.left_out]
    told = Counter((one.customer, one.currency) for one in everybody)
    assert told == Counter(owing)
    assert all(one.why.endswith(".") and one.why[0].isupper() for one in everybody)


@settings(max_examples=40)
@given(ledgers())
def test_so_it_is_in_a_ledger_where_much_goes_wrong(ledger: Ledger) -> None:
    known_ = frames.records(ledger.rows())
    done = plan(Known(known_, receivables(known_), (), DAY), DEFAULT_POLICY, DAY, RATES)
    balances = ledger.balances(DAY)
    owing = {
        (i.customer, i.currency)
        for key, i in ledger.invoices.items()
        if balances.get(key, 0) > 0 and i.due <= on(3)
    }
    assert {(one.customer, one.currency): one.why for one in done.left_out} == dict.fromkeys(
        owing, "There is no such name on Customers: add the row."
    )


@settings(max_examples=40)
@given(firms())
def test_nobody_is_asked_for_what_is_paid_contested_promised_held_or_not_due(firm: Firm) -> None:
    balances, by_number = firm.ledger.balances(DAY), {i.number: k for k, i in firm.ledger.invoices.items()}
    for proposal in made(firm).proposals:
        for item in proposal.items:
            invoice = firm.ledger.invoices[by_number[item.number]]
            assert (invoice.customer, invoice.currency) == (proposal.customer, proposal.currency)
            assert item.balance == balances[by_number[item.number]] > 0
            assert invoice.issued <= DAY
            assert invoice.due <= on(3) or proposal.stage == "Statement"
            assert invoice.status in {"open", "on plan"}
            assert invoice.hold_reminders != "yes"
            assert not _contested(firm, item.number)
            assert not _promised(firm, item.number, invoice.customer)
        assert proposal.amount == sum(i.balance for i in proposal.items) - _credit(firm, proposal) > 0


@settings(max_examples=40)
@given(firms())
def test_nobody_is_written_to_who_is_barred_or_has_no_address(firm: Firm) -> None:
    people = {person["name"]: person for person in _rows(firm, tabs.CUSTOMERS)}
    for proposal in made(firm).proposals:
        person = people[proposal.customer]
        assert person["do_not_contact"] is None
        assert bool(proposal.to) or proposal.is_task
        assert proposal.to in {person["email"], "+491701234567", ""}


@settings(max_examples=20)
@given(firms(), st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_plan(firm: Firm, order: random.Random) -> None:
    once = made(firm)
    assert made(firm) == once
    mixed = list(firm.history)
    order.shuffle(mixed)
    days = [r.on for r in firm.history]
    if len(set(days)) == len(days):  # of one day the order tells what came last
        assert made(firm._replace(history=tuple(mixed))) == once


# --- day after day ---------------------------------------------------------------------------------------------


@settings(max_examples=10)
@given(firms())
def test_simulated_ahead_nobody_gets_two_messages_within_the_interval(firm: Firm) -> None:
    policy = firm.policy
    last: dict[str, date] = {}
    for r in firm.history:
        if r.written:
            last[r.customer] = max(last.get(r.customer, r.on), r.on)
    for day in simulate(firm.known(), policy, DAY, 30, RATES):
        messages = [p for p in day.proposals if not p.is_task]
        assert len(messages) <= policy.daily_cap
        for message in messages:
            before = last.get(message.customer, date.min)
            assert (day.as_of - before).days >= policy.minimum_interval
            last[message.customer] = day.as_of


class Past:
    """What was said to customers, and which tasks wait, as somebody with a diary would note it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.said: list[tuple[str, str, int]] = []  #: number, stage and how late it was then
        self.put: dict[tuple[str, str], date] = {}  #: since when a task waits, by number and stage
        self.history: list[Reached] = []

    def note(self, proposal: Proposal, day: date, outcome: str) -> None:
        if outcome == "wait" and not proposal.is_task:
            return
        written = outcome == "goes" and not proposal.is_task
        about = (proposal.customer, proposal.currency, proposal.stage, proposal.numbers)
        self.history.append(Reached(*about, day, written, settled=outcome != "wait"))
        for item in proposal.items:
            if outcome == "wait":
                self.put.setdefault((item.number, proposal.stage), day)
            else:
                self.said.append((item.number, proposal.stage, item.days_late))

    def allows(self, proposal: Proposal, day: date) -> bool:
        """Say whether an invoice of it is old enough for the stage and has been through the one before it."""
        if proposal.stage == "Courtesy":
            return all(item.days_late <= 0 for item in proposal.items)
        place = AFTER.index(proposal.stage)
        ripe = [item.number for item in proposal.items if item.days_late >= DAYS[proposal.stage]]
        return any(place == 0 or self._been_through(number, place - 1, day) for number in ripe)

    def _been_through(self, number: str, place: int, day: date) -> bool:
        """Say whether it was named in this stage or a later one, when it was old enough; or the task ran out."""
        name = AFTER[place]
        if any(n == number and s in AFTER[place:] and late >= DAYS[name] for n, s, late in self.said):
            return True
        stage, put = self.policy.stage(name), self.put.get((number, name))
        return bool(stage and put and stage.is_task and (day - put).days >= stage.patience)


@settings(max_examples=12)
@given(firms(), st.lists(st.integers(1, 9), min_size=6, max_size=12), st.randoms(use_true_random=False))
def test_stages_are_never_skipped_whatever_days_are_missed_and_whatever_a_person_decides(
    firm: Firm, gaps: list[int], person: random.Random
) -> None:
    past, day, known = Past(firm.policy), DAY, firm.known()
    for gap in gaps:
        done = plan(known._replace(reached=past.history, bank_until=day), firm.policy, day, RATES)
        for proposal in done.proposals:
            assert past.allows(proposal, day)
            past.note(proposal, day, person.choice(["goes", "goes", "skip", "wait"]))
        day += timedelta(gap)


# --- the pencil ------------------------------------------------------------------------------------------------


def _rows(firm: Firm, tab: Tab) -> list[dict[str, Any]]:
    names = [c.name for c in tab.stored]
    return [dict(zip(names, values, strict=True)) for values in firm.ledger.others[tab.name].values()]


def _contested(firm: Firm, number: str) -> bool:
    mine = [r for r in _rows(firm, tabs.DISPUTES) if r["invoice"] == number and r["opened"] <= DAY]
    return any(r["resolved"] is None or r["resolved"] > DAY for r in mine)


def _promised(firm: Firm, number: str, customer: str) -> bool:
    """Say whether a promise outside of any plan protects the invoice: no money came, and its grace is not over."""
    if any(payment.customer == customer for payment in firm.ledger.payments.values()):
        return False  # it may have been kept; other tests see to that
    alone = [r for r in _rows(firm, tabs.PROMISES) if r["invoice"] == number and r["plan"] is None]
    return any(r["date"] >= DAY - timedelta(firm.policy.grace) for r in alone)


def _credit(firm: Firm, proposal: Proposal) -> int:
    who = (proposal.customer, proposal.currency)
    balances = firm.ledger.balances(DAY)
    owed = sum(
        max(0, balance)
        for key, balance in balances.items()
        if (firm.ledger.invoices[key].customer, firm.ledger.invoices[key].currency) == who
    )
    return max(0, owed - firm.ledger.control(DAY).get(who, 0))
