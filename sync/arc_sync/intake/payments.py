"""A list of payments: one row a payment, or one row for each invoice that a payment is applied to."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from arc_sync.intake.customers import Mentioned
from arc_sync.intake.receipts import Receipt, Receipts
from arc_sync.intake.words import CREDIT_TYPES, DRAFT, REFUND_TYPES, VOID, WRITE_OFF_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arc_sync.intake.model import Entry, Line
    from arc_sync.intake.reading import Reader
    from arc_sync.intake.rows import Row


class Payments:
    """Takes the records of a list of payments."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        optional = {"method", "reference", "applied_to"}
        self._receipts = Receipts(frozenset(name for name in optional if reader.has(name)))
        self._rest: dict[str, Receipt] = {}
        self._mentioned = Mentioned()
        self.ignored: Counter[str] = Counter()
        self.sums: defaultdict[str, int] = defaultdict(int)

    def add(self, row: Row) -> None:
        """Take one record; raises `BadCell`."""
        line, read = row.line, self._reader
        status = (read.text(line, "status") or "").casefold()
        if status in DRAFT or status in VOID:
            self.ignored[f'payments with the status "{status}"'] += 1
            return
        receipt = self._receipt(line)
        self.sums[receipt.currency] += receipt.amount
        if receipt.amount == 0:
            self.ignored["payments of nothing"] += 1
            return
        if receipt.customer:
            self._mentioned.add(receipt.customer, receipt.currency, line.number, {})
        self._receipts.add(receipt)
        self._remainder(line, receipt)

    def entries(self) -> Iterator[Entry]:
        """Yield what was taken: the customers mentioned, then the payments."""
        for rest in self._rest.values():
            self._receipts.add(rest)
        yield from self._mentioned.entries()
        yield from self._receipts.entries()

    def _receipt(self, line: Line) -> Receipt:
        read = self._reader
        currency = read.currency_at(line, "amount", "applied")
        day = read.date(line, "date")
        if day is None:
            raise read.missing("date", "a payment needs a date")
        part = read.money(line, "applied", currency)
        amount = part if part is not None else read.money(line, "amount", currency)
        if amount is None:
            raise read.missing("amount", "a payment needs an amount")
        customer = read.text(line, "customer")
        if customer is None:
            raise read.missing("customer", "a payment needs a customer")
        return Receipt(
            line=line.number,
            date=day,
            customer=customer,
            amount=abs(amount),
            currency=currency,
            type=self._type(line),
            applied_to=read.text(line, "applied_to"),
            reference=read.text(line, "reference"),
            method=read.text(line, "method"),
            number=read.text(line, "id"),
        )

    def _type(self, line: Line) -> str:
        told = (self._reader.text(line, "type") or "").casefold()
        if told in CREDIT_TYPES:
            return "credit note"
        if told in REFUND_TYPES:
            return "refund"
        return "write-off" if told in WRITE_OFF_TYPES else "payment"

    def _remainder(self, line: Line, receipt: Receipt) -> None:
        """Keep what a payment applied row by row has left over; each of its rows repeats that figure."""
        read = self._reader
        if not (receipt.number and read.has("applied") and read.has("unused")):
            return
        rest = read.money(line, "unused", receipt.currency) or 0
        if rest and read.money(line, "applied", receipt.currency) is not None:
            self._rest[receipt.number] = receipt._replace(amount=rest, applied_to=None)
