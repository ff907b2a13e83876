"""Whom to see to today, in what order, and why.

On the list is who may be chased for what is overdue; who contests an invoice; whose promise or instalment is for
today; with whom a next step was agreed for today; and whom the reminder schedule gives to a person. Not chased are
customers not to be contacted, and invoices that are disputed, on plan, written off, with an agency, held, or
promised for a later day. What there is to do about a customer in one currency is one item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets import risk
from arc_sheets.frames import day_number, ints, sums
from arc_sheets.phrases import ended
from arc_sheets.policy import DEFAULT_POLICY, Policy, Stage
from arc_sheets.promises import State
from arc_sheets.routes import NoRoute, Person, people, route
from arc_sheets.standing import Against, Standing, standing
from arc_sheets.todo import CALL, REMIND, Dispute, Todo, about, reasons, step
from arc_sheets.touches import Touch, last_touch, stopped
from arc_sheets.why import Said

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.frames import Ints, Records
    from arc_sheets.rates import Rates
    from arc_sheets.receivables import Receivables
    from arc_sheets.reminders import Waiting


#: Stages that ask how a customer is written to, and which number is called.
_MESSAGE: Final = Stage("Friendly", 0, "Email")
_CALL: Final = Stage("Call", 0, "Call")


class WorkItem(NamedTuple):
    """What there is to do about one customer, in one currency."""

    customer: str
    why: str  #: one sentence or more
    step: str  #: what to do, short
    amount: int  #: minor units of `currency`: what is overdue and may be chased; where nothing is, what it is about
    currency: str
    oldest: int  #: days overdue of the oldest of these invoices, 0 where none is
    risk: int | None  #: 0 to 100, None where the history is too short
    last_touch: date | None
    contact: str | None
    phone: str | None
    email: str | None


def worklist(
    records: Records,
    receivables: Receivables,
    as_of: date,
    rates: Rates,
    waiting: Sequence[Waiting] = (),
    policy: Policy = DEFAULT_POLICY,
) -> tuple[WorkItem, ...]:
    """Return what there is to do at the end of the day, most money at risk first.

    `policy` says how many days a promise holds after its date, and who wants no texts. `waiting` is what waits for a
    person on Reminders, so that both say the same. Money at risk is the item's amount in the base currency, weighted
    from 1 to 2 by the customer's risk; a currency without a rate comes last, largest amount first.
    """
    facts = _facts(records, receivables, as_of, waiting, policy)
    accounts = zip(
        receivables.accounts["customer"].tolist(), receivables.accounts["currency"].tolist(), strict=True
    )
    items = (_item(n, customer, currency, facts) for n, (customer, currency) in enumerate(accounts))
    return tuple(sorted(filter(None, items), key=_order(rates)))


def _order(rates: Rates) -> Callable[[WorkItem], tuple[bool, int, str, str]]:
    def key(item: WorkItem) -> tuple[bool, int, str, str]:
        at_risk = risk.at_risk(item.amount, item.currency, item.risk, rates)
        return (*at_risk, item.customer, item.currency)

    return key


class _Facts(NamedTuple):
    """What the items are made of: by position of the account, or by customer; amounts in minor units."""

    as_of: date
    said: Said
    standing: Standing
    open: Ints  #: all that is owed, whatever speaks against asking for it
    overdue: Ints  #: of invoices that may be chased
    invoices: Ints  #: how many these are
    oldest: Ints  #: days overdue
    today: Ints  #: promised for today, instalments too
    later: Ints  #: promised for another day, and not broken, without naming an invoice
    disputes: Mapping[int, list[Dispute]]
    waiting: Mapping[tuple[str, str], Waiting]
    risk: Mapping[str, int]
    touch: Mapping[str, Touch]
    people: Mapping[str, Person]
    stopped: Mapping[str, date]  #: who wants no texts, and since when
    country: str  #: the policy's
    contact: Mapping[str, str | None]


def _facts(
    records: Records, receivables: Receivables, as_of: date, waiting: Sequence[Waiting], policy: Policy
) -> _Facts:
    size, today = len(receivables.accounts), day_number(as_of)
    known = standing(records, receivables, as_of, policy.grace)
    found, amount = known.promises, ints(records.promises["amount"])
    late = _chaseable(known, today)
    account = ints(receivables.documents["account"])
    oldest = np.zeros(size, dtype=np.int64)
    np.maximum.at(oldest, account[late], known.late[late])
    due = (found.state == State.OPEN) & (found.account >= 0) & (found.date == today)
    later = known.loose & (found.date != today)
    names = records.customers["name"].tolist()
    return _Facts(
        as_of,
        Said.of(records),
        known,
        sums(account, np.maximum(known.balance, 0), size),
        sums(account[late], known.balance[late], size),
        np.bincount(account[late], minlength=size),
        oldest,
        sums(found.account[due], amount[due], size),
        sums(found.account[later], amount[later], size),
        _disputes(receivables, known),
        {(one.customer, one.currency): one for one in sorted(waiting, key=lambda one: one.is_task)},
        risk.risks(receivables, as_of),
        last_touch(records.activity, as_of),
        people(records.customers),
        stopped(records.activity, policy, as_of),
        policy.country,
        dict(zip(names, records.customers["contact"].tolist(), strict=True)),
    )


def _chaseable(known: Standing, today: int) -> Ints:
    """Return the positions of the overdue invoices that nothing speaks against, or only a promise for today."""
    promised = known.against == Against.PROMISED  # only then does the cause name a promise
    by = np.append(known.promises.date, -1)[np.where(promised, known.cause, -1)]
    free = (known.against == Against.NOTHING) | (promised & (by == today))
    return np.flatnonzero((known.balance > 0) & (known.late > 0) & free)


def _disputes(receivables: Receivables, known: Standing) -> dict[int, list[Dispute]]:
    documents = receivables.documents
    rows = np.flatnonzero((known.against == Against.DISPUTED) & (known.balance > 0))
    columns = (
        ints(documents["account"]),
        documents["number"].to_numpy(),
        known.balance,
        known.late,
        known.cause,
    )
    found: dict[int, list[Dispute]] = {}
    for account, *dispute in zip(*(column[rows].tolist() for column in columns), strict=True):
        found.setdefault(account, []).append(Dispute(*dispute))
    return found


def _item(account: int, customer: str, currency: str, facts: _Facts) -> WorkItem | None:
    """Return the item of an account, or None if there is nothing to do."""
    person, touch = facts.people.get(customer, Person()), facts.touch.get(customer)
    if person.barred or not facts.open[account]:
        return None
    todo = _todo(account, customer, currency, facts)
    if todo.idle:
        return None
    amount, oldest = about(todo, int(facts.open[account]))
    to_do, remark = step(todo, facts.said, facts.as_of), ""
    if to_do == REMIND:
        to_do, remark = _reminding(person, facts.stopped.get(customer), facts.country)
    return WorkItem(
        customer,
        f"{ended('; '.join(reasons(todo, facts.said, facts.as_of)))} {remark}".rstrip(),
        to_do,
        amount,
        currency,
        oldest,
        facts.risk.get(customer),
        touch.on if touch else None,
        facts.contact.get(customer),
        person.phone,
        person.email,
    )


def _reminding(person: Person, stopped: date | None, country: str) -> tuple[str, str]:
    """Return the step where a reminder is to go, and where none can, why: a sentence with the remedy, as on Reminders."""
    way = route(_MESSAGE, person, stopped, country)
    if not isinstance(way, NoRoute):
        return (CALL if way.channel == "Call" else REMIND), ""
    call = route(_CALL, person, stopped, country)
    return (CALL if isinstance(call, NoRoute) or call.to else "Find a way to reach them"), way.why


def _todo(account: int, customer: str, currency: str, facts: _Facts) -> Todo:
    touch = facts.touch.get(customer)
    agreed = touch is not None and touch.next_on is not None and touch.next_on <= facts.as_of
    overdue = int(facts.overdue[account])
    covered = facts.later[account] >= overdue
    return Todo(
        customer,
        currency,
        0 if covered else overdue,
        0 if covered else int(facts.oldest[account]),
        int(facts.invoices[account]),
        int(facts.standing.credit[account]),
        -1 if covered else int(facts.standing.broken[account]),
        int(facts.today[account]),
        facts.disputes.get(account, ()),
        facts.waiting.get((customer, currency)),
        touch if agreed else None,
        touch,
    )
