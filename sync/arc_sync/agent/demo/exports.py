"""The made-up firm's trade as its accounting system would export it: three CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from arc_sheets import money
from arc_sync.agent.demo.trade import Invoice, Receipt, Trade

_CUSTOMERS: Final = (
    "Display Name", "First Name", "Last Name", "EmailID", "Phone", "Currency Code", "Payment Terms", "Credit Limit",
)  # fmt: skip
_INVOICES: Final = (
    "Invoice Date", "Invoice Number", "Invoice Status", "Customer Name", "Due Date", "PurchaseOrder",
    "Currency Code", "Total", "Notes", "Disputed",
)  # fmt: skip
_PAYMENTS: Final = (
    "Payment Number", "Date", "Transaction Type", "Customer Name", "Mode", "Reference Number", "Currency Code",
    "Amount", "Unused Amount", "Invoice Number", "Amount Applied to Invoice",
)  # fmt: skip


def write_exports(folder: Path, trade: Trade) -> list[Path]:
    """Write customers.csv, invoices.csv and payments.csv into a folder, which is made; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    people = [
        (c.name, c.first, c.last, c.email, c.phone, c.currency, f"Net {c.terms}", f"{c.credit_limit:,}.00")
        for c in trade.customers
    ]
    payments = [line for receipt in trade.receipts for line in _payment(receipt)]
    return [
        _write(folder / "customers.csv", "Contacts", _CUSTOMERS, people),
        write_invoices(folder / "invoices.csv", trade.invoices),
        _write(folder / "payments.csv", "Customer payments", _PAYMENTS, payments),
    ]


def write_invoices(path: Path, invoices: Iterable[Invoice]) -> Path:
    """Write an export of invoices."""
    return _write(path, "Invoice details", _INVOICES, map(_invoice, invoices))


def _invoice(invoice: Invoice) -> Sequence[str]:
    return (
        _day(invoice.issued),
        invoice.number,
        "Void" if invoice.void else "Sent",
        invoice.customer.name,
        _day(invoice.due),
        invoice.po,
        invoice.customer.currency,
        _amount(invoice.amount, invoice.customer.currency),
        invoice.note,
        "Yes" if invoice.disputed else "No",
    )


def _payment(receipt: Receipt) -> Iterable[Sequence[str]]:
    """Yield one line for each invoice that a receipt is applied to, or one without."""
    currency = receipt.customer.currency
    unused = receipt.amount - sum(part for _, part in receipt.applied)
    for number, part in receipt.applied or (("", 0),):
        yield (
            str(receipt.number),
            _day(receipt.date),
            receipt.kind,
            receipt.customer.name,
            receipt.mode,
            receipt.reference,
            currency,
            _amount(receipt.amount, currency),
            _amount(unused, currency),
            number,
            _amount(part, currency) if part else "",
        )


def _write(path: Path, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("Weststadt Supplies", title))
        writer.writerow(())
        writer.writerow(heads)
        writer.writerows(rows)
    return path


def _day(day: object) -> str:
    return f"{day:%d/%m/%Y}"


def _amount(minor: int, currency: str) -> str:
    return f"{money.to_major(minor, currency):,f}"
