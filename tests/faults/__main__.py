"""`make faults`: senders and agents killed, sending cut at every stage, workbooks of all kinds, faults planted in core and agent."""

from __future__ import annotations

import sys
from typing import Final

from tests.campaigns import run_each

_CAMPAIGNS: Final = (
    "tests.faults.senders",
    "tests.faults.sending",
    "tests.faults.agent",
    "tests.faults.session",
    "tests.faults.google",
    "tests.xlsx_campaign",
    "tests.faults.mutants",
)

if __name__ == "__main__":
    sys.exit(run_each(_CAMPAIGNS))
