"""The seal of a row: by which it is known whether anybody but ARC wrote into its computed cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Final

from arc_sheets.cells import CellValue, verbatim
from arc_sync.merge import words

_DIGITS: Final = Context(prec=15)


def seal_of(cells: Sequence[CellValue]) -> str:
    """Return the fingerprint of computed cells: as long as it fits, nobody but ARC has written there.

    Numbers count at the 15 digits that a spreadsheet keeps, in whatever form it hands them over.
    """
    return words.digest("\x1f".join(map(_plain, cells)))


def _plain(cell: CellValue) -> str:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return f"{_DIGITS.normalize(Decimal(str(cell))):f}"
    return verbatim(cell)
