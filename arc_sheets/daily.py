"""The receivables as running totals per currency and day, so that a KPI of any day is a look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from arc_sheets.frames import day_number, days, from_day_number, ints, sums

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.frames import Ints
    from arc_sheets.rates import Rates
    from arc_sheets.receivables import Receivables


class Series(NamedTuple):
    """Running totals: a row for each currency, a column for each day from `first` on, in minor units."""

    first: int  #: day number of the first column
    currencies: tuple[str, ...]
    totals: Ints

    def at(self, day: date, rates: Rates) -> int:
        """Return the total at the end of the day in the base currency; what has no rate is left out."""
        column = min(day_number(day) - self.first, self.totals.shape[1] - 1)
        if column < 0:
            return 0
        totals = self.totals[:, column].tolist()
        return sum(rates.convert(t, c) or 0 for t, c in zip(totals, self.currencies, strict=True))

    def between(self, before: date, end: date, rates: Rates) -> int:
        """Return what was added after the end of `before` up to the end of `end`, in the base currency."""
        return self.at(end, rates) - self.at(before, rates)


class Daily(NamedTuple):
    """What the KPIs are made of; every series is in minor units but where it says otherwise."""

    begin: date  #: the first day on which anything was invoiced or paid
    balance: Series  #: open net of unapplied credit: the control account
    open: Series  #: open invoices, before unapplied credit
    current: Series  #: of these, what is not yet due
    sales: Series  #: invoiced, less credit memos and credit notes
    written_off: Series
    receipts: Series  #: payments applied to invoices
    waited: Series  #: the same, each times the days from issue to payment


def daily(receivables: Receivables, as_of: date) -> Daily:
    """Return the running totals of every day up to `as_of`."""
    events = _Events.make(receivables, as_of)
    documents, payments, settlements = receivables.documents, receivables.payments, receivables.settlements
    issued, due, amount = days(documents["issued"]), days(documents["due"]), ints(documents["amount"])
    by_document = events.currency[ints(documents["account"])]
    paid, credit = days(payments["date"]), ints(payments["credit"])
    by_payment = events.currency[ints(payments["account"])]
    document, effective = ints(settlements["document"]), days(settlements["effective"])
    settled, by_settlement = ints(settlements["amount"]), by_document[document]
    kind = payments["type"]
    money = (kind == "payment").to_numpy()[ints(settlements["payment"])]
    wait = effective - issued[document]
    invoice = np.maximum(amount, 0)
    lapse, settled_lapse = np.maximum(due + 1, issued), np.maximum(due[document] + 1, effective)
    notes, lost = (kind == "credit note").to_numpy(), (kind == "write-off").to_numpy()
    series = events.series
    return Daily(
        from_day_number(events.first),
        series((by_document, issued, amount), (by_payment, paid, -credit)),
        series((by_document, issued, invoice), (by_settlement, effective, -settled)),
        series(
            (by_document, issued, invoice),
            (by_document, lapse, -invoice),
            (by_settlement, effective, -settled),
            (by_settlement, settled_lapse, settled),
        ),
        series((by_document, issued, amount), (by_payment[notes], paid[notes], -credit[notes])),
        series((by_payment[lost], paid[lost], credit[lost])),
        series((by_settlement[money], effective[money], settled[money])),
        series((by_settlement[money], effective[money], (settled * wait)[money])),
    )


class _Events(NamedTuple):
    """Turns events (currency, day, amount) into running totals."""

    first: int
    span: int  #: days from the first to the last that counts; later events are dropped
    currencies: tuple[str, ...]
    currency: Ints  #: of each account, as a position in `currencies`

    @classmethod
    def make(cls, receivables: Receivables, as_of: date) -> _Events:
        dates = (receivables.documents["issued"], receivables.payments["date"])
        last = day_number(as_of)
        first = min([last, *(int(days(d).min()) for d in dates if len(d))])
        codes, names = pd.factorize(receivables.accounts["currency"], sort=True)
        return cls(first, last - first + 1, tuple(names.tolist()), codes)

    def series(self, *events: tuple[Ints, Ints, Ints]) -> Series:
        width = self.span + 1  # the last column takes what is later than the last day
        totals = np.zeros((len(self.currencies), width), dtype=np.int64)
        for currency, day, amount in events:
            place = currency * width + np.minimum(day - self.first, self.span)
            totals += sums(place, amount, totals.size).reshape(totals.shape)
        return Series(self.first, self.currencies, np.cumsum(totals[:, :-1], axis=1))
