from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from arc_sheets import tabs
from arc_sync.agent.details import details
from arc_sync.agent.inbox import envelope
from arc_sync.agent.inbox.queue import QUEUE_COLUMNS, RESULT_COLUMNS
from arc_sync.books.contents import BookRow, Contents
from arc_sync.books.draw import account, records
from arc_sync.books.google.queue import IN_USE
from arc_sync.xlsx.refs import cell_ref
from tests.menu_stage import NOW, SOURCES, USER, Stage, book, sheet_of, stamp
from tests.sample_contents import AS_OF, empty, sample

CONTENTS = sample(200)
BOOK = book(CONTENTS)
CUSTOMER = str(CONTENTS.rows["customers"][4].values[0])  # O'Brien's Bakery


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.begin(BOOK)
    return running


def asked(action: str = "log_call", request: str = "r1", **fields: str) -> dict[str, Any]:
    return {
        "request": request,
        "action": action,
        "tab": "Customers",
        "row": "cus-000004",
        "fields": {"customer": CUSTOMER, **fields},
    }


def sentences(stage: Stage) -> list[str]:
    return [one["alert"] for one in stage.told() if "alert" in one]


# -- the menu --------------------------------------------------------------------------------------------------


def menu(stage: Stage) -> dict[str, Any]:
    stage.call("onOpen")
    made: dict[str, Any] = stage.told()[0]["menu"]
    return made


def items(part: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [one for item in part["items"] if "items" in item for one in items(item)]
    return [item for item in part["items"] if "handler" in item] + inner


def test_the_menu_has_the_groups_and_labels_of_the_ribbon(stage: Stage) -> None:
    made = menu(stage)
    assert made["title"] == "ARC"
    assert {
        part["title"]: [one["label"] for one in part["items"]] for part in made["items"] if "items" in part
    } == {
        "Customer": ["Details", "Open account", "Call", "Log call", "Log text", "Compose", "Send"],
        "Money": ["Record payment", "Promise", "Dispute"],
        "Reminders": ["Plan", "Approve selected", "Skip selected"],
        "Refresh": ["Aging", "KPIs", "Sync now"],
    }
    assert [one["label"] for one in made["items"] if "label" in one] == [
        "Issues",
        "Status",
        "Your name",
        "Help",
    ]


def test_every_item_of_the_menu_runs_a_function_that_is_there(stage: Stage) -> None:
    handlers = [one["handler"] for one in items(menu(stage))]
    assert len(handlers) == len(set(handlers)) == 20
    assert set(handlers) <= set(stage.order("names"))


def test_every_item_of_the_menu_does_something_and_none_breaks(stage: Stage) -> None:
    for one in items(menu(stage)):
        stage.begin(BOOK)
        stage.select("Reminders", 5)
        stage.call(one["handler"])
        assert stage.told(), one["label"]


def test_opening_the_spreadsheet_reads_nothing_as_it_may_run_without_permission(stage: Stage) -> None:
    before = stage.order("calls")
    stage.call("onOpen")
    assert stage.order("calls") == before


# -- the queue -------------------------------------------------------------------------------------------------


def test_a_click_lays_one_row_into_the_queue_as_the_contract_says(stage: Stage) -> None:
    stage.call("sidebarAsk", asked(notes="called back"))
    [row] = stage.queue()
    assert row[:4] == ["r1", stamp(NOW), USER, "log_call"]
    assert row[5] == "NEW"
    assert json.loads(row[4]) == {
        "protocol": 1,
        "request": "r1",
        "action": "log_call",
        "book": CONTENTS.meta.book,
        "tab": "Customers",
        "row": "cus-000004",
        "user": USER,
        "when": "2026-11-20T09:15:00Z",
        "fields": {"customer": CUSTOMER, "notes": "called back"},
    }
    assert stage.rows("_ARC_QUEUE")[0][7] == stamp(NOW)


def test_the_same_request_twice_is_one_row(stage: Stage) -> None:
    for _ in range(2):
        assert "trouble" not in stage.call("sidebarAsk", asked())
    assert len(stage.queue()) == 1


@pytest.mark.parametrize(
    "evil", ['=IMPORTDATA("http://x.example")', "+1+cmd", "-1", "@SUM(A1)", "'=1", "\t=1", "1e5"]
)
def test_no_text_in_the_queue_becomes_a_formula_or_a_number(stage: Stage, evil: str) -> None:
    stage.call("sidebarName", f"{evil} Lopez")
    assert "trouble" not in stage.call("sidebarAsk", asked(notes=evil, customer=evil))
    [row] = stage.queue()
    assert all(isinstance(cell, str) for cell in row)
    assert json.loads(row[4])["fields"] == {"customer": evil, "notes": evil}
    assert re.match(r"\w", row[2])


def test_a_note_too_long_for_a_cell_is_refused_in_a_sentence_and_nothing_is_written(stage: Stage) -> None:
    assert "shorten it" in stage.call("sidebarAsk", asked(notes="x" * 50_000))["trouble"]
    assert stage.queue() == []


@pytest.mark.parametrize(
    "wrong",
    [{"action": "drop_ledger"}, {"request": "r 1"}, {"request": ""}, {"row": 7}, {"fields": {"notes": 1}}],
)
def test_what_is_no_request_does_not_get_into_the_queue(stage: Stage, wrong: dict[str, Any]) -> None:
    assert "no request" in stage.call("sidebarAsk", asked() | wrong)["trouble"]
    assert stage.queue() == []


def test_while_another_click_writes_a_sentence_asks_to_press_again(stage: Stage) -> None:
    stage.order("set", busy=True)
    assert "press the button again" in stage.call("sidebarAsk", asked())["trouble"]


def test_the_queue_grows_beyond_the_rows_of_its_sheet(stage: Stage) -> None:
    for number in range(3):
        stage.call("sidebarAsk", asked(request=f"r{number}"))
    assert [row[0] for row in stage.queue()] == ["r0", "r1", "r2"]


@pytest.mark.parametrize("name", ["_ARC_QUEUE", "_ARC_RESULTS"])
def test_a_queue_that_somebody_changed_is_left_alone(stage: Stage, name: str) -> None:
    stage.order("put", sheet=name, row=1, column=1, cell="Mine")
    function, given = ("sidebarAsk", asked()) if name == "_ARC_QUEUE" else ("sidebarHear", "r1")
    assert name in stage.call(function, given)["trouble"]
    assert len(stage.rows(name)) == 1


def test_without_a_name_nothing_is_asked(stage: Stage) -> None:
    stage.begin(book(CONTENTS, user=""))
    assert "Your name" in stage.call("sidebarAsk", asked())["trouble"]
    assert stage.call("sidebarName", "  Ana\n Weiß ") == "Ana Weiß"
    stage.call("sidebarAsk", asked())
    assert stage.payloads()[0]["user"] == "Ana Weiß"


@pytest.mark.parametrize(("theirs", "told"), [(2, "install it again"), (0, "update ARC")])
def test_menu_and_agent_of_different_protocols_say_which_to_update(
    stage: Stage, theirs: int, told: str
) -> None:
    stage.order("put", sheet="_ARC", row=2, column=2, cell=theirs)
    assert told in stage.call("sidebarAsk", asked())["trouble"]
    assert stage.queue() == []


def test_a_spreadsheet_that_is_none_of_arcs_says_so(stage: Stage) -> None:
    stage.begin({"sheets": [{"name": "Sheet1", "rows": [["a"]]}], "active": {"sheet": "Sheet1"}})
    stage.call("menuDetails")
    assert "not one that ARC keeps" in sentences(stage)[0]


# -- answers ---------------------------------------------------------------------------------------------------


def test_an_answer_is_found_by_the_requests_id(stage: Stage) -> None:
    assert stage.call("sidebarHear", "r1")["answer"] is None
    stage.reply("r0", "Another one.")
    stage.reply("r1", "It is composed.", shown=json.dumps({"subject": "Due", "body": "Dear …", "n": 2}))
    heard = stage.call("sidebarHear", "r1")["answer"]
    assert heard == {
        "done": True,
        "sentence": "It is composed.",
        "shown": {"subject": "Due", "body": "Dear …", "n": "2"},
    }


def test_of_an_answer_that_was_written_twice_the_first_counts(stage: Stage) -> None:
    stage.reply("r1", "The first.")
    stage.reply("r1", "The second.")
    assert stage.call("sidebarHear", "r1")["answer"]["sentence"] == "The first."


@pytest.mark.parametrize(
    ("cell", "done"), [(True, True), ("TRUE", True), (False, False), ("FALSE", False), ("", False)]
)
def test_done_may_be_a_boolean_or_its_text(stage: Stage, cell: object, *, done: bool) -> None:
    stage.order("write", sheet="_ARC_RESULTS", rows=[["r1", "", cell, "So it is.", "{broken"]])
    assert stage.call("sidebarHear", "r1")["answer"] == {"done": done, "sentence": "So it is.", "shown": {}}


@pytest.mark.parametrize(
    ("age", "awake"),
    [(timedelta(seconds=5), True), (timedelta(minutes=9), True), (timedelta(minutes=11), False)],
)
def test_the_agent_is_awake_while_its_sign_of_life_is_fresh(
    stage: Stage, age: timedelta, *, awake: bool
) -> None:
    stage.begin(book(CONTENTS, alive=NOW - age))
    state = stage.call("sidebarHear", "r1")["agent"]
    assert state["awake"] is awake
    assert f"{NOW - age:{'at %H:%M' if awake else '%d %b %Y %H:%M'}}" in state["sentence"]
    assert ("arc agent" in state["sentence"]) is not awake


def test_an_agent_that_never_ran_is_asleep(stage: Stage) -> None:
    stage.begin(book(CONTENTS, alive=None))
    assert "never run" in stage.call("sidebarHear", "r1")["agent"]["sentence"]


def test_status_says_how_many_requests_wait(stage: Stage) -> None:
    for number in range(3):
        stage.call("sidebarAsk", asked(request=f"r{number}"))
    stage.reply("r1", "Done.")
    stage.call("menuStatus")
    [said] = sentences(stage)
    assert "2 requests wait." in said
    assert USER in said


# -- what is selected ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("Customers", 1), ("Invoices", 2), ("Activity", 2), ("Promises", 1), ("Disputes", 9)],
)
def test_a_row_is_known_by_its_id_and_its_customer(stage: Stage, sheet: str, column: int) -> None:
    line = stage.rows(sheet)[4]
    stage.select(sheet, 5)
    assert stage.call("sidebarShow", "")["selection"] == {
        "tab": sheet,
        "row": line[0],
        "customer": line[column],
    }


def test_a_row_is_still_known_after_columns_were_moved_and_inserted(stage: Stage) -> None:
    moved = copy.deepcopy(BOOK)
    sheet = sheet_of(moved, "Customers")
    sheet["rows"] = [["mine", *reversed(row)] for row in _squared(sheet["rows"])]
    stage.begin(moved)
    stage.select("Customers", 9)
    seen = stage.call("sidebarShow", "")
    assert seen["selection"] == {"tab": "Customers", "row": "cus-000004", "customer": CUSTOMER}
    assert seen["details"]["id"] == "cus-000004"


def _squared(rows: list[list[Any]]) -> list[list[Any]]:
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


@pytest.mark.parametrize("row", [1, 4, 900])
def test_titles_headers_and_blank_rows_select_nobody(stage: Stage, row: int) -> None:
    wide = copy.deepcopy(BOOK)
    sheet_of(wide, "Customers")["rows"] += [[""]] * 1000
    stage.begin(wide)
    stage.select("Customers", row)
    assert stage.call("sidebarShow", "")["selection"] == {"tab": "Customers", "row": "", "customer": ""}


def test_on_account_it_is_whoever_is_picked(stage: Stage) -> None:
    stage.select("Account", 2)
    seen = stage.call("sidebarShow", "")
    assert seen["selection"] == {"tab": "Account", "row": "", "customer": CONTENTS.picked}
    assert seen["details"]["name"] == CONTENTS.picked


def test_on_a_report_it_is_the_customer_of_the_row(stage: Stage) -> None:
    with_report = copy.deepcopy(BOOK)
    rows = [["Worklist"], [], ["", "#", "Customer", "Why today"], ["", 1, CUSTOMER, "overdue"]]
    with_report["sheets"].append({"name": "Worklist", "rows": rows})
    stage.begin(with_report)
    stage.select("Worklist", 4)
    assert stage.call("sidebarShow", "")["selection"]["customer"] == CUSTOMER


def test_a_sheet_of_the_users_own_selects_nobody(stage: Stage) -> None:
    mine = copy.deepcopy(BOOK)
    mine["sheets"].append({"name": "Mine", "rows": [["a", "b"], [1, 2]]})
    stage.begin(mine)
    stage.select("Mine", 2)
    seen = stage.call("sidebarShow", "")
    assert seen["selection"] == {"tab": "Mine", "row": "", "customer": ""}
    assert seen["details"] is None


def test_opening_an_account_without_a_customer_says_what_to_select(stage: Stage) -> None:
    stage.select("Issues", 1)
    stage.call("menuOpenAccount")
    assert sentences(stage) == ["Select the row of a customer, an invoice or anything else of theirs first."]
    assert stage.queue() == []


# -- reminders -------------------------------------------------------------------------------------------------


def test_approving_names_the_selected_rows_by_their_ids(stage: Stage) -> None:
    stage.select("Reminders", 5, 7)
    stage.call("menuApprove")
    [payload] = stage.payloads()
    assert payload["action"] == "approve_reminders"
    assert payload["fields"] == {"rows": "rem-000000; rem-000002"}
    assert next(one.get("alert") for one in stage.told()) == "Approve 2 reminders?"


def test_whoever_says_no_approves_nothing(stage: Stage) -> None:
    stage.select("Reminders", 5, 7)
    stage.order("set", replies=["NO"])
    stage.call("menuSkip")
    assert stage.queue() == []


def test_rows_that_a_filter_hides_are_not_approved(stage: Stage) -> None:
    filtered = copy.deepcopy(BOOK)
    sheet_of(filtered, "Reminders").update(filtered=[6], hidden=[8])
    stage.begin(filtered)
    ranges = [{"row": 1, "column": 1, "rows": 8, "columns": 1}]
    stage.order("set", active={"sheet": "Reminders", "ranges": ranges})
    stage.call("menuApprove")
    assert stage.payloads()[0]["fields"]["rows"] == "rem-000000; rem-000002"


@pytest.mark.parametrize(("sheet", "row"), [("Invoices", 5), ("Reminders", 2)])
def test_reminders_are_approved_on_their_own_tab_and_rows_only(stage: Stage, sheet: str, row: int) -> None:
    stage.select(sheet, row)
    stage.call("menuApprove")
    assert "first" in sentences(stage)[0]
    assert stage.queue() == []


# -- at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "action"),
    [
        ("menuPlan", "plan_reminders"),
        ("menuAging", "refresh_aging"),
        ("menuKpis", "refresh_kpis"),
        ("menuSync", "sync_now"),
    ],
)
def test_what_needs_no_words_is_asked_at_once_and_a_box_follows_it(
    stage: Stage, item: str, action: str
) -> None:
    stage.call(item)
    [payload] = stage.payloads()
    assert payload["action"] == action
    assert payload["fields"] == {}
    assert payload["request"] in stage.told()[-1]["box"]


def test_the_menu_asks_for_a_name_once(stage: Stage) -> None:
    stage.begin(book(CONTENTS, user=""))
    stage.order("set", replies=["Ana Weiß"])
    for _ in range(2):
        stage.call("menuSync")
    assert sum("prompt" in one for one in stage.told()) == 1
    assert [one["user"] for one in stage.payloads()] == ["Ana Weiß"] * 2


def test_whoever_gives_no_name_asks_for_nothing(stage: Stage) -> None:
    stage.begin(book(CONTENTS, user=""))
    stage.order("set", replies=[None])
    stage.call("menuSync")
    assert stage.queue() == []


# -- details ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 9, 25, *range(0, 40, 6)])
def test_the_sidebar_reads_from_the_book_what_account_shows(stage: Stage, number: int) -> None:
    name = str(CONTENTS.rows["customers"][number].values[0])
    rows = {tab: {line.id: line.values for line in lines} for tab, lines in CONTENTS.rows.items()}
    shown = {tab: {line.id: line.computed for line in lines} for tab, lines in CONTENTS.rows.items()}
    view = details(name, rows, shown, AS_OF)
    assert view
    seen = stage.call("sidebarShow", name.upper())["details"]
    assert seen["name"] == name
    assert [(i["number"], i["days"], i["status"]) for i in seen["invoices"]] == [
        (i.number, i.days_overdue, i.status) for i in view.invoices
    ]
    assert [_plain(i["balance"]) for i in seen["invoices"]] == [i.balance for i in view.invoices]
    going = [p for p in view.pledges if p.state in {"open", "broken"}]
    assert sorted((p["what"].startswith("Promise"), p["broken"]) for p in seen["pledges"]) == sorted(
        (p.what != "Dispute", p.state == "broken") for p in going
    )
    assert all(any(p.invoice in one["what"] for one in seen["pledges"]) for p in going)
    assert seen["happened"] == len(view.timeline)
    moments = [one["at"] for one in seen["happenings"]]
    assert moments == sorted(moments, reverse=True)
    told = [(one["how"], _days(one["what"])) for one in seen["happenings"]]
    assert sorted(told) == sorted((touch.how, _days(touch.what)) for touch in view.timeline[:60])
    assert _plain(seen["facts"]["open"] or "0") == view.open


def test_a_broken_promise_stands_before_one_to_come(stage: Stage) -> None:
    rows = dict(CONTENTS.rows)
    one = rows["promises"][0]
    promises = [one._replace(id=state, computed=(state,)) for state in ("open", "kept", "broken")]
    stage.begin(book(_with(rows | {"promises": promises, "disputes": []})))
    seen = stage.call("sidebarShow", str(one.values[0]))["details"]["pledges"]
    assert [each["broken"] for each in seen] == [True, False]


def _plain(amount: str) -> int:
    return int(amount.replace(",", "").replace(".", ""))


def _days(text: str) -> str:
    return re.sub(r"\b0(\d [A-Z][a-z]{2} \d{4})", r"\1", text)


def test_an_unknown_customer_has_no_details(stage: Stage) -> None:
    assert stage.call("sidebarShow", "Nobody Ltd")["details"] is None


def test_an_empty_book_is_no_trouble(stage: Stage) -> None:
    stage.begin(book(empty()))
    assert stage.call("sidebarShow", "Nobody")["details"] is None
    assert stage.call("sidebarNames") == []


def test_a_tab_that_was_renamed_is_found_by_its_headers(stage: Stage) -> None:
    renamed = copy.deepcopy(BOOK)
    sheet_of(renamed, "Invoices")["name"] = "Rechnungen"
    stage.begin(renamed)
    assert stage.call("sidebarShow", CUSTOMER)["details"]["name"] == CUSTOMER


def test_a_tab_that_was_deleted_is_named(stage: Stage) -> None:
    gone = copy.deepcopy(BOOK)
    gone["sheets"].remove(sheet_of(gone, "Promises"))
    stage.begin(gone)
    assert "The tab Promises is missing" in stage.call("sidebarShow", CUSTOMER)["trouble"]


def test_a_tab_without_its_hidden_ids_is_named(stage: Stage) -> None:
    stage.order("put", sheet="Invoices", row=4, column=1, cell="")
    assert 'Invoices has lost its header "ARC id"' in stage.call("sidebarShow", CUSTOMER)["trouble"]


def test_a_date_that_lost_its_format_is_still_one(stage: Stage) -> None:
    line = next(n for n, row in enumerate(stage.rows("Activity")) if n > 3)
    name = stage.rows("Activity")[line][2]
    before = stage.call("sidebarShow", name)["details"]["happened"]
    stage.order("put", sheet="Activity", row=line + 1, column=2, cell=46340.375)
    assert stage.call("sidebarShow", name)["details"]["happened"] == before


def test_details_of_ten_thousand_invoices_take_as_many_calls_as_those_of_ten(stage: Stage) -> None:
    counts = []
    for many in (10, 10_000):
        rows = dict(CONTENTS.rows)
        lines = [
            BookRow(f"i{n}", rows["invoices"][0].values, rows["invoices"][0].computed, "")
            for n in range(many)
        ]
        stage.begin(book(_with(rows | {"invoices": lines})))
        stage.call("sidebarShow", str(rows["invoices"][0].values[1]))
        counts.append(stage.order("calls"))
    assert counts[0] == counts[1]


def _with(rows: dict[str, Any]) -> Contents:
    return replace(CONTENTS, rows=rows)


# -- the pages -------------------------------------------------------------------------------------------------


def test_what_the_page_is_opened_with_is_escaped_in_its_attributes(stage: Stage) -> None:
    stage.call("menuLogText")
    [page] = stage.told()
    assert page["title"] == "ARC Details"
    assert '"form":"log"' not in page["sidebar"]
    assert "&#34;form&#34;:&#34;log&#34;" in page["sidebar"]


def test_no_page_is_built_from_texts_as_markup() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in SOURCES.glob("*.html")}
    ways = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|<\?!=(?! include_\('[a-z-]+'\) )"
    assert {name: re.findall(ways, text) for name, text in scripts.items() if re.findall(ways, text)} == {}


# -- both sides ------------------------------------------------------------------------------------------------


def test_what_the_script_may_ask_for_is_what_the_agent_can_do(stage: Stage) -> None:
    assert set(stage.order("constant", name="ACTIONS")) <= envelope.KNOWN
    assert stage.order("constant", name="PROTOCOL") == envelope.PROTOCOL


def test_the_headers_that_the_script_knows_are_those_of_the_tabs(stage: Stage) -> None:
    for name, known in stage.order("constant", name="TABS").items():
        tab = tabs.BY_NAME[name]
        assert known["title"] == tab.title
        assert known["columns"] == {column: tab.column(column).header for column in known["columns"]}
    assert stage.order("constant", name="ID_HEADER") == records.ID_HEADER
    assert stage.order("constant", name="PICKER") == cell_ref(*account.PICKER)


def test_the_columns_of_queue_and_results_are_those_that_the_agent_reads_and_writes(stage: Stage) -> None:
    assert stage.order("constant", name="QUEUE_HEADERS") == list(QUEUE_COLUMNS)
    assert stage.order("constant", name="RESULT_HEADERS") == list(RESULT_COLUMNS)
    assert stage.order("constant", name="IN_USE") == cell_ref(*IN_USE)


def test_the_time_of_a_request_is_the_scripts_own(stage: Stage) -> None:
    later: datetime = NOW + timedelta(hours=3)
    stage.order("set", now=int(later.timestamp() * 1000))
    stage.call("sidebarAsk", asked())
    assert stage.payloads()[0]["when"] == stamp(later)
