"""Circuit breakers: counts of what really went out that stop a run, whatever the logic before them thinks.

They rest on the outbox alone, not on the plan, the rows or the policy: others' tools have sent 22 reminders a day
to one customer because one loop was wrong (facts, section 2).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from arc_sheets.message import MessageState, Posted
from arc_sync.ledger.port import View

S = MessageState
_OUT: Final = (S.SENT, S.DRAFTED, S.SENDING, S.UNKNOWN)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is never right; each counts messages that left, or may have."""

    address_a_day: int = 2  #: reminders to one address in 24 hours; what people write by hand does not count
    an_hour: int = 500  #: of any kind, to anybody
    a_run: int = 2_000


USUAL: Final = Limits()


class Breakers:
    """What went out lately, counted; `tripped` says whether it is too much."""

    def __init__(self, limits: Limits, view: View, now: datetime) -> None:
        self._limits = limits
        self._run = 0
        self._addresses: Counter[str] = Counter()
        self._times: deque[datetime] = deque()
        self._count(view.posted(*_OUT, since=now - _DAY))

    def _count(self, posted: Iterable[Posted]) -> None:
        for one in posted:
            if one.message.reminder:
                self._addresses[one.message.to.casefold()] += 1
        whens = (one.changed for one in posted)
        self._times = deque(sorted(when for when in whens if when))

    def tripped(self, posted: Posted, now: datetime) -> str:
        """Return why nothing more may go in this run, in a sentence; "" where it may. `now` is UTC."""
        while self._times and self._times[0] <= now - _HOUR:
            self._times.popleft()
        to, limits = posted.message.to, self._limits
        if posted.message.reminder and self._addresses[to.casefold()] >= limits.address_a_day:
            return (
                f"Stopped: {to} would get more than {limits.address_a_day} reminders in a day. Nothing more was"
                " sent; look at arc remind list, and report this."
            )
        if len(self._times) >= limits.an_hour:
            return f"Stopped: {limits.an_hour:,} messages have gone within an hour. The others wait; run it again later."
        if self._run >= limits.a_run:
            return f"Stopped after {limits.a_run:,} messages. Run it again for the others."
        return ""

    def went(self, posted: Posted, now: datetime) -> None:
        """Count a message that is about to leave."""
        self._run += 1
        self._times.append(now)
        if posted.message.reminder:
            self._addresses[posted.message.to.casefold()] += 1
