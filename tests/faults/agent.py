"""The agent's faults, one after the other, on a real firm with a ledger, a workbook, a spool and an outbox.

    python -m tests.faults.agent [seeds]

After each the next agent works on, and every promise is judged: nothing lost, nothing twice, book and ledger in step,
history and backups proved. The table says how many faults fell, how many were survived, and what was lost.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

from arc_sync.agent import lease
from arc_sync.agent.running.jobs import Job
from arc_sync.mail import render
from arc_sync.mail.filling import fill
from tests.agents import running, until
from tests.faults.business import JOBS, Business, forked, kill_me, strikes
from tests.faults.crowd import file_edited, sheet_edited
from tests.faults.lines import Line
from tests.faults.network import gone_for_an_hour, storms
from tests.postgres import address, postgres, statement

_MANY: Final = 400  #: acts that a job has at most


def _judged(one: Business, *jobs: Job) -> str:
    """Recover and judge in a child, so that nothing of this process helps or hinders."""

    def judge() -> str:
        one.recovers(*jobs)
        return "; ".join(one.wrong()) or "done"

    return forked(judge)


def _busy(one: Business, seed: str) -> None:
    """Give every job something to do."""
    one.types(f"typed-{seed}-a", 0)
    one.types(f"typed-{seed}-b", 2)
    one.approves()
    for n in range(2):
        one.clicks(f"click-{seed}-{n}")


# -- kill -9 ---------------------------------------------------------------------------------------------------


def killed_at_every_step(ready: Business, job: Job, folder: Path) -> Line:
    """Kill a job before and after each of its commits, renames and fsyncs, one run for each."""
    line = Line(f"kill -9 at every step of {job}")
    for n in range(1, _MANY):
        one = ready.copied(folder / f"{job}-{n}")
        _busy(one, f"{job}{n}")

        def dying(one: Business = one, n: int = n) -> None:
            strikes(n, kill_me)
            one.does(job)

        came = forked(dying)
        if came == "killed":
            line.judge(_judged(one, job))
        shutil.rmtree(one.folder)
        if came != "killed":
            if came != "done":
                line.lost.append(came)
            return line
    raise AssertionError("the job never ends")


def whole_agent_killed(seed: int, folder: Path) -> Line:
    """Kill the running agent or its children at random moments while people type and click."""
    line, chance, one = Line("kill -9 of the running agent"), random.Random(seed), Business.made(folder)
    with running(folder, one.file) as agent:
        for n in range(8):
            if n < 5:  # each in a cell of its own: what a person types over is theirs to lose
                one.types(f"typed-{seed}-{n}", n)
            one.clicks(f"click-{seed}-{n}")
            time.sleep(chance.uniform(0, 1.5))
            assert agent.process is not None
            if chance.random() < 0.5:
                agent.process.kill()
                agent.process.communicate()
                (folder / "spool" / "agent.json").unlink(missing_ok=True)
                agent.start(one.file)
            else:
                _kill_children(agent.process.pid)
        until(lambda: not list(one.spool.requests.glob("*.json")), 120)
        agent.end()
    line.judge(_judged(one), fell=8)
    return line


def _kill_children(parent: int) -> None:
    listing = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout
    for child in listing.split():
        os.kill(int(child), signal.SIGKILL)


# -- disks and files -------------------------------------------------------------------------------------------


@contextmanager
def disk(folder: Path, size: str = "16m") -> Iterator[Path | None]:
    """Mount a small disk of its own; None where this user may not."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full_disk(ready: Business, folder: Path, seed: int) -> Line:
    """Fill the disk up to a few kilobytes before each job; make room; go on."""
    line, chance = Line("full disk"), random.Random(seed)
    with disk(folder) as place:
        for n, job in enumerate(JOBS * 2):
            if place is None:
                return Line("full disk (this user may mount none)")
            one = ready.copied(place / f"{n}")
            _busy(one, f"full{n}")
            ballast = place / "ballast"
            _fill(ballast, place, chance.choice([0, 8, 64, 256]) * 1024)
            forked(partial(one.does, job))
            ballast.unlink()
            line.judge(_judged(one))
            shutil.rmtree(one.folder)
    return line


def _fill(ballast: Path, place: Path, left: int) -> None:
    free = shutil.disk_usage(place).free
    with ballast.open("wb") as stream:
        for _ in range(max(0, free - left) // 4096):
            stream.write(b"\0" * 4096)


def read_only(ready: Business, folder: Path) -> Line:
    """Make the whole disk read-only during each job."""
    line = Line("read-only folder")
    with disk(folder / "shut") as place:
        for job in JOBS:
            if place is None:
                return Line("read-only folder (this user may mount none)")
            one = ready.copied(place / job)
            _busy(one, f"shut{job}")
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
            forked(partial(one.does, job))
            subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
            line.judge(_judged(one))
    return line


def held_open(ready: Business, folder: Path) -> Line:
    """Have another program hold the workbook open during each job."""
    line = Line("workbook open elsewhere")
    for job in JOBS:
        one = ready.copied(folder / f"open-{job}")
        _busy(one, f"open{job}")
        mark = one.book.with_name(f"~${one.book.name}")
        mark.write_bytes(b"\x03Zo\xeb")
        before = one.book.read_bytes()
        forked(partial(one.does, job))
        touched = one.book.read_bytes() != before
        mark.unlink()
        line.judge("the open file was written" if touched else _judged(one))
    return line


# -- time and age ----------------------------------------------------------------------------------------------


def jumping_clock(ready: Business, folder: Path, seed: int) -> Line:
    """Set the clock back and forth between jobs, by minutes up to days."""
    line, chance = Line("clock jumps"), random.Random(seed)
    one = ready.copied(folder / f"clock-{seed}")
    for n in range(12):
        one.types(f"typed-clock{seed}-{n}", n % 5)
        off = timedelta(minutes=chance.choice([-1440, -61, -7, 0, 7, 61, 1440]))
        line.judge(forked(partial(_kind, one, chance.choice((Job.ROUND, Job.PLAN)), off)) or "done")
    line.judge(_judged(one), fell=0)
    return line


def _kind(one: Business, job: Job, off: timedelta = timedelta(0)) -> str:
    """Do a job by a clock that is off; return the kind of its trouble, "" if it has none."""
    return one.does(job, lambda: datetime.now(UTC) + off).kind


def old_ledger(ready: Business, folder: Path) -> Line:
    """Restore yesterday's ledger under today's workbook: it stops and asks, and the ledger of today goes on."""
    line = Line("ledger restored from yesterday")
    one = ready.copied(folder / "old-ledger")
    yesterday = ready.copied(folder / "yesterday")
    _busy(one, "oldledger")
    forked(one.recovers)
    ledgers = [b.file.parent / "ledger.db" for b in (one, yesterday)]
    today = folder / "today.db"
    _take_place(ledgers[0], today)
    _take_place(ledgers[1], ledgers[0])
    before = one.book.read_bytes()
    kinds = [forked(partial(_kind, one, job)) for job in (Job.ROUND, Job.PLAN)]
    asked = kinds == ["BookAhead"] * 2 and one.book.read_bytes() == before
    ledgers[0].unlink()
    _take_place(today, ledgers[0])
    line.judge(_judged(one) if asked else f"it did not ask: {kinds}")
    return line


def _take_place(source: Path, target: Path) -> None:
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
        if source.with_name(source.name + end).exists():
            shutil.move(source.with_name(source.name + end), target.with_name(target.name + end))


def old_book(ready: Business, folder: Path) -> Line:
    """Restore last month's workbook, typed into since, over today's ledger."""
    line = Line("workbook restored from last month")
    one = ready.copied(folder / "old-book")
    old = one.book.read_bytes()
    _busy(one, "oldbook")
    forked(one.recovers)
    one.book.write_bytes(old)
    one.types("typed-into-the-old-copy", 4)
    line.judge(_judged(one))
    return line


# -- others ----------------------------------------------------------------------------------------------------


def two_agents(ready: Business, folder: Path, seed: int) -> Line:
    """Two agents on one book, each stopped now and then for longer than its lease lasts."""
    line, chance = Line("two agents, one paused beyond its lease"), random.Random(seed)
    one = ready.copied(folder / f"two-{seed}")
    for n in range(6):
        one.types(f"typed-two{seed}-{n}", n % 5)
        agents = [_agent(one), _agent(one)]
        time.sleep(chance.uniform(0.02, 0.3))
        os.kill(agents[0], signal.SIGSTOP)
        os.waitpid(agents[1], 0)
        time.sleep(1.1)
        third = _agent(one)
        os.waitpid(third, 0)
        os.kill(agents[0], signal.SIGCONT)
        os.waitpid(agents[0], 0)
        line.judge("done")
    line.judge(_judged(one), fell=0)
    return line


def _agent(one: Business) -> int:
    """Start an agent that does a round, with a lease of a second; return its process."""
    child = os.fork()
    if not child:
        lease.LEASE = timedelta(seconds=1)  # type: ignore[misc]  # of this child alone
        lease._is_dead = _cannot_be_known
        one.does(Job.ROUND)
        os._exit(0)
    return child


def _cannot_be_known(holder: str) -> bool:
    """Say of any holder that it may be alive: as of one on another machine."""
    return not holder


def restarted_server(folder: Path) -> Line:
    """Let PostgreSQL crash and recover in the middle of transactions: before and after each commit of a job."""
    line = Line("PostgreSQL crashed in a transaction")
    with postgres(durable=True) as server:
        statement(server, "CREATE DATABASE arc_faults TEMPLATE template0")
        place = address(server, "arc_faults")
        one = Business.made(folder / "server", place)
        for n in range(1, 13):
            one.types(f"typed-server-{n}", n % 5)
            one.clicks(f"click-server-{n}")
            forked(partial(_under_fire, one, place, n))
            line.judge(_judged(one))
    return line


def _under_fire(one: Business, place: str, n: int) -> None:
    strikes(n, partial(_crash, place))
    one.does(Job.REQUESTS)


def _crash(place: str) -> None:
    """Kill a process of the server's: it ends all its connections, and recovers from its log as after a power cut."""
    with psycopg.connect(place) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchone()
    if found:
        os.kill(found[0], signal.SIGKILL)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            psycopg.connect(place, connect_timeout=2).close()
            return
        time.sleep(0.1)


# -- the table -------------------------------------------------------------------------------------------------


def table(seeds: int, folder: Path) -> list[Line]:
    """Let all faults fall, and tell each line as it is there."""
    ready = Business.made(folder / "ready")
    works: list[Callable[[], Line]] = [
        *(partial(killed_at_every_step, ready, job, folder) for job in JOBS),
        partial(held_open, ready, folder),
        partial(read_only, ready, folder),
        partial(old_ledger, ready, folder),
        partial(old_book, ready, folder),
        partial(restarted_server, folder),
    ]
    for seed in range(seeds):
        works += [
            partial(full_disk, ready, folder / f"disk-{seed}", seed),
            partial(jumping_clock, ready, folder, seed),
            partial(two_agents, ready, folder, seed),
            partial(whole_agent_killed, seed, folder / f"whole-{seed}"),
            partial(gone_for_an_hour, seed, folder / f"gone-{seed}"),
            partial(storms, seed, folder / f"storms-{seed}"),
            partial(file_edited, seed, folder / f"file-{seed}"),
            partial(sheet_edited, seed, folder / f"sheet-{seed}"),
        ]
    return [_shown(work()) for work in works]


def _shown(line: Line) -> Line:
    sys.stdout.write(f"{line.fault:<64}{line.fell:>8}{line.survived:>10}{len(line.lost):>6}\n")
    sys.stdout.writelines(f"    {said}\n" for said in line.lost[:5])
    sys.stdout.flush()
    return line


def main(seeds: int = 2) -> int:
    """Print the table; return 1 if anything was lost."""
    render._run = fill  # templates filled in here: the child of a child is another test
    sys.stdout.write(f"seeds: {seeds}\n{'fault':<64}{'fell':>8}{'survived':>10}{'lost':>6}\n")
    with TemporaryDirectory(prefix="arc-faults-") as folder:
        lines = table(seeds, Path(folder))
    return int(any(line.lost for line in lines))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
