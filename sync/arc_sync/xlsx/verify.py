"""The new file checked before it takes the old one's place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from arc_sync.xlsx import archive, deflate
from arc_sync.xlsx.errors import wrong
from arc_sync.xlsx.readback import ReadBack, Written
from arc_sync.xlsx.scan import SheetStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from arc_sync.xlsx.assemble import Placed
    from arc_sync.xlsx.pack import Packed, Stretch
    from arc_sync.xlsx.package import Package

WHOLE = 16 << 20  # bytes; a sheet part up to this size is inflated and parsed whole
_COMPARE = 1 << 20

Done = dict[int, Written]


def verify(
    package: Package,
    new: Path,
    placed: Mapping[str, Placed],
    packed: Mapping[str, Packed],
    done: Mapping[str, Done],
) -> None:
    """Check the new file against the old one and the edits.

    Members that were not edited are the same bytes; changed parts are well-formed and inflate to what
    was written; every edited cell reads back. Of a large sheet only the edited stretches are inflated
    again, and the edited rows with what stands around the rows are parsed: they make a sheet by themselves,
    and the rows between are what they were. Raises Refused naming the first thing that is wrong.
    """
    with new.open("rb") as file, package.path.open("rb") as old:
        members = archive.read_directory(file, package.limits).members
        if members.keys() != placed.keys():
            raise wrong("its list of parts")
        for key, member in members.items():
            part = packed.get(key)
            if part is None:
                _same(old, package.directory.members[key], file, member)
            elif key in done:
                edited = _stretches(file, placed[key].data, part.stretches)
                _check_sheet(edited, done[key], package, key)
                if part.size <= WHOLE:
                    _well_formed(_stretches(file, placed[key].data, part.stretches), key)
            else:
                _well_formed(archive.stream(new, member, part.size), key)


def _same(old: BinaryIO, before: archive.Member, new: BinaryIO, after: archive.Member) -> None:
    length = before.end - before.offset
    pairs = zip(
        archive.stored_pieces(old, before.offset, length, _COMPARE),
        archive.stored_pieces(new, after.offset, length, _COMPARE),
        strict=True,
    )
    sizes = (before.crc, before.stored, before.size) == (after.crc, after.stored, after.size)
    if not sizes or any(first != second for first, second in pairs):
        raise wrong(f"{before.name} is not as it was")


def _stretches(file: BinaryIO, start: int, stretches: Iterable[Stretch]) -> Iterator[bytes]:
    """Inflate the edited stretches of a part from the new file."""
    for stretch in stretches:
        pieces = archive.stored_pieces(file, start + stretch.start, stretch.end - stretch.start)
        try:
            yield from deflate.inflate(pieces, 1 << 40)
        except deflate.ERRORS as error:
            raise wrong("an edited part does not unpack") from error


def _well_formed(chunks: Iterable[bytes], part: str) -> None:
    parser = expat.ParserCreate("utf-8")
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword
    except expat.ExpatError as error:
        raise wrong(f"{part} is not well-formed: {error}") from error


def _check_sheet(chunks: Iterable[bytes], done: Done, package: Package, part: str) -> None:
    """Read the edited rows back; they, with what stands before and after the rows, must be well-formed."""
    source = SheetStream(chunks, package.limits.small)
    back = ReadBack(source.names, done)
    wanted = sorted(done)

    def kept() -> Iterator[bytes]:
        yield source.head
        for block in source.blocks():
            due = wanted[bisect_left(wanted, block.first) : bisect_right(wanted, block.last)]
            yield from back.unparsed(block, due)
        yield source.tail

    _well_formed(kept(), part)
    back.check_all_seen()
