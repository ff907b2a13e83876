"""The one door through which dates become values: ISO texts, spreadsheet serials, what people type.

Day and month are never guessed: 3/4/2026 needs an order; 2026-04-03, 13/4/2026, 3.4.2026 and
3 Apr 2026 read in one way only.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

Order = Literal["dmy", "mdy"]


def wall_clock(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return what a clock in the zone shows at a moment, to the second; None is this machine's own zone."""
    return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


_EPOCH_1900: Final = date(1899, 12, 30)  # Excel counts a 29 February 1900; right from 1 March 1900 on
_EPOCH_1904: Final = date(1904, 1, 1)
#: Dates outside these years are typing slips in accounts receivable, not dates.
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(2199, 12, 31)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio",
            "feb february februar février fevrier febrero febbraio",
            "mar march märz marz maerz mär mrz mars marzo",
            "apr april avril abril aprile",
            "may mai mayo maggio",
            "jun june juni juin junio giugno",
            "jul july juli juillet julio luglio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre settembre",
            "oct october okt oktober octobre octubre ottobre",
            "nov november novembre noviembre",
            "dec december dez dezember décembre decembre diciembre dicembre",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4}|\d{2})")
_NAME_DAY = re.compile(r"([^\W\d]+)\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4}|\d{2})")
_CLOCK = re.compile(
    r"[\sT]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(am|pm)?(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)


class NotADate(ValueError):
    """The text or number is no date; the message says why, in words."""


class TwoWays(NotADate):
    """Day and month could be either; an order (`dmy` or `mdy`) would settle it."""


def from_serial(serial: float, *, date1904: bool = False) -> datetime:
    """Turn a spreadsheet's serial number (days since its epoch) into a moment, to the second."""
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    if not 0 <= serial < 300_000:
        raise NotADate("it is a number far from any date")
    day = epoch + timedelta(days=int(serial))
    seconds = round((serial - int(serial)) * 86_400)
    return checked(datetime.combine(day, time()) + timedelta(seconds=seconds))


def to_serial(moment: date, *, date1904: bool = False) -> float:
    """Turn a date (whole) or a datetime (with a fraction) into a spreadsheet's serial number, in days."""
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    if isinstance(moment, datetime):
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return (moment.date() - epoch).days + seconds / 86_400
    return (moment - epoch).days


def read_date(text: str, order: Order | None = None) -> date:
    """Read a typed date; a time after it is accepted and dropped.

    Raises `TwoWays` if day and month could be either and no order is given, `NotADate` otherwise.
    """
    return read_moment(text, order).date()


def read_moment(text: str, order: Order | None = None) -> datetime:
    """Read a typed date with an optional time of day; midnight without one. Raises like `read_date`."""
    body, clock = text.strip(), (0, 0, 0)
    if hit := _CLOCK.search(body):
        hour, minute, second, half = hit.groups()
        clock = (
            int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour),
            int(minute),
            int(second or 0),
        )
        body = body[: hit.start()].strip()
    year, month, day = _parts(body, order)
    try:
        return checked(datetime.combine(date(year, month, day), time(*clock)))
    except ValueError as error:
        if isinstance(error, NotADate):
            raise
        raise NotADate("there is no such day or time") from None


def checked(moment: datetime) -> datetime:
    """Return the moment; raise `NotADate` outside the years that ARC takes for dates."""
    if not FIRST <= moment.date() <= LAST:
        raise NotADate(f"the year {moment.year} is out of range")
    return moment


def _parts(text: str, order: Order | None) -> tuple[int, int, int]:
    if hit := _ISO.fullmatch(text):
        return int(hit[1]), int(hit[2]), int(hit[3])
    if hit := _NUMERIC.fullmatch(text):
        return (_year(hit[4]), *_day_and_month(int(hit[1]), int(hit[3]), hit[2], order))
    if hit := _DAY_NAME.fullmatch(text):
        return _year(hit[3]), _month(hit[2]), int(hit[1])
    if hit := _NAME_DAY.fullmatch(text):
        return _year(hit[3]), _month(hit[1]), int(hit[2])
    raise NotADate("it is not a date")


def _day_and_month(first: int, second: int, mark: str, order: Order | None) -> tuple[int, int]:
    """Return (month, day). Dots mean day first wherever they are used."""
    if not first or not second:
        raise NotADate("there is no such day")
    if mark == ".":
        order = "dmy"
    if order is None:
        if first > 12 >= second or first == second:
            order = "dmy"
        elif second > 12 >= first:
            order = "mdy"
        else:
            raise TwoWays("day and month could be either; type it like 2026-04-03")
    return (second, first) if order == "dmy" else (first, second)


def _month(name: str) -> int:
    try:
        return _MONTHS[name.lower()]
    except KeyError:
        raise NotADate(f'"{name}" is no month') from None


def _year(text: str) -> int:
    """Two digits mean this century: receivables are neither older nor due later."""
    return int(text) + (2000 if len(text) == 2 else 0)
