"""Finding the customers and invoices that a request names, whatever their case; or saying which is meant."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Value
from arc_sheets.tab import Column, Tab
from arc_sync.agent.actions.nearest import nearest_name, nearest_number
from arc_sync.agent.merging import Keys, key_field, named
from arc_sync.ledger.port import View

_SEVERAL: Final = Column("invoices", "Invoices", many=True)


class Cannot(Exception):
    """The request cannot be carried out; the message says why and what to do."""


class Record(NamedTuple):
    """A live row, by the names of its columns."""

    id: str
    values: dict[str, Value]

    def text(self, name: str) -> str:
        """Return a value as text, "" if it is blank."""
        value = self.values[name]
        return "" if value is None else str(value)

    def day(self, name: str) -> date:
        """Return the date of a column that holds one."""
        value = self.values[name]
        if not isinstance(value, date):
            raise Cannot(f"The row of {next(iter(self.values.values()))} lacks its {name} date; fill it in.")
        return value


class Finder:
    """Finds what a request names in the ledger."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.keys = Keys(view)

    def customer(self, name: str) -> Record:
        """Return the customer of this name, whatever its case; raises `Cannot` with the nearest one."""
        return self._find(tabs.CUSTOMERS, name)

    def invoice(self, number: str) -> Record:
        """Return the invoice of this number, whatever its case; raises `Cannot` with the nearest one."""
        return self._find(tabs.INVOICES, number)

    def invoices(self, text: str) -> list[Record]:
        """Return the invoices that a text such as "RE-1; RE-2" names, each once, in its order."""
        return list({i.id: i for i in map(self.invoice, self.numbers(text))}.values())

    def numbers(self, text: str) -> list[str]:
        """Return the numbers that a text such as "RE-1; RE-2: 50.00" names, there or not."""
        return named(self.keys, tabs.INVOICES, _SEVERAL, text)

    def theirs(self, customer: Record, text: str) -> list[Record]:
        """Return the invoices that a text names; raises `Cannot` unless they are this customer's."""
        found = self.invoices(text)
        for invoice in found:
            if invoice.text("customer") != customer.text("name"):
                raise Cannot(
                    f"{invoice.text('number')} is an invoice of {invoice.text('customer')}, not of"
                    f" {customer.text('name')}; correct one of them."
                )
        return found

    def _find(self, tab: Tab, key: str) -> Record:
        found, row = self.keys.id(tab, key), self.keys.find(tab, key)
        if found is None or row is None:
            raise Cannot(self.missing(tab, key))
        names = (c.name for c in tab.stored)
        return Record(found, dict(zip(names, row, strict=True)))

    def missing(self, tab: Tab, key: str) -> str:
        """Return the sentence about a key that is not there: which one may be meant."""
        at = key_field(tab)
        nearest = nearest_name if tab is tabs.CUSTOMERS else nearest_number
        meant = nearest(key, (str(row[at]) for row in self._view.rows(tab).values()))
        other = f"did you mean {meant}?" if meant else f"write it as it stands on {tab.title}."
        return f"There is no {tab.title.removesuffix('s').lower()} {key}; {other}"
