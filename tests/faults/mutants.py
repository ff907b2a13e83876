"""Plant one fault at a time in a copy of core and agent and see which test finds it.

    python -m tests.faults.mutants [--seeds 1,2] [--histories 300] [names ...]

A fault that names its tests meets those alone. One of the merge meets the small named tests first, then the deaths
at every step, then the machine. Before that the house as it is must pass them all, or no finding would mean
anything. Exit code 1 if a fault survives, 2 if the house itself does not pass. It is slow (many minutes):
`make faults` runs it, `make test` only sees that every fault fits.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.planted import FAULTS as MERGE
from tests.faults.planted import Fault
from tests.faults.planted_addin import FAULTS as ADDIN
from tests.faults.planted_chasing import FAULTS as CHASING
from tests.faults.planted_google import FAULTS as GOOGLE

ROOT: Final = Path(__file__).parents[2]
PARTS: Final = ("arc_sheets", "sync", "templates", "addin")
FAULTS: Final = (*MERGE, *CHASING, *ADDIN, *GOOGLE)
NAMED: Final = ("test_sync_rules", "test_merge_cells", "test_identify", "test_round")
SWEEPS: Final = "test_promises"
_PATIENCE: Final = 240  # seconds of CPU; a fault that loops for ever is found, too
_WAITING: Final = 2_400  # seconds; and one that waits for ever, on a machine that is busy with other things


class Found(NamedTuple):
    """How a fault fared: which test found it ("" if none did), after how many histories."""

    by: str
    histories: int = 0


SOUND: Final = Fault("none", "the house as it is", ())


def planted(fault: Fault, house: Path, into: Path) -> None:
    """Copy the house and plant a fault in it; raises ValueError if a pattern does not stand exactly once."""
    for part in PARTS:
        shutil.copytree(house / part, into / part, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in fault.edits:
        path = into / edit.path
        text = path.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise ValueError(f"{fault.name}: its pattern stands {text.count(edit.old)} times in {edit.path}")
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def find(fault: Fault, house: Path, seeds: Sequence[int], histories: int) -> Found:
    """Plant a fault and look for a test that finds it."""
    with tempfile.TemporaryDirectory() as folder:
        planted(fault, house, Path(folder))
        if fault.by:
            return Found(_by_name(folder, [node(by) for by in fault.by]))
        by = _by_name(folder, [f"tests/{name}.py" for name in NAMED])
        by = by or _by_name(folder, [f"tests/{SWEEPS}.py", "--deselect", f"tests/{SWEEPS}.py::TestPromises"])
        return Found(by) if by else _by_machine(folder, seeds, histories)


def node(by: str) -> str:
    """Return a test file, or one of its tests, as pytest takes it."""
    file, colons, test = by.partition("::")
    return f"tests/{file}.py{colons}{test}"


def _by_name(folder: str, what: list[str]) -> str:
    """Return the name of the first test that fails, or ""."""
    paths = f"pythonpath={folder} {folder}/sync ."
    options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-o", paths]
    done = _child(folder, ["-m", "pytest", *options, *what])
    if done is None:
        return "(a test that never ends)"
    failed = re.search(r"^(?:FAILED|ERROR) tests/(.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return failed.group(1) if failed else "" if done.returncode == 0 else "(the tests cannot be run)"


def _by_machine(folder: str, seeds: Sequence[int], histories: int) -> Found:
    many = 0
    for seed in seeds:
        done = _child(folder, ["-m", "tests.faults.machine", str(seed), str(histories), "30"])
        if done is None or done.returncode:
            return Found("the machine (never ended)", many)
        said = json.loads(done.stdout)
        many += said["histories"]
        if said["broken"]:
            return Found(f"the machine: {said['broken']}", many)
    return Found("", many)


def _child(folder: str, arguments: list[str]) -> subprocess.CompletedProcess[str] | None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((folder, f"{folder}/sync", str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    limited = ["sh", "-c", 'ulimit -t "$0" && exec "$@"', str(_PATIENCE)]
    try:
        done = subprocess.run(
            [*limited, sys.executable, "-P", *arguments],  # what is here must not come before what is planted
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_WAITING,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL} else done


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Plant faults and see which test finds them.")
    parser.add_argument("names", nargs="*", help="faults to plant; all if none is named")
    parser.add_argument("--seeds", default="1,2", help="of the machine")
    parser.add_argument("--histories", type=int, default=300, help="of the machine, with each seed")
    given = parser.parse_args()
    seeds = [int(seed) for seed in given.seeds.split(",")]
    chosen = [fault for fault in FAULTS if not given.names or fault.name in given.names]
    with tempfile.TemporaryDirectory() as copy:  # whoever works on the house meanwhile disturbs nothing
        planted(SOUND, ROOT, Path(copy))
        return _all(chosen, Path(copy), seeds, given.histories)


def _sound(faults: Sequence[Fault]) -> Iterator[Fault]:
    """Yield no fault at all, once for all that is going to look for these."""
    if not all(fault.by for fault in faults):
        yield SOUND
    for by in sorted({by for fault in faults for by in fault.by}):
        yield SOUND._replace(by=(by,))


def _all(faults: Sequence[Fault], house: Path, seeds: Sequence[int], histories: int) -> int:
    """Plant one after the other and say what found it; return the exit code."""
    for sound in _sound(faults):
        if broken := find(sound, house, seeds, histories).by:
            sys.stdout.write(f"The house as it is does not pass: {broken}\n")
            return 2
    alive = []
    for fault in faults:
        found = find(fault, house, seeds, histories)
        after = f" after {found.histories} histories" if found.histories else ""
        sys.stdout.write(f"{fault.name:5}{fault.what:62}{found.by or 'SURVIVED'}{after}\n")
        sys.stdout.flush()
        alive += [] if found.by else [fault.name]
    many = len(faults)
    sys.stdout.write(f"{many - len(alive)} of {many} found; survived: {', '.join(alive) or 'none'}\n")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
