"""A hand that edits workbooks by chance, and knows what every reader has to see afterwards."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import dataclass, field
from decimal import Decimal

from arc_sync.xlsx import Formula, Package, Sheet, Table, Value
from arc_sync.xlsx.refs import Area, cell_ref, parse_area
from arc_sync.xlsx.values import serial
from tests.xlsx_readers import LINKS, Cells, Place, alike

VALUES: tuple[Value, ...] = (
    None, "=danger()", "text & <more>", " padded ", "", "_x0041_", "tab\tline\nend", 7, -1.5, Decimal("12.50"), True,
    False, dt.date(2026, 11, 30), dt.datetime.fromisoformat("2026-03-01T12:30"), Formula("1+1", 2), Formula('"a"&"b"', "ab"),
    "é" * 300, "]]>", 10**6, 1e-7,
)  # fmt: skip


@dataclass
class Asked:
    """What was asked: values by cell; the cells that may change beside them, as formulas are filled and totals move."""

    date1904: bool
    cells: dict[Place, Value] = field(default_factory=dict)
    beside: set[Place] = field(default_factory=set)
    sheets: set[str] = field(default_factory=set)

    def put(self, sheet: Sheet, row: int, column: int, value: Value) -> None:
        """Note one cell: row from 1, column from 0."""
        self.sheets.add(sheet.name)
        self.cells[sheet.name, row, column + 1] = value
        self.beside.discard((sheet.name, row, column + 1))

    def wrong(self, before: Cells, after: Cells, reader: str) -> list[str]:
        """Compare what a reader saw before and sees now."""
        wrong = [
            f"{reader}: {_named(place)} shows {after[place]!r}, and nobody asked for it"
            for place in after.keys() - before.keys()
            if not self._asked(place)
        ]
        for place, value in before.items():
            if not self._asked(place) and after.get(place) != value:
                wrong.append(f"{reader}: {_named(place)} was {value!r} and is {after.get(place)!r}")
        for place, value in self.cells.items():
            if place not in self.beside and not _shows(value, after.get(place), reader, self.date1904):
                wrong.append(f"{reader}: {_named(place)} was set to {value!r} and is {after.get(place)!r}")
        return wrong

    def _asked(self, place: Place) -> bool:
        return place in self.cells or place in self.beside


def _named(place: Place) -> str:
    return f"{place[0]}!{cell_ref(place[1], place[2] - 1)}"


def _shows(value: Value, found: object, reader: str, date1904: bool) -> bool:  # noqa: FBT001
    """Say whether a reader sees a value as it should."""
    if value is None or value == "":
        return found in {None, "", *LINKS}
    if reader == "calamine" and isinstance(found, dt.date | dt.time | dt.timedelta):
        return not isinstance(
            value, bool | str
        )  # a cell's date format decides what calamine makes of a number
    if isinstance(value, Formula):
        return found == (f"={value.text}" if reader != "calamine" else value.value)
    if isinstance(value, bool | str):
        return alike(found, value)
    number = float(serial(value, date1904=date1904)) if isinstance(value, dt.date) else float(value)
    return isinstance(found, int | float) and abs(found - number) <= 1e-6 * max(1.0, abs(number))


def ask(book: Package, chance: random.Random) -> Asked:
    """Ask for a few edits on one or two sheets, none of which a person could not make in Excel either."""
    asked = Asked(book.date1904)
    names = [entry.name for entry in book.workbook.sheets if entry.kind == "worksheet"]
    for name in chance.sample(names, min(len(names), chance.randrange(1, 3))):
        sheet = book.sheet(name)
        bound = _bound(book, sheet)
        for _ in range(chance.randrange(1, 4)):
            chance.choice((_set, _set, _append, _replace))(sheet, bound, chance, asked)
    return asked


def _bound(book: Package, sheet: Sheet) -> list[Area]:
    """Find the cells that nobody edits by themselves: merged ones, those of arrays, headers and totals of tables."""
    xml = b"".join(book.stream(sheet.part, 1 << 30))
    text = xml.decode("utf-16" if b"\0" in xml[:20] else "utf-8")
    refs = re.findall(r"""mergeCell ref=["']([^"']+)""", text)
    refs += [
        ref
        for tag in re.findall(r"<\w*:?f [^>]*>", text)
        if re.search("array|dataTable", tag)
        for ref in re.findall(r"""\bref=["']([^"']+)""", tag)
    ]
    areas = [parse_area(ref) for ref in refs]
    for table in sheet.tables:
        area = table.area
        areas += [area._replace(bottom=area.top)] * bool(table.header_rows)
        areas += [area._replace(top=area.bottom)] * bool(table.totals_rows)
    return areas


def _free(bound: list[Area], row: int, column: int) -> bool:
    return not any(area.holds(row, column) for area in bound)


def _set(sheet: Sheet, bound: list[Area], chance: random.Random, asked: Asked) -> None:
    for _ in range(chance.randrange(1, 20)):
        row, column = (
            chance.choice((chance.randrange(1, 60), chance.randrange(1, 1_200))),
            chance.randrange(14),
        )
        if _free(bound, row, column):
            value = chance.choice(VALUES)
            sheet.set(cell_ref(row, column), value)
            asked.put(sheet, row, column, value)


def _append(sheet: Sheet, _: list[Area], chance: random.Random, asked: Asked) -> None:
    if not sheet.tables:
        return
    table = sheet.table(chance.choice(sheet.tables).name)
    rows = [[chance.choice(VALUES) for _ in table.columns] for _ in range(chance.choice((1, 2, 5, 150)))]
    if not _has_room(sheet, table, len(rows)):
        return
    numbers = sheet.append_rows(table.name, rows)
    for number, row in zip(numbers, rows, strict=True):
        for column, (value, known) in enumerate(zip(row, table.columns, strict=True), table.area.left):
            asked.put(sheet, number, column, value)
            if value is None and (known.formula is not None or number <= table.last_row):
                asked.beside.add((sheet.name, number, column + 1))
    if table.totals_row is not None:
        moved = (table.totals_row, numbers[-1] + 1)
        width = range(table.area.left + 1, table.area.right + 2)
        asked.beside |= {(sheet.name, row, column) for row in moved for column in width} - asked.cells.keys()
        asked.beside |= {(sheet.name, numbers[-1] + 1, column) for column in width}


def _has_room(sheet: Sheet, table: Table, many: int) -> bool:
    """Say whether the rows below the table are empty, in the file and in what was asked so far."""
    below = Area(table.area.bottom + 1, table.area.left, table.area.bottom + many + 1, table.area.right)
    if any(below.meets(other.area) for other in sheet.tables):
        return False
    asked = ((number, column) for number, row in sheet.edits.items() for column in row)
    filled = (
        (row.number, cell.column)
        for row in sheet.rows()
        for cell in row.cells
        if cell.raw is not None or cell.formula is not None
    )
    return not any(below.holds(*place) for places in (asked, filled) for place in places)


def _replace(sheet: Sheet, bound: list[Area], chance: random.Random, asked: Asked) -> None:
    area = Area(chance.randrange(2, 9), chance.randrange(9, 13), 20, 16)
    if any(area.meets(other) for other in bound):
        return
    rows = [[chance.choice(VALUES) for _ in range(3)] for _ in range(chance.randrange(1, 6))]
    sheet.replace_area(cell_ref(area.top, area.left), rows, clear=area)
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            asked.put(sheet, row, column, None)
    for number, given in enumerate(rows, area.top):
        for column, value in enumerate(given, area.left):
            asked.put(sheet, number, column, value)
