from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets.cells import Row
from arc_sheets.errors import LedgerError
from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, DISPUTES, INVOICES, REMINDERS
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.ledger.undo import Left, Step, Undone, undo
from tests.ledger_contract import CONFLICT, HOUR, KEY, NOON, invoice, now, origin, put, row
from tests.ledger_histories import Step as Told
from tests.ledger_histories import histories, tell
from tests.outbox_contract import message

LATER = NOON + HOUR
MUELLER = row(CUSTOMERS, name="Müller", terms=30)


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    opened: Ledger = MemoryLedger() if request.param == "memory" else create_ledger(tmp_path / "ledger.db")
    put(opened, CUSTOMERS, {"c": MUELLER})
    put(opened, INVOICES, {"i1": invoice()})
    yield opened
    opened.close()


def undo_last(ledger: Ledger) -> Undone:
    return undo(ledger, next(iter(ledger.sets())).number, "Zoë", LATER)


def test_a_field_goes_back_under_a_name_of_its_own(ledger: Ledger) -> None:
    before = now(ledger)
    put(ledger, INVOICES, {"i1": invoice(amount=7, notes="wrong")}, what="Import of May")
    done = undo_last(ledger)
    assert done.undone == (
        Step("invoices", "i1", "amount", 7, 1250_00),
        Step("invoices", "i1", "notes", "wrong", None),
    )
    assert done.left == ()
    assert (now(ledger).rows, now(ledger).head) == (before.rows, done.head)
    assert next(iter(ledger.sets())).origin == origin(
        "Undid change set 3: Import of May", source="undo", when=LATER
    )
    assert list(ledger.verify()) == []


def test_what_was_inserted_goes_and_what_was_deleted_comes_back(ledger: Ledger) -> None:
    before = now(ledger)
    put(ledger, INVOICES, {"i1": None, "i2": invoice("INV-2")})
    done = undo_last(ledger)
    assert now(ledger).rows == before.rows
    assert done.undone == (Step("invoices", "i1", "", None, None), Step("invoices", "i2", "", None, None))


def test_a_field_changed_since_stays_and_is_reported(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice(amount=7, po="P", notes="n")})
    put(ledger, INVOICES, {"i1": invoice(amount=8, po="P", notes="n", hold_reminders="yes")})
    done = undo(ledger, 3, "Zoë", LATER)
    assert now(ledger).rows["invoices"] == {"i1": invoice(amount=8, hold_reminders="yes")}
    assert done.left == (Left("invoices", "i1", "amount", "it has been changed since"),)


def test_rows_that_moved_on_stay(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"new": invoice("N"), "gone": invoice("G"), "i1": invoice(amount=7)})
    put(ledger, INVOICES, {"new": invoice("N", notes="touched"), "gone": None, "i1": None})
    put(ledger, INVOICES, {"i1": invoice(amount=9)})
    put(ledger, INVOICES, {"i1": None})
    before = now(ledger)
    done = undo(ledger, 3, "Zoë", LATER)
    assert {left.row: left.why for left in done.left} == {
        "new": "it was added, and has been changed since",
        "gone": "it was undone since",
        "i1": "it has been deleted since",
    }
    assert (done.undone, now(ledger)) == ((), before)


def test_a_deleted_row_that_came_back_stays(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": None})
    put(ledger, INVOICES, {"i1": invoice("INV-9")})
    assert undo(ledger, 3, "Zoë", LATER).left == (
        Left("invoices", "i1", "", "it was deleted, and came back since"),
    )


def test_issues_are_not_undone(ledger: Ledger) -> None:
    with ledger.change(origin()) as change:
        change.put_issue(KEY, CONFLICT)
        change.put(INVOICES, "i1", invoice(amount=7))
    undo_last(ledger)
    assert now(ledger).issues == {KEY: CONFLICT}


def test_a_row_put_several_times_goes_back_to_the_first(ledger: Ledger) -> None:
    with ledger.change(origin()) as change:
        change.put(INVOICES, "i1", invoice(amount=7))
        change.put(INVOICES, "i1", None)
        change.put(INVOICES, "i1", invoice(amount=8))
        change.put(INVOICES, "i2", invoice("INV-2"))
        change.put(INVOICES, "i2", None)
    done = undo_last(ledger)
    assert done.undone == (Step("invoices", "i1", "amount", 8, 1250_00),)
    assert now(ledger).rows["invoices"] == {"i1": invoice()}


def test_undoing_an_undo_and_undoing_twice(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice(amount=7), "i2": invoice("INV-2")})
    there = now(ledger).rows
    undo(ledger, 3, "Zoë", LATER)
    head = now(ledger).head
    again = undo(ledger, 3, "Zoë", LATER)
    assert (again.undone, now(ledger).head) == ((), head)
    assert {left.why for left in again.left} == {"it was undone since"}
    undo(ledger, 4, "Zoë", LATER)
    assert now(ledger).rows == there


def test_swapped_numbers_swap_back(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i2": invoice("INV-2")})
    put(ledger, INVOICES, {"i1": invoice("INV-2"), "i2": invoice("INV-1")})
    assert undo_last(ledger).left == ()
    assert {i: r[0] for i, r in now(ledger).rows["invoices"].items()} == {"i1": "INV-1", "i2": "INV-2"}


def test_a_number_taken_since_is_left(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice("OLD-1", notes="n"), "i2": invoice("INV-2")})
    put(ledger, INVOICES, {"i2": None})
    put(ledger, INVOICES, {"i3": invoice("INV-1"), "i4": invoice("INV-2")})
    renamed, deleted = undo(ledger, 3, "Zoë", LATER), undo(ledger, 4, "Zoë", LATER)
    assert Left("invoices", "i1", "number", "another row has the number INV-1 now") in renamed.left
    assert renamed.undone == (Step("invoices", "i1", "notes", "n", None),)
    assert deleted.left == (Left("invoices", "i2", "", "another row has the number INV-2 now"),)


def test_a_customer_that_others_name_since_stays(ledger: Ledger) -> None:
    with ledger.change(origin()) as change:
        change.put(CUSTOMERS, "d", row(CUSTOMERS, name="Dubois"))
        change.put(INVOICES, "i2", invoice("INV-2", customer="Dubois"))
    put(ledger, INVOICES, {"i3": invoice("INV-3", customer="Dubois")})
    done = undo(ledger, 3, "Zoë", LATER)
    assert done.undone == (Step("invoices", "i2", "", None, None),)
    assert done.left == (Left("customers", "d", "", "Invoices has rows that name it"),)


def test_a_renaming_goes_back_whole_or_not_at_all(ledger: Ledger) -> None:
    with ledger.change(origin()) as change:
        change.put(CUSTOMERS, "c", row(CUSTOMERS, name="Mueller", terms=30))
        change.put(INVOICES, "i1", invoice(customer="Mueller"))
    put(ledger, INVOICES, {"i2": invoice("INV-2", customer="Mueller")})
    done = undo(ledger, 3, "Zoë", LATER)
    assert done.undone == ()
    assert done.left == (
        Left("customers", "c", "name", "Invoices has rows that name it"),
        Left("invoices", "i1", "customer", "Customers has no row Müller any more"),
    )
    put(ledger, INVOICES, {"i2": None})
    assert undo(ledger, 3, "Zoë", LATER).left == ()
    assert now(ledger).rows["invoices"]["i1"] == invoice()


def test_a_row_whose_customer_is_gone_does_not_come_back(ledger: Ledger) -> None:
    put(ledger, DISPUTES, {"d": row(DISPUTES, invoice="INV-1")})
    put(ledger, DISPUTES, {"d": None})
    put(ledger, INVOICES, {"i1": None})
    assert undo(ledger, 4, "Zoë", LATER).left == (
        Left("disputes", "d", "", "Invoices has no row INV-1 any more"),
    )
    undo(ledger, 5, "Zoë", LATER)
    assert undo(ledger, 4, "Zoë", LATER).undone == (Step("disputes", "d", "", None, None),)


def test_a_dry_run_says_the_same_and_writes_nothing(ledger: Ledger) -> None:
    put(ledger, INVOICES, {"i1": invoice(amount=7)})
    head = now(ledger).head
    planned = undo(ledger, 3, "Zoë", LATER, dry_run=True)
    assert (planned.head, now(ledger).head) == (head, head)
    done = undo(ledger, 3, "Zoë", LATER)
    assert (planned.undone, planned.left) == (done.undone, done.left)


def test_no_such_change_set(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="There is no change set 99; see arc history"):
        undo(ledger, 99, "Zoë", LATER)


# ---- messages are not undone ----------------------------------------------------------------------------
def reminder(status: str, **values: Any) -> Row:
    return row(REMINDERS, customer="Müller", stage="Firm", currency="EUR", status=status, **values)


TOUCH = row(ACTIVITY, customer="Müller", channel="Email", direction="Out")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("queued", "its message is in the outbox"),
        ("sent", "it was sent"),
        ("drafted", "it lies among the drafts"),
        ("unknown", "it may have been sent"),
        ("failed", "its message was refused"),
    ],
)
def test_a_reminder_with_a_message_is_not_proposed_again(ledger: Ledger, status: str, why: str) -> None:
    put(ledger, REMINDERS, {"r": reminder("proposed")})
    put(ledger, REMINDERS, {"r": reminder("queued", decision="Approve")})
    put(ledger, REMINDERS, {"r": reminder(status, decision="Approve")})
    before = now(ledger)
    for number in (3, 4, 5):  # proposed, approved, sent
        if status != "queued" or number < 5:
            assert undo(ledger, number, "Zoë", LATER).left == (Left("reminders", "r", "", why),)
    assert now(ledger) == before


def test_what_tells_of_a_message_stays_and_the_rest_goes_back(ledger: Ledger) -> None:
    put(ledger, REMINDERS, {"r": reminder("queued")})
    with ledger.change(origin()) as change:
        change.put(REMINDERS, "r", reminder("sent"))
        change.put(ACTIVITY, "t", TOUCH)
        change.put(ACTIVITY, "u", row(ACTIVITY, customer="Dubois"))
        change.put(INVOICES, "i1", invoice(notes="reminded"))
    done = undo_last(ledger)
    assert done.left == (
        Left("reminders", "r", "", "it was sent"),
        Left("activity", "t", "", "it tells of a message that went out"),
    )
    assert {(step.tab, step.row) for step in done.undone} == {("activity", "u"), ("invoices", "i1")}


def test_a_touch_that_no_message_made_is_undone(ledger: Ledger) -> None:
    put(ledger, REMINDERS, {"r": reminder("sent")})
    with ledger.change(origin()) as change:
        change.put(REMINDERS, "r", reminder("sent", why="A note of a person's"))
        change.put(ACTIVITY, "t", TOUCH)
    assert undo_last(ledger).undone == (Step("activity", "t", "", None, None),)


@pytest.mark.parametrize(
    ("went", "why"), [(MessageState.SENT, "it was sent"), (MessageState.DRAFTED, "it lies among the drafts")]
)
def test_the_touch_of_a_message_written_by_hand_stays(ledger: Ledger, went: MessageState, why: str) -> None:
    letter = message(1, reminder="", customer="Müller")
    with ledger.change(origin()) as change:
        change.queue(letter)
    ledger.claim("Ann", NOON, NOON + HOUR, 1)
    ledger.about_to_send(letter.id, "Ann", NOON)
    with ledger.change(origin(when=NOON + HOUR / 2)) as change:
        change.move(letter.id, went, owner="Ann")
        change.put(ACTIVITY, "t", TOUCH)
        change.put(ACTIVITY, "u", row(ACTIVITY, customer="Dubois"))
    done = undo_last(ledger)
    assert done.left == (Left("activity", "t", "", why),)
    assert {(step.tab, step.row) for step in done.undone} == {("activity", "u")}


def test_a_withdrawn_message_is_not_queued_again(ledger: Ledger) -> None:
    put(ledger, REMINDERS, {"r": reminder("queued")})
    put(ledger, REMINDERS, {"r": reminder("withdrawn")})
    assert undo_last(ledger).left == (
        Left("reminders", "r", "", "its message is not in the outbox any more"),
    )


def test_a_proposal_without_a_message_is_undone(ledger: Ledger) -> None:
    put(ledger, REMINDERS, {"r": reminder("proposed")})
    put(ledger, REMINDERS, {"r": reminder("skipped", decision="Skip")})
    assert undo_last(ledger).left == ()
    assert now(ledger).rows["reminders"] == {"r": reminder("proposed")}
    undo(ledger, 3, "Zoë", LATER)
    assert now(ledger).rows["reminders"] == {}


def test_a_deleted_reminder_that_was_sent_comes_back(ledger: Ledger) -> None:
    put(ledger, REMINDERS, {"r": reminder("sent")})
    put(ledger, REMINDERS, {"r": None})
    assert undo_last(ledger).left == ()
    assert now(ledger).rows["reminders"] == {"r": reminder("sent")}


@settings(max_examples=60, deadline=None)
@given(histories, st.data())
def test_undoing_all_sets_newest_first_empties_the_ledger(
    history: list[list[Told]], data: st.DataObject
) -> None:
    ledger = MemoryLedger()
    put(ledger, CUSTOMERS, {"c": MUELLER})
    tell(ledger, history)
    numbers = [s.number for s in ledger.sets() if s.number > 1]
    for number in numbers:
        assert undo(ledger, number, "Zoë", LATER).left == ()
    assert {name: rows for name, rows in now(ledger).rows.items() if rows} == {"customers": {"c": MUELLER}}
    if numbers:
        undo(ledger, data.draw(st.sampled_from(numbers)), "Zoë", LATER)
    assert list(ledger.verify()) == []
