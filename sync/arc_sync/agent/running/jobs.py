"""The agent's jobs, and which of them is due: pure, with the moment given.

A daily job is due from its time on the firm's wall clock until it has been done. Days on which the machine slept are
made up for once, in the order in which they were due; a clock that was set back or forth does a job once more at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from arc_sync.agent.running.habits import Habits


class Job(StrEnum):
    """What is done for a firm. Each is safe to repeat, and to die anywhere."""

    REQUESTS = "requests"  #: what ribbon and menu ask for, and a round
    QUEUE = "queue"  #: what the Google menu asks for, and a round
    ROUND = "round"  #: what `arc sync` does
    PLAN = "plan"  #: the day's reminders, and a round
    NIGHT = "night"  #: verify the ledger, back it up, keep the day's aging


#: Seconds after which a job is taken to hang, and is stopped, unless it asks for patience meanwhile (`turn`). A book's
#: lease lasts five minutes: a round that hangs is stopped before.
DEADLINES: Final[Mapping[Job, float]] = {
    **dict.fromkeys((Job.REQUESTS, Job.QUEUE, Job.ROUND), 240),
    Job.PLAN: 280,
    Job.NIGHT: 1800,
}
#: Seconds between two looks at a Google queue: while somebody has asked lately, and otherwise; and how long that is.
POLL_SOON, POLL, LATELY = 5.0, 30.0, 600.0
#: Seconds between two signs of life in a spreadsheet; the sidebar expects one within ten minutes.
SIGN: Final = 240.0
#: How long a job waits after it failed, at first and at most; each further failure doubles it.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
#: How long at most where a service gives no answer: the network comes back without telling anybody.
UNANSWERED_WAIT = timedelta(minutes=5)
#: How far a clock may be off before a time in the future counts as never.
_SKEW: Final = timedelta(minutes=5)


def daily(habits: Habits) -> dict[Job, time]:
    """Return the daily jobs with their times."""
    return {Job.NIGHT: habits.night, Job.PLAN: habits.morning}


def due(habits: Habits, done: Mapping[Job, datetime], now: datetime, zone: tzinfo | None) -> list[Job]:
    """Return the daily jobs that are due, that which was due first before the others.

    `done` says when each was done last (UTC), `now` is UTC. One that was never done is due since its last time.
    """
    last = {job: last_time(at, now, zone) for job, at in daily(habits).items()}
    waits = [job for job, since in last.items() if not _is_done(done.get(job), since, now)]
    return sorted(waits, key=lambda job: last[job])


def next_time(at: time, now: datetime, zone: tzinfo | None) -> datetime:
    """Return when the firm's wall clock shows `at` next, after `now`; both moments are UTC."""
    return min(moment for moment in _around(at, now, zone) if moment > now)


def last_time(at: time, now: datetime, zone: tzinfo | None) -> datetime:
    """Return when the firm's wall clock showed `at` last, `now` included; both moments are UTC."""
    return max(moment for moment in _around(at, now, zone) if moment <= now)


def wait_after(failures: int, longest: timedelta = LONGEST_WAIT) -> timedelta:
    """Return how long a job waits that has failed so many times in a row, at least once."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - 1, 10)
    return min(doubled, longest)


def _around(at: time, now: datetime, zone: tzinfo | None) -> list[datetime]:
    """Return the moments of a wall-clock time on the days about now; one that summer time leaves out comes an hour later."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days) for days in (-2, -1, 0, 1, 2))
    return [_moment(datetime.combine(day, at), zone) for day in days]


def _moment(wall: datetime, zone: tzinfo | None) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC) if zone else wall.astimezone(UTC)


def _is_done(done: datetime | None, since: datetime, now: datetime) -> bool:
    return done is not None and since <= done <= now + _SKEW
