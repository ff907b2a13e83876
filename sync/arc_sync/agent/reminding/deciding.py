"""What people decide about reminders, carried out: approved ones are queued, skipped ones end, unknown ones are settled.

A decision is typed into the tab, or given on the command line; both stand in the row and are carried out here. It
stays beside what came of it. When ARC needs a person again (a message failed, or may have arrived) it clears the
cell, so that no old word counts for a new question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from arc_sheets.dates import wall_clock
from arc_sheets.message import Message, MessageState
from arc_sheets.phrases import say_list
from arc_sheets.tabs import REMINDERS
from arc_sync.agent.firm import Firm
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.posting import NotPosted, Post
from arc_sync.agent.reminding.rows import (
    APPROVE,
    DONE,
    DRAFTED,
    FAILED,
    HELD,
    IT_WENT,
    PROPOSED,
    QUEUED,
    SEND_AGAIN,
    SENT,
    SKIP,
    SKIPPED,
    TO_DO,
    UNKNOWN,
    Reminder,
    put,
    reminder,
    reminders,
)
from arc_sync.agent.reminding.touches import put_task, put_touch
from arc_sync.agent.reminding.trouble import close_issue, firm_book, note_refused, of_row
from arc_sync.agent.reminding.ways import note_ways
from arc_sync.ledger.port import Transaction

S = MessageState
#: What a decision does to a row of this status; what is not listed does nothing, or is refused.
QUEUES: Final = {(APPROVE, PROPOSED), (APPROVE, FAILED), (APPROVE, SKIPPED)}
AGAIN: Final = {(SEND_AGAIN, UNKNOWN), (SEND_AGAIN, FAILED), (SEND_AGAIN, DRAFTED)}
SKIPS: Final = {(SKIP, status) for status in (PROPOSED, HELD, TO_DO, FAILED, QUEUED)}
WENT: Final = {(IT_WENT, UNKNOWN), (IT_WENT, DRAFTED), (IT_WENT, TO_DO)}
#: A decision that stands beside what came of it, or that waits until its reminder may go.
_STANDS: Final = {
    *((APPROVE, status) for status in (QUEUED, SENT, DRAFTED, HELD)),
    (SEND_AGAIN, QUEUED),
    *((IT_WENT, status) for status in (SENT, DONE)),
    (SKIP, SKIPPED),
}

#: What is said of a row once a person has settled what became of it: why it was asked about is past.
_LOOKED: Final = {
    (SEND_AGAIN, UNKNOWN): "It may not have arrived; a person looked, and had it sent again.",
    (SEND_AGAIN, FAILED): "It had failed; a person had it sent again.",
    (APPROVE, FAILED): "It had failed; a person had it sent again.",
    (IT_WENT, UNKNOWN): "It was in doubt; a person looked, and it went.",
}

#: The columns that say whom a reminder is to and about what, with their headers.
_ABOUT: Final = {"customer", "stage", "channel", "to", "invoices", "amount", "currency"}
_OWN: Final = {c.name: c.header for c in REMINDERS.stored if c.name in _ABOUT}
#: The columns whose words go out, with their headers.
_WORDS: Final = {c.name: c.header for c in REMINDERS.stored if c.name in ("subject", "body")}


@dataclass(slots=True)
class Decided:
    """What became of the decisions."""

    queued: list[str] = field(default_factory=list)  #: customers to whom a message is queued
    skipped: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)  #: said to have gone, or done
    refused: list[str] = field(default_factory=list)  #: why a decision cannot be carried out, a sentence each

    @property
    def idle(self) -> bool:
        """Say whether there was nothing to carry out."""
        return not (self.queued or self.skipped or self.settled or self.refused)


def decide(firm: Firm, now: datetime, hook: Callable[[str], None] = lambda _: None) -> Decided:
    """Carry out every decision that stands in the ledger, in one change set. Raises `ArcError`.

    `now` is UTC. Two at once, or the same twice, queue one message.
    """
    with firm.ledger.read() as view:
        rows = sorted(reminders(view).items(), key=lambda item: (item[1].customer, item[0]))
    pending = {i: row for i, row in rows if _is_pending(row)}
    if not pending:
        return Decided()
    hook("read")
    with firm.ledger.change(firm.origin("decision", "Decisions on reminders", now)) as t:
        work = _Deciding(firm, t, now)
        for i, row in pending.items():
            live = t.row(REMINDERS, i)
            if live and reminder(live) == row:  # else somebody was quicker; the next time settles it
                work.carry_out(i, row)
        hook("decided")
    return work.decided


def give(firm: Firm, now: datetime, chosen: Mapping[str, Reminder], decision: str) -> int:
    """Write a decision beside rows, as a person would in the tab; return how many. Raises `LedgerError`."""
    what = f"{decision}: {len(chosen)} reminders" if len(chosen) != 1 else f"{decision}: a reminder"
    with firm.ledger.change(firm.origin("command", what, now)) as t:
        same = {i: row for i, row in chosen.items() if t.row(REMINDERS, i) == tuple(row)}
        for i, row in same.items():
            put(t, i, row._replace(decision=decision))
    return len(same)


def _is_pending(row: Reminder) -> bool:
    return bool(row.decision) and (row.decision, row.status) not in _STANDS


@dataclass(slots=True)
class _Deciding:
    firm: Firm
    t: Transaction
    now: datetime
    decided: Decided = field(default_factory=Decided)
    post: Post = field(init=False)
    book: str = field(init=False)
    #: Row and column of what was typed over on Reminders, and of what stands there and cannot be taken.
    notices: frozenset[tuple[str, str]] = field(init=False)
    held: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.post = Post(self.firm.config, policy_of(self.firm.config), self.t)
        self.book = firm_book(self.firm)
        told = [key for key in self.t.issues() if key.tab == REMINDERS.name]
        self.notices = frozenset((key.row, key.column.partition("#")[0]) for key in told if key.is_notice)
        self.held = frozenset((key.row, key.column) for key in told if not key.is_notice)
        note_ways(self.t, self.firm.config, self.now)

    def carry_out(self, i: str, row: Reminder) -> None:
        """Carry out the decision on one row."""
        did, why = (row.decision, row.status), ""
        if did in QUEUES | AGAIN:
            why = self._overtyped(i, row) or self._queue(i, row, again=did in AGAIN)
        elif did in SKIPS:
            self._skip(i, row)
        elif did in WENT:
            self._went(i, row)
        else:
            why = _refusal(row)
        if why:
            self._refuse(i, row, why)
        else:
            close_issue(self.t, of_row(self.book, i))

    def _overtyped(self, i: str, row: Reminder) -> str:
        """Return that a row's words may not be those that a person has in mind: pasted over, or not to be read."""
        held = [header for name, header in _WORDS.items() if (i, name) in self.held]
        if held:
            return (
                f"{row.stage} for {row.customer} waits: {say_list(held)} of its row is not what stands in the ledger;"
                " settle what Issues says of it, then choose again."
            )
        typed = [header for name, header in _OWN.items() if (i, name) in self.notices]
        if not typed:
            return ""
        return (
            f"{row.stage} for {row.customer} waits: {say_list(typed, len(typed))} of its row were typed over, and"
            " restored, so its words may be another's. Read them, settle what Issues says of the row, then choose"
            " again."
        )

    def _queue(self, i: str, row: Reminder, *, again: bool) -> str:
        """Queue the messages of a row; return why not, and nothing is touched."""
        try:
            row = self.post.readdressed(row) if row.status == FAILED else row
            messages = list(self.post.messages(i, row, self.now, again=again))
        except NotPosted as error:
            return str(error)
        if row.status == UNKNOWN:
            self._move(i, S.UNKNOWN, S.FAILED, "sent again by a person's word")
        for message in messages:
            self.t.queue(message)
        put(self.t, i, row._replace(status=QUEUED, sent=None, why=_settled(row)))
        self.decided.queued.append(row.customer)
        return ""

    def _skip(self, i: str, row: Reminder) -> None:
        if row.status == QUEUED:  # one that a sender has in hand is stopped by its last look
            self._move(i, S.QUEUED, S.WITHDRAWN, "skipped by a person")
        today = self.now.astimezone(self.firm.config.zone).date()
        put(
            self.t, i, row._replace(status=SKIPPED, sent=None, planned=today)
        )  # the interval counts from here
        self.decided.skipped.append(row.customer)

    def _went(self, i: str, row: Reminder) -> None:
        wall = wall_clock(self.now, self.firm.config.zone)
        if row.status == TO_DO:
            put(self.t, i, row._replace(status=DONE, sent=wall))
            put_task(self.t, i, row, wall, self.firm.config.who)
        else:
            state = S.UNKNOWN if row.status == UNKNOWN else S.DRAFTED
            moved = self._move(i, state, S.SENT, "a person says that it went")
            put(self.t, i, row._replace(status=SENT, sent=row.sent or wall, why=_settled(row)))
            for message in moved:
                if message.to == row.to:
                    put_touch(self.t, message, row.customer, row.sent or wall, "sent", self.firm.config.who)
        self.decided.settled.append(row.customer)

    def _move(self, i: str, state: MessageState, to: MessageState, said: str) -> list[Message]:
        """Let the row's messages of one state come to another; return them."""
        since = self.now - timedelta(days=400)  # drafts of years need not be looked through
        found = [p.message for p in self.t.posted(state, since=since, bare=True) if p.message.reminder == i]
        for message in found:
            self.t.move(message.id, to, said=said)
        return found

    def _refuse(self, i: str, row: Reminder, why: str) -> None:
        """Clear the decision, and let it stand on the Issues tab with the reason."""
        note_refused(self.t, self.book, i, row.decision or "", why, self.now)
        put(self.t, i, row._replace(decision=None))
        self.decided.refused.append(why)


def _settled(row: Reminder) -> str | None:
    """Return why a row is there, now that its decision is carried out."""
    return _LOOKED.get((row.decision or "", row.status or ""), row.why)


def _refusal(row: Reminder) -> str:
    """Return why a decision means nothing for a row of this status, and what would."""
    who = f"{row.stage or 'The reminder'} for {row.customer} is {row.status}"
    remedy = {
        UNKNOWN: "look in the mailbox it was sent from, then choose It went or Send again",
        TO_DO: "log what was done, or choose It went or Skip",
        SENT: "it cannot be taken back, and is not sent twice",
    }.get(row.status or "", "there is nothing to decide")
    return f"{who}: {remedy}."
