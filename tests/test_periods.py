from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import ConfigError
from arc_sheets.periods import Period, month_ends, months_back

D = date


@pytest.mark.parametrize(
    ("text", "end", "days"),
    [
        ("month", D(2026, 11, 20), 31),
        ("month", D(2026, 2, 28), 28),
        ("month", D(2026, 3, 31), 31),
        ("month", D(2026, 3, 30), 30),
        ("quarter", D(2026, 3, 31), 90),
        ("Quarter ", D(2026, 6, 30), 91),
        ("year", D(2026, 12, 31), 365),
        ("year", D(2024, 2, 29), 366),
        ("90", D(2026, 3, 31), 90),
        (30, D(2026, 3, 1), 30),
        ("007", D(2026, 3, 1), 7),
    ],
)
def test_a_period_that_ends_on_a_day_has_days(text: str | int, end: date, days: int) -> None:
    assert Period.parse(text).days(end) == days


@pytest.mark.parametrize("text", ["", "week", "0", "-90", "90.5", "4000", "²"])
def test_an_unknown_period_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="write month, quarter, year"):
        Period.parse(text)


@given(st.dates(D(1975, 1, 1), D(2190, 1, 1)), st.sampled_from([1, 3, 12, 40]))
def test_going_back_keeps_the_day_or_the_end_of_the_month(day: date, months: int) -> None:
    back = months_back(day, months)
    assert (day.year - back.year) * 12 + day.month - back.month == months
    ends = (day + timedelta(1)).day == 1
    assert (back + timedelta(1)).day == 1 if ends or back.day != day.day else back.day == day.day


@given(st.dates(D(1975, 1, 1), D(2190, 1, 1)))
def test_twelve_month_ends_finish_with_the_date_itself(day: date) -> None:
    ends = month_ends(day)
    assert len(ends) == 12
    assert ends[-1] == day
    assert all((end + timedelta(1)).day == 1 for end in ends[:-1])
    assert [e.year * 12 + e.month for e in ends] == [day.year * 12 + day.month - n for n in range(11, -1, -1)]
