"""What was edited is read back from the new file: each cell has to be there, with the value, formula and style asked for.

Cells that were written over, and rows of like shape, are read by patterns that are made from what was asked for and
take nothing else; all other rows by the reader of sheets and an XML parser.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from arc_sync.xlsx.cells import RowReader
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.refs import cell_ref, letters
from arc_sync.xlsx.scan import Block, rows_of
from arc_sync.xlsx.shapes import Like
from arc_sync.xlsx.splice import Over, marks
from arc_sync.xlsx.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.scan import Names
    from arc_sync.xlsx.shapes import Slot

Written = (
    dict[int, "Plain"] | Over | Like
)  # the edited cells of a row written anew; cells written over; a whole new row
_OFTEN = 100  # rows of a shape that are worth a pattern of their own
_CHARACTERS = r"[^<&\x00-\x08\x0b-\x1f]*"
_TEXT = rf"({_CHARACTERS}(?:&(?:amp|lt|gt|#13);{_CHARACTERS})*)"
_RAW = {"n": r"([0-9.eE+-]+)", "b": "([01])"}
_TYPES = {None: "n", b"b": "b", b"str": "s", b"inlineStr": "s"}
_END_OF_TAG = ord(">")


class ReadBack:
    """Compares the rows of one sheet, block by block, with what was asked for. Raises Refused where they differ."""

    def __init__(self, name: Names, asked: Mapping[int, Written]) -> None:
        self._name = name
        self._prefix = name.prefix.decode()
        self._cell, self._marks = _cell(self._prefix), marks(self._prefix)
        self._follows = b"<%bc " % name.prefix, name.row_end
        self._reader = RowReader(name, _Unread())
        self._asked = dict(asked)
        shapes = Counter(row.shape for row in asked.values() if isinstance(row, Like))
        self._often = {s: _row(self._prefix, s.slots) for s, many in shapes.items() if many >= _OFTEN}

    def unparsed(self, block: Block, due: Sequence[int]) -> Iterator[bytes]:
        """Compare the rows `due` in a block; give those that no pattern took, to see whether they are well-formed."""
        left = self._but_like(block.data, self._but_over(block, due))
        for number, row in rows_of(block, self._name, left):
            self._compare(number, row)
            yield row

    def check_all_seen(self) -> None:
        """See that rows that are not there were not to hold anything."""
        for number, asked in self._asked.items():
            _check(number, {}, asked)

    def _but_over(self, block: Block, due: Sequence[int]) -> list[int]:
        """Compare cells that were written over; give the rows where that is not to be seen so simply."""
        at, left = 0, []
        for number in due:
            asked = self._asked[number]
            end = self._over(number, asked.cells, block, at) if isinstance(asked, Over) else 0
            if end:
                at = end
                del self._asked[number]
            else:
                left.append(number)
        return left

    def _over(self, number: int, cells: Sequence[Plain], block: Block, at: int) -> int:
        """Say where a row's edited cells end, if each stands after `at` between two tags of whole cells, or of the row."""
        data = block.data
        for cell in cells:
            mark = self._marks[cell[0]] % number
            start = block.find(mark, number, at)
            found = self._cell.match(data, start) if start > 0 else None
            if found is None or data[start - 1] != _END_OF_TAG or _plain(cell[0], found) != cell:
                return 0
            at = found.end()
            if data.startswith(mark, at) or not data.startswith(self._follows, at):
                return 0
        return at

    def _but_like(self, data: bytes, due: Sequence[int]) -> Sequence[int]:
        """Compare rows of shapes that come often; give the others."""
        if not any(isinstance(self._asked[number], Like) for number in due):
            return due
        text, at, left = data.decode(), 0, []
        plain = "&" not in text and "_x" not in text
        for number in due:
            asked = self._asked[number]
            pattern = self._often.get(asked.shape) if isinstance(asked, Like) else None
            found = pattern.match(text, at) if pattern is not None else None
            if found is None or not isinstance(asked, Like) or asked.texts != _texts(found, plain=plain):
                left.append(number)
            else:
                at = found.end()
                del self._asked[number]
        return left

    def _compare(self, number: int, row: bytes) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            raise wrong(f"row {number} stands there twice")
        (_, xml), *more = self._reader.inner(Block(row, number, number))
        if more:
            raise wrong(f"row {number} holds another row")
        if self._reader.between_cells(xml).strip():
            raise wrong(f"row {number} holds text outside its cells")
        cells = self._reader.plain_cells(number, xml)
        found = {cell[0]: cell for cell in cells}
        if len(found) < len(cells):
            raise wrong(f"row {number} holds a cell twice")
        _check(number, found, asked)


def _texts(found: re.Match[str], *, plain: bool) -> tuple[str, ...]:
    """Give the number and the raw values of a row of some shape; they are decoded unless it is `plain`."""
    return found.groups() if plain else (*map(decode, found.groups()),)


def _check(number: int, found: Mapping[int, Plain], asked: Written) -> None:
    cells = asked.values() if isinstance(asked, dict) else asked.cells
    for cell in cells:
        if found.get(cell[0], (cell[0], None, None, None, 0)) != cell:
            raise wrong(f"cell {cell_ref(number, cell[0])} does not read back")


def wrong(what: str) -> Refused:
    """Say that the new file is not what it should be."""
    return Refused(
        f"The new file did not pass its check ({what}), so nothing was changed; please report this file."
    )


class _Unread(list[str]):
    """Shared strings that nobody has asked for: edited cells are never among them."""

    def __getitem__(self, index: object) -> str:  # type: ignore[override]
        return ""


def _cell(prefix: str) -> re.Pattern[bytes]:
    """Make the pattern of a cell; groups: style, `t`, formula, value, inline text. Nothing in it needs unescaping."""
    p, plain = re.escape(prefix), r"([^<&_\x00-\x1f]*)"
    formula, value = f"<{p}f>{plain}</{p}f>", f"<{p}v>{plain}</{p}v>"
    inline = f'<{p}is><{p}t(?: xml:space="preserve")?>{plain}</{p}t></{p}is>'
    start = rf'<{p}c r="[A-Z]+[0-9]+"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?'
    return re.compile(f"{start}(?:/>|>(?:{formula})?(?:{value}|{inline})?</{p}c>)".encode())


def _plain(column: int, found: re.Match[bytes]) -> Plain | None:
    """Say what a cell holds; None if it is of a type that is never written."""
    style, t, formula, value, inline = found.groups()
    raw = inline if t == b"inlineStr" else value
    if t not in _TYPES:
        return None
    type_, text = (None, None) if raw is None else (_TYPES[t], raw.decode())
    return column, type_, text, None if formula is None else formula.decode(), int(style or 0)


@lru_cache(maxsize=256)
def _row(prefix: str, slots: tuple[Slot, ...]) -> re.Pattern[str]:
    """Make the pattern of rows of a shape; groups: the row's number, then the raw value of each cell that has one."""
    p = re.escape(prefix)
    cells = "".join(_slot(p, slot) for slot in slots)
    return re.compile(rf'<{p}row r="([0-9]+)"[^<>]*>{cells}</{p}row>')


def _slot(p: str, slot: Slot) -> str:
    style = f' s="{slot.style}"' if slot.style else ""
    start = rf'<{p}c r="{letters(slot.column)}\1"{style}'
    if slot.type is None:
        return f"{start}/>"
    if slot.type == "s":
        return f'{start} t="inlineStr"><{p}is><{p}t(?: xml:space="preserve")?>{_TEXT}</{p}t></{p}is></{p}c>'
    kind = ' t="b"' if slot.type == "b" else ""
    return f"{start}{kind}><{p}v>{_RAW[slot.type]}</{p}v></{p}c>"
