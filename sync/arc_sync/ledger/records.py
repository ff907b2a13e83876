"""How books, change sets and messages stand in their tables. No SQL here, so that `glance` need not load any."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from arc_sheets.message import Message, MessageState, Posted
from arc_sync.ledger.outbox import Entry, moment_text
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


def read_entry(found: Sequence[Any]) -> Entry:
    """Return the message of a row of `message` and its content; raises ValueError for what no one could have put there."""
    ident, number, key, *facts, digest, seal, state, tries, next_try, owner, until, said, changed, content = (
        found
    )
    reminder, customer, channel, to, stage, invoices, currency, amount, *moments = facts
    message = Message(
        *(ident, key, reminder, customer, channel, to, stage),
        tuple(json.loads(invoices)),
        *(currency, amount, bytes(content)),
        *map(datetime.fromisoformat, moments),
    )
    waits, lasts, since = (datetime.fromisoformat(m) if m else None for m in (next_try, until, changed))
    posted = Posted(message, MessageState(state), tries, waits, owner, lasts, said, since)
    return Entry(number, digest, seal, posted)


def entry_values(entry: Entry) -> dict[str, Any]:
    """Return the row of `message`."""
    message = entry.posted.message
    return {
        "id": message.id,
        "number": entry.number,
        "key": message.key,
        "reminder": message.reminder,
        "customer": message.customer,
        "channel": message.channel,
        "to": message.to,
        "stage": message.stage,
        "invoices": json.dumps(message.invoices, ensure_ascii=False),
        "currency": message.currency,
        "amount": message.amount,
        "queued": moment_text(message.queued),
        "not_before": moment_text(message.not_before),
        "not_after": moment_text(message.not_after),
        "digest": entry.digest,
        "seal": entry.seal,
        **posted_values(entry.posted),
    }


def posted_values(posted: Posted) -> dict[str, Any]:
    """Return the columns of `message` that say how far it is."""
    return {
        "state": posted.state.value,
        "tries": posted.tries,
        "next_try": _text(posted.next_try),
        "owner": posted.owner,
        "until": _text(posted.until),
        "said": posted.said,
        "changed": _text(posted.changed or posted.message.queued),
    }


def _text(moment: datetime | None) -> str | None:
    return moment_text(moment) if moment else None
