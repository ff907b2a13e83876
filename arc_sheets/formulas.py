"""The formulas of accounts receivable on plain numbers, each with its source; None where there is no base.

Amounts may be in any one unit, days are calendar days, shares are fractions of 1. Opening and closing are
open balances net of unapplied credit; current is what is not yet due (due today is current).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def dso(balance: float, sales: float, days: float) -> float | None:
    """Return days sales outstanding: balance / sales x days; None without sales.

    The simple form (Oracle JDE "current balance divided by sales"; CRF). Other balances give its siblings:
    the current balance gives best possible DSO (CreditGuru), the average balance Motley Fool's variant.
    """
    return balance / sales * days if sales > 0 else None


def dso_countback(balance: float, months: Iterable[tuple[float, float]]) -> float | None:
    """Return days sales outstanding by countback (Credit Today, Nestle); None where history runs out.

    `months` are (sales, days), the newest first. A month that the balance exhausts counts all its days, the
    last one in proportion; a month without sales counts in full.
    """
    counted = 0.0
    for sales, days in months:
        if balance <= 0:
            break
        if sales >= balance:
            return counted + balance / sales * days
        balance -= sales
        counted += days
    return counted if balance <= 0 else None


def average_days_delinquent(balance: float, current: float, sales: float, days: float) -> float | None:
    """Return DSO less best possible DSO, which is past due / sales x days (CreditGuru, CRF)."""
    return dso(balance - current, sales, days)


def cei(opening: float, sales: float, closing: float, current: float, months: int = 1) -> float | None:
    """Return the collection effectiveness index as a share (CreditGuru, Oracle EBS, Gaviti).

    (opening + S - closing) / (opening + S - current): what was collected of what was there to collect.
    `months` = 1 takes all sales of the period as S (the full-sales form); CreditGuru and Oracle divide them
    by the months of the period (the S/N form). Nothing to collect counts as 1; None where there was
    neither a balance nor a sale, or where credit exceeds what was to be collected.
    """
    there = opening + sales / months
    due = there - current
    if due > 0:
        return (there - closing) / due
    return 1.0 if due == 0 and there > 0 else None


def bad_debt_ratio(written_off: float, sales: float) -> float | None:
    """Return write-offs / sales of the same period (Oracle JDE); None without sales."""
    return written_off / sales if sales > 0 else None


def dispute_rate(disputed: int, issued: int) -> float | None:
    """Return the share of the invoices issued in a period that were disputed, by count (kpidepot)."""
    return disputed / issued if issued else None


def turnover(sales: float, opening: float, closing: float) -> float | None:
    """Return sales / average of opening and closing balance, times a period; None without a balance."""
    average = (opening + closing) / 2
    return sales / average if average > 0 else None


def share_current(current: float, open_invoices: float) -> float | None:
    """Return what is not yet due / open invoices before unapplied credit (CRF); None if nothing is open."""
    return current / open_invoices if open_invoices > 0 else None


def kept_rate(kept: int, due: int) -> float | None:
    """Return promises kept / promises due, by count; a promise kept in part was not kept."""
    return kept / due if due else None


def weighted_days(items: Sequence[tuple[float, float]]) -> float | None:
    """Return sum(amount x days) / sum(amount) over (amount, days): days to pay, or late (Oracle, JDE)."""
    total = sum(amount for amount, _ in items)
    return sum(amount * days for amount, days in items) / total if total > 0 else None


def average_days(days: Sequence[float], *, floored: bool = False) -> float | None:
    """Return the plain mean of days to pay, or late; `floored` counts early payers as 0 (Oracle World)."""
    counted = [max(0, d) for d in days] if floored else days
    return sum(counted) / len(counted) if counted else None
