"""The contract on a real PostgreSQL: a server of our own, or the one that ARC_TEST_POSTGRES points to."""

from __future__ import annotations

import multiprocessing
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from sqlalchemy.engine import URL, make_url

from arc_sheets.errors import LedgerBusy, LedgerError, LedgerMissing
from arc_sheets.message import MessageState
from arc_sheets.tabs import INVOICES
from arc_sync.ledger.engine import postgres_engine
from arc_sync.ledger.glance import glance
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.schema import METADATA
from arc_sync.ledger.sql import SqlLedger
from tests.glance_contract import GlanceContract
from tests.ledger_contract import HOUR, NOON, LedgerContract, invoice, now, origin, put
from tests.ledger_histories import Step, histories, same, tell
from tests.old_ledgers import leave
from tests.outbox_contract import OutboxContract, message, numbers, posted, queue
from tests.outbox_histories import Turn, played
from tests.outbox_histories import histories as sending
from tests.postgres import address as address_of
from tests.postgres import postgres, statement
from tests.sending_processes import claim_all, overtaken


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    with postgres() as url:
        yield url


def _end_others(server: URL) -> None:
    statement(
        server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'arc_test_%'"
    )


def _database(server: URL, template: str) -> str:
    name = f"arc_test_{uuid.uuid4().hex}"
    statement(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    return name


@pytest.fixture(scope="session")
def empty(server: URL) -> Iterator[str]:
    """A database with a new ledger, to be copied."""
    name = _database(server, "template0")
    create_ledger(address_of(server, name)).close()
    yield name
    statement(server, "DROP DATABASE {}", name)


@pytest.fixture
def address(server: URL, empty: str) -> Iterator[str]:
    name = _database(server, empty)
    yield address_of(server, name)
    statement(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def place(address: str) -> str:
    return address


@pytest.fixture
def free(server: URL) -> Iterator[str]:
    """The address of a database without a ledger."""
    name = _database(server, "template0")
    yield address_of(server, name)
    statement(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def ledger(address: str) -> Iterator[SqlLedger]:
    opened = open_ledger(address)
    yield opened
    opened.close()


@pytest.fixture
def hasty(address: str) -> Iterator[SqlLedger]:
    opened = open_ledger(address, patience=0.1)
    yield opened
    opened.close()


class TestPostgres(LedgerContract):
    pass


class TestPostgresOutbox(OutboxContract):
    pass


class TestPostgresGlance(GlanceContract):
    pass


def test_a_glance_reads_none_of_the_rows(server: URL, address: str) -> None:
    """Seen by the rights that are enough for it: those to the tables that it must look at."""
    here = make_url(address)
    statement(here, "CREATE ROLE arc_glance LOGIN")
    try:
        statement(here, "GRANT SELECT ON alembic_version, ledger, book, message TO arc_glance")
        assert glance(here.set(username="arc_glance").render_as_string(hide_password=False)) is not None
    finally:
        statement(here, "DROP OWNED BY arc_glance")
        statement(server, "DROP ROLE arc_glance")


def test_the_migrated_database_is_the_declared_one(ledger: SqlLedger) -> None:
    with ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_it_says_the_same_as_memory(server: URL, empty: str) -> None:
    @settings(max_examples=5, deadline=None)
    @given(histories)
    def check(history: list[list[Step]]) -> None:
        name, memory = _database(server, empty), MemoryLedger()
        opened = open_ledger(address_of(server, name))
        try:
            assert tell(opened, history) == tell(memory, history)
            same(opened, memory)
        finally:
            opened.close()
            statement(server, "DROP DATABASE {}", name)

    check()


def test_its_outbox_says_the_same_as_memory(server: URL, empty: str) -> None:
    @settings(max_examples=3, deadline=None)
    @given(sending)
    def check(history: list[Turn]) -> None:
        name = _database(server, empty)
        opened = open_ledger(address_of(server, name))
        try:
            assert played(opened, history) == played(MemoryLedger(), history)
        finally:
            opened.close()
            statement(server, "DROP DATABASE {}", name)

    check()


def test_two_processes_never_claim_the_same(ledger: SqlLedger, address: str) -> None:
    queue(ledger, *(message(n) for n in range(60)))
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        ann, bob = pool.map(claim_all, [address] * 2, ["Ann", "Bob"])
    assert sorted([*ann, *bob]) == list(range(60))


def test_a_sender_overtaken_by_another_process_is_fenced(ledger: SqlLedger, address: str) -> None:
    overtaken(ledger, address)


def test_senders_do_not_wait_for_a_change_set(ledger: SqlLedger, hasty: SqlLedger) -> None:
    queue(ledger, *(message(n) for n in range(4)))
    hasty.claim("Ann", NOON, NOON + HOUR, 2)
    with ledger.change(origin()) as change:
        change.put(INVOICES, "i1", invoice())
        change.move(message(1).id, MessageState.WITHDRAWN)
        change.move(message(2).id, MessageState.WITHDRAWN)
        assert numbers(hasty.claim("Bob", NOON, NOON + HOUR, 9)) == [3]
        hasty.about_to_send(message(0).id, "Ann", NOON)
        hasty.hand_back(message(3).id, "Bob", NOON + HOUR, "451")
        assert numbers(hasty.lost(NOON + HOUR)) == [0]
        with pytest.raises(LedgerBusy):
            hasty.about_to_send(message(1).id, "Ann", NOON)
    assert [p.state.value for p in posted(ledger)] == ["unknown", "withdrawn", "withdrawn", "queued"]


def test_a_sender_waits_for_the_disk_whatever_the_server_is_set_to(server: URL, address: str) -> None:
    statement(server, "ALTER DATABASE {} SET synchronous_commit = off", str(make_url(address).database))
    opened = open_ledger(address)
    with opened._posting() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    opened.close()


def test_two_agents_take_turns(ledger: SqlLedger, hasty: SqlLedger) -> None:
    with ledger.change(origin()) as change:
        change.put(INVOICES, "i1", invoice())
        with pytest.raises(LedgerBusy, match="in use by another agent"), hasty.change(origin()):
            pytest.fail("two writers at once")
    put(hasty, INVOICES, {"i1": invoice(amount=2)})
    with ledger.read() as view:
        assert view.rows(INVOICES) == {"i1": invoice(amount=2)}


def test_an_older_ledger_is_brought_up_to_date(server: URL) -> None:
    name = _database(server, "template0")
    said = leave(postgres_engine(make_url(address_of(server, name)), patience=1), "0001")
    opened = open_ledger(address_of(server, name))
    assert now(opened) == said
    assert (queue(opened, message()), list(opened.verify([said.head]))) == ([True], [])
    opened.close()
    statement(server, "DROP DATABASE {}", name)


def test_a_database_without_a_ledger(server: URL) -> None:
    name = _database(server, "template0")
    with pytest.raises(LedgerMissing, match="run arc init"):
        open_ledger(address_of(server, name))
    create_ledger(address_of(server, name)).close()
    with pytest.raises(LedgerError, match="already"):
        create_ledger(address_of(server, name))
    statement(server, "DROP DATABASE {}", name)


def test_no_such_database_or_server(server: URL) -> None:
    with pytest.raises(LedgerError, match=r"^The ledger nope on .* cannot be reached"):
        open_ledger(address_of(server, "nope"))
    with pytest.raises(LedgerError, match=r"^The ledger books on 127\.0\.0\.1:1 cannot be reached") as caught:
        open_ledger("postgresql://ann:secret@127.0.0.1:1/books", patience=1)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["a\0b", "\ud83e"])
def test_a_value_that_cannot_be_kept_is_no_server_out_of_reach(ledger: SqlLedger, text: str) -> None:
    with pytest.raises(LedgerError, match="was given a value that it cannot keep"), ledger.read() as view:
        view.answered(text)
    with (
        pytest.raises(LedgerError, match="was given a value that it cannot keep"),
        ledger.connected(alone=False) as server,
    ):
        server.exec_driver_sql("SELECT 3000000000::bigint::int")
    assert put(ledger, INVOICES, {"i1": invoice()}).n == 1


def test_a_lost_connection_is_told_and_the_next_one_works(server: URL, ledger: SqlLedger) -> None:
    put(ledger, INVOICES, {"i1": invoice()})

    def lose() -> None:
        with ledger.change(origin()) as change:
            change.put(INVOICES, "i1", None)
            _end_others(server)

    with pytest.raises(LedgerError, match=r"shut down|cannot be reached"):
        lose()
    assert put(ledger, INVOICES, {"i2": invoice("INV-2")}).n == 2
