"""What a change set in the making adds to the outbox, the request log and the notes, until it is sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from arc_sheets.errors import LedgerError
from arc_sheets.message import Message, MessageState, Posted
from arc_sync.ledger import outbox
from arc_sync.ledger.links import kept
from arc_sync.ledger.outbox import Entry, Tail


class OutboxSource(Protocol):
    """What a draft asks of the outbox it lies over."""

    def posted(
        self, *states: MessageState, message: str = "", since: datetime | None = None, bare: bool = False
    ) -> Sequence[Posted]:
        """Return messages; see `View`."""

    def answered(self, request: str) -> str | None:
        """Return the answer to a request, or None."""

    def note(self, name: str) -> str:
        """Return a note, "" if there is none."""

    def tail(self) -> Tail:
        """Return the end of the outbox."""

    def keyed(self, key: str) -> bool:
        """Say whether a message with this key is in the outbox."""

    def grasp(self, message: str) -> Posted | None:
        """Return a message, if it is there, and keep every other hand off it until the change set ends."""


class SealedOutbox(NamedTuple):
    """What a finished change set leaves to be kept; see `Sealed`."""

    queued: Sequence[Entry]
    moved: Mapping[str, Posted]
    tail: Tail
    answers: Mapping[str, str]
    notes: Mapping[str, str]


class OutboxDraft:
    """Messages queued and moved, answers and notes; `when` (UTC) is the change set's."""

    def __init__(self, now: OutboxSource, when: datetime) -> None:
        self._now = now
        self._when = when
        self._queued: dict[str, Posted] = {}
        self._keys: set[str] = set()
        self._was: dict[str, Posted] = {}
        self._moved: dict[str, Posted] = {}
        self._answers: dict[str, str] = {}
        self._notes: dict[str, str] = {}

    def posted(
        self, states: Collection[MessageState], message: str, since: datetime | None, *, bare: bool
    ) -> Sequence[Posted]:
        """Return messages, the oldest first, as they will be."""
        if not self._queued and not self._moved:
            return self._now.posted(*states, message=message, since=since, bare=bare)
        asked = {*states, *(was.state for was in self._was.values())} if states else ()
        known = self._now.posted(*asked, message=message, bare=bare)
        there = [self._moved.get(p.message.id, p) for p in known]
        new = [p for p in self._queued.values() if message in ("", p.message.id)]
        found = [p for p in (*there, *new) if outbox.fits(p, states, since)]
        return [*map(outbox.bared, found)] if bare else found

    def queue(self, message: Message) -> bool:
        """Put a message into the outbox, unless one with its key is there; an id must be new."""
        if _kept(message.key) in self._keys or self._now.keyed(message.key):
            return False
        if _kept(message.id) in self._queued or self._now.posted(message=message.id):
            raise LedgerError(f"The outbox has a message {message.id} already; nothing was changed.")
        self._keys.add(message.key)
        self._queued[message.id] = Posted(message, changed=message.queued)
        return True

    def move(self, message: str, state: MessageState, owner: str, said: str) -> None:
        """Let a message come to a state that may follow its own; raises `Fenced`."""
        if message in self._queued:
            self._queued[message] = outbox.moved(self._queued[message], state, owner, said, self._when)
            return
        posted = self._moved.get(message) or self._now.grasp(message)
        if posted is None:
            raise outbox.missing()
        self._was.setdefault(message, posted)
        self._moved[message] = outbox.moved(posted, state, owner, said, self._when)

    def answered(self, request: str) -> str | None:
        """Return the answer to a request, or None."""
        return self._answers[request] if request in self._answers else self._now.answered(request)

    def answer(self, request: str, answer: str) -> None:
        """Keep the answer to a request; raises `LedgerError` if it has one."""
        if self.answered(_kept(request)) is not None:
            raise LedgerError(f"The request {request} was carried out already; nothing was done again.")
        self._answers[request] = _kept(answer)

    def note(self, name: str) -> str:
        """Return a note, "" if there is none."""
        return self._notes[name] if name in self._notes else self._now.note(name)

    def set_note(self, name: str, text: str) -> None:
        """Keep a note in place of the one of that name."""
        self._notes[_kept(name)] = _kept(text)

    def sealed(self) -> SealedOutbox:
        """Return what is to be kept, the new messages sealed."""
        tail, entries = self._now.tail(), list[Entry]()
        for posted in self._queued.values():
            entries.append(outbox.enter(tail, posted))
            tail = Tail(entries[-1].number, entries[-1].seal)
        return SealedOutbox(entries, self._moved, tail, self._answers, self._notes)


def _kept(text: str) -> str:
    return kept(text, "Requests")
