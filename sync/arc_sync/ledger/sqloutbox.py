"""The outbox in SQL: a few small statements, so that sending waits for the disk and for nothing else.

Each runs in a transaction of the caller's. In PostgreSQL a claim skips the rows that another has locked
(SKIP LOCKED); in SQLite the caller holds the write lock. The rules are those of `outbox`, said in SQL where
reading the message first would cost a second statement; the contract holds both to the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)

from arc_sheets.message import MessageState, Posted
from arc_sync.ledger import outbox
from arc_sync.ledger.bulk import batches
from arc_sync.ledger.draft import Sealed
from arc_sync.ledger.outbox import HELD, Entry, moment_text
from arc_sync.ledger.records import entry_values, posted_values, read_entry
from arc_sync.ledger.schema import ANSWER, CONTENT, LEDGER, MESSAGE, NOTE

S = MessageState
_C: Final = MESSAGE.c

#: Messages fetched or written at once: each may be some tens of kilobytes.
_BATCH: Final = 200

# Each statement is built once: building one costs as much as running it.
_WHOLE: Final = select(MESSAGE, CONTENT.c.content).join(CONTENT, CONTENT.c.message == _C.id)
_LISTED: Final = _WHOLE.order_by(_C.number)
_BARE: Final = select(MESSAGE, literal(b"", CONTENT.c.content.type).label("content")).order_by(_C.number)
_ONE: Final = _WHOLE.where(_C.id == bindparam("message"))
_GRASPED: Final = _ONE.with_for_update(of=MESSAGE)
_KEYED: Final = select(_C.id).where(_C.key == bindparam("key"))
_ANSWER: Final = select(ANSWER.c.answer).where(ANSWER.c.request == bindparam("request"))
_NOTE: Final = select(NOTE.c.text).where(NOTE.c.name == bindparam("name"))

_HOW_FAR: Final = ("state", "tries", "next_try", "owner", "until", "said", "changed")
_MOVE: Final = (
    update(MESSAGE).where(_C.id == bindparam("message")).values({name: bindparam(name) for name in _HOW_FAR})
)
_MINE: Final = and_(_C.id == bindparam("message"), _C.owner == bindparam("by"))
_ABOUT: Final = (
    update(MESSAGE)
    .where(_MINE, _C.state == S.CLAIMED.value, _C.until > bindparam("moment"))
    .values(state=S.SENDING.value, changed=bindparam("moment"))
)
_BACK: Final = (
    update(MESSAGE)
    .where(_MINE, _C.state.in_([state.value for state in HELD]))
    .values(state=S.QUEUED.value, owner="", until=None, next_try=bindparam("again"), said=bindparam("heard"))
)


def _oldest(which: ColumnElement[bool]) -> Select[Any]:
    """Return the statement for messages that nobody else is at, the oldest first: (number, id), locked."""
    return select(_C.number, _C.id).where(which).order_by(_C.number).with_for_update(skip_locked=True)


def _lapsed(state: MessageState) -> ColumnElement[bool]:
    return and_(_C.state == state.value, or_(_C.until.is_(None), _C.until <= bindparam("moment")))


_WAITING: Final = _oldest(
    and_(
        _C.state == S.QUEUED.value,
        _C.not_before <= bindparam("moment"),
        or_(_C.next_try.is_(None), _C.next_try <= bindparam("moment")),
    )
).limit(bindparam("many"))
_LEFT_BEHIND: Final = _oldest(_lapsed(S.CLAIMED)).limit(bindparam("many"))
_LOST: Final = _oldest(_lapsed(S.SENDING))
_THESE: Final = _C.id.in_(bindparam("ids", expanding=True))
_TAKE: Final = (
    update(MESSAGE)
    .where(_THESE)
    .values(
        state=S.CLAIMED.value,
        tries=_C.tries + 1,
        owner=bindparam("by"),
        until=bindparam("end"),
        changed=bindparam("moment"),
    )
)
_GIVE_UP: Final = (
    update(MESSAGE)
    .where(_THESE)
    .values(state=S.UNKNOWN.value, until=None, said=outbox.LOST, changed=bindparam("moment"))
)


# ---- what stands there --------------------------------------------------------------------------------
def posted(
    connection: Connection,
    states: Collection[MessageState],
    message: str,
    since: datetime | None,
    *,
    bare: bool = False,
) -> list[Posted]:
    """Return messages, the oldest first; see `View.posted`."""
    asked = _of_states(tuple(states), bare=bare)
    if message:
        asked = asked.where(_C.id == message)
    if since:
        asked = asked.where(_C.changed >= moment_text(since))
    return [read_entry(found).posted for found in connection.execute(asked)]


@cache
def _of_states(states: tuple[MessageState, ...], *, bare: bool) -> Select[Any]:
    every = _BARE if bare else _LISTED
    return every.where(or_(*(_C.state == state.value for state in states))) if states else every


def entries(connection: Connection) -> Iterator[Entry | None]:
    """Yield all messages as they are kept, by number; None for one that cannot be read."""
    last = -1
    ahead = _LISTED.limit(_BATCH)
    while page := connection.execute(ahead.where(_C.number > last)).all():
        for found in page:
            try:
                yield read_entry(found)
            except (ValueError, TypeError):  # what no one could have put there
                yield None
        last = page[-1].number


def keyed(connection: Connection, key: str) -> bool:
    """Say whether a message with this key is in the outbox."""
    return connection.scalar(_KEYED, {"key": key}) is not None


def grasp(connection: Connection, message: str) -> Posted | None:
    """Return a message, and lock it until the transaction ends."""
    found = connection.execute(_GRASPED, {"message": message}).one_or_none()
    return read_entry(found).posted if found else None


def answered(connection: Connection, request: str) -> str | None:
    """Return the answer to a request, or None."""
    return connection.scalar(_ANSWER, {"request": request})


def note(connection: Connection, name: str) -> str:
    """Return a note, "" if there is none."""
    return connection.scalar(_NOTE, {"name": name}) or ""


# ---- what a change set leaves ---------------------------------------------------------------------------
def keep(connection: Connection, sealed: Sealed) -> None:
    """Keep a finished change set's messages, answers and notes."""
    for some in batches(sealed.queued, _BATCH):
        messages = [entry.posted.message for entry in some]
        connection.execute(insert(MESSAGE), [entry_values(entry) for entry in some])
        connection.execute(insert(CONTENT), [{"message": m.id, "content": m.content} for m in messages])
    if sealed.queued:
        connection.execute(update(LEDGER).values(messages=sealed.tail.number, seal=sealed.tail.seal))
    if sealed.moved:
        connection.execute(_MOVE, [{"message": i, **posted_values(p)} for i, p in sealed.moved.items()])
    if sealed.answers:
        given = [{"request": request, "answer": answer} for request, answer in sealed.answers.items()]
        connection.execute(insert(ANSWER), given)
    if sealed.notes:
        connection.execute(delete(NOTE).where(NOTE.c.name.in_(sealed.notes)))
        connection.execute(insert(NOTE), [{"name": n, "text": t} for n, t in sealed.notes.items()])


# ---- what senders do ------------------------------------------------------------------------------------
def claim(connection: Connection, owner: str, now: datetime, until: datetime, many: int) -> list[Posted]:
    """Give a sender up to `many` messages that may go now, the oldest first; see `outbox.may_go`."""
    moment, many = moment_text(now), max(many, 0)
    asked = {"moment": moment, "many": many}
    free = [row for pick in (_WAITING, _LEFT_BEHIND) for row in connection.execute(pick, asked)]
    picked = [ident for _, ident in sorted((number, ident) for number, ident in free)[:many]]
    return _changed(connection, _TAKE, picked, {"moment": moment, "by": owner, "end": moment_text(until)})


def lost(connection: Connection, now: datetime) -> list[Posted]:
    """Let messages in `sending` whose sender's claim has lapsed come to `unknown`."""
    moment = {"moment": moment_text(now)}
    picked = [ident for _, ident in connection.execute(_LOST, moment)]
    return _changed(connection, _GIVE_UP, picked, moment)


def hand_back(connection: Connection, message: str, owner: str, next_try: datetime, said: str) -> None:
    """Put a message that `owner` holds back into the queue; raises `Fenced`."""
    _own(connection, _BACK, message, owner, {"again": moment_text(next_try), "heard": outbox.heard(said)})


def about_to_send(connection: Connection, message: str, owner: str, now: datetime) -> None:
    """Let a message that `owner` has claimed, and still has time for, come to `sending`; raises `Fenced`."""
    _own(connection, _ABOUT, message, owner, {"moment": moment_text(now)})


def _own(connection: Connection, mine: Update, message: str, owner: str, values: dict[str, Any]) -> None:
    """Change a message in one statement if `owner` holds it; say why not otherwise."""
    if connection.execute(mine, {"message": message, "by": owner, **values}).rowcount != 1:
        there = posted(connection, (), message, None)
        raise outbox.not_held(there[0] if there else None, owner)


def _changed(
    connection: Connection, change: Update, ids: Sequence[str], values: dict[str, Any]
) -> list[Posted]:
    """Change messages, and return them as they are now, the oldest first."""
    found: list[Posted] = []
    for some in batches(ids, _BATCH):
        connection.execute(change, {"ids": some, **values})
        found += (read_entry(row).posted for row in connection.execute(_LISTED.where(_C.id.in_(some))))
    return found
