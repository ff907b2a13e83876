from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets import frames
from arc_sheets.cells import Row
from arc_sheets.kpis import kpis
from arc_sheets.promises import WINDOW, State, plan_states, promises
from arc_sheets.receivables import receivables
from arc_sheets.standing import standing
from tests.debtors import DAY, RATES, book, invoice, on, pay, promise
from tests.random_ledgers import Payment


def states(
    promised: Sequence[Row], *payments: Payment, day: int = 0, grace: int = 0, amount: int = 10000
) -> list[str]:
    """Return what became of each promise, so many days from `DAY`; N40 owes the amount."""
    ledger = book(invoice(40, amount), invoice(9), payments=payments, promises=promised)
    records = frames.records(ledger.rows())
    return [str(state) for state in promises(records, receivables(records), on(day), grace).state]


# --- since it was given ----------------------------------------------------------------------------------------


def test_money_counts_from_the_day_a_promise_was_given() -> None:
    one = [promise(-1, amount=4000, given=-10)]
    assert states(one, pay(4000, -10, "N40")) == ["kept"]
    assert states(one, pay(4000, -11, "N40")) == ["broken"]
    assert states([promise(-1, amount=4000)], pay(4000, -11, "N40")) == ["kept"]


def test_a_promise_given_long_before_counts_all_that_came_since() -> None:
    assert states([promise(-1, amount=4000, given=-35)], pay(4000, -33, "N40")) == ["kept"]
    assert states([promise(-1, amount=4000)], pay(4000, -33, "N40")) == ["broken"]


def test_a_promise_typed_in_after_its_date_is_taken_for_one_given_before() -> None:
    assert states([promise(-9, amount=4000, given=-2)], pay(4000, -12, "N40")) == ["kept"]


def test_a_promise_that_is_given_later_does_not_exist_yet() -> None:
    later = [promise(5, given=1)]
    assert states(later) == ["not yet"]
    assert states(later, day=1) == ["open"]


def test_money_within_the_grace_keeps_a_promise() -> None:
    late, one = pay(10000, -1, "N40"), [promise(-3)]
    assert (states(one, late), states(one, late, grace=2)) == (["broken"], ["kept"])
    assert (states(one, grace=2), states(one, grace=3)) == (["broken"], ["open"])


# --- instalments -----------------------------------------------------------------------------------------------


def instalments(
    *by: int, amount: int = 3000, number: str | None = "N40", plan: str | None = "P"
) -> list[Row]:
    return [promise(day, number, amount, plan=plan, given=-30) for day in by]


@pytest.mark.parametrize("plan", ["P", None])
@pytest.mark.parametrize("number", ["N40", None])
def test_instalments_add_up(plan: str | None, number: str | None) -> None:
    three = instalments(-20, -10, -1, plan=plan, number=number)
    assert states(three, pay(9000, -25, "N40")) == ["kept"] * 3  # all at once, early
    assert states(three, pay(3000, -20, "N40"), pay(6000, -12, "N40")) == ["kept"] * 3
    assert states(three, pay(3000, -20, "N40"), pay(3000, -5, "N40")) == ["kept", "broken", "partly kept"]
    assert states(three, pay(9000, -19, "N40")) == ["broken", "kept", "kept"]  # a day late, then all of it


def test_instalments_of_one_date_are_due_together() -> None:
    two = instalments(-10, -10)
    assert states(two, pay(3000, -11, "N40")) == ["partly kept"] * 2
    assert states(two, pay(6000, -11, "N40")) == ["kept"] * 2


def test_promises_given_on_different_days_are_not_instalments_of_one_another() -> None:
    first, second = promise(-30, amount=3000, given=-35), promise(-1, amount=3000, given=-20)
    assert states([first, second], pay(3000, -5, "N40")) == ["broken", "kept"]


# --- replaced --------------------------------------------------------------------------------------------------


def kept_rate(
    *promised: Row, payments: Sequence[Payment] = (), status: str = "open", grace: int = 0
) -> float | None:
    ledger = book(invoice(40, status=status), invoice(9), payments=payments, promises=promised)
    records = frames.records(ledger.rows())
    report = kpis(records, receivables(records), DAY, rates=RATES, grace=grace)
    return next(kpi.value for kpi in report.kpis if kpi.key == "promises_kept")


def test_a_promise_that_a_later_one_replaced_counts_once() -> None:
    first, second = promise(-10, given=-20), promise(-2, given=-12)
    assert states([first, second]) == ["replaced", "broken"]
    assert kept_rate(first, second) == 0
    paid = pay(10000, -5, "N40")
    assert states([first, second], paid) == ["replaced", "kept"]
    assert kept_rate(first, second, payments=[paid]) == 1


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (promise(9, given=-10), "replaced"),  # on the very day
        (promise(9, given=-9), "broken"),  # too late
        (promise(9, given=-20), "broken"),  # at the same time
        (promise(9, "N9", given=-12), "broken"),  # for another invoice
        (promise(9, given=1), "broken"),  # not given yet
        (promise(9), "broken"),  # nobody knows when
    ],
)
def test_only_a_later_promise_for_the_same_invoice_replaces_one(second: Row, state: str) -> None:
    assert states([promise(-10, given=-20), second])[0] == state


def test_a_promise_whose_day_is_not_known_is_older_than_one_whose_day_is() -> None:
    assert states([promise(-10), promise(9, given=-12)]) == ["replaced", "open"]


def test_a_promise_kept_before_the_next_was_given_was_kept() -> None:
    first, second = promise(-10, amount=4000, given=-20), promise(9, amount=6000, given=-12)
    assert states([first, second], pay(4000, -15, "N40")) == ["kept", "open"]
    assert states([first, second], pay(4000, -11, "N40")) == ["replaced", "open"]


def test_instalments_of_a_plan_do_not_replace_one_another() -> None:
    one, two = promise(-1, amount=5000, plan="P", given=-20), promise(9, amount=5000, plan=" p", given=-12)
    assert states([one, two]) == ["broken", "open"]


# --- plans -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "state"),
    [
        ((), State.BROKEN),
        ((pay(3000, -12, "N40"),), State.OPEN),
        ((pay(2999, -12, "N40"),), State.BROKEN),  # partly
        ((pay(6000, -12, "N40"),), State.KEPT),
    ],
)
def test_a_plan_is_broken_with_one_instalment_and_kept_with_all(
    paid: tuple[Payment, ...], state: State
) -> None:
    rows = [*instalments(-10, 20), promise(5, "N9")]
    records = frames.records(book(invoice(40), invoice(9), payments=paid, promises=rows).rows())
    found = promises(records, receivables(records), DAY)
    assert plan_states(records, found) == [state, state, None]


# --- for any promises ------------------------------------------------------------------------------------------


class Said(NamedTuple):
    by: int
    amount: int
    given: int | None
    plan: str | None


said = st.builds(
    Said,
    st.integers(-60, 20),
    st.integers(1, 60),
    st.none() | st.integers(-80, 5),
    st.sampled_from([None, None, "P", "Q"]),
)
money = st.lists(st.tuples(st.integers(1, 60), st.integers(-69, 0)), max_size=5)


def pencil(promised: list[Said], paid: list[tuple[int, int]]) -> list[str]:
    """Judge promises for one invoice that is never settled in full, at `DAY`, one after the other."""

    def came(after: int, until: int) -> int:
        return sum(amount for amount, day in paid if after < day <= min(until, 0))

    found = []
    for one in promised:
        replaced = min(
            (
                o.given
                for o in promised
                if o.given is not None
                and o.given <= min(0, one.by)
                and (one.given is None or o.given > one.given)
                and not (one.plan and one.plan == o.plan)
            ),
            default=None,
        )
        same = [o for o in promised if (o.plan or o.given) == (one.plan or one.given)]
        first = min(o.by for o in same)
        givens = [-(10**6) if o.given is None else o.given for o in same]
        begun = min(givens) if -(10**6) < min(givens) <= first else None
        before = max((o.by for o in same if o.by < one.by), default=-(10**6))
        if begun is not None or one.plan:
            since = begun - 1 if begun is not None else first - WINDOW
            wanted = sum(o.amount for o in same if o.by <= one.by)
        else:
            since, wanted = max(before, one.by - WINDOW), one.amount
        end = one.by if replaced is None else replaced
        if one.given is not None and one.given > 0:
            found.append("not yet")
        elif came(since, end) >= wanted:
            found.append("kept")
        elif replaced is not None:
            found.append("replaced")
        elif one.by >= 0:
            found.append("open")
        else:
            found.append("partly kept" if came(max(since, before), one.by) else "broken")
    return found


@given(st.lists(said, max_size=6), money)
def test_every_promise_is_what_a_pencil_makes_of_it(
    promised: list[Said], paid: list[tuple[int, int]]
) -> None:
    rows = [promise(s.by, amount=s.amount, given=s.given, plan=s.plan) for s in promised]
    payments = [pay(amount, day, "N40") for amount, day in paid]
    assert states(rows, *payments, amount=10**6) == pencil(promised, paid)


# --- days of grace ---------------------------------------------------------------------------------------------


def test_a_promise_is_kept_or_broken_in_the_rate_only_after_its_days_of_grace() -> None:
    late = [pay(10000, -3, "N40")]
    assert kept_rate(promise(-5), payments=late) == 0
    assert kept_rate(promise(-5), payments=late, grace=2) == 1
    assert kept_rate(promise(-5), grace=4) == 0
    assert kept_rate(promise(-5), grace=5) is None


def test_a_promise_may_be_replaced_until_its_days_of_grace_are_over() -> None:
    both = [promise(-5, given=-20), promise(4, given=-3)]
    assert states(both, grace=1) == ["broken", "open"]
    assert states(both, grace=2) == ["replaced", "open"]


# --- void ------------------------------------------------------------------------------------------------------


def test_a_promise_for_a_void_invoice_is_void_and_counts_nowhere() -> None:
    ledger = book(
        invoice(40, status="void"), invoice(9), promises=[promise(-1), promise(5), promise(-2, None)]
    )
    records = frames.records(ledger.rows())
    found = promises(records, receivables(records), DAY)
    assert list(map(str, found.state)) == ["void", "void", "broken"]
    assert kept_rate(promise(-1), status="void") is None
    assert not standing(records, receivables(records), DAY).promised.any()


def test_the_rate_says_in_its_formula_how_late_money_may_be() -> None:
    records = frames.records(book(invoice(40)).rows())

    def formula(grace: int) -> str:
        report = kpis(records, receivables(records), DAY, rates=RATES, grace=grace)
        return next(kpi.formula for kpi in report.kpis if kpi.key == "promises_kept")

    assert formula(0).startswith("Promises paid in full by their date ÷ promises due, ")
    assert formula(5).startswith("Promises paid in full by their date or 5 days later ÷ promises due, ")
