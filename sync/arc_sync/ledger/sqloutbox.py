"""The outbox in SQL: a few small statements, so that sending waits for the disk and for nothing else.

Each runs in a transaction of the caller's. In PostgreSQL a claim skips the rows that another has locked
(SKIP LOCKED); in SQLite the caller holds the write lock. The rules are those of `outbox`, said in SQL where
reading the message first would cost a second statement; the contract holds both to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from arc_sheets.message import MessageState, Posted
from arc_sync.ledger import outbox
from arc_sync.ledger.bulk import batches
from arc_sync.ledger.draft import Sealed
from arc_sync.ledger.outbox import HELD, Entry, moment_text
from arc_sync.ledger.records import entry_values, posted_values, read_entry
from arc_sync.ledger.schema import ANSWER, LEDGER, MESSAGE, NOTE

S = MessageState
_C: Final = MESSAGE.c

#: Messages fetched or written at once: each may be some tens of kilobytes.
_BATCH: Final = 200


# ---- what stands there --------------------------------------------------------------------------------
def posted(
    connection: Connection, states: Collection[MessageState], message: str, since: datetime | None
) -> list[Posted]:
    """Return messages, the oldest first; see `View.posted`."""
    asked = select(MESSAGE).order_by(_C.number)
    if states:
        asked = asked.where(_C.state.in_([state.value for state in states]))
    if message:
        asked = asked.where(_C.id == message)
    if since:
        asked = asked.where(_C.changed >= moment_text(since))
    return [read_entry(found).posted for found in connection.execute(asked)]


def entries(connection: Connection) -> Iterator[Entry | None]:
    """Yield all messages as they are kept, by number; None for one that cannot be read."""
    last = -1
    ahead = select(MESSAGE).order_by(_C.number).limit(_BATCH)
    while page := connection.execute(ahead.where(_C.number > last)).all():
        for found in page:
            try:
                yield read_entry(found)
            except (ValueError, TypeError):  # what no one could have put there
                yield None
        last = page[-1].number


def keyed(connection: Connection, key: str) -> bool:
    """Say whether a message with this key is in the outbox."""
    return connection.scalar(select(_C.id).where(_C.key == key)) is not None


def grasp(connection: Connection, message: str) -> Posted | None:
    """Return a message, and lock it until the transaction ends."""
    found = connection.execute(select(MESSAGE).where(_C.id == message).with_for_update()).one_or_none()
    return read_entry(found).posted if found else None


def answered(connection: Connection, request: str) -> str | None:
    """Return the answer to a request, or None."""
    return connection.scalar(select(ANSWER.c.answer).where(ANSWER.c.request == request))


def note(connection: Connection, name: str) -> str:
    """Return a note, "" if there is none."""
    return connection.scalar(select(NOTE.c.text).where(NOTE.c.name == name)) or ""


# ---- what a change set leaves ---------------------------------------------------------------------------
def keep(connection: Connection, sealed: Sealed) -> None:
    """Keep a finished change set's messages, answers and notes."""
    for some in batches(sealed.queued, _BATCH):
        connection.execute(insert(MESSAGE), [entry_values(entry) for entry in some])
    if sealed.queued:
        connection.execute(update(LEDGER).values(messages=sealed.tail.number, seal=sealed.tail.seal))
    for message, now in sealed.moved.items():
        connection.execute(update(MESSAGE).where(_C.id == message).values(posted_values(now)))
    if sealed.answers:
        given = [{"request": request, "answer": answer} for request, answer in sealed.answers.items()]
        connection.execute(insert(ANSWER), given)
    if sealed.notes:
        connection.execute(delete(NOTE).where(NOTE.c.name.in_(sealed.notes)))
        connection.execute(insert(NOTE), [{"name": n, "text": t} for n, t in sealed.notes.items()])


# ---- what senders do ------------------------------------------------------------------------------------
def claim(connection: Connection, owner: str, now: datetime, until: datetime, many: int) -> list[Posted]:
    """Give a sender up to `many` messages that may go now, the oldest first; see `outbox.may_go`."""
    moment = moment_text(now)
    waiting = and_(
        _C.state == S.QUEUED.value,
        _C.not_before <= moment,
        or_(_C.next_try.is_(None), _C.next_try <= moment),
    )
    picked = sorted([*_pick(connection, waiting, many), *_pick(connection, _lapsed(S.CLAIMED, moment), many)])
    taken = {
        "state": S.CLAIMED.value,
        "tries": _C.tries + 1,
        "owner": owner,
        "until": moment_text(until),
        "changed": moment,
    }
    return _changed(connection, [ident for _, ident in picked[: max(many, 0)]], taken)


def lost(connection: Connection, now: datetime) -> list[Posted]:
    """Let messages in `sending` whose sender's claim has lapsed come to `unknown`."""
    moment = moment_text(now)
    picked = _pick(connection, _lapsed(S.SENDING, moment))
    gone = {"state": S.UNKNOWN.value, "until": None, "said": outbox.LOST, "changed": moment}
    return _changed(connection, [ident for _, ident in picked], gone)


def hand_back(connection: Connection, message: str, owner: str, next_try: datetime, said: str) -> None:
    """Put a message that `owner` holds back into the queue; raises `Fenced`."""
    held = _C.state.in_([state.value for state in HELD])
    back = {
        "state": S.QUEUED.value,
        "owner": "",
        "until": None,
        "next_try": moment_text(next_try),
        "said": outbox.heard(said),
    }
    _own(connection, message, owner, held, back)


def about_to_send(connection: Connection, message: str, owner: str, now: datetime) -> None:
    """Let a message that `owner` has claimed, and still has time for, come to `sending`; raises `Fenced`."""
    moment = moment_text(now)
    in_time = and_(_C.state == S.CLAIMED.value, _C.until > moment)
    _own(connection, message, owner, in_time, {"state": S.SENDING.value, "changed": moment})


def _own(
    connection: Connection, message: str, owner: str, held: ColumnElement[bool], values: dict[str, Any]
) -> None:
    """Change a message in one statement if `owner` holds it; say why not otherwise."""
    mine = update(MESSAGE).where(_C.id == message, _C.owner == owner, held)
    if connection.execute(mine.values(values)).rowcount != 1:
        there = posted(connection, (), message, None)
        raise outbox.not_held(there[0] if there else None, owner)


def _lapsed(state: MessageState, moment: str) -> ColumnElement[bool]:
    return and_(_C.state == state.value, or_(_C.until.is_(None), _C.until <= moment))


def _pick(
    connection: Connection, which: ColumnElement[bool], many: int | None = None
) -> list[tuple[int, str]]:
    """Return (number, id) of the oldest messages that nobody else is at, and lock them."""
    oldest = select(_C.number, _C.id).where(which).order_by(_C.number)
    if many is not None:
        oldest = oldest.limit(max(many, 0))
    found = connection.execute(oldest.with_for_update(skip_locked=True))
    return [(number, ident) for number, ident in found.all()]


def _changed(connection: Connection, ids: Sequence[str], values: dict[str, Any]) -> list[Posted]:
    """Change messages, and return them as they are now, the oldest first."""
    found: list[Entry] = []
    for some in batches(ids, _BATCH):
        now = update(MESSAGE).where(_C.id.in_(some)).values(values).returning(*_C)
        found += map(read_entry, connection.execute(now))
    return [entry.posted for entry in sorted(found, key=lambda entry: entry.number)]
