"""Running modules one after the other, each in a process of its own: what `make bench` and `make faults` do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence


def run_each(names: Sequence[str]) -> int:
    """Run every module as a command; return 1 if one failed."""
    failed = 0
    for name in names:
        sys.stdout.write(f"\n== python -m {name}\n")
        sys.stdout.flush()
        failed |= subprocess.run([sys.executable, "-m", name], check=False).returncode
    return int(bool(failed))
