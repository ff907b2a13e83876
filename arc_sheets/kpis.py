"""The KPIs of a date and of the eleven month ends before it, in the base currency; each names its formula.

Every month is converted at the same rates, so that a trend shows how customers pay, not how currencies move.
A KPI without a base for it is blank, and says why; it is never zero instead.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from arc_sheets import formulas
from arc_sheets.daily import Daily, daily
from arc_sheets.frames import day_number, days, ints
from arc_sheets.periods import DEFAULT_PERIOD, TWELVE_MONTHS, Period, month_ends
from arc_sheets.promises import State, promises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from arc_sheets.frames import Flags, Ints, Records
    from arc_sheets.rates import Rates
    from arc_sheets.receivables import Receivables

#: Later than any day number.
_NEVER: Final = 2**62

Unit: TypeAlias = Literal["days", "share", "times"]


class Kpi(NamedTuple):
    """One figure with its formula in words."""

    key: str
    name: str
    area: str  #: Speed, Effect or Quality
    kind: Unit  #: days, a share of 1, or times
    better: int  #: +1 if more is better, -1 if less is
    formula: str
    value: float | None
    blank: str  #: why there is no value; empty where there is one


class KpiReport(NamedTuple):
    """The KPIs of a date, with what they were computed from."""

    as_of: date
    known_at: date | None  #: the day whose knowledge it reports, None for today's
    period: Period
    sales: int  #: of the period, net of credit notes, minor units of `currency`
    days: int  #: of the period
    currency: str  #: the base currency
    kpis: tuple[Kpi, ...]
    ends: tuple[date, ...]  #: twelve month ends, the last is `as_of`
    trend: Mapping[str, tuple[float | None, ...]]  #: by key, a value for each of `ends`
    missing_rates: tuple[str, ...]  #: currencies left out for want of a rate


def kpis(
    records: Records,
    receivables: Receivables,
    as_of: date,
    period: Period = DEFAULT_PERIOD,
    *,
    rates: Rates,
    known_at: date | None = None,
) -> KpiReport:
    """Return every KPI at the end of the day `as_of`, over the period that ends on it."""
    source = _Source(daily(receivables, as_of), _cases(records, receivables, as_of, rates), period, rates)
    ends = month_ends(as_of)
    states = [_state(source, end) for end in ends]
    now = states[-1]
    trend = {d.key: tuple(d.value(state) for state in states) for d in _DEFINITIONS}
    shown = tuple(_kpi(d, now) for d in _DEFINITIONS)
    missing = rates.missing(tuple(receivables.accounts["currency"]))
    return KpiReport(as_of, known_at, period, now.sales, now.days, rates.base, shown, ends, trend, missing)


class _Cases(NamedTuple):
    """What is counted rather than added, as day numbers; only what has a rate."""

    issued: Ints  #: of each invoice
    disputed: Ints  #: issue of each invoice that was disputed
    disputed_on: Ints  #: when it was first disputed
    promised: Ints  #: date of each promise
    kept: Flags  #: whether it was


class _Source(NamedTuple):
    daily: Daily
    cases: _Cases
    period: Period
    rates: Rates


class _State(NamedTuple):
    """The raw figures at one date: amounts in base minor units."""

    days: int
    balance: int
    open: int
    current: int
    opening: int
    sales: int
    waited: int
    receipts: int
    issued: int
    disputed: int
    promised: int
    kept: int
    countback: float | None  #: days
    whole_year: bool  #: the books reach back twelve months
    year_opening: int
    year_sales: int
    year_written_off: int


def _state(source: _Source, end: date) -> _State:
    books, cases, rates = source.daily, source.cases, source.rates
    before, year = source.period.before(end), TWELVE_MONTHS.before(end)
    first, last = day_number(before), day_number(end)
    issued = (cases.issued > first) & (cases.issued <= last)
    disputed = (cases.disputed > first) & (cases.disputed <= last) & (cases.disputed_on <= last)
    settled_by = (cases.promised < last) | cases.kept
    promised = (cases.promised > first) & (cases.promised <= last) & settled_by
    return _State(
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


def _cases(records: Records, receivables: Receivables, as_of: date, rates: Rates) -> _Cases:
    documents = receivables.documents
    rated = np.array([rates.has(c) for c in receivables.accounts["currency"]], dtype=np.bool_)
    real = rated[ints(documents["account"])] & (ints(documents["amount"]) > 0)
    issued, disputed_on = days(documents["issued"]), _disputed_on(records, receivables)
    disputed = real & (disputed_on < _NEVER)
    found = promises(records, receivables, as_of)
    counted = np.array([rates.has(c) for c in records.promises["currency"]], dtype=np.bool_)
    kept = found.state == State.KEPT
    return _Cases(issued[real], issued[disputed], disputed_on[disputed], found.date[counted], kept[counted])


def _disputed_on(records: Records, receivables: Receivables) -> Ints:
    """Return the day each document was first disputed, or never; by its status alone: its issue."""
    documents, disputes = receivables.documents, records.disputes
    first = np.full(len(documents) + 1, _NEVER)  # the last one takes disputes that name no document
    places = receivables.finder.anywhere(disputes["invoice"].to_numpy())
    np.minimum.at(first, places, days(disputes["opened"]))
    undated = (documents["status"] == "disputed").to_numpy() & (first[:-1] == _NEVER)
    return np.where(undated, days(documents["issued"]), first[:-1])


class _Definition(NamedTuple):
    key: str
    name: str
    area: str
    kind: Unit
    better: int
    formula: str  #: {days} stands for the days of the period
    value: Callable[[_State], float | None]
    blank: str


def _kpi(definition: _Definition, state: _State) -> Kpi:
    key, name, area, kind, better, formula, value_of, blank = definition
    value = value_of(state)
    return Kpi(
        key, name, area, kind, better, formula.format(days=state.days), value, blank if value is None else ""
    )


def _turnover(state: _State) -> float | None:
    if not state.whole_year:
        return None
    return formulas.turnover(state.year_sales, state.year_opening, state.balance)


_NO_SALES: Final = "No sales in the period."
_DEFINITIONS: Final = (
    _Definition(
        "dso",
        "DSO, days",
        "Speed",
        "days",
        -1,
        "Open balance ÷ sales of {days} days × {days}",
        lambda s: formulas.dso(s.balance, s.sales, s.days),
        _NO_SALES,
    ),
    _Definition(
        "dso_countback",
        "DSO by countback, days",
        "Speed",
        "days",
        -1,
        "Take each month's sales off the open balance, newest first, and count its days",
        lambda s: s.countback,
        "The books hold no sales that cover the open balance.",
    ),
    _Definition(
        "best_possible_dso",
        "Best possible DSO, days",
        "Speed",
        "days",
        -1,
        "Not yet due ÷ sales of {days} days × {days}",
        lambda s: formulas.dso(s.current, s.sales, s.days),
        _NO_SALES,
    ),
    _Definition(
        "add",
        "Average days delinquent",
        "Speed",
        "days",
        -1,
        "DSO − best possible DSO",  # noqa: RUF001 (a minus sign, as in the book)
        lambda s: formulas.average_days_delinquent(s.balance, s.current, s.sales, s.days),
        _NO_SALES,
    ),
    _Definition(
        "days_to_pay",
        "Weighted days to pay",
        "Speed",
        "days",
        -1,
        "Σ (amount × days from issue to payment) ÷ Σ amount, payments applied in {days} days",
        lambda s: s.waited / s.receipts if s.receipts else None,
        "No payment was applied in the period.",
    ),
    _Definition(
        "cei",
        "CEI (collection effectiveness)",
        "Effect",
        "share",
        +1,
        "(Opening + sales − closing) ÷ (opening + sales − closing not yet due), all sales of {days} days",  # noqa: RUF001
        lambda s: formulas.cei(s.opening, s.sales, s.balance, s.current),
        "Nothing was there to be collected in the period.",
    ),
    _Definition(
        "promises_kept",
        "Promises kept",
        "Effect",
        "share",
        +1,
        "Promises paid in full by their date ÷ promises due, {days} days",
        lambda s: formulas.kept_rate(s.kept, s.promised),
        "No promise fell due in the period.",
    ),
    _Definition(
        "turnover",
        "Receivables turnover, × a year",
        "Effect",
        "times",
        +1,
        "Sales of 12 months ÷ average of opening and closing balance",
        _turnover,
        "The books do not reach back twelve months.",
    ),
    _Definition(
        "current",
        "Not yet due",
        "Quality",
        "share",
        +1,
        "Not yet due ÷ open invoices, before unapplied credits",
        lambda s: formulas.share_current(s.current, s.open),
        "Nothing is open.",
    ),
    _Definition(
        "dispute_rate",
        "Dispute rate",
        "Quality",
        "share",
        -1,
        "Invoices disputed ÷ invoices issued in {days} days, by count",
        lambda s: formulas.dispute_rate(s.disputed, s.issued),
        "No invoice was issued in the period.",
    ),
    _Definition(
        "bad_debt",
        "Bad debt ratio",
        "Quality",
        "share",
        -1,
        "Write-offs ÷ sales, 12 months",
        lambda s: formulas.bad_debt_ratio(s.year_written_off, s.year_sales),
        "No sales in twelve months.",
    ),
)
