"""A compound file ([MS-CFB], version 3) from a tree of storages and streams; the same tree gives the same bytes.

Sectors have 512 bytes; streams under 4,096 bytes share the mini stream, in sectors of 64. The entries of a storage
form a red-black tree in the order that [MS-CFB] 2.6.4 asks for. Excel drops a project whose container it doubts.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

SECTOR: Final = 512
MINI: Final = 64
CUTOFF: Final = 4096  #: bytes from which a stream has sectors of its own
_FREE: Final = 0xFFFFFFFF
_NONE: Final = 0xFFFFFFFF  #: no entry
_END: Final = 0xFFFFFFFE
_OF_TABLE: Final = 0xFFFFFFFD
_PER_SECTOR: Final = SECTOR // 4  #: numbers in a sector
_IN_HEADER: Final = 109  #: sectors of the allocation table that the header names itself
_ENTRY: Final = struct.Struct("<64sHBBIII16sIQQIQ")
_LONGEST_NAME: Final = 31  #: UTF-16 units


class Kind(IntEnum):
    """What a directory entry is; 0 is unused."""

    UNUSED = 0
    STORAGE = 1
    STREAM = 2
    ROOT = 5


@dataclass(slots=True)
class _Entry:
    """One directory entry ([MS-CFB] 2.6.1)."""

    name: str
    kind: Kind
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = 0
    size: int = 0
    black: bool = True

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0" if self.name else b""
        tree = (self.left, self.right, self.child)
        return _ENTRY.pack(
            *(name, len(name), self.kind, self.black, *tree, bytes(16), 0, 0, 0, self.start, self.size)
        )


@dataclass(slots=True)
class _Sectors:
    """Sectors of one size and the chain of each stream in them."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    chain: list[int] = field(default_factory=list)

    def add(self, stream: bytes) -> int:
        """Append a stream; return its first sector, the end of a chain for none."""
        if not stream:
            return _END
        many, first = -(-len(stream) // self.size), len(self.chain)
        self.chain += [*range(first + 1, first + many), _END]
        self.data += stream.ljust(many * self.size, b"\0")
        return first


def write(tree: Tree) -> bytes:
    """Return the file; raises ValueError for a name that no entry can have, or more than 6.9 MB."""
    sectors, mini = _Sectors(SECTOR), _Sectors(MINI)
    entries = [_Entry("Root Entry", Kind.ROOT)]
    entries[0].child = _level(tree, entries, sectors, mini)
    entries[0].size, entries[0].start = len(mini.data), sectors.add(bytes(mini.data))
    table = _numbers(mini.chain)
    mini_start, directory = sectors.add(table), sectors.add(_directory(entries))
    at, many = len(sectors.chain), _tables(len(sectors.chain))
    fat = _numbers([*sectors.chain, *[_OF_TABLE] * many])
    header = _header(range(at, at + many), directory, mini_start, len(table) // SECTOR)
    return header + bytes(sectors.data) + fat


def _level(tree: Tree, entries: list[_Entry], sectors: _Sectors, mini: _Sectors) -> int:
    """Add what a storage holds; return the entry at the root of its tree."""
    numbers = []
    for name, value in tree.items():
        if not 0 < len(name.encode("utf-16-le")) // 2 <= _LONGEST_NAME or set(name) & set("/\\:!"):
            raise ValueError(f"{name!r} cannot be the name of an entry")
        numbers.append(len(entries))
        entry = _Entry(name, Kind.STREAM if isinstance(value, bytes) else Kind.STORAGE)
        entries.append(entry)
        if isinstance(value, bytes):
            entry.size = len(value)
            entry.start = (sectors if len(value) >= CUTOFF else mini).add(value)
        else:
            entry.child = _level(value, entries, sectors, mini)
    return _balanced(entries, sorted(numbers, key=lambda n: _order(entries[n].name)))


def _order(name: str) -> tuple[int, bytes]:
    """Return what entries are sorted by: the length of the name, then its capital letters (2.6.4)."""
    return len(name.encode("utf-16-le")), name.upper().encode("utf-16-be")


def _balanced(entries: list[_Entry], numbers: list[int]) -> int:
    """Link entries to a tree whose last level, where it is not full, is red; return its root."""
    full = (len(numbers) + 1).bit_count() == 1
    last = len(numbers).bit_length() - 1

    def link(some: list[int], depth: int) -> int:
        if not some:
            return _NONE
        middle = len(some) // 2
        entry = entries[some[middle]]
        entry.black = full or depth < last
        entry.left, entry.right = link(some[:middle], depth + 1), link(some[middle + 1 :], depth + 1)
        return some[middle]

    return link(numbers, 0)


def _directory(entries: list[_Entry]) -> bytes:
    unused = -len(entries) % (SECTOR // _ENTRY.size)
    blank = _ENTRY.pack(b"", 0, Kind.UNUSED, 0, _NONE, _NONE, _NONE, bytes(16), 0, 0, 0, 0, 0)
    return b"".join(entry.packed() for entry in entries) + blank * unused


def _numbers(chain: list[int]) -> bytes:
    """Pack an allocation table, its last sector filled up with free ones."""
    padded = [*chain, *[_FREE] * (-len(chain) % _PER_SECTOR)]
    return struct.pack(f"<{len(padded)}I", *padded)


def _tables(sectors: int) -> int:
    """Return how many sectors the allocation table takes, itself included."""
    many = 1
    while (sectors + many) > many * _PER_SECTOR:
        many += 1
    if many > _IN_HEADER:
        raise ValueError("the file would be larger than a header without further tables allows")
    return many


def _header(tables: range, directory: int, mini: int, minis: int) -> bytes:
    """Pack the header ([MS-CFB] 2.2)."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    versions = struct.pack(
        "<HHHHH6s", 0x3E, 3, 0xFFFE, 9, 6, b""
    )  # sectors of 2^9 bytes, mini sectors of 2^6
    chains = struct.pack("<9I", 0, len(tables), directory, 0, CUTOFF, mini, minis, _END, 0)
    return head + versions + chains + struct.pack("<109I", *tables, *[_FREE] * (_IN_HEADER - len(tables)))
