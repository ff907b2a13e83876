"""What the KPIs of one date divide: amounts in the base currency, days and counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets import formulas
from arc_sheets.daily import Daily, daily
from arc_sheets.frames import day_number, days, ints
from arc_sheets.periods import TWELVE_MONTHS, Period
from arc_sheets.promises import State, promises

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from arc_sheets.frames import Flags, Ints, Records
    from arc_sheets.rates import Rates
    from arc_sheets.receivables import Receivables

#: Later than any day number.
_NEVER: Final = 2**62


class Figures(NamedTuple):
    """The raw figures at the end of one day: amounts in base minor units, currencies without a rate left out.

    Without a prefix they belong to the period that ends on the day, with `year_` to the twelve months.
    """

    days: int  #: of the period
    balance: int  #: open, net of unapplied credit
    open: int  #: open invoices, before unapplied credit
    current: int  #: of these, what is not yet due
    opening: int  #: the balance the day before the period
    sales: int  #: invoiced, less credit memos and credit notes
    waited: int  #: receipts, each times the days from issue to payment
    receipts: int  #: payments applied to invoices
    issued: int  #: number of invoices
    disputed: int  #: how many of these were disputed by the end of the day
    promised: int  #: number of promises that fell due and are past their grace, or were kept before
    kept: int  #: how many of these were kept
    countback: float | None  #: days
    whole_year: bool  #: the books reach back twelve months
    year_opening: int
    year_sales: int
    year_written_off: int


def figures(
    records: Records,
    receivables: Receivables,
    period: Period,
    ends: tuple[date, ...],
    rates: Rates,
    grace: int = 0,
) -> list[Figures]:
    """Return the figures of each of these dates; the last one is the latest.

    A promise is kept by money that comes up to `grace` days after its date.
    """
    books, cases = daily(receivables, ends[-1]), _cases(records, receivables, ends[-1], rates, grace)
    return [_figures(books, cases, period, end, rates) for end in ends]


class _Cases(NamedTuple):
    """What is counted rather than added, as day numbers; only what has a rate."""

    issued: Ints  #: of each invoice
    disputed: Ints  #: issue of each invoice that was disputed
    disputed_on: Ints  #: when it was first disputed
    promised: Ints  #: date of each promise
    judged: Ints  #: the last day on which it can be kept
    kept: Flags  #: whether it was


def _figures(books: Daily, cases: _Cases, period: Period, end: date, rates: Rates) -> Figures:
    before, year = period.before(end), TWELVE_MONTHS.before(end)
    first, last = day_number(before), day_number(end)
    issued = (cases.issued > first) & (cases.issued <= last)
    disputed = (cases.disputed > first) & (cases.disputed <= last) & (cases.disputed_on <= last)
    settled_by = (cases.judged < last) | cases.kept
    promised = (cases.promised > first) & (cases.promised <= last) & settled_by
    return Figures(
        days=(end - before).days,
        balance=books.balance.at(end, rates),
        open=books.open.at(end, rates),
        current=books.current.at(end, rates),
        opening=books.balance.at(before, rates),
        sales=books.sales.between(before, end, rates),
        waited=books.waited.between(before, end, rates),
        receipts=books.receipts.between(before, end, rates),
        issued=int(issued.sum()),
        disputed=int(disputed.sum()),
        promised=int(promised.sum()),
        kept=int((promised & cases.kept).sum()),
        countback=_countback(books, end, rates),
        whole_year=books.begin <= year,
        year_opening=books.balance.at(year, rates),
        year_sales=books.sales.between(year, end, rates),
        year_written_off=books.written_off.between(year, end, rates),
    )


def _countback(books: Daily, end: date, rates: Rates) -> float | None:
    if books.sales.at(end, rates) <= 0:
        return None
    return formulas.dso_countback(books.balance.at(end, rates), _months(books, end, rates))


def _months(books: Daily, end: date, rates: Rates) -> Iterator[tuple[int, int]]:
    """Yield the sales and days of the calendar months back from `end` to the first in the books."""
    last = end
    while last >= books.begin:
        previous = last.replace(day=1) - timedelta(1)
        yield books.sales.between(previous, last, rates), (last - previous).days
        last = previous


def _cases(records: Records, receivables: Receivables, as_of: date, rates: Rates, grace: int) -> _Cases:
    documents = receivables.documents
    rated = np.array([rates.has(c) for c in receivables.accounts["currency"]], dtype=np.bool_)
    real = rated[ints(documents["account"])] & (ints(documents["amount"]) > 0)
    issued, disputed_on = days(documents["issued"]), _disputed_on(records, receivables)
    disputed = real & (disputed_on < _NEVER)
    found = promises(records, receivables, as_of, grace)
    counted = np.array([rates.has(c) for c in records.promises["currency"]], dtype=np.bool_)
    counted &= ~found.among(State.REPLACED, State.VOID, State.AHEAD)
    kept = found.state == State.KEPT
    promised = found.date[counted]
    return _Cases(
        issued[real], issued[disputed], disputed_on[disputed], promised, promised + grace, kept[counted]
    )


def _disputed_on(records: Records, receivables: Receivables) -> Ints:
    """Return the day each document was first disputed, or never; by its status alone: its issue."""
    documents, disputes = receivables.documents, records.disputes
    first = np.full(len(documents) + 1, _NEVER)  # the last one takes disputes that name no document
    places = receivables.finder.anywhere(disputes["invoice"].to_numpy())
    np.minimum.at(first, places, days(disputes["opened"]))
    undated = (documents["status"] == "disputed").to_numpy() & (first[:-1] == _NEVER)
    return np.where(undated, days(documents["issued"]), first[:-1])
