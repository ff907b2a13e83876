"""What the agent costs: idle with five books, from a save to the round, and many books that share one PostgreSQL.

`python -m tests.bench_agent [seconds] [books]`: an agent over five firms in step is watched for so many seconds (60); a
book is saved ten times, and it is timed until the round that follows has ended; then so many books (100) of 500 invoices, each with a ledger in a PostgreSQL schema of its own, have 5 % of their
invoices changed and are brought in step, one after the other in one process, with the shares of the time.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from arc_sheets.cells import Value
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.quick import quietly_in_step
from arc_sync.ledger.open import create_ledger
from arc_sync.merge.history import Origin
from tests.agents import SETTINGS, Running, firm, hand, running, until
from tests.postgres import postgres, statement

INVOICES_EACH: Final = 500
SETTLING: Final = 75.0  #: seconds until the first jobs are done and the child has been let go
#: By which functions' time a part is known: (part, file, function).
_PARTS: Final = (
    ("the whole round", "round.py", "run_round"),
    ("ledger: transactions", "round.py", "_commit"),
    ("figures", "pages.py", "figures"),
    ("merge", "merging.py", "merge"),
    ("file: read", "merging.py", "read"),
    ("file: write", "file.py", "write"),
)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# -- idle ------------------------------------------------------------------------------------------------------


def idle(seconds: float, folder: Path) -> None:
    """Watch an agent over five firms in which nothing happens."""
    files = [firm(folder / f"firm-{n}") for n in range(5)]
    with running(folder, *files) as agent:
        until(lambda: agent.done("night") == len(files), 300)
        time.sleep(SETTLING)
        assert agent.process is not None
        before, began = _spent(agent.process.pid), time.monotonic()
        time.sleep(seconds)
        share = (_spent(agent.process.pid) - before) / (time.monotonic() - began)
        family = _family(agent.process.pid)
        megabytes = sum(map(_megabytes, family))
        agent.end()
    _say(
        f"idle, 5 books, {seconds:.0f} s: {share:.2%} of a core (bound 1 %), {megabytes:.0f} MB (bound 120 MB), {len(family)} processes"
    )


def _family(pid: int) -> list[int]:
    """Return a process and its children."""
    listing = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [pid, *(one for child in listing.split() for one in _family(int(child)))]


def _spent(pid: int) -> float:
    """Return the CPU seconds of a process and its children, those that have ended too (proc(5), fields 14 to 17)."""
    hertz = 100
    total = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text("ascii").rpartition(")")[2].split()
        total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / hertz


def _megabytes(pid: int) -> float:
    """Return the memory of a process, what it shares with others divided among them (proc(5), Pss)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


# -- from a save to the round ----------------------------------------------------------------------------------


def saved(folder: Path, times: int = 5) -> None:
    """Time the way from a save to the end of the round: with a child that is warm, and with one that must start.

    A program that shows by its mark that it has the book open, as Excel does, keeps a child warm.
    """
    file = firm(folder / "firm", many=INVOICES_EACH)
    with running(folder, file) as agent:
        until(lambda: agent.done("plan"), 300)
        warm = [_save(agent, file, n) for n in range(times)]
        cold = [_save(agent, file, n, let_go=True) for n in range(times)]
        agent.end()
    for what, took in (("a warm child", warm), ("a child that must start", cold)):
        whole, work = sorted(took)[times // 2]
        _say(
            f"save to round's end, {what}: median {whole:.2f} s, worst {max(took)[0]:.2f} s (bound 2 s); of the median"
            f" {whole - work:.2f} s until the file is left in peace, {work:.2f} s until the round is done"
        )


def _save(agent: Running, file: Path, n: int, *, let_go: bool = False) -> tuple[float, float]:
    """Save the book; return seconds until the round has ended, and those of them from its beginning on."""
    assert agent.process is not None
    if let_go:
        for child in _family(agent.process.pid)[1:]:
            os.kill(child, signal.SIGKILL)  # idle since a moment: as if it had been let go after a minute
    done, person = agent.done("round"), hand(file)
    person.type(INVOICES, n, notes=f"saved {n} {let_go}")
    began = time.monotonic()
    until(lambda: agent.done("round") > done)
    whole = time.monotonic() - began
    last = [line for line in agent.log() if line.get("job") == "round"][-1]
    assert last["taken"] == 1
    return whole, last["ms"] / 1000


# -- many books ------------------------------------------------------------------------------------------------


def many(books: int, folder: Path) -> None:
    """Run rounds over many books whose ledgers are schemas of one database."""
    with postgres() as server:
        statement(server, "CREATE DATABASE arc_bench TEMPLATE template0")
        began = time.perf_counter()
        files = [_made(server, folder, n) for n in range(books)]
        _say(f"{books} books of {INVOICES_EACH} invoices made in {time.perf_counter() - began:.0f} s")
        for file in files:
            _changed(file)
        profile = cProfile.Profile()
        began, cpu = time.perf_counter(), time.process_time()
        profile.enable()
        for file in files:
            with opened(Config.load(file)) as one:
                report = one.sync(datetime.now(UTC))
                assert report.written
        profile.disable()
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        _at_rest(files)
    _say(
        f"rounds with 5 % changed: {books / wall * 60:.0f} books a minute, {cpu / books:.2f} CPU s each (profiled)"
    )
    _shares(profile)


def _at_rest(files: list[Path]) -> None:
    """Compare a round over a book in which nothing has happened with the glance that takes its place."""
    spent = []
    for look in (_rests_after_a_round, _rests):
        cpu = time.process_time()
        assert all(map(look, files))
        spent.append((time.process_time() - cpu) / len(files) * 1000)
    _say(f"nothing to do, each: a round {spent[0]:.0f} ms CPU, the glance {spent[1]:.1f} ms CPU")


def _rests_after_a_round(file: Path) -> bool:
    with opened(Config.load(file)) as one:
        return one.sync(datetime.now(UTC)).idle


def _rests(file: Path) -> bool:
    return quietly_in_step(file, datetime.now(UTC)) is not None


def _made(server: URL, folder: Path, n: int) -> Path:
    schema = f"book_{n}"
    statement(server.set(database="arc_bench"), "CREATE SCHEMA {}", schema)
    place = server.set(database="arc_bench").update_query_dict({"options": f"-c search_path={schema}"})
    file = folder / f"book-{n}" / "arc.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SETTINGS.format(ledger=place.render_as_string(hide_password=False)), "utf-8")
    config = Config.load(file)
    create_ledger(config.ledger).close()
    with opened(config) as one:
        with one.ledger.change(Origin("Zoë", "import", "A first import", datetime.now(UTC))) as t:
            for c in range(25):
                _put(t.put, CUSTOMERS, f"c{c}", name=f"Customer {c}", currency="EUR")
            for i in range(INVOICES_EACH):
                due = date(2026, 1, 1) + timedelta(i % 330)
                told: dict[str, Value] = {
                    "number": f"INV-{i}",
                    "customer": f"Customer {i % 25}",
                    "currency": "EUR",
                }
                _put(
                    t.put,
                    INVOICES,
                    f"i{i}",
                    **told,
                    status="open",
                    issued=due - timedelta(30),
                    due=due,
                    amount=100_00 + i,
                )
        one.make_book(datetime.now(UTC))
        one.sync(datetime.now(UTC))
    return file


def _changed(file: Path) -> None:
    """Change the notes of 5 % of the invoices in the ledger."""
    at = [c.name for c in INVOICES.stored].index("notes")
    with (
        opened(Config.load(file)) as one,
        one.ledger.change(Origin("Zoë", "action", "5 %", datetime.now(UTC))) as t,
    ):
        for i in range(0, INVOICES_EACH, 20):
            row = list(t.row(INVOICES, f"i{i}") or ())
            row[at] = f"note {i}"
            t.put(INVOICES, f"i{i}", tuple(row))


def _put(put: Callable[..., None], tab: object, i: str, **values: Value) -> None:
    put(tab, i, tuple(values.get(c.name) for c in tab.stored))  # type: ignore[attr-defined]  # of a Tab


def _shares(profile: cProfile.Profile) -> None:
    """Print which part of the rounds' time went where; parts may lie within each other."""
    found = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed does not know it
    spent = {(Path(file).name, name): told[3] for (file, _, name), told in found.items()}
    sql = sum(told[2] for (file, _, _), told in found.items() if "psycopg" in file or "sqlalchemy" in file)
    whole = spent.get(("round.py", "run_round"), 0) or 1.0
    for part, file, name in _PARTS:
        _say(f"  {part:<24}{spent.get((file, name), 0) / whole:>7.0%}")
    _say(f"  {'SQLAlchemy, psycopg':<24}{sql / whole:>7.0%}")


def main(seconds: float = 60, books: int = 100) -> None:
    """Print all of it."""
    folder = Path(tempfile.mkdtemp(prefix="arc-bench-"))
    try:
        idle(seconds, folder / "idle")
        saved(folder / "saved")
        many(books, folder / "many")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
