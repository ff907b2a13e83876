"""Business compressed: days of edits, payments, clicks, reminders, rounds and nights, with a clock that the soak sets.

    python -m tests.bench_soak [days] [seed]

Each day people type, pay, click and approve; the agent does what it would do by then. Each evening the promises are
judged, and at the end workbook, ledger, outbox and a calculation by hand must agree.

Memory is told of two processes, as what they hold for themselves (RssAnon of proc(5)). The one that does the jobs, here
the soak itself, holds the ledger's rows, and may grow with them. The agent's own holds none of them: then a real agent
hears clicks and saves one after the other, and its memory must be flat.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from arc_sheets.cells import CellValue
from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.reminding.deciding import give
from arc_sync.agent.reminding.rows import PROPOSED, reminders
from arc_sync.agent.running.jobs import Job
from arc_sync.books.file import FileBook
from arc_sync.mail import render
from arc_sync.mail.filling import fill
from arc_sync.xlsx import Refused
from tests.agents import CANARY_AMOUNT, firm, hand, rows, running, until
from tests.faults.business import Business
from tests.hands import FileHand

FIRST: Final = datetime(2026, 11, 26, 6, tzinfo=UTC)
_INVOICES: Final = 5  #: of the firm at first
_EVENTS: Final = 200  #: clicks, and as many saves, that a real agent hears
_FLAT: Final = 1.0  #: MB by which its own memory may differ


@dataclass
class Soak:
    """The firm, its clock, and what a person with a pencil has written down."""

    one: Business
    chance: random.Random
    now: datetime = FIRST
    invoiced: int = _INVOICES * CANARY_AMOUNT  #: minor units
    paid: int = 0
    clicks: int = 0
    violations: list[str] = field(default_factory=list)

    def agent(self, job: Job) -> None:
        """Let the agent do a job now."""
        told = self.one.does(job, lambda: self.now)
        if told.trouble:
            self.violations.append(f"{self.now:%d %b %H:%M} {job}: {told.trouble}")

    def day(self, number: int) -> None:
        """Live through one day."""
        self.now = FIRST + timedelta(days=number)
        self.agent(Job.PLAN)
        self._approves()
        for hour in (2, 5, 9):
            self.now = FIRST + timedelta(days=number, hours=hour)
            self._works(f"{number}-{hour}")
            self.agent(Job.REQUESTS)
            self.agent(Job.ROUND)
        self.now = FIRST + timedelta(days=number, hours=20)
        self.agent(Job.NIGHT)
        self._judges()

    def _works(self, token: str) -> None:
        """Type a note, a payment and now and then an invoice; press a button."""
        hand, day = FileHand(self.one.book), self.now.date()
        hand.type(INVOICES, self.chance.randrange(_INVOICES), po=f"po {token}")
        amount = self.chance.randrange(1, 500_000)
        hand.add(
            PAYMENTS, date=day, customer="Birch", amount=Decimal(amount) / 100, currency="EUR", type="payment"
        )
        self.paid += amount
        if self.chance.random() < 0.5:
            amount = self.chance.randrange(1, 900_000)
            told: dict[str, CellValue] = {
                "number": f"N-{token}",
                "customer": "Birch",
                "currency": "EUR",
                "amount": Decimal(amount) / 100,
            }
            hand.add(INVOICES, **told, issued=day, due=day + timedelta(14), status="open")
            self.invoiced += amount
        self.one.clicks(f"click-{token}")
        self._redate(f"click-{token}")
        self.clicks += 1

    def _redate(self, token: str) -> None:
        """Let a request be of the soak's hour."""
        path = self.one.spool.requests / f"{token}.json"
        text = path.read_text("utf-8")
        head, _, rest = text.partition('"when": "')
        path.write_text(f'{head}"when": "{self.now:%Y-%m-%dT%H:%M:%SZ}{rest[20:]}', "utf-8")

    def _approves(self) -> None:
        with opened(Config.load(self.one.file)) as firm:
            with firm.ledger.read() as view:
                chosen = {i: row for i, row in reminders(view).items() if row.status == PROPOSED}
            give(firm, self.now, chosen, "Approve")

    def _judges(self) -> None:
        for said in self._wrong():
            self.violations.append(f"{self.now:%d %b}: {said}")

    def _wrong(self) -> list[str]:
        wrong = []
        with opened(Config.load(self.one.file)) as firm:
            firm.sync(self.now)
            if not firm.sync(self.now).idle:
                wrong.append("book and ledger do not come to rest")
            wrong += firm.ledger.verify()
            report = firm.aging(self.now.date())
            (total,) = report.totals
            if total.open != self.invoiced - self.paid or total.check:
                wrong.append(f"the aging says {total.open}, by hand it is {self.invoiced - self.paid}")
            with firm.ledger.read() as view:
                drafted = len(view.posted(MessageState.DRAFTED))
                unknown = len(view.posted(MessageState.UNKNOWN))
        files = len(list((self.one.file.parent / "outbox").glob("*.eml")))
        if files != drafted or unknown:
            wrong.append(f"{files} drafts lie there, {drafted} are known, {unknown} unknown")
        return wrong

    def ends(self) -> None:
        """Compare workbook, ledger and outbox with what was written down."""
        notes = [row["notes"] for row in rows(self.one.file, ACTIVITY).values()]
        lost = [token for token in self.one.clicked if notes.count(token) != 1]
        self.violations += [f"{token} was done {notes.count(token)} times" for token in lost]
        with FileBook(self.one.book).open() as session:
            book = sum(
                Decimal(str(row.cells[2])) for row in session.read(PAYMENTS).rows if row.cells[2] is not None
            )
        if int(book * 100) != self.paid:
            self.violations.append(f"the workbook's payments are {book}, by hand {Decimal(self.paid) / 100}")


# -- memory ----------------------------------------------------------------------------------------------------


class Held(NamedTuple):
    """What a process holds for itself, and the rows that stood in the ledger and its history then."""

    megabytes: float
    rows: int

    def __str__(self) -> str:
        return f"{self.megabytes:.1f} MB with {self.rows:,} rows"


def held(pid: int, file: Path) -> Held:
    """Look at a process beside the ledger of a firm."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    megabytes = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024
    with opened(Config.load(file)) as one, one.ledger.read() as view:
        return Held(megabytes, sum(len(view.rows(tab)) for tab in RECORD_TABS) + view.head().n)


def own(folder: Path) -> tuple[list[Held], list[Held]]:
    """Let a real agent hear clicks and saves; return what it and its child hold, once all is loaded and in the end."""
    file = firm(folder / "firm")
    agents, children = list[Held](), list[Held]()
    with running(folder, file) as agent:
        until(lambda: agent.done("night"), 120)
        assert agent.process is not None
        for n in range(1, _EVENTS + 1):
            assert agent.click("log_note", customer="Birch", notes=f"note {n}")["done"]
            with suppress(Refused):  # it is just writing
                hand(file).type(INVOICES, n % _INVOICES, po=f"po {n}")
            if n in (_EVENTS // 5, _EVENTS):
                agents.append(held(agent.process.pid, file))
                children += [held(pid, file) for pid in _workers(agent.process.pid)]
        agent.end()
    return agents, children


def _workers(pid: int) -> list[int]:
    """Return the largest child of an agent: that which does the jobs."""
    listing = [
        one
        for path in Path(f"/proc/{pid}/task").glob("*/children")
        for one in path.read_text("ascii").split()
    ]
    sizes = {int(Path(f"/proc/{child}/statm").read_text("ascii").split()[1]): int(child) for child in listing}
    return [sizes[max(sizes)]] if sizes else []


# -- the count -------------------------------------------------------------------------------------------------


def main(days: int = 30, seed: int = 1) -> int:
    """Print what became of so many days; return 1 if a promise was broken, or the agent's own memory grew."""
    render._run = fill
    say = sys.stdout.write
    with TemporaryDirectory(prefix="arc-soak-") as folder:
        one = Business.made(Path(folder) / "firm")
        soak, began, memory = Soak(one, random.Random(seed)), time.perf_counter(), list[Held]()
        for number in range(days):
            soak.day(number)
            gc.collect()
            memory.append(held(os.getpid(), one.file))
        soak.ends()
        drafts = len(list((one.file.parent / "outbox").glob("*.eml")))
        agents, children = own(Path(folder) / "own")
    say(
        f"{days} days (seed {seed}) in {time.perf_counter() - began:.0f} s: {soak.clicks} clicks, {soak.clicks} payments"
        f" typed, {drafts} reminders out; {len(soak.violations)} promises broken\n"
    )
    say(f"  the process that does the jobs: {memory[0]}, {memory[len(memory) // 2]}, {memory[-1]}\n")
    say(
        f"  a real agent's own process, {_EVENTS} clicks and saves: {agents[0]}, {agents[-1]} (must be flat)\n"
    )
    say(f"  and its child's: {', '.join(map(str, children))}\n")
    sys.stdout.writelines(f"    {said}\n" for said in soak.violations[:10])
    return int(bool(soak.violations) or agents[-1].megabytes > agents[0].megabytes + _FLAT)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
