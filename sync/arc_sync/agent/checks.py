"""What a round asks of an edited cell beyond whether it can be read: whether it works where it is used.

A template must be one that can be filled in, an email address one that servers take, quiet hours must leave hours,
a time zone must be one. What is not, is held in the book with the reason, and the ledger keeps what worked. An
import takes it as it stands, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal
from zoneinfo import ZoneInfo

from arc_sheets.cells import Value
from arc_sheets.contacts import NotAContact, address, addresses
from arc_sheets.hours import NotHours, quiet_hours
from arc_sheets.languages import LANGUAGES, known_language
from arc_sheets.tab import Column, Tab
from arc_sheets.tabs import CUSTOMERS, TEMPLATES


def unusable(tab: Tab, column: Column, value: Value) -> str:
    """Return why a value would not work where it is used, in a sentence with the remedy; "" where it would."""
    why = _why(_ASKED, tab, column, value)
    return f"ARC cannot use {column.header} in {tab.title}: {why}. Correct the cell." if why else ""


def doubtful(tab: Tab, column: Column, value: Value) -> str:
    """Return what a person should know of a value that is taken as it stands: why it does not work, or not well.

    A clause without an end, with the remedy; "" where there is nothing to say.
    """
    return _why(_ASKED, tab, column, value) or _why(_TOLD, tab, column, value)


def _why(
    asked: Mapping[tuple[str, str], Callable[[str], str]], tab: Tab, column: Column, value: Value
) -> str:
    ask = asked.get((tab.name, column.name))
    return ask(value) if ask and isinstance(value, str) else ""


def _template(column: Literal["subject", "body", "language"], text: str) -> str:
    from arc_sync.mail.render import problem_of  # noqa: PLC0415 (templates are seldom edited, and Jinja is large)

    return problem_of(column, text)


def _quiet_hours(text: str) -> str:
    try:
        quiet_hours(text)
    except NotHours as error:
        return str(error)
    return ""


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text.strip())
    except (KeyError, OSError, ValueError):  # not found, a folder, no name at all
        return f'"{text}" is no time zone; type it like Europe/Berlin'
    return ""


def _email(text: str) -> str:
    try:
        address(text)
    except NotAContact as error:
        return (
            "it holds several addresses; keep one, and move the others to Cc"
            if _several(text)
            else str(error)
        )
    return ""


def _several(text: str) -> bool:
    return text.count("@") > 1


def _cc(text: str) -> str:
    try:
        addresses(text)
    except NotAContact as error:
        return str(error)
    return ""


def _language(text: str) -> str:
    if known_language(text):
        return ""
    known = " and ".join(language.name for language in LANGUAGES)
    return f"ARC has words in {known} only, and writes in the firm's language"


def _summer_time(text: str) -> str:
    fixed = _FIXED.get(text.strip().upper(), "")
    return f"it has no summer time; type it like {fixed}" if fixed else ""


#: Names that are zones and seldom what is meant: they keep winter time all year.
_FIXED: Final = {"EST": "America/New_York", "MST": "America/Denver"}

_ASKED: Final[Mapping[tuple[str, str], Callable[[str], str]]] = {
    (TEMPLATES.name, "subject"): partial(_template, "subject"),
    (TEMPLATES.name, "body"): partial(_template, "body"),
    (TEMPLATES.name, "language"): partial(_template, "language"),
    (CUSTOMERS.name, "email"): _email,
    (CUSTOMERS.name, "cc"): _cc,
    (CUSTOMERS.name, "quiet_hours"): _quiet_hours,
    (CUSTOMERS.name, "time_zone"): _time_zone,
}
#: What works, but hardly as it is meant.
_TOLD: Final[Mapping[tuple[str, str], Callable[[str], str]]] = {
    (CUSTOMERS.name, "language"): _language,
    (CUSTOMERS.name, "time_zone"): _summer_time,
}
