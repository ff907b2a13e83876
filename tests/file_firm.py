"""A small firm whose book is a file: its ledger, its settings, and rounds over both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.cells import CellValue, Reading, Row, Value
from arc_sheets.rates import Rates
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.agent.merging import Rules
from arc_sync.agent.pages import Terms, contents, pages
from arc_sync.agent.round import Report, Settings, run_round
from arc_sync.books.contents import Meta
from arc_sync.books.create import create
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.file import FileBook
from arc_sync.books.port import Book
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Origin
from arc_sync.xlsx import Package
from tests.hands import FileHand, Hand
from tests.sample_contents import row
from tests.vault import Vault

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TERMS = Terms("Sample Trading", Rates("EUR", {"USD": Decimal("0.92")}, date(2026, 11, 19)))
FIRMS = ("Adler & Söhne", "O'Brien Ltd", "Zoë GmbH")
#: An invoice that the ledger has and the book does not.
NEW: Mapping[str, Value] = {
    "number": "INV-99",
    "customer": FIRMS[0],
    "issued": date(2026, 3, 1),
    "due": date(2026, 4, 1),
}


@dataclass
class Firm:
    """A ledger, and a book in a file."""

    path: Path
    ledger: Ledger
    settings: Settings

    @property
    def book(self) -> Book:
        """Its book."""
        return FileBook(self.path)

    def round(self, hook: Callable[[str], None] = lambda _: None) -> Report:
        """Run one round."""
        return run_round(self.settings, self.book, self.ledger, NOW, hook)

    def rest(self) -> Report:
        """Run rounds until one finds nothing new; it must be the third at the latest."""
        for _ in range(3):
            report = self.round()
            if report.idle and report.in_step:
                return report
        raise AssertionError("it does not come to rest")

    @property
    def hand(self) -> Hand:
        """A person at the book."""
        return FileHand(self.path)

    def rows(self, tab: Tab) -> dict[str, Row]:
        """Return the ledger's rows."""
        with self.ledger.read() as view:
            return dict(view.rows(tab))

    def find(self, tab: Tab, key: str) -> str:
        """Return the id of the row that has this value somewhere."""
        return next(i for i, values in self.rows(tab).items() if key in values)

    def put(self, tab: Tab, i: str, **values: Value) -> None:
        """Change a row in the ledger, or add one."""
        old = self.rows(tab).get(i, (None,) * len(tab.stored))
        new = tuple(values.get(c.name, v) for c, v in zip(tab.stored, old, strict=True))
        with self.ledger.change(Origin("Zoë", "action", "A test", NOW)) as t:
            t.put(tab, i, new)

    def end(self) -> dict[str, object]:
        """Return all that must be the same however often a round died, in any order and under any id."""
        told: dict[str, object] = {
            tab.name: sorted(map(repr, self.rows(tab).values())) for tab in RECORD_TABS
        }
        with self.book.open() as session:
            for tab in (*RECORD_TABS, ISSUES):
                told[f"book {tab.name}"] = sorted(
                    repr([_plain(cell) for cell in (*r.cells, *r.computed)]) for r in session.read(tab).rows
                )
            told["drawn"] = dict(session.drawn().digests)
        return told


def firm(folder: Path, ledger: Ledger | None = None, *, many: int = 12) -> Firm:
    """Set up a firm with three customers and a few invoices, its book in step."""
    ledger, ids = ledger or MemoryLedger(), (f"{n:032x}" for n in count(1))
    with ledger.change(Origin("Zoë", "import", "A first import", NOW)) as t:
        for name, currency in zip(FIRMS, ("EUR", "USD", "EUR"), strict=True):
            values: dict[str, Value] = {"email": "a@b.example", "phone": "+49 30 1", "terms": 30}
            t.put(CUSTOMERS, next(ids), row(CUSTOMERS, name=name, currency=currency, **values))
        for n in range(many):
            told: dict[str, Value] = {"number": f"INV-{n:02}", "customer": FIRMS[n % 3], "status": "open"}
            days: dict[str, Value] = {"issued": date(2026, 1 + n % 9, 5), "due": date(2026, 2 + n % 9, 5)}
            amounts: dict[str, Value] = {
                "amount": 100_00 * (n + 1),
                "currency": "USD" if n % 3 == 1 else "EUR",
            }
            t.put(INVOICES, next(ids), row(INVOICES, **told, **days, **amounts))
        paid: dict[str, Value] = {
            "date": date(2026, 10, 1),
            "customer": FIRMS[0],
            "amount": 50_00,
            "currency": "EUR",
        }
        t.put(PAYMENTS, next(ids), row(PAYMENTS, **paid, type="payment", applied_to="INV-00"))
    path, book = folder / "book.xlsx", "b" * 32
    ledger.add_book(book, str(path))
    with ledger.read() as view:
        meta = Meta(ledger.id, book, *view.head(), 0)
        create(path, contents(view, TERMS, NOW.astimezone().replace(tzinfo=None), meta))
    return Firm(path, ledger, settings())


def settings() -> Settings:
    """Return settings whose rounds make the same ids every time."""
    ids = count(1_000)
    return Settings(Rules(RECORD_TABS, Reading(), "EUR", lambda: f"{next(ids):032x}"), "Zoë", pages(TERMS))


def copied(one: Firm, folder: Path) -> Firm:
    """Return a copy of a firm whose ledger is in memory: quicker than setting one up."""
    assert isinstance(one.ledger, MemoryLedger)
    ledger = MemoryLedger()
    ledger._id = one.ledger.id
    Vault.of(one.ledger).put_back(ledger)
    return Firm(Path(shutil.copy(one.path, folder / "book.xlsx")), ledger, settings())


def busy_day(one: Firm) -> None:
    """Let people work in the book and in the ledger: every kind of write is asked for."""
    hand = one.hand
    hand.type(INVOICES, 0, notes="call on Friday")
    hand.type(INVOICES, 1, due="32.13.2026")
    hand.type(INVOICES, 2, status="disputed")
    hand.add(PAYMENTS, date=date(2026, 11, 19), customer=FIRMS[2], amount=Decimal("10.50"), method="Bank")
    hand.own(INVOICES, 3, "my own")
    hand.scribble("Aging", "D9", "call them!")
    hand.pick_customer(FIRMS[1])
    one.put(INVOICES, one.find(INVOICES, "INV-02"), status="on plan")
    one.put(INVOICES, one.find(INVOICES, "INV-05"), amount=777_00)
    one.put(INVOICES, "9" * 32, **NEW, amount=1_00, currency="JPY", status="open")


def _plain(cell: CellValue) -> CellValue:
    return cell.normalize() if isinstance(cell, Decimal) else cell


def saves_call(monkeypatch: pytest.MonkeyPatch, hook: Callable[[str], None]) -> None:
    """Let every save call the hook at each of its steps."""
    real = Package.save

    def save(self: Package, *args: Any, **how: Any) -> Any:
        return real(self, *args, **{**how, "hook": hook})

    monkeypatch.setattr(Package, "save", save)
