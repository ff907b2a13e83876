"""What ARC drew itself, and what people typed over it.

A report is redrawn whenever its figures change, so what a person typed on it must be found before it goes. For
each sheet that it draws, ARC keeps the seals of all values it put there: six characters of a hash each, in any
order. A cell that holds a value without a seal was typed by a person, wherever rows were sorted to meanwhile.
Formulas count by their text, so a result that Excel computed anew is no typing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from arc_sheets import dates
from arc_sheets.cells import CellValue, Formula
from arc_sync.books.drawing import Link, Shown

#: Characters of one seal: 36 bits, so that one typed text in a million passes for one of 65,000 drawn ones.
_LONG: Final = 6
#: Characters of one text; a cell holds 32,767.
_ROOM: Final = 32_000 // _LONG * _LONG


class Typed(NamedTuple):
    """What a person typed where only ARC writes."""

    cell: str  #: such as "D12"
    text: str  #: verbatim


def seal(value: Shown) -> str:
    """Return the seal of a cell's value; "" for a blank cell."""
    text = plain(value)
    if not text:
        return ""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()[:_LONG]


def seal_lines(sheet: str, values: Iterable[Shown]) -> Iterator[tuple[str, str]]:
    """Yield names and texts that keep the seals of a sheet's values, each text short enough for a cell."""
    yield from _lines(sheet, {seal(value) for value in values})


def more_seal_lines(
    sheet: str, values: Iterable[Shown], kept: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield lines that keep the seals of values besides those kept already: while one gives way to the other."""
    yield from _lines(sheet, {seal(value) for value in values} | (read_seals(sheet, kept) or frozenset()))


def _lines(sheet: str, seals: Collection[str]) -> Iterator[tuple[str, str]]:
    text = "".join(sorted(seals))
    for at in range(0, max(len(text), 1), _ROOM):
        yield f"seals {sheet} {at // _ROOM}", text[at : at + _ROOM]


def read_seals(sheet: str, kept: Mapping[str, str]) -> frozenset[str] | None:
    """Return the seals that `seal_lines` made; None if nothing is kept of this sheet."""
    lines = [text for name, text in kept.items() if name.rpartition(" ")[0] == f"seals {sheet}"]
    if not lines:
        return None
    return frozenset(text[at : at + _LONG] for text in lines for at in range(0, len(text), _LONG))


def is_ours(value: CellValue, ours: Collection[str]) -> bool:
    """Say whether a value that was read is one of those drawn, or as near as another program's rounding."""
    known = seal(value) in ours
    if known or not isinstance(value, Decimal):
        return known
    near = Decimal(_number(value))  # rounded first: a sixteenth digit of five goes either way
    last = Decimal(1).scaleb(near.adjusted() - 14)  # one more or less in the fifteenth digit
    return any(seal(near + step) in ours for step in (last, -last))


def plain(value: Shown) -> str:
    """Return a value as one text, the same whichever program saved the file last."""
    if value is None:
        return ""
    if isinstance(value, Link):
        return value.text
    if isinstance(value, Formula):
        return "=" + "".join(value.text.split()).casefold()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date):
        return _number(dates.to_serial(value))
    return _number(value) if isinstance(value, int | float | Decimal) else str(value)


def _number(value: float | Decimal) -> str:
    """Return the fifteen digits that every program keeps."""
    return f"{float(value):.15g}"
