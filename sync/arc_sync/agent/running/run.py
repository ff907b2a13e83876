"""`arc agent run`: the agent's process from its start to its end."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets import __version__
from arc_sheets.errors import ArcError
from arc_sync.agent.inbox import heartbeat
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running.clock import Ticks
from arc_sync.agent.running.conduct import Conductor
from arc_sync.agent.running.firms import listed
from arc_sync.agent.running.glimpse import is_at_rest
from arc_sync.agent.running.lock import Lock
from arc_sync.agent.running.logs import Log, places_of
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.agent.running.watch import Watch
from arc_sync.agent.running.worker import Died, Hung, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

#: Seconds that work under way is given to end by itself when the agent is asked to stop.
GRACE: Final = 8.0
#: Seconds for which nothing needs to be looked at, and while a file that changed is left in peace.
_CALM, _SOON = 1.0, 0.1


class _Came(NamedTuple):
    task: Task
    told: Told
    took: float  #: seconds


class Agent:
    """The process: its threads, its children, its clock. `firms` are settings files; none: those of the list."""

    def __init__(
        self, home: Path, spool: Spool, firms: Sequence[Path] = (), workers: Workers | None = None
    ) -> None:
        self.home, self.firms = home, firms
        self.log = Log(home / "log")
        self.lock = Lock(home)
        self.workers = workers or Workers(max(2, cpu_count() or 2))
        self.stopping = threading.Event()
        self._events: queue.SimpleQueue[frozenset[Path] | _Came] = queue.SimpleQueue()
        self._watch = Watch(self._events.put)
        self._hands = ThreadPoolExecutor(max_workers=64, thread_name_prefix="arc-hand")
        self.conductor = Conductor(
            home, spool, self.log, self._begin, lambda: datetime.now(UTC), time.monotonic
        )

    def run(self, began: Callable[[], None] = lambda: None) -> None:
        """Work until asked to stop, and call `began` first; raises `ConfigError` where it cannot begin."""
        self.lock.take()
        try:
            self.conductor.spool.make()
            self._sweep()
            self._keep()
            self.log.note("started", version=__version__)
            began()
            ticks = self._ticks()
            self.conductor.beat()
            while not self.stopping.is_set():
                self._hear(_SOON if self.conductor.wakes_soon else _CALM)
                ticks.run()
                self.conductor.tick()
        except Exception as error:
            self.log.note("crashed", trace=places_of(error), kind=type(error).__name__)
            raise
        finally:
            self._end()

    def stop(self) -> None:
        """Ask it to stop; returns at once."""
        self.stopping.set()

    def _ticks(self) -> Ticks:
        """Return what is looked at every so many seconds."""
        conductor, ticks = self.conductor, Ticks()
        for seconds, do in (
            (1, self._asked_to_stop),
            (2, conductor.look_at_spool),
            (5, conductor.beat),
            (10, self._keep),
            (10, self.workers.rest),
            (60, conductor.look),
            (3600, self._sweep),
        ):
            ticks.every(seconds, partial(self._safely, do))
        return ticks

    def _safely(self, do: Callable[[], None]) -> None:
        """Do something that a full disk or a broken list may hinder; the agent goes on, and tries it again."""
        try:
            do()
        except (ArcError, OSError) as error:
            self.log.note("hindered", kind=type(error).__name__)

    def _keep(self) -> None:
        """Keep the firms that are asked for, watch their folders, be ready where there will be work."""
        self.conductor.keep(self.firms or listed(self.home))
        self._watch.on(self.conductor.folders)
        if self.conductor.likely:
            self.workers.warm()

    def _sweep(self) -> None:
        self.conductor.spool.sweep(datetime.now(UTC))

    def _asked_to_stop(self) -> None:
        if self.lock.is_asked_to_stop():
            self.stopping.set()

    def _hear(self, seconds: float) -> None:
        """Wait for something to happen, at most so long, and note all that did."""
        with suppress(queue.Empty):
            event = self._events.get(timeout=seconds)
            while True:
                if isinstance(event, _Came):
                    self.conductor.came(*event)
                else:
                    self.conductor.changed(event)
                    if self.conductor.wakes_soon:
                        self.workers.warm()  # while the file is left in peace
                event = self._events.get_nowait()

    def _begin(self, task: Task) -> None:
        self._hands.submit(self._do, task)

    def _do(self, task: Task) -> None:
        """Have a task done, and put what became of it among the events; runs in a thread of its own."""
        began = time.monotonic()
        try:
            rests = task.glance and is_at_rest(task.file, datetime.now(UTC))
            told = Told(facts={"idle": 1}) if rests else self.workers.run(task)
        except (Hung, Died) as error:
            told = Told(str(error), type(error).__name__)
        self._events.put(_Came(task, told, time.monotonic() - began))

    def _end(self) -> None:
        """Let work under way end, or stop it after `GRACE`: whatever it was, the next agent goes on."""
        self.log.note("stopping", busy=int(self.conductor.is_busy))
        self._watch.stop()
        self.workers.hurry()
        until = time.monotonic() + GRACE
        while self.conductor.is_busy and time.monotonic() < until:
            self._hear(0.1)
        self.workers.stop()
        self._hands.shutdown(wait=True)
        self._hear(0)
        heartbeat.end(self.conductor.spool.folder)
        self.log.note("stopped")
        self.log.close()
        self.lock.free()


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` when the system or a person asks the process to end."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {one: signal.signal(one, asked) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
