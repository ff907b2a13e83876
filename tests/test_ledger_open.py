"""Every way a ledger can be missing, broken or out of reach: one sentence, and nothing changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from arc_sheets.cells import Rows
from arc_sheets.errors import LedgerBusy, LedgerError, LedgerMissing, LedgerNewer
from arc_sheets.message import MessageState
from arc_sheets.tabs import INVOICES, REMINDERS
from arc_sync.ledger import migrations
from arc_sync.ledger.engine import sqlite_engine
from arc_sync.ledger.loaded import Last
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.records import REVISION
from arc_sync.ledger.sql import SqlLedger
from arc_sync.ledger.trouble import explain
from arc_sync.merge.history import ROOT
from tests.ledger_contract import invoice, now, put, row
from tests.old_ledgers import leave
from tests.outbox_contract import message, posted, queue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with some rows, closed."""
    path = tmp_path / "ledger.db"
    ledger = create_ledger(path)
    put(ledger, INVOICES, {f"i{n}": invoice(f"INV-{n}", notes="x" * 100) for n in range(200)})
    ledger.close()
    return path


def refused(path: Path | str, kind: type[LedgerError], words: str) -> None:
    """Opening is refused in one sentence that names the place; the file is as it was."""
    file = Path(path)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(kind, match=words) as caught:
        open_ledger(path, patience=0.05).close()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert (file.read_bytes() if file.is_file() else None) == before


# ---- made and opened --------------------------------------------------------------------------------
def test_it_is_made_once_and_keeps_its_identity(tmp_path: Path) -> None:
    made = create_ledger(tmp_path / "ledger.db")
    made.close()
    opened = open_ledger(tmp_path / "ledger.db")
    assert (opened.id, now(opened).head) == (made.id, ROOT)
    opened.close()
    with pytest.raises(LedgerError, match=r"There is a ledger at .* already"):
        create_ledger(tmp_path / "ledger.db")
    assert [p.name for p in tmp_path.iterdir()] == ["ledger.db"]


@pytest.mark.parametrize("name", ["Müller & Söhne #1?.db", "50%20 off.db", "a'b;c.db", "x&mode=ro.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    create_ledger(tmp_path / name).close()
    open_ledger(str(tmp_path / name)).close()
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_address_names_a_file_too(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path.as_posix()}/ledger.db"
    create_ledger(address).close()
    open_ledger(address).close()


def test_sqlite_is_set_to_lose_nothing(path: Path) -> None:
    ledger = open_ledger(path)
    with ledger._engine.connect() as connection:
        read = connection.exec_driver_sql
        settings = [read(f"PRAGMA {s}").scalar() for s in ("journal_mode", "synchronous", "foreign_keys")]
    assert settings == ["wal", 2, 1]
    ledger.close()


def test_a_crash_while_making_one_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = migrations.upgrade

    def crash(connection: object) -> None:
        real(connection)  # type: ignore[arg-type]
        raise ZeroDivisionError

    monkeypatch.setattr(migrations, "upgrade", crash)
    with pytest.raises(ZeroDivisionError):
        create_ledger(tmp_path / "ledger.db")
    monkeypatch.undo()
    with pytest.raises(LedgerMissing, match="run arc init"):
        open_ledger(tmp_path / "ledger.db")
    create_ledger(tmp_path / "ledger.db").close()


# ---- not there, not one -----------------------------------------------------------------------------
def test_there_is_none(tmp_path: Path) -> None:
    refused(
        tmp_path / "ledger.db",
        LedgerMissing,
        "There is no ledger at .*; arc restore brings a backup back, arc init",
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder(tmp_path: Path) -> None:
    refused(tmp_path, LedgerError, "is a folder; name the ledger's file in it")


def test_no_folder_to_make_one_in(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"The folder of .* does not exist; make it"):
        create_ledger(tmp_path / "nowhere" / "ledger.db")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    refused(tmp_path / "ledger.db", LedgerMissing, "no ledger in .*; run arc init")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("Number,Customer,Amount\n" * 200)
    refused(tmp_path / "ledger.db", LedgerError, "is no ledger: the file is damaged or another program's")
    with pytest.raises(LedgerError, match="is no ledger"):
        create_ledger(tmp_path / "ledger.db")


def test_another_programs_database(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("create table bookmarks (url)")
        other.commit()
    refused(file, LedgerMissing, r"no ledger in .*; run arc init")
    with pytest.raises(LedgerError, match="belongs to another program; name another file"):
        create_ledger(file)


@pytest.mark.parametrize(
    "address", ["mysql://x@y/z", "sqlite://", "postgresql:///\x00", "://", "foo://b:s3cret:d"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(LedgerError):
        open_ledger(address, patience=0.1)


# ---- other versions ---------------------------------------------------------------------------------
def test_a_newer_ledger_is_not_touched(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("update alembic_version set version_num = '0042'")
        other.commit()
    refused(
        path,
        LedgerNewer,
        rf"was written by a newer ARC \(version 0042 of its form, this ARC knows {REVISION}\)",
    )


def test_an_older_ledger_is_brought_up_to_date(tmp_path: Path) -> None:
    said = leave(sqlite_engine(tmp_path / "old.db", patience=1, create=True), "0001")
    opened = open_ledger(tmp_path / "old.db")
    assert now(opened) == said
    assert list(opened.verify([said.head])) == []
    assert (queue(opened, message()), [p.state for p in posted(opened)]) == ([True], [MessageState.QUEUED])
    put(opened, REMINDERS, {"r2": row(REMINDERS, customer="Müller", channel="Email", subject="Hello")})
    assert list(opened.verify([said.head])) == []
    opened.close()
    assert open_ledger(tmp_path / "old.db").verify() == []


def test_an_upgrade_that_fails_leaves_the_older_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = leave(sqlite_engine(tmp_path / "old.db", patience=1, create=True), "0001")
    real = migrations.upgrade

    def crash(connection: Connection) -> None:
        real(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(migrations, "upgrade", crash)
    with pytest.raises(ZeroDivisionError):
        open_ledger(tmp_path / "old.db")
    with closing(sqlite3.connect(tmp_path / "old.db")) as other:
        assert other.execute("select version_num from alembic_version").fetchall() == [("0001",)]
        assert not other.execute("select 1 from sqlite_master where name = 'message'").fetchall()
    monkeypatch.undo()
    assert now(open_ledger(tmp_path / "old.db")) == said


def test_the_newest_migration_is_the_one_expected() -> None:
    assert migrations.newest() == REVISION
    assert migrations.is_known(REVISION)


# ---- opened again -----------------------------------------------------------------------------------
def test_what_was_loaded_serves_again_only_as_far_as_it_is_still_so(path: Path, tmp_path: Path) -> None:
    last = Last()
    with closing(open_ledger(path, last=last)) as ledger:
        before = _invoices(ledger)
    with closing(open_ledger(path, last=last)) as ledger:
        assert _invoices(ledger) is before
    with closing(open_ledger(path)) as other:
        put(other, INVOICES, {"i7": invoice("INV-7b"), "new": invoice("NEW")})
        after = _invoices(other)
    with closing(open_ledger(path, last=last)) as ledger:
        assert _invoices(ledger) == after
    create_ledger(tmp_path / "another.db").close()
    with closing(open_ledger(tmp_path / "another.db", last=last)) as ledger:
        assert not _invoices(ledger)


def test_a_ledger_restored_from_a_backup_is_loaded_anew(path: Path, tmp_path: Path) -> None:
    """As many changes as before, but others: the hash of the head tells."""
    last, backup = Last(), shutil.copy(path, tmp_path / "backup.db")
    for notes in ("lost", "kept"):
        with closing(open_ledger(path, last=last)) as ledger:
            put(ledger, INVOICES, {"i7": invoice("INV-7", notes=notes)})
            assert _invoices(ledger)["i7"] == invoice("INV-7", notes=notes)
        if notes == "lost":
            shutil.copy(backup, path)
            for beside in path.parent.glob("ledger.db-*"):
                beside.unlink()
    shutil.copy(backup, path)
    with closing(open_ledger(path, last=last)) as ledger:
        assert _invoices(ledger)["i7"] == invoice("INV-7", notes="x" * 100)


# ---- damaged ----------------------------------------------------------------------------------------
def test_a_ledger_cut_short(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(LedgerError, match=r"damaged; restore it from a backup"):
        _use(path)


def test_a_damaged_page_is_told_or_found(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 4096 - 5, len(data) // 4096):
        data[page * 4096 : page * 4096 + 512] = b"\x55" * 512
    path.write_bytes(data)
    ledger = open_ledger(path)
    assert any("damaged" in found for found in ledger.verify())
    with pytest.raises(LedgerError, match=r"ledger\.db is damaged; restore it from a backup"):
        now(ledger)
    ledger.close()


def test_a_table_is_missing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("drop table issue")
    with pytest.raises(LedgerError, match="not built as a ledger should be; restore it"):
        _use(path)


def _invoices(ledger: SqlLedger) -> Rows:
    with ledger.read() as view:
        return view.rows(INVOICES)


def _use(path: Path) -> None:
    ledger = open_ledger(path)
    try:
        put(ledger, INVOICES, {"new": invoice("NEW")})
        now(ledger)
        for found in ledger.verify():
            raise LedgerError(found)
    finally:
        ledger.close()


# ---- out of reach -----------------------------------------------------------------------------------
def test_in_use_by_another(path: Path) -> None:
    ledger = open_ledger(path, patience=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(LedgerBusy, match=r"ledger\.db is in use by another agent; try again in a moment"):
            put(ledger, INVOICES, {"new": invoice("NEW")})
        assert now(ledger).head.n == 200  # reading goes on
    put(ledger, INVOICES, {"new": invoice("NEW")})
    ledger.close()


def test_a_full_disk_keeps_nothing(path: Path) -> None:
    ledger = open_ledger(path)

    @event.listens_for(ledger._engine, "connect")
    def _no_room(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("pragma max_page_count = 1")  # SQLite takes the present size

    ledger._engine.dispose()
    before = now(ledger)
    with pytest.raises(LedgerError, match=r"ledger\.db cannot be written: the disk is full; make room"):
        put(ledger, INVOICES, {f"n{n}": invoice(f"N-{n}", notes="y" * 1000) for n in range(500)})
    assert now(ledger) == before
    assert list(ledger.verify()) == []
    ledger.close()


# ---- read-only: as another user, since root may write everywhere ----------------------------------------
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of its own, outside pytest's, which only root may enter."""
    folder = Path(tempfile.mkdtemp(prefix="arc-ledger-"))
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@contextmanager
def as_nobody(*, folder: Path, mode: int) -> Iterator[None]:
    """Give the folder and its files to nobody, with `mode` for the folder, and be nobody for a while."""
    root = os.geteuid() == 0
    for one in (*folder.iterdir(), folder):
        if root:
            os.chown(one, NOBODY, NOBODY)
    folder.chmod(mode)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_read_only_file(folder: Path) -> None:
    create_ledger(folder / "ledger.db").close()
    (folder / "ledger.db").chmod(0o444)
    with as_nobody(folder=folder, mode=0o755):
        ledger = open_ledger(folder / "ledger.db")
        with pytest.raises(
            LedgerError, match=r"ledger\.db cannot be written: the file or its folder is read-only"
        ):
            put(ledger, INVOICES, {"new": invoice("NEW")})
        ledger.close()


def test_a_read_only_folder(folder: Path) -> None:
    create_ledger(folder / "ledger.db").close()
    with as_nobody(folder=folder, mode=0o555):
        with pytest.raises(
            LedgerError, match=r"ledger\.db cannot be written: the file or its folder is read-only"
        ):
            open_ledger(folder / "ledger.db")
        with pytest.raises(LedgerError, match=r"new\.db cannot be opened; check .* you may write there"):
            create_ledger(folder / "new.db")
    assert [p.name for p in folder.iterdir()] == ["ledger.db"]


# ---- what PostgreSQL says (the rest is tested on a server) ----------------------------------------------
@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        ("3D000", LedgerMissing, "does not exist"),
        ("28P01", LedgerError, "refused the user or password"),
        ("42501", LedgerError, "does not let this user write"),
        ("25006", LedgerError, "read-only"),
        ("55P03", LedgerBusy, "in use"),
        ("40001", LedgerBusy, "in use"),
        ("53100", LedgerError, "disk is full"),
        ("57P01", LedgerError, "shut down"),
        ("23505", LedgerError, "stands there already"),
        ("42P01", LedgerError, "not built as a ledger"),
        ("XX001", LedgerError, "damaged"),
        (None, LedgerError, "cannot be reached"),
        ("22003", LedgerError, "was given a value that it cannot keep; correct the value and try again"),
        ("0A000", LedgerError, r"cannot be used \(odd\); nothing changed"),
    ],
)
def test_every_state_has_a_sentence(state: str | None, kind: type[LedgerError], words: str) -> None:
    error = Exception("odd")
    error.sqlstate = state  # type: ignore[attr-defined]
    said = explain(error, "books on server")
    assert type(said) is kind
    with pytest.raises(kind, match=rf"^The ledger books on server .*{words}"):
        raise said
