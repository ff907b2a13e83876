"""What a round asks of an edited cell beyond whether it can be read: whether it works where it is used.

A template must be one that can be filled in, quiet hours must leave hours, a time zone must be one. What is not,
is held in the book with the reason, and the ledger keeps what worked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal
from zoneinfo import ZoneInfo

from arc_sheets.cells import Value
from arc_sheets.tab import Column, Tab
from arc_sheets.tabs import CUSTOMERS, TEMPLATES


def unusable(tab: Tab, column: Column, value: Value) -> str:
    """Return why a value would not work where it is used, in a sentence with the remedy; "" where it would."""
    ask = _ASKED.get((tab.name, column.name))
    if ask is None or not isinstance(value, str):
        return ""
    why = ask(value)
    return f"ARC cannot use {column.header} in {tab.title}: {why}. Correct the cell." if why else ""


# What is asked is imported when it is needed: templates are seldom edited, and Jinja takes longer to load than a
# round that has nothing to do.


def _template(column: Literal["subject", "body", "language"], text: str) -> str:
    from arc_sync.mail.render import problem_of  # noqa: PLC0415

    return problem_of(column, text)


def _quiet_hours(text: str) -> str:
    from arc_sheets.hours import NotHours, quiet_hours  # noqa: PLC0415

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


_ASKED: Final[Mapping[tuple[str, str], Callable[[str], str]]] = {
    (TEMPLATES.name, "subject"): partial(_template, "subject"),
    (TEMPLATES.name, "body"): partial(_template, "body"),
    (TEMPLATES.name, "language"): partial(_template, "language"),
    (CUSTOMERS.name, "quiet_hours"): _quiet_hours,
    (CUSTOMERS.name, "time_zone"): _time_zone,
}
