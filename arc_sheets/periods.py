"""Periods that figures look back over, and the ends of months."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from arc_sheets.errors import ConfigError

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
#: Longest period in days.
_LONGEST: Final = 3660


@dataclass(frozen=True, slots=True)
class Period:
    """A span that ends on the day a figure is for: either months or days back, that day included."""

    name: str  #: "month", "quarter", "year" or the number of days
    months: int = 0
    length: int = 0  #: days, where it is not counted in months

    @classmethod
    def parse(cls, text: str | int) -> Period:
        """Read "month", "quarter", "year" or a number of days; raises `ConfigError`."""
        word = str(text).strip().lower()
        if word in _MONTHS:
            return cls(word, months=_MONTHS[word])
        if word.isascii() and word.isdigit() and 1 <= int(word) <= _LONGEST:
            return cls(str(int(word)), length=int(word))
        raise ConfigError(
            f'The period "{text}" is not known; write month, quarter, year or a number of days up to {_LONGEST}.'
        )

    def before(self, end: date) -> date:
        """Return the day before the period that ends on `end`: its balance is the opening balance."""
        return months_back(end, self.months) if self.months else end - timedelta(self.length)

    def days(self, end: date) -> int:
        """Return how many days the period that ends on `end` has."""
        return (end - self.before(end)).days


DEFAULT_PERIOD: Final = Period("90", length=90)
TWELVE_MONTHS: Final = Period("year", months=12)


def months_back(day: date, months: int) -> date:
    """Return the same day of an earlier month; its last day for a last day, or where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    ends = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if ends else min(day.day, last))


def month_ends(as_of: date, count: int = 12) -> tuple[date, ...]:
    """Return the last days of the months up to `as_of`, oldest first; the last one is `as_of` itself."""
    first = as_of.replace(day=1)
    earlier = [months_back(first, back) - timedelta(1) for back in range(count - 2, -1, -1)]
    return (*earlier, as_of)
