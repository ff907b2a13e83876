"""A list of payments: one row a payment, or one row for each invoice that a payment is applied to."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from arc_sheets import money
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
        self._columns = frozenset(name for name in ("method", "reference", "applied_to") if reader.has(name))
        self._single: list[Receipt] = []
        self._split: defaultdict[str, list[tuple[Receipt, int]]] = defaultdict(list)
        self._mentioned = Mentioned()
        self.ignored: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Take one record; raises `BadCell`."""
        line, read = row.line, self._reader
        status = (read.text(line, "status") or "").casefold()
        if status in DRAFT or status in VOID:
            self.ignored[f'payments with the status "{status}"'] += 1
            return
        receipt, part = self._receipt(line)
        if part is not None and receipt.number:
            self._split[receipt.number].append((receipt, part))
        else:
            self._single.append(receipt if part is None else receipt._replace(amount=part))
        self._mentioned.add(receipt.customer, receipt.currency, line.number, {})

    def receipts(self) -> list[Receipt]:
        """Return what was taken, one for each payment, amounts positive.

        Some systems write all payments as negative; a list that has both signs has refunds among them.
        """
        found = [*self._single, *map(_joined, self._split.values())]
        sign = -1 if found and all(receipt.amount <= 0 for receipt in found) else 1
        return [
            receipt._replace(
                amount=abs(receipt.amount), type="refund" if sign * receipt.amount < 0 else receipt.type
            )
            for receipt in found
            if receipt.amount
        ]

    def sums(self) -> dict[str, tuple[int, int]]:
        """Return by currency the sum of what was taken, refunds taken off, twice: nothing of it is open."""
        totals: Counter[str] = Counter()
        for receipt in self.receipts():
            totals[receipt.currency] += -receipt.amount if receipt.type == "refund" else receipt.amount
        return {currency: (total, total) for currency, total in totals.items()}

    def entries(self) -> Iterator[Entry]:
        """Yield what was taken: the customers mentioned, then the payments."""
        receipts = Receipts(self._columns)
        for receipt in self.receipts():
            receipts.add(receipt)
        yield from self._mentioned.entries()
        yield from receipts.entries()

    def _receipt(self, line: Line) -> tuple[Receipt, int | None]:
        """Return the payment of a row and, where the list says so, the part applied to the row's invoice."""
        read = self._reader
        currency = read.currency_at(line, "amount", "applied")
        day, customer = read.date(line, "date"), read.text(line, "customer")
        part, amount = read.money(line, "applied", currency), read.money(line, "amount", currency)
        if amount is None and part is not None:
            amount = 0  # known once all rows of the payment are; see `_joined`
        if day is None:
            raise read.missing("date", "a payment needs a date")
        if amount is None:
            raise read.missing("amount", "a payment needs an amount")
        if customer is None:
            raise read.missing("customer", "a payment needs a customer")
        receipt = Receipt(
            line=line.number,
            date=day,
            customer=customer,
            amount=amount,
            currency=currency,
            type=self._type(line),
            applied_to=read.text(line, "applied_to"),
            reference=read.text(line, "reference"),
            method=read.text(line, "method"),
            number=read.text(line, "id"),
        )
        return receipt, part

    def _type(self, line: Line) -> str:
        told = (self._reader.text(line, "type") or "").casefold()
        if told in CREDIT_TYPES:
            return "credit note"
        if told in REFUND_TYPES:
            return "refund"
        return "write-off" if told in WRITE_OFF_TYPES else "payment"


def _joined(rows: list[tuple[Receipt, int]]) -> Receipt:
    """Return one payment from its rows, one row for each invoice: "INV-1: 120.00; INV-2: 50.00"."""
    first = min((receipt for receipt, _ in rows), key=lambda receipt: receipt.line)
    parts = sorted((receipt.applied_to, part) for receipt, part in rows if receipt.applied_to and part)
    amount = first.amount or sum(part for _, part in rows)
    if len(parts) == 1 and parts[0][1] == amount:
        return first._replace(amount=amount, applied_to=parts[0][0])
    texts = [f"{number}: {money.show(part, first.currency)}" for number, part in parts]
    return first._replace(amount=amount, applied_to="; ".join(texts) or None)
