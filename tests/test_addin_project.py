"""The VBA project: the dir stream record by record, the PROJECT streams, what is encrypted, the sources as olevba reads them."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile
import pytest

from arc_sync.addin.project import Kind, Module, Project, encrypt
from tests.addin_readers import decompressed, sources

ID = "{8C0D6A52-3B1F-4E0B-9C57-A2C5EE7A11E4}"
MODULES = (
    Module("ThisWorkbook", Kind.DOCUMENT, 'Attribute VB_Name = "ThisWorkbook"\n'),
    Module("Watch", Kind.CLASS, 'Attribute VB_Name = "Watch"\nPublic ID As String\n'),
    Module("Macros", Kind.STANDARD, 'Attribute VB_Name = "Macros"\nSub Müller()\nEnd Sub\n'),
)
PROJECT = Project("ARC", ID, MODULES)


def decrypted(text: str) -> tuple[int, bytes]:
    """Undo what [MS-OVBA] 2.4.3.2 does, as 2.4.3.3 has it; return the key and the data."""
    seed, version, key, *stored = bytes.fromhex(text)
    assert seed ^ version == 2
    key ^= seed
    plain, before, last, data = key, bytes.fromhex(text)[1], bytes.fromhex(text)[2], bytearray()
    for one in stored:
        plain = one ^ ((before + plain) & 0xFF)
        before, last = last, one
        data.append(plain)
    data = data[(seed & 6) // 2 :]
    (length,) = struct.unpack("<I", data[:4])
    assert len(data) == 4 + length
    return key, bytes(data[4:])


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a dir stream; PROJECTVERSION says a length of 4 and has 6."""
    at = 0
    while at < len(data):
        number, size = struct.unpack("<HI", data[at : at + 6])
        size = 6 if number == 0x09 else size
        yield number, data[at + 6 : at + 6 + size]
        at += 6 + size


def streams() -> olefile.OleFileIO:
    return olefile.OleFileIO(io.BytesIO(PROJECT.vba_project()), raise_defects=olefile.DEFECT_INCORRECT)


def test_the_project_says_what_it_holds() -> None:
    lines = PROJECT.project_stream().decode("cp1252").split("\r\n")
    assert lines[:5] == [
        f'ID="{ID}"',
        "Document=ThisWorkbook/&H00000000",
        "Class=Watch",
        "Module=Macros",
        'Name="ARC"',
    ]
    assert [line for line in lines if line.startswith("[")] == ["[Host Extender Info]", "[Workspace]"]
    assert lines[-4:] == [f"{m.name}=0, 0, 0, 0, C" for m in MODULES] + [""]


@pytest.mark.parametrize(("key", "expected"), [("CMG", bytes(4)), ("DPB", b"\0"), ("GC", b"\xff")])
def test_it_is_neither_protected_nor_hidden(key: str, expected: bytes) -> None:
    told = dict(line.split("=", 1) for line in PROJECT.project_stream().decode().splitlines() if "=" in line)
    assert decrypted(told[key].strip('"')) == (sum(ID.encode()) & 0xFF, expected)


@pytest.mark.parametrize("seed", [0, 2, 4, 6, 0x5D, 0xFF])
def test_what_is_encrypted_comes_back_with_every_seed(seed: int) -> None:
    assert decrypted(encrypt(b"secret \x00\xff", ID, seed))[1] == b"secret \x00\xff"


def test_names_stand_in_both_encodings() -> None:
    names = PROJECT.names()
    assert names.startswith(b"ThisWorkbook\0" + "ThisWorkbook".encode("utf-16-le") + b"\0\0")
    assert names.endswith(b"Macros\0" + "Macros".encode("utf-16-le") + b"\0\0\0\0")


def test_the_dir_stream_has_its_records_in_order() -> None:
    found = list(records(PROJECT.dir_stream()))
    head = [0x01, 0x02, 0x14, 0x03, 0x04, 0x05, 0x40, 0x06, 0x3D, 0x07, 0x08, 0x09, 0x0C, 0x3C]
    references = [0x16, 0x3E, 0x0D] * 2
    module = [0x19, 0x47, 0x1A, 0x32, 0x1C, 0x48, 0x31, 0x1E, 0x2C]
    modules = [*module, 0x22, 0x2B, *module, 0x22, 0x2B, *module, 0x21, 0x2B]
    assert [number for number, _ in found] == [*head, *references, 0x0F, 0x13, *modules, 0x10]
    values = dict(found)
    assert values[0x03] == struct.pack("<H", 1252)
    assert values[0x04] == b"ARC"
    assert values[0x0F] == struct.pack("<H", 3)


def test_sources_begin_at_offset_nought_and_there_is_no_performance_cache() -> None:
    assert {value for number, value in records(PROJECT.dir_stream()) if number == 0x31} == {bytes(4)}
    file = streams()
    assert file.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("cc61ffff000100")
    assert sorted("/".join(path) for path in file.listdir()) == sorted(
        ["PROJECT", "PROJECTwm", "VBA/_VBA_PROJECT", "VBA/dir", *(f"VBA/{m.name}" for m in MODULES)]
    )


def test_the_dir_stream_in_the_file_is_the_one_described() -> None:
    packed = streams().openstream("VBA/dir").read()
    assert decompressed(packed) == PROJECT.dir_stream()


def test_olevba_reads_the_sources_letter_by_letter() -> None:
    found = sources("vbaProject.bin", PROJECT.vba_project())
    assert set(found) == {"ThisWorkbook.cls", "Watch.cls", "Macros.bas"}
    assert found["Macros.bas"] == MODULES[2].source


def test_letters_beyond_the_code_page_are_refused_and_not_spoilt() -> None:
    with pytest.raises(UnicodeEncodeError):
        Module("Macros", Kind.STANDARD, "' 😀\n").encoded()
