from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets import money
from arc_sheets.errors import ConfigError
from arc_sheets.rates import Rates

rates = st.decimals("0.000001", "99999", places=6, allow_nan=False)
codes = st.sampled_from(["EUR", "USD", "JPY", "KWD"])
amounts = st.lists(st.integers(-money.LARGEST, money.LARGEST), max_size=20)


@given(amounts, rates, codes, codes)
def test_converting_is_exact_and_rounds_half_to_even(
    minor: list[int], rate: Decimal, base: str, code: str
) -> None:
    table = Rates(base, {} if base == code else {code: rate})
    major = [money.to_major(m, code) * (1 if base == code else rate) for m in minor]
    wanted = [
        int((m.scaleb(money.exponent(base))).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)) for m in major
    ]
    assert [table.convert(m, code) for m in minor] == wanted
    if all(abs(w) < 2**63 for w in wanted):
        converted = table.convert_all(np.array(minor, dtype=np.int64), code)
        assert converted is not None
        assert converted.tolist() == wanted


def test_minor_units_differ_between_currencies() -> None:
    table = Rates("EUR", {"JPY": Decimal("0.0062"), "KWD": Decimal("3.01")})
    assert table.convert(1000, "JPY") == 620
    assert table.convert(1000, "KWD") == 301
    assert Rates("JPY", {"EUR": Decimal(161)}).convert(100, "EUR") == 161


@pytest.mark.parametrize(("minor", "cents"), [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)])
def test_a_half_goes_to_the_even_neighbour(minor: int, cents: int) -> None:
    table = Rates("EUR", {"USD": Decimal("0.5")})
    assert table.convert(minor, "USD") == cents
    assert table.convert_all(np.array([[minor]]), "USD").tolist() == [[cents]]  # type: ignore[union-attr]


def test_a_missing_rate_is_none_never_a_guess() -> None:
    table = Rates("EUR", {"USD": Decimal("0.9")})
    assert table.convert(100, "GBP") is None
    assert table.convert_all(np.array([100]), "GBP") is None
    assert table.missing(("USD", "SEK", "GBP", "EUR", "GBP")) == ("GBP", "SEK")


def test_the_base_needs_no_rate() -> None:
    assert Rates("EUR").convert(123, "EUR") == 123


@pytest.mark.parametrize(
    ("base", "table"),
    [
        ("euro", {}),
        ("EUR", {"USD": Decimal(0)}),
        ("EUR", {"USD": Decimal(-1)}),
        ("EUR", {"USD": Decimal("NaN")}),
        ("EUR", {"USD": Decimal("Infinity")}),
        ("EUR", {"XXX": Decimal(1)}),
        ("EUR", {"EUR": Decimal(2)}),
    ],
)
def test_rates_that_cannot_be_are_refused_in_a_sentence(base: str, table: dict[str, Decimal]) -> None:
    with pytest.raises(ConfigError, match=r"\.$"):
        Rates(base, table)
