"""Compression of VBA source and of the `dir` stream, as [MS-OVBA] 2.4.1 (version 12.0) has it.

A container is the byte 1 and chunks. A chunk holds 4,096 bytes of the text: a header of two bytes, then groups of
a flag byte and eight tokens, each one byte of the text or a reference of two bytes to what stood before.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

_CHUNK: Final = 4096  #: bytes of text in a chunk
_SIGNATURE: Final = b"\x01"
_RAW: Final = 0x3FFF  #: header of a chunk stored as it is
_PACKED: Final = 0xB000  #: header of a compressed chunk, but for its length
_SHORTEST: Final = 3  #: bytes that a reference replaces at least


class _Match(NamedTuple):
    """What stands here stood before: so many bytes, so far back."""

    length: int = 0
    offset: int = 0


def compress(text: bytes) -> bytes:
    """Return the compressed container of a text; nothing makes a container without chunks."""
    chunks = (text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK))
    return _SIGNATURE + b"".join(map(_chunk, chunks))


def _chunk(text: bytes) -> bytes:
    """Return a chunk (2.4.1.1.4). What does not get shorter is stored; a last one with zeros up to its full length."""
    packed = _tokens(text)
    if len(packed) < _CHUNK:
        return struct.pack("<H", _PACKED | (len(packed) - 1)) + packed
    return struct.pack("<H", _RAW) + text.ljust(_CHUNK, b"\0")


def _tokens(text: bytes) -> bytes:
    """Return groups of a flag byte and up to eight tokens (2.4.1.1.7)."""
    packed, at = bytearray(), 0
    seen: dict[bytes, list[int]] = {}
    while at < len(text):
        flags, tokens = 0, bytearray()
        for bit in range(8):
            if at >= len(text):
                break
            match = _match(text, at, seen.get(text[at : at + _SHORTEST], []))
            if match.length:
                flags |= 1 << bit
                tokens += _reference(match, at)
            else:
                tokens.append(text[at])
            step = match.length or 1
            for place in range(at, min(at + step, len(text) - _SHORTEST + 1)):
                seen.setdefault(text[place : place + _SHORTEST], []).append(place)
            at += step
        packed.append(flags)
        packed += tokens
    return bytes(packed)


def _match(text: bytes, at: int, candidates: list[int]) -> _Match:
    """Return the longest earlier occurrence, the nearest of equally long ones (2.4.1.3.19.4)."""
    longest, best = _longest(at), _Match()
    for start in reversed(candidates):
        length = _SHORTEST
        while length < longest and at + length < len(text) and text[start + length] == text[at + length]:
            length += 1
        if length > best.length:
            best = _Match(length, at - start)
        if length == longest:
            break
    return best


def _offset_bits(at: int) -> int:
    """Return how many bits of a reference say how far back, so far into a chunk (2.4.1.3.19.1)."""
    return max((at - 1).bit_length(), 4)


def _longest(at: int) -> int:
    return (0xFFFF >> _offset_bits(at)) + _SHORTEST


def _reference(match: _Match, at: int) -> bytes:
    """Pack a reference (2.4.1.3.19.3)."""
    return struct.pack("<H", (match.offset - 1) << (16 - _offset_bits(at)) | (match.length - _SHORTEST))
