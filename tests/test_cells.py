# ruff: noqa: DTZ001 (cells hold wall-clock time)
from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arc_sheets import money, tabs
from arc_sheets.cells import (
    CellError,
    CellValue,
    Formula,
    Reading,
    Unreadable,
    Value,
    is_untidy,
    read_cell,
    show_cell,
    verbatim,
)
from arc_sheets.dates import FIRST, LAST, Order
from arc_sheets.tab import Column, Kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

COLUMNS = [column for tab in tabs.RECORD_TABS for column in tab.columns]
columns = st.sampled_from(COLUMNS)
codes = st.sampled_from(sorted(money.CURRENCIES))
numbers = Column("n", "N", Kind.NUMBER)
amounts = Column("m", "M", Kind.MONEY)
texts = Column("t", "T", Kind.TEXT)
days = Column("d", "D", Kind.DATE)
times = Column("w", "W", Kind.TIME)
choices = Column("c", "C", Kind.CHOICE, choices=("Email", "Phone"))
currencies = Column("k", "K", Kind.CODE)


def values(column: Column) -> SearchStrategy[Value]:
    """Draw what the ledger may keep in a column."""
    if column.choices:
        return st.none() | st.sampled_from(column.choices)
    text = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=40)
    drawn: dict[Kind, SearchStrategy[Value]] = {
        Kind.CODE: codes,
        Kind.MONEY: st.integers(-money.LARGEST, money.LARGEST),
        Kind.NUMBER: st.integers(-999_999_999, 999_999_999),
        Kind.DATE: st.dates(FIRST, LAST),
        Kind.TIME: st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)).map(
            lambda m: m.replace(microsecond=0)
        ),
    }
    return st.none() | drawn.get(column.kind, text.map(str.strip).filter(bool))


def why(column: Column, cell: CellValue, currency: str | None = "EUR", order: Order | None = None) -> str:
    found = read_cell(column, cell, currency, Reading(order))
    assert isinstance(found, Unreadable)
    return found.why


# --- there and back --------------------------------------------------------------------------------------------


@given(st.data(), columns, codes)
def test_every_value_comes_back_from_the_cell_that_shows_it(
    data: st.DataObject, column: Column, code: str
) -> None:
    value = data.draw(values(column))
    assert read_cell(column, show_cell(column, value, code), code) == value


@given(st.data(), columns, codes)
def test_a_value_comes_back_from_what_a_spreadsheet_makes_of_it(
    data: st.DataObject, column: Column, code: str
) -> None:
    value = data.draw(values(column))
    cell = show_cell(column, value, code)
    if isinstance(cell, Decimal):
        cell = float(cell)  # as a reader hands numbers over
    elif isinstance(cell, int):
        cell = float(cell)
    elif column.kind is Kind.DATE and isinstance(cell, date):
        cell = datetime(cell.year, cell.month, cell.day)
    assert read_cell(column, cell, code) == value


@given(st.data(), columns, codes)
def test_typed_as_text_a_value_still_reads(data: st.DataObject, column: Column, code: str) -> None:
    value = data.draw(values(column))
    cell = show_cell(column, value, code)
    if column.kind is Kind.MONEY and isinstance(value, int):
        cell = f"{money.to_major(value, code):,f} {code}"
        if money.exponent(code) != 2 and abs(money.to_major(value, code)) < 1000:
            return  # 0.125 KWD and the like read in two ways
    assert read_cell(column, None if cell is None else f"  {cell}\n", code) == value


cells: SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.builds(Formula, st.text(max_size=9), st.none()),
    st.sampled_from([CellError("#N/A"), CellError("#REF!")]),
)


@given(columns, cells, st.none() | codes, st.sampled_from([None, "dmy", "mdy"]), st.booleans())
@example(numbers, Decimal("1E+999999"), "EUR", None, False)  # noqa: FBT003
@example(amounts, Decimal("1E+999999"), "EUR", None, False)  # noqa: FBT003
@example(days, Decimal("1E+999999"), "EUR", None, False)  # noqa: FBT003
@example(texts, Decimal("1E+999999"), "EUR", None, False)  # noqa: FBT003
@example(days, 10**400, "EUR", None, False)  # noqa: FBT003
@example(times, datetime(9999, 12, 31, 23, 59, 59, 999_999), "EUR", None, False)  # noqa: FBT003
@example(texts, Decimal("sNaN"), "EUR", None, False)  # noqa: FBT003
def test_any_cell_is_a_value_or_unreadable_and_never_an_exception(
    column: Column,
    cell: CellValue,
    code: str | None,
    order: Order | None,
    date1904: bool,  # noqa: FBT001
) -> None:
    found = read_cell(column, cell, code, Reading(order, date1904))
    if isinstance(found, Unreadable):
        assert found.why
        assert found.text == verbatim(cell) != ""
        assert len(found.text) < 200 or isinstance(cell, int)
    elif found is not None:  # a value, once taken, shows and reads as itself
        assert read_cell(column, show_cell(column, found, code), code) == found


# --- blanks and what is no value -------------------------------------------------------------------------------


@pytest.mark.parametrize("column", [texts, choices, currencies, amounts, numbers, days, times])
@pytest.mark.parametrize("cell", [None, "", "  ", "\n\t", "\u00a0"])
def test_blank_is_none_in_every_column(column: Column, cell: str | None) -> None:
    assert read_cell(column, cell, None) is None


@pytest.mark.parametrize("column", [texts, choices, currencies, amounts, numbers, days, times])
def test_formulas_and_errors_are_held_with_what_a_person_sees(column: Column) -> None:
    assert read_cell(column, Formula("A1*2", Decimal(4)), "EUR") == Unreadable(
        "=A1*2", "it holds a formula, and ARC keeps values here"
    )
    assert read_cell(column, CellError("#N/A"), "EUR") == Unreadable("#N/A", "it shows the error #N/A")


# --- text, choices, codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (" a\r\nb\rc \n", "a\nb\nc"),
        ("007", "007"),
        (1042.0, "1042"),
        (Decimal("1042.50"), "1042.5"),
        (1e15, "1000000000000000"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (date(2026, 4, 3), "2026-04-03"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),  # text that looks like a formula stays text
    ],
)
def test_a_text_column_takes_what_was_typed(cell: CellValue, value: str) -> None:
    assert read_cell(texts, cell, None) == value


def test_a_text_longer_than_a_cell_is_refused_counted_as_excel_counts() -> None:
    assert read_cell(texts, "x" * 32_767, None) == "x" * 32_767
    assert "longer" in why(texts, "x" * 32_768)
    assert "longer" in why(texts, "😀" * 16_384)


def test_a_choice_is_read_in_any_case_and_kept_as_declared() -> None:
    assert read_cell(choices, " EMAIL ", None) == "Email"
    assert why(choices, "Fax") == "it is none of Email, Phone"


def test_a_currency_code_is_read_in_any_case() -> None:
    assert read_cell(currencies, " eur", None) == "EUR"
    assert "no currency code" in why(currencies, "EURO")


# --- numbers and amounts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [(30, 30), (30.0, 30), (Decimal("30.00"), 30), (Decimal("3E1"), 30), ("-30 ", -30), ("007", 7)],
)
def test_a_whole_number_is_read(cell: CellValue, value: int) -> None:
    found = read_cell(numbers, cell, None)
    assert found == value
    assert isinstance(found, int)


@pytest.mark.parametrize(
    "cell", [30.5, "30.5", "30 days", "1,000", "", True, date(2026, 4, 3), 10**9, float("nan"), "٣"]
)
def test_what_is_no_whole_number_is_held(cell: CellValue) -> None:
    found = read_cell(numbers, cell, None)
    assert isinstance(found, Unreadable) or cell == ""


def test_an_amount_is_counted_in_the_currency_of_its_row() -> None:
    assert [read_cell(amounts, 1250, code) for code in ("EUR", "JPY", "KWD")] == [125000, 1250, 1250000]
    assert why(amounts, 1250, None) == "its currency is missing"
    assert "decimals" in why(amounts, 1250.5, "JPY")


@pytest.mark.parametrize("cell", [True, date(2026, 4, 3), "soon", "1.250", "5 USD", Decimal("0.001")])
def test_what_is_no_amount_is_held(cell: CellValue) -> None:
    assert why(amounts, cell)


# --- dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        46115,
        46115.0,
        46115.999999,
        Decimal("46115.5"),
        "2026-04-03",
        date(2026, 4, 3),
        datetime(2026, 4, 3, 23),
    ],
)
def test_a_date_column_reads_the_day(cell: CellValue) -> None:
    found = read_cell(days, cell, None)
    assert found == date(2026, 4, 3)
    assert type(found) is date


def test_the_date_system_and_the_order_of_the_book_count() -> None:
    assert read_cell(days, 44653, None, Reading(date1904=True)) == date(2026, 4, 3)
    assert read_cell(days, "3/4/2026", None, Reading("dmy")) == date(2026, 4, 3)
    assert read_cell(days, "3/4/2026", None, Reading("mdy")) == date(2026, 3, 4)
    assert "day and month could be either" in why(days, "3/4/2026")


def test_a_time_is_kept_to_the_nearest_second() -> None:
    nearly = datetime(2026, 4, 3, 9, 59, 59, 999_999)
    assert read_cell(times, nearly, None) == datetime(2026, 4, 3, 10)
    assert read_cell(times, date(2026, 4, 3), None) == datetime(2026, 4, 3)
    assert read_cell(times, 46115.5, None) == datetime(2026, 4, 3, 12)


@pytest.mark.parametrize(
    "cell", [True, 5, "31/2/2026", date(1900, 1, 5), datetime(2201, 1, 1), -1, 1e9, "soon"]
)
@pytest.mark.parametrize("column", [days, times])
def test_what_is_no_date_is_held(column: Column, cell: CellValue) -> None:
    assert why(column, cell)


# --- what a person sees ----------------------------------------------------------------------------------------


def test_numbers_and_dates_typed_as_text_are_untidy() -> None:
    assert [is_untidy(column, "2026-04-03") for column in (days, times, amounts, numbers)] == [True] * 4
    assert not is_untidy(texts, "2026-04-03")
    assert not is_untidy(days, date(2026, 4, 3))
    assert not is_untidy(days, "  ")


@pytest.mark.parametrize("text", ["\ud83d", "smile \ude00", "\ud83d\ude00", "a\0b", "\0$ 5"])
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.header} {column.kind.value}")
def test_what_no_ledger_can_keep_is_no_value_and_can_be_said(column: Column, text: str) -> None:
    found = read_cell(column, text, "EUR")
    assert isinstance(found, Unreadable)
    f"{found.text} {found.why}".encode()
    assert "\0" not in found.text + found.why
    if column.kind in {Kind.TEXT, Kind.NOTE}:
        assert found.why == "it has characters that cannot be shown"


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        (None, ""),
        (Decimal("1250.50"), "1250.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E+400000"), "1E+400000"),
        (True, "TRUE"),
        (date(2026, 4, 3), "03 Apr 2026"),
        (datetime(2026, 4, 3, 9, 5), "03 Apr 2026 09:05"),
        (CellError("#REF!"), "#REF!"),
        (" as typed ", " as typed "),
        ("a\0b\ud83dc\n", "a\ufffdb\ufffdc\n"),
        (Formula('"\ude00"'), '="\ufffd"'),
        (CellError("#N/A\0"), "#N/A\ufffd"),
    ],
)
def test_verbatim_is_what_a_person_sees(cell: CellValue, seen: str) -> None:
    assert verbatim(cell) == seen
