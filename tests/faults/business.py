"""A small firm's business for the faults of the agent: what a person types and clicks, the agent's jobs, and the judgement.

Every value that somebody types or clicks is a token that occurs once, so that it can be found again: in the ledger, in
a row of Activity, on the Issues tab; and counted, so that nothing happens twice.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine.default import DefaultDialect

from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY, INVOICES, REMINDERS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.moving import tried_out
from arc_sync.agent.reminding.deciding import give
from arc_sync.agent.reminding.rows import PROPOSED, reminders
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.nights import folder_of
from arc_sync.agent.running.perform import perform
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.ledger.backup import backups
from arc_sync.xlsx import replacing
from tests.agents import firm as make_firm
from tests.clicks import written
from tests.hands import FileHand

JOBS: Final = (Job.ROUND, Job.REQUESTS, Job.PLAN, Job.NIGHT)


@dataclass
class Business:
    """One firm in a folder, and what its people did."""

    folder: Path
    typed: list[str] = field(default_factory=list)
    clicked: list[str] = field(default_factory=list)
    shared: Path | None = None  #: the spool of an agent that keeps other firms too

    @property
    def file(self) -> Path:
        return self.folder / "books" / "arc.toml"

    @property
    def book(self) -> Path:
        return self.file.parent / "Receivables.xlsx"

    @property
    def spool(self) -> Spool:
        return Spool(self.shared or self.folder / "spool")

    @classmethod
    def made(cls, folder: Path, ledger: str = "ledger.db") -> Business:
        """Set a firm up, its day planned and its book in step."""
        one = cls(folder)
        make_firm(folder / "books", ledger)
        one.spool.make()
        for job in (Job.PLAN, Job.ROUND):
            assert not one.does(job).trouble
        return one

    def copied(self, folder: Path) -> Business:
        """Return the same firm in another folder (with its ledger in a file)."""
        shutil.copytree(self.folder, folder)
        return Business(folder, list(self.typed), list(self.clicked))

    # -- what people do ------------------------------------------------------------------------------------

    def types(self, token: str, at: int) -> None:
        """Type a token into the notes of an invoice, and save."""
        FileHand(self.book).type(INVOICES, at, notes=token)
        self.typed.append(token)

    def clicks(self, token: str, action: str = "log_note", book: str = "") -> None:
        """Press a button that leaves a token in Activity; where an agent keeps several firms, in this book."""
        told = written(
            token, action, book=book, when=datetime.now(UTC), fields={"customer": "Birch", "notes": token}
        )
        begun = self.spool.requests / f"{token}.tmp"
        begun.write_bytes(told)
        begun.rename(begun.with_suffix(".json"))
        self.clicked.append(token)

    def approves(self) -> None:
        """Approve all that is proposed: it becomes a draft, as no mail server is set up."""
        with opened(Config.load(self.file)) as one:
            with one.ledger.read() as view:
                chosen = {i: row for i, row in reminders(view).items() if row.status == PROPOSED}
            give(one, datetime.now(UTC), chosen, "Approve")

    # -- what the agent does -------------------------------------------------------------------------------

    def task(self, job: Job) -> Task:
        """Return the task of a job, with the requests that lie there."""
        paths = tuple(sorted(self.spool.requests.glob("*.json"))) if job is Job.REQUESTS else ()
        return Task(job, self.file, self.spool.folder, paths)

    def does(self, job: Job, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Told:
        """Do a job here."""
        list(self.spool.left(clock()))  # clears away what was answered, as the agent does
        return perform(self.task(job), clock)

    def recovers(self, *jobs: Job) -> None:
        """Let the next agent do these jobs, and what lies there."""
        for job in (*jobs, Job.REQUESTS, Job.ROUND):
            told = self.does(job)
            for _ in range(5):
                if told.trouble:  # the agent, too, tries again
                    time.sleep(1)
                    told = self.does(job)
            assert not told.trouble, told

    # -- the judgement -------------------------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """Return every promise that was broken, in words; empty where all is well."""
        with opened(Config.load(self.file)) as one:
            return [*self._lost(one), *self._twice(one), *self._apart(one), *self._unproved(one)]

    def left_out(self) -> list[str]:
        """Return what somebody typed or clicked and the ledger has not by now, in words."""
        with opened(Config.load(self.file)) as one:
            return [*self._lost(one), *self._twice(one)]

    def _lost(self, one: Firm) -> Iterator[str]:
        with one.ledger.read() as view:
            known = {str(cell) for row in view.rows(INVOICES).values() for cell in row}
            changes = (c for c in view.changes(0) if c.tab == INVOICES.name)
            known |= {str(row) for c in changes for row in (c.before, c.after)}
            told = " ".join(f"{issue.mine} {issue.theirs}" for issue in view.issues().values())
        yield from (
            f"{token} was typed and is lost"
            for token in self.typed
            if not any(token in k for k in known) and token not in told
        )

    def _twice(self, one: Firm) -> Iterator[str]:
        notes = [c.name for c in ACTIVITY.stored].index("notes")
        with one.ledger.read() as view:
            found = [row[notes] for row in view.rows(ACTIVITY).values()]
            drafted = [p.message.id for p in view.posted(MessageState.DRAFTED)]
            unknown = [p.message.id for p in view.posted(MessageState.UNKNOWN)]
            status = [c.name for c in REMINDERS.stored].index("status")
            sent = [row for row in view.rows(REMINDERS).values() if row[status] in ("drafted", "unknown")]
        for token in self.clicked:
            done = self.answer(token)
            if done is not True or found.count(token) != 1:
                yield f"{token} was clicked, answered {done}, and done {found.count(token)} times"
        files = list((self.file.parent / "outbox").glob("*.eml"))
        if not len(drafted) <= len(files) <= len(drafted) + len(unknown) or len(sent) > len(files) + len(
            unknown
        ):
            yield f"{len(files)} drafts lie there of {len(drafted)} drafted and {len(unknown)} unknown messages"

    def answer(self, token: str) -> bool | None:
        """Return whether a click was answered by "done"; None: it was not answered."""
        answer = self.spool.answers / f"{token}.json"
        return bool(json.loads(answer.read_text("utf-8"))["done"]) if answer.exists() else None

    def _apart(self, one: Firm) -> Iterator[str]:
        report = one.sync(datetime.now(UTC))
        if not (report.idle and report.in_step):
            yield "book and ledger do not come to rest"

    def _unproved(self, one: Firm) -> Iterator[str]:
        yield from one.ledger.verify()
        for made in backups(folder_of(one.config.file, one.config.agent)):
            if tried_out(made.path).wrong:
                yield f"the backup {made.path.name} does not prove right"


# -- dying -----------------------------------------------------------------------------------------------------


def forked(what: Callable[[], object]) -> str:
    """Do something in a child that may die; return "done", "killed", or what went wrong."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            said = what()
            os.write(write, (said if isinstance(said, str) else "done").encode()[:60_000])
        except BaseException:  # noqa: BLE001 (everything goes back to the parent, which judges)
            os.write(write, traceback.format_exc()[-2_000:].encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else said


def strikes(n: int, blow: Callable[[], None]) -> None:
    """Let a blow fall at the n-th act of this process that lasts: before or after a commit, a rename, an fsync."""
    count = 0

    def act() -> None:
        nonlocal count
        count += 1
        if count == n:
            blow()

    def struck(real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            act()
            result = real(*args, **more)
            act()
            return result

        return wrapped

    for name in ("replace", "rename", "link", "unlink", "fsync"):
        setattr(os, name, struck(getattr(os, name)))
    replacing.exchange = struck(replacing.exchange)
    DefaultDialect.do_commit = struck(DefaultDialect.do_commit)  # type: ignore[method-assign]  # of this child alone


def kill_me() -> None:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)
