"""Business days, public holidays, quiet hours, and the next moment at which a message may arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from arc_sheets.errors import ConfigError
from arc_sheets.phrases import say_cell

if TYPE_CHECKING:
    from arc_sheets.policy import Policy

_DAY: Final = timedelta(1)
#: Longer than any run of days without business; a policy that closes more days than this closes for good.
_LONGEST: Final = 400
_WHOLE: Final = 24 * 60  #: minutes
_SPAN: Final = re.compile(r"(.+?)\s*(?:-|–|—|\bto\b)\s*(.+)", re.IGNORECASE)
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?", re.IGNORECASE | re.ASCII)


class Open(NamedTuple):
    """A part of every day in which messages may arrive, in minutes after midnight on the recipient's wall clock."""

    opens: int
    closes: int  #: not included

    def holds(self, clock: time) -> bool:
        """Say whether a time of day lies in it."""
        return self.opens <= clock.hour * 60 + clock.minute < self.closes


OpenHours: TypeAlias = tuple[Open, ...]  #: in order, apart from one another


class NotHours(ValueError):
    """The text is no quiet hours; the message says why, in words."""


# --- days ------------------------------------------------------------------------------------------------------


def is_business_day(day: date, policy: Policy) -> bool:
    """Say whether messages go out on this day: no weekend or public holiday of the policy's country, not closed."""
    weekend, public = _calendar(policy.country, policy.region, day.year)
    return day.weekday() not in weekend and day not in public and day not in policy.closed


def next_business_day(day: date, policy: Policy) -> date:
    """Return this day if it is a business day, else the first one after it.

    Raises `ConfigError` if the policy leaves none within 400 days.
    """
    return next(_business_days_from(day, policy))


def business_days(after: date, until: date, policy: Policy) -> int:
    """Return how many business days there are later than `after`, up to `until`; at most 400 days are counted."""
    first = max(after, until - _LONGEST * _DAY)
    return sum(is_business_day(first + n * _DAY, policy) for n in range(1, (until - first).days + 1))


def check_calendar(country: str, region: str) -> None:
    """Raise `ConfigError`, beginning with the key, if the holidays of the country or its region are not known."""
    if region and not country:
        raise ConfigError("region needs country; write the country's code too, such as DE")
    if not country:
        return
    import holidays  # noqa: PLC0415 (it is large, and a policy without a country needs none)

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise ConfigError(f'country is "{country}", which is none; write its ISO 3166 code, such as DE or US')
    if region and region not in known[country]:
        ours = ", ".join(known[country]) or "none"
        raise ConfigError(f'region is "{region}", which is none of {country}; write one of {ours}')


def _business_days_from(day: date, policy: Policy) -> Iterator[date]:
    days = (day + n * _DAY for n in range(_LONGEST))
    yield from (d for d in days if is_business_day(d, policy))
    raise ConfigError(
        f"The policy leaves no business day within {_LONGEST} days of {day}: take days out of closed."
    )


@lru_cache(maxsize=64)
def _calendar(country: str, region: str, year: int) -> tuple[frozenset[int], frozenset[date]]:
    """Return the weekend (0 is Monday) and the public holidays of a year."""
    if not country:
        return frozenset({5, 6}), frozenset()
    import holidays  # noqa: PLC0415 (as above)

    known = holidays.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(known.weekend), frozenset(known)


# --- hours -----------------------------------------------------------------------------------------------------


def quiet_hours(text: str) -> OpenHours:
    """Return the hours that a customer's quiet hours leave open: "18:00-08:00", or "12-1pm, 5pm to 9am".

    Raises `NotHours` if the text is none, or leaves no minute of the day.
    """
    quiet = [False] * _WHOLE
    for part in re.split(r"[,;\n]", text):
        if part.strip():
            for start, end in _spans(part.strip()):
                quiet[start:end] = [True] * (end - start)
    if not any(quiet):
        raise NotHours("it names no hours, such as 18:00-08:00")
    if all(quiet):
        raise NotHours("it leaves no hour of the day")
    edges = [n for n in range(_WHOLE + 1) if _is(quiet, n) != _is(quiet, n - 1)]
    return tuple(Open(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))


def open_hours(text: str | None, policy: Policy) -> OpenHours:
    """Return when messages may arrive: within the policy's hours, less the customer's quiet hours.

    Where these leave nothing of the policy's hours, the customer is reached outside of their quiet hours, whenever
    that is. Raises `NotHours` for a text that is none.
    """
    opens, closes = (clock.hour * 60 + clock.minute for clock in (policy.hours.opens, policy.hours.closes))
    usual = (Open(opens, closes),)
    if text is None or not text.strip():
        return usual
    own = quiet_hours(text)
    both = tuple(Open(max(o.opens, opens), min(o.closes, closes)) for o in own)
    return tuple(o for o in both if o.opens < o.closes) or own


def zone_of(name: str | None, firm: ZoneInfo) -> ZoneInfo:
    """Return the time zone of this name, such as "Europe/Berlin"; the firm's where there is no such zone."""
    try:
        return ZoneInfo((name or "").strip()) if name and name.strip() else firm
    except (KeyError, OSError, ValueError):  # not found, a folder, no name at all
        return firm


def next_moment(now: datetime, zone: ZoneInfo, hours: OpenHours, policy: Policy) -> datetime:
    """Return the first moment (UTC), `now` (UTC) or later, at which a message may arrive.

    That is within the hours on the recipient's wall clock, and on a business day there. Hours that a change of
    the clock skips begin after it; hours that it repeats count twice. Raises `ConfigError` if the policy leaves
    no business day within 400 days.
    """
    if _may_arrive(now, zone, hours, policy):
        return now
    for day in _business_days_from(now.astimezone(zone).date(), policy):
        starts = (time(o.opens // 60, o.opens % 60) for o in hours)
        walls = (datetime.combine(day, start) for start in starts)
        moments = (moment for wall in walls for moment in _moments(wall, zone))
        later = sorted(m for m in moments if m >= now and _may_arrive(m, zone, hours, policy))
        if later:
            return later[0]
    raise AssertionError  # _business_days_from raises first


def _may_arrive(moment: datetime, zone: ZoneInfo, hours: OpenHours, policy: Policy) -> bool:
    local = moment.astimezone(zone)
    return any(o.holds(local.time()) for o in hours) and is_business_day(local.date(), policy)


def _moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the moments (UTC) at which a clock in the zone comes to this time or first passes it.

    PEP 495: in a gap the reading with fold 1 lies before the change and that with fold 0 after it.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if second >= first:  # one moment, or the two of a clock that was put back
        return first, second
    before, change = second, first
    while change - before > timedelta(seconds=1):
        middle = before + (change - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            change = middle
    return (change.replace(microsecond=0),)


def _spans(part: str) -> Iterator[tuple[int, int]]:
    """Yield the minutes of a span of the day; one over midnight is two."""
    span = _SPAN.fullmatch(part)
    if not span:
        raise NotHours(f"{say_cell(part)} is no span of hours, such as 18:00-08:00")
    start, end = _minutes(span[1]), _minutes(span[2])
    if start == end:
        raise NotHours(f"{say_cell(part)} begins when it ends")
    if start < end:
        yield start, end
    else:
        yield from ((start, _WHOLE), (0, end))


def clock(text: str) -> time:
    """Read a time of day such as "18:00", "18" or "6 pm"; raises `NotHours`."""
    minutes = _minutes(text)
    if minutes == _WHOLE:
        raise NotHours(f"{say_cell(text)} is no time of day, such as 18:00")
    return time(minutes // 60, minutes % 60)


def _minutes(text: str) -> int:
    """Return a time of day in minutes after midnight; 24:00 is the end of the day."""
    hit = _TIME.fullmatch(text.strip())
    hour, minute, half = (int(hit[1]), int(hit[2] or 0), (hit[3] or "").lower()) if hit else (99, 0, "")
    if minute > 59 or (half and not 1 <= hour <= 12) or hour * 60 + minute > _WHOLE:
        raise NotHours(f"{say_cell(text)} is no time of day, such as 18:00")
    return (hour % 12 + 12 * (half == "pm") if half else hour) * 60 + minute


def _is(quiet: list[bool], minute: int) -> bool:
    """Say whether a minute is open; before and after the day nothing is."""
    return 0 <= minute < _WHOLE and not quiet[minute]
