"""Connections: SQLite and PostgreSQL, and how each begins to read and to write.

The few statements here that are no Core expressions are constants: SQLite's settings and beginnings.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.pool import QueuePool

from arc_sync.ledger.address import wants_tls
from arc_sync.ledger.schema import LEDGER

#: FULL: a committed change survives a power cut.
_SETTINGS: Final = ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


def sqlite_engine(path: Path, *, patience: float, create: bool = False) -> Engine:
    """Return an engine on an SQLite file that exists (or is created); `patience` in seconds, for locks."""
    address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    # the connection used last comes first: what it has cached of the file still holds
    kept = {"poolclass": QueuePool, "pool_timeout": patience, "pool_use_lifo": True}
    return _speaking(create_engine("sqlite://", creator=connect, **kept))


def postgres_engine(url: URL, *, patience: float) -> Engine:
    """Return an engine on a PostgreSQL database; `patience` in seconds, for connections and locks."""
    url = encrypted(url)
    options = f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC -c synchronous_commit=on"
    before = url.query.get("options")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_timeout=patience,
        connect_args={
            "options": f"{before} {options}" if isinstance(before, str) else options,
            "connect_timeout": max(2, int(patience)),
        },
    )
    return _speaking(engine)


def _speaking(engine: Engine) -> Engine:
    """Let what a driver cannot hand over, such as half a character, be an error of data as a database's own are."""
    event.listen(engine, "handle_error", _of_data)
    return engine


def _of_data(context: ExceptionContext) -> None:
    met = context.original_exception
    if isinstance(met, UnicodeEncodeError | OverflowError):
        raise DataError(context.statement, None, met) from met


def encrypted(url: URL) -> URL:
    """Return an address that asks for TLS where it is wanted (`address.wants_tls`)."""
    host = str(url.query.get("host") or url.host or "")
    return url.update_query_dict({"sslmode": "require"}) if wants_tls(host, url.query) else url


def readers_never_wait(engine: Engine) -> None:
    """Set SQLite's write-ahead log, which stays set in the file; only done to what is known as a ledger."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that sees the ledger at one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction as the only writer: SQLite's write lock, PostgreSQL's lock on the ledger's row."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(select(LEDGER.c.id).with_for_update())
        yield connection


@contextmanager
def posting(engine: Engine) -> Iterator[Connection]:
    """Open a transaction for a few messages: SQLite's write lock; in PostgreSQL only what it touches is locked.

    So senders do not wait for a change set under way, nor for each other.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
