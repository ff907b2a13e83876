"""The sheets of a book in Google Sheets: their names, ids, sizes, panes and colours, while they are still blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from arc_sheets import tabs
from arc_sheets.errors import BookError
from arc_sheets.tab import Tab
from arc_sync.books import draw
from arc_sync.books.contents import BookRow, Contents
from arc_sync.books.create import HIDDEN
from arc_sync.books.draw import account, aging, home, issues, kpis, records, worklist
from arc_sync.books.drawing import Drawing, Page
from arc_sync.books.google.charts import LABELS
from arc_sync.books.google.look import colour
from arc_sync.books.google.records import stamp_column
from arc_sync.books.google.shapes import Request
from arc_sync.books.look import Look

QUEUE: Final = "_ARC_QUEUE"  #: requests of the menu
RESULTS: Final = "_ARC_RESULTS"  #: the answers to them
SCRATCH: Final = "_ARC_PRE"  #: where captured writes keep what they overwrite
#: The sheets of a book, in order.
SHEETS: Final = (*tabs.SHEETS, QUEUE, RESULTS, SCRATCH)
RECORD_TABS: Final = (*tabs.RECORD_TABS, issues.ISSUES)
_FIRST_ID: Final = 4201
#: The sheets' ids in a book that ARC made. One that somebody made anew has another: it is found by its title.
SHEET_IDS: Final = {title: number for number, title in enumerate(SHEETS, _FIRST_ID)}

#: Cells of a spreadsheet (https://support.google.com/drive/answer/37603).
MOST_CELLS: Final = 10_000_000
_SPARE_ROWS: Final = 200  #: blank rows with a record tab's formats and checks, for people to type into
_SPARE_COLUMNS: Final = 4  #: right of ours, for people's own
_BELOW: Final = 20  #: blank rows below a report that grows
_SIZES: Final = {
    HIDDEN: (1_000, LABELS.column + kpis.MONTHS),
    QUEUE: (1_000, 8),
    RESULTS: (1_000, 8),
    SCRATCH: (1_000, 64),
}


class Setting(NamedTuple):
    """Where a spreadsheet is at home."""

    locale: str  #: such as "en_GB": how typed dates and decimals are read
    zone: str  #: such as "Europe/Berlin"


def new_spreadsheet(title: str, contents: Contents, setting: Setting, look: Look) -> dict[str, Any]:
    """Return the body of `spreadsheets.create`: all sheets, blank. Raises BookError if they are too large."""
    told = {"title": title, "locale": setting.locale, "timeZone": setting.zone, "autoRecalc": "ON_CHANGE"}
    made = [{"properties": properties} for properties in _sheets(contents, look)]
    return {"properties": told, "sheets": made}


def added_sheets(contents: Contents, look: Look, present: Mapping[str, int]) -> list[Request]:
    """Return the requests that add our sheets to a spreadsheet that somebody shared.

    `present` are its sheets' ids by title; they stay, behind ours. Raises BookError if one of them has the name or
    the id of one of ours, or if all together are too large.
    """
    taken = {title.casefold() for title in present}
    if same := [title for title in SHEETS if title.casefold() in taken]:
        raise BookError(
            f"The spreadsheet has a tab named {same[0]} already; rename it, so that ARC can add its own."
        )
    ours = set(SHEET_IDS.values())  # Google gives ids at random: such a one is left of another book
    if left := [title for title, number in present.items() if number in ours]:
        raise BookError(
            f"The tab {left[0]} was once a tab of another book of ARC's; delete it, or share a blank spreadsheet."
        )
    return [{"addSheet": {"properties": one}} for one in _sheets(contents, look)]


def hidden_sheet(title: str) -> Request:
    """Return the request that brings back one of the hidden sheets, blank, where somebody deleted it."""
    made = {"hidden": True, "gridProperties": _grid(*_SIZES[title])}
    return {"addSheet": {"properties": {"sheetId": SHEET_IDS[title], "title": title, **made}}}


def pages(contents: Contents) -> tuple[Page, ...]:
    """Return the furniture of the report tabs, in the order of `draw.reports`."""
    return home.PAGE, worklist.PAGE, account.PAGE, aging.page(contents.aging), kpis.page(contents.kpis)


def rows_of(tab: Tab, contents: Contents) -> Sequence[BookRow]:
    """Return the rows of a record tab, or of Issues."""
    if tab is issues.ISSUES:
        return [issues.as_row(line) for line in contents.issues]
    return contents.rows.get(tab.name, ())


def _sheets(contents: Contents, look: Look) -> list[dict[str, Any]]:
    """Return the properties of all sheets, in order."""
    reports = {
        drawing.sheet: _report(drawing, page, look)
        for drawing, page in zip(draw.reports(contents), pages(contents), strict=True)
    }
    records_ = {tab.title: _record_tab(tab, len(rows_of(tab, contents)), look) for tab in RECORD_TABS}
    hidden = {title: {"hidden": True, "gridProperties": _grid(*size)} for title, size in _SIZES.items()}
    made = reports | records_ | hidden
    _check_room([made[title]["gridProperties"] for title in SHEETS])
    return [
        {"sheetId": SHEET_IDS[title], "title": title, "index": at, **made[title]}
        for at, title in enumerate(SHEETS)
    ]


def _check_room(grids: Sequence[Mapping[str, int]]) -> None:
    cells = sum(grid["rowCount"] * grid["columnCount"] for grid in grids)
    if cells > MOST_CELLS:
        raise BookError(
            f"The book would need {cells:,} cells, and a Google spreadsheet holds {MOST_CELLS:,};"
            " keep the book of this ledger as a workbook file."
        )


def _record_tab(tab: Tab, many: int, look: Look) -> dict[str, Any]:
    rows = records.HEADER_ROW + max(1, many) + _SPARE_ROWS
    return _visible(records.page(tab, look), rows, stamp_column(tab) + 1 + _SPARE_COLUMNS, look)


def _report(drawing: Drawing, page: Page, look: Look) -> dict[str, Any]:
    below = 1 if page.one_page else _BELOW
    return _visible(page, drawing.area.bottom + below, max(drawing.area.right + 2, len(page.widths)), look)


def _visible(page: Page, rows: int, columns: int, look: Look) -> dict[str, Any]:
    made = _grid(rows, columns) | {"hideGridlines": True}
    if page.freeze:
        made |= {"frozenRowCount": page.freeze.row - 1, "frozenColumnCount": page.freeze.column}
    return {"gridProperties": made, "tabColorStyle": colour(look.colours[page.colour])}


def _grid(rows: int, columns: int) -> dict[str, Any]:
    return {"rowCount": rows, "columnCount": columns}
