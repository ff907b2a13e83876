"""Run gspread's own test-suite, live, against the emulator: `python -m tests.emulators.google.gspread_suite DIR`.

The suite wants pytest before 9 (`pip install --target OLD "pytest<9"`, then PYTHONPATH=OLD).
DIR is a checkout of https://github.com/burnash/gspread (MIT; not part of this project) or a folder with its
`tests/`. Real gspread, real google-auth with a service account's key; `requests` alone is told where Google is.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from tests.emulators.google.server import HOSTS, GoogleEmulator
from tests.emulators.google.state import new_contents
from tests.emulators.google.world import Caller

PLUGIN = Path(__file__).with_name("gspread_plugin.py")
#: A spreadsheet of the maintainer that nobody else may open; a test expects 403.
PRIVATE = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"


def main() -> None:
    """Print a line for each file of tests and each failure; end with 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("arguments", nargs="*", help="for pytest, such as -k test_sort")
    options = parser.parse_args()
    with GoogleEmulator() as google, tempfile.TemporaryDirectory() as folder:
        google.world.robots_own_nothing = False  # as it was when the suite was recorded
        stranger = google.world.new_file(
            new_contents("Private"), Caller("stranger@example.com", "", frozenset())
        )
        google.world.files[PRIVATE] = stranger
        report = Path(folder) / "report.xml"
        run(google, options.checkout, report, options.arguments)
        failed = table(report)
        print("calls:", google.calls.by_kind())  # noqa: T201 - a command line
    sys.exit(1 if failed else 0)


def run(google: GoogleEmulator, checkout: Path, report: Path, arguments: list[str]) -> None:
    """Run pytest over the checkout's tests in a process of its own."""
    key = report.with_name("key.json")
    key.write_text(json.dumps(google.service_account()), encoding="utf-8")
    shutil.copy(PLUGIN, report.parent)
    environment = {
        **os.environ,
        "GS_CREDS_FILENAME": str(key),
        "ARC_EMULATOR_URL": google.url,
        "ARC_EMULATOR_HOSTS": " ".join(HOSTS),
        "PYTHONPATH": os.pathsep.join([str(report.parent), os.environ.get("PYTHONPATH", "")]),
    }
    plugin = ["-p", PLUGIN.stem, "-p", "no:cacheprovider", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *plugin]
    command += ["--rootdir", str(checkout), f"--junitxml={report}", *arguments, str(checkout / "tests")]
    subprocess.run(command, cwd=checkout, env=environment, check=False)


def table(report: Path) -> int:
    """Print what passed and failed by class of tests, and give the number that failed."""
    passed: Counter[str] = Counter()
    failed: list[str] = []
    for case in ET.parse(report).getroot().iter("testcase"):
        group = case.get("classname", "").rpartition(".")[2]
        if case.find("failure") is None and case.find("error") is None:
            passed[group] += 1
        else:
            failed.append(f"{group}.{case.get('name')}")
    for group in sorted(passed | Counter(name.partition(".")[0] for name in failed)):
        count = sum(name.startswith(f"{group}.") for name in failed)
        print(f"{group:20} {passed[group]:4} passed {count:4} failed")  # noqa: T201 - a command line
    print(f"{'all':20} {sum(passed.values()):4} passed {len(failed):4} failed")  # noqa: T201
    for name in failed:
        print("failed:", name)  # noqa: T201
    return len(failed)


if __name__ == "__main__":
    main()
