"""What one customer owes, from the customer's own invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Rows
from arc_sheets.frames import records
from arc_sheets.receivables import balances, receivables, unapplied
from arc_sheets.tab import Tab
from arc_sync.ledger.port import View


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


def account_of(view: View, customer: str, as_of: date) -> Account:
    """Return what the customer of this very name owes at the end of the day."""
    mine = {tab.name: rows_of_customer(view, tab, customer) for tab in (tabs.INVOICES, tabs.PAYMENTS)}
    owing = receivables(records(mine))
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
