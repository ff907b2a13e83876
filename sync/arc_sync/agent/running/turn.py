"""A task's turn at work: what is to be done, by which clocks, and how long it may go on sending.

A server may take minutes for one message, and hundreds may be due. So a turn of sending ends after a while, and at once
when somebody waits for something else; the agent comes back to what is left. It is told how long a part of the work may
take, so that it stops what hangs and never what is merely slow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running.jobs import DEADLINES, POLL, Job
from arc_sync.agent.running.tasks import Task
from arc_sync.mail.wire import USUAL as PATIENCE

#: Seconds after which no further message is begun. To a Google queue nobody looks meanwhile: there it is the time
#: between two looks.
SENDS, SENDS_BY_A_QUEUE = 120.0, POLL
#: Seconds that the last message begun in that time may take, as its mailer gives up by then; and all around it (opening
#: the ways out, handing back, a host with many addresses), for which a round's time is ample.
LAST: Final = PATIENCE.longest + DEADLINES[Job.ROUND]


@dataclass
class Turn:
    """One task at work. The agent stops it once `asks`, called with seconds, has not been called for so long."""

    task: Task
    clock: Callable[[], datetime]  #: tells the time in UTC
    steady: Callable[[], float]  #: seconds of a clock that never jumps
    asks: Callable[[float], None] = lambda _: None
    ends: Callable[[], bool] = lambda: False  #: whether the agent is about to end
    _until: float = 0.0  #: steady; when it has sent enough

    def sends(self, *, by_a_queue: bool) -> None:
        """Begin to send; `by_a_queue`: requests come through a Google spreadsheet, which only another task sees."""
        seconds = SENDS_BY_A_QUEUE if by_a_queue else SENDS
        self._until = self.steady() + seconds
        self.asks(seconds + LAST)

    def goes_on(self, step: str) -> None:
        """Hear how far the work is: a round may take its time from when it has the lease, and none of what came before."""
        if step in ("sent", "leased"):
            self.asks(DEADLINES[Job.ROUND])

    def is_enough(self) -> bool:
        """Say whether to begin no further message: the time is up, the agent ends, or somebody waits for this firm."""
        return self.steady() >= self._until or self.ends() or self._is_awaited()

    def _is_awaited(self) -> bool:
        if self._spool is None:
            return False
        ours = {"", *self.task.books}  # without a book: the agent sees whose it is
        return any(told.book in ours for told in self._spool.besides({*self.task.requests, *self.task.later}))

    @cached_property
    def _spool(self) -> Spool | None:
        return Spool(self.task.spool) if self.task.spool else None
