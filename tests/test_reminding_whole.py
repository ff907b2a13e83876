from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.cells import CellValue, Formula
from arc_sheets.message import MessageState
from arc_sheets.tabs import CUSTOMERS, REMINDERS, TEMPLATES
from arc_sync.books.file import FileBook
from arc_sync.mail.port import Fate, Outcome
from tests.hands import FileHand
from tests.reminding_firm import DAY, Office, office, quick_words

__all__ = ["quick_words"]


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path)
    one.plan()
    one.firm.make_book(one.now)
    return one


def in_book(here: Office) -> dict[str, dict[str, CellValue]]:
    """What stands on Reminders in the workbook, by customer."""
    names = [c.name for c in REMINDERS.stored]
    with FileBook(here.firm.config.book).open() as session:
        rows = [dict(zip(names, row.cells, strict=True)) for row in session.read(REMINDERS).rows]
    return {str(row["customer"]): row for row in rows}


def place(here: Office, customer: str) -> int:
    return list(in_book(here)).index(customer)


def test_values_pasted_over_another_row_are_not_approved_with_it(here: Office) -> None:
    hand, alder = FileHand(here.firm.config.book), here.of("Alder")
    words = {"subject": alder.subject, "body": alder.body}
    pasted: dict[str, CellValue] = {"customer": "Alder", "to": alder.to, "invoices": alder.invoices, **words}
    for _ in range(2):  # the second time the same notices stand already
        hand.type(REMINDERS, place(here, "Birch"), **pasted, decision="Approve")
        here.firm.sync(here.now)
        (why,) = here.decide().refused
        assert why.startswith(
            "Friendly for Birch waits: Customer, To and Invoices of its row were typed over"
        )
        assert (here.of("Birch").status, here.of("Birch").decision) == ("proposed", None)
        assert here.posted() == []
        here.firm.sync(here.now)


def test_words_that_cannot_be_taken_hold_what_was_approved_with_them(here: Office) -> None:
    hand, before = FileHand(here.firm.config.book), here.of("Alder").body
    hand.type(REMINDERS, place(here, "Alder"), decision="Approve", body=Formula("Guten Tag, bitte zahlen"))
    here.firm.sync(here.now)
    (why,) = here.decide().refused
    assert why.startswith("Friendly for Alder waits: Message of its row is not what stands in the ledger")
    assert (here.of("Alder").status, here.of("Alder").decision) == ("proposed", None)
    assert here.posted() == []
    here.firm.sync(here.now)
    hand.type(REMINDERS, place(here, "Alder"), decision="Approve", body="Guten Tag, bitte zahlen")
    here.firm.sync(here.now)
    assert here.decide().queued == ["Alder"]
    assert here.of("Alder").body == "Guten Tag, bitte zahlen" != before


def test_what_was_sent_keeps_its_words_and_what_is_typed_there_stands_on_issues(here: Office) -> None:
    hand = FileHand(here.firm.config.book)
    hand.type(REMINDERS, place(here, "Alder"), decision="Approve")
    here.firm.sync(here.now)
    here.decide()
    hand.type(REMINDERS, place(here, "Alder"), subject="Typed too late")  # in a copy that knows nothing of it
    sent = here.of("Alder")
    here.send()
    hand.type(REMINDERS, place(here, "Alder"), body="Never said")
    for _ in range(2):
        here.firm.sync(here.now)
    assert (here.of("Alder").status, here.of("Alder").subject) == ("sent", sent.subject)
    assert here.of("Alder").body == sent.body == in_book(here)["Alder"]["body"]
    assert in_book(here)["Alder"]["subject"] == sent.subject
    for text in ("Typed too late", "Never said"):
        assert any(text in why for why in here.issues())


def test_a_day_in_the_workbook(here: Office) -> None:
    """Read the reasons, approve two, skip one, edit one; a call that ends in a promise, which breaks."""
    assert "INV-B is 16 days late" in str(in_book(here)["Birch"]["why"])
    hand = FileHand(here.firm.config.book)
    hand.type(
        REMINDERS, place(here, "Alder"), decision="Approve", body="Dear Anna,\n\nplease pay INV-A.\n\nZoë"
    )
    hand.type(REMINDERS, place(here, "Birch"), decision="Approve")
    hand.type(REMINDERS, place(here, "Cedar"), decision="Skip")
    here.firm.sync(here.now)
    assert here.decide().queued == ["Alder", "Birch"]
    assert here.send().sent == ["Alder", "Birch"]
    here.firm.sync(here.now)
    assert {name: row["status"] for name, row in in_book(here).items()} == {
        "Alder": "sent",
        "Birch": "sent",
        "Cedar": "skipped",
    }
    assert b"please pay INV-A." in here.arrived[0].content
    assert {row["decision"] for row in in_book(here).values()} == {"Approve", "Skip"}

    here.promise("Birch", "INV-B", 500_00, DAY + timedelta(6))
    here.later(days=6)
    here.bank()
    here.plan()
    assert "promised" in (here.newest("Birch").why or "").casefold()
    here.later(days=1)
    here.bank()
    here.plan()
    here.firm.sync(here.now)
    assert (here.newest("Birch").stage, here.newest("Birch").status) == ("Firm", "proposed")
    assert "broken" in (here.newest("Birch").why or "")
    assert here.firm.sync(here.now).idle
    assert here.firm.ledger.verify() == []


def test_the_book_shows_what_needs_a_person_and_a_choice_there_settles_it(here: Office) -> None:
    here.approve("Alder", "Birch")
    here.mailer.outcome = lambda m: Outcome(
        Fate.UNKNOWN if m.customer == "Alder" else Fate.REFUSED, "the line broke"
    )
    here.send()
    report = here.firm.sync(here.now)
    assert sorted(line.where for line in report.issues) == [
        "Reminders, Alder, Friendly, Decision",
        "Reminders, Birch, Friendly, Decision",
    ]
    assert report.needs_person
    told = " ".join(line.what for line in report.issues)
    assert "Friendly reminder to ap@alder.example (Alder)" in told
    assert "It was refused: the line broke" in told
    assert here.firm.sync(here.now).idle, "the issues of sending are not the merge's to close"
    hand = FileHand(here.firm.config.book)
    hand.type(REMINDERS, place(here, "Alder"), decision="It went")
    hand.type(REMINDERS, place(here, "Birch"), decision="Skip")
    here.firm.sync(here.now)
    here.decide()
    assert here.firm.sync(here.now).issues == []
    assert [p.state for p in here.posted()] == [MessageState.SENT, MessageState.FAILED]
    assert {name: row["status"] for name, row in in_book(here).items()}["Alder"] == "sent"


def test_a_decision_that_means_nothing_is_cleared_and_said(here: Office) -> None:
    FileHand(here.firm.config.book).type(REMINDERS, place(here, "Alder"), decision="It went")
    here.firm.sync(here.now)
    (why,) = here.decide().refused
    assert why == "Friendly for Alder is proposed: there is nothing to decide."
    report = here.firm.sync(here.now)
    assert in_book(here)["Alder"]["decision"] is None
    assert [(line.mine, line.state) for line in report.issues] == [("It went", "for information")]


def test_a_broken_template_typed_into_the_book_never_reaches_the_ledger(here: Office) -> None:
    i, row = next(
        (i, r) for i, r in here.rows(TEMPLATES).items() if r[:3] == ("Friendly", "Email", "English")
    )
    with FileBook(here.firm.config.book).open() as session:
        at = [r.id for r in session.read(TEMPLATES).rows].index(i)
    FileHand(here.firm.config.book).type(TEMPLATES, at, body="Dear {{ contct }}")
    report = here.firm.sync(here.now)
    assert here.rows(TEMPLATES)[i] == row
    assert "ARC cannot use Body in Templates: line 1" in report.issues[0].what
    assert here.plan().broken == []


def test_who_may_not_be_contacted_any_more_leaves_the_tab(here: Office) -> None:
    here.put(CUSTOMERS, "c Alder", do_not_contact="insolvent")
    here.plan()
    here.firm.sync(here.now)
    assert in_book(here)["Alder"]["status"] == "not planned"
    assert in_book(here)["Alder"]["why"] == "Do not contact: insolvent."
