"""What layouts, reading and writing need of a workbook, be it a closed file or one that is open on the desktop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from arc_sync.xlsx import Cell, Row, Table, Value
from arc_sync.xlsx.refs import Area
from arc_sync.xlsx.splice import Edit


class Dates(Protocol):
    """Tells which styles show dates."""

    def is_date(self, style: int) -> bool:
        """Say whether cells of that style show dates."""


class Worksheet(Protocol):
    """One sheet; `arc_sync.xlsx.Sheet` says what each method does. Edits are gathered until the workbook writes."""

    @property
    def name(self) -> str:
        """Its title."""

    @property
    def tables(self) -> Sequence[Table]:
        """Its tables, as they will be once the edits are written."""

    def rows(self) -> Iterator[Row]:
        """Read all rows, top to bottom."""

    def cells(self, refs: Iterable[str]) -> dict[str, Cell]:
        """Read a few cells."""

    def cell(self, ref: str) -> Cell:
        """Read one cell."""

    def table(self, name: str) -> Table:
        """Look up a table; raises `Refused`."""

    def set(self, ref: str, value: Value, style: int | None = None) -> None:
        """Put a value into a cell; style None keeps the cell's own."""

    def put(self, row: int, column: int, edit: Edit) -> None:
        """Note an edit: row from 1, column from 0."""

    def append_rows(self, table_name: str, rows: Sequence[Sequence[Value]]) -> list[int]:
        """Make room below a table's last row; returns the row numbers."""

    def resize_table(self, name: str, last_row: int) -> Table:
        """Let a table's data end at `last_row`."""

    def place_table(self, name: str, area: Area, headers: Sequence[str]) -> Table:
        """Let a report's table stand where its rows are written, with columns of these headers."""

    def set_height(self, row: int, points: float) -> None:
        """Give a row a height of its own."""

    def set_hyperlink(self, ref: str, target: str) -> None:
        """Make a cell a link; "" takes it off."""


class Workbook(Protocol):
    """A workbook with its sheets by name."""

    @property
    def path(self) -> Path:
        """Its file; of a book that is open from the cloud, its name alone."""

    @property
    def date1904(self) -> bool:
        """Whether its dates count from 1904."""

    @property
    def styles(self) -> Dates:
        """Which styles show dates."""

    @property
    def sheet_names(self) -> Sequence[str]:
        """The sheets' names, in their order."""

    def sheet(self, name: str) -> Worksheet:
        """Look up a sheet; raises `Refused` for one that has no cells."""
