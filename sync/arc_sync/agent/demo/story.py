"""The demo, told step by step: import, workbook, an accountant's edits, a conflict, and how it is settled."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from arc_sheets import money
from arc_sync.agent.config import Config
from arc_sync.agent.demo.chase import Chase
from arc_sync.agent.demo.desk import desk_work
from arc_sync.agent.demo.exports import write_exports, write_invoices
from arc_sync.agent.demo.hand import Hand, Typist
from arc_sync.agent.demo.trade import Invoice, Trade, make_trade
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.importing import import_entries
from arc_sync.agent.work import Worked, open_mailers, work
from arc_sync.books.draw.issues import THEIRS
from arc_sync.intake import understand
from arc_sync.ledger.port import Ledger

COMPANY: Final = "Weststadt Supplies"
_STEPS: Final = 11  # the last chapter only looks ahead
_RATES: Final = 'USD = "0.92"\nGBP = "1.17"\nJPY = "0.0061"\n'
_SAID: Final = {
    "who": "Maria Lopez",
    "name": "Maria Lopez",
    "email": "receivables@weststadt.example",
    "phone": "+49 30 23125 100",
    "pay": "DE89 3704 0044 0532 0130 00",
}
_NOTE: Final = "Spoke to Zoë: cheque is in the post"
_NO_DATE: Final = "32.13.2026"

#: Says sentences to whoever watches.
Say = Callable[..., None]
#: Sits somebody down at the firm's workbook.
SitDown = Callable[[Firm], Typist]
#: Says what was done, from the firm, the head before it and what was done.
Tell = Callable[[Firm, int, Worked], None]


@dataclass(slots=True)
class Demo:
    """One showing of the demo; its steps lie a minute apart, the last one at `ends` (UTC)."""

    folder: Path
    ends: datetime
    say: Say
    tell: Tell
    sit_down: SitDown = lambda firm: Hand(firm.config.book)
    trade: Trade = field(init=False)
    _step: int = 0

    def __post_init__(self) -> None:
        self.trade = make_trade(self.today)

    @property
    def today(self) -> date:
        """The day on which it is shown."""
        return self.ends.astimezone().date()

    @property
    def now(self) -> datetime:
        """The moment (UTC) of the step that is being shown."""
        return self.ends - timedelta(minutes=_STEPS - self._step)

    def run(self) -> Path:
        """Show everything; returns the workbook's path. Raises `ConfigError` if the folder has settings."""
        file = self._settings()
        with opened(Config.load(file), make=True) as firm:
            with self._chapter(
                "Maria's accounting system exports customers, invoices and payments; ARC imports them."
            ):
                for path in write_exports(self.folder / "exports", self.trade):
                    self._import(firm, path)
            with self._chapter("Her colleagues have noted calls, promises to pay and disputes."):
                self._desk_work(firm)
            with self._chapter("ARC makes the workbook."):
                firm.make_book(self.now)
                made = replace(firm, config=Config.load(file))  # a spreadsheet is named only now
                self.say(self._lies_at(made))
            self._edits(made)
            self._settle(made)
            sync, sit_down = partial(self._sync, made), partial(self.sit_down, made)
            Chase(made, self.today, lambda: self.now, self.say, self._chapter, sync, sit_down).run()
            self._after(made)
        return firm.config.book

    def _after(self, firm: Firm) -> None:
        """Show what only this kind of workbook has."""

    def _settings(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = Config.write_new(self.folder, COMPANY, "EUR")
        text = file.read_text("utf-8").replace('#USD = "0.92"\n', _RATES)
        text = text.replace("#rates_on = 2026-11-19", f"rates_on = {self.today}")
        for key, value in _SAID.items():
            text = re.sub(rf"^#{key} = .*$", f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
        file.write_text(text, "utf-8")
        return file

    def _edits(self, firm: Firm) -> None:
        noted, broken, moved = self._three()
        with self._chapter("Maria works in the workbook, as in any other."):
            self._type(firm, noted, broken, moved)
        with self._chapter(
            "Meanwhile a colleague moves that due date in the accounting system; ARC imports its new export."
        ):
            changed = [
                replace(i, due=i.due + timedelta(30)) if i is moved else i for i in self.trade.invoices
            ]
            self._import(firm, write_invoices(self.folder / "exports" / "invoices-again.csv", changed))
        with self._chapter("ARC syncs."):
            self._sync(firm)
        with self._chapter("ARC syncs again: nothing new, so nothing is written."):
            self._sync(firm)

    def _settle(self, firm: Firm) -> None:
        moved = self._three()[2]
        with self._chapter(
            f"On the Issues tab Maria picks {THEIRS} for the due date of {moved.number}, and ARC syncs."
        ):
            hand = self.sit_down(firm)
            hand.type("Issues", f"Invoices, {moved.number}, Due", "Choice", THEIRS)
            hand.save()
            self._sync(firm)

    def _three(self) -> tuple[Invoice, Invoice, Invoice]:
        """Return the invoices that get a note and a payment, a broken date, and two due dates."""
        late = [
            i
            for i in self.trade.open()
            if i.due < self.today and i.customer.currency == "EUR" and not i.disputed
        ]
        return late[0], late[2], late[4]

    def _type(self, firm: Firm, noted: Invoice, broken: Invoice, moved: Invoice) -> None:
        hand = self.sit_down(firm)
        part = Decimal(money.to_major(noted.balance // 2, noted.customer.currency))
        hand.type("Invoices", noted.number, "Notes", _NOTE)
        self.say(f'She writes a note on {noted.number}: "{_NOTE}".')
        row = hand.add(
            "Payments",
            {"Date": self.today, "Customer": noted.customer.name, "Amount": part, "Applied to": noted.number},
        )
        self.say(
            f"She types a payment of EUR {part:,f} for {noted.number} into row {row}, right below the table."
        )
        due = moved.due + timedelta(14)
        cell = hand.type("Invoices", moved.number, "Due", due)
        self.say(f"She gives {moved.number} until {due:%d %b %Y} (Invoices, {cell}).")
        cell = hand.type("Invoices", broken.number, "Expected", _NO_DATE)
        self.say(f'She mistypes a date: "{_NO_DATE}" as Expected of {broken.number} (Invoices, {cell}).')
        hand.save()

    def _lies_at(self, firm: Firm) -> str:
        """Return where the workbook is, in words."""
        return firm.where

    def _import(self, firm: Firm, path: Path) -> None:
        understood = understand(path)
        taken = understood.take()
        origin = firm.origin("import", f"Import of {path.name}", self.now)
        done = import_entries(firm.ledger, taken.entries, origin, firm.usual)
        counts = [
            f"{count:,} {tab if count > 1 else tab[:-1]} {what}"
            for tab, made in done.counts.items()
            for count, what in ((made.new, "added"), (made.changed, "changed"))
            if count
        ]
        self.say(understood.sentences()[0], f"  In the ledger: {', '.join(counts)}.", *done.remarks())

    def _desk_work(self, firm: Firm) -> None:
        rng = random.Random(22)  # noqa: S311 (ids that are the same again, not secret)
        noted = desk_work(self.trade, self.today)
        with firm.ledger.change(firm.origin("action", "Calls, promises and disputes", self.now)) as t:
            for tab, row in noted:
                t.put(tab, uuid.UUID(int=rng.getrandbits(128)).hex, row)
        self.say(f"{len(noted)} touches, promises and disputes.")

    def _sync(self, firm: Firm) -> None:
        before = _head(firm.ledger)
        self.tell(firm, before, work(firm, lambda: self.now, "demo", partial(open_mailers, firm.config)))

    @contextmanager
    def _chapter(self, title: str) -> Iterator[None]:
        self._step += 1
        self.say("", f"{self._step}. {title}")
        yield


def _head(ledger: Ledger) -> int:
    with ledger.read() as view:
        return view.head().n
