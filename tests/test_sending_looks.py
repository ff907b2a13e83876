from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from arc_sheets.message import Message, MessageState
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, DISPUTES, INVOICES, PAYMENTS, RECORD_TABS, REMINDERS
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm
from arc_sync.agent.merging import follow_renames
from arc_sync.agent.reminding import looking, sending
from arc_sync.agent.reminding.planning import plan_reminders
from arc_sync.agent.reminding.rows import reminder
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Outcome
from arc_sync.merge.history import Origin
from tests.reminding_firm import DAY, NOW, SETTINGS, Office, office, quick_words

__all__ = ["quick_words"]

S = MessageState


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path)
    one.customer("Alder", phone="+49 170 1234567", cc="boss@alder.example")
    one.plan()
    one.customer("Alder", cc=None)
    return one


def wall(day: int) -> datetime:
    return datetime.combine(DAY.replace(day=day), time(8))


def six_messages(here: Office) -> None:
    for n in range(6):
        here.was_sent("Alder", f"X-{n}", f"Stage {n}", 7 + n)


CASES: dict[str, tuple[Callable[[Office], None], str]] = {
    "paid": (lambda o: o.pay("INV-A", 500_00), "INV-A has been paid."),
    "raised": (
        lambda o: o.put(INVOICES, "i INV-A", amount=900_00),
        "EUR 400.00 more than it asks for is owed on its invoices now.",
    ),
    "paid in part": (lambda o: o.pay("INV-A", 20_00), "EUR 20.00 of what it asks for has come in."),
    "money not applied": (
        lambda o: o.pay("INV-A", 20_00, applied_to=None),
        "EUR 20.00 of what it asks for has come in.",
    ),
    "promised": (lambda o: o.promise("Alder", "INV-A", 500_00, DAY + timedelta(3)), "INV-A is promised."),
    "promised, no invoice named": (
        lambda o: o.promise("Alder", None, 500_00, DAY + timedelta(3)),
        "It is promised by 28 Nov.",
    ),
    "due later": (lambda o: o.put(INVOICES, "i INV-A", due=DAY + timedelta(20)), "INV-A is due on 15 Dec."),
    "due today": (lambda o: o.put(INVOICES, "i INV-A", due=DAY), "INV-A is due on 25 Nov."),
    "disputed": (
        lambda o: o.put(DISPUTES, "d", invoice="INV-A", currency="EUR", opened=DAY),
        "INV-A is disputed.",
    ),
    "held": (lambda o: o.put(INVOICES, "i INV-A", hold_reminders="yes"), "INV-A is held."),
    "on plan": (lambda o: o.put(INVOICES, "i INV-A", status="on plan"), "INV-A is on a payment plan."),
    "agency": (lambda o: o.put(INVOICES, "i INV-A", status="agency"), "INV-A is with an agency."),
    "void": (lambda o: o.put(INVOICES, "i INV-A", status="void"), "There is no INV-A of theirs any more."),
    "renumbered": (
        lambda o: o.put(INVOICES, "i INV-A", number="INV-A2"),
        "There is no INV-A of theirs any more.",
    ),
    "do not contact": (
        lambda o: o.put(CUSTOMERS, "c Alder", do_not_contact="insolvent"),
        "Do not contact: insolvent.",
    ),
    "another address": (
        lambda o: o.put(CUSTOMERS, "c Alder", email="new@alder.example"),
        "Customers does not name ap@alder.example any more.",
    ),
    "six in a month": (six_messages, "They had 6 messages in 30 days."),
    "written to yesterday": (
        lambda o: o.was_sent("Alder", "X", "Firm", 1),
        "They were written to on 24 Nov.",
    ),
    "written to by hand": (
        lambda o: o.put(ACTIVITY, "a", when=wall(24), customer="Alder", channel="Email"),
        "They were written to on 24 Nov.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_no_longer_holds_is_withdrawn_with_the_reason(here: Office, case: str) -> None:
    what, why = CASES[case]
    here.approve("Alder")
    what(here)
    assert here.send().withdrawn == [("Alder", why)]
    assert here.arrived == []
    rows = [r for r in here.all().values() if r.customer == "Alder" and r.numbers == ("INV-A",)]
    assert [(r.status, r.why, r.decision) for r in rows] == [("withdrawn", why, None)]
    assert [p.state for p in here.posted()] == [S.WITHDRAWN]
    assert [touch for touch in here.touches("Alder") if touch[1]] == []


@pytest.mark.parametrize("case", CASES)
def test_it_is_noticed_even_right_before_the_last_byte(here: Office, case: str) -> None:
    what, why = CASES[case]
    here.approve("Alder")
    done: list[str] = []

    def meanwhile(step: str) -> None:
        if step == "about to" and not done:
            done.append(step)
            what(here)

    assert here.send(meanwhile).withdrawn == [("Alder", why)]
    assert here.arrived == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("step", ["settled", "looked"])
def test_so_is_what_changes_while_the_one_before_goes(here: Office, case: str, step: str) -> None:
    here.approve("Birch")
    here.approve("Alder")
    what, why = CASES[case]
    done: list[str] = []

    def meanwhile(at: str) -> None:
        if at == step and here.of("Birch").status == "sent" and not done:
            done.append(at)
            what(here)

    report = here.send(meanwhile)
    assert (report.sent, report.withdrawn) == (["Birch"], [("Alder", why)])
    assert [m.to for m in here.arrived] == ["ap@birch.example"]


def test_a_second_message_to_a_customer_is_not_begun_where_the_first_has_just_gone(here: Office) -> None:
    second_reminder(here)
    begun: list[str] = []

    class Watched(MemoryMailer):
        def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
            begun.append(message.id)
            return super().send(message, about_to)

    here.send(mailer=Watched())
    assert len(begun) == 1


def test_more_owed_than_it_asks_for_lets_it_go(here: Office) -> None:
    here.approve("Alder")
    here.invoice("INV-Z", "Alder", 1)
    assert here.send().sent == ["Alder"]


def test_of_several_invoices_the_oldest_must_be_overdue(here: Office) -> None:
    here.invoice("INV-Z", "Alder", -2)
    here.plan()
    row = next(i for i, r in here.all().items() if r.customer == "Alder")
    here.put(REMINDERS, row, invoices="INV-A; INV-Z", amount=1_000_00)
    here.approve("Alder")
    assert here.send().sent == ["Alder"]


def test_the_plan_of_a_later_day_does_not_go_today(here: Office) -> None:
    here.customer("Nora")
    here.invoice("INV-N", "Nora", -10)
    plan_reminders(here.firm, here.now, DAY + timedelta(14))
    here.approve("Nora")
    assert here.send().withdrawn == [("Nora", "INV-N is due on 5 Dec.")]


def test_a_courtesy_goes_only_before_the_due_date(here: Office) -> None:
    here.customer("Nora")
    here.invoice("INV-N", "Nora", -2)
    here.plan()
    assert here.of("Nora").stage == "Courtesy"
    here.approve("Nora")
    here.put(INVOICES, "i INV-N", due=DAY)
    assert here.send().withdrawn == [("Nora", "INV-N is due: a courtesy before that comes too late.")]


def test_it_waits_for_the_customers_morning(here: Office) -> None:
    here.customer("Alder", time_zone="America/New_York")
    here.plan()
    here.approve("Alder")
    assert here.posted()[0].message.not_before == datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert here.send().sent == []
    here.later(hours=5)
    assert here.send().sent == ["Alder"]


def test_quiet_hours_given_after_the_approval_hold_too(here: Office) -> None:
    here.approve("Alder")
    here.put(CUSTOMERS, "c Alder", quiet_hours="09:00-12:00")
    assert here.send().waiting == [("Alder", "It waits for business hours.")]
    here.later(hours=2.5)
    assert here.send().sent == ["Alder"]


def test_what_was_approved_on_friday_evening_goes_on_monday(here: Office) -> None:
    here.later(days=2, hours=9)
    here.bank()
    here.plan()
    here.approve("Alder")
    here.later(days=1)
    assert here.send().sent == []
    here.later(days=1, hours=15)
    assert here.send().sent == ["Alder"]


def test_it_waits_for_the_banks_data_and_is_withdrawn_when_they_do_not_come(here: Office) -> None:
    here.approve("Alder")
    for i in here.rows(PAYMENTS):
        here.put(PAYMENTS, i, date=DAY - timedelta(5))
    assert here.send().waiting == [("Alder", "It waits for the bank's data, which end on 20 Nov.")]
    here.later(hours=2)
    here.bank()
    assert here.send().sent == ["Alder"]


def test_the_firms_daily_cap_lets_the_others_wait_for_tomorrow(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("daily_cap = 3\n", "utf-8")
    here = office(tmp_path)
    here.plan()
    here.approve()
    for n in range(2):
        here.put(ACTIVITY, f"a{n}", when=wall(25), customer="Bystander", channel="Email")
    report = here.send()
    assert len(report.sent) == 1
    assert {why for _, why in report.waiting} == {"The day's 3 messages have gone."}
    here.later(days=1)
    here.bank()
    assert len(here.send().sent) == 2


def test_what_waits_for_the_daily_cap_until_it_is_too_old_is_proposed_again(tmp_path: Path) -> None:
    here = office(tmp_path)
    here.now = NOW - timedelta(hours=1.5)
    here.plan()
    here.approve()
    (tmp_path / "policy.toml").write_text("daily_cap = 1\n", "utf-8")
    here.send()
    here.later(days=1.1)
    here.bank()
    report = here.send()
    assert (len(here.arrived), report.failed, here.issues()) == (1, [], [])
    assert {why for _, why in report.withdrawn} == {"It waited for too long. The day's 1 message has gone."}
    assert sorted(r.status or "" for r in here.all().values()) == ["sent", "withdrawn", "withdrawn"]


def test_two_reminders_to_one_customer_never_go_together(here: Office) -> None:
    second_reminder(here)
    report = here.send()
    assert report.sent == ["Alder"]
    assert report.withdrawn == [("Alder", "They were written to on 25 Nov.")]
    assert len(here.arrived) == 1


def test_nor_when_two_senders_hold_one_each(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    second_reminder(here)
    nested: list[int] = []

    def other(step: str) -> None:
        if step == "about to" and not nested:
            nested.append(1)
            here.send(owner="other")

    monkeypatch.setattr(sending, "FEW", 1)
    here.send(other, owner="one")
    here.later(minutes=10)
    here.send(owner="one")
    assert len(here.arrived) == 1


def test_nor_when_both_are_on_their_way(here: Office) -> None:
    second_reminder(here)

    class Slow(MemoryMailer):
        """While its first message is on the wire, another sender is at work."""

        def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
            about_to()
            if not self.sent:
                self.sent.append(message)
                here.send(owner="other")
            return Outcome(Fate.SENT, "ok")

    slow = Slow()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "FEW", 1)
        here.send(owner="one", mailer=slow)
    assert len(slow.sent) + len(here.arrived) == 1


def second_reminder(here: Office) -> None:
    """Queue a second, different reminder to Alder behind the plan's back, as two agents with old books might."""
    here.invoice("INV-Z", "Alder", 5)
    here.approve("Alder")
    row = next(r for r in here.all().values() if r.customer == "Alder")
    one = here.posted()[0].message
    here.put(REMINDERS, "second", **row._replace(invoices="INV-Z", stage="Firm")._asdict())
    with here.firm.ledger.change(here.firm.origin("action", "x", here.now)) as t:
        t.queue(replace(one, id="2" * 32, key="second", reminder="second", invoices=("INV-Z",)))
    assert reminder(here.rows(REMINDERS)["second"]).status == "queued"


def test_a_skip_reaches_a_message_that_a_sender_has_claimed(here: Office) -> None:
    here.approve("Alder")

    def meanwhile(step: str) -> None:
        if step == "looked":
            here.approve("Alder", decision="Skip")

    report = here.send(meanwhile)
    assert (report.sent, here.arrived) == ([], [])
    assert here.of("Alder").status == "skipped"
    assert report.withdrawn == [("Alder", "Its reminder is skipped.")]


def test_texts_are_not_sent_to_who_stopped_them(tmp_path: Path) -> None:
    here = office(tmp_path)
    here.customer("Alder", phone="+49 170 1234567", prefers="Text")
    here.plan()
    assert here.of("Alder").channel == "Text"
    here.approve("Alder")
    stop: dict[str, object] = {"customer": "Alder", "channel": "Text", "direction": "In", "outcome": "STOP"}
    here.put(ACTIVITY, "stop", when=wall(25), **stop)  # type: ignore[arg-type]
    assert here.send().withdrawn == [("Alder", "They stopped texts on 25 Nov.")]


def reword(here: Office, body: str | None = "Dear Anna,\n\nonly EUR 300, please.") -> None:
    here.edit("Alder", subject="Please ignore the last one", body=body)


def texts(here: Office) -> list[tuple[str, bool]]:
    return [(m.to, b"only EUR 300" in m.content) for m in here.arrived]


def test_words_changed_after_the_approval_are_those_that_go(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example")
    here.approve("Alder")
    reword(here)
    assert here.send().sent == ["Alder"]
    assert texts(here) == [("ap@alder.example", True), ("boss@alder.example", True)]
    assert [p.state for p in here.posted()] == [S.WITHDRAWN, S.WITHDRAWN, S.SENT, S.SENT]
    assert "only EUR 300" in (here.of("Alder").body or "")
    assert here.firm.ledger.verify() == []


@pytest.mark.parametrize("step", ["claimed", "looked", "about to"])
def test_also_when_they_are_changed_in_a_senders_hand(here: Office, step: str) -> None:
    here.approve("Alder")
    done: list[str] = []

    def meanwhile(at: str) -> None:
        if at == step and not done:
            done.append(at)
            here.approve("Alder", decision="Skip")
            reword(here)
            here.approve("Alder")

    assert here.send(meanwhile).sent == ["Alder"]
    assert texts(here) == [("ap@alder.example", True)]


def test_a_message_that_was_cleared_after_the_approval_does_not_go(here: Office) -> None:
    here.approve("Alder")
    reword(here, body=None)
    why = "Friendly for Alder has no message; write one on Reminders."
    assert here.send().withdrawn == [("Alder", why)]
    assert (here.arrived, here.of("Alder").status) == ([], "withdrawn")


def test_what_was_approved_goes_as_the_very_bytes_when_nothing_was_changed(here: Office) -> None:
    here.approve("Alder")
    (one,) = here.posted()
    here.later(minutes=30)
    here.send()
    assert here.arrived[0].content == one.message.content


def test_a_copy_goes_as_its_letter_went_whatever_is_typed_afterwards(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example")
    here.approve("Alder")

    def outcome(message: Message) -> Outcome:
        return Outcome(Fate.LATER if message.to.startswith("boss") else Fate.SENT, "451 later")

    here.send(mailer=MemoryMailer(outcome))
    reword(here)
    here.later(hours=1)
    here.send()
    assert texts(here) == [("boss@alder.example", False)]


DRAFTS = SETTINGS.replace('how = "smtp"', 'how = "drafts"')
OTHER_WAY = "The way of sending was changed since it was approved."


def set_up(here: Office, settings: str) -> None:
    """Change arc.toml."""
    here.firm.config.file.write_text(settings, "utf-8")
    here.firm = Firm(Config.load(here.firm.config.file), here.firm.ledger)
    here.later(minutes=1)


def test_a_draft_approved_does_not_go_by_itself_when_the_settings_change(tmp_path: Path) -> None:
    here = office(tmp_path, settings=DRAFTS)
    here.customer("Alder", cc="boss@alder.example")
    here.plan()
    here.approve("Alder")
    set_up(here, SETTINGS)
    assert here.send().withdrawn == [("Alder", OTHER_WAY)]
    here.plan()
    here.approve("Alder")
    assert here.send().sent == ["Alder"]
    assert [m.to for m in here.arrived] == ["ap@alder.example", "boss@alder.example"]


def test_nor_is_a_message_drafted_that_was_to_be_sent_and_its_copies_are_no_issues(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example")
    here.approve("Alder")
    set_up(here, DRAFTS)
    report = here.send(mailer=MemoryMailer(lambda _: Outcome(Fate.DRAFTED, "there")))
    assert report.withdrawn == [("Alder", OTHER_WAY), ("Alder", "Its reminder is withdrawn.")]
    assert (report.failed, here.issues()) == ([], [])
    here.plan()
    here.approve("Alder")
    assert here.send(mailer=MemoryMailer(lambda _: Outcome(Fate.DRAFTED, "there"))).drafted == ["Alder"]


def test_what_is_approved_after_the_change_goes_at_once(here: Office) -> None:
    here.approve("Birch")
    set_up(here, DRAFTS)
    here.approve("Alder")
    report = here.send(mailer=MemoryMailer(lambda _: Outcome(Fate.DRAFTED, "there")))
    assert (report.drafted, report.withdrawn) == (["Alder"], [("Birch", OTHER_WAY)])


def test_copies_follow_their_letter_and_stop_with_it(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example")
    here.approve("Alder")
    here.pay("INV-A", 500_00)
    assert len(here.send().withdrawn) == 2
    assert here.arrived == []


def test_the_figures_are_computed_once_while_only_senders_write(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.approve()
    real, made = looking._facts, []

    def counted(*args: object) -> object:
        made.append(1)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "_facts", counted)
    assert len(here.send().sent) == 3
    assert len(made) == 1


def test_a_payment_between_two_messages_is_seen(here: Office) -> None:
    here.approve()

    def first(message: Message) -> Outcome:
        if message.customer == "Alder":
            here.pay("INV-C", 500_00)
        return Outcome(Fate.SENT, "ok")

    report = here.send(mailer=MemoryMailer(first))
    assert sorted(report.sent) == ["Alder", "Birch"]
    assert report.withdrawn == [("Cedar", "INV-C has been paid.")]


def test_a_customer_renamed_after_the_approval_is_still_looked_at(here: Office) -> None:
    here.approve("Alder")
    with here.firm.ledger.change(Origin("Zoë", "action", "x", here.now)) as t:
        before = dict(t.rows(CUSTOMERS))
        row = before["c Alder"]
        after = ("Alder & Co", *row[1:])
        t.put(CUSTOMERS, "c Alder", after)
        follow_renames(t, RECORD_TABS, CUSTOMERS, before, {"c Alder": after})
    assert here.send().sent == ["Alder & Co"]
    assert here.of("Alder & Co").status == "sent"
    assert here.touches("Alder & Co")
