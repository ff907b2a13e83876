"""Hostile and broken files: each gets one sentence, quickly, and never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from arc_sheets.errors import IntakeError, Undecided
from arc_sync import sandbox
from arc_sync.intake import book, understand

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = ("Invoice Number", "Customer", "Invoice Date", "Due Date", "Currency", "Amount", "Balance")
ROW = ("INV-1", "Ann", "2026-01-05", "2026-02-04", "EUR", 12.5, 12.5)


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet("Invoices")
        for number, row in enumerate((HEADER, *(rows or (ROW,)))):
            sheet.write_row(number, 0, row)
    return path


def remade(path: Path, part: str, change: tuple[bytes, bytes]) -> Path:
    """Write the package anew with one part changed."""
    source = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            assert name != part or change[0] in data
            new.writestr(name, data.replace(*change) if name == part else data)
    return path


def sentence(path: Path) -> str:
    with pytest.raises(IntakeError) as caught:
        understand(path)
    said = str(caught.value)
    assert not isinstance(caught.value, Undecided)
    assert "\n" not in said
    assert "Traceback" not in said
    assert said.endswith(".")
    assert said.count(path.name) == 1
    return said


SHEET = "xl/worksheets/sheet1.xml"
SAMPLES = Path(__file__).parent / "intake_samples"


def test_a_sound_workbook_passes(tmp_path: Path) -> None:
    assert understand(workbook(tmp_path / "a.xlsx")).take().counts == {"customers": 1, "invoices": 1}


def test_a_workbook_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    assert understand(workbook(tmp_path / "a.csv")).take().counts["invoices"] == 1


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_truncated(tmp_path: Path, share: float) -> None:
    file = workbook(tmp_path / "a.xlsx")
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    assert "damaged or cut short" in sentence(file)


def test_encrypted_and_old_workbooks(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (tmp_path / "a.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    assert "protected by a password" in sentence(tmp_path / "a.xlsx")
    (tmp_path / "b.xls").write_bytes(ole)
    assert "old Excel file" in sentence(tmp_path / "b.xls")


def test_an_encrypted_member(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx")
    data = bytearray(file.read_bytes())
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    file.write_bytes(data)
    assert "protected by a password" in sentence(file)


def test_zip_bombs(tmp_path: Path) -> None:
    file = workbook(tmp_path / "ratio.xlsx")
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/a.bin", bytes(20 * 2**20))
    assert "zip bombs" in sentence(file)
    file = workbook(tmp_path / "parts.xlsx")
    with zipfile.ZipFile(file, "a") as package:
        for number in range(2_001):
            package.writestr(f"xl/media/{number}", b"")
    assert "more than 2,000 parts" in sentence(file)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_parts_of_one_name_or_outside_the_file(tmp_path: Path) -> None:
    file = workbook(tmp_path / "double.xlsx")
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("xl/workbook.xml", b"<workbook/>")
    assert "two of its parts have one name" in sentence(file)
    file = workbook(tmp_path / "out.xlsx")
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("../../evil", b"")
    assert "points outside" in sentence(file)


def test_a_cell_in_the_last_corner(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    file = remade(workbook(tmp_path / "far.xlsx"), SHEET, (b"</sheetData>", far))
    assert "far outside its table (XFD1048576)" in sentence(file)


def test_a_sheet_of_a_million_wide_rows_ends_in_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "_LIMITS", sandbox.Limits(20, 512, 60))
    far = b'<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row></sheetData>'
    file = remade(workbook(tmp_path / "wide.xlsx"), SHEET, (b"</sheetData>", far))
    assert "cannot be read (" in sentence(file)


def test_strict_open_xml(tmp_path: Path) -> None:
    file = remade(
        workbook(tmp_path / "strict.xlsx"),
        "xl/workbook.xml",
        (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    )
    assert "Strict Open XML" in sentence(file)


def test_a_doctype(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    file = remade(workbook(tmp_path / "dtd.xlsx"), SHEET, (b"<worksheet", bomb))
    assert "DOCTYPE" in sentence(file)
    file = remade(
        workbook(tmp_path / "dtd2.xlsx"),
        "xl/workbook.xml",
        (b"<workbook", bomb.replace(b"sheet", b"book", 1)),
    )
    assert "cannot be read" in sentence(file)


def test_damaged_xml(tmp_path: Path) -> None:
    file = remade(workbook(tmp_path / "bad.xlsx"), SHEET, (b"</sheetData>", b"</nonsense>"))
    assert sentence(file)


def damage_at_random(folder: str, sound: bytes) -> int:
    """Read damaged copies; runs in the sandbox, with the inner sandbox opened. Returns how many were refused."""

    def here(function: Callable[..., object], *args: object, limits: sandbox.Limits) -> object:
        assert limits
        try:
            return function(*args)
        except IntakeError as error:
            raise sandbox.Sandboxed(str(error), spoken=True) from None
        except BaseException as error:
            raise sandbox.Sandboxed(type(error).__name__) from error

    sandbox.run = here  # type: ignore[assignment]  # in this child only
    chance, refused, file = random.Random(7), 0, Path(folder) / "a.xlsx"
    for _ in range(150):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data)
        try:
            understand(file).take()
        except IntakeError:
            refused += 1
    return refused


def test_random_damage_gives_a_sentence_or_entries(tmp_path: Path) -> None:
    sound = workbook(tmp_path / "a.xlsx").read_bytes()
    assert sandbox.run(damage_at_random, str(tmp_path), sound, limits=sandbox.Limits(60, 1024, 120)) > 50


def test_a_formula_without_a_value_is_rejected_not_read_as_nil(tmp_path: Path) -> None:
    formula = workbook(tmp_path / "f.xlsx", ROW, ("INV-2", *ROW[1:5], "=5*5", 25))
    taken = understand(formula).take()
    assert taken.counts["invoices"] == 1
    assert [reject.line for reject in taken.rejects] == [3]
    assert 'Column "Amount" has "0": it is a formula without a kept value' in taken.rejects[0].reason


def test_an_error_value_is_rejected_not_read_as_blank(tmp_path: Path) -> None:
    file = workbook(tmp_path / "e.xlsx", ("INV-1", *ROW[1:5], 12.5, 77.0))
    file = remade(file, SHEET, (b'<c r="G2"><v>77</v>', b'<c r="G2" t="e"><v>#N/A</v>'))
    taken = understand(file).take()
    assert [r.reason for r in taken.rejects] == ['Column "Balance" has "#N/A": it is an error value.']


def test_serial_numbers_in_a_date_column_are_dates(tmp_path: Path) -> None:
    file = workbook(tmp_path / "s.xlsx", ("INV-1", "Ann", 46027, 46057.0, "EUR", 1, 1))
    invoice = understand(file).take().entries[1]
    assert str(invoice.values["issued"]) == "2026-01-05"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \r\n\r\n", "is empty"),
        ("a.csv", b"\xef\xbb\xbf", "is empty"),
        ("a.csv", ",".join(HEADER).encode() + b"\n", "has a header on line 1 and no rows"),
        ("a.csv", bytes(range(256)) * 40, "is not a text file"),
        ("a.csv", b"%PDF-1.7 ...", "is a PDF"),
        ("a.csv", b"<html><table><tr><td>x</td></tr></table></html>", "web page"),
        ("a.csv", b"one two three\n" * 100, "no header row"),
        ("a.xlsx", b"PK\x03\x04nonsense", "damaged or cut short"),
        ("~$a.xlsx", b"\x03Ann" + bytes(160), "mark of an open file"),
    ],
)
def test_files_that_are_no_export(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in sentence(tmp_path / name)


def test_one_huge_field_and_a_quote_that_never_closes(tmp_path: Path) -> None:
    head = ",".join(HEADER)
    (tmp_path / "huge.csv").write_text(f"{head}\nINV-1,{'x' * 5_000_000}", "utf-8")
    assert "has no end" in sentence(tmp_path / "huge.csv")
    (tmp_path / "open.csv").write_text(f'{head}\nINV-1,"Ann,2026-01-05\n' + "1,2,3\n" * 500, "utf-8")
    assert "begins on line 2 has no end" in sentence(tmp_path / "open.csv")


def test_a_million_columns(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("," * 1_000_000 + "\n" + "," * 1_000_000, "utf-8")
    assert sentence(tmp_path / "wide.csv")


def test_nothing_there_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="There is no file"):
        understand(tmp_path / "none.csv")
    with pytest.raises(IntakeError, match="cannot be read"):
        understand(tmp_path)


def test_a_wrong_encoding_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(",".join(HEADER).encode() + b"\n1,\x81\x8d,2026-01-01,2026-01-01,EUR,1,1\n")
    assert "--encoding" in sentence(file)
    with pytest.raises(IntakeError, match="no encoding called klingon"):
        understand(file, encoding="klingon")
    assert understand(file, encoding="latin-1").take().counts["invoices"] == 1


def test_a_nul_in_a_text_rejects_its_row_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "n.csv"
    heads = "Invoice Number,Customer,Invoice Date,Due Date,Currency,Amount,Notes,Mine\n"
    rows = ("1,Ann,a\0b,", "2,A\0nn,,", "\0,Ann,,", f"4,Ann,{'fine ' * 99},a\0b")
    lines = [
        f"{n},{c},2026-01-05,2026-02-04,EUR,12.50,{rest}" for n, c, rest in (r.split(",", 2) for r in rows)
    ]
    file.write_text(heads + "\n".join(lines), "utf-8")
    taken = understand(file).take()
    assert [e.key for e in taken.entries if e.tab == "invoices"] == ["4"]
    assert [(r.line, r.reason) for r in taken.rejects] == [
        (2, 'Column "Notes" has "a\ufffdb": it has characters that cannot be shown.'),
        (3, 'Column "Customer" has "A\ufffdnn": it has characters that cannot be shown.'),
        (4, 'Column "Invoice Number" has "\ufffd": it has characters that cannot be shown.'),
    ]


def test_a_nul_in_the_name_that_stands_above_invoices_rejects_them(tmp_path: Path) -> None:
    text = (SAMPLES / "qb_open_invoices.csv").read_text("utf-8")
    file = tmp_path / "n.csv"
    file.write_text(text.replace("Baker, Chris", "Baker\0, Chris"), "utf-8")
    taken = understand(file, currency="USD").take()
    assert [e.key for e in taken.entries if e.tab == "invoices"] == ["71052", "71053"]
    assert [r.reason for r in taken.rejects] == [
        'Column "customer" has "Baker\ufffd, Chris": it has characters that cannot be shown.'
    ]


def test_formulas_that_a_spreadsheet_has_computed_are_read_nil_or_not(tmp_path: Path) -> None:
    rows = (("INV-1", *ROW[1:6], 5.5), ("INV-2", *ROW[1:6], 77.0))
    file = workbook(tmp_path / "c.xlsx", *rows)
    file = remade(file, SHEET, (b'<c r="G2"><v>5.5</v>', b'<c r="G2"><f>F2-7</f><v>5.5</v>'))
    file = remade(file, SHEET, (b'<c r="G3"><v>77</v>', b'<c r="G3"><f>F3-F3</f><v>0</v>'))
    taken = understand(file, as_of=date(2026, 3, 1)).take()
    assert not taken.rejects
    assert [c.taken for c in taken.controls if c.what == "open balance"] == [550]
