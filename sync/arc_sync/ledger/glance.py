"""Has anything moved? A look at an SQLite ledger without loading SQLAlchemy, which takes half a second.

Only for the round that finds nothing new. What a glance cannot tell, `open_ledger` can, in words. The
statements are constants; the one value is bound.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from arc_sync.ledger.port import BookRecord
from arc_sync.ledger.records import REVISION, read_book
from arc_sync.merge.history import Bookmark

_VERSION: Final = "SELECT version_num FROM alembic_version"
_LEDGER: Final = "SELECT id, n, hash FROM ledger"
_BOOKS: Final = (
    'SELECT id, number, place, mark, pending, epoch, holder, "until", fingerprint FROM book ORDER BY number'
)

#: Moments are of fixed width, so that they compare as texts; max() of a queued one, min() of all.
_OUTGOING: Final = """
SELECT min(CASE WHEN state = 'queued' THEN max(not_before, coalesce(next_try, not_before)) ELSE "until" END)
FROM message WHERE state IN ('queued', 'claimed', 'sending')
"""


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


def glance(place: str | Path) -> Glance | None:
    """Look at the ledger at `place`; None if it is no SQLite file of this version that can be read at once."""
    path = Path(place)
    if "://" in str(place) or not path.is_file():
        return None
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0)
        ) as connection:
            return _look(connection)
    except sqlite3.Error:  # damaged, locked, another program's: opening it says which
        return None


def _look(connection: sqlite3.Connection) -> Glance | None:
    connection.execute("BEGIN")
    if connection.execute(_VERSION).fetchall() != [(REVISION,)]:
        return None
    found: Sequence[Any] = connection.execute(_LEDGER).fetchone()
    ledger, n, last = found
    books = tuple(map(read_book, connection.execute(_BOOKS)))
    (first,) = connection.execute(_OUTGOING).fetchone()
    return Glance(ledger, Bookmark(n, last), books, datetime.fromisoformat(first) if first else None)
