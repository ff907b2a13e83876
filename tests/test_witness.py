from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.errors import MailError
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.firm import Firm
from arc_sync.agent.reminding.outcomes import Report
from arc_sync.agent.reminding.sending import send_due
from arc_sync.agent.reminding.witness import Witness, usual_witness
from arc_sync.ledger.open import create_ledger, open_ledger
from tests.reminding_firm import NOW, Office, office, quick_words

__all__ = ["quick_words"]


def send(here: Office, witness: Witness) -> Report:
    mailers = {"Email": here.mailer, "Text": here.mailer}
    return send_due(here.firm, mailers, lambda: here.now, "desk", witness=witness)


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path, create_ledger(str(tmp_path / "l.db")))
    one.firm.make_book(one.now)
    return one


def kept(here: Office, folder: Path) -> Path:
    """Keep a copy of the ledger as it is."""
    here.firm.ledger.close()
    copy = folder / "copy.db"
    shutil.copy(folder / "l.db", copy)
    here.firm = Firm(here.firm.config, open_ledger(str(folder / "l.db")))
    return copy


def bring_back(here: Office, folder: Path, copy: Path) -> None:
    """Put a copy of the ledger back; no workbook was synced in between."""
    here.firm.ledger.close()
    for file in folder.glob("l.db*"):
        file.unlink()
    shutil.copy(copy, folder / "l.db")
    here.firm = Firm(here.firm.config, open_ledger(str(folder / "l.db")))
    here.later(minutes=5)


def test_an_older_ledger_asks_where_no_workbook_knows_that_the_message_went(
    here: Office, tmp_path: Path
) -> None:
    record = tmp_path / "left.txt"
    here.plan()
    here.approve("Alder")
    copy = kept(here, tmp_path)
    assert send(here, Witness(record)).sent == ["Alder"]
    bring_back(here, tmp_path, copy)
    ((customer, why),) = send(here, Witness(record)).unknown
    assert (customer, len(here.arrived), here.of("Alder").status) == ("Alder", 1, "unknown")
    assert why.startswith("It left this computer on 25 Nov, but the ledger, an older one brought back")
    assert why.endswith("then choose under Decision: It went, or Send again.")
    here.firm.ledger.close()


def test_and_where_it_has_forgotten_the_plan_and_the_approval_too(here: Office, tmp_path: Path) -> None:
    witness, copy = Witness(tmp_path / "left.txt"), kept(here, tmp_path)
    for _ in range(2):
        here.plan()
        here.approve("Alder")
        report = send(here, witness)
        bring_back(here, tmp_path, copy)
    assert (report.sent, [customer for customer, _ in report.unknown]) == ([], ["Alder"])
    assert len(here.arrived) == 1
    here.firm.ledger.close()


def test_a_person_may_send_it_again_all_the_same(here: Office, tmp_path: Path) -> None:
    witness = Witness(tmp_path / "left.txt")
    here.plan()
    here.approve("Alder")
    copy = kept(here, tmp_path)
    send(here, witness)
    bring_back(here, tmp_path, copy)
    send(here, witness)
    here.approve("Alder", decision="Send again")
    assert send(here, witness).sent == ["Alder"]
    here.firm.ledger.close()


def test_nothing_leaves_while_that_could_not_be_kept(here: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "ascii")
    here.plan()
    here.approve("Alder")
    with pytest.raises(MailError, match=r"The record of what left, .* cannot be written"):
        send(here, Witness(tmp_path / "file" / "left.txt"))
    assert here.arrived == []
    here.firm.ledger.close()


def test_a_line_that_was_cut_off_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "left.txt"
    Witness(path).note("a" * 32, NOW)
    Witness(path).note("b" * 32, NOW + timedelta(1))
    path.write_text(path.read_text("ascii")[:-30], "ascii")
    assert (Witness(path).left("a" * 32), Witness(path).left("b" * 32)) == (NOW, None)


def test_the_record_lies_with_what_the_agent_keeps_for_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARC_HOME", str(tmp_path))
    assert usual_witness("0f-1e").path == tmp_path / "left" / "0f-1e.txt"


@pytest.mark.parametrize(
    "what",
    ["one more is due", "another address", "another number", "another invoice", "other names days later"],
)
def test_what_would_be_said_twice_is_asked_where_it_became_another_message(
    here: Office, tmp_path: Path, what: str
) -> None:
    here.invoice("INV-A2", "Alder", -1)
    record, copy = tmp_path / "left.txt", kept(here, tmp_path)
    here.plan()
    here.approve("Alder")
    assert send(here, Witness(record)).sent == ["Alder"]
    bring_back(here, tmp_path, copy)
    if what == "one more is due":
        here.later(days=2)
    elif what == "another address":
        here.customer("Alder", email="ap2@alder.example")
    elif what == "another number":
        here.put(INVOICES, "i INV-A", number="INV-A.")
    elif what == "another invoice":
        here.pay("INV-A", 500_00)
        here.invoice("INV-A3", "Alder", 4)
    else:
        here.later(days=7)
        here.put(CUSTOMERS, "c Alder", name="Alder Ltd", email="ap2@alder.example")
        for i in ("i INV-A", "i INV-A2"):
            here.put(INVOICES, i, customer="Alder Ltd", due=here.today - timedelta(5), number=f"{i}.")
    here.bank()
    here.plan()
    here.approve()
    report = send(here, Witness(record))
    ((_, why),) = [told for told in report.unknown if told[0].startswith("Alder")]
    assert (
        "left this computer on 25 Nov, but the ledger, an older one brought back, does not know of it." in why
    )
    assert not [m for m in here.arrived[1:] if m.customer.startswith("Alder")]
    here.firm.ledger.close()


def test_after_the_question_a_person_may_send_that_again_too(here: Office, tmp_path: Path) -> None:
    record, copy = tmp_path / "left.txt", kept(here, tmp_path)
    for address in ("ap@alder.example", "ap2@alder.example"):
        here.customer("Alder", email=address, cc="boss@alder.example")
        here.plan()
        here.approve("Alder")
        report = send(here, Witness(record))
        if address == "ap@alder.example":
            bring_back(here, tmp_path, copy)
    assert len(report.unknown) == 2  # the letter and its copy
    here.approve("Alder", decision="Send again")
    report = send(here, Witness(record))
    assert (report.sent, report.unknown) == (["Alder"], [])
    here.firm.ledger.close()


def test_one_more_stage_that_the_ledger_knows_of_is_not_asked_about(here: Office, tmp_path: Path) -> None:
    record = tmp_path / "left.txt"
    here.plan()
    here.approve("Alder")
    send(here, Witness(record))
    here.later(days=12)
    here.bank()
    here.plan()
    here.approve("Alder")
    report = send(here, Witness(record))
    assert (report.sent, report.unknown) == (["Alder"], [])
    here.firm.ledger.close()


def test_the_record_names_nobody_and_notes_without_marks_are_read(here: Office, tmp_path: Path) -> None:
    record = tmp_path / "left.txt"
    record.write_text(f"{'a' * 32} {NOW.isoformat()}\n", "ascii")
    here.plan()
    here.approve("Alder")
    send(here, Witness(record))
    assert Witness(record).left("a" * 32) == NOW
    assert not {"alder", "inv-a", "friendly"} & set(
        record.read_text("ascii").casefold().replace("@", " ").split()
    )
    assert set(record.read_text("ascii")) <= set("0123456789abcdef-T:+. \n")
    here.firm.ledger.close()
