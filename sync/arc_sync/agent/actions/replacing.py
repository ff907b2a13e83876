"""What a new promise or plan does to open ones for the same invoices: it takes their place.

One that was given on an earlier day stays on record and is "replaced" (`arc_sheets.promises`). Those of one day
are instalments of each other as long as the invoice owes them all. Where together they are more than is open, both
cannot be meant: the earlier one was mistaken and leaves Promises, and the history keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from arc_sheets import tabs
from arc_sheets.frames import records
from arc_sheets.phrases import say_amount, say_list
from arc_sheets.promises import State, promises
from arc_sheets.receivables import receivables
from arc_sync.agent.actions.owing import rows_of_customer
from arc_sync.agent.actions.work import Work, on


class _Old(NamedTuple):
    """An open promise."""

    id: str
    invoice: str
    amount: int  #: minor units
    currency: str
    by: date
    plan: str  #: "" where it belongs to none
    given: date | None


def replace_open(work: Work, customer: str, wanted: Mapping[str, int], balances: Mapping[str, int]) -> str:
    """Take out what cannot be meant beside a new promise; return a sentence on all that it takes the place of, or "".

    `wanted` is what is promised now, and `balances` what is open, in minor units by invoice number.
    """
    over = [old for old in _open(work, customer) if old.invoice in wanted]
    today = [old for old in over if old.given == work.today]
    promised = {n: sum(old.amount for old in today if old.invoice == n) for n in wanted}
    mistaken = [old for old in today if promised[old.invoice] + wanted[old.invoice] > balances[old.invoice]]
    for old in mistaken:
        work.t.put(tabs.PROMISES, old.id, None)
    gone = [old for old in over if old in mistaken or (old.given and old.given < work.today)]
    return f" It takes the place of {say_list(_names(gone))}." if gone else ""


def _open(work: Work, customer: str) -> Iterator[_Old]:
    """Yield the customer's open promises that name an invoice, in the order of their rows."""
    used = (tabs.INVOICES, tabs.PAYMENTS, tabs.PROMISES)
    known = records({tab.name: rows_of_customer(work.t, tab, customer) for tab in used})
    found = promises(known, receivables(known), work.today, work.desk.policy.grace)
    ids = known.promises["id"].tolist()
    names = [c.name for c in tabs.PROMISES.stored]
    for i, state in zip(ids, found.state.tolist(), strict=True):
        values = dict(zip(names, work.t.row(tabs.PROMISES, i) or (), strict=True))
        amount, by, given = values["amount"], values["date"], values["given"]
        if state == State.OPEN and values["invoice"] and isinstance(amount, int) and isinstance(by, date):
            text = {name: str(values[name] or "") for name in ("invoice", "currency", "plan")}
            yield _Old(i, amount=amount, by=by, given=given if isinstance(given, date) else None, **text)


def _names(gone: Sequence[_Old]) -> list[str]:
    """Return what people call them: a plan by its name, a promise by its amount and day."""
    named = (
        f"plan {old.plan}" if old.plan else f"{say_amount(old.amount, old.currency)} by {on(old.by)}"
        for old in gone
    )
    return list(dict.fromkeys(named))
