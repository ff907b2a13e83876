from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import ConfigError
from arc_sheets.hours import (
    NotHours,
    Open,
    business_days,
    clock,
    is_business_day,
    next_business_day,
    next_moment,
    open_hours,
    quiet_hours,
    zone_of,
)
from arc_sheets.policy import DEFAULT_POLICY, Hours, Policy

BAVARIA = replace(DEFAULT_POLICY, country="DE", region="BY", closed=(date(2026, 12, 24),))
BERLIN = ZoneInfo("Europe/Berlin")


def h(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


# --- days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "business"),
    [
        (date(2026, 12, 23), True),
        (date(2026, 12, 24), False),  # closed
        (date(2026, 12, 25), False),  # public holiday
        (date(2026, 12, 27), False),  # Sunday
        (date(2026, 11, 1), False),
        (date(2027, 1, 6), False),  # Epiphany, in Bavaria
    ],
)
def test_a_business_day_is_no_weekend_no_holiday_and_not_closed(day: date, *, business: bool) -> None:
    assert is_business_day(day, BAVARIA) is business


def test_holidays_are_those_of_the_region() -> None:
    epiphany = date(2027, 1, 6)
    assert is_business_day(epiphany, replace(BAVARIA, region="BE"))
    assert is_business_day(epiphany, DEFAULT_POLICY)


def test_the_weekend_is_that_of_the_country() -> None:
    friday, sunday = date(2026, 11, 27), date(2026, 11, 29)
    there = replace(DEFAULT_POLICY, country="SA")
    assert (is_business_day(friday, there), is_business_day(sunday, there)) == (False, True)


def test_the_next_business_day_may_be_today_or_long_after() -> None:
    assert next_business_day(date(2026, 12, 23), BAVARIA) == date(2026, 12, 23)
    assert next_business_day(date(2026, 12, 24), BAVARIA) == date(2026, 12, 28)


def test_business_days_are_counted_after_the_first_up_to_the_last() -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert business_days(friday, monday, DEFAULT_POLICY) == 1
    assert business_days(monday, monday, DEFAULT_POLICY) == 0
    assert business_days(monday, friday, DEFAULT_POLICY) == 0
    assert business_days(date.min, monday, DEFAULT_POLICY) > 200


def test_a_policy_that_is_always_closed_says_so() -> None:
    closed = tuple(date(2026, 11, 23) + timedelta(n) for n in range(420))
    with pytest.raises(ConfigError, match="take days out of closed"):
        next_business_day(date(2026, 11, 23), replace(DEFAULT_POLICY, closed=closed))


# --- quiet hours -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left_open"),
    [
        ("18:00-08:00", [("8:00", "18:00")]),
        ("12:00-13:00, 17:00-09:00", [("9:00", "12:00"), ("13:00", "17:00")]),
        ("17-9; 12-13", [("9:00", "12:00"), ("13:00", "17:00")]),
        ("6 pm to 8 am", [("8:00", "18:00")]),
        ("18.30 – 8.15", [("8:15", "18:30")]),
        ("12am-7am", [("7:00", "24:00")]),
        ("7:00-24:00", [("0:00", "7:00")]),
        ("9-12, 11-14", [("0:00", "9:00"), ("14:00", "24:00")]),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(text: str, left_open: list[tuple[str, str]]) -> None:
    assert quiet_hours(text) == tuple(Open(h(a), h(b)) for a, b in left_open)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nights", '"nights" is no span of hours, such as 18:00-08:00'),
        ("25:00-8:00", '"25:00" is no time of day, such as 18:00'),
        ("24:30-8", '"24:30" is no time of day, such as 18:00'),
        ("18:60-8", '"18:60" is no time of day, such as 18:00'),
        ("13 pm-8 am", '"13 pm" is no time of day, such as 18:00'),
        ("8-8", '"8-8" begins when it ends'),
        ("0:00-12:00, 12:00-24:00", "it leaves no hour of the day"),
        (" , ", "it names no hours, such as 18:00-08:00"),
        ("18-8-9", '"8-9" is no time of day, such as 18:00'),
        ("1\n8-8", '"1" is no span of hours, such as 18:00-08:00'),
    ],
)
def test_what_is_no_quiet_hours_is_said(text: str, why: str) -> None:
    with pytest.raises(NotHours) as caught:
        quiet_hours(text)
    assert str(caught.value) == why


def test_the_end_of_the_day_is_no_time_of_day() -> None:
    assert clock("9 am") == time(9)
    with pytest.raises(NotHours):
        clock("24:00")


def test_quiet_hours_are_taken_off_the_policys_hours() -> None:
    assert (
        open_hours(None, DEFAULT_POLICY) == open_hours(" ", DEFAULT_POLICY) == (Open(h("8:00"), h("18:00")),)
    )
    assert open_hours("12-13", DEFAULT_POLICY) == (Open(h("8:00"), h("12:00")), Open(h("13:00"), h("18:00")))
    assert open_hours("16:00-10:00", DEFAULT_POLICY) == (Open(h("10:00"), h("16:00")),)


def test_who_is_quiet_all_day_is_reached_in_the_hours_they_leave() -> None:
    assert open_hours("7:00-19:00", DEFAULT_POLICY) == (Open(0, h("7:00")), Open(h("19:00"), h("24:00")))


# --- the next moment -------------------------------------------------------------------------------------------


def moment(now: str, zone: str = "Europe/Berlin", quiet: str | None = None, policy: Policy = BAVARIA) -> str:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return f"{next_moment(at, ZoneInfo(zone), open_hours(quiet, policy), policy):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-25 10:00", "2026-11-25 10:00"),  # at once
        ("2026-11-25 06:59", "2026-11-25 07:00"),  # eight o'clock in Berlin
        ("2026-11-25 17:00", "2026-11-26 07:00"),  # closed at six
        ("2026-11-27 20:00", "2026-11-30 07:00"),  # over the weekend
        ("2026-12-23 20:00", "2026-12-28 07:00"),  # closed, Christmas, weekend
    ],
)
def test_a_message_waits_for_the_next_open_hour(now: str, then: str) -> None:
    assert moment(now) == then


def test_a_message_waits_on_the_recipients_clock() -> None:
    assert moment("2026-11-25 10:00", "America/New_York") == "2026-11-25 13:00"
    assert (
        moment("2026-11-25 10:00", "Asia/Tokyo") == "2026-11-25 23:00"
    )  # eight in the morning, the day after
    assert moment("2026-11-27 23:30", "Asia/Tokyo") == "2026-11-29 23:00"  # Saturday there: Monday at eight
    assert moment("2026-11-25 12:00", quiet="12:00-14:00") == "2026-11-25 13:00"


NIGHTS = replace(DEFAULT_POLICY, hours=Hours(time(2, 30), time(4)), closed=())


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-03-30 00:00", "2026-03-30 00:30"),  # half past two in summer
        ("2026-10-24 12:00", "2026-10-26 01:30"),
    ],
)
def test_a_change_of_the_clock_on_a_sunday_changes_nothing(now: str, then: str) -> None:
    assert moment(now, policy=NIGHTS) == then


def test_an_hour_that_the_clock_skips_begins_after_the_gap() -> None:
    # Cairo: on Friday 24 April 2026 the clock goes from 0:00 to 1:00
    early = replace(NIGHTS, hours=Hours(time(0, 15), time(1, 30)))
    assert moment("2026-04-23 21:00", "Africa/Cairo", policy=early) == "2026-04-23 22:00"
    gone = replace(NIGHTS, hours=Hours(time(0, 15), time(0, 45)))  # that day has no such hour
    assert moment("2026-04-23 21:00", "Africa/Cairo", policy=gone) == "2026-04-26 21:15"


def test_an_hour_that_the_clock_repeats_counts_twice() -> None:
    # Cairo: on Thursday 29 October 2026 the clock goes from 24:00 back to 23:00
    late = replace(NIGHTS, hours=Hours(time(23, 30), time(23, 45)))
    assert moment("2026-10-29 20:45", "Africa/Cairo", policy=late) == "2026-10-29 21:30"


def test_an_unknown_time_zone_is_the_firms() -> None:
    assert zone_of("Asia/Tokyo ", BERLIN) == ZoneInfo("Asia/Tokyo")
    for name in (
        None,
        "",
        "Berlin time",
        "Europe",
        "../etc/passwd",
        "/etc/localtime",
        "a\0b",
        "Europe/Berlin/x",
    ):
        assert zone_of(name, BERLIN) is BERLIN


# --- for any zone and moment -----------------------------------------------------------------------------------

ZONES = sorted(available_timezones() - {"localtime"})
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    opens, closes = sorted(draw(st.lists(minutes, min_size=2, max_size=2, unique=True)))
    hours = Hours(*(time(m // 60, m % 60) for m in (opens, closes)))
    country = draw(st.sampled_from(["", "DE", "US", "SA", "JP"]))
    closed = draw(st.lists(st.dates(date(2024, 1, 1), date(2028, 1, 1)), max_size=3))
    return replace(DEFAULT_POLICY, hours=hours, country=country, closed=tuple(closed))


@st.composite
def quiet_texts(draw: st.DrawFn) -> str | None:
    spans = draw(st.lists(st.tuples(minutes, minutes).filter(lambda p: p[0] != p[1]), max_size=3))
    text = ", ".join(f"{a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}" for a, b in spans)
    try:
        return text if text and quiet_hours(text) else None
    except NotHours:
        return None


@given(moments, st.sampled_from(ZONES), quiet_texts(), policies())
def test_the_next_moment_is_not_before_now_and_within_the_hours(
    now: datetime, name: str, quiet: str | None, policy: Policy
) -> None:
    zone, hours = ZoneInfo(name), open_hours(quiet, policy)
    then = next_moment(now, zone, hours, policy)
    local = then.astimezone(zone)
    assert then >= now
    assert is_business_day(local.date(), policy)
    assert any(o.opens <= local.hour * 60 + local.minute < o.closes for o in hours)
    assert next_moment(then, zone, hours, policy) == then


def by_the_minute(now: datetime, zone: ZoneInfo, policy: Policy) -> Iterator[datetime]:
    """Yield the whole minutes from now on at which a message may arrive, found by looking at every one."""
    begin = now.replace(second=0, microsecond=0)
    opens, closes = policy.hours.opens, policy.hours.closes
    for n in range(60 * 24 * 12):
        local = (begin + timedelta(minutes=n)).astimezone(zone)
        if opens <= local.time() < closes and is_business_day(local.date(), policy):
            yield begin + timedelta(minutes=n)


CHANGES = [
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 11, 1, 4, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
]


@given(st.sampled_from(CHANGES), st.integers(-4000, 200), policies())
def test_there_is_no_earlier_moment_around_a_change_of_the_clock(
    change: tuple[str, datetime], minutes_off: int, policy: Policy
) -> None:
    name, at = change
    now, zone = at + timedelta(minutes=minutes_off), ZoneInfo(name)
    policy = replace(policy, country="SA", closed=())  # where Sunday is a business day
    assert next_moment(now, zone, open_hours(None, policy), policy) == next(by_the_minute(now, zone, policy))
