"""What a person does to a book with mouse and keys, in memory and in a file; ARC knows nothing of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from arc_sheets.cells import CellValue
from arc_sheets.cells import Formula as CellFormula
from arc_sheets.tab import Tab
from arc_sheets.tabs import RECORD_TABS
from arc_sync.books.contents import Meta
from arc_sync.books.create import create
from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Link
from arc_sync.books.file import FileBook
from arc_sync.books.form import LABELS, LAST_ROW, PLACES, State
from arc_sync.books.hidden import read_hidden, write_hidden
from arc_sync.books.layout import SEAL, Layout, find, read_rows
from arc_sync.books.memory import MemoryBook, MemoryRow
from arc_sync.books.overtyped import value_of
from arc_sync.books.port import Book
from arc_sync.books.seals import Typed
from arc_sync.merge.issues import ID
from arc_sync.xlsx import Cell, Formula, Package, Value
from arc_sync.xlsx.refs import cell_ref, parse_ref
from tests.sample_contents import empty

LEDGER, BOOK = "a-ledger", "a-book"


class Hand(Protocol):
    """A person at a book. Rows count from 0, as the book shows them; cells are named by ARC's columns."""

    book: Book

    def type(self, tab: Tab, at: int, **cells: CellValue) -> None:
        """Type into cells of a row."""

    def add(self, tab: Tab, **cells: CellValue) -> None:
        """Type a row right below the last one."""

    def own(self, tab: Tab, at: int, value: str) -> None:
        """Write something in a column of one's own."""

    def owned(self, tab: Tab) -> list[str]:
        """Return what stands in one's own column, from top to bottom, blanks left out."""

    def arrange(self, tab: Tab, order: Sequence[int], *, ids_too: bool = True) -> None:
        """Put rows in another order, leave some out (deleted) or repeat some (copied)."""

    def rename(self, tab: Tab, column: str, header: str) -> None:
        """Type over a header; the column's own header gives it back."""

    def drop(self, tab: Tab, column: str) -> None:
        """Delete a whole column."""

    def lose(self, tab: Tab) -> None:
        """Let a tab be gone: sheet and table have other names."""

    def pick(self, line: str, choice: str) -> None:
        """Pick a choice on the Issues tab."""

    def pick_customer(self, name: str) -> None:
        """Pick a customer on Account."""

    def fill(self, block: str, **cells: CellValue) -> None:
        """Type into entry cells of a block of the form on Account, by field."""

    def entry(self, block: str, name: str) -> CellValue:
        """Return what an entry cell shows."""

    def age(self) -> None:
        """Let the book be one that was made before there was a form."""

    def scribble(self, sheet: str, cell: str, text: str) -> None:
        """Type on a report, or among the issues."""

    def sees(self, sheet: str, cell: str) -> CellValue:
        """Return what a report's cell shows."""


class MemoryHand:
    """A person at a `MemoryBook`."""

    def __init__(self) -> None:
        self.memory = MemoryBook(LEDGER, BOOK, RECORD_TABS)
        self.book: Book = self.memory
        self._headers: dict[tuple[str, str], str] = {}

    def type(self, tab: Tab, at: int, **cells: CellValue) -> None:
        self.memory.sheets[tab.name].rows[at].cells |= cells

    def add(self, tab: Tab, **cells: CellValue) -> None:
        self.memory.sheets[tab.name].rows.append(MemoryRow(cells=dict(cells)))

    def own(self, tab: Tab, at: int, value: str) -> None:
        self.memory.sheets[tab.name].rows[at].own = value

    def owned(self, tab: Tab) -> list[str]:
        return [str(row.own) for row in self.memory.sheets[tab.name].rows if row.own is not None]

    def arrange(self, tab: Tab, order: Sequence[int], *, ids_too: bool = True) -> None:
        sheet = self.memory.sheets[tab.name]
        old = sheet.rows
        sheet.rows = [replace(old[n], cells=dict(old[n].cells)) for n in order]
        if not ids_too:
            for row, before in zip(sheet.rows, old, strict=True):
                row.id, row.seal = before.id, before.seal

    def rename(self, tab: Tab, column: str, header: str) -> None:
        there = self.memory.sheets[tab.name].columns
        (there.add if header == tab.column(column).header else there.discard)(column)

    def drop(self, tab: Tab, column: str) -> None:
        sheet = self.memory.sheets[tab.name]
        sheet.columns.discard(column)
        for row in sheet.rows:
            row.cells.pop(column, None)

    def lose(self, tab: Tab) -> None:
        del self.memory.sheets[tab.name]

    def pick(self, line: str, choice: str) -> None:
        lines = self.memory.lines
        self.memory.lines = [x._replace(choice=choice) if x.id == line else x for x in lines]

    def pick_customer(self, name: str) -> None:
        self.memory.customer = name

    def fill(self, block: str, **cells: CellValue) -> None:
        self.memory.entries |= {(block, name): value for name, value in cells.items()}

    def entry(self, block: str, name: str) -> CellValue:
        return self.memory.entries.get((block, name))

    def age(self) -> None:
        self.memory.form = State()

    def scribble(self, sheet: str, cell: str, text: str) -> None:
        self.memory.typed.setdefault(sheet, []).append(Typed(cell, text))

    def sees(self, sheet: str, cell: str) -> CellValue:
        for typed in self.memory.typed.get(sheet, ()):
            if typed.cell == cell:
                return typed.text
        drawn = self.memory.drawings[sheet].cells.get(parse_ref(cell))
        shown = drawn.value if drawn else None
        return shown.text if isinstance(shown, Link) else shown


class FileHand:
    """A person at a workbook file, whose program leaves everything as it is but what was typed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book: Book = FileBook(path)

    @contextmanager
    def saving(self) -> Iterator[Package]:
        """Open the file and save it."""
        package = Package(self.path)
        yield package
        package.save(backup=None)

    @contextmanager
    def _on(self, tab: Tab) -> Iterator[tuple[Layout, list[int]]]:
        """Find a tab and the numbers of its rows."""
        with self.saving() as package:
            layout = find(package, tab)
            assert layout is not None
            yield layout, [row.at for row in read_rows(layout, date1904=package.date1904)]

    def type(self, tab: Tab, at: int, **cells: CellValue) -> None:
        with self._on(tab) as (layout, rows):
            for name, value in cells.items():
                layout.sheet.set(cell_ref(rows[at], layout.places[name]), _typed(value))

    def add(self, tab: Tab, **cells: CellValue) -> None:
        with self._on(tab) as (layout, rows):
            row = max(rows, default=layout.header) + 1
            for name, value in cells.items():
                layout.sheet.set(cell_ref(row, layout.places[name]), _typed(value))

    def own(self, tab: Tab, at: int, value: str) -> None:
        with self._on(tab) as (layout, rows):
            layout.sheet.set(cell_ref(rows[at], _beside(layout)), value)

    def owned(self, tab: Tab) -> list[str]:
        with self._on(tab) as (layout, _):
            cells = [c for row in layout.sheet.rows() for c in row.cells if c.column == _beside(layout)]
            return [str(c.raw) for c in cells if c.raw is not None]

    def arrange(self, tab: Tab, order: Sequence[int], *, ids_too: bool = True) -> None:
        with self._on(tab) as (layout, rows):
            whole = {row.number: {c.column: c for c in row.cells} for row in layout.sheet.rows()}
            hidden = {layout.places[ID], layout.places[SEAL]}
            columns = {c for number in rows for c in whole[number]}
            for place, n in enumerate(order):
                for column in columns if ids_too else columns - hidden:
                    cell = whole[rows[n]].get(column)
                    number = rows[place] if place < len(rows) else rows[-1] + place - len(rows) + 1
                    layout.sheet.set(cell_ref(number, column), _value(cell))
            for number in rows[len(order) :]:
                for column in columns:
                    layout.sheet.set(cell_ref(number, column), None)

    def rename(self, tab: Tab, column: str, header: str) -> None:
        with self.saving() as package:
            table = package.sheet(tab.title).table(tab.title)
            at = [*(c.name for c in tab.columns)].index(column) + 1
            package.sheet(tab.title).set(cell_ref(table.area.top, table.area.left + at), header)

    def drop(self, tab: Tab, column: str) -> None:
        with self._on(tab) as (layout, _):
            gone, last = layout.places[column], max(layout.places.values())
            whole = {row.number: {c.column: c for c in row.cells} for row in layout.sheet.rows()}
        with self.saving() as package:
            table = package.sheet(tab.title).table(tab.title)
            narrow = replace(table, area=table.area._replace(right=table.area.right - 1))
            xml = re.sub(
                rb'<tableColumn [^>]*name="%b"/>' % _header(tab, column), b"", package.part(table.part)
            )
            xml = xml.replace(b'count="%d"' % len(table.columns), b'count="%d"' % (len(table.columns) - 1))
            package.put(table.part, xml.replace(f'"{table.ref}"'.encode(), f'"{narrow.ref}"'.encode()))
        with self.saving() as package:
            for number, cells in whole.items():
                for place in range(gone, last + 1) if number >= layout.header else ():
                    package.sheet(tab.title).set(cell_ref(number, place), _value(cells.get(place + 1)))

    def lose(self, tab: Tab) -> None:
        with self.saving() as package:
            table = package.sheet(tab.title).table(tab.title)
            package.put(
                table.part, package.part(table.part).replace(b'ame="%b"' % tab.title.encode(), b'ame="Lost"')
            )
            part = package.workbook_part
            package.put(part, package.part(part).replace(b'name="%b"' % tab.title.encode(), b'name="Lost"'))

    def pick(self, line: str, choice: str) -> None:
        with self._on(ISSUES) as (layout, _):
            layout.sheet.set(cell_ref(layout.rows[line], layout.places["choice"]), choice)

    def pick_customer(self, name: str) -> None:
        self.scribble("Account", cell_ref(*PICKER), name)

    def fill(self, block: str, **cells: CellValue) -> None:
        with self.saving() as package:
            for name, value in cells.items():
                package.sheet("Account").set(cell_ref(*PLACES[block, name]), _typed(value))

    def entry(self, block: str, name: str) -> CellValue:
        package = Package(self.path)
        return value_of(package, package.sheet("Account").cell(cell_ref(*PLACES[block, name])))

    def age(self) -> None:
        with self.saving() as package:
            write_hidden(package, read_hidden(package), {"form": "", "area Account": "B1:I7"})
            for row in range(1, LAST_ROW + 1):
                package.sheet("Account").set(cell_ref(row, LABELS), None)

    def scribble(self, sheet: str, cell: str, text: str) -> None:
        with self.saving() as package:
            package.sheet(sheet).set(cell, text)

    def sees(self, sheet: str, cell: str) -> CellValue:
        found = Package(self.path).sheet(sheet).cell(cell)
        if found.formula is not None:
            return CellFormula(found.formula)
        return Decimal(found.raw) if found.type == "n" and found.raw else found.raw


def new_file(folder: Path) -> Path:
    """Write an empty book that knows no change yet."""
    path = folder / "book.xlsx"
    create(path, replace(empty(), meta=Meta(LEDGER, BOOK, 0, "", 0)))
    return path


def file_hand(template: Path, folder: Path) -> FileHand:
    """Return a person at a copy of the template."""
    return FileHand(Path(shutil.copy(template, folder / "book.xlsx")))


def _header(tab: Tab, column: str) -> bytes:
    """Return a column's header as a table part has it."""
    return tab.column(column).header.encode()


def _beside(layout: Layout) -> int:
    return max(layout.places.values()) + 2


def _typed(value: CellValue) -> Value:
    return Formula(value.text) if isinstance(value, CellFormula) else value


def _value(cell: Cell | None) -> Value:
    if cell is None:
        return None
    if cell.formula is not None:
        return Formula(cell.formula)
    if cell.type == "n" and cell.raw is not None:
        return Decimal(cell.raw)
    return cell.raw == "1" if cell.type == "b" else cell.raw
