"""Short prints of cells: whether a cell still holds what it held, told from six characters.

Thirty-six bits of a hash: one pair of different values in seventy thousand million looks alike. Kind counts as well
as value, so the text "5" is not the number 5; numbers count to the fifteen digits that every program keeps. A formula
counts by its shape, without its references, as those move with it from row to row.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Final

from arc_sheets.cells import CellValue, Formula
from arc_sync.books.seals import plain

_LONG: Final = 6
BLANK: Final = "-"
#: References in a formula outside of quotes: B7, $B$7, B7:C, B:C, 7:8; and what is left of one that went astray.
_REFERENCE: Final = re.compile(
    r"(?<![\w.])(?:\$?[A-Z]{1,3}\$?\d+|\$?[A-Z]{1,3}(?=:)|(?<=:)\$?[A-Z]{1,3}|#REF!)(?![\w(])", re.IGNORECASE
)
_QUOTED: Final = re.compile(r'("(?:[^"]|"")*")')


def print_of(value: CellValue) -> str:
    """Return the print of one cell."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, str):
        return _hashed(f"t{value}")
    if isinstance(value, Formula):
        return _hashed("f" + plain(Formula(shape(value.text))))
    return _hashed(("b" if isinstance(value, bool) else "n") + plain(value))


def print_of_all(values: Iterable[CellValue]) -> str:
    """Return one print of several cells."""
    return _hashed(" ".join(map(print_of, values)))


def shape(formula: str) -> str:
    """Return a formula without its references."""
    parts = _QUOTED.split(formula)
    return "".join(part if at % 2 else _REFERENCE.sub("#", part) for at, part in enumerate(parts))


def _hashed(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()[:_LONG]
