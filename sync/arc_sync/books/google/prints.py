"""Short prints of cells: whether a cell still holds what it held, told from six characters.

Thirty-six bits of a hash: one pair of different values in seventy thousand million looks alike. Kind counts as well
as value, so the text "5" is not the number 5; numbers count to the fifteen digits that every program keeps.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Final

from arc_sheets.cells import CellValue, Formula
from arc_sync.books.seals import plain

_LONG: Final = 6
BLANK: Final = "-"
ANY_FORMULA: Final = "f"  #: of a formula that was copied, whose references may have moved with it


def print_of(value: CellValue) -> str:
    """Return the print of one cell."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, str):
        return _hashed(f"t{value}")
    kind = "f" if isinstance(value, Formula) else "b" if isinstance(value, bool) else "n"
    return _hashed(kind + plain(value))


def print_of_all(values: Iterable[CellValue]) -> str:
    """Return one print of several cells."""
    return _hashed(" ".join(map(print_of, values)))


def same(value: CellValue, known: str) -> bool:
    """Say whether a cell has that print."""
    return isinstance(value, Formula) if known == ANY_FORMULA else print_of(value) == known


def _hashed(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()[:_LONG]
