from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arc_sheets import dates, money, tabs
from arc_sheets.tab import Owner, Tab
from arc_sync.books import create as file_create
from arc_sync.books import form
from arc_sync.books.draw import account, home, kpis, records, reports
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.google.adapting import WORDS, adapt
from arc_sync.books.google.charts import LABELS
from arc_sync.books.google.create import QUEUE_HEADERS
from arc_sync.books.google.look import cell_format
from arc_sync.books.google.records import sentence_place, stamp_column
from arc_sync.books.google.shapes import STAMP_HEADER, grid
from arc_sync.books.google.sheets import SHEET_IDS, SHEETS
from arc_sync.books.look import read_look, record_role
from arc_sync.xlsx.refs import Area, Place
from tests.emulators.google import GoogleEmulator
from tests.google_book import (
    Json,
    Wire,
    cells_of,
    entered,
    hex_of,
    lines_of,
    made,
    of_kind,
    requests_of,
    sheet_of,
)
from tests.sample_contents import empty, sample

FULL, LOOK = sample(150), read_look()
RECORDS = (*tabs.RECORD_TABS, ISSUES)
FROZEN = {"Worklist": 3, "Aging": 3, "KPIs": 3} | {tab.title: 1 + records.keys(tab) for tab in RECORDS}


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as running:
        yield running


@pytest.fixture(scope="module")
def full(google: GoogleEmulator) -> Json:
    wire = Wire(google)
    return wire.read(made(wire, FULL), 180)


@pytest.fixture(scope="module")
def bare(google: GoogleEmulator) -> Json:
    wire = Wire(google)
    return wire.read(made(wire, empty()), 40)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    file_create.create(path, FULL)
    return _opened(path)


def _opened(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")
        return openpyxl.load_workbook(path)


# -- the same book -------------------------------------------------------------------------------------------


def test_what_is_made_holds_cell_by_cell_what_the_file_holds(full: Json, filed: Any) -> None:
    for title in (title for title in tabs.SHEETS if title != "_ARC"):
        here = {at: entered(cell) for at, cell in cells_of(sheet_of(full, title)).items()}
        there = {
            Place(cell.row, cell.column - 1): _filed(cell.value)
            for line in filed[title].iter_rows()
            for cell in line
            if cell.value is not None
        }
        there = {_moved(title, at, there): value for at, value in there.items()}
        for at in {*here, *there}:
            mine, theirs = here.get(at), there.get(at)
            if mine != theirs:
                assert _differs_on_purpose(title, at, mine, theirs), f"{title} {at}: {mine!r}, not {theirs!r}"


def _filed(value: object) -> object:
    if isinstance(value, datetime):
        return Decimal(f"{dates.to_serial(value if value.time() != time() else value.date()):.12g}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(f"{value:.12g}")
    return (
        re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), value)
        if isinstance(value, str)
        else value
    )


def _moved(title: str, at: Place, cells: dict[Place, object]) -> Place:
    across = isinstance(cells[at], str) and str(cells[at]).startswith(("Control: ", "A change in bold rust"))
    if title in FROZEN and ((at.row <= 2 and at.column == 1) or across):
        return Place(at.row, FROZEN[title])
    return at


def _differs_on_purpose(title: str, at: Place, mine: object, theirs: object) -> bool:
    if title == kpis.SHEET and at.column == kpis.LINE and at.row >= kpis.FIRST_ROW:
        return theirs is None and "SPARKLINE(" in str(mine)
    if title == account.SHEET:
        return WORDS.get(str(theirs)) == mine
    if title == "Reminders" and at.row == 1:
        return all(str(one).startswith("=HYPERLINK(") for one in (mine, theirs))
    return (mine, theirs) == (STAMP_HEADER, None) and at.row == records.HEADER_ROW


def test_every_tab_is_there_and_home_is_the_first(full: Json, bare: Json) -> None:
    for book in (full, bare):
        told = [one["properties"] for one in book["sheets"]]
        assert [one["title"] for one in told] == list(SHEETS)
        assert [one["title"] for one in told if one.get("hidden")] == [
            s for s in SHEETS if s.startswith("_ARC")
        ]
        assert {one["title"]: one["sheetId"] for one in told} == SHEET_IDS
        assert book["properties"]["locale"] == "en_GB"
        assert book["properties"]["timeZone"] == "Europe/Berlin"


def test_panes_gridlines_and_colours_are_those_of_the_file(full: Json, filed: Any) -> None:
    for sheet in filed:
        told = sheet_of(full, sheet.title)["properties"]
        if sheet.title == "_ARC":
            continue
        panes = told["gridProperties"]
        frozen = (
            openpyxl.utils.cell.coordinate_from_string(sheet.freeze_panes) if sheet.freeze_panes else ("A", 1)
        )
        assert panes.get("frozenRowCount", 0) == frozen[1] - 1
        assert panes.get("frozenColumnCount", 0) == openpyxl.utils.column_index_from_string(frozen[0]) - 1
        assert panes["hideGridlines"]
        assert hex_of(told["tabColorStyle"]) == f"#{sheet.sheet_properties.tabColor.rgb[2:]}"


def test_every_cell_of_a_report_looks_as_its_role_says(full: Json) -> None:
    for drawing in reports(FULL):
        cells = cells_of(sheet_of(full, drawing.sheet))
        for at, drawn in adapt(drawing, LOOK).cells.items():
            told = cells[at]["userEnteredFormat"]
            wanted = cell_format(LOOK, drawn.role)
            assert told["textFormat"]["fontSize"] == wanted["textFormat"]["fontSize"]
            assert _ground({"userEnteredFormat": told}) == LOOK.format(drawn.role).get("bg_color")
            assert told.get("borders", {}).keys() == wanted.get("borders", {}).keys()
            assert told.get("horizontalAlignment") == wanted.get("horizontalAlignment")


def _ground(cell: Json) -> str | None:
    told = cell["userEnteredFormat"]
    return hex_of(told["backgroundColorStyle"]) if "backgroundColorStyle" in told else None


@pytest.mark.parametrize("tab", RECORDS, ids=lambda tab: tab.title)
def test_every_row_of_a_record_tab_shows_its_amounts_in_their_currency(full: Json, tab: Tab) -> None:
    cells, lines = cells_of(sheet_of(full, tab.title)), FULL.rows.get(tab.name, ())
    for at, drawn in enumerate(records.rows(tab, lines), records.FIRST_ROW):
        for column, one in enumerate(drawn):
            told = cells[Place(at, column)]["userEnteredFormat"]
            assert told.get("numberFormat") == cell_format(LOOK, one.role).get("numberFormat")


def test_a_row_typed_below_the_others_looks_and_behaves_like_them(full: Json, bare: Json) -> None:
    for book, many in ((full, len(FULL.rows["invoices"])), (bare, 0)):
        cells = cells_of(sheet_of(book, "Invoices"))
        for number, column in enumerate(tabs.INVOICES.columns, 1):
            cell = cells[Place(records.FIRST_ROW + many + 7, number)]
            wanted = cell_format(LOOK, record_role(tabs.INVOICES, column, None))
            assert cell["userEnteredFormat"].get("numberFormat") == wanted.get("numberFormat")
        assert (
            cells[Place(records.FIRST_ROW + many + 7, 5)]["dataValidation"]["condition"]["type"]
            == "ONE_OF_RANGE"
        )


@pytest.mark.parametrize("tab", RECORDS, ids=lambda tab: tab.title)
def test_an_empty_tab_says_how_to_begin(bare: Json, tab: Tab) -> None:
    cells = cells_of(sheet_of(bare, tab.title))
    assert entered(cells[sentence_place(tab)]) == tab.empty
    headers = [entered(cells[Place(records.HEADER_ROW, c)]) for c in range(stamp_column(tab) + 1)]
    assert headers == [*records.headers(tab), STAMP_HEADER]
    assert not any("userEnteredValue" in cell for at, cell in cells.items() if at.row > records.HEADER_ROW)


def test_ids_seals_and_stamps_are_hidden(full: Json) -> None:
    for tab in RECORDS:
        columns = sheet_of(full, tab.title)["data"][0]["columnMetadata"]
        hidden = {at for at, one in enumerate(columns) if one.get("hiddenByUser")}
        assert hidden == {0, records.seal_column(tab), stamp_column(tab)}


# -- what people may type ------------------------------------------------------------------------------------


def _rule(book: Json, title: str, at: Place) -> Json:
    return dict(cells_of(sheet_of(book, title))[at].get("dataValidation", {}))


def _values(rule: Json) -> list[str]:
    return [one["userEnteredValue"] for one in rule["condition"].get("values", [])]


def test_people_get_lists_where_there_are_some_and_warnings_where_they_type(full: Json) -> None:
    def at(name: str) -> Json:
        return _rule(full, "Invoices", Place(9, records.column_of(tabs.INVOICES, name)))

    status, currency, customer, due, amount = map(at, ("status", "currency", "customer", "due", "amount"))
    assert (_values(status), status["strict"], status["showCustomUi"]) == ([*tabs.STATUSES], True, True)
    assert _values(currency) == [f"=_ARC!$F$1:$F${len(money.CURRENCIES)}"]
    assert _values(customer) == ["=Customers!$B$5:$B"]
    assert (currency["strict"], customer.get("strict", False)) == (True, False)
    assert (due["condition"]["type"], due.get("strict", False)) == ("DATE_IS_VALID", False)
    assert (_values(amount), amount.get("strict", False)) == (["=ISNUMBER(G5)"], False)
    assert all(not at(name) for name in ("paid", "balance", "days_overdue", "bucket", "notes"))
    stage, decision = (Place(9, records.column_of(tabs.REMINDERS, name)) for name in ("stage", "decision"))
    assert not _rule(full, "Reminders", stage), "what ARC fills offers no list"
    assert _rule(full, "Reminders", decision)


def test_the_lists_hold_what_they_should(full: Json) -> None:
    codes = cells_of(sheet_of(full, "_ARC"))
    column = [
        entered(codes[Place(n, file_create.CURRENCY_COLUMN)]) for n in range(1, len(money.CURRENCIES) + 1)
    ]
    assert column == sorted(money.CURRENCIES)
    named = {one["name"]: one["range"] for one in full["namedRanges"]}
    picker = Area(account.PICKER.row, account.PICKER.column, account.PICKER.row, account.PICKER.column)
    assert named["go_customer"] == grid(SHEET_IDS["Account"], picker)
    assert {f"go_{block.name}" for block in form.BLOCKS} <= named.keys()


def test_the_form_prompts_and_checks_every_entry_cell_where_the_file_has_it(full: Json) -> None:
    cells = cells_of(sheet_of(full, "Account"))
    picker = cells[account.PICKER]["dataValidation"]
    assert (_values(picker), picker["strict"]) == (["=Customers!$B$5:$B"], True)
    for block in form.BLOCKS:
        for one, place in block.places():
            assert entered(cells[Place(place.row, form.LABELS)]) == one.column.header
            rule = cells[place]["dataValidation"]
            assert rule["inputMessage"] == one.hint.replace("Alt+Down", "Enter")
            if one.usual or one.column.choices:
                assert _values(rule) == list(one.usual or one.column.choices)
            assert rule.get("strict", False) == bool(one.column.choices), (
                "what is typed freely is only warned of"
            )
            assert _ground(cells[place]) == LOOK.colours["cream"]


def test_google_asks_before_somebody_types_where_arc_writes_and_stops_nobody(full: Json) -> None:
    for tab in RECORDS:
        ranges = sheet_of(full, tab.title)["protectedRanges"]
        assert all(one["warningOnly"] for one in ranges)
        columns = {
            column
            for one in ranges
            if one["range"].get("startRowIndex") == records.HEADER_ROW
            for column in range(one["range"].get("startColumnIndex", 0), one["range"]["endColumnIndex"])
        }
        ours = {n for n, column in enumerate(tab.columns, 1) if column.owner is Owner.LEDGER}
        assert columns == ours | {0, records.seal_column(tab), stamp_column(tab)}
    (page,) = sheet_of(full, "Account")["protectedRanges"]
    *entries, beside = page["unprotectedRanges"]
    assert (beside["startColumnIndex"], "startRowIndex" in beside) == (form.ENTRIES + 2, False)
    free = {
        (row_ + 1, column)
        for one in entries
        for row_ in range(one["startRowIndex"], one["endRowIndex"])
        for column in range(one["startColumnIndex"], one["endColumnIndex"])
    }
    assert free >= {account.PICKER, *form.PLACES.values()}


def test_rules_reach_to_the_end_of_the_sheet_in_the_order_of_the_file(full: Json) -> None:
    rules = sheet_of(full, "Invoices")["conditionalFormats"]
    formulas = [one["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for one in rules]
    assert formulas == ["=AND(ISNUMBER($O5);$O5>90)", '=OR($P5="Settled";$P5="Void")']
    assert [one["ranges"][0].get("startColumnIndex") for one in rules] == [14, 1]
    rows = sheet_of(full, "Invoices")["properties"]["gridProperties"]["rowCount"]
    assert all(one["ranges"][0].get("endRowIndex", rows) == rows for one in rules)


def test_every_table_has_its_filter_down_to_the_end_of_the_sheet(full: Json) -> None:
    for title in (*(tab.title for tab in RECORDS), "Worklist", "Aging"):
        sheet = sheet_of(full, title)
        area, rows = sheet["basicFilter"]["range"], sheet["properties"]["gridProperties"]["rowCount"]
        assert area.get("endRowIndex", rows) == rows
        header = cells_of(sheet)[Place(area["startRowIndex"] + 1, FROZEN[title])]
        assert _ground(header) == LOOK.colours["header"]


# -- charts --------------------------------------------------------------------------------------------------


def test_home_has_three_charts_that_say_what_they_show(full: Json, bare: Json) -> None:
    for book in (full, bare):
        charts = sheet_of(book, "Home")["charts"]
        assert [len(one["spec"]["altText"]) > 30 for one in charts] == [True] * 3
        ages, dso, cei = (one["spec"]["basicChart"] for one in charts)
        assert _sources(ages) == ["Aging!D3:H3", "Aging!D4:H4", "_ARC!H1:L1"]
        assert _sources(dso) == ["KPIs!G4:R4", "KPIs!G7:R7", "KPIs!G5:R5", "_ARC!H2:S2"]
        assert _sources(cei) == ["KPIs!G4:R4", "KPIs!G10:R10", "_ARC!H3:S3"]


def test_google_is_told_that_no_cell_of_a_chart_is_a_header_so_that_it_does_not_guess() -> None:
    specs = [one["chart"]["spec"]["basicChart"] for one in of_kind("addChart", requests_of(empty()))]
    assert [one["headerCount"] for one in specs] == [0, 0, 0]


def _sources(chart: Json) -> list[str]:
    titles = {number: title for title, number in SHEET_IDS.items()}
    found = [one["domain"] for one in chart["domains"]]
    for one in chart["series"]:
        found += [one["series"], *([one["dataLabel"]["customLabelData"]] if "dataLabel" in one else [])]
    areas = [one["sourceRange"]["sources"][0] for one in found]
    letter = openpyxl.utils.get_column_letter
    return [
        f"{titles[a['sheetId']]}!{letter(a.get('startColumnIndex', 0) + 1)}{a.get('startRowIndex', 0) + 1}"
        f":{letter(a['endColumnIndex'])}{a['endRowIndex']}"
        for a in areas
    ]


def test_a_chart_labels_what_its_cells_show(full: Json, bare: Json) -> None:
    cells = cells_of(sheet_of(full, "_ARC"))
    first = entered(cells[LABELS])
    assert str(first).startswith("=IF(ISNUMBER(Aging!D4),")
    assert Place(LABELS.row + 1, LABELS.column) not in cells, "only the last point of a line is labelled"
    assert str(entered(cells[Place(2, LABELS.column + kpis.MONTHS - 1)])).startswith("=IF(ISNUMBER(KPIs!R5),")
    assert "userEnteredValue" in cells_of(sheet_of(bare, "_ARC"))[LABELS]


def test_charts_stand_below_their_titles_and_cover_nothing(full: Json) -> None:
    sheet = sheet_of(full, "Home")
    heights = [one["pixelSize"] for one in sheet["data"][0]["rowMetadata"]]
    widths = [one["pixelSize"] for one in sheet["data"][0]["columnMetadata"]]
    upper, lower, end = home.CHART_ROW, home.LOWER_CHART_ROW, home.LISTS_ROW
    for chart, section, bottom in zip(sheet["charts"], (upper, upper, lower), (end, lower, end), strict=True):
        place = chart["position"]["overlayPosition"]
        row_, column = place["anchorCell"]["rowIndex"], place["anchorCell"]["columnIndex"]
        assert row_ == section, "the row below the section's title, from 0"
        assert place["heightPixels"] + 2 <= sum(heights[row_ : bottom - 1])
        right = home.LAST + 1 if column == home.CHART_SPLIT else home.CHART_SPLIT
        assert place["widthPixels"] + 2 <= sum(widths[column:right])


# -- what is hidden ------------------------------------------------------------------------------------------


def test_the_hidden_tab_says_whose_book_it_is_and_where(full: Json, filed: Any) -> None:
    told = lines_of(full)
    there = {a.value: str(b.value or "") for a, b in filed["_ARC"].iter_rows(max_col=2) if a.value}
    assert told.pop("spreadsheet") == full["spreadsheetId"]
    same = {name for name in there if not name.startswith(("seals ", "dress "))}
    assert {name: told[name] for name in same} == {name: there[name] for name in same}
    assert {name for name in told if name.startswith("seals ")} >= {
        "seals Home 0",
        "seals KPIs 0",
        "seals Issues 0",
    }


def test_the_queue_is_text_and_has_the_headers_that_the_menu_knows(full: Json) -> None:
    cells = cells_of(sheet_of(full, "_ARC_QUEUE"))
    assert [entered(cells[Place(1, c)]) for c in range(len(QUEUE_HEADERS))] == list(QUEUE_HEADERS)
    assert cells[Place(40, 4)]["userEnteredFormat"]["numberFormat"]["type"] == "TEXT"
