"""A book in the emulator, as tests make and read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from arc_sync.books.contents import Contents
from arc_sync.books.google.create import Sender, batches, create
from arc_sync.books.google.shapes import Request
from arc_sync.books.google.sheets import SHEET_IDS, SHEETS, Setting
from arc_sync.books.look import Look, read_look
from arc_sync.xlsx.refs import Place
from tests.emulators.google import GoogleEmulator

Json = dict[str, Any]
SETTING = Setting("en_GB", "Europe/Berlin")


_CELL = "userEnteredValue,effectiveValue,userEnteredFormat,dataValidation"
_SHEET = "properties,merges,charts,conditionalFormats,protectedRanges,basicFilter"
_DATA = f"data(rowData.values({_CELL}),rowMetadata(pixelSize,hiddenByUser),columnMetadata(pixelSize,hiddenByUser))"
_READ = f"spreadsheetId,properties(locale,timeZone),namedRanges,sheets({_SHEET},{_DATA})"


class Wire:
    """Carries requests to an emulator, and remembers them."""

    def __init__(self, google: GoogleEmulator) -> None:
        self._session = google.session()
        self.sent: list[Sequence[Request]] = []

    def create(self, spreadsheet: Mapping[str, Any], /) -> str:
        """Make a spreadsheet; return its id."""
        return str(self._call("POST", "", json=dict(spreadsheet))["spreadsheetId"])

    def batch_update(self, book: str, requests: Sequence[Request], /) -> object:
        """Carry out requests, all or none."""
        self.sent.append(requests)
        return self._call("POST", f"/{book}:batchUpdate", json={"requests": list(requests)})

    def read(self, book: str, rows: int = 1_000, titles: Sequence[str] = SHEETS) -> Json:
        """Return the spreadsheet: of some sheets all that ARC writes, of the cells down to a row."""
        ranges = [f"'{title}'!1:{rows}" for title in titles]
        return self._call("GET", f"/{book}", params={"fields": _READ, "ranges": ranges})

    def _call(self, method: str, path: str, **how: Any) -> Json:
        answer = self._session.request(method, f"https://sheets.googleapis.com/v4/spreadsheets{path}", **how)
        assert answer.ok, answer.text
        return dict(answer.json())


def made(wire: Sender, contents: Contents, look: Look | None = None) -> str:
    """Make a book of these contents; return its id."""
    return create(wire, "Receivables", contents, SETTING, look or read_look())


def sheet_of(book: Json, title: str) -> Json:
    """Return a sheet of a spreadsheet that was read."""
    return next(dict(one) for one in book["sheets"] if one["properties"]["title"] == title)


def cells_of(sheet: Json) -> dict[Place, Json]:
    """Return the cells of a sheet that hold anything, a value or a look."""
    rows = sheet["data"][0].get("rowData", [])
    lines = ((row, line.get("values", [])) for row, line in enumerate(rows, 1))
    return {Place(row, column): cell for row, line in lines for column, cell in enumerate(line) if cell}


def hex_of(style: Json) -> str:
    """Return a colour that was read: "#1F4E79"."""
    parts = (round(255 * style["rgbColor"].get(name, 0)) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{part:02X}" for part in parts)


def entered(cell: Json) -> object:
    """Return what was written into a cell: a number exactly enough to compare, a formula with commas."""
    value = cell.get("userEnteredValue", {})
    if "formulaValue" in value:
        return value["formulaValue"].replace(";", ",")
    if "numberValue" in value:
        return Decimal(f"{value['numberValue']:.12g}")
    return next(iter(value.values()), None)


def lines_of(book: Json) -> dict[str, str]:
    """Return names and values on `_ARC`."""
    cells = cells_of(sheet_of(book, "_ARC"))
    named = {
        at.row: entered(cell) for at, cell in cells.items() if at.column == 0 and "userEnteredValue" in cell
    }
    return {str(name): str(entered(cells.get(Place(at, 1), {})) or "") for at, name in named.items()}


def requests_of(contents: Contents) -> list[Request]:
    """Return all requests that fill a new book of these contents."""
    return [one for batch in batches(contents, "abc", SHEET_IDS, read_look()) for one in batch]


def of_kind(kind: str, requests: Sequence[Request]) -> list[Any]:
    """Return what the requests of one kind take."""
    return [one[kind] for one in requests if kind in one]
