"""A new book in Google Sheets: what `books/create.py` writes into a file, as requests.

The same tabs in the same order, and three more hidden ones beside `_ARC`. The lines of `_ARC` by which ARC knows its
own come in the very last batch: a spreadsheet without them was never finished, and is nobody's book.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from arc_sheets import money, tabs
from arc_sheets.cells import Formula
from arc_sheets.tab import Tab
from arc_sync.books import draw, form
from arc_sync.books.areas import rectangles
from arc_sync.books.contents import BookRow, Contents
from arc_sync.books.create import CURRENCY_COLUMN, HIDDEN, NAME_COLUMN, meta_lines
from arc_sync.books.draw import account, records
from arc_sync.books.drawing import Drawing, Page
from arc_sync.books.google import checking
from arc_sync.books.google.adapting import adapt
from arc_sync.books.google.batch import (
    add_rule,
    down,
    format_cells,
    merge,
    name_range,
    put_cells,
    set_size,
    warn,
)
from arc_sync.books.google.cells import Painter
from arc_sync.books.google.charts import LABELS, Charts, labels
from arc_sync.books.google.drawing import Sheet, redraw
from arc_sync.books.google.look import pixels, width_pixels
from arc_sync.books.google.records import body, furniture, head
from arc_sync.books.google.shapes import CellData, GridRange, Request, RowData, extended, grid
from arc_sync.books.google.sheets import (
    QUEUE,
    RECORD_TABS,
    RESULTS,
    SCRATCH,
    SHEET_IDS,
    Setting,
    new_spreadsheet,
    pages,
    rows_of,
)
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import LAST_ROW, Area, Place

#: The headers of the queue and of the answers, which the menu's script knows as well (`addin/google/`).
QUEUE_HEADERS: Final = ("Request", "When", "User", "Action", "Payload", "State")
RESULT_HEADERS: Final = ("Request", "When", "Done", "Sentence", "Shown")
#: The sheets between the menu and the agent, with their first rows.
HEADED: Final = {QUEUE: QUEUE_HEADERS, RESULTS: RESULT_HEADERS}
#: The name of the line of `_ARC` that says in which spreadsheet the book is: another one holding it is a copy.
SPREADSHEET: Final = "spreadsheet"
#: Bytes of one batch; Google advises no more than 2 MB (https://developers.google.com/sheets/api/limits).
BATCH: Final = 1_800_000

_REPORT: Final = "ARC draws this page anew whenever its figures change."
_OWN: Final = "ARC keeps here what it must find again."
_TEXT: Final = {"numberFormat": {"type": "TEXT", "pattern": "@"}}


class Sender(Protocol):
    """What carries requests to Google."""

    def create(self, spreadsheet: Mapping[str, Any], /) -> str:
        """Make a spreadsheet; return its id."""

    def batch_update(self, book: str, requests: Sequence[Request], /) -> object:
        """Carry out requests, all or none."""


def create(sender: Sender, title: str, contents: Contents, setting: Setting, look: Look) -> str:
    """Make a whole new spreadsheet and return its id.

    If it dies between two batches, what is left has no lines on `_ARC`: it is no book, and may be thrown away.
    Raises BookError for contents that no spreadsheet holds.
    """
    spreadsheet = sender.create(new_spreadsheet(title, contents, setting, look))
    for batch in batches(contents, spreadsheet, SHEET_IDS, look):
        sender.batch_update(spreadsheet, batch)
    return spreadsheet


def batches(
    contents: Contents, spreadsheet: str, ids: Mapping[str, int], look: Look
) -> Iterator[list[Request]]:
    """Yield what fills the blank sheets, in batches of about `BATCH` bytes at most, its identity in the last.

    Not to be repeated, as it adds rules, filters and charts: throw away what was left halfway, and begin anew.
    Raises BookError for a text that no cell holds.
    """
    painter = Painter(look, ids)
    drawings = [adapt(drawing, look) for drawing in draw.reports(contents)]
    yield from packed(_requests(contents, drawings, ids, painter))
    yield from packed(_identity(contents, drawings, spreadsheet, ids[HIDDEN]))


def packed(requests: Iterable[Request], most: int = BATCH) -> Iterator[list[Request]]:
    """Group requests into batches of at most `most` bytes of JSON; one that is larger goes alone."""
    batch: list[Request] = []
    room = most
    for request in requests:
        size = len(json.dumps(request)) + len(", ")
        if batch and size > room:
            yield batch
            batch, room = [], most
        batch.append(request)
        room -= size
    if batch:
        yield batch


def _requests(
    contents: Contents, drawings: Sequence[Drawing], ids: Mapping[str, int], painter: Painter
) -> Iterator[Request]:
    for drawing, page in zip(drawings, pages(contents), strict=True):
        yield from _report(drawing, page, ids[drawing.sheet], painter)
    for tab in RECORD_TABS:
        yield from _record_tab(tab, rows_of(tab, contents), ids[tab.title], painter)
    yield from _hidden(contents, ids)
    yield from Charts(painter.look, ids).requests(contents.aging, contents.kpis)
    yield from checking.in_form(ids[account.SHEET])
    yield from _names(ids)


def _report(drawing: Drawing, page: Page, sheet: int, painter: Painter) -> Iterator[Request]:
    yield from _sizes(page, sheet)
    for area in page.merges:
        yield merge(sheet, area)
    yield from redraw(drawing, Sheet(sheet, LAST_ROW, drawing.area.right + 1), None, painter, first=True)
    for index, rule in enumerate(page.rules):
        yield add_rule(sheet, rule, painter.look, index)
    entries = [grid(sheet, area) for area, _ in rectangles(dict.fromkeys(drawing.entries))]
    beside = GridRange(sheetId=sheet, startColumnIndex=drawing.area.right + 1)
    yield warn(GridRange(sheetId=sheet), _REPORT, [*entries, beside])


def _record_tab(tab: Tab, rows: Sequence[BookRow], sheet: int, painter: Painter) -> Iterator[Request]:
    yield from _sizes(records.page(tab, painter.look), sheet)
    yield from furniture(tab, sheet, painter)
    yield from head(tab, len(rows), sheet, painter)
    yield from body(tab, rows, sheet, painter)


def _sizes(page: Page, sheet: int) -> Iterator[Request]:
    for column, width in enumerate(page.widths):
        yield set_size(sheet, "COLUMNS", column, column + 1, width_pixels(width))
    yield set_size(sheet, "ROWS", 0, None, pixels(page.row))


def _hidden(contents: Contents, ids: Mapping[str, int]) -> Iterator[Request]:
    """Yield what stands on the hidden sheets besides the book's identity."""
    yield format_cells(ids[HIDDEN], down(1, NAME_COLUMN, CURRENCY_COLUMN), _TEXT)
    yield _values(ids[HIDDEN], Place(1, CURRENCY_COLUMN), [[code] for code in sorted(money.CURRENCIES)])
    yield _values(ids[HIDDEN], LABELS, labels(contents.aging, contents.kpis))
    for title in HEADED:
        yield from headed_sheet(title, ids[title])
    for title in (HIDDEN, SCRATCH):
        yield warn(GridRange(sheetId=ids[title]), _OWN)


def headed_sheet(title: str, sheet: int) -> Iterator[Request]:
    """Yield what a blank sheet needs to be the queue, or the answers. The queue is text, whatever comes there."""
    headers = HEADED[title]
    if title == QUEUE:
        yield format_cells(sheet, down(1, 0, len(headers) - 1), _TEXT)
    yield _values(sheet, Place(1, 0), [headers])
    if title == RESULTS:
        yield warn(GridRange(sheetId=sheet), _OWN)


def _identity(
    contents: Contents, drawings: Sequence[Drawing], spreadsheet: str, sheet: int
) -> Iterator[Request]:
    """Yield the lines of `_ARC`: digests are those of the drawings as every kind of book gets them.

    How cells are dressed is not kept: here they are dressed anew with each drawing.
    """
    asked = dict(meta_lines(contents, draw.reports(contents)))
    shown = ((name, value) for name, value in meta_lines(contents, drawings) if not name.startswith("dress "))
    told = [(name, str(asked[name] if name.startswith("drawn ") else value)) for name, value in shown]
    lines = [*told, (SPREADSHEET, spreadsheet)]
    yield _values(sheet, Place(1, NAME_COLUMN), lines)


def _names(ids: Mapping[str, int]) -> Iterator[Request]:
    """Yield the names to go to, and those of the lists."""
    name, account_ = records.column_of(tabs.CUSTOMERS, "name"), ids[account.SHEET]
    lists = {
        "list_customers": grid(ids[tabs.CUSTOMERS.title], down(records.FIRST_ROW, name, name)),
        "list_currencies": grid(
            ids[HIDDEN], Area(1, CURRENCY_COLUMN, len(money.CURRENCIES), CURRENCY_COLUMN)
        ),
        "go_customer": grid(account_, _one(account.PICKER)),
    }
    blocks = {f"go_{b.name}": grid(account_, _one(Place(b.top + 1, form.ENTRIES))) for b in form.BLOCKS}
    for title, range_ in (lists | blocks).items():
        yield name_range(title, range_)


def _values(sheet: int, at: Place, lines: Iterable[Sequence[str | Formula | None]]) -> Request:
    return put_cells(
        sheet, at, [RowData(values=[_value(v) for v in line]) for line in lines], "userEnteredValue"
    )


def _value(value: str | Formula | None) -> CellData:
    made = extended(value)
    return {"userEnteredValue": made} if made else {}


def _one(place: Place) -> Area:
    return Area(place.row, place.column, place.row, place.column)
