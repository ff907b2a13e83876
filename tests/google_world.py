"""A small book in the emulator, a person who works in it inside every call, and lines that break: for the soak.

Every text that anybody writes names the row it was meant for ("u12@R3"), and a column far to the right, which ARC never
reads, carries each row's true name through sorts and moves. So a text in a wrong row is seen, wherever it went.
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

from arc_sheets.cells import Formula, Reading, Value
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.merging import Rules
from arc_sync.agent.round import Pages, Report, Settings, run_round
from arc_sync.books.contents import Meta
from arc_sync.books.draw.records import FIRST_ROW
from arc_sync.books.google.desk import Desk
from arc_sync.books.google.layout import STAMP, Layout, find, names_of
from arc_sync.books.google.reading import Grid
from arc_sync.books.google.session import GoogleSession
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.books.layout import SEAL
from arc_sync.google.api import Places, Sheets
from arc_sync.google.patience import Patience
from arc_sync.google.quota import Bucket, Quota
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Lost, Rejected
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import Origin
from arc_sync.merge.issues import ID
from arc_sync.xlsx.refs import letters
from tests.emulators.google import GoogleEmulator, Person
from tests.google_hand import client, grid_of, new_spreadsheet, put, spoken
from tests.hands import BOOK
from tests.sample_contents import row

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TRUTH = 28  #: the column with each row's true name, which ARC never reads
USED = ("Customers", "Invoices", "Issues", "_ARC", "_ARC_PRE")
TYPED = ("po", "notes")  #: a column that both sides may edit, and one that is the person's
HEAD = FIRST_ROW - 1  #: rows above the records


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
        self.desk = Desk(sheets, self.spreadsheet, "the book", {t: SHEET_IDS[t] for t in USED})
        self.desk.fresh = lambda n: f"arc-{n}-{self.rng.getrandbits(20):05x}"
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
        self.trouble.rate = rate

    def _adopt_ledger(self) -> None:
        grid = grid_of(self.person, "_ARC")
        for number in range(len(grid.rows)):
            new = {"ledger": self.ledger.id, "spreadsheet": self.spreadsheet}.get(str(grid.at(number, 0)))
            if new:
                put(self.person, "_ARC", number, 1, new)

    def _pages(self, view: Any) -> Pages:
        computed = {i: (0, 0, 1, self.buckets.get(i, "Current")) for i in view.rows(INVOICES)}
        return Pages({"invoices": computed})

    def round(self) -> Report:
        """Run a round."""
        return run_round(self.settings, _Book(self.desk), self.ledger, NOW)

    def act(self) -> None:
        """Let the ledger change by itself: another channel edits some rows, a new one comes."""
        with self.ledger.read() as view:
            rows = dict(view.rows(INVOICES))
        names = [c.name for c in INVOICES.stored]
        with self.ledger.change(Origin("Zoë", "action", "Another channel", NOW)) as t:
            for column, many in (("po", 4), ("notes", 2)):
                for i in self.rng.sample(sorted(rows), min(many, len(rows))):
                    values = list(t.rows(INVOICES)[i])
                    values[names.index(column)] = f"s{next(self.fresh)}@{true_name(rows[i])}"
                    t.put(INVOICES, i, tuple(values))
            if self.rng.random() < 0.3:
                t.put(INVOICES, f"{self.rng.getrandbits(128):032x}", invoice(f"A{next(self.fresh)}"))
        for i in self.rng.sample(sorted(rows), min(3, len(rows))):
            self.buckets[i] = f"b{next(self.fresh)}@{true_name(rows[i])}"


def invoice(name: str) -> tuple[Value, ...]:
    """Return an invoice's values, whose number says which row it is."""
    return row(
        INVOICES,
        number=f"N@{name}",
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


class Worker:
    """The person: does one thing or two before every call, and keeps account of what was typed."""

    def __init__(self, world: World) -> None:
        self.w, self.rng = world, world.rng
        self.typed: dict[tuple[str, str], list[str]] = {}  #: by row and column, what must not be lost
        self.own: dict[str, list[str]] = {}  #: by row, what stands in columns of the person's own
        self.formulas: dict[tuple[str, str], str] = {}
        self.numbers = count(1)
        self.done: Counter[str] = Counter()
        self.names = count(1)
        self.removed: tuple[str, list[Any], list[str], dict[str, list[str]], list[str]] | None = None

    # -- looking ---------------------------------------------------------------------------------------

    def grid(self) -> Grid:
        return grid_of(self.w.person, "Invoices")

    def layout(self) -> Layout:
        found = find(self.grid(), INVOICES)
        assert found is not None
        return found

    def truth(self, grid: Grid) -> int:
        """Return the column with the true names: it has moved as columns came and went."""
        return next(c for c, v in enumerate(grid.row(0)) if v == "TRUTH")

    def name_rows(self) -> None:
        """Give every row that ARC added its true name, by its number."""
        grid = self.grid()
        if "TRUTH" not in grid.row(0):
            put(self.w.person, "Invoices", 0, TRUTH, "TRUTH")
            grid = self.grid()
        layout, column = self.layout(), self.truth(grid)
        for number in range(layout.header + 1, len(grid.rows)):
            told = grid.at(number, layout.places["number"])
            if grid.at(number, column) is None and grid.row(number):
                name = str(told).partition("@")[2] if isinstance(told, str) else ""
                put(self.w.person, "Invoices", number, column, name or f"row{next(self.names)}")

    def rows(self, grid: Grid) -> list[int]:
        column = self.truth(grid)
        return [n for n in range(HEAD, len(grid.rows)) if grid.at(n, column) is not None]

    # -- doing -----------------------------------------------------------------------------------------

    def work(self, kind: str, body: Any) -> None:
        """Do one thing or two."""
        self.name_rows()
        for _ in range(self.rng.choice((1, 1, 2))):
            what = self.rng.choice(
                ["insert", "delete", "undo", "sort", "sort", "move", "type", "type", "same", "same", "same", "new",
                 "column", "own", "own", "uncolumn", "formula", "rename", "issue"]
            )  # fmt: skip
            self.done[what] += 1
            getattr(self, f"_{what}")(kind, body)
            self.name_rows()

    def _some(self) -> tuple[Grid, int]:
        grid = self.grid()
        return grid, self.rng.choice(self.rows(grid))

    def _note(self, name: str, column: str, old: Any, new: str | None) -> None:
        """Keep account: what a person types over is theirs to lose."""
        kept = [text for text in self.typed.get((name, column), []) if text != old]
        self.typed[name, column] = [*kept, *([new] if new else [])]
        self.formulas.pop((name, column), None)

    def _put(self, at: int, column: str) -> None:
        grid, layout = self.grid(), self.layout()
        if column not in layout.places:
            return
        name = str(grid.at(at, self.truth(grid)))
        text = f"u{next(self.numbers)}@{name}"
        self._note(name, column, grid.at(at, layout.places[column]), text)
        put(self.w.person, "Invoices", at, layout.places[column], text)

    def _type(self, _kind: str, _body: Any) -> None:
        _, at = self._some()
        self._put(at, self.rng.choice(TYPED))

    def _same(self, kind: str, body: Any) -> None:
        """Type into the very cell that is about to be written."""
        if kind != "write":
            return
        mine = SHEET_IDS["Invoices"]
        starts = [r["updateCells"].get("start", {}) for r in body["requests"] if "updateCells" in r]
        rows = sorted(
            {s["rowIndex"] for s in starts if s.get("sheetId") == mine} & set(self.rows(self.grid()))
        )
        if rows:
            self._put(self.rng.choice(rows), self.rng.choice(TYPED))
            self.done["hit"] += 1

    def _insert(self, _kind: str, _body: Any) -> None:
        _, at = self._some()
        self.w.person.insert_rows("Invoices", at + 1, self.rng.choice((1, 1, 2)))

    def _delete(self, _kind: str, _body: Any) -> None:
        grid, at = self._some()
        if len(self.rows(grid)) < 12:
            return
        name = str(grid.at(at, self.truth(grid)))
        shown = {value for value in grid.row(at) if value is not None}
        with self.w.ledger.read() as view:  # a row that the ledger does not know is the person's to delete
            known = grid.at(at, self.layout().places[ID]) in view.rows(INVOICES)
        lost = {
            c: [x for x in self.typed.get((name, c), []) if x in shown or not known]
            for c in ("number", *TYPED)
        }
        kept = self.own.get(name, [])  # another row may have that name: ARC added it anew
        own, self.own[name] = [x for x in kept if x in shown], [x for x in kept if x not in shown]
        self.removed = (name, list(grid.row(at)), names_of(INVOICES, grid.row(HEAD - 1)), lost, own)
        for column, texts in lost.items():
            self.typed[name, column] = [x for x in self.typed.get((name, column), []) if x not in texts]
            self.formulas.pop((name, column), None)
        self.w.person.delete_rows("Invoices", at + 1)

    def _undo(self, _kind: str, _body: Any) -> None:
        """Bring the row back that was deleted last, if no column has come or gone since."""
        grid = self.grid()
        if self.removed is None or self.removed[2] != names_of(INVOICES, grid.row(HEAD - 1)):
            return
        name, cells, _, lost, own = self.removed
        self.removed = None
        at = self.rng.choice(self.rows(grid))
        self.w.person.insert_rows("Invoices", at + 1)
        put(self.w.person, "Invoices", at, 0, *cells)
        for column, texts in lost.items():
            self.typed[name, column] = self.typed.get((name, column), []) + texts
        self.own[name] = self.own.get(name, []) + own

    def _sort(self, _kind: str, _body: Any) -> None:
        layout = self.layout()
        column = self.rng.choice([c for c in (ID, "number", "po", "notes") if c in layout.places])
        self.w.person.sort(
            "Invoices", letters(layout.places[column]), descending=self.rng.random() < 0.5, header_rows=HEAD
        )

    def _move(self, _kind: str, _body: Any) -> None:
        grid, at = self._some()
        to = self.rng.choice(self.rows(grid))
        if to not in (at, at + 1):
            self.w.person.move_rows("Invoices", at + 1, to + 1)

    def _new(self, _kind: str, _body: Any) -> None:
        """Insert a row and type an invoice into it, sometimes half of one."""
        grid, at = self._some()
        layout = self.layout()
        self.w.person.insert_rows("Invoices", at + 1)
        name = f"row{next(self.names)}"
        told: dict[str, Any] = {"number": f"N@{name}", "customer": "Firm", "issued": date(2026, 1, 5)}
        told |= {"due": date(2026, 2, 5), "currency": "EUR", "amount": Decimal(100), "status": "open"}
        for column, value in told.items():
            if column in layout.places:
                put(self.w.person, "Invoices", at, layout.places[column], value)
        put(self.w.person, "Invoices", at, self.truth(grid), name)
        self.typed[name, "number"] = [f"N@{name}"]
        self._put(at, "notes")

    def _column(self, _kind: str, _body: Any) -> None:
        layout = self.layout()
        if not self.w.columns or self.truth(self.grid()) > TRUTH + 4:
            return
        at = self.rng.randint(0, max(layout.places.values()))
        self.w.person.insert_columns("Invoices", letters(at))
        if self.rng.random() < 0.5:
            put(self.w.person, "Invoices", layout.header, at, f"mine{next(self.numbers)}")

    def _mine(self) -> list[int]:
        """Return the columns between ARC's that are the person's."""
        grid, layout = self.grid(), self.layout()
        ours = set(layout.places.values())
        inside = range(max(ours))
        return [
            c for c in inside if c not in ours and not str(grid.at(layout.header, c) or "").startswith("ARC")
        ]

    def _own(self, _kind: str, _body: Any) -> None:
        grid, at = self._some()
        if not (mine := self._mine()):
            return
        column, name = self.rng.choice(mine), str(grid.at(at, self.truth(grid)))
        text = f"o{next(self.numbers)}@{name}"
        old = grid.at(at, column)
        self.own[name] = [x for x in self.own.get(name, []) if x != old] + [text]
        put(self.w.person, "Invoices", at, column, text)

    def _uncolumn(self, _kind: str, _body: Any) -> None:
        mine = self._mine()
        if not mine or self.rng.random() < 0.6:
            return
        grid, column = self.grid(), self.rng.choice(mine)
        gone = {grid.at(n, column) for n in range(HEAD, len(grid.rows))}
        self.own = {name: [x for x in texts if x not in gone] for name, texts in self.own.items()}
        self.typed = {at: [x for x in texts if x not in gone] for at, texts in self.typed.items()}
        self.w.person.delete_columns("Invoices", letters(column))

    def _formula(self, _kind: str, _body: Any) -> None:
        grid, at = self._some()
        layout, name = self.layout(), str(grid.at(at, self.truth(grid)))
        if not self.w.formulas or not {"notes", "status"} <= layout.places.keys():
            return
        self._note(name, "notes", grid.at(at, layout.places["notes"]), None)
        text = f"{letters(layout.places['status'])}{at + 1}"
        put(self.w.person, "Invoices", at, layout.places["notes"], Formula(text))
        self.formulas[name, "notes"] = text

    def _rename(self, _kind: str, _body: Any) -> None:
        now = self.w.person.file.contents.sheet(SHEET_IDS["Customers"]).title
        self.w.person.rename_tab(now, self.rng.choice(["Customers", "Kunden", "Clients"]))

    def _issue(self, _kind: str, _body: Any) -> None:
        """Scribble among the issues."""
        if self.rng.random() < 0.3:
            text = f"i{next(self.numbers)}@issues"
            grid = grid_of(self.w.person, "Issues")
            at, column = self.rng.randint(HEAD, HEAD + 6), self.rng.choice((3, 4, 5))
            self._note("issues", str(column), grid.at(at, column), text)
            put(self.w.person, "Issues", at, column, text)


HIDDEN_COLUMNS = (ID, SEAL, STAMP)


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


__all__ = ["BOOK", "Meta", "World", "world"]
