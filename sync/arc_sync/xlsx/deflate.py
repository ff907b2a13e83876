"""The deflater: ISA-L where it is installed (about ten times faster), zlib otherwise."""

from __future__ import annotations

import contextlib
import zlib
from typing import TYPE_CHECKING, Any, Protocol

_fast: Any = None
with contextlib.suppress(ImportError):  # an optional extra: `arc-sheets[fast]`
    from isal import isal_zlib as _fast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "zlib" if _fast is None else "isal"
LEVEL = 6 if _fast is None else 2
RAW = -15  # a deflate stream without zlib's own header, as zip stores it


class Inflater(Protocol):
    """What zlib and ISA-L both offer."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """Inflate what can be inflated so far."""
        ...


class Deflater(Protocol):
    """What zlib and ISA-L both offer."""

    def compress(self, data: bytes | memoryview, /) -> bytes:
        """Deflate, perhaps keeping some back."""
        ...

    def flush(self, mode: int = ..., /) -> bytes:
        """Give what was kept back."""
        ...


def inflater() -> Inflater:
    """Start a raw inflate stream."""
    if _fast is None:
        return zlib.decompressobj(RAW)
    made: Inflater = _fast.decompressobj(RAW)
    return made


def deflater() -> Deflater:
    """Start a raw deflate stream at this package's level."""
    if _fast is None:
        return zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    made: Deflater = _fast.compressobj(LEVEL, _fast.DEFLATED, RAW)
    return made


def crc32(data: bytes | memoryview, before: int = 0) -> int:
    """Continue a CRC-32."""
    return zlib.crc32(data, before) if _fast is None else int(_fast.crc32(data, before))


ERRORS: tuple[type[Exception], ...] = (zlib.error,) if _fast is None else (zlib.error, _fast.error)


def inflate(stored: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Inflate piece by piece and stop soon after `most` bytes: at most one piece's worth later.

    Deflate grows a piece by no more than 1,032 times, so small pieces bound the memory.
    """
    stream, given = inflater(), 0
    for piece in stored:
        data = stream.decompress(piece)
        given += len(data)
        if data:
            yield data
        if given > most or stream.eof:
            return
