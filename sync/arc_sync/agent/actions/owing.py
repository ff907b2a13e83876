"""What one customer owes, from the customer's own invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Row, Rows
from arc_sheets.frames import records
from arc_sheets.receivables import balances, receivables, unapplied
from arc_sheets.tab import Tab
from arc_sync.ledger.port import View

_MONEY: Final = tuple(c.name for c in tabs.PAYMENTS.stored)
_NUMBER: Final = [c.name for c in tabs.INVOICES.stored].index("number")


class Owed(NamedTuple):
    """One invoice on which something is open."""

    number: str
    currency: str
    due: date
    balance: int  #: minor units, more than 0


class Account(NamedTuple):
    """What a customer owes at the end of a day."""

    owed: tuple[Owed, ...]  #: the first due first
    loose: dict[str, int]  #: what is not applied of each payment, in minor units, by row id

    def among(self, numbers: Iterable[str]) -> list[Owed]:
        """Return what is open on these invoices."""
        wanted = set(numbers)
        return [one for one in self.owed if one.number in wanted]

    def of(self, number: str) -> int:
        """Return the open balance of an invoice, 0 if it has none."""
        return sum(one.balance for one in self.owed if one.number == number)


class Effect(NamedTuple):
    """What one payment makes of a customer's account."""

    settles: frozenset[str]  #: the numbers of the invoices that owe less by it
    full: frozenset[str]  #: the numbers of those on which nothing would be open without it
    loose: int  #: how much more money is not applied by it, in minor units
    twins: tuple[Row, ...]  #: other payments that may be the same money


def account_of(view: View, customer: str, as_of: date) -> Account:
    """Return what the customer of this very name owes at the end of the day."""
    return _account(_rows(view, customer), as_of)


def effect_of(view: View, customer: str, payment: str, as_of: date) -> Effect:
    """Return what a live payment of the customer makes of the account at the end of the day."""
    rows = _rows(view, customer)
    money = dict(rows[tabs.PAYMENTS.name])
    new = money.pop(payment)
    before, after = _account(rows | {tabs.PAYMENTS.name: money}, as_of), _account(rows, as_of)
    numbers = {one.number for one in before.owed}
    return Effect(
        frozenset(n for n in numbers if after.of(n) < before.of(n)),
        frozenset(str(row[_NUMBER]) for row in rows[tabs.INVOICES.name].values()) - numbers,
        sum(after.loose.values()) - sum(before.loose.values()),
        tuple(other for other in money.values() if _are_alike(new, other)),
    )


def _are_alike(one: Row, other: Row) -> bool:
    """Say whether two payments may be the same money: the bank's words may be lacking, but do not differ."""
    a, b = (dict(zip(_MONEY, row, strict=True)) for row in (one, other))
    words = {a["reference"], b["reference"]} - {None}
    return len(words) <= 1 and all(a[name] == b[name] for name in ("date", "amount", "currency", "type"))


def _rows(view: View, customer: str) -> dict[str, Rows]:
    return {tab.name: rows_of_customer(view, tab, customer) for tab in (tabs.INVOICES, tabs.PAYMENTS)}


def _account(rows: Mapping[str, Rows], as_of: date) -> Account:
    owing = receivables(records(rows))
    documents = owing.documents
    columns = (documents[name].tolist() for name in ("number", "currency", "due"))
    found = zip(*columns, balances(owing, as_of).tolist(), strict=True)
    owed = (Owed(n, c, due.date(), balance) for n, c, due, balance in found if balance > 0)
    loose = zip(owing.payments["id"].tolist(), unapplied(owing, as_of).tolist(), strict=True)
    return Account(tuple(sorted(owed, key=lambda one: (one.due, one.number))), dict(loose))


def rows_of_customer(view: View, tab: Tab, customer: str) -> Rows:
    """Return the live rows of a tab that name this very customer."""
    at = next(k for k, c in enumerate(tab.stored) if c.name == "customer")
    return {i: row for i, row in view.rows(tab).items() if row[at] == customer}
