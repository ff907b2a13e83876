from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from arc_sheets import tabs
from arc_sync.agent.actions import requests
from arc_sync.agent.inbox import envelope
from arc_sync.books.contents import BookRow, Contents
from tests.menu_page import POLL, WIDTH, browser, opened, show
from tests.menu_stage import NOW, Stage, book, modules
from tests.sample_contents import sample

CONTENTS = sample(120)
BOOK = book(CONTENTS)
ROW = 16  #: on Customers
CUSTOMER = str(CONTENTS.rows["customers"][ROW - 5].values[0])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def stage(running: Stage) -> Stage:
    running.begin(BOOK)
    running.select("Customers", ROW)
    return running


@pytest.fixture
def page(chromium: Browser, stage: Stage) -> Iterator[Page]:
    yield from _opened(chromium, stage)


def _opened(chromium: Browser, stage: Stage, **how: Any) -> Iterator[Page]:
    page = opened(chromium, stage, **how)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    expect(page.locator("#agent")).to_contain_text("agent")
    yield page
    page.context.close()
    assert errors == []


def told(page: Page, text: str) -> None:
    expect(page.locator("#form .told")).to_contain_text(text)


def heard(page: Page, text: str, where: str = "#form .told") -> None:
    """Let time pass until the page has looked for an answer and tells it."""
    for _ in range(400):
        page.clock.run_for(POLL)
        if text in "".join(page.locator(where).all_text_contents()):
            break
        page.wait_for_timeout(10)
    expect(page.locator(where)).to_contain_text(text)


def request(stage: Stage) -> str:
    return str(stage.queue()[-1][0])


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


# -- what is shown ---------------------------------------------------------------------------------------------


def test_the_customer_of_the_selected_row_is_shown_with_ways_to_reach_them(page: Page) -> None:
    customer = dict(
        zip((c.name for c in tabs.CUSTOMERS.stored), CONTENTS.rows["customers"][ROW - 5].values, strict=True)
    )
    expect(page.get_by_role("heading", level=1)).to_have_text(CUSTOMER)
    digits = str(customer["phone"]).replace(" ", "")
    expect(page.locator("#reach-call")).to_have_attribute("href", f"tel:{digits}")
    expect(page.locator("#reach-email")).to_have_attribute("href", f"mailto:{customer['email']}")
    expect(page.locator("#agent")).to_contain_text("at work")


def test_details_are_there_while_the_agent_sleeps(chromium: Browser, stage: Stage) -> None:
    stage.begin(book(CONTENTS, alive=NOW - timedelta(days=1)))
    stage.select("Customers", ROW)
    for page in _opened(chromium, stage):
        expect(page.get_by_role("heading", level=1)).to_have_text(CUSTOMER)
        expect(page.locator("#agent")).to_contain_text("last seen 19 Nov 2026 09:15")


def test_without_a_customer_it_says_what_to_do(chromium: Browser, stage: Stage) -> None:
    stage.select("Issues", 1)
    for page in _opened(chromium, stage):
        expect(page.locator("#say")).to_have_text("Select a row that has a customer, or search for one.")
        expect(page.locator("#customer")).to_be_hidden()


def test_another_customer_is_found_by_name(page: Page) -> None:
    page.locator("#search").focus()
    page.locator("#search").fill("yam")
    expect(page.locator("#names option")).to_have_count(1)
    assert page.locator("#names option").get_attribute("value") == "Yamato Instruments"
    page.locator("#search").fill("yamato instruments")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yamato Instruments")


def test_a_customer_who_is_not_there_is_named(page: Page) -> None:
    page.locator("#search").fill("Nobody Ltd")
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_have_text("There is no customer named Nobody Ltd in this book.")


def test_a_customer_who_is_not_to_be_contacted_has_no_links(chromium: Browser, stage: Stage) -> None:
    stage.select("Customers", 5 + 23)
    for page in _opened(chromium, stage):
        expect(page.get_by_text("Do not contact: In liquidation")).to_be_visible()
        assert page.locator("a").count() == 0


def hostile() -> Contents:
    first = CONTENTS.rows["customers"][0]
    columns = [c.name for c in tabs.CUSTOMERS.stored]
    values = list(first.values)
    for name, text in {
        "name": "<script>alert(1)</script> & Söhne",
        "contact": '"><img src=x onerror=alert(1)>',
        "phone": "javascript:alert(1)",
        "email": "javascript:alert(1)//@x?cc=a@b.example",
        "notes": "</textarea><b id=evil>",
    }.items():
        values[columns.index(name)] = text
    return replace(CONTENTS, rows={"customers": [first._replace(values=tuple(values))]})


def test_hostile_names_are_shown_as_what_they_are(chromium: Browser, stage: Stage) -> None:
    stage.begin(book(hostile()))
    stage.select("Customers", 5)
    for page in _opened(chromium, stage):
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        expect(page.get_by_role("heading", level=1)).to_have_text("<script>alert(1)</script> & Söhne")
        assert page.locator("#evil, #who img, #who script").count() == 0
        links = [str(link.get_attribute("href")) for link in page.locator("a").all()]
        assert all(link.startswith(("tel:", "mailto:")) for link in links)


def test_only_numbers_are_dialled_and_only_addresses_written_to(page: Page) -> None:
    links = {
        "phoneLink": {
            "+49 (0)30 23-125": "tel:+493023125",
            "030/1234": "tel:0301234",
            "12": "",
            "javascript:alert(1)": "",
        },
        "mailLink": {
            "ana@x.example": "mailto:ana@x.example",
            "ana+ar@x.example?cc=b&bcc=c": "mailto:ana%2Bar@x.example%3Fcc%3Db%26bcc%3Dc",
            "a@b@c": "",
            "a@x.example, b@x.example": "",
            "none": "",
        },
    }
    for function, cases in links.items():
        assert {text: page.evaluate(f"text => {function}(text)", text) for text in cases} == cases


def long() -> Contents:
    """Return a book in which one customer has 300 open invoices and 80 touches."""
    rows = dict(CONTENTS.rows)
    one = next(row for row in rows["invoices"] if row.computed[1])
    customer = one.values[1]
    invoices = [BookRow(f"i{n}", (f"INV-{n:04}", *one.values[1:]), one.computed, "") for n in range(300)]
    touch = rows["activity"][0]
    touches = [BookRow(f"a{n}", (touch.values[0], customer, *touch.values[2:]), (), "") for n in range(80)]
    return replace(CONTENTS, picked=str(customer), rows=rows | {"invoices": invoices, "activity": touches})


def test_of_three_hundred_invoices_the_first_are_shown_and_the_others_on_demand(
    chromium: Browser, stage: Stage
) -> None:
    stage.begin(book(long()))
    stage.select("Account", 2)
    for page in _opened(chromium, stage):
        expect(page.locator("tbody tr")).to_have_count(25)
        press(page, "Show all 300")
        expect(page.locator("tbody tr")).to_have_count(300)
        expect(page.get_by_role("heading", name="Timeline (60 of 8")).to_be_visible()


# -- a request -------------------------------------------------------------------------------------------------


def test_a_call_is_logged_once_and_its_answer_is_shown(page: Page, stage: Stage) -> None:
    press(page, "Log call")
    page.get_by_label("Note").fill("=HYPERLINK(1)")
    page.get_by_role("button", name="Log it").dblclick()
    told(page, "Waiting for ARC")
    expect(page.get_by_label("Note")).to_be_disabled()
    page.evaluate("document.querySelector('#form form').requestSubmit()")
    [payload] = stage.payloads()
    assert payload["fields"] == {"customer": CUSTOMER, "notes": "=HYPERLINK(1)"}
    assert (payload["action"], payload["tab"], payload["row"]) == (
        "log_call",
        "Customers",
        f"cus-{ROW - 5:06d}",
    )
    page.clock.run_for(POLL)
    stage.reply(payload["request"], f"Call to {CUSTOMER} logged.")
    heard(page, f"Done. Call to {CUSTOMER} logged.")
    expect(page.get_by_label("Note")).to_have_value("")
    expect(page.get_by_label("Note")).to_be_enabled()
    assert len(stage.queue()) == 1


def test_a_request_is_about_the_customer_shown_whatever_row_is_selected(page: Page, stage: Stage) -> None:
    page.locator("#search").fill("Yamato Instruments")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yamato Instruments")
    stage.select("Invoices", 5)
    press(page, "Promise")
    page.get_by_label("Pay by").fill("2026-11-30")
    press(page, "Save the promise")
    told(page, "Waiting")
    [payload] = stage.payloads()
    assert (payload["tab"], payload["row"]) == ("Customers", "cus-000035")
    assert payload["fields"] == {"customer": "Yamato Instruments", "date": "2026-11-30"}


def test_a_refusal_keeps_what_was_typed_and_the_next_try_is_another_request(page: Page, stage: Stage) -> None:
    press(page, "Promise")
    page.get_by_label("Pay by").fill("2026-11-30")
    page.get_by_label("Amount").fill("lots")
    press(page, "Save the promise")
    told(page, "Waiting")
    first = request(stage)
    stage.reply(first, 'Amount: "lots" is not an amount; type it like 1250.50.', done=False)
    heard(page, "Not done. Amount:")
    expect(page.get_by_label("Pay by")).to_have_value("2026-11-30")
    page.get_by_label("Amount").fill("1250.50")
    press(page, "Save the promise")
    told(page, "Waiting")
    assert request(stage) != first
    assert stage.payloads()[-1]["fields"] == {"customer": CUSTOMER, "amount": "1250.50", "date": "2026-11-30"}


def test_while_the_agent_sleeps_the_request_is_said_to_wait(chromium: Browser, stage: Stage) -> None:
    stage.begin(book(CONTENTS, alive=NOW - timedelta(hours=2)))
    stage.select("Customers", ROW)
    for page in _opened(chromium, stage, item="menuLogCall"):
        press(page, "Log it")
        told(page, "Waiting. The agent was last seen 20 Nov 2026 07:15.")
        assert len(stage.queue()) == 1


def test_after_three_minutes_it_stops_looking_and_looks_again_for_the_same_request(
    page: Page, stage: Stage
) -> None:
    press(page, "Log text")
    press(page, "Log it")
    told(page, "Waiting")
    heard(page, "Not yet. No answer in three minutes.")
    stage.reply(request(stage), "Text logged.")
    press(page, "Look again")
    told(page, "Waiting")
    heard(page, "Done. Text logged.")
    assert len(stage.queue()) == 1


def test_an_answer_that_never_came_back_can_be_asked_for_again_without_a_second_row(
    chromium: Browser, stage: Stage
) -> None:
    broken = [True]

    def ask(asked: dict[str, Any]) -> Any:
        answer = stage.call("sidebarAsk", asked)
        if broken.pop() if broken else False:
            raise ConnectionError("NetworkError")
        return answer

    for page in _opened(chromium, stage, item="menuLogCall", instead={"sidebarAsk": ask}):
        press(page, "Log it")
        told(page, "Google did not answer (NetworkError). Look again; nothing is done twice.")
        press(page, "Look again")
        told(page, "Waiting for ARC")
        assert len(stage.queue()) == 1


def test_what_cannot_be_asked_is_said_at_once_and_the_form_stays_open(page: Page, stage: Stage) -> None:
    stage.order("set", busy=True)
    press(page, "Log call")
    page.get_by_label("Note").fill("hello")
    press(page, "Log it")
    told(page, "Not done. Others are asking")
    expect(page.get_by_label("Note")).to_be_enabled()
    expect(page.get_by_label("Note")).to_have_value("hello")


def test_whoever_has_no_name_yet_gives_it_in_the_sidebar(chromium: Browser, stage: Stage) -> None:
    stage.begin(book(CONTENTS, user=""))
    stage.select("Customers", ROW)
    for page in _opened(chromium, stage):
        page.get_by_label("Your name").fill("Ana Weiß")
        press(page, "Keep it")
        expect(page.locator("#user")).to_contain_text("You are Ana Weiß.")


def test_the_item_call_puts_the_cursor_on_the_phone_number(chromium: Browser, stage: Stage) -> None:
    for page in _opened(chromium, stage, item="menuCall"):
        expect(page.locator("#reach-call")).to_be_focused()
        expect(page.get_by_label("How")).to_have_value("Call")


def test_an_answer_that_comes_late_does_not_replace_the_customer_looked_at_since(
    chromium: Browser, stage: Stage
) -> None:
    waiting: list[Page] = []

    def show_(name: str) -> Any:
        if name == "Yamato Instruments" and waiting:
            waiting.pop().evaluate("look('Ibex Outdoor')")  # asked while the first is under way
        return stage.call("sidebarShow", name)

    for page in _opened(chromium, stage, instead={"sidebarShow": show_}):
        waiting.append(page)
        page.locator("#search").fill("Yamato Instruments")
        expect(page.get_by_role("heading", level=1)).to_have_text("Ibex Outdoor")
        page.wait_for_timeout(100)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ibex Outdoor")


# -- messages --------------------------------------------------------------------------------------------------


def test_composing_fills_the_form_and_sending_sends_what_stands_there(page: Page, stage: Stage) -> None:
    press(page, "Message")
    page.get_by_label("Send as").select_option("Email")
    press(page, "Fill in from the template")
    told(page, "Waiting")
    shown = {
        "subject": "Due",
        "body": "Dear Ana,\n2 < 3",
        "to": "x@y.example",
        "stage": "Firm",
        "invoices": "A; B",
    }
    stage.reply(request(stage), "The email is composed.", shown=json.dumps(shown))
    heard(page, "Done. The email is composed.")
    expect(page.get_by_label("Text")).to_have_value("Dear Ana,\n2 < 3")
    page.get_by_label("Subject").fill("Now due")
    press(page, "Send")
    told(page, "Waiting")
    assert stage.payloads()[-1]["fields"] == {
        "customer": CUSTOMER,
        "channel": "Email",
        "stage": "Firm",
        "subject": "Now due",
        "body": "Dear Ana,\n2 < 3",
        "invoices": "A; B",
    }


def test_words_that_a_person_wrote_are_never_replaced_by_a_template(page: Page, stage: Stage) -> None:
    press(page, "Message")
    page.get_by_label("Text").fill("My own words")
    press(page, "Fill in from the template")
    told(page, "clear both first")
    assert stage.queue() == []


def test_enter_in_the_subject_sends_nothing(page: Page, stage: Stage) -> None:
    press(page, "Message")
    page.get_by_label("Text", exact=True).fill("b")
    page.get_by_label("Subject").fill("s")
    page.keyboard.press("Enter")
    expect(page.locator("#form .told")).to_have_count(0)
    assert stage.queue() == []


def test_a_text_message_has_no_subject(page: Page, stage: Stage) -> None:
    press(page, "Message")
    page.get_by_label("Send as").select_option("Text")
    expect(page.get_by_label("Subject")).to_be_hidden()
    page.get_by_label("Text", exact=True).fill("Please call")
    press(page, "Send")
    told(page, "Waiting")
    assert "subject" not in stage.payloads()[0]["fields"]


def test_the_item_compose_asks_for_the_words_at_once(chromium: Browser, stage: Stage) -> None:
    for page in _opened(chromium, stage, item="menuCompose"):
        told(page, "Waiting")
        assert stage.payloads()[0]["action"] == "compose_message"


# -- drafts ----------------------------------------------------------------------------------------------------


def test_words_typed_for_one_customer_stay_theirs_while_another_is_looked_at(page: Page) -> None:
    press(page, "Log call")
    page.get_by_label("Note").fill("asks for a copy")
    page.locator("#search").fill("Yamato Instruments")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yamato Instruments")
    press(page, "Log call")
    expect(page.get_by_label("Note")).to_have_value("")
    press(page, CUSTOMER)
    expect(page.get_by_role("heading", level=1)).to_have_text(CUSTOMER)
    press(page, "Log call")
    expect(page.get_by_label("Note")).to_have_value("asks for a copy")


def test_words_typed_and_a_request_under_way_outlive_the_sidebar(page: Page, stage: Stage) -> None:
    press(page, "Log call")
    page.get_by_label("Note").fill("asks for a copy")
    press(page, "Dispute")
    page.get_by_label("Owner").fill("Ana")
    page.locator("#field-invoice").select_option(index=1)
    press(page, "Save the dispute")
    told(page, "Waiting")
    asked = request(stage)
    stage.call("menuDispute")
    show(page, stage)
    told(page, "Waiting")
    stage.reply(asked, "Dispute raised.")
    heard(page, "Done. Dispute raised.")
    press(page, "Log call")
    expect(page.get_by_label("Note")).to_have_value("asks for a copy")
    assert len(stage.queue()) == 1


# -- both sides ------------------------------------------------------------------------------------------------

FILLED: dict[str, dict[str, str]] = {
    "Log call": {
        "notes": "n",
        "outcome": "Spoke",
        "reason": "Cash flow",
        "direction": "In",
        "next_on": "2026-12-01",
        "next_step": "Call",
        "contact": "Ana",
        "invoices": "INV-1",
    },
    "Log text": {},
    "Message": {"subject": "s", "body": "b", "stage": "Firm"},
    "Promise": {"date": "2026-12-01", "amount": "10", "invoices": "INV-1", "instalments": "3"},
    "Dispute": {"invoice": "", "amount": "5", "reason": "Wrong VAT", "owner": "Ana"},
    "Payment": {
        "amount": "10",
        "date": "2026-11-19",
        "type": "refund",
        "method": "m",
        "reference": "r",
        "applied_to": "INV-1",
    },
}


def test_every_form_makes_a_request_that_the_agent_understands(page: Page, stage: Stage) -> None:
    for label, values in FILLED.items():
        press(page, label)
        for name, value in values.items():
            entry = page.locator(f"#field-{name}")
            if entry.evaluate("entry => entry.tagName") == "SELECT":
                entry.select_option(value) if value else entry.select_option(index=1)
            else:
                entry.fill(value or "INV-1")
        page.locator("#form button[type=submit]").click()
        told(page, "Waiting")
        sent = stage.payloads()[-1]
        common = {"request": sent["request"], "who": sent["user"], "when": sent["when"], "source": "menu"}
        assert isinstance(envelope.read(stage.queue()[-1][4].encode(), sent["request"]), envelope.Envelope)
        made = requests.parse({**common, "action": sent["action"], **sent["fields"]})
        assert not isinstance(made, requests.Refused), made
        stage.reply(sent["request"], "So it is.")
        heard(page, "Done. So it is.")
    assert [one["action"] for one in stage.payloads()] == [
        "log_call",
        "log_text",
        "send_message",
        "agree_plan",
        "raise_dispute",
        "record_payment",
    ]


# -- the box of the menu ---------------------------------------------------------------------------------------


def test_the_box_of_the_menu_follows_its_request_and_can_be_closed(chromium: Browser, stage: Stage) -> None:
    page = opened(chromium, stage, item="menuAging")
    said = page.locator("#told")
    expect(said).to_contain_text("Waiting for ARC")
    assert len(stage.queue()) == 1
    stage.reply(request(stage), "Aging is up to date.")
    heard(page, "Done. Aging is up to date.", "#told")
    press(page, "Close")
    expect(page).to_have_title("closed")
    page.context.close()


# -- for everybody ---------------------------------------------------------------------------------------------


def test_a_call_is_logged_by_keyboard_alone(page: Page, stage: Stage) -> None:
    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent || document.activeElement.name") == name:
                return
        pytest.fail(f"{name} cannot be reached")

    tab_to("Log call")
    page.keyboard.press("Enter")
    expect(page.locator("#field-outcome")).to_be_focused()
    tab_to("notes")
    page.keyboard.type("spoke to Ana")
    tab_to("Log it")
    page.keyboard.press("Enter")
    told(page, "Waiting")
    stage.reply(request(stage), "Call logged.")
    heard(page, "Done. Call logged.")
    expect(page.get_by_role("button", name="Log it")).to_be_focused()


def test_the_focus_can_be_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out_by_the_rules_of_wcag(chromium: Browser, stage: Stage, scheme: str) -> None:
    axe = (modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    for page in _opened(chromium, stage, item="menuDispute", scheme=scheme):
        page.evaluate(axe)
        for label in ("Log call", "Message"):
            press(page, label)
            found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], label


@pytest.mark.parametrize("item", ["menuDetails", "menuSend", "menuAging"])
def test_all_of_it_fits_into_the_width_of_the_sidebar(chromium: Browser, stage: Stage, item: str) -> None:
    wide = copy.deepcopy(book(long()))
    stage.begin(wide)
    stage.select("Account", 2)
    page = opened(chromium, stage, item=item)
    expect(page.locator("h1, .told").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    page.context.close()
