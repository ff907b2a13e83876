"""Cell formats that have to be made: where the workbook has none at all, and where a date stands among other values."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING

import pytest

from arc_sync.xlsx import Formula, Package
from tests.xlsx_corpus import MAIN, STRICT, handmade, load, member, relation, worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from arc_sync.xlsx import Value

DAY = dt.date(2026, 11, 30)


def _without_styles(path: Path, main: str = MAIN) -> Path:
    """Write a workbook that has no styles.xml, and nothing that tells of one."""
    made = handmade(path.with_name("made.xlsx"), worksheet("", main=main), main=main)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            lines = source.read(info).decode("latin-1").replace("><", ">\n<").splitlines(keepends=True)
            if info.filename != "xl/styles.xml":
                kept = "".join(line for line in lines if "styles.xml" not in line)
                out.writestr(info.filename, kept.encode("latin-1"))
    return path


@pytest.mark.parametrize("main", [MAIN, STRICT])
def test_a_workbook_without_styles_gets_them_when_a_date_needs_one(tmp_path: Path, main: str) -> None:
    path = _without_styles(tmp_path / "book.xlsx", main)
    book = Package(path)
    book.sheet("Data").set("A1", DAY)
    saved = book.save()
    assert [str(change).partition(" (")[0] for change in saved.parts if "styles" in change.part] == [
        "xl/styles.xml: added"
    ]
    again = Package(path)
    assert again.styles_part == "xl/styles.xml"
    assert again.styles.is_date(again.sheet("Data").cell("A1").style)
    assert member(path, "[Content_Types].xml").count('PartName="/xl/styles.xml"') == 1
    if main == MAIN:  # openpyxl does not read Strict sheets
        assert load(path)["Data"]["A1"].value == dt.datetime.fromisoformat("2026-11-30")


def test_a_workbook_without_styles_gets_none_for_what_needs_none(tmp_path: Path) -> None:
    path = _without_styles(tmp_path / "book.xlsx")
    book = Package(path)
    book.sheet("Data").set("A1", "text")
    book.save()
    with zipfile.ZipFile(path) as package:
        assert "xl/styles.xml" not in package.namelist()


def _with_table(path: Path) -> Path:
    columns = "".join(f'<tableColumn id="{n + 1}" name="{name}"/>' for n, name in enumerate("abc"))
    table = f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="A1:C2"><tableColumns count="3">{columns}</tableColumns></table>'
    row = '<row r="{0}"><c r="A{0}" t="str"><v>{1}</v></c><c r="B{0}" t="str"><v>{2}</v></c><c r="C{0}" t="str"><v>{3}</v></c></row>'
    sheet = worksheet(
        row.format(1, *"abc") + row.format(2, "x", "y", "z"),
        after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>',
    )
    rels = relation("rId1", "table", "../tables/table1.xml")
    return handmade(path, sheet, parts={"xl/tables/table1.xml": table}, sheet_relations=rels)


LIKE: Value = "z"
ALONE: Value = Formula("A1", "x")


@pytest.mark.parametrize(
    "last",
    [[LIKE] * 4, [ALONE] * 4, [LIKE, ALONE] * 2, [ALONE, LIKE] * 2],
    ids=["of like shape", "one by one", "by turns", "by turns, the other way round"],
)
def test_a_date_lends_its_format_to_no_later_row(tmp_path: Path, last: list[Value]) -> None:
    path = _with_table(tmp_path / "book.xlsx")
    book = Package(path)
    values: list[Value] = [DAY, 46_000, "text", DAY]
    book.sheet("Data").append_rows("T", [["x", value, end] for value, end in zip(values, last, strict=True)])
    book.save()
    again = Package(path)
    styles = [cell.style for cell in again.sheet("Data").cells(["B3", "B4", "B5", "B6"]).values()]
    assert [again.styles.is_date(style) for style in styles] == [True, False, False, True]
    assert styles[1:3] == [0, 0]
