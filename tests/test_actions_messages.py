"""Messages by hand: composed, edited, and queued as they stand, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

from arc_sheets import tabs
from arc_sheets.message import MessageState
from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sync.agent.actions.desk import Asks, Desk, Draft, PlainDesk, Reason, Sealed, Text
from arc_sync.ledger.port import View
from tests.asked import BERLIN, ELBE, NOW, ZOE, Asker

HELLO: dict[str, Any] = {
    "customer": "elbe spedition", "channel": "Email", "subject": "Invoice RE-1", "body": "Dear Anna,\n…", "invoices": "re-1",
}  # fmt: skip


@dataclass
class Writing:
    """A desk with one template, that seals whatever it is given; it may be told to refuse."""

    now: datetime = NOW
    zone: tzinfo = BERLIN
    base_currency: str = "EUR"
    policy: Policy = DEFAULT_POLICY
    wait: timedelta = timedelta()
    refuse: str = ""
    object: str = ""
    drafts: list[Draft] = field(default_factory=list)

    def compose(self, view: View, customer: str, stage: str, channel: str) -> Text | Reason:
        if channel == "Letter":
            return Reason("There is no template for a Letter in English; add one on Templates.")
        return Text(
            "Reminder",
            f"Dear {customer} ({len(view.rows(tabs.INVOICES))})",
            "",
            stage or "Firm",
            ("RE-1", "RE-2"),
        )

    def asks(self, view: View, draft: Draft) -> Asks | Reason:  # noqa: ARG002 (the port's)
        if self.object:
            return Reason(self.object)
        return Asks(draft.invoices or ("RE-1",) * bool(draft.stage), "EUR", 10_000)

    def seal(self, view: View, draft: Draft) -> Sealed | Reason:
        assert view.rows(tabs.CUSTOMERS)
        if self.refuse:
            return Reason(self.refuse)
        self.drafts.append(draft)
        content = f"Subject: {draft.subject}\r\n\r\n{draft.body}".encode()
        return Sealed(draft.to.lower(), content, self.now + self.wait, self.now + timedelta(days=2))


@pytest.fixture
def desk() -> Writing:
    return Writing()


@pytest.fixture
def ann(desk: Desk) -> Asker:
    return Asker(desk=desk)


def test_composing_shows_the_words_and_keeps_nothing(ann: Asker) -> None:
    before, answer = ann.head(), ann.ask("compose_message", customer="elbe spedition", channel="email")
    assert (answer.done, answer.wants_round, ann.head()) == (True, False, before)
    assert answer.sentence == "The email to Elbe Spedition is composed; edit it, then send it."
    assert dict(answer.shown) == {
        "subject": "Reminder", "body": "Dear Elbe Spedition (5)", "to": "ap@elbe.example", "stage": "Firm",
        "invoices": "RE-1; RE-2",
    }  # fmt: skip
    again = ann.ask("compose_message", request="r-1", customer=ELBE, channel="Text", stage="friendly")
    assert (again.shown["to"], again.shown["stage"]) == ("+49 30 1234567", "Friendly")


def test_why_nothing_can_be_composed_is_said(ann: Asker) -> None:
    assert ann.refused("compose_message", customer=ELBE, channel="Letter") == (
        "There is no template for a Letter in English; add one on Templates."
    )
    ann.desk = PlainDesk(NOW, BERLIN, "EUR")
    assert ann.refused("compose_message", customer=ELBE, channel="Email") == (
        "There are no templates here to write to Elbe Spedition with; write the message by hand."
    )
    assert ann.refused("send_message", **HELLO) == (
        "No message to Elbe Spedition can be sent from here; send it from the workbook."
    )


def test_what_is_queued_is_what_stands_there(ann: Asker, desk: Writing) -> None:
    said = ann.done("send_message", **HELLO)
    assert said == "The email to ap@elbe.example (Elbe Spedition) is queued."
    with ann.ledger.read() as view:
        (posted,) = view.posted()
    message = posted.message
    assert posted.state is MessageState.QUEUED
    assert message.content == "Subject: Invoice RE-1\r\n\r\nDear Anna,\n…".encode()
    assert (message.customer, message.channel, message.to) == (ELBE, "Email", "ap@elbe.example")
    assert (message.invoices, message.currency, message.amount) == (("RE-1",), "EUR", 10_000)
    assert (message.reminder, message.stage) == ("", "")
    assert desk.drafts[0].id == message.id
    assert ann.given(tabs.ACTIVITY) == []


def test_a_message_that_must_wait_says_until_when(ann: Asker, desk: Writing) -> None:
    desk.wait = timedelta(hours=21)
    assert ann.done("send_message", **HELLO) == (
        "The email to ap@elbe.example (Elbe Spedition) is queued; it goes out from 08:30 your time on 2 Apr 2026."
    )


def test_two_clicks_on_send_queue_one_message(ann: Asker) -> None:
    ann.done("send_message", **HELLO)
    assert ann.refused("send_message", **HELLO | {"to": "AP@elbe.example"}) == (
        "The same email to ap@elbe.example was queued on 1 Apr 2026 already; change it to send another."
    )
    ann.done("send_message", **HELLO | {"body": "Dear Anna, once more"})
    ann.done("send_message", **HELLO | {"to": "cfo@elbe.example"})
    with ann.ledger.read() as view:
        assert len(view.posted()) == 3


def test_the_same_request_again_queues_nothing(ann: Asker) -> None:
    ann.done("send_message", request="s-1", **HELLO)
    assert ann.done("send_message", request="s-1", **HELLO).startswith("Done already: The email to")
    with ann.ledger.read() as view:
        assert len(view.posted()) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"customer": ZOE, "invoices": None}, "Zoë Ltd has no email address; fill in Email on Customers, or give one here."),
        ({"customer": ZOE, "channel": "Text", "invoices": None}, "Zoë Ltd has no phone number; fill in Phone on Customers, or give one here."),
        ({"invoices": "Z-9"}, "Z-9 is an invoice of Zoë Ltd, not of Elbe Spedition; correct one of them."),
        ({"subject": "Hello\nBcc: everyone@evil.example"},
         'The subject "Hello Bcc: everyone@evil.example" cannot be taken (it has a line break); write it in one line.'),
    ],
)  # fmt: skip
def test_a_message_that_cannot_go_is_refused(ann: Asker, fields: dict[str, Any], said: str) -> None:
    assert ann.refused("send_message", **HELLO | fields) == said


def test_what_cannot_be_sealed_is_not_queued(ann: Asker, desk: Writing) -> None:
    desk.refuse = '"nobody" is no email address; correct it, such as name@example.com.'
    assert ann.refused("send_message", **HELLO) == desk.refuse
    with ann.ledger.read() as view:
        assert view.posted() == []


def test_what_is_not_to_be_asked_for_is_not_queued(ann: Asker, desk: Writing) -> None:
    desk.object = "RE-1 is disputed."
    assert ann.refused("send_message", **HELLO) == desk.object


def test_a_message_of_a_stage_asks_for_what_the_desk_says(ann: Asker) -> None:
    ann.done("send_message", **HELLO | {"invoices": None, "stage": "Firm"})
    with ann.ledger.read() as view:
        (posted,) = view.posted()
    assert (posted.message.invoices, posted.message.amount) == (("RE-1",), 10_000)


def test_who_is_not_to_be_contacted_is_not_written_to(ann: Asker) -> None:
    at = [c.name for c in tabs.CUSTOMERS.stored].index("do_not_contact")
    from arc_sync.merge.history import Origin

    with ann.ledger.change(Origin("Bob", "import", "x", NOW)) as t:
        row = t.rows(tabs.CUSTOMERS)["row-1"]
        t.put(tabs.CUSTOMERS, "row-1", (*row[:at], "insolvent", *row[at + 1 :]))
    assert ann.refused("send_message", **HELLO) == (
        "Elbe Spedition is not to be contacted (insolvent); clear Do not contact on Customers first."
    )


def test_who_said_stop_gets_no_texts_but_may_get_an_email(ann: Asker) -> None:
    ann.done("log_text", customer=ELBE, direction="In", outcome="STOP")
    text = HELLO | {"channel": "Text", "subject": None}
    assert (
        ann.refused("send_message", **text) == "Elbe Spedition wants no more texts; write an email, or call."
    )
    ann.done("send_message", **HELLO)
