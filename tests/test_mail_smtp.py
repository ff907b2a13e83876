from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from arc_sheets.errors import MailError
from arc_sync.mail.compose import Letter, compose
from arc_sync.mail.headers import Mailbox
from arc_sync.mail.logins import Account, Login
from arc_sync.mail.port import Fate, Outcome
from arc_sync.mail.settings import Sender
from arc_sync.mail.smtp import SmtpMailer, after_the_dot
from arc_sync.mail.wire import Patience, Reply
from tests.mail_samples import CARD, DATE, SENDER, Asked, email
from tests.mail_servers import (
    PASSWORD,
    STAGES,
    TOKEN,
    USER,
    Answer,
    Cut,
    Drip,
    Fault,
    MailServer,
    Silent,
    trusting,
)

BRIEF = Patience(connect=0.3, before=0.3, after=0.3)
PATIENT = Patience(5, 10, 10)
KNOWN = Login(USER, lambda: PASSWORD)
LONG = ("x" * 70 + "\n") * 20
HUGE = (b"x" * 70 + b"\r\n") * 200_000  # more than a socket holds


def mailer(server: MailServer, login: Login | None = None, patience: Patience = PATIENT) -> SmtpMailer:
    security: Any = "tls" if server.security == "tls" else "starttls"
    return SmtpMailer(Account("localhost", server.port, security, login or KNOWN), trusting(), patience)


def never() -> None:
    pytest.fail("it was asked")


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
    Case("connect", Cut(), LATER, 0, 0, slow_down=True),
    Case("banner", Cut(), LATER, 0, 0, slow_down=True),
    Case("EHLO", Cut(), LATER, 0, 0, slow_down=True),
    Case("STARTTLS", Cut(), LATER, 0, 0, slow_down=True),
    Case("AUTH", Cut(), LATER, 0, 0, slow_down=True),
    Case("MAIL", Cut(), LATER, 0, 0),
    Case("RCPT", Cut(), LATER, 0, 0),
    Case("DATA", Cut(), LATER, 0, 0),
    Case("text", Cut(), UNKNOWN, 0, 1),
    Case("dot", Cut(), UNKNOWN, 1, 1),
    Case("250", Cut(), SENT, 1, 1),
    *(Case(stage, Silent(), LATER, 0, 0, slow_down=True) for stage in ("banner", "EHLO", "STARTTLS", "AUTH")),
    *(Case(stage, Silent(), LATER, 0, 0) for stage in ("MAIL", "RCPT", "DATA")),
    Case("text", Silent(), UNKNOWN, 0, 1),
    Case("dot", Silent(), UNKNOWN, 1, 1),
    *(Case(stage, Drip(), LATER, 0, 0, slow_down=True) for stage in ("banner", "AUTH")),
    Case("RCPT", Drip(), LATER, 0, 0),
    Case("dot", Drip(), UNKNOWN, 1, 1),
    *(
        Case(stage, Answer(text), LATER, 0, 0, slow_down=True)
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


@pytest.fixture(scope="module")
def shared() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
def server(shared: MailServer) -> Iterator[MailServer]:
    yield shared
    shared.faults.clear()
    shared.arrived.clear()
    shared.commands.clear()
    shared.broke.clear()
    shared.injection = ""


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c.stage} {getattr(c.fault, 'text', type(c.fault).__name__)}"
)
def test_what_goes_wrong_is_told_truly(server: MailServer, case: Case) -> None:
    server.faults[case.stage] = case.fault
    asked = Asked((lambda: server.broke.wait(5)) if case.stage == "text" else lambda: None)
    sender = mailer(server, patience=BRIEF if isinstance(case.fault, Silent | Drip) else PATIENT)
    outcome = sender.send(email(), asked)
    sender.close()
    told = (outcome.fate, len(server.arrived), asked.times, outcome.slow_down)
    assert told == (case.fate, case.arrived, case.asked, case.slow_down), outcome.said
    assert outcome.said
    assert "\n" not in outcome.said
    assert PASSWORD not in outcome.said


@pytest.mark.parametrize("fault", [Cut(), Silent()], ids=["Cut", "Silent"])
def test_a_text_that_breaks_off_before_its_dot_has_not_arrived(server: MailServer, fault: Fault) -> None:
    server.faults["text"] = fault
    asked = Asked()
    sender = mailer(server, patience=BRIEF if fault == Silent() else PATIENT)
    outcome = sender.send(replace(email(), content=email().content + HUGE), asked)
    assert (outcome.fate, asked.times, server.arrived) == (LATER, 0, []), outcome.said


def test_every_stage_has_a_cut() -> None:
    assert [case.stage for case in CASES if case.fault == Cut()] == list(STAGES)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "has expired"),
        ("not yet valid", "is not valid yet"),
        ("another name", "is for another name"),
        ("unknown issuer", "is not trusted"),
        ("self-signed", "is not trusted"),
    ],
)
def test_a_server_that_is_not_certain_gets_neither_login_nor_mail(
    security: str, kind: str, words: str
) -> None:
    with MailServer(security, certificate_kind=kind) as server:
        outcome = mailer(server).send(email(), Asked(never))
        assert (outcome.fate, outcome.slow_down) == (LATER, True)
        assert f"The certificate of localhost {words}" in outcome.said
        assert set(server.commands) <= {"EHLO", "STARTTLS"}


def test_a_server_without_encryption_gets_neither_login_nor_mail() -> None:
    with MailServer("none") as server:
        outcome = mailer(server).send(email(), Asked(never))
        assert (outcome.fate, outcome.slow_down) == (LATER, True)
        assert "offers no encryption" in outcome.said
        assert set(server.commands) == {"EHLO"}


def test_a_wrong_port_is_explained() -> None:
    with MailServer("none") as server:
        account = Account("localhost", server.port, "tls", KNOWN)
        outcome = SmtpMailer(account, trusting(), PATIENT).send(email(), Asked(never))
        assert "does not speak TLS on port" in outcome.said


def test_words_that_somebody_slips_in_before_tls_are_no_answers(server: MailServer) -> None:
    server.injection = "250-localhost\r\n250 AUTH PLAIN"
    outcome = mailer(server).send(email(), Asked(never))
    assert (outcome.fate, outcome.slow_down) == (LATER, True)
    assert "answered before it was asked" in outcome.said
    assert "AUTH" not in server.commands


def test_a_server_that_is_not_there_is_explained() -> None:
    with MailServer() as gone:
        pass
    outcome = mailer(gone).send(email(), Asked(never))
    assert (outcome.fate, outcome.slow_down) == (LATER, True)
    assert "cannot be reached on port" in outcome.said
    outcome = SmtpMailer(Account("mail.invalid", 587, "starttls", None), trusting(), BRIEF).send(
        email(), Asked(never)
    )
    assert outcome.fate is LATER
    assert "mail.invalid" in outcome.said


@pytest.mark.parametrize("logins", [["PLAIN"], ["LOGIN"], ["PLAIN", "LOGIN", "XOAUTH2"]])
def test_a_password_is_taken_by_plain_or_login(logins: list[str]) -> None:
    with MailServer(logins=logins) as server:
        sender = mailer(server)
        assert sender.send(email(), Asked()).fate is SENT
        sender.close()
        assert server.arrived[0].user == USER


def test_a_token_is_renewed_once_when_it_is_refused(server: MailServer) -> None:
    asked: list[str] = []

    def renewed() -> str:
        asked.append("renewed")
        return TOKEN

    sender = mailer(server, Login(USER, lambda: "old", renewed))
    assert sender.send(email(), Asked()).fate is SENT
    sender.close()
    assert server.arrived[0].user == USER
    assert asked == ["renewed"]


@pytest.mark.parametrize(
    ("login", "words"),
    [
        (Login(USER, lambda: "wrong"), "refuses the password"),
        (Login(USER, lambda: "old", lambda: "older"), "arc mail login"),
        (Login("nobody", lambda: PASSWORD), "refuses the password of nobody"),
    ],
)
def test_a_refused_login_costs_no_message(server: MailServer, login: Login, words: str) -> None:
    outcome = mailer(server, login).send(email(), Asked(never))
    assert (outcome.fate, outcome.slow_down) == (LATER, True)
    assert words in outcome.said


def test_a_login_that_nobody_has_given_costs_no_message(server: MailServer) -> None:
    def missing() -> str:
        raise MailError("The password is not known yet; run `arc mail login`.")

    outcome = mailer(server, Login(USER, missing)).send(email(), Asked(never))
    assert (outcome.fate, outcome.slow_down) == (LATER, True)
    assert outcome.said == "The password is not known yet; run `arc mail login`."


@pytest.mark.parametrize(
    ("login", "way"), [(KNOWN, "password"), (Login(USER, lambda: "", lambda: ""), "sign-in")]
)
def test_a_server_that_takes_no_such_login_is_explained(login: Login, way: str) -> None:
    with MailServer(logins=["XOAUTH2"] if login is KNOWN else ["PLAIN"]) as server:
        outcome = mailer(server, login).send(email(), Asked(never))
        assert (outcome.fate, outcome.slow_down) == (LATER, True)
        assert f"no login by {'password' if way == 'password' else 'Google'}" in outcome.said


def test_the_secret_is_in_no_repr(server: MailServer) -> None:
    assert PASSWORD not in repr(mailer(server, Login(USER, lambda: PASSWORD)))


def test_what_arrives_is_what_was_frozen_with_its_dots(server: MailServer) -> None:
    message = email(text=".\n..\n.x\n\n.\nend")
    assert b"\r\n.\r\n" in message.content
    sender = mailer(server)
    outcome = sender.send(message, Asked())
    sender.close()
    assert outcome == Outcome(SENT, "250 2.0.0 Ok: queued as 4F1A2B")
    assert server.messages == [message.content]


def test_the_envelope_has_one_recipient_whatever_the_header_says(server: MailServer) -> None:
    sender = mailer(server)
    sender.send(email(cc=("boss@example.com", "dept@example.com")), Asked())
    sender.send(email(to="boss@example.com", cc=("boss@example.com", "dept@example.com")), Asked())
    sender.close()
    assert [one.recipients for one in server.arrived] == [(CARD,), ("boss@example.com",)]
    assert {one.sender for one in server.arrived} == {"receivables@example.com"}


def test_a_message_that_is_too_large_is_not_even_offered() -> None:
    with MailServer(data_size_limit=500) as server:
        sender = mailer(server)
        outcome = sender.send(email(text=LONG), Asked(never))
        sender.close()
        assert outcome.fate is REFUSED
        assert "the server takes 500" in outcome.said
        assert "MAIL" not in server.commands


@pytest.mark.parametrize("takes", [True, False])
def test_letters_beyond_ascii_before_the_at_need_a_server_that_takes_them(takes: bool) -> None:  # noqa: FBT001 - a row
    there = Mailbox("Jörg", "jörg@example.com")
    message = replace(email(), to=there.address, content=compose(SENDER, Letter(there, "Hi", "x"), "k", DATE))
    with MailServer(enable_SMTPUTF8=takes) as server:
        sender = mailer(server)
        outcome = sender.send(message, Asked())
        sender.close()
        assert outcome.fate is (SENT if takes else REFUSED)
        assert [one.recipients for one in server.arrived] == ([("jörg@example.com",)] if takes else [])
        assert server.messages == ([message.content] if takes else [])


@pytest.mark.parametrize(
    ("content", "to"),
    [
        (b"", CARD),
        (b"hello", CARD),
        (email().content.replace(b"\r\n", b"\n"), CARD),
        (email().content + b"\n.\r\nMAIL FROM:<x@y.example>\r\n", CARD),
        (email().content[:-2], CARD),
        (email().content, "a@b.example>\r\nRCPT TO:<c@d.example"),
        (email().content, "a@b.example, c@d.example"),
        (email().content, ""),
    ],
    ids=range(8),
)
def test_bytes_and_recipients_that_arc_did_not_make_are_refused(
    server: MailServer, content: bytes, to: str
) -> None:
    outcome = mailer(server).send(replace(email(), content=content, to=to), Asked(never))
    assert outcome.fate is REFUSED
    assert server.commands == []


def test_a_message_without_a_sender_is_refused(server: MailServer) -> None:
    nobody = Sender("Example Ltd", "", "", "", "", "English")
    content = compose(nobody, Letter(Mailbox("", CARD), "Hi", "x"), "k", DATE)
    outcome = mailer(server).send(replace(email(), content=content), Asked(never))
    assert outcome.fate is REFUSED
    assert "[sender]" in outcome.said


def test_one_connection_serves_many(server: MailServer) -> None:
    sender = mailer(server)
    for n in range(5):
        assert sender.send(email(f"key {n}"), Asked()).fate is SENT
    sender.close()
    assert len(server.arrived) == 5
    assert server.commands.count("AUTH") == 1
    assert server.commands[-1] == "QUIT"


def test_a_connection_that_went_stale_is_renewed(server: MailServer) -> None:
    server.faults["250"] = Cut()
    sender = mailer(server)
    for n in range(3):
        assert sender.send(email(f"key {n}"), Asked()).fate is SENT
    sender.close()
    assert len(server.arrived) == 3
    assert server.commands.count("AUTH") == 3


def test_a_connection_that_a_server_has_had_enough_of_is_renewed(server: MailServer) -> None:
    sender = mailer(server)
    sender.send(email("a"), Asked())
    server.once["MAIL"] = Answer("421 4.7.0 too many messages on one line")
    assert sender.send(email("b"), Asked()).fate is SENT
    sender.close()
    assert len(server.arrived) == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
def test_after_a_refusal_the_same_connection_takes_the_next(server: MailServer, stage: str) -> None:
    sender = mailer(server)
    server.once[stage] = Answer("550 5.1.1 no such user")
    assert sender.send(email("a"), Asked()).fate is REFUSED
    assert sender.send(email("b"), Asked()).fate is SENT
    sender.close()
    assert server.messages == [email("b").content]
    assert server.commands.count("AUTH") == 1


def test_after_an_unknown_one_the_next_goes_by_a_new_connection(server: MailServer) -> None:
    sender = mailer(server)
    server.once["dot"] = Cut()
    assert sender.send(email("a"), Asked()).fate is UNKNOWN
    assert sender.send(email("b"), Asked()).fate is SENT
    sender.close()
    assert server.messages == [email("a").content, email("b").content]


def test_a_message_that_must_not_leave_takes_its_connection_with_it(server: MailServer) -> None:
    def no() -> None:
        raise ValueError("paid")

    sender = mailer(server)
    with pytest.raises(ValueError, match="paid"):
        sender.send(email(), no)
    assert sender._wire is None
    assert server.arrived == []


def test_closing_a_dead_connection_is_quiet(server: MailServer) -> None:
    sender = mailer(server)
    sender.send(email(), Asked())
    server.faults["QUIT"] = Cut()
    sender.close()
    sender.close()


def test_an_answer_after_the_dot_decides_by_its_first_digit() -> None:
    for code in range(200, 600):
        want = {2: SENT, 3: UNKNOWN, 4: LATER, 5: REFUSED}[code // 100]
        fate = after_the_dot(Reply(code, "x")).fate
        assert fate is want or (code in {530, 534, 535, 538} and fate is LATER)
    assert after_the_dot(Reply(-1, "x")).fate is UNKNOWN
