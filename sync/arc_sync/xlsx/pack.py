"""Parts deflated anew, in a temporary file each, so that memory does not grow with them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, NamedTuple

from arc_sync.xlsx import deflate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IN_MEMORY = 16 << 20
_TOGETHER = 1 << 16  # bytes; shorter edited pieces are deflated together
_FULL_FLUSH = 3  # zlib's Z_FULL_FLUSH: what follows can be inflated without what came before


class Piece(NamedTuple):
    """A stretch of the new part; `same` when it is as it was."""

    data: bytes | memoryview
    same: bool


class Stretch(NamedTuple):
    """An edited stretch of a part that can be inflated by itself: where it lies in the stored bytes."""

    start: int
    end: int


def spool() -> IO[bytes]:
    """Make the temporary file for a part; the caller closes it."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


@dataclass(slots=True)
class Packed:
    """A part as it will be stored: CRC-32, sizes in bytes, and the stretches that were edited, in order."""

    file: IO[bytes]
    crc: int = 0
    stored: int = 0
    size: int = 0
    stretches: list[Stretch] = field(default_factory=list)

    @classmethod
    def of(cls, pieces: Iterable[Piece], file: IO[bytes]) -> Packed:
        """Deflate the pieces into a temporary file; each edited stretch stands between full flushes, to be read back alone."""
        packed, stream, inside, begun = cls(file), deflate.deflater(), True, 0
        for piece in _joined(pieces):
            if inside == piece.same:  # from an edited stretch to an old one, or back
                packed._write(stream.flush(_FULL_FLUSH))
                if inside:
                    packed.stretches.append(Stretch(begun, packed.stored))
                inside, begun = not inside, packed.stored
            packed.crc = deflate.crc32(piece.data, packed.crc)
            packed.size += len(piece.data)
            packed._write(stream.compress(piece.data))
        packed._write(stream.flush())
        if inside:
            packed.stretches.append(Stretch(begun, packed.stored))
        return packed

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self.stored += len(data)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put neighbouring edited pieces together: a row is short, and each call of the deflater has its price."""
    waiting: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        if not piece.data:
            continue
        if waiting and (piece.same or size >= _TOGETHER):
            yield Piece(b"".join(waiting), same=False)
            waiting, size = [], 0
        if piece.same:
            yield piece
        else:
            waiting.append(piece.data)
            size += len(piece.data)
    if waiting:
        yield Piece(b"".join(waiting), same=False)
