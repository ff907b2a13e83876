from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.office import INVOICES, PAYMENTS, Office, office

BROKEN = INVOICES + "INV-4,Zoë Ltd,2026-03-02,2026-04-01,USD,seventy,\n"


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"), filled=False)


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "firm")


def test_it_says_what_it_understood_and_what_it_did(here: Office) -> None:
    said = here.arc("import", here.file("a.csv", INVOICES)).stdout
    assert "a list of invoices, 3 rows below the header on line 1" in said
    assert '"Due Date" is the due date' in said
    assert "Invoices: 3 new, 0 changed, 0 as before." in said
    assert "Next: arc sync" in said
    assert "nothing changed" in here.arc("import", here.file("a.csv", INVOICES)).stdout


def test_files_go_in_in_an_order_in_which_they_know_each_other(here: Office) -> None:
    told = here.json("import", here.file("p.csv", PAYMENTS), here.file("i.csv", INVOICES))
    assert [Path(file["file"]).name for file in told["files"]] == ["i.csv", "p.csv"]
    assert told["files"][1]["tabs"]["payments"] == {"new": 2, "changed": 0, "same": 0}
    assert told["files"][1]["remarks"] == []
    assert len(here.json("history")["change_sets"]) == 2


def test_payments_for_invoices_nobody_knows_are_kept_and_said(here: Office) -> None:
    said = here.arc("import", here.file("p.csv", PAYMENTS)).stdout
    assert "Payments name invoices that the ledger does not have (INV-1); the money is kept" in said


def test_with_a_row_that_cannot_be_read_nothing_goes_in(here: Office) -> None:
    path = here.file("open invoices.csv", BROKEN)
    said = here.arc("import", here.file("p.csv", PAYMENTS), path, code=1).stdout
    assert "Nothing went in." in said
    assert here.json("history") == {"change_sets": []}
    rejects = (here.folder / "open invoices.rejects.csv").read_text("utf-8-sig").splitlines()
    assert rejects[0] == "Why not taken,Invoice No,Customer,Invoice Date,Due Date,Currency,Amount,Notes"
    assert rejects[1].startswith('"Line 5: ')
    assert "seventy" in rejects[1]
    assert not (here.folder / "p.rejects.csv").exists()


def test_partial_lets_the_rest_in(here: Office) -> None:
    told = here.json("import", "--partial", here.file("a.csv", BROKEN), code=1)
    assert told["done"] is True
    assert told["files"][0]["tabs"]["invoices"]["new"] == 3
    assert told["files"][0]["rejects"][0]["line"] == 5
    assert told["files"][0]["rejects_file"] == str(here.folder / "a.rejects.csv")


def test_what_the_ledger_cannot_take_is_a_reject_too(here: Office) -> None:
    here.arc("import", here.file("a.csv", INVOICES))
    yen = INVOICES.replace("EUR,300.00", "JPY,300")
    said = here.arc("import", here.file("b.csv", yen), code=1).stdout
    assert "Line 3: INV-2 is in EUR in the ledger and in JPY here" in said
    assert len(here.json("history")["change_sets"]) == 1
    (_, row) = (here.folder / "b.rejects.csv").read_text("utf-8-sig").splitlines()
    assert row.endswith(",INV-2,O'Brien & Söhne,2026-02-10,2026-03-12,JPY,300,")


def test_rows_that_were_not_taken_are_corrected_and_imported(here: Office) -> None:
    path = here.file("a.csv", BROKEN)
    rejects = here.folder / "a.rejects.csv"
    said = here.arc("import", "--partial", path, code=1).stdout
    assert f"1 row not taken: {rejects}; correct them there, and import that file" in said
    rejects.write_text(rejects.read_text("utf-8-sig").replace("seventy", "70.00"), "utf-8-sig")
    said = here.arc("import", str(rejects)).stdout
    assert "Invoices: 1 new, 0 changed, 0 as before." in said
    here.arc("import", here.file("b.csv", BROKEN.replace("seventy", "70.00")))
    assert len(here.json("history")["change_sets"]) == 2, "the whole file, corrected, says nothing new"


def test_rejects_that_a_person_mends_are_not_overwritten_by_the_same_import_again(here: Office) -> None:
    path, rejects = here.file("a.csv", BROKEN), here.folder / "a.rejects.csv"
    here.arc("import", path, code=1)
    written = rejects.read_bytes()
    said = here.arc("import", path, code=1).stdout
    assert f"1 row not taken: {rejects}\n" in said
    assert [one.name for one in here.folder.glob("a.rejects*")] == ["a.rejects.csv"], "the same stands there"
    assert rejects.read_bytes() == written
    rejects.write_bytes(mended := written.replace(b"seventy", b"70.00"))
    second = here.folder / "a.rejects-2.csv"
    for _ in range(2):
        said = here.arc("import", "--partial", path, code=1).stdout
        assert f"1 row not taken: {second} (a.rejects.csv holds something else and stays as it is);" in said
    assert here.json("import", path, code=1)["files"][0]["rejects_file"] == str(second)
    assert (rejects.read_bytes(), second.read_bytes()) == (mended, written)
    assert len(list(here.folder.glob("a.rejects*"))) == 2


SLASHED = """\
Number;Customer;Invoice Date;Due Date;Amount
1;Ann;1/31/2026;3/2/2026;1.000,50
2;Bea;2/30/2026;3/4/2026;1.200
"""


def test_rejects_come_with_the_whole_command_that_reads_them_as_the_file_was_read(here: Office) -> None:
    path, rejects = here.file("the list.csv", SLASHED), here.folder / "the list.rejects.csv"
    words = ("--kind", "invoices", "--currency", "EUR", "--as-of", "2026-03-31", "--partial")
    said = here.arc("import", *words, path, code=1).stdout
    command = f"arc import '{rejects}' --kind invoices --dates mdy --decimal \",\" --currency EUR --as-of 2026-03-31"
    assert f"; correct them there, and import that file: {command}\n" in said
    rejects.write_text(rejects.read_text("utf-8-sig").replace("2/30/", "2/3/"), "utf-8-sig")
    assert "--dates" in here.arc("import", str(rejects), code=2).stderr, "alone, the rows read in two ways"
    told = here.arc(*shlex.split(command)[1:]).stdout
    assert "Invoices: 1 new, 0 changed, 0 as before." in told
    shown = here.arc("history", "--row", "2").stdout
    assert "03 Feb 2026" in shown
    assert "1,200.00" in shown


def test_rejects_are_imported_without_options_where_nothing_was_decided(here: Office) -> None:
    whole = re.sub(r'"?([\d,]+)\.\d\d"?', lambda hit: hit[1].replace(",", ""), BROKEN)
    said = here.arc("import", "--partial", here.file("a.csv", whole), code=1).stdout
    assert "a.rejects.csv; correct them there, and import that file\n" in said


def test_where_the_columns_differ_in_the_order_of_dates_no_order_is_given_for_the_rejects(
    here: Office,
) -> None:
    mixed = SLASHED.replace("3/2/2026", "31/3/2026").replace("3/4/2026", "31/4/2026")
    said = here.arc("import", "--partial", "--currency", "EUR", here.file("a.csv", mixed), code=1).stdout
    assert 'a.rejects.csv --decimal "," --currency EUR\n' in said


def test_a_dry_run_leaves_no_trace(here: Office) -> None:
    said = here.arc("import", "--dry-run", here.file("a.csv", BROKEN), code=1).stdout
    assert "This was a dry run: nothing was changed." in said
    assert here.json("history") == {"change_sets": []}
    assert not (here.folder / "a.rejects.csv").exists()


def test_what_reads_in_two_ways_is_asked_and_the_answer_taken(here: Office) -> None:
    text = INVOICES.replace("2026-01-10", "01/02/2026").replace("2026-02-10", "02/03/2026")
    text = text.replace("2026-03-01", "03/04/2026")
    path = here.file("a.csv", text)
    assert "--dates" in here.arc("import", path, code=2).stderr
    assert here.json("history") == {"change_sets": []}
    here.arc("import", "--dates", "dmy", path)
    assert "Issued 01 Feb 2026" in here.arc("history", "--row", "INV-1").stdout


def test_arcs_own_workbook_is_no_export(here: Office) -> None:
    said = here.arc("import", str(here.book), code=2).stderr
    assert said == "Receivables.xlsx is ARC's own workbook; edit it and run `arc sync`.\n"
    assert here.json("history") == {"change_sets": []}


def test_invoices_that_a_later_list_lacks_are_said(here: Office) -> None:
    here.arc("import", here.file("a.csv", INVOICES))
    fewer = "".join(INVOICES.splitlines(keepends=True)[:2])
    said = here.arc("import", here.file("b.csv", fewer)).stdout
    assert "2 invoices of earlier imports are not in this file (INV-2, INV-3); they stay as they are." in said


def test_rejects_are_no_list_that_lacks_the_invoices_of_earlier_imports(here: Office) -> None:
    here.arc("import", "--partial", here.file("a.csv", BROKEN), code=1)
    rejects = here.folder / "a.rejects.csv"
    rejects.write_text(rejects.read_text("utf-8-sig").replace("seventy", "70.00"), "utf-8-sig")
    assert "not in this file" not in here.arc("import", str(rejects)).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "arc import takes the files to import, such as arc import invoices.csv payments.csv."),
        (["none.csv"], "There is no file none.csv."),
        (["--as-of", "31/03/2026", "x.csv"], "--as-of 2026-03-31"),
        (["--currency", "EURO", "x.csv"], "EURO is no currency code"),
        (["--decimal", ";", "x.csv"], "--decimal"),
    ],
)
def test_a_wrong_option_is_one_sentence(here: Office, words: list[str], told: str) -> None:
    result = here.arc("import", *words, code=2)
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
