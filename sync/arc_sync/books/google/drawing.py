"""Report tabs in Google Sheets: an adapted drawing as requests, and what people typed where it goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from arc_sheets.cells import CellValue, verbatim
from arc_sync.books.areas import around, places, rectangles
from arc_sync.books.draw.issues import CHOICES
from arc_sync.books.drawing import Drawing, Drawn, Page
from arc_sync.books.google.batch import (
    clear_cells,
    format_cells,
    lengthen,
    put_cells,
    set_filter,
    set_heights,
)
from arc_sync.books.google.cells import Painter, check_holds
from arc_sync.books.google.shapes import CellData, Request, RowData, extended
from arc_sync.books.seals import Typed, is_ours, seal
from arc_sync.xlsx.refs import LAST_ROW, Area, Place, cell_ref

#: Values of a cell, as they are cleared and written: with them goes what was rich in the text before.
VALUE_FIELDS: Final = "userEnteredValue,textFormatRuns"


class Sheet(NamedTuple):
    """A sheet of the spreadsheet, as it stands."""

    id: int
    rows: int
    columns: int
    filtered: int | None = None  #: the row of its filter buttons


def redraw(
    drawing: Drawing, sheet: Sheet, before: Area | None, painter: Painter, *, first: bool = False
) -> Iterator[Request]:
    """Yield what carries out an adapted drawing: in the area it takes, and in the one that it had `before`.

    What people type into is left alone, but for the `first` time. Raises BookError for a text too long.
    """
    entries: Collection[Place] = () if first else drawing.entries
    whole = {place for area in _areas(drawing, before) for place in places(area)}
    ours = dict.fromkeys(whole - set(entries))
    rows = range(around(whole).top, around(whole).bottom + 1)
    yield from _room(sheet, around(whole))
    for area, _ in rectangles(ours):
        yield put_cells(sheet.id, Place(area.top, area.left), _values(drawing, area), VALUE_FIELDS)
        yield clear_cells(sheet.id, area, "userEnteredFormat")
    for area, paint in rectangles({p: painter.paint(d) for p, d in drawing.cells.items() if p in ours}):
        yield format_cells(sheet.id, area, painter.format(paint))
    yield from set_heights(sheet.id, ((row, drawing.heights.get(row, _HEIGHT)) for row in rows))
    if drawing.table and sheet.filtered != drawing.table.area.top:
        yield set_filter(sheet.id, drawing.table.area._replace(bottom=LAST_ROW))


def typed(
    drawing: Drawing, before: Area | None, cells: Mapping[Place, CellValue], ours: Collection[str]
) -> list[Typed]:
    """Return what would be lost if an adapted drawing were carried out; `ours` are the seals of what ARC drew."""
    areas = _areas(drawing, before)

    def lost(place: Place, value: CellValue) -> bool:
        if place in drawing.entries or not any(area.holds(*place) for area in areas):
            return False
        return not (is_ours(value, ours) or is_ours(value, (seal(drawing.cells.get(place, _NOTHING).value),)))

    return list(_lost(cells.items(), lost))


def typed_on_issues(
    cells: Mapping[Place, CellValue],
    columns: Mapping[str, int],
    header: int,
    last: int,
    ours: Collection[str],
) -> list[Typed]:
    """Return what would be lost if the rows below `header` down to `last` were shown anew; a choice is no such thing.

    `columns` are the sheet columns of the Issues tab by name, without its id, seal and stamp.
    """
    choice, places = columns.get("choice"), set(columns.values())

    def lost(place: Place, value: CellValue) -> bool:
        if not header < place.row <= last or place.column not in places:
            return False
        return not (is_ours(value, ours) or (place.column == choice and _is_choice(value)))

    return list(_lost(cells.items(), lost))


_NOTHING: Final = Drawn(None, "")
_HEIGHT: Final = Page(colour="", widths=()).row  #: points of a row without its own height
_CHOICES: Final = frozenset(choice.casefold() for choice in CHOICES)


def _areas(drawing: Drawing, before: Area | None) -> list[Area]:
    return [drawing.area, *([before] if before else [])]


def _room(sheet: Sheet, whole: Area) -> Iterator[Request]:
    if whole.bottom > sheet.rows:
        yield lengthen(sheet.id, "ROWS", whole.bottom - sheet.rows)
    if whole.right >= sheet.columns:
        yield lengthen(sheet.id, "COLUMNS", whole.right + 1 - sheet.columns)


def _values(drawing: Drawing, area: Area) -> list[RowData]:
    made = []
    for row in range(area.top, area.bottom + 1):
        places = (Place(row, column) for column in range(area.left, area.right + 1))
        made.append(RowData(values=[_value(drawing, place) for place in places]))
    return made


def _value(drawing: Drawing, place: Place) -> CellData:
    drawn = drawing.cells.get(place, _NOTHING)
    check_holds(drawing.sheet, *place, drawn)
    value = extended(drawn.value)
    return {"userEnteredValue": value} if value else {}


def _lost(
    cells: Iterable[tuple[Place, CellValue]], lost: Callable[[Place, CellValue], bool]
) -> Iterator[Typed]:
    for place, value in sorted(cells):
        if value is not None and value != "" and lost(place, value):
            yield Typed(cell_ref(*place), verbatim(value))


def _is_choice(value: CellValue) -> bool:
    return isinstance(value, str) and value.strip().casefold() in _CHOICES
