"""What sending costs the ledger: messages a second through claim, about to send, and the set that says sent.

python -m tests.bench_outbox [messages]

The ledger holds 20,000 invoices. Beside it the floor of the same disk: bare commits of one small row a second,
through sqlite3 with the same settings. A message takes two such commits and a tenth of one (a claim is for ten).
PostgreSQL waits for the disk, too (fsync, synchronous_commit).
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arc_sheets.message import Message, MessageState
from arc_sheets.tabs import ACTIVITY, INVOICES, REMINDERS
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger, Transaction
from arc_sync.merge.history import Origin
from tests.bench_ledger import ORIGIN, rows
from tests.postgres import postgres

MESSAGES = 1_000
INVOICES_KEPT = 20_000
CLAIM = 10  # messages at a time
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
_REMINDER = [c.name for c in REMINDERS.stored]
_TOUCH = [c.name for c in ACTIVITY.stored]


def filled(ledger: Ledger, count: int) -> None:
    """Put the invoices, and queue messages of some 6 kB with their rows of Reminders."""
    with ledger.change(ORIGIN) as change:
        for row, value in rows(INVOICES_KEPT).items():
            change.put(INVOICES, row, value)
    with ledger.change(ORIGIN) as change:
        for n in range(count):
            change.queue(_message(n))
            change.put(REMINDERS, f"r{n}", _reminder(n, "queued"))


def sending(ledger: Ledger) -> int:
    """Send all that waits, to a mailer that takes no time; return how many."""
    sent = 0
    while claimed := ledger.claim("bench", NOON, NOON + HOUR, CLAIM):
        for one in claimed:
            ledger.about_to_send(one.message.id, "bench", NOON)
            with ledger.change(Origin("bench", "action", "Sent", NOON)) as change:
                _sent(change, one.message)
            sent += 1
    return sent


def commits(path: Path, count: int) -> float:
    """Return the seconds of so many bare commits, each of one small row."""
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, state TEXT)")
        start = time.perf_counter()
        for n in range(count):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO floor VALUES (?, 'sending')", (n,))
            bare.execute("COMMIT")
        return time.perf_counter() - start


def _message(n: int) -> Message:
    return Message(
        *(f"{n:032x}", f"key {n}", f"r{n}", f"Customer {n % 400}", "Email", "ap@example.com", "Firm"),
        *((f"INV-{n:06}",), "EUR", 1_000 + n, b"Dear customer,\r\n" * 400),
        *(NOON, NOON, NOON + 24 * HOUR),
    )


def _reminder(n: int, status: str) -> tuple[str | int | None, ...]:
    said: dict[str, str | int] = {
        "customer": f"Customer {n % 400}",
        "stage": "Firm",
        "currency": "EUR",
        "amount": n,
        "status": status,
        "body": "Dear customer, " * 40,
    }
    return tuple(said.get(name) for name in _REMINDER)


def _sent(change: Transaction, message: Message) -> None:
    change.move(message.id, MessageState.SENT, owner="bench", said="250 ok")
    change.put(REMINDERS, message.reminder, _reminder(message.amount - 1_000, "sent"))
    touch = {"customer": message.customer, "channel": "Email", "direction": "Out", "outcome": "Sent"}
    change.put(ACTIVITY, f"a{message.id}", tuple(touch.get(name) for name in _TOUCH))


def _measure(name: str, ledger: Ledger, count: int) -> None:
    filled(ledger, count)
    start, cpu = time.perf_counter(), time.process_time()
    assert sending(ledger) == count
    took, used = time.perf_counter() - start, time.process_time() - cpu
    assert not ledger.verify()
    ledger.close()
    sys.stdout.write(
        f"{name:12} {count / took:8.0f} messages/s   {1000 * used / count:5.1f} ms CPU a message\n"
    )
    sys.stdout.flush()


def main(count: int) -> None:
    """Measure all and print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        bare = commits(Path(folder, "floor.db"), count)
        sys.stdout.write(
            f"{'floor':12} {count / bare:8.0f} bare commits/s, so at most {count / bare / 2.1:.0f} messages/s\n"
        )
        _measure("SQLite", create_ledger(Path(folder, "ledger.db")), count)
        with postgres(durable=True) as server:
            _measure("PostgreSQL", create_ledger(server.render_as_string(hide_password=False)), count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)
