from __future__ import annotations

import multiprocessing
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from arc_sheets.errors import BookRefused, ConfigError
from arc_sheets.tabs import ACTIVITY, CUSTOMERS
from arc_sync.agent.inbox.heartbeat import last_beat
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running import logs, run
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.lock import AlreadyRuns, Lock
from arc_sync.agent.running.logs import Log, newest
from arc_sync.agent.running.run import Agent
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.agent.running.watch import Watch
from arc_sync.agent.running.worker import Died, Hung, Worker, Workers, _is_to_hurry
from arc_sync.books.file import FileBook
from tests.agents import CANARY, CANARY_AMOUNT, CANARY_MAIL, Running, firm, hand, rows, running, until
from tests.children import dies, sleeps, sleeps_at_rounds, tells


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return firm(tmp_path_factory.mktemp("agent") / "a firm's books")


@pytest.fixture(scope="module")
def agent(file: Path) -> Iterator[Running]:
    with running(file.parent.parent, file) as one:
        until(lambda: one.done("night"))
        yield one


def test_a_click_is_carried_out_and_stands_in_the_workbook(agent: Running, file: Path) -> None:
    answer = agent.click("log_call", customer=CANARY, outcome="Will pay")

    assert (answer["done"], answer["sentence"]) == (True, f"Call to {CANARY} logged.")
    assert [row["customer"] for row in rows(file, ACTIVITY).values()] == [CANARY]
    until(lambda: CANARY in _shown(file))


def _shown(file: Path) -> list[object]:
    """Return the customers on the workbook's Activity tab; none while the agent is just replacing the file."""
    try:
        with FileBook(file.parent / "Receivables.xlsx").open() as session:
            return [row.cells[1] for row in session.read(ACTIVITY).rows]
    except BookRefused:
        return []


def test_a_save_is_seen_at_once(agent: Running, file: Path) -> None:
    before = agent.done("round")
    hand(file).type(CUSTOMERS, 0, notes="Typed by a person")
    until(lambda: agent.done("round") > before)

    assert "Typed by a person" in {row["notes"] for row in rows(file, CUSTOMERS).values()}


def test_a_click_on_sync_is_answered_by_what_the_round_did(agent: Running) -> None:
    assert agent.click("sync_now")["sentence"] == "Book and ledger are in step."


def test_what_goes_wrong_is_told_to_people_and_not_to_the_log(agent: Running, file: Path) -> None:
    book = file.parent / "Receivables.xlsx"
    kept = book.read_bytes()
    book.write_bytes(b"no workbook of " + CANARY.encode())
    until(lambda: any(line["event"] == "failed" for line in agent.log()))
    assert (
        agent.click("take_promise", customer=CANARY, date="2026-01-01", amount="9.876.543,21")["done"]
        is False
    )
    book.write_bytes(kept)
    before = agent.done("round")
    until(lambda: agent.done("round") > before)

    failed = [line for line in agent.log() if line["event"] == "failed"]
    assert {line["kind"] for line in failed} <= {"BookRefused", "BookForeign"}


def test_the_log_holds_no_name_address_or_amount(agent: Running, file: Path) -> None:
    agent.click("log_note", customer=CANARY, notes=f"{CANARY_MAIL} owes {CANARY_AMOUNT}")
    text = (agent.folder / "home" / "log" / "agent.log").read_text("utf-8")

    assert "requests" in text
    for secret in (
        CANARY,
        "Kanari",
        CANARY_MAIL,
        "kanari",
        str(CANARY_AMOUNT),
        "987",
        "KV-1",
        str(file.parent),
    ):
        assert secret not in text


def test_a_second_agent_says_that_one_runs(agent: Running, file: Path) -> None:
    assert "The agent runs already" in agent.arc("agent", "run", str(file), code=2)


def test_a_killed_child_costs_nothing(agent: Running) -> None:
    assert agent.process is not None
    agent.click("sync_now")
    for child in psutil.Process(agent.process.pid).children():
        child.kill()

    assert agent.click("log_note", customer="Birch", notes="after a death")["done"]


def test_asked_to_end_it_ends_in_order(agent: Running) -> None:
    assert agent.process is not None
    children = psutil.Process(agent.process.pid).children(recursive=True)

    assert agent.end() == 0
    assert agent.log()[-1]["event"] == "stopped"
    assert last_beat(agent.folder / "spool") is None
    left = psutil.wait_procs(children, timeout=10)[1]  # the system may take a moment to bury them
    assert not [child for child in left if child.status() != psutil.STATUS_ZOMBIE]
    assert agent.arc("agent", "stop") == "The agent does not run.\n"


@pytest.mark.parametrize(
    ("error", "kind"), [(OSError(28, "full"), "OSError"), (ConfigError("x"), "ConfigError")]
)
def test_what_hinders_a_tick_is_noted_and_the_agent_goes_on(
    tmp_path: Path, error: Exception, kind: str
) -> None:
    agent = Agent(tmp_path / "home", Spool(tmp_path / "spool"))

    def hindered() -> None:
        raise error

    agent._safely(hindered)
    agent.log.close()
    agent.workers.stop()

    assert f'"event":"hindered","kind":"{kind}"' in newest(tmp_path / "home" / "log", 1)[0]


def test_an_agent_that_crashes_says_where_and_lets_everything_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = Agent(tmp_path / "home", Spool(tmp_path / "spool"))

    def broken() -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(agent.conductor, "tick", broken)
    with pytest.raises(KeyError):
        agent.run()
    lines = "\n".join(newest(tmp_path / "home" / "log", 9))

    assert '"event":"crashed"' in lines
    assert " broken" in lines
    assert CANARY not in lines
    assert '"event":"stopped"' in lines
    assert not Lock(tmp_path / "home").is_held()
    assert last_beat(tmp_path / "spool") is None


# -- its parts -------------------------------------------------------------------------------------------------

TASK = Task(Job.ROUND, Path("arc.toml"))


def test_what_hangs_is_stopped_with_all_that_it_started() -> None:
    worker = Worker(sleeps)
    worker.warm()
    assert worker._child is not None
    child = psutil.Process(worker._child.pid)
    with pytest.raises(Hung, match="was stopped"):
        worker.run(TASK, deadline=3)

    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert not [p for p in psutil.process_iter() if p.pid != child.pid and _group(p.pid) == child.pid]
    assert not worker.is_warm


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else 0
    except (ProcessLookupError, psutil.NoSuchProcess):
        return 0


def test_a_child_that_died_is_replaced() -> None:
    worker = Worker(dies)
    for _ in range(2):
        with pytest.raises(Died, match="tried again"):
            worker.run(TASK)
    worker.stop()


class _Pipe:
    """To a child that says these things, and then nothing more."""

    def __init__(self, *said: Told | float) -> None:
        self.said, self.waits, self.heard = list(said), list[float](), list[Task | None]()

    def send(self, task: Task | None) -> None:
        self.heard.append(task)

    def poll(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return bool(self.said)

    def recv(self) -> Told | float:
        return self.said.pop(0)

    def close(self) -> None:
        pass


def test_a_child_that_asks_for_patience_gets_it_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, pipe = Worker(), _Pipe(1320.0, 240.0, Told(backup="x"))
    monkeypatch.setattr(worker, "warm", lambda: None)
    monkeypatch.setattr(worker, "_pipe", pipe)

    assert worker.run(TASK).backup == "x"
    assert pipe.waits == [240 + 30, 1320, 240]


def test_a_child_that_hangs_is_stopped_after_what_it_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    worker, pipe = Worker(), _Pipe(1320.0)
    monkeypatch.setattr(worker, "warm", lambda: None)
    monkeypatch.setattr(worker, "_pipe", pipe)
    with pytest.raises(Hung, match="longer than 22 minutes"):
        worker.run(TASK)

    assert worker._pipe is None


def test_a_child_that_is_to_hurry_ends_after_its_task() -> None:
    workers = Workers(1, tells)
    workers.run(TASK)
    child = workers._all[0]._child
    assert child is not None
    workers.hurry()
    child.join(60)
    assert child.exitcode == 0
    workers.hurry()  # it is gone
    with pytest.raises(Died, match="stops"):
        workers.run(TASK)
    workers.stop()


def test_a_child_hears_in_the_middle_of_a_task_that_it_is_to_hurry_or_that_the_agent_is_gone() -> None:
    ours, theirs = multiprocessing.Pipe()
    assert not _is_to_hurry(theirs)
    ours.send(None)
    assert _is_to_hurry(theirs)
    theirs.recv()
    ours.close()
    assert _is_to_hurry(theirs)
    theirs.close()
    assert _is_to_hurry(theirs)


def test_an_agent_that_ends_tells_its_children_before_it_stops_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, heard = Agent(tmp_path / "home", Spool(tmp_path / "spool"), workers=Workers(1, tells)), list[str]()
    monkeypatch.setattr(agent.workers, "hurry", lambda: heard.append("hurry"))
    monkeypatch.setattr(agent.workers, "stop", lambda: heard.append("stop"))
    agent.run(agent.stop)

    assert heard == ["hurry", "stop"]


def test_where_every_worker_hangs_there_is_one_more() -> None:
    workers = Workers(1, sleeps_at_rounds, wait=0.2)
    with ThreadPoolExecutor(2) as hands:
        hung = hands.submit(workers.run, Task(Job.ROUND, Path("a.toml")))
        other = hands.submit(workers.run, Task(Job.NIGHT, Path("b.toml")))
        try:
            assert other.result(60).facts["pid"]
        finally:
            workers.stop()
        with pytest.raises(Died):
            hung.result(60)


def test_a_book_that_a_glance_shows_in_step_needs_no_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "is_at_rest", lambda _file, _now: True)
    told = list[int]()
    agent = Agent(tmp_path / "home", Spool(tmp_path / "spool"), workers=Workers(1, dies))
    monkeypatch.setattr(agent.conductor, "came", lambda _task, came, _took: told.append(came.facts["idle"]))
    agent._do(Task(Job.ROUND, tmp_path / "arc.toml", glance=True))
    agent._hear(0)
    agent.workers.stop()

    assert told == [1]


def test_a_child_is_kept_while_there_is_work_and_let_go_when_idle() -> None:
    workers = Workers(2, tells)
    pids = {workers.run(TASK).facts["pid"] for _ in range(3)}
    assert len(pids) == 1
    workers.rest(kept=1000)
    assert workers.run(TASK).facts["pid"] in pids
    workers.rest(kept=0)

    assert workers.run(TASK).facts["pid"] not in pids
    workers.stop()
    with pytest.raises(Died, match="stops"):
        workers.run(TASK)


def test_the_lock_is_one_agents_and_ends_with_it(tmp_path: Path) -> None:
    first, second = Lock(tmp_path), Lock(tmp_path)
    first.take()
    with pytest.raises(AlreadyRuns, match=f"process {os.getpid()}"):
        second.take()
    assert second.is_held()
    first.free()

    assert not second.is_held()
    second.take()
    second.free()


def test_a_stop_asked_for_earlier_does_not_stop_the_next_agent(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    lock.ask_to_stop()
    assert lock.is_asked_to_stop()
    lock.take()

    assert not lock.is_asked_to_stop()
    lock.free()


def test_the_log_takes_counts_and_words_of_its_own_only(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.note("done", "0123456789", job="round", ms=12)
    log.note(
        "done", "/home/zoe/Weststadt", kind="There is no Kanarienvogel", trace=["a.py:3 f", f"says {CANARY}"]
    )
    with pytest.raises(ValueError, match="whole number"):
        log.note("done", customer=CANARY)
    with pytest.raises(ValueError, match="one word"):
        log.note("request refused")
    log.close()

    text = "\n".join(newest(tmp_path, 10))
    assert '"job":"round"' in text
    assert '"firm":"?"' in text
    assert '"trace":["a.py:3 f"]' in text
    assert "zoe" not in text
    assert "Kanari" not in text


def test_the_agents_own_folder_is_the_users_alone(tmp_path: Path) -> None:
    Log(tmp_path / "agent" / "log").close()

    for folder in (tmp_path / "agent", tmp_path / "agent" / "log"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_log_is_rotated_and_read_from_its_newest_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_SIZE", 2_000)
    log = Log(tmp_path)
    for n in range(300):
        log.note("done", "0123456789", job="round", ms=1000 + n)
    log.close()

    assert [line[-6:] for line in newest(tmp_path, 40)] == [f":{n}}}" for n in range(1260, 1300)]
    assert len(list(tmp_path.iterdir())) == 6
    assert (tmp_path / "agent.log").stat().st_size <= 2_000


def test_a_save_in_the_manner_of_excel_is_seen_as_one_change(tmp_path: Path) -> None:
    book, told = tmp_path / "Book.xlsx", list[frozenset[Path]]()
    book.write_bytes(b"old")
    watch = Watch(told.append)
    watch.on([tmp_path, tmp_path / "not there"])
    time.sleep(0.3)
    (tmp_path / "9B1C.tmp").write_bytes(b"new")
    book.rename(tmp_path / "9B1D.tmp")
    (tmp_path / "9B1C.tmp").rename(book)
    (tmp_path / "9B1D.tmp").unlink()
    until(lambda: any(book in paths for paths in told))
    time.sleep(0.5)
    watch.stop()

    assert sum(book in paths for paths in told) == 1
    assert not watch.works
