"""The form's entry cells in a spreadsheet: read where their labels stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from arc_sheets import dates
from arc_sheets.cells import CellValue
from arc_sheets.tab import Kind
from arc_sync.books.form import BLOCKS, LABELS
from arc_sync.books.google.reading import Grid, Raw


def read_entries(grid: Grid | None) -> Mapping[tuple[str, str], CellValue]:
    """Return the filled entry cells by block and field; one whose label was moved or typed over is not read."""
    return dict(_filled(grid)) if grid else {}


def _filled(grid: Grid) -> Iterator[tuple[tuple[str, str], CellValue]]:
    for block in BLOCKS:
        for one, (row, column) in block.places():
            value = grid.at(row - 1, column)
            if value is not None and grid.at(row - 1, LABELS) == one.column.header:
                yield (block.name, one.column.name), _value(value, one.column.kind)


def _value(raw: Raw, kind: Kind) -> CellValue:
    """Return what a person sees: a number where a day is asked for is one."""
    if kind is not Kind.DATE or not isinstance(raw, Decimal):
        return raw
    try:
        return dates.from_serial(float(raw)).date()
    except dates.NotADate:
        return raw
