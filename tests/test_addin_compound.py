"""The compound file, held against [MS-CFB] by a reader of our own and by olefile at its strictest."""

from __future__ import annotations

import io
import struct
from typing import NamedTuple

import olefile
import pytest

from arc_sync.addin import compound
from arc_sync.addin.compound import Kind, write

NONE = 0xFFFFFFFF
END, OF_TABLE = 0xFFFFFFFE, 0xFFFFFFFD


class Entry(NamedTuple):
    """One entry as it stands in the directory."""

    name: str
    kind: int
    black: bool
    left: int
    right: int
    child: int
    start: int
    size: int
    rest: bytes  #: class id, state and times


def numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data))


class File:
    """A compound file, taken apart by the book."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        assert len(data) % 512 == 0
        self.header = data[:512]
        tables = [n for n in numbers(self.header[76:512]) if n != NONE]
        self.tables = tables
        self.fat = [n for table in tables for n in numbers(self.sector(table))]
        (directory,) = struct.unpack("<I", self.header[48:52])
        raw = b"".join(map(self.sector, self.chain(directory)))
        self.entries = [self._entry(raw[at : at + 128]) for at in range(0, len(raw), 128)]
        self.directory = self.chain(directory)

    def sector(self, number: int) -> bytes:
        return self.data[512 * (number + 1) : 512 * (number + 2)]

    def chain(self, start: int) -> list[int]:
        found: dict[int, None] = {}
        while start != END:
            assert start not in found
            found[start] = None
            start = self.fat[start]
        return list(found)

    @staticmethod
    def _entry(raw: bytes) -> Entry:
        length = struct.unpack("<H", raw[64:66])[0]
        left, right, child = struct.unpack("<3I", raw[68:80])
        start, size = struct.unpack("<IQ", raw[116:128])
        assert set(raw[max(length - 2, 0) : 64]) <= {0}
        name = raw[: max(length - 2, 0)].decode("utf-16-le")
        return Entry(name, raw[66], raw[67] == 1, left, right, child, start, size, raw[80:116])


def streams(sizes: dict[str, int]) -> dict[str, bytes]:
    return {name: bytes(n % 251 for n in range(size)) for name, size in sizes.items()}


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 4095, 4096, 5000, 65_536, 200_000, 700_000])
def test_every_size_is_read_back_at_olefiles_strictest(size: int) -> None:
    told = streams({"large": size, "small": min(size, 100)})
    file = olefile.OleFileIO(
        io.BytesIO(write({"Storage": told, "flat": b"q"})), raise_defects=olefile.DEFECT_INCORRECT
    )
    assert file.openstream("Storage/large").read() == told["large"]
    assert file.openstream("Storage/small").read() == told["small"]
    assert file.openstream("flat").read() == b"q"
    assert file.parsing_issues == []


@pytest.mark.parametrize("many", range(1, 40))
def test_the_entries_of_a_storage_are_a_red_black_tree_in_order(many: int) -> None:
    tree = {f"{'x' * (n % 5)}s{n}": b"abc" for n in range(many)}
    file, seen = File(write(tree)), []

    def walk(at: int, *, under_red: bool) -> int:
        """Return how many black entries stand on the way down, the same on every way."""
        if at == NONE:
            return 0
        entry = file.entries[at]
        assert not (under_red and not entry.black)
        left = walk(entry.left, under_red=not entry.black)
        seen.append((len(entry.name), entry.name.upper()))
        assert walk(entry.right, under_red=not entry.black) == left
        return left + entry.black

    root = file.entries[0].child
    assert file.entries[root].black
    walk(root, under_red=False)
    assert seen == sorted(seen)
    assert len(seen) == many


def test_the_header_is_as_the_specification_has_it() -> None:
    file = File(write({"VBA": streams({"dir": 5000, "one": 10}), "PROJECT": b"x"}))
    header = file.header
    assert header[:8] == bytes.fromhex("d0cf11e0a1b11ae1")
    assert set(header[8:24]) == {0}
    assert struct.unpack("<5H", header[24:34]) == (0x3E, 3, 0xFFFE, 9, 6)
    assert set(header[34:44]) == {0}  # reserved, and the directory's size, which version 3 leaves out
    assert numbers(header[44:48]) == [len(file.tables)]
    assert numbers(header[52:60]) == [0, 4096]
    assert numbers(header[68:76]) == [END, 0]


def of_chains(file: File) -> list[int]:
    """Return every sector that a chain or a table claims."""
    minifat, root = numbers(file.header[60:64])[0], file.entries[0]
    starts = [e.start for e in file.entries if e.kind == Kind.STREAM and e.size >= compound.CUTOFF]
    chains = [n for start in (*starts, root.start, minifat) for n in file.chain(start)]
    return chains + file.directory + file.tables


def test_every_sector_belongs_to_one_chain_and_the_tables_mark_their_own() -> None:
    file = File(write({"VBA": streams({"a": 9000, "b": 70_000, "c": 30}), "d": bytes(4096)}))
    used = of_chains(file)
    assert sorted(used) == list(range(len(file.data) // 512 - 1))
    assert all(file.fat[table] == OF_TABLE for table in file.tables)
    assert set(file.fat[len(used) :]) <= {NONE}


def test_so_it_is_where_a_table_is_just_full() -> None:
    for sectors in range(118, 132):
        file = File(write({"a": bytes(512 * sectors)}))
        assert sorted(of_chains(file)) == list(range(len(file.data) // 512 - 1)), sectors


def test_entries_have_no_times_and_unused_ones_are_blank() -> None:
    entries = File(write({"VBA": streams({"dir": 1})})).entries
    assert [(e.name, e.kind) for e in entries[:3]] == [("Root Entry", 5), ("VBA", 1), ("dir", 2)]
    assert all(set(e.rest) == {0} for e in entries)
    assert entries[3] == Entry(
        "", 0, black=False, left=NONE, right=NONE, child=NONE, start=0, size=0, rest=bytes(36)
    )
    assert (entries[1].start, entries[1].size) == (0, 0)


def test_a_tree_that_needs_many_tables_still_fits_in_the_header() -> None:
    file = File(write({"big": bytes(6_500_000)}))
    assert len(file.tables) <= 109
    assert len(file.chain(file.entries[1].start)) == -(-6_500_000 // 512)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        write({"a/b": b""})
    with pytest.raises(ValueError, match="cannot be the name"):
        write({"x" * 32: b""})
    with pytest.raises(ValueError, match="larger than"):
        write({"big": bytes(7_200_000)})
