from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.message import MessageState
from arc_sheets.tabs import CUSTOMERS, DISPUTES, INVOICES
from arc_sync.agent.actions.desk import Reason, Text
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.mail.port import Fate
from tests.reminding_firm import DAY, SETTINGS, Office, by_hand, office, quick_words, says

__all__ = ["quick_words"]

S = MessageState


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path)
    one.plan()
    return one


def test_a_message_written_by_hand_goes_at_once_whatever_the_schedule_says(here: Office) -> None:
    here.approve("Alder")
    here.send()
    said = by_hand(here)
    assert said == "The email to ap@alder.example (Alder) is queued; they were written to today already."
    assert here.send().sent == ["Alder"]
    assert ("Alder", "Email sent", "Zoë") in here.touches("Alder")
    assert len(here.all()) == 3
    assert here.firm.ledger.verify() == []


def test_a_reminder_keeps_its_distance_to_what_was_written_by_hand_a_moment_before(here: Office) -> None:
    by_hand(here)
    here.approve("Alder")
    report = here.send()
    assert report.sent == ["Alder"]
    assert report.withdrawn == [("Alder", "They were written to on 25 Nov.")]


def test_what_is_written_by_hand_at_night_goes_in_the_customers_morning(here: Office) -> None:
    here.later(hours=15)  # one on Thursday morning in Berlin
    assert by_hand(here).endswith("is queued; it goes out from 08:00 your time on 26 Nov 2026.")
    assert here.send().sent == []
    here.later(hours=7)
    assert here.send().sent == ["Alder"]


def test_and_what_is_written_on_friday_evening_goes_on_monday(here: Office) -> None:
    here.later(days=2, hours=9)
    assert by_hand(here).endswith("08:00 your time on 30 Nov 2026.")


def test_quiet_hours_given_after_it_was_written_hold_too(here: Office) -> None:
    by_hand(here)
    here.put(CUSTOMERS, "c Alder", quiet_hours="09:00-12:00")
    assert here.send().waiting == [("Alder", "It waits for business hours.")]
    here.later(hours=2.5)
    assert here.send().sent == ["Alder"]


def test_a_draft_is_written_at_any_hour(tmp_path: Path) -> None:
    here = office(tmp_path, settings=SETTINGS.replace('how = "smtp"', 'how = "drafts"'))
    here.later(hours=15)
    assert by_hand(here) == "The email to ap@alder.example (Alder) is queued."


def test_do_not_contact_holds_for_what_is_written_by_hand_too(here: Office) -> None:
    by_hand(here)
    here.put(CUSTOMERS, "c Alder", do_not_contact="their lawyer asked")
    assert here.send().withdrawn == [("Alder", "Do not contact: their lawyer asked.")]
    assert here.arrived == []


def test_an_ambiguous_one_by_hand_names_the_command_that_settles_it(here: Office) -> None:
    by_hand(here)
    here.send(mailer=says(Fate.UNKNOWN, "cut"))
    (why,) = here.issues()
    assert f"arc remind settle {here.posted()[0].message.id} --it-went" in why


def test_words_for_the_form_are_those_of_the_stage_the_customer_is_at(here: Office) -> None:
    desk = desk_of(here.firm.config, here.now)
    with here.firm.ledger.read() as view:
        text = desk.compose(view, "Alder", "", "Email")
        firm = desk.compose(view, "Alder", "Firm", "Email")
        nothing = desk.compose(view, "Bystander", "", "Email")
    assert text == (here.of("Alder").subject, here.of("Alder").body, "", "Friendly", ("INV-A",))
    assert "Overdue: EUR 500.00" in firm[0]
    assert nothing[0] == "Bystander owes nothing that may be asked for; write the message by hand."


def from_template(here: Office, stage: str = "Firm", customer: str = "Alder") -> str:
    text = words(here, stage, customer)
    assert isinstance(text, Text)
    return by_hand(here, customer, subject=text.subject, body=text.body, stage=stage)


def test_what_an_approved_reminder_is_about_to_ask_for_is_not_asked_for_by_hand_besides(here: Office) -> None:
    here.approve("Alder")
    for stage in ("Firm", "Friendly"):
        assert from_template(here, stage) == (
            "Friendly for Alder is approved and asks for INV-A already: skip it on Reminders first, or write in your own"
            " words, with no template and no invoice."
        )
    assert by_hand(here) == "The email to ap@alder.example (Alder) is queued."
    here.approve("Alder", decision="Skip")
    assert from_template(here) == "The email to ap@alder.example (Alder) is queued."


AGAINST: dict[str, tuple[Callable[[Office], None], str]] = {
    "disputed": (
        lambda o: o.put(DISPUTES, "d", invoice="INV-A", currency="EUR", opened=DAY),
        "INV-A is disputed.",
    ),
    "paid": (lambda o: o.pay("INV-A", 500_00), "INV-A has been paid."),
    "paid in part": (lambda o: o.pay("INV-A", 20_00), "EUR 20.00 of what it asks for has come in."),
    "promised": (lambda o: o.promise("Alder", "INV-A", 500_00, DAY + timedelta(3)), "INV-A is promised."),
    "on plan": (lambda o: o.put(INVOICES, "i INV-A", status="on plan"), "INV-A is on a payment plan."),
    "held": (lambda o: o.put(INVOICES, "i INV-A", hold_reminders="yes"), "INV-A is held."),
}


@pytest.mark.parametrize("case", AGAINST)
def test_what_was_made_from_a_template_is_looked_at_again_before_it_goes(here: Office, case: str) -> None:
    what, why = AGAINST[case]
    assert from_template(here).endswith("is queued.")
    what(here)
    assert here.send().withdrawn == [("Alder", why)]
    assert here.arrived == []
    assert here.issues() == [
        f"Email to ap@alder.example (Alder) was not sent: {why} If it is to go all the same, write it anew."
    ]


def test_and_so_is_what_names_an_invoice(here: Office) -> None:
    by_hand(here, invoices="INV-A")
    here.pay("INV-A", 500_00)
    assert here.send().withdrawn == [("Alder", "INV-A has been paid.")]


def test_what_is_disputed_since_the_preview_is_not_even_queued(here: Office) -> None:
    text = words(here, "Firm")
    assert isinstance(text, Text)
    here.put(DISPUTES, "d", invoice="INV-A", currency="EUR", opened=DAY)
    assert by_hand(here, subject=text.subject, body=text.body, stage="Firm").startswith("INV-A is disputed. ")
    assert here.posted() == []


def test_words_that_name_no_invoice_ask_for_what_their_stage_speaks_of(here: Office) -> None:
    by_hand(here, stage="Firm")
    assert [p.message.invoices for p in here.posted()] == [("INV-A",)]
    here.customer("Dogwood")
    assert by_hand(here, "Dogwood", stage="Firm").startswith("Dogwood owes nothing that may be asked for")


def test_a_number_within_another_is_not_named(here: Office) -> None:
    here.invoice("INV-A2", "Alder", 4)
    here.invoice("INV-A-1", "Alder", 4)
    by_hand(here, stage="Firm", body="Please pay INV-A-1.\nAnd (INV-A2).")
    assert [p.message.invoices for p in here.posted()] == [("INV-A-1", "INV-A2")]


def test_words_of_ones_own_go_whatever_the_invoices_say(here: Office) -> None:
    by_hand(here, body="Thank you for the word on INV-A.")
    here.put(DISPUTES, "d", invoice="INV-A", currency="EUR", opened=DAY)
    assert here.send().sent == ["Alder"]


def test_credit_that_was_there_when_it_was_written_does_not_hold_it(here: Office) -> None:
    here.pay("INV-A", 20_00, applied_to=None)
    from_template(here)
    assert here.send().sent == ["Alder"]


def words(here: Office, stage: str = "", customer: str = "Alder") -> Text | Reason:
    desk = desk_of(here.firm.config, here.now)
    with here.firm.ledger.read() as view:
        return desk.compose(view, customer, stage, "Email")


def refusal(here: Office, stage: str = "") -> str:
    said = words(here, stage)
    assert isinstance(said, Reason)
    return said.sentence


def test_who_owes_nothing_overdue_yet_gets_the_words_of_the_courtesy(here: Office) -> None:
    here.customer("Dogwood")
    here.invoice("INV-D", "Dogwood", -20)
    text = words(here, customer="Dogwood")
    assert isinstance(text, Text)
    assert (text.stage, text.subject) == ("Courtesy", "Coming due: invoice INV-D, EUR 500.00")


@pytest.mark.parametrize("stage", ["Friendly", "Firm", "Statement", "Final notice"])
def test_no_stage_says_overdue_where_nothing_is(here: Office, stage: str) -> None:
    here.customer("Dogwood")
    here.invoice("INV-D", "Dogwood", 0)
    assert words(here, stage, "Dogwood") == Reason(
        "Nothing that Dogwood owes is overdue; choose Courtesy, or write the message by hand."
    )


@pytest.mark.parametrize("stage", ["", "Firm", "Statement"])
def test_nor_where_credit_covers_it(here: Office, stage: str) -> None:
    here.pay("INV-A", 900_00, applied_to=None)
    said = refusal(here, stage)
    assert said.startswith("Alder has EUR 900.00 of credit, which covers all that ")
    assert said.endswith("; apply it on Payments, or write the message by hand.")


def test_nor_where_all_that_is_overdue_is_disputed(here: Office) -> None:
    here.invoice("INV-Z", "Alder", -9)
    here.put(DISPUTES, "d", invoice="INV-A", currency="EUR", opened=DAY)
    said = refusal(here, "Firm")
    assert said.startswith("What is overdue of Alder is disputed, promised, on a payment plan or held;")
    text = words(here)
    assert isinstance(text, Text)
    assert (text.stage, "INV-A" in text.body) == ("Courtesy", False)


def test_the_courtesy_does_not_speak_of_what_is_overdue_already(here: Office) -> None:
    said = refusal(here, "Courtesy")
    assert said.startswith("All that Alder owes is overdue already;")


def test_where_the_schedule_asks_for_a_call_the_words_are_those_sent_last(here: Office) -> None:
    here.customer("Dogwood")
    here.invoice("INV-D", "Dogwood", 25)
    here.was_sent("Dogwood", "INV-D", "Friendly", 18)
    here.was_sent("Dogwood", "INV-D", "Firm", 9)
    text = words(here, customer="Dogwood")
    assert isinstance(text, Text)
    assert text.stage == "Firm"


def test_a_text_by_hand_needs_a_gateway_and_waits_for_the_morning(here: Office) -> None:
    here.customer("Alder", phone="+49 170 1234567")
    assert "Texts are not set up" in by_hand(here, channel="Text", subject=None)
