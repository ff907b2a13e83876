# ruff: noqa: DTZ001 (cells hold wall-clock time)
from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arc_sheets.dates import (
    FIRST,
    LAST,
    NotADate,
    Order,
    TwoWays,
    from_serial,
    read_date,
    read_moment,
    to_serial,
)

days = st.dates(FIRST, LAST)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31, 23, 59, 59)).map(
    lambda m: m.replace(microsecond=0)
)
orders = st.sampled_from([None, "dmy", "mdy"])
APRIL_3 = date(2026, 4, 3)


# --- there and back --------------------------------------------------------------------------------------------


@given(days, orders)
def test_an_iso_date_reads_back_in_any_order(day: date, order: Order | None) -> None:
    assert read_date(day.isoformat(), order) == day
    assert read_date(f" {day:%Y/%m/%d} ", order) == day


@given(moments, orders, st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %I:%M:%S %p"]))
def test_a_moment_reads_back(moment: datetime, order: Order | None, form: str) -> None:
    assert read_moment(f"{moment:{form}}", order) == moment


@given(
    days, orders, st.sampled_from(["%d %b %Y", "%d. %B %Y", "%d-%b-%Y", "%B %d, %Y", "%b. %d %Y", "%d.%m.%Y"])
)
def test_a_named_month_or_dots_read_in_one_way_only(day: date, order: Order | None, form: str) -> None:
    assert read_date(f"{day:{form}}", order) == day


@given(days, st.sampled_from("/-"))
def test_day_and_month_are_never_guessed(day: date, mark: str) -> None:
    dmy, mdy = f"{day.day}{mark}{day.month}{mark}{day.year}", f"{day.month}{mark}{day.day}{mark}{day.year}"
    assert read_date(dmy, "dmy") == read_date(mdy, "mdy") == day
    for text in (dmy, mdy):
        if day.day > 12 or day.day == day.month:
            assert read_date(text) == day
        else:
            with pytest.raises(TwoWays):
                read_date(text)


@given(days, st.booleans())
@example(LAST, False)  # noqa: FBT003
def test_a_serial_goes_back_to_its_day(day: date, date1904: bool) -> None:  # noqa: FBT001
    assert from_serial(to_serial(day, date1904=date1904), date1904=date1904).date() == day


@given(moments, st.booleans())
def test_a_serial_keeps_the_second(moment: datetime, date1904: bool) -> None:  # noqa: FBT001
    assert from_serial(to_serial(moment, date1904=date1904), date1904=date1904) == moment


@given(st.text(max_size=20), orders)
@example("99/99/9999", None)
@example("2026-04-03 99:99", None)
@example("0000-00-00", None)
def test_any_text_is_a_date_or_is_refused(text: str, order: Order | None) -> None:
    try:
        found = read_date(text, order)
    except NotADate:
        return
    assert FIRST <= found <= LAST


@given(st.floats())
def test_any_number_is_a_date_or_is_refused(serial: float) -> None:
    try:
        found = from_serial(serial)
    except NotADate:
        return
    assert FIRST <= found.date() <= LAST


# --- examples --------------------------------------------------------------------------------------------------


def test_excel_counts_from_the_end_of_1899_or_from_1904() -> None:
    assert from_serial(46115) == datetime(2026, 4, 3)
    assert from_serial(46115 - 1462, date1904=True) == datetime(2026, 4, 3)
    assert to_serial(APRIL_3) == 46115
    assert to_serial(datetime(2026, 4, 3, 18)) == 46115.75


@pytest.mark.parametrize(
    "text",
    [
        "3. April 2026",
        "03-APR-26",
        "Apr 3rd 2026",
        "3rd Apr, 2026",
        "3 avril 2026",
        "3 abril 2026",
        "3.4.26",
        "3 . 4 . 2026",
        "2026-04-03T23:59:59.999Z",
        "2026-04-03 10:20:30+02:00",
    ],
)
def test_people_write_the_third_of_april(text: str) -> None:
    assert read_date(text) == APRIL_3


@pytest.mark.parametrize(
    ("text", "hour"), [("12:00 am", 0), ("12:00 PM", 12), ("1:00 pm", 13), ("13:00", 13)]
)
def test_noon_and_midnight(text: str, hour: int) -> None:
    assert read_moment(f"2026-04-03 {text}") == datetime(2026, 4, 3, hour)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/2/2026", "no such day"),
        ("2026-02-30", "no such day"),
        ("0/4/2026", "no such day"),
        ("2026-04-03 25:00", "no such day or time"),
        ("29 Feb 2026", "no such day"),
        ("3 Foo 2026", '"Foo" is no month'),
        ("1969-12-31", "1969 is out of range"),
        ("3.4.3026", "3026 is out of range"),
        ("soon", "not a date"),
        ("46115", "not a date"),
        ("12:30", "not a date"),
        ("2026", "not a date"),
        ("3/4-2026", "not a date"),
        ("", "not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(NotADate, match=why):
        read_date(text)


@pytest.mark.parametrize(
    "serial", [-1, 0, 60, 25568, 109575, 299_999, 300_000, 1e300, float("nan"), float("inf")]
)
def test_a_number_far_from_any_date_is_refused(serial: float) -> None:
    with pytest.raises(NotADate):
        from_serial(serial)


def test_the_order_rules_out_the_other_reading() -> None:
    with pytest.raises(NotADate, match="no such day"):
        read_date("13/4/2026", "mdy")


def test_two_digits_mean_this_century() -> None:
    assert read_date("31 Dec 99") == date(2099, 12, 31)


def test_leap_days_exist_where_they_do() -> None:
    assert read_date("29/2/2028") == date(2028, 2, 28) + timedelta(1)
