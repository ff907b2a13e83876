"""Staying below Google's limits: 60 reads and 60 writes a minute and user, and the same for a service account.

All books of one account share its buckets, so that none of them is refused because another was busy. A bucket
that begins with `burst` tokens and gains `rate` a minute lets at most `burst + rate` calls through in any minute.
Source: https://developers.google.com/workspace/sheets/api/limits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Final

#: Calls that may come at once after a quiet minute, and how many more each minute: together 55 of 60.
BURST: Final = 20
RATE: Final = 35


@dataclass(slots=True)
class Bucket:
    """Tokens for one kind of call; taking one waits until there is one."""

    clock: Callable[[], float] = monotonic  #: seconds
    sleep: Callable[[float], None] = sleep
    burst: float = BURST
    rate: float = RATE  #: tokens a minute
    _tokens: float = field(init=False)
    _seen: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._tokens, self._seen = self.burst, self.clock()

    def take(self) -> float:
        """Take a token, waiting for it where there is none; returns how many seconds that took."""
        with self._lock:  # whoever comes first is served first
            now = self.clock()
            self._tokens = min(self.burst, self._tokens + (now - self._seen) * self.rate / 60) - 1
            self._seen = now
            wait = max(0.0, -self._tokens * 60 / self.rate)
        if wait:
            self.sleep(wait)
        return wait


@dataclass(frozen=True, slots=True)
class Quota:
    """The buckets of one account."""

    reads: Bucket = field(default_factory=Bucket)
    writes: Bucket = field(default_factory=Bucket)
