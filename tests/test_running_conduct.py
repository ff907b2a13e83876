from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox.heartbeat import last_beat
from arc_sync.agent.inbox.spool import Spool
from arc_sync.agent.running import glimpse, state
from arc_sync.agent.running.conduct import Conductor
from arc_sync.agent.running.firms import add, listed, remove
from arc_sync.agent.running.habits import Habits
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.keeping import Keeping
from arc_sync.agent.running.logs import Log, newest
from arc_sync.agent.running.state import Seen, State
from arc_sync.agent.running.tasks import Task, Told
from tests.clicks import written

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SETTINGS = 'company = "A"\nbase_currency = "EUR"\ntime_zone = "Europe/Berlin"\n'
B1, B2 = "1" * 32, "2" * 32


@dataclass
class Stage:
    """A conductor without children: tasks are gathered, and the test says what became of them."""

    folder: Path
    now: datetime = NOW
    steady: float = 0.0
    tasks: list[Task] = field(default_factory=list)
    conductor: Conductor = field(init=False)

    def __post_init__(self) -> None:
        spool = Spool(self.folder / "spool")
        spool.make()
        log = Log(self.folder / "home" / "log")
        self.conductor = Conductor(
            self.folder / "home", spool, log, self.tasks.append, lambda: self.now, lambda: self.steady
        )

    def firm(self, name: str, book: str, *, rested: bool = True, more: str = "") -> Path:
        """Add a firm whose daily jobs are done, and let the conductor keep all so far."""
        file = self.folder / name / "arc.toml"
        file.parent.mkdir()
        file.write_text(SETTINGS + more, "utf-8")
        done = {Job.NIGHT: self.now, Job.PLAN: self.now} if rested else {}
        state.save(self.conductor.home, file, State(done=done, seen=Seen(book=book)))
        self.conductor.keep([*self.conductor.firms, file])
        return file

    def goes(self, seconds: float) -> None:
        """Let time pass, and the conductor look."""
        self.now += timedelta(seconds=seconds)
        self.steady += seconds
        self.conductor.tick()

    def ends(self, **told: Any) -> Task:
        """Let the oldest task under way end."""
        task = self.tasks.pop(0)
        self.conductor.came(task, Told(**told), 0.1)
        return task

    def rests(self) -> None:
        """Let everything be done that is to be done."""
        for _ in range(20):
            self.conductor.tick()
            if not self.tasks:
                return
            self.ends()
        raise AssertionError("it does not come to rest")

    def click(self, number: str, book: str, age: float = 10, **more: Any) -> Path:
        """Leave a request in the spool."""
        path = self.conductor.spool.requests / f"{number}.json"
        path.write_bytes(written(number, book=book, **more))
        import os

        os.utime(path, (self.now.timestamp() - age,) * 2)
        self.conductor.look_at_spool()
        return path

    def said(self, number: str) -> str:
        """Return what was answered; "" if nothing was yet."""
        path = self.conductor.spool.answers / f"{number}.json"
        return str(json.loads(path.read_text("utf-8"))["sentence"]) if path.exists() else ""

    @property
    def noted(self) -> str:
        """What the newest line of the log says that happened."""
        (line,) = newest(self.conductor.log.path.parent, 1)
        return str(json.loads(line)["event"])

    @property
    def jobs(self) -> list[tuple[str, str]]:
        return [(task.job.value, task.file.parent.name) for task in self.tasks]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.conductor.log.close()


def test_a_new_firm_gets_a_round_at_once_and_then_what_was_missed(stage: Stage) -> None:
    stage.firm("a", B1, rested=False)
    order = []
    for _ in range(3):
        stage.conductor.tick()
        order.append(stage.ends().job)

    assert order == [Job.ROUND, Job.NIGHT, Job.PLAN]
    stage.conductor.tick()
    assert not stage.tasks


def test_a_round_comes_every_minute(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.rests()
    stage.goes(30)
    assert not stage.tasks
    stage.goes(31)

    assert stage.jobs == [("round", "a")]


def test_a_book_in_step_gets_no_round(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glimpse, "quietly_in_step", lambda *_args, **_more: 0)
    stage.firm("a", B1)
    stage.goes(120)

    assert not stage.tasks


def test_no_server_is_asked_while_the_agent_keeps_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_args: object, **_more: object) -> None:
        raise AssertionError("a server may keep one waiting")

    monkeypatch.setattr(glimpse, "quietly_in_step", asked)
    monkeypatch.setattr(glimpse, "glance", asked)
    stage.firm("a", B1, more='ledger = "postgresql://server/books"\n')
    stage.goes(120)
    assert [(task.job, task.glance) for task in stage.tasks] == [(Job.ROUND, True)]
    stage.ends(trouble="The server is out of reach.")
    stage.goes(120)

    assert [(task.job, task.glance) for task in stage.tasks] == [(Job.ROUND, False)]


def test_a_save_brings_a_round_as_soon_as_the_file_is_left_in_peace(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    book = file.parent / "Receivables.xlsx"
    stage.conductor.changed(frozenset({file.parent / "7A3F0010.tmp", book}))
    stage.conductor.tick()
    assert not stage.tasks  # Excel deletes and renames: one save is several changes
    stage.goes(0.2)
    stage.conductor.changed(frozenset({book}))
    stage.goes(0.3)
    assert not stage.tasks
    assert stage.conductor.wakes_soon
    stage.goes(0.2)

    assert stage.jobs == [("round", "a")]


def test_another_file_in_the_folder_is_none_of_its_business(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    stage.conductor.changed(frozenset({file.parent / "Letters.docx", file.parent / "ledger.db-wal"}))
    stage.goes(1)

    assert not stage.tasks


def test_an_open_workbook_is_tried_each_minute_and_at_once_when_it_is_closed(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    mark = file.parent / "~$Receivables.xlsx"
    mark.touch()
    stage.conductor.changed(frozenset({mark}))
    for _ in range(3):
        stage.goes(61)
        assert stage.jobs == [("round", "a")]
        stage.ends(trouble="Receivables.xlsx is open.", kind="BookOpen")
        stage.goes(1)
        assert not stage.tasks
    assert stage.conductor.likely
    assert not stage.conductor.firms[file].state.trouble
    synced = stage.conductor.firms[file].state.done[Job.ROUND]
    assert synced < stage.now - timedelta(minutes=3)
    mark.unlink()
    stage.conductor.changed(frozenset({mark}))
    stage.goes(1)

    assert stage.jobs == [("round", "a")]


def test_changed_settings_count_without_a_restart(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    file.write_text(SETTINGS + "[agent]\nevery = 5\n", "utf-8")
    stage.conductor.changed(frozenset({file}))
    stage.rests()
    stage.goes(1)
    stage.rests()
    stage.goes(61)
    stage.rests()
    stage.goes(6)

    assert stage.jobs == [("round", "a")]


def test_settings_that_are_wrong_stop_their_firm_alone_until_they_are_right(stage: Stage) -> None:
    first, _ = stage.firm("a", B1), stage.firm("b", B2)
    stage.rests()
    first.write_text("company = ", "utf-8")
    stage.conductor.changed(frozenset({first}))
    stage.goes(61)
    assert stage.jobs == [("round", "b")]
    assert "cannot be read" in stage.conductor.firms[first].wrong
    stage.ends()
    first.write_text(SETTINGS, "utf-8")
    stage.conductor.changed(frozenset({first}))
    stage.goes(1)

    assert stage.jobs == [("round", "a")]


def test_one_firm_works_at_one_job_at_a_time_while_others_work_too(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.firm("b", B2)
    stage.conductor.tick()
    stage.click("c", B1)
    stage.goes(61)

    assert stage.jobs == [("round", "a"), ("round", "b")]


def test_a_failing_firm_is_tried_again_later_and_later_and_stops_no_other(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.firm("b", B2)
    tries = []
    for _ in range(40):
        stage.goes(60)
        for task in list(stage.tasks):
            if task.file == file:
                tries.append(round((stage.now - NOW).total_seconds() / 60))
            stage.ends(trouble="The disk is full." if task.file == file else "")

    assert tries == [1, 2, 4, 8, 16, 31]
    assert stage.conductor.firms[file].state.trouble == {Job.ROUND: "The disk is full."}
    assert state.load(stage.conductor.home, file).failures == {Job.ROUND: 6}


def test_slow_looks_at_a_queue_leave_time_for_the_round(stage: Stage) -> None:
    stage.firm("a", B1, more='book = "google:abc"\n')
    stage.rests()
    stage.goes(30)
    jobs = list[Job]()
    for _ in range(20):
        stage.goes(7)  # longer than from one look to the next
        jobs += [stage.ends(facts={"in_use": 1}).job for _ in stage.tasks]
        stage.goes(0)
        if not stage.tasks:
            stage.goes(5)

    assert jobs.count(Job.ROUND) >= 2


def test_where_a_service_gives_no_answer_the_wait_is_short_and_ends_with_the_first_answer(
    stage: Stage,
) -> None:
    file = stage.firm("a", B1, more='book = "google:abc"\n')
    tries = {Job.QUEUE: list[int](), Job.ROUND: list[int]()}

    def lives(minutes: int, **told: str) -> None:
        for _ in range(6 * minutes):
            stage.goes(10)
            while stage.tasks:
                tries[stage.tasks[0].job].append(round((stage.now - NOW).total_seconds() / 60))
                stage.ends(**told)
                stage.conductor.tick()

    lives(30, trouble="Google gave no answer.", kind="BookBusy")
    assert tries == {Job.QUEUE: [0, 1, 3, 7, 12, 17, 22, 27], Job.ROUND: [0, 1, 3, 7, 12, 17, 22, 27]}
    stage.conductor.firms[file].not_before[Job.QUEUE] = stage.now
    stage.conductor.firms[file].wants_round = True
    lives(1)

    assert tries[Job.ROUND][-1] == 30
    assert not stage.conductor.firms[file].state.trouble


def test_a_save_ends_the_wait_after_a_failure(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.conductor.tick()
    stage.ends(trouble="The workbook is damaged.")
    stage.goes(5)
    assert not stage.tasks
    stage.conductor.changed(frozenset({file.parent / "Receivables.xlsx"}))
    stage.goes(1)
    stage.ends()

    assert not stage.conductor.firms[file].state.trouble


def test_a_clock_set_back_stretches_no_wait(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.conductor.tick()
    stage.ends(trouble="No network.")
    stage.now -= timedelta(days=3)
    stage.goes(61)

    assert stage.jobs == [("round", "a")]


def test_requests_go_to_the_firm_whose_workbook_they_are_for(stage: Stage) -> None:
    stage.firm("a", B1)
    second = stage.firm("b", B2)
    stage.rests()
    path = stage.click("click", B2)
    stage.conductor.tick()

    (task,) = stage.tasks
    assert (task.job, task.file, task.requests) == (Job.REQUESTS, second, (path,))


def test_a_click_does_not_swallow_the_round_that_a_save_wants(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    stage.conductor.changed(frozenset({file.parent / "Receivables.xlsx"}))
    stage.click("click", B1).unlink()
    stage.goes(1)
    jobs = [stage.ends().job]
    stage.goes(1)

    assert [*jobs, *(task.job for task in stage.tasks)] == [Job.REQUESTS, Job.ROUND]


def test_a_click_goes_before_the_messages_that_are_left(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.conductor.tick()
    clicked = stage.conductor.spool.requests / "click.json"
    clicked.write_bytes(written("click", book=B1))  # nobody was told of it yet
    stage.ends(again=True)
    stage.conductor.tick()
    (task,) = stage.tasks
    assert (task.job, task.requests, task.books) == (Job.REQUESTS, (clicked,), frozenset({B1}))
    clicked.unlink()
    stage.ends(again=True)
    stage.conductor.tick()

    (task,) = stage.tasks
    assert (task.job, task.file, task.spool) == (Job.ROUND, file, stage.conductor.spool.folder)


def test_what_is_left_is_sent_by_round_after_round_until_nothing_more_is_due(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.rests()
    stage.goes(61)
    for again in (True, True, False):
        assert stage.jobs == [("round", "a")]
        stage.ends(again=again)
        stage.conductor.tick()

    assert not stage.tasks


def test_a_click_that_failed_waits_for_its_next_try_and_no_message_for_it(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.rests()
    path = stage.click("click", B1)
    stage.conductor.tick()
    stage.ends(trouble="The ledger is out of reach.", again=True)
    stage.conductor.tick()

    (task,) = stage.tasks
    assert (task.job, task.requests, task.later) == (Job.ROUND, (), (path,))


def test_a_request_without_a_workbook_goes_to_the_only_firm(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.rests()
    stage.click("click", "")
    stage.conductor.tick()
    assert stage.jobs == [("requests", "a")]
    stage.firm("b", B2)
    stage.click("other", "")

    assert "none of ARC's" in stage.said("other")


def test_a_request_for_a_strange_workbook_waits_a_minute_for_another_agent(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.click("click", "9" * 32, age=50)
    assert not stage.said("click")
    stage.now += timedelta(seconds=11)
    stage.conductor.look_at_spool()

    assert "does not keep this workbook" in stage.said("click")
    assert stage.noted == "not-kept"
    assert not list(stage.conductor.spool.requests.iterdir())


def test_who_clicked_in_a_strange_workbook_is_answered_while_excel_still_looks(stage: Stage) -> None:
    answers = (Path(__file__).parents[1] / "addin" / "excel" / "ArcAnswers.bas").read_text("ascii")
    looks = int(answers.partition("Looks As Long = ")[2].split()[0])  # one a second
    stage.firm("a", B1)
    stage.click("click", "9" * 32, age=looks - 3)  # the agent looks every other second

    assert "does not keep this workbook" in stage.said("click")


def test_a_request_for_a_firm_whose_settings_are_wrong_is_told_so_after_a_minute(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.rests()
    file.write_text("company = ", "utf-8")
    stage.conductor.changed(frozenset({file}))
    stage.click("click", B1, age=50)
    assert not stage.said("click")
    stage.now += timedelta(seconds=11)
    stage.conductor.look_at_spool()

    assert "cannot be read" in stage.said("click")


def test_a_request_that_cannot_be_read_is_answered_at_once(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.click("click", B1, protocol=9)

    assert "update ARC" in stage.said("click")
    assert stage.noted == "refused"


def test_a_request_that_the_work_dies_of_is_given_up_and_the_others_are_not(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.rests()
    paths = [stage.click(name, B1, age=age) for name, age in (("good", 9), ("poison", 8), ("late", 7))]
    done = []
    for _ in range(40):
        stage.goes(61)
        while stage.tasks:
            task = stage.tasks[0]
            if task.job is Job.REQUESTS and paths[1] in task.requests:
                stage.ends(trouble="It died.", kind="Died")
                continue
            for path in task.requests:
                done.append(path.stem)
                path.unlink()
            stage.ends()

    assert done == ["good", "late"]
    assert "could not be carried out" in stage.said("poison")


def test_what_is_remembered_outlives_the_agent(stage: Stage) -> None:
    file = stage.firm("a", B1)
    stage.conductor.tick()
    stage.ends(seen=Seen(book=B1, issues=3, reminders=2), facts={"taken": 4})

    known = state.load(stage.conductor.home, file)
    assert (known.seen.issues, known.done[Job.ROUND]) == (3, stage.now)
    (stage.conductor.home / "firms" / f"{state.key_of(file)}.json").write_text("{", "utf-8")
    assert state.load(stage.conductor.home, file) == State(file=str(file))


def test_a_sign_of_life_names_the_workbooks(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.firm("b", B2)
    stage.conductor.beat(7)

    beat = last_beat(stage.conductor.spool.folder)
    assert beat is not None
    assert (beat.pid, beat.books, beat.alive) == (7, [B1, B2], NOW)


def test_a_firm_that_is_taken_out_is_left_alone(stage: Stage) -> None:
    first, second = stage.firm("a", B1), stage.firm("b", B2)
    stage.conductor.tick()
    stage.conductor.keep([second])
    assert stage.noted == "dropped"
    stage.ends()
    stage.ends()

    assert list(stage.conductor.firms) == [second]
    assert first.exists()


def test_there_is_more_to_do_where_somebody_wrote_meanwhile(stage: Stage) -> None:
    stage.firm("a", B1)
    stage.conductor.tick()
    stage.ends(again=True)
    stage.conductor.tick()

    assert stage.jobs == [("round", "a")]


def test_a_google_queue_is_looked_at_every_half_minute_and_often_while_somebody_asks(stage: Stage) -> None:
    stage.firm("a", B1, more='book = "google:abc_123"\n[agent]\nevery = 3600\n')
    looks, signs = [], []
    for second in range(1, 1_000):
        stage.goes(1)
        while stage.tasks:
            task = stage.tasks[0]
            if task.job is Job.QUEUE:
                looks.append(second)
                signs += [second] * task.sign
            stage.ends(facts={"requests": int(task.job is Job.QUEUE and second == 91)})

    assert looks[:4] == [1, 31, 61, 91]
    assert looks[4:8] == [96, 101, 106, 111]
    assert looks[-2:] == [looks[-1] - 30, looks[-1]]
    assert signs == [1, 241, 481, 721, 961]


def test_a_google_queue_is_looked_at_often_while_a_sidebar_is_in_use(stage: Stage) -> None:
    stage.firm("a", B1, more='book = "google:abc_123"\n[agent]\nevery = 3600\n')
    looks = []
    for second in range(1, 120):
        stage.goes(1)
        while stage.tasks:
            looks += [second] * (stage.tasks[0].job is Job.QUEUE)
            stage.ends(facts={"requests": 0, **({"in_use": 1} if second == 31 else {})})

    assert looks[:5] == [1, 31, 36, 41, 46]


# -- which firms -----------------------------------------------------------------------------------------------


def test_firms_are_added_listed_and_removed(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "a" / "arc.toml"
    file.parent.mkdir()
    file.write_text(SETTINGS, "utf-8")

    assert listed(home) == []
    assert add(home, file.parent) == (file, True)
    assert add(home, file) == (file, False)
    assert listed(home) == [file]
    assert remove(home, file.parent) == file
    assert listed(home) == []
    with pytest.raises(ConfigError, match="does not keep"):
        remove(home, file)


def test_a_list_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    for text in ("{", '{"a": 1}', "[1]"):
        (tmp_path / "firms.json").write_text(text, "utf-8")
        with pytest.raises(ConfigError, match="remove it"):
            listed(tmp_path)


def test_what_the_agent_reads_of_a_firm(tmp_path: Path) -> None:
    file = tmp_path / "arc.toml"
    file.write_text(SETTINGS + 'book = "b/Book.xlsm"\nledger = "postgresql://u@h/d"\n', "utf-8")
    seen = glimpse.look(file)

    assert (seen.book, seen.ledger, str(seen.zone)) == (
        tmp_path / "b/Book.xlsm",
        "postgresql://u@h/d",
        "Europe/Berlin",
    )
    assert seen.folders == {tmp_path, tmp_path / "b"}
    file.write_text(SETTINGS + 'book = "google:abc_123"\n', "utf-8")
    assert (glimpse.look(file).spreadsheet, glimpse.look(file).book) == ("abc_123", None)
    assert seen.habits == Habits()
    assert not seen.book_ids()
    assert Keeping(file, State()).key == state.key_of(file)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("[agent]\nevery = 1", r"every of \[agent\]"),
        ('time_zone = "Mars"', "time_zone"),
        ("=", "cannot be read"),
    ],
)
def test_what_it_cannot_read_names_the_file_and_the_key(tmp_path: Path, more: str, part: str) -> None:
    file = tmp_path / "arc.toml"
    file.write_text(f'company = "A"\n{more}\n', "utf-8")

    with pytest.raises(ConfigError, match=part):
        glimpse.look(file)
