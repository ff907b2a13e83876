"""What a cell shows for a number: the patterns of `templates/look.toml` and `books/look.py`, read independently."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

_TOKENS: Final = re.compile(r'"([^"]*)"|_(.)|(#,##0|0)(?:\.(0+))?(%?)|(.)', re.DOTALL)
_DATE: Final = {"dd": "%d", "mmm": "%b", "yyyy": "%Y", "hh": "%H", "mm": "%M"}


def shown(value: Any, number_format: dict[str, Any]) -> str:
    """Return the text that a person sees; texts and truth values have no format."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    pattern = number_format.get("pattern", "")
    if number_format.get("type") in ("DATE", "DATE_TIME"):
        return _date(float(value), pattern)
    if not pattern or pattern == "@":
        return f"{value:.10g}"
    return _number(float(value), pattern)


def _date(serial: float, pattern: str) -> str:
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86_400))  # noqa: DTZ001 (wall clock)
    return moment.strftime(re.sub(r"[a-z]+", lambda part: _DATE[part[0]], pattern))


def _number(value: float, pattern: str) -> str:
    sections = _sections(pattern)
    if value < 0 and len(sections) > 1:
        return _by(abs(value), sections[1])
    if len(sections) > 2 and not _rounded(value, sections[0]):
        return _by(0, sections[2])
    return _by(value, sections[0])


def _sections(pattern: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"|[^;"])+', pattern)


def _rounded(value: float, section: str) -> float:
    places = len(found[1]) if (found := re.search(r"0\.(0+)", section)) else 0
    return round(value * (100 if "%" in section else 1), places)


def _by(value: float, section: str) -> str:
    def part(found: re.Match[str]) -> str:
        quoted, space, digits, decimals, share, other = found.groups()
        if quoted is not None:
            return quoted
        if space:
            return "\u2007" if space == "0" else "\u200a\u2009" if space == ")" else " "
        if digits:
            number = value * (100 if share else 1)
            return f"{number:{',' if ',' in digits else ''}.{len(decimals or '')}f}{share}"
        return str(other)

    return _TOKENS.sub(part, section)
