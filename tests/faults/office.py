"""An office for the faults of the network: firms on files and one on Google, and an agent whose hours pass in seconds.

The agent's decisions (`Conductor`) and its jobs (`perform`) are the real ones. Its clock is the emulator's, which goes
ahead as told; what a job waits between two tries it does not sleep, but counts: so much later it is done, while the
jobs of other firms go on, as they do in children of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

import pytest

from arc_sheets.tabs import INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running import state
from arc_sync.agent.running.conduct import Conductor
from arc_sync.agent.running.glimpse import is_at_rest
from arc_sync.agent.running.jobs import DEADLINES, Job
from arc_sync.agent.running.logs import Log
from arc_sync.agent.running.perform import perform
from arc_sync.agent.running.standing import FirmStands, firm_stands
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.agent.spreadsheets import book_of, sheets_of
from arc_sync.google.patience import Patience
from tests.agents import firm as make_firm
from tests.clicks import written
from tests.demo_google import as_google
from tests.emulators.google import GoogleEmulator
from tests.faults.business import Business
from tests.google_hand import GoogleHand, put

_STEP: Final = 5.0  #: seconds after which the agent looks what is to be done
_INVOICES: Final = 100  #: of each firm: as many notes can be typed, each in a cell of its own


class _UnderWay(NamedTuple):
    until: float  #: steady seconds
    task: Task
    told: Told
    took: float  #: seconds


@dataclass
class Spreadsheet(Business):
    """A firm whose book is a Google spreadsheet; its people type there and click in the ARC menu."""

    google: GoogleEmulator | None = None

    @property
    def hand(self) -> GoogleHand:
        """A person at the spreadsheet."""
        assert self.google is not None
        config = Config.load(self.file)
        return GoogleHand(self.google, sheets_of(config), config.spreadsheet)

    def types(self, token: str, at: int) -> None:
        """Type a token into the notes of an invoice."""
        self.hand.type(INVOICES, at, notes=token)
        self.typed.append(token)

    def clicks(self, token: str, action: str = "log_note", book: str = "") -> None:
        """Click in the menu: the script adds a row to the queue."""
        when, person = datetime.now(UTC), self.hand.person
        told = written(
            token, action, book=book or self.book_id, when=when, fields={"customer": "Birch", "notes": token}
        )
        row = len(person.rows("_ARC_QUEUE"))
        put(
            person,
            "_ARC_QUEUE",
            row,
            0,
            token,
            f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "Zoë",
            action,
            told.decode(),
            "NEW",
        )
        self.clicked.append(token)

    @property
    def book_id(self) -> str:
        """By what the ledger knows the book."""
        with opened(Config.load(self.file)) as one:
            return one.ledger.books()[-1].id

    def answer(self, token: str) -> bool | None:
        """Return what the menu's results say of a click."""
        told = [row[2] for row in self.hand.person.rows("_ARC_RESULTS")[1:] if row and row[0] == token]
        return bool(told[0]) if told else None


@dataclass
class Office:
    """An agent over several firms, by a clock that goes as fast as it is told to."""

    folder: Path
    google: GoogleEmulator
    sheet: Spreadsheet
    files: list[Business]
    slept: float = 0.0  #: seconds that the task at hand has waited
    done: list[tuple[Task, Told]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    conductor: Conductor = field(init=False)
    _began: float = field(default_factory=time.monotonic)
    _ahead: float = 0.0
    _under_way: list[_UnderWay] = field(default_factory=list)

    def __post_init__(self) -> None:
        home, spool = self.folder / "home", Spool(self.folder / "spool")
        spool.make()
        self.conductor = Conductor(home, spool, Log(home / "log"), self._start, self.clock, self.steady)
        self.conductor.keep([self.sheet.file, *(one.file for one in self.files)])

    @classmethod
    @contextmanager
    def opens(cls, folder: Path, seed: int, files: int = 2) -> Iterator[Self]:
        """Set the firms up, and let the agent do what is to be done first."""
        with (
            GoogleEmulator(seed=seed, check_answers=False) as google,
            as_google(google),
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr("arc_sync.books.google.sheets._SPARE_ROWS", 8)  # they cost the emulator time
            sheet = Spreadsheet(folder / "sheet", shared=folder / "spool", google=google)
            make_firm(sheet.folder / "books", book="google:", many=_INVOICES)
            some = [Business(folder / f"file-{n}", shared=folder / "spool") for n in range(files)]
            for one in some:
                make_firm(one.folder / "books", many=_INVOICES)
            office = cls(folder, google, sheet, some)
            office._compress()
            office.lives(120)
            yield office
            office.conductor.log.close()

    def _compress(self) -> None:
        """Let calls to Google wait by this clock: between two tries, and for the quota."""
        config = Config.load(self.sheet.file)
        sheets, book_of(config)._clock = sheets_of(config), lambda: self.clock().timestamp()
        sheets.transport.patience = Patience(clock=self._waited, sleep=self._sleep)
        for bucket in (sheets.quota.reads, sheets.quota.writes):
            bucket.clock, bucket.sleep, bucket._seen = self._waited, self._sleep, self._waited()

    # -- time ------------------------------------------------------------------------------------------------

    def clock(self) -> datetime:
        """Return the time, in UTC."""
        return self.google.clock.now()

    def steady(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic() - self._began + self._ahead

    def _waited(self) -> float:
        return self.steady() + self.slept

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds

    def lives(self, seconds: float, doing: Callable[[int], None] = lambda _minute: None) -> None:
        """Let time pass, and people do something once a minute."""
        minutes = 0
        end, began = self.steady() + seconds, self.steady()
        while self.steady() < end:
            self.google.clock.later(_STEP)
            self._ahead += _STEP
            if self.steady() - began >= 60 * minutes:
                doing(minutes)
                minutes += 1
            self._look()

    def _look(self) -> None:
        """Do what the agent does every few seconds."""
        for one in [one for one in self._under_way if one.until <= self.steady()]:
            self._under_way.remove(one)
            self.done.append((one.task, one.told))
            self.conductor.came(one.task, one.told, one.took)
        self.conductor.look()
        self.conductor.look_at_spool()
        self.conductor.tick()

    def _start(self, task: Task) -> None:
        """Do a task at once, and say so when the time has come at which it would have been done."""
        self.slept = 0.0
        rests = task.glance and is_at_rest(task.file, self.clock())
        told = Told(facts={"idle": 1}) if rests else perform(task, self.clock)
        if self.slept > DEADLINES[task.job]:
            self.wrong.append(f"{task.job} waited for {self.slept:.0f} s, longer than it may take")
        self._under_way.append(_UnderWay(self.steady() + self.slept, task, told, self.slept))
        self.slept = 0.0

    # -- looking ---------------------------------------------------------------------------------------------

    def saved(self, one: Business) -> None:
        """Let the agent see that a file was saved."""
        self.conductor.changed(frozenset({one.book}))

    def stands(self, one: Business) -> FirmStands:
        """Return how `arc status` shows a firm."""
        return firm_stands(one.file, state.load(self.conductor.home, one.file), self.clock())

    def rounds(self, one: Business) -> int:
        """Return how many rounds of a firm went well so far."""
        return sum(
            task.file == one.file and task.job is Job.ROUND and not told.trouble for task, told in self.done
        )

    def judged(self) -> str:
        """Return what is wrong with any firm, "done" where nothing is."""
        wrong = [*self.wrong, *(said for one in (self.sheet, *self.files) for said in one.wrong())]
        return "; ".join(wrong) or "done"
