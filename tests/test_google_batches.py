from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from arc_sheets import tabs
from arc_sheets.errors import BookError
from arc_sync.agent import pages
from arc_sync.agent.round import run_round
from arc_sync.books.contents import BookRow, Contents, Meta
from arc_sync.books.draw import home, records
from arc_sync.books.google.book import GoogleBook
from arc_sync.books.google.create import BATCH, batches, packed
from arc_sync.books.google.records import sentence_place
from arc_sync.books.google.shapes import Request
from arc_sync.books.google.sheets import SHEET_IDS, SHEETS, added_sheets, new_spreadsheet
from arc_sync.books.look import read_look
from arc_sync.xlsx.refs import Place
from tests.emulators.google import GoogleEmulator
from tests.file_firm import NOW, TERMS, Firm, firm
from tests.google_book import (
    SETTING,
    Wire,
    cells_of,
    entered,
    lines_of,
    made,
    of_kind,
    requests_of,
    sheet_of,
)
from tests.google_hand import client
from tests.google_schema import wrong
from tests.once import Once
from tests.sample_contents import META, empty, row, sample
from tests.test_books_create import EVIL

FULL, LOOK = sample(150), read_look()


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as running:
        yield running


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
    sent = json.dumps(requests_of(FULL))
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
        requests_of(replace(empty(), rows={"customers": lines}))


def test_a_book_beyond_ten_million_cells_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        BookError, match=r"would need 1\d,\d{3},\d{3} cells, and a Google spreadsheet holds 10,000,000"
    ):
        new_spreadsheet("x", replace(empty(), rows={"invoices": Once(500_000, made_row)}), SETTING, LOOK)


# -- size, and dying halfway ---------------------------------------------------------------------------------


def made_row(number: int) -> BookRow:
    """Return an invoice; every third one is in yen."""
    told: dict[str, Any] = {"currency": "JPY" if number % 3 == 0 else "EUR", "issued": date(2026, 1, 1)}
    values = row(tabs.INVOICES, number=f"I-{number}", customer="Elbe Spedition", amount=number, **told)
    return BookRow(f"{number:036}", values, (0, number, None, "Current"), "s")


def test_ten_thousand_rows_take_a_handful_of_calls_of_bounded_size() -> None:
    rows = Once(10_000, made_row)
    found = list(batches(replace(FULL, rows={"invoices": rows}), "abc", SHEET_IDS, LOOK))
    assert rows.walked == 10_000
    assert max(len(json.dumps(batch)) for batch in found) <= BATCH + 2
    assert len(found) <= 15
    numbers = [one for piece in _pieces(found) for one in piece]
    assert numbers == [(records.FIRST_ROW + n, f"I-{n}") for n in range(10_000)]


def _pieces(found: Sequence[Sequence[Request]]) -> Iterator[list[tuple[int, str]]]:
    for one in of_kind("updateCells", [one for batch in found for one in batch]):
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
    assert lines_of(wire.read(spreadsheet, 60, ["_ARC"])) == {}
    wire.batch_update(spreadsheet, last)
    assert lines_of(wire.read(spreadsheet, 60, ["_ARC"]))["book"] == META.book


# -- a spreadsheet that somebody shared ----------------------------------------------------------------------


def test_a_shared_spreadsheet_keeps_its_own_tabs_behind_ours(google: GoogleEmulator) -> None:
    wire = Wire(google)
    spreadsheet = wire.create({"properties": {"title": "Shared"}})
    present = {
        one["properties"]["title"]: one["properties"]["sheetId"]
        for one in wire.read(spreadsheet, 1, ["Sheet1"])["sheets"]
    }
    requests = added_sheets(empty(), LOOK, present)
    assert wrong({"requests": requests}, "BatchUpdateSpreadsheetRequest") == []
    wire.batch_update(spreadsheet, requests)
    for batch in batches(empty(), spreadsheet, SHEET_IDS, LOOK):
        wire.batch_update(spreadsheet, batch)
    book = wire.read(spreadsheet, 40, [*SHEETS, "Sheet1"])
    assert [one["properties"]["title"] for one in book["sheets"]] == [*SHEETS, *present]
    link = cells_of(sheet_of(book, "Home"))[Place(3, home.LAST)]["userEnteredFormat"]["textFormat"]["link"]
    assert link == {"uri": f"#gid={SHEET_IDS['Issues']}&range=B5"}


def test_a_tab_of_the_same_name_is_not_taken_for_ours() -> None:
    with pytest.raises(BookError, match="has a tab named Customers already; rename it"):
        added_sheets(empty(), LOOK, {"Sheet1": 0, "customers": 9})


def test_a_tab_left_of_another_book_is_not_taken_for_ours() -> None:
    with pytest.raises(BookError, match="The tab Mine was once a tab of another book of ARC's; delete it"):
        added_sheets(empty(), LOOK, {"Sheet1": 0, "Mine": SHEET_IDS["Home"]})


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
        assert entered(cells_of(sheet_of(book, tab.title))[sentence_place(tab)]) == told


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
