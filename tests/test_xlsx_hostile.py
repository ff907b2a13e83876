"""Files that are not what they say: refused fast, in bounded memory, in a sentence, with nothing written."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arc_sync.xlsx import Limits, Package, Refused, cells, strings
from arc_sync.xlsx.formulas import shift
from arc_sync.xlsx.markup import find_tag
from tests.xlsx_corpus import MAIN, handmade, worksheet

if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from pathlib import Path

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def read_all(path: Path, limits: Limits | None = None) -> None:
    book = Package(path, limits=limits)
    for name in book.sheet_names:
        sheet = book.sheet(name)
        for _ in sheet.rows():
            pass
        assert sheet.tables is not None
    book.sheet(book.sheet_names[0]).set("A1", "x")
    book.save(path.with_name("out.xlsx"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"", "not an Excel workbook"),
        (b"Name;Amount\n", "not an Excel workbook"),
        (b"PK\3\4" + bytes(400), "damaged or was cut short"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused, match=reason):
        Package(path)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("hello.txt", "hello")
    with pytest.raises(Refused, match="not an Excel workbook"):
        Package(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused):
        read_all(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "address outside"), ("../../evil.xml", "address outside"), ("C:\\evil.xml", "address outside"),
        ("XL/Workbook.xml", "twice"), ("_xmlsignatures/sig1.xml", "digitally signed"),
    ],
)  # fmt: skip
def test_odd_members_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW), parts={name: "<x/>"})
    with pytest.raises(Refused, match=reason):
        Package(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\1\2")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(Refused, match="encrypted"):
        Package(path)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(" " * (80 << 20)))
    tracemalloc.start()
    with pytest.raises(Refused, match="zip bomb"):
        Package(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW + " " * (40 << 20)))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    at = data.find(b"xl/worksheets/sheet1.xml", data.find(b"PK\1\2")) - 46
    assert struct.unpack_from("<L", data, at + 24)[0] == info.file_size
    struct.pack_into("<L", data, at + 24, 5_000)
    path.write_bytes(data)
    sheet = Package(path).sheet("Data")
    tracemalloc.start()
    with pytest.raises(Refused):
        list(sheet.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 90 << 20


def test_a_flipped_byte_that_still_unpacks_is_noticed(tmp_path: Path) -> None:
    made, path = handmade(tmp_path / "a.xlsx", worksheet(ROW)), tmp_path / "b.xlsx"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        for info in source.infolist():
            out.writestr(info.filename, source.read(info))
    path.write_bytes(path.read_bytes().replace(b"<v>1</v>", b"<v>9</v>"))
    with pytest.raises(Refused, match="damaged"):
        list(Package(path).sheet("Data").rows())


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW))
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    with pytest.raises(Refused, match="overlap"):
        Package(path)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"],
)
def test_a_dtd_is_refused_wherever_it_is(tmp_path: Path, part: str) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'))
    with zipfile.ZipFile(path) as book:
        xml = book.read(part).decode().partition("?>")[2]
    with pytest.raises(Refused, match="DTD"):
        read_all(
            handmade(
                tmp_path / "b.xlsx",
                worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
                parts={part: f'<?xml version="1.0"?>{ENTITIES}{xml}'},
            )
        )


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="99999999999999999999"/>',
        '<row r="-1"/>',
        '<row r="0"/>',
        '<row r="x"/>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        "<row r='5'/><row r='4'/>",
    ],
)
def test_absurd_and_broken_sheets_are_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(Refused):
        read_all(handmade(tmp_path / "a.xlsx", worksheet(rows)))


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "<worksheet/>",
        "not xml",
        "<worksheet><sheetData>",
        worksheet(ROW)[:-30],
        worksheet(ROW) + "<again/>",
    ],
)
def test_a_part_that_is_no_sheet_is_refused(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(Refused):
        read_all(handmade(tmp_path / "a.xlsx", sheet))


def test_a_row_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet('<row r="1">' + "<c/>" * 3_000_000))
    with pytest.raises(Refused):
        read_all(path, Limits(small=4 << 20))


@pytest.mark.parametrize(
    "encoding", ["rot13", "zlib", "bz2", "hex", "undefined", "utf-7", "cp037", "no-such"]
)
def test_an_encoding_that_holds_no_plain_text_is_refused(tmp_path: Path, encoding: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{encoding}"?>{worksheet(ROW)}'
    with pytest.raises(Refused, match="encoding"):
        read_all(handmade(tmp_path / "a.xlsx", sheet))


# With a search to the sheet's end for each of them, any of these takes hours.
@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1">' + '<c r="A1"><f>' * 60_000 + "</row>",
        '<row r="1"><c r="B1">' + "<f>" * 300_000 + "</c></row>",
        '<row r="1"><c r="B1" t="inlineStr"><is>' + "<rPh>" * 300_000 + "</is></c></row>",
        '<row r="1">' + "<c " * 60_000 + "</row>",
        "<row " * 300_000,
        "<!--" * 300_000,
        "<![CDATA[" * 300_000,
    ],
    ids=["cells", "formulas", "phonetic hints", "tags of cells", "tags of rows", "comments", "CDATA"],
)
def test_what_begins_again_and_again_and_never_ends_is_refused_soon(tmp_path: Path, rows: str) -> None:
    with pytest.raises(Refused):
        read_all(handmade(tmp_path / "a.xlsx", worksheet(rows)))


@pytest.mark.parametrize("element", ["si", "rPh", "!--", "![CDATA["])
def test_shared_strings_that_never_end_hold_nobody_up(tmp_path: Path, element: str) -> None:
    strings = f'<sst xmlns="{MAIN}"><si>' + f"<{element}" * 100_000 + "</si></sst>"
    book = Package(handmade(tmp_path / "a.xlsx", worksheet(ROW), strings=strings))
    assert [cell.raw for row in book.sheet("Data").rows() for cell in row.cells] == ["1"]


@pytest.mark.parametrize(
    ("pattern", "xml"),
    [
        (cells.patterns("").cell, "<c>" + "<" * 500_000),
        (cells.patterns("").cell, "<c>" + "<a/>" * 500_000 + "</c>"),
        (strings._ITEM, "<si>" + "<" * 500_000),
        (strings._PHONETIC, "<rPh>" + "<" * 500_000),
    ],
    ids=["cell", "whole cell", "shared string", "phonetic hint"],
)
def test_tags_without_number_do_not_fill_the_memory(pattern: re.Pattern[str], xml: str) -> None:
    assert _peak(lambda: sum(1 for _ in pattern.finditer(xml))) < 4 << 20


def test_attributes_without_number_do_not_fill_the_memory() -> None:
    assert _peak(lambda: find_tag("c", b"<c " + b'""' * 500_000)) < 4 << 20


def _peak(work: Callable[[], object]) -> int:
    """Return how many bytes the work needs at its height."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text", ["[" * 8_000, "'" * 8_001, "a.b" * 2_600, '"' * 8_001, "[a" * 4_000, "A1:" * 2_700]
)
def test_a_formula_of_nothing_but_beginnings_is_moved_as_it_is(text: str) -> None:
    assert shift(text, 0, 0) == text


def test_a_formula_longer_than_excel_allows_is_refused(tmp_path: Path) -> None:
    formula = "A1+" * 3_000 + "1"
    rows = f'<row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">{formula}</f></c></row><row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
    with pytest.raises(Refused, match="Excel allows 8,192"):
        read_all(handmade(tmp_path / "a.xlsx", worksheet(rows)))


def test_columns_told_of_over_and_over_are_refused(tmp_path: Path) -> None:
    columns = "<cols>" + '<col min="1" max="16384" style="1"/>' * 3_000 + "</cols>"
    with pytest.raises(Refused, match="more columns"):
        read_all(handmade(tmp_path / "a.xlsx", worksheet(ROW, before=columns)))


def test_a_missing_part_is_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW))
    bare = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as out:
        for info in source.infolist():
            if info.filename != "xl/workbook.xml":
                out.writestr(info, source.read(info))
    with pytest.raises(Refused):
        Package(bare)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_damage_gives_anything_but_a_refusal(tmp_path: Path, data: st.DataObject) -> None:
    path = handmade(tmp_path / "a.xlsx", worksheet(ROW * 1))
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    try:
        read_all(path)
    except Refused as refused:
        assert refused.reason.endswith((".", "again", ".xlsx"))  # noqa: PT017
