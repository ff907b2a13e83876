"""The accountant's hand: types into the workbook file as a person does in Excel, knowing nothing of ARC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.account import SHEET as ACCOUNT
from arc_sync.books.form import PLACES
from arc_sync.xlsx import Package, Sheet, Table
from arc_sync.xlsx.refs import cell_ref


class Typist(Protocol):
    """Somebody at the workbook; nothing counts before it is saved."""

    def type(self, tab: str, key: str, header: str, value: str | Decimal | date | None) -> str:
        """Type over a cell of the first row that shows `key` anywhere; return the cell, such as H12."""

    def add(self, tab: str, values: Mapping[str, str | Decimal | date]) -> int:
        """Type a new row right below the others; return its number."""

    def pick(self, customer: str) -> None:
        """Pick a customer on the Account tab."""

    def fill(self, block: str, **values: str | Decimal | date) -> None:
        """Fill entry cells of a block of the form on Account."""

    def save(self) -> None:
        """Save the workbook."""


class Hand:
    """Opens a workbook, types, and saves."""

    def __init__(self, path: Path) -> None:
        self._package = Package(path)

    def type(self, tab: str, key: str, header: str, value: str | Decimal | date | None) -> str:
        """Type over a cell of the first row that shows `key` anywhere; return the cell, such as H12."""
        sheet = self._package.sheet(tab)
        table = sheet.table(tab)
        row = next(r.number for r in sheet.rows() if r.number >= table.first_row and _shows(r.cells, key))
        ref = cell_ref(row, _column(table, header))
        sheet.set(ref, value)
        return ref

    def add(self, tab: str, values: Mapping[str, str | Decimal | date]) -> int:
        """Type a new row right below the table; return its number."""
        sheet = self._package.sheet(tab)
        table, row = sheet.table(tab), _below(sheet, tab)
        for header, value in values.items():
            sheet.set(cell_ref(row, _column(table, header)), value)
        return row

    def pick(self, customer: str) -> None:
        """Pick a customer on the Account tab."""
        self._package.sheet(ACCOUNT).set(cell_ref(*PICKER), customer)

    def fill(self, block: str, **values: str | Decimal | date) -> None:
        """Fill entry cells of a block of the form on Account, named as `books.form` declares them."""
        for name, value in values.items():
            self._package.sheet(ACCOUNT).set(cell_ref(*PLACES[block, name]), value)

    def save(self) -> None:
        """Save the workbook."""
        self._package.save()


def _below(sheet: Sheet, tab: str) -> int:
    """Return the first row below the table."""
    return sheet.table(tab).last_row + 1


def _column(table: Table, header: str) -> int:
    return table.area.left + table.headers.index(header)


def _shows(cells: object, key: str) -> bool:
    return isinstance(cells, list | tuple) and any(cell.raw == key for cell in cells)
