"""The KPIs of a date and of the eleven month ends before it, in the base currency; each names its formula.

Every month is converted at the same rates, so that a trend shows how customers pay, not how currencies move.
A KPI without a base for it is blank, and says why; it is never zero instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from arc_sheets import formulas
from arc_sheets.kpi_figures import Figures, figures
from arc_sheets.periods import DEFAULT_PERIOD, Period, month_ends
from arc_sheets.phrases import say_many

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from arc_sheets.frames import Records
    from arc_sheets.rates import Rates
    from arc_sheets.receivables import Receivables

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


def kpis(  # noqa: PLR0913 (what every report is asked: as of when, over what, by which rates, as known when)
    records: Records,
    receivables: Receivables,
    as_of: date,
    period: Period = DEFAULT_PERIOD,
    *,
    rates: Rates,
    known_at: date | None = None,
    grace: int = 0,
) -> KpiReport:
    """Return every KPI at the end of the day `as_of`, over the period that ends on it.

    `grace` is the policy's: how many days money may be late and a promise is kept all the same.
    """
    ends = month_ends(as_of)
    states = figures(records, receivables, period, ends, rates, grace)
    now = states[-1]
    trend = {d.key: tuple(d.value(state) for state in states) for d in _DEFINITIONS}
    shown = tuple(_kpi(d, now, grace) for d in _DEFINITIONS)
    missing = rates.missing(tuple(receivables.accounts["currency"]))
    return KpiReport(as_of, known_at, period, now.sales, now.days, rates.base, shown, ends, trend, missing)


class _Definition(NamedTuple):
    key: str
    name: str
    area: str
    kind: Unit
    better: int
    formula: str  #: {days} stands for the days of the period, {late} for the days of grace of a promise
    value: Callable[[Figures], float | None]
    blank: str


def _kpi(definition: _Definition, now: Figures, grace: int) -> Kpi:
    key, name, area, kind, better, formula, value_of, blank = definition
    value, late = value_of(now), f" or {say_many(grace, 'day')} later" if grace else ""
    told = formula.format(days=now.days, late=late)
    return Kpi(key, name, area, kind, better, told, value, blank if value is None else "")


def _turnover(now: Figures) -> float | None:
    if not now.whole_year:
        return None
    return formulas.turnover(now.year_sales, now.year_opening, now.balance)


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
        "DSO − best possible DSO",
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
        "(Opening + sales − closing) ÷ (opening + sales − closing not yet due), all sales of {days} days",
        lambda s: formulas.cei(s.opening, s.sales, s.balance, s.current),
        "Nothing was there to be collected in the period.",
    ),
    _Definition(
        "promises_kept",
        "Promises kept",
        "Effect",
        "share",
        +1,
        "Promises paid in full by their date{late} ÷ promises due, {days} days",
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
