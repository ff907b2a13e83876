"""The check before a file is replaced: a wrong write is caught, whatever went wrong, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Formula, Package, Refused, splice
from arc_sync.xlsx.cells import RowReader
from arc_sync.xlsx.scan import Block, names
from arc_sync.xlsx.values import Content, content, number
from tests.xlsx_corpus import by_xlsxwriter, handmade, openpyxl_cells, worksheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from arc_sync.xlsx import Value

ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>1</v></c><c r="C1"><f>A1</f><v>2</v></c></row>'


def _faulty(fault: Callable[[Content], Content]) -> Callable[..., Content]:
    def write(value: Value, prefix: str, *, date1904: bool) -> Content:
        return fault(content(value, prefix, date1904=date1904))

    return write


@pytest.mark.parametrize("value", ["text", 12.5, True, Formula("=A2*2", 3)])
@pytest.mark.parametrize(
    "fault",
    [
        lambda made: made._replace(
            xml=made.xml.replace("12.5", "12.6").replace("text", "tex").replace("1<", "0<")
        ),
        lambda made: made._replace(xml=""),
        lambda made: made._replace(t="e"),
        lambda made: made._replace(xml=made.xml + "<v>"),
    ],
    ids=["another value", "no value", "another type", "broken"],
)
def test_a_cell_that_does_not_read_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Value, fault: Callable[[Content], Content]
) -> None:
    path = by_xlsxwriter(tmp_path / "book.xlsx")
    before = path.read_bytes()
    if isinstance(value, Formula):
        fault = _other_formula
    monkeypatch.setattr(splice, "content", _faulty(fault))
    book = Package(path)
    book.sheet("Invoices").set("B3", value)
    with pytest.raises(Refused, match="did not pass its check"):
        book.save()
    assert path.read_bytes() == before


def _other_formula(made: Content) -> Content:
    return made._replace(xml=made.xml.replace("A2", "A3"))


@pytest.mark.parametrize("wrong", ['<c r="{0}{1}" s="9"/>', "", '<c r="{0}{1}"><v>1</v></c>'])
def test_an_appended_row_that_does_not_read_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    path = by_xlsxwriter(tmp_path / "book.xlsx")
    book = Package(path)
    sheet = book.sheet("Invoices")
    table = sheet.tables[0]
    sheet.append_rows(table.name, [[None if column.formula else "new" for column in table.columns]])
    right = splice.Splicer.row

    def row(self: splice.Splicer, number_: int, *rest: object) -> str:
        right(self, number_, *rest)  # type: ignore[arg-type]
        return wrong.format("A", number_)

    monkeypatch.setattr(splice.Splicer, "row", row)
    with pytest.raises(Refused, match="does not read back"):
        book.save()


def test_every_form_of_a_cell_reads_the_same_by_each_way() -> None:
    reader = RowReader(names(b""), ())
    quick = next(reader.rows(Block(ROW.encode(), 1, 1))).cells
    assert quick == reader.any_cells(1, ROW)
    assert [type(cell).__name__ for cell in quick] == ["Cell"] * 3


def test_an_empty_text_shown_by_a_formula_reads_back_beside_texts(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><f t="shared" ref="B1:B2" si="0">A1</f></c></row>'
    path = handmade(tmp_path / "book.xlsx", worksheet(rows))
    book = Package(path)
    book.sheet(book.sheet_names[0]).set("C1", Formula('=""', ""))
    book.save()
    assert openpyxl_cells(path)[book.sheet_names[0], 1, 1] == "a"


def test_a_float_of_another_library_is_written_as_a_number() -> None:
    class Foreign(float):
        def __repr__(self) -> str:
            return f"foreign({float(self)})"

    assert number(Foreign(1.5)) == "1.5"
