"""What became of promises to pay.

A promise is kept if, by its date, its invoice was settled without a write-off, or at least the promised
amount came in within its window. The window begins after the previous promise for the same invoice, and at
most 30 days before the date: a promise does not say on which day it was given, and older payments were
there before it. Money counts if it was applied to the invoice, or came from the customer and is not applied
to anything: nobody breaks a promise by an accountant's backlog. A promise that names no invoice is kept by
any payment of the customer in its currency.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from arc_sheets.frames import day_number, days, ints, sums

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from arc_sheets.frames import Flags, Ints, Records
    from arc_sheets.receivables import Receivables

#: How many days before its date a promise may have been given, as far as payments are concerned.
WINDOW: Final = 30


class State(StrEnum):
    """What became of a promise, in the workbook's words."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY = "partly kept"
    BROKEN = "broken"


class Promises(NamedTuple):
    """One entry for each row of `Records.promises`, at a date."""

    account: (
        Ints  #: position in `Receivables.accounts`, -1 where the customer has no business in the currency
    )
    document: Ints  #: position in `Receivables.documents`, -1 where no invoice is named
    date: Ints  #: day number
    state: NDArray[np.object_]  #: of `State`


def promises(records: Records, receivables: Receivables, as_of: date, grace: int = 0) -> Promises:
    """Return the state of every promise at the end of the day; money may be `grace` days late."""
    rows, today = records.promises, day_number(as_of)
    account, document = _targets(rows, receivables)
    by, amount = days(rows["date"]), ints(rows["amount"])
    since = _window_starts(account, document, by)
    until = np.minimum(by + grace, today)
    money = _Money.make(receivables, account, document)
    paid = money.paid(account, document, since, until)
    kept = (paid >= amount) | money.settled(document, until)
    past = by + grace < today
    state = np.full(len(rows), State.OPEN, dtype=object)
    state[past] = State.BROKEN
    state[past & (paid > 0)] = State.PARTLY
    state[kept] = State.KEPT
    return Promises(account, document, by, state)


def _targets(rows: pd.DataFrame, receivables: Receivables) -> tuple[Ints, Ints]:
    accounts = receivables.accounts
    places = {key: n for n, key in enumerate(zip(accounts["customer"], accounts["currency"], strict=True))}
    keys = zip(rows["customer"], rows["currency"], strict=True)
    account = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    return account, receivables.finder.find(rows["invoice"].to_numpy(), account)


def _window_starts(account: Ints, document: Ints, by: Ints) -> Ints:
    """Return the day before each promise's window: the previous date for the same target, or 30 days back."""
    table = pd.DataFrame({"account": account, "document": document, "by": by})
    distinct = table.drop_duplicates().sort_values("by")
    distinct["previous"] = distinct.groupby(["account", "document"])["by"].shift(fill_value=0)
    previous = ints(table.merge(distinct, how="left", on=["account", "document", "by"])["previous"])
    return np.maximum(previous, by - WINDOW)


class _Flow:
    """Sums of dated amounts per group between any two days."""

    def __init__(self, group: Ints, day: Ints, amount: Ints) -> None:
        order = np.lexsort((day, group))
        self._keys = self._key(group, day)[order]
        self._totals = np.concatenate(([0], np.cumsum(amount[order])))

    @staticmethod
    def _key(group: Ints, day: Ints) -> Ints:
        return (group << 20) + day  # a day number has fewer than 20 bits

    def between(self, group: Ints, after: Ints, until: Ints) -> Ints:
        """Return what came in later than the day `after`, up to `until`; 0 for the group -1."""
        ends = np.searchsorted(self._keys, self._key(group, np.maximum(after, until)), side="right")
        starts = np.searchsorted(self._keys, self._key(group, after), side="right")
        return np.where(group < 0, 0, self._totals[ends] - self._totals[starts])


class _Money(NamedTuple):
    """Money and credit notes, in three flows; a write-off keeps no promise."""

    applied: _Flow  #: by document
    loose: _Flow  #: never applied to anything, by account
    all: _Flow  #: by account
    amount: Ints  #: of each document

    @classmethod
    def make(cls, receivables: Receivables, accounts: Ints, documents: Ints) -> _Money:
        """Gather the flows of these accounts and documents only: promises are few."""
        payments, settlements = receivables.payments, receivables.settlements
        real = payments["type"].isin(["payment", "credit note"]).to_numpy()
        document, payment = ints(settlements["document"]), ints(settlements["payment"])
        used, effective = ints(settlements["amount"]), days(settlements["effective"])
        account, day, credit = ints(payments["account"]), days(payments["date"]), ints(payments["credit"])
        left = credit - sums(payment, used, len(payments))
        some = _among(documents, len(receivables.documents))[document] & real[payment]
        theirs = _among(accounts, len(receivables.accounts))[account] & real
        return cls(
            _Flow(document[some], effective[some], used[some]),
            _Flow(account[theirs], day[theirs], left[theirs]),
            _Flow(account[theirs], day[theirs], credit[theirs]),
            ints(receivables.documents["amount"]),
        )

    def paid(self, account: Ints, document: Ints, since: Ints, until: Ints) -> Ints:
        on_invoice = self.applied.between(document, since, until) + self.loose.between(account, since, until)
        return np.where(document >= 0, on_invoice, self.all.between(account, since, until))

    def settled(self, document: Ints, until: Ints) -> Flags:
        amount = np.append(self.amount, 1)[document]  # the last one stands for no document
        return self.applied.between(document, np.zeros_like(until), until) >= amount


def _among(positions: Ints, size: int) -> Flags:
    flags = np.zeros(size, dtype=np.bool_)
    flags[positions[positions >= 0]] = True
    return flags
