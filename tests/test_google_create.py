from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, overload

import openpyxl
import pytest

from arc_sheets import dates, money, tabs
from arc_sheets.errors import BookError
from arc_sheets.tab import Owner, Tab
from arc_sync.agent import pages
from arc_sync.agent.round import run_round
from arc_sync.books import create as file_create
from arc_sync.books import form
from arc_sync.books.contents import BookRow, Contents, Meta
from arc_sync.books.draw import account, home, kpis, records, reports
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.google.adapting import WORDS, adapt
from arc_sync.books.google.book import GoogleBook
from arc_sync.books.google.charts import LABELS
from arc_sync.books.google.create import BATCH, QUEUE_HEADERS, batches, packed
from arc_sync.books.google.look import cell_format
from arc_sync.books.google.records import sentence_place, stamp_column
from arc_sync.books.google.shapes import STAMP_HEADER, Request, grid
from arc_sync.books.google.sheets import SHEET_IDS, SHEETS, added_sheets, new_spreadsheet
from arc_sync.books.look import read_look, record_role
from arc_sync.xlsx.refs import Area, Place
from tests.emulators.google import GoogleEmulator
from tests.file_firm import NOW, TERMS, Firm, firm
from tests.google_book import SETTING, Json, Wire, cells_of, hex_of, made, sheet_of
from tests.google_hand import client
from tests.google_schema import wrong
from tests.sample_contents import META, empty, row, sample
from tests.test_books_create import EVIL

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


def _requests(contents: Contents = FULL) -> list[Request]:
    return [one for batch in batches(contents, "abc", SHEET_IDS, LOOK) for one in batch]


def _of_kind(kind: str, requests: Sequence[Request]) -> list[Any]:
    return [one[kind] for one in requests if kind in one]


# -- the same book -------------------------------------------------------------------------------------------


def test_what_is_made_holds_cell_by_cell_what_the_file_holds(full: Json, filed: Any) -> None:
    for title in (title for title in tabs.SHEETS if title != "_ARC"):
        here = {at: _entered(cell) for at, cell in cells_of(sheet_of(full, title)).items()}
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


def _entered(cell: Json) -> object:
    value = cell.get("userEnteredValue", {})
    if "formulaValue" in value:
        return value["formulaValue"].replace(";", ",")
    if "numberValue" in value:
        return Decimal(f"{value['numberValue']:.12g}")
    return next(iter(value.values()), None)


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
    assert _entered(cells[sentence_place(tab)]) == tab.empty
    headers = [_entered(cells[Place(records.HEADER_ROW, c)]) for c in range(stamp_column(tab) + 1)]
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
        _entered(codes[Place(n, file_create.CURRENCY_COLUMN)]) for n in range(1, len(money.CURRENCIES) + 1)
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
            assert _entered(cells[Place(place.row, form.LABELS)]) == one.column.header
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
    specs = [one["chart"]["spec"]["basicChart"] for one in _of_kind("addChart", _requests(empty()))]
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
    first = _entered(cells[LABELS])
    assert str(first).startswith("=IF(ISNUMBER(Aging!D4),")
    assert Place(LABELS.row + 1, LABELS.column) not in cells, "only the last point of a line is labelled"
    assert str(_entered(cells[Place(2, LABELS.column + kpis.MONTHS - 1)])).startswith(
        "=IF(ISNUMBER(KPIs!R5),"
    )
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


# -- what reaches Google -------------------------------------------------------------------------------------


@pytest.mark.parametrize("contents", [FULL, empty()], ids=["full", "bare"])
def test_every_request_is_one_that_google_publishes(contents: Contents) -> None:
    assert wrong(new_spreadsheet("Receivables", contents, SETTING, LOOK), "Spreadsheet") == []
    for batch in batches(contents, "abc", SHEET_IDS, LOOK):
        assert wrong({"requests": batch}, "BatchUpdateSpreadsheetRequest") == []


def test_the_schema_finds_what_is_wrong() -> None:
    asked = {
        "requests": [
            {"mergeCells": {"mergeType": "ALL", "rnge": {}}},
            {"addSheet": {"properties": {"title": 1}}},
        ]
    }
    found = wrong(asked, "BatchUpdateSpreadsheetRequest")
    assert [
        one.partition(": ")[0].removeprefix("BatchUpdateSpreadsheetRequest.requests") for one in found
    ] == [
        "[0].mergeCells.mergeType",
        "[0].mergeCells.rnge is unknown",
        "[1].addSheet.properties.title",
    ]


def test_no_formula_depends_on_the_locale() -> None:
    sent = json.dumps(_requests())
    formulas = [
        json.loads(f'"{one}"')
        for one in re.findall(r'"(?:formulaValue|userEnteredValue)": "(=(?:[^"\\]|\\.)*)"', sent)
    ]
    assert len(formulas) > 100
    for one in formulas:
        code = re.sub(r"\"[^\"]*\"|'[^']*'", "", one)
        assert "," not in code
        assert not re.search(r"\d\.\d", code)
        assert "{" not in code


def test_text_stays_text_whatever_it_begins_with(google: GoogleEmulator) -> None:
    lines = [
        BookRow(f"id{n}", row(tabs.CUSTOMERS, name=text, notes=text, currency="EUR"), (None,) * 4, "s")
        for n, text in enumerate(EVIL)
    ]
    wire = Wire(google)
    book = wire.read(
        made(wire, replace(empty(), rows={"customers": lines}, company=EVIL[0])), 30, ["Customers"]
    )
    cells = cells_of(sheet_of(book, "Customers"))
    for n, text in enumerate(EVIL):
        for name in ("name", "notes"):
            cell = cells[Place(records.FIRST_ROW + n, records.column_of(tabs.CUSTOMERS, name))]
            assert cell["userEnteredValue"] == {"stringValue": text.replace("\x00", "\ufffd")}
            assert "link" not in cell["userEnteredFormat"]["textFormat"]


def test_a_text_that_no_cell_holds_is_refused_with_its_place() -> None:
    lines = [BookRow("id", row(tabs.CUSTOMERS, name="x" * 50_001, currency="EUR"), (None,) * 4, "s")]
    with pytest.raises(BookError, match="Customers!B5 cannot hold"):
        _requests(replace(empty(), rows={"customers": lines}))


def test_a_book_beyond_ten_million_cells_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        BookError, match=r"would need 1\d,\d{3},\d{3} cells, and a Google spreadsheet holds 10,000,000"
    ):
        new_spreadsheet("x", replace(empty(), rows={"invoices": Once(500_000)}), SETTING, LOOK)


# -- size, and dying halfway ---------------------------------------------------------------------------------


class Once(Sequence[BookRow]):
    """Rows that are made one by one, and only once; every third one in yen."""

    def __init__(self, many: int) -> None:
        self.many, self.walked = many, 0

    def __len__(self) -> int:
        return self.many

    @overload
    def __getitem__(self, index: int) -> BookRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BookRow]: ...
    def __getitem__(self, index: int | slice) -> BookRow | Sequence[BookRow]:
        raise AssertionError(f"row {index} was asked for out of turn")

    def __iter__(self) -> Iterator[BookRow]:
        assert self.walked == 0
        for number in range(self.many):
            self.walked += 1
            told: dict[str, Any] = {
                "currency": "JPY" if number % 3 == 0 else "EUR",
                "issued": date(2026, 1, 1),
            }
            values = row(
                tabs.INVOICES, number=f"I-{number}", customer="Elbe Spedition", amount=number, **told
            )
            yield BookRow(f"{number:036}", values, (0, number, None, "Current"), "s")


def test_ten_thousand_rows_take_a_handful_of_calls_of_bounded_size() -> None:
    rows = Once(10_000)
    found = list(batches(replace(FULL, rows={"invoices": rows}), "abc", SHEET_IDS, LOOK))
    assert rows.walked == 10_000
    assert max(len(json.dumps(batch)) for batch in found) <= BATCH + 2
    assert len(found) <= 15
    numbers = [one for piece in _pieces(found) for one in piece]
    assert numbers == [(records.FIRST_ROW + n, f"I-{n}") for n in range(10_000)]


def _pieces(found: Sequence[Sequence[Request]]) -> Iterator[list[tuple[int, str]]]:
    for one in _of_kind("updateCells", [one for batch in found for one in batch]):
        start = one.get("start", {})
        if start.get("sheetId") == SHEET_IDS["Invoices"] and start["rowIndex"] >= records.HEADER_ROW:
            told = [line["values"][1]["userEnteredValue"]["stringValue"] for line in one["rows"]]
            yield list(enumerate(told, start["rowIndex"] + 1))


def test_one_large_request_goes_alone_and_none_is_lost() -> None:
    sizes = [10, 10, 500, 10, 90, 10]
    requests: list[Request] = [{"x": "y" * size} for size in sizes]
    found = list(packed(requests, 130))
    assert [one for batch in found for one in batch] == requests
    assert [[len(one["x"]) for one in batch] for batch in found] == [[10, 10], [500], [10, 90], [10]]


def test_what_was_left_halfway_is_no_book(google: GoogleEmulator) -> None:
    wire = Wire(google)
    spreadsheet = wire.create(new_spreadsheet("Receivables", empty(), SETTING, LOOK))
    *before, last = batches(empty(), spreadsheet, SHEET_IDS, LOOK)
    for batch in before:
        wire.batch_update(spreadsheet, batch)
    assert _lines(wire.read(spreadsheet, 60, ["_ARC"])) == {}
    wire.batch_update(spreadsheet, last)
    assert _lines(wire.read(spreadsheet, 60, ["_ARC"]))["book"] == META.book


def _lines(book: Json) -> dict[str, str]:
    cells = cells_of(sheet_of(book, "_ARC"))
    named = {
        at.row: _entered(cell) for at, cell in cells.items() if at.column == 0 and "userEnteredValue" in cell
    }
    return {str(name): str(_entered(cells.get(Place(at, 1), {})) or "") for at, name in named.items()}


def test_the_hidden_tab_says_whose_book_it_is_and_where(full: Json, filed: Any) -> None:
    told = _lines(full)
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
    assert [_entered(cells[Place(1, c)]) for c in range(len(QUEUE_HEADERS))] == list(QUEUE_HEADERS)
    assert cells[Place(40, 4)]["userEnteredFormat"]["numberFormat"]["type"] == "TEXT"


# -- a spreadsheet that somebody shared ----------------------------------------------------------------------


def test_a_shared_spreadsheet_keeps_its_own_tabs_behind_ours(google: GoogleEmulator) -> None:
    wire = Wire(google)
    spreadsheet = wire.create({"properties": {"title": "Shared"}})
    present = {
        one["properties"]["title"]: one["properties"]["sheetId"]
        for one in wire.read(spreadsheet, 1, ["Sheet1"])["sheets"]
    }
    ids, requests = added_sheets(empty(), LOOK, present | {"Mine": 4205})
    assert wrong({"requests": requests}, "BatchUpdateSpreadsheetRequest") == []
    wire.batch_update(spreadsheet, requests)
    for batch in batches(empty(), spreadsheet, ids, LOOK):
        wire.batch_update(spreadsheet, batch)
    book = wire.read(spreadsheet, 40, [*SHEETS, "Sheet1"])
    assert [one["properties"]["title"] for one in book["sheets"]] == [*SHEETS, *present]
    assert 4205 not in ids.values()
    link = cells_of(sheet_of(book, "Home"))[Place(3, home.LAST)]["userEnteredFormat"]["textFormat"]["link"]
    assert link == {"uri": f"#gid={ids['Issues']}&range=B5"}


def test_a_tab_of_the_same_name_is_not_taken_for_ours() -> None:
    with pytest.raises(BookError, match="has a tab named Customers already; rename it"):
        added_sheets(empty(), LOOK, {"Sheet1": 0, "customers": 9})


# -- rounds --------------------------------------------------------------------------------------------------


def test_a_book_that_was_made_whole_is_in_step_and_the_first_round_writes_nothing(
    google: GoogleEmulator, tmp_path: Path
) -> None:
    one, sheets = firm(tmp_path), client(google)
    book = GoogleBook(sheets, made(sheets, _contents(one)))
    before = sheets.transport.made.copy()
    report = run_round(one.settings, book, one.ledger, NOW)
    assert (report.idle, report.in_step, report.issues) == (True, True, [])
    assert not [call for call in sheets.transport.made - before if call.endswith("batchUpdate")]


def test_how_to_begin_is_said_only_while_there_are_no_rows(google: GoogleEmulator, tmp_path: Path) -> None:
    one, sheets = firm(tmp_path), client(google)
    spreadsheet = made(sheets, _without_rows(_contents(one)))
    assert run_round(one.settings, GoogleBook(sheets, spreadsheet), one.ledger, NOW).in_step
    book = Wire(google).read(spreadsheet, 4, ["Invoices", "Disputes"])
    for tab, told in ((tabs.INVOICES, tabs.INVOICES.sentence), (tabs.DISPUTES, tabs.DISPUTES.empty)):
        assert _entered(cells_of(sheet_of(book, tab.title))[sentence_place(tab)]) == told


def test_rows_beyond_the_end_of_a_sheet_look_and_behave_like_those_above(
    google: GoogleEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arc_sync.books.google.sheets._SPARE_ROWS", 2)
    one, sheets = firm(tmp_path), client(google)
    told: dict[str, Any] = {"stage": "Firm", "channel": "Email", "language": "English"}
    one.put(tabs.TEMPLATES, "t" * 32, **told, subject="Due", body="a line\n" * 9)
    spreadsheet = made(sheets, _without_rows(_contents(one)))
    assert run_round(one.settings, GoogleBook(sheets, spreadsheet), one.ledger, NOW).in_step
    book = Wire(google).read(spreadsheet, 30, ["Invoices", "Templates"])
    cells = cells_of(sheet_of(book, "Invoices"))
    last = records.FIRST_ROW + len(one.rows(tabs.INVOICES)) - 1
    for number, column in enumerate(tabs.INVOICES.columns, 1):
        above, below = cells[Place(records.FIRST_ROW, number)], cells[Place(last, number)]
        assert below["userEnteredFormat"] == above["userEnteredFormat"]
        assert bool(below.get("dataValidation")) == bool(above.get("dataValidation")), column.header
    heights = sheet_of(book, "Templates")["data"][0]["rowMetadata"]
    assert heights[records.FIRST_ROW - 1]["pixelSize"] > 9 * 12


def _contents(one: Firm) -> Contents:
    with one.ledger.read() as view:
        meta = Meta(one.ledger.id, "b" * 32, *view.head(), 0)
        return pages.contents(view, TERMS, NOW.astimezone().replace(tzinfo=None), meta)


def _without_rows(whole: Contents) -> Contents:
    return replace(whole, rows={}, meta=whole.meta._replace(bookmark=0, hash=""))
