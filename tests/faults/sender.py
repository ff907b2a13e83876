"""A sender that does what ARC's does, in a process of its own, to be killed at any moment.

Its mailer writes the message's id to a log once `about_to_send` has returned: from there on it has left.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from arc_sheets.cells import Row
from arc_sheets.errors import LedgerError
from arc_sheets.message import Message, MessageState
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, REMINDERS
from arc_sync.ledger.open import open_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Origin

S = MessageState
CLAIM: Final = 5  #: messages at a time
TERM: Final = timedelta(seconds=2)  #: how long a claim lasts


def send_all(place: str, log: str, owner: str) -> None:
    """Send until nothing waits any more; at times it has enough in the middle, and hands the others back."""
    ledger = open_ledger(place)
    wire = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while _waiting(ledger):
        enough = random.randint(1, 2 * CLAIM)
        for n, one in enumerate(ledger.claim(owner, now(), now() + TERM, CLAIM)):
            try:
                if n < enough:
                    _send(ledger, wire, one.message, owner)
                else:
                    ledger.hand_back(one.message.id, owner, one.message.not_before, one.said)
            except LedgerError:  # fenced, or another is at it: whatever became of it, this sender leaves it
                continue
    ledger.close()


def _send(ledger: Ledger, wire: int, message: Message, owner: str) -> None:
    ledger.about_to_send(message.id, owner, now())
    os.write(wire, f"{message.id}\n".encode())
    time.sleep(random.uniform(0, 0.02))  # the server's answer
    with ledger.change(Origin(owner, "action", "Sent a reminder", now())) as change:
        change.move(message.id, S.SENT, owner=owner, said="250 ok")
        change.put(REMINDERS, message.reminder, reminder("sent"))
        change.put(ACTIVITY, message.id, _row(ACTIVITY, customer="Müller", channel="Email"))


def _waiting(ledger: Ledger) -> bool:
    with ledger.read() as view:
        if view.posted(S.QUEUED):
            return True
        waits = bool(view.posted(S.CLAIMED))
    time.sleep(0.05 if waits else 0)
    return waits


def now() -> datetime:
    """Return this moment, UTC."""
    return datetime.now(UTC)


def reminder(status: str) -> Row:
    """Return a row of Reminders with this status."""
    return _row(REMINDERS, customer="Müller", stage="Firm", currency="EUR", status=status)


def _row(tab: Tab, **values: str) -> Row:
    return tuple(values.get(column.name) for column in tab.stored)
