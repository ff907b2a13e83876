"""The shapes in which the Sheets API takes cells and ranges, and how a value becomes one.

Names as in the API's own reference (sheets.v4: GridRange, ExtendedValue, CellData, CellFormat). Everything that
ARC writes is typed: a text is a `stringValue` whatever it begins with, never parsed as if somebody had typed it.

A formula is the one thing that Google reads by the spreadsheet's locale, over the API too: where a comma is the
decimal sign, it does not part arguments. A semicolon parts them everywhere, so formulas are written with
semicolons and without decimals, and read back with commas, as the rest of ARC has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypedDict

from arc_sheets import dates
from arc_sheets.cells import Formula
from arc_sync.books.drawing import Link, Shown
from arc_sync.xlsx.refs import LAST_ROW, Area

#: One request of a `batchUpdate`: its kind, and what it takes.
Request: TypeAlias = dict[str, Any]

#: The header of the hidden column of stamps on a record tab: which batch wrote a row last.
STAMP_HEADER: Final = "ARC stamp"
#: Characters that one cell holds (https://support.google.com/drive/answer/37603), as UTF-16 units.
LONGEST: Final = 50_000


class Rgb(TypedDict):
    """A colour, each part from 0 to 1."""

    red: float
    green: float
    blue: float


class ColorStyle(TypedDict):
    """A colour that is not the theme's."""

    rgbColor: Rgb


class Uri(TypedDict):
    """Where a text leads."""

    uri: str


class TextFormat(TypedDict, total=False):
    """How text looks; sizes in points."""

    fontFamily: str
    fontSize: int
    bold: bool
    underline: bool
    foregroundColorStyle: ColorStyle
    link: Uri


class NumberFormat(TypedDict):
    """How a number is shown; a text format keeps what is typed as text."""

    type: str
    pattern: str


class Border(TypedDict):
    """One edge of a cell."""

    style: str
    colorStyle: ColorStyle


class Borders(TypedDict, total=False):
    """The edges of a cell."""

    top: Border
    bottom: Border
    left: Border
    right: Border


class Padding(TypedDict):
    """The room around a text, in pixels; all four are to be given."""

    top: int
    right: int
    bottom: int
    left: int


class CellFormat(TypedDict, total=False):
    """How a cell looks."""

    numberFormat: NumberFormat
    backgroundColorStyle: ColorStyle
    borders: Borders
    padding: Padding
    horizontalAlignment: str
    verticalAlignment: str
    wrapStrategy: str
    textFormat: TextFormat


class ExtendedValue(TypedDict, total=False):
    """A cell's value: exactly one of these, or none for a blank cell."""

    numberValue: float
    stringValue: str
    boolValue: bool
    formulaValue: str


class CellData(TypedDict, total=False):
    """A cell, as it is written."""

    userEnteredValue: ExtendedValue
    userEnteredFormat: CellFormat
    dataValidation: dict[str, Any]


class RowData(TypedDict, total=False):
    """Cells side by side."""

    values: list[CellData]


class GridRange(TypedDict, total=False):
    """An area of a sheet: from 0, ends exclusive; without an end it reaches as far as the sheet does."""

    sheetId: int
    startRowIndex: int
    endRowIndex: int
    startColumnIndex: int
    endColumnIndex: int


def grid(sheet: int, area: Area) -> GridRange:
    """Return an area as the API counts; one that ends on the last row of a file ends where the sheet does."""
    made: GridRange = {
        "sheetId": sheet,
        "startRowIndex": area.top - 1,
        "startColumnIndex": area.left,
        "endColumnIndex": area.right + 1,
    }
    if area.bottom < LAST_ROW:
        made["endRowIndex"] = area.bottom
    return made


def extended(value: Shown) -> ExtendedValue:
    """Return a value as the API takes it; a blank is no value at all."""
    if value is None or value == "":
        return {}
    if isinstance(value, Formula):
        return {"formulaValue": f"={locale_free(value.text)}"}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, date):
        return {"numberValue": dates.to_serial(value)}
    if isinstance(value, int | float | Decimal):
        return {"numberValue": float(value)}  # a spreadsheet knows no other number
    return {"stringValue": sendable(value.text if isinstance(value, Link) else value)}


def sendable(text: str) -> str:
    """Return a text without what JSON cannot carry or a cell cannot hold: lone surrogates and NUL."""
    return _NOT_TEXT.sub("\ufffd", text)


def holds(value: Shown) -> bool:
    """Say whether a cell holds the value: a text may be too long."""
    text = value.text if isinstance(value, Link | Formula) else value
    return not isinstance(text, str) or len(text.encode("utf-16-le", "surrogatepass")) <= 2 * LONGEST


def locale_free(formula: str) -> str:
    """Return a formula (or its text) in the spelling that means the same in every locale."""
    return _outside_quotes(formula, lambda code: _DECIMAL.sub(_fraction, code).replace(",", ";"))


def with_commas(formula: str) -> str:
    """Return a formula that was read as the rest of ARC spells it; undoes the semicolons of `locale_free`."""
    return _outside_quotes(formula, lambda code: code.replace(";", ","))


_NOT_TEXT: Final = re.compile("[\ud800-\udfff\x00]")
_QUOTED: Final = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")
_DECIMAL: Final = re.compile(r"(?<![\w.$])(\d+)\.(\d+)(?![\w.])")


def _outside_quotes(formula: str, change: Callable[[str], str]) -> str:
    parts = _QUOTED.split(formula)
    return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))


def _fraction(number: re.Match[str]) -> str:
    whole, places = number.groups()
    return f"({int(whole + places)}/{10 ** len(places)})"
