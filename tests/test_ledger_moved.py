"""Ledgers copied, backed up, restored and granted, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from arc_sheets.errors import ConfigError, LedgerError, LedgerMissing
from arc_sheets.tabs import ACTIVITY, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.moving import is_known, move, restore, tried_out
from arc_sync.agent.running.lock import Lock
from arc_sync.agent.running.nights import AGING, folder_of, keep_night
from arc_sync.cli.surroundings import _rights, rights_in
from arc_sync.ledger import backup as backup_module
from arc_sync.ledger import copying
from arc_sync.ledger.backup import back_up, backups, rotate
from arc_sync.ledger.copying import copy_ledger, totals_of
from arc_sync.ledger.engine import encrypted
from arc_sync.ledger.grants import script
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.ledger.sql import SqlLedger
from arc_sync.merge.history import Origin
from tests.agents import firm
from tests.hands import FileHand
from tests.ledger_contract import NOON, invoice, origin, put
from tests.outbox_contract import message, queue
from tests.postgres import address, postgres, statement

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
WALL = datetime(2026, 1, 1, 9)  # noqa: DTZ001 (wall clock)


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with postgres() as url:
        yield url


@pytest.fixture
def database(server: URL) -> Iterator[str]:
    name = f"arc_move_{uuid.uuid4().hex}"
    statement(server, "CREATE DATABASE {} TEMPLATE template0", name)
    yield address(server, name)
    statement(server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm whose SQLite ledger holds rows, dates, messages, answers and notes; to be copied."""
    file = firm(tmp_path_factory.mktemp("made") / "firm")
    with opened(Config.load(file)) as one:
        _fill(one.ledger)
    return file.parent


@pytest.fixture
def full(made: Path, tmp_path: Path) -> str:
    """The ledger of such a firm."""
    shutil.copytree(made, tmp_path / "firm")
    return str(tmp_path / "firm" / "ledger.db")


def _fill(ledger: Ledger) -> None:
    with ledger.change(Origin("Zoë", "action", "More", NOON)) as t:
        for n in range(30):
            t.put(
                ACTIVITY,
                f"a{n}",
                (WALL + timedelta(minutes=n), "Birch", "Note", *[None] * 5, "ü ☃ 'x'", *[None] * 3),
            )
        t.answer("request-1", '{"asked": "x", "sentence": "Done."}')
        t.set_note("bank until", "2026-11-25")
    queue(ledger, *(message(n) for n in range(1, 26)))


def _same(one: Ledger, other: Ledger) -> None:
    assert one.id == other.id
    with one.read() as a, other.read() as b:
        assert a.changes(0) == b.changes(0)
        for tab in (INVOICES, ACTIVITY):
            assert a.rows(tab) == b.rows(tab)
        assert a.issues() == b.issues()
        assert a.posted() == b.posted()
        assert (a.answered("request-1"), a.note("bank until")) == (
            b.answered("request-1"),
            b.note("bank until"),
        )
    assert one.books() == other.books()
    assert list(one.sets()) == list(other.sets())
    assert list(other.verify()) == []


# -- copies ----------------------------------------------------------------------------------------------------


def test_a_ledger_goes_to_a_server_and_back_and_is_the_same(full: str, database: str, tmp_path: Path) -> None:
    first = open_ledger(full)
    totals = copy_ledger(first, database)
    second = open_ledger(database)
    _same(first, second)
    copy_ledger(second, tmp_path / "back.db")
    third = open_ledger(tmp_path / "back.db")
    _same(first, third)
    with third.connected(alone=False) as connection:
        assert totals_of(connection) == totals
    assert totals.sums["invoices.amount"] == 5 * 987_654_321
    assert totals.rows["activity"] == 30
    put(third, INVOICES, {"r77": invoice("after")})  # it goes on from there
    assert list(third.verify()) == []
    for ledger in (first, second, third):
        ledger.close()


def test_nothing_is_copied_onto_another_ledger(full: str, tmp_path: Path) -> None:
    create_ledger(tmp_path / "other.db").close()
    ledger = open_ledger(full)
    with pytest.raises(LedgerError, match="already"):
        copy_ledger(ledger, tmp_path / "other.db")
    ledger.close()


def test_a_copy_that_differs_is_taken_away_and_may_be_made_again(
    full: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger(full)
    for place in (str(tmp_path / "copy.db"), database):
        with monkeypatch.context() as wrong:
            wrong.setattr(copying, "load_rows", lambda *_: {})
            with pytest.raises(LedgerError, match=r"differs in .*activity.*invoices\.amount"):
                copy_ledger(ledger, place)
        with pytest.raises(LedgerMissing):
            open_ledger(place)
        copy_ledger(ledger, place)
        copied = open_ledger(place)
        _same(ledger, copied)
        copied.close()
    ledger.close()


def test_a_ledger_is_moved_and_its_old_file_put_aside(full: str, database: str, tmp_path: Path) -> None:
    moved = move(full, database, NOW, Lock(tmp_path / "home"))

    assert moved.kept is not None
    assert moved.kept.name.startswith("ledger moved 2026-11-2")
    assert not Path(full).exists()
    with pytest.raises(LedgerMissing):
        open_ledger(full)
    before, after = open_ledger(moved.kept), open_ledger(database)
    _same(before, after)
    before.close()
    after.close()


def test_a_move_is_refused_where_it_would_do_harm(full: str, tmp_path: Path) -> None:
    lock = Lock(tmp_path / "home")
    with pytest.raises(ConfigError, match="same place"):
        move(full, f"sqlite:///{full}", NOW, lock)
    with pytest.raises(ConfigError, match="Passwords do not belong"):
        move(full, "postgresql://zoe:secret@db.example/arc", NOW, lock)
    held = Lock(tmp_path / "home")
    held.take()
    with pytest.raises(ConfigError, match="arc agent stop"):
        move(full, str(tmp_path / "new.db"), NOW, lock)
    held.free()
    assert Path(full).exists()


def test_the_firm_works_on_over_a_moved_ledger(full: str, database: str, tmp_path: Path) -> None:
    file = Path(full).with_name("arc.toml")
    move(full, database, NOW, Lock(tmp_path / "home"))
    file.write_text(
        file.read_text("utf-8").replace('ledger = "ledger.db"', f'ledger = "{database}"'), "utf-8"
    )
    FileHand(file.parent / "Receivables.xlsx").type(INVOICES, 0, notes="typed before the move was known")
    with opened(Config.load(file)) as one:
        one.sync(datetime.now(UTC))
        one.sync(datetime.now(UTC))
        assert one.sync(datetime.now(UTC)).idle
        with one.ledger.read() as view:
            assert "typed before the move was known" in {row[10] for row in view.rows(INVOICES).values()}


# -- backups ---------------------------------------------------------------------------------------------------


def test_a_backup_is_one_file_of_its_owners_and_proves_right(full: str, tmp_path: Path) -> None:
    ledger = open_ledger(full)
    made = back_up(ledger, full, tmp_path / "b", NOW)
    tried = tried_out(made.path)

    assert [path.name for path in (tmp_path / "b").iterdir()] == ["ledger-2026-11-26T020000Z.db"]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert backups(tmp_path / "b") == [made]
    assert (tried.ledger, tried.wrong) == (ledger.id, ())
    with ledger.read() as view:
        assert tried.head == view.head()
    ledger.close()


def test_a_backup_is_made_while_others_write(
    full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_module, "_PAGES", 1)
    ledger, other = open_ledger(full), open_ledger(full)
    put(other, INVOICES, {"r77": invoice("before")})
    with other.change(origin()) as t:
        t.put(INVOICES, "r2", invoice("during"))
        made = back_up(ledger, full, tmp_path / "b", NOW)
    assert not tried_out(made.path).wrong
    ledger.close()
    other.close()


def test_a_server_is_backed_up_into_a_file(full: str, database: str, tmp_path: Path) -> None:
    first = open_ledger(full)
    copy_ledger(first, database)
    there = open_ledger(database)
    made = back_up(there, database, tmp_path / "b", NOW)
    restored = open_ledger(made.path)
    _same(first, restored)
    for ledger in (first, there, restored):
        ledger.close()


def test_a_damaged_copy_gets_no_name(full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = backup_module._copy_pages

    def damaged(source: Path, target: Path) -> None:
        real(source, target)
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("UPDATE change SET after = replace(after, 'KV-1', 'KV-9')")

    monkeypatch.setattr(backup_module, "_copy_pages", damaged)
    ledger = open_ledger(full)
    with pytest.raises(LedgerError, match="does not prove right"):
        back_up(ledger, full, tmp_path / "b", NOW)
    assert not list((tmp_path / "b").iterdir())
    ledger.close()


def test_a_folder_that_may_not_be_written_is_named(full: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ledger = open_ledger(full)
    with pytest.raises(LedgerError, match=r"cannot be written .* \[agent\]"):
        back_up(ledger, full, tmp_path / "file" / "b", NOW)
    ledger.close()


def test_the_newest_backups_are_kept(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"ledger-2026-11-0{n + 1}T020000Z.db").touch()
    (tmp_path / "ledger-of-my-own.db").touch()
    rotate(tmp_path, 2)

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["ledger-2026-11-04T020000Z.db", "ledger-2026-11-05T020000Z.db", "ledger-of-my-own.db"]


def test_a_backup_comes_back_and_the_ledger_of_today_is_kept(full: str, tmp_path: Path) -> None:
    config = Config.load(Path(full).with_name("arc.toml"))
    ledger = open_ledger(full)
    made = back_up(ledger, full, tmp_path / "b", NOW)
    put(ledger, INVOICES, {"r77": invoice("of today")})
    ledger.close()
    tried, kept = restore(config, made.path, NOW, Lock(tmp_path / "home"))

    assert kept is not None
    today, yesterday = open_ledger(kept), open_ledger(full)
    with today.read() as a, yesterday.read() as b:
        assert a.head().n == b.head().n + 1
        assert b.head() == tried.head
    today.close()
    yesterday.close()


def test_a_damaged_backup_does_not_come_back(full: str, tmp_path: Path) -> None:
    config, before = Config.load(Path(full).with_name("arc.toml")), Path(full).read_bytes()
    bad = tmp_path / "bad.db"
    shutil.copy(full, bad)
    with closing(sqlite3.connect(bad)) as connection, connection:
        connection.execute("UPDATE invoices SET amount = 1")
    with pytest.raises(LedgerError, match="does not prove right"):
        restore(config, bad, NOW, Lock(tmp_path / "home"))
    bad.write_bytes(b"no database at all")
    with pytest.raises(LedgerError, match="is no ledger"):
        restore(config, bad, NOW, Lock(tmp_path / "home"))
    with pytest.raises(LedgerMissing, match="arc restore lists"):
        restore(config, tmp_path / "none.db", NOW, Lock(tmp_path / "home"))

    assert Path(full).read_bytes() == before


def test_another_ledgers_backup_is_known_to_be_so(full: str, tmp_path: Path) -> None:
    config = Config.load(Path(full).with_name("arc.toml"))
    create_ledger(tmp_path / "other.db").close()

    assert is_known(config, tried_out(Path(full)))
    assert is_known(config, tried_out(tmp_path / "other.db")) is False


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("gone", "utf-8")])
def test_a_backup_is_tried_and_comes_back_where_the_ledger_is_lost(
    full: str, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    config, kept = Config.load(Path(full).with_name("arc.toml")), tmp_path / "kept.db"
    shutil.copy(full, kept)
    damage(Path(full))
    tried = tried_out(kept)

    assert is_known(config, tried) is None
    assert restore(config, kept, NOW, Lock(tmp_path / "home"))[0].head == tried.head
    assert is_known(config, tried)


# -- nights ----------------------------------------------------------------------------------------------------


def test_a_night_leaves_a_tried_backup_and_the_aging_of_each_day_once(full: str) -> None:
    config = Config.load(Path(full).with_name("arc.toml"))
    now = datetime.now(UTC) + timedelta(days=3)
    with opened(config) as one:
        first = keep_night(one, now)
        again = keep_night(one, now + timedelta(minutes=1))
    folder = folder_of(config.file, config.agent)
    lines = (folder / AGING).read_text("utf-8").splitlines()

    assert (first.trouble, again.days) == ("", 0)
    assert len(backups(folder)) == 2
    assert lines[0].startswith("Date,Currency,Open")
    assert [line.split(",")[1:5] for line in lines[1:]] == [
        ["EUR", "49382716.05", "0.00", "49382716.05"]
    ] * first.days
    assert "Kanari" not in "".join(lines)


def test_days_that_were_missed_are_put_down_as_they_were_known(full: str) -> None:
    config = Config.load(Path(full).with_name("arc.toml"))
    start = datetime.now(UTC)
    with opened(config) as one:
        keep_night(one, start + timedelta(days=1))
        with one.ledger.change(Origin("Zoë", "action", "Void", start + timedelta(days=2))) as t:
            t.put(INVOICES, "i1", None)
        keep_night(one, start + timedelta(days=4))
    lines = (folder_of(config.file, config.agent) / AGING).read_text("utf-8").splitlines()[1:]

    assert [line.split(",")[2] for line in lines] == ["49382716.05"] * 2 + ["39506172.84"] * 2


def test_a_ledger_that_was_tampered_with_is_backed_up_nowhere(full: str) -> None:
    config = Config.load(Path(full).with_name("arc.toml"))
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("UPDATE invoices SET amount = 1")
    with opened(config) as one:
        night = keep_night(one, NOW)

    assert "No backup was made; run arc verify." in night.trouble
    assert not backups(folder_of(config.file, config.agent))


# -- rights and encryption -------------------------------------------------------------------------------------


@pytest.fixture
def role(server: URL, database: str) -> Iterator[str]:
    name = f'Zoë\'s "agent" {uuid.uuid4().hex[:6]}'
    statement(server, "CREATE ROLE {} LOGIN", name)
    yield name
    statement(make_url(database), "DROP OWNED BY {}", name)
    statement(server, "DROP ROLE {}", name)


def _as(database: str, role: str) -> str:
    return make_url(database).set(username=role).render_as_string(hide_password=False)


def _granted(database: str, role: str, kind: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(script(role, kind))  # type: ignore[arg-type]  # kind is one of the two


def test_an_agent_may_do_its_work_and_nothing_to_the_history(full: str, database: str, role: str) -> None:
    source = open_ledger(full)
    copy_ledger(source, database)
    source.close()
    _granted(database, role, "agent")
    ledger = open_ledger(_as(database, role))
    _works(ledger)
    ledger.close()
    with psycopg.connect(database, user=role, autocommit=True) as connection:
        for harm in (
            "UPDATE change SET after = ''",
            "DELETE FROM change",
            "UPDATE change_set SET who = 'x'",
            "DELETE FROM message",
            "UPDATE content SET content = ''",
            "UPDATE answer SET answer = ''",
            "DELETE FROM ledger",
            "DROP TABLE note",
            "CREATE TABLE mine (a int)",
            "TRUNCATE issue",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(harm)


def _works(ledger: SqlLedger) -> None:
    """Do what agents do: rows, issues, books, leases, messages, answers, notes."""
    put(ledger, INVOICES, {"r77": invoice("by a role")})
    _fill_again(ledger)
    book = ledger.books()[0]
    epoch = ledger.lease(book.id, "me", NOON, NOON + timedelta(minutes=5), takeover=True)
    ledger.acknowledge(book.id, epoch, book.at, "print")
    ledger.release(book.id, epoch)
    (first, *_) = ledger.claim("me", NOON + timedelta(hours=1), NOON + timedelta(hours=2), 3)
    ledger.about_to_send(first.message.id, "me", NOON + timedelta(hours=1))
    assert list(ledger.verify()) == []


def _fill_again(ledger: Ledger) -> None:
    with ledger.change(Origin("Zoë", "action", "More", NOON)) as t:
        t.answer("request-2", "{}")
        t.set_note("bank until", "2026-11-26")
    queue(ledger, message(99))


def test_a_reader_may_look_and_no_more(full: str, database: str, role: str) -> None:
    source = open_ledger(full)
    copy_ledger(source, database)
    source.close()
    _granted(database, role, "reader")
    ledger = open_ledger(_as(database, role))
    assert list(ledger.verify()) == []
    with pytest.raises(LedgerError, match="does not let this user write"):
        put(ledger, INVOICES, {"r77": invoice("no")})
    ledger.close()


def test_the_doctor_says_what_a_role_may_do_in_the_ledger(full: str, database: str, role: str) -> None:
    source = open_ledger(full)
    copy_ledger(source, database)
    source.close()
    _granted(database, role, "reader")
    config = replace(Config.load(Path(full).with_name("arc.toml")), ledger=_as(database, role))

    def told() -> tuple[bool, str]:
        with opened(config) as one:
            return rights_in(one.ledger)

    well, said = told()
    assert not well
    assert "does not let its user write (UPDATE on ledger is lacking and " in said
    assert _rights(config)[2] == "settings and workbook may be written."
    _granted(database, role, "agent")
    assert told() == (True, "the ledger may be written.")


def test_a_server_elsewhere_is_spoken_to_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)

    def mode(place: str) -> object:
        return encrypted(make_url(place)).query.get("sslmode")

    assert mode("postgresql://zoe@db.example/arc") == "require"
    assert mode("postgresql://zoe@10.0.0.7:5432/arc") == "require"
    assert mode("postgresql://zoe@db.example/arc?sslmode=verify-full") == "verify-full"
    for local in ("localhost", "127.0.0.1", "[::1]", ""):
        assert mode(f"postgresql://zoe@{local}/arc") is None
    assert mode("postgresql:///arc?host=/tmp/socket") is None
    monkeypatch.setenv("PGSSLMODE", "verify-ca")
    assert mode("postgresql://zoe@db.example/arc") is None
