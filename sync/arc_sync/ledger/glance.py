"""A look at an SQLite ledger with the standard library alone, to tell whether a book is still as ARC left it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from arc_sync.merge.issues import IssueKey

if TYPE_CHECKING:
    from pathlib import Path


def glance(path: Path, fingerprint: str) -> int | None:
    """Return how many issues wait for a person if the book that was left so is in step with the head.

    None: it is not, or this cannot be told; nothing is written, and no error is raised.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as ledger:
            return _waiting(ledger, fingerprint)
    except sqlite3.Error:
        return None


def _waiting(ledger: sqlite3.Connection, fingerprint: str) -> int | None:
    found = ledger.execute(
        "SELECT book.id FROM book JOIN ledger ON book.mark = ledger.n"
        " WHERE book.fingerprint = ? AND book.pending = '[]'",
        (fingerprint,),
    ).fetchone()
    if found is None:
        return None
    keys = ledger.execute('SELECT book, tab, row, "column" FROM issue WHERE book = ?', found)
    return sum(not IssueKey(*key).is_notice for key in keys)
