"""The new zip file: unchanged members as the bytes they were, changed ones in their old places."""

from __future__ import annotations

import shutil
import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from arc_sync.xlsx.archive import Directory, Member, data_start, stored_pieces
from arc_sync.xlsx.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.pack import Packed

_LOCAL = struct.Struct("<4s3H4s3L2H")
_ENTRY = struct.Struct("<4s4H4s3L5H2L")
_END = struct.Struct("<4s4H2LH")
_FULL32 = 0xFFFFFFFF
_COPY = 1 << 20
_UTF8 = 0x800
_FIRST_DAY = struct.pack("<HH", 0, 0x21)  # 1 January 1980, zip's first, as Excel writes it
_TOO_LARGE = "The file would grow beyond 4 GB, which Excel does not open; move old rows to another workbook."


class Placed(NamedTuple):
    """Where a member stands in a file: its header, its data."""

    offset: int
    data: int


class _Header(NamedTuple):
    """What stays of a changed member: its name as stored, its time, its UTF-8 flag, made-by and attributes."""

    name: bytes
    time: bytes
    flags: int
    made_by: int
    internal: int
    external: int


def assemble(
    source: BinaryIO, directory: Directory, packed: Mapping[str, Packed], dropped: set[str], out: BinaryIO
) -> dict[str, Placed]:
    """Write the new file in the old order, new parts last; say where each member (by key) went.

    Raises Refused when it would be larger than a zip without Zip64 can be.
    """
    placed: dict[str, Placed] = {}
    members = directory.members
    for key, member in sorted(members.items(), key=lambda item: item[1].offset):
        if key in packed:
            placed[key] = _write(out, _header(member), packed[key])
        elif key not in dropped:
            at = out.tell()
            placed[key] = Placed(at, at + data_start(source, member) - member.offset)
            out.writelines(stored_pieces(source, member.offset, member.end - member.offset, _COPY))
    for key in packed.keys() - members.keys():
        placed[key] = _write(out, _new_header(key), packed[key])
    records = [
        _record(member, placed[key], packed.get(key)) for key, member in members.items() if key in placed
    ]
    new = (key for key in packed if key not in members)
    records += [_packed_record(_new_header(key), placed[key], packed[key]) for key in new]
    _finish(out, records, directory.comment)
    return placed


def _header(member: Member) -> _Header:
    fields = _ENTRY.unpack_from(member.record)
    name = member.record[_ENTRY.size : _ENTRY.size + fields[9]]
    return _Header(name, fields[5], member.flags & _UTF8, fields[1], fields[13], fields[14])


def _new_header(key: str) -> _Header:
    return _Header(key.encode(), _FIRST_DAY, _UTF8, 20, 0, 0)


def _write(out: BinaryIO, header: _Header, part: Packed) -> Placed:
    if max(part.size, part.stored) >= _FULL32:
        raise Refused(_TOO_LARGE)
    at = out.tell()
    sizes = (part.crc, part.stored, part.size)
    out.write(_LOCAL.pack(b"PK\3\4", 20, header.flags, 8, header.time, *sizes, len(header.name), 0))
    out.write(header.name)
    data = out.tell()
    part.file.seek(0)
    shutil.copyfileobj(part.file, out, _COPY)
    return Placed(at, data)


def _record(member: Member, placed: Placed, part: Packed | None) -> bytes:
    """Give a member's line in the directory: as it was but for its offset, or for what was written anew."""
    if part is not None:
        return _packed_record(_header(member), placed, part)
    record = bytearray(member.record)
    size, stored = struct.unpack_from("<L", record, 24)[0], struct.unpack_from("<L", record, 20)[0]
    if struct.unpack_from("<L", record, 42)[0] == _FULL32:
        at = _zip64_at(record) + 8 * ((size == _FULL32) + (stored == _FULL32))
        struct.pack_into("<Q", record, at, placed.offset)
    elif placed.offset >= _FULL32:
        raise Refused(_TOO_LARGE)
    else:
        struct.pack_into("<L", record, 42, placed.offset)
    return bytes(record)


def _zip64_at(record: bytearray) -> int:
    """Find the first number of the record's Zip64 field."""
    at = _ENTRY.size + int(struct.unpack_from("<H", record, 28)[0])
    while True:
        kind, length = struct.unpack_from("<HH", record, at)
        if kind == 1:
            return at + 4
        at += 4 + length


def _packed_record(header: _Header, placed: Placed, part: Packed) -> bytes:
    if placed.offset >= _FULL32:
        raise Refused(_TOO_LARGE)
    sizes = (part.crc, part.stored, part.size, len(header.name), 0, 0, 0)
    fixed = (header.made_by, 20, header.flags, 8, header.time)
    return (
        _ENTRY.pack(b"PK\1\2", *fixed, *sizes, header.internal, header.external, placed.offset) + header.name
    )


def _finish(out: BinaryIO, records: list[bytes], comment: bytes) -> None:
    """Write the directory and its end."""
    start = out.tell()
    out.writelines(records)
    length = out.tell() - start
    if start + length >= _FULL32 or len(records) >= 0xFFFF:
        raise Refused(_TOO_LARGE)
    out.write(_END.pack(b"PK\5\6", 0, 0, len(records), len(records), length, start, len(comment)) + comment)
