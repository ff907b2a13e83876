"""Finding a record tab in a workbook file, whatever people did to it: its sheet, its columns, its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from arc_sheets import dates
from arc_sheets.cells import CellError, CellValue, Formula
from arc_sheets.tab import Kind, Tab
from arc_sync.books.draw.records import HEADER_ROW, ID_HEADER, SEAL_HEADER
from arc_sync.books.sheets import Workbook, Worksheet
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Refused, Row, Table

#: The name under which a tab's places list the hidden seal column.
SEAL = "seal"
#: How far down a header row is looked for, where the table has been turned into a plain range.
_SEARCHED = 30


@dataclass(slots=True)
class Layout:
    """Where a tab's columns and rows stand in the file, as read."""

    tab: Tab
    sheet: Worksheet
    table: Table | None
    header: int  #: the header's row, from 1
    places: Mapping[str, int]  #: sheet column (from 0) by column name, with `ID` and `SEAL`
    rows: dict[str, int] = field(default_factory=dict)  #: row number by id, filled while reading
    twice: set[str] = field(default_factory=set)  #: ids that stand on more than one row
    last: int = 0  #: the last of the rows that follow each other
    bottom: int = 0  #: the last row that holds anything in our columns, whoever wrote it

    @property
    def present(self) -> frozenset[str]:
        """The names of the columns found."""
        return frozenset(self.places.keys() - {SEAL})

    def row_of(self, row: str) -> int | None:
        """Return where the one row with this id stands, as read."""
        return None if row in self.twice else self.rows.get(row)


def find(package: Workbook, tab: Tab) -> Layout | None:
    """Find a tab by the name of its table, else of its sheet; None if neither is there, or it has no header."""
    sheet, table = _sheet_of(package, tab)
    if sheet is None:
        return None
    for row in _first_rows(sheet, table.area.top if table else _SEARCHED):
        places = _places(tab, row)
        if ID in places or (table and row.number == table.area.top):
            return Layout(tab, sheet, table, row.number, places)
    return None


def _sheet_of(package: Workbook, tab: Tab) -> tuple[Worksheet | None, Table | None]:
    titled = [n for n in package.sheet_names if n.casefold() == tab.title.casefold()]
    others = [n for n in package.sheet_names if n not in titled]
    sheets = [s for n in [*titled, *others] if (s := _worksheet(package, n)) is not None]
    for sheet in sheets:
        for table in sheet.tables:
            if table.name.casefold() == tab.title.casefold():
                return sheet, table
    return (sheets[0] if titled and sheets else None), None


def _worksheet(package: Workbook, name: str) -> Worksheet | None:
    try:
        return package.sheet(name)
    except Refused:  # a chart sheet
        return None


def _first_rows(sheet: Worksheet, last: int) -> Iterator[Row]:
    for row in sheet.rows():
        if row.number > max(last, HEADER_ROW):
            return
        yield row


def _places(tab: Tab, row: Row) -> dict[str, int]:
    """Return which of the tab's columns this header row names."""
    names = {c.header.casefold(): c.name for c in tab.columns}
    names |= {ID_HEADER.casefold(): ID, SEAL_HEADER.casefold(): SEAL}
    found: dict[str, int] = {}
    for cell in row.cells:
        name = names.get((cell.raw or "").strip().casefold())
        if name and name not in found:
            found[name] = cell.column
    return found


def read_rows(layout: Layout, *, date1904: bool) -> Iterator[ReadRow]:
    """Read all rows of a tab, as `walk` does."""
    yield from walk(layout, Reader(layout, date1904=date1904).row)


def walk(layout: Layout, read: Callable[[Row], ReadRow | None]) -> Iterator[ReadRow]:
    """Read the rows of the table, those typed right below it, and whatever else below carries an id."""
    rows, header = layout.rows, layout.header
    end, totals = (layout.table.last_row, layout.table.totals_row) if layout.table else (header, None)
    for row in layout.sheet.rows():
        number = row.number
        if number <= header or number == totals or (found := read(row)) is None:
            continue
        layout.bottom = number
        follows = number <= end or (number == max(layout.last, end) + 1 and not totals)
        if not follows and not found.id:
            continue  # somebody's notes further down
        if follows:
            layout.last = number
        if found.id in rows:
            layout.twice.add(found.id)
        elif found.id:
            rows[found.id] = number
        yield found


class _Days(dict[str, CellValue]):
    """Dates, or moments, by the text of their serial number; remembered, as the same days come again."""

    def __init__(self, kind: Kind, *, date1904: bool) -> None:
        self._kind, self._date1904 = kind, date1904

    def __missing__(self, raw: str) -> CellValue:
        self[raw] = value = self._read(raw)
        return value

    def _read(self, raw: str) -> CellValue:
        try:
            moment = dates.from_serial(float(raw), date1904=self._date1904)
        except ValueError:
            return _decimal(raw)  # a number far from any date: the merge will say so
        return moment.date() if self._kind is Kind.DATE else moment


class Reader:
    """Turns rows of the file into rows of cell values; a number in a date column is a date."""

    def __init__(self, layout: Layout, *, date1904: bool) -> None:
        tab, places = layout.tab, layout.places
        columns = [*tab.stored, *tab.computed]
        self._stored, self._width = len(tab.stored), len(columns)
        days = {kind: _Days(kind, date1904=date1904).__getitem__ for kind in (Kind.DATE, Kind.TIME)}
        #: sheet column to (position among the values, what reads its numbers); id and seal come last
        self._slots = {
            places[c.name]: (k, days.get(c.kind, _decimal)) for k, c in enumerate(columns) if c.name in places
        }
        for k, name in enumerate((ID, SEAL), self._width):
            if name in places:
                self._slots[places[name]] = (k, _decimal)

    def row(self, row: Row) -> ReadRow | None:
        """Return a row of the file as ARC's; None if none of ARC's cells holds anything."""
        values: list[CellValue] = [None] * (self._width + 2)
        slots, ours = self._slots, False
        for cell in row.cells:
            column, kind, raw, formula, _ = cell
            if (kind is None and formula is None) or column not in slots:
                continue
            k, number = slots[column]
            ours = True
            if formula is not None:
                values[k] = _formula(formula, _other(kind, raw, number))
            elif kind == "s":
                values[k] = raw or None
            elif kind == "n" and raw is not None:
                values[k] = number(raw)
            else:
                values[k] = _other(kind, raw, number)
        if not ours:
            return None
        id_, seal, stored = values[-2], values[-1], self._stored
        return ReadRow(
            row.number,
            id_ if isinstance(id_, str) else "",
            tuple(values[:stored]),
            tuple(values[stored:-2]),
            seal if isinstance(seal, str) else "",
        )


def _formula(text: str, value: CellValue) -> Formula:
    return Formula(text, value if isinstance(value, str | bool | Decimal) else None)


def _other(kind: str | None, raw: str | None, number: Callable[[str], CellValue]) -> CellValue:
    """Return a value that is no plain text or number."""
    if raw is None or kind == "s":
        return raw or None
    if kind == "n":
        return number(raw)
    if kind == "e":
        return CellError(raw)
    return raw == "1" if kind == "b" else _iso(raw)


def _decimal(raw: str) -> Decimal | str:
    try:
        return Decimal(raw)
    except InvalidOperation:
        return raw


def _iso(raw: str) -> date | datetime | str:
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return raw
