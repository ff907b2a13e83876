"""What a ledger costs at 100,000 rows: CPU seconds and peak memory, each step in a process of its own.

python -m tests.bench_ledger [rows]
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing.queues import Queue
from pathlib import Path

from arc_sheets.cells import Row
from arc_sheets.tabs import INVOICES
from arc_sync.ledger.glance import glance
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.merge.history import Origin

ROWS = 100_000
ORIGIN = Origin("bench", "import", "Bench", datetime(2026, 1, 1, tzinfo=UTC))


def rows(count: int) -> dict[str, Row]:
    """Invoices as an import makes them: few customers, dates and statuses, all numbers different."""
    return {
        str(uuid.uuid4()): (
            f"INV-{n:06}",
            f"Customer {n % 400}",
            date(2025, 1 + n % 12, 1 + n % 28),
            date(2026, 1 + n % 12, 1 + n % 28),
            "EUR",
            1_000 + n,
            f"PO-{n % 1000}",
            "open",
            None,
            None,
            "Paid by instalments" if n % 10 == 0 else None,
        )
        for n in range(count)
    }


def importing(path: Path, given: dict[str, Row]) -> None:
    """Put all rows in one change set."""
    with create_ledger(path).change(ORIGIN) as change:
        for row, value in given.items():
            change.put(INVOICES, row, value)


def loading(path: Path, _: dict[str, Row]) -> None:
    """Load the tab whole."""
    with open_ledger(path).read() as view:
        assert len(view.rows(INVOICES)) > 0


def looking(path: Path, _: dict[str, Row]) -> None:
    """Open a view, see that the head has not moved."""
    with open_ledger(path).read() as view:
        assert view.head()


def glancing(path: Path, _: dict[str, Row]) -> None:
    """See the head without SQLAlchemy."""
    assert glance(path)


def one_edit(path: Path, _: dict[str, Row]) -> None:
    """Change one row, without loading the tab."""
    ledger = open_ledger(path)
    with ledger.read() as view:
        row, value = next((c.row, c.after) for c in view.changes(0, 1))
    with ledger.change(ORIGIN) as change:
        change.put(INVOICES, row, (*value[:-1], "Edited"))  # type: ignore[index]  # a row


def verifying(path: Path, _: dict[str, Row]) -> None:
    """Check the whole history."""
    assert not open_ledger(path).verify()


def _measured(step: Callable[[Path, dict[str, Row]], None], path: Path, count: int, out: Queue[str]) -> None:
    given = rows(count) if step is importing else {}
    before, start = _memory("VmRSS"), time.process_time()
    step(path, given)
    used = time.process_time() - start
    peak = _memory("VmHWM")
    out.put(f"{step.__name__:12} {used:9.3f} {peak:9.0f} {peak - before:9.0f}\n")


def _memory(what: str) -> float:
    """Return MB as Linux counts them, 0 elsewhere: now (VmRSS), or at most since the start (VmHWM)."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(what)), 0)


def main(count: int) -> None:
    """Run every step once and print a line for each."""
    spawn = multiprocessing.get_context("spawn")
    sys.stdout.write(f"{count:,} rows     CPU s   peak MB  of the step\n")
    with tempfile.TemporaryDirectory() as folder:
        for step in (importing, loading, looking, glancing, one_edit, verifying):
            out: Queue[str] = spawn.Queue()
            child = spawn.Process(target=_measured, args=(step, Path(folder, "ledger.db"), count, out))
            child.start()
            sys.stdout.write(out.get())
            child.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
