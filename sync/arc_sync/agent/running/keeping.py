"""One firm in the agent's hands: what it wants done now, and why not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from arc_sheets.errors import ConfigError
from arc_sync.agent.running.glimpse import Glimpse, is_at_rest, look
from arc_sync.agent.running.jobs import (
    LATELY,
    LONGEST_WAIT,
    POLL,
    POLL_SOON,
    SIGN,
    UNANSWERED_WAIT,
    Job,
    due,
    wait_after,
)
from arc_sync.agent.running.state import State, key_of
from arc_sync.agent.running.tasks import Task, Told

#: Seconds that a file is left in peace after a change: a save is several changes.
SETTLING = 0.4
#: The kind of a trouble that is none: somebody has the workbook open, where it cannot be worked on.
_OPEN = "BookOpen"
#: That of a service which gave no answer: once another job gets one, it is worth another try.
_UNANSWERED = "BookBusy"
#: How long requests wait that could not be carried out: somebody waits for them.
SOON = timedelta(seconds=5)
#: How many times a request is tried that the work dies of.
TRIES = 3


@dataclass(slots=True)
class Keeping:
    """A firm and its jobs. Moments are UTC; `steady` is seconds of a clock that never jumps."""

    file: Path  #: arc.toml
    state: State
    glimpse: Glimpse | None = None  #: None: its settings cannot be read
    wrong: str = ""  #: why not, in a sentence
    busy: Job | None = None
    wants_round: bool = True
    next_round: float = 0.0  #: steady; when a round is wanted at the latest
    settles: float = 0.0  #: steady; until when its file is left in peace
    not_before: dict[Job, datetime] = field(default_factory=dict)  #: after failures
    unanswered: set[Job] = field(default_factory=set)  #: those that wait as a service gave no answer
    requests: tuple[Path, ...] = ()  #: files that wait in the spool
    #: How often the work died of a request; while it has, each is carried out by itself.
    tries: dict[Path, int] = field(default_factory=dict)
    books: frozenset[str] = frozenset()  #: ids of its workbook
    is_news: bool = False  #: its state is to be saved
    next_poll: float = 0.0  #: steady; when its Google queue is looked at
    next_sign: float = 0.0  #: steady; when the spreadsheet is to show a sign of life
    asked: float = -LATELY  #: steady; when its Google queue held a request last, or its sidebar was in use

    @property
    def key(self) -> str:
        """By what the log calls it."""
        return key_of(self.file)

    def look(self) -> None:
        """Read its settings anew, and under which ids its ledger knows its workbook."""
        try:
            self.glimpse, self.wrong = look(self.file), ""
        except ConfigError as error:
            self.glimpse, self.wrong = None, str(error)
            return
        known = {*self.glimpse.book_ids(), self.state.seen.book} - {""}
        self.books = frozenset(known) or self.books

    def changed(self, paths: Iterable[Path], steady: float) -> None:
        """Note that files changed: of its workbook, its settings or its policy."""
        if self.glimpse is None or any(
            path.suffix == ".toml" and path.parent == self.file.parent for path in paths
        ):
            self.look()
            self._at_once(steady)
        elif self.glimpse.book and any(_belongs(path, self.glimpse.book) for path in paths):
            self._at_once(steady)

    def _at_once(self, steady: float) -> None:
        self.wants_round = True
        self.settles = steady + SETTLING
        self.not_before.clear()

    def tick(self, steady: float) -> None:
        """Want a round when it is time for one."""
        if self.glimpse and steady >= self.next_round:
            self.wants_round = True
            self.next_round = steady + self.glimpse.habits.every

    def next_task(self, spool: Path, now: datetime, steady: float) -> Task | None:
        """Return what is to be done now: what somebody waits for first, daily jobs last."""
        if self.busy or self.glimpse is None:
            return None
        job = self._requests(now) or self._queue(now, steady) or self._round(now, steady) or self._daily(now)
        if job is None:
            return None
        if job is Job.QUEUE:
            return self._poll(spool, steady)
        if job is Job.REQUESTS:
            return Task(
                job, self.file, spool, self.requests[:1] if self.tries else self.requests, books=self.books
            )
        glance = job is Job.ROUND and self._may_rest and not self.glimpse.is_near
        return Task(job, self.file, spool, later=self.requests, books=self.books, glance=glance)

    def _requests(self, now: datetime) -> Job | None:
        return Job.REQUESTS if self.requests and self._may(Job.REQUESTS, now) else None

    def _queue(self, now: datetime, steady: float) -> Job | None:
        if self.glimpse is None or not self.glimpse.spreadsheet or steady < self.next_poll:
            return None
        return Job.QUEUE if self._may(Job.QUEUE, now) else None

    def _poll(self, spool: Path, steady: float) -> Task:
        """Look at the Google queue, often while somebody asks; now and then show a sign of life there."""
        self.next_poll = steady + (POLL_SOON if steady - self.asked < LATELY else POLL)
        sign = steady >= self.next_sign
        self.next_sign = steady + SIGN if sign else self.next_sign
        return Task(Job.QUEUE, self.file, spool, later=self.requests, books=self.books, sign=sign)

    def _daily(self, now: datetime) -> Job | None:
        if self.glimpse is None:
            return None
        waits = due(self.glimpse.habits, self.state.done, now, self.glimpse.zone)
        return next((job for job in waits if self._may(job, now)), None)

    def _round(self, now: datetime, steady: float) -> Job | None:
        """Return the round that is wanted; none where nothing has happened."""
        if not self.wants_round or steady < self.settles or not self._may(Job.ROUND, now):
            return None
        if self.glimpse is None:
            return None
        self.wants_round = False
        if not (self._may_rest and self.glimpse.is_near and is_at_rest(self.file, now)):
            return Job.ROUND
        self.state.came(Job.ROUND, now, "")
        self.is_news = True
        return None

    @property
    def _may_rest(self) -> bool:
        """Whether a round may find nothing to do: the last one went well."""
        return Job.ROUND not in self.state.trouble

    def _may(self, job: Job, now: datetime) -> bool:
        until = self.not_before.get(job)
        return until is None or now >= until or until - now > wait_after(99)  # the clock was set back

    def came(self, task: Task, told: Told, now: datetime, steady: float) -> None:
        """Note what became of a task."""
        if task.job is Job.QUEUE:
            self._polled(told, steady)
        self.busy, self.is_news = None, True
        is_open = told.kind == _OPEN
        if not is_open:
            self.state.came(task.job, now, told.trouble)
        if told.trouble and not is_open:
            self._waits(task.job, told.kind, now)
        else:
            self.not_before.pop(task.job, None)
        if task.job is Job.QUEUE and not told.trouble:
            while self.unanswered:
                self.not_before.pop(self.unanswered.pop(), None)
        if told.seen:
            known = told.seen.book or self.state.seen.book
            self.state.seen = told.seen.model_copy(update={"book": known})
            self.books |= {known} - {""}
        if told.backup:
            self.state.backup, self.state.backup_file = now, told.backup
        if task.job is Job.REQUESTS:
            died = told.kind in ("Hung", "Died")
            self.tries = {path: self.tries.get(path, 0) + 1 for path in task.requests} if died else {}
        failed = bool(told.trouble) and not is_open and task.job is not Job.NIGHT
        self.wants_round |= told.again or failed

    def _polled(self, told: Told, steady: float) -> None:
        """Note a look at the Google queue; however long it took, there is time for other jobs before the next."""
        soon = steady + POLL_SOON
        if told.facts.get("requests") or told.facts.get("in_use"):
            self.asked, self.next_poll = steady, soon
        self.next_poll = max(self.next_poll, soon)

    def _waits(self, job: Job, kind: str, now: datetime) -> None:
        """Let a job that failed wait; the longer, the more often it has."""
        longest = UNANSWERED_WAIT if kind == _UNANSWERED else LONGEST_WAIT
        waits = SOON if job is Job.REQUESTS else wait_after(self.state.failures[job], longest)
        self.not_before[job] = now + waits
        (self.unanswered.add if kind == _UNANSWERED else self.unanswered.discard)(job)

    @property
    def hopeless(self) -> list[Path]:
        """The requests that the work died of too often."""
        return [path for path, many in self.tries.items() if many >= TRIES]


def _belongs(path: Path, book: Path) -> bool:
    """Say whether a path is a workbook, or the mark that a program leaves beside it while it has it open."""
    return path.parent == book.parent and path.name.endswith((book.name, f"{book.name}#"))
