"""What a person sees in a cell (`formattedValue`): numbers, money, per cent and dates in the patterns we use.

Source: https://developers.google.com/workspace/sheets/api/guides/formats ("Date & number formats").
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.google.cells import Failure, Value

#: Serial number 0 (guides/concepts: "the whole number portion counts the days since December 30th 1899").
EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no zone
DATES = {"DATE", "TIME", "DATE_TIME"}
_NUMBER = re.compile(
    r'^(?P<before>(?:"[^"]*"|\[\$[^\]]*\]|[$€£\s])*)(?P<whole>#,##0|#|0+)(?P<decimals>\.0+)?(?P<after>.*)$'
)
_DATE_PARTS = re.compile(r'"[^"]*"|\\.|yyyy|yy|mmmm|mmm|MM|mm|M|m|dddd|ddd|dd|d|HH|H|hh|h|ss|s|am/pm|AM/PM')
#: (thousands separator, decimal comma or point, date, time) by language.
LOCALES = {
    "en_US": (",", ".", "M/d/yyyy"),
    "en_GB": (",", ".", "dd/MM/yyyy"),
    "de_DE": (".", ",", "dd.MM.yyyy"),
    "fr_FR": ("\u202f", ",", "dd/MM/yyyy"),
}


def separators(locale: str) -> tuple[str, str, str]:
    """Give the thousands separator, the decimal sign and the usual date of a locale."""
    return LOCALES.get(locale, LOCALES["en_US"])


def formatted(value: Value, number_format: Mapping[str, Any] | None, locale: str = "en_US") -> str:
    """Write a value as the cell shows it."""
    match value:
        case None:
            return ""
        case Failure():
            return value.shows
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value
        case _:
            return _number(value, number_format or {}, locale)


def _number(value: float, number_format: Mapping[str, Any], locale: str) -> str:
    kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
    if kind in DATES:
        return date_text(value, pattern or separators(locale)[2])
    if kind == "TEXT" or (not pattern and kind in {"", "NUMBER_FORMAT_TYPE_UNSPECIFIED"}):
        return general(value, locale)
    pattern = pattern or {"PERCENT": "0.00%", "CURRENCY": '"$"#,##0.00', "NUMBER": "#,##0.00"}.get(kind, "0")
    return _by_pattern(value, pattern, locale)


def general(value: float, locale: str = "en_US") -> str:
    """Write a number without a format: up to ten digits."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else f"{value:.5E}"
    return f"{value:.10g}".replace(".", separators(locale)[1])


def _by_pattern(value: float, pattern: str, locale: str) -> str:
    sections = pattern.split(";")
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    negative = section.startswith("-")
    parts = _NUMBER.match(section.lstrip("-"))
    if parts is None:
        return _literal(section) if section else general(value, locale)
    number = abs(value) * (100 if "%" in parts["after"] else 1)
    places = len(parts["decimals"] or ".") - 1
    digits = f"{number:,.{places}f}" if "," in parts["whole"] else f"{number:.{places}f}"
    thousands, decimal, _ = separators(locale)
    digits = digits.translate({ord(","): thousands, ord("."): decimal})
    return f"{'-' if negative else sign}{_literal(parts['before'])}{digits}{_literal(parts['after'])}"


def _literal(text: str) -> str:
    text = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", text)
    text = re.sub(r"\[[^\]]*\]", "", text)
    return re.sub(r'"([^"]*)"|_.|\*.|\\(.)', lambda found: found[1] or found[2] or "", text)


def date_text(serial: float, pattern: str) -> str:
    """Write a serial number as a date; `m` is minutes after hours, else the month."""
    moment = EPOCH + dt.timedelta(days=serial)
    hours = False

    def part(found: re.Match[str]) -> str:
        nonlocal hours
        name = found[0]
        if name[0] in '"\\':
            return name.strip('"').lstrip("\\")
        if name.lower() in {"m", "mm"} and hours:
            return f"{moment.minute:02d}"
        hours = name.lower() in {"h", "hh"}
        return _date_part(moment, name)

    return _DATE_PARTS.sub(part, pattern)


def _date_part(moment: dt.datetime, name: str) -> str:
    lower = name.lower()
    words = {"yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "dddd": "%A", "ddd": "%a", "am/pm": "%p"}
    if lower in words:
        return moment.strftime(words[lower])
    number = {"m": moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}[lower[0]]
    return f"{number:0{len(lower)}d}"
