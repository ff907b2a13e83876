"""Payments that stand in rows of their own, and what makes each the same payment in the next export.

A payment's identity is its number in the accounting system, where the export has one; else customer, day,
amount, currency, type and reference. Equal payments are told apart by an ordinal, given in the order of
what else they say, so that the order of rows does not matter. What a payment is applied to is no part of
it: it changes when a person applies it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from arc_sheets import money
from arc_sync.intake.model import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from arc_sheets.cells import Value


class Receipt(NamedTuple):
    """A payment, credit note, refund or write-off as one row states it. Minor units, positive."""

    line: int
    date: date
    customer: str
    amount: int
    currency: str
    type: str
    applied_to: str | None = None
    reference: str | None = None
    method: str | None = None
    number: str | None = None  #: the accounting system's own number of it
    original: int | None = None  #: its amount before parts of it were applied, where `amount` is the rest

    def identity(self) -> str:
        """Return what stays the same from export to export."""
        if self.number:
            return f"{self.type} number {self.number}"
        amount = money.show(self.amount if self.original is None else self.original, self.currency)
        return f"{self.type} {self.date} {amount} {self.currency} {self.customer} / {self.reference or ''}"


class Receipts:
    """Collects receipts and gives each its seed."""

    def __init__(self, columns: frozenset[str]) -> None:
        """Take the ARC columns that the file has; only those are given."""
        self._columns = columns
        self._same: defaultdict[str, list[Receipt]] = defaultdict(list)

    def add(self, receipt: Receipt) -> None:
        """Take one receipt."""
        self._same[receipt.identity()].append(receipt)

    def entries(self) -> Iterator[Entry]:
        """Yield an entry for each receipt."""
        for identity, alike in self._same.items():
            for ordinal, receipt in enumerate(sorted(alike, key=_order), 1):
                yield Entry("payments", None, f"{identity} #{ordinal}", self._values(receipt), receipt.line)

    def _values(self, receipt: Receipt) -> dict[str, Value]:
        values: dict[str, Value] = {
            "date": receipt.date,
            "customer": receipt.customer,
            "amount": receipt.amount,
            "currency": receipt.currency,
            "type": receipt.type,
        }
        optional = {
            "method": receipt.method,
            "reference": receipt.reference,
            "applied_to": receipt.applied_to,
        }
        return values | {name: value for name, value in optional.items() if name in self._columns}


def _order(receipt: Receipt) -> tuple[object, ...]:
    """Order equal receipts: what is applied first, then by what each says; never by its place in the file."""
    return (
        receipt.applied_to is None,
        receipt.applied_to or "",
        receipt.amount,
        receipt.method or "",
        receipt.reference or "",
    )
