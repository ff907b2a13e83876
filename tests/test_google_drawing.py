from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from arc_sheets.cells import CellValue, Formula
from arc_sheets.worklist import WorkItem
from arc_sync.books import form
from arc_sync.books.draw import account, aging, home, kpis, records, reports, worklist
from arc_sync.books.draw.issues import CHOICES, ISSUES
from arc_sync.books.drawing import Drawing, Drawn, Link
from arc_sync.books.google.adapting import WORDS, adapt, headed
from arc_sync.books.google.cells import Painter
from arc_sync.books.google.drawing import Sheet, redraw, typed, typed_on_issues
from arc_sync.books.google.look import pixels
from arc_sync.books.google.shapes import Request
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.books.look import read_look
from arc_sync.books.seals import Typed, seal
from arc_sync.xlsx.refs import Area, Place
from tests.emulators.google import GoogleEmulator
from tests.google_book import Json, Wire, cells_of, hex_of, made, sheet_of
from tests.google_schema import wrong
from tests.sample_contents import empty, sample

LOOK = read_look()
FULL, BARE = sample(150), empty()
PAINTER = Painter(LOOK, SHEET_IDS)


def _drawn(contents: Any, title: str) -> Drawing:
    return adapt(next(one for one in reports(contents) if one.sheet == title), LOOK)


def _redrawn(drawing: Drawing, before: Area | None, **how: Any) -> list[Request]:
    sheet = Sheet(SHEET_IDS[drawing.sheet], **{"rows": 100, "columns": 30, **how})
    return list(redraw(drawing, sheet, before, PAINTER))


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as running:
        yield running


@pytest.fixture(scope="module")
def wire(google: GoogleEmulator) -> Wire:
    return Wire(google)


@pytest.fixture(scope="module")
def template(wire: Wire) -> str:
    return made(wire, FULL)


@pytest.fixture(scope="module")
def fresh(wire: Wire) -> str:
    return made(wire, BARE)


@pytest.fixture
def book(google: GoogleEmulator, template: str) -> str:
    return google.person_at(template).copy_file().file.file_id


def _state(wire: Wire, book: str, title: str, rows: int = 60) -> Json:
    return sheet_of(wire.read(book, rows, [title]), title)


# -- adapted to Google ---------------------------------------------------------------------------------------


def test_every_hint_for_excel_is_found_and_said_otherwise() -> None:
    shown = [drawn.value for drawing in reports(FULL) for drawn in drawing.cells.values()]
    assert WORDS.keys() <= {*filter(lambda one: isinstance(one, str), shown)}, "a hint was reworded"
    adapted = [drawn.value for drawing in reports(FULL) for drawn in adapt(drawing, LOOK).cells.values()]
    assert not WORDS.keys() & {one for one in adapted if isinstance(one, str)}
    assert not any("F5" in one or "Alt" in one for one in adapted if isinstance(one, str))


def test_a_telephone_number_is_plain_text_as_google_links_none() -> None:
    before = {at: d for at, d in _plain("Worklist").cells.items() if isinstance(d.value, Link)}
    phones = {
        at for at, d in before.items() if isinstance(d.value, Link) and d.value.target.startswith("tel:")
    }
    after = _drawn(FULL, "Worklist").cells
    assert phones
    for at in phones:
        link = before[at].value
        assert isinstance(link, Link)
        assert after[at] == Drawn(link.text, "row.text")
    assert all(isinstance(after[at].value, Link) for at in before.keys() - phones)


def _plain(title: str) -> Drawing:
    return next(one for one in reports(FULL) if one.sheet == title)


def test_title_and_sentence_are_never_cut_by_the_frozen_edge() -> None:
    for title, column in (("Worklist", 3), ("Aging", 3), ("KPIs", 3)):
        cells = _drawn(FULL, title).cells
        assert cells[Place(1, column)].role == "title"
        assert not {at for at in cells if at.row <= 2 and at.column < column}
        assert {at.column for at, d in cells.items() if d.role == "slate.small"} <= {column}
    assert headed(Place(2, 1), None) == Place(2, 1)
    assert _drawn(FULL, "Home").cells[Place(1, 1)].role == "title"


def test_each_kpi_has_its_twelve_months_as_a_line() -> None:
    cells = _drawn(FULL, "KPIs").cells
    lines = {
        at.row: d.value for at, d in cells.items() if at.column == kpis.LINE and at.row >= kpis.FIRST_ROW
    }
    assert len(lines) == len(FULL.kpis.kpis)
    for row, value in lines.items():
        assert isinstance(value, Formula)
        assert value.text.startswith(f'IF(COUNT(G{row}:R{row})<2,"",SPARKLINE(G{row}:R{row},')


def test_a_row_of_the_worklist_is_as_tall_as_its_reasons() -> None:
    item = _with(FULL.worklist[0], why="word " * 60)
    drawing = adapt(worklist.draw([item, *FULL.worklist[1:]]), LOOK)
    assert drawing.heights[worklist.FIRST_ROW] > 6 * 12
    assert min(drawing.heights[row] for row in range(worklist.FIRST_ROW, drawing.area.bottom + 1)) == 30


def _with(item: WorkItem, **told: str) -> WorkItem:
    return item._replace(**told)  # type: ignore[arg-type]  # texts by name


def test_what_cannot_be_sent_is_drawn_as_it_will_be_read() -> None:
    item = _with(FULL.worklist[0], why="a\ud800b", customer="c\x00d")
    values = {seal(d.value) for d in adapt(worklist.draw([item]), LOOK).cells.values()}
    assert {seal("A\ufffdb"), seal("c\ufffdd")} <= values


# -- redrawing -----------------------------------------------------------------------------------------------


def test_every_request_is_one_that_google_publishes() -> None:
    for drawing in reports(FULL):
        asked = {"requests": _redrawn(adapt(drawing, LOOK), Area(1, 1, 90, 20), rows=10, columns=5)}
        assert wrong(asked, "BatchUpdateSpreadsheetRequest") == []


@pytest.mark.parametrize("title", ["Home", "Worklist", "Account", "Aging", "KPIs"])
def test_a_smaller_report_leaves_nothing_of_the_larger(wire: Wire, book: str, fresh: str, title: str) -> None:
    old, new = _drawn(FULL, title), _drawn(BARE, title)
    sheet = _state(wire, book, title)
    wire.batch_update(book, _redrawn(new, old.area, filtered=_filtered(sheet)))
    bottom = max(old.area.bottom, new.area.bottom)
    now, wanted = _state(wire, book, title), _state(wire, fresh, title)
    assert _told(now) == _told(wanted)
    assert _heights(now)[:bottom] == (_heights(wanted) + [24] * bottom)[:bottom]
    assert now.get("basicFilter", {}).get("range", {}).get("startRowIndex") == (
        wanted.get("basicFilter", {}).get("range", {}).get("startRowIndex")
    )


def _told(sheet: Json) -> dict[Place, Json]:
    entries = {account.PICKER} if sheet["properties"]["title"] == account.SHEET else set()
    return {
        at: {name: cell[name] for name in ("userEnteredValue", "userEnteredFormat") if name in cell}
        for at, cell in cells_of(sheet).items()
        if at not in entries and (cell.get("userEnteredValue") or cell.get("userEnteredFormat"))
    }


def _heights(sheet: Json) -> list[int]:
    return [one["pixelSize"] for one in sheet["data"][0]["rowMetadata"]]


def _filtered(sheet: Json) -> int | None:
    return sheet["basicFilter"]["range"]["startRowIndex"] + 1 if "basicFilter" in sheet else None


def test_redrawing_the_same_changes_nothing(wire: Wire, book: str) -> None:
    for title in ("Home", "Account", "Aging"):
        before = _state(wire, book, title)
        drawing = _drawn(FULL, title)
        wire.batch_update(book, _redrawn(drawing, drawing.area, filtered=_filtered(before)))
        assert _state(wire, book, title) == before


def test_what_people_type_into_and_write_beside_a_report_stays(wire: Wire, book: str) -> None:
    drawing, sheet = _drawn(FULL, account.SHEET), SHEET_IDS[account.SHEET]
    notes, beside = form.PLACES["log", "notes"], Place(4, drawing.area.right + 1)
    text, body = form.PLACES["message", "body"], Place(form.PLACES["message", "body"].row + 2, form.ENTRIES)
    for at in (notes, beside, text):
        wire.batch_update(book, [_type(sheet, at, "mine")])
    wire.batch_update(book, _redrawn(_drawn(BARE, account.SHEET), drawing.area))
    cells = cells_of(_state(wire, book, account.SHEET))
    for at in (notes, beside, text):
        assert cells[at]["userEnteredValue"] == {"stringValue": "mine"}
    assert hex_of(cells[body]["userEnteredFormat"]["backgroundColorStyle"]) == LOOK.colours["cream"]
    assert cells[account.PICKER]["userEnteredValue"] == {"stringValue": FULL.picked}


def _type(sheet: int, at: Place, text: str) -> Request:
    start = {"sheetId": sheet, "rowIndex": at.row - 1, "columnIndex": at.column}
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def test_entry_cells_are_never_among_the_cells_that_are_written() -> None:
    drawing = _drawn(FULL, account.SHEET)
    touched: set[Place] = set()
    for one in _redrawn(drawing, None):
        for asked in (one[kind] for kind in ("updateCells", "repeatCell") if kind in one):
            if "range" in asked:
                a = asked["range"]
                rows, columns = (
                    range(a["startRowIndex"], a["endRowIndex"]),
                    range(a["startColumnIndex"], a["endColumnIndex"]),
                )
            else:
                top, left = asked["start"]["rowIndex"], asked["start"]["columnIndex"]
                rows, columns = (
                    range(top, top + len(asked["rows"])),
                    range(left, left + len(asked["rows"][0]["values"])),
                )
            touched |= {Place(row + 1, column) for row in rows for column in columns}
    inside = {Place(row, a.left) for a in form.TALL for row in range(a.top, a.bottom + 1)}
    assert inside <= drawing.entries, "people may part the cells of a tall one"
    assert not touched & drawing.entries
    assert touched | drawing.entries >= drawing.cells.keys()


def test_the_sheet_grows_where_a_report_needs_more_room(wire: Wire, book: str) -> None:
    items = [_with(FULL.worklist[0], customer=f"Customer {n}") for n in range(120)]
    drawing = adapt(worklist.draw(items), LOOK)
    grid = _state(wire, book, worklist.SHEET)["properties"]["gridProperties"]
    assert grid["rowCount"] < drawing.area.bottom
    requests = _redrawn(
        drawing, None, rows=grid["rowCount"], columns=grid["columnCount"], filtered=worklist.HEADER_ROW
    )
    wire.batch_update(book, requests)
    cells = cells_of(_state(wire, book, worklist.SHEET, 200))
    assert cells[Place(drawing.area.bottom, 2)]["userEnteredValue"] == {"stringValue": "Customer 119"}
    assert len(requests) < 60, "cells that look alike are dressed together"


def test_filter_buttons_move_with_their_table_and_stay_otherwise() -> None:
    for contents in (FULL, BARE):
        drawing = _drawn(contents, aging.SHEET)
        assert drawing.table
        top = drawing.table.area.top
        assert not [one for one in _redrawn(drawing, None, filtered=top) if "setBasicFilter" in one]
        (moved,) = (
            one["setBasicFilter"] for one in _redrawn(drawing, None, filtered=3) if "setBasicFilter" in one
        )
        assert moved["filter"]["range"]["startRowIndex"] == top - 1
        assert "endRowIndex" not in moved["filter"]["range"]


def test_a_report_without_a_filter_gets_none() -> None:
    assert not [one for one in _redrawn(_drawn(FULL, home.SHEET), None) if "setBasicFilter" in one]


def test_a_height_that_is_no_longer_drawn_is_given_back(wire: Wire, book: str) -> None:
    wire.batch_update(book, _redrawn(_drawn(BARE, "Worklist"), _drawn(FULL, "Worklist").area, filtered=4))
    heights = _heights(_state(wire, book, "Worklist"))
    assert heights[worklist.HEADER_ROW - 1] == pixels(32)
    assert {*heights[worklist.FIRST_ROW : 30]} == {24}


# -- what people typed over it -------------------------------------------------------------------------------


def _read(drawing: Drawing) -> dict[Place, CellValue]:
    found: dict[Place, CellValue] = {}
    for at, drawn in drawing.cells.items():
        value = drawn.value.text if isinstance(drawn.value, Link) else drawn.value
        found[at] = Formula(value.text) if isinstance(value, Formula) else value
    return found


def _seals(drawing: Drawing) -> frozenset[str]:
    return frozenset(seal(drawn.value) for drawn in drawing.cells.values())


@pytest.mark.parametrize("title", ["Home", "Worklist", "Account", "Aging", "KPIs"])
def test_what_arc_drew_itself_is_no_typing(title: str) -> None:
    drawing = _drawn(FULL, title)
    assert typed(_drawn(BARE, title), drawing.area, _read(drawing), _seals(drawing)) == []
    assert typed(drawing, None, _read(drawing), ()) == [], "what is drawn again is not lost either"


def test_what_was_typed_over_a_report_is_found_where_it_stands() -> None:
    drawing, new = _drawn(FULL, "Worklist"), _drawn(BARE, "Worklist")
    cells = _read(drawing) | {
        Place(6, 3): "Spoke to Ruth",
        Place(8, 5): Decimal("12.5"),
        Place(9, 2): Formula("A1+1"),
        Place(10, 4): True,
        Place(3, drawing.area.right + 1): "beside it",
    }
    found = typed(new, drawing.area, cells, _seals(drawing))
    assert found == [
        Typed("D6", "Spoke to Ruth"),
        Typed("F8", "12.5"),
        Typed("C9", "=A1+1"),
        Typed("E10", "TRUE"),
    ]


def test_rows_that_people_sorted_are_no_typing() -> None:
    drawing = _drawn(FULL, "Aging")
    cells, top = _read(drawing), drawing.table.area.top if drawing.table else 0
    swapped = {
        at: cells.get(Place({top + 1: top + 2, top + 2: top + 1}.get(at.row, at.row), at.column), value)
        if at.column <= aging.CURRENCY
        else value
        for at, value in cells.items()
    }
    assert swapped != cells
    assert typed(_drawn(BARE, "Aging"), drawing.area, swapped, _seals(drawing)) == []


def test_entry_cells_are_people_s_own_and_no_typing() -> None:
    drawing = _drawn(FULL, "Account")
    cells = _read(drawing) | {account.PICKER: "Elbe Spedition", form.PLACES["log", "notes"]: "called"}
    assert typed(_drawn(BARE, "Account"), drawing.area, cells, _seals(drawing)) == []


def test_a_blank_is_nothing_typed() -> None:
    drawing = _drawn(BARE, "Home")
    assert typed(drawing, None, {Place(26, 2): None, Place(27, 2): ""}, ()) == []


def test_what_was_typed_between_the_issues_is_found_and_a_choice_is_none() -> None:
    columns = {column.name: n for n, column in enumerate(ISSUES.columns, 1)}
    cells: Mapping[Place, CellValue] = {
        Place(5, columns["choice"]): CHOICES[0].upper(),
        Place(5, columns["what"]): "ours",
        Place(6, columns["choice"]): "what is this?",
        Place(6, columns["mine"]): "typed",
        Place(7, columns["mine"]): "further down",
        Place(2, columns["mine"]): "above",
        Place(6, 30): "beside",
    }
    found = typed_on_issues(cells, columns, records.HEADER_ROW, 6, {seal("ours")})
    assert found == [Typed("B6", "what is this?"), Typed("E6", "typed")]
