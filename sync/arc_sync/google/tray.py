"""A spreadsheet to try things in, thrown away afterwards, and the few requests that trying takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from time import sleep
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from arc_sheets.cells import Formula
from arc_sync.google.api import Sheets

Held: TypeAlias = str | bool | int | Decimal | Formula | None
Request: TypeAlias = Mapping[str, Any]
#: Rows and columns from 0, the last ones excluded: top, bottom, left, right.
Box: TypeAlias = tuple[int, int, int, int]

TITLE: Final = "ARC check (may be deleted)"
ENTERED: Final = "userEnteredValue"
FIELDS: Final = (
    f"sheets(properties(sheetId,title,hidden),data(startRow,startColumn,rowData.values.{ENTERED}))"
)
_ROWS: Final = 1_000
_COLUMNS: Final = 10


@dataclass(slots=True)
class Tray:
    """One such spreadsheet, as one account sees it. Every method raises `Failed` or `SignInError`."""

    google: Sheets
    book: str  #: its id
    another: Callable[[], Sheets]  #: the same account once more, for another thread
    rounds: int  #: writes of each writer, where several write at once
    pause: Callable[[float], None] = sleep  #: seconds
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def sheet(self, rows: Sequence[Sequence[Held]]) -> int:
        """Add a sheet with these rows and return its id."""
        number = next(self._numbers)
        grid = {"rowCount": _ROWS, "columnCount": _COLUMNS}
        made = {"sheetId": number, "title": f"Check {number}", "gridProperties": grid}
        self.write({"addSheet": {"properties": made}}, put(number, 0, 0, rows))
        return number

    def write(self, *requests: Request) -> None:
        """Carry out requests, all or none."""
        self.google.batch_update(self.book, requests)

    def rows(self, sheet: int) -> list[list[Held]]:
        """Return what stands on a sheet."""
        told = self.google.read(self.book, [{"sheetId": sheet}], FIELDS)
        return next(cells(one) for one in told["sheets"] if one["properties"].get("sheetId", 0) == sheet)

    def column(self, sheet: int, column: int = 0) -> list[Held]:
        """Return what stands in a column of a sheet, without the blanks below."""
        found = [row[column] if column < len(row) else None for row in self.rows(sheet)]
        while found and found[-1] is None:
            found.pop()
        return found

    def drive(self, method: str, path: str, body: Request) -> dict[str, Any]:
        """Change something about a file in Drive."""
        address = f"{self.google.places.drive}/drive/v3/files/{path}"
        return self.google.transport.call(
            method, address, params={"fields": "id"}, json=body, again=method == "PATCH"
        )

    def throw_away(self, book: str) -> None:
        """Put a spreadsheet into the bin, from where a person can take it back for a month."""
        self.drive("PATCH", quote(book, safe=""), {"trashed": True})


@contextmanager
def tray(
    google: Sheets, another: Callable[[], Sheets], rounds: int, pause: Callable[[float], None] = sleep
) -> Iterator[Tray]:
    """Make a spreadsheet to try things in, and put it into the bin at the end."""
    made = Tray(google, google.create({"properties": {"title": TITLE}}), another, rounds, pause)
    try:
        yield made
    finally:
        made.throw_away(made.book)


def put(sheet: int, row: int, column: int, rows: Sequence[Sequence[Held]]) -> Request:
    """Write values, typed: a text stays one whatever it begins with."""
    lines = [{"values": [_cell(value) for value in line]} for line in rows]
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": lines, "fields": ENTERED}}


def copy(source: int, box: Box, target: int, there: Box) -> Request:
    """Copy what was entered, formulas as formulas."""
    places = {"source": area(source, box), "destination": area(target, there)}
    return {"copyPaste": {**places, "pasteType": "PASTE_FORMULA"}}


def area(sheet: int, box: Box) -> dict[str, int]:
    """Return a range as the API takes it."""
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return {"sheetId": sheet, **dict(zip(names, box, strict=True))}


def cells(sheet: Mapping[str, Any]) -> list[list[Held]]:
    """Return the cells of a sheet that was read, or of the part of it that was."""
    (data,) = sheet.get("data") or [{}]
    lines = [[_held(cell) for cell in line.get("values", ())] for line in data.get("rowData", ())]
    left = [None] * data.get("startColumn", 0)
    return [*([] for _ in range(data.get("startRow", 0))), *([*left, *line] for line in lines)]


def _cell(value: Held) -> dict[str, Any]:
    match value:
        case None:
            return {}
        case Formula():
            return {ENTERED: {"formulaValue": value.text}}
        case bool():
            return {ENTERED: {"boolValue": value}}
        case str():
            return {ENTERED: {"stringValue": value}}
        case _:
            return {ENTERED: {"numberValue": float(value)}}  # JSON has no other


def _held(cell: Mapping[str, Any]) -> Held:
    entered = cell.get(ENTERED, {})
    if "formulaValue" in entered:
        return Formula(str(entered["formulaValue"]))
    if "numberValue" in entered:
        return Decimal(entered["numberValue"])
    value: str | bool | None = entered.get("stringValue", entered.get("boolValue"))
    return value
