"""Planning the reminders of 10,000 customers, with reasons, beside the floor: reading the same rows into frames.

`python -m tests.bench_reminders` prints CPU seconds of one process; the least of several runs in turn. The firm owes
about 60,000 invoices in two currencies, with payments, promises, plans, disputes, touches and a history of reminders.
Exit code 1 if the plan with its reasons takes more than 5 s, beyond what reading and applying payments takes.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, TypeVar

from arc_sheets import frames, tabs
from arc_sheets.cells import Row, Value
from arc_sheets.planning import plan
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Known, Plan, Reached
from arc_sheets.worklist import worklist
from tests.random_ledgers import RATES, row

AS_OF: Final = date(2026, 11, 24)
CUSTOMERS: Final = 10_000
EACH: Final = 6  #: invoices
POLICY: Final = replace(DEFAULT_POLICY, country="DE", daily_cap=100_000)
LIMIT: Final = 5.0  #: CPU seconds
_AFTER: Final = tuple(stage for stage in POLICY.stages if stage.days > 0)

T = TypeVar("T")


def make(customers: int = CUSTOMERS) -> tuple[dict[str, dict[str, Row]], list[Reached]]:
    """Return the rows of a firm by tab, and what was said to its customers already."""
    rng = Random(7)
    rows: dict[str, dict[str, Row]] = {tab.name: {} for tab in tabs.RECORD_TABS}
    history: list[Reached] = []
    for n in range(customers):
        name, currency = f"Customer {n:05}", "USD" if n % 9 == 0 else "EUR"
        rows["customers"][f"c{n}"] = _customer(rng, name, currency)
        for k in range(EACH):
            _invoice(rng, rows, history, name, currency, n * EACH + k)
        for k in range(2):
            on = datetime(2026, 11, 23, 9) - timedelta(rng.randrange(120))  # noqa: DTZ001 (wall clock)
            channel = rng.choice(("Call", "Email", "Note"))
            rows["activity"][f"a{n}-{k}"] = row(tabs.ACTIVITY, when=on, customer=name, channel=channel)
    return rows, history


def _customer(rng: Random, name: str, currency: str) -> Row:
    values: dict[str, Value] = {"email": f"{name.replace(' ', '.').lower()}@customers.example"}
    if rng.random() < 0.1:
        values |= {"prefers": rng.choice(("Text", "Phone", "Letter")), "phone": "030 123456"}
    if rng.random() < 0.05:
        values |= {"quiet_hours": "12:00-14:00", "time_zone": "America/New_York"}
    if rng.random() < 0.01:
        values |= {"do_not_contact": "In liquidation"}
    return row(tabs.CUSTOMERS, name=name, currency=currency, **values)


def _invoice(
    rng: Random, rows: dict[str, dict[str, Row]], history: list[Reached], name: str, currency: str, n: int
) -> None:
    number, late, amount = f"RE-{n:06}", rng.randrange(-30, 80), rng.randrange(2_000, 900_000)
    due = AS_OF - timedelta(late)
    about: dict[str, Value] = {"customer": name, "currency": currency, "amount": amount}
    rows["invoices"][f"i{n}"] = row(
        tabs.INVOICES, number=number, issued=due - timedelta(30), due=due, status="open", **about
    )
    chance = rng.random()
    if chance < 0.5:
        paid: dict[str, Value] = about | {"date": due + timedelta(rng.randrange(-9, 9)), "applied_to": number}
        rows["payments"][f"p{n}"] = row(tabs.PAYMENTS, type="payment", **paid)
    elif chance < 0.6:
        by = AS_OF + timedelta(rng.randrange(-20, 20))
        plan_ = f"Plan {n}" if chance < 0.52 else None
        rows["promises"][f"q{n}"] = row(
            tabs.PROMISES, invoice=number, date=by, given=by - timedelta(9), plan=plan_, **about
        )
    elif chance < 0.63:
        rows["disputes"][f"d{n}"] = row(
            tabs.DISPUTES, invoice=number, currency=currency, opened=due, reason="Wrong VAT"
        )
    for stage in _AFTER:
        if late - stage.days >= 4 and chance > 0.4:
            sent = due + timedelta(stage.days)
            history.append(Reached(name, currency, stage.name, (number,), sent, written=not stage.is_task))


def measured(work: Callable[[], T], rounds: int) -> tuple[float, T]:
    """Return the least CPU seconds of the work, and what it returned last."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        result = work()
        best = min(best, time.process_time() - begun)
    return best, result


def main(customers: int = CUSTOMERS, rounds: int = 3) -> int:
    """Print the table; return 1 if planning takes more than its limit."""
    rows, history = make(customers)
    read, records = measured(lambda: frames.records(rows), rounds)
    applied, owed = measured(lambda: receivables(records), rounds)
    known = Known(records, owed, history, AS_OF)
    planned, made = measured(lambda: plan(known, POLICY, AS_OF, RATES), rounds)
    listed, items = measured(lambda: worklist(records, owed, AS_OF, RATES), rounds)
    _print(customers, len(rows["invoices"]), made, len(history))
    for work, seconds in (
        ("reading the rows into frames: the floor", read),
        ("applying the payments", applied),
        ("planning, with every reason", planned),
        (f"the worklist ({len(items):,} items)", listed),
    ):
        sys.stdout.write(f"{work:44} {seconds:6.2f} CPU s\n")
    return int(planned > LIMIT)


def _print(customers: int, invoices: int, made: Plan, history: int) -> None:
    stages = ", ".join(
        f"{n:,} {stage}" for stage, n in Counter(p.stage for p in made.proposals).most_common()
    )
    sys.stdout.write(
        f"{customers:,} customers, {invoices:,} invoices, {history:,} reminders before:"
        f" {len(made.proposals):,} proposals ({stages}), {len(made.left_out):,} left out.\n"
    )


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
