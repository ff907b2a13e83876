"""The computed columns of the record tabs: what a row shows that follows from other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from arc_sheets.aging import DEFAULT_BUCKETS, Buckets
from arc_sheets.frames import day_number, days, from_day_number, ints, sums
from arc_sheets.promises import promises
from arc_sheets.receivables import Receivables, balances, control, settled, unapplied
from arc_sheets.risk import risks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import pandas as pd

    from arc_sheets.cells import Value
    from arc_sheets.frames import Records

Computed: TypeAlias = "Mapping[str, Mapping[str, tuple[Value, ...]]]"

#: Earlier than any day number.
_NEVER: Final = -(2**62)


def computed(
    records: Records,
    receivables: Receivables,
    as_of: date,
    buckets: Buckets = DEFAULT_BUCKETS,
    grace: int = 0,
) -> Computed:
    """Return, by tab and row id, the values of `Tab.computed` in their order, at the end of the day.

    invoices: paid, balance, days_overdue (0 or more; None where nothing is owed), bucket: one of the labels,
    or Settled, Void, Credit (a negative invoice), Not issued (dated after `as_of`).
    payments: unapplied; negative where money was given back, so that the column adds up.
    promises: state, where money may be `grace` days late (the policy's). disputes: customer (None if the invoice is not known).
    customers: open (net of unapplied credit) and overdue in the customer's own currency, risk (0-100: how
    likely the next invoice is late), last_touch.

    Incomplete rows are absent.
    """
    return {
        "customers": _customers(records, receivables, as_of),
        "invoices": _invoices(records, receivables, as_of, buckets),
        "payments": _by_id(receivables.payments, unapplied(receivables, as_of).tolist()),
        "promises": _by_id(records.promises, map(str, promises(records, receivables, as_of, grace).state)),
        "disputes": _disputes(records, receivables),
    }


def _by_id(rows: pd.DataFrame, *columns: Iterable[Value]) -> dict[str, tuple[Value, ...]]:
    return dict(zip(rows["id"].tolist(), zip(*columns, strict=True), strict=True))


def _invoices(
    records: Records, receivables: Receivables, as_of: date, buckets: Buckets
) -> dict[str, tuple[Value, ...]]:
    documents, today = receivables.documents, day_number(as_of)
    balance, issued = balances(receivables, as_of), days(documents["issued"]) <= today
    late = np.maximum(today - days(documents["due"]), 0)
    labels = np.array([*buckets.labels, "Settled", "Credit", "Not issued"], dtype=object)
    place = np.where(balance > 0, buckets.place(late), len(buckets.labels))
    place[balance < 0] += 1
    place[~issued] += 2
    overdue = late.astype(object)
    overdue[balance <= 0] = None
    bucket = labels[place]
    paid = settled(receivables, as_of)
    found = _by_id(documents, paid.tolist(), balance.tolist(), overdue.tolist(), bucket.tolist())
    void = records.invoices.loc[records.invoices["status"] == "void", "id"]
    return found | dict.fromkeys(void.tolist(), (0, 0, None, "Void"))


def _disputes(records: Records, receivables: Receivables) -> dict[str, tuple[Value, ...]]:
    disputes, invoices = records.disputes, records.invoices
    numbers = disputes["invoice"].to_numpy()
    places = receivables.finder.anywhere(numbers)
    customers = receivables.documents["customer"].iloc[places[places >= 0]].tolist()
    known = dict(zip(numbers[places >= 0].tolist(), customers, strict=True))
    void = invoices.loc[invoices["status"] == "void", ["number", "customer"]]
    customer_of = dict(zip(void["number"].tolist(), void["customer"].tolist(), strict=True)) | known
    return _by_id(disputes, (customer_of.get(number) for number in numbers))


def _customers(records: Records, receivables: Receivables, as_of: date) -> dict[str, tuple[Value, ...]]:
    customers, risk, touch = records.customers, risks(receivables, as_of), last_touches(records, as_of)
    names = customers["name"].tolist()
    figures = _open_and_overdue(receivables, as_of)
    own = [figures.get(key, (0, 0)) for key in zip(names, customers["currency"].tolist(), strict=True)]
    return _by_id(
        customers,
        (balance for balance, _ in own),
        (overdue for _, overdue in own),
        (risk.get(name) for name in names),
        (touch.get(name) for name in names),
    )


def _open_and_overdue(receivables: Receivables, as_of: date) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the control account and what is overdue, by customer and currency."""
    documents, accounts = receivables.documents, receivables.accounts
    late = days(documents["due"]) < day_number(as_of)
    owed = np.where(late, np.maximum(balances(receivables, as_of), 0), 0)
    overdue = sums(ints(documents["account"]), owed, len(accounts)).tolist()
    keys = zip(accounts["customer"].tolist(), accounts["currency"].tolist(), strict=True)
    return dict(zip(keys, zip(control(receivables, as_of).tolist(), overdue, strict=True), strict=True))


def last_touches(records: Records, as_of: date) -> dict[str, date]:
    """Return the day of the last touch of each customer, up to the day."""
    activity = records.activity
    day = days(activity["when"])
    code = activity["customer"].cat.codes.to_numpy(np.int64)
    names = activity["customer"].cat.categories.tolist()
    last = np.full(len(names), _NEVER)
    past = day <= day_number(as_of)
    np.maximum.at(last, code[past], day[past])
    return {names[n]: from_day_number(int(last[n])) for n in np.flatnonzero(last > _NEVER)}
