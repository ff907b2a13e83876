from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.tabs import ACTIVITY, DISPUTES, REMINDERS, TEMPLATES
from arc_sync.agent.reminding.history import reached
from arc_sync.agent.reminding.planning import plan_reminders
from arc_sync.agent.reminding.rows import BLANK, Reminder, id_of, listed
from tests.reminding_firm import DAY, NOW, SETTINGS, Office, office, quick_words

__all__ = ["quick_words"]


@pytest.fixture
def here(tmp_path: Path) -> Office:
    return office(tmp_path)


def template(here: Office, stage: str, channel: str = "Email", language: str = "English") -> str:
    return next(i for i, row in here.rows(TEMPLATES).items() if row[:3] == (stage, channel, language))


@pytest.mark.parametrize(
    ("status", "channel", "became"),
    [
        ("sent", "Email", "went out"),
        ("queued", "Email", "went out"),
        ("drafted", "Email", "was put among the drafts"),
        ("skipped", "Email", "was skipped"),
        ("done", "Call", "was done"),
        ("done", "Letter", "went out"),
    ],
)
def test_the_plan_knows_what_became_of_a_row(status: str, channel: str, became: str) -> None:
    row = Reminder(*(None,) * len(Reminder._fields))._replace(status=status, channel=channel, planned=DAY)  # type: ignore[arg-type]  # blank but for these
    assert [r.became for r in reached([row], DEFAULT_POLICY, DAY)] == [became]


def test_the_columns_of_reminders_are_the_fields_of_a_reminder() -> None:
    assert tuple(c.name for c in REMINDERS.stored) == Reminder._fields


def test_each_customer_gets_a_proposal_with_words_and_the_reason(here: Office) -> None:
    assert here.plan().counts == {"proposed": 3}
    row = here.of("Alder")
    assert (row.stage, row.channel, row.to) == ("Friendly", "Email", "ap@alder.example")
    assert (row.numbers, row.amount, row.currency) == (("INV-A",), 500_00, "EUR")
    assert (row.status, row.planned, row.decision) == ("proposed", DAY, None)
    assert "INV-A is 4 days late" in (row.why or "")
    assert "EUR 500.00" in (row.subject or "")
    assert (row.body or "").startswith("Dear Anna Ray,")


def test_the_reason_says_that_there_are_no_words_in_the_customers_language(here: Office) -> None:
    here.customer("Alder", language="French")
    here.customer("Birch", language="German")
    here.plan()
    assert (here.of("Alder").why or "").endswith(" In English: no words for French.")
    assert (here.of("Alder").body or "").startswith("Dear Anna Ray,")
    assert " In English" not in (here.of("Birch").why or "")
    for i, row in here.rows(TEMPLATES).items():
        if row[2] == "German":
            here.put(TEMPLATES, i, language="English", stage="Friendly")
    here.plan()
    assert (here.of("Birch").why or "").endswith(" In English: no template in German.")


def test_a_second_plan_of_the_day_changes_nothing(here: Office) -> None:
    assert not here.plan().idle
    with here.firm.ledger.read() as view:
        before = view.head()
    assert here.plan().idle
    with here.firm.ledger.read() as view:
        assert view.head() == before


def test_the_templates_tab_is_filled_once_and_then_belongs_to_people(here: Office) -> None:
    here.plan()
    assert len(here.rows(TEMPLATES)) > 10
    here.put(TEMPLATES, template(here, "Friendly"), body="Dear {{ contact }}, please pay {{ total }}.")
    here.plan()
    assert here.of("Alder").body == "Dear Anna Ray, please pay EUR 500.00."
    first = next(iter(here.firm.ledger.sets(newest_first=False)))
    assert first.origin.source == "action"
    seeds = [made for made in here.firm.ledger.sets() if made.origin.what == "The shipped templates"]
    assert len(seeds) == 1


def test_the_figures_of_a_proposal_follow_the_ledger_and_its_decision_stays(here: Office) -> None:
    here.plan()
    here.edit("Alder", decision="Approve")
    before = here.all().keys()
    here.pay("INV-A", 200_00)
    here.plan()
    assert here.of("Alder").amount == 300_00
    assert "EUR 300.00" in (here.of("Alder").body or "")
    assert here.of("Alder").decision == "Approve"
    assert here.all().keys() == before


def test_what_a_person_wrote_stays_and_a_cleared_message_comes_anew(here: Office) -> None:
    here.plan()
    here.edit("Alder", body="Anna, just between us: please pay.")
    here.pay("INV-A", 100_00)
    here.plan()
    assert here.of("Alder").body == "Anna, just between us: please pay."
    assert here.of("Alder").amount == 400_00
    here.edit("Alder", body=None)
    here.plan()
    assert "EUR 400.00" in (here.of("Alder").body or "")


def test_what_a_person_typed_on_a_row_that_is_not_planned_stays_and_is_withdrawn_with_the_reason(
    here: Office,
) -> None:
    here.invoice("INV-A", "Alder", 4, hold_reminders="yes")
    here.plan()
    here.edit("Alder", subject="Ask Bob first", body="Bob knows why")
    here.later(days=1)
    here.bank()
    here.plan()
    row = here.of("Alder")
    assert (row.status, row.planned, row.subject, row.body) == (
        "not planned",
        here.today,
        "Ask Bob first",
        "Bob knows why",
    )
    here.invoice("INV-A", "Alder", 4, hold_reminders=None)
    here.plan()
    (old,) = [row for row in here.all().values() if row.body == "Bob knows why"]
    assert (old.status, old.subject) == ("withdrawn", "Ask Bob first")
    assert old.why == "Friendly for INV-A takes its place."
    assert here.of_stage("Alder", "Friendly").status == "proposed"


def test_a_subject_typed_on_a_task_without_words_stays_and_is_withdrawn_with_it(here: Office) -> None:
    here.customer("Alder", phone="+49 30 123456", prefers="Phone")
    here.plan()
    assert (here.of("Alder").status, here.of("Alder").body) == ("to do", None)
    here.edit("Alder", subject="Ask for the CFO, ext 12")
    here.later(days=1)
    here.bank()
    here.plan()
    assert here.of("Alder").subject == "Ask for the CFO, ext 12"
    here.pay("INV-A", 500_00)
    here.plan()
    row = here.of("Alder")
    assert (row.status, row.subject) == ("withdrawn", "Ask for the CFO, ext 12")


def test_a_subject_typed_while_the_template_was_broken_outlives_its_mending(here: Office) -> None:
    here.plan()
    place = template(here, "Friendly")
    mended = here.rows(TEMPLATES)[place][-1]
    here.put(TEMPLATES, place, body="{{ totl }}")
    here.edit("Alder", body=None)
    here.plan()
    here.edit("Alder", subject="Just between us")
    here.put(TEMPLATES, place, body=mended)
    here.plan()
    here.later(days=1)
    here.bank()
    here.plan()
    assert here.of("Alder").subject == "Just between us"
    assert (here.of("Alder").body or "").startswith("Dear Anna Ray,")


def test_words_written_for_another_amount_hold_their_row_until_they_are_changed(here: Office) -> None:
    here.plan()
    here.edit("Alder", body="Dear Anna, please pay the EUR 500.00 of INV-A today.", decision="Approve")
    here.pay("INV-A", 400_00)
    here.plan()
    row = here.of("Alder")
    assert (row.status, row.amount) == ("held", 100_00)
    assert (row.why or "").startswith(
        "The words were written for EUR 500.00; EUR 100.00 is asked for now:"
        " change them, or clear Message to have them written anew."
    )
    here.decide()
    assert here.posted() == []
    here.edit("Alder", body="Dear Anna, please pay the EUR 100.00 of INV-A today.")
    here.plan()
    assert here.of("Alder").status == "proposed"
    assert here.of("Alder").body == "Dear Anna, please pay the EUR 100.00 of INV-A today."


def test_words_written_for_another_amount_are_written_anew_when_message_is_cleared(here: Office) -> None:
    here.plan()
    here.edit("Alder", subject="EUR 500.00, Anna", body="Dear Anna, please pay EUR 500.00.")
    here.pay("INV-A", 400_00)
    here.plan()
    here.edit("Alder", body=None)
    here.plan()
    row = here.of("Alder")
    assert row.status == "proposed"
    assert "EUR 100.00" in (row.subject or "")
    assert "EUR 100.00" in (row.body or "")


def test_a_call_whose_notes_were_written_for_another_amount_stays_to_be_made_and_says_so(
    here: Office,
) -> None:
    here.customer("Alder", phone="+49 30 123456", prefers="Phone")
    here.plan()
    here.edit("Alder", body="Ask for the EUR 500.00")
    here.pay("INV-A", 400_00)
    here.plan()
    row = here.of("Alder")
    assert (row.status, row.body) == ("to do", "Ask for the EUR 500.00")
    assert (row.why or "").startswith("The words were written for EUR 500.00; EUR 100.00 is asked for now")


def test_the_interval_counts_from_the_day_on_which_a_person_skipped(here: Office) -> None:
    here.invoice("INV-O", "Alder", late=50)
    here.plan()
    here.later(days=2)
    here.bank()
    here.approve("Alder", decision="Skip")
    here.later(days=5)  # a week after the plan
    here.bank()
    here.plan()
    whys = [row.why for row in here.all().values() if row.customer == "Alder" and row.status == "not planned"]
    assert whys == ["Friendly was skipped on 27 Nov; Firm may follow on 3 Dec."]


def test_what_no_longer_holds_leaves_or_is_withdrawn_with_the_reason(here: Office) -> None:
    here.plan()
    here.edit("Birch", subject="My own words")
    here.pay("INV-A", 500_00)
    here.pay("INV-B", 500_00)
    here.plan()
    assert here.statuses() == {"Birch": "withdrawn", "Cedar": "proposed"}
    assert here.of("Birch").why == "Nothing is asked of them any more."


def test_who_is_left_out_stands_there_with_the_reason_and_is_replaced_each_day(here: Office) -> None:
    here.put(DISPUTES, "d1", invoice="INV-C", currency="EUR", opened=DAY, reason="Damaged goods")
    assert here.plan().counts == {"proposed": 2, "not planned": 1}
    row = here.of("Cedar")
    assert (row.status, row.stage, row.amount) == ("not planned", None, 500_00)
    assert "INV-C is disputed since 25 Nov 2026 (Damaged goods)" in (row.why or "")
    here.put(DISPUTES, "d1", resolved=DAY)
    here.plan()
    assert here.of("Cedar").status == "proposed"


def test_a_promise_stops_and_when_it_breaks_the_customer_returns(here: Office) -> None:
    here.plan()
    here.promise("Alder", "INV-A", 500_00, DAY + timedelta(1))
    here.plan()
    assert here.of("Alder").status == "not planned"
    assert "romised EUR 500.00 for INV-A by 26 Nov" in (here.of("Alder").why or "")
    here.later(days=2)
    here.bank()
    here.plan()
    assert here.of("Alder").status == "proposed"
    assert "broken" in (here.of("Alder").why or "")


def test_old_bank_data_hold_everything_with_one_sentence(here: Office) -> None:
    here.later(days=7)
    held = here.plan().held
    assert "bank" in held
    assert {row.status for row in here.all().values()} == {"held"}
    assert (here.of("Alder").why or "").startswith(held)
    here.bank()
    here.plan()
    assert set(here.statuses().values()) == {"proposed"}


def test_nothing_is_planned_on_a_saturday(here: Office) -> None:
    here.plan()
    here.later(days=3)
    planned = here.plan()
    assert planned.idle
    assert planned.held == "Saturday, 28 Nov, is no business day; nothing is planned."
    assert set(here.statuses().values()) == {"proposed"}


def test_a_task_is_put_to_a_person_and_done_by_the_touch(here: Office) -> None:
    here.invoice("INV-A", "Alder", 30)
    here.was_sent("Alder", "INV-A", "Friendly", 22)
    here.was_sent("Alder", "INV-A", "Firm", 14)
    here.plan()
    row = here.of_stage("Alder", "Call")
    assert (row.status, row.channel) == ("to do", "Call")
    assert "Anna Ray" in (row.body or "")
    here.put(ACTIVITY, "a1", when=NOW.replace(tzinfo=None), customer="Alder", channel="Call", direction="In")
    here.plan()
    assert here.of_stage("Alder", "Call").status == "to do", "they called us"
    here.put(ACTIVITY, "a1", direction="Out")
    here.plan()
    assert here.of_stage("Alder", "Call").status == "done"
    assert here.plan().idle


def test_a_broken_template_holds_its_reminders_alone_and_says_the_line(here: Office) -> None:
    here.plan()
    here.put(TEMPLATES, template(here, "Friendly"), body="Dear {{ contact }},\n\nyou owe {{ totl }}")
    here.was_sent("Birch", "INV-B", "Friendly", 10)
    planned = here.plan()
    assert here.of("Alder").status == "held"
    assert here.of_stage("Birch", "Firm").status == "proposed"
    (why,) = planned.broken
    assert why.startswith("The template Friendly, Email, English cannot be used: body, line 3:")
    assert why in here.issues()
    here.put(TEMPLATES, template(here, "Friendly"), body="Dear {{ contact }}, you owe {{ total }}")
    here.plan()
    assert here.of("Alder").status == "proposed"
    assert why not in here.issues()


def test_an_automatic_stage_goes_by_itself_today_but_not_on_a_day_tried_out(tmp_path: Path) -> None:
    policy = '[[stages]]\nname = "Friendly"\ndays = 3\nchannel = "Email"\nautomatic = true\n'
    (tmp_path / "policy.toml").write_text(policy, "utf-8")
    here = office(tmp_path)
    tried = plan_reminders(here.firm, NOW, as_of=DAY + timedelta(1))
    assert tried.counts == {"proposed": 3}
    assert here.posted() == []
    here.plan()
    assert set(here.statuses().values()) == {"queued"}
    assert here.of("Alder").decision is None
    assert (here.of("Alder").why or "").endswith("It goes by itself.")
    assert len(here.posted()) == 3
    assert b"Auto-Submitted: auto-generated" in here.posted()[0].message.content
    here.send()
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "ARC")]


def test_without_a_sender_what_goes_by_itself_is_held_with_the_remedy(tmp_path: Path) -> None:
    policy = '[[stages]]\nname = "Friendly"\ndays = 3\nchannel = "Email"\nautomatic = true\n'
    (tmp_path / "policy.toml").write_text(policy, "utf-8")
    here = office(tmp_path, settings=SETTINGS.replace('email = "receivables@weststadt.example"\n', ""))
    here.plan()
    assert here.of("Alder").status == "held"
    assert "fill in email of [sender] in arc.toml" in (here.of("Alder").why or "")
    assert here.plan().idle


def test_a_row_that_somebody_changed_meanwhile_is_left_to_the_next_plan(here: Office) -> None:
    here.plan()
    here.pay("INV-A", 100_00)

    def meanwhile(step: str) -> None:
        if step == "made":
            here.edit("Alder", decision="Approve")

    here.plan(meanwhile)
    assert (here.of("Alder").decision, here.of("Alder").amount) == ("Approve", 500_00)
    here.plan()
    assert (here.of("Alder").decision, here.of("Alder").amount) == ("Approve", 400_00)


def test_history_counts_what_is_on_its_way_as_written_and_tasks_as_waiting() -> None:
    row = Reminder(None, "A", "Firm", "Email", None, "X; Y", 1, "EUR", None, "queued", DAY, None, None, None)
    task = row._replace(status="to do", stage="Call")
    none = row._replace(status="failed")
    later = DAY + timedelta(3)
    known = reached([row, task, none], DEFAULT_POLICY, later)
    assert [(r.stage, r.on, r.written, r.settled) for r in known] == [
        ("Firm", later, True, True),
        ("Call", DAY, False, False),
    ]
    assert known[0].invoices == ("X", "Y")


@pytest.mark.parametrize(
    ("stage", "channel", "written"),
    [
        ("Firm", "Letter", True),
        ("Firm", "Call", True),
        ("Call", "Call", False),
        ("Agency review", "Note", False),
    ],
)
def test_a_letter_or_a_call_in_place_of_a_message_counts_as_written_a_task_of_the_schedule_does_not(
    stage: str, channel: str, *, written: bool
) -> None:
    row = Reminder(None, "A", stage, channel, None, "X", 1, "EUR", None, "done", DAY, None, None, None)
    (known,) = reached([row], DEFAULT_POLICY, DAY)
    assert known.written == written


@pytest.mark.parametrize(
    "numbers",
    [(), ("A",), ("A", "B"), ("A; B",), ("A; B", "C"), ('"A', 'B"'), ('"A"; "B"', "; ", "C;", "D"), ("A;B",)],
)
def test_numbers_are_read_back_from_the_tab_whatever_stands_in_them(numbers: tuple[str, ...]) -> None:
    assert BLANK._replace(invoices=listed(numbers) or None).numbers == numbers


def test_an_invoice_whose_number_has_a_semicolon_is_asked_for_like_any_other(here: Office) -> None:
    here.customer("Sam")
    here.invoice("A; B", "Sam", 5)
    here.plan()
    here.approve("Sam")
    assert here.send().sent == ["Sam"]
    here.later(days=1)
    here.bank()
    here.plan()
    assert here.newest("Sam").status == "not planned"


def test_ids_are_those_of_keys() -> None:
    assert id_of("a key") == id_of("a key") != id_of("another")


def test_a_task_that_is_passed_over_stays_until_the_next_stage_has_gone(here: Office) -> None:
    here.invoice("INV-A", "Alder", 24)
    here.was_sent("Alder", "INV-A", "Friendly", 20)
    here.was_sent("Alder", "INV-A", "Firm", 9)
    here.plan()
    assert here.of_stage("Alder", "Call").status == "to do"
    here.later(days=8)
    here.bank()
    here.plan()
    assert here.of_stage("Alder", "Statement").status == "proposed"
    assert here.of_stage("Alder", "Call").status == "to do"
    assert here.plan().idle
    here.approve("Alder")
    here.send()
    here.plan()
    assert [r.stage for r in here.all().values() if r.status == "to do"] == []


def test_a_task_keeps_its_day_when_an_invoice_joins_it(here: Office) -> None:
    here.invoice("INV-A", "Alder", 24)
    here.was_sent("Alder", "INV-A", "Friendly", 20)
    here.was_sent("Alder", "INV-A", "Firm", 9)
    here.plan()
    here.later(days=1)
    here.invoice("INV-Z", "Alder", 5)
    here.plan()
    row = here.of_stage("Alder", "Call")
    assert (row.numbers, row.planned) == (("INV-A", "INV-Z"), DAY)


def test_a_task_that_was_held_begins_to_wait_when_it_is_put_to_a_person(here: Office) -> None:
    here.invoice("INV-A", "Alder", 24)
    here.was_sent("Alder", "INV-A", "Friendly", 20)
    here.was_sent("Alder", "INV-A", "Firm", 9)
    here.later(days=7)
    here.plan()
    assert here.of_stage("Alder", "Call").status == "held"
    here.later(days=8)
    here.bank()
    here.plan()
    row = here.of_stage("Alder", "Call")
    assert (row.status, row.planned) == ("to do", here.today)
    assert here.plan().idle
