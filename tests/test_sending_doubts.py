"""A way out that leaves one message after the other in doubt: each is a question to a person, so the others wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets.message import Message, MessageState
from arc_sync.agent.reminding.breakers import LONGEST_REST, REST
from arc_sync.agent.reminding.outcomes import Report
from arc_sync.agent.reminding.sending import CLAIM, send_due
from arc_sync.agent.reminding.waiting import try_now, waiting
from arc_sync.agent.reminding.witness import Witness, marks_of
from arc_sync.cli.reminded import waiting_messages
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.mail.logins import Account
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Mailer, Outcome
from arc_sync.mail.smtp import SmtpMailer
from tests.mail_servers import Cut, MailServer, trusting
from tests.reminding_firm import SETTINGS, Office, by_hand, office, quick_words, says
from tests.test_sending_turns import with_many

__all__ = ["quick_words"]

S = MessageState
MANY = 18


@pytest.fixture
def here(tmp_path: Path) -> Office:
    return with_many(tmp_path, MemoryLedger(), MANY - 3)


def send(here: Office, mailer: Mailer, enough: Callable[[], bool] = lambda: False) -> Report:
    return send_due(here.firm, {"Email": mailer, "Text": mailer}, lambda: here.now, "desk", enough=enough)


def waits(here: Office) -> str:
    with here.firm.ledger.read() as view:
        return " ".join(waiting_messages(waiting(view), here.firm.config.zone))


def test_after_two_in_a_row_in_doubt_no_other_is_begun_and_all_the_others_wait(here: Office) -> None:
    report = send(here, says(Fate.UNKNOWN, "The line broke."))

    assert (len(report.unknown), len(report.waiting)) == (2, MANY - 2)
    assert {p.next_try for p in here.posted(S.QUEUED)} == {here.now + REST}
    again = f"{(here.now + REST).astimezone(here.firm.config.zone):%H:%M}"
    assert waits(here).startswith(
        f"{MANY - 2} messages could not be sent yet: The last 2 emails may have arrived or not, so the others wait. The"
        " next try is on "
    )
    assert f" at {again} " in waits(here)
    assert here.posted(S.CLAIMED, S.SENDING) == []


def test_a_server_that_breaks_off_after_each_dot_is_given_two(here: Office) -> None:
    with MailServer() as server:
        server.faults["dot"] = Cut()
        report = send(here, SmtpMailer(Account("localhost", server.port, "starttls", None), trusting()))

        assert (len(report.unknown), len(server.arrived)) == (2, 2)


def test_one_that_arrives_in_between_counts_anew(here: Office) -> None:
    fates = [Fate.UNKNOWN, Fate.SENT] * MANY
    report = send(here, MemoryMailer(lambda _: Outcome(fates.pop(0), "so it is")))

    assert (len(report.unknown), len(report.sent), report.waiting) == (MANY // 2, MANY // 2, [])


def test_after_the_wait_one_is_tried_and_the_wait_doubles_while_it_goes_on_so(here: Office) -> None:
    send(here, says(Fate.UNKNOWN))
    spans = []
    for _ in range(6):
        here.later(
            seconds=max(p.next_try - here.now for p in here.posted(S.QUEUED) if p.next_try).total_seconds()
        )
        assert len(send(here, says(Fate.UNKNOWN)).unknown) == 1
        spans += [{p.next_try - here.now for p in here.posted(S.QUEUED) if p.next_try}]

    assert spans == [{rest} for rest in (2 * REST, 4 * REST, *[LONGEST_REST] * 4)]


def test_a_server_that_is_well_again_gets_all_that_waited_each_once(here: Office) -> None:
    doubted = {m for m, _ in send(here, says(Fate.UNKNOWN)).unknown}
    here.later(seconds=REST.total_seconds())
    report = send(here, here.mailer)

    assert (len(report.sent), report.waiting) == (MANY - 2, [])
    assert not doubted & set(report.sent)
    assert len({m.key for m in here.arrived}) == len(here.arrived)


def test_a_run_that_ends_after_each_message_comes_no_further(here: Office) -> None:
    for many in (1, 2, 2, 2):
        begun: list[Message] = []

        def silent(message: Message, begun: list[Message] = begun) -> Outcome:
            begun.append(message)
            here.later(minutes=1)
            return Outcome(Fate.UNKNOWN, "It did not answer in time.")

        send(here, MemoryMailer(silent), lambda begun=begun: bool(begun))  # type: ignore[misc]
        assert len(here.posted(S.UNKNOWN)) == many


def test_what_is_queued_meanwhile_waits_too(here: Office) -> None:
    send(here, says(Fate.UNKNOWN))
    here.later(minutes=5)
    by_hand(here)
    report = send(here, here.mailer)

    assert (report.sent, here.arrived, len(report.waiting)) == ([], [], 1)
    assert {p.next_try for p in here.posted(S.QUEUED)} == {here.now + REST - timedelta(minutes=5)}


def test_a_person_may_want_them_tried_at_once(here: Office) -> None:
    send(here, says(Fate.UNKNOWN))
    here.later(minutes=1)
    assert try_now(here.firm, here.now) == MANY - 2
    assert len(send(here, says(Fate.UNKNOWN)).unknown) == 1
    try_now(here.firm, here.now)

    assert len(send(here, here.mailer).sent) == MANY - 3


def test_the_other_way_out_goes_on(tmp_path: Path) -> None:
    here = office(tmp_path, settings=f'{SETTINGS}\n[texts]\nhow = "gateway"\n')
    here.plan()
    here.approve()
    by_hand(here, channel="Text", subject=None, to="+491701234567")
    fine = MemoryMailer()
    report = send_due(here.firm, {"Email": says(Fate.UNKNOWN), "Text": fine}, lambda: here.now, "desk")

    assert (len(report.unknown), len(report.waiting)) == (2, 1)
    assert [message.channel for message in fine.sent] == ["Text"]


def test_senders_that_were_lost_let_no_way_rest(here: Office) -> None:
    for posted in here.firm.ledger.claim("lost", here.now, here.now + CLAIM, 3):
        here.firm.ledger.about_to_send(posted.message.id, "lost", here.now)
    here.later(seconds=CLAIM.total_seconds())
    assert len(send(here, here.mailer, lambda: True).sent) == 0

    assert len(here.posted(S.UNKNOWN)) == 3
    assert len(send(here, here.mailer).sent) == MANY - 3


def test_what_an_older_ledger_has_forgotten_lets_no_way_rest(here: Office) -> None:
    witness = Witness()
    for posted in here.posted()[:3]:
        witness.note(posted.message.id, here.now, marks_of(posted.message, ()))
    one = send_due(
        here.firm, {"Email": here.mailer}, lambda: here.now, "a", witness=witness, enough=_after(3)
    )
    assert (len(one.unknown), one.sent) == (3, [])

    assert len(send(here, here.mailer).sent) == MANY - 3


def _after(many: int) -> Callable[[], bool]:
    """Have enough when asked for the n-th time after the first."""
    asked = iter([False] * (many + 1))
    return lambda: next(asked, True)
