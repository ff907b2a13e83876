from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arc_sheets.money import (
    CURRENCIES,
    LARGEST,
    NotAnAmount,
    exponent,
    read_amount,
    show,
    to_major,
    to_minor,
)

minors = st.integers(-LARGEST, LARGEST)
codes = st.sampled_from(["EUR", "USD", "GBP", "JPY", "KWD", "CHF", "SEK", "VND"])


def test_a_minor_unit_is_what_iso_4217_says() -> None:
    assert [exponent(code) for code in ("EUR", "USD", "JPY", "KRW", "KWD", "TND")] == [2, 2, 0, 0, 3, 3]
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)
    assert {"BIF", "CLP", "KWD", "OMR", "XPF"} <= CURRENCIES


def amount_or_reason(text: str, code: str) -> int | str:
    try:
        return read_amount(text, code)
    except NotAnAmount as why:
        return str(why)


# --- there and back --------------------------------------------------------------------------------------------


@given(minors, codes)
@example(LARGEST, "KWD")
@example(-1, "KWD")
def test_major_units_go_back_to_minor_units(minor: int, code: str) -> None:
    assert to_minor(to_major(minor, code), code) == minor
    assert to_minor(float(to_major(minor, code)), code) == minor
    assert read_amount(show(minor, code), code, ".") == minor


def grouped(minor: int, code: str, group: str, mark: str) -> str:
    text = f"{abs(to_major(minor, code)):,f}"
    return text.replace(",", "g").replace(".", mark).replace("g", group)


@given(
    minors,
    codes,
    st.sampled_from(
        [(",", "."), (".", ","), (" ", ","), ("'", "."), ("\u202f", ","), ("\u2019", "."), ("", ".")]
    ),
    st.sampled_from(
        ["{}-", "-{}", "({})", "- {}", "{} CR", "\u2212{}", "{code} -{}", "-{} {code}", "({code} {})"]
    ),
)
def test_every_way_to_write_an_amount_reads_back(
    minor: int, code: str, marks: tuple[str, str], sign: str
) -> None:
    plain = grouped(minor, code, *marks)
    for text, value in (
        (plain, abs(minor)),
        (f" {code} {plain}", abs(minor)),
        (f"{plain}{code}", abs(minor)),
    ):
        assert read_amount(text, code, marks[1]) == value
    assert read_amount(sign.format(plain, code=code), code, marks[1]) == -abs(minor)


@given(minors, codes, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_without_a_known_mark_an_amount_reads_right_or_not_at_all(
    minor: int, code: str, marks: tuple[str, str]
) -> None:
    found = amount_or_reason(grouped(minor, code, *marks), code)
    assert found == abs(minor) or "two ways" in str(found)


@given(st.text(max_size=12), codes)
@example("-", "EUR")
@example("((1))", "EUR")
@example("1" * 5000, "EUR")
def test_any_text_is_an_amount_or_is_refused(text: str, code: str) -> None:
    found = amount_or_reason(text, code)
    assert abs(found) <= LARGEST if isinstance(found, int) else found


@given(st.text("0123456789.,' -+()€$EURCR", max_size=12))
def test_what_reads_as_an_amount_has_its_digits(text: str) -> None:
    try:
        minor = read_amount(text, "EUR")
    except NotAnAmount:
        return
    digits = "".join(c for c in text if c.isdigit()).strip("0")
    assert str(abs(minor)).strip("0") == digits


# --- examples --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("1,250.50", "EUR", 125050),
        ("1.250,50", "EUR", 125050),
        ("12,34,567.89", "INR", 123456789),  # lakhs
        ("1'250.50", "CHF", 125050),
        ("€ 99,-", "EUR", 9900),
        ("99,--", "EUR", 9900),
        ("99.\u2014", "EUR", 9900),
        ("(80.00)", "EUR", -8000),
        ("$(80)", "USD", -8000),
        ("120.00-", "EUR", -12000),
        ("80.00 CR", "EUR", -8000),
        ("80.00DR", "EUR", 8000),
        ("US$ 5", "USD", 500),
        ("5", "EUR", 500),
        (".5", "EUR", 50),
        ("5.", "EUR", 500),
        ("0.125", "KWD", 125),
        ("1234.567", "KWD", 1234567),
        ("1.250", "JPY", 1250),
        ("1,250.00", "JPY", 1250),
        ("500 kr.", "SEK", 50000),
        ("Fr. 20", "CHF", 2000),
        ("5 zł", "PLN", 500),
        ("-0", "EUR", 0),
    ],
)
def test_people_write(text: str, code: str, minor: int) -> None:
    assert read_amount(text, code) == minor


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("1.250", "EUR", "two ways"),
        ("1,250", "KWD", "two ways"),
        ("0.125", "JPY", "groups"),
        ("1,2345", "EUR", "decimals"),
        ("0.001", "EUR", "decimals"),
        ("0.5", "JPY", "decimals"),
        ("1,23,45", "EUR", "groups"),
        ("12 34", "EUR", "groups"),
        ("1.250'000", "EUR", "separators"),
        ("80 USD", "EUR", "it says USD, but its currency is EUR"),
        ("£80", "EUR", "it says £, but its currency is EUR"),
        ("$80", "EUR", "it says"),
        ("US$ 80", "CAD", "it says"),
        ("INV 100", "EUR", "not a number"),
        ("--80", "EUR", "twice"),
        ("-(80)", "EUR", "twice"),
        ("1e5", "EUR", "not a number"),
        ("", "EUR", "not a number"),
        ("-", "EUR", "not a number"),
        ("()", "EUR", "not a number"),
        ("n/a", "EUR", "not a number"),
        ("nan", "EUR", "not a number"),
        ("12 Mar", "EUR", "not a number"),
        ("5%", "EUR", "not a number"),
        ("9" * 20, "EUR", "larger"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(text: str, code: str, why: str) -> None:
    with pytest.raises(NotAnAmount, match=why):
        read_amount(text, code)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0.001, "EUR"),
        (0.5, "JPY"),
        (Decimal("1.005"), "EUR"),
        (float("nan"), "EUR"),
        (float("inf"), "EUR"),
        (1e300, "EUR"),
        (Decimal("1E+999999"), "EUR"),
        (Decimal("1E-999999"), "EUR"),
        (Decimal("sNaN"), "EUR"),
        (10**400, "EUR"),
        (LARGEST / 100 + 1, "EUR"),
    ],
)
def test_a_number_that_is_no_amount_is_refused(number: Decimal | float, code: str) -> None:
    with pytest.raises(NotAnAmount):
        to_minor(number, code)


def test_the_binary_dust_of_a_spreadsheet_is_no_fraction_of_a_cent() -> None:
    assert to_minor(0.1 + 0.2, "EUR") == 30
    assert to_minor(Decimal(repr(0.1 + 0.2)), "EUR") == 30
    assert to_minor(1.15 * 100, "EUR") == 11500


def test_amounts_are_shown_with_all_decimals_of_their_currency() -> None:
    shown = [show(125050, "EUR"), show(-5, "EUR"), show(7, "JPY"), show(0, "KWD")]
    assert shown == ["1250.50", "-0.05", "7", "0.000"]
