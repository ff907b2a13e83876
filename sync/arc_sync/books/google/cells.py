"""One cell in Google Sheets: what a drawn cell holds there, what it looks like, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from arc_sheets.cells import Formula
from arc_sheets.errors import BookError
from arc_sync.books.drawing import Drawn, Link
from arc_sync.books.google.look import cell_format
from arc_sync.books.google.shapes import CellData, CellFormat, extended, holds
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import cell_ref

#: All of a cell that ARC writes; what people add (notes, dropdowns) is not touched.
CELL_FIELDS: Final = "userEnteredValue,userEnteredFormat,textFormatRuns"
_INTERNAL: Final = re.compile(r"internal:'(.+)'!(\w+)")


class Paint(NamedTuple):
    """What makes two cells look alike."""

    role: str
    target: str = ""  #: where a link leads: an address, or "#gid=7&range=B2"
    formula: bool = False


class Painter:
    """Makes cells in the look of a book. `gids` are the ids of its sheets by title, for links between them."""

    def __init__(self, look: Look, gids: Mapping[str, int]) -> None:
        self.look = look
        self._gids = gids
        self._formats: dict[str, CellFormat] = {}

    def cell(self, drawn: Drawn) -> CellData:
        """Return a whole cell: value, format and where it leads."""
        made = CellData(userEnteredFormat=self.format(self.paint(drawn)))
        if value := extended(drawn.value):
            made["userEnteredValue"] = value
        return made

    def paint(self, drawn: Drawn) -> Paint:
        """Return what a cell is to look like. A telephone number leads nowhere, as Google does not link it."""
        target = self._target(drawn.value) if isinstance(drawn.value, Link) else ""
        return Paint(drawn.role, target, isinstance(drawn.value, Formula))

    def format(self, paint: Paint | str) -> CellFormat:
        """Return the format of a cell, or of a role; not to be changed. Raises KeyError for a role that is none."""
        role, target, formula = Paint(paint) if isinstance(paint, str) else paint
        if role not in self._formats:
            self._formats[role] = cell_format(self.look, role)
        made = self._formats[role]
        if formula and made.get("numberFormat", {}).get("type") == "TEXT":
            made = made.copy()
            del made["numberFormat"]  # in a cell of plain text a formula would stand as its text
        if target:
            made = made.copy()
            made["textFormat"] = {**made["textFormat"], "link": {"uri": target}}
        return made

    def _target(self, link: Link) -> str:
        if link.target.startswith("mailto:"):
            return link.target
        inside = _INTERNAL.fullmatch(link.target)
        return f"#gid={self._gids[inside[1]]}&range={inside[2]}" if inside and inside[1] in self._gids else ""


def check_holds(sheet: str, row: int, column: int, drawn: Drawn) -> None:
    """Raise BookError for a text that no cell of Google Sheets can hold (row from 1, column from 0)."""
    if not holds(drawn.value):
        raise BookError(
            f"{sheet}!{cell_ref(row, column)} cannot hold what the ledger has there; shorten it there."
        )
