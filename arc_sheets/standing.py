"""What speaks against chasing each invoice, and what covers a customer: shared by the planner and the worklist."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from arc_sheets.frames import day_number, days, ints, sums
from arc_sheets.promises import Promises, State, promises
from arc_sheets.receivables import Receivables, balances, unapplied

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.frames import Flags, Ints, Records


class Against(IntEnum):
    """Why an invoice is not chased; where several reasons hold, the first one is told."""

    NOTHING = 0
    CLOSED = 1  #: written off, or with an agency
    DISPUTED = 2
    HELD = 3
    ON_PLAN = 4
    PROMISED = 5


class Standing(NamedTuple):
    """What holds of every document and account at the end of a day; amounts in minor units."""

    balance: Ints  #: of each document; above zero: it is owed
    late: Ints  #: of each document: days after its due date, negative before
    against: Ints  #: of each document: of `Against`
    cause: Ints  #: of each document: the row of `Records.disputes` or `Records.promises` that says so, or -1
    credit: Ints  #: of each account: unapplied payments and credit memos
    promised: Ints  #: of each account: open promises that name no invoice
    promised_by: Ints  #: of each account: the day number of the last one of these
    broken: Ints  #: of each account: the row of its promise that was broken last, or -1
    promises: Promises


def standing(records: Records, receivables: Receivables, as_of: date, grace: int = 0) -> Standing:
    """Return what speaks against chasing, at the end of the day.

    A promise protects its invoice up to its date and `grace` days more; one that names no invoice stands in
    `promised`. A plan (promises with one plan name) protects its invoices, and those whose status is
    "on plan", until one of its instalments is broken.
    """
    documents, size = receivables.documents, len(receivables.accounts)
    today, balance = day_number(as_of), balances(receivables, as_of)
    found = promises(records, receivables, as_of, grace)
    against, cause = _against(records, receivables, found, as_of)
    account = ints(documents["account"])
    credit = sums(ints(receivables.payments["account"]), unapplied(receivables, as_of), size)
    credit -= sums(account, np.minimum(balance, 0), size)
    loose = (found.state == State.OPEN) & (found.document < 0) & (found.account >= 0)
    by = np.full(size, -1)
    np.maximum.at(by, found.account[loose], found.date[loose])
    return Standing(
        balance,
        today - days(documents["due"]),
        against,
        cause,
        credit,
        sums(found.account[loose], ints(records.promises["amount"])[loose], size),
        by,
        _last_broken(found, size),
        found,
    )


def _against(records: Records, receivables: Receivables, found: Promises, as_of: date) -> tuple[Ints, Ints]:
    documents = receivables.documents
    against = np.zeros(len(documents), dtype=np.int64)
    cause = np.full(len(documents), -1)
    status = documents["status"]
    waiting = np.flatnonzero((found.state == State.OPEN) & (found.document >= 0))
    latest = waiting[np.argsort(found.date[waiting], kind="stable")]  # of several, the last one counts
    against[found.document[latest]], cause[found.document[latest]] = Against.PROMISED, latest
    against[(status == "on plan").to_numpy()] = Against.ON_PLAN
    against[(documents["hold_reminders"] == "yes").to_numpy()] = Against.HELD
    open_now = np.flatnonzero(_open_disputes(records, as_of))
    contested = receivables.finder.anywhere(records.disputes["invoice"].to_numpy()[open_now])
    cause[against != Against.PROMISED] = -1
    known = contested >= 0
    against[(status == "disputed").to_numpy()] = Against.DISPUTED
    against[contested[known]], cause[contested[known]] = Against.DISPUTED, open_now[known]
    against[status.isin(["written off", "agency"]).to_numpy()] = Against.CLOSED
    return against, cause


def _open_disputes(records: Records, as_of: date) -> Flags:
    disputes = records.disputes
    resolved = disputes["resolved"].to_numpy() <= np.datetime64(as_of, "s")  # never, where it is blank
    opened: Flags = days(disputes["opened"]) <= day_number(as_of)
    return opened & ~resolved


def _last_broken(found: Promises, size: int) -> Ints:
    last = np.full(size, -1)
    failed = (found.state == State.BROKEN) | (found.state == State.PARTLY)
    rows = np.flatnonzero(failed & (found.account >= 0))
    rows = rows[np.argsort(found.date[rows], kind="stable")]
    last[found.account[rows]] = rows
    return last
