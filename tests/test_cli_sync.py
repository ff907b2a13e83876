from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arc_sync.agent.choices import OPEN, TOLD
from arc_sync.agent.places import find
from arc_sync.agent.quick import directory_print, quietly_in_step
from arc_sync.agent.round import Report
from arc_sync.agent.work import Worked
from arc_sync.books.contents import IssueLine
from arc_sync.cli import init
from arc_sync.cli.app import app
from arc_sync.cli.idle import at_once
from arc_sync.cli.out import listed
from arc_sync.cli.syncing import sentences
from arc_sync.xlsx import Package, fingerprint
from tests.office import INVOICES, Office, arc, office


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "Müller & O'Brien")


def test_a_second_sync_has_nothing_to_do_and_writes_nothing(here: Office) -> None:
    before = here.book.read_bytes()
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"
    assert here.book.read_bytes() == before
    assert here.json("sync")["idle"] is True


def test_what_somebody_types_is_told_in_their_words(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "cheque is in the post")
    hand.add(
        "Payments",
        {"Date": date(2026, 4, 1), "Customer": "Zoë Ltd", "Amount": Decimal("70.50"), "Applied to": "INV-3"},
    )
    hand.save()
    said = here.arc("sync").stdout
    assert "2 rows went from the workbook into the ledger." in said
    assert 'Invoices: INV-1, Notes: (blank) -> "cheque is in the post"' in said
    assert "Payments: 01 Apr 2026, Zoë Ltd, USD 70.50 added (Type payment, Applied to INV-3)" in said
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"


def test_rows_that_came_by_the_form_are_counted_with_the_others(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "cheque is in the post")
    hand.pick("Zoë Ltd")
    hand.fill("log", channel="Call", outcome="Reached", then="Save")
    before = here.copied(here.folder.parent / "other")
    hand.save()
    told = here.copied(here.folder.parent / "another").json("sync")["to_ledger"]
    said = here.arc("sync").stdout
    assert "2 rows went from the workbook into the ledger." in said
    assert (told["rows"], len({one["row"] for one in told["changes"]})) == (2, 2)
    hand = before.hand()
    hand.pick("Zoë Ltd")
    hand.fill("log", channel="Call", outcome="Reached", then="Save")
    hand.save()
    assert "1 row went from the workbook into the ledger." in before.arc("sync").stdout


def test_long_texts_are_shortened_on_the_terminal_alone(here: Office) -> None:
    note, due = "spoke to Zoë " * 40 + "at last", "tomorrow " * 40 + "or later"
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", note)
    hand.type("Invoices", "INV-2", "Due", due)
    hand.save()
    before = here.copied(here.folder.parent / "other")
    said = here.arc("sync", code=1).stdout
    assert max(map(len, said.splitlines())) < 500
    assert f'(blank) -> "{note[:150]}' in said
    assert f'in the book: "{due[:150]}' in said
    assert "at last" not in said
    assert "or later" not in said
    told = before.json("sync", code=1)
    assert told["to_ledger"]["changes"][0]["after"] == note
    assert told["issues"][0]["in_book"] == due


def test_what_went_into_the_workbook_is_a_proper_list() -> None:
    worked = Worked(Report(written=9, added=1, removed=2, idle=False))
    assert sentences(worked, []) == [
        "9 cells, 1 new row and 2 rows taken out went from the ledger to the workbook."
    ]
    assert listed([]) == ""
    assert listed(["9 cells"]) == "9 cells"
    assert listed(["9 cells", "1 new row"]) == "9 cells and 1 new row"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([OPEN], ["1 thing to look at:", "1 issue waits for you on the Issues tab."]),
        ([OPEN, TOLD, TOLD], ["3 things to look at, 2 for information:", "1 issue waits for you on the Issues tab."]),
        ([TOLD], ["1 thing to look at, for information only:"]),
        ([TOLD, TOLD], ["2 things to look at, for information only:"]),
    ],
)  # fmt: skip
def test_of_what_is_new_it_is_said_how_much_is_only_for_information(
    states: list[str], said: list[str]
) -> None:
    lines = [
        IssueLine(f"i{n}", "", datetime(2026, 11, 25, tzinfo=UTC), "Invoices", "", "", "Why.", state, "")
        for n, state in enumerate(states)
    ]
    told = sentences(Worked(Report(opened=lines, issues=lines, idle=False)), [])
    assert [one for one in told if "look at" in one or "for you" in one] == said


def test_a_dry_run_says_the_same_and_changes_nothing(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "cheque is in the post")
    hand.save()
    book, sets = here.book.read_bytes(), here.json("history")
    said = here.arc("sync", "--dry-run").stdout
    assert "1 row would go from the workbook into the ledger." in said
    assert (here.book.read_bytes(), here.json("history")) == (book, sets)


def test_a_broken_date_waits_for_a_person(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Due", "32.13.2026")
    hand.save()
    said = here.arc("sync", code=1).stdout
    assert "Invoices, INV-1, Due: ARC cannot take Due in Invoices" in said
    assert 'in the book: "32.13.2026"' in said
    assert here.arc("sync", code=1).stdout.splitlines() == [
        "Book and ledger are in step; nothing to do.",
        "1 issue waits for you on the Issues tab.",
    ]
    told = here.json("sync", code=1)["issues"]
    assert [(i["where"], i["in_book"], i["new"]) for i in told] == [
        ("Invoices, INV-1, Due", "32.13.2026", False)
    ]


def test_a_row_that_waits_in_the_book_is_named_by_its_number(here: Office) -> None:
    hand = here.hand()
    row = hand.add(
        "Payments",
        {"Date": date(2026, 4, 1), "Customer": "Nobody", "Amount": Decimal(5), "Currency": "USD"},
    )
    hand.save()
    assert (
        f"  Payments, row {row} of the book, Customer: Customers has no Nobody"
        in here.arc("sync", code=1).stdout
    )
    hand = here.hand()
    assert hand.type("Issues", f"Payments, row {row} of the book, Customer", "Choice", "Keep mine")
    hand.save()
    said = here.arc("sync", code=1).stdout
    assert "there is nothing to choose here. Customers has no Nobody" in said
    waits = [i for i in here.json("sync", code=1)["issues"] if i["in_book"] == "Nobody"]
    assert [i["where"] for i in waits] == [f"Payments, row {row} of the book, Customer"]


def test_a_cell_that_cannot_be_taken_has_no_choice_and_the_tab_says_so(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Due", "32.13.2026")
    hand.save()
    here.arc("sync", code=1)
    hand = here.hand()
    hand.type("Issues", "Invoices, INV-1, Due", "Choice", "Take theirs")
    hand.save()
    said = here.arc("sync", code=1).stdout
    assert "Invoices, INV-1, Due: there is nothing to choose here. ARC cannot take Due in Invoices" in said
    shown = {cell.raw for row in Package(here.book).sheet("Issues").rows() for cell in row.cells}
    assert (
        "What ARC could not settle alone. Pick a choice where both sides changed a value; a cell that ARC cannot take"
        " is corrected in its own place."
    ) in shown


def test_a_conflict_is_settled_by_a_choice(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-2", "Due", date(2026, 5, 1))
    hand.save()
    here.arc("import", here.file("again.csv", INVOICES.replace("2026-03-12", "2026-06-01")))
    said = 'in the book: "01 May 2026"; in the ledger: "01 Jun 2026"'
    assert said in here.arc("sync", code=1).stdout
    hand = here.hand()
    hand.type("Issues", "Invoices, INV-2, Due", "Choice", "Take theirs")
    hand.save()
    assert "1 choice on the Issues tab carried out." in here.arc("sync").stdout
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"


def test_a_new_workbook_is_made_from_the_ledger_and_the_old_one_kept(here: Office) -> None:
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "typed before")
    hand.save()
    told = here.json("sync", "--new")
    assert Path(told["kept"]).is_file()
    assert told["book"] == str(here.book)
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"
    assert "typed before" in here.arc("history", "--row", "INV-1").stdout


def test_a_new_workbook_is_made_where_the_old_one_is_gone_or_ruined(here: Office) -> None:
    here.book.unlink()
    assert "arc sync --new" in here.arc("sync", code=2).stderr
    here.arc("sync", "--new")
    here.book.write_bytes(b"PK ruined")
    said = here.arc("sync", "--new").stdout
    assert "is only there: " in said
    assert "arc sync --new" not in said
    assert "columns, sheets and formats of your own are in it alone" in said
    here.arc("sync")


def test_a_bare_sync_in_step_is_answered_at_once(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.folder)
    assert at_once(["sync"]) == 0
    assert at_once(["sync", "--json"]) is None
    assert at_once(["aging"]) is None
    monkeypatch.chdir(here.folder.parent)
    assert at_once(["sync"]) is None
    monkeypatch.setenv("ARC_CONFIG", str(here.folder))
    assert at_once(["sync"]) == 0


def test_the_quick_look_looks_closely_at_whatever_moved(here: Office, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert quietly_in_step(here.folder, now) == 0
    assert quietly_in_step(here.folder, now + timedelta(1500)) is None  # another day, other figures
    settings = find(here.folder)
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("60", "70"), "utf-8")
    assert quietly_in_step(here.folder, now) is None
    settings.write_text(text, "utf-8")
    assert quietly_in_step(here.folder, now) == 0
    (here.folder / "~$Receivables.xlsx").write_bytes(b"\4Zoe")
    assert quietly_in_step(here.folder, now) is None
    (here.folder / "~$Receivables.xlsx").unlink()
    here.arc("import", here.file("more.csv", INVOICES.replace("INV-", "INV-9")))  # the ledger's head moves
    assert quietly_in_step(here.folder, now) is None
    here.arc("sync")
    assert quietly_in_step(here.folder, now) == 0
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "moved")
    hand.save()
    assert quietly_in_step(here.folder, now) is None
    assert quietly_in_step(tmp_path / "nowhere", now) is None


def test_a_backup_put_back_is_not_taken_for_a_book_in_step(here: Office) -> None:
    backup = here.book.read_bytes()
    hand = here.hand()
    hand.type("Invoices", "INV-1", "Notes", "later")
    hand.save()
    here.arc("sync")
    here.book.write_bytes(backup)
    said = here.arc("sync").stdout
    assert "from the ledger to the workbook" in said
    assert "from the workbook" not in said


def test_the_quick_fingerprint_is_the_packages_own(here: Office, tmp_path: Path) -> None:
    assert directory_print(here.book) == fingerprint(here.book)
    assert directory_print(tmp_path / "none.xlsx") == ""
    for text in (b"", b"PK\5\6", b"no zip at all", b"PK\5\6" + bytes(18)):
        (tmp_path / "odd.xlsx").write_bytes(text)
        assert directory_print(tmp_path / "odd.xlsx") == ""


def test_without_a_terminal_init_asks_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    said = arc("init", str(tmp_path / "Nordwind")).stdout
    assert said.startswith("Nordwind is set up in")
    assert Office(tmp_path / "Nordwind").json("history") == {"change_sets": []}
    here = Office(tmp_path / "Nordwind")
    settings = (here.folder / "arc.toml").read_bytes()
    again = arc("init", str(here.folder), "--company", "Other").stdout
    assert again.startswith(f"Nordwind was set up in {here.folder} already; nothing was changed.")
    assert (here.folder / "arc.toml").read_bytes() == settings
    here.arc("sync")


def test_init_says_which_name_it_took_from_the_folder_and_where_to_change_it(tmp_path: Path) -> None:
    said = arc("init", str(tmp_path / "books")).stdout.splitlines()
    assert said[1] == '"books" is the name of the folder; customers will read it, so set company in arc.toml.'
    given = arc("init", str(tmp_path / "more"), "--company", "Weststadt").stdout
    assert "the name of the folder" not in given + arc("init", str(tmp_path / "books")).stdout


def test_on_a_terminal_init_asks_for_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "at_terminal", lambda: True)
    result = CliRunner().invoke(app, ["init", str(tmp_path / "books")], input="Weststadt Tools\nUSD\n")
    assert "The firm's name [books]: " in result.stdout
    assert "Weststadt Tools is set up in" in result.stdout
    assert "the name of the folder" not in result.stdout


def test_init_makes_what_is_missing_where_only_the_settings_are_there(tmp_path: Path) -> None:
    here = office(tmp_path / "Nordwind", filled=False)
    here.book.unlink()
    here.ledger.unlink()
    assert arc("init", str(here.folder)).stdout.startswith("Weststadt is set up in")
    here.arc("sync")


def test_init_says_what_helps_where_the_workbook_is_lost_and_changes_nothing(here: Office) -> None:
    from openpyxl import Workbook

    foreign = Workbook()
    foreign.save(here.book)
    foreign.close()
    lost = here.book.read_bytes()
    said = arc("init", str(here.folder), code=1).stdout
    assert "was set up in" in said
    assert "Receivables.xlsx" in said
    assert "`arc sync --new`" in said
    assert ".arc-backups" in said
    assert here.book.read_bytes() == lost
    here.book.unlink()
    assert "There is no workbook at" in arc("init", str(here.folder), code=1).stdout
    assert not here.book.exists()
    here.arc("sync", "--new")
    arc("init", str(here.folder))
