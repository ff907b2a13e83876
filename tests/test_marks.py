from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from arc_sheets.errors import BookAhead
from arc_sync.agent.firm import Firm
from arc_sync.agent.marks import look_for_newer
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger, open_ledger
from tests.reminding_firm import Office, office, quick_words

__all__ = ["quick_words"]

AUTOMATIC = """
[[stages]]
name = "Friendly"
days = 3
channel = "Email"
automatic = true
"""


def restored(here: Office, folder: Path) -> Office:
    """Approve in the evening, keep a copy of the ledger, send in the morning, put the copy back."""
    ledger, copy = folder / "l.db", folder / "copy.db"
    here.firm.make_book(here.now)
    here.firm.ledger.close()
    shutil.copy(ledger, copy)
    here.firm = Firm(here.firm.config, open_ledger(str(ledger)))
    here.send()
    here.firm.sync(here.now)
    here.firm.ledger.close()
    for file in folder.glob("l.db*"):
        file.unlink()
    shutil.copy(copy, ledger)
    here.firm = Firm(here.firm.config, open_ledger(str(ledger)))
    here.later(minutes=5)
    return here


@pytest.fixture
def here(tmp_path: Path) -> Office:
    return office(tmp_path, create_ledger(str(tmp_path / "l.db")))


def test_nothing_is_sent_again_from_a_ledger_that_was_restored(here: Office, tmp_path: Path) -> None:
    here.plan()
    here.approve("Alder")
    restored(here, tmp_path)
    with pytest.raises(BookAhead, match="older ledger seems to have been restored"):
        here.send()
    assert len(here.arrived) == 1
    assert [p.state.value for p in here.posted()] == ["queued"]
    here.firm.ledger.close()


def test_nor_while_the_workbook_is_open_in_another_program(here: Office, tmp_path: Path) -> None:
    here.plan()
    here.approve("Alder")
    book = restored(here, tmp_path).firm.config.book
    book.with_name(f".~lock.{book.name}#").write_text("Anna,desk,x,now,x;", "utf-8")
    with pytest.raises(BookAhead):
        here.send()
    here.firm.ledger.close()


def test_nor_does_a_plan_queue_what_goes_by_itself(here: Office, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(AUTOMATIC, "utf-8")
    here.plan()
    assert here.posted()
    restored(here, tmp_path)
    here.customer("Dogwood")
    here.invoice("INV-D", "Dogwood", 5)
    before = len(here.posted())
    with pytest.raises(BookAhead):
        here.plan()
    assert len(here.posted()) == before
    here.firm.ledger.close()


def test_a_book_that_is_in_step_or_behind_is_no_objection(here: Office) -> None:
    here.plan()
    here.firm.make_book(here.now)
    here.approve("Alder")
    assert here.send().sent == ["Alder"]
    here.firm.ledger.close()


def test_nor_is_one_that_is_missing_damaged_or_of_another_ledger(tmp_path: Path) -> None:
    here = office(tmp_path)
    book = here.firm.config.book
    look_for_newer(here.firm.ledger, book)
    book.write_bytes(b"not a workbook")
    look_for_newer(here.firm.ledger, book)
    book.unlink()
    here.firm.make_book(here.now)
    look_for_newer(MemoryLedger(), book)


def test_a_book_that_another_person_keeps_is_asked_too(here: Office, tmp_path: Path) -> None:
    here.plan()
    here.approve("Alder")
    restored(here, tmp_path)
    book = here.firm.config.book
    theirs = book.rename(book.with_name("theirs.xlsx"))
    look_for_newer(here.firm.ledger, book)
    here.firm.ledger.add_book("c" * 32, str(theirs))
    with pytest.raises(BookAhead, match="knows changes"):
        here.send()
    here.firm.ledger.close()
