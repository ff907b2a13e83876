"""The agent at work: it notes what happened, decides what is to be done now, and hears what became of it.

All of this runs in one thread and does no work itself: `start` hands a task to a child elsewhere, and `came` is called
with what it said. Time, files and children come from outside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from arc_sheets import __version__
from arc_sync.agent.inbox import heartbeat
from arc_sync.agent.inbox.envelope import Bad, Reply, reply_to
from arc_sync.agent.inbox.heartbeat import Heartbeat
from arc_sync.agent.inbox.spool import Left, Spool
from arc_sync.agent.running import state
from arc_sync.agent.running.keeping import Keeping
from arc_sync.agent.running.logs import Log
from arc_sync.agent.running.tasks import Task, Told

#: How long a request for a workbook that this agent does not keep waits. The lock is a home's, the spool may be that of
#: two: another agent may keep it. And this one knows a firm's workbook only after the first round, up to ten seconds
#: after it was added. Excel looks for an answer for a minute; one that came later would be shown to nobody.
STRANGE: Final = timedelta(seconds=55)
_NOT_KEPT: Final = (
    "The agent does not keep this workbook; run arc agent add in the folder of its arc.toml, and ask again."
)
_NO_BOOK: Final = (
    "This workbook is none of ARC's, or was never synced; open the firm's workbook, and ask there."
)
_HOPELESS: Final = (
    "It could not be carried out: ARC's work ended in the middle of it three times; see arc agent logs. Do it from the"
    " command line instead."
)


class Conductor:
    """The agent's decisions; `start` must return at once."""

    def __init__(
        self,
        home: Path,
        spool: Spool,
        log: Log,
        start: Callable[[Task], None],
        clock: Callable[[], datetime],
        steady: Callable[[], float],
    ) -> None:
        self.home, self.spool, self.log = home, spool, log
        self._start, self._clock, self._steady = start, clock, steady
        self.firms: dict[Path, Keeping] = {}

    def keep(self, files: Iterable[Path]) -> None:
        """Keep these firms, and no others, from now on."""
        wanted = list(dict.fromkeys(files))
        for file in wanted:
            if file not in self.firms:
                self.firms[file] = firm = Keeping(file, state.load(self.home, file))
                firm.look()
                self.log.note("kept", firm.key, wrong=int(bool(firm.wrong)))
        for file in self.firms.keys() - set(wanted):
            self.log.note("dropped", self.firms.pop(file).key)

    @property
    def folders(self) -> set[Path]:
        """The folders to watch."""
        theirs = (
            firm.glimpse.folders if firm.glimpse else {firm.file.parent} for firm in self.firms.values()
        )
        return {self.spool.requests}.union(*theirs)

    @property
    def likely(self) -> bool:
        """Whether there will be work soon: somebody has a workbook open."""
        return any(firm.glimpse and firm.glimpse.is_open for firm in self.firms.values())

    @property
    def wakes_soon(self) -> bool:
        """Whether a file that changed is left in peace just now, and is to be looked at right after."""
        return any(firm.wants_round and firm.settles > self._steady() for firm in self.firms.values())

    @property
    def is_busy(self) -> bool:
        """Whether any work is under way."""
        return any(firm.busy for firm in self.firms.values())

    def changed(self, paths: frozenset[Path]) -> None:
        """Note that files changed."""
        for firm in self.firms.values():
            firm.changed(paths, self._steady())
        if any(path.parent == self.spool.requests for path in paths):
            self.look_at_spool()

    def look(self) -> None:
        """Read the settings of all firms anew: a change may have been missed, a drive may be back."""
        for firm in self.firms.values():
            if not firm.busy:
                firm.look()

    def look_at_spool(self) -> None:
        """See which requests wait, for whom; answer those that nobody here can carry out."""
        now = self._clock()
        theirs: dict[Path, list[Path]] = {file: [] for file in self.firms}
        for left in self.spool.left(now):
            file = self._whose(left)
            if file is None:
                self._answer_here(left, now)
            elif (wrong := self.firms[file].wrong) and now - left.since >= STRANGE:
                self._reply(left.path, reply_to(Bad(left.told.request, wrong), now))
            else:
                theirs[file].append(left.path)
        for file, paths in theirs.items():
            self.firms[file].requests = tuple(paths)

    def _whose(self, left: Left) -> Path | None:
        """Return the firm whose workbook a request is for; None: nobody's here."""
        if isinstance(left.told, Bad):
            return None
        book = left.told.book
        if not book and len(self.firms) == 1:
            return next(iter(self.firms))
        return next((file for file, firm in self.firms.items() if book and book in firm.books), None)

    def _answer_here(self, left: Left, now: datetime) -> None:
        if isinstance(left.told, Bad):
            self._reply(left.path, reply_to(left.told, now))
            self.log.note("refused")
        elif not left.told.book:
            self._reply(left.path, reply_to(Bad(left.told.request, _NO_BOOK), now))
        elif now - left.since >= STRANGE:
            self._reply(left.path, reply_to(Bad(left.told.request, _NOT_KEPT), now))
            self.log.note("not-kept")

    def _reply(self, path: Path, reply: Reply) -> None:
        with suppress(OSError):  # no room now; the request stays, and is answered the next time
            self.spool.answer(reply)
            self.spool.clear(path)

    def tick(self) -> None:
        """Start whatever is to be done now."""
        now, steady = self._clock(), self._steady()
        for firm in self.firms.values():
            firm.tick(steady)
            task = firm.next_task(self.spool.folder, now, steady)
            if task is not None:
                firm.busy = task.job
                self._start(task)
            elif firm.is_news:
                self._save(firm)

    def came(self, task: Task, told: Told, took: float) -> None:
        """Hear what became of a task; `took` is in seconds."""
        firm = self.firms.get(task.file)
        if firm is None:  # let go meanwhile
            return
        now = self._clock()
        firm.came(task, told, now, self._steady())
        for path in firm.hopeless:
            self._reply(path, reply_to(Bad(path.stem, _HOPELESS), now))
            firm.tries.pop(path)
        facts = {"job": task.job.value, "ms": round(took * 1000), **told.facts}
        self.log.note("done" if not told.trouble else "failed", firm.key, told.trace, **facts, **_kind(told))
        self._save(firm)
        if task.requests or told.again:  # whoever waits goes before what is left
            self.look_at_spool()

    def _save(self, firm: Keeping) -> None:
        with suppress(OSError):  # a cache: lost, it costs a day's jobs done once more
            state.save(self.home, firm.file, firm.state)
            firm.is_news = False

    def beat(self, pid: int | None = None) -> None:
        """Give a sign of life."""
        books = sorted({book for firm in self.firms.values() for book in firm.books})
        alive = Heartbeat(version=__version__, alive=self._clock(), pid=pid or os.getpid(), books=books)
        with suppress(OSError):  # no room now; the next one is in five seconds
            heartbeat.beat(self.spool.folder, alive)

    def waiting(self) -> Sequence[Path]:
        """Return the requests that wait for a firm here."""
        return [path for firm in self.firms.values() for path in firm.requests]


def _kind(told: Told) -> dict[str, int | str]:
    return {"kind": told.kind} if told.kind else {}
