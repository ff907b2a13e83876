"""Parts in any encoding, read as UTF-8. An edited part that was in another encoding is written in UTF-8."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from arc_sync.xlsx.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_PLAIN = {"utf-8", "ascii"}
_ASCII = bytes(range(128))


def sniff(start: bytes) -> str:
    """Name the encoding of a part from its first bytes (XML 1.0, appendix F)."""
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    declared = _DECLARED.search(start[:400])
    known = _text_encoding(declared[1].decode()) if declared else "utf-8"
    if known is None:
        raise Refused("A part of the file is in an unknown encoding; open it in Excel and save it again.")
    return "utf-8" if known in _PLAIN else known


def _text_encoding(declared: str) -> str | None:
    """Give Python's name of an encoding of text that holds ASCII as it is, as the declaration was read; else None."""
    try:
        name = codecs.lookup(declared).name
        return name if _ASCII.decode(name) == _ASCII.decode() else None
    except (LookupError, UnicodeError):
        return None


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass UTF-8 through; decode anything else and declare it as UTF-8."""
    flow = iter(chunks)
    first = b""
    while len(first) < 400:  # enough for the XML declaration
        piece = next(flow, None)
        if piece is None:
            break
        first += piece
    name = sniff(first)
    if name == "utf-8":
        yield first
        yield from flow
        return
    yield from _decoded(name, first, flow)


def _decoded(name: str, first: bytes, flow: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        start = decoder.decode(first)
        yield re.sub(r"""(<\?xml[^>]*?\sencoding\s*=\s*["'])[^"']+""", r"\1UTF-8", start, count=1).encode()
        for piece in flow:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", final=True).encode()
    except (UnicodeError, LookupError) as error:
        raise Refused(
            "A part of the file is not in the encoding it names; save it again in Excel."
        ) from error
