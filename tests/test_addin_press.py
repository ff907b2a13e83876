"""Every button of the ribbon, its real VBA run by LibreOffice: what is asked, what is written, what is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arc_sheets import tabs
from arc_sync.addin import rehearsal
from arc_sync.addin.xlam import PROJECT, build, modules
from arc_sync.agent.inbox.envelope import KNOWN, PROTOCOL, Envelope
from arc_sync.books.create import create
from arc_sync.books.form import BLOCKS, PLACES
from arc_sync.xlsx.refs import cell_ref
from tests.addin_desk import WHO, Desk, said
from tests.sample_contents import META, sample

#: A wall clock far from UTC, so that the one is not taken for the other.
ZONE = "Asia/Kolkata"
IN_A_DAY = timedelta(minutes=10)
ROW_OF = {
    "Invoices": "inv-000001",
    "Customers": "cus-000001",
    "Payments": "pay-000001",
    "Reminders": "rem-000001",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "Receivables.xlsx"
    create(path, sample(60))
    return path


@pytest.fixture(scope="module")
def shared(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), ZONE) as desk:
        desk.put(book)
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Desk:
    shared.spool.empty()
    shared.spool.beat()
    return shared


@pytest.fixture
def invoice(desk: Desk) -> Desk:
    desk.select("Invoices", "C6")
    return desk


@pytest.fixture
def account(desk: Desk) -> Desk:
    desk.select("Account", "L12")
    return desk


def asked(desk: Desk, button: str, *answers: str) -> Envelope:
    desk.press(button, *answers)
    (request,) = desk.spool.taken()
    return request


@contextmanager
def typed(desk: Desk, sheet: str, cells: Mapping[str, str]) -> Iterator[None]:
    """Type into cells, and clear them again."""
    before = {at: desk.cell(sheet, at) for at in cells}
    for at, text in cells.items():
        desk.type(sheet, at, text)
    try:
        yield
    finally:
        for at, text in before.items():
            desk.type(sheet, at, text)


def form(block: str, **values: str) -> dict[str, str]:
    """Return the cells of a block, each blank unless told."""
    fields = next(b.fields for b in BLOCKS if b.name == block)
    return {entry(block, f.column.name): values.get(f.column.name, "") for f in fields}


def entry(block: str, name: str) -> str:
    return cell_ref(*PLACES[block, name])


# -- the macros themselves ------------------------------------------------------------------------------------


def test_the_add_in_itself_is_loaded_and_every_line_of_it_compiles(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ARC.xlam"
    path.write_bytes(build())
    addin = desk.load(path, "Calc MS Excel 2007 VBA XML")
    try:
        # One line that cannot be read, and LibreOffice refuses the whole library without a word.
        assert desk.call("ArcJson.ArcQuoted", "Łódź", where=addin) == r'"\u0141\u00F3d\u017A"'
        assert set(desk.do("libraries", addin)[PROJECT]) == {module.name for module in modules()}
    finally:
        desk.do("close", addin)
        desk.front()


# -- what each button asks the agent ---------------------------------------------------------------------------

ON_INVOICES = [
    ("arcOpenAccount", (), "open_account", {}),
    ("arcLogCall", ("Spoke",), "log_call", {"outcome": "Spoke"}),
    ("arcLogText", ("Please pay",), "log_text", {"notes": "Please pay"}),
    ("arcRecordPayment", ("1.250,50", "30.11."), "record_payment", {"amount": "1.250,50", "date": "30.11."}),
    ("arcRecordPayment", ("5", "(blank)"), "record_payment", {"amount": "5"}),
    ("arcPromise", ("(blank)", "2026-12-01"), "take_promise", {"date": "2026-12-01"}),
    ("arcPromise", ("100", "2026-12-01"), "take_promise", {"amount": "100", "date": "2026-12-01"}),
    ("arcDispute", ("4", "(blank)"), "raise_dispute", {"reason": "Wrong VAT"}),
    ("arcDispute", ("nonsense", "wrong", "50"), "raise_dispute", {"reason": "Wrong VAT", "amount": "50"}),
    ("arcPlan", (), "plan_reminders", {}),
    ("arcAging", (), "refresh_aging", {}),
    ("arcKpis", (), "refresh_kpis", {}),
    ("arcSyncNow", (), "sync_now", {}),
]


@pytest.mark.parametrize(("button", "answers", "action", "fields"), ON_INVOICES)
def test_on_an_invoice_a_button_asks_for_its_action_and_leaves_the_row_to_the_agent(
    invoice: Desk, button: str, answers: tuple[str, ...], action: str, fields: dict[str, str]
) -> None:
    request = asked(invoice, button, *answers)
    assert (request.action, request.fields) == (action, fields)
    assert (request.tab, request.row) == ("Invoices", "inv-000001")


def test_a_request_says_who_asked_when_from_which_book(invoice: Desk) -> None:
    request = asked(invoice, "arcLogCall", "Spoke")
    assert (request.protocol, request.book, request.user) == (PROTOCOL, META.book, WHO)
    assert abs(request.when - datetime.now(UTC)) < IN_A_DAY


def test_quotes_backslashes_and_emoji_survive(invoice: Desk) -> None:
    words = 'He said "later" \\ O\'Neill & Söhne, Łódź 😀'
    assert asked(invoice, "arcLogCall", words).fields == {"outcome": words}


@pytest.mark.parametrize("tab", ["Customers", "Payments", "Reminders"])
def test_on_other_tabs_the_row_says_who(desk: Desk, tab: str) -> None:
    desk.select(tab, "C6")
    request = asked(desk, "arcLogCall", "Spoke")
    assert (request.tab, request.row, request.fields) == (tab, ROW_OF[tab], {"outcome": "Spoke"})


@pytest.mark.parametrize("tab", ["Worklist", "Aging"])
def test_on_a_report_the_customer_is_named(desk: Desk, tab: str) -> None:
    desk.select(tab, "C6")
    name = desk.cell(tab, "C6" if tab == "Worklist" else "B6")
    request = asked(desk, "arcLogCall", "Spoke")
    assert name
    assert (request.row, request.fields) == ("", {"customer": name, "outcome": "Spoke"})


def test_a_payment_of_a_customer_asks_for_the_invoices(desk: Desk) -> None:
    desk.select("Customers", "C6")
    assert asked(desk, "arcRecordPayment", "9", "(blank)", "INV-1, INV-2").fields == {
        "amount": "9",
        "applied_to": "INV-1, INV-2",
    }


def test_a_dispute_of_a_customer_asks_for_the_invoice(desk: Desk) -> None:
    desk.select("Customers", "C6")
    fields = asked(desk, "arcDispute", "INV-1", "Dup", "(blank)").fields
    assert fields == {"invoice": "INV-1", "reason": "Duplicate"}


def test_the_reasons_are_those_of_the_workbook(invoice: Desk) -> None:
    (question, *_) = said(invoice.press("arcDispute"), "asked")
    for number, reason in enumerate(tabs.DISPUTE_REASONS, 1):
        assert f"{number}  {reason}" in question
    assert f"{len(tabs.DISPUTE_REASONS) + 1}  " not in question


def test_every_action_of_the_ribbon_is_one_that_the_agent_knows() -> None:
    assert {action for _, _, action, _ in ON_INVOICES} <= KNOWN


def test_opening_an_account_brings_it_to_the_front_with_its_customer(invoice: Desk) -> None:
    with typed(invoice, "Account", {"B2": invoice.cell("Account", "B2")}):
        asked(invoice, "arcOpenAccount")
        assert invoice.front() == "Account"
        assert invoice.cell("Account", "B2") == invoice.cell("Invoices", "C6")


@pytest.mark.parametrize("name", ["=1+1", "1984", "+49 Ltd"])
def test_a_name_that_looks_like_a_formula_or_a_number_is_picked_as_text(invoice: Desk, name: str) -> None:
    picked = {"B2": invoice.cell("Account", "B2")}
    with typed(invoice, "Account", picked), typed(invoice, "Invoices", {"C6": name}):
        invoice.do("general", invoice.book, "Account", "B2")  # as a person may have left it
        asked(invoice, "arcOpenAccount")
        assert invoice.cell("Account", "B2") == name


# -- cancelling, and what cannot be asked ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "answers"),
    [(button, answers[:many]) for button, answers, _, _ in ON_INVOICES for many in range(len(answers))],
)
def test_cancel_at_any_question_writes_nothing(invoice: Desk, button: str, answers: tuple[str, ...]) -> None:
    told = invoice.press(button, *answers, "(cancel)")
    assert said(told, "asked")
    assert said(told, "told") == []
    assert invoice.spool.files() == []


@pytest.mark.parametrize("button", ["arcLogCall", "arcLogText", "arcRecordPayment"])
def test_an_answer_that_is_needed_and_left_blank_asks_for_nothing(invoice: Desk, button: str) -> None:
    assert said(invoice.press(button, "(blank)"), "told") == ["Nothing was entered, so nothing was asked."]
    assert invoice.spool.files() == []


def test_a_new_row_is_to_be_synced_first(invoice: Desk) -> None:
    with typed(invoice, "Invoices", {"A6": ""}):
        told = said(invoice.press("arcLogCall", "Spoke"), "told")
    assert told == ["This row is new and ARC does not know it yet. Press Sync now, then try again."]
    assert invoice.spool.files() == []


def test_a_workbook_that_is_not_arcs_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "Other.xlsx"
    openpyxl.Workbook().save(path)
    other = desk.load(path)
    try:
        assert desk.enabled() == {"arcStatus", "arcHelp"}
        told = said(desk.press("arcSyncNow"), "told")
    finally:
        desk.do("close", other)
        desk.front()
    assert told == ["This workbook is not one of ARC's. Open your receivables workbook first."]
    assert desk.spool.files() == []


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(invoice: Desk) -> None:
    folder = invoice.spool.folder / "requests"
    folder.rmdir()
    folder.touch()
    try:
        (told,) = said(invoice.press("arcSyncNow"), "told")
    finally:
        folder.unlink()
        folder.mkdir()
    assert told.startswith(f"Nothing was asked: ARC's folder {invoice.spool.folder}/ cannot be written (")


# -- ten clicks ------------------------------------------------------------------------------------------------


def test_ten_clicks_that_mean_the_same_are_one_request_while_it_waits(desk: Desk) -> None:
    desk.select("Home", "B3")
    for _ in range(10):
        desk.press("arcAging")
    assert len(desk.spool.taken()) == 1
    desk.press("arcAging")
    assert len(desk.spool.taken()) == 1


def test_ten_calls_logged_are_ten_requests_with_ten_numbers(invoice: Desk) -> None:
    for _ in range(10):
        invoice.press("arcLogCall", "No answer")
    requests = invoice.spool.taken()
    assert len({request.request for request in requests}) == 10


# -- the agent's sign of life ----------------------------------------------------------------------------------


def test_with_an_old_sign_of_life_the_request_waits_and_the_user_is_told_how_to_start_the_agent(
    invoice: Desk,
) -> None:
    invoice.spool.beat(timedelta(minutes=20))
    (told,) = said(invoice.press("arcLogCall", "Spoke"), "told")
    waits = 'ARC\'s agent is not running, so "Log call" waits for it, for a day at most.'
    assert told == f"{waits} Start it in a terminal: arc agent start"
    (request,) = invoice.spool.taken()
    assert abs(request.when - datetime.now(UTC)) < IN_A_DAY


def test_a_sign_of_life_of_half_a_minute_ago_will_do(invoice: Desk) -> None:
    invoice.spool.beat(timedelta(seconds=15))
    assert said(invoice.press("arcLogCall", "Spoke"), "told") == []


def test_an_agent_that_was_stopped_finds_the_request_when_it_starts_again(invoice: Desk) -> None:
    invoice.press("arcStatus")
    (invoice.spool.folder / "agent.json").unlink()
    (told,) = said(invoice.press("arcLogCall", "Spoke"), "told")
    assert told.startswith('ARC\'s agent is not running, so "Log call" waits for it')
    (request,) = invoice.spool.taken()
    assert abs(request.when - datetime.now(UTC)) < IN_A_DAY


def test_where_the_agent_never_ran_nothing_is_asked_at_all(invoice: Desk, book: Path, tmp_path: Path) -> None:
    (invoice.spool.folder / "agent.json").unlink()
    fresh = tmp_path / rehearsal.NAME
    fresh.write_bytes(rehearsal.build())
    addin = invoice.load(fresh)
    invoice.front()
    told = invoice.press("arcLogCall", "Spoke", where=addin)
    invoice.do("close", addin)
    invoice.put(book)
    assert said(told, "asked") == []
    why = "ARC's agent is not running, so nothing was asked. Press the button again once it runs."
    assert said(told, "told") == [f"{why} Start it in a terminal: arc agent start"]
    assert invoice.spool.files() == []


@pytest.mark.parametrize(
    ("protocol", "remedy"),
    [(PROTOCOL + 1, "Close Excel and use: arc addin install"), (PROTOCOL - 1, "Update ARC on this computer")],
)
def test_an_agent_of_another_protocol_is_told_before_anything_is_asked(
    invoice: Desk, protocol: int, remedy: str
) -> None:
    invoice.spool.beat(protocol=protocol, version="9.9")
    told = invoice.press("arcLogCall", "Spoke")
    assert said(told, "asked") == []
    assert remedy in said(told, "told")[0]
    assert "9.9" in said(told, "told")[0]
    assert invoice.spool.files() == []


# -- answers ---------------------------------------------------------------------------------------------------


def test_what_was_done_stands_in_the_status_bar_and_the_answer_is_taken_away(invoice: Desk) -> None:
    request = asked(invoice, "arcLogCall", "Spoke")
    assert said(invoice.look(), "status") == []
    file = invoice.spool.answer(request.request, "Call to “Jönköping Möbler” 語 😀 logged: 5 €.")
    assert said(invoice.look(), "status") == ["Call to “Jönköping Möbler” 語 😀 logged: 5 €."]
    assert not file.exists()


def test_what_was_refused_is_told_with_the_reason(invoice: Desk) -> None:
    request = asked(invoice, "arcLogCall", "Spoke")
    invoice.spool.answer(request.request, 'There is no customer "Elbe"; correct it.', done=False)
    assert said(invoice.look(), "told") == ['There is no customer "Elbe"; correct it.']


def test_answers_to_several_requests_are_all_shown(invoice: Desk) -> None:
    requests = [asked(invoice, "arcLogCall", words) for words in ("one", "two")]
    for request in requests:
        invoice.spool.answer(request.request, f"{request.fields['outcome']} logged.")
    assert set(said(invoice.look(), "status")) == {"one logged.", "two logged."}


def test_an_answer_of_another_protocol_is_not_guessed_at(invoice: Desk) -> None:
    request = asked(invoice, "arcLogCall", "Spoke")
    invoice.spool.answer(request.request, "Done.", protocol=PROTOCOL + 1)
    assert "arc addin install" in said(invoice.look(), "told")[0]


def test_the_status_bar_is_given_back_after_a_while_and_the_looking_ends(invoice: Desk) -> None:
    invoice.drain()
    request = asked(invoice, "arcLogCall", "Spoke")
    invoice.spool.answer(request.request, "Call logged.")
    looks = [invoice.look() for _ in range(12)]
    assert looks[0] == ["status: Call logged.", "later: ArcAnswers.ArcPoll"]
    assert looks[1:] == [["later: ArcAnswers.ArcPoll"]] * 10 + [["status: "]]


def test_an_agent_that_does_not_answer_is_not_waited_for_without_end(invoice: Desk) -> None:
    invoice.drain()
    asked(invoice, "arcLogCall", "Spoke")
    looks = [invoice.look() for _ in range(60)]
    assert looks[:59] == [["later: ArcAnswers.ArcPoll"]] * 59
    assert said(looks[59], "status") == [
        "the agent has not answered yet. It will carry out what waits; Status on the ARC tab tells how many."
    ]


# -- buttons that are grey -------------------------------------------------------------------------------------

ALWAYS = {"arcStatus", "arcHelp"}
OF_BOOK = ALWAYS | {"arcPlan", "arcAging", "arcKpis", "arcSyncNow", "arcIssues"}
ALL = {button.id for button in rehearsal.buttons()}
OF_CUSTOMER = ALL - {"arcApprove", "arcSkip"}


@pytest.mark.parametrize(
    ("tab", "cell", "expected"),
    [
        ("Home", "B3", OF_BOOK),
        ("Invoices", "C6", OF_CUSTOMER),
        ("Invoices", "C4", OF_BOOK),
        ("Customers", "B6", OF_CUSTOMER),
        ("Worklist", "C6", OF_CUSTOMER),
        ("Templates", "C6", OF_BOOK),
        ("Issues", "C6", OF_BOOK),
        ("Account", "L12", OF_CUSTOMER),
        ("Reminders", "C6", ALL),
    ],
)
def test_buttons_are_enabled_by_what_is_selected(desk: Desk, tab: str, cell: str, expected: set[str]) -> None:
    desk.select(tab, cell)
    assert desk.enabled() == expected


def test_without_a_customer_on_account_its_buttons_are_grey(account: Desk) -> None:
    with typed(account, "Account", {"B2": ""}):
        assert account.enabled() == OF_BOOK


def test_a_renamed_tab_and_a_column_in_front_change_nothing(desk: Desk, book: Path) -> None:
    desk.do("insert_column", desk.book, "Invoices")
    desk.do("rename", desk.book, "Invoices", "Rechnungen")
    try:
        desk.select("Rechnungen", "D6")
        request = asked(desk, "arcLogCall", "Spoke")
        assert (request.tab, request.row) == ("Rechnungen", "inv-000001")
    finally:
        desk.put(book)


# -- the form on Account ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "channel"), [("arcLogCall", "Call"), ("arcLogText", "Text")])
def test_a_filled_form_is_filed_as_it_stands(account: Desk, button: str, channel: str) -> None:
    with typed(account, "Account", form("log", notes="Will pay on Friday")):
        request = asked(account, button)
        assert account.cell("Account", entry("log", "channel")) == channel
        assert account.cell("Account", entry("log", "then")) == "Save"
    assert (request.action, request.tab, request.row, request.fields) == ("form", "Account", "", {})


def test_a_form_for_another_channel_is_not_filed_as_a_call(account: Desk) -> None:
    with typed(account, "Account", form("log", channel="Email", notes="Wrote")):
        (told,) = said(account.press("arcLogCall"), "told")
        assert account.cell("Account", entry("log", "then")) == ""
    assert "The form says Email in How." in told
    assert account.spool.files() == []


@pytest.mark.parametrize(
    ("button", "block", "field"), [("arcPromise", "promise", "date"), ("arcDispute", "dispute", "invoice")]
)
def test_a_filled_promise_or_dispute_is_filed(account: Desk, button: str, block: str, field: str) -> None:
    with typed(account, "Account", form(block, **{field: "2026-12-01"})):
        assert asked(account, button).action == "form"
        assert account.cell("Account", entry(block, "then")) == "Save"


def test_with_an_empty_form_the_buttons_ask_for_the_customer_picked(account: Desk) -> None:
    request = asked(account, "arcPromise", "(blank)", "2026-12-01")
    assert request.action == "take_promise"
    assert request.fields == {"customer": account.cell("Account", "B2"), "date": "2026-12-01"}


def test_compose_brings_the_words_into_the_form_of_that_customer(invoice: Desk) -> None:
    name, picked = invoice.cell("Invoices", "C6"), invoice.cell("Account", "B2")
    with typed(invoice, "Account", {"B2": picked, **form("message")}):
        request = asked(invoice, "arcCompose")
        assert invoice.cell("Account", "B2") == name
        assert invoice.cell("Account", entry("message", "then")) == "Preview"
        assert invoice.front() == "Account"
    assert (request.action, request.tab) == ("form", "Account")


def test_compose_leaves_a_message_to_somebody_else_alone(invoice: Desk) -> None:
    picked = invoice.cell("Account", "B2")
    with typed(invoice, "Account", form("message", body="Dear Sirs")):
        (told,) = said(invoice.press("arcCompose"), "told")
        assert invoice.cell("Account", entry("message", "then")) == ""
    assert told == f"The form on Account holds a message to {picked}. Send it or clear it first."
    assert invoice.spool.files() == []


def test_send_asks_once_more_and_then_sends_what_stands_in_the_form(account: Desk) -> None:
    with typed(account, "Account", form("message", channel="Text", body="Please pay")):
        refused = account.press("arcSend", "(cancel)")
        assert account.cell("Account", entry("message", "then")) == ""
        assert account.spool.files() == []
        request = asked(account, "arcSend", "OK")
        assert account.cell("Account", entry("message", "then")) == "Send"
    picked = account.cell("Account", "B2")
    assert said(refused, "confirm") == [f"Send the text to {picked} as it stands in the form?"]
    assert request.action == "form"


def test_send_with_no_message_composes_one_and_sends_nothing(account: Desk) -> None:
    with typed(account, "Account", form("message")):
        told = account.press("arcSend", "OK")
        assert account.cell("Account", entry("message", "then")) == "Preview"
    assert said(told, "confirm") == []
    assert [request.action for request in account.spool.taken()] == ["form"]


def test_send_from_a_row_never_sends_what_the_form_holds_for_another(invoice: Desk) -> None:
    with typed(invoice, "Account", form("message", body="Dear Sirs")):
        invoice.press("arcSend", "OK")
        assert invoice.cell("Account", entry("message", "then")) == ""
    assert invoice.spool.files() == []


# -- reminders -------------------------------------------------------------------------------------------------


def test_the_selected_reminders_are_approved_after_asking_once_more(desk: Desk) -> None:
    desk.select("Reminders", "C5:C6", "B8")
    told = desk.press("arcApprove", "OK")
    (request,) = desk.spool.taken()
    assert said(told, "confirm") == ["Approve 3 reminders? What is approved goes out when its hour comes."]
    assert request.action == "approve_reminders"
    assert sorted(request.fields["rows"].split("; ")) == ["rem-000000", "rem-000001", "rem-000003"]


def test_reminders_that_a_filter_hides_are_not_meant(desk: Desk) -> None:
    desk.select("Reminders", "C5:C8")
    desk.do("show", desk.book, "Reminders", 6, False)  # noqa: FBT003
    try:
        request = asked(desk, "arcSkip")
    finally:
        desk.do("show", desk.book, "Reminders", 6, True)  # noqa: FBT003
    assert request.fields == {"rows": "rem-000000; rem-000002; rem-000003"}


def test_whole_columns_selected_end_where_the_rows_do(desk: Desk) -> None:
    desk.select("Reminders", "B1:D1048576")
    rows = asked(desk, "arcSkip").fields["rows"].split("; ")
    assert len(rows) == len(set(rows)) == len(sample(60).rows["reminders"])


def test_approving_is_cancelled_like_any_question(desk: Desk) -> None:
    desk.select("Reminders", "C5")
    desk.press("arcApprove", "(cancel)")
    assert desk.spool.files() == []


# -- what the add-in does by itself ----------------------------------------------------------------------------


def test_call_shows_the_number_and_dials_its_digits(invoice: Desk) -> None:
    told = invoice.press("arcCall", "OK")
    (question,) = said(told, "confirm")
    assert invoice.cell("Invoices", "C6") in question
    assert said(told, "dialled")[0].strip("+").isdecimal()
    assert said(told, "status") == ["when you have spoken, press Log call."]
    assert invoice.spool.files() == []


def test_call_says_who_is_not_to_be_contacted(desk: Desk) -> None:
    desk.select("Customers", "B28")
    told = desk.press("arcCall")
    assert said(told, "confirm")[0].startswith(
        "Do not contact: In liquidation; write to the administrator / "
    )
    assert said(told, "dialled") == []


def test_call_without_a_number_says_where_to_enter_it(desk: Desk) -> None:
    desk.select("Customers", "B6")
    with typed(desk, "Customers", {"F6": ""}):
        (told,) = said(desk.press("arcCall", "OK"), "told")
    name = desk.cell("Customers", "B6")
    assert told == f"There is no phone number for {name}. Enter one in Phone on the Customers tab."


def test_issues_goes_to_the_tab(invoice: Desk) -> None:
    invoice.press("arcIssues")
    assert invoice.front() == "Issues"
    assert invoice.spool.files() == []


def test_status_says_how_agent_and_workbook_stand(invoice: Desk) -> None:
    invoice.spool.beat(books=[META.book])
    invoice.press("arcLogCall", "Spoke")
    (told,) = said(invoice.press("arcStatus"), "told")
    assert told == (
        "Add-in: ARC 0.1.0 / Agent: running, ARC 0.1.0 / Workbook: kept by ARC, last synced 2026-11-20 08:42 / Requests"
        " that wait: 1"
    )


@pytest.mark.parametrize(
    ("ago", "expected"), [(None, "not running."), (timedelta(hours=2), "not running; last seen")]
)
def test_status_says_that_the_agent_does_not_run(invoice: Desk, ago: timedelta | None, expected: str) -> None:
    if ago is None:
        (invoice.spool.folder / "agent.json").unlink()
    else:
        invoice.spool.beat(ago)
    (told,) = said(invoice.press("arcStatus"), "told")
    assert f"Agent: {expected}" in told
    assert "arc agent start" in told


def test_help_and_version(desk: Desk) -> None:
    from arc_sheets import __version__

    assert "arc --help" in said(desk.press("arcHelp"), "told")[0]
    assert desk.call("ArcRehearsal.Version") == f"ARC {__version__}"
