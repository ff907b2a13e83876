"""Whatever is changed behind ARC's back, `verify` says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from arc_sheets.message import MessageState
from arc_sheets.tabs import CUSTOMERS, INVOICES, REMINDERS
from arc_sync.ledger.links import forge, row_text
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.outbox import seal
from arc_sync.ledger.port import Ledger
from arc_sync.ledger.records import set_values
from arc_sync.ledger.schema import BOOK, CHANGE, CHANGE_SET, CONTENT, ISSUE, LEDGER, MESSAGE, ROWS
from arc_sync.ledger.sql import SqlLedger
from arc_sync.merge.history import Bookmark, Change, ChangeSet
from tests.ledger_contract import CONFLICT, HOUR, KEY, NOON, invoice, now, origin, put, row
from tests.outbox_contract import message, queue

Tampering: TypeAlias = Callable[[Connection], object]


def fill(ledger: Ledger) -> list[Bookmark]:
    """Five changes in four sets; the bookmark after each set."""
    marks = [put(ledger, INVOICES, {"i1": invoice("A"), "i2": invoice("B")})]
    marks.append(put(ledger, INVOICES, {"i1": invoice("A", amount=5)}))
    marks.append(put(ledger, CUSTOMERS, {"c": row(CUSTOMERS, name="Müller")}, who="Ann"))
    with ledger.change(origin()) as change:
        change.put_issue(KEY, CONFLICT)
    return [*marks, change.head()]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    opened = create_ledger(tmp_path / "ledger.db")
    opened.add_book("book", "a.xlsx")
    yield opened
    opened.close()


def _swap(connection: Connection) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        connection.execute(update(CHANGE).where(CHANGE.c.n == old).values(n=new))


def _swap_within_a_set(connection: Connection) -> None:
    for old, new in ((1, 99), (2, 1), (99, 2)):
        connection.execute(update(CHANGE).where(CHANGE.c.n == old).values(n=new))


def _edited(column: str, old: str, new: str) -> Tampering:
    value = func.replace(CHANGE.c[column], old, new)
    return lambda c: c.execute(update(CHANGE).values({column: value}))


def _set_facts(**values: object) -> Tampering:
    return lambda c: c.execute(update(CHANGE_SET).where(CHANGE_SET.c.number == 3).values(values))


TAMPERINGS: dict[str, Tampering] = {
    "a live cell is changed": lambda c: c.execute(update(ROWS["invoices"]).values(amount=1)),
    "a live cell is emptied": lambda c: c.execute(update(ROWS["customers"]).values(name=None)),
    "a live cell holds no date": lambda c: c.execute(update(ROWS["invoices"]).values(due="soon")),
    "a live row is deleted": lambda c: c.execute(delete(ROWS["customers"])),
    "a live row is added": lambda c: c.execute(insert(ROWS["promises"]).values(id="p", amount=1)),
    "an issue is deleted": lambda c: c.execute(delete(ISSUE)),
    "an issue is changed": lambda c: c.execute(update(ISSUE).values(packed="{}")),
    "an issue is moved": lambda c: c.execute(update(ISSUE).values(column="due")),
    "an after is changed": _edited("after", "125000", "1"),
    "a before is changed": _edited("before", "125000", "1"),
    "a change has another row": _edited("row", "i2", "i3"),
    "a change has another tab": _edited("tab", "customers", "payments"),
    "a change has another source": _edited("source", "action", "undo"),
    "a hash is changed": _edited("hash", "a", "b"),
    "a change is deleted": lambda c: c.execute(delete(CHANGE).where(CHANGE.c.n == 3)),
    "the last change is deleted": lambda c: c.execute(delete(CHANGE).where(CHANGE.c.n == 5)),
    "two changes are swapped": _swap,
    "two changes of one set are swapped": _swap_within_a_set,
    "a change is moved to another set": lambda c: c.execute(
        update(CHANGE).where(CHANGE.c.n == 2).values(set=2)
    ),
    "a name is replaced": _set_facts(who="Mallory"),
    "a time is changed": _set_facts(when="2020-01-01T00:00:00+00:00"),
    "a reason is changed": _set_facts(what="Nothing"),
    "a set's source is changed": _set_facts(source="import"),
    "a set begins elsewhere": _set_facts(first=3),
    "a set ends elsewhere": _set_facts(last=5),
    "a set is added": lambda c: c.execute(
        insert(CHANGE_SET).values(
            number=5, who="M", source="action", what="", when="2026-01-01", first=6, last=6
        )
    ),
    "the head is changed": lambda c: c.execute(update(LEDGER).values(n=4)),
    "the head's hash is changed": lambda c: c.execute(update(LEDGER).values(hash="0" * 64)),
    "a book is ahead": lambda c: c.execute(update(BOOK).values(mark=6)),
    "a book awaits what is not there": lambda c: c.execute(update(BOOK).values(pending="[[4, 6]]")),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_found(ledger: SqlLedger, tampering: Tampering) -> None:
    marks = fill(ledger)
    now(ledger)  # what was loaded before must not be trusted
    assert list(ledger.verify(marks)) == []
    with ledger._writing() as connection:
        tampering(connection)
    assert len(ledger.verify()) > 0


def send_some(ledger: Ledger) -> None:
    """Four messages: one sent, one drafted, one claimed, one queued; their reminders say so."""
    queue(ledger, *(message(n) for n in range(1, 5)))
    ledger.claim("Ann", NOON, NOON + HOUR, 3)
    for n, state in ((1, MessageState.SENT), (2, MessageState.DRAFTED)):
        if state is MessageState.SENT:
            ledger.about_to_send(message(n).id, "Ann", NOON)
        with ledger.change(origin()) as change:
            change.move(message(n).id, state, owner="Ann")
            change.put(REMINDERS, f"r{n}", row(REMINDERS, customer="Müller", status=state.value))
    put(ledger, REMINDERS, {"of old": row(REMINDERS, customer="Müller", status="sent")})


def _message(n: int, **values: object) -> Tampering:
    return lambda c: c.execute(update(MESSAGE).where(MESSAGE.c.number == n).values(values))


def _content(content: bytes, **values: object) -> Tampering:
    def tamper(connection: Connection) -> None:
        connection.execute(update(CONTENT).where(CONTENT.c.message == message(1).id).values(content=content))
        if values:
            _message(1, **values)(connection)

    return tamper


def _out(n: int) -> Tampering:
    def tamper(connection: Connection) -> None:
        connection.execute(delete(CONTENT).where(CONTENT.c.message == message(n).id))
        connection.execute(delete(MESSAGE).where(MESSAGE.c.number == n))

    return tamper


def _resealed(connection: Connection) -> None:
    """Change who it went to, with a seal that fits."""
    forged = message(1, to="mallory@example.org")
    fitting = seal("root", 1, forged.digest, forged)
    connection.execute(update(MESSAGE).where(MESSAGE.c.number == 1).values(to=forged.to, seal=fitting))


def _closed_up(connection: Connection) -> None:
    """Take one out and number the rest anew."""
    _out(3)(connection)
    connection.execute(update(MESSAGE).where(MESSAGE.c.number == 4).values(number=3))
    connection.execute(update(LEDGER).values(messages=3))


OUTBOX_TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "its content": (_content(b"Pay twice"), "Message 1 to Müller is not what was queued"),
    "its content and digest": (
        _content(b"x", digest=sha256(b"x").hexdigest()),
        "Message 1 to Müller is not as it was queued: its seal differs",
    ),
    "its recipient": (_message(2, to="mallory@example.org"), "Message 2 to Müller is not as it was queued"),
    "its amount": (_message(3, amount=1), "Message 3 .* its seal differs"),
    "its key, to be sent again": (_message(1, key="other"), "Message 1 .* its seal differs"),
    "its reminder": (_message(1, reminder="r9"), "Message 1 .* its seal differs"),
    "its term": (_message(4, not_after="2099-01-01T00:00:00+00:00"), "Message 4 .* its seal differs"),
    "its term, to no date": (_message(4, not_after="soon"), "after message 3 holds what no one could have"),
    "a state that is none": (_message(2, state="gone"), "after message 1 holds what no one could have"),
    "with a seal that fits": (_resealed, "Message 2 .* its seal differs"),
    "sent, to go again": (
        _message(1, state="queued"),
        "Row r1 of reminders says sent, but its message is queued",
    ),
    "drafted, to unknown": (
        _message(2, state="unknown"),
        "Row r2 of reminders says drafted, but its message is unknown",
    ),
    "claimed by nobody": (_message(3, owner=""), "Message 3 is claimed, but no sender holds it"),
    "claimed for ever": (_message(3, until=None), "Message 3 is claimed, but no sender holds it"),
    "its reminder's day": (
        lambda c: c.execute(update(ROWS["reminders"]).values(planned="soon")),
        "Row r1 of reminders is not what its history says",
    ),
    "taken out": (_out(2), "After message 1 comes message 3"),
    "without its content": (lambda c: c.execute(delete(CONTENT)), "The outbox ends with message 0"),
    "taken out, and closed up": (_closed_up, "Message 3 .* its seal differs"),
    "taken off the end": (
        _out(4),
        "The outbox ends with message 3, but the ledger says 4: its end is missing",
    ),
    "its end forgotten": (lambda c: c.execute(update(LEDGER).values(messages=3)), "the ledger says 3"),
}


@pytest.mark.parametrize(("tampering", "words"), OUTBOX_TAMPERINGS.values(), ids=OUTBOX_TAMPERINGS.keys())
def test_tampering_with_a_message_is_found(ledger: SqlLedger, tampering: Tampering, words: str) -> None:
    send_some(ledger)
    assert list(ledger.verify()) == []
    with ledger._writing() as connection:
        tampering(connection)
    found = ledger.verify()
    assert re.search(words, "\n".join(found))
    assert all(sentence.endswith(".") for sentence in found)


def test_tampering_with_a_message_in_memory_is_found() -> None:
    ledger = MemoryLedger()
    send_some(ledger)
    assert list(ledger.verify()) == []
    true = ledger._now
    first = true.outbox[message(1).id]
    for wrong in (
        replace(first.posted, message=message(1, content=b"Pay twice")),
        replace(first.posted, message=message(1, to="mallory@example.org")),
        replace(first.posted, state=MessageState.QUEUED),
    ):
        outbox = {**true.outbox, message(1).id: first._replace(posted=wrong)}
        ledger._now = replace(true, outbox=outbox)
        assert len(ledger.verify()) > 0


def test_a_long_list_of_wrong_messages_is_cut(ledger: SqlLedger) -> None:
    queue(ledger, *(message(n) for n in range(50)))
    with ledger._writing() as connection:
        connection.execute(update(MESSAGE).values(digest="x"))
    assert len(ledger.verify()) == 20


def test_a_tail_cut_off_cleanly_is_found_by_a_bookmark(ledger: SqlLedger) -> None:
    marks = fill(ledger)
    with ledger._writing() as connection:
        connection.execute(delete(CHANGE).where(CHANGE.c.n == 5))
        connection.execute(delete(CHANGE_SET).where(CHANGE_SET.c.number == 4))
        connection.execute(delete(ISSUE))
        end = connection.execute(select(CHANGE.c.n, CHANGE.c.hash).where(CHANGE.c.n == 4)).one()
        connection.execute(update(LEDGER).values(n=end.n, hash=end.hash))
    assert list(ledger.verify(marks[:-1])) == []
    assert "A bookmark stands at change 5, but the history ends with change 4" in ledger.verify(marks)[0]


def test_a_history_written_anew_is_found_by_a_bookmark(tmp_path: Path) -> None:
    true, forged = MemoryLedger(), create_ledger(tmp_path / "ledger.db")
    marks = fill(true)
    put(forged, INVOICES, {"i1": invoice("A", amount=1), "i2": invoice("B")})
    for n in range(4):
        put(forged, INVOICES, {"i1": invoice("A", amount=n + 2)})
    assert list(forged.verify()) == []
    assert "not the one a bookmark remembers" in forged.verify([marks[0]])[0]
    forged.close()


def test_a_well_hashed_lie_about_the_past_is_found(ledger: SqlLedger) -> None:
    head = put(ledger, INVOICES, {"i1": invoice("A", amount=2)})
    lie = (
        "action",
        "invoices",
        "i1",
        row_text(INVOICES, invoice("A", amount=1)),
        row_text(INVOICES, invoice("B")),
    )
    (link,) = forge(head, 2, origin(), [lie])
    with ledger._writing() as connection:
        connection.execute(insert(CHANGE_SET), set_values(ChangeSet(2, origin(), 2, 2)))
        connection.execute(insert(CHANGE), link._asdict())
        connection.execute(update(ROWS["invoices"]).values(number="B", amount=invoice("B")[5]))
        connection.execute(update(LEDGER).values(n=2, hash=link.hash))
    assert ledger.verify() == ["Change 2 (invoices) starts from a value that was not there."]


def test_a_long_list_of_findings_is_cut(ledger: SqlLedger) -> None:
    put(ledger, INVOICES, {f"i{n}": invoice(str(n)) for n in range(50)})
    with ledger._writing() as connection:
        connection.execute(update(CHANGE).values(hash="x"))
    assert len(ledger.verify()) == 20


@pytest.mark.parametrize("n", range(5))
def test_tampering_in_memory_is_found(n: int) -> None:
    ledger = MemoryLedger()
    fill(ledger)
    history = ledger._now.log
    true = list(history)
    for wrong in (
        replace(true[n], hash="x"),
        replace(true[n], row="other"),
        replace(true[n], before=invoice("Z")),
        replace(true[n], after=None),
    ):
        if wrong != true[n]:
            history[n] = _typed(wrong)
            assert len(ledger.verify()) > 0
    history[:] = true
    assert list(ledger.verify()) == []
    del history[n]
    assert len(ledger.verify()) > 0


def _typed(change: Change) -> Change:
    """A wrong `before` must at least be of its tab."""
    if change.tab != "invoices" and change.before == invoice("Z"):
        return replace(change, before=None, source="x")
    return change
