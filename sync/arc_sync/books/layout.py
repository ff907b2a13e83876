"""Finding a record tab in a workbook file, whatever people did to it: its sheet, its columns, its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from arc_sheets import dates
from arc_sheets.cells import CellError, CellValue, Formula
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.books.draw.records import HEADER_ROW, ID_HEADER, SEAL_HEADER
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Cell, Package, Refused, Row, Sheet, Table

#: The name under which a tab's places list the hidden seal column.
SEAL = "seal"
#: How far down a header row is looked for, where the table has been turned into a plain range.
_SEARCHED = 30


@dataclass(slots=True)
class Layout:
    """Where a tab's columns and rows stand in the file, as read."""

    tab: Tab
    sheet: Sheet
    table: Table | None
    header: int  #: the header's row, from 1
    places: Mapping[str, int]  #: sheet column (from 0) by column name, with `ID` and `SEAL`
    rows: dict[str, int] = field(default_factory=dict)  #: row number by id, filled while reading
    twice: set[str] = field(default_factory=set)  #: ids that stand on more than one row
    last: int = 0  #: the last row that holds anything of ours

    @property
    def present(self) -> frozenset[str]:
        """The names of the columns found."""
        return frozenset(self.places.keys() - {SEAL})

    def row_of(self, row: str) -> int | None:
        """Return where the one row with this id stands, as read."""
        return None if row in self.twice else self.rows.get(row)


def find(package: Package, tab: Tab) -> Layout | None:
    """Find a tab by the name of its table, else of its sheet; None if neither is there, or it has no header."""
    sheet, table = _sheet_of(package, tab)
    if sheet is None:
        return None
    for row in _first_rows(sheet, table.area.top if table else _SEARCHED):
        places = _places(tab, row)
        if ID in places or (table and row.number == table.area.top):
            return Layout(tab, sheet, table, row.number, places)
    return None


def _sheet_of(package: Package, tab: Tab) -> tuple[Sheet | None, Table | None]:
    titled = [n for n in package.sheet_names if n.casefold() == tab.title.casefold()]
    others = [n for n in package.sheet_names if n not in titled]
    sheets = [s for n in [*titled, *others] if (s := _worksheet(package, n)) is not None]
    for sheet in sheets:
        for table in sheet.tables:
            if table.name.casefold() == tab.title.casefold():
                return sheet, table
    return (sheets[0] if titled and sheets else None), None


def _worksheet(package: Package, name: str) -> Sheet | None:
    try:
        return package.sheet(name)
    except Refused:  # a chart sheet
        return None


def _first_rows(sheet: Sheet, last: int) -> Iterator[Row]:
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
    """Walk the rows below the header: all of the table's, and those typed right below it."""
    stored, computed = _plan(layout, layout.tab.stored), _plan(layout, layout.tab.computed)
    id_place, seal_place = layout.places.get(ID, -1), layout.places.get(SEAL, -1)
    end = layout.table.last_row if layout.table else 0
    ours = set(layout.places.values())
    read = _Reader(date1904=date1904)
    before = layout.header
    for row in layout.sheet.rows():
        if row.number <= layout.header:
            continue
        cells = {c.column: c for c in row.cells if c.type is not None or c.formula is not None}
        if row.number > end and (row.number > max(before, end) + 1 or not ours & cells.keys()):
            break  # a gap below the table: what follows is not part of it
        before = row.number
        if not ours & cells.keys():
            continue
        layout.last = row.number
        id_ = read.text(cells.get(id_place))
        if id_ and id_ in layout.rows:
            layout.twice.add(id_)
        elif id_:
            layout.rows[id_] = row.number
        yield ReadRow(
            row.number,
            id_,
            tuple(read.value(kind, cells.get(place)) for kind, place in stored),
            tuple(read.value(kind, cells.get(place)) for kind, place in computed),
            read.text(cells.get(seal_place)),
        )


def _plan(layout: Layout, columns: tuple[Column, ...]) -> list[tuple[Kind, int]]:
    return [(c.kind, layout.places.get(c.name, -1)) for c in columns]


class _Reader:
    """Turns cells of the file into cell values; a number in a date column is a date."""

    def __init__(self, *, date1904: bool) -> None:
        self._date1904 = date1904
        self._dates: dict[tuple[str, Kind], CellValue] = {}

    def text(self, cell: Cell | None) -> str:
        return cell.raw or "" if cell is not None and cell.type == "s" else ""

    def value(self, kind: Kind, cell: Cell | None) -> CellValue:
        if cell is None:
            return None
        if cell.formula is not None:
            value = self._plain(kind, cell)
            known = value if isinstance(value, str | bool | Decimal) else None
            return Formula(cell.formula, known)
        return self._plain(kind, cell)

    def _plain(self, kind: Kind, cell: Cell) -> CellValue:
        if cell.type == "s":
            return cell.raw or None
        if cell.raw is None:
            return None
        if cell.type == "n":
            return self._number(kind, cell.raw)
        if cell.type == "e":
            return CellError(cell.raw)
        if cell.type == "b":
            return cell.raw == "1"
        return _iso(cell.raw)

    def _number(self, kind: Kind, raw: str) -> CellValue:
        if kind not in {Kind.DATE, Kind.TIME}:
            return _decimal(raw)
        if (raw, kind) not in self._dates:
            self._dates[raw, kind] = self._date(kind, raw)
        return self._dates[raw, kind]

    def _date(self, kind: Kind, raw: str) -> CellValue:
        try:
            moment = dates.from_serial(float(raw), date1904=self._date1904)
        except ValueError:
            return _decimal(raw)  # a number far from any date: the merge will say so
        return moment.date() if kind is Kind.DATE else moment


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
