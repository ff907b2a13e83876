"""How long to try: a bounded number of times, with growing random pauses, and never past a deadline.

Only calls that may be repeated are: reads, and writes that are the same twice. Full jitter as in "Exponential
Backoff And Jitter" (Brooker, AWS, 2015); Google asks for at most 64 seconds between two tries, and a server that
names a pause itself (RFC 9110 section 10.2.3) is taken at its word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import uniform
from time import monotonic, sleep


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries of one call; times in seconds."""

    tries: int = 6
    first: float = 1.0
    cap: float = 64.0
    deadline: float = 180.0  #: from the first try to the beginning of the last
    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], None] = sleep
    dice: Callable[[float, float], float] = uniform

    def pauses(self) -> Iterator[Callable[[float], bool]]:
        """Yield, for each try, what waits before the next one.

        It takes the seconds that the server asked for (0 if none) and returns False where there is no next try.
        """
        began = self.clock()
        for n in range(self.tries):
            yield partial(self._wait, began, n)

    def _wait(self, began: float, n: int, asked: float) -> bool:
        pause = max(asked, self.dice(0, min(self.cap, self.first * 2**n)))
        if n + 1 >= self.tries or self.clock() + pause > began + self.deadline:
            return False
        self.sleep(pause)
        return True


ONCE = Patience(tries=1)
