from __future__ import annotations

import imaplib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from arc_sheets.errors import MailError
from arc_sync.mail.compose import head_of
from arc_sync.mail.imap import ImapDrafts, was_sent
from arc_sync.mail.logins import Account, Login
from arc_sync.mail.mailstore import MailStore, from_wire, to_wire
from arc_sync.mail.port import Fate
from tests.imap_server import ImapServer
from tests.mail_samples import NOW, Asked, email
from tests.mail_servers import PASSWORD, TOKEN, USER, Answer, Cut, Fault, Silent, trusting

KNOWN = Login(USER, lambda: PASSWORD)
DRAFTED, LATER, UNKNOWN = Fate.DRAFTED, Fate.LATER, Fate.UNKNOWN


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as made:
        yield made


def account(server: ImapServer, login: Login = KNOWN) -> Account:
    security: Any = server.security
    return Account("localhost", server.port, security, login)


def drafts(server: ImapServer, login: Login = KNOWN, name: str = "Drafts", wait: float = 5) -> ImapDrafts:
    return ImapDrafts(account(server, login), name, trusting(), wait)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_standard_library_s_client_can_use_the_test_server(security: str) -> None:
    with ImapServer(security) as server:
        if security == "tls":
            line: imaplib.IMAP4 = imaplib.IMAP4_SSL("localhost", server.port, ssl_context=trusting())
        else:
            line = imaplib.IMAP4("localhost", server.port)
            line.starttls(trusting())
        line.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        assert line.append("Drafts", r"(\Draft)", NOW, b"Message-ID: <a@b>\r\n\r\nx\r\n")[0] == "OK"
        assert line.select("Drafts", readonly=True) == ("OK", [b"1"])
        assert line.search(None, "HEADER", "Message-ID", '"<a@b>"') == ("OK", [b"1"])
        assert line.search(None, "HEADER", "Message-ID", '"<c@d>"') == ("OK", [b""])
        assert line.logout()[0] == "BYE"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_draft_lies_in_the_mailbox_once(security: str) -> None:
    with ImapServer(security) as server:
        mailer, asked, message = (
            drafts(server),
            Asked(lambda: server.folders["Drafts"] == [] or pytest.fail("too early")),
            email(),
        )
        assert mailer.send(message, asked).fate is DRAFTED
        again = mailer.send(message, Asked(lambda: pytest.fail("asked")))
        mailer.close()
        assert (again.fate, again.said) == (DRAFTED, "it was in Drafts at localhost already")
        assert server.folders["Drafts"] == [message.content]
        assert asked.times == 1


def test_one_connection_serves_many_and_is_renewed(server: ImapServer) -> None:
    mailer = drafts(server)
    for key in "abc":
        assert mailer.send(email(key), Asked()).fate is DRAFTED
    assert server.commands.count("AUTHENTICATE") == 1
    assert mailer._store
    mailer._store._line.shutdown()  # as if it had lain idle too long
    assert mailer.send(email("d"), Asked()).fate is DRAFTED
    mailer.close()
    assert server.commands.count("AUTHENTICATE") == 2
    assert len(server.folders["Drafts"]) == 4


def test_the_servers_own_drafts_are_found_where_the_name_is_another(server: ImapServer) -> None:
    server.folders = {"INBOX": [], "[Gmail]/Entw&APw-rfe": []}
    server.flags = {"INBOX": "", "[Gmail]/Entw&APw-rfe": r"\HasNoChildren \Drafts"}
    mailer = drafts(server)
    assert mailer.send(email(), Asked()).fate is DRAFTED
    mailer.close()
    assert len(server.folders["[Gmail]/Entw&APw-rfe"]) == 1


@pytest.mark.parametrize("name", ["Entwürfe", "Черновики/ARC", 'a "b" \\c', "R&D 草稿"])
def test_a_mailbox_of_any_name_can_be_the_one(server: ImapServer, name: str) -> None:
    wire = to_wire(name)[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    server.folders[wire], server.flags[wire] = [], ""
    mailer = drafts(server, name=name)
    outcome = mailer.send(email(), Asked())
    mailer.close()
    assert outcome.fate is DRAFTED, outcome.said
    assert len(server.folders[wire]) == 1
    assert from_wire(to_wire(name)) == name


@pytest.mark.parametrize(
    ("name", "wire"),
    [("台北", '"&U,BTFw-"'), ("~peter/mail/日本語", '"~peter/mail/&ZeVnLIqe-"'), ("A&B", '"A&-B"')],
)
def test_names_go_as_rfc_3501_says(name: str, wire: str) -> None:
    assert to_wire(name) == wire
    assert from_wire(wire) == name


def test_without_any_drafts_a_person_is_told_what_there_is(server: ImapServer) -> None:
    server.flags = {"INBOX": "", "Entw&APw-rfe": ""}
    mailer = drafts(server)
    outcome = mailer.send(email(), Asked())
    assert (outcome.fate, outcome.slow_down) == (LATER, True)
    assert "INBOX, Entwürfe" in outcome.said


class Case(NamedTuple):
    stage: str
    fault: Fault
    fate: Fate
    there: int
    asked: int


@pytest.mark.parametrize(
    "case",
    [
        *(
            Case(s, Cut(), LATER, 0, 0)
            for s in ("banner", "STARTTLS", "AUTHENTICATE", "LIST", "EXAMINE", "SEARCH")
        ),
        *(Case(s, Silent(), LATER, 0, 0) for s in ("banner", "AUTHENTICATE", "SEARCH")),
        Case("APPEND", Cut(), UNKNOWN, 0, 1),
        Case("text", Cut(), UNKNOWN, 0, 1),
        Case("text", Silent(), UNKNOWN, 0, 1),
        Case("taken", Cut(), DRAFTED, 1, 1),
        Case("taken", Silent(), DRAFTED, 1, 1),
        Case("APPEND", Answer("TAG NO [OVERQUOTA] full"), LATER, 0, 1),
        Case("APPEND", Answer("TAG BAD what"), LATER, 0, 1),
        Case("EXAMINE", Answer("TAG NO [NOPERM] not yours"), LATER, 0, 0),
        Case("AUTHENTICATE", Answer("TAG NO [AUTHENTICATIONFAILED] no"), LATER, 0, 0),
        Case("banner", Answer("* BYE too many"), LATER, 0, 0),
        Case("STARTTLS", Answer("TAG NO not now"), LATER, 0, 0),
        Case("LIST", Answer("nonsense"), LATER, 0, 0),
    ],
    ids=lambda c: f"{c.stage} {getattr(c.fault, 'text', type(c.fault).__name__)}",
)
def test_what_goes_wrong_is_told_truly(case: Case) -> None:
    with ImapServer("starttls") as server:
        server.faults[case.stage] = case.fault
        mailer, asked = (
            drafts(server, wait=0.3 if case.fault in (Silent(), Answer("nonsense")) else 5),
            Asked(),
        )
        outcome = mailer.send(email(), asked)
        mailer.close()
        told = (outcome.fate, len(server.folders["Drafts"]), asked.times)
        assert told == (case.fate, case.there, case.asked), outcome.said
        assert "\n" not in outcome.said
        assert PASSWORD not in outcome.said


@pytest.mark.parametrize("kind", ["expired", "another name", "unknown issuer"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_is_not_certain_gets_no_password(security: str, kind: str) -> None:
    with ImapServer(security, certificate_kind=kind) as server:
        mailer = drafts(server)
        outcome = mailer.send(email(), Asked())
        assert (outcome.fate, outcome.slow_down) == (LATER, True)
        assert "certificate of localhost" in outcome.said
        assert "AUTHENTICATE" not in server.commands


@pytest.mark.parametrize("greeting", ["* PREAUTH welcome", "* OK no TLS here"])
def test_a_server_without_encryption_gets_nothing(greeting: str) -> None:
    with ImapServer("none") as server:
        server.greeting = greeting
        server.security = "none"
        mailer = ImapDrafts(Account("localhost", server.port, "starttls", KNOWN), "Drafts", trusting(), 5)
        assert mailer.send(email(), Asked()).fate is LATER
        assert set(server.commands) <= {"CAPABILITY", "LOGOUT"}


def test_a_token_that_is_refused_is_renewed_once(server: ImapServer) -> None:
    mailer = drafts(server, Login(USER, lambda: "old", lambda: TOKEN))
    assert mailer.send(email(), Asked()).fate is DRAFTED
    mailer.close()
    mailer = drafts(server, Login(USER, lambda: "old", lambda: "older"))
    outcome = mailer.send(email("b"), Asked())
    assert outcome.fate is LATER
    assert "arc mail login" in outcome.said
    assert server.commands.count("AUTHENTICATE") == 4


def test_a_draft_that_is_broken_off_takes_its_connection_with_it(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    mailer = drafts(server)
    monkeypatch.setattr(MailStore, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mailer.send(email(), Asked())
    assert mailer._store is None


def test_sent_shows_whether_an_unknown_one_went(server: ImapServer) -> None:
    message = email()
    message_id = head_of(message.content).message_id
    assert not was_sent(account(server), message_id, trusting())
    server.folders["Sent"].append(message.content)
    assert was_sent(account(server), message_id, trusting())
    with pytest.raises(MailError, match="no Message-ID"):
        was_sent(account(server), '<a@b" OR ALL>', trusting())
    with pytest.raises(MailError, match="failed"):
        was_sent(Account("localhost", 1, "tls", KNOWN), message_id, trusting())


def test_a_copy_makes_no_draft_of_its_own(server: ImapServer) -> None:
    mailer = drafts(server)
    outcome = mailer.send(
        email(to="boss@example.com", cc=("boss@example.com",)), Asked(lambda: pytest.fail("asked"))
    )
    assert outcome.fate is Fate.REFUSED
    assert server.folders["Drafts"] == []
