"""A person at a book that is open in an office program: types through xlwings, knowing nothing of ARC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal

import xlwings as xw

from arc_sheets.cells import CellValue, Formula
from arc_sheets.tab import Tab
from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.form import LABELS, LAST_ROW, PLACES
from arc_sync.books.hidden import read_hidden
from arc_sync.books.layout import SEAL, Layout, find, read_rows
from arc_sync.books.live import LiveBook
from arc_sync.books.live.asking import Asking, Patience
from arc_sync.books.live.cells import given
from arc_sync.books.live.workbook import OpenWorkbook
from arc_sync.books.overtyped import value_of
from arc_sync.books.port import Book
from arc_sync.merge.issues import ID
from arc_sync.xlsx import Formula as FileFormula
from arc_sync.xlsx.refs import Area, Place, area_ref, cell_ref

#: Nobody waits in tests.
HASTY = Patience(tries=3, seconds=0.0, sleep=lambda _: None)


class LiveHand:
    """A person at an open book; `unseen` keeps what they do apart from what ARC does."""

    def __init__(
        self, opened: xw.Book, unseen: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self.opened, self._unseen = opened, unseen
        self.book: Book = LiveBook("book.xlsx", "Excel", lambda: opened, HASTY)

    @contextmanager
    def looking(self) -> Iterator[OpenWorkbook]:
        """See the book as it stands now."""
        with self._unseen():
            yield OpenWorkbook(self.opened, Asking("book.xlsx", "Excel", HASTY))

    @contextmanager
    def _on(self, tab: Tab) -> Iterator[tuple[Layout, list[int]]]:
        with self.looking() as seen:
            layout = find(seen, tab)
            assert layout is not None
            yield layout, [row.at for row in read_rows(layout, date1904=False)]

    def _put(self, sheet: str, place: Place, value: CellValue) -> None:
        told = FileFormula(value.text) if isinstance(value, Formula) else value
        self.opened.sheets[sheet].range(cell_ref(*place)).value = given(told)

    def _shown(self, sheet: str, place: Place) -> CellValue:
        with self.looking() as seen:
            return value_of(seen, seen.sheet(sheet).cell(cell_ref(*place)))

    def type(self, tab: Tab, at: int, **cells: CellValue) -> None:
        with self._on(tab) as (layout, rows):
            for name, value in cells.items():
                self._put(layout.sheet.name, Place(rows[at], layout.places[name]), value)

    def add(self, tab: Tab, **cells: CellValue) -> None:
        with self._on(tab) as (layout, rows):
            row = max(rows, default=layout.header) + 1
            for name, value in cells.items():
                self._put(layout.sheet.name, Place(row, layout.places[name]), value)

    def own(self, tab: Tab, at: int, value: str) -> None:
        with self._on(tab) as (layout, rows):
            self._put(layout.sheet.name, Place(rows[at], _beside(layout)), value)

    def owned(self, tab: Tab) -> list[str]:
        with self._on(tab) as (layout, _):
            cells = [c for row in layout.sheet.rows() for c in row.cells if c.column == _beside(layout)]
            return [str(c.raw) for c in cells if c.raw is not None]

    def arrange(self, tab: Tab, order: Sequence[int], *, ids_too: bool = True) -> None:
        with self._on(tab) as (layout, rows):
            whole = {row.number: {c.column: c for c in row.cells} for row in layout.sheet.rows()}
            columns = {c for number in rows for c in whole[number]}
            columns -= set() if ids_too else {layout.places[ID], layout.places[SEAL]}
            places = [*rows, *range(rows[-1] + 1, rows[-1] + 1 + len(order))][: max(len(order), len(rows))]
            seen = OpenWorkbook(self.opened, Asking("book.xlsx", "Excel", HASTY))
            for at, number in enumerate(places):
                cells = whole[rows[order[at]]] if at < len(order) else {}
                for column in columns:
                    value = value_of(seen, cells[column]) if column in cells else None
                    self._put(layout.sheet.name, Place(number, column), value)

    def rename(self, tab: Tab, column: str, header: str) -> None:
        with self.looking() as seen:
            table = seen.sheet(tab.title).table(tab.title)
            at = [c.name for c in tab.columns].index(column) + 1
            self._put(tab.title, Place(table.area.top, table.area.left + at), header)

    def drop(self, tab: Tab, column: str) -> None:
        with self._on(tab) as (layout, _):
            gone, bottom = layout.places[column], layout.bottom + 50
            whole = Area(layout.header, gone, bottom, gone)
            self.opened.sheets[layout.sheet.name].range(area_ref(whole)).delete("left")

    def lose(self, tab: Tab) -> None:
        with self._unseen():
            sheet = self.opened.sheets[tab.title]
            sheet.tables[tab.title].name = "Lost"
            sheet.name = "Lost"

    def pick(self, line: str, choice: str) -> None:
        with self._on(ISSUES) as (layout, _):
            self._put(ISSUES.title, Place(layout.rows[line], layout.places["choice"]), choice)

    def pick_customer(self, name: str) -> None:
        with self._unseen():
            self._put("Account", PICKER, name)

    def fill(self, block: str, **cells: CellValue) -> None:
        with self._unseen():
            for name, value in cells.items():
                self._put("Account", PLACES[block, name], value)

    def entry(self, block: str, name: str) -> CellValue:
        return self._shown("Account", PLACES[block, name])

    def age(self) -> None:
        with self.looking() as seen:
            rows = read_hidden(seen).rows
            self._put("_ARC", Place(rows["form"], 1), None)
            self._put("_ARC", Place(rows["area Account"], 1), "B1:I7")
            for row in range(1, LAST_ROW + 1):
                self._put("Account", Place(row, LABELS), None)

    def scribble(self, sheet: str, cell: str, text: str) -> None:
        with self._unseen():
            self.opened.sheets[sheet].range(cell).value = f"'{text}"

    def sees(self, sheet: str, cell: str) -> CellValue:
        with self.looking() as seen:
            found = seen.sheet(sheet).cell(cell)
        if found.formula is not None:
            return Formula(found.formula)
        return Decimal(found.raw) if found.type == "n" and found.raw else found.raw


def _beside(layout: Layout) -> int:
    return max(layout.places.values()) + 2
