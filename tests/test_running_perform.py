from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.cells import Value
from arc_sheets.errors import LedgerError
from arc_sheets.message import Message, MessageState
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm, opened
from arc_sync.agent.inbox.consume import Consumed, Way, consume
from arc_sync.agent.inbox.envelope import Bad, Envelope, Reply
from arc_sync.agent.lease import LEASE
from arc_sync.agent.reminding.deciding import decide, give
from arc_sync.agent.reminding.planning import plan_reminders
from arc_sync.agent.reminding.rows import reminders
from arc_sync.agent.running import perform as performing
from arc_sync.agent.running.jobs import DEADLINES, POLL, Job
from arc_sync.agent.running.perform import perform, seen_of
from arc_sync.agent.running.tasks import Task, Told
from arc_sync.agent.running.turn import Turn
from arc_sync.books.file import FileBook
from arc_sync.ledger.port import Transaction
from arc_sync.ledger.sql import SqlLedger
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Outcome
from arc_sync.mail.wire import USUAL as PATIENCE
from arc_sync.merge.history import Origin
from arc_sync.merge.issues import ID, Issue, IssueKey, IssueKind
from tests.agents import CANARY, rows
from tests.clicks import written
from tests.faults.business import Business
from tests.random_ledgers import row
from tests.reminding_firm import quick_words

__all__ = ["quick_words"]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Business:
    return Business.made(tmp_path_factory.mktemp("ready") / "firm")


@pytest.fixture
def firm(ready: Business, tmp_path: Path) -> Business:
    return ready.copied(tmp_path / "firm")


def _answer(firm: Business, number: str) -> Any:
    path = firm.spool.answers / f"{number}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def test_a_round_tells_what_it_did_in_counts(firm: Business) -> None:
    firm.types("typed", 0)
    told = firm.does(Job.ROUND)

    assert not told.trouble
    assert told.facts["taken"] == 1
    assert told.seen is not None
    assert len(told.seen.book) == 32
    assert "typed" in {row["notes"] for row in rows(firm.file, INVOICES).values()}


def test_requests_are_carried_out_answered_and_shown_in_one_go(firm: Business) -> None:
    firm.clicks("first")
    firm.clicks("second")
    told = firm.does(Job.REQUESTS)

    assert (told.facts["requests"], told.trouble) == (2, "")
    assert _answer(firm, "first")["done"]
    assert not list(firm.spool.requests.iterdir())
    assert {row["notes"] for row in rows(firm.file, ACTIVITY).values()} == {"first", "second"}
    with FileBook(firm.book).open() as session:
        assert {row.cells[8] for row in session.read(ACTIVITY).rows} == {"first", "second"}


def test_a_request_whose_ledger_failed_is_not_answered_and_then_done_once(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = SqlLedger.change

    @contextmanager
    def lost(self: SqlLedger, *args: Any, **more: Any) -> Iterator[Transaction]:
        """Commit, and lose the answer, as a server does that crashes then."""
        with kept(self, *args, **more) as t:
            yield t
        raise LedgerError("The ledger was shut down by its server.")

    firm.clicks("first")
    monkeypatch.setattr(SqlLedger, "change", lost)
    told = firm.does(Job.REQUESTS)
    monkeypatch.setattr(SqlLedger, "change", kept)
    assert (told.kind, _answer(firm, "first")) == ("LedgerError", None)
    told = firm.does(Job.REQUESTS)

    assert not told.trouble
    assert _answer(firm, "first")["done"]
    assert [row["notes"] for row in rows(firm.file, ACTIVITY).values()] == ["first"]


def _meets_a_defect(
    monkeypatch: pytest.MonkeyPatch, number: str, error: type[Exception] = UnicodeError
) -> None:
    """Let the work on one request meet what ARC was not made for."""
    works = consume

    def broken(firm: Firm, told: Envelope | Bad, way: Way, now: datetime) -> Consumed:
        if told.request == number:
            raise error(CANARY)
        return works(firm, told, way, now)

    monkeypatch.setattr(performing, "consume", broken)


def test_a_request_that_meets_a_defect_is_answered_and_the_others_are_carried_out(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meets_a_defect(monkeypatch, "bad")
    for number in ("first", "bad", "second"):
        firm.clicks(number)
    told = firm.does(Job.REQUESTS)

    assert "It could not be done" in _answer(firm, "bad")["sentence"]
    assert [_answer(firm, number)["done"] for number in ("first", "bad", "second")] == [True, False, True]
    assert not list(firm.spool.requests.iterdir())
    assert (told.trouble, told.kind) == ("", "UnicodeError")
    assert any(place.endswith(" broken") for place in told.trace)
    assert CANARY not in str((told, _answer(firm, "bad")))


def test_a_request_that_the_system_refuses_waits_and_the_others_are_carried_out(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meets_a_defect(monkeypatch, "bad", OSError)
    for number in ("bad", "second"):
        firm.clicks(number)
    told = firm.does(Job.REQUESTS)

    assert [_answer(firm, "bad"), _answer(firm, "second")["done"]] == [None, True]
    assert "The system refused" in told.trouble


def test_a_click_whose_round_meets_a_defect_is_answered(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(performing, "_worked", broken)
    (firm.spool.requests / "now.json").write_bytes(
        written("now", "sync_now", book="", when=datetime.now(UTC))
    )
    told = firm.does(Job.REQUESTS)

    assert (_answer(firm, "now")["done"], told.kind) == (False, "KeyError")
    assert "not made for (KeyError)" in _answer(firm, "now")["sentence"]


def test_a_click_on_sync_over_an_open_workbook_says_who_has_it(firm: Business) -> None:
    firm.book.with_name(f"~${firm.book.name}").write_bytes(b"\x03Zoe")
    (firm.spool.requests / "now.json").write_bytes(
        written("now", "sync_now", book="", when=datetime.now(UTC))
    )
    told = firm.does(Job.REQUESTS)

    assert told.kind == "BookOpen"
    assert not _answer(firm, "now")["done"]
    assert "is open" in _answer(firm, "now")["sentence"]


def test_the_day_is_planned_though_the_workbook_is_open(firm: Business) -> None:
    firm.book.with_name(f"~${firm.book.name}").write_bytes(b"\x03Zoe")
    told = firm.does(Job.PLAN)

    assert (told.trouble, told.facts["open"], told.again) == ("", 1, True)


class _Spreadsheet:
    """A Google queue in memory."""

    def __init__(self, *numbers: str) -> None:
        self.rows = [_row(number) for number in numbers]
        self.results: list[tuple[object, ...]] = []
        self.signs: list[datetime] = []
        self.seen: datetime | None = None

    def waiting(self) -> list[list[object]]:
        answered = {result[0] for result in self.results}
        return [row for row in self.rows if row[0] not in answered]

    def answer(self, results: Sequence[tuple[object, ...]]) -> None:
        self.results += results

    def alive(self, now: datetime) -> None:
        self.signs.append(now)

    def used(self) -> datetime | None:
        return self.seen


def _row(number: str) -> list[object]:
    action = "sync_now" if number == "now" else "log_note"
    fields = {} if number == "now" else {"customer": "Birch", "notes": number}
    told = written(number, action, when=datetime.now(UTC), user="zoe@firm.example", fields=fields)
    return [number, "", "", action, told.decode(), "NEW"]


def test_what_the_google_menu_asks_for_is_carried_out_once_and_answered(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = _Spreadsheet("one", "now", "two")
    monkeypatch.setattr(performing, "queue_of", lambda _firm: sheet)
    told = perform(Task(Job.QUEUE, firm.file, sign=True))
    again = perform(Task(Job.QUEUE, firm.file))

    assert (told.trouble, told.facts["requests"], again.facts["requests"]) == ("", 3, 0)
    assert [(row[0], row[2], row[3]) for row in sheet.results] == [
        ("one", True, "Note on Birch logged."),
        ("two", True, "Note on Birch logged."),
        ("now", True, "Book and ledger are in step."),
    ]
    assert len(sheet.signs) == 1
    found = {(row["notes"], row["by"]) for row in rows(firm.file, ACTIVITY).values()}
    assert found == {(note, "zoe@firm.example via Zoë Kanari") for note in ("one", "two")}


def test_a_row_of_the_google_queue_that_meets_a_defect_is_answered_and_the_others_are_carried_out(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = _Spreadsheet("one", "bad", "two")
    monkeypatch.setattr(performing, "queue_of", lambda _firm: sheet)
    _meets_a_defect(monkeypatch, "bad")
    told = perform(Task(Job.QUEUE, firm.file))

    assert [(row[0], row[2]) for row in sheet.results] == [("one", True), ("bad", False), ("two", True)]
    assert (told.trouble, told.kind) == ("", "UnicodeError")


@pytest.mark.parametrize(("ago", "in_use"), [(None, 0), (-30, 1), (60, 1), (121, 0)])
def test_a_sidebar_in_use_is_told_with_the_queue(
    firm: Business, monkeypatch: pytest.MonkeyPatch, ago: int | None, in_use: int
) -> None:
    sheet = _Spreadsheet()
    now = datetime.now(UTC)
    sheet.seen = None if ago is None else now - timedelta(seconds=ago)
    monkeypatch.setattr(performing, "queue_of", lambda _firm: sheet)

    assert perform(Task(Job.QUEUE, firm.file), lambda: now).facts.get("in_use", 0) == in_use


def _next_morning() -> datetime:
    """Return ten o'clock (UTC) of the next day on which business is done."""
    day = datetime.now(UTC).replace(hour=10) + timedelta(days=1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


class _SlowServer:
    """A mail server that takes twelve seconds for each message, by a clock of its own."""

    def __init__(self, firm: Business, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
        """Let so many messages be due."""
        self.firm, self.began, self.steady, self.asked = firm, _next_morning(), 0.0, list[float]()
        self.meanwhile: dict[int, Callable[[], object]] = {}  #: what people do while it has its n-th message
        self.mailer = MemoryMailer(self._takes)
        with opened(Config.load(firm.file)) as one:
            day = one.config.day(self.began)
            with one.ledger.change(Origin("Zoë", "import", "A test", self.began)) as t:
                for n in range(many):
                    told: dict[str, Value] = {"number": f"S-{n}", "status": "open", "amount": 500_00}
                    late: dict[str, Value] = {"issued": day - timedelta(40), "due": day - timedelta(10)}
                    who: dict[str, Value] = {"name": f"Slow {n}", "email": f"ap@slow-{n}.example"}
                    t.put(CUSTOMERS, f"s{n}", row(CUSTOMERS, **who, currency="EUR"))
                    owed = row(INVOICES, customer=f"Slow {n}", currency="EUR", **told, **late)
                    t.put(INVOICES, f"s{n}", owed)
                paid = row(PAYMENTS, customer="Birch", currency="EUR", type="payment", date=day, amount=1)
                t.put(PAYMENTS, "bank", paid)
            plan_reminders(one, self.began)
            with one.ledger.read() as view:
                theirs = {i: r for i, r in reminders(view).items() if (r.customer or "").startswith("Slow")}
            give(one, self.began, theirs, "Approve")
        # what left is remembered by the ledger, of which there are copies here
        monkeypatch.setenv("ARC_HOME", str(firm.folder / "home"))
        monkeypatch.setattr(performing, "open_mailers", lambda _: {"Email": self.mailer})

    def _takes(self, _message: Message) -> Outcome:
        self.meanwhile.pop(len(self.mailer.sent) + 1, lambda: None)()
        self.steady += 12
        return Outcome(Fate.SENT, "250 at last")

    def does(self, task: Task, ends: Callable[[], bool] = lambda: False) -> Told:
        """Do a task by this clock."""
        return perform(task, self.now, lambda: self.steady, self.asked.append, ends)

    def clicks(self, number: str, book: str = "") -> None:
        """Let somebody press a button now."""
        fields = {"customer": "Birch", "notes": number}
        told = written(number, "log_note", book=book, when=self.now(), fields=fields)
        (self.firm.spool.requests / f"{number}.json").write_bytes(told)

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.steady)

    @property
    def waiting(self) -> int:
        with opened(Config.load(self.firm.file)) as one:
            return seen_of(one, self.now()).outgoing


@pytest.mark.parametrize("job", [Job.ROUND, Job.PLAN])
def test_a_slow_server_gets_two_minutes_and_the_rest_at_once_after(
    firm: Business, monkeypatch: pytest.MonkeyPatch, job: Job
) -> None:
    server = _SlowServer(firm, monkeypatch, 12)
    first, first_waits = server.does(firm.task(job)), server.waiting
    second, second_waits = server.does(firm.task(Job.ROUND)), server.waiting

    assert (first.facts["sent"], first.again, first_waits) == (10, True, 2)
    assert (second.facts["sent"], second.again, second_waits) == (2, False, 0)
    assert len({message.key for message in server.mailer.sent}) == len(server.mailer.sent) == 12


def test_the_agent_is_asked_for_patience_while_messages_are_sent_and_not_for_a_round(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = _SlowServer(firm, monkeypatch, 1)
    server.does(firm.task(Job.ROUND))

    assert server.asked == [240, 120 + PATIENCE.longest + 240, 240, 240]
    assert DEADLINES[Job.ROUND] < LEASE.total_seconds()


@pytest.mark.parametrize("job", [Job.ROUND, Job.PLAN, Job.REQUESTS])
def test_a_click_in_the_middle_goes_before_the_next_message(
    firm: Business, monkeypatch: pytest.MonkeyPatch, job: Job
) -> None:
    server = _SlowServer(firm, monkeypatch, 5)
    if job is Job.REQUESTS:
        server.clicks("first")
    server.meanwhile[2] = lambda: server.clicks("second")
    told = server.does(firm.task(job))
    assert (told.facts["sent"], told.again, server.waiting, _answer(firm, "second")) == (2, True, 3, None)
    told = server.does(firm.task(Job.REQUESTS))

    assert _answer(firm, "second")["done"]
    assert (told.facts["sent"], told.again, server.waiting) == (3, False, 0)
    assert len({message.key for message in server.mailer.sent}) == len(server.mailer.sent) == 5


@pytest.mark.parametrize("job", [Job.REQUESTS, Job.QUEUE])
def test_a_click_on_sync_is_answered_before_anything_is_sent(
    firm: Business, monkeypatch: pytest.MonkeyPatch, job: Job
) -> None:
    server, sheet, answered = _SlowServer(firm, monkeypatch, 3), _Spreadsheet(), list[object]()
    monkeypatch.setattr(performing, "queue_of", lambda _firm: sheet)
    if job is Job.QUEUE:
        asked = written("now", "sync_now", when=server.now()).decode()
        sheet.rows = [["now", "", "", "sync_now", asked, "NEW"]]
        server.meanwhile[1] = lambda: answered.extend(result[2] for result in sheet.results)
    else:
        asked_here = written("now", "sync_now", book="", when=server.now())
        (firm.spool.requests / "now.json").write_bytes(asked_here)
        server.meanwhile[1] = lambda: answered.append((_answer(firm, "now") or {}).get("done"))
    told = server.does(firm.task(job))

    assert (answered, told.facts["sent"], told.trouble) == ([True], 3, "")
    assert len(sheet.results) == (job is Job.QUEUE)
    assert not list(firm.spool.requests.iterdir())


@pytest.mark.parametrize("error", [LedgerError, KeyError])
def test_what_goes_wrong_after_a_click_was_answered_is_told_and_the_answer_stays(
    firm: Business, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def broken(*_: object) -> None:
        raise error("The ledger is gone.")

    server = _SlowServer(firm, monkeypatch, 1)
    (firm.spool.requests / "now.json").write_bytes(written("now", "sync_now", book="", when=server.now()))
    monkeypatch.setattr(performing, "open_mailers", broken)
    told = server.does(firm.task(Job.REQUESTS))

    assert told.kind == error.__name__
    assert _answer(firm, "now")["sentence"] == "Book and ledger are in step."


def test_an_agent_that_ends_lets_the_message_at_hand_go_and_begins_no_other(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = _SlowServer(firm, monkeypatch, 5)
    told = server.does(firm.task(Job.ROUND), lambda: len(server.mailer.sent) == 2)
    assert (told.facts["sent"], told.again, server.waiting) == (2, True, 3)

    assert server.does(firm.task(Job.ROUND)).facts["sent"] == 3


@pytest.mark.parametrize(
    ("book", "sent"), [("", 2), ("a" * 32, 2), ("c" * 32, 5)], ids=["none", "ours", "another firm's"]
)
def test_a_click_goes_first_where_it_is_for_this_firm(
    firm: Business, monkeypatch: pytest.MonkeyPatch, book: str, sent: int
) -> None:
    server = _SlowServer(firm, monkeypatch, 5)
    server.meanwhile[2] = lambda: server.clicks("it", book)
    task = replace(firm.task(Job.ROUND), books=frozenset({"a" * 32}))

    assert server.does(task).facts["sent"] == sent


def test_a_click_that_waits_for_another_try_or_is_answered_holds_no_message_up(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = _SlowServer(firm, monkeypatch, 5)
    server.clicks("tried")
    server.clicks("answered")
    firm.spool.answer(Reply(request="answered", done=True, sentence="Done.", when=datetime.now(UTC)))
    tried = (firm.spool.requests / "tried.json",)

    assert server.does(replace(firm.task(Job.ROUND), later=tried)).facts["sent"] == 5


def test_what_asks_for_nothing_that_can_be_read_holds_no_message_up(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = _SlowServer(firm, monkeypatch, 5)
    (firm.spool.requests / "bad.json").write_text("{")
    (firm.spool.requests / "no number.json").write_text("{}")

    assert server.does(firm.task(Job.ROUND)).facts["sent"] == 5


def test_by_a_google_queue_a_turn_is_no_longer_than_from_one_look_to_the_next() -> None:
    steady = [5.0]
    turn = Turn(Task(Job.ROUND, Path("arc.toml")), lambda: datetime.now(UTC), lambda: steady[0])
    turn.sends(by_a_queue=True)
    steady[0] += POLL - 1
    assert not turn.is_enough()
    steady[0] += 1

    assert turn.is_enough()


@pytest.mark.parametrize("state", [MessageState.CLAIMED, MessageState.SENDING])
def test_what_a_sender_has_in_hand_waits_too(
    firm: Business, monkeypatch: pytest.MonkeyPatch, state: MessageState
) -> None:
    server = _SlowServer(firm, monkeypatch, 3)
    with opened(Config.load(firm.file)) as one:
        decide(one, server.began)
        (posted,) = one.ledger.claim("another", server.began, server.began + timedelta(minutes=30), 1)
        if state is MessageState.SENDING:
            one.ledger.about_to_send(posted.message.id, "another", server.began)

    assert server.waiting == 3


def test_a_tab_that_is_gone_is_one_issue_as_on_the_issues_tab(firm: Business) -> None:
    with opened(Config.load(firm.file)) as one:
        before, now = seen_of(one, datetime.now(UTC)).issues, datetime.now(UTC)
        with one.ledger.change(Origin("Zoë", "sync", "A round", now)) as t:
            for column in (ID, "amount", "date"):
                key = IssueKey(one.ledger.books()[-1].id, PAYMENTS.name, "", column)
                t.put_issue(key, Issue(IssueKind.NOCOL, now, why="Payments is gone."))
        assert seen_of(one, now).issues == before + 1


def test_settings_that_are_wrong_are_told_not_raised(firm: Business) -> None:
    firm.file.write_text("company =", "utf-8")
    told = firm.does(Job.ROUND)

    assert told.kind == "ConfigError"
    assert str(firm.file) in told.trouble


def test_a_full_disk_is_told_as_such(firm: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(performing, "_worked", full)

    assert "No space left on device" in firm.does(Job.ROUND).trouble


def test_a_defect_is_told_with_its_place_and_without_its_values(
    firm: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(performing, "_worked", broken)
    told = firm.does(Job.ROUND)

    assert told.kind == "KeyError"
    assert CANARY not in told.trouble
    assert any(place.endswith(" broken") for place in told.trace)
    assert not any(CANARY in place for place in told.trace)


def test_a_task_of_a_firm_that_is_gone_is_told(firm: Business) -> None:
    firm.file.unlink()

    assert perform(firm.task(Job.NIGHT)).kind == "ConfigError"
