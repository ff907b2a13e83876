"""The zip container, read as spans of bytes: what is not edited is copied, never unpacked.

The layout is PKWARE's APPNOTE 6.3.10: local headers with data, a central directory, and its end record,
with the Zip64 forms of sections 4.3.14, 4.3.15 and 4.5.3.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from arc_sync.xlsx import deflate
from arc_sync.xlsx.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from arc_sync.xlsx.limits import Limits

PIECE = 1 << 15
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LOCAL_NAME = struct.Struct("<HH")
_DAMAGED = "The file is damaged or was cut short; open it in Excel, let Excel repair it, and save it again."


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the zip. Sizes and offsets are bytes; `record` is its line in the central directory."""

    name: str
    flags: int
    method: int
    crc: int
    stored: int
    size: int
    offset: int
    end: int  # where the next member, or the directory, begins
    record: bytes

    @property
    def key(self) -> str:
        """The name as OPC compares it: without case, with forward slashes."""
        return part_key(self.name)


@dataclass(frozen=True, slots=True)
class Directory:
    """The central directory: members in its order, where it starts, and the comment after it."""

    members: dict[str, Member]
    start: int
    comment: bytes
    raw: bytes


def part_key(name: str) -> str:
    """Fold a part name as OPC compares it (ECMA-376 part 2, 6.2.2): no case, no leading slash."""
    return name.replace("\\", "/").lstrip("/").lower()


def read_directory(file: BinaryIO, limits: Limits) -> Directory:
    """Read the central directory and gate every member. Raises Refused for what is odd or hostile."""
    try:
        count, start, raw, comment = _locate(file)
        entries = [_entry(raw, at) for at in _records(raw, count, limits)]
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise Refused(_DAMAGED) from error
    return Directory(_gate(_with_ends(entries, start), limits), start, comment, raw)


def _locate(file: BinaryIO) -> tuple[int, int, bytes, bytes]:
    """Find the directory: (number of records, its offset, its bytes, the zip comment)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise Refused(_DAMAGED)
    _, disk, _, _, count, length, start, comment = _END.unpack_from(tail, at)
    here = size - len(tail) + at
    if at >= _LOCATOR.size and tail[at - _LOCATOR.size :].startswith(b"PK\6\7"):
        _, disk, where, _ = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
        file.seek(where)
        signature, *_, count, length, start = _END64.unpack(file.read(_END64.size))
        here = where if signature == b"PK\6\6" else -1
    if disk or start + length != here or length > 1 << 28:
        raise Refused(_DAMAGED)
    file.seek(start)
    return count, start, file.read(length), tail[at + _END.size :][:comment]


def _records(raw: bytes, count: int, limits: Limits) -> Iterator[int]:
    """Step through the directory's records. Raises Refused when their number is not what was announced."""
    if count > limits.members:
        raise Refused(f"The file claims {count:,} parts, which no workbook has; it is not safe to open.")
    at = 0
    for _ in range(count):
        if raw[at : at + 4] != b"PK\1\2":
            raise Refused(_DAMAGED)
        yield at
        name, extra, comment = struct.unpack_from("<3H", raw, at + 28)
        at += _ENTRY.size + name + extra + comment
    if at > len(raw):
        raise Refused(_DAMAGED)


def _entry(raw: bytes, at: int) -> Member:
    """Read one record; its end is not known yet."""
    fields = _ENTRY.unpack_from(raw, at)
    flags, method, crc, stored, size, names, extras, comments = (*fields[5:7], *fields[9:15])
    offset = fields[18]
    extra_at = at + _ENTRY.size + names
    name = raw[at + _ENTRY.size : extra_at].decode("utf-8" if flags & 0x800 else "cp437")
    wide = zip64_fields(raw[extra_at : extra_at + extras])
    if size == _FULL32:
        size = wide.pop(0)
    if stored == _FULL32:
        stored = wide.pop(0)
    if offset == _FULL32:
        offset = wide.pop(0)
    return Member(name, flags, method, crc, stored, size, offset, 0, raw[at : extra_at + extras + comments])


def zip64_fields(extra: bytes) -> list[int]:
    """Read the 64-bit numbers of a Zip64 extra field (APPNOTE 4.5.3); empty when there is none."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            return list(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
        at += 4 + length
    return []


def _with_ends(entries: list[Member], start: int) -> list[Member]:
    """Give each member its end. Raises Refused when members overlap (a bomb of one body, many names)."""
    ends: dict[int, int] = {}
    last = start
    for member in sorted(entries, key=lambda one: -one.offset):
        if member.offset in ends or member.offset + 30 + member.stored > last:
            raise Refused("Parts of the file overlap, as in a zip bomb; it is not safe to open.")
        ends[member.offset] = last
        last = member.offset
    return [
        Member(m.name, m.flags, m.method, m.crc, m.stored, m.size, m.offset, ends[m.offset], m.record)
        for m in entries
    ]


def _gate(entries: list[Member], limits: Limits) -> dict[str, Member]:
    """Check names and sizes, and index the members by key."""
    found: dict[str, Member] = {}
    for member in entries:
        name = member.name
        if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
            raise Refused(
                f"A part of the file is named {name!r}, an address outside it; it is not safe to open."
            )
        if member.key in found:
            raise Refused(f"The file holds {name!r} twice; open it in Excel and save it again.")
        if member.flags & 0x2041:
            raise Refused("The file is encrypted; remove the password in Excel and save it again.")
        if member.size > limits.ratio_from and member.size > limits.ratio * max(member.stored, 1):
            raise Refused(
                f"{name!r} would unpack to {member.size:,} bytes, as a zip bomb does; it is not safe to open."
            )
        found[member.key] = member
    return found


def data_start(file: BinaryIO, member: Member) -> int:
    """Find where a member's data begins, after its local header."""
    file.seek(member.offset)
    header = file.read(30)
    if header[:4] != b"PK\3\4":
        raise Refused(_DAMAGED)
    names, extras = _LOCAL_NAME.unpack_from(header, 26)
    return member.offset + 30 + int(names) + int(extras)


def stored_pieces(file: BinaryIO, start: int, length: int, piece: int = PIECE) -> Iterator[bytes]:
    """Read a span of the file in pieces. Raises Refused when the file ends before the span does."""
    at = start
    while at < start + length:
        file.seek(at)
        data = file.read(min(piece, start + length - at))
        if not data:
            raise Refused(_DAMAGED)
        at += len(data)
        yield data


def stream(
    path: Path, member: Member, most: int, check: Callable[[os.stat_result], None] = lambda _: None
) -> Iterator[bytes]:
    """Inflate one member in pieces, checking its size and CRC. Raises Refused when either is wrong.

    `check` is given the state of the file that was opened, and may refuse it.
    """
    if member.method not in {0, 8}:
        raise Refused(
            f"{member.name!r} is packed in a way that Excel does not write; save the file again in Excel."
        )
    if member.size > most:
        raise Refused(f"{member.name!r} would unpack to {member.size:,} bytes, more than is safe to open.")
    crc, size = 0, 0
    try:
        with path.open("rb") as file:
            check(os.fstat(file.fileno()))
            pieces = stored_pieces(file, data_start(file, member), member.stored)
            for data in deflate.inflate(pieces, member.size) if member.method else pieces:
                crc, size = deflate.crc32(data, crc), size + len(data)
                if size > member.size:
                    break
                yield data
    except deflate.ERRORS as error:
        raise Refused(_DAMAGED) from error
    if size != member.size or crc != member.crc:
        raise Refused(_DAMAGED)
