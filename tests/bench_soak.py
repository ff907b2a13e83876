"""Business compressed: days of edits, payments, clicks, reminders, rounds and nights, with a clock that the soak sets.

    python -m tests.bench_soak [days] [seed]

Each day people type, invoice, pay, click and approve, and put on record that drafts went; the agent does what it would
do by then. Each evening the promises are judged: a calculation by hand knows what is open, and that nobody was written
to who owed nothing, or again within the days of the policy. In the end workbook, ledger and outbox must agree with it.

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
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from arc_sheets.cells import CellValue
from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.deciding import give
from arc_sync.agent.reminding.rows import DRAFTED, PROPOSED, reminders
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
_CUSTOMERS: Final = tuple(f"Firm {n:02}" for n in range(1, 16))
#: Days from an invoice to its due date, and from there on which a first reminder may come.
_TERMS, _COURTESY = (0, 7, 14), timedelta(-3)
_EVENTS: Final = 200  #: clicks, and as many saves, that a real agent hears
_FLAT: Final = 1.0  #: MB by which its own memory may differ


class Bill(NamedTuple):
    """An invoice that nobody has paid."""

    customer: str
    cents: int
    due: date


@dataclass
class Soak:
    """The firm, its clock, and what a person with a pencil has written down."""

    one: Business
    chance: random.Random
    now: datetime = FIRST
    invoiced: int = _INVOICES * CANARY_AMOUNT  #: minor units
    paid: int = 0
    clicks: int = 0
    bills: dict[str, Bill] = field(default_factory=dict)  #: by number, the oldest first
    written: dict[str, date] = field(default_factory=dict)  #: by customer, when a reminder went last
    seen: set[str] = field(default_factory=set)  #: ids of messages
    violations: list[str] = field(default_factory=list)

    def agent(self, job: Job) -> None:
        """Let the agent do a job now."""
        told = self.one.does(job, lambda: self.now)
        if told.trouble:
            self.violations.append(f"{self.now:%d %b %H:%M} {job}: {told.trouble}")

    def begins(self) -> None:
        """Type the customers."""
        for name in _CUSTOMERS:
            mail = f"{name.casefold().replace(' ', '.')}@soak.example"
            FileHand(self.one.book).add(CUSTOMERS, name=name, email=mail, currency="EUR")

    def day(self, number: int) -> None:
        """Live through one day."""
        self.now = FIRST + timedelta(days=number)
        self.agent(Job.PLAN)
        self._decides(PROPOSED, "Approve")
        for hour in (2, 5, 9):
            self.now = FIRST + timedelta(days=number, hours=hour)
            self._works(f"{number}-{hour}")
            for job in (Job.REQUESTS, Job.ROUND):
                self.agent(job)
                self._watches()
        self._decides(DRAFTED, "It went")
        self.now = FIRST + timedelta(days=number, hours=20)
        self.agent(Job.NIGHT)
        self._judges()

    def _works(self, token: str) -> None:
        """Type a note, a payment and now and then an invoice; press a button."""
        hand = FileHand(self.one.book)
        hand.type(INVOICES, self.chance.randrange(_INVOICES), po=f"po {token}")
        if self.bills and self.chance.random() < 0.4:
            number = self.chance.choice([*self.bills][:20])
            bill = self.bills.pop(number)
            self._is_paid(hand, bill.customer, bill.cents, applied_to=number)
        else:
            self._is_paid(hand, "Birch", self.chance.randrange(1, 500_000))
        if self.chance.random() < 0.8:
            self._invoices(hand, f"N-{token}")
        self.one.clicks(f"click-{token}")
        self._redate(f"click-{token}")
        self.clicks += 1

    def _is_paid(self, hand: FileHand, customer: str, cents: int, **more: CellValue) -> None:
        told: dict[str, CellValue] = {"customer": customer, "amount": Decimal(cents) / 100, **more}
        hand.add(PAYMENTS, **told, date=self.now.date(), currency="EUR", type="payment")
        self.paid += cents

    def _invoices(self, hand: FileHand, number: str) -> None:
        day, cents = self.now.date(), self.chance.randrange(10_000, 900_000)
        customer, due = self.chance.choice(_CUSTOMERS), day + timedelta(self.chance.choice(_TERMS))
        told: dict[str, CellValue] = {"number": number, "customer": customer, "amount": Decimal(cents) / 100}
        hand.add(INVOICES, **told, currency="EUR", issued=day, due=due, status="open")
        self.bills[number] = Bill(customer, cents, due)
        self.invoiced += cents

    def _redate(self, token: str) -> None:
        """Let a request be of the soak's hour."""
        path = self.one.spool.requests / f"{token}.json"
        text = path.read_text("utf-8")
        head, _, rest = text.partition('"when": "')
        path.write_text(f'{head}"when": "{self.now:%Y-%m-%dT%H:%M:%SZ}{rest[20:]}', "utf-8")

    def _decides(self, status: str, decision: str) -> None:
        with opened(Config.load(self.one.file)) as firm:
            with firm.ledger.read() as view:
                chosen = {i: row for i, row in reminders(view).items() if row.status == status}
            give(firm, self.now, chosen, decision)

    def _watches(self) -> None:
        """Judge the messages that have left since: each by who owed what just then."""
        day = self.now.date()
        with opened(Config.load(self.one.file)) as firm, firm.ledger.read() as view:
            left = view.posted(MessageState.DRAFTED, MessageState.SENT, bare=True)
            apart = timedelta(policy_of(firm.config).minimum_interval)
        for told in (one.message for one in left if one.message.id not in self.seen):
            self.seen.add(told.id)
            before, self.written[told.customer] = self.written.get(told.customer), day
            if before and day - before < apart:
                self.violations.append(f"{day:%d %b}: {told.customer} was written to on {before:%d %b} too")
            owing = {n for n, bill in self.bills.items() if bill.due + _COURTESY <= day}
            if told.customer in _CUSTOMERS and (wrong := set(told.invoices) - owing):
                self.violations.append(
                    f"{day:%d %b}: {told.customer} was chased for {', '.join(sorted(wrong))}"
                )

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
                drafted = len(view.posted(MessageState.DRAFTED, MessageState.SENT))
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
        soak.begins()
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
