"""Reading and editing single cells, in every form that a sheet can take."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Cell, Formula, Package, Refused
from tests.xlsx_corpus import (
    MAIN,
    STRICT,
    calamine_cells,
    handmade,
    load,
    member,
    members,
    openpyxl_cells,
    relation,
    worksheet,
)

if TYPE_CHECKING:
    from pathlib import Path

    from arc_sync.xlsx import Value

ROWS = (
    '<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1" s="2"><v>1.50</v></c><c r="C1" t="b"><v>1</v></c></row>'
    '<row r="3" ht="20" customHeight="1"><c r="A3" t="e"><v>#N/A</v></c><c r="C3" s="1"/>'
    '<c r="D3" t="str"><f>A1&amp;"x"</f><v>zerox</v></c><c r="E3" t="inlineStr"><is><t> in </t></is></c></row>'
    '<row r="4" hidden="1"/>'
    '<row r="5"><c r="A5" t="d"><v>2026-11-30</v></c><c r="B5" t="inlineStr"><is><r><t>ri</t></r>'
    '<r><rPr><b/></rPr><t>ch</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c></row>'
)


moment = dt.datetime.fromisoformat


def edited(path: Path, *edits: tuple[str, Value], style: int | None = None) -> Package:
    book = Package(path)
    for ref, value in edits:
        book.sheet("Data").set(ref, value, style)
    book.save(path, backup=None)
    return Package(path)


def data(path: Path) -> str:
    return member(path, "xl/worksheets/sheet1.xml")


def test_every_kind_of_cell_is_read(tmp_path: Path) -> None:
    rows = list(Package(handmade(tmp_path / "a.xlsx", worksheet(ROWS))).sheet("Data").rows())
    assert [row.number for row in rows] == [1, 3, 4, 5]
    assert rows[0].cells == [
        Cell(0, "s", "zero", None, 0),
        Cell(1, "n", "1.50", None, 2),
        Cell(2, "b", "1", None, 0),
    ]
    assert rows[1].cells == [
        Cell(0, "e", "#N/A", None, 0),
        Cell(2, None, None, None, 1),
        Cell(3, "s", "zerox", 'A1&"x"', 0),
        Cell(4, "s", " in ", None, 0),
    ]
    assert rows[2].cells == []
    assert rows[3].cells == [Cell(0, "d", "2026-11-30", None, 0), Cell(1, "s", "rich", None, 0)]


def test_a_few_cells_are_read_by_reference(tmp_path: Path) -> None:
    sheet = Package(handmade(tmp_path / "a.xlsx", worksheet(ROWS))).sheet("data")
    assert sheet.cell("A1").raw == "zero"
    assert sheet.cell("Z99") == Cell(25, None, None, None, 0)
    assert sheet.style_of("B1") == 2


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("=1+1", "=1+1"), ("+49 30 1", "+49 30 1"), ("@x", "@x"), ("-5", "-5"), ("007", "007"), ("1e5", "1e5"),
        (" a\n b ", " a\n b "), ("<&>\"'", "<&>\"'"), ("TRUE", "TRUE"), ("#N/A", "#N/A"), ("2026-11-30", "2026-11-30"),
        ("😀", "😀"), (Decimal("12.50"), 12.5), (7, 7), (True, True), (0.1, 0.1), (dt.date(2026, 11, 30), moment("2026-11-30 00:00")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ref", ["B1", "B3", "F9"])
def test_values_read_back_as_what_they_are(tmp_path: Path, ref: str, value: Value, read: object) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    before = openpyxl_cells(path)
    cell = edited(path, (ref, value)).sheet("Data").cell(ref)
    after = openpyxl_cells(path)
    shown = load(path)["Data"][ref]
    assert shown.value == read
    assert (cell.type == "s") == isinstance(value, str)
    assert shown.data_type != "f"
    where = ("Data", shown.row, shown.column)
    assert {k: v for k, v in after.items() if k != where} == {k: v for k, v in before.items() if k != where}
    assert where in calamine_cells(path)


def test_only_the_edited_cell_changes_in_the_xml(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    before = data(path)
    edited(path, ("B1", 2))
    assert data(path) == before.replace("1.50", "2")
    edited(path, ("B1", None))
    assert data(path) == before.replace('<c r="B1" s="2"><v>1.50</v></c>', '<c r="B1" s="2"/>')


def test_nothing_is_written_when_nothing_was_asked(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    before = path.stat().st_mtime_ns
    book = Package(path)
    list(book.sheet("Data").rows())
    assert book.changed_parts() == []
    assert book.save().parts == ()
    assert path.stat().st_mtime_ns == before


def test_blanking_what_is_not_there_adds_nothing(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    before = data(path)
    edited(path, ("Q77", None), ("B4", None))
    assert data(path) == before.replace('<row r="4" hidden="1"/>', '<row r="4" hidden="1"></row>')


def test_a_cell_keeps_its_style_or_takes_the_one_given(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    assert edited(path, ("B1", "text")).sheet("Data").cell("B1").style == 2
    assert edited(path, ("B1", 5), style=3).sheet("Data").cell("B1").style == 3
    with pytest.raises(ValueError, match="style 9"):
        edited(path, ("B1", 5), style=9)


def test_a_new_cell_takes_the_style_of_its_row_or_column_or_the_cell_above(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="B1" s="3"><v>1</v></c></row><row r="2" s="2" customFormat="1"><c r="D2"><v>1</v></c></row>'
    sheet = worksheet(rows, before='<cols><col min="6" max="7" width="9" style="3"/></cols>')
    book = edited(handmade(tmp_path / "a.xlsx", sheet), ("B2", 1), ("F1", 2), ("D3", "x"), ("C9", 1))
    cells = book.sheet("Data").cells(["B2", "F1", "D3", "C9"])
    assert {ref: cell.style for ref, cell in cells.items()} == {"B2": 2, "F1": 3, "D3": 0, "C9": 0}
    assert book.sheet("Data").style_of("A2") == 2
    assert book.sheet("Data").style_of("G40") == 3


def test_a_number_below_a_date_does_not_become_one(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet('<row r="1"><c r="A1" s="1"><v>45000</v></c></row>'))
    assert edited(path, ("A2", 5)).sheet("Data").cell("A2").style == 0
    path = handmade(tmp_path / "b.xlsx", worksheet('<row r="1"><c r="A1" s="1"><v>45000</v></c></row>'))
    assert edited(path, ("A2", dt.date(2026, 1, 1))).sheet("Data").cell("A2").style == 1


def test_a_date_style_is_appended_once_and_keeps_the_rest_of_the_format(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS))
    day = dt.date(2026, 11, 30)
    book = edited(path, ("B1", day), ("B9", day), ("C9", moment("2026-11-30 12:00")), ("C3", day))
    assert book.sheet("Data").cell("C3").style == 1
    styles = load(path)["Data"]
    assert styles["B1"].number_format == "mm-dd-yy"
    assert styles["B1"].alignment.horizontal == "right"
    assert styles["C9"].value == moment("2026-11-30 12:00")
    assert member(path, "xl/styles.xml").count("<xf ") == STYLES_BEFORE + 3


STYLES_BEFORE = 4


def test_the_1904_system_is_kept(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS), workbook_properties='<workbookPr date1904="1"/>')
    book = edited(path, ("A9", dt.date(2024, 2, 29)))
    assert book.date1904
    assert book.sheet("Data").cell("A9").raw == "43889"
    assert load(path)["Data"]["A9"].value == moment("2024-02-29 00:00")


@pytest.mark.parametrize("prefix", ["", "x:", "my-ns.1:"])
@pytest.mark.parametrize("main", [MAIN, STRICT])
def test_prefixed_and_strict_sheets_are_edited_in_their_own_form(
    tmp_path: Path, prefix: str, main: str
) -> None:
    rows = "<row r='2'><c r='A2'><v>1</v></c ></row >".replace("<row", f"<{prefix}row").replace(
        "</row", f"</{prefix}row"
    )
    rows = (
        rows.replace("<c ", f"<{prefix}c ")
        .replace("</c", f"</{prefix}c")
        .replace("<v", f"<{prefix}v")
        .replace("</v", f"</{prefix}v")
    )
    path = handmade(tmp_path / "a.xlsx", worksheet(rows, prefix=prefix, main=main), main=main)
    book = edited(path, ("A1", "top"), ("A2", 5), ("B2", "side"), ("A3", Formula("A2*2", 10)))
    cells = [cell for row in book.sheet("Data").rows() for cell in row.cells]
    assert [(cell.raw, cell.formula) for cell in cells] == [
        ("top", None),
        ("5", None),
        ("side", None),
        ("10", "A2*2"),
    ]
    assert calamine_cells(path)["Data", 2, 2] == "side"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_other_encodings_are_read_and_edited(tmp_path: Path, encoding: str) -> None:
    name = {"utf-8-sig": "UTF-8", "iso-8859-1": "ISO-8859-1"}.get(encoding, "UTF-16")
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Müller</t></is></c></row>'
    sheet = f'<?xml version="1.0" encoding="{name}"?>{worksheet(rows)}'.encode(encoding)
    path = handmade(tmp_path / "a.xlsx", sheet)
    assert Package(path).sheet("Data").cell("A1").raw == "Müller"
    book = edited(path, ("B1", "Söhne €"))
    assert [cell.raw for cell in next(book.sheet("Data").rows()).cells] == ["Müller", "Söhne €"]
    assert openpyxl_cells(path) == {("Data", 1, 1): "Müller", ("Data", 1, 2): "Söhne €"}


def test_rows_and_cells_without_references_are_counted(tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row><row r='9'><c r='D9'><v>4</v></c><c><v>5</v></c></row>"
    path = handmade(tmp_path / "a.xlsx", worksheet(rows))
    book = edited(path, ("B2", 20), ("A1", 10), ("B9", "new"), ("A4", "four"))
    found = {(row.number, cell.column): cell.raw for row in book.sheet("Data").rows() for cell in row.cells}
    assert found == {
        (1, 0): "10",
        (1, 1): "2",
        (2, 0): "3",
        (2, 1): "20",
        (4, 0): "four",
        (9, 1): "new",
        (9, 3): "4",
        (9, 4): "5",
    }
    assert calamine_cells(path)["Data", 9, 5] == 5


@pytest.mark.parametrize("sheet", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>"])
def test_an_empty_sheet_is_filled(tmp_path: Path, sheet: str) -> None:
    xml = worksheet("").replace("<sheetData></sheetData>", sheet)
    path = handmade(tmp_path / "a.xlsx", xml)
    assert list(Package(path).sheet("Data").rows()) == []
    edited(path, ("C3", "x"), ("A1", 1))
    assert openpyxl_cells(path) == {("Data", 1, 1): 1, ("Data", 3, 3): "x"}


def test_comments_and_cdata_among_the_rows_are_understood(tmp_path: Path) -> None:
    rows = (
        '<!-- <row r="1"> --><row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[<b> & </row>]]></t></is></c></row>'
        '<?pi <row r="7"?><row r="2"><c r="A2"><v>2</v></c><!-- </sheetData> --></row>'
    )
    path = handmade(tmp_path / "a.xlsx", worksheet(rows))
    book = edited(path, ("B2", 3))
    assert [cell.raw for row in book.sheet("Data").rows() for cell in row.cells] == ["<b> & </row>", "2", "3"]
    assert openpyxl_cells(path)["Data", 1, 1] == "<b> & </row>"


SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:C3" si="0">A1*2</f><v>2</v></c>'
    '<c r="C1"><f t="shared" si="0"/><v>4</v></c></row>'
    '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>4</v></c><c r="C2"><f t="shared" si="0"/><v>8</v></c></row>'
    '<row r="3"><c r="A3"><v>3</v></c><c r="B3"><f si="0" t="shared"></f><v>6</v></c><c r="D3"><f t="shared" ref="D3" si="0">A1</f></c></row>'
)


def test_sharers_of_a_formula_read_as_their_own(tmp_path: Path) -> None:
    sheet = Package(handmade(tmp_path / "a.xlsx", worksheet(SHARED))).sheet("Data")
    found = [cell.formula for row in sheet.rows() for cell in row.cells if cell.formula is not None]
    assert found == ["A1*2", "B1*2", "A2*2", "B2*2", "A3*2", "A1"]


def test_overwriting_the_master_of_a_shared_formula_leaves_the_others_their_formula(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(SHARED))
    before = openpyxl_cells(path)
    edited(path, ("B1", 7))
    # openpyxl takes the second group for the first, as both bear the number 0, until that one is gone
    assert openpyxl_cells(path) == before | {("Data", 1, 2): 7, ("Data", 3, 4): "=A1"}
    assert data(path).count('t="shared"') == 1  # the other group, which took over the number


def test_a_master_that_does_not_say_how_far_it_is_shared_is_shared_out_too(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" si="0">A1+1</f></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
    )
    path = handmade(tmp_path / "a.xlsx", worksheet(rows))
    edited(path, ("B1", 5))
    assert '<c r="B2"><f>A2+1</f></c>' in data(path)


def test_overwriting_a_sharer_leaves_the_group(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(SHARED))
    before = openpyxl_cells(path)
    edited(path, ("B2", "x"))
    assert openpyxl_cells(path) == before | {("Data", 2, 2): "x"}


CHAIN = {"xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="B1" i="1"/><c r="B2"/></calcChain>'}
CHAIN_TYPE = '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/>'


def test_the_calculation_chain_goes_when_a_formula_goes(tmp_path: Path) -> None:
    chain = relation("rId9", "calcChain", "calcChain.xml")
    path = handmade(
        tmp_path / "a.xlsx", worksheet(SHARED), parts=CHAIN, overrides=CHAIN_TYPE, workbook_relations=chain
    )
    edited(path, ("A1", 5))
    assert "xl/calcChain.xml" in members(path)
    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")
    edited(path, ("B2", 5))
    assert "xl/calcChain.xml" not in members(path)
    assert "calcChain" not in member(path, "[Content_Types].xml") + member(path, "xl/_rels/workbook.xml.rels")
    openpyxl_cells(path)


@pytest.mark.parametrize(
    ("properties", "flag"),
    [
        ("", "</sheets><calcPr fullCalcOnLoad"),
        (
            "<definedNames><definedName name='N'>1</definedName></definedNames>",
            "</definedNames><calcPr fullCalcOnLoad",
        ),
        ('<calcPr calcId="1" fullCalcOnLoad="0"/>', '<calcPr calcId="1" fullCalcOnLoad="1"/>'),
        ("<externalReferences/>", "<externalReferences/><calcPr fullCalcOnLoad"),
    ],
)
def test_excel_is_asked_to_calculate(tmp_path: Path, properties: str, flag: str) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS), workbook_after=properties)
    edited(path, ("A1", 5))
    assert flag in member(path, "xl/workbook.xml")


ARRAY = '<row r="1"><c r="A1"><f t="array" ref="A1:A3">B1:B3</f><v>1</v></c><c r="C1"><f t="array" ref="C1">SUM(B1:B3*2)</f></c></row>'
TABLE = '<row r="1"><c r="A1"><f t="dataTable" ref="A1:B9" dt2D="1" r1="D1" r2="D2"/><v>1</v></c></row>'


@pytest.mark.parametrize(("rows", "ref"), [(ARRAY, "A2"), (ARRAY, "A1"), (TABLE, "B9")])
def test_part_of_an_array_formula_is_refused(tmp_path: Path, rows: str, ref: str) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(rows))
    before = path.read_bytes()
    with pytest.raises(Refused, match=f"Cell {ref} belongs to a formula"):
        edited(path, (ref, 1))
    assert path.read_bytes() == before


def test_an_array_formula_in_one_cell_can_be_replaced(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ARRAY))
    assert edited(path, ("C1", 1)).sheet("Data").cell("C1") == Cell(2, "n", "1", None, 0)


def test_merged_cells_are_edited_at_their_corner_only(tmp_path: Path) -> None:
    path = handmade(
        tmp_path / "a.xlsx",
        worksheet(ROWS, after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'),
    )
    edited(path, ("A1", "corner"))
    with pytest.raises(Refused, match="B2 is hidden inside the merged cells A1:B2"):
        edited(path, ("B2", "lost"))
    edited(path, ("B2", None))


def test_a_rich_value_gives_way_with_its_references(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" s="2" t="e" cm="1" vm="1"><v>#VALUE!</v></c><c r="B1" vm="2" t="e"><v>#VALUE!</v></c></row>'
    path = handmade(tmp_path / "a.xlsx", worksheet(rows))
    edited(path, ("A1", "x"))
    assert '<c r="A1" s="2" t="inlineStr">' in data(path)
    assert '<c r="B1" vm="2" t="e"><v>#VALUE!</v></c>' in data(path)


def test_the_dimension_and_the_span_hint_follow(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS, before='<dimension ref="A1:E5"/>'))
    edited(path, ("H1", 1), ("B8", 2), ("Z99", None))
    assert '<dimension ref="A1:H8"/>' in data(path)
    assert "spans" not in data(path)


def test_a_whole_new_top_of_the_sheet(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet('<row r="5"><c r="C5"><v>5</v></c></row>'))
    edited(path, ("A1", 1), ("A4", 4), ("B5", 2), ("D5", 6), ("A6", 9))
    assert [k[1:] for k in openpyxl_cells(path)] == [(1, 1), (4, 1), (5, 2), (5, 3), (5, 4), (6, 1)]


@pytest.mark.parametrize(
    "rows",
    [
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>',
        '<row r="1"><x:c r="A1"><x:v>1</x:v></x:c></row>',
        '<row r="1"/><x:row r="2"/>',
    ],
)
def test_rows_under_two_prefixes_are_refused(tmp_path: Path, rows: str) -> None:
    sheet = worksheet(rows).replace("<worksheet ", f'<worksheet xmlns:x="{MAIN}" ')
    with pytest.raises(Refused, match="two forms"):
        edited(handmade(tmp_path / "a.xlsx", sheet), ("A1", 5))


def test_a_second_prefix_that_no_row_uses_does_no_harm(tmp_path: Path) -> None:
    sheet = worksheet(ROWS).replace("<worksheet ", f'<worksheet xmlns:x="{MAIN}" ')
    path = handmade(tmp_path / "a.xlsx", sheet)
    edited(path, ("A1", 5))
    assert openpyxl_cells(path)["Data", 1, 1] == 5


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    rows = '<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    with pytest.raises(Refused, match="out of order"):
        edited(handmade(tmp_path / "a.xlsx", worksheet(rows)), ("A2", 1))
    cells = '<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>1</v></c></row>'
    with pytest.raises(Refused, match="out of order"):
        edited(handmade(tmp_path / "b.xlsx", worksheet(cells)), ("C3", 1))


def test_links_are_set_changed_and_taken_off(tmp_path: Path) -> None:
    after = '<conditionalFormatting sqref="A1"><cfRule type="cellIs" priority="1" operator="equal"><formula>1</formula></cfRule></conditionalFormatting><pageMargins left="1" right="1" top="1" bottom="1" header="0" footer="0"/>'
    path = handmade(tmp_path / "a.xlsx", worksheet(ROWS, after=after))
    sheet = (book := Package(path)).sheet("Data")
    sheet.set_hyperlink("A1", "mailto:a@example.org?subject=x&body=y")
    sheet.set_hyperlink("$B$1", "#Data!A5")
    book.save(backup=None)
    read = load(path)["Data"]
    assert read["A1"].hyperlink.target == "mailto:a@example.org?subject=x&body=y"
    assert read["B1"].hyperlink.location == "Data!A5"
    sheet = (book := Package(path)).sheet("Data")
    sheet.set_hyperlink("A1", "tel:+4930")
    sheet.set_hyperlink("B1", "")
    book.save(backup=None)
    read = load(path)["Data"]
    assert (read["A1"].hyperlink.target, read["B1"].hyperlink) == ("tel:+4930", None)
    xml = data(path)
    assert xml.index("<conditionalFormatting") < xml.index("<hyperlinks>") < xml.index("<pageMargins")


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_shared_strings_in_any_form_keep_their_numbers(tmp_path: Path, prefix: str) -> None:
    p, name = prefix, "xmlns:x" if prefix else "xmlns"
    odd = [
        f"<{p}si/>",
        f"<{p}si><{p}t/></{p}si>",
        f"<{p}si><{p}r><{p}t>a</{p}t></{p}r><{p}r><{p}t>b</{p}t></{p}r></{p}si>",
    ]
    texts = odd + [
        f'<{p}si><{p}t xml:space="preserve">text {n} &amp; _x0041_</{p}t></{p}si>' for n in range(60_000)
    ]
    strings = f'<{p}sst {name}="{MAIN}">{"".join(texts)}</{p}sst>'
    rows = "".join(
        f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{k}</v></c></row>'
        for n, k in enumerate([0, 2, 3, 60_002])
    )
    sheet = Package(handmade(tmp_path / "a.xlsx", worksheet(rows), strings=strings)).sheet("Data")
    assert [row.cells[0].raw for row in sheet.rows()] == ["", "ab", "text 0 & A", "text 59999 & A"]
