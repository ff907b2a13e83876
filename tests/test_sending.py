from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from arc_sheets.cells import PLAIN
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, DISPUTES, INVOICES, RECORD_TABS, REMINDERS
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.actions.desk import Reason, Text
from arc_sync.agent.choices import lines_of
from arc_sync.agent.choices import settle as settle_lines
from arc_sync.agent.reminding import looking
from arc_sync.agent.reminding.breakers import Limits, limits_of
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.reminding.posting import Post
from arc_sync.agent.reminding.sending import CLAIM, FIRST_WAIT, LONGEST_WAIT, REST, send_due, wait_after
from arc_sync.books.port import ShownIssue
from arc_sync.mail.drafts import DraftFolder
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Outcome
from arc_sync.merge.history import Origin
from tests.reminding_firm import DAY, SETTINGS, Office, office, quick_words

__all__ = ["quick_words"]

S = MessageState


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path)
    one.plan()
    return one


def says(fate: Fate, said: str = "so it is", *, slow_down: bool = False) -> MemoryMailer:
    return MemoryMailer(lambda _: Outcome(fate, said, slow_down))


# --- what becomes of a message ---------------------------------------------------------------------------------


def test_approved_reminders_go_once_and_are_on_the_record(here: Office) -> None:
    assert sorted(here.approve("Alder", "Birch").queued) == ["Alder", "Birch"]
    assert here.approve("Cedar", decision="Skip").skipped == ["Cedar"]
    assert sorted(here.send().sent) == ["Alder", "Birch"]
    assert here.statuses() == {"Alder": "sent", "Birch": "sent", "Cedar": "skipped"}
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Zoë")]
    assert here.of("Alder").sent == here.now.astimezone(here.firm.config.zone).replace(tzinfo=None)
    assert [m.to for m in here.arrived] == ["ap@alder.example", "ap@birch.example"]
    assert here.send().sent == []
    assert len(here.arrived) == 2
    assert here.firm.ledger.verify() == []


def test_message_row_and_touch_are_one_change_set(here: Office) -> None:
    here.approve("Alder")
    here.send()
    newest = next(iter(here.firm.ledger.sets()))
    assert (newest.origin.source, newest.origin.what) == ("sending", "Friendly reminder to Alder: sent")
    with here.firm.ledger.read() as view:
        changes = view.changes(newest.first - 1, newest.last)
    assert sorted(change.tab for change in changes) == ["activity", "reminders"]


def test_what_cannot_be_sent_again_stays_as_it_is(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.UNKNOWN))
    here.edit("Alder", subject=None)
    (why,) = here.approve("Alder", decision="Send again").refused
    assert why == "Friendly for Alder has no subject; write one on Reminders."
    assert here.of("Alder").status == "unknown"
    assert [p.state for p in here.posted()] == [S.UNKNOWN]


def test_what_goes_is_what_stands_in_the_row(here: Office) -> None:
    here.edit("Alder", subject="Anna, a word", body="Dear Anna,\n\nplease pay INV-A.\n\nZoë")
    here.approve("Alder")
    here.send()
    mail = message_from_bytes(here.arrived[0].content, policy=default)
    plain = mail.get_body(("plain",))
    assert mail["Subject"] == "Anna, a word"
    assert plain is not None
    assert plain.get_content().split() == "Dear Anna, please pay INV-A. Zoë".split()
    assert mail["Auto-Submitted"] is None


def test_who_approved_is_named_on_activity(here: Office) -> None:
    row = next(i for i, r in here.all().items() if r.customer == "Alder")
    here.change("Mika", "b" * 32, REMINDERS, row, {"decision": "Approve"})
    here.decide()
    here.send()
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Mika")]


def test_two_approvals_at_once_queue_one_message(here: Office) -> None:
    def meanwhile(step: str) -> None:
        if step == "read":
            here.decide()

    here.edit("Alder", decision="Approve")
    here.decide(meanwhile)
    here.approve("Alder")
    assert len(here.posted()) == 1
    here.send()
    here.approve("Alder")
    here.send()
    assert len(here.arrived) == 1


def test_the_outbox_takes_a_row_once_whoever_asks_and_however_often(here: Office) -> None:
    i, row = next((i, r) for i, r in here.all().items() if r.customer == "Alder")
    queued = []
    for _ in range(3):
        with here.firm.ledger.change(here.firm.origin("action", "x", here.now)) as t:
            queued.append(Post(here.firm.config, DEFAULT_POLICY, t).queue(t, i, row, here.now))
    assert queued == [True, False, False]


def test_a_decision_that_is_changed_meanwhile_is_not_carried_out(here: Office) -> None:
    def meanwhile(step: str) -> None:
        if step == "read":
            here.edit("Alder", decision="Skip")

    here.edit("Alder", decision="Approve")
    assert here.decide(meanwhile).idle
    assert here.decide().skipped == ["Alder"]
    assert here.posted() == []


AGAIN = "If the address is wrong, correct Email on Customers; then choose Approve under Decision."


def test_a_refused_message_goes_to_the_corrected_address_when_it_is_approved_again(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.REFUSED, "550 no such user"))
    with here.firm.ledger.read() as view:
        (line,) = lines_of(view, RECORD_TABS, "b" * 32)
    assert line.where == "Reminders, Alder, Friendly, Decision"
    assert line.what == (
        f"Friendly reminder to ap@alder.example (Alder): It was refused: 550 no such user. {AGAIN}"
    )
    assert here.of("Alder").why == f"It was refused: 550 no such user. {AGAIN}"
    here.customer("Alder", email="new@alder.example")
    here.approve("Alder")
    assert here.send().sent == ["Alder"]
    assert [m.to for m in here.arrived] == ["new@alder.example"]
    assert here.issues() == []


def test_a_refused_one_by_hand_says_whose_it_is_and_goes_from_issues_once_it_is_read(here: Office) -> None:
    by_hand(here)
    here.send(mailer=says(Fate.REFUSED, "550 no such user"))
    with here.firm.ledger.change(Origin("Zoë", "action", "x", here.now)) as t:
        (line,) = lines_of(t, RECORD_TABS, "b" * 32)
        assert line.what == (
            "Email to ap@alder.example (Alder): It was refused: 550 no such user."
            " Correct the address, then write it anew."
        )
        shown = ShownIssue(line.id, "Take theirs", line.seal)
        assert settle_lines(t, RECORD_TABS, [shown], lambda *_: "").done == 1
    assert here.issues() == []


def test_a_refused_message_waits_for_a_person_and_another_approval_sends_it(here: Office) -> None:
    here.approve("Alder")
    report = here.send(mailer=says(Fate.REFUSED, "550 no such user"))
    assert report.failed == [("Alder", f"It was refused: 550 no such user. {AGAIN}")]
    assert (here.of("Alder").status, here.of("Alder").decision) == ("failed", None)
    assert any("550 no such user" in why for why in here.issues())
    here.plan()
    assert here.of("Alder").status == "failed", "a plan does not try again by itself"
    here.approve("Alder")
    assert here.issues() == []
    here.send()
    assert here.of("Alder").status == "sent"
    assert [p.state for p in here.posted()] == [S.FAILED, S.SENT]


def test_a_failed_one_that_is_paid_meanwhile_is_withdrawn(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.REFUSED))
    here.pay("INV-A", 500_00)
    here.plan()
    assert here.of("Alder").status == "withdrawn"
    assert here.issues() == []


def test_an_ambiguous_one_asks_and_is_never_tried_again(here: Office) -> None:
    here.approve("Alder")
    report = here.send(mailer=says(Fate.UNKNOWN, "the line broke after the dot"))
    assert report.needs_person
    assert (here.of("Alder").status, here.of("Alder").decision) == ("unknown", None)
    assert "choose under Decision: It went, or Send again" in here.issues()[0]
    for _ in range(3):
        here.later(hours=1)
        here.plan()
        here.send()
    assert here.arrived == []
    assert here.approve("Alder").refused
    assert here.of("Alder").status == "unknown"


def test_it_went_settles_it_with_its_touch(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.UNKNOWN))
    assert here.touches() == []
    assert here.approve("Alder", decision="It went").settled == ["Alder"]
    assert here.of("Alder").status == "sent"
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Zoë")]
    assert [p.state for p in here.posted()] == [S.SENT]
    assert here.issues() == []
    assert here.firm.ledger.verify() == []


def test_send_again_is_a_new_message_by_a_persons_word(here: Office) -> None:
    here.approve("Alder")
    lost = says(Fate.UNKNOWN)
    here.send(mailer=lost)
    here.approve("Alder", decision="Send again")
    here.send()
    assert here.of("Alder").status == "sent"
    (first,), (second,) = lost.sent, here.arrived
    assert first.key != second.key
    assert first.id != second.id
    assert len(here.touches("Alder")) == 1
    assert here.issues() == []
    assert here.firm.ledger.verify() == []


def test_send_again_sends_no_copy_that_is_known_to_have_arrived(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example; cfo@alder.example")
    here.approve("Alder")

    def outcome(message: Message) -> Outcome:
        return Outcome(Fate.SENT if message.to.startswith("boss") else Fate.UNKNOWN, "so it is")

    here.send(mailer=MemoryMailer(outcome))
    here.approve("Alder", decision="Send again")
    here.send()
    assert sorted(m.to for m in here.arrived) == ["ap@alder.example", "cfo@alder.example"]
    assert here.of("Alder").status == "sent"


def test_send_again_refused_for_a_cc_that_cannot_be_read_touches_nothing(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.UNKNOWN))
    here.customer("Alder", cc="the boss")
    (why,) = here.approve("Alder", decision="Send again").refused
    assert why.startswith("Cc of Alder on Customers cannot be read")
    assert here.of("Alder").status == "unknown"
    assert [p.state for p in here.posted()] == [S.UNKNOWN]
    assert here.approve("Alder", decision="It went").settled == ["Alder"]
    assert [p.state for p in here.posted()] == [S.SENT]
    assert len(here.touches("Alder")) == 1


def test_send_again_on_what_was_sent_is_refused_with_a_sentence(here: Office) -> None:
    here.approve("Alder")
    here.send()
    told = "Friendly for Alder is sent: it cannot be taken back, and is not sent twice."
    assert here.approve("Alder", decision="Send again").refused == [told]
    assert here.of("Alder").status == "sent"


def test_also_after_it_was_sent_again(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.UNKNOWN))
    here.approve("Alder", decision="Send again")
    here.send()
    assert here.decide().idle
    assert here.of("Alder").decision is None
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Zoë")]
    assert here.approve("Alder", decision="Send again").refused


def test_a_draft_lies_in_the_folder_until_a_person_says_that_it_went(tmp_path: Path) -> None:
    here = office(tmp_path, settings=SETTINGS.replace('how = "smtp"', 'how = "drafts"'))
    here.customer("Alder", cc="boss@alder.example")
    here.plan()
    here.approve("Alder")
    report = here.send(mailer=DraftFolder(tmp_path / "outbox"))
    assert report.drafted == ["Alder"]
    (draft,) = (tmp_path / "outbox").iterdir()
    assert b"X-Unsent: 1" in draft.read_bytes()
    assert b"boss@alder.example" in draft.read_bytes()
    assert here.of("Alder").status == "drafted"
    assert here.touches("Alder") == [("Alder", "Friendly reminder drafted", "Zoë")]
    here.put(ACTIVITY, next(iter(here.rows(ACTIVITY))), notes="told her on the phone too")
    here.approve("Alder", decision="It went")
    assert here.of("Alder").status == "sent"
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Zoë")]
    assert "told her on the phone too" in next(iter(here.rows(ACTIVITY).values()))
    assert here.firm.ledger.verify() == []


def test_each_address_in_cc_gets_a_message_of_its_own_and_the_letter_is_the_touch(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example; ap@alder.example; cfo@alder.example")
    here.approve("Alder")
    report = here.send()
    assert [m.to for m in here.arrived] == ["ap@alder.example", "boss@alder.example", "cfo@alder.example"]
    assert len({m.key for m in here.arrived}) == len({m.id for m in here.arrived}) == 3
    assert (report.sent, report.copies) == (["Alder"], 2)
    assert len(here.touches("Alder")) == 1
    assert here.posted(S.QUEUED) == []


def test_a_copy_that_fails_does_not_touch_the_letter(here: Office) -> None:
    here.customer("Alder", cc="boss@alder.example")
    here.approve("Alder")

    def outcome(message: Message) -> Outcome:
        return Outcome(Fate.REFUSED if message.to.startswith("boss") else Fate.SENT, "550 gone")

    report = here.send(mailer=MemoryMailer(outcome))
    assert (report.sent, [customer for customer, _ in report.failed]) == (["Alder"], ["Alder"])
    assert here.of("Alder").status == "sent"
    assert any("boss@alder.example" in why for why in here.issues())


# --- later ------------------------------------------------------------------------------------------------------


def test_a_temporary_failure_is_tried_again_later_and_goes_once(here: Office) -> None:
    here.approve("Alder")
    assert here.send(mailer=says(Fate.LATER, "451 later")).waiting == [("Alder", "451 later")]
    assert here.send().sent == []
    assert here.of("Alder").status == "queued"
    here.later(hours=1)
    assert here.send().sent == ["Alder"]
    assert len(here.arrived) == 1


def test_the_waits_double_and_are_bounded_and_spread(here: Office) -> None:
    here.approve("Alder", "Birch")
    alder, birch = here.posted()
    waits = [wait_after(replace(alder, tries=n)) for n in range(1, 40)]
    assert FIRST_WAIT * 0.75 <= waits[0] <= FIRST_WAIT * 1.25
    assert max(waits) <= LONGEST_WAIT * 1.25
    assert waits[3] > waits[1]
    assert wait_after(replace(alder, tries=1)) != wait_after(replace(birch, tries=1))


def test_what_is_too_old_fails_and_says_what_stood_in_the_way(here: Office) -> None:
    here.approve("Alder")
    here.send(mailer=says(Fate.LATER, "451 greylisted"))
    here.later(hours=25)
    report = here.send()
    assert report.failed == [("Alder", f"It is too old to be sent (451 greylisted). {AGAIN}")]
    assert here.arrived == []


def test_what_waited_for_its_turn_for_too_long_is_withdrawn_and_proposed_again(here: Office) -> None:
    here.approve()
    mailers = {"Email": here.mailer}
    send_due(here.firm, mailers, lambda: here.now, "a", Limits(an_hour=1))
    here.later(hours=24.5)
    here.bank()
    report = here.send()
    assert (len(here.arrived), report.failed, here.issues()) == (1, [], [])
    assert {why for _, why in report.withdrawn} == {"It waited for too long. Its turn did not come in time."}
    here.plan()
    here.approve()
    assert len(here.send().sent) == 2


def test_a_server_that_asks_for_less_gets_nothing_more_for_a_while(here: Office) -> None:
    here.approve()
    busy = says(Fate.LATER, "421 too many", slow_down=True)
    asked: list[Message] = []

    def outcome(message: Message) -> Outcome:
        asked.append(message)
        return Outcome(Fate.LATER, "421 too many", slow_down=True)

    busy.outcome = outcome
    here.send(mailer=busy)
    assert len(asked) == 1
    here.later(seconds=REST.total_seconds() / 2)
    assert here.send().sent == []
    here.later(hours=1)
    assert len(here.send().sent) == 3


# --- when a sender dies ---------------------------------------------------------------------------------------


class Died(Exception):
    """The process is gone."""


STEPS = ("lost", "followed", "claimed", "looked", "about to", "handed over", "settled", "done")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_sender_that_dies_anywhere_sends_nothing_twice(here: Office, step: str, nth: int) -> None:
    here.approve("Alder", "Birch")
    seen: list[str] = []

    def die(at: str) -> None:
        seen.append(at)
        if seen.count(step) == nth and at == step:
            raise Died

    with suppress(Died):
        here.send(die, "first")
    here.later(seconds=CLAIM.total_seconds() + 1)
    report = here.send(owner="second")
    assert here.posted(S.QUEUED, S.CLAIMED, S.SENDING) == []
    keys = [m.key for m in here.arrived]
    assert len(keys) == len(set(keys))
    for posted in here.posted():
        row = here.of(posted.message.customer)
        arrived = posted.message in here.arrived
        assert row.status == {S.SENT: "sent", S.UNKNOWN: "unknown"}[posted.state]
        assert arrived or posted.state is S.UNKNOWN
        assert len(here.touches(posted.message.customer)) == (posted.state is S.SENT)
    if here.posted(S.UNKNOWN):
        assert report.needs_person
        assert here.issues()
    assert here.firm.ledger.verify() == []


def test_rows_follow_a_lost_sender_even_if_that_run_dies_too(here: Office) -> None:
    here.approve("Alder")

    def die_at(step: str) -> None:
        if step == "about to":
            raise Died

    def die_lost(step: str) -> None:
        if step == "lost":
            raise Died

    with pytest.raises(Died):
        here.send(die_at, "first")
    here.later(hours=1)
    with pytest.raises(Died):
        here.send(die_lost, "second")
    assert here.of("Alder").status == "queued"
    here.send(owner="third")
    assert here.of("Alder").status == "unknown"
    assert len(here.issues()) == 1
    here.send(owner="fourth")
    assert len(here.issues()) == 1


def test_a_claim_that_lapsed_while_the_mailer_was_slow_does_not_send(here: Office) -> None:
    here.approve("Alder")

    def slow(_message: Message) -> Outcome:
        here.later(hours=1)
        assert here.send(owner="quick").sent == ["Alder"]
        return Outcome(Fate.SENT, "ok")

    mailer = MemoryMailer(slow)
    assert here.send(mailer=mailer, owner="slow").sent == []
    assert [p.state for p in here.posted()] == [S.SENT]
    assert (len(here.arrived), mailer.sent) == (1, [])


# --- breakers ----------------------------------------------------------------------------------------------------


def test_breakers_stop_the_run_whatever_the_logic_thinks(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking.Looking, "at", lambda *_, **__: looking.GO)
    for _ in range(4):
        here.approve("Alder")
        here.send()
        here.edit("Alder", status="failed", decision=None)
        with here.firm.ledger.change(here.firm.origin("action", "x", here.now)) as t:
            one = here.posted()[0].message
            n = len(here.posted())
            t.queue(replace(one, id=f"{n:032x}", key=f"planted {n}"))
    ((_, why),) = here.send().failed
    assert why.startswith("ap@alder.example would get more than 2 reminders in a day.")
    assert why in here.issues()[0]
    assert len(here.arrived) == 2


def test_an_address_that_had_enough_holds_its_own_message_and_no_other(here: Office) -> None:
    for name in ("Birch", "Cedar", "Dogwood"):
        here.customer(name, email="ap@alder.example")
    here.invoice("INV-D", "Dogwood", 5)
    here.customer("Elm")
    here.invoice("INV-E", "Elm", 5)
    here.plan()
    here.approve()
    report = here.send()
    assert (len(report.sent), report.stopped) == (3, "")
    assert "Elm" in report.sent
    held = [r for r in here.all().values() if r.status == "failed"]
    assert [(r.decision, r.why or "") for r in held] == [(None, why) for _, why in report.failed]
    assert len(held) == len(here.issues()) == 2
    here.later(days=1, minutes=1)
    here.bank()
    here.approve(*(r.customer for r in held))
    assert len(here.send().sent) == 2


def test_copies_to_one_colleague_are_not_counted_like_reminders(here: Office) -> None:
    for name in ("Alder", "Birch", "Cedar"):
        here.customer(name, cc="collections@weststadt.example")
    here.approve()
    report = here.send()
    assert (len(report.sent), report.copies, report.failed, report.stopped) == (3, 3, [], "")


def test_no_more_than_so_many_an_hour_and_a_run(here: Office) -> None:
    here.approve()
    mailers = {"Email": here.mailer}
    report = send_due(here.firm, mailers, lambda: here.now, "a", Limits(an_hour=2))
    assert report.stopped.startswith("Stopped: 2 messages have gone within an hour")
    assert len(here.arrived) == 2
    here.later(minutes=61)
    report = send_due(here.firm, mailers, lambda: here.now, "a", Limits(an_hour=2))
    assert (report.stopped, len(here.arrived)) == ("", 3)


def test_the_hourly_breaker_leaves_room_for_the_firms_daily_cap() -> None:
    assert limits_of(DEFAULT_POLICY) == Limits()
    assert limits_of(replace(DEFAULT_POLICY, daily_cap=9_000)) == Limits(an_hour=9_000)


def test_drafts_do_not_count_as_sent_within_the_hour(tmp_path: Path) -> None:
    here = office(tmp_path, settings=SETTINGS.replace('how = "smtp"', 'how = "drafts"'))
    here.plan()
    here.approve()
    mailers = {"Email": DraftFolder(tmp_path / "outbox")}
    for owner in "ab":
        report = send_due(here.firm, mailers, lambda: here.now, owner, Limits(an_hour=1))
        assert report.stopped == ""
    assert len(here.posted(S.DRAFTED)) == 3


def test_a_run_ends_after_so_many(here: Office) -> None:
    here.approve()
    report = send_due(here.firm, {"Email": here.mailer}, lambda: here.now, "a", Limits(a_run=1))
    assert report.stopped.startswith("Stopped after 1 messages")
    assert len(here.send().sent) == 2


# --- by hand -----------------------------------------------------------------------------------------------------


def by_hand(here: Office, customer: str = "Alder", **more: object) -> str:
    told = {"action": "send_message", "request": f"r{len(here.posted())}", "who": "Zoë", "when": here.now}
    words = {
        "customer": customer,
        "channel": "Email",
        "subject": "A copy",
        "body": "Here it is.",
        "source": "form",
    }
    desk = desk_of(here.firm.config, here.now)
    return carry_out_told(here.firm.ledger, {**told, **words, **more}, desk, PLAIN).sentence


@pytest.mark.parametrize(
    ("fate", "decision", "why"),
    [
        (
            Fate.UNKNOWN,
            "Send again",
            "It may not have arrived; a person looked, and had it sent again.",
        ),
        (Fate.UNKNOWN, "It went", "It was in doubt; a person looked, and it went."),
        (Fate.REFUSED, "Approve", "It had failed; a person had it sent again."),
        (Fate.REFUSED, "Send again", "It had failed; a person had it sent again."),
    ],
)
def test_what_is_settled_asks_for_nothing_any_more(here: Office, fate: Fate, decision: str, why: str) -> None:
    here.approve("Alder")
    here.send(mailer=says(fate, "cut"))
    asked = here.of("Alder").why or ""
    assert "under Decision" in asked
    here.approve("Alder", decision=decision)
    here.send()
    assert (here.of("Alder").status, here.of("Alder").why) == ("sent", why)


def test_a_message_written_by_hand_goes_at_once_whatever_the_schedule_says(here: Office) -> None:
    here.approve("Alder")
    here.send()
    said = by_hand(here)
    assert said == "The email to ap@alder.example (Alder) is queued."
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


def test_the_day_of_the_tests_is_a_working_day() -> None:
    assert DAY.weekday() == 2


def posted_of(here: Office, customer: str) -> Posted:
    return next(p for p in here.posted() if p.message.customer == customer)


def test_a_message_is_frozen_when_it_is_queued(here: Office) -> None:
    here.approve("Alder")
    frozen = posted_of(here, "Alder").message.content
    here.send(mailer=says(Fate.LATER))
    here.later(hours=1)
    here.send()
    assert here.arrived[0].content == frozen
    assert timedelta(0) < here.now - here.arrived[0].queued
