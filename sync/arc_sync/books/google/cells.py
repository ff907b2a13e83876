"""One cell, to Google Sheets and back: a drawn cell becomes CellData, CellData that was read becomes a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from arc_sheets import dates
from arc_sheets.cells import CellError, CellValue, Formula
from arc_sheets.errors import BookError
from arc_sync.books.drawing import Drawn, Link, Shown
from arc_sync.books.google.look import cell_format
from arc_sync.books.google.shapes import CellData, CellFormat, extended, holds, with_commas
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import cell_ref

#: All of a cell that ARC writes; what people add (notes, dropdowns) is not touched.
CELL_FIELDS: Final = "userEnteredValue,userEnteredFormat,textFormatRuns"
#: What is to be asked for, so that `cell_value` can say what a person sees.
READ_FIELDS: Final = "userEnteredValue,effectiveValue,effectiveFormat.numberFormat.type"

_INTERNAL: Final = re.compile(r"internal:'(.+)'!(\w+)")
#: Error types of the API that a cell shows by another name than "#TYPE!".
_ERRORS: Final = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "NAME": "#NAME?",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}
_DATED: Final = {"DATE", "DATE_TIME"}


class Painter:
    """Makes cells in the look of a book. `gids` are the ids of its sheets by title, for links between them."""

    def __init__(self, look: Look, gids: Mapping[str, int]) -> None:
        self.look = look
        self._gids = gids
        self._formats: dict[str, CellFormat] = {}

    def format(self, role: str) -> CellFormat:
        """Return the format of a role, made once; not to be changed."""
        if role not in self._formats:
            self._formats[role] = cell_format(self.look, role)
        return self._formats[role]

    def cell(self, drawn: Drawn) -> CellData:
        """Return a whole cell: value, format and where it leads."""
        made = CellData(userEnteredFormat=self.format_of(drawn))
        if value := extended(drawn.value):
            made["userEnteredValue"] = value
        return made

    def format_of(self, drawn: Drawn) -> CellFormat:
        """Return the format of a cell: that of its role, but a link leads somewhere and a formula is no text."""
        made = self.format(drawn.role)
        if isinstance(drawn.value, Formula) and made.get("numberFormat", {}).get("type") == "TEXT":
            made = made.copy()
            del made["numberFormat"]  # in a cell of plain text a formula would stand as its text
        if target := self.target(drawn.value):
            made = made.copy()
            made["textFormat"] = {**made["textFormat"], "link": {"uri": target}}
        return made

    def target(self, link: Shown) -> str:
        """Return where a link leads: an address, or "#gid=7&range=B2"; "" for no link, or to a tab that is gone."""
        if not isinstance(link, Link):
            return ""
        if link.target.startswith("mailto:"):
            return link.target
        inside = _INTERNAL.fullmatch(link.target)
        if inside and inside[1] in self._gids:
            return f"#gid={self._gids[inside[1]]}&range={inside[2]}"
        return ""


def check_holds(sheet: str, row: int, column: int, drawn: Drawn) -> None:
    """Raise BookError for a text that no cell of Google Sheets can hold (row from 1, column from 0)."""
    if not holds(drawn.value):
        raise BookError(
            f"{sheet}!{cell_ref(row, column)} cannot hold what the ledger has there; shorten it there."
        )


def cell_value(cell: Mapping[str, Any]) -> CellValue:
    """Return what a person sees in a cell that was read with `READ_FIELDS`: a number in a date's format is a date."""
    entered, shown = cell.get("userEnteredValue", {}), cell.get("effectiveValue", {})
    if "formulaValue" in entered:
        result = _plain(shown, dated=False)
        kept = result if isinstance(result, str | bool | Decimal) and result != "" else None
        return Formula(with_commas(entered["formulaValue"].removeprefix("=")), kept)
    kind = cell.get("effectiveFormat", cell.get("userEnteredFormat", {})).get("numberFormat", {}).get("type")
    return _plain(shown if "errorValue" in shown else entered, dated=kind in _DATED)


def _plain(value: Mapping[str, Any], *, dated: bool) -> CellValue:
    if "errorValue" in value:
        kind = value["errorValue"].get("type", "ERROR")
        return CellError(_ERRORS.get(kind, f"#{kind}!"))
    if "numberValue" in value:
        return _number(Decimal(str(value["numberValue"])), dated=dated)
    if "boolValue" in value:
        return bool(value["boolValue"])
    text = value.get("stringValue")
    return str(text) if text else None


def _number(number: Decimal, *, dated: bool) -> CellValue:
    if not dated:
        return number
    try:
        moment = dates.from_serial(float(number))
    except dates.NotADate:
        return number
    return moment if number % 1 else moment.date()
