"""The aging: what is open at a date by days overdue, per customer and currency, proved by the control account.

Due today is current; exactly 30 days overdue is in 1-30. Credit that is not applied to any invoice, and
credit memos entered as invoices, stand in their own column and in the total, never in a bucket. So for each
row, and each currency: buckets + unapplied = open = control, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets.errors import ConfigError
from arc_sheets.frames import day_number, days, ints, sums
from arc_sheets.receivables import Receivables, balances, control, unapplied

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from arc_sheets.frames import Ints
    from arc_sheets.rates import Rates


@dataclass(frozen=True, slots=True)
class Buckets:
    """The last day overdue of each bucket but the open-ended one; everything not overdue is current.

    Raises `ConfigError` unless the edges are whole days that rise from at least 1.
    """

    edges: tuple[int, ...] = (30, 60, 90)

    def __post_init__(self) -> None:
        if not self.edges or list(self.edges) != sorted({e for e in self.edges if e > 0}):
            raise ConfigError("The aging buckets must end on rising numbers of days, such as 30, 60, 90.")

    @property
    def labels(self) -> tuple[str, ...]:
        """Their names in order: Current, 1–30, 31–60, 61–90, Over 90."""
        starts = (1, *(edge + 1 for edge in self.edges))
        spans = (f"{a}–{b}" for a, b in zip(starts, self.edges, strict=False))
        return ("Current", *spans, f"Over {self.edges[-1]}")

    def place(self, overdue: Ints) -> Ints:
        """Return the position of the bucket for each number of days overdue (0 or less is current)."""
        return np.searchsorted(np.array((0, *self.edges)), overdue, side="left")


DEFAULT_BUCKETS: Final = Buckets()


class AgingRow(NamedTuple):
    """One line of the aging, in minor units of its currency."""

    customer: str  #: empty in a total
    currency: str
    buckets: tuple[int, ...]  #: open invoices, in the order of `Buckets.labels`
    unapplied: int  #: credit not applied to invoices: negative, or positive where more was given back
    open: int  #: buckets + unapplied
    control: int  #: the control account
    base: int | None  #: open in minor units of the base currency, None without a rate
    oldest: int | None  #: days overdue of the oldest open invoice, 0 if none is overdue, None if none is open

    @property
    def check(self) -> int:
        """Open balance less control account: 0, or something is wrong."""
        return self.open - self.control


class AgingReport(NamedTuple):
    """The aging at a date; see `aging` for the order of the rows."""

    as_of: date
    known_at: date | None  #: the day whose knowledge it reports, None for today's
    buckets: Buckets
    rates: Rates
    rows: tuple[AgingRow, ...]
    totals: tuple[AgingRow, ...]  #: one a currency
    all: AgingRow | None  #: in the base currency; None where a rate is missing
    missing_rates: tuple[str, ...]  #: currencies that stand in no base figure


def aging(
    receivables: Receivables,
    as_of: date,
    *,
    known_at: date | None = None,
    buckets: Buckets = DEFAULT_BUCKETS,
    rates: Rates,
) -> AgingReport:
    """Return the aging at the end of the day `as_of`.

    Rows are ordered by currency (the base first, then by code), then open balance, largest first, then
    name. Base figures are converted for each customer and bucket and then added, so that every column and
    every row adds up exactly.
    """
    table = _Table.make(receivables, as_of, buckets)
    rows = tuple(sorted(_rows(table, receivables.accounts, rates), key=lambda row: _order(row, rates.base)))
    currencies = tuple(dict.fromkeys(row.currency for row in rows))
    totals = tuple(_total([row for row in rows if row.currency == c], c) for c in currencies)
    missing = rates.missing(currencies)
    everything = None if missing else _everything(table, receivables.accounts, rates)
    return AgingReport(as_of, known_at, buckets, rates, rows, totals, everything, missing)


class _Table(NamedTuple):
    """Per account: a column for each bucket and a last one for unapplied; the control; the oldest."""

    figures: Ints
    control: Ints
    oldest: Ints  #: -1 where nothing is open

    @classmethod
    def make(cls, receivables: Receivables, as_of: date, buckets: Buckets) -> _Table:
        documents, payments = receivables.documents, receivables.payments
        balance = balances(receivables, as_of)
        late = np.maximum(day_number(as_of) - days(documents["due"]), 0)
        width, size = len(buckets.edges) + 3, len(receivables.accounts)
        account = ints(documents["account"])
        place = np.where(balance < 0, width - 1, buckets.place(late))
        figures = sums(account * width + place, balance, size * width).reshape(size, width)
        figures[:, -1] -= sums(ints(payments["account"]), unapplied(receivables, as_of), size)
        oldest = np.full(size, -1, dtype=np.int64)
        np.maximum.at(oldest, account[balance > 0], late[balance > 0])
        return cls(figures, control(receivables, as_of), oldest)


def _rows(table: _Table, accounts: pd.DataFrame, rates: Rates) -> Iterable[AgingRow]:
    base = _in_base(table.figures, accounts, rates)
    columns = (accounts["customer"].tolist(), accounts["currency"].tolist(), table.figures.tolist())
    others = (table.control.tolist(), table.oldest.tolist(), base.sum(axis=1).tolist())
    for customer, currency, figures, control_, oldest, in_base in zip(*columns, *others, strict=True):
        if any(figures) or control_:
            yield AgingRow(
                customer,
                currency,
                tuple(figures[:-1]),
                figures[-1],
                sum(figures),
                control_,
                in_base if rates.has(currency) else None,
                oldest if oldest >= 0 else None,
            )


def _in_base(figures: Ints, accounts: pd.DataFrame, rates: Rates) -> Ints:
    """Convert every figure of every account; 0 where the rate is missing."""
    base = np.zeros_like(figures)
    codes = accounts["currency"].to_numpy()
    for currency in set(codes.tolist()):
        mine = codes == currency
        converted = rates.convert_all(figures[mine], currency)
        base[mine] = 0 if converted is None else converted
    return base


def _order(row: AgingRow, base: str) -> tuple[bool, str, int, str]:
    return row.currency != base, row.currency, -row.open, row.customer


def _total(rows: list[AgingRow], currency: str) -> AgingRow:
    """Add up the rows of one currency."""
    in_base = [row.base for row in rows if row.base is not None]
    return AgingRow(
        "",
        currency,
        tuple(map(sum, zip(*(row.buckets for row in rows), strict=True))),
        sum(row.unapplied for row in rows),
        sum(row.open for row in rows),
        sum(row.control for row in rows),
        sum(in_base) if len(in_base) == len(rows) else None,
        max((row.oldest for row in rows if row.oldest is not None), default=None),
    )


def _everything(table: _Table, accounts: pd.DataFrame, rates: Rates) -> AgingRow:
    """Add up all accounts in the base currency.

    The control account is what was converted less what does not agree, so that rounding cannot show as a
    difference, nor hide one.
    """
    figures = _in_base(table.figures, accounts, rates).sum(axis=0).tolist()
    off = table.figures.sum(axis=1) - table.control
    wrong = int(_in_base(off.reshape(-1, 1), accounts, rates).sum())
    total, oldest = sum(figures), int(table.oldest.max(initial=-1))
    return AgingRow(
        "",
        rates.base,
        tuple(figures[:-1]),
        figures[-1],
        total,
        total - wrong,
        total,
        oldest if oldest >= 0 else None,
    )
