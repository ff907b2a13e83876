"""What ARC fills in where a person left a new row's cell blank, because the other cells say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from arc_sheets.applied import parse
from arc_sheets.cells import Row, Unreadable, Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, INVOICES

#: Returns the live row of a tab with this natural key, or None.
Find: TypeAlias = Callable[[Tab, Value], Row | None]

#: Days until an invoice is due where neither it nor its customer says.
TERMS = 30


@dataclass(frozen=True, slots=True)
class Defaults:
    """Fills blanks from the named customer or invoice, the firm's base currency and the day of the round."""

    find: Find
    base_currency: str
    now: datetime  #: local wall clock, to the second

    def complete(self, tab: Tab, row: Row) -> Row:
        """Return the row with its blanks filled where ARC knows the value."""
        given = {c.name: v for c, v in zip(tab.stored, row, strict=True)}
        if all(v is None for v in row):
            return row
        for name, value in self._known(tab, given):
            if name in given and given[name] is None:
                given[name] = value
        return tuple(given[c.name] for c in tab.stored)

    def currency(self, tab: Tab, values: Mapping[str, Value | Unreadable]) -> str | None:
        """Return the currency of a new row whose currency cell is blank; None if that cell is unreadable."""
        if isinstance(values.get("currency"), Unreadable):
            return None
        given = {k: v for k, v in values.items() if not isinstance(v, Unreadable)}
        return self._currency(tab, given)

    def _known(self, tab: Tab, given: dict[str, Value]) -> list[tuple[str, Value]]:
        """Return names and values to fill in, those that later ones rest on first."""
        today: date = self.now.date()
        known: list[tuple[str, Value]] = []
        if tab.name in ("payments", "promises"):
            known.append(("customer", self._of_invoice(given, "customer")))
        known.append(("currency", self._currency(tab, given)))
        others: dict[str, list[tuple[str, Value]]] = {
            "invoices": [("status", "open"), ("due", self._due(given))],
            "payments": [("type", "payment")],
            "activity": [("when", self.now)],
            "promises": [("given", today)],
            "disputes": [("opened", today)],
        }
        return known + others.get(tab.name, [])

    def _currency(self, tab: Tab, given: Mapping[str, Value]) -> str:
        named = self._of_invoice(given, "currency") if tab is not INVOICES else None
        return str(named or self._of_customer(given, "currency") or self.base_currency)

    def _due(self, given: Mapping[str, Value]) -> Value:
        issued, terms = given.get("issued"), self._of_customer(given, "terms")
        days = terms if isinstance(terms, int) else TERMS
        return issued + timedelta(days=days) if isinstance(issued, date) else None

    def _of_customer(self, given: Mapping[str, Value], name: str) -> Value:
        row = self.find(CUSTOMERS, given.get("customer")) if given.get("customer") else None
        return _value(CUSTOMERS, row, name)

    def _of_invoice(self, given: Mapping[str, Value], name: str) -> Value:
        """Return a value of the invoice that the row names, if it names exactly one that is there."""
        named = parse(str(given.get("invoice") or given.get("applied_to") or ""))
        row = self.find(INVOICES, named[0].number) if len(named) == 1 else None
        return _value(INVOICES, row, name)


def _value(tab: Tab, row: Row | None, name: str) -> Value:
    if row is None:
        return None
    return row[next(k for k, c in enumerate(tab.stored) if c.name == name)]
