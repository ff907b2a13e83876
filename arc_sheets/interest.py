"""Statutory interest on late payment, as it is charged: a rounded amount a day, times the days late.

UK Late Payment of Commercial Debts (Interest) Act 1998 and EU directive 2011/7: simple interest from the day
after the due date at a reference rate plus points, and a fixed sum for each invoice. Rounding the day first
is how published calculators do it (Paidnice: 5,000 at 12.25 % for 101 days is 101 x 1.68 = 169.68).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


def daily_interest(amount: int, percent: Decimal) -> int:
    """Return the interest of one day in minor units, half to even; `percent` is a year's, over 365 days."""
    return round(Fraction(amount) * Fraction(percent) / 100 / 365)


def late_interest(amount: int, percent: Decimal, days_late: int) -> int:
    """Return the interest in minor units for so many days late; 0 if it is not late."""
    return daily_interest(amount, percent) * max(0, days_late)


def uk_fixed_sum(pence: int) -> int:
    """Return the UK fixed sum for one late invoice, in pence: 40, 70 or 100 pounds by its size."""
    if pence < 1_000_00:
        return 40_00
    return 70_00 if pence < 10_000_00 else 100_00
