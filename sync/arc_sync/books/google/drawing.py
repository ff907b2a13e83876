"""Report tabs in Google Sheets: a drawing as requests, and what people typed where it goes.

A drawing is *adapted* first: links that Google refuses become plain text, hints name the keys of a browser, and
the sparklines are formulas. All that is kept of a drawing for the next round is kept of the adapted one, except its
digest, which is that of the drawing as every kind of book gets it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil
from typing import Final, NamedTuple

from arc_sheets.cells import CellValue, Formula, verbatim
from arc_sync.books import form
from arc_sync.books.draw import account, aging, kpis, records, worklist
from arc_sync.books.draw.issues import CHOICES
from arc_sync.books.drawing import Drawing, Drawn, Link, Page
from arc_sync.books.google.batch import (
    clear_cells,
    format_cells,
    lengthen,
    put_cells,
    set_filter,
    set_heights,
)
from arc_sync.books.google.cells import Painter, check_holds
from arc_sync.books.google.charts import sparkline
from arc_sync.books.google.shapes import CellData, Request, RowData, extended, sendable
from arc_sync.books.look import Look
from arc_sync.books.seals import Typed, is_ours, seal
from arc_sync.xlsx.refs import LAST_ROW, Area, Place, cell_ref

#: Values of a cell, as they are cleared and written: with them goes what was rich in the text before.
VALUE_FIELDS: Final = "userEnteredValue,textFormatRuns"

#: What stands on a drawing for Excel, and what is said here instead.
WORDS: Final = {
    "F5 goes to a form: go_log, go_promise, go_dispute, go_message, go_customer.": (
        "Ctrl+J, then a name, goes to a form: go_log, go_promise, go_dispute, go_message."
    ),
    "click a number to call, an address to write": "click an address to write; Details in the ARC menu calls",
}
#: The first column that scrolls, of tabs with columns that do not. A text may end where those do, so it begins here.
_SCROLLS: Final = {
    worklist.SHEET: worklist.PAGE.freeze.column if worklist.PAGE.freeze else 0,
    aging.SHEET: aging.CURRENCY + 1,
    kpis.SHEET: kpis.NAME + 1,
}


class Sheet(NamedTuple):
    """A sheet of the spreadsheet, as it stands."""

    id: int
    rows: int
    columns: int
    filtered: int | None = None  #: the row of its filter buttons


def adapt(drawing: Drawing, look: Look) -> Drawing:
    """Return the drawing as a spreadsheet shows it."""
    column = _SCROLLS.get(drawing.sheet)
    cells = {_moved(place, drawn, column): _adapted(drawn) for place, drawn in drawing.cells.items()}
    if drawing.sheet == kpis.SHEET:
        for at in [p for p in cells if p.column == kpis.LINE and p.row >= kpis.FIRST_ROW]:
            cells[at] = cells[at]._replace(value=sparkline(at.row, look))
    if drawing.sheet == worklist.SHEET:
        return replace(drawing, cells=cells, heights={**drawing.heights, **_grown(drawing)})
    if drawing.sheet == account.SHEET:
        return _with_tall_cells(replace(drawing, cells=cells))
    return replace(drawing, cells=cells)


def headed(place: Place, column: int | None) -> Place:
    """Return where a cell goes if title and sentence, which begin in column B, are to begin in another one."""
    return Place(place.row, column) if column and place.row <= _HEAD_ROWS and place.column == 1 else place


def redraw(
    drawing: Drawing, sheet: Sheet, before: Area | None, painter: Painter, *, first: bool = False
) -> Iterator[Request]:
    """Yield what carries out a adapted drawing: in the area it takes, and in the one that it had `before`.

    What people type into is left alone, but for the `first` time. Raises BookError for a text too long.
    """
    areas = [drawing.area, *([before] if before else [])]
    rows = range(min(a.top for a in areas), max(a.bottom for a in areas) + 1)
    entries: Collection[Place] = () if first else drawing.entries
    yield from _room(sheet, rows[-1], max(a.right for a in areas))
    for area in _bands(areas, rows, entries):
        yield put_cells(sheet.id, Place(area.top, area.left), _values(drawing, area), VALUE_FIELDS)
        yield clear_cells(sheet.id, area, "userEnteredFormat")
    yield from _formats(drawing, sheet.id, painter, entries)
    yield from set_heights(sheet.id, ((row, drawing.heights.get(row, _HEIGHT)) for row in rows))
    if drawing.table and sheet.filtered != drawing.table.area.top:
        yield set_filter(sheet.id, drawing.table.area._replace(bottom=LAST_ROW))


def typed(
    drawing: Drawing, before: Area | None, cells: Mapping[Place, CellValue], ours: Collection[str]
) -> list[Typed]:
    """Return what would be lost if a adapted drawing were carried out; `ours` are the seals of what ARC drew."""
    areas = [drawing.area, *([before] if before else [])]

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


_HEAD_ROWS: Final = records.SENTENCE.row
_NOTHING: Final = Drawn(None, "")
_PER_WIDTH: Final = 1.1  #: characters of text that a character of width holds, at the least
_LINE: Final = 13.5  #: points of a line of text
_HEIGHT: Final = Page(colour="", widths=()).row  #: points of a row without its own height
_CHOICES: Final = frozenset(choice.casefold() for choice in CHOICES)


def _adapted(drawn: Drawn) -> Drawn:
    value = drawn.value
    if isinstance(value, Link):
        text = sendable(value.text)
        if not value.target.startswith("tel:"):
            return drawn._replace(value=Link(value.target, text))
        return Drawn(text, ".".join("text" if word == "link" else word for word in drawn.role.split(".")))
    if isinstance(value, str):
        return drawn._replace(value=sendable(WORDS.get(value, value)))
    return drawn


def _moved(place: Place, drawn: Drawn, column: int | None) -> Place:
    """Return where a cell goes: a text that is read across, above or below a table, begins where columns scroll."""
    if column and place.column < column and drawn.role == "slate.small":
        return Place(place.row, column)
    return headed(place, column)


def _grown(drawing: Drawing) -> dict[int, float]:
    """Return the heights of rows whose texts need more lines than their height has; Google would cut both ends."""
    grown: dict[int, float] = {}
    for place, drawn in drawing.cells.items():
        if "wrap" in drawn.role and isinstance(drawn.value, str):
            lines = ceil(len(drawn.value) / (worklist.PAGE.widths[place.column] * _PER_WIDTH))
            grown[place.row] = max(grown.get(place.row, 0), drawing.heights[place.row], _LINE * lines + 4)
    return grown


def _with_tall_cells(drawing: Drawing) -> Drawing:
    """Return the drawing with all cells of those that are one over several rows; people type into them."""
    covered = {
        Place(row, area.left): Drawn(None, drawing.cells[Place(area.top, area.left)].role)
        for area in form.TALL
        for row in range(area.top + 1, area.bottom + 1)
        if Place(area.top, area.left) in drawing.cells
    }
    return replace(drawing, cells={**drawing.cells, **covered}, entries=drawing.entries | frozenset(covered))


def _room(sheet: Sheet, bottom: int, right: int) -> Iterator[Request]:
    if bottom > sheet.rows:
        yield lengthen(sheet.id, "ROWS", bottom - sheet.rows)
    if right >= sheet.columns:
        yield lengthen(sheet.id, "COLUMNS", right + 1 - sheet.columns)


def _bands(areas: Sequence[Area], rows: Iterable[int], entries: Collection[Place]) -> Iterator[Area]:
    """Yield rectangles that cover the areas, but for the entry cells."""
    runs = ((row, _runs(areas, row, entries)) for row in rows)
    for spans, same in groupby(runs, key=lambda run: run[1]):
        lines = [row for row, _ in same]
        for left, right in spans:
            yield Area(lines[0], left, lines[-1], right)


def _runs(areas: Sequence[Area], row: int, entries: Collection[Place]) -> tuple[tuple[int, int], ...]:
    """Return first and last columns of the runs of cells on a row that lie in an area and are no entry."""
    here = [area for area in areas if area.top <= row <= area.bottom]
    columns = sorted({c for area in here for c in range(area.left, area.right + 1)})
    free = [column for column in columns if Place(row, column) not in entries]
    runs = [[column for _, column in run] for _, run in groupby(enumerate(free), lambda at: at[1] - at[0])]
    return tuple((run[0], run[-1]) for run in runs)


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


class _Key(NamedTuple):
    """What makes two cells look alike."""

    role: str
    target: str
    formula: bool


def _formats(drawing: Drawing, sheet: int, painter: Painter, entries: Collection[Place]) -> Iterator[Request]:
    """Yield the formats: one request for all cells of a rectangle that look alike."""
    rows: dict[int, list[tuple[int, _Key, Drawn]]] = {}
    for place, drawn in sorted(drawing.cells.items()):
        if place not in entries:
            key = _Key(drawn.role, painter.target(drawn.value), isinstance(drawn.value, Formula))
            rows.setdefault(place.row, []).append((place.column, key, drawn))
    open_: dict[tuple[int, int, _Key], tuple[int, int, Drawn]] = {}
    for row, cells in rows.items():
        spans = _alike(cells)
        for span in [s for s, (_, last, _) in open_.items() if s not in spans or last != row - 1]:
            yield _format(sheet, span, open_.pop(span), painter)
        for span, drawn in spans.items():
            top = open_[span][0] if span in open_ else row
            open_[span] = (top, row, drawn)
    for span, rectangle in open_.items():
        yield _format(sheet, span, rectangle, painter)


def _alike(cells: Sequence[tuple[int, _Key, Drawn]]) -> dict[tuple[int, int, _Key], Drawn]:
    """Return the runs of neighbours on a row that look alike: first and last column, and one of their cells."""
    runs = groupby(enumerate(cells), key=lambda at: (at[1][0] - at[0], at[1][1]))
    spans = {}
    for (_, key), run in runs:
        same = [cell for _, cell in run]
        spans[same[0][0], same[-1][0], key] = same[0][2]
    return spans


def _format(
    sheet: int, span: tuple[int, int, _Key], rectangle: tuple[int, int, Drawn], painter: Painter
) -> Request:
    (left, right, _), (top, bottom, drawn) = span, rectangle
    return format_cells(sheet, Area(top, left, bottom, right), painter.format_of(drawn))


def _lost(
    cells: Iterable[tuple[Place, CellValue]], lost: Callable[[Place, CellValue], bool]
) -> Iterator[Typed]:
    for place, value in sorted(cells):
        if value is not None and value != "" and lost(place, value):
            yield Typed(cell_ref(*place), verbatim(value))


def _is_choice(value: CellValue) -> bool:
    return isinstance(value, str) and value.strip().casefold() in _CHOICES
