"""What has reached customers already, as the plan must know it: from the rows of Reminders and Activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from arc_sheets.cells import Rows
from arc_sheets.policy import Policy
from arc_sheets.reminders import Became, Reached
from arc_sheets.tabs import ACTIVITY
from arc_sync.agent.reminding.rows import (
    DONE,
    DRAFTED,
    QUEUED,
    SENT,
    SKIPPED,
    TO_DO,
    UNKNOWN,
    Reminder,
)

#: What counts as written to the customer. What is on its way, or of which nobody knows, is taken for written.
WRITTEN: Final = frozenset({SENT, DRAFTED, QUEUED, UNKNOWN})
_KNOWN: Final = frozenset({*WRITTEN, SKIPPED, DONE, TO_DO})
_FIELDS: Final = {c.name: k for k, c in enumerate(ACTIVITY.stored)}

#: Of a touch: (customer, channel).
_Who: TypeAlias = tuple[Any, Any]


def reached(rows: Iterable[Reminder], policy: Policy, as_of: date) -> tuple[Reached, ...]:
    """Return what was sent, is on its way, was done, skipped or put to a person; the rest has reached nobody."""
    return tuple(_reached(row, policy, as_of) for row in rows if row.status in _KNOWN)


def _reached(row: Reminder, policy: Policy, as_of: date) -> Reached:
    on = as_of if row.status == QUEUED else row.sent.date() if row.sent else row.planned or as_of
    written = row.status in WRITTEN or (row.status == DONE and _instead(row, policy))
    about = (row.customer, row.currency, row.stage or "", row.numbers)
    return Reached(*about, on, written, settled=row.status != TO_DO, became=_became(row))


def _became(row: Reminder) -> Became:
    """Return what is said of a row that came to its end."""
    if row.status == DONE and row.channel != "Letter":
        return Became.DONE
    return {SKIPPED: Became.SKIPPED, DRAFTED: Became.DRAFTED}.get(row.status or "", Became.SENT)


def _instead(row: Reminder, policy: Policy) -> bool:
    """Say whether a task took the place of a message: a letter posted, or a call to one who prefers the phone."""
    stage = policy.stage(row.stage or "")
    return row.channel == "Letter" or not (stage and stage.is_task)


def done(rows: Mapping[str, Reminder], activity: Rows) -> Iterator[tuple[str, datetime]]:
    """Yield the tasks that a touch has done, and when (local wall clock).

    It is one of the task's own channel that did not come from the customer, on the day it was planned or later.
    """
    tasks = {i: row for i, row in rows.items() if row.status == TO_DO and row.planned}
    touches = _touches(activity, {(row.customer, row.channel) for row in tasks.values()}) if tasks else {}
    for i, row in tasks.items():
        whens = touches.get((row.customer, row.channel), ())
        later = [when for when in whens if row.planned and when.date() >= row.planned]
        if later:
            yield i, min(later)


def _touches(activity: Rows, wanted: set[_Who]) -> dict[_Who, list[datetime]]:
    found: dict[_Who, list[datetime]] = {}
    customer, channel, when, way = (_FIELDS[name] for name in ("customer", "channel", "when", "direction"))
    for row in activity.values():
        who, moment = (row[customer], row[channel]), row[when]
        if who in wanted and row[way] != "In" and isinstance(moment, datetime):
            found.setdefault(who, []).append(moment)
    return found
