from __future__ import annotations

import smtplib
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from arc_sheets.errors import MailError
from arc_sync.mail.compose import head_of
from arc_sync.mail.logins import Account, Login
from arc_sync.mail.port import Fate, Outcome
from arc_sync.mail.smtp import SmtpMailer
from arc_sync.mail.wire import Patience
from tests.mail_samples import CARD, Asked, email
from tests.mail_servers import PASSWORD, TOKEN, USER, Answer, Cut, Drip, Fault, MailServer, Silent, trusting

BRIEF = Patience(connect=0.5, before=0.5, after=0.5)
LONG = "x" * 70 + "\n"


def mailer(
    server: MailServer, login: Login | None = None, patience: Patience = Patience(5, 10, 10)
) -> SmtpMailer:
    security: Any = "tls" if server.security == "tls" else "starttls"
    login = login or Login(USER, lambda: PASSWORD)
    return SmtpMailer(Account("localhost", server.port, security, login), trusting(), patience)


class Case(NamedTuple):
    """At a stage something goes wrong: what the mailer must say, and how often the message is really there."""

    stage: str
    fault: Fault
    fate: Fate
    arrived: int
    asked: int
    slow_down: bool = False


LATER, REFUSED, SENT, UNKNOWN = Fate.LATER, Fate.REFUSED, Fate.SENT, Fate.UNKNOWN
CASES = [
    Case("connect", Cut(), LATER, 0, 0, True),
    Case("banner", Cut(), LATER, 0, 0, True),
    Case("EHLO", Cut(), LATER, 0, 0, True),
    Case("STARTTLS", Cut(), LATER, 0, 0, True),
    Case("AUTH", Cut(), LATER, 0, 0, True),
    Case("MAIL", Cut(), LATER, 0, 0),
    Case("RCPT", Cut(), LATER, 0, 0),
    Case("DATA", Cut(), LATER, 0, 0),
    Case("text", Cut(), UNKNOWN, 0, 1),
    Case("dot", Cut(), UNKNOWN, 1, 1),
    Case("250", Cut(), SENT, 1, 1),
    *(Case(stage, Silent(), LATER, 0, 0, True) for stage in ("banner", "EHLO", "STARTTLS", "AUTH")),
    *(Case(stage, Silent(), LATER, 0, 0) for stage in ("MAIL", "RCPT", "DATA")),
    Case("text", Silent(), UNKNOWN, 0, 1),
    Case("dot", Silent(), UNKNOWN, 1, 1),
    *(Case(stage, Drip(), LATER, 0, 0, True) for stage in ("banner", "AUTH")),
    Case("RCPT", Drip(), LATER, 0, 0),
    Case("dot", Drip(), UNKNOWN, 1, 1),
    *(
        Case(stage, Answer(text), LATER, 0, 0, True)
        for stage in ("banner", "EHLO", "STARTTLS", "AUTH")
        for text in ("421 4.3.2 shutting down", "454 4.7.0 not now", "554 5.7.1 go away", "nonsense")
    ),
    *(
        Case(stage, Answer(text), fate, 0, int(stage == "dot"), slow)
        for stage in ("MAIL", "RCPT", "DATA", "dot")
        for text, fate, slow in (
            ("421 4.3.2 shutting down", LATER, True),
            ("450 4.2.1 too fast", LATER, True),
            ("451 4.3.0 try again", LATER, True),
            ("452 4.5.3 too many", LATER, True),
            ("432 4.7.12 a password transition", LATER, False),
            ("530 5.7.0 log in first", LATER, True),
            ("550 5.1.1 no such user", REFUSED, False),
            ("552 5.2.2 mailbox full", REFUSED, False),
            ("554 5.7.1 spam", REFUSED, False),
        )
    ),
    *(Case(stage, Answer("nonsense"), LATER, 0, 0) for stage in ("MAIL", "RCPT", "DATA")),
    Case("dot", Answer("nonsense"), UNKNOWN, 0, 1),
    Case("dot", Answer("354 more"), UNKNOWN, 0, 1),
]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c.stage} {getattr(c.fault, 'text', type(c.fault).__name__)}"
)
def test_what_goes_wrong_is_told_truly(case: Case) -> None:
    with MailServer() as server:
        server.faults[case.stage] = case.fault
        asked = Asked((lambda: server.broke.wait(5)) if case.stage == "text" else lambda: None)
        sender = mailer(
            server, patience=BRIEF if isinstance(case.fault, Silent | Drip) else Patience(5, 10, 10)
        )
        outcome = sender.send(email(), asked)
        sender.close()
        told = (outcome.fate, len(server.arrived), asked.times, outcome.slow_down)
        assert told == (case.fate, case.arrived, case.asked, case.slow_down), outcome.said
        assert outcome.said
        assert "\n" not in outcome.said
