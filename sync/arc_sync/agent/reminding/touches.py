"""What Activity says of a message that went: one touch a letter, whoever sent it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Final

from arc_sheets.cells import Row, Value
from arc_sheets.message import Message
from arc_sheets.tabs import ACTIVITY, REMINDERS
from arc_sync.agent.reminding.rows import Reminder, id_of, listed
from arc_sync.ledger.port import Ledger, Transaction, View
from arc_sync.merge.history import Before

#: Who is named where no person approved a reminder.
MACHINE: Final = "ARC"
#: Stages whose names say what they are; the others are reminders.
_NAMED: Final = frozenset({"Statement", "Final notice"})
_DECISION: Final = [c.name for c in REMINDERS.stored].index("decision")


def touch_id(message: str) -> str:
    """Return the id of the touch of a message: always the same, so that there is never a second one."""
    return id_of(f"touch {message}")


def put_touch(t: Transaction, message: Message, customer: str, when: datetime, did: str, by: str) -> None:
    """Put on Activity that a letter was sent, or drafted; `did` says which, `when` is local wall clock.

    `customer` is the customer's name now; that of the message is as it was when it was queued.
    """
    known = t.row(ACTIVITY, touch_id(message.id))
    values: dict[str, Value] = {
        "when": when,
        "customer": customer,
        "channel": message.channel,
        "direction": "Out",
        "invoices": listed(message.invoices) or None,
        "outcome": f"{called(message)} {did}",
        "notes": notes(message),
        "by": by,
    }
    row: Row = tuple(values.get(c.name) for c in ACTIVITY.stored)
    if known is not None:  # it was drafted and has gone: what people wrote beside it stays
        at = [c.name for c in ACTIVITY.stored].index("outcome")
        row = (*known[:at], values["outcome"], *known[at + 1 :])
    t.put(ACTIVITY, touch_id(message.id), row)


def put_task(t: Transaction, i: str, row: Reminder, when: datetime, by: str) -> None:
    """Put on Activity that a person did a task of the schedule, and said so on Reminders; `when` is local wall clock."""
    values: dict[str, Value] = {
        "when": when,
        "customer": row.customer,
        "channel": row.channel,
        "direction": "Out",
        "invoices": row.invoices,
        "outcome": f"{row.stage}: done",
        "by": by,
    }
    t.put(ACTIVITY, touch_id(i), tuple(values.get(c.name) for c in ACTIVITY.stored))


def called(message: Message) -> str:
    """Return what a message is called: "Firm reminder", "Statement"; "Email" if a person wrote it."""
    if not message.reminder:
        return message.channel
    return message.stage if message.stage in _NAMED else f"{message.stage} reminder"


def notes(message: Message) -> str:
    """Return whom it went to, and of a hand-written one what it was about."""
    if message.reminder:
        return f"To {message.to}"
    if message.channel == "Text":
        return f"To {message.to}: {message.content.decode(errors='replace')}"
    subject = message_from_bytes(message.content, policy=default)["Subject"]
    return f"To {message.to}: {subject}"


class Deciders:
    """Who decided about reminders, looked up in the history: together for those that are expected next."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._names: dict[int, str] = {}  #: by change set
        self._given: dict[str, tuple[Value, int]] = {}  #: by row: the newest decision, and its change set
        self._next: frozenset[str] = frozenset()

    def expect(self, ids: Iterable[str]) -> None:
        """Say which rows will be asked for next; what was found before may be out of date by now."""
        self._next = frozenset(ids)
        self._given.clear()

    def who(self, view: View, i: str, row: Reminder) -> str:
        """Return who gave the decision that stands in a row; `MACHINE` where there is none."""
        if not row.decision:
            return MACHINE
        if self._decided(i) != row.decision:
            self._look_up(view, {i, *self._next})
        return self._name(self._given[i][1]) if self._decided(i) == row.decision else MACHINE

    def _decided(self, i: str) -> Value:
        return self._given[i][0] if i in self._given else None

    def _look_up(self, view: View, ids: Collection[str]) -> None:
        for i, changes in view.histories(REMINDERS, ids).items():
            for change in reversed(changes):
                was, now = _decision(change.before), _decision(change.after)
                if now != was:
                    self._given[i] = now, change.set
                    break

    def _name(self, number: int) -> str:
        if number not in self._names:
            for made in self._ledger.sets():  # the newest first, and decisions are recent
                self._names[made.number] = made.origin.who
                if made.number <= number:
                    break
        return self._names.get(number, MACHINE)


def _decision(row: Before) -> Value:
    return row[_DECISION] if isinstance(row, tuple) else None
