"""A sheet's XML as a stream of whole rows: its head, blocks of complete rows, and its tail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.encoding import as_utf8
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.markup import attribute, find_tag
from arc_sync.xlsx.refs import LAST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MALFORMED = "The sheet's XML is broken; open the file in Excel, let it repair, and save it again."
_HOSTILE = "The sheet carries its own definitions (a DTD), as attacks do; it is not safe to open."
_CORNER = "The sheet has a cell in its very last corner, XFD1048576; clear it, or the sheet is too large to work with."
_TWO_FORMS = "The rows of the sheet are written in two forms; open the file in Excel and save it again."
_BOUND = re.compile(rb"""\sxmlns(:[\w.-]+)?\s*=\s*["'][^"']*/spreadsheetml/(?:2006/)?main["']""")
_NOTES = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}  # how each begins and ends


class Names(NamedTuple):
    """The byte strings and patterns to look for in one sheet, in its own namespace prefix."""

    prefix: bytes
    row: bytes
    row_end: bytes
    row_tag: re.Pattern[bytes]
    data_end: bytes


@lru_cache(maxsize=64)
def names(prefix: bytes) -> Names:
    """Make the names for a prefix (with its colon, or empty)."""
    safe = re.escape(prefix)
    row_tag = re.compile(rb"<" + safe + rb"row(?=[\s/>])[^<>]*>")
    return Names(
        prefix, b"<" + prefix + b"row", b"</" + prefix + b"row", row_tag, b"</" + prefix + b"sheetData"
    )


@dataclass(slots=True)
class Block:
    """Complete rows as they stand, with the numbers of the first and last (1-based); no rows: both 0."""

    data: bytes
    first: int
    last: int
    numbered: bool = True  # whether the first and last row say their number


class Seeker:
    """Finds cells in a block, top to bottom: each first where rows of equal length would have it."""

    def __init__(self, block: Block) -> None:
        self._data = block.data
        self._length = len(block.data) // (block.last - block.first + 1)
        self._row, self._start = block.first, 0  # where the first cell sought in the last row stands

    def find(self, mark: bytes, row: int, at: int) -> int:
        """Say where the cell of a row that begins so stands, not before `at`; -1 if it does not."""
        if row == self._row:
            return self._data.find(mark, at)
        guess = self._start + (row - self._row) * self._length
        found = self._data.find(mark, max(at, guess - self._length // 3), guess + 2 * self._length)
        if found < 0:
            found = self._data.find(mark, at)
        self._row, self._start = row, found
        return found


class RowSpan(NamedTuple):
    """One row inside a block: its number, where its tag starts and ends, and where the row ends."""

    number: int
    start: int
    body: int
    end: int


class SheetStream:
    """Reads a sheet part once: `head` is there at once, `blocks()` streams, then `tail` is there.

    `chunks` are inflated bytes; `most` bounds the head, the tail and any one row in bytes.
    Raises Refused for what is not a worksheet, is broken, or is hostile.
    """

    def __init__(self, chunks: Iterable[bytes], most: int) -> None:
        self._chunks = as_utf8(chunks)
        self._most = most
        self._rest = b""
        self.tail = b""
        self.head, self.empty = self._read_head()

    def _read_head(self) -> tuple[bytes, bool]:
        """Read up to and with `<sheetData>`; an empty `<sheetData/>` is opened and closed."""
        text = b""
        for chunk in self._chunks:
            looked = max(0, len(text) - 20)
            text += chunk
            found = find_tag("sheetData", text) if text.find(b"sheetData", looked) >= 0 else None
            if found is not None:
                return self._opened(text, found)
            if len(text) > self._most:
                break
        raise Refused(_MALFORMED)

    def _opened(self, text: bytes, found: re.Match[bytes]) -> tuple[bytes, bool]:
        if b"<!DOCTYPE" in text[: found.start()]:
            raise Refused(_HOSTILE)
        self.names = names(found[1])
        self._others = _others(text[: found.end()], found[1])
        if not found[0].endswith(b"/>"):
            self._rest = text[found.end() :]
            return text[: found.end()], False
        self._rest = self.names.data_end + b">" + text[found.end() :]
        return text[: found.start()] + found[0][:-2].rstrip() + b">", True

    def blocks(self) -> Iterator[Block]:
        """Give the rows, whole and in order, then read the tail."""
        rest, looked, number = self._rest, 0, 0
        self._rest = b""
        flow = iter(self._chunks)
        while True:
            rest, sure = _without_notes(rest, self.names.data_end)
            end = rest.find(self.names.data_end, max(0, min(looked, sure) - 80), sure)
            cut = end if end >= 0 else rest.rfind(self.names.row, 0, sure)
            if cut > 0:
                block = self._block(rest[:cut], number)
                number = block.last or number
                yield block
            if end >= 0:
                self.tail = self._read_tail(rest[end:], flow)
                return
            rest = rest[max(cut, 0) :]
            looked = len(rest)
            chunk = next(flow, None)
            if chunk is None or looked > self._most:
                raise Refused(_MALFORMED)
            rest += chunk

    def _read_tail(self, start: bytes, flow: Iterator[bytes]) -> bytes:
        pieces, size = [start], len(start)
        for chunk in flow:
            pieces.append(chunk)
            size += len(chunk)
            if size > self._most:
                raise Refused(_MALFORMED)
        return b"".join(pieces)

    def _block(self, data: bytes, before: int) -> Block:
        if self._others is not None and self._others.search(data):
            raise Refused(_TWO_FORMS)
        first = self.names.row_tag.search(data)
        if first is None:
            return Block(data, 0, 0)
        tag = self.names.row_tag.match(data, data.rfind(self.names.row))
        start, end = attribute(first[0], "r"), attribute(tag[0], "r") if tag else None
        if start is None or end is None:
            spans = list(row_spans(data, self.names, before))
            return Block(data, spans[0].number, spans[-1].number, numbered=False)
        block = Block(data, _number(start), _number(end))
        if block.last == LAST_ROW and b"XFD1048576" in data:
            raise Refused(_CORNER)
        if not before < block.first <= block.last:
            raise Refused(
                f"The rows of the sheet are out of order at row {block.first}; save the file again in Excel."
            )
        return block


def _others(head: bytes, prefix: bytes) -> re.Pattern[bytes] | None:
    """Find rows and cells under another prefix for the same namespace, if the sheet has one: its rows go by one."""
    bound = {name[1:] + b":" if name else b"" for name in _BOUND.findall(head)} - {prefix}
    return re.compile(rb"<(?:" + b"|".join(map(re.escape, bound)) + rb")(?:row|c)[\s/>]") if bound else None


def _without_notes(text: bytes, data_end: bytes) -> tuple[bytes, int]:
    """Write CDATA as escaped text and leave comments out, so that all that looks like markup is markup.

    Gives the text and up to where it is sure: a note that has not ended yet, and all after it, is not.
    """
    if (b"!" not in text or b"<!" not in text) and (b"?" not in text or b"<?" not in text):
        return text, len(text)
    mark = re.compile(rb"<!|<\?|" + re.escape(data_end))
    done, at = list[bytes](), 0
    while (found := mark.search(text, at)) is not None and found[0] != data_end:
        if text.startswith((b"<!DOCTYPE", b"<!ENTITY"), found.start()):
            raise Refused(_HOSTILE)
        start = next((start for start in _NOTES if text.startswith(start, found.start())), None)
        end = text.find(_NOTES[start], found.start() + len(start)) if start is not None else -1
        if start is None or end < 0:
            return b"".join([*done, text[at:]]), sum(map(len, done)) + found.start() - at
        inside = text[found.start() + len(start) : end] if start == b"<![CDATA[" else b""
        done += [text[at : found.start()], _escaped(inside)]
        at = end + len(_NOTES[start])
    sure = sum(map(len, done)) + len(text) - at
    return b"".join([*done, text[at:]]), sure


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= LAST_ROW:
        raise Refused(f"The file speaks of a row {text[:20]!r}, which no sheet has; save it again in Excel.")
    return int(text)


def row_spans(data: bytes, name: Names, before: int) -> Iterator[RowSpan]:
    """Find every row of a block; a row without a number follows the one before it.

    Raises Refused when rows are out of order or one does not end.
    """
    number, at = before, 0
    for tag in name.row_tag.finditer(data):
        if tag.start() < at:
            raise Refused(_MALFORMED)
        stated = attribute(tag[0], "r")
        number, last = (number + 1 if stated is None else _number(stated)), number
        if number <= last or number > LAST_ROW:
            raise Refused(
                f"The rows of the sheet are out of order at row {number}; save the file again in Excel."
            )
        at = row_end(data, tag, name)
        yield RowSpan(number, tag.start(), tag.end(), at)


def row_end(data: bytes, tag: re.Match[bytes], name: Names) -> int:
    """Find where the row that starts with `tag` ends. Raises Refused if it does not."""
    if tag[0].endswith(b"/>"):
        return tag.end()
    close = data.find(name.row_end, tag.end())
    end = data.find(b">", close) + 1 if close >= 0 else 0
    if not end:
        raise Refused(_MALFORMED)
    return end


def rows_of(block: Block, name: Names, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Find the rows of these numbers, in order, that say their number and have an end of their own."""
    at, end = 0, name.row_end + b">"
    for turn, number in enumerate(numbers):
        start = block.data.find(b'%b r="%d"' % (name.row, number), at)
        stop = block.data.find(end, start) if start >= 0 else -1
        if stop < 0:
            yield from _rows_of(block, name, set(numbers[turn:]))
            return
        at = stop + len(end)
        yield number, block.data[start:at]


def _rows_of(block: Block, name: Names, numbers: set[int]) -> Iterator[tuple[int, bytes]]:
    """Do the same by going through all rows."""
    for tag in name.row_tag.finditer(block.data):
        stated = attribute(tag[0], "r")
        if stated is not None and int(stated) in numbers and not tag[0].endswith(b"/>"):
            yield int(stated), block.data[tag.start() : row_end(block.data, tag, name)]
