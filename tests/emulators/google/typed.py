"""What USER_ENTERED makes of a text: "parsed as if the user typed it into the UI" (ValueInputOption).

It is here so that a test can show why ARC never writes that way: "=IMPORTDATA(…)" becomes a formula, "1-2" a
date, "0012" the number 12, and in a German sheet "1.234" is one thousand two hundred and thirty-four.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import NamedTuple

from tests.emulators.google.cells import Value, tidy
from tests.emulators.google.errors import Json
from tests.emulators.google.formats import EPOCH, separators

_MONTHS = {name: at + 1 for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}


class Typed(NamedTuple):
    """What was understood: a value or a formula, and the number format that comes with it."""

    value: Value = None
    formula: str | None = None
    number_format: Json | None = None


def typed(text: str, locale: str) -> Typed:
    """Read a text as the sheet would had a person typed it."""
    if text.startswith("=") and len(text) > 1:
        return Typed(formula=text)
    if text.startswith("'"):
        return Typed(text[1:])
    word = text.strip()
    if word.upper() in {"TRUE", "FALSE"}:
        return Typed(word.upper() == "TRUE")
    return _number(word, locale) or _date(word, locale) or _time(word) or Typed(text)


def _number(word: str, locale: str) -> Typed | None:
    thousands, decimal, _ = separators(locale)
    whole = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d*"
    pattern = rf"([-+]?)([$€£]?)\s?({whole})({re.escape(decimal)}\d*)?([eE][-+]?\d+)?\s?([%€]?)"
    found = re.fullmatch(pattern, word)
    if found is None or not re.search(r"\d", word):
        return None
    sign, money, digits, fraction, power, after = (part or "" for part in found.groups())
    number = float(sign + (digits.replace(thousands, "") or "0") + fraction.replace(decimal, ".") + power)
    look = _number_format(money, after, grouped=thousands in digits, decimals=bool(fraction))
    return Typed(tidy(number / 100 if after == "%" else number), None, look)


def _number_format(money: str, after: str, *, grouped: bool, decimals: bool) -> Json | None:
    places = ".00" if decimals else ""
    if after == "%":
        return {"type": "PERCENT", "pattern": f"0{places}%"}
    if money:
        return {"type": "CURRENCY", "pattern": f'"{money}"#,##0{places}'}
    if after:
        return {"type": "CURRENCY", "pattern": f'#,##0{places}"{after}"'}
    return {"type": "NUMBER", "pattern": f"#,##0{places}"} if grouped else None


def _date(word: str, locale: str) -> Typed | None:
    day_first = not separators(locale)[2].startswith("M")
    first, second = ("day", "month") if day_first else ("month", "day")
    shapes = [
        (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", "yyyy-mm-dd"),
        (rf"(?P<{first}>\d{{1,2}})[/.-](?P<{second}>\d{{1,2}})[/.-](?P<year>\d{{4}}|\d{{2}})", ""),
        (r"(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3})[a-z]*[ -](?P<year>\d{4})", "d-mmm-yyyy"),
        (r"(?P<name>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}),? (?P<year>\d{4})", "mmm d, yyyy"),
        (rf"(?P<{first}>\d{{1,2}})[/-](?P<{second}>\d{{1,2}})", "m/d"),
    ]
    for shape, pattern in shapes:
        if found := re.fullmatch(shape, word):
            with contextlib.suppress(ValueError, KeyError):
                return _day(found.groupdict(), pattern or separators(locale)[2])
    return None


def _day(parts: dict[str, str], pattern: str) -> Typed:
    year = int(parts.get("year") or dt.datetime.now(dt.UTC).year)
    year += 2000 if year < 50 else 1900 if year < 100 else 0
    month = _MONTHS[parts["name"].lower()] if "name" in parts else int(parts["month"])
    day = dt.datetime(year, month, int(parts["day"]))  # noqa: DTZ001 - a sheet's dates have no zone
    return Typed((day - EPOCH).days, None, {"type": "DATE", "pattern": pattern})


def _time(word: str) -> Typed | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", word)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    return Typed(seconds / 86400, None, {"type": "TIME", "pattern": "HH:mm:ss" if found[3] else "HH:mm"})
