"""Whom to chase today, in what order, and why.

Left out: customers not to be contacted, and invoices that are disputed, on plan, written off, with an
agency, held, or promised for a later day. What is left of a customer in one currency is one item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets import money
from arc_sheets.computed import last_touches
from arc_sheets.frames import day_number, days, from_day_number, ints, sums
from arc_sheets.promises import Promises, State, promises
from arc_sheets.receivables import Receivables, balances, unapplied
from arc_sheets.risk import risks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from arc_sheets.frames import Flags, Ints, Records
    from arc_sheets.rates import Rates

#: Days without a touch after which the list says so.
QUIET: Final = 14
#: Days after which a broken promise is old news.
RECENT: Final = 30
#: The risk of a customer whose history is too short to tell.
UNKNOWN: Final = 50


class WorkItem(NamedTuple):
    """One customer to chase, in one currency."""

    customer: str
    why: str  #: one sentence or more
    step: str  #: what to do, short
    overdue: int  #: minor units of `currency`, only invoices that may be chased
    currency: str
    oldest: int  #: days overdue of the oldest of these invoices
    risk: int | None  #: 0 to 100, None where the history is too short
    last_touch: date | None
    contact: str | None
    phone: str | None
    email: str | None


def worklist(records: Records, receivables: Receivables, as_of: date, rates: Rates) -> tuple[WorkItem, ...]:
    """Return whom to chase at the end of the day, most money at risk first.

    Money at risk is what is overdue in the base currency, weighted from 1 to 2 by the customer's risk;
    a currency without a rate comes last, largest amount first.
    """
    facts = _facts(records, receivables, as_of)
    items = (_item(facts, account, as_of) for account in np.flatnonzero(facts.overdue > 0).tolist())
    return tuple(sorted(filter(None, items), key=lambda item: _order(item, rates)))


def _order(item: WorkItem, rates: Rates) -> tuple[bool, int, str, str]:
    base = rates.convert(item.overdue, item.currency)
    weight = 100 + (UNKNOWN if item.risk is None else item.risk)
    return base is None, -weight * (item.overdue if base is None else base), item.customer, item.currency


class _Facts(NamedTuple):
    """What the sentences are made of, per account (position) or by customer."""

    accounts: list[tuple[str, str]]
    overdue: Ints  #: of invoices that may be chased
    invoices: Ints  #: how many these are
    oldest: Ints  #: days overdue
    credit: Ints  #: unapplied
    broken: dict[int, int]  #: day number of the last broken promise
    due: dict[int, int]  #: promised for today, minor units
    later: dict[int, int]  #: promised for a later day without naming an invoice, minor units
    risk: dict[str, int]
    touch: dict[str, date]
    people: dict[str, tuple[str | None, ...]]  #: contact, phone, email
    barred: frozenset[str]  #: not to be contacted


def _facts(records: Records, receivables: Receivables, as_of: date) -> _Facts:
    accounts, customers = receivables.accounts, records.customers
    found, today, size = promises(records, receivables, as_of), day_number(as_of), len(receivables.accounts)
    late = _chaseable(records, receivables, found, as_of)
    account = ints(receivables.documents["account"])[late]
    overdue_days = today - days(receivables.documents["due"])[late]
    oldest = np.zeros(size, dtype=np.int64)
    np.maximum.at(oldest, account, overdue_days)
    amount = ints(records.promises["amount"])
    pending = found.state == State.OPEN
    failed = (found.state == State.BROKEN) | (found.state == State.PARTLY)
    names = customers["name"].tolist()
    people = zip(*(customers[name].tolist() for name in ("contact", "phone", "email")), strict=True)
    return _Facts(
        list(zip(accounts["customer"].tolist(), accounts["currency"].tolist(), strict=True)),
        sums(account, balances(receivables, as_of)[late], size),
        np.bincount(account, minlength=size),
        oldest,
        sums(ints(receivables.payments["account"]), unapplied(receivables, as_of), size),
        _by_account(found.account, found.date, failed & (found.date >= today - RECENT), max),
        _by_account(found.account, amount, pending & (found.date == today), int.__add__),
        _by_account(
            found.account, amount, pending & (found.date > today) & (found.document < 0), int.__add__
        ),
        risks(receivables, as_of),
        last_touches(records, as_of),
        dict(zip(names, people, strict=True)),
        frozenset(customers["name"][customers["do_not_contact"].map(_says_yes)]),
    )


def _chaseable(records: Records, receivables: Receivables, found: Promises, as_of: date) -> Ints:
    """Return the positions of the overdue invoices that nothing speaks against chasing."""
    documents, disputes, today = receivables.documents, records.disputes, day_number(as_of)
    late = (balances(receivables, as_of) > 0) & (days(documents["due"]) < today)
    late &= (documents["status"] == "open").to_numpy() & (documents["hold_reminders"] != "yes").to_numpy()
    resolved = disputes["resolved"].to_numpy() <= np.datetime64(as_of, "s")  # never, where it is blank
    open_now = (days(disputes["opened"]) <= today) & ~resolved
    contested = receivables.finder.anywhere(disputes["invoice"].to_numpy()[open_now])
    promised = found.document[(found.state == State.OPEN) & (found.date > today)]
    for positions in (contested, promised):
        late[positions[positions >= 0]] = False
    return np.flatnonzero(late)


def _says_yes(text: object) -> bool:
    """Say whether a person filled in "Do not contact"; a "no" in it means no."""
    return isinstance(text, str) and text.strip().casefold() not in {"", "no", "n", "-"}


def _by_account(
    accounts: Ints, values: Ints, which: Flags, join: Callable[[int, int], int]
) -> dict[int, int]:
    joined: dict[int, int] = {}
    for account, value in zip(accounts[which].tolist(), values[which].tolist(), strict=True):
        joined[account] = join(joined[account], value) if account in joined else value
    return joined


def _item(facts: _Facts, account: int, as_of: date) -> WorkItem | None:
    """Return the item of an account, or None if nobody is to be chased."""
    customer, currency = facts.accounts[account]
    overdue, oldest = int(facts.overdue[account]), int(facts.oldest[account])
    if customer in facts.barred or facts.later.get(account, 0) >= overdue:
        return None
    touch, person = facts.touch.get(customer), facts.people.get(customer, (None, None, None))
    why = "; ".join(_reasons(facts, account, touch, as_of))
    return WorkItem(
        customer,
        f"{why}.",
        _step(facts, account),
        overdue,
        currency,
        oldest,
        facts.risk.get(customer),
        touch,
        *person,
    )


def _reasons(facts: _Facts, account: int, touch: date | None, as_of: date) -> Iterator[str]:
    _, currency = facts.accounts[account]
    overdue, count, oldest = (int(f[account]) for f in (facts.overdue, facts.invoices, facts.oldest))
    if account in facts.broken:
        yield f"broke the promise of {_say_day(from_day_number(facts.broken[account]))}"
    if account in facts.due:
        yield f"promised {_say(facts.due[account], currency)} for today"
    if facts.credit[account] >= overdue:
        yield f"has {_say(int(facts.credit[account]), currency)} of credit that is not applied"
    yield f"{_say(overdue, currency)} overdue on {_many(count, 'invoice')}, the oldest {_many(oldest, 'day')}"
    if touch is None:
        yield "never contacted"
    elif (as_of - touch).days > QUIET:
        yield f"no word for {(as_of - touch).days} days"


def _step(facts: _Facts, account: int) -> str:
    oldest = int(facts.oldest[account])
    if facts.credit[account] >= facts.overdue[account]:
        return "Apply the credit"
    if account in facts.broken:
        return "Call: promise broken"
    if account in facts.due:
        return "Check the bank, then call"
    if oldest > 30:
        return "Call, ask for a date"
    return "Send the firm reminder" if oldest > 7 else "Send the friendly reminder"


def _say(minor: int, currency: str) -> str:
    return f"{currency} {money.to_major(minor, currency):,f}"


def _say_day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
