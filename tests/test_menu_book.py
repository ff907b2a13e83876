"""The script on the spreadsheet that ARC really makes: created in the emulator, and read back from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arc_sync.agent.details import details
from arc_sync.agent.inbox.envelope import Envelope
from arc_sync.agent.inbox.queue import read_queue
from arc_sync.books.google.sheets import QUEUE, SHEETS
from tests.emulators.google import GoogleEmulator
from tests.google_book import Wire, made
from tests.menu_stage import NOW, USER, Stage, stamp
from tests.sample_contents import AS_OF, META, sample

CONTENTS = sample(40)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with GoogleEmulator(check_answers=False) as google, Stage() as stage:
        wire = Wire(google)
        book = wire.read(made(wire, CONTENTS), titles=SHEETS)
        stage.begin(
            {
                "sheets": [_sheet(sheet) for sheet in book["sheets"]],
                "active": {"sheet": "Customers"},
                "user": USER,
            }
        )
        yield stage


def _sheet(sheet: dict[str, Any]) -> dict[str, Any]:
    grid = sheet["properties"]["gridProperties"]
    lines = sheet["data"][0].get("rowData", [])
    rows = [[_cell(cell) for cell in line.get("values", [])] for line in lines]
    return {
        "name": sheet["properties"]["title"],
        "rows": rows,
        "size": [grid["rowCount"], grid["columnCount"]],
    }


def _cell(cell: dict[str, Any]) -> Any:
    """Return a cell as Apps Script's getValues does: what has a format of dates is a date."""
    value = cell.get("effectiveValue", cell.get("userEnteredValue", {}))
    if "numberValue" not in value:
        return value.get("stringValue", value.get("boolValue", ""))
    number, kind = (
        value["numberValue"],
        cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type", ""),
    )
    if kind in {"DATE", "DATE_TIME"}:
        moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(number))
        return {"date": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    return {"value": float(number), "shown": f"{float(number):,.2f} "}


@pytest.mark.parametrize("number", [0, 3, 11, 14, 32])
def test_details_of_a_real_spreadsheet_are_those_of_account(stage: Stage, number: int) -> None:
    name = str(CONTENTS.rows["customers"][number].values[0])
    rows = {tab: {line.id: line.values for line in lines} for tab, lines in CONTENTS.rows.items()}
    shown = {tab: {line.id: line.computed for line in lines} for tab, lines in CONTENTS.rows.items()}
    view = details(name, rows, shown, AS_OF)
    assert view
    seen = stage.call("sidebarShow", name)["details"]
    assert (seen["name"], seen["facts"]["email"]) == (name, view.email)
    assert [(i["number"], i["days"]) for i in seen["invoices"]] == [
        (i.number, i.days_overdue) for i in view.invoices
    ]
    assert sorted(one["how"] for one in seen["happenings"]) == sorted(t.how for t in view.timeline[:60])


def test_a_row_of_a_real_spreadsheet_is_known_by_its_id(stage: Stage) -> None:
    stage.select("Invoices", 5)
    first = CONTENTS.rows["invoices"][0]
    assert stage.call("sidebarShow", "")["selection"] == {
        "tab": "Invoices",
        "row": first.id,
        "customer": first.values[1],
    }


def test_whom_account_shows_is_read_from_its_picker(stage: Stage) -> None:
    stage.select("Account", 9)
    assert stage.call("sidebarShow", "")["selection"]["customer"] == CONTENTS.picked


@pytest.mark.parametrize("tab", ["Worklist", "Aging"])
def test_rows_of_real_reports_lead_to_their_customers(stage: Stage, tab: str) -> None:
    known = {str(line.values[0]) for line in CONTENTS.rows["customers"]}
    rows = stage.rows(tab)
    row = next(n for n, line in enumerate(rows, 1) if n > 4 and known.intersection(map(str, line)))
    stage.select(tab, row)
    assert stage.call("sidebarShow", "")["selection"]["customer"] in known


def test_a_request_fits_into_the_real_queue_and_is_read_by_the_agent(stage: Stage) -> None:
    asked = {"request": "r1", "action": "log_call", "tab": "Customers", "row": "", "fields": {"notes": "=1"}}
    assert "trouble" not in stage.call("sidebarAsk", asked)
    [told] = read_queue(stage.queue())
    assert isinstance(told, Envelope)
    assert (told.book, told.user, told.fields) == (META.book, USER, {"notes": "=1"})
    assert stage.rows(QUEUE)[0][7] == stamp(NOW)
    assert stage.call("sidebarHear", "r1")["answer"] is None
