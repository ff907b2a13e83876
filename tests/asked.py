"""A small firm's ledger, and somebody who asks for actions on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from arc_sheets import tabs
from arc_sheets.cells import Reading, Rows, Value
from arc_sheets.tab import Tab
from arc_sync.agent.actions.answers import Answer
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.actions.desk import Desk, PlainDesk
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Origin

#: A Wednesday morning; in Berlin it is 11:30.
NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
TODAY = date(2026, 4, 1)
MORNING = datetime(2026, 4, 1, 11, 30)  # noqa: DTZ001 (wall clock)
BERLIN = ZoneInfo("Europe/Berlin")
ELBE, ZOE = "Elbe Spedition", "Zoë Ltd"
EVIL = '=HYPERLINK("https://evil.example","Pay")'


def invoice(number: str, customer: str, due: date, amount: int, **more: Value) -> dict[str, Value]:
    """Return an invoice in EUR, issued on 2 January 2026; the amount in minor units."""
    usual: dict[str, Value] = {"issued": date(2026, 1, 2), "currency": "EUR", "status": "open"}
    return usual | {"number": number, "customer": customer, "due": due, "amount": amount} | more


ROWS: tuple[tuple[Tab, dict[str, Value]], ...] = (
    (
        tabs.CUSTOMERS,
        {"name": ELBE, "currency": "EUR", "email": "ap@elbe.example", "phone": "+49 30 1234567"},
    ),
    (tabs.CUSTOMERS, {"name": ZOE, "currency": "USD"}),
    (tabs.CUSTOMERS, {"name": EVIL, "currency": "EUR"}),
    (tabs.INVOICES, invoice("RE-1", ELBE, date(2026, 2, 1), 10_000)),
    (tabs.INVOICES, invoice("RE-2", ELBE, date(2026, 3, 1), 25_001)),
    (tabs.INVOICES, invoice("RE-3", ELBE, date(2026, 5, 1), 5_000)),
    (tabs.INVOICES, invoice("Z-9", ZOE, date(2026, 2, 1), 8_050, currency="USD")),
    (tabs.INVOICES, invoice("E-1", EVIL, date(2026, 2, 1), 1_000)),
)


def filled(ledger: Ledger | None = None) -> Ledger:
    """Return the ledger (a fresh one in memory) with the firm's rows; ids are row-1 and so on."""
    ledger = ledger or MemoryLedger()
    with ledger.change(Origin("Bob", "import", "An export was imported", NOW)) as t:
        for n, (tab, values) in enumerate(ROWS, 1):
            t.put(tab, f"row-{n}", tuple(values.get(c.name) for c in tab.stored))
    return ledger


@dataclass
class Asker:
    """Ann, who asks; each request has a number of its own."""

    ledger: Ledger = field(default_factory=filled)
    desk: Desk = field(default_factory=lambda: PlainDesk(NOW, BERLIN, "EUR"))
    asked: int = 0
    now: datetime = NOW

    def ask(self, action: str, **fields: Any) -> Answer:
        """Carry out a request."""
        self.asked += 1
        usual = {"request": f"r-{self.asked}", "who": "Ann", "when": self.now, "source": "command"}
        return carry_out_told(self.ledger, usual | {"action": action} | fields, self.desk, Reading())

    def later(self, days: int) -> None:
        """Let days pass."""
        self.now += timedelta(days)
        self.desk = PlainDesk(self.now, BERLIN, "EUR")

    def done(self, action: str, /, **fields: Any) -> str:
        """Carry out a request that must succeed; return its sentence."""
        answer = self.ask(action, **fields)
        assert answer.done, answer.sentence
        return answer.sentence

    def refused(self, action: str, /, **fields: Any) -> str:
        """Ask for what must be refused, and must leave nothing behind; return the sentence."""
        before = self.head()
        answer = self.ask(action, **fields)
        assert not answer.done, answer.sentence
        assert self.head() == before
        return answer.sentence

    def head(self) -> int:
        """Return the number of the newest change."""
        with self.ledger.read() as view:
            return view.head().n

    def rows(self, tab: Tab) -> Rows:
        """Return the live rows of a tab."""
        with self.ledger.read() as view:
            return view.rows(tab)

    def given(self, tab: Tab) -> list[dict[str, Value]]:
        """Return the rows of a tab without their blanks, in the order in which they were put."""
        names = [c.name for c in tab.stored]
        shown = (zip(names, row, strict=True) for row in self.rows(tab).values())
        return [{name: value for name, value in row if value is not None} for row in shown]

    def one(self, tab: Tab, **key: Value) -> Mapping[str, Value]:
        """Return the one row of a tab that has these values, without its blanks."""
        (row,) = (r for r in self.given(tab) if all(r.get(name) == value for name, value in key.items()))
        return row
