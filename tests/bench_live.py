"""What a round over an open book costs: calls to the program, seconds, and the way from a click to the sheet.

`python -m tests.bench_live [invoices]` makes a firm (10,000 invoices and half as many payments unless told
otherwise), opens its book in a LibreOffice without windows, and runs rounds on it: with nothing new, after 50 edits by
a person and 50 in the ledger, after a call was logged. Then the same rounds with an engine in memory, whose calls are Excel's.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import xlwings as xw

from arc_sheets.cells import Reading, Value
from arc_sheets.tabs import INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.merging import Rules
from arc_sync.agent.pages import pages
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.round import Report, Settings, run_round
from arc_sync.books.live import LiveBook
from arc_sync.books.office.process import Bridge
from arc_sync.xlsx.refs import cell_ref
from tests import live_memory_book, live_memory_engine
from tests.bench_round import make
from tests.live_hand import LiveHand
from tests.live_office import running

EDITS = 50
PAYERS = 100


class Bench:
    """A firm whose book is open, and what calls there have been."""

    def __init__(self, firm: Firm, book: xw.Book, calls: Callable[[], Counter[str]]) -> None:
        self.firm, self.hand, self._calls = firm, LiveHand(book), calls
        self._book = LiveBook(str(firm.config.book), "LibreOffice", lambda: book)

    def round(self, hook: Callable[[str], None] = lambda _: None) -> Report:
        """Run a round, its libraries loaded already, as in an agent that runs; `hook` hears of its steps."""
        config = self.firm.config
        rules = Rules(RECORD_TABS, Reading(config.order), config.base_currency, zone=config.zone)
        told = Settings(rules, config.who, pages(self.firm.terms), stamp=config.stamp)
        return run_round(told, self._book, self.firm.ledger, datetime.now(UTC), hook)

    def log_call(self) -> None:
        """Log a call, as the agent does for a click."""
        now = datetime.now(UTC)
        asked: dict[str, Any] = {
            "request": uuid.uuid4().hex,
            "action": "log_call",
            "who": "Maria",
            "when": now,
        }
        asked |= {"source": "ribbon", "customer": "Customer 0007 & Söhne", "outcome": "Spoke"}
        desk = desk_of(self.firm.config, now)
        answer = carry_out_told(self.firm.ledger, asked, desk, Reading(self.firm.config.order))
        if not answer.done:
            raise RuntimeError(answer.sentence)

    def edit(self) -> None:
        """Let a person type 50 notes, far from each other."""
        with self.hand.looking() as seen:
            table = seen.sheet("Invoices").table("Invoices")
        column = INVOICES.columns.index(INVOICES.column("notes")) + 1
        step = (table.last_row - table.first_row) // EDITS
        for n in range(EDITS):
            cell = cell_ref(table.first_row + n * step, column)
            self.hand.opened.sheets["Invoices"].range(cell).value = f"'typed {time.time_ns()}"

    def change(self) -> None:
        """Let 50 notes change in the ledger, far from each other: as many runs of cells to write."""
        with self.firm.ledger.change(self.firm.origin("action", "Fifty notes", datetime.now(UTC))) as t:
            rows = t.rows(INVOICES)
            at = [column.name for column in INVOICES.stored].index("notes")
            for i in sorted(rows)[:: len(rows) // EDITS][:EDITS]:
                t.put(INVOICES, i, (*rows[i][:at], f"changed {time.time_ns()}", *rows[i][at + 1 :]))

    def pay(self) -> None:
        """Let a hundred customers pay an invoice each: Aging and Worklist change all over."""
        with self.firm.ledger.change(self.firm.origin("import", "Payments", datetime.now(UTC))) as t:
            names = {row[0]: row for row in t.rows(INVOICES).values()}
            by = {name: column for column, name in enumerate(c.name for c in INVOICES.stored)}
            for row in list({row[by["customer"]]: row for row in names.values()}.values())[:PAYERS]:
                told: dict[str, Value] = {
                    "date": datetime.now(UTC).date(),
                    "type": "payment",
                    "applied_to": row[by["number"]],
                }
                told |= {name: row[by[name]] for name in ("customer", "currency", "amount")}
                t.put(PAYMENTS, uuid.uuid4().hex, tuple(told.get(c.name) for c in PAYMENTS.stored))

    def measured(self, what: str, do: Callable[[], object]) -> str:
        """Do something and say what it cost."""
        before = self._calls()
        with _clocked() as told:
            do()
        made = self._calls() - before
        most = ", ".join(f"{name} {count}" for name, count in made.most_common(6))
        return f"{what:<34} {sum(made.values()):5} calls  {told[0]:6.2f} s  {told[1]:6.2f} CPU s  ({most})"


@contextmanager
def _clocked() -> Iterator[list[float]]:
    """Measure wall seconds, and CPU seconds of this process and all that it started."""
    told = [0.0, 0.0]
    wall, cpu = time.perf_counter(), _cpu()
    yield told
    told[:] = [time.perf_counter() - wall, _cpu() - cpu]


def _cpu() -> float:
    mine = psutil.Process()
    return sum(sum(p.cpu_times()[:2]) for p in (mine, *mine.children(recursive=True)))


def measure(bench: Bench) -> Iterator[str]:
    """Yield what was measured."""
    bench.round()
    yield bench.measured("nothing new", bench.round)
    bench.edit()
    yield bench.measured(f"{EDITS} notes typed by a person", bench.round)
    bench.change()
    yield bench.measured(f"{EDITS} notes changed in the ledger", bench.round)
    bench.pay()
    yield bench.measured(f"{PAYERS} customers paid", bench.round)
    bench.log_call()
    yield bench.measured("the first call logged", bench.round)

    def click() -> None:
        bench.log_call()
        bench.round()

    yield bench.measured("click to sheet: a call logged", click)
    yield bench.measured("and again", click)
    yield from parts(bench)


def parts(bench: Bench) -> Iterator[str]:
    """Yield what the parts of a click cost, but for the spool and the agent's processes (`bench_click`)."""
    steps: list[tuple[str, float, float]] = []

    def step(name: str) -> None:
        steps.append((name, time.perf_counter(), _cpu()))

    step("begun")
    bench.log_call()
    step("logged")
    bench.round(step)
    step("done")
    for (_, wall, cpu), (name, then, spent) in pairwise(steps):
        if what := _PARTS.get(name):
            yield f"  {what:<46}{then - wall:6.2f} s  {spent - cpu:6.2f} CPU s"
    whole = steps[-1][1] - steps[0][1]
    yield f"  {'in all':<46}{whole:6.2f} s, under 1 s: {'yes' if whole < 1 else 'NO'}"


#: The parts of a click by the step that ends them; what takes no time is not told.
_PARTS = {
    "logged": "the ledger: the call",
    "leased": "the open book is found, its hidden tab read",
    "read": "its tabs are read, and compared with the ledger",
    "committed": "merge, figures, reports; the ledger",
    "written": "the sheets are written",
    "done": "the ledger: acknowledged",
}


def in_libreoffice(firm: Firm) -> Iterator[str]:
    """Measure on a real LibreOffice."""
    with running() as desktop, desktop.opened(firm.config.book, firm.config.book.parent) as book:
        yield from measure(Bench(firm, book, _counting(desktop.bridge)))


def _counting(bridge: Bridge) -> Callable[[], Counter[str]]:
    """Return what counts a bridge's requests by their operation."""
    made: Counter[str] = Counter()
    real = bridge.ask

    def ask(op: str, **told: Any) -> Any:
        made[op] += 1
        return real(op, **told)

    bridge.ask = ask  # type: ignore[method-assign]  # only to count
    return lambda: Counter(made)


def in_memory(firm: Firm) -> Iterator[str]:
    """Measure on the engine in memory, whose calls are those that Excel would get."""
    held = live_memory_book.load(firm.config.book)
    book = live_memory_engine.opened(held)
    yield from measure(Bench(firm, book, lambda: Counter(call.split()[0] for call in held.calls)))


def say(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(many: int = 10_000) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), many)
        with opened(Config.load(Path(folder))) as firm:
            for name, told in (("LibreOffice", in_libreoffice), ("In memory", in_memory)):
                say(f"{name}, {many:,} invoices, {len(RECORD_TABS) + 1} record tabs")
                for line in told(firm):
                    say("  " + line)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
