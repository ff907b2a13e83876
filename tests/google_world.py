"""A small book in the emulator, a ledger that other channels change, and lines that break: the world of the soak.

Every text that anybody writes names the column and the row it was meant for: "s12.po@R3" (`google_person.py`).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from arc_sheets.cells import Reading, Value
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.merging import Rules
from arc_sync.agent.round import Pages, Report, Settings, run_round
from arc_sync.books.google.desk import Desk
from arc_sync.books.google.session import GoogleSession
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.google.api import Places, Sheets
from arc_sync.google.patience import Patience
from arc_sync.google.quota import Bucket, Quota
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Lost, Rejected
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import Origin
from tests.emulators.google import GoogleEmulator, Person
from tests.google_hand import client, grid_of, new_spreadsheet, put, spoken
from tests.google_person import Worker
from tests.sample_contents import row

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
USED = ("Customers", "Invoices", "Issues", "_ARC", "_ARC_PRE")


class Crash(Exception):
    """The agent dies here."""


@dataclass
class Trouble:
    """How often a call meets with trouble, each kind."""

    rate: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)


class Line(Transport):
    """A line to the emulator without a network, on which a person and trouble come between."""

    def __init__(self, google: GoogleEmulator, rng: random.Random, trouble: Trouble) -> None:
        super().__init__(spoken(requests.Session()), Patience(tries=1))
        self.google, self.rng, self.trouble = google, rng, trouble
        self.token = google.token(google.person_email)
        self.before: Callable[[str, Any], None] = lambda _kind, _body: None
        self.late: list[tuple[int, Callable[[], Any]]] = []

    def call(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        again: bool,  # noqa: ARG002 - as in Transport
        bucket: Bucket | None = None,  # noqa: ARG002 - same
    ) -> dict[str, Any]:
        kind = "write" if address.endswith(":batchUpdate") else "read"
        self.before(kind, json)
        for _, late in [x for x in self.late if x[0] <= 1]:
            late()
        self.late = [(n - 1, late) for n, late in self.late if n > 1]
        self.made[kind] += 1

        def act() -> dict[str, Any]:
            return self._answer(method, f"{urlsplit(address).path}?{urlencode(params or {})}", json)

        return self._through(kind, act)

    def _through(self, kind: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do it, or fail before, after, or later."""
        dice = int(self.rng.random() / self.trouble.rate) if self.trouble.rate else 99
        if dice == 0:
            raise self._lost("503 before")
        if dice == 1 and kind == "write":
            self.trouble.seen["died before"] += 1
            raise Crash
        if dice == 2 and kind == "write":
            self.late.append((self.rng.randint(1, 4), lambda: _quietly(act)))
            raise self._lost("applied later")
        answer = act()
        if dice in (3, 4):
            raise self._lost("503 after" if dice == 3 else "dropped")
        if dice == 5 and kind == "write":
            self.trouble.seen["died after"] += 1
            raise Crash
        return answer

    def _lost(self, what: str) -> Lost:
        self.trouble.seen[what] += 1
        return Lost(what)

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        sent = json.dumps(body).encode() if body else b""
        answer = self.google.service.answer(method, path, {"Authorization": f"Bearer {self.token}"}, sent)
        told = json.loads(answer.body, parse_float=Decimal)
        if answer.status >= 400:
            raise Rejected(answer.status, told["error"])
        return dict(told)


def _quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except Rejected:
        return


class _Book:
    """The book of the soak: few sheets, and no Drive."""

    def __init__(self, desk: Desk) -> None:
        self.where, self._desk = desk.where, desk

    def open(self) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def opened() -> Any:
            yield GoogleSession(self._desk, "")

        return opened()

    def fingerprint(self) -> str:
        return ""


@dataclass
class World:
    """Ledger, book, agent and person of one history."""

    seed: int
    google: GoogleEmulator
    spreadsheet: str
    trouble: Trouble
    columns: bool = True  #: the person inserts and deletes columns, too
    formulas: bool = True
    many: int = 18

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.person: Person = self.google.person_at(self.spreadsheet)
        self.line = Line(self.google, self.rng, self.trouble)
        sheets = Sheets(
            self.line, "anna", Places.under("http://x"), Quota(Bucket(rate=1e9), Bucket(rate=1e9))
        )
        self.sheets = sheets
        self.fresh = count(1)
        self.ledger = MemoryLedger()
        self.buckets: dict[str, str] = {}
        rules = Rules(
            (CUSTOMERS, INVOICES), Reading(), "EUR", fresh=lambda: f"{self.rng.getrandbits(128):032x}"
        )
        self.settings = Settings(rules, "agent", figures=lambda view, *_: self._pages(view))
        self.hand = Worker(self)
        self._begin()

    def _begin(self) -> None:
        rate, self.trouble.rate = self.trouble.rate, 0.0
        with self.ledger.change(Origin("Zoë", "import", "A first import", NOW)) as t:
            t.put(CUSTOMERS, "c" * 32, row(CUSTOMERS, name="Firm", currency="EUR", terms=30))
            for n in range(self.many):
                t.put(INVOICES, f"{n + 1:032x}", invoice(f"R{n}"))
        self._adopt_ledger()
        for _ in range(3):
            if self.round().idle:
                break
        self.hand.name_rows()
        grid = self.hand.grid()
        header = self.hand.layout().header
        self.above = Counter(v for n in range(1, header) for v in grid.row(n) if v is not None)
        self.customers = grid_of(self.person, "Customers").rows
        self.trouble.rate = rate

    def _adopt_ledger(self) -> None:
        grid = grid_of(self.person, "_ARC")
        for number in range(len(grid.rows)):
            new = {"ledger": self.ledger.id, "spreadsheet": self.spreadsheet}.get(str(grid.at(number, 0)))
            if new:
                put(self.person, "_ARC", number, 1, new)

    def _pages(self, view: Any) -> Pages:
        return Pages({"invoices": {i: self.face(i) for i in view.rows(INVOICES)}})

    def face(self, row: str) -> tuple[Value, ...]:
        """Return the computed cells of an invoice."""
        return 0, 0, 1, self.buckets.get(row, "Current")

    def round(self) -> Report:
        """Run a round, in a process of its own that remembers nothing."""
        desk = Desk(self.sheets, self.spreadsheet, "the book", {t: SHEET_IDS[t] for t in USED})
        desk.fresh = lambda n: f"arc-{n}-{self.rng.getrandbits(20):05x}"
        return run_round(self.settings, _Book(desk), self.ledger, NOW)

    def act(self) -> None:
        """Let the ledger change by itself: another channel edits some rows, a new one comes."""
        with self.ledger.read() as view:
            rows = dict(view.rows(INVOICES))
        names = [c.name for c in INVOICES.stored]
        with self.ledger.change(Origin("Zoë", "action", "Another channel", NOW)) as t:
            for column, many in (("po", 4), ("notes", 2)):
                for i in self.rng.sample(sorted(rows), min(many, len(rows))):
                    values = list(t.rows(INVOICES)[i])
                    values[names.index(column)] = f"s{next(self.fresh)}.{column}@{true_name(rows[i])}"
                    t.put(INVOICES, i, tuple(values))
            if self.rng.random() < 0.3:
                t.put(INVOICES, f"{self.rng.getrandbits(128):032x}", invoice(f"A{next(self.fresh)}"))
        for i in self.rng.sample(sorted(rows), min(3, len(rows))):
            self.buckets[i] = f"b{next(self.fresh)}.bucket@{true_name(rows[i])}"


def invoice(name: str) -> tuple[Value, ...]:
    """Return an invoice's values, whose number says which row it is."""
    return row(
        INVOICES,
        number=f"N.number@{name}",
        customer="Firm",
        issued=date(2026, 1, 5),
        due=date(2026, 2, 5),
        currency="EUR",
        amount=100_00,
        status="open",
    )


def true_name(values: tuple[Value, ...]) -> str:
    """Return the row that an invoice of the ledger is, by its number."""
    return str(values[0]).partition("@")[2]


def world(seed: int, google: GoogleEmulator, template: str, rate: float = 0.0, **how: Any) -> World:
    """Make a world of its own from the template."""
    spreadsheet = google.person_at(template).copy_file().file.file_id
    return World(seed, google, spreadsheet, Trouble(rate), **how)


def template(google: GoogleEmulator) -> str:
    """Make the book that every world begins with: only the sheets that matter here."""
    made = new_spreadsheet(client(google))
    person = google.person_at(made)
    for title in [t for t in person.tabs() if t not in USED]:
        person.delete_tab(title)
    person.delete_rows("_ARC", 61, 940)
    for title in USED:  # looks are no matter here, and cost time
        bare = {"range": {"sheetId": SHEET_IDS[title]}, "fields": "userEnteredFormat,dataValidation"}
        person.do({"updateCells": bare})
    size = {"sheetId": SHEET_IDS["Invoices"], "dimension": "COLUMNS", "length": 12}
    person.do({"appendDimension": size})
    return made
