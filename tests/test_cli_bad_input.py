"""Files that are broken, hostile, locked or newer: one sentence, exit code 2, nothing changed."""

from __future__ import annotations

import errno
import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

from tests.office import INVOICES, Office, office

#: What Excel writes in a "Strict Open XML Spreadsheet", in place of the usual (ECMA-376 part 1, annex A).
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}
Ruin = Callable[[Path], None]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm"))


@pytest.fixture
def here(firm: Office, tmp_path: Path) -> Office:
    return firm.copied(tmp_path / "firm")


def snapshot(here: Office) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (here.book, here.ledger)}


def one_sentence(result: Result) -> str:
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.endswith(".\n")
    return str(result.stderr)


def rewritten(change: Callable[[str, bytes], bytes]) -> Ruin:
    """Return what rewrites every part of a package."""

    def ruin(path: Path) -> None:
        with zipfile.ZipFile(path) as package:
            parts = [(name, package.read(name)) for name in package.namelist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, data in parts:
                package.writestr(name, change(name, data))

    return ruin


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def encrypted(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(4000)
    )


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def bomb(name: str, data: bytes) -> bytes:
    return (
        data.replace(b"<sheetData>", b"<sheetData>" + bytes(80 << 20), 1)
        if name.endswith("sheet5.xml")
        else data
    )


def strict(_name: str, data: bytes) -> bytes:
    for usual, other in STRICT.items():
        data = data.replace(usual, other)
    return data.replace(b"<workbook ", b'<workbook conformance="strict" ')


BROKEN: dict[str, tuple[Ruin, str]] = {
    "truncated": (truncated, "damaged"),
    "encrypted": (encrypted, "password"),
    "emptied": (emptied, ""),
    "a zip bomb": (rewritten(bomb), "safe"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_workbook_that_cannot_be_edited_safely_is_left_alone(here: Office, how: str) -> None:
    ruin, told = BROKEN[how]
    ruin(here.book)
    before = snapshot(here)
    said = one_sentence(here.arc("sync", code=2))
    assert "Receivables.xlsx" in said
    assert told.casefold() in said.casefold()
    assert snapshot(here) == before
    assert not [path for path in here.folder.iterdir() if path.suffix in {".tmp", ".new"}]


@pytest.mark.parametrize("how", BROKEN)
def test_an_export_that_cannot_be_read_safely_is_refused(here: Office, how: str) -> None:
    foreign = here.folder / "export.xlsx"
    foreign.write_bytes(here.book.read_bytes())
    BROKEN[how][0](foreign)
    before = snapshot(here)
    assert "export.xlsx" in one_sentence(here.arc("import", str(foreign), code=2))
    assert snapshot(here) == before


def test_a_cell_in_the_last_corner_of_a_sheet_is_said_before_it_costs_anything(here: Office) -> None:
    corner = b'<row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData>'

    def far(name: str, data: bytes) -> bytes:
        return data.replace(b"</sheetData>", corner) if name.endswith("sheet5.xml") else data

    rewritten(far)(here.book)
    before = snapshot(here)
    assert "XFD1048576; clear it" in one_sentence(here.arc("sync", code=2))
    assert snapshot(here)[here.book.name] == before[here.book.name]


def test_a_strict_workbook_is_no_trouble_and_stays_strict(here: Office) -> None:
    rewritten(strict)(here.book)
    here.arc("import", here.file("more.csv", INVOICES.replace("INV-", "X-")))
    assert "3 new rows went from the ledger to the workbook" in here.arc("sync").stdout
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"
    with zipfile.ZipFile(here.book) as package:
        assert b'conformance="strict"' in package.read("xl/workbook.xml")
        assert next(iter(STRICT)) not in package.read("xl/worksheets/sheet5.xml")


def test_an_export_with_such_a_cell_does_not_fill_the_memory(here: Office) -> None:
    from openpyxl import Workbook

    foreign = Workbook()
    sheet = foreign.active
    assert sheet is not None
    for row in csv_rows(INVOICES):
        sheet.append(row)
    sheet["XFD1048576"] = "far away"
    foreign.save(here.folder / "far.xlsx")
    foreign.close()
    before = snapshot(here)
    assert "far.xlsx" in one_sentence(here.arc("import", str(here.folder / "far.xlsx"), code=2))
    assert snapshot(here) == before


def csv_rows(text: str) -> list[list[str]]:
    import csv

    return list(csv.reader(text.splitlines()))


def test_an_export_without_a_header_is_refused(here: Office) -> None:
    before = snapshot(here)
    body = INVOICES.split("\n", 1)[1]
    assert "has no header row" in one_sentence(here.arc("import", here.file("a.csv", body), code=2))
    assert snapshot(here) == before


def test_a_header_missing_in_the_workbook_holds_its_column_and_loses_nothing(here: Office) -> None:
    before = here.json("history")
    hand = here.hand()
    sheet = hand._package.sheet("Invoices")
    table = sheet.table("Invoices")
    from arc_sync.xlsx.refs import cell_ref

    place = cell_ref(table.area.top, table.area.left + table.headers.index("Notes"))
    sheet.set(place, "Remarks")
    hand.save()
    said = here.arc("sync", code=1).stdout
    assert "Invoices lacks the column Notes. Put its header back; nothing was cleared." in said
    assert len(here.json("history")["change_sets"]) == len(before["change_sets"]) + 1
    assert "Notes" in here.arc("history", "--row", "INV-3").stdout


def test_a_ledger_of_a_newer_version_is_not_touched(here: Office) -> None:
    with closing(sqlite3.connect(here.ledger)) as ledger, ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
    before = snapshot(here)
    for words in (("sync",), ("aging",), ("import", here.file("a.csv", INVOICES)), ("verify",)):
        said = one_sentence(here.arc(*words, code=2))
        assert "newer ARC" in said
        assert "update ARC" in said
    assert snapshot(here) == before


@pytest.mark.parametrize("content", [b"", b"not a database at all", bytes(4096)])
def test_a_ledger_that_is_none_is_said(here: Office, content: bytes) -> None:
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (here.folder / name).unlink(missing_ok=True)
    here.ledger.write_bytes(content)
    before = here.book.read_bytes()
    assert "ledger" in one_sentence(here.arc("sync", code=2))
    assert here.book.read_bytes() == before


@pytest.mark.parametrize("name", ["~$Receivables.xlsx", ".~lock.Receivables.xlsx#"])
def test_a_workbook_open_elsewhere_is_left_alone(here: Office, name: str) -> None:
    (here.folder / name).write_bytes(
        b",Zoe,host,01.01.2026 10:00,file:///x;" if name.startswith(".") else b"\3Zoe"
    )
    before = snapshot(here)
    for words in (("sync",), ("sync", "--new")):
        said = one_sentence(here.arc(*words, code=2))
        assert "is open: Zoe" in said
        assert "close it" in said
    assert snapshot(here) == before


def test_a_full_disk_leaves_the_old_workbook(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    here.arc("import", here.file("more.csv", INVOICES.replace("INV-", "X-")))
    before, names = here.book.read_bytes(), sorted(here.folder.iterdir())

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        said = one_sentence(here.arc("sync", code=2))
    assert "No space left" in said or "disk is full" in said
    assert here.book.read_bytes() == before
    assert sorted(here.folder.iterdir()) == names
    here.arc("sync")
    assert here.arc("sync").stdout == "Book and ledger are in step; nothing to do.\n"


def test_another_workbook_under_the_name_is_refused(here: Office) -> None:
    from openpyxl import Workbook

    foreign = Workbook()
    foreign.save(here.book)
    foreign.close()
    before = snapshot(here)
    assert "arc sync --new" in one_sentence(here.arc("sync", code=2))
    assert snapshot(here) == before


def test_the_workbook_of_another_ledger_is_refused(here: Office, tmp_path: Path) -> None:
    other = office(tmp_path / "other", filled=False)
    here.book.write_bytes(other.book.read_bytes())
    before = snapshot(here)
    assert "belongs to another ledger" in one_sentence(here.arc("sync", code=2))
    assert snapshot(here) == before


def test_whatever_else_happens_is_one_sentence_too(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprise(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("arc_sync.agent.firm.Firm.aging", surprise)
    said = one_sentence_of_a_defect(here.arc("aging", code=2))
    assert "ZeroDivisionError: a defect" in said
    monkeypatch.setenv("ARC_TRACE", "1")
    with pytest.raises(AssertionError):  # the traceback comes through
        here.arc("aging", code=2)


def one_sentence_of_a_defect(result: Result) -> str:
    assert result.stderr.count("\n") == 1
    return str(result.stderr)
