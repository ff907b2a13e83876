"""From a cell to a value and back, by the declaration of its column.

A cell is what a workbook hands over; a value is what the ledger keeps:

  kind                 value                     cell
  text, note, choice   str, stripped             text
  code                 ISO currency code         text
  money                int, minor units          Decimal, major units
  number               int                       int
  date                 datetime.date             datetime.date
  time                 datetime, to the second   datetime

Blank is None on both sides. What cannot be read is `Unreadable`, never an exception.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from arc_sheets import dates, money
from arc_sheets.tab import Column, Kind

Value: TypeAlias = str | int | date | datetime | None
#: The stored values of a row, in the order of `tab.stored`.
Row: TypeAlias = tuple[Value, ...]
#: Live rows of a tab by row id.
Rows: TypeAlias = Mapping[str, Row]


class CellError(str):
    """An error value of a spreadsheet, such as #N/A."""

    __slots__ = ()


class Formula(NamedTuple):
    """A formula and the value it last had."""

    text: str
    value: str | bool | Decimal | None = None


CellValue: TypeAlias = str | bool | int | float | Decimal | date | datetime | Formula | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that is no value of its column: the text a person sees there, and why, in words."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a book's cells are to be read: the order of day and month in typed dates, the date system."""

    order: dates.Order | None = None
    date1904: bool = False


PLAIN = Reading()

#: Why a text cannot be taken that no ledger, file or message could keep: a NUL, or half a character.
UNSHOWN: Final = "it has characters that cannot be shown"


def read_cell(
    column: Column, cell: CellValue, currency: str | None, how: Reading = PLAIN
) -> Value | Unreadable:
    """Return the value of a cell; `currency` is that of its row and decides how money is counted."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, CellError):
        return Unreadable(verbatim(cell), f"it shows the error {verbatim(cell)}")
    if isinstance(cell, Formula):
        return Unreadable(verbatim(cell), "it holds a formula, and ARC keeps values here")
    try:
        return _READERS[column.kind](column, cell, currency, how)
    except (money.NotAnAmount, dates.NotADate, _NotAllowed) as error:
        return Unreadable(verbatim(cell), _shown(str(error)))


def show_cell(column: Column, value: Value, currency: str | None) -> CellValue:
    """Return the cell that shows a value; the inverse of `read_cell`."""
    if column.kind is Kind.MONEY and isinstance(value, int):
        return money.to_major(value, currency or "")
    return value


def is_untidy(column: Column, cell: CellValue) -> bool:
    """Say whether a readable cell holds a date or a number as text, which no formula or pivot would count."""
    return isinstance(cell, str) and bool(cell.strip()) and column.kind in _TYPED


def is_sound(text: str) -> bool:
    """Say whether ledgers, files and messages can keep a text: it has no NUL, and no half of a character."""
    return text.isprintable() or _UNSHOWABLE.search(text) is None


def verbatim(cell: CellValue) -> str:
    """Return what a person sees in the cell, for the Issues tab; blank is an empty text.

    What no program can show, a NUL or half a character (a lone surrogate), stands there as U+FFFD.
    """
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return _shown(f"={cell.text}")
    if isinstance(cell, datetime):
        return f"{cell:%d %b %Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d %b %Y}"
    if isinstance(cell, bool):
        return str(cell).upper()
    return _digits(cell) if isinstance(cell, Decimal) else _shown(str(cell))


def _shown(text: str) -> str:
    return text if text.isprintable() else _UNSHOWABLE.sub("\ufffd", text)


def _digits(number: Decimal) -> str:
    """Return a number without an exponent, unless that takes more digits than a person can read."""
    return f"{number:f}" if number.is_finite() and abs(number.adjusted()) < 40 else str(number)


class _NotAllowed(ValueError):
    pass


def _text(column: Column, cell: CellValue, _currency: str | None, _how: Reading) -> Value:
    text = cell if isinstance(cell, str) else _typed_text(cell)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * 32_767:  # UTF-16 units, Excel's own limit
        raise _NotAllowed("it is longer than 32,767 characters")
    if not is_sound(text):
        raise _NotAllowed(UNSHOWN)
    return _choice(column, text) if column.choices else text


def _typed_text(cell: CellValue) -> str:
    """Return a number, date or truth value typed into a text column as text: 1042 is "1042", not "1042.0"."""
    if isinstance(cell, Decimal | float):
        exact = Decimal(f"{cell:.15g}") if isinstance(cell, float) else cell
        return _digits(exact.normalize() if exact.is_finite() else exact) if exact else "0"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).upper()  # TRUE or FALSE


def _choice(column: Column, text: str) -> str:
    for choice in column.choices:
        if text.casefold() == choice.casefold():
            return choice
    raise _NotAllowed("it is none of " + ", ".join(column.choices))


def _code(_column: Column, cell: CellValue, _currency: str | None, _how: Reading) -> Value:
    code = str(cell).strip().upper()
    if code not in money.CURRENCIES:
        raise _NotAllowed("it is no currency code, such as EUR or USD")
    return code


def _money(_column: Column, cell: CellValue, currency: str | None, _how: Reading) -> Value:
    if currency is None:
        raise _NotAllowed("its currency is missing")
    if isinstance(cell, str):
        return money.read_amount(cell, currency)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise _NotAllowed("it is not an amount")
    return money.to_minor(cell, currency)


def _number(_column: Column, cell: CellValue, _currency: str | None, _how: Reading) -> Value:
    if isinstance(cell, str):
        exact = Decimal(cell.strip()) if _WHOLE.fullmatch(cell.strip()) else _NO_NUMBER
    elif isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise _NotAllowed("it is not a number")
    else:
        exact = Decimal(f"{cell:.15g}") if isinstance(cell, float) else Decimal(cell)
    if exact.is_finite() and abs(exact) >= 10**9:
        raise _NotAllowed("it is too large")
    if not exact.is_finite() or exact % 1:
        raise _NotAllowed("it is not a whole number")
    return int(exact)


def _date(column: Column, cell: CellValue, currency: str | None, how: Reading) -> Value:
    if isinstance(cell, float | Decimal):
        cell = math.floor(_serial(cell))  # a second before midnight is still this day
    moment = _time(column, cell, currency, how)
    return moment.date() if isinstance(moment, datetime) else moment


def _time(_column: Column, cell: CellValue, _currency: str | None, how: Reading) -> Value:
    if isinstance(cell, datetime):
        moment = dates.checked(cell.replace(tzinfo=None))
        return dates.checked((moment + timedelta(microseconds=500_000)).replace(microsecond=0))
    if isinstance(cell, date):
        return dates.checked(datetime.combine(cell, time()))
    if isinstance(cell, str):
        return dates.read_moment(cell, how.order)
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise _NotAllowed("it is not a date")
    return dates.from_serial(_serial(cell), date1904=how.date1904)


def _serial(cell: float | Decimal) -> float:
    exact = Decimal(cell)
    if not exact.is_finite() or abs(exact) > 10**6:
        raise _NotAllowed("it is a number far from any date")
    return float(exact)


_UNSHOWABLE = re.compile("[\0\ud800-\udfff]")
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_NO_NUMBER = Decimal("NaN")
_TYPED = frozenset({Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.TIME})
_READERS = {
    Kind.TEXT: _text,
    Kind.NOTE: _text,
    Kind.CHOICE: _text,
    Kind.CODE: _code,
    Kind.MONEY: _money,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.TIME: _time,
}
