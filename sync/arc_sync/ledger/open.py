"""Where a ledger is, and how it is made and opened.

A place is a path to an SQLite file, or an address: sqlite:///path, postgresql://user@host/database.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, column, insert, inspect, select, table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from arc_sheets.errors import LedgerError, LedgerMissing, LedgerNewer
from arc_sync.ledger.engine import postgres_engine, readers_never_wait, sqlite_engine, writing
from arc_sync.ledger.loaded import Last
from arc_sync.ledger.records import REVISION
from arc_sync.ledger.schema import LEDGER
from arc_sync.ledger.sql import SqlLedger
from arc_sync.ledger.trouble import spoken
from arc_sync.merge.history import ROOT

#: Seconds a change waits for another's end.
PATIENCE = 10.0

_VERSION = table("alembic_version", column("version_num"))


def open_ledger(place: str | Path, *, patience: float = PATIENCE, last: Last | None = None) -> SqlLedger:
    """Open the ledger at `place`; one of an older version is brought up to date first.

    Raises `LedgerMissing`, `LedgerNewer` (nothing was touched), `LedgerBusy`, or `LedgerError` where the
    file is damaged, is no ledger or may not be written. `patience`: seconds to wait for locks. `last` saves a
    process that opens it often from loading it anew.
    """
    engine, said = _engine(place, patience, create=False)
    with _disposed_on_error(engine), spoken(said):
        _bring_up_to_date(engine, said)
        readers_never_wait(engine)
        return SqlLedger(engine, said, last)


def create_ledger(place: str | Path, *, patience: float = PATIENCE) -> SqlLedger:
    """Make a ledger at `place` and open it; raises `LedgerError` if there is one, or it cannot be made.

    PostgreSQL: the database must exist and hold no ledger. SQLite: the folder must exist.
    """
    engine, said = _engine(place, patience, create=True)
    with _disposed_on_error(engine), spoken(said):
        with engine.begin() as connection:
            _lock(connection)
            tables = set(inspect(connection).get_table_names())
            if tables & {"alembic_version", LEDGER.name}:
                raise LedgerError(f"There is a ledger at {said} already; open it, or name another place.")
            if tables and connection.dialect.name == "sqlite":
                raise LedgerError(f"{said} belongs to another program; name another file for the ledger.")
            _migrate(connection)
            connection.execute(insert(LEDGER), _first())
        readers_never_wait(engine)
        return SqlLedger(engine, said)


def _first() -> dict[str, object]:
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return {"id": str(uuid.uuid4()), "created": created, "n": ROOT.n, "hash": ROOT.hash}


def _engine(place: str | Path, patience: float, *, create: bool) -> tuple[Engine, str]:
    """Return an engine and what to call the place in messages, without a password."""
    if isinstance(place, Path) or "://" not in place:
        return _sqlite(Path(place), patience, create=create)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):  # neither is shown: either may repeat a password
        raise LedgerError(
            "The address of the ledger cannot be read; write a path, or postgresql://user@host/database."
        ) from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database:
        return _sqlite(Path(url.database), patience, create=create)
    if kind in ("postgresql", "postgres"):
        return postgres_engine(url, patience=patience), _named(url)
    raise LedgerError(f"A ledger cannot be kept in {kind}; use a file, or postgresql://user@host/database.")


def _sqlite(path: Path, patience: float, *, create: bool) -> tuple[Engine, str]:
    if create:
        if not path.absolute().parent.is_dir():
            raise LedgerError(f"The folder of {path} does not exist; make it, or name another place.")
    elif not path.exists():
        raise LedgerMissing(
            f"There is no ledger at {path}; arc restore brings a backup back, arc init makes a new one, or correct the"
            " settings."
        )
    if path.is_dir():
        raise LedgerError(f"{path} is a folder; name the ledger's file in it.")
    return sqlite_engine(path, patience=patience, create=create), str(path)


def _named(url: URL) -> str:
    where = f"{url.host or 'this machine'}{f':{url.port}' if url.port else ''}"
    return f"{url.database or ''} on {where}"


def _bring_up_to_date(engine: Engine, said: str) -> None:
    with engine.connect() as connection:
        revision = _revision(connection, said)
    if revision == REVISION:
        return
    from arc_sync.ledger import migrations  # noqa: PLC0415 (Alembic takes a while to import)

    if not migrations.is_known(revision):
        raise LedgerNewer(
            f"The ledger {said} was written by a newer ARC (version {revision} of its form, this ARC knows"
            f" {REVISION}); update ARC on this machine. Nothing was touched."
        )
    with writing(engine) as connection:
        migrations.upgrade(connection)


def _revision(connection: Connection, said: str) -> str:
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", LEDGER.name} <= tables:
        raise LedgerMissing(
            f"There is no ledger in {said}; run arc init to make one, or correct the settings."
        )
    return str(connection.scalars(select(_VERSION.c.version_num)).one())


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection) -> None:
    from arc_sync.ledger import migrations  # noqa: PLC0415 (Alembic takes a while to import)

    migrations.upgrade(connection)


@contextmanager
def _disposed_on_error(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise
