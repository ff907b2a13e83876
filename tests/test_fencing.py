"""Two agents on one book, one paused for longer than its lease and resumed: they never both write."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.lease import LEASE
from arc_sync.books.file import FileBook
from tests.agents import firm, hand, rows


def _paused(file: Path, step: str) -> subprocess.Popen[str]:
    """Start an agent that stops after a step; return it once it has."""
    agent = subprocess.Popen(
        [sys.executable, "-m", "tests.paused", str(file), step], stdout=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 60
    while os.waitid(os.P_PID, agent.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
        assert agent.poll() is None, "it ended before that step"
        assert time.monotonic() < end
        time.sleep(0.02)
    return agent


def _resumed(agent: subprocess.Popen[str]) -> str:
    agent.send_signal(signal.SIGCONT)
    said, _ = agent.communicate(timeout=60)
    return said


def _rest(one: Firm, now: datetime) -> None:
    for _ in range(3):
        report = one.sync(now)
        if report.idle and report.in_step:
            return
    raise AssertionError("it does not come to rest")


def _book(file: Path) -> list[tuple[object, ...]]:
    with FileBook(Config.load(file).book).open() as session:
        return sorted((row.id, row.cells[10]) for row in session.read(INVOICES).rows)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return firm(tmp_path_factory.mktemp("ready") / "books").parent


def copied(ready: Path, folder: Path) -> Path:
    """Return the settings of a firm of one's own."""
    shutil.copytree(ready, folder / "books")
    return folder / "books" / "arc.toml"


@pytest.mark.parametrize("step", ["read", "committed"])
def test_an_agent_that_slept_through_its_lease_writes_nothing_more(
    ready: Path, tmp_path: Path, step: str
) -> None:
    file = copied(ready, tmp_path)
    hand(file).type(INVOICES, 0, notes="before the pause")
    asleep = _paused(file, step)
    later = datetime.now(UTC) + LEASE + timedelta(minutes=1)
    with opened(Config.load(file)) as awake:
        awake.sync(later)
        hand(file).type(INVOICES, 1, notes="while it slept")
        hand(file).add(CUSTOMERS, name="Newton", currency="EUR")
        awake.sync(later)
        with awake.ledger.read() as view:
            head = view.head()
        written = awake.config.book.read_bytes()

        said = _resumed(asleep)

        with awake.ledger.read() as view:
            assert view.head() == head
        assert awake.config.book.read_bytes() == written
        assert said in {"Fenced", "left", "BookRefused"}
        _rest(awake, later)
        assert list(awake.ledger.verify()) == []
    notes = [row["notes"] for row in rows(file, INVOICES).values()]
    assert sorted(filter(None, map(str, notes))).count("before the pause") == 1
    assert notes.count("while it slept") == 1
    assert [row["name"] for row in rows(file, CUSTOMERS).values()].count("Newton") == 1
    assert _book(file) == sorted((i, row["notes"]) for i, row in rows(file, INVOICES).items())


def test_an_agent_on_another_machine_keeps_its_lease_until_it_ends(ready: Path, tmp_path: Path) -> None:
    file = copied(ready, tmp_path)
    now = datetime.now(UTC)
    with opened(Config.load(file)) as one:
        book = one.ledger.books()[0].id
        one.ledger.lease(book, "elsewhere:4711", now, now + LEASE)
        with pytest.raises(Exception, match=r"brought in step by elsewhere:4711") as caught:
            one.sync(now + timedelta(minutes=1))
        assert type(caught.value).__name__ == "LedgerBusy"
        one.sync(now + LEASE + timedelta(seconds=1))
