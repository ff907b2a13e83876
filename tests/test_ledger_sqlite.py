from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from sqlalchemy import event, insert

from arc_sheets.errors import LedgerError
from arc_sheets.message import MessageState
from arc_sheets.tabs import INVOICES
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.schema import METADATA, ROWS
from arc_sync.ledger.sql import SqlLedger, _keep
from tests.ledger_contract import HOUR, NOON, LedgerContract, invoice, now, origin, put
from tests.ledger_histories import Step, histories, same, tell
from tests.outbox_contract import OutboxContract, message, posted, queue
from tests.outbox_histories import Turn, played
from tests.outbox_histories import histories as sending
from tests.sending_processes import claim_all, overtaken


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "ledger.db"
    create_ledger(path).close()
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty, tmp_path / "ledger.db"))


@pytest.fixture
def ledger(path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(path)
    yield opened
    opened.close()


@pytest.fixture
def hasty(path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(path, patience=0.1)
    yield opened
    opened.close()


class TestSqlite(LedgerContract):
    pass


class TestSqliteOutbox(OutboxContract):
    pass


def test_what_no_driver_can_hand_over_is_an_error_of_the_value(ledger: SqlLedger) -> None:
    with (
        pytest.raises(LedgerError, match=r"ledger\.db was given a value that it cannot keep"),
        ledger.read() as view,
    ):
        view.answered("\ud83e")


def test_two_processes_never_lose_a_change(ledger: SqlLedger, path: Path) -> None:
    put(ledger, INVOICES, {"i1": invoice(amount=0)})
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(add_ten, [path, path]))
    assert now(ledger).rows["invoices"] == {"i1": invoice(amount=20)}
    assert list(ledger.verify()) == []


def add_ten(path: Path) -> None:
    ledger = open_ledger(path)
    for _ in range(10):
        with ledger.change(origin()) as change:
            was = change.rows(INVOICES)["i1"]
            change.put(INVOICES, "i1", invoice(amount=was[5] + 1))  # type: ignore[operator]
    ledger.close()


def test_a_process_killed_inside_a_change_keeps_nothing(ledger: SqlLedger, path: Path) -> None:
    put(ledger, INVOICES, {"i1": invoice()})
    before = now(ledger)
    child = multiprocessing.get_context("spawn").Process(target=die_inside, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert now(ledger) == before
    assert put(ledger, INVOICES, {"i1": None}).n == 2
    assert list(ledger.verify()) == []


def die_inside(path: Path) -> None:
    ledger = open_ledger(path)
    with ledger.change(origin()) as change:
        change.put(INVOICES, "i1", None)
        _keep(change._now._connection, change.seal(2))  # type: ignore[attr-defined]  # all written, not committed
        os._exit(9)


def test_change_sets_come_by_the_page(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arc_sync.ledger.sql.SETS", 2)
    monkeypatch.setattr("arc_sync.ledger.sqlview.BATCH", 2)
    for n in range(5):
        put(ledger, INVOICES, {f"i{n}": invoice(str(n))})
    assert [s.number for s in ledger.sets()] == [5, 4, 3, 2, 1]
    assert [s.number for s in ledger.sets(newest_first=False)] == [1, 2, 3, 4, 5]
    with ledger.read() as view:
        assert [c.n for c in view.changes(0)] == [1, 2, 3, 4, 5]
    assert list(ledger.verify()) == []


def test_rows_are_loaded_once_for_one_head(ledger: SqlLedger) -> None:
    put(ledger, INVOICES, {"i1": invoice()})
    with ledger.read() as view:
        first = view.rows(INVOICES)
    with ledger.change(origin()) as change:
        assert change.rows(INVOICES) is first
    put(ledger, INVOICES, {"i1": None})
    with ledger.read() as view:
        assert view.rows(INVOICES) == {}
    assert first == {"i1": invoice()}


def test_a_put_loads_no_tab(ledger: SqlLedger) -> None:
    put(ledger, INVOICES, {"i1": invoice()})
    with ledger.change(origin()) as change:
        change.put(INVOICES, "i1", invoice(amount=1))
        assert not change._now.loaded.tabs  # type: ignore[attr-defined]


def test_another_agents_changes_are_seen(ledger: SqlLedger, hasty: SqlLedger) -> None:
    put(ledger, INVOICES, {"i1": invoice()})
    assert now(hasty).rows == now(ledger).rows
    put(hasty, INVOICES, {"i1": None})
    assert now(ledger).rows["invoices"] == {}


def test_change_sets_of_agents_that_take_turns_are_numbered_on(ledger: SqlLedger, hasty: SqlLedger) -> None:
    for amount, agent in enumerate((ledger, hasty, ledger, ledger, hasty)):
        put(agent, INVOICES, {"i1": invoice(amount=amount)})
    assert [made.number for made in ledger.sets(newest_first=False)] == [1, 2, 3, 4, 5]
    with ledger.change(origin()):
        pass  # what changes nothing takes no number
    put(ledger, INVOICES, {"i1": invoice(amount=9)})
    assert next(iter(ledger.sets())).number == 6


def test_another_agents_change_loads_no_tab_again(
    ledger: SqlLedger, hasty: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ledger, INVOICES, {"i1": invoice(), "i2": invoice("INV-2")})
    before = now(hasty)
    put(ledger, INVOICES, {"i1": None, "i3": invoice("INV-3", amount=7)})
    monkeypatch.setattr("arc_sync.ledger.rows.load_rows", lambda *_: pytest.fail("loaded again"))
    seen = now(hasty)
    assert seen.rows == before.rows | {"invoices": {"i2": invoice("INV-2"), "i3": invoice("INV-3", amount=7)}}
    assert seen.head.n == 4


def test_two_agents_that_take_turns_see_the_same(empty: Path) -> None:
    @settings(max_examples=25, deadline=None)
    @given(histories)
    def check(history: list[list[Step]]) -> None:
        memory = MemoryLedger()
        with TemporaryDirectory() as folder:
            one = open_ledger(shutil.copy(empty, folder))
            other = open_ledger(Path(folder, empty.name))
            for n, part in enumerate(history):
                tell((one, other)[n % 2], [part])
                tell(memory, [part])
                assert now(one) == now(other) == now(memory)
            one.close()
            other.close()

    check()


def test_what_was_loaded_of_another_history_is_not_trusted(ledger: SqlLedger, tmp_path: Path) -> None:
    other = create_ledger(tmp_path / "other.db")
    put(ledger, INVOICES, {"i1": invoice()})
    put(other, INVOICES, {"i1": invoice(), "i2": invoice("INV-2")})
    now(ledger)
    other._loaded, ledger._loaded = ledger._loaded, None
    assert now(other).rows["invoices"] == {"i1": invoice(), "i2": invoice("INV-2")}
    put(ledger, INVOICES, {"i1": invoice(amount=5)})
    now(ledger)
    put(other, INVOICES, {"i3": invoice("INV-3")})
    other._loaded = ledger._loaded
    assert set(now(other).rows["invoices"]) == {"i1", "i2", "i3"}
    other.close()


def test_the_database_itself_refuses_a_number_twice(ledger: SqlLedger) -> None:
    values = [{"id": "a", "number": "1"}, {"id": "b", "number": "1"}]
    with pytest.raises(LedgerError, match="refused a row"), ledger._writing() as connection:
        connection.execute(insert(ROWS["invoices"]), values)


def test_equal_values_are_kept_once(ledger: SqlLedger) -> None:
    put(ledger, INVOICES, {f"i{n}": invoice(str(n), issued=date(2026, 1, 1)) for n in range(2)})
    ledger._loaded = None
    with ledger.read() as view:
        one, two = view.rows(INVOICES).values()
    assert all(a is b for a, b in zip(one[1:], two[1:], strict=True) if isinstance(a, str | date))


def test_the_migrated_database_is_the_declared_one(ledger: SqlLedger) -> None:
    with ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_it_says_the_same_as_memory(empty: Path) -> None:
    @settings(max_examples=25, deadline=None)
    @given(histories)
    def check(history: list[list[Step]]) -> None:
        memory = MemoryLedger()
        with TemporaryDirectory() as folder:
            opened = open_ledger(shutil.copy(empty, folder))
            try:
                assert tell(opened, history) == tell(memory, history)
                same(opened, memory)
            finally:
                opened.close()

    check()


def test_its_outbox_says_the_same_as_memory(empty: Path) -> None:
    @settings(max_examples=8, deadline=None)
    @given(sending)
    def check(history: list[Turn]) -> None:
        with TemporaryDirectory() as folder:
            opened = open_ledger(shutil.copy(empty, folder))
            try:
                assert played(opened, history) == played(MemoryLedger(), history)
            finally:
                opened.close()

    check()


def test_two_processes_never_claim_the_same(ledger: SqlLedger, path: Path) -> None:
    queue(ledger, *(message(n) for n in range(60)))
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        ann, bob = pool.map(claim_all, [str(path)] * 2, ["Ann", "Bob"])
    assert sorted([*ann, *bob]) == list(range(60))


def test_a_sender_overtaken_by_another_process_is_fenced(ledger: SqlLedger, path: Path) -> None:
    overtaken(ledger, str(path))


def test_what_is_about_to_be_sent_outlives_its_process(ledger: SqlLedger, path: Path) -> None:
    queue(ledger, message())
    child = multiprocessing.get_context("spawn").Process(target=die_sending, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    assert [p.state for p in posted(ledger)] == [MessageState.SENDING]


def die_sending(path: Path) -> None:
    ledger = open_ledger(path)
    ledger.claim("Ann", NOON, NOON + HOUR, 1)
    ledger.about_to_send(message().id, "Ann", NOON)
    os._exit(9)


def test_a_claim_reads_no_further_than_it_must(ledger: SqlLedger) -> None:
    plans: list[str] = []

    @event.listens_for(ledger._engine, "before_cursor_execute")
    def _explain(_: object, cursor: sqlite3.Cursor, statement: str, given: Any, *_rest: object) -> None:
        if statement.startswith("SELECT message"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            plans.extend(what for *_numbers, what in plan)

    ledger.claim("Ann", NOON, NOON + HOUR, 5)
    ledger.lost(NOON)
    assert plans == ["SEARCH message USING INDEX message_by_state (state=?)"] * 3
