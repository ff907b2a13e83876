"""Small ledgers for the tests of planning: what customers owe, said and were told, in days from `DAY`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from arc_sheets import frames, tabs
from arc_sheets.cells import Row, Value
from arc_sheets.planning import plan
from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Known, LeftOut, Plan, Proposal, Reached
from tests.random_ledgers import Invoice, Ledger, Payment, Ref, row

#: A Tuesday.
DAY: Final = date(2026, 3, 31)
RATES: Final = Rates("EUR", {"USD": Decimal("0.5")})


def on(days: int) -> date:
    """Return the day so many days from `DAY`."""
    return DAY + timedelta(days)


def invoice(late: int, amount: int = 10000, **more: str) -> Invoice:
    """Return an invoice of A in EUR, so many days late, numbered by its age: N40, or N-2 where it is due in two days."""
    due = on(-late)
    values = {"number": f"N{late}", "customer": "A", "currency": "EUR", **more}
    return Invoice(issued=due - timedelta(30), due=due, amount=amount, **values)


def customer(name: str = "A", **values: Value) -> Row:
    """Return a customer with an email address."""
    return row(tabs.CUSTOMERS, name=name, currency="EUR", **{"email": f"{name.lower()}@a.example", **values})


def promise(by: int, number: str | None = "N40", amount: int = 10000, **more: Value) -> Row:
    """Return a promise of A in EUR for so many days from `DAY`; `given` is in days, too."""
    given = more.pop("given", None)
    return row(
        tabs.PROMISES,
        **{"customer": "A", "invoice": number, "amount": amount, "currency": "EUR", "date": on(by), **more},
        given=on(given) if isinstance(given, int) else None,
    )


def dispute(number: str = "N40", opened: int = -5, resolved: int | None = None, **more: Value) -> Row:
    end = None if resolved is None else on(resolved)
    return row(tabs.DISPUTES, invoice=number, currency="EUR", opened=on(opened), resolved=end, **more)


def touch(days: int, channel: str = "Email", **more: Value) -> Row:
    """Return a touch of A so many days from `DAY`, at nine in the morning unless `hour` says otherwise."""
    hour, day = more.pop("hour", 9), on(days)
    when = datetime(day.year, day.month, day.day, int(str(hour)))  # noqa: DTZ001 (wall clock)
    return row(tabs.ACTIVITY, **{"when": when, "customer": "A", "channel": channel, **more})


def pay(amount: int, days: int, number: str = "") -> Payment:
    refs = (Ref(number),) if number else ()
    return Payment(on(days), "A", "EUR", amount, refs=refs)


def book(*invoices: Invoice, payments: Sequence[Payment] = (), **others: Sequence[Row]) -> Ledger:
    """Return a ledger of these; without `customers` there is A with an email address."""
    others = {"customers": (customer(),), **others}
    return Ledger(
        {f"i{n}": one for n, one in enumerate(invoices)},
        {f"p{n}": one for n, one in enumerate(payments)},
        {tab: {f"{tab}{n}": one for n, one in enumerate(rows)} for tab, rows in others.items()},
    )


def reached(stage: str, days: int, *numbers: str, **more: object) -> Reached:
    """Return a reminder to A in EUR that went out so many days from `DAY`."""
    values: dict[str, object] = {"customer": "A", "currency": "EUR", "written": True, **more}
    return Reached(stage=stage, invoices=numbers, on=on(days), **values)  # type: ignore[arg-type]  # as tests say


def known(ledger: Ledger, *history: Reached, bank: date | None = DAY) -> Known:
    records = frames.records(ledger.rows())
    return Known(records, receivables(records), history, bank)


def planned(ledger: Ledger, *history: Reached, policy: Policy = DEFAULT_POLICY, day: date = DAY) -> Plan:
    return plan(known(ledger, *history, bank=day), policy, day, RATES)


def proposal(ledger: Ledger, *history: Reached, policy: Policy = DEFAULT_POLICY) -> Proposal:
    """Return the one proposal of the day."""
    made = planned(ledger, *history, policy=policy)
    assert (len(made.proposals), made.left_out) == (1, ())
    return made.proposals[0]


def left_out(ledger: Ledger, *history: Reached, policy: Policy = DEFAULT_POLICY) -> str:
    """Return why the one customer is left out."""
    made = planned(ledger, *history, policy=policy)
    assert (made.proposals, len(made.left_out)) == ((), 1)
    assert isinstance(made.left_out[0], LeftOut)
    return made.left_out[0].why
