"""What became of a message, kept: its state, its row on Reminders, its touch and its issue, in one change set."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from arc_sheets.dates import wall_clock
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.phrases import ended
from arc_sheets.tabs import REMINDERS
from arc_sync.agent.firm import Firm
from arc_sync.agent.reminding.looking import SENDING, Gone
from arc_sync.agent.reminding.rows import (
    DRAFTED,
    FAILED,
    QUEUED,
    SEND_AGAIN,
    SENT,
    UNKNOWN,
    WITHDRAWN,
    Reminder,
    put,
    reminder,
)
from arc_sync.agent.reminding.touches import Deciders, called, put_touch
from arc_sync.agent.reminding.trouble import close_issue, firm_book, of_message, of_row, raise_issue
from arc_sync.ledger.port import Transaction, View
from arc_sync.mail.port import Fate, Outcome
from arc_sync.merge.issues import IssueKey, IssueKind

S = MessageState
_ASK: Final = (
    "{said} Look in the mailbox it was sent from, then choose under Decision: It went, or Send again."
)
_ASK_BY_HAND: Final = (
    "{said} Look in the mailbox it was sent from, then tell it: arc remind settle {id} --it-went."
)
#: What settles a message that failed: of a row, of a copy, and of one written by hand.
_CORRECT: Final = (
    "If the address is wrong, correct {column} on Customers; then choose Approve under Decision."
)
_COPY: Final = "Correct Cc on Customers, and send them a copy yourself."
_BY_HAND: Final = "Correct the address, then write it anew."
_COLUMN: Final = {"Email": "Email", "Text": "Phone"}
_ANEW: Final = "If it is to go all the same, write it anew."


@dataclass(slots=True)
class Report:
    """What a run of sending did: customers by what became of their messages, and why."""

    sent: list[str] = field(default_factory=list)
    drafted: list[str] = field(default_factory=list)
    copies: int = 0  #: of letters, sent to those in Cc
    waiting: list[tuple[str, str]] = field(default_factory=list)  #: customer, why it waits
    withdrawn: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    stopped: str = ""  #: why the run ended before its time, in a sentence
    more: bool = False  #: more is due, and waits for the next run: this one had enough

    @property
    def needs_person(self) -> bool:
        """Say whether anything waits for a person."""
        return bool(self.failed or self.unknown or self.stopped)


class Outcomes:
    """Keeps what became of messages for one sender, `owner`, and tells `report`; every `now` is UTC."""

    def __init__(self, firm: Firm, owner: str, report: Report) -> None:
        self._firm, self._owner, self._report = firm, owner, report
        self._deciders = Deciders(firm.ledger)
        self._book = firm_book(firm)

    def expect(self, batch: Iterable[Posted]) -> None:
        """Say which messages come next, so that what is to be known about them is read together."""
        self._deciders.expect(posted.message.reminder for posted in batch if posted.message.reminder)

    def went(self, posted: Posted, outcome: Outcome, now: datetime) -> Gone | None:
        """Keep that a message was taken by the server, or lies among the drafts; return which reminder has gone."""
        message, sent = posted.message, outcome.fate is Fate.SENT
        did = "sent" if sent else "drafted"
        with self._change(message, did, now) as t:
            since = t.head().n
            t.move(message.id, S.SENT if sent else S.DRAFTED, owner=self._owner, said=outcome.said)
            row = _row(t, message)
            if row and message.to != row.to:
                self._report.copies += 1
                return None
            wall = wall_clock(now, self._firm.config.zone)
            by = self._deciders.who(t, message.reminder, row) if row else self._firm.config.who
            if row:
                kept = None if row.decision == SEND_AGAIN else row.decision  # that word counts once
                row = row._replace(status=SENT if sent else DRAFTED, sent=wall, decision=kept)
                put(t, message.reminder, row)
            close_issue(t, self._issue(message, row))
            customer = row.customer if row else message.customer
            put_touch(t, message, customer, wall, did, by)
        (self._report.sent if sent else self._report.drafted).append(customer)
        return Gone(since, t.head().n, message.reminder, row) if row else None

    def failed(self, posted: Posted, why: str, now: datetime) -> None:
        """Keep that a message will never go: a person looks at it."""
        with self._change(posted.message, "failed", now) as t:
            t.move(posted.message.id, S.FAILED, owner=self._owner, said=why)
            told = f"{ended(why)} {_remedy(posted.message, _row(t, posted.message))}"
            self._ask(t, posted.message, FAILED, told, now)
        self._report.failed.append((posted.message.customer, told))

    def unknown(self, posted: Posted, said: str, now: datetime) -> None:
        """Keep that a message may have arrived or not: a person says which."""
        with self._change(posted.message, "may have arrived", now) as t:
            t.move(posted.message.id, S.UNKNOWN, owner=self._owner, said=said)
            self._unknown(t, posted.message, said, now)

    def follow_lost(self, now: datetime) -> None:
        """Let rows and issues follow the messages whose senders were lost."""
        with self._firm.ledger.read() as view:
            untold = [p for p in view.posted(S.UNKNOWN, bare=True) if not self._is_told(view, p.message)]
        for posted in untold:
            with self._change(posted.message, "may have arrived", now) as t:
                self._unknown(t, posted.message, posted.said, now)

    def withdrawn(self, posted: Posted, why: str, now: datetime) -> None:
        """Keep that a message must not go any more."""
        message = posted.message
        with self._change(message, "withdrawn", now) as t:
            t.move(message.id, S.WITHDRAWN, owner=self._owner, said=why)
            row = _row(t, message)
            if row and message.to == row.to and row.status == QUEUED:
                put(t, message.reminder, row._replace(status=WITHDRAWN, decision=None, why=why))
            elif not message.reminder:
                what = f"{called(message)} to {message.to} ({message.customer}) was not sent: {why} {_ANEW}"
                raise_issue(t, self._issue(message, row), what, now, IssueKind.NOTICE)
        self._report.withdrawn.append((message.customer, why))

    def _is_told(self, view: View, message: Message) -> bool:
        """Say whether a person has been asked about a message that may have arrived."""
        row = _row(view, message)
        if row and message.to == row.to:
            return row.status != QUEUED
        return not self._book or self._issue(message, row) in view.issues(self._book)

    def _issue(self, message: Message, row: Reminder | None) -> IssueKey:
        """Return where the issue of a message stands: with its row, or on its own."""
        if row and message.to == row.to:
            return of_row(self._book, message.reminder)
        return of_message(self._book, message.id)

    def _unknown(self, t: Transaction, message: Message, said: str, now: datetime) -> None:
        row = _row(t, message)
        ask = _ASK if row and message.to == row.to else _ASK_BY_HAND
        why = ask.format(said=said, id=message.id)
        self._ask(t, message, UNKNOWN, why, now)
        self._report.unknown.append((message.customer, why))

    def _ask(self, t: Transaction, message: Message, status: str, why: str, now: datetime) -> None:
        """Let a person see it: on its row, whose old decision is cleared, and on the Issues tab.

        A failed message without a row is told as a notice: nobody can settle it but by having read it.
        """
        row, kind = _row(t, message), IssueKind.NOTICE if status == FAILED else IssueKind.HELD
        if row and message.to == row.to:
            kind = IssueKind.HELD
            put(t, message.reminder, row._replace(status=status, decision=None, why=why))
        what = f"{called(message)} to {message.to} ({message.customer}): {why}"
        raise_issue(t, self._issue(message, row), what, now, kind)

    def _change(self, message: Message, what: str, now: datetime) -> AbstractContextManager[Transaction]:
        told = f"{called(message)} to {message.customer}: {what}"
        return self._firm.ledger.change(self._firm.origin(SENDING, told, now))


def _remedy(message: Message, row: Reminder | None) -> str:
    """Return how a person settles that a message failed: a sentence."""
    if not message.reminder:
        return _BY_HAND
    if row and message.to != row.to:
        return _COPY
    return _CORRECT.format(column=_COLUMN[message.channel])


def _row(view: View, message: Message) -> Reminder | None:
    """Return the row of a message; None of a hand-written one, and where the row is gone."""
    found = view.row(REMINDERS, message.reminder) if message.reminder else None
    return reminder(found) if found else None
