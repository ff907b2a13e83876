"""Cell references: `B7` and `A1:C9`, as numbers. Rows count from 1, columns from 0."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from arc_sync.xlsx.errors import Refused

LAST_ROW = 1_048_576
LAST_COLUMN = 16_383  # XFD

_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class Place(NamedTuple):
    """One cell: row from 1, column from 0."""

    row: int
    column: int


class Area(NamedTuple):
    """A rectangle of cells, its edges included: rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Say whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        """Say whether the two rectangles share a cell."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.top == self.bottom and self.left == self.right


@lru_cache(maxsize=20_000)
def letters(column: int) -> str:
    """Name a column counted from 0: 0 is A, 26 is AA."""
    text, number = "", column + 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(65 + digit) + text
    return text


@lru_cache(maxsize=20_000)
def column_index(name: str) -> int:
    """Count a column from 0: A is 0, XFD is 16383. Raises Refused beyond XFD."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= LAST_COLUMN + 1:
        raise Refused(f"The file speaks of a column {name!r}, which no sheet has; save it again in Excel.")
    return number - 1


def parse_ref(ref: str) -> Place:
    """Read `B7` or `$B$7`. Raises Refused if it is not a cell of a sheet."""
    return Place(*row_and_column(ref))


def row_and_column(ref: str) -> tuple[int, int]:
    """Do the same without the names: it is made quicker."""
    match = _REF.fullmatch(ref)
    name, digits = match.groups() if match is not None else ("", "0")
    row = int(digits)
    if not 1 <= row <= LAST_ROW:
        raise Refused(f"{ref!r} is not a cell of a sheet; write it like B7.")
    return row, column_index(name)


def parse_area(ref: str) -> Area:
    """Read `A1:C9` (or one cell). Raises Refused if it is not a rectangle of cells."""
    first, _, last = ref.partition(":")
    start, end = parse_ref(first), parse_ref(last or first)
    rows, columns = sorted((start.row, end.row)), sorted((start.column, end.column))
    return Area(rows[0], columns[0], rows[1], columns[1])


def parse_areas(refs: str) -> list[Area]:
    """Read a space-separated list of areas (`sqref`)."""
    return [parse_area(ref) for ref in refs.split()]


def cell_ref(row: int, column: int) -> str:
    """Write `B7`."""
    return f"{letters(column)}{row}"


def area_ref(area: Area) -> str:
    """Write `A1:C9`, or `A1` for one cell."""
    first = cell_ref(area.top, area.left)
    return first if area.single else f"{first}:{cell_ref(area.bottom, area.right)}"
