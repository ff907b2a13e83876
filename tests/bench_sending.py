"""How fast a day's reminders go out, the whole way: planned, approved, sent by SMTP over TLS, on record in the ledger.

    python -m tests.bench_sending [customers]

The ledger is SQLite on disk with every commit durable; the server (aiosmtpd) is a process of its own. Beside the
sending stands the same mailer with nothing around it: the outbox, the last look and the record may cost no more
than lets a hundred messages a second go.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from arc_sheets.message import MessageState
from arc_sync.mail.logins import Account
from arc_sync.mail.smtp import SmtpMailer
from tests.bench_mail import handed_over, server_apart

if TYPE_CHECKING:
    from tests.reminding_firm import Office

T = TypeVar("T")

# What loads pandas is imported where it is used: the child that fills in templates loads this module too, and has
# little memory.


def filled(folder: Path, customers: int) -> Office:
    """Return a firm with so many customers who owe one invoice each, ten days late."""
    from arc_sheets.tabs import CUSTOMERS, INVOICES
    from arc_sync.ledger.open import create_ledger
    from tests.random_ledgers import row
    from tests.reminding_firm import DAY, NOW, office

    (folder / "policy.toml").write_text("daily_cap = 100000\n", "utf-8")
    here = office(folder, create_ledger(folder / "ledger.db"))
    with here.firm.ledger.change(here.firm.origin("import", "A bench", NOW)) as t:
        for n in range(customers):
            name, mail = f"Customer {n}", f"ap@customer{n}.example"
            told = {"issued": DAY - timedelta(40), "due": DAY - timedelta(10)}
            t.put(CUSTOMERS, f"k{n}", row(CUSTOMERS, name=name, currency="EUR", email=mail))
            invoice = row(
                INVOICES, number=f"K-{n}", customer=name, currency="EUR", status="open", amount=50_000, **told
            )
            t.put(INVOICES, f"j{n}", invoice)
    return here


def timed(what: str, many: int, work: Callable[[], T]) -> T:
    """Do some work and print how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(f"{what:28}{many / wall:10,.0f} a second{wall:9.2f} s wall{cpu:9.2f} s CPU\n")
    sys.stdout.flush()
    return made


def main(customers: int) -> None:
    """Do all of it and print a line for each."""
    from arc_sync.agent.reminding.breakers import Limits
    from arc_sync.agent.reminding.sending import send_due

    wide = Limits(an_hour=10**6, a_run=10**6)
    with tempfile.TemporaryDirectory() as folder, server_apart() as server:
        mailer = SmtpMailer(Account("localhost", server.port, "starttls", None), server.context)
        firm = filled(Path(folder), customers)
        timed("planned and written", customers, firm.plan)
        timed("approved", customers, firm.approve)
        ways = {"Email": mailer}
        report = timed("sent", customers, lambda: send_due(firm.firm, ways, lambda: firm.now, "bench", wide))
        gone = [posted.message for posted in firm.posted(MessageState.SENT)]
        timed("floor: the mailer alone", len(gone), lambda: handed_over(mailer, gone))
        firm.firm.ledger.close()
        arrived = server.ended()
    sys.stdout.write(f"{len(report.sent)} sent, {arrived - len(gone)} arrived\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
