"""Formula text: references moved or grown, strings and names left alone.

A reference is told from a name by what stands around it, after the grammar of MS-XLSX and ECMA-376 part 1, 18.17.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.refs import LAST_COLUMN, LAST_ROW, Area, column_index, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 8_192  # characters of a formula, Excel's own limit
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*+(?:""[^"]*+)*"(?!"))"""
    r"""|(?P<sheet>(?:'(?!'!)[^']*+(?:''[^']*+)*'|[\w.\[\]]++(?::[\w.]++)?)!)"""
    r"""|(?P<structured>\[[^\[\]']*+(?:(?:'.|\[[^\[\]']*+(?:(?:'.|\[[^\[\]]*+\])[^\[\]']*+)*\])[^\[\]']*+)*\])"""
    r"""|(?P<cells>(?<![\w.\\$])\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.(\\!])"""
    r"""|(?<![\w.\\$])\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(\\!])"""
    r"""|(?<![\w.\\$:])\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.(\\!]))"""
    r"""|(?P<name>[^\W\d][\w.\\?]*|[0-9.]+(?:[eE][+-]?[0-9]+)?)"""
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_END = re.compile(r"(\$?)([A-Za-z]{1,3}|[0-9]{1,7})")
_RANGE = re.compile(r"(\$?[A-Za-z]{1,3})(\$?)([0-9]{1,7}):(\$?[A-Za-z]{1,3})(\$?)([0-9]{1,7})")


class _Hole(NamedTuple):
    """A relative part of a reference, to be filled in: a row (from 1) or a column (from 0)."""

    row: bool
    value: int


@lru_cache(maxsize=4_096)
def _pieces(formula: str) -> tuple[str | _Hole, ...]:
    """Cut a formula into fixed text and relative rows and columns."""
    pieces: list[str | _Hole] = []
    at = 0
    for token in _tokens(formula):
        if token.lastgroup == "cells":
            pieces.append(formula[at : token.start()])
            pieces.extend(_reference(token[0]))
            at = token.end()
    pieces.append(formula[at:])
    return tuple(piece for piece in pieces if piece != "")


def _tokens(formula: str) -> Iterator[re.Match[str]]:
    """Find what a formula is made of. Raises Refused for one that is longer than Excel allows."""
    if len(formula) > LONGEST:
        raise Refused(f"The file holds a formula of {len(formula):,} characters; Excel allows {LONGEST:,}.")
    return _TOKEN.finditer(formula)


def _reference(text: str) -> list[str | _Hole]:
    cell = _CELL.fullmatch(text)
    if cell is not None:
        if _outside(cell[2], cell[4]):
            return [text]
        return [*_part(cell[1], cell[2]), *_part(cell[3], cell[4])]
    first, last = text.split(":")
    ends = [_END.fullmatch(first), _END.fullmatch(last)]
    parts = [_part(end[1], end[2]) for end in ends if end is not None]
    return [*parts[0], ":", *parts[1]]


def _outside(column: str, row: str) -> bool:
    """Say whether it only looks like a cell: a name such as XYZ2024 or ABC0."""
    number = 0
    for letter in column.upper():
        number = number * 26 + ord(letter) - 64
    return number > LAST_COLUMN + 1 or not 1 <= int(row) <= LAST_ROW


def _part(fixed: str, text: str) -> list[str | _Hole]:
    if fixed:
        return [fixed + text]
    return [
        _Hole(row=True, value=int(text)) if text.isdecimal() else _Hole(row=False, value=column_index(text))
    ]


def shift(formula: str, rows: int, columns: int) -> str:
    """Move a formula as copying its cell would: relative references move, absolute ones stay.

    A reference pushed off the sheet wraps round, as Excel does for shared formulas.
    """
    return "".join(
        piece
        if isinstance(piece, str)
        else str((piece.value + rows - 1) % LAST_ROW + 1)
        if piece.row
        else letters((piece.value + columns) % (LAST_COLUMN + 1))
        for piece in _pieces(formula)
    )


def has_relative(formula: str) -> bool:
    """Say whether moving the formula down would change it."""
    return any(not isinstance(piece, str) and piece.row for piece in _pieces(formula))


class Master(NamedTuple):
    """A shared formula where it is spelled out: text, row from 1, column from 0."""

    text: str
    row: int
    column: int

    def at(self, row: int, column: int) -> str:
        """Spell it out for another cell of its group."""
        return shift(self.text, row - self.row, column - self.column)


class Shared(dict[str, Master]):
    """The shared formulas of a sheet met so far, by their `si`."""

    def formula(self, row: int, column: int, tag: dict[str, str], text: str) -> str:
        """Give the text of a `<f>`: its own, or for a sharer that of its master, moved ('' if there is none)."""
        if tag.get("t") != "shared":
            return text
        key = tag.get("si", "")
        if text:
            self[key] = Master(text, row, column)
            return text
        master = self.get(key)
        return master.at(row, column) if master else ""


def grow(formula: str, sheet: str, change: Callable[[Area], Area], *, here: bool) -> str:
    """Put each range of cells on `sheet` through `change`, keeping how it was written.

    `here` says whether a range without a sheet name means that sheet. Only A1:B9 ranges change, not single cells.
    """
    out, at, owner = [], 0, ""
    tokens = list(_tokens(formula))
    for first, second in zip(tokens, [*tokens[1:], None], strict=True):
        if first.lastgroup == "sheet":
            owner = first[0]
            continue
        whole = formula[first.start() : second.end()] if second is not None else ""
        found = _RANGE.fullmatch(whole) if first.lastgroup == "cells" else None
        if found is not None and (_means(owner, sheet) if owner else here):
            out += [formula[at : first.start()], _changed(found, change)]
            at = first.start() + len(whole)
        owner = ""
    return "".join([*out, formula[at:]])


def _means(owner: str, sheet: str) -> bool:
    name = owner[:-1]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return name.casefold() == sheet.casefold()


def _changed(found: re.Match[str], change: Callable[[Area], Area]) -> str:
    left, top, right, bottom = column_index(found[1].lstrip("$")), int(found[3]), found[4], int(found[6])
    area = change(Area(top, left, bottom, column_index(right.lstrip("$"))))
    return f"{found[1]}{found[2]}{area.top}:{right}{found[5]}{area.bottom}"
