"""Values as cell XML: text always as text, numbers in their shortest exact form, dates as serial numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import LONGEST
from arc_sync.xlsx.text import check_length, encode, escape, has_outer_space, joined

_FIRST_1900, _FIRST_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, with or without its '=', and the value to show until Excel calculates."""

    text: str
    value: str | int | Decimal | float | bool | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """The formula of the cell above, moved down one row; `otherwise` where the cell above has none."""

    otherwise: str | None


Value = str | int | Decimal | float | bool | dt.date | dt.datetime | Formula | None


class Content(NamedTuple):
    """What goes into a cell: (type, raw, formula) as it reads back, the `t` attribute, and the inner XML."""

    type: str | None
    raw: str | None
    formula: str | None
    t: str
    xml: str


Given = Value | Fill | Content  # what an edit carries

BLANK = Content(None, None, None, "", "")


def content(value: Value | Content, prefix: str, *, date1904: bool) -> Content:
    """Write a value as the inside of a cell in the given namespace prefix.

    Raises Refused for what a cell cannot hold: over-long text, NaN, a date before 1900, a time zone;
    TypeError for a type that is none of Value.
    """
    if type(value) is float or type(value) is int:
        raw = number(value)
    elif isinstance(value, str):
        return _text(value, prefix)
    elif value is None:
        return BLANK
    elif isinstance(value, dt.date):
        raw = serial(value, date1904=date1904)
    elif isinstance(value, bool):
        raw = "1" if value else "0"
        return Content("b", raw, None, "b", f"<{prefix}v>{raw}</{prefix}v>")
    elif isinstance(value, Formula):
        return _formula(value, prefix, date1904=date1904)
    elif isinstance(value, Content):
        return value
    else:
        raw = number(value)
    return tuple.__new__(Content, ("n", raw, None, "", f"<{prefix}v>{raw}</{prefix}v>"))  # the quick way


@lru_cache(maxsize=20_000)  # names and states come again and again
def _text(value: str, prefix: str) -> Content:
    check_length(value)
    value = joined(value)
    space = ' xml:space="preserve"' if has_outer_space(value) else ""
    xml = f"<{prefix}is><{prefix}t{space}>{encode(value)}</{prefix}t></{prefix}is>"
    return Content("s", value, None, "inlineStr", xml)


def _formula(value: Formula, prefix: str, *, date1904: bool) -> Content:
    text = value.text.removeprefix("=")
    if not text or len(text) > LONGEST:
        raise Refused(f"A formula of {len(text):,} characters cannot be written (1 to 8,192); shorten it.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as XML reads line ends
    formula = f"<{prefix}f>{escape(text)}</{prefix}f>"
    if isinstance(value.value, str):
        shown = joined(value.value)
        return Content("s", shown, text, "str", f"{formula}<{prefix}v>{encode(shown)}</{prefix}v>")
    inner = content(value.value, prefix, date1904=date1904)
    return Content(inner.type, inner.raw, text, inner.t, formula + inner.xml)


def check(value: Value, *, date1904: bool) -> None:
    """Raise what `content` raises for a value that a cell cannot hold."""
    if type(value) is not float or not isfinite(
        value
    ):  # what comes most often need not be written to be known
        content(value, "", date1904=date1904)


def number(value: object) -> str:
    """Write a number in its shortest exact form. Raises Refused for NaN, TypeError for no number."""
    if isinstance(value, float):
        text = float.__repr__(value)  # numpy's floats show themselves otherwise
        if text[-1] in "nf":  # nan, inf, -inf
            raise Refused(f"{text} is not a number that a cell can hold.")
        return text.removesuffix(".0")
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        return _decimal(value)
    raise TypeError(f"a cell cannot hold a {type(value).__name__}")


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise Refused(f"{value} is not a number that a cell can hold.")
    if abs(value.adjusted()) > 300:
        raise Refused(f"{value} is too large or too small for a cell.")
    text = format(value, "f") if abs(value.adjusted()) < 21 else str(value)
    if "." in text and "E" not in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


@lru_cache(maxsize=4_096)  # days come again and again
def serial(value: dt.date, *, date1904: bool) -> str:
    """Write a date as days since 1900 or 1904, a time as a fraction of a day.

    Counts the 29 February 1900 that Excel believes in (ECMA-376 part 1, 18.17.4.1).
    """
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    if moment.tzinfo is not None:
        raise Refused(f"The time {value} carries a time zone, which a cell cannot hold; convert it first.")
    first = dt.datetime.combine(_FIRST_1904 if date1904 else _FIRST_1900, dt.time())
    days, rest = divmod(moment - first, _DAY)
    if not date1904 and days < 61:
        days -= 1
    if days < (0 if date1904 else 1):
        raise Refused(f"The date {value:%Y-%m-%d} is earlier than this workbook can hold; write it as text.")
    return number(days + rest / _DAY) if rest else str(days)
