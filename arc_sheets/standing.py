"""What speaks against chasing each invoice, and what covers a customer: shared by the planner and the worklist."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets.frames import day_number, days, ints, sums
from arc_sheets.promises import Promises, State, plan_states, promises
from arc_sheets.receivables import Receivables, balances, unapplied

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.frames import Flags, Ints, Records

#: Days after which a broken promise is old news.
RECENT: Final = 30
_NONE: Final = -1


class Against(IntEnum):
    """Why an invoice is not chased; where several reasons hold, the first one is told."""

    NOTHING = 0
    WRITTEN_OFF = 1
    AGENCY = 2
    DISPUTED = 3
    HELD = 4
    ON_PLAN = 5
    PROMISED = 6


class Standing(NamedTuple):
    """What holds of every document and account at the end of a day; amounts in minor units."""

    balance: Ints  #: of each document; above zero: it is owed
    late: Ints  #: of each document: days after its due date, negative before
    against: Ints  #: of each document: of `Against`
    cause: Ints  #: of each document: the row of `Records.disputes` or `Records.promises` that says so, or -1
    credit: Ints  #: of each account: unapplied payments and credit memos; below zero: more was given back
    promised: Ints  #: of each account: open promises that name no invoice
    promised_by: Ints  #: of each account: the day number of the last one of these, or -1
    broken: Ints  #: of each account: the row of the promise that was broken last and still tells, or -1
    promises: Promises
    loose: Flags  #: of each promise: it stands in `promised`


def standing(records: Records, receivables: Receivables, as_of: date, grace: int = 0) -> Standing:
    """Return what speaks for and against chasing, at the end of the day.

    An open promise protects its invoice up to its date and `grace` days more; those that name no invoice stand
    in `promised`. A plan (promises that bear one plan name) protects the invoices it names until one of its
    instalments is broken, and so it does those whose status is "on plan"; such an invoice that no plan names is
    protected by its status alone. A broken promise tells while its invoice is chased, for 30 days; a broken plan
    until its invoices are paid.
    """
    documents, size = receivables.documents, len(receivables.accounts)
    today, balance = day_number(as_of), balances(receivables, as_of)
    found = promises(records, receivables, as_of, grace)
    plans = plan_states(records, found)
    broken_plan = np.array([state is State.BROKEN for state in plans], dtype=np.bool_)
    against, cause = _against(records, receivables, found, plans, as_of)
    account = ints(documents["account"])
    credit = sums(ints(receivables.payments["account"]), unapplied(receivables, as_of), size)
    loose = (found.state == State.OPEN) & (found.document < 0) & (found.account >= 0) & ~broken_plan
    by = np.full(size, _NONE)
    np.maximum.at(by, found.account[loose], found.date[loose])
    chased = np.append((balance > 0) & (against == Against.NOTHING), True)[
        found.document
    ]  # True: no document
    telling = found.failed & chased & ((found.date >= today - RECENT) | broken_plan)
    return Standing(
        balance,
        today - days(documents["due"]),
        against,
        cause,
        credit - sums(account, np.minimum(balance, 0), size),
        sums(found.account[loose], ints(records.promises["amount"])[loose], size),
        by,
        _last(found, telling, size),
        found,
        loose,
    )


def open_disputes(records: Records, as_of: date) -> Ints:
    """Return the rows of the disputes that are open at the end of the day."""
    disputes = records.disputes
    resolved = disputes["resolved"].to_numpy() <= np.datetime64(as_of, "s")  # never, where it is blank
    return np.flatnonzero((days(disputes["opened"]) <= day_number(as_of)) & ~resolved)


def _against(
    records: Records, receivables: Receivables, found: Promises, plans: list[State | None], as_of: date
) -> tuple[Ints, Ints]:
    """Return what speaks against each document and the row that says so; what is told first is written last."""
    documents, status = receivables.documents, receivables.documents["status"]
    against = np.zeros(len(documents), dtype=np.int64)
    cause = np.full(len(documents), _NONE)

    def note(reason: Against, positions: Ints, rows: Ints | int = _NONE) -> None:
        against[positions], cause[positions] = reason, rows

    single = np.array([state is None for state in plans], dtype=np.bool_)
    waiting = np.flatnonzero((found.state == State.OPEN) & (found.document >= 0) & single)
    waiting = waiting[np.argsort(found.date[waiting], kind="stable")]  # of several, the last one counts
    note(Against.PROMISED, found.document[waiting], waiting)
    note(Against.ON_PLAN, *_on_plan(receivables, found, plans))
    note(Against.HELD, np.flatnonzero(documents["hold_reminders"] == "yes"))
    note(Against.DISPUTED, np.flatnonzero(status == "disputed"))
    contested = open_disputes(records, as_of)
    places = receivables.finder.anywhere(records.disputes["invoice"].to_numpy()[contested])
    note(Against.DISPUTED, places[places >= 0], contested[places >= 0])
    note(Against.AGENCY, np.flatnonzero(status == "agency"))
    note(Against.WRITTEN_OFF, np.flatnonzero(status == "written off"))
    return against, cause


def _on_plan(receivables: Receivables, found: Promises, plans: list[State | None]) -> tuple[Ints, Ints]:
    """Return the documents that a plan protects, and for each the plan's next instalment, or -1."""
    documents = receivables.documents
    account, marked = ints(documents["account"]), (documents["status"] == "on plan").to_numpy()
    following = {
        State.OPEN: _by_target(found, plans, State.OPEN),
        State.BROKEN: _by_target(found, plans, State.BROKEN),
    }
    protected: dict[int, int] = {}
    for (_, document), row in following[State.OPEN].items():
        if document >= 0:
            protected[document] = row
    for document in np.flatnonzero(marked).tolist():
        keys = ((int(account[document]), document), (int(account[document]), _NONE))
        by_plan = next((following[State.OPEN][key] for key in keys if key in following[State.OPEN]), None)
        if by_plan is not None or not any(key in following[State.BROKEN] for key in keys):
            protected[document] = _NONE if by_plan is None else by_plan
    positions = np.array(list(protected), dtype=np.int64)
    return positions, np.array(list(protected.values()), dtype=np.int64)


def _by_target(found: Promises, plans: list[State | None], state: State) -> dict[tuple[int, int], int]:
    """Return the next open instalment (or the last) of the plans in this state, by account and document."""
    rows = [row for row, plan in enumerate(plans) if plan is state and found.account[row] >= 0]
    states, by = found.state.tolist(), found.date.tolist()
    rows.sort(key=lambda row: (states[row] == State.OPEN, -by[row]))
    return {(int(found.account[row]), int(found.document[row])): row for row in rows}


def _last(found: Promises, which: Flags, size: int) -> Ints:
    """Return the row of the latest of these promises for each account, or -1."""
    last = np.full(size, _NONE)
    rows = np.flatnonzero(which & (found.account >= 0))
    rows = rows[np.argsort(found.date[rows], kind="stable")]
    last[found.account[rows]] = rows
    return last
