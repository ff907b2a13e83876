from __future__ import annotations

from decimal import Decimal

import pytest

from arc_sheets.interest import daily_interest, late_interest, uk_fixed_sum

RATE = Decimal("12.25")


def test_paidnice_uk_statutory_interest_rounds_the_day_first() -> None:
    assert daily_interest(5_000_00, RATE) == 1_68
    assert late_interest(5_000_00, RATE, 101) == 169_68  # unrounded it would be 169.49
    assert late_interest(5_000_00, RATE, 101) + uk_fixed_sum(5_000_00) == 239_68


@pytest.mark.parametrize("days", [0, -3])
def test_nothing_is_charged_before_the_day_after_the_due_date(days: int) -> None:
    assert late_interest(5_000_00, RATE, days) == 0


@pytest.mark.parametrize(
    ("pence", "fixed"),
    [(1, 40_00), (999_99, 40_00), (1_000_00, 70_00), (9_999_99, 70_00), (10_000_00, 100_00)],
)
def test_the_uk_fixed_sum_grows_with_the_debt(pence: int, fixed: int) -> None:
    assert uk_fixed_sum(pence) == fixed
