from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from arc_sheets.errors import BookRefused
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.books.draw.records import FIRST_ROW, HEADER_ROW
from arc_sync.merge.plan import SetCell
from arc_sync.xlsx import Package
from arc_sync.xlsx.refs import cell_ref
from tests.book_contract import SECOND, BookContract, cells, customer, ids, invoice, write
from tests.hands import FileHand, file_hand, new_file


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template"))


@pytest.fixture
def hand(template: Path, tmp_path: Path) -> FileHand:
    return file_hand(template, tmp_path)


class TestFile(BookContract):
    pass


@pytest.fixture
def filled(hand: FileHand) -> FileHand:
    assert write(hand, appends={"customers": [customer("a"), customer("b")], "invoices": [invoice("a")]})
    return hand


def change_part(hand: FileHand, sheet: str, old: str, new: str) -> None:
    """Change the part of a sheet's table, or of the workbook where the sheet is ""."""
    with hand.saving() as package:
        part = package.sheet(sheet).tables[0].part if sheet else package.workbook_part
        xml = package.part(part)
        assert old.encode() in xml
        package.put(part, xml.replace(old.encode(), new.encode()))


def test_a_renamed_sheet_is_known_by_its_table(filled: FileHand) -> None:
    change_part(filled, "", 'name="Customers"', 'name="Kunden"')
    assert ids(filled, CUSTOMERS) == ["a", "b"]
    assert write(filled, mark=SECOND, appends={"customers": [customer("c")]})
    assert ids(filled, CUSTOMERS) == ["a", "b", "c"]


def test_a_tab_may_be_hidden(filled: FileHand) -> None:
    change_part(filled, "", '<sheet name="Customers"', '<sheet state="veryHidden" name="Customers"')
    assert write(filled, mark=SECOND, cells=[SetCell("customers", "a", "notes", None, "x")])
    assert cells(filled, CUSTOMERS, 0)["notes"] == "x"


def test_a_plain_range_is_read_past_a_gap_and_added_to_below_everything(filled: FileHand) -> None:
    change_part(filled, "Customers", 'ame="Customers"', 'ame="Other"')
    with filled.saving() as package:
        sheet = package.sheet("Customers")
        rows = {r.number: r for r in sheet.rows()}
        for cell in rows[FIRST_ROW + 1].cells:  # the second customer, moved four rows down
            sheet.set(cell_ref(FIRST_ROW + 1, cell.column), None)
        sheet.set(f"A{FIRST_ROW + 5}", "b")
        sheet.set(f"B{FIRST_ROW + 5}", "Firm b")
        sheet.set(f"B{FIRST_ROW + 9}", "a note far below")
    assert ids(filled, CUSTOMERS) == ["a", "b"]
    assert write(filled, mark=SECOND, appends={"customers": [customer("c")]})
    assert ids(filled, CUSTOMERS) == ["a", "b", "c"]
    sheet = Package(filled.path).sheet("Customers")
    assert sheet.cell(f"B{FIRST_ROW + 9}").raw == "a note far below"
    assert sheet.cell(f"B{FIRST_ROW + 10}").raw == "Firm c"


def test_a_totals_row_is_no_row_and_moves_down(filled: FileHand) -> None:
    with filled.saving() as package:
        package.sheet("Invoices").set(f"G{FIRST_ROW + 1}", Decimal(1250))
        package.sheet("Invoices").set(f"A{FIRST_ROW + 1}", "Total")  # where Excel puts it
    table = Package(filled.path).sheet("Invoices").table("Invoices")
    longer = table.until(FIRST_ROW + 1).ref
    change_part(filled, "Invoices", f' ref="{table.ref}" ', f' ref="{longer}" totalsRowCount="1" ')
    assert ids(filled, INVOICES) == ["a"]
    assert write(filled, mark=SECOND, appends={"invoices": [invoice("b"), invoice("c")]})
    assert ids(filled, INVOICES) == ["a", "b", "c"]
    assert Package(filled.path).sheet("Invoices").cell(f"A{FIRST_ROW + 3}").raw == "Total"


def test_rows_typed_below_a_table_join_it(filled: FileHand) -> None:
    filled.add(CUSTOMERS, name="typed")
    assert Package(filled.path).sheet("Customers").table("Customers").last_row == FIRST_ROW + 1
    assert write(filled, mark=SECOND, cells=[SetCell("customers", "a", "notes", None, "x")])
    assert Package(filled.path).sheet("Customers").table("Customers").last_row == FIRST_ROW + 2


def test_a_note_right_where_new_rows_go_moves_down(filled: FileHand) -> None:
    filled.scribble("Customers", f"C{FIRST_ROW + 3}", "my note")
    assert write(filled, mark=SECOND, appends={"customers": [customer("c"), customer("d"), customer("e")]})
    assert Package(filled.path).sheet("Customers").cell(f"C{FIRST_ROW + 6}").raw == "my note"


def test_a_number_right_where_new_rows_go_is_one_sentence(filled: FileHand) -> None:
    with filled.saving() as package:
        package.sheet("Customers").set(f"C{FIRST_ROW + 3}", 5)
    before = filled.path.read_bytes()
    with pytest.raises(BookRefused, match=r"C8 below the table is not empty; move what stands there"):
        write(filled, mark=SECOND, appends={"customers": [customer("c"), customer("d")]})
    assert filled.path.read_bytes() == before


def test_an_entry_is_read_only_beside_its_label(filled: FileHand) -> None:
    """Where rows were inserted, or a label typed over, no cell may be taken for another."""
    filled.fill("promise", amount=Decimal(100), date="2026-11-30", then="Save")
    with filled.book.open() as session:
        assert len(session.form().cells) == 3
    filled.scribble("Account", "K25", "my note")
    with filled.book.open() as session:
        assert set(session.form().cells) == {("promise", "amount"), ("promise", "date")}


def test_the_title_belongs_to_whoever_wrote_it(filled: FileHand) -> None:
    filled.scribble("Disputes", "B2", "my own words")
    assert write(filled, mark=SECOND, issues=[])
    assert filled.sees("Disputes", "B2") == "my own words"
    assert filled.sees("Disputes", f"B{HEADER_ROW}") == "Invoice"
