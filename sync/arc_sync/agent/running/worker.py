"""The child that does the work: started when there is some, stopped when it hangs, let go when it has been idle.

It loads what a round needs (pandas, SQLAlchemy: two seconds, a hundred megabytes) so that the agent itself need not,
and it can be stopped for good where a thread cannot: whatever a job waits for, its time ends. Any job may die anywhere
and be done again, so stopping one loses nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from arc_sync.agent.running.jobs import DEADLINES
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.undisturbed import undisturbed

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: Seconds that an idle child is kept: long enough for the next save, short enough to give the memory back.
KEPT: Final = 60.0
#: Seconds that starting a child, and loading what it needs, may take besides a job's own time.
_START: Final = 30.0
#: Seconds that a job waits for a free worker before there is one more; and how many there may be.
_WAIT, _MOST = 10.0, 8


class Hung(Exception):
    """A job took longer than it may, and was stopped; the message is a sentence."""


class Died(Exception):
    """The child ended in the middle of a job; the message is a sentence."""


class Worker:
    """One child, started when it is first needed. Used by one thread at a time; `stop` by any."""

    def __init__(self, perform: Callable[[Task], Told] | None = None) -> None:
        self._perform = perform
        self._child: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self.idle_since = time.monotonic()

    @property
    def is_warm(self) -> bool:
        """Whether the child runs."""
        return self._child is not None and self._child.is_alive()

    def warm(self) -> None:
        """Start the child where it does not run."""
        if self.is_warm:
            return
        self.stop()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(theirs, self._perform), name="arc-work")
        self._child.start()
        theirs.close()
        self.idle_since = time.monotonic()

    def run(self, task: Task, deadline: float | None = None) -> Told:
        """Do a task and return what became of it; raises `Hung` or `Died`, and the child is gone then."""
        seconds = DEADLINES[task.job] if deadline is None else deadline
        try:
            return self._asked(task, seconds, _START if deadline is None else 0)
        except (EOFError, OSError):
            self.stop()
            raise Died("The process that did it ended in the middle; it is tried again.") from None
        except Hung:
            self.stop()
            raise
        finally:
            self.idle_since = time.monotonic()

    def _asked(self, task: Task, seconds: float, start: float) -> Told:
        """Return the child's answer; raises `Hung` if there is none in time, EOFError or OSError if it is gone.

        A number for an answer asks for patience: for so many seconds from then on. `start` is given besides, at first.
        """
        self.warm()
        pipe = self._pipe
        if pipe is None:  # stopped meanwhile
            raise EOFError
        pipe.send(task)
        limit = seconds + start
        while pipe.poll(limit):
            told: Told | float = pipe.recv()
            if isinstance(told, Told):
                return told
            limit = seconds = told
        raise Hung(f"It took longer than {seconds / 60:g} minutes and was stopped; it is tried again.")

    def hurry(self) -> None:
        """Ask the child to begin nothing more, and to end once its task is done; returns at once."""
        with suppress(OSError):  # it has ended already
            if (pipe := self._pipe) is not None:
                pipe.send(None)

    def stop(self) -> None:
        """End the child, whatever it is doing."""
        child, self._child = self._child, None
        pipe, self._pipe = self._pipe, None
        if child is not None:
            _end(child)
        if pipe is not None:
            pipe.close()


class Workers:
    """A few workers; a job waits for a free one, and not long: those at work may hang, all of them at once."""

    def __init__(self, many: int, perform: Callable[[Task], Told] | None = None, wait: float = _WAIT) -> None:
        self._perform, self._wait = perform, wait
        self._all = [Worker(perform) for _ in range(many)]
        self._free = list(self._all)
        self._lock = threading.Condition()
        self._stopping = False

    def run(self, task: Task) -> Told:
        """Do a task on a free worker; raises `Hung` or `Died`."""
        with self._lock:
            while not self._free:
                if not self._lock.wait(self._wait) and len(self._all) < _MOST:
                    self._all.append(Worker(self._perform))
                    self._free.append(self._all[-1])
            worker = max(self._free, key=lambda one: one.is_warm)
            self._free.remove(worker)
        try:
            if self._stopping:
                raise Died("The agent stops; it is done when it runs again.")
            return worker.run(task)
        finally:
            with self._lock:
                self._free.append(worker)
                self._lock.notify()

    def warm(self) -> None:
        """Have one worker ready, as there will be work soon."""
        with self._lock:
            if self._free and not any(one.is_warm for one in self._all):
                self._free[0].warm()

    def rest(self, kept: float = KEPT) -> None:
        """Let idle children go that nobody needed for so many seconds."""
        with self._lock:
            for worker in self._free:
                if worker.is_warm and time.monotonic() - worker.idle_since > kept:
                    worker.stop()

    def hurry(self) -> None:
        """Ask all to come to an end, and begin nothing more; returns at once."""
        self._stopping = True
        for worker in self._all:
            worker.hurry()

    def stop(self) -> None:
        """End all, whatever they are doing."""
        self._stopping = True
        for worker in self._all:
            worker.stop()


def _end(child: multiprocessing.process.BaseProcess) -> None:
    """Kill a child, and on POSIX what it started."""
    if sys.platform != "win32" and child.pid is not None and child.is_alive():
        with suppress(ProcessLookupError, PermissionError):  # it has no group of its own yet
            if os.getpgid(child.pid) == child.pid:
                os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.join(5)


def _serve(pipe: Connection, perform: Callable[[Task], Told] | None) -> None:
    """Do tasks until nobody asks for more; runs in the child."""
    if sys.platform != "win32":
        os.setsid()  # Ctrl-C is for the agent, which decides; and all that is started here can be ended together
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _silence()
    if perform is None:
        with undisturbed():
            from arc_sync.agent.running.perform import perform as real  # noqa: PLC0415 (only the child needs it)

        perform = partial(real, asks=pipe.send, ends=partial(_is_to_hurry, pipe))
    with suppress(EOFError, OSError):  # the agent is gone
        while (task := pipe.recv()) is not None:
            pipe.send(perform(task))


def _is_to_hurry(pipe: Connection) -> bool:
    """Say in the middle of a task whether the agent wants an end, or is gone: it says nothing else then."""
    try:
        return pipe.poll()
    except OSError:
        return True


def _silence() -> None:
    """Send what libraries print to nowhere: it may hold names."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
