"""A running agent as users have it: a process of its own with its own folders, and a firm with a real ledger and workbook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from arc_sheets.cells import Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.ledger.open import create_ledger
from arc_sync.merge.history import Origin
from tests.clicks import written
from tests.hands import FileHand

#: Names, an address and an amount that must never stand in a log.
CANARY, CANARY_MAIL, CANARY_AMOUNT = "Kanarienvogel & Söhne", "kanari@vogel.example", 987_654_321
SETTINGS = """\
company = "Weststadt Kanarien"
base_currency = "EUR"
time_zone = "Europe/Berlin"
who = "Zoë Kanari"
ledger = "{ledger}"
[sender]
email = "zoe@kanari.example"
"""


def firm(
    folder: Path, ledger: str = "ledger.db", more: str = "", *, book: str = "Receivables.xlsx", many: int = 5
) -> Path:
    """Make a firm's settings, ledger and workbook in a folder, with so many invoices; return its arc.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "arc.toml"
    file.write_text(f'book = "{book}"\n{SETTINGS.format(ledger=ledger)}{more}', "utf-8")
    config = Config.load(file)
    create_ledger(config.ledger).close()
    with opened(config) as one:
        with one.ledger.change(Origin("Zoë", "import", "A first import", datetime.now(UTC))) as t:
            _put(t.put, CUSTOMERS, "c1", name=CANARY, email=CANARY_MAIL, currency="EUR")
            _put(t.put, CUSTOMERS, "c2", name="Birch", currency="EUR")
            for n in range(1, many + 1):
                told: dict[str, Value] = {
                    "number": f"KV-{n}",
                    "customer": CANARY,
                    "currency": "EUR",
                    "status": "open",
                }
                _put(
                    t.put,
                    INVOICES,
                    f"i{n}",
                    **told,
                    issued=date(2026, 1, 1) + timedelta(n - 1),
                    due=date(2026, 2, 1) + timedelta(n - 1),
                    amount=CANARY_AMOUNT,
                )
        one.make_book(datetime.now(UTC))
    return file


def _put(put: Callable[..., None], tab: Tab, i: str, **values: Value) -> None:
    put(tab, i, tuple(values.get(c.name) for c in tab.stored))


def rows(file: Path, tab: Tab) -> dict[str, Mapping[str, Value]]:
    """Return a tab's rows in the ledger, by id, each by its columns' names."""
    with opened(Config.load(file)) as one, one.ledger.read() as view:
        names = [c.name for c in tab.stored]
        return {i: dict(zip(names, row, strict=True)) for i, row in view.rows(tab).items()}


def hand(file: Path) -> FileHand:
    """Return a person at the firm's workbook."""
    return FileHand(Config.load(file).book)


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until something is so, and return it; fails when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came to be")


@dataclass
class Running:
    """The agent and its folders."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    clicks: int = field(default=0)

    @property
    def environment(self) -> dict[str, str]:
        places = {"ARC_HOME": str(self.folder / "home"), "ARC_SPOOL": str(self.folder / "spool")}
        return {**os.environ, **places, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def arc(self, *words: str, code: int | None = 0) -> str:
        """Run a command of `arc` and return what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "arc_sync.cli.main", *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *files: Path) -> None:
        """Start the agent and wait for its sign of life."""
        words = [sys.executable, "-m", "arc_sync.cli.main", "agent", "run", *map(str, files)]
        self.process = subprocess.Popen(
            words, env=self.environment, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        until((self.folder / "spool" / "agent.json").exists)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to end; return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def book(self) -> str:
        """Return the id of the one workbook that the agent keeps."""
        beat = self.folder / "spool" / "agent.json"
        return str(until(lambda: json.loads(beat.read_text("utf-8"))["books"])[0])

    def click(self, action: str, **fields: str) -> dict[str, Any]:
        """Press a button and return the answer."""
        self.clicks += 1
        number, spool = f"click-{self.clicks}", self.folder / "spool"
        told = written(number, action, book=self.book(), when=datetime.now(UTC), fields=fields)
        begun = spool / "requests" / f"{number}.tmp"
        begun.write_bytes(told)
        begun.rename(begun.with_suffix(".json"))
        answer = spool / "answers" / f"{number}.json"
        until(answer.exists)
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        answer.unlink()
        return found

    def log(self) -> list[dict[str, Any]]:
        """Return the lines of the log."""
        path = self.folder / "home" / "log" / "agent.log"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def done(self, job: str) -> int:
        """Return how many times a job was done."""
        return sum(line["event"] == "done" and line["job"] == job for line in self.log())


@contextmanager
def running(folder: Path, *files: Path) -> Iterator[Running]:
    """Run an agent over these firms until the block ends."""
    agent = Running(folder)
    agent.start(*files)
    try:
        yield agent
    finally:
        if agent.process is not None and agent.process.poll() is None:
            agent.process.kill()
            agent.process.communicate()
