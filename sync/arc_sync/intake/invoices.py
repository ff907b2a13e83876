"""A list of invoices, with what it says about payments, credit notes and disputes."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sync.intake.customers import Mentioned
from arc_sync.intake.model import Entry
from arc_sync.intake.reading import BadCell
from arc_sync.intake.receipts import Receipt, Receipts
from arc_sync.intake.words import (
    CREDIT_TYPES,
    DISPUTED,
    DRAFT,
    NO,
    OTHER_TYPES,
    PAID,
    PAYMENT_TYPES,
    REFUND_TYPES,
    VOID,
    WRITTEN_OFF,
    YES,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from arc_sheets.cells import Value
    from arc_sync.intake.model import Line
    from arc_sync.intake.reading import Reader
    from arc_sync.intake.rows import Row

_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(CREDIT_TYPES, "credit note"),
    **dict.fromkeys(PAYMENT_TYPES, "payment"),
    **dict.fromkeys(REFUND_TYPES, "refund"),
}
_FURTHER: Final = "further lines of the same invoice"
_OTHER_CASE: Final = "further lines of the same invoice, its number in other capitals"
#: In a column called Paid: yes and no, but no amounts.
_FLAGS: Final = (YES | NO) - {"", "0", "1", "-"}


class Bill(NamedTuple):
    """An invoice as the file states it. Minor units of its currency."""

    line: int
    number: str
    customer: str
    issued: date
    due: date
    due_assumed: bool  #: neither a due date nor terms say so
    currency: str
    amount: int
    paid: int  #: of the amount, by whatever column says so
    paid_on: date | None
    dated: bool  #: the file says on which day it was paid; else the day is that of the export
    status: str  #: "void", "written off", "disputed", or "" where the file says nothing that ARC keeps
    disputed: bool
    po: str | None
    notes: str | None

    @property
    def same(self) -> tuple[object, ...]:
        """What must agree where a number stands on several rows."""
        return self.customer, self.issued, self.due, self.currency, self.amount, self.paid


class Invoices:
    """Takes the records of a list of invoices."""

    def __init__(self, reader: Reader, as_of: date | None) -> None:
        self._reader = reader
        self._as_of = as_of
        self._bills: dict[str, Bill] = {}  #: by number, folded
        self._receipts = Receipts(frozenset({"reference"}))
        self._mentioned = Mentioned()
        self.ignored: Counter[str] = Counter()
        self.assumed: Counter[str] = Counter()
        self._credits: list[tuple[str, int, int]] = []  #: currency, amount, what is left of it; signed
        self.undated: tuple[str, int] | None = None  #: the first payment without a date: invoice, line

    def add(self, row: Row) -> None:
        """Take one record; raises `BadCell`."""
        line, read = row.line, self._reader
        status = (read.text(line, "status") or "").casefold()
        if status in DRAFT:
            self.ignored[f'rows with the status "{status}"'] += 1
            return
        told = (read.text(line, "type") or "").casefold()
        if told in OTHER_TYPES:
            self.ignored[f'rows of the type "{told}"'] += 1
            return
        currency = read.currency_at(line, "amount", "balance", "line_total", "paid")
        amount, balance = self._amounts(line, currency)
        kind = self._type(told, amount)
        customer = read.text(line, "customer") if read.has("customer") else read.sound("customer", row.group)
        if not customer:
            raise read.missing("customer", "an invoice needs a customer")
        if kind:
            self._take_receipt(line, kind, customer, currency, (amount, balance))
        else:
            self._take_bill(self._bill(line, customer, currency, (amount, balance), status))
        self._mention(line, customer, currency)

    def _take_bill(self, bill: Bill) -> None:
        """Take an invoice, or another row of one that is known; numbers that differ only in case are one."""
        known = self._bills.setdefault(bill.number.casefold(), bill)
        if known is bill:
            self._note_undated(bill)
        elif self._reader.layout.by_line and (known.customer, known.currency) == (
            bill.customer,
            bill.currency,
        ):
            total, paid = known.amount + bill.amount, known.paid + bill.paid
            self._bills[bill.number.casefold()] = known._replace(amount=total, paid=paid)
        elif known.same == bill.same:
            alike = known.number == bill.number
            self.ignored[_FURTHER if alike else _OTHER_CASE] += 1
        else:
            spelled = "" if known.number == bill.number else f" as {known.number}"
            raise BadCell(
                f"Invoice {bill.number} already stands on line {known.line}{spelled} with another customer, date or amount."
            )

    def _note_undated(self, bill: Bill) -> None:
        if bill.paid and bill.paid_on is None and self.undated is None:
            self.undated = (bill.number, bill.line)

    def _amounts(self, line: Line, currency: str) -> tuple[int, int | None]:
        """Return the amount and, where the file has it, the open balance."""
        read = self._reader
        balance = read.money(line, "balance", currency)
        amount = read.money(line, "line_total" if read.layout.by_line else "amount", currency)
        if amount is None and not read.has("amount"):
            amount = balance
        if amount is None:
            raise read.missing("amount" if read.has("amount") else "balance", "an invoice needs an amount")
        return amount, balance

    def _type(self, told: str, amount: int) -> str:
        """Return the type of payment that a row is, or "" for an invoice. A negative invoice is a credit note."""
        negative = amount < 0 and not self._reader.layout.by_line
        return _TYPES.get(told, "credit note" if negative else "")

    def _bill(
        self, line: Line, customer: str, currency: str, amounts: tuple[int, int | None], status: str
    ) -> Bill:
        read = self._reader
        number = read.text(line, "number")
        if number is None:
            raise read.missing("number", "an invoice needs a number")
        issued, due, due_assumed = self._dates(line)
        amount, balance = amounts
        paid = 0 if status in VOID else self._paid(line, currency, amount, balance, status)
        day = (read.date(line, "settled") or read.date(line, "payment_date")) if paid else None
        disputed = status in DISPUTED or (read.has("disputed") and read.yes(line, "disputed"))
        kept = "void" if status in VOID else "written off" if status in WRITTEN_OFF else ""
        return Bill(
            line.number,
            number,
            customer,
            issued,
            due,
            due_assumed,
            currency,
            amount,
            paid,
            day or (self._as_of if paid else None),
            day is not None,
            kept or ("disputed" if disputed and paid < amount else ""),
            disputed,
            read.text(line, "po"),
            read.note(line, "notes"),
        )

    def _dates(self, line: Line) -> tuple[date, date, bool]:
        """Return issue date, due date, and whether the latter is assumed. Without a due date: issue date plus terms; without terms, at once."""
        read = self._reader
        issued, due = read.date(line, "issued"), read.date(line, "due")
        if issued is None:
            if due is None:
                raise read.missing("issued" if read.has("issued") else "due", "an invoice needs a date")
            self.assumed["Invoices without issue date, for which the due date is taken"] += 1
            return due, due, False
        if due is not None:
            return issued, due, False
        days = read.days(line)
        if days is None:
            self.assumed["Invoices without due date and terms, due on their issue date"] += 1
        return issued, issued + timedelta(days=days or 0), days is None

    def _paid(self, line: Line, currency: str, amount: int, balance: int | None, status: str) -> int:
        """Return how much of the amount the file says is paid: by its columns, else by date or status."""
        read = self._reader
        told = read.text(line, "paid")
        if told and told.casefold() not in _FLAGS:
            return self._not_negative(read.money(line, "paid", currency) or 0)
        if balance is not None:
            return self._not_negative(amount - balance)
        if told:
            return amount if read.yes(line, "paid") else 0
        settled = read.date(line, "settled") is not None
        return amount if settled or status in PAID else 0

    def _not_negative(self, paid: int) -> int:
        if paid < 0:
            raise BadCell("The open balance is larger than the amount, or the amount paid is negative.")
        return paid

    def _take_receipt(
        self, line: Line, kind: str, customer: str, currency: str, amounts: tuple[int, int | None]
    ) -> None:
        """Take a row that is no invoice; of a credit partly used, the open balance is what is left of it."""
        read = self._reader
        number, (amount, balance) = read.text(line, "number"), amounts
        day = read.date(line, "issued") or read.date(line, "due")
        if day is None:
            raise read.missing("issued" if read.has("issued") else "due", f"a {kind} needs a date")
        used = abs(read.money(line, "paid", currency) or 0)
        left = max(abs(amount) - used, 0) if balance is None else abs(balance)
        sign = 1 if kind == "refund" else -1
        self._credits.append((currency, sign * abs(amount), sign * left))
        if not left:
            self.ignored[f"{kind}s with nothing left of them"] += 1
            return
        own = number if kind == "credit note" else None
        self._receipts.add(
            Receipt(line.number, day, customer, left, currency, kind, None, number, None, own, abs(amount))
        )

    def _mention(self, line: Line, customer: str, currency: str) -> None:
        details = {
            name: self._reader.text(line, name) for name in ("email", "phone") if self._reader.has(name)
        }
        self._mentioned.add(customer, currency, line.number, details)

    def entries(self) -> Iterator[Entry]:
        """Yield what was taken: customers mentioned, invoices, payments, disputes."""
        yield from self._mentioned.entries()
        yield from map(self._invoice, self._bills.values())
        for bill in self._bills.values():
            if bill.paid and bill.paid_on:
                yield _settlement(bill, bill.paid_on)
        yield from self._receipts.entries()
        for bill in self._bills.values():
            if bill.disputed:
                yield self._dispute(bill)

    def sums(self) -> dict[str, tuple[int, int]]:
        """Return by currency the sum of amounts and of open balances, credits taken off."""
        owed = (bill for bill in self._bills.values() if bill.status != "void")
        bills = ((bill.currency, bill.amount, bill.amount - bill.paid) for bill in owed)
        totals: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for currency, amount, left in chain(bills, self._credits):
            before = totals[currency]
            totals[currency] = before[0] + amount, before[1] + left
        return dict(totals)

    def _invoice(self, bill: Bill) -> Entry:
        values: dict[str, Value] = {
            "number": bill.number,
            "customer": bill.customer,
            "issued": bill.issued,
            "due": bill.due,
            "currency": bill.currency,
            "amount": bill.amount,
        }
        values |= {n: getattr(bill, n) for n in ("po", "notes") if self._reader.has(n)}
        if bill.status:
            values["status"] = bill.status
        assumed: frozenset[str] = frozenset({"due"}) if bill.due_assumed else frozenset()
        return Entry("invoices", bill.number, f"invoice {bill.number}", values, bill.line, assumed=assumed)

    def _dispute(self, bill: Bill) -> Entry:
        """Return the dispute of an invoice.

        Exports do not say when it was opened. The due date is taken, or the settlement or the date of the
        file where that is earlier, but no day before the issue: so a later export hardly moves it.
        """
        known = [day for day in (bill.due, bill.paid_on, self._as_of) if day]
        values: dict[str, Value] = {
            "invoice": bill.number,
            "amount": bill.amount,
            "currency": bill.currency,
            "reason": "Other",
            "opened": max(min(known), bill.issued),
        }
        if bill.paid >= bill.amount:
            values["resolved"] = max(bill.paid_on or bill.due, bill.issued)
        chosen = frozenset({"opened", "reason"})
        return Entry("disputes", None, f"dispute {bill.number.casefold()}", values, bill.line, assumed=chosen)


def _settlement(bill: Bill, day: date) -> Entry:
    """Return the payment that an invoice's own row states: one for each invoice, whatever columns say so."""
    values: dict[str, Value] = {
        "date": day,
        "customer": bill.customer,
        "amount": bill.paid,
        "currency": bill.currency,
        "type": "payment",
        "applied_to": bill.number,
    }
    assumed: frozenset[str] = frozenset() if bill.dated else frozenset({"date"})
    return Entry("payments", None, f"paid {bill.number.casefold()}", values, bill.line, assumed=assumed)
