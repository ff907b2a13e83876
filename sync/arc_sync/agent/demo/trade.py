"""Eighteen months of invoices and payments of the made-up firm, in minor units; seeded, up to a given day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from arc_sync.agent.demo.people import Customer, customers

INVOICES: Final = 600
_DAYS: Final = 545  #: eighteen months
_SEED: Final = 20


@dataclass(slots=True)
class Invoice:
    """One invoice; amounts in minor units of the customer's currency."""

    number: str
    customer: Customer
    issued: date
    due: date
    amount: int
    po: str = ""
    note: str = ""
    void: bool = False
    disputed: bool = False
    paid: int = 0

    @property
    def balance(self) -> int:
        """What is left to pay."""
        return 0 if self.void else self.amount - self.paid


class Receipt(NamedTuple):
    """Money in, or a credit note or write-off: the whole amount, and what of it goes to which invoice."""

    number: int
    date: date
    customer: Customer
    kind: str
    mode: str
    reference: str
    amount: int
    applied: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Trade:
    """All of it, invoices by number, receipts by date."""

    customers: list[Customer]
    invoices: list[Invoice]
    receipts: list[Receipt] = field(default_factory=list)

    def open(self) -> list[Invoice]:
        """Return the invoices that are not settled, oldest due date first."""
        return sorted((i for i in self.invoices if i.balance), key=lambda i: (i.due, i.number))


def make_trade(as_of: date) -> Trade:
    """Return the firm's trade up to a day; the same day gives the same trade."""
    rng = random.Random(_SEED)  # noqa: S311 (a demo needs to be the same again, not secret)
    people = customers(rng)
    days = sorted(rng.randrange(_DAYS) for _ in range(INVOICES))
    invoices = [
        _invoice(rng, number, rng.choice(people), as_of - timedelta(_DAYS - 1 - day))
        for number, day in enumerate(days, 1)
    ]
    trade = Trade(people, invoices)
    for invoice in invoices:
        _settle(rng, trade, invoice, as_of)
    _odd_ones(rng, trade, as_of)
    for invoice in invoices:  # the file says nothing of disputes that are over
        invoice.disputed &= invoice.balance > 0
    trade.receipts.sort(key=lambda r: (r.date, r.number))
    return trade


def _invoice(rng: random.Random, number: int, customer: Customer, issued: date) -> Invoice:
    price = rng.randrange(4_500, 39_000, 100 if customer.currency == "JPY" else 5)
    amount = rng.randrange(1, 40) * price
    return Invoice(
        f"INV-{1000 + number}",
        customer,
        issued,
        issued + timedelta(customer.terms),
        amount,
        po=f"PO-{rng.randrange(4000, 9999)}" if rng.random() < 0.6 else "",
        disputed=rng.random() < 0.05,
        void=rng.random() < 0.01,
    )


def _settle(rng: random.Random, trade: Trade, invoice: Invoice, as_of: date) -> None:
    """Let the customer pay as it does: whole, in two parts, or not at all."""
    habit = invoice.customer.habit
    day = invoice.due + timedelta(rng.randrange(habit.earliest, habit.latest + 1))
    never, parts = rng.randrange(100) < habit.never, rng.random() < 0.12
    if invoice.void or never or (invoice.disputed and rng.random() < 0.6):
        return
    first = invoice.amount * rng.randrange(3, 8) // 10 if parts else invoice.amount
    for when, amount in ((day, first), (day + timedelta(rng.randrange(20, 60)), invoice.amount - first)):
        if amount and when <= as_of:
            _receive(rng, trade, "Payment", when, invoice, amount)


def _odd_ones(rng: random.Random, trade: Trade, as_of: date) -> None:
    """Add credit notes, two write-offs, and money that nobody has applied yet."""
    owed = [invoice for invoice in trade.open() if invoice.issued < as_of - timedelta(20)]
    for invoice in rng.sample(owed, 10):
        share = invoice.balance * rng.randrange(5, 20) // 100
        _receive(rng, trade, "Credit Note", invoice.issued + timedelta(rng.randrange(5, 20)), invoice, share)
    for invoice in [i for i in trade.open() if i.due < as_of - timedelta(200)][:2]:
        invoice.note = "Customer in insolvency"
        _receive(rng, trade, "Write Off", as_of - timedelta(rng.randrange(10, 60)), invoice, invoice.balance)
    for customer in rng.sample(trade.customers, 5):
        amount = rng.randrange(150, 900) * 100
        day = as_of - timedelta(rng.randrange(2, 80))
        _book(rng, trade, Receipt(0, day, customer, "Payment", "", "", amount))


def _receive(rng: random.Random, trade: Trade, kind: str, day: date, invoice: Invoice, amount: int) -> None:
    invoice.paid += amount
    _book(rng, trade, Receipt(0, day, invoice.customer, kind, "", "", amount, ((invoice.number, amount),)))


def _book(rng: random.Random, trade: Trade, receipt: Receipt) -> None:
    """Give a receipt its number, way of payment and reference."""
    number = len(trade.receipts) + 501
    mode = (
        rng.choice(("Bank transfer", "Bank transfer", "Card", "Cheque")) if receipt.kind == "Payment" else ""
    )
    reference = f"TRX {rng.randrange(100000, 999999)}" if mode == "Bank transfer" else ""
    trade.receipts.append(receipt._replace(number=number, mode=mode, reference=reference))
