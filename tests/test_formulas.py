"""Every worked example that facts/receivables.md found published, named after its source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets import formulas as f


def test_creditguru_dso_best_possible_dso_and_add() -> None:
    assert f.dso(15_000, 10_000, 30) == 45
    assert f.dso(4_000, 10_000, 30) == 12
    assert f.average_days_delinquent(15_000, 4_000, 10_000, 30) == 33


def test_quadient_dso_best_possible_dso_and_add() -> None:
    assert f.dso(25_000, 15_000, 30) == 50
    assert f.dso(6_000, 15_000, 30) == 12
    assert f.average_days_delinquent(25_000, 6_000, 15_000, 30) == pytest.approx(38)


def test_creditguru_cei_divides_sales_by_the_months() -> None:
    assert f.cei(6_200, 10_890, 6_340, 3_590, months=3) == pytest.approx(3_490 / 6_240)
    assert f.cei(6_200, 10_890, 6_340, 3_590, months=3) == pytest.approx(0.5593, abs=5e-5)


def test_creditguru_numbers_in_the_full_sales_form_give_another_cei() -> None:
    assert f.cei(6_200, 10_890, 6_340, 3_590) == pytest.approx(0.7963, abs=5e-5)


def test_gaviti_cei() -> None:
    assert f.cei(100_000, 1_000_000, 120_000, 100_000) == 0.98


def test_calculatorshub_cei_by_the_formula_not_by_its_table() -> None:
    # its table subtracts past due and says 96
    assert f.cei(50_000, 200_000, 40_000, 10_000) == 0.875


def test_oracle_jde_dso() -> None:
    assert f.dso(10_869, 5_538 + 4_566 + 7_570, 90) == pytest.approx(55.35, abs=5e-3)


def test_highako_countback_dso() -> None:
    months = [(100_000, 30), (80_000, 30), (70_000, 30)]
    assert f.dso_countback(212_000, months) == pytest.approx(73.71, abs=5e-3)


def test_cfo_simple_dso_over_a_year() -> None:
    assert f.dso(150_000, 1_800_000, 365) == pytest.approx(30.4, abs=0.05)


def test_motley_fool_dso_on_the_average_balance() -> None:
    assert f.dso(18_000, 20_000, 30) == 27


def test_microsoft_weighted_days_to_pay() -> None:
    assert f.weighted_days([(10, 5), (100, 10)]) == pytest.approx(9.55, abs=5e-3)
    assert f.average_days([5, 10]) == 7.5


def test_oracle_jde_weighted_days_late() -> None:
    assert f.average_days([1, 30]) == 15.5
    assert f.weighted_days([(100_000, 1), (500, 30)]) == pytest.approx(1.144, abs=5e-4)


def test_sage_50_average_days_to_pay() -> None:
    assert f.average_days([28, 22, 15, 35, 20]) == 24


def test_oracle_world_floors_early_payers_where_asked() -> None:
    assert f.average_days([-10, 10]) == 0
    assert f.average_days([-10, 10], floored=True) == 5


# --- edge cases ------------------------------------------------------------------------------------------------


def test_no_sales_is_blank_not_zero() -> None:
    assert f.dso(100, 0, 90) is None
    assert f.dso(100, -5, 90) is None
    assert f.average_days_delinquent(100, 50, 0, 90) is None
    assert f.bad_debt_ratio(5, 0) is None


def test_nothing_to_divide_by_is_blank() -> None:
    assert f.turnover(100, 0, 0) is None
    assert f.share_current(0, 0) is None
    assert f.dispute_rate(0, 0) is None
    assert f.kept_rate(0, 0) is None
    assert f.weighted_days([]) is None
    assert f.average_days([]) is None


def test_countback_counts_a_month_without_sales_in_full() -> None:
    assert f.dso_countback(150, [(100, 31), (0, 30), (100, 31)]) == 31 + 30 + 15.5


def test_countback_is_blank_where_history_runs_out() -> None:
    assert f.dso_countback(150, [(100, 31)]) is None
    assert f.dso_countback(100, [(100, 31)]) == 31
    assert f.dso_countback(0, [(100, 31)]) == 0


def test_cei_is_one_where_nothing_was_due_and_blank_where_nothing_was_there() -> None:
    assert f.cei(0, 100, 100, 100) == 1
    assert f.cei(0, 0, 0, 0) is None
    assert f.cei(0, 50, 100, 100) is None


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 400))
def test_add_is_dso_less_best_possible_dso(balance: int, current: int, sales: int, days: int) -> None:
    dso, best = f.dso(balance, sales, days), f.dso(current, sales, days)
    assert dso is not None
    assert best is not None
    add = f.average_days_delinquent(balance, current, sales, days)
    assert add == pytest.approx(dso - best, rel=1e-6, abs=1e-6 * max(dso, best))


@given(st.integers(1, 10**9), st.integers(1, 200), st.integers(28, 31))
def test_countback_of_even_sales_is_simple_dso(balance: int, lasts: int, days: int) -> None:
    sales = balance // lasts + 1
    months = [(sales, days)] * (lasts + 1)
    assert f.dso_countback(balance, months) == pytest.approx(f.dso(balance, sales, days))
