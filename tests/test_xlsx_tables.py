"""Tables that grow, reports that are written over, and what follows both."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Formula, Package, Refused
from tests.xlsx_corpus import MAIN, by_xlsxwriter, handmade, load, member, openpyxl_cells, relation, worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from arc_sync.xlsx import Value

DAY = dt.date(2026, 11, 30)
NEW: list[list[Value]] = [["N10", "=Acme", Decimal("9.90"), DAY, None], ["N11", "Zeta", 5, DAY, None]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return by_xlsxwriter(tmp_path / "made.xlsx")


def test_tables_are_described(path: Path) -> None:
    book = Package(path)
    (table,) = book.sheet("Invoices").tables
    assert (table.name, table.ref, table.first_row, table.last_row) == ("Invoices", "A2:E10", 3, 10)
    assert table.headers == ("No", "Customer", "Amount", "Due", "Double")
    assert table.columns[4].formula == "Invoices[[#This Row],[Amount]]*2"
    totals = book.sheet("Report & Co").table("totals")
    assert (totals.last_row, totals.totals_row) == (3, 4)


def test_rows_are_appended_in_the_look_of_the_row_above(path: Path) -> None:
    book = Package(path)
    assert book.sheet("Invoices").append_rows("Invoices", NEW) == [11, 12]
    book.save()
    sheet = load(path)["Invoices"]
    assert [cell.value for cell in sheet[11][:3]] == ["N10", "=Acme", 9.9]
    assert sheet["B11"].data_type == "s"
    assert (sheet["D12"].value, sheet["D12"].number_format) == (
        dt.datetime.fromisoformat("2026-11-30"),
        "yyyy-mm-dd",
    )
    assert sheet["E11"].value == sheet["E12"].value == "=Invoices[[#This Row],[Amount]]*2"
    assert sheet["B11"]._style == sheet["B10"]._style


def test_what_covered_the_table_grows_with_it(path: Path) -> None:
    book = Package(path)
    book.sheet("Invoices").append_rows("Invoices", NEW)
    book.save()
    read = load(path)
    sheet = read["Invoices"]
    assert (sheet.tables["Invoices"].ref, sheet.tables["Invoices"].autoFilter.ref) == ("A2:E12", "A2:E12")
    assert str(sheet.data_validations.dataValidation[0].sqref) == "B3:B12"
    assert {str(area.sqref) for area in sheet.conditional_formatting} == {"C3:C12", "A3:E12"}
    assert read.defined_names["Amounts"].attr_text == "Invoices!$C$3:$C$12"
    assert sheet.print_area == "'Invoices'!$A$1:$E$12"
    xml = member(path, "xl/worksheets/sheet1.xml")
    assert "<xm:sqref>C3:C12</xm:sqref>" in xml
    assert "MAX($C$3:$C$12)" in xml
    assert "<f>SUM(C3:C10)</f>" in xml  # a formula of the user's own stays as it is


def test_appending_goes_on_where_it_ended(path: Path) -> None:
    book = Package(path)
    sheet = book.sheet("Invoices")
    assert [sheet.append_rows("Invoices", NEW[:1]), sheet.append_rows("Invoices", NEW)] == [[11], [12, 13]]
    book.save()
    again = Package(path).sheet("Invoices")
    assert again.table("Invoices").ref == "A2:E13"
    assert [cell.raw for cell in again.cells(["A11", "A12", "A13"]).values()] == ["N10", "N10", "N11"]


def test_a_table_with_one_blank_row_is_filled_there_first(path: Path) -> None:
    book = Package(path)
    sheet = book.sheet("Report & Co")
    assert sheet.append_rows("Blank", [["a", 1]]) == [11]
    assert sheet.append_rows("Blank", [["b", 2], ["c", None]]) == [12, 13]
    book.save()
    assert Package(path).sheet("Report & Co").table("Blank").ref == "A10:B13"
    assert [openpyxl_cells(path)["Report & Co", row, 1] for row in (11, 12, 13)] == ["a", "b", "c"]


def test_a_totals_row_moves_down(path: Path) -> None:
    book = Package(path)
    sheet = book.sheet("Report & Co")
    assert sheet.append_rows("Totals", [[5, 6]]) == [4]
    assert sheet.append_rows("Totals", [[7, 8], [9, 10]]) == [5, 6]
    book.save()
    assert Package(path).sheet("Report & Co").table("Totals").ref == "A1:B7"
    found = openpyxl_cells(path)
    assert [found["Report & Co", row, 1] for row in range(2, 8)] == [1, 3, 5, 7, 9, "Total"]
    assert found["Report & Co", 7, 2] == "=SUBTOTAL(109,[Q])"
    assert 'autoFilter ref="A1:B6"' in member(path, "xl/tables/table2.xml")


def test_no_room_below_is_refused_and_nothing_is_written(path: Path) -> None:
    before = path.read_bytes()
    sheet = Package(path).sheet("Report & Co")
    with pytest.raises(Refused, match="no room to grow: the table Blank stands below"):
        sheet.append_rows("Totals", [[n, n] for n in range(7)])
    book = Package(path)
    book.sheet("Invoices").set("B12", "mine")
    with pytest.raises(Refused, match="Row 12 below the table Invoices is not empty"):
        book.sheet("Invoices").append_rows("Invoices", NEW)
    assert path.read_bytes() == before


def test_notes_where_new_rows_must_go_move_down_as_they_are(path: Path) -> None:
    book = Package(path)
    sheet = book.sheet("Invoices")
    sheet.set("B12", "mine", style=2)
    sheet.set("D13", "=mine too")
    sheet.set("B14", "stays")
    book.save()
    book = Package(path)
    sheet = book.sheet("Invoices")
    assert sheet.append_rows("Invoices", [*NEW, NEW[0]]) == [11, 12, 13]
    sheet.set("A11", "changed")
    book.save()
    found = openpyxl_cells(path)
    assert [found["Invoices", row, 2] for row in (11, 12, 13)] == ["=Acme", "Zeta", "=Acme"]
    assert (found["Invoices", 15, 2], found["Invoices", 16, 4]) == ("mine", "=mine too")
    assert found["Invoices", 14, 2] == "stays"
    assert Package(path).sheet("Invoices").cell("B15").style == 2


BELOW = '<row r="4"><c r="A4" s="2" t="s"><v>0</v></c>{more}</row>'
RICH = "<sst><si><r><t>bold </t></r><r><rPr><b/></rPr><t>note</t></r></si></sst>".replace(
    "<sst>", f'<sst xmlns="{MAIN}">'
)


def _with_table(path: Path, below: str, after: str = "", area: str = "A1:B3") -> Path:
    columns = "".join(f'<tableColumn id="{n}" name="{name}"/>' for n, name in enumerate("ab", 1))
    table = f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="{area}"><tableColumns count="2">{columns}</tableColumns></table>'
    cells = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in (2, 3)
    )
    sheet = worksheet(
        cells + below, after=f'{after}<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
    )
    rels = relation("rId1", "table", "../tables/table1.xml") + relation(
        "rId2", "comments", "../comments1.xml"
    )
    comments = f'<comments xmlns="{MAIN}"><authors><author>me</author></authors><commentList><comment ref="A7" authorId="0"><text><t>hi</t></text></comment></commentList></comments>'
    parts = {"xl/tables/table1.xml": table, "xl/comments1.xml": comments}
    return handmade(path, sheet, parts=parts, sheet_relations=rels, strings=RICH)


def test_a_note_that_moves_keeps_its_letters_bold(tmp_path: Path) -> None:
    path = _with_table(tmp_path / "a.xlsx", BELOW.format(more=""))
    book = Package(path)
    book.sheet("Data").append_rows("T", [[7, 8], [9, "x"]])
    book.save()
    assert '<c r="A6" s="2" t="s"><v>0</v></c>' in member(path, "xl/worksheets/sheet1.xml")
    assert openpyxl_cells(path)["Data", 4, 1] == 7


@pytest.mark.parametrize(
    ("below", "after", "many"),
    [
        (BELOW.format(more='<c r="B4"><v>5</v></c>'), "", 1),
        (BELOW.format(more='<c r="B4" t="str"><f>A2</f><v>x</v></c>'), "", 1),
        (BELOW.format(more="") + '<row r="6"><c r="A6"><v>1</v></c></row>', "", 2),
        (BELOW.format(more=""), '<hyperlinks><hyperlink ref="A4:C4" location="A1"/></hyperlinks>', 1),
        (BELOW.format(more=""), "", 3),
        (BELOW.format(more=""), '<mergeCells><mergeCell ref="A4:B5"/></mergeCells>', 2),
    ],
    ids=["number", "formula", "over something", "link", "onto a comment", "merged"],
)
def test_what_cannot_move_is_refused_and_nothing_is_written(
    tmp_path: Path, below: str, after: str, many: int
) -> None:
    path = _with_table(tmp_path / "a.xlsx", below, after)
    before = path.read_bytes()
    book = Package(path)
    book.sheet("Data").append_rows("T", [[7, 8]] * many)
    with pytest.raises(Refused, match=r"below the table is not empty|merged"):
        book.save()
    assert path.read_bytes() == before


def test_given_styles_are_used(path: Path) -> None:
    book = Package(path)
    book.sheet("Invoices").append_rows("Invoices", NEW, styles=[1, None, 1, None, None])
    book.save()
    cells = Package(path).sheet("Invoices").cells(["A11", "B11", "C12"])
    assert (cells["A11"].style, cells["C12"].style) == (1, 1)


def test_a_row_of_another_width_is_a_mistake(path: Path) -> None:
    with pytest.raises(ValueError, match="5 columns"):
        Package(path).sheet("Invoices").append_rows("Invoices", [["short"]])


def test_a_table_with_fewer_columns_than_it_covers_is_refused(tmp_path: Path) -> None:
    book = Package(_with_table(tmp_path / "a.xlsx", "", area="A1:C3"))
    with pytest.raises(Refused, match="damaged"):
        book.sheet("Data").append_rows("T", [[1, 2]])


def test_a_missing_table_or_sheet_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="no table named 'Nope'"):
        Package(path).sheet("Invoices").append_rows("Nope", [[1]])
    with pytest.raises(Refused, match="no sheet named 'Nope'"):
        Package(path).sheet("Nope")


def test_a_formula_column_without_structure_is_filled_down_from_the_row_above(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    rows += (
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:B3" si="4">A2*$A$2</f></c></row>'
    )
    rows += '<row r="3" ht="33" customHeight="1"><c r="A3"><v>2</v></c><c r="B3" s="3"><f t="shared" si="4"/></c></row>'
    table = (
        f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="A1:B3" insertRow="1"><tableColumns count="2">'
        '<tableColumn id="1" name="zero"/><tableColumn id="2" name="one"><calculatedColumnFormula>A2*$A$2'
        "</calculatedColumnFormula></tableColumn></tableColumns></table>"
    )
    path = handmade(
        tmp_path / "a.xlsx",
        worksheet(rows, after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'),
        parts={"xl/tables/table1.xml": table},
        sheet_relations=relation("rId1", "table", "../tables/table1.xml"),
    )
    book = Package(path)
    book.sheet("Data").append_rows("T", [[3, None], [4, None], [5, "own"]])
    book.save()
    found = openpyxl_cells(path)
    assert [found["Data", row, 2] for row in (3, 4, 5, 6)] == ["=A3*$A$2", "=A4*$A$2", "=A5*$A$2", "own"]
    assert load(path)["Data"].row_dimensions[5].height == 33
    assert Package(path).sheet("Data").cell("B5").style == 3
    assert "insertRow" not in member(path, "xl/tables/table1.xml")


def test_a_report_is_written_over_and_its_table_fits(path: Path) -> None:
    book = Package(path)
    sheet = book.sheet("Report & Co")
    rows: list[list[Value | tuple[Value, int | None]]] = [[n, ("text", 1)] for n in range(20)]
    assert (
        str(sheet.replace_area("A11", rows, heights=[30, None])) == "Area(top=11, left=0, bottom=30, right=1)"
    )
    sheet.resize_table("Blank", 30)
    book.save()
    book = Package(path)
    sheet = book.sheet("Report & Co")
    assert (sheet.cell("B12").style, sheet.cell("A30").raw) == (1, "19")
    extent = sheet.replace_area("A11", [[1, None]], clear="A11:B30", clear_styles=True)
    sheet.resize_table("Blank", 11)
    book.save()
    sheet = Package(path).sheet("Report & Co")
    assert extent == (11, 0, 11, 1)
    assert sheet.table("Blank").ref == "A10:B11"
    assert [cell.raw for cell in sheet.cells(["A11", "B11", "A12", "B30"]).values()] == [
        "1",
        None,
        None,
        None,
    ]
    assert sheet.cell("B30").style == 0
    assert load(path)["Report & Co"].row_dimensions[11].height == 30


def test_a_report_table_keeps_at_least_one_row(path: Path) -> None:
    with pytest.raises(Refused, match="at least one row"):
        Package(path).sheet("Report & Co").resize_table("Blank", 10)
    with pytest.raises(Refused, match="totals row"):
        Package(path).sheet("Report & Co").resize_table("Totals", 9)


PIVOT = f'<pivotCacheDefinition xmlns="{MAIN}"><cacheSource type="worksheet"><worksheetSource ref="A1:B9" sheet="Data"/></cacheSource></pivotCacheDefinition>'


@pytest.mark.parametrize(("ref", "refreshed"), [("B2", True), ("C2", False), ("A10", False)])
def test_a_pivot_is_refreshed_when_its_source_was_edited(tmp_path: Path, ref: str, refreshed: bool) -> None:  # noqa: FBT001
    path = handmade(
        tmp_path / "a.xlsx",
        worksheet(""),
        parts={"xl/pivotCache/pivotCacheDefinition1.xml": PIVOT},
        workbook_relations=relation("rId8", "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
    )
    book = Package(path)
    book.sheet("Data").set(ref, Formula("1+1"))
    book.save()
    assert ('refreshOnLoad="1"' in member(path, "xl/pivotCache/pivotCacheDefinition1.xml")) == refreshed


def test_a_tables_header_is_renamed_with_its_cell(path: Path) -> None:
    book = Package(path)
    book.sheet("Invoices").set("B2", 'Who & "what"')
    book.save()
    sheet = load(path)["Invoices"]
    assert sheet["B2"].value == sheet.tables["Invoices"].tableColumns[1].name == 'Who & "what"'


def test_a_column_that_a_sheet_in_another_folder_uses_is_not_renamed(tmp_path: Path) -> None:
    path = _with_table(tmp_path / "a.xlsx", "")
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("book/Sheet2.xml", worksheet('<row r="1"><c r="A1"><f>SUM(T[a])</f></c></row>'))
    package = Package(path)
    package.sheet("Data").set("A1", "new name")
    with pytest.raises(Refused, match="use the column 'a' of the table T"):
        package.save()


@pytest.mark.parametrize(
    ("ref", "value", "reason"),
    [
        ("C2", "Sum", "Formulas use the column 'Amount'"),
        ("B2", "AMOUNT", "the same header"),
        ("B2", 7, "has to be text"),
        ("B2", None, "text"),
    ],
)
def test_a_header_that_would_break_the_table_is_refused(
    path: Path, ref: str, value: Value, reason: str
) -> None:
    book = Package(path)
    book.sheet("Invoices").set(ref, value)
    with pytest.raises(Refused, match=reason):
        book.save()
