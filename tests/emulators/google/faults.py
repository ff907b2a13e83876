"""What can go wrong on the way: an error before or after the call took effect, a dropped line, a slow answer."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass

from tests.emulators.google.calls import Call
from tests.emulators.google.errors import ApiError

KINDS = {"read", "write", "drive", "auth"}


class Dropped(Exception):
    """The line ends without an answer."""


@dataclass
class Fault:
    """One thing that goes wrong with calls whose kind or method fits, `times` times.

    `status` None drops the connection. `after` lets the call take effect first: the answer alone is lost.
    """

    calls: str
    status: int | None
    times: int = 1
    after: bool = False
    skip: int = 0  # that many fitting calls go well first
    retry_after: int | None = None  # seconds, the Retry-After header
    message: str = ""

    def fits(self, call: Call) -> bool:
        """Say whether it is about this call: its kind, or a pattern in its verb and method's name."""
        if self.calls in KINDS:  # "read" stands in "spreadsheets" as well
            return self.calls == call.kind
        return re.search(self.calls, f"{call.verb} {call.method}") is not None


_MESSAGES = {
    429: "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user'.",
    500: "Internal error encountered.",
    502: "Bad gateway.",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}


class Faults:
    """The faults that are planned, and chance ones at a rate."""

    def __init__(self, seed: int = 0, rate: float = 0.0) -> None:
        #: Of each call: the share that meets a chance fault (503, 429, or dropped; before or after).
        self.rate = rate
        self._chance = random.Random(seed)
        self._planned: list[Fault] = []
        self._lock = threading.Lock()

    def plan(
        self, calls: str, status: int | None = 503, *, times: int = 1, after: bool = False, skip: int = 0
    ) -> Fault:
        """Plan a fault: `plan("write", 503, after=True)`, `plan("batchGet", None)` for a dropped line.

        What is given back can still be told more: `plan("read", 429).retry_after = 5`.
        """
        fault = Fault(calls, status, times, after, skip)
        with self._lock:
            self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go well from now on."""
        with self._lock:
            self._planned.clear()
            self.rate = 0.0

    def meet(self, call: Call) -> Fault | None:
        """Give the fault that this call meets, if any, and count it."""
        with self._lock:
            for fault in self._planned:
                if fault.times > 0 and fault.fits(call):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
            if self.rate and call.kind != "auth" and self._chance.random() < self.rate:
                return Fault(call.kind, self._chance.choice([503, 500, 429, None]), after=self._after())
        return None

    def _after(self) -> bool:
        return self._chance.random() < 0.5


def happen(fault: Fault) -> None:
    """Make the error of a fault."""
    if fault.status is None:
        raise Dropped
    message = fault.message or _MESSAGES.get(fault.status, "The emulator was told to fail.")
    reason = {429: "rateLimitExceeded", 403: "forbidden"}.get(fault.status, "backendError")
    error = ApiError(fault.status, message, reason=reason)
    error.retry_after = fault.retry_after
    raise error
