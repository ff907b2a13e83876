"""Is the outbox as it was written? One pass over what is kept; `audit` does the same for the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from arc_sheets.cells import Row
from arc_sheets.errors import LedgerError
from arc_sheets.message import MessageState, Posted
from arc_sheets.tabs import REMINDERS
from arc_sync.ledger.audit import ENOUGH
from arc_sync.ledger.outbox import HELD, Entry, Tail, seal

#: A reminder whose row says so had a message that came to one of these, in the same change set.
TOLD: Final = frozenset({"sent", "drafted"})
_WENT: Final = frozenset({MessageState.SENT, MessageState.DRAFTED})
_STATUS: Final = [c.name for c in REMINDERS.stored].index("status")


def told_of(reminders: Iterable[tuple[str, Row]]) -> Iterator[tuple[str, str]]:
    """Yield (row id, status) of the rows of Reminders that say that they were sent or drafted."""
    for row, values in reminders:
        if values[_STATUS] in TOLD:
            yield row, str(values[_STATUS])


def audit_outbox(entries: Iterable[Entry | None], tail: Tail, told: Iterable[tuple[str, str]]) -> list[str]:
    """Return what is wrong, in sentences, at most `ENOUGH`; nothing wrong: empty.

    `entries` come in the order of their numbers and are read once; None is one that cannot be read. `told`
    are (row id, status) of the reminders whose rows say that they were sent or drafted: the rows' history is
    chained, so a message set back behind ARC's back, to go out again, does not agree with it.
    """
    outbox = _Outbox()
    for entry in entries:
        outbox.follow(entry)
        if len(outbox.wrong) >= ENOUGH:
            return outbox.wrong
    outbox.end(tail)
    outbox.compare(told)
    return outbox.wrong[:ENOUGH]


class _Outbox:
    """The outbox as read so far."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.last = Tail()
        self.states: dict[str, set[MessageState]] = {}

    def follow(self, entry: Entry | None) -> None:
        """Check one message against the one before it."""
        if entry is None:
            self.wrong.append(
                f"The message after message {self.last.number} holds what no one could have put there."
            )
            return
        number, message = entry.number, entry.posted.message
        if number != self.last.number + 1:
            self.wrong.append(f"After message {self.last.number} comes message {number}: some are missing.")
        if message.digest != entry.digest:
            self.wrong.append(
                f"Message {number} to {message.customer} is not what was queued: its content differs."
            )
        if _sealed(self.last, entry) != entry.seal:
            self.wrong.append(
                f"Message {number} to {message.customer} is not as it was queued: its seal differs."
            )
        if _in_no_hands(entry.posted):
            self.wrong.append(f"Message {number} is {entry.posted.state}, but no sender holds it.")
        self.states.setdefault(message.reminder, set()).add(entry.posted.state)
        self.last = Tail(number, entry.seal)

    def end(self, tail: Tail) -> None:
        """Compare the end of the outbox with what the ledger says of it."""
        if self.last != tail:
            self.wrong.append(
                f"The outbox ends with message {self.last.number}, but the ledger says {tail.number}:"
                " its end is missing."
            )

    def compare(self, told: Iterable[tuple[str, str]]) -> None:
        """Compare what the rows of Reminders say with where their messages stand."""
        for row, status in told:
            states: Collection[MessageState] = self.states.get(row, ())
            if states and _WENT.isdisjoint(states):
                stands = ", ".join(sorted(states))
                self.wrong.append(f"Row {row} of reminders says {status}, but its message is {stands}.")


def _sealed(last: Tail, entry: Entry) -> str:
    try:
        return seal(last.seal, entry.number, entry.digest, entry.posted.message)
    except (LedgerError, ValueError):  # what no one could have queued
        return "unreadable"


def _in_no_hands(posted: Posted) -> bool:
    return posted.state in HELD and not (posted.owner and posted.until)
