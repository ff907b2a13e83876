"""What a person does to a book in Google Sheets with mouse and keys; at the emulator, beside all calls and quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from gspread.http_client import HTTPClient

from arc_sheets.cells import CellValue, Formula
from arc_sheets.tab import Tab
from arc_sync.books.contents import Meta
from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.form import LABELS, LAST_ROW, PLACES
from arc_sync.books.google.book import GoogleBook
from arc_sync.books.google.create import create
from arc_sync.books.google.layout import STAMP, Layout, find, read_rows
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.books.google.shapes import extended
from arc_sync.books.google.sheets import Setting
from arc_sync.books.layout import SEAL
from arc_sync.books.look import read_look
from arc_sync.books.port import Book
from arc_sync.google.api import Places, Sheets
from arc_sync.google.patience import Patience
from arc_sync.google.transport import Transport
from arc_sync.merge.issues import ID
from arc_sync.xlsx.refs import Place, cell_ref, letters, parse_ref
from tests.emulators.google import GoogleEmulator, Person
from tests.hands import BOOK, LEDGER
from tests.sample_contents import empty

HERE = Setting("en_GB", "Europe/Berlin")


def spoken(session: requests.Session) -> HTTPClient:
    """Return gspread's client over a session that is signed in already."""
    return HTTPClient(AnonymousCredentials(), session)  # type: ignore[no-untyped-call]  # google-auth's is


def client(google: GoogleEmulator, *, user: str = "") -> Sheets:
    """Return Google as the emulator's person sees it, with no time to waste."""
    session = google.session(user or google.person_email)
    return Sheets(
        Transport(spoken(session), Patience(first=0.0)), "anna@example.com", Places.under(google.url)
    )


def new_spreadsheet(sheets: Sheets) -> str:
    """Make an empty book that knows no change yet, with few blank rows: they cost the emulator time."""
    contents = replace(empty(), meta=Meta(LEDGER, BOOK, 0, "", 0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("arc_sync.books.google.sheets._SPARE_ROWS", 8)
        return create(sheets, "Receivables", contents, HERE, read_look())


class GoogleHand:
    """A person at a spreadsheet."""

    def __init__(self, google: GoogleEmulator, sheets: Sheets, spreadsheet: str) -> None:
        self.google, self.sheets, self.spreadsheet = google, sheets, spreadsheet
        self.book: Book = GoogleBook(sheets, spreadsheet)
        self.person: Person = google.person_at(spreadsheet)

    # -- looking ---------------------------------------------------------------------------------------

    def grid(self, title: str) -> Grid:
        """Return a sheet as it stands."""
        return grid_of(self.person, title)

    def layout(self, tab: Tab) -> Layout:
        found = find(self.grid(tab.title), tab)
        assert found is not None
        return found

    def _rows(self, layout: Layout) -> list[int]:
        return [row.at for row in read_rows(layout)]

    def put(self, title: str, row: int, column: int, *values: CellValue) -> None:
        """Let cells side by side hold values, without any parsing."""
        put(self.person, title, row, column, *values)

    # -- a hand ----------------------------------------------------------------------------------------

    def type(self, tab: Tab, at: int, **cells: CellValue) -> None:
        layout = self.layout(tab)
        for name, value in cells.items():
            self.put(tab.title, self._rows(layout)[at], layout.places[name], value)

    def add(self, tab: Tab, **cells: CellValue) -> None:
        layout = self.layout(tab)
        for name, value in cells.items():
            self.put(tab.title, layout.last + 1, layout.places[name], value)

    def own(self, tab: Tab, at: int, value: str) -> None:
        layout = self.layout(tab)
        self.put(tab.title, self._rows(layout)[at], _beside(layout), value)

    def owned(self, tab: Tab) -> list[str]:
        layout = self.layout(tab)
        found = (layout.grid.at(n, _beside(layout)) for n in range(layout.header, len(layout.grid.rows)))
        return [str(value) for value in found if value is not None]

    def arrange(self, tab: Tab, order: Sequence[int], *, ids_too: bool = True) -> None:
        layout = self.layout(tab)
        rows = self._rows(layout)
        fixed = set() if ids_too else {layout.places[n] for n in (ID, SEAL, STAMP) if n in layout.places}
        width = max(map(len, layout.grid.rows))
        whole = [[layout.grid.at(n, c) for c in range(width)] for n in rows]
        for place in range(max(len(order), len(rows))):
            number = rows[place] if place < len(rows) else rows[-1] + place - len(rows) + 1
            new: list[Raw] = whole[order[place]] if place < len(order) else [None] * width
            old = layout.grid.row(number)
            cells = [old[c] if c in fixed and c < len(old) else v for c, v in enumerate(new)]
            self.put(tab.title, number, 0, *cells)

    def rename(self, tab: Tab, column: str, header: str) -> None:
        layout = self.layout(tab)
        at = [*(c.name for c in tab.columns)].index(column) + 1
        self.put(tab.title, layout.header, at, header)

    def drop(self, tab: Tab, column: str) -> None:
        self.person.delete_columns(tab.title, letters(self.layout(tab).places[column]))

    def lose(self, tab: Tab) -> None:
        self.person.delete_tab(tab.title)

    def pick(self, line: str, choice: str) -> None:
        layout = self.layout(ISSUES)
        self.put(ISSUES.title, layout.rows[line], layout.places["choice"], choice)

    def pick_customer(self, name: str) -> None:
        self.scribble("Account", cell_ref(*PICKER), name)

    def fill(self, block: str, **cells: CellValue) -> None:
        for name, value in cells.items():
            row, column = PLACES[block, name]
            self.put("Account", row - 1, column, value)

    def entry(self, block: str, name: str) -> CellValue:
        row, column = PLACES[block, name]
        return self.grid("Account").at(row - 1, column)

    def age(self) -> None:
        grid = self.grid("_ARC")
        for number in range(len(grid.rows)):
            if grid.at(number, 0) == "form":
                self.put("_ARC", number, 1, None)
            elif grid.at(number, 0) == "area Account":
                self.put("_ARC", number, 1, "B1:I7")
        for row in range(LAST_ROW):
            self.put("Account", row, LABELS, None)

    def scribble(self, sheet: str, cell: str, text: str) -> None:
        place = parse_ref(cell)
        self.put(sheet, place.row - 1, place.column, text)

    def sees(self, sheet: str, cell: str) -> CellValue:
        place = parse_ref(cell)
        return self.grid(sheet).at(place.row - 1, place.column)


def grid_of(person: Person, title: str) -> Grid:
    """Return a sheet of the emulator's as it stands."""
    with person.world.lock:
        sheet = person.sheet(title)
        grid = Grid(sheet.sheet_id, [], sheet.row_count, sheet.column_count, title=title)
        for number, row in sheet.filled(0, sheet.row_count):
            for column, cell in row.items():
                value = _raw(cell)
                if value is not None:
                    grid.put(number, column, value)
        return grid


def put(person: Person, title: str, row: int, column: int, *values: CellValue) -> None:
    """Let cells side by side hold values, without any parsing."""
    cells: list[dict[str, Any]] = [{"userEnteredValue": extended(v)} if v is not None else {} for v in values]
    start = {"sheetId": person.sheet(title).sheet_id, "rowIndex": row, "columnIndex": column}
    person.do({"updateCells": {"start": start, "rows": [{"values": cells}], "fields": "userEnteredValue"}})


def _raw(cell: Any) -> Raw:
    if cell.formula is not None:
        return Formula(cell.formula.removeprefix("="))
    if isinstance(cell.value, bool) or cell.value is None:
        return cell.value
    return Decimal(str(cell.value)) if isinstance(cell.value, int | float) else str(cell.value) or None


def _beside(layout: Layout) -> int:
    return max(layout.places.values()) + 2


def place_of(cell: str) -> Place:
    """Return a cell's place."""
    return parse_ref(cell)
