"""spreadsheets.values: reading, writing, appending and clearing plain values.

Source: https://developers.google.com/workspace/sheets/api/guides/values and the reference of ValueRange.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.emulators.google import formats
from tests.emulators.google.a1 import Area, Box, column_name
from tests.emulators.google.cells import Cell, Failure, Value, check_length, is_number, tidy
from tests.emulators.google.dimensions import insert
from tests.emulators.google.errors import Json, invalid
from tests.emulators.google.formulas import Reader
from tests.emulators.google.state import Contents, Row, Sheet
from tests.emulators.google.tables import last_table
from tests.emulators.google.typed import typed


@dataclass(frozen=True)
class Rendering:
    """How a read shows values: ValueRenderOption, DateTimeRenderOption and Dimension."""

    values: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"
    major: str = "ROWS"


def read(reader: Reader, area: Area, how: Rendering) -> Json:
    """Give a ValueRange. Empty cells at the end of a row, and empty rows at the end, are left out."""
    box = area.inside()
    rows: list[list[Any]] = [[] for _ in range(box.top, min(box.bottom, len(box.sheet.rows)))]
    for at, cells in box.sheet.filled(box.top, box.bottom):
        rows[at - box.top] = _row(reader, box, at, cells, how)
    while rows and not rows[-1]:
        rows.pop()
    answer: Json = {"range": box.a1(), "majorDimension": how.major}
    if rows:
        answer["values"] = rows if how.major == "ROWS" else _turned(rows)
    return answer


def _row(reader: Reader, box: Box, at: int, cells: Row, how: Rendering) -> list[Any]:
    filled = [column for column, cell in cells.items() if box.left <= column < box.right and not cell.empty]
    if not filled:
        return []
    row: list[Any] = [""] * (max(filled) - box.left + 1)
    for column in filled:
        row[column - box.left] = shown(reader, box.sheet, at, column, cells[column], how)
    return row


def _turned(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(len(row) for row in rows)
    columns = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    for column in columns:
        while column and column[-1] == "":
            column.pop()
    return columns


def shown(reader: Reader, sheet: Sheet, row: int, column: int, cell: Cell, how: Rendering) -> Any:
    """Give one value as a read shows it."""
    if how.values == "FORMULA" and cell.formula is not None:
        return cell.formula
    value = reader.of(sheet, row, column, cell)
    look = cell.look.get("numberFormat")
    if how.values == "FORMATTED_VALUE":
        return formats.formatted(value, look, reader.contents.locale)
    if isinstance(value, Failure):  # "#DIV/0! (Function DIVIDE …)", as many recorded answers show
        return f"{value.shows} ({value.message})"
    is_date = look is not None and look.get("type") in formats.DATES
    if how.dates == "FORMATTED_STRING" and is_date and is_number(value):
        return formats.formatted(value, look, reader.contents.locale)
    return "" if value is None else tidy(value) if isinstance(value, float) else value


def check(values: list[list[Any]]) -> None:
    """Refuse a list or an object as a value."""
    for row_at, row in enumerate(values):
        for at, value in enumerate(row):
            if isinstance(value, list | dict):
                kind = "list_value" if isinstance(value, list) else "struct_value"
                raise invalid(f"Invalid values[{row_at}][{at}]: {kind} {{\n}}\n")


def write(contents: Contents, area: Area, given: Json, option: str) -> Json:
    """Write a ValueRange from the top left of `area`: null leaves a cell, "" clears it, both keep its format.

    One cell as the range takes any amount; a larger range must hold all (values.update). The grid grows.
    """
    if option not in {"RAW", "USER_ENTERED"}:
        raise invalid("'valueInputOption' is required but not specified")
    rows = _by_rows(given)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    area.inside()
    if not area.is_cell:
        _check_fits(area, height, width)
    sheet = area.sheet
    sheet.row_count = max(sheet.row_count, area.top + height)
    sheet.column_count = max(sheet.column_count, area.left + width)
    contents.check_size()
    columns: set[int] = set()
    written = [
        _write_row(contents, sheet, (area.top + at, area.left), row, option, columns)
        for at, row in enumerate(rows)
    ]
    return _report(area, height, width, written, columns)


def target(area: Area, given: Json) -> Box:
    """Give the cells that a write would reach, for protections."""
    rows = _by_rows(given)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    return Box(area.sheet, area.top, area.left, area.top + height, area.left + width)


def _by_rows(given: Json) -> list[list[Any]]:
    values: list[list[Any]] = given.get("values") or []
    check(values)
    if given.get("majorDimension") != "COLUMNS":
        return values
    height = max((len(column) for column in values), default=0)
    return [[column[at] if at < len(column) else None for column in values] for at in range(height)]


def _check_fits(area: Area, height: int, width: int) -> None:
    # Here Google quotes the title always.
    name = "'" + area.sheet.title.replace("'", "''") + "'!" + area.a1().rpartition("!")[2]
    tried = ""
    if area.bottom is not None and height > area.bottom - area.top:
        tried = f"row [{area.bottom + 1}]"
    elif area.right is not None and width > area.right - area.left:
        tried = f"column [{column_name(area.right)}]"
    if tried:
        raise invalid(f"Requested writing within range [{name}], but tried writing to {tried}")


def _write_row(
    contents: Contents, sheet: Sheet, start: tuple[int, int], row: list[Any], option: str, columns: set[int]
) -> int:
    top, left = start
    before, changes = sheet.row(top), {}
    for column, value in enumerate(row, left):
        if value is not None:
            old = before.get(column, Cell())
            changes[column] = _entered(contents.locale, old, value, option)
            columns.add(column)
    sheet.put(top, changes)
    return len(changes)


def _entered(locale: str, old: Cell, value: Value, option: str) -> Cell:
    if isinstance(value, str):
        check_length(value)
        if value and option == "USER_ENTERED":
            return _typed(locale, old, value)
    return old._replace(value=None if value == "" else value, formula=None)


def _typed(locale: str, old: Cell, text: str) -> Cell:
    meant = typed(text, locale)
    look = old.look
    if meant.number_format and "numberFormat" not in look:
        look = {**look, "numberFormat": meant.number_format}
    return old._replace(value=meant.value, formula=meant.formula, look=look)


def _report(area: Area, height: int, width: int, written: list[int], columns: set[int]) -> Json:
    box = Box(area.sheet, area.top, area.left, area.top + max(height, 1), area.left + max(width, 1))
    answer: Json = {"updatedRange": box.a1()}
    if cells := sum(written):
        rows = sum(1 for count in written if count)
        answer |= {"updatedRows": rows, "updatedColumns": len(columns), "updatedCells": cells}
    return answer


def append(contents: Contents, area: Area, given: Json, option: str, insert_option: str) -> Json:
    """Append after the last table in the range (guides/values, "Append values").

    The quirk: the table is found from the values, so after a row `[x, "", y]` the last table is C1 alone, and
    the next row goes to C2 (gspread #537, #603, #735, #828; recorded by gspread's cassettes).
    """
    table = last_table(area.inside())
    top, left = (table.bottom, table.left) if table else (area.top, area.left)
    height = len(_by_rows(given))
    if insert_option == "INSERT_ROWS" and table and height:
        insert(contents, area.sheet, by_rows=True, start=top, count=height)
    area.sheet.row_count = max(area.sheet.row_count, top + height)
    updates = write(contents, Area(area.sheet, top, left, top + 1, left + 1), given, option)
    return {**({"tableRange": table.a1()} if table else {}), "updates": updates}


def clear(area: Area) -> str:
    """Clear the values of a range; formats, notes and validation stay (values.clear)."""
    box = area.inside()
    for at, cells in box.sheet.filled(box.top, box.bottom):
        inside = {column: cell for column, cell in cells.items() if box.left <= column < box.right}
        box.sheet.put(at, {column: cell.cleared() for column, cell in inside.items() if not cell.empty})
    return box.a1()
