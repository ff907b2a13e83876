"""Circuit breakers: counts of what really went out that stop a run, or a message, whatever the logic before them thinks.

They rest on the outbox alone, not on the plan, the rows or the policy: others' tools have sent 22 reminders a day
to one customer because one loop was wrong (facts, section 2). And a server that breaks off after each message would
make each a question to a person: after two in a row nobody begins another on that way out for a while.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final, NamedTuple

from arc_sheets.message import MessageState, Posted
from arc_sheets.policy import Policy
from arc_sync.agent.reminding.witness import FORGOTTEN
from arc_sync.ledger.outbox import LOST
from arc_sync.ledger.port import View
from arc_sync.mail.compose import is_copy

S = MessageState
_ARRIVED: Final = (S.SENT, S.DRAFTED)
_OUT: Final = (*_ARRIVED, S.SENDING, S.UNKNOWN)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: How long a whole way out rests when the other side asks for less or breaks off, and at most where it goes on so.
REST, LONGEST_REST = timedelta(minutes=15), timedelta(hours=2)
#: How messages in a row, of which nobody knows whether they arrived, end what is said of those that wait for them.
_DOUBT: Final = "may have arrived or not, so the others wait."


@dataclass(frozen=True, slots=True)
class Limits:
    """What is never right; each counts messages that left, or may have."""

    address_a_day: int = (
        2  #: reminders to one address in 24 hours; copies and what is written by hand do not count
    )
    an_hour: int = 500  #: of any kind, to anybody, but for drafts, which do not leave the house
    a_run: int = 2_000
    doubts: int = 2  #: in a row on one way out that may have arrived or not


USUAL: Final = Limits()


def limits_of(policy: Policy) -> Limits:
    """Return the usual limits, raised to what a firm wants to send in a day: that much may go in one morning."""
    return replace(USUAL, an_hour=max(USUAL.an_hour, policy.daily_cap))


class Rest(NamedTuple):
    """How long nothing goes by a channel."""

    until: datetime  #: UTC
    why: str  #: in a sentence


class Breakers:
    """What went out lately, counted; `tripped` and `crowded` say whether it is too much. Every `now` is UTC."""

    def __init__(self, limits: Limits, view: View, now: datetime) -> None:
        self._limits = limits
        self._run = 0
        self._addresses: Counter[str] = Counter()
        self._times: deque[datetime] = deque()
        self._doubts: Counter[str] = Counter()  #: by channel: in a row, up to the last one
        self._rests: dict[str, Rest] = {}  #: by channel, as earlier runs left it
        self._count(view.posted(*_OUT, since=now - _DAY, bare=True))

    def _count(self, posted: Collection[Posted]) -> None:
        for one in posted:
            self._addressed(one)
        self._doubt(posted)
        whens = (one.changed for one in posted if one.state is not S.DRAFTED)
        self._times = deque(sorted(when for when in whens if when))

    def tripped(self, now: datetime, *, draft: bool) -> str:
        """Return why nothing more may go in this run, in a sentence; "" where it may."""
        while self._times and self._times[0] <= now - _HOUR:
            self._times.popleft()
        limits = self._limits
        if len(self._times) >= limits.an_hour and not draft:
            return f"Stopped: {limits.an_hour:,} messages have gone within an hour. The others wait; run it again later."
        if self._run >= limits.a_run:
            return f"Stopped after {limits.a_run:,} messages. Run it again for the others."
        return ""

    def crowded(self, posted: Posted) -> str:
        """Return why this one message must not go, in a sentence with the remedy; "" where it may."""
        to, most = posted.message.to, self._limits.address_a_day
        if not _counts(posted) or self._addresses[to.casefold()] < most:
            return ""
        return (
            f"{to} would get more than {most} reminders in a day. Give each of these customers an address of their"
            " own on Customers, or approve this one again a day later."
        )

    def rest(self, posted: Posted) -> Rest | None:
        """Return how long earlier runs let the way of a message rest; None where they do not, or it has waited for that."""
        return None if posted.said.endswith(_DOUBT) else self._rests.get(posted.message.channel)

    def doubted(self, channel: str, now: datetime) -> Rest | None:
        """Count one that may have arrived or not; return how long its way rests, longer with each further one."""
        self._doubts[channel] += 1
        many = self._doubts[channel]
        if many < self._limits.doubts:
            return None
        rest: timedelta = min(REST * 2 ** min(many - self._limits.doubts, 10), LONGEST_REST)
        return Rest(now + rest, f"The last {many} {channel.lower()}s {_DOUBT}")

    def arrived(self, channel: str) -> None:
        """Count anew: the other side has said that it took one."""
        self._doubts[channel] = 0
        self._rests.pop(channel, None)

    def went(self, posted: Posted, now: datetime, *, draft: bool) -> None:
        """Count a message that is about to leave."""
        self._run += 1
        self._addressed(posted)
        if not draft:
            self._times.append(now)

    def _doubt(self, posted: Iterable[Posted]) -> None:
        """Count what earlier runs left in doubt, oldest first."""
        for when, one in sorted(((p.changed, p) for p in posted if p.changed), key=itemgetter(0)):
            channel = one.message.channel
            if one.state in _ARRIVED:
                self.arrived(channel)
            elif _is_doubted(one) and (rest := self.doubted(channel, when)):
                self._rests[channel] = rest

    def _addressed(self, posted: Posted) -> None:
        if _counts(posted):
            self._addresses[posted.message.to.casefold()] += 1


def _is_doubted(posted: Posted) -> bool:
    """Say whether it was the other side that left it open: no sender was lost, and no older ledger brought back."""
    return posted.state is S.UNKNOWN and posted.said != LOST and not posted.said.endswith(FORGOTTEN)


def _counts(posted: Posted) -> bool:
    """Say whether it is a reminder to a customer; a copy goes to somebody who may see those of many."""
    return bool(posted.message.reminder) and not is_copy(posted.message.key)
