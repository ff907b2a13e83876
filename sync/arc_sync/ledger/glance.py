"""Has anything moved? A look at a ledger without reading its rows or loading SQLAlchemy, which takes half a second.

Only for the round that finds nothing new. What a glance cannot tell, `open_ledger` can, in words. The
statements are constants.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString

from arc_sync.ledger.address import file_of, parameters
from arc_sync.ledger.port import BookRecord
from arc_sync.ledger.records import REVISION, read_book
from arc_sync.merge.history import Bookmark

_VERSION: Final = "SELECT version_num FROM alembic_version"
_LEDGER: Final = "SELECT id, n, hash FROM ledger"
_BOOKS: Final = (
    'SELECT id, number, place, mark, pending, epoch, holder, "until", fingerprint FROM book ORDER BY number'
)

#: When a queued message may go next: the later of two moments. They are of fixed width, so that they compare as texts.
_OUTGOING: Final = """
SELECT min(CASE WHEN state = 'queued' THEN {}(not_before, coalesce(next_try, not_before)) ELSE "until" END)
FROM message WHERE state IN ('queued', 'claimed', 'sending')
"""
_LATER_FILE, _LATER_SERVER = _OUTGOING.format("max"), _OUTGOING.format("greatest")

#: Seconds that a server may take, to let us in and for each answer: after that the long way says what is wrong.
_PATIENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Glance:
    """What a glance tells: the ledger's identity and head, its books and outbox, all of one moment."""

    ledger: str
    head: Bookmark
    books: tuple[BookRecord, ...]
    next_out: datetime | None = None  #: UTC; when a sender may see to a message next; None: there is none

    @property
    def outgoing(self) -> bool:
        """Whether a message is queued, or in a sender's hands."""
        return self.next_out is not None


def is_near(place: str) -> bool:
    """Say whether a glance at the ledger at `place` asks no server, and so never waits."""
    return bool(file_of(place))


def glance(place: str | Path) -> Glance | None:
    """Look at the ledger at `place`; None if it is no ledger of this version that can be read at once."""
    path = file_of(str(place))
    return _glance_at_file(Path(path)) if path else _glance_at_server(str(place))


def _glance_at_file(path: Path) -> Glance | None:
    try:
        if not path.is_file():
            return None
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)
        ) as connection:
            connection.execute("BEGIN")
            return _look(connection.execute, _LATER_FILE)
    except (
        sqlite3.Error,
        OSError,
    ):  # damaged, out of reach, locked, another program's: opening it says which
        return None


def _glance_at_server(address: str) -> Glance | None:
    told = parameters(address, f"-c statement_timeout={_PATIENCE}s", _PATIENCE)
    if told is None:
        return None
    import psycopg  # noqa: PLC0415 (where the ledger is a file, nobody needs it)

    try:
        with psycopg.connect(**told) as connection:  # type: ignore[arg-type]  # its hints know no settings by name
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            return _look(connection.execute, _LATER_SERVER)
    except psycopg.Error:  # out of reach, no ledger, no right to read it: opening it says which
        return None


def _look(ask: Callable[[LiteralString], Any], later: LiteralString) -> Glance | None:
    if [*map(tuple, ask(_VERSION).fetchall())] != [(REVISION,)]:
        return None
    ledger, n, last = ask(_LEDGER).fetchone()
    books = tuple(map(read_book, ask(_BOOKS).fetchall()))
    (first,) = ask(later).fetchone()
    return Glance(ledger, Bookmark(n, last), books, datetime.fromisoformat(first) if first else None)
