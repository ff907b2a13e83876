"""Edited rows read back from the new file: each cell has to be there, with the value, formula and style asked for.

Rows of like shape are read by one pattern, which is made from what was asked for and takes nothing else; all other
rows by the reader of sheets.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from arc_sync.xlsx.cells import RowReader
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.refs import cell_ref, letters
from arc_sync.xlsx.scan import Block
from arc_sync.xlsx.shapes import Like
from arc_sync.xlsx.text import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.scan import Names
    from arc_sync.xlsx.shapes import Slot

Written = dict[int, "Plain"] | Like  # the edited cells of a row, by column; or a whole row of some shape
_OFTEN = 100  # rows of a shape that are worth a pattern of their own
_FEW = 3  # cells that are looked up one by one in their row
_CHARACTERS = r"[^<&\x00-\x08\x0b-\x1f]*"
_TEXT = rf"({_CHARACTERS}(?:&(?:amp|lt|gt|#13);{_CHARACTERS})*)"
_RAW = {"n": r"([0-9.eE+-]+)", "b": "([01])"}


class ReadBack:
    """Compares rows of one sheet with what was asked for, each once. Raises Refused where they differ."""

    def __init__(self, name: Names, asked: Mapping[int, Written]) -> None:
        self._prefix = name.prefix.decode()
        self._reader = RowReader(name, _Unread())
        self._left = dict(asked)
        shapes = Counter(row.shape for row in asked.values() if isinstance(row, Like))
        self._often = {shape for shape, many in shapes.items() if many >= _OFTEN}

    def is_known(self, number: int, row: bytes) -> bool:
        """Compare a row; say whether its pattern took it, so that it is known to be well-formed."""
        asked = self._left.pop(number, None)
        if asked is None:
            raise wrong(f"row {number} stands there twice")
        if not isinstance(asked, Like):
            self._compare(number, row, asked)
            return False
        if asked.shape in self._often and _fits(self._prefix, number, row.decode(), asked):
            return True
        self._compare(number, row, asked.cells)
        return False

    def check_all_seen(self) -> None:
        """See that rows that are not there were not to hold anything."""
        for number, asked in self._left.items():
            _check(number, {}, asked.cells if isinstance(asked, Like) else asked)

    def _compare(self, number: int, row: bytes, asked: dict[int, Plain]) -> None:
        if len(asked) <= _FEW:
            xml = row.decode()
            found = {column: self._reader.cell_at(number, column, xml) for column in asked}
            if found == asked:
                return
        (_, xml), *more = self._reader.inner(Block(row, number, number))
        if more:
            raise wrong(f"row {number} holds another row")
        _check(number, {cell[0]: cell for cell in self._reader.plain_cells(number, xml)}, asked)


def _check(number: int, found: Mapping[int, Plain], asked: Mapping[int, Plain]) -> None:
    for column, cell in asked.items():
        if found.get(column, (column, None, None, None, 0)) != cell:
            raise wrong(f"cell {cell_ref(number, column)} does not read back")


def wrong(what: str) -> Refused:
    """Say that the new file is not what it should be."""
    return Refused(
        f"The new file did not pass its check ({what}), so nothing was changed; please report this file."
    )


class _Unread(list[str]):
    """Shared strings that nobody has asked for: edited cells are never among them."""

    def __getitem__(self, index: object) -> str:  # type: ignore[override]
        return ""


def _fits(prefix: str, number: int, xml: str, asked: Like) -> bool:
    """Say whether a row is exactly what was asked for."""
    found = _pattern(prefix, asked.shape).fullmatch(xml)
    if found is None:
        return False
    row, *raws = found.groups()
    if "&" in xml or "_x" in xml:
        raws = [*map(decode, raws)]
    return row == str(number) and raws == [*asked.raws]


@lru_cache(maxsize=64)
def _pattern(prefix: str, shape: tuple[Slot, ...]) -> re.Pattern[str]:
    """Make the pattern of rows of a shape; groups: the row's number, then the raw value of each cell that has one."""
    p = re.escape(prefix)
    cells = "".join(_cell(p, slot) for slot in shape)
    return re.compile(rf'<{p}row r="([0-9]+)"[^<>]*>{cells}</{p}row>')


def _cell(p: str, slot: Slot) -> str:
    style = f' s="{slot.style}"' if slot.style else ""
    start = rf'<{p}c r="{letters(slot.column)}\1"{style}'
    if slot.type is None:
        return f"{start}/>"
    if slot.type == "s":
        return f'{start} t="inlineStr"><{p}is><{p}t(?: xml:space="preserve")?>{_TEXT}</{p}t></{p}is></{p}c>'
    kind = ' t="b"' if slot.type == "b" else ""
    return f"{start}{kind}><{p}v>{_RAW[slot.type]}</{p}v></{p}c>"
