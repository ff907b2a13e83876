from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import schedule
from hypothesis import given
from hypothesis import strategies as st

from arc_sync.agent.running.clock import Ticks
from arc_sync.agent.running.habits import Habits, WrongHabit, habits_of
from arc_sync.agent.running.jobs import Job, daily, due, last_time, next_time, wait_after

BERLIN = ZoneInfo("Europe/Berlin")
HABITS = Habits()
DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALL = {Job.NIGHT: DAY, Job.PLAN: DAY}

moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001
zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def _berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[arg-type, misc]  # year, month, day, ...


def test_each_daily_job_is_done_once_a_day_at_its_time() -> None:
    done: dict[Job, datetime] = {}
    told = []
    now = _berlin(2026, 11, 24, 0, 0)
    due_first = due(HABITS, done, now, BERLIN)
    assert due_first == [Job.NIGHT, Job.PLAN]
    done = dict.fromkeys(due_first, now)
    while now < _berlin(2026, 11, 27, 0, 0):
        for job in due(HABITS, done, now, BERLIN):
            told.append((job, now.astimezone(BERLIN).strftime("%d %H:%M")))
            done[job] = now
        now += timedelta(minutes=1)

    assert told == [
        (job, f"{day} {at}")
        for day in (24, 25, 26)
        for job, at in ((Job.NIGHT, "02:00"), (Job.PLAN, "07:30"))
    ]


def test_what_was_missed_in_a_sleep_is_made_up_for_once_in_order() -> None:
    done = dict.fromkeys(ALL, _berlin(2026, 11, 20, 8, 0))

    assert due(HABITS, done, _berlin(2026, 11, 26, 9, 0), BERLIN) == [Job.NIGHT, Job.PLAN]
    assert due(HABITS, done, _berlin(2026, 11, 26, 5, 0), BERLIN) == [Job.PLAN, Job.NIGHT]
    assert not due(
        HABITS, dict.fromkeys(ALL, _berlin(2026, 11, 26, 9, 0)), _berlin(2026, 11, 26, 9, 1), BERLIN
    )


def test_a_time_that_summer_time_leaves_out_still_comes_once() -> None:
    night = Habits(night=time(2, 30))  # on 29 March 2026 clocks go from 2:00 to 3:00
    done = dict.fromkeys(ALL, _berlin(2026, 3, 28, 12, 0))
    runs = []
    now = _berlin(2026, 3, 28, 12, 0)
    while now < _berlin(2026, 3, 30, 0, 0):
        if Job.NIGHT in due(night, done, now, BERLIN):
            runs.append(now.astimezone(BERLIN).strftime("%d %H:%M"))
            done[Job.NIGHT] = now
        now += timedelta(minutes=10)

    assert runs == ["29 03:30"]


def test_a_time_that_winter_time_brings_twice_comes_once() -> None:
    night = Habits(night=time(2, 30))  # on 25 October 2026 clocks go from 3:00 to 2:00
    done = dict.fromkeys(ALL, _berlin(2026, 10, 24, 12, 0))
    runs = 0
    now = _berlin(2026, 10, 24, 12, 0)
    while now < _berlin(2026, 10, 26, 0, 0):
        if Job.NIGHT in due(night, done, now, BERLIN):
            runs += 1
            done[Job.NIGHT] = now
        now += timedelta(minutes=10)

    assert runs == 1


def test_a_job_done_in_a_future_that_is_gone_is_due_again() -> None:
    done = dict.fromkeys(ALL, datetime(2030, 1, 1, tzinfo=UTC))

    assert due(HABITS, done, DAY, BERLIN) == [Job.NIGHT, Job.PLAN]


@given(times, moments, zones)
def test_now_lies_between_the_last_time_and_the_next(at: time, now: datetime, zone: ZoneInfo) -> None:
    last, following = last_time(at, now, zone), next_time(at, now, zone)

    assert last <= now < following
    assert timedelta(hours=22) <= following - last <= timedelta(hours=26)


@given(moments, zones, st.integers(0, 60 * 24 * 9))
def test_whatever_the_clock_does_a_job_is_done_at_most_once_more(
    now: datetime, zone: ZoneInfo, jump: int
) -> None:
    done = dict.fromkeys(daily(HABITS), now)
    back = now - timedelta(minutes=jump)
    again = due(HABITS, done, back, zone)
    done |= dict.fromkeys(again, back)

    assert not due(HABITS, done, back, zone)


def test_a_failed_job_waits_longer_each_time_and_never_long() -> None:
    assert [wait_after(n).total_seconds() / 60 for n in (1, 2, 3, 4, 5, 99)] == [1, 2, 4, 8, 15, 15]


# -- [agent] of arc.toml ---------------------------------------------------------------------------------------


def test_habits_are_read() -> None:
    told = {"every": 30, "morning": "6:45", "night": "23:00", "backups": 3, "folder": "/safe"}

    assert habits_of(told) == Habits(30, time(6, 45), time(23), 3, "/safe")
    assert habits_of({}) == habits_of(None) == Habits()


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"every": 1}, "every"),
        ({"every": True}, "every"),
        ({"every": "60"}, "every"),
        ({"morning": "25:00"}, "morning"),
        ({"night": 2}, "night"),
        ({"backups": 0}, "backups"),
        ({"folder": " "}, "folder"),
        ({"nigth": "02:00"}, "nigth"),
        ("often", "agent"),
    ],
)
def test_a_habit_that_cannot_be_kept_names_its_key(told: Any, key: str) -> None:
    with pytest.raises(WrongHabit) as caught:
        habits_of(told)

    assert caught.value.key == key


# -- ticks -----------------------------------------------------------------------------------------------------


class _Wall:
    """A wall clock and a steady one, moved by the test; `schedule` reads the wall clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = datetime(2026, 10, 25, 2, 30), 0.0  # noqa: DTZ001 (as schedule has it)
        monkeypatch.setattr(
            schedule, "datetime", SimpleNamespace(datetime=self, timedelta=timedelta), raising=True
        )

    def now(self, _zone: object = None) -> datetime:
        return self.wall

    def seconds(self) -> float:
        return (self.wall - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001

    def goes(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> _Wall:
    return _Wall(monkeypatch)


def _ticks(wall: _Wall) -> tuple[Ticks, list[float]]:
    ticks, told = Ticks(wall.seconds, lambda: wall.steady), list[float]()
    ticks.every(5, lambda: told.append(wall.steady))
    return ticks, told


def _run(ticks: Ticks, wall: _Wall, seconds: int) -> None:
    for _ in range(seconds):
        wall.goes(1)
        ticks.run()


def test_ticks_come_every_so_many_seconds(wall: _Wall) -> None:
    ticks, told = _ticks(wall)
    _run(ticks, wall, 20)

    assert told == [5, 10, 15, 20]


def test_an_hour_set_back_stops_no_tick(wall: _Wall) -> None:
    ticks, told = _ticks(wall)
    _run(ticks, wall, 7)
    wall.wall -= timedelta(hours=1)  # summer time ends, or somebody sets the clock
    _run(ticks, wall, 8)

    assert told == [5, 8, 13]


def test_after_a_sleep_a_tick_comes_once(wall: _Wall) -> None:
    ticks, told = _ticks(wall)
    wall.wall += timedelta(days=2)  # the steady clock stood still
    _run(ticks, wall, 6)

    assert told == [1, 6]
