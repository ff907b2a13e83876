"""How the agent and the firms it keeps stand: from the small files that it leaves, without opening a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox.heartbeat import Heartbeat, is_alive, last_beat
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running import state
from arc_sync.agent.running.glimpse import Glimpse, look
from arc_sync.agent.running.jobs import Job, daily, next_time
from arc_sync.agent.running.state import Seen, State
from arc_sync.google.addresses import address


class Trouble(NamedTuple):
    """What could not be done."""

    said: str  #: why not, in a sentence
    job: str = ""  #: what it was, in words; "" for the settings
    since: datetime | None = None  #: UTC

    def __str__(self) -> str:
        return f"{self.job}: {self.said}" if self.job else self.said


class FirmStands(NamedTuple):
    """One firm; moments are UTC."""

    file: Path  #: arc.toml
    book: str  #: path or address, "" where the settings cannot be read
    is_open: bool  #: a program has the workbook open
    synced: datetime | None  #: when book and ledger were last seen in step
    troubles: tuple[Trouble, ...]
    seen: Seen
    backup: datetime | None  #: when the last backup was made and tried
    next: dict[str, datetime]  #: when its daily jobs are due
    is_known: bool  #: whether anybody has looked, and still can, into its ledger; else `seen` says nothing
    zone: ZoneInfo | None  #: its wall clock; None is this machine's
    is_kept: bool = True  #: whether the agent keeps it

    @property
    def needs_person(self) -> bool:
        """Whether anything waits for a person."""
        seen = self.seen
        return bool(self.troubles or seen.issues or seen.reminders or seen.drafts or seen.stuck)


class Standing(NamedTuple):
    """The agent, and its firms."""

    alive: bool
    beat: Heartbeat | None  #: the last sign of life
    requests: int  #: that wait in the spool
    firms: tuple[FirmStands, ...]

    @property
    def needs_person(self) -> bool:
        """Whether anything waits for a person."""
        return not self.alive or any(firm.needs_person for firm in self.firms)


def standing(home: Path, spool: Spool, files: Iterable[Path], now: datetime) -> Standing:
    """Return how all stands at a moment (UTC)."""
    beat = last_beat(spool.folder)
    firms = tuple(firm_stands(file, state.load(home, file), now) for file in files)
    return Standing(is_alive(beat, now), beat, spool.waiting(), firms)


def firm_stands(file: Path, known: State, now: datetime) -> FirmStands:
    """Return how one firm stands; `now` is UTC."""
    try:
        glimpse: Glimpse | None = look(file)
        wrong = ""
    except ConfigError as error:
        glimpse, wrong = None, str(error)
    times = daily(glimpse.habits) if glimpse else {}
    following = {job.value: next_time(at, now, glimpse.zone) for job, at in times.items()} if glimpse else {}
    troubles = [Trouble(wrong)] if wrong else []
    troubles += [Trouble(said, _DOING[job], known.since.get(job)) for job, said in known.trouble.items()]
    return FirmStands(
        file,
        _book(glimpse) if glimpse else "",
        glimpse.is_open if glimpse else False,
        max(filter(None, map(known.done.get, (Job.ROUND, Job.PLAN))), default=None),
        tuple(troubles),
        known.seen,
        known.backup,
        following,
        bool(known.seen.book and glimpse),
        glimpse.zone if glimpse else None,
    )


def _book(glimpse: Glimpse) -> str:
    return address(glimpse.spreadsheet) if glimpse.spreadsheet else str(glimpse.book)


_DOING: Final = {
    Job.QUEUE: "Requests of the Google menu",
    Job.ROUND: "Round",
    Job.REQUESTS: "Requests",
    Job.PLAN: "Planning reminders",
    Job.NIGHT: "Nightly check and backup",
}
