"""`python -m tests.bench_google`: how many calls a round makes, beside naive gspread on the same work; a first sync.

Counted at the emulator, not timed: Google's limits are calls a minute and bytes a call. The floor of a two-way round is
one read and one write, as nobody can write without having read.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import gspread
from google.auth.credentials import AnonymousCredentials

from arc_sheets.cells import Reading, Value
from arc_sheets.rates import Rates
from arc_sheets.tabs import CUSTOMERS, INVOICES, RECORD_TABS
from arc_sync.agent.merging import Rules
from arc_sync.agent.pages import Terms, pages
from arc_sync.agent.round import Report, Settings, run_round
from arc_sync.books.google.book import GoogleBook
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import Origin
from tests.emulators.google import GoogleEmulator
from tests.google_hand import GoogleHand, client, new_spreadsheet
from tests.sample_contents import row

NOW: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)
MANY: Final = 10_000
#: What Google advises a call to stay below.
ADVISED: Final = 2_000_000
TERMS: Final = Terms("Sample Trading", Rates("EUR", {"USD": Decimal("0.92")}, date(2026, 11, 19)))


class Bench:
    """A ledger and a book in step with it."""

    def __init__(self, google: GoogleEmulator, many: int) -> None:
        self.google, self.ledger = google, MemoryLedger()
        self.hand = GoogleHand(google, client(google), new_spreadsheet(client(google)))
        self._belongs()
        rules = Rules(RECORD_TABS, Reading(), "EUR", zone=UTC)
        self.settings = Settings(rules, "agent", pages(TERMS), stamp="s")
        self.book = GoogleBook(client(google), self.hand.spreadsheet)
        with self.ledger.change(Origin("Zoë", "import", "A first import", NOW)) as t:
            t.put(CUSTOMERS, "c" * 32, row(CUSTOMERS, name="Firm", currency="EUR", terms=30))
            for n in range(many):
                t.put(INVOICES, f"{n + 1:032x}", _invoice(n))

    def _belongs(self) -> None:
        for number, line in enumerate(self.hand.grid("_ARC").rows):
            new = {"ledger": self.ledger.id, "spreadsheet": self.hand.spreadsheet}.get(
                str(line[0] if line else "")
            )
            if new:
                self.hand.put("_ARC", number, 1, new)

    def round(self, now: datetime = NOW) -> Report:
        return run_round(self.settings, self.book, self.ledger, now)

    def settled(self) -> None:
        """Run rounds until there is nothing to do."""
        while not self.round().idle:
            pass
        self.google.calls.forget()

    def note(self, text: str) -> None:
        """Let the ledger change a cell."""
        values = list(_invoice(1))
        values[[c.name for c in INVOICES.stored].index("po")] = text
        with self.ledger.change(Origin("Zoë", "action", "A note", NOW)) as t:
            t.put(INVOICES, f"{2:032x}", tuple(values))


def _invoice(n: int) -> tuple[Value, ...]:
    issued = date(2026, 1, 1) + timedelta(days=n % 300)
    return row(
        INVOICES,
        number=f"INV-{n:05}",
        customer="Firm",
        issued=issued,
        due=issued + timedelta(days=30),
        currency="EUR",
        amount=100_00 + n,
        status="open",
    )


def naive(google: GoogleEmulator, spreadsheet: str, tabs: Iterable[str]) -> None:
    """Do with gspread what its pages show: open, read and write each of five tabs."""
    nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth's is
    book = gspread.Client(nobody, google.session()).open_by_key(spreadsheet)
    for tab in tabs:
        rows = book.worksheet(tab).get_all_values()
        book.worksheet(tab).update([["x"]], f"B{len(rows)}")


def _count(google: GoogleEmulator, what: str, do: Callable[[], object]) -> None:
    google.calls.forget()
    do()
    kinds = google.calls.by_kind()
    told = ", ".join(f"{kinds.get(kind, 0)} {kind}" for kind in ("drive", "read", "write"))
    up, down = (sum(getattr(c, name) for c in google.calls) for name in ("request_bytes", "answer_bytes"))
    sys.stdout.write(f"  {what:<34}{told:<28}{up / 1e3:>9,.1f} kB up {down / 1e3:>9,.1f} kB down\n")


def calls(google: GoogleEmulator) -> None:
    """Print the calls of a round in each case."""
    bench = Bench(google, 40)
    bench.settled()
    sys.stdout.write("calls of a round (five record tabs and more)\n")
    _count(google, "unchanged", bench.book.fingerprint)
    bench.round()
    bench.hand.type(INVOICES, 0, notes="call on Friday")
    _count(google, "a person's edit only", bench.round)
    bench.settled()
    bench.note("PO-7")
    bench.hand.type(INVOICES, 3, notes="mind this")
    _count(google, "both ways", bench.round)
    bench.settled()
    titles = ["Customers", "Invoices", "Payments", "Activity", "Promises"]
    _count(google, "naive gspread, both ways", lambda: naive(google, bench.hand.spreadsheet, titles))


def first_sync(google: GoogleEmulator, many: int = MANY) -> int:
    """Print what a first sync of so many invoices takes; 1 if a call is larger than advised."""
    bench = Bench(google, many)
    google.calls.forget()
    began = time.perf_counter()
    report = bench.round()
    spent = time.perf_counter() - began
    writes = [call for call in google.calls if call.kind == "write"]
    largest = max(call.request_bytes for call in writes)
    sys.stdout.write(
        f"first sync of {many:,} invoices: {report.added:,} rows in {len(writes)} writes, the largest "
        f"{largest / 1e6:.2f} MB (advised: 2), {spent:.0f} s with the emulator in the same process\n"
    )
    google.calls.forget()
    began = time.perf_counter()
    bench.round()
    read = next(call for call in google.calls if call.kind == "read")
    sys.stdout.write(
        f"  a round over it: {google.calls.by_kind()}, {read.answer_bytes / 1e6:.1f} MB down before compression, "
        f"{time.perf_counter() - began:.0f} s\n"
    )
    return int(largest > ADVISED or report.added != many + 1)


def main(many: int = MANY) -> int:
    """Run both."""
    with GoogleEmulator(check_answers=False) as google:
        calls(google)
        return first_sync(google, many)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
