"""What people typed in a workbook file where ARC is about to draw, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from arc_sheets import dates
from arc_sheets.cells import CellError, CellValue, Formula, verbatim
from arc_sync.books.draw.issues import CHOICES, ISSUES
from arc_sync.books.drawing import Drawing, Drawn
from arc_sync.books.hidden import Hidden
from arc_sync.books.layout import SEAL, Layout
from arc_sync.books.seals import Typed, is_ours, read_seals, seal
from arc_sync.books.sheets import Workbook, Worksheet
from arc_sync.merge.issues import ID
from arc_sync.xlsx import Cell
from arc_sync.xlsx.refs import Area, Place, cell_ref, parse_area


def on_report(package: Workbook, hidden: Hidden, drawing: Drawing) -> list[Typed]:
    """Return what would be lost if the drawing were carried out: in the area it had, and in the one it takes."""
    ours = read_seals(drawing.sheet, hidden.values)
    if ours is None or drawing.sheet not in package.sheet_names:
        return []
    areas = areas_of(hidden, drawing)

    def lost(place: Place, value: CellValue) -> bool:
        if place in drawing.entries or not any(area.holds(*place) for area in areas):
            return False
        return not (is_ours(value, ours) or is_ours(value, (seal(drawing.cells.get(place, _NOTHING).value),)))

    return list(_lost(package, package.sheet(drawing.sheet), max(a.bottom for a in areas), lost))


def on_issues(package: Workbook, hidden: Hidden, layout: Layout, many: int) -> list[Typed]:
    """Return what would be lost if `many` lines were shown on the Issues tab; a choice is no such thing."""
    ours = read_seals(ISSUES.title, hidden.values)
    if ours is None:
        return []
    columns = {place for name, place in layout.places.items() if name not in {ID, SEAL}}
    choice, last = layout.places.get("choice"), max(layout.last, layout.header + many)

    def lost(place: Place, value: CellValue) -> bool:
        if place.row <= layout.header or place.column not in columns:
            return False
        return not (is_ours(value, ours) or (place.column == choice and _is_choice(value)))

    return list(_lost(package, layout.sheet, last, lost))


def areas_of(hidden: Hidden, drawing: Drawing) -> Sequence[Area]:
    """Return the area that a drawing takes, and the one that the report had before."""
    before = hidden.values.get(f"area {drawing.sheet}")
    return [drawing.area, *([parse_area(before)] if before else [])]


def _lost(
    package: Workbook, sheet: Worksheet, last: int, lost: Callable[[Place, CellValue], bool]
) -> Iterator[Typed]:
    for row in sheet.rows():
        if row.number > last:
            return
        for cell in row.cells:
            value = value_of(package, cell)
            if value is not None and lost(Place(row.number, cell.column), value):
                yield Typed(cell_ref(row.number, cell.column), verbatim(value))


def value_of(package: Workbook, cell: Cell) -> CellValue:
    """Return what a person sees in a cell of no declared column; a formula without its result."""
    if cell.formula is not None:
        return Formula(cell.formula)
    if cell.raw is None or cell.raw == "":
        return None
    if cell.type == "n":
        return _number(package, cell)
    return CellError(cell.raw) if cell.type == "e" else cell.raw if cell.type != "b" else cell.raw == "1"


def _number(package: Workbook, cell: Cell) -> CellValue:
    """Return a number, or the date that a person sees."""
    number = Decimal(cell.raw or "0")
    if package.styles is None or not package.styles.is_date(cell.style):
        return number
    try:
        moment = dates.from_serial(float(number), date1904=package.date1904)
    except dates.NotADate:
        return number
    return moment if number % 1 else moment.date()


def _is_choice(value: CellValue) -> bool:
    return isinstance(value, str) and value.strip().casefold() in {c.casefold() for c in CHOICES}


_NOTHING = Drawn(None, "")
