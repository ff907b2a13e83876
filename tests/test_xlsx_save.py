"""Saving: what was not edited is the same bytes, and a kill at any instant leaves the old file or the new."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, BinaryIO

import pytest

from arc_sync.xlsx import STEPS, Backup, Package, Refused, fingerprint, is_open_elsewhere, replacing, saving
from arc_sync.xlsx.__main__ import main
from tests.xlsx_corpus import (
    MAIN,
    by_xlsxwriter,
    calamine_cells,
    handmade,
    load,
    members,
    openpyxl_cells,
    relation,
    worksheet,
)

if TYPE_CHECKING:
    from typing_extensions import Buffer

KILL = """
import os, sys
from arc_sync.xlsx import Package
book = Package(sys.argv[1])
book.sheet("Invoices").set("B3", "killed")
def hook(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), 9)
book.save(hook=hook)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return by_xlsxwriter(tmp_path / "Book 1.xlsx")


def test_every_other_part_keeps_its_bytes_its_order_and_its_time(path: Path) -> None:
    before = members(path)
    book = Package(path)
    book.sheet("Invoices").set("B3", "new")
    saved = book.save()
    after = members(path)
    changed = {change.part for change in saved.parts}
    assert changed == {"xl/worksheets/sheet1.xml"}  # XlsxWriter asks for recalculation already
    assert list(after) == list(before)
    assert {name: after[name] for name in after if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    assert all(after[name][1] == before[name][1] for name in before)
    assert saved.untouched == len(before) - 1
    assert book.changed_parts() == ["xl/workbook.xml", "xl/worksheets/sheet1.xml"]


def test_the_old_file_is_kept_and_only_a_few_of_them(path: Path) -> None:
    first = path.read_bytes()
    kept = []
    for turn in range(4):
        os.utime(path, (1_800_000_000 + turn, 1_800_000_000 + turn))
        book = Package(path)
        book.sheet("Invoices").set("B3", f"turn {turn}")
        kept.append(book.save(backup=Backup(keep=2)).backup)
    assert kept[0] is not None
    assert kept[0].parent == path.parent / ".arc-backups"
    left = sorted((path.parent / ".arc-backups").iterdir())
    assert left == sorted(backup for backup in kept[-2:] if backup)
    assert openpyxl_cells(left[0])["Invoices", 3, 2] == "turn 1"
    assert first not in [backup.read_bytes() for backup in left]


def test_saving_elsewhere_leaves_the_file_alone(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    book = Package(path)
    book.sheet("Invoices").set("B3", "copy")
    saved = book.save(tmp_path / "copy.xlsx")
    assert (path.read_bytes(), saved.backup) == (before, None)
    assert openpyxl_cells(saved.path)["Invoices", 3, 2] == "copy"
    copy = Package(path).save(tmp_path / "same.xlsx")
    assert members(copy.path) == members(path)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old = path.read_bytes()
    source = Path(__file__).resolve().parent.parent / "sync"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    killed = subprocess.run([sys.executable, "-c", KILL, path, step], env=environment, check=False)
    assert killed.returncode == -9
    done = STEPS.index(step) >= STEPS.index("replaced")
    assert (path.read_bytes() == old) != done
    assert calamine_cells(path)["Invoices", 3, 2] == ("killed" if done else "Müller & Söhne 2")
    left = list(path.parent.glob(".~arc-*"))
    assert len(left) == (0 if done or step == "packed" else 1)
    _pass(monkeypatch, hours=25)  # then the next save clears it away
    book = Package(path)
    book.sheet("Invoices").set("B3", "after all")
    book.save()
    assert openpyxl_cells(path)["Invoices", 3, 2] == "after all"
    assert list(path.parent.glob(".~arc-*")) == []


def _pass(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Let the clock of the next saves be some hours ahead."""
    monkeypatch.setattr(saving, "time", SimpleNamespace(time=lambda: time.time() + hours * 3_600))


def test_what_killed_saves_left_is_swept_after_a_day_and_nothing_else_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = path.parent / ".arc-backups"
    backups.mkdir()
    left = {
        path.parent / f".~arc-{path.name}-abcd1234.tmp",
        backups / f"{path.stem} 2026-01-31 08.00.00Z 0123abcd.tmp",
    }
    others = {
        path.parent / ".~arc-Another.xlsx-abcd1234.tmp",
        path.parent / f"~${path.name}",
        backups / "mine.tmp",
    }
    for file in left | others:
        file.write_text("begun")
        os.utime(file, (0, 0))  # the date of what was copied into it
    for hours in (23, 25):
        _pass(monkeypatch, hours)
        book = Package(path)
        book.sheet("Invoices").set("B3", f"{hours} hours later")
        book.save()
        assert {file for file in left | others if file.exists()} == (left | others if hours == 23 else others)


def test_a_save_leaves_alone_what_another_is_just_putting_in_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(path, (0, 0))  # a workbook that was last changed long ago
    book, real = Package(path), replacing.exchange
    book.sheet("Invoices").set("B3", "mine")

    def exchanged(one: Path, other: Path) -> None:
        real(one, other)
        monkeypatch.setattr(replacing, "exchange", real)
        second = Package(path)
        second.sheet("Invoices").set("C3", 77)
        second.save()

    monkeypatch.setattr(replacing, "exchange", exchanged)
    book.save()

    found = openpyxl_cells(path)
    assert (found["Invoices", 3, 3], found["Invoices", 3, 2]) == (77, "mine")
    assert list(path.parent.glob(".~arc-*")) == []


@pytest.mark.parametrize("step", STEPS[: STEPS.index("replaced")])
def test_a_change_by_someone_else_meanwhile_is_never_written_over(path: Path, step: str) -> None:
    book = Package(path)
    book.sheet("Invoices").set("B3", "mine")

    def meanwhile(now: str) -> None:
        if now == step:
            other = Package(path)
            other.sheet("Invoices").set("C3", 77)
            other.save(backup=None)

    with pytest.raises(Refused, match="meanwhile"):
        book.save(hook=meanwhile)
    found = openpyxl_cells(path)
    assert (found["Invoices", 3, 3], found["Invoices", 3, 2]) == (77, "Müller & Söhne 2")
    assert list(path.parent.glob(".~arc-*")) == []


def test_where_files_cannot_change_places_the_last_look_is_right_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_CALL", None)
    test_a_change_by_someone_else_meanwhile_is_never_written_over(path, "backed up")
    book = Package(path)
    book.sheet("Invoices").set("B3", "mine")
    book.save()

    assert openpyxl_cells(path)["Invoices", 3, 2] == "mine"


def test_who_saves_over_ours_in_that_very_instant_has_the_last_word(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, real = Package(path), replacing.exchange
    book.sheet("Invoices").set("B3", "mine")
    texts = iter(["second", "third"])

    def exchanged(one: Path, other: Path) -> None:
        real(one, other)
        if text := next(
            texts, ""
        ):  # another program has just read the file, and saves it whatever stands there
            saved = path.with_name("theirs.xlsx")
            saved.write_bytes(theirs[text])
            saved.replace(path)

    theirs = {text: _saying(path, text) for text in ("first", "second", "third")}
    monkeypatch.setattr(replacing, "exchange", exchanged)
    with pytest.raises(Refused, match="meanwhile"):
        book.save(hook=lambda step: _put(path, theirs["first"]) if step == "backed up" else None)

    assert openpyxl_cells(path)["Invoices", 3, 2] == "third"
    assert list(path.parent.glob(".~arc-*")) == []


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _saying(path: Path, text: str) -> bytes:
    """Return the file with a text in B3."""
    package, copy = Package(path), path.with_name("saying.xlsx")
    package.sheet("Invoices").set("B3", text)
    package.save(copy)
    return copy.read_bytes()


def test_a_file_that_was_deleted_meanwhile_is_not_made_again(path: Path) -> None:
    book = Package(path)
    book.sheet("Invoices").set("B3", "mine")
    with pytest.raises(Refused, match="meanwhile"):
        book.save(hook=lambda step: path.unlink() if step == "verified" else None)
    assert not path.exists()


def test_a_saved_package_is_done(path: Path) -> None:
    book = Package(path)
    book.sheet("Invoices").set("B3", "mine")
    book.save()
    with pytest.raises(Refused, match="meanwhile"):
        book.save()


def test_a_damaged_copy_never_takes_the_files_place(path: Path) -> None:
    before = path.read_bytes()
    book = Package(path)
    book.sheet("Invoices").set("B3", "mine")

    def damage(step: str) -> None:
        if step == "synced":
            (temporary,) = path.parent.glob(".~arc-*")
            data = bytearray(temporary.read_bytes())
            data[len(data) // 2] ^= 1
            temporary.write_bytes(data)

    with pytest.raises(Refused):
        book.save(hook=damage)
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes or links")
def test_modes_and_links_are_kept(path: Path) -> None:
    path.chmod(0o640)
    link = path.with_name("link.xlsx")
    link.symlink_to(path)
    book = Package(link)
    book.sheet("Invoices").set("B3", "through the link")
    book.save()
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert openpyxl_cells(path)["Invoices", 3, 2] == "through the link"


def test_the_fingerprint_tells_content_from_date(path: Path) -> None:
    first = fingerprint(path)
    os.utime(path, (0, 0))
    assert fingerprint(path) == first
    book = Package(path)
    book.sheet("Invoices").set("B3", "new")
    assert book.save().fingerprint == fingerprint(path) != first


def test_who_has_the_book_open_is_told_by_what_lies_beside_it(path: Path) -> None:
    assert is_open_elsewhere(path) is None
    lock = path.with_name(f".~lock.{path.name}#")
    lock.write_text(",maria,desk,30.11.2026 10:00,file:///home/maria;")
    assert is_open_elsewhere(path) == "maria (LibreOffice)"
    lock.unlink()
    name = "Jörg"
    stub = (
        bytes([len(name)])
        + name.encode("cp1252").ljust(54)
        + bytes([len(name), 0])
        + name.encode("utf-16-le").ljust(108)
    )
    path.with_name(f"~${path.name}").write_bytes(stub)
    assert is_open_elsewhere(path) == "Jörg (Excel)"


def test_the_command_says_what_changed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = path.with_name("out.xlsx")
    assert main([str(path), "Invoices!C3", "12.50", "-o", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "Invoices!C3: 2.2 -> 12.5" in shown
    assert "xl/worksheets/sheet1.xml: rewritten" in shown
    assert "other parts: the same bytes" in shown
    assert main([str(path), "'Report & Co'!A2", "=1+1", "-o", str(out)]) == 0
    assert load(out)["Report & Co"]["A2"].data_type == "s"
    assert main([str(path), "Invoices!A4", "2026-11-30", "-o", str(out), "--text"]) == 0
    assert main([str(path), "Nope!A4", "1", "-o", str(out)]) == 1
    assert "no sheet named 'Nope' in Book 1.xlsx; it has Invoices, Report & Co." in capsys.readouterr().err
    assert main([str(path), "invoices!A4", "1", "-o", str(path.with_name("nowhere") / "out.xlsx")]) == 1
    assert f"no folder {path.with_name('nowhere')}" in capsys.readouterr().err


def test_the_command_says_why_other_parts_follow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain = f'<calcChain xmlns="{MAIN}"><c r="A1" i="1"/></calcChain>'
    path = handmade(
        tmp_path / "a.xlsx",
        worksheet('<row r="1"><c r="A1"><f>B1</f><v>1</v></c></row>'),
        parts={"xl/calcChain.xml": chain},
        workbook_relations=relation("rId9", "calcChain", "calcChain.xml"),
    )
    assert main([str(path), "A1", "2026-11-30", "-o", str(tmp_path / "out.xlsx")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Data!A1: =B1 -> 2026-11-30"
    assert any("xl/workbook.xml: rewritten" in each and "calculates it anew" in each for each in lines)
    assert any("xl/calcChain.xml: left out" in each and "Excel makes a new one" in each for each in lines)
    assert any("xl/styles.xml: rewritten" in each and "format for dates" in each for each in lines)


WITHOUT_ISAL = """
import sys
sys.modules["isal"] = None
from arc_sync.xlsx import Package, deflate
assert deflate.NAME == "zlib"
book = Package(sys.argv[1])
book.sheet("Invoices").set("B3", "by zlib")
book.save()
assert Package(sys.argv[1]).sheet("Invoices").cell("B3").raw == "by zlib"
"""


def test_zlib_does_where_isal_is_missing(path: Path) -> None:
    source = Path(__file__).resolve().parent.parent / "sync"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    subprocess.run([sys.executable, "-c", WITHOUT_ISAL, path], env=environment, check=True)
    assert openpyxl_cells(path)["Invoices", 3, 2] == "by zlib"


def test_zip64_and_data_descriptors_and_a_comment_are_understood(tmp_path: Path) -> None:
    import zipfile

    plain = handmade(tmp_path / "plain.xlsx", worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    path = tmp_path / "wide.xlsx"
    with (
        zipfile.ZipFile(plain) as source,
        path.open("wb") as raw,
        zipfile.ZipFile(_Unseekable(raw), "w") as out,
    ):
        out.comment = b"made by a stream"
        for info in source.infolist():
            with out.open(info.filename, "w", force_zip64=True) as part:
                part.write(source.read(info))
    before = members(path)
    book = Package(path)
    book.sheet("Data").set("B1", "x")
    book.save(backup=None)
    assert openpyxl_cells(path) == {("Data", 1, 1): 1, ("Data", 1, 2): "x"}
    after = members(path)
    assert after["docProps/user.bin"] == before["docProps/user.bin"]
    with zipfile.ZipFile(path) as read:
        assert (read.comment, read.testzip()) == (b"made by a stream", None)


class _Unseekable(io.RawIOBase):
    """A file that can only be written on, so that zipfile writes data descriptors."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        return self._raw.write(data)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("1.50", "1.5"), ("nan", "'nan'"), ("1_000", "'1_000'"), ("Infinity", "'Infinity'"), ("TRUE", "TRUE"),
        ("2026-11-30", "2026-11-30"), ("2026-02-30", "'2026-02-30'"), ("=A1", "'=A1', as text; --formula makes it a formula"), ("", "(blank)"),
    ],
)  # fmt: skip
def test_the_command_takes_a_value_for_what_it_plainly_is(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, shown: str
) -> None:
    assert main([str(path), "Invoices!B3", given, "-o", str(tmp_path / "out.xlsx")]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(f"-> {shown}")
