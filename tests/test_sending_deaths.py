from __future__ import annotations

from pathlib import Path

import pytest

from arc_sync.agent.reminding.sending import send_due
from arc_sync.mail.logins import Account, Login
from arc_sync.mail.smtp import SmtpMailer
from tests.faults.sending import DEATHS, Death, die_once, firm_with_two
from tests.mail_servers import PASSWORD, USER, Answer, MailServer, trusting
from tests.reminding_firm import office, quick_words

__all__ = ["quick_words"]
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data is deprecated:DeprecationWarning")


@pytest.mark.parametrize("death", [Death("sender", "handed over"), Death("server", "dot")], ids=str)
def test_a_process_that_is_killed_leaves_a_question_and_nothing_goes_twice(
    tmp_path: Path, death: Death
) -> None:
    assert death in DEATHS
    ended = die_once(firm_with_two(tmp_path / "firm"), death)
    assert ended.wrong == []
    assert (ended.twice, ended.arrived, ended.sent, ended.unknown) == (0, 2, 1, 1)


def test_reminders_reach_a_real_server(tmp_path: Path) -> None:
    here = office(tmp_path)
    here.customer("Alder", cc="boss@alder.example")
    here.plan()
    here.approve("Alder", "Birch")
    with MailServer() as server:
        mailer = SmtpMailer(
            Account("localhost", server.port, "starttls", Login(USER, lambda: PASSWORD)), trusting()
        )
        server.once["RCPT"] = Answer("450 4.2.0 greylisted")
        first = send_due(here.firm, {"Email": mailer}, lambda: here.now, "desk")
        here.later(minutes=40)
        second = send_due(here.firm, {"Email": mailer}, lambda: here.now, "desk")
        mailer.close()
        arrived = list(server.arrived)
    assert {said for _, said in first.waiting} >= {"450 4.2.0 greylisted"}
    assert sorted(second.sent) == ["Alder", "Birch"]
    assert sorted(one.recipients for one in arrived) == [
        ("ap@alder.example",),
        ("ap@birch.example",),
        ("boss@alder.example",),
    ]
    assert here.statuses() == {"Alder": "sent", "Birch": "sent", "Cedar": "proposed"}
