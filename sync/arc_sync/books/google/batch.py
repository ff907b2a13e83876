"""The requests of a `batchUpdate` that ARC makes, one function each; rows from 1, columns from 0, as everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from arc_sync.books.drawing import Rule
from arc_sync.books.google.look import pixels, rule_format
from arc_sync.books.google.shapes import CellFormat, GridRange, Request, RowData, grid, locale_free
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import LAST_ROW, Area, Place, parse_area


def put_cells(sheet: int, at: Place, rows: Sequence[RowData], fields: str) -> Request:
    """Write cells from `at` to the right and down; `fields` of a cell that is not given are cleared."""
    start = {"sheetId": sheet, "rowIndex": at.row - 1, "columnIndex": at.column}
    return {"updateCells": {"start": start, "rows": list(rows), "fields": fields}}


def clear_cells(sheet: int, area: Area, fields: str) -> Request:
    """Clear `fields` of all cells of an area."""
    return {"updateCells": {"range": grid(sheet, area), "fields": fields}}


def format_cells(
    sheet: int, area: Area, format_: CellFormat | Mapping[str, Any], fields: str = "userEnteredFormat"
) -> Request:
    """Give all cells of an area one format."""
    cell = {"userEnteredFormat": format_}
    return {"repeatCell": {"range": grid(sheet, area), "cell": cell, "fields": fields}}


def set_size(sheet: int, dimension: str, first: int, end: int | None, size: int) -> Request:
    """Give rows or columns (counted from 0, `end` exclusive, None: all that follow) a size in pixels."""
    return _dimension(sheet, dimension, first, end, {"pixelSize": size})


def hide_column(sheet: int, column: int) -> Request:
    """Hide a column."""
    return _dimension(sheet, "COLUMNS", column, column + 1, {"hiddenByUser": True})


def _dimension(sheet: int, dimension: str, first: int, end: int | None, told: dict[str, Any]) -> Request:
    range_: dict[str, Any] = {"sheetId": sheet, "dimension": dimension, "startIndex": first}
    if end is not None:
        range_["endIndex"] = end
    return {"updateDimensionProperties": {"range": range_, "properties": told, "fields": ",".join(told)}}


def set_heights(sheet: int, heights: Iterable[tuple[int, float]]) -> Iterator[Request]:
    """Give rows their heights in points, one request for rows that follow each other with the same."""
    first = last = 0
    size = -1
    for row, points in heights:
        if row == last + 1 and pixels(points) == size:
            last = row
            continue
        if size >= 0:
            yield set_size(sheet, "ROWS", first - 1, last, size)
        first, last, size = row, row, pixels(points)
    if size >= 0:
        yield set_size(sheet, "ROWS", first - 1, last, size)


def lengthen(sheet: int, dimension: str, many: int) -> Request:
    """Add rows or columns at a sheet's end."""
    return {"appendDimension": {"sheetId": sheet, "dimension": dimension, "length": many}}


def insert_row(sheet: int, row: int) -> Request:
    """Insert a blank row (counted from 1) that looks like the one below it."""
    range_ = {"sheetId": sheet, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
    return {"insertDimension": {"range": range_, "inheritFromBefore": False}}


def rename_sheet(sheet: int, title: str) -> Request:
    """Give a sheet a title."""
    return {"updateSheetProperties": {"properties": {"sheetId": sheet, "title": title}, "fields": "title"}}


def merge(sheet: int, area: Area) -> Request:
    """Make one cell of an area."""
    return {"mergeCells": {"range": grid(sheet, area), "mergeType": "MERGE_ALL"}}


def add_rule(sheet: int, rule: Rule, look: Look, index: int) -> Request:
    """Add a conditional format; the lower index wins, as the first one does in the file."""
    condition = {
        "type": "CUSTOM_FORMULA",
        "values": [{"userEnteredValue": locale_free(rule.formula)}],
    }
    told = {
        "ranges": [grid(sheet, parse_area(rule.area))],
        "booleanRule": {"condition": condition, "format": rule_format(look, rule.role)},
    }
    return {"addConditionalFormatRule": {"rule": told, "index": index}}


def set_filter(sheet: int, area: Area) -> Request:
    """Put filter buttons on the first row of an area."""
    return {"setBasicFilter": {"filter": {"range": grid(sheet, area)}}}


def warn(range_: GridRange, why: str, but: Sequence[GridRange] = ()) -> Request:
    """Let Google ask before somebody types there. It stops nobody, and no program."""
    told: dict[str, Any] = {"range": range_, "description": why, "warningOnly": True}
    if but:
        told["unprotectedRanges"] = list(but)
    return {"addProtectedRange": {"protectedRange": told}}


def name_range(name: str, range_: GridRange) -> Request:
    """Give a range a name."""
    return {"addNamedRange": {"namedRange": {"name": name, "range": range_}}}


def down(first: int, left: int, right: int) -> Area:
    """Return the area from row `first` to the sheet's end."""
    return Area(first, left, LAST_ROW, right)
