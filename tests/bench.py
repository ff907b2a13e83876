"""`make bench`: every number that ARC claims, each beside a peer or the floor in the same run."""

from __future__ import annotations

import sys
from typing import Final

from tests.campaigns import run_each

_BENCHES: Final = (
    "tests.bench_xlsx",
    "tests.bench_figures",
    "tests.bench_ledger",
    "tests.bench_round",
    "tests.bench_google",
    "tests.bench_live",
    "tests.bench_click",
    "tests.bench_reminders",
    "tests.bench_render",
    "tests.bench_mail",
    "tests.bench_outbox",
    "tests.bench_sending",
    "tests.bench_agent",
    "tests.bench_soak",
)

if __name__ == "__main__":
    sys.exit(run_each(_BENCHES))
