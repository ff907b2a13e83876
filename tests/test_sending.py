from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.tabs import ACTIVITY, RECORD_TABS, REMINDERS
from arc_sync.agent.choices import lines_of
from arc_sync.agent.choices import settle as settle_lines
from arc_sync.agent.reminding import looking
from arc_sync.agent.reminding.breakers import REST, Limits, limits_of
from arc_sync.agent.reminding.posting import Post
from arc_sync.agent.reminding.sending import CLAIM, FIRST_WAIT, LONGEST_WAIT, send_due, wait_after
from arc_sync.books.port import ShownIssue
from arc_sync.mail.drafts import DraftFolder
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Outcome
from arc_sync.merge.history import Origin
from tests.reminding_firm import DAY, SETTINGS, Office, by_hand, office, quick_words, says

__all__ = ["quick_words"]

S = MessageState


@pytest.fixture
def here(tmp_path: Path) -> Office:
    one = office(tmp_path)
    one.plan()
    return one


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


def decided(here: Office, who: str, customer: str, decision: str) -> None:
    row = next(i for i, r in here.all().items() if r.customer == customer)
    here.change(who, "b" * 32, REMINDERS, row, {"decision": decision})
    here.decide()


def test_each_of_several_is_named_who_approved_it(here: Office) -> None:
    decided(here, "Mika", "Alder", "Approve")
    decided(here, "Zoë", "Birch", "Approve")
    here.send()
    assert here.touches("Alder") == [("Alder", "Friendly reminder sent", "Mika")]
    assert here.touches("Birch") == [("Birch", "Friendly reminder sent", "Zoë")]


def test_who_approved_it_anew_while_others_went_is_named(here: Office) -> None:
    decided(here, "Zoë", "Alder", "Approve")
    decided(here, "Zoë", "Birch", "Approve")

    def meanwhile(step: str) -> None:
        if step == "settled" and len(here.arrived) == 1:
            decided(here, "Mika", "Birch", "Skip")
            here.edit("Birch", body="Dear Anna,\n\nonly EUR 300, please.")
            decided(here, "Mika", "Birch", "Approve")

    assert here.send(meanwhile).sent == ["Alder", "Birch"]
    assert here.touches("Birch") == [("Birch", "Friendly reminder sent", "Mika")]


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


def test_those_that_wait_with_one_wait_for_the_same_reason(here: Office) -> None:
    here.approve()
    unknown = "The password of zoe is not known yet; run `arc mail login`."
    report = here.send(mailer=says(Fate.LATER, unknown, slow_down=True))
    assert [why for _, why in report.waiting] == [unknown] * 3


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


# --- what is settled, and what stays as it was ------------------------------------------------------------------


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
