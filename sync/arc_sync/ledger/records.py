"""How books and change sets stand in their tables. No SQL here, so that `glance` need not load any."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from arc_sync.ledger.port import BookRecord
from arc_sync.merge.history import At, ChangeSet, Origin

#: The newest migration: what a database must be at.
REVISION: Final = "0002"


def read_set(found: Sequence[Any]) -> ChangeSet:
    """Return the change set of a row of `change_set`."""
    number, who, source, what, when, first, last = found
    return ChangeSet(number, Origin(who, source, what, datetime.fromisoformat(when)), first, last)


def set_values(made: ChangeSet) -> dict[str, Any]:
    """Return the row of `change_set`."""
    facts = {**made.origin._asdict(), "when": made.origin.when.isoformat()}
    return {"number": made.number, **facts, "first": made.first, "last": made.last}


def read_book(found: Sequence[Any]) -> BookRecord:
    """Return the book of a row of `book`."""
    book, _, place, mark, pending, epoch, holder, until, fingerprint = found
    at = At(mark, tuple((start, end) for start, end in json.loads(pending)))
    lasts = datetime.fromisoformat(until) if until else None
    return BookRecord(book, place, at, epoch, holder, lasts, fingerprint)


def book_values(book: BookRecord) -> dict[str, Any]:
    """Return the row of `book`, without its id and number."""
    return {
        "place": book.where,
        **at_values(book.at),
        "epoch": book.epoch,
        "holder": book.holder,
        "until": book.until.isoformat() if book.until else None,
        "fingerprint": book.fingerprint,
    }


def at_values(at: At) -> dict[str, Any]:
    """Return the columns of `book` that hold its progress."""
    return {"mark": at.mark, "pending": json.dumps(at.pending)}
