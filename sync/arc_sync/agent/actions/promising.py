"""Promises, payment plans and later due dates.

A plan is promises with one plan name, P-1, P-2 and so on; each instalment names the invoice that it pays, the
oldest first, and where it pays two it is two rows of one day. Nothing else is set: the status of an invoice
stays "open", as the planner derives from these rows that it is on plan, and that it no longer is once an
instalment is broken. A status would have to be set back by somebody, and until then nobody would chase.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.dates import LAST
from arc_sheets.phrases import say_amount, say_list, say_many
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.fields import Step
from arc_sync.agent.actions.finding import Cannot, Record
from arc_sync.agent.actions.owing import Account, Owed
from arc_sync.agent.actions.replacing import replace_open
from arc_sync.agent.actions.requests import AgreePlan, ExtendDue, TakePromise
from arc_sync.agent.actions.work import Work, minor, not_past, on

_PLAN: Final = re.compile(r"P-(\d{1,9})", re.IGNORECASE)
_DAYS: Final = {"day": 1, "week": 7, "month": 31}  #: at most, of a month
_LONGEST: Final = 3660  #: days of a plan


class Part(NamedTuple):
    """What one instalment pays of one invoice."""

    day: date
    invoice: str
    amount: int  #: minor units


class _Subject(NamedTuple):
    """Who promises, in which currency, and what is owed there."""

    customer: Record
    currency: str
    named: bool  #: the request names invoices
    owed: Sequence[Owed]  #: on those, or all; the first due first

    @property
    def name(self) -> str:
        return self.customer.text("name")

    @property
    def open(self) -> int:
        return sum(one.balance for one in self.owed)

    def meant(self, today: date) -> int:
        """Return the amount that is meant where none is given: all of the invoices named, or all that is overdue."""
        late = sum(one.balance for one in self.owed if self.named or one.due < today)
        if not late:
            raise Cannot(f"{self.name} owes nothing that is overdue; name the invoices or the amount.")
        return late

    def check(self, amount: int) -> None:
        """Raise `Cannot` for more than is owed."""
        if amount > self.open:
            numbers = say_list([one.number for one in self.owed])
            where = f"is open on {numbers}" if self.named else f"{self.name} owes"
            raise Cannot(
                f"{say_amount(amount, self.currency)} is more than the {say_amount(self.open, self.currency)} that {where};"
                " give that or less."
            )


def take_promise(work: Work, request: TakePromise) -> Answer:
    """Put a promise on Promises: one row, or where invoices are named one for each, the oldest first."""
    not_past(request.date, work.today)
    subject = _subject(work, request)
    given = request.amount
    amount = subject.meant(work.today) if given is None else minor(given, subject.currency)
    subject.check(amount)
    spread = list(parts([(request.date, amount)], subject.owed)) if subject.named else []
    instead = _replace(work, subject, spread)
    for part in spread or [Part(request.date, "", amount)]:
        _promise(work, subject, part)
    about = f" for {say_list([part.invoice for part in spread])}" if spread else ""
    said = f"{subject.name} promises {say_amount(amount, subject.currency)} by {on(request.date)}{about}."
    return done(said + instead)


def agree_plan(work: Work, request: AgreePlan) -> Answer:
    """Put a plan's instalments on Promises. They add up to the total; the last one takes what is left over."""
    not_past(request.first, work.today, "date of the first instalment")
    subject = _subject(work, request)
    amounts = _amounts(request, subject, work.today)
    subject.check(sum(amounts))
    days = _days(request)
    plan, spread = _fresh_plan(work), list(parts(zip(days, amounts, strict=True), subject.owed))
    instead = _replace(work, subject, spread)
    for part in spread:
        _promise(work, subject, part, plan)
    return done(_agreed(plan, subject, amounts, request, days[-1]) + instead, plan=plan)


def extend_due(work: Work, request: ExtendDue) -> Answer:
    """Move an invoice's due date to a later day."""
    invoice = work.find.invoice(request.invoice)
    number, due = invoice.text("number"), invoice.day("due")
    not_past(request.date, work.today)
    if request.date <= due:
        raise Cannot(f"{number} is due on {on(due)}; give a later date.")
    if invoice.text("status") == "void":
        raise Cannot(f"{number} is void, so nothing on it is due; name another invoice.")
    customer = work.find.customer(invoice.text("customer"))
    if not work.account(customer).of(number) and invoice.day("issued") <= work.today:
        raise Cannot(f"{number} is settled, so nothing on it is due; name another invoice.")
    work.change(tabs.INVOICES, invoice, due=request.date)
    return done(f"{number} is due on {on(request.date)} now, before on {on(due)}.")


def instalment(first: date, every: Step, k: int) -> date:
    """Return the date of the k-th instalment, from 0; in months the same day, or the last where there is none."""
    if every.unit != "month":
        return first + timedelta(days=k * every.many * _DAYS[every.unit])
    year, month = divmod(first.year * 12 + first.month - 1 + k * every.many, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def parts(instalments: Iterable[tuple[date, int]], owed: Iterable[Owed]) -> Iterator[Part]:
    """Yield what each instalment pays of which invoice, in their order; in all, no more than is owed."""
    rest, number, left = iter(owed), "", 0
    for day, instalment_amount in instalments:
        amount = instalment_amount
        while amount:
            if not left:
                number, _, _, left = next(rest)
            paid = min(amount, left)
            yield Part(day, number, paid)
            amount, left = amount - paid, left - paid


def shares(total: int, count: int) -> list[int]:
    """Return the total in equal parts, the last one with what is left over; minor units."""
    return [total // count] * (count - 1) + [total - total // count * (count - 1)]


def _subject(work: Work, request: TakePromise | AgreePlan) -> _Subject:
    """Find who promises and what is owed; raises `Cannot` where that does not go together."""
    customer, invoices = work.parties(request.customer, request.invoices or "")
    numbers = [i.text("number") for i in invoices]
    currency = work.one_currency(request.currency, customer, invoices)
    account = work.account(customer)
    if idle := [number for number in numbers if not account.of(number)]:
        raise Cannot(
            f"Nothing is open on {say_list(idle)}, so there is nothing to promise; name other invoices."
        )
    owed = account.among(numbers) if numbers else [o for o in account.owed if o.currency == currency]
    if not owed:
        raise Cannot(f"{customer.text('name')} owes nothing{_elsewhere(account, currency)}")
    return _Subject(customer, currency, bool(numbers), owed)


def _elsewhere(account: Account, currency: str) -> str:
    """Return how a sentence goes on of a customer who owes nothing in a currency."""
    others = sorted({one.currency for one in account.owed})
    if not others:
        return ", so there is nothing to promise."
    return f" in {currency}, but something in {say_list(others)}; give that currency, or name the invoices."


def _amounts(request: AgreePlan, subject: _Subject, today: date) -> list[int]:
    """Return the instalments in minor units."""
    count, currency = request.count, subject.currency
    if request.each is not None:
        each = minor(request.each, currency, "amount of each instalment")
        last = min(each, max(0, subject.open - each * (count - 1))) or each  # a smaller one may end the plan
        return [each] * (count - 1) + [last]
    total = subject.meant(today) if request.total is None else minor(request.total, currency, "total")
    amounts = shares(total, count)
    if not amounts[0]:
        raise Cannot(f"{say_amount(total, currency)} is too little for {count} instalments; agree fewer.")
    return amounts


def _days(request: AgreePlan) -> list[date]:
    """Return the dates of the instalments; raises `Cannot` for a plan without an end in sight."""
    every, count = request.every, request.count
    if every.many * _DAYS[every.unit] * (count - 1) > _LONGEST:
        raise Cannot(f"{count} instalments {every} take more than ten years; agree fewer, or larger ones.")
    days = [instalment(request.first, every, k) for k in range(count)]
    if days[-1] > LAST:
        raise Cannot(
            f"The last instalment would be on {on(days[-1])}, later than any date ARC keeps; begin earlier."
        )
    return days


def _replace(work: Work, subject: _Subject, spread: Sequence[Part]) -> str:
    """Let what is promised now take the place of what was; return how the answer goes on about it."""
    wanted: Counter[str] = Counter()
    for part in spread:
        wanted[part.invoice] += part.amount
    return replace_open(work, subject.name, wanted, {one.number: one.balance for one in subject.owed})


def _promise(work: Work, subject: _Subject, part: Part, plan: str | None = None) -> None:
    work.add(
        tabs.PROMISES,
        customer=subject.name,
        invoice=part.invoice or None,
        amount=part.amount,
        currency=subject.currency,
        date=part.day,
        plan=plan,
    )


def _fresh_plan(work: Work) -> str:
    """Return a plan name that no row has."""
    at = next(k for k, c in enumerate(tabs.PROMISES.stored) if c.name == "plan")
    names = (_PLAN.fullmatch(str(row[at])) for row in work.t.rows(tabs.PROMISES).values())
    return f"P-{max((int(hit[1]) for hit in names if hit), default=0) + 1}"


def _agreed(plan: str, subject: _Subject, amounts: Sequence[int], request: AgreePlan, last: date) -> str:
    said = f"{say_many(len(amounts), 'instalment')} of {say_amount(amounts[0], subject.currency)}"
    if amounts[-1] != amounts[0]:
        said += f", the last {say_amount(amounts[-1], subject.currency)}"
    return (
        f"Plan {plan} is agreed with {subject.name}: {said}, {request.every} from {on(request.first)} to {on(last)},"
        f" {say_amount(sum(amounts), subject.currency)} in all."
    )
