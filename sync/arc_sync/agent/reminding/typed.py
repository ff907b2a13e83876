"""What of the words of a reminder a person wrote, told from the history of its row.

A change that a plan made is ARC's; every other one, from a workbook or a command, is a person's. A person who
clears Message and writes no new subject asks for both anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from arc_sync.agent.reminding.rows import BLANK, Reminder, reminder
from arc_sync.merge.history import Change

#: The source of changes that a plan makes.
PLAN: Final = "plan"


class Typed(NamedTuple):
    """What a person wrote on a row."""

    subject: bool = False
    body: bool = False
    then: Reminder | None = (
        None  #: the row as it was when they wrote last, None where nothing of theirs stands
    )


UNTYPED: Final = Typed()


def typed(history: Iterable[Change]) -> Typed:
    """Return what of the words a person wrote; `history` is the row's, the newest change last."""
    found, was = UNTYPED, BLANK
    for change in history:
        if isinstance(change.after, tuple) or change.after is None:
            now = reminder(change.after) if change.after else BLANK
            found, was = _after(found, was, now, by_plan=change.source == PLAN), now
    return found


def _after(found: Typed, was: Reminder, now: Reminder, *, by_plan: bool) -> Typed:
    """Return what is a person's after a change of the row."""
    subject, body = was.subject != now.subject, was.body != now.body
    if not (subject or body):
        return found
    if body and not now.body and not by_plan and not (subject and now.subject):
        return UNTYPED
    theirs = (
        not by_plan and bool(now.subject) if subject else found.subject,
        not by_plan and bool(now.body) if body else found.body,
    )
    then = found.then if by_plan else now
    return Typed(*theirs, then if any(theirs) else None)
