"""A click in the sidebar, the queue, the agent, the answer: with the script, the inbox and a ledger as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from arc_sheets.tabs import ACTIVITY, CUSTOMERS, REMINDERS, TEMPLATES
from arc_sync.agent.inbox.consume import consume
from arc_sync.agent.inbox.queue import read_queue, result_row
from arc_sync.books.contents import BookRow
from tests.menu_stage import Stage, book
from tests.reminding_firm import Office, office, quick_words
from tests.sample_contents import empty

__all__ = ["quick_words"]


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def firm(tmp_path: Path) -> Office:
    return office(tmp_path)


@pytest.fixture
def stage(running: Stage, firm: Office) -> Stage:
    rows = {}
    for tab in (CUSTOMERS, REMINDERS):
        blank = (None,) * len(tab.computed)
        rows[tab.name] = [BookRow(i, row, blank, "") for i, row in firm.rows(tab).items()]
    running.begin(book(replace(empty(), rows=rows), alive=firm.now, user="Ana"), now=firm.now)
    return running


def agent(stage: Stage, firm: Office) -> None:
    """Answer what waits in the queue, as a poll of the agent does."""
    replies = [
        result_row(consume(firm.firm, told, "menu", firm.now).reply) for told in read_queue(stage.queue())
    ]
    stage.order("write", sheet="_ARC_RESULTS", rows=[list(row) for row in replies])


def click(action: str, **fields: str) -> dict[str, object]:
    return {
        "request": f"click-{action}",
        "action": action,
        "tab": "Customers",
        "row": "c Alder",
        "fields": fields,
    }


def test_a_call_logged_in_the_sidebar_stands_in_the_ledger_under_the_name_of_whoever_clicked(
    stage: Stage, firm: Office
) -> None:
    stage.call("sidebarAsk", click("log_call", customer="Alder", notes='=IMPORTDATA("http://x.example")'))
    agent(stage, firm)
    heard = stage.call("sidebarHear", "click-log_call")["answer"]
    assert (heard["done"], heard["sentence"]) == (True, "Call to Alder logged.")
    touch = dict(zip((c.name for c in ACTIVITY.stored), list(firm.rows(ACTIVITY).values())[-1], strict=True))
    assert (touch["customer"], touch["notes"]) == ("Alder", '=IMPORTDATA("http://x.example")')
    assert str(touch["by"]).startswith("Ana")


def test_the_words_of_a_template_come_back_to_the_form(stage: Stage, firm: Office) -> None:
    words = {"stage": "Friendly", "channel": "Email", "language": "English"}
    firm.put(TEMPLATES, "t", **words, subject="{{ total }} is due", body="{{ greeting }}")
    stage.call("sidebarAsk", click("compose_message", customer="Alder", channel="Email"))
    agent(stage, firm)
    heard = stage.call("sidebarHear", "click-compose_message")["answer"]
    assert heard["done"], heard
    assert heard["shown"]["subject"] == "EUR 500.00 is due"
    assert heard["shown"]["body"].startswith("Dear Anna Ray,")


def test_why_something_could_not_be_done_comes_back_as_a_sentence(stage: Stage, firm: Office) -> None:
    stage.call("sidebarAsk", click("take_promise", customer="Alder", date="2020-01-01"))
    agent(stage, firm)
    heard = stage.call("sidebarHear", "click-take_promise")["answer"]
    assert not heard["done"]
    assert heard["sentence"].endswith(".")


def test_a_payload_that_somebody_edited_is_answered_and_not_carried_out(stage: Stage, firm: Office) -> None:
    stage.call("sidebarAsk", click("log_note", customer="Alder", notes="mine"))
    forged = stage.queue()[0][4].replace("log_note", "drop_ledger")
    stage.order("put", sheet="_ARC_QUEUE", row=2, column=5, cell=forged)
    before = len(firm.rows(ACTIVITY))
    agent(stage, firm)
    assert stage.call("sidebarHear", "click-log_note")["answer"]["done"] is False
    assert len(firm.rows(ACTIVITY)) == before
