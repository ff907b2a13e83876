"""The last look at a message before it goes: whether it is still right, and whether it is the hour.

All that the plan asked is asked again of the ledger as it is now. What no longer holds is withdrawn with the
reason, what comes too early or too close waits. The figures behind it are computed once and stay good until
something changes that they rest on; what senders themselves note is followed change by change.

Each message is looked at twice: before its server is spoken to, and before its last byte. The second look always asks
the ledger. The first may rest on what was seen at the message before, and then only says that nothing is wrong.

A message that a person wrote is their own decision: of it only the customer's wishes are asked, and the hour; and
where it asks for money, whether that is still owed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from arc_sheets.cells import Row, Rows
from arc_sheets.contacts import NotAContact, address, addresses, number
from arc_sheets.frames import records
from arc_sheets.hours import business_days
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.phrases import say_day, say_many
from arc_sheets.policy import Policy
from arc_sheets.receivables import Receivables, receivables
from arc_sheets.routes import Person, home, people
from arc_sheets.standing import Standing, standing
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, DISPUTES, INVOICES, PAYMENTS, PROMISES, REMINDERS
from arc_sheets.touches import Written, stopped, written
from arc_sync.agent.bank import newest, said
from arc_sync.agent.firm import Firm
from arc_sync.agent.pages import rows_of
from arc_sync.agent.reminding.history import reached
from arc_sync.agent.reminding.owed import not_due, not_owed
from arc_sync.agent.reminding.posting import NotPosted, next_allowed, says
from arc_sync.agent.reminding.rows import (
    DRAFTED,
    QUEUED,
    SEND_AGAIN,
    SENT,
    UNKNOWN,
    Reminder,
    reminder,
    reminders,
    where,
)
from arc_sync.ledger.port import View
from arc_sync.merge.history import Change

S = MessageState
#: The source of changes that senders make.
SENDING: Final = "sending"
#: The letter has gone, or may have.
GONE: Final = frozenset({SENT, DRAFTED, UNKNOWN})
#: How long a message waits for another to the same customer that is on its way, or for the bank's data.
_SOON: Final = timedelta(minutes=5)
_HOUR: Final = timedelta(hours=1)
_OTHER_WAY: Final = "The way of sending was changed since it was approved."
_MONEY: Final = frozenset(tab.name for tab in (CUSTOMERS, INVOICES, PAYMENTS, PROMISES, DISPUTES))


class Do(StrEnum):
    """What is to become of a message."""

    GO = "go"
    WAIT = "wait"
    STOP = "stop"
    ANEW = "anew"  #: made anew from its row


class Verdict(NamedTuple):
    """What is to become of a message, why, and until when it waits (UTC)."""

    do: Do
    why: str = ""
    until: datetime | None = None


GO: Final = Verdict(Do.GO)


@dataclass(slots=True)
class Facts:
    """What is asked of the ledger at one moment."""

    day: date
    receivables: Receivables
    standing: Standing
    accounts: Mapping[tuple[str, str], int]
    people: Mapping[str, Person]
    stopped: Mapping[str, date]
    written: Written
    written_today: int  #: messages, to anybody
    paid_until: date | None  #: the day of the newest payment
    #: The reminders that have gone since, and when: by customer, by row; and how many.
    since: dict[str, dict[str, date]] = field(default_factory=dict)
    gone: int = 0

    def follow(self, gone: Reminder, row: str) -> None:
        """Count a reminder that has gone."""
        known = self.since.setdefault(gone.customer, {})
        self.gone += row not in known
        known[row] = gone.sent.date() if gone.sent else self.day

    def not_owed(self, customer: str, message: Message) -> str:
        """Return why what a message asks for is not to be asked for any more, or ""; the name may be a new one."""
        account = self.accounts.get((customer, message.currency), -1)
        return not_owed(self.receivables, self.standing, account, message.invoices, message.amount)

    def not_due(self, customer: str, message: Message, policy: Policy) -> str:
        """Return why the stage of a message is out of place (now that a due date was moved), or ""."""
        stage = policy.stage(message.stage)
        if stage is None:
            return ""
        account = self.accounts.get((customer, message.currency), -1)
        return not_due(self.receivables, self.standing, account, message.invoices, stage.days)


class Gone(NamedTuple):
    """A reminder that has gone, and between which changes of the ledger that was noted."""

    since: int
    until: int
    row: str
    reminder: Reminder


class _Seen(NamedTuple):
    """The ledger as it was seen last."""

    facts: Facts
    reminders: Rows
    bank: date | None  #: what `bank.said` said


class Looking:
    """Looks at one message after the other; `policy` is the firm's, `since` says `ways_since`."""

    def __init__(self, firm: Firm, policy: Policy, since: Mapping[str, datetime]) -> None:
        self._firm, self._policy, self._since = firm, policy, since
        self._facts: Facts | None = None
        self._followed = 0  #: the change up to which the facts are followed
        self._seen: _Seen | None = None  #: None: what was seen no longer holds for the next message
        self._passed: tuple[str, Row] | None = None  #: the message that these facts left right, and its row

    def right(self, posted: Posted, now: datetime) -> bool:
        """Say whether a message is right by what was seen at the one before, if this sender has just sent that one.

        Others may have changed something since: the last look tells. So a yes is enough to begin, and of a no the
        ledger is to be asked: `at`.
        """
        seen, self._seen = self._seen, None
        same_day = seen is not None and seen.facts.day == self._day(now)
        return seen is not None and same_day and self._judged(seen, posted.message, now).do is Do.GO

    def at(self, view: View, posted: Posted, now: datetime, *, last: bool = False) -> Verdict:
        """Return what is to become of a message; `now` is UTC.

        With `last` it is noted as on its way, as every other sender's is at this point: of two to one customer
        at least one sees the other here.
        """
        message, facts = posted.message, self._follow(view, self._day(now))
        seen = _Seen(facts, view.rows(REMINDERS), said(view))
        verdict = self._judged(seen, message, now)
        if last and verdict.do is Do.GO and (row := seen.reminders.get(message.reminder)):
            verdict = _crowded(view, message, row, now) or GO
        self._seen = seen if last and verdict.do is Do.GO else None
        return verdict

    def _judged(self, seen: _Seen, message: Message, now: datetime) -> Verdict:
        facts = seen.facts
        if not message.reminder:
            return self._by_hand(facts, message, now)
        found = seen.reminders.get(message.reminder)
        if found is None:
            return Verdict(Do.STOP, "Its row has left Reminders.")
        row = reminder(found)
        known = self._passed == (message.id, found)  # and neither the facts nor the row have changed since
        verdict = (
            (None if known else self._wrong(facts, message, row))
            or self._outside_hours(facts.people[row.customer], row.channel, now)
            or self._unsure(seen, now)
            or (None if row.status in GONE else self._too_close(facts, message, row))
            or (None if known or row.status != QUEUED else _reworded(message, row))
            or GO
        )
        if verdict.do is Do.GO:
            self._passed = (message.id, found)
        return verdict

    def _wrong(self, facts: Facts, message: Message, row: Reminder) -> Verdict | None:
        """Return why a message must not go at all (any more)."""
        copy = message.to != row.to
        if row.status != QUEUED and not (copy and row.status in GONE):
            return Verdict(Do.STOP, f"Its reminder is {row.status}.")
        return (
            _stop(_unwanted(facts, row.customer, message.channel))
            or _stop(_OTHER_WAY if message.queued < self._since[message.channel] else "")
            or _stop(_moved(facts.people[row.customer], message, self._policy.country, copy=copy))
            or _stop(facts.not_owed(row.customer, message))
            or _stop(facts.not_due(row.customer, message, self._policy))
        )

    def _by_hand(self, facts: Facts, message: Message, now: datetime) -> Verdict:
        return (
            _stop(_unwanted(facts, message.customer, message.channel))
            or _stop(facts.not_owed(message.customer, message) if message.invoices else "")
            or self._outside_hours(facts.people[message.customer], message.channel, now)
            or GO
        )

    # -- the facts -------------------------------------------------------------------------------------

    def heard(self, gone: Gone | None) -> None:
        """Follow what this sender itself just noted, where nothing else was changed in between."""
        if gone and self._facts and self._followed == gone.since:
            self._facts.follow(gone.reminder, gone.row)
            self._followed = gone.until
        else:
            self._seen = None

    def _follow(self, view: View, day: date) -> Facts:
        """Return the facts as of the view: those known, if nothing that they rest on has changed."""
        head, facts = view.head().n, self._facts
        changes = view.changes(self._followed, head) if facts and head > self._followed else ()
        if facts is None or facts.day != day or head < self._followed or _matter(changes):
            self._facts = facts = _facts(view, self._policy, day)
            self._passed = None
        else:
            for row, gone in _gone(changes):
                facts.follow(gone, row)
        self._followed = head
        return facts

    def _day(self, now: datetime) -> date:
        return now.astimezone(self._firm.config.zone).date()

    # -- the hour --------------------------------------------------------------------------------------

    def _outside_hours(self, person: Person, channel: str | None, now: datetime) -> Verdict | None:
        asked = {"time_zone": person.time_zone, "quiet_hours": person.quiet_hours}
        first = next_allowed(channel, asked, self._firm.config, self._policy, now)
        return Verdict(Do.WAIT, "It waits for business hours.", first) if first > now else None

    def _unsure(self, seen: _Seen, now: datetime) -> Verdict | None:
        """Return that nobody knows whether it has been paid: the bank's data are too old."""
        facts = seen.facts
        known = seen.bank or facts.paid_until
        until = min(known, facts.day) if known else None
        age = business_days(until, facts.day, self._policy) if until else None
        if age is None or age > self._policy.bank_days:
            told = f"end on {say_day(until)}" if until else "are not there"
            return Verdict(Do.WAIT, f"It waits for the bank's data, which {told}.", now + _HOUR)
        return None

    def _too_close(self, facts: Facts, message: Message, row: Reminder) -> Verdict | None:
        """Return whether it keeps its distance to what else the customer, and everybody, was written today."""
        since = facts.since.get(row.customer, {})
        others = [on for i, on in since.items() if i != message.reminder]
        again = row.decision == SEND_AGAIN  # a person has looked, and wants it to go
        last = max(filter(None, (facts.written.last(row.customer), *others)), default=None)
        apart = (facts.day - last).days if last else None
        if apart is not None and apart < self._policy.minimum_interval and not again:
            assert last is not None  # noqa: S101 (it follows; for mypy)
            on = self._opens(last + timedelta(self._policy.minimum_interval))
            return Verdict(Do.WAIT, f"They were written to on {say_day(last)}.", on)
        recent = len(facts.written.since(row.customer, facts.day - timedelta(30))) + len(others)
        if recent >= self._policy.customer_cap and not again:
            return Verdict(Do.STOP, f"They had {say_many(recent, 'message')} in 30 days.")
        if facts.written_today + facts.gone >= self._policy.daily_cap:
            cap, verb = self._policy.daily_cap, "has" if self._policy.daily_cap == 1 else "have"
            why = f"The day's {say_many(cap, 'message')} {verb} gone."
            return Verdict(Do.WAIT, why, self._opens(facts.day + timedelta(1)))
        return None

    def _opens(self, day: date) -> datetime:
        """Return the midnight at which a day begins in the firm's zone; quiet hours are looked at then."""
        return datetime.combine(day, time(), self._firm.config.zone)


def _facts(view: View, policy: Policy, day: date) -> Facts:
    frames = records(rows_of(view))
    owed = receivables(frames)
    gone = where(reminders(view), *GONE)
    known = written(frames.activity, reached(gone.values(), policy, day), day)
    pairs = zip(owed.accounts["customer"].tolist(), owed.accounts["currency"].tolist(), strict=True)
    return Facts(
        day,
        owed,
        standing(frames, owed, day, policy.grace),
        {pair: n for n, pair in enumerate(pairs)},
        people(frames.customers),
        stopped(frames.activity, policy, day),
        known,
        known.on(day),
        newest(view.rows(PAYMENTS), day),
    )


def _matter(changes: Sequence[Change]) -> bool:
    """Say whether the facts rest on what changed; of the reminders that senders note `_gone` tells."""
    reminded = {change.set for change in changes if change.tab == REMINDERS.name and change.source == SENDING}
    touches = any(change.tab == ACTIVITY.name and change.set not in reminded for change in changes)
    return touches or any(change.tab in _MONEY for change in changes)


def _gone(changes: Sequence[Change]) -> Iterator[tuple[str, Reminder]]:
    """Yield the reminders that have gone in these changes."""
    for change in changes:
        if change.tab == REMINDERS.name and isinstance(change.after, tuple):
            row = reminder(change.after)
            if row.status in GONE:
                yield change.row, row


def _reworded(message: Message, row: Reminder) -> Verdict | None:
    """Return that a person changed the words of a row after its message was made."""
    try:
        same = says(message, row)
    except NotPosted:
        same = False  # whoever makes it anew hears why
    return None if same else Verdict(Do.ANEW, "Its words were changed after it was approved.")


def _stop(why: str) -> Verdict | None:
    return Verdict(Do.STOP, why) if why else None


def _unwanted(facts: Facts, customer: str, channel: str) -> str:
    """Return why a customer must not be written to at all, or ""."""
    person = facts.people.get(customer)
    if person is None:
        return "There is no such name on Customers."
    if person.barred:
        return f"Do not contact: {person.barred.rstrip('.')}."
    if channel == "Text" and customer in facts.stopped:
        return f"They stopped texts on {say_day(facts.stopped[customer])}."
    return ""


def _moved(person: Person, message: Message, country: str, *, copy: bool) -> str:
    """Return that the customer has another address now, or ""."""
    now: tuple[str, ...] = ()
    try:
        if message.channel == "Text":
            now = (number(person.phone or "", home(person, country)),)
        else:
            now = addresses(person.cc or "") if copy else (address(person.email or ""),)
    except NotAContact:  # nobody can be reached there, so not this one either
        pass
    same = message.to.casefold() in (known.casefold() for known in now)
    return "" if same else f"Customers does not name {message.to} any more."


def _crowded(view: View, message: Message, row: Row, now: datetime) -> Verdict | None:
    """Return that another reminder to the same customer is on its way, or may have gone and no row says so yet."""
    names = {message.customer, reminder(row).customer}
    for other in view.posted(S.SENDING, S.UNKNOWN, bare=True):
        rival = other.message
        if rival.reminder in ("", message.reminder) or rival.customer not in names:
            continue
        found = view.row(REMINDERS, rival.reminder)
        if other.state is S.SENDING or (found and reminder(found).status == QUEUED):
            return Verdict(Do.WAIT, "Another message to them is on its way.", now + _SOON)
    return None
