"""Addresses: A1 notation and GridRange, both into one Area. All ends are exclusive, counted from zero.

Source: https://developers.google.com/workspace/sheets/api/guides/concepts ("Cell", "A1 notation", "GridRange").
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.emulators.google.errors import Json, invalid
from tests.emulators.google.state import Contents, Sheet

_WITH_SHEET = re.compile(r"^(?:'((?:[^']|'')+)'|([^!']+))!(.*)$", re.DOTALL)
_QUOTED = re.compile(r"'((?:[^']|'')+)'", re.DOTALL)
_CELLS = re.compile(r"^\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?(:\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?)?$")
_R1C1 = re.compile(r"(?i)R([1-9]\d*)C([1-9]\d*)(?::R([1-9]\d*)C([1-9]\d*))?")
_BARE_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_CELL = re.compile(r"(?i)[A-Z]{1,3}[0-9]+|R\d*C\d*")


class Area(NamedTuple):
    """A rectangle of one sheet; `bottom` and `right` are None where it has no end."""

    sheet: Sheet
    top: int
    left: int
    bottom: int | None
    right: int | None

    @property
    def is_cell(self) -> bool:
        """Say whether it is exactly one cell."""
        return self.bottom == self.top + 1 and self.right == self.left + 1

    def inside(self) -> Box:
        """Give the part within the grid; refuse a start outside it."""
        sheet = self.sheet
        if self.top >= sheet.row_count or self.left >= sheet.column_count:
            raise invalid(
                f"Range ({self.a1()}) exceeds grid limits."
                f" Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
            )
        bottom = sheet.row_count if self.bottom is None else min(self.bottom, sheet.row_count)
        right = sheet.column_count if self.right is None else min(self.right, sheet.column_count)
        return Box(sheet, self.top, self.left, bottom, right)

    def a1(self) -> str:
        """Write it as Google answers it: with the sheet, and with the grid's end where it has none."""
        bottom = self.sheet.row_count if self.bottom is None else self.bottom
        right = self.sheet.column_count if self.right is None else self.right
        return Box(self.sheet, self.top, self.left, bottom, right).a1()


class Box(NamedTuple):
    """An area with all its ends."""

    sheet: Sheet
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.right - self.left

    def a1(self) -> str:
        """Write it as Google answers it: `Sheet1!A1:B2`, one cell as `Sheet1!A1`."""
        first, last = cell_name(self.top, self.left), cell_name(self.bottom - 1, self.right - 1)
        return f"{quoted(self.sheet.title)}!{first}" + (f":{last}" if first != last else "")

    def grid_range(self) -> Json:
        """Write it as a GridRange; a sheetId of 0 is left out by Google (proto3 default; seen in traffic)."""
        ends = {
            "startRowIndex": self.top,
            "endRowIndex": self.bottom,
            "startColumnIndex": self.left,
            "endColumnIndex": self.right,
        }
        return {"sheetId": self.sheet.sheet_id, **ends} if self.sheet.sheet_id else dict(ends)

    def meets(self, other: Box) -> bool:
        """Say whether both share a cell."""
        return (
            self.sheet.sheet_id == other.sheet.sheet_id
            and self.top < other.bottom
            and other.top < self.bottom
            and self.left < other.right
            and other.left < self.right
        )


def column_number(letters: str) -> int:
    """Give the index of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_name(index: int) -> str:
    """Give the letters of a column: 0 is A."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Give A1 for (0, 0)."""
    return f"{column_name(column)}{row + 1}"


def quoted(title: str) -> str:
    """Quote a sheet's title where A1 notation needs it."""
    if _BARE_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def area_of_a1(contents: Contents, text: str) -> Area:
    """Read A1 notation: a whole sheet, a named range, or cells of a sheet (the first one if none is named)."""
    wrong = invalid(f"Unable to parse range: {text}")
    if split := _WITH_SHEET.match(text):
        title = (split[1] or split[2]).replace("''", "'")
        sheet, rest = contents.titled(title), split[3]
        if sheet is None:
            raise wrong
    else:
        whole = _QUOTED.fullmatch(text)
        sheet = contents.titled(whole[1].replace("''", "'") if whole else text)
        if sheet is not None:
            return Area(sheet, 0, 0, None, None)
        sheet, rest = contents.sheets[0], text
    return _named(contents, rest) or _cells(sheet, rest, wrong)


def _named(contents: Contents, name: str) -> Area | None:
    for known in contents.named_ranges:
        if known["name"].casefold() == name.casefold():
            return area_of_grid(contents, known["range"])
    return None


def _cells(sheet: Sheet, text: str, wrong: Exception) -> Area:
    parts = _CELLS.match(_without_r1c1(text))
    if not text or parts is None:
        raise wrong
    letters, number, colon, last_letters, last_number = parts.groups()
    top, left = int(number or 1) - 1, column_number(letters or "A")
    if colon is None:
        if letters is None or number is None:
            raise wrong
        return Area(sheet, top, left, top + 1, left + 1)
    nothing = not (letters or number) or not (last_letters or last_number)
    if nothing or (last_letters and not letters):
        raise wrong
    bottom = int(last_number) if last_number else None
    right = column_number(last_letters) + 1 if last_letters else None
    if bottom is not None and bottom <= top:  # B3:A1 is A1:B3
        top, bottom = bottom - 1, top + 1
    if right is not None and right <= left:
        left, right = right - 1, left + 1
    return Area(sheet, top, left, bottom, right)


def _without_r1c1(text: str) -> str:
    """Give R2C3 as C2 (guides/concepts, "R1C1 notation"); anything else as it is."""
    found = _R1C1.fullmatch(text)
    if found is None:
        return text
    numbers = [int(one) for one in found.groups() if one]
    cells = [cell_name(row - 1, column - 1) for row, column in zip(numbers[::2], numbers[1::2], strict=True)]
    return ":".join(cells)


def area_of_grid(contents: Contents, grid: Json) -> Area:
    """Read a GridRange: a missing sheetId is 0, a missing end is no end."""
    return Area(
        contents.sheet(grid.get("sheetId", 0)),
        grid.get("startRowIndex", 0),
        grid.get("startColumnIndex", 0),
        grid.get("endRowIndex"),
        grid.get("endColumnIndex"),
    )


def box_of_grid(contents: Contents, grid: Json) -> Box:
    """Read a GridRange within its grid."""
    return area_of_grid(contents, grid).inside()
