"""What happens every few seconds: `schedule`, which counts by this machine's wall clock, made safe against its jumps.

`schedule` keeps the next time of a job as local time without a zone. When the clock is set back, or summer time ends,
that time lies ahead by as much, and nothing would run for so long; so everything is set anew then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import schedule

#: Seconds by which wall clock and steady clock may part before it counts as a jump.
_JUMP: Final = 5.0


def _local() -> float:
    """Return what the wall clock shows, in seconds that jump as it does: also when summer time ends."""
    now = time.time()
    return now + time.localtime(now).tm_gmtoff


class Ticks:
    """Things to do every so many seconds, each once when it is overdue."""

    def __init__(
        self, wall: Callable[[], float] = _local, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()
        self._all: list[tuple[float, Callable[[], None]]] = []
        self._schedule = schedule.Scheduler()

    def every(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something every so many seconds, first after so many."""
        self._all.append((seconds, do))
        self._schedule.every(int(seconds)).seconds.do(do)

    def run(self) -> None:
        """Do what is due; after a jump of the clock, everything is due."""
        offset = self._wall() - self._steady()
        if abs(offset - self._offset) > _JUMP:
            self._offset = offset
            self._anew()
            return
        self._schedule.run_pending()

    def _anew(self) -> None:
        self._schedule.clear()
        for seconds, do in self._all:
            self._schedule.every(int(seconds)).seconds.do(do)
            do()
