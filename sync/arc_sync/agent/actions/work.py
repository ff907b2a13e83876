"""One request at work in a change set: its amounts read, its days checked, its rows put; each refuses in a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from arc_sheets import money
from arc_sheets.cells import Value
from arc_sheets.dates import wall_clock
from arc_sheets.defaults import Defaults
from arc_sheets.phrases import say_amount, say_date, say_list
from arc_sheets.tab import Tab
from arc_sync.agent.actions.desk import Desk
from arc_sync.agent.actions.finding import Cannot, Finder, Record
from arc_sync.agent.actions.owing import Account, Effect, account_of, effect_of
from arc_sync.agent.actions.requests import Request
from arc_sync.ledger.port import Transaction


@dataclass(slots=True)
class Work:
    """What one request puts into the ledger."""

    t: Transaction
    request: Request
    desk: Desk
    ledger: str  #: its id
    find: Finder = field(init=False)
    asked: datetime = field(init=False)  #: the firm's wall clock when the request was made, to the second
    made: int = 0  #: rows added so far

    def __post_init__(self) -> None:
        self.find = Finder(self.t)
        moment = min(self.request.when, self.desk.now)  # whatever a clock that was ahead says
        self.asked = wall_clock(moment, self.desk.zone)

    @property
    def today(self) -> date:
        """The day of the request."""
        return self.asked.date()

    @property
    def id(self) -> str:
        """32 hex digits that are the same whenever this request is carried out on this ledger."""
        return self._digest("")

    def account(self, customer: Record) -> Account:
        """Return what a customer owes today."""
        return account_of(self.t, customer.text("name"), self.today)

    def effect(self, customer: Record, payment: str) -> Effect:
        """Return what a payment that has just been put makes of the account today."""
        return effect_of(self.t, customer.text("name"), payment, self.today)

    def parties(self, customer: str | None, invoices: str) -> tuple[Record, list[Record]]:
        """Return the customer, named or that of the invoices, and these; raises `Cannot` if they do not fit."""
        if customer is None:
            found = self.find.invoices(invoices)
            if not found:
                raise Cannot("The customer is missing; fill it in.")
            customer = found[0].text("customer")
        party = self.find.customer(customer)
        return party, self.find.theirs(party, invoices)

    def one_currency(self, given: str | None, customer: Record, invoices: Sequence[Record]) -> str:
        """Return the currency of the invoices, or else the one given, or else the customer's.

        Raises `Cannot` where they differ.
        """
        codes = {i.text("currency"): i.text("number") for i in invoices}
        if len(codes) > 1:
            raise Cannot(
                f"{say_list(list(codes.values()))} are in {say_list(list(codes))}; take each currency by itself."
            )
        currency = given or next(iter(codes), customer.text("currency"))
        for code, number in codes.items():
            if code != currency:
                raise Cannot(f"{number} is in {code}, not in {currency}; correct one of them.")
        return currency

    def add(self, tab: Tab, **values: Value) -> str:
        """Put a new row, its blanks filled in as in a typed one; return its id."""
        defaults = Defaults(self.find.keys.find, self.desk.base_currency, self.asked)
        row = defaults.complete(tab, tuple(values.get(c.name) for c in tab.stored))
        lacking = [c.header for c, v in zip(tab.stored, row, strict=True) if c.required and v is None]
        if lacking:
            raise Cannot(f"{say_list(lacking)} must not be blank in {tab.title}; fill it in.")
        self.made += 1
        new = self._digest(str(self.made))
        self.t.put(tab, new, row)
        return new

    def change(self, tab: Tab, record: Record, **values: Value) -> None:
        """Put values into a live row."""
        new = record.values | values
        self.t.put(tab, record.id, tuple(new[c.name] for c in tab.stored))

    def _digest(self, part: str) -> str:
        return hashlib.sha256(f"{self.ledger}/{self.request.request}/{part}".encode()).hexdigest()[:32]


def minor(given: str | Decimal, currency: str, title: str = "amount") -> int:
    """Return an amount in minor units, more than 0; raises `Cannot`."""
    try:
        value = (
            money.read_amount(given, currency) if isinstance(given, str) else money.to_minor(given, currency)
        )
    except money.NotAnAmount as why:
        raise Cannot(f'The {title} "{given}" cannot be taken: {why}.') from None
    if value <= 0:
        raise Cannot(f"The {title} is {say_amount(value, currency)}; give one above zero.")
    return value


def not_past(day: date, today: date, title: str = "date") -> None:
    """Raise `Cannot` for a day before today."""
    if day < today:
        raise Cannot(f"The {title}, {on(day)}, has passed; give one from {on(today)} on.")


def not_ahead(day: date, today: date, title: str = "date") -> None:
    """Raise `Cannot` for a day after today."""
    if day > today:
        raise Cannot(f"The {title}, {on(day)}, has not come yet; give one up to {on(today)}.")


def on(day: date) -> str:
    """Return a day in full: "3 Apr 2026"."""
    return say_date(day)
