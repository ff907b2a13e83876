"""Business days, public holidays, and the next moment at which a message may arrive."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import holidays

if TYPE_CHECKING:
    from arc_sheets.policy import Policy

_DAY: Final = timedelta(1)
#: Longer than any run of days without business; a policy that closes more days than this closes for good.
_LONGEST: Final = 400


def is_business_day(day: date, policy: Policy) -> bool:
    """Say whether messages go out on this day: no weekend or public holiday of the policy's country, not closed."""
    weekend, public = _calendar(policy.country, policy.region, day.year)
    return day.weekday() not in weekend and day not in public and day not in policy.closed


def next_business_day(day: date, policy: Policy) -> date:
    """Return this day if it is a business day, else the first one after it."""
    for ahead in range(_LONGEST):
        if is_business_day(day + ahead * _DAY, policy):
            return day + ahead * _DAY
    return day + _LONGEST * _DAY


def business_days(after: date, until: date, policy: Policy) -> int:
    """Return how many business days there are later than `after`, up to `until`; at most 400 days are counted."""
    first = max(after, until - _LONGEST * _DAY)
    return sum(is_business_day(first + n * _DAY, policy) for n in range(1, (until - first).days + 1))


@lru_cache(maxsize=64)
def _calendar(country: str, region: str, year: int) -> tuple[frozenset[int], frozenset[date]]:
    """Return the weekend (0 is Monday) and the public holidays of a year."""
    if not country:
        return frozenset({5, 6}), frozenset()
    known = holidays.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(known.weekend), frozenset(known)
