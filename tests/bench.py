"""`make bench`: every number that ARC claims, each beside a peer or the floor in the same run."""

from __future__ import annotations

import subprocess
import sys

_BENCHES = ("tests.bench_xlsx", "tests.bench_figures", "tests.bench_ledger", "tests.bench_round")


def main() -> int:
    """Run every bench in a process of its own; return 1 if one failed."""
    failed = 0
    for name in _BENCHES:
        sys.stdout.write(f"\n== python -m {name}\n")
        sys.stdout.flush()
        failed |= subprocess.run([sys.executable, "-m", name], check=False).returncode
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
