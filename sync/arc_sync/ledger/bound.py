"""Rows bound to a message: an undo leaves them, as no undo calls back what went out or takes it from the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from arc_sheets.cells import Row, Value
from arc_sheets.message import MessageState, Posted
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, REMINDERS

#: Why a row of Reminders stays, by its status: where its message stands.
_STAYS: Final = {
    "queued": "its message is in the outbox",
    "sent": "it was sent",
    "drafted": "it lies among the drafts",
    "unknown": "it may have been sent",
    "failed": "its message was refused",
}
_WENT: Final = frozenset({"sent", "drafted", "unknown"})
#: The states of a message that has left, or lies where a person sends it.
OUT: Final = (MessageState.SENT, MessageState.DRAFTED)


def recipients(reminders: Iterable[tuple[Row | None, Row | None]]) -> dict[Value, str]:
    """Return who was written to, of (before, after) of rows of Reminders, and why what tells of it stays."""
    return {
        _value(REMINDERS, after, "customer"): "it tells of a message that went out"
        for before, after in reminders
        if _status(after) in _WENT and _status(before) not in _WENT
    }


def by_hand(out: Iterable[Posted], when: datetime) -> dict[Value, str]:
    """Return to whom a change set of this moment (UTC) sent what a person had written, and why that stays."""
    mine = (posted for posted in out if posted.changed == when and not posted.message.reminder)
    return {posted.message.customer: _STAYS[posted.state] for posted in mine}


def bound(tab: Tab, before: Row | None, now: Row | None, written_to: Mapping[Value, str]) -> str:
    """Return why a row may not go back from `now` to `before`; "" if no message speaks against it.

    `written_to` are the customers that a message went to in the change set that is to be undone, with the reason.
    """
    if now is None:
        return ""
    if tab is REMINDERS:
        again = _status(before) in _STAYS and _status(before) != _status(now)
        return _STAYS.get(_status(now), "its message is not in the outbox any more" if again else "")
    told = tab is ACTIVITY and before is None
    return written_to.get(_value(tab, now, "customer"), "") if told else ""


def _status(row: Row | None) -> str:
    return str(_value(REMINDERS, row, "status"))


def _value(tab: Tab, row: Row | None, column: str) -> Value:
    return row[[c.name for c in tab.stored].index(column)] if row else None
