"""What a round costs, each number beside what it is compared with, in CPU seconds and peak memory.

`python -m tests.bench_round [invoices] [folder]` makes a ledger and its workbook (100,000 invoices and half as
many payments unless told otherwise), then runs `arc sync` as a whole process: with nothing new, and after 100
edits in the book and 100 in the ledger, beside openpyxl loading and saving that very file. A folder that is
named is kept, and used again.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from arc_sheets.cells import Value
    from arc_sync.ledger.port import Transaction

ROOT = Path(__file__).resolve().parent.parent
EDITS = 100
_OPENPYXL = """
import sys, warnings, openpyxl
warnings.simplefilter("ignore")
book = openpyxl.load_workbook(sys.argv[1])
book.save(sys.argv[1] + ".openpyxl.xlsx")
"""


class Cost(NamedTuple):
    """What a process took: CPU seconds and wall seconds, its start included; peak memory in megabytes."""

    seconds: float
    wall: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:8.2f} CPU s  {self.wall:8.2f} s  {self.megabytes:6.0f} MB"


def run(*command: str, code: tuple[int, ...] = (0,)) -> Cost:
    """Run a command in a process of its own."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "sync")])
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in code:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    wall = time.perf_counter() - began
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def sync(folder: Path) -> Cost:
    """Run `arc sync`."""
    return run(sys.executable, "-m", "arc_sync.cli.main", "sync", "--config", str(folder), code=(0, 1))


def make(folder: Path, many: int) -> None:
    """Make a firm of 2,000 customers, with its ledger and workbook."""
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import Firm
    from arc_sync.ledger.open import create_ledger
    from arc_sync.merge.history import Origin

    folder.mkdir(parents=True, exist_ok=True)
    config, now = Config.load(Config.write_new(folder, "Sample Trading", "EUR")), datetime.now(UTC)
    ledger = create_ledger(config.ledger)
    with ledger.change(Origin("bench", "import", "A large export", now)) as t:
        _fill(t, many)
    Firm(config, ledger).make_book(now)
    ledger.close()


def _fill(t: Transaction, many: int) -> None:
    from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS
    from arc_sync.agent.merging import fresh_id
    from tests.sample_contents import row

    chance, names = random.Random(1), [f"Customer {n:04} & Söhne" for n in range(2_000)]
    for name in names:
        told: dict[str, Value] = {"email": "ann@firm.example", "phone": "+49 30 1234", "terms": 30}
        t.put(CUSTOMERS, fresh_id(), row(CUSTOMERS, name=name, currency="EUR", language="English", **told))
    for n in range(many):
        issued = date(2025, 5, 1) + timedelta(chance.randrange(560))
        told = {"issued": issued, "due": issued + timedelta(30), "amount": chance.randrange(1_000, 900_000)}
        told |= {"customer": names[n % 2_000], "number": f"INV-{n:06}", "po": f"PO {n}", "status": "open"}
        told |= {"notes": f"note {n}" if n % 3 == 0 else None, "currency": "EUR"}
        t.put(INVOICES, fresh_id(), row(INVOICES, **told))
        if n % 2 == 0:
            paid: dict[str, Value] = {"amount": chance.randrange(500, 90_000), "applied_to": f"INV-{n:06}"}
            paid |= {"date": issued + timedelta(40), "customer": names[n % 2_000], "reference": f"R {n}"}
            t.put(PAYMENTS, fresh_id(), row(PAYMENTS, currency="EUR", type="payment", **paid))


def edit(folder: Path, many: int) -> None:
    """Let people change 100 invoices in the book, and others 100 in the ledger."""
    from arc_sheets.tabs import INVOICES
    from arc_sync.agent.config import Config
    from arc_sync.ledger.open import open_ledger
    from arc_sync.merge.history import Origin
    from arc_sync.xlsx import Package

    config, now, turn = Config.load(folder), datetime.now(UTC), int(time.time()) % 1_000
    package = Package(config.book)
    for n in range(EDITS):
        package.sheet("Invoices").set(f"L{5 + n * many // EDITS}", f"edit {turn}.{n}")
    package.save(backup=None)
    ledger = open_ledger(config.ledger)
    with ledger.change(Origin("bench", "action", "A hundred edits", now)) as t:
        rows = t.rows(INVOICES)
        for i in sorted(rows)[turn % 7 :: max(1, many // EDITS)][:EDITS]:
            t.put(INVOICES, i, (*rows[i][:5], 100_000 + turn, *rows[i][6:]))
    ledger.close()


def measure(folder: Path, many: int) -> Iterator[str]:
    """Yield what was measured, line by line. All heavy work is done in other processes, which are small at birth."""
    if not (folder / "arc.toml").exists():
        yield f"making it all    {_myself('make', folder, many)}"
        sync(folder)
    book = folder / "Receivables.xlsx"
    yield f"{many:,} invoices, {many // 2:,} payments; {book.stat().st_size / 1e6:.1f} MB on disk"
    yield f"nothing new      {min(sync(folder) for _ in range(5))} (wanted: 0.5 s)"
    _myself("edit", folder, many)
    yield f"imports alone    {run(sys.executable, '-c', 'import pandas, sqlalchemy')}"
    mine = sync(folder)
    yield f"100 + 100 edits  {mine} (wanted: 400 MB)"
    theirs = run(sys.executable, "-c", textwrap.dedent(_OPENPYXL), str(book))
    yield f"openpyxl alone   {theirs}"
    yield f"openpyxl took {theirs.seconds / mine.seconds:.1f} times the CPU (wanted: 6)"


def _myself(task: str, folder: Path, many: int) -> Cost:
    return run(sys.executable, "-m", "tests.bench_round", task, str(folder), str(many))


def main(many: int, kept: str = "") -> None:
    """Measure and print."""
    folder = Path(kept or tempfile.mkdtemp())
    try:
        for line in measure(folder, many):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    finally:
        if not kept:
            shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1:2] in (["make"], ["edit"]):
        task, where, many_ = sys.argv[1:]
        {"make": make, "edit": edit}[task](Path(where), int(many_))
    else:
        main(int((sys.argv[1:2] or ["100000"])[0]), "".join(sys.argv[2:3]))
