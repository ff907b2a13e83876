"""What the lines above the header say: the day of the report, its currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from arc_sheets import dates, money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from arc_sheets.dates import Order

_AS_OF: Final = re.compile(
    r"(?:as\s+(?:of|at)|stand(?:\s+vom)?|per|stichtag|to\s+date|aged?\s+to|au)\s*:?\s+(?P<day>\S.*)",
    re.IGNORECASE,
)
_IN: Final = re.compile(r"\b(?:in|currency|currency:|währung|währung:|amounts\s+in)\s*:?\s+([A-Z]{3})\b")


def as_of_in(titles: Iterable[str], order: Order | None) -> date | None:
    """Return the day of an "As of March 31, 2026" line; None where there is none that reads in one way."""
    for title in titles:
        if hit := _AS_OF.search(title):
            try:
                return dates.read_date(hit["day"].strip(" ."), order)
            except dates.NotADate:
                continue
    return None


def currency_in(titles: Iterable[str]) -> str | None:
    """Return the currency that a title line names ("Amounts in EUR"), or None."""
    for title in titles:
        for code in _IN.findall(title):
            if code in money.CURRENCIES:
                return str(code)
    return None
