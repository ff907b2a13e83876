"""What became of promises to pay, and of plans.

A promise is kept if, by its date, its invoice was settled without a write-off, or at least the promised
amount came in since it was given. Money counts if it was applied to the invoice, or came from the customer and
is not applied to anything: nobody breaks a promise by an accountant's backlog. A promise that names no invoice
is kept by any payment of the customer in its currency.

Promises for the same invoice that were given on one day, or bear the name of one plan, are instalments: by each
date, all that was promised up to it must have come in, early or late. Where the day it was given is not known, a
promise stands alone and its money must come after the previous promise's date, and at most 30 days before its own.

A promise is replaced if a later one for the same invoice was given before it was kept or broken: the two count
as one. A promise for an invoice that is void now is void itself: there is nothing to pay. A plan is broken as soon as one of its instalments is, and kept when all of them are.
"""

from __future__ import annotations

from bisect import bisect_right
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
#: Stands for a day that is not known: earlier than any.
_UNKNOWN: Final = -1
#: Later than any day number, yet of fewer than 20 bits.
_NEVER: Final = 2**19


class State(StrEnum):
    """What became of a promise, in the workbook's words."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY = "partly kept"
    BROKEN = "broken"
    REPLACED = "replaced"  #: by a later one, while it was open
    VOID = "void"  #: as its invoice is
    AHEAD = "not yet"  #: given, on the day of the report


class Promises(NamedTuple):
    """One entry for each row of `Records.promises`, at a date."""

    account: (
        Ints  #: position in `Receivables.accounts`, -1 where the customer has no business in the currency
    )
    document: Ints  #: position in `Receivables.documents`, -1 where no invoice is named
    date: Ints  #: day number
    state: NDArray[np.object_]  #: of `State`

    @property
    def failed(self) -> Flags:
        """Say of each promise whether it was broken, wholly or in part."""
        return self.among(State.BROKEN, State.PARTLY)

    def among(self, *states: State) -> Flags:
        """Say of each promise whether its state is one of these."""
        flags: Flags = np.isin(self.state, states)
        return flags


def promises(records: Records, receivables: Receivables, as_of: date, grace: int = 0) -> Promises:
    """Return the state of every promise at the end of the day; money may be `grace` days late."""
    rows, today = records.promises, day_number(as_of)
    asked = _Asked.make(rows, receivables, today)
    replaced = _replaced_on(asked, grace)
    money = _Money.make(receivables, asked.account, asked.document)
    until = np.minimum(np.minimum(asked.by + grace, replaced), today)
    wanted, since, latest = _wanted(asked)
    paid = money.paid(asked.account, asked.document, since, until)
    kept = (paid >= wanted) | money.settled(asked.document, until)
    some = money.paid(asked.account, asked.document, np.maximum(since, latest), until) > 0
    past = asked.by + grace < today
    state = np.full(len(rows), State.OPEN, dtype=object)
    state[past] = State.BROKEN
    state[past & some] = State.PARTLY
    state[replaced < _NEVER] = State.REPLACED
    state[kept] = State.KEPT
    state[_void(records, asked)] = State.VOID
    state[asked.given > today] = State.AHEAD
    return Promises(asked.account, asked.document, asked.by, state)


def plan_states(records: Records, found: Promises) -> list[State | None]:
    """Return for each promise the state of the plan it belongs to, None where it belongs to none.

    The plan of a customer is broken if one of its instalments is, else open while one is, else kept.
    """
    names = [_name(plan) for plan in records.promises["plan"].tolist()]
    keys = list(zip(found.account.tolist(), names, strict=True))
    states: dict[tuple[int, str], set[State]] = {}
    for key, state in zip(keys, found.state.tolist(), strict=True):
        states.setdefault(key, set()).add(State.BROKEN if state is State.PARTLY else state)
    order = (State.BROKEN, State.OPEN, State.KEPT, State.REPLACED, State.VOID, State.AHEAD)
    whole = {key: next(state for state in order if state in of) for key, of in states.items()}
    return [whole[key] if key[1] else None for key in keys]


class _Asked(NamedTuple):
    """The promises as columns, one entry a row."""

    account: Ints
    document: Ints
    by: Ints
    given: Ints  #: `_UNKNOWN` where it is blank
    amount: Ints
    plan: list[str]  #: casefolded, "" where it is none
    today: int

    @classmethod
    def make(cls, rows: pd.DataFrame, receivables: Receivables, today: int) -> _Asked:
        account, document = _targets(rows, receivables)
        known = rows["given"].notna().to_numpy()
        given = np.where(known, days(rows["given"]), _UNKNOWN)
        plan = [_name(text) for text in rows["plan"].tolist()]
        return cls(account, document, days(rows["date"]), given, ints(rows["amount"]), plan, today)


def _targets(rows: pd.DataFrame, receivables: Receivables) -> tuple[Ints, Ints]:
    accounts = receivables.accounts
    places = {key: n for n, key in enumerate(zip(accounts["customer"], accounts["currency"], strict=True))}
    keys = zip(rows["customer"], rows["currency"], strict=True)
    account = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    return account, receivables.finder.find(rows["invoice"].to_numpy(), account)


def _name(plan: object) -> str:
    return plan.strip().casefold() if isinstance(plan, str) else ""


def _void(records: Records, asked: _Asked) -> Flags:
    """Say of each promise whether it names an invoice that is void, and no other of its number is the customer's."""
    invoices, named = records.invoices, records.promises["invoice"]
    void: Flags = named.isin(invoices.loc[invoices["status"] == "void", "number"]).to_numpy()
    return void & (asked.document < 0)


def _replaced_on(asked: _Asked, grace: int) -> Ints:
    """Return the day on which each promise was replaced, `_NEVER` if it was not: `grace` days after its date, at most."""
    found = np.full(len(asked.by), _NEVER)
    rivals = pd.Series(asked.document).duplicated(keep=False).to_numpy() & (asked.document >= 0)
    by_document: dict[int, list[int]] = {}
    for row in np.flatnonzero(rivals & (asked.given <= asked.today)).tolist():
        by_document.setdefault(int(asked.document[row]), []).append(row)
    for rows in by_document.values():
        later = sorted({(int(asked.given[r]), asked.plan[r]) for r in rows if asked.given[r] > _UNKNOWN})
        for row in rows:
            start = bisect_right(later, (int(asked.given[row]), "\U0010ffff"))
            others = (day for day, plan in later[start:] if not plan or plan != asked.plan[row])
            day = next(others, _NEVER)
            if day <= asked.by[row] + grace:
                found[row] = day
    return found


def _wanted(asked: _Asked) -> tuple[Ints, Ints, Ints]:
    """Return what must have come in for each promise, the day before its money counts, and the date before its own.

    Instalments add up; a promise that stands alone wants its own amount.
    """
    bundle = [plan or day for plan, day in zip(asked.plan, asked.given.tolist(), strict=True)]
    codes, _ = pd.factorize(np.array(bundle, dtype=object))
    order = np.lexsort((asked.by, codes, asked.document, asked.account))
    keys = np.stack((asked.account, asked.document, codes))[:, order]
    by, amount, given = asked.by[order], asked.amount[order], asked.given[order]
    other = np.any(np.diff(keys, prepend=-2) != 0, axis=0)  # another arrangement begins
    starts, place = np.flatnonzero(other), np.cumsum(other) - 1
    dates = np.flatnonzero(other | (np.diff(by, prepend=-1) != 0))  # another date begins
    turn = np.searchsorted(dates, np.arange(len(by)), side="right") - 1
    total = np.cumsum(amount)
    last = np.append(dates[1:], len(by))[turn] - 1  # of the same date: all that is due then
    running = total[last] - (total - amount)[starts][place]
    first = by[starts][place]
    begun = np.minimum.reduceat(given, starts)[place] if len(starts) else given
    begun = np.where(begun > first, _UNKNOWN, begun)  # typed in after its date: it was given before
    previous = np.where(other[dates], 0, by[dates - 1])[turn]
    joined = (begun > _UNKNOWN) | np.array([bool(plan) for plan in asked.plan], dtype=np.bool_)[order]
    together = np.where(begun > _UNKNOWN, begun - 1, first - WINDOW)
    alone = np.maximum(previous, by - WINDOW)
    found = np.stack((np.where(joined, running, amount), np.where(joined, together, alone), previous))
    wanted, since, before = found[:, np.argsort(order)]
    return wanted, since, before


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
