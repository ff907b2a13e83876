from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keyring
import pytest

from arc_sheets.errors import MailError
from arc_sync.agent.config import Config
from arc_sync.mail import oauth_google, oauth_microsoft
from arc_sync.mail.asking import Client, check, keep_gateway, keep_password, sign_in
from arc_sync.mail.drafts import DraftFolder
from arc_sync.mail.imap import ImapDrafts
from arc_sync.mail.logins import Account
from arc_sync.mail.mailers import Ways, mail_purpose, open_mailer, sent_account, texts_purpose
from arc_sync.mail.oauth import Grant
from arc_sync.mail.port import Fate
from arc_sync.mail.safe import Safe
from arc_sync.mail.settings import MailSettings
from arc_sync.mail.smtp import SmtpMailer
from arc_sync.mail.texts import TextGateway
from tests.imap_server import ImapServer
from tests.mail_samples import SENDER, Asked, MemoryKeyring, email, text
from tests.mail_servers import PASSWORD, USER, Answer, Cut, MailServer, trusting


@dataclass(frozen=True)
class Firm:
    mail: MailSettings
    texts: bool = False
    company: str = "Example Ltd"


@pytest.fixture(autouse=True)
def ring() -> Iterator[MemoryKeyring]:
    before, made = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path / "secrets.json")


def firm(folder: Path, texts: bool = False, **more: Any) -> Firm:  # noqa: FBT001, FBT002 - as the settings have it
    usual: dict[str, Any] = {
        "how": "drafts",
        "folder": folder / "outbox",
        "host": "",
        "port": 0,
        "security": "starttls",
        "user": USER,
        "login": "password",
        "drafts": "Drafts",
    }
    return Firm(MailSettings(**{**usual, **more}), texts)


def said(ways: Ways, safe: Safe, sender: str = SENDER.email) -> list[tuple[bool, str]]:
    return [(finding.ok, finding.said) for finding in check(ways, sender, safe, trusting())]


def test_the_settings_are_what_is_asked_for(tmp_path: Path) -> None:
    Config.write_new(tmp_path, "Example Ltd", "EUR")
    config = Config.load(tmp_path)
    ways: Ways = config
    mailer = open_mailer(ways, "Email")
    assert isinstance(mailer, DraftFolder)
    assert mailer.folder == config.mail.folder


def test_each_way_has_its_mailer(tmp_path: Path, safe: Safe) -> None:
    assert isinstance(open_mailer(firm(tmp_path), "Email", safe), DraftFolder)
    assert isinstance(open_mailer(firm(tmp_path), "Text", safe), DraftFolder)
    assert isinstance(
        open_mailer(firm(tmp_path, how="smtp", host="smtp.example.com"), "Email", safe), SmtpMailer
    )
    assert isinstance(
        open_mailer(firm(tmp_path, how="imap-drafts", host="x.example"), "Email", safe), ImapDrafts
    )
    with pytest.raises(MailError, match="Letter is nothing that ARC can send"):
        open_mailer(firm(tmp_path), "Letter", safe)


def test_texts_need_the_gateways_address(tmp_path: Path, safe: Safe) -> None:
    ways = firm(tmp_path, texts=True)
    mailer = open_mailer(ways, "Text", safe)
    outcome = mailer.send(text(), Asked(lambda: pytest.fail("it was asked")))
    assert (outcome.fate, outcome.slow_down) == (Fate.LATER, True)
    assert "arc mail login --texts" in outcome.said
    told = keep_gateway(ways, safe, " json://arc:s3cret@localhost/?:to={to} ")
    assert told == "The gateway's address is kept in the system's keyring."
    assert isinstance(mailer, TextGateway)
    assert mailer.address() == "json://arc:s3cret@localhost/?:to={to}"
    assert said(ways, safe)[-1] == (
        True,
        "Texts go through json; whether its account is in order shows with the first one.",
    )


def test_an_address_that_is_none_is_not_kept(tmp_path: Path, safe: Safe, ring: MemoryKeyring) -> None:
    with pytest.raises(MailError, match=r"lacks \{to\}"):
        keep_gateway(firm(tmp_path), safe, "json://localhost/")
    assert ring.kept == {}


def test_a_password_that_is_kept_is_used(tmp_path: Path, safe: Safe) -> None:
    with MailServer() as server:
        ways = firm(tmp_path, how="smtp", host="localhost", port=server.port)
        assert said(ways, safe)[0] == (
            False,
            "The password of receivables@example.com is not known yet; run `arc mail login`.",
        )
        assert (
            keep_password(ways, safe, PASSWORD) == f"The password of {USER} is kept in the system's keyring."
        )
        mailer = open_mailer(ways, "Email", safe, trusting())
        assert mailer.send(email(), Asked()).fate is Fate.SENT
        mailer.close()
        assert server.arrived[0].user == USER


@pytest.mark.parametrize("login", ["password", "google", "microsoft"])
def test_a_login_without_a_user_asks_for_one(tmp_path: Path, safe: Safe, login: str) -> None:
    with MailServer() as server:
        ways = firm(tmp_path, how="smtp", host="localhost", port=server.port, user="", login=login)
        told = (
            "[mail] in arc.toml has no user; write the mailbox's login name there, then run `arc mail login`."
        )
        assert said(ways, safe)[0] == (False, told)
        outcome = open_mailer(ways, "Email", safe, trusting()).send(email(), Asked())
        assert (outcome.fate, outcome.said) == (Fate.LATER, told)


def test_check_logs_in_and_sends_nothing(tmp_path: Path, safe: Safe) -> None:
    with MailServer("tls") as server:
        ways = firm(tmp_path, how="smtp", host="localhost", port=server.port, security="tls")
        keep_password(ways, safe, PASSWORD)
        assert said(ways, safe) == [
            (True, f"localhost takes the login of {USER} over verified TLS, and sends for {SENDER.email}."),
            (True, f"Texts become drafts in {tmp_path / 'outbox'}; no gateway is set."),
        ]
        assert server.arrived == []
        assert "DATA" not in server.commands


@pytest.mark.parametrize(
    ("stage", "fault", "words"),
    [
        ("AUTH", Answer("535 5.7.8 no"), "refuses the password"),
        ("MAIL", Answer("550 5.7.60 not allowed to send as"), "does not send for receivables@example.com"),
        ("MAIL", Cut(), "broke off"),
        ("banner", Answer("554 no"), "does not want to talk"),
    ],
)
def test_check_says_what_is_wrong(tmp_path: Path, safe: Safe, stage: str, fault: Any, words: str) -> None:
    with MailServer() as server:
        server.faults[stage] = fault
        ways = firm(tmp_path, how="smtp", host="localhost", port=server.port)
        keep_password(ways, safe, PASSWORD)
        ok, told = said(ways, safe)[0]
        assert not ok
        assert words in told


def test_check_finds_the_drafts_of_a_mailbox(tmp_path: Path, safe: Safe) -> None:
    with ImapServer() as server:
        ways = firm(
            tmp_path, how="imap-drafts", host="localhost", port=server.port, security="tls", drafts="Entwürfe"
        )
        keep_password(ways, safe, PASSWORD)
        assert said(ways, safe)[0] == (
            True,
            f"localhost takes the login of {USER} over verified TLS; drafts are put into Drafts.",
        )
        server.flags = {"INBOX": ""}
        ok, told = said(ways, safe)[0]
        assert not ok
        assert "There is no mailbox Entwürfe" in told


def test_check_tries_the_folder(tmp_path: Path, safe: Safe) -> None:
    ways = firm(tmp_path)
    assert said(ways, safe)[0] == (
        True,
        f"Emails become drafts in {tmp_path / 'outbox'}; a person opens and sends them.",
    )
    assert list((tmp_path / "outbox").iterdir()) == []
    (tmp_path / "outbox").rmdir()
    (tmp_path / "outbox").write_text("in the way")
    ok, told = said(ways, safe)[0]
    assert not ok
    assert "cannot be written" in told


def test_check_asks_for_a_sender(tmp_path: Path, safe: Safe) -> None:
    assert "no sender until email stands in [sender]" in said(firm(tmp_path), safe, "")[0][1]
    ok, told = said(firm(tmp_path, how="smtp", host="localhost", port=1), safe, "")[0]
    assert (ok, told) == (
        False,
        "[sender] in arc.toml has no email; write the address that customers are to answer.",
    )


@pytest.mark.parametrize(
    ("host", "imap"),
    [
        ("smtp.gmail.com", "imap.gmail.com"),
        ("smtp.office365.com", "outlook.office365.com"),
        ("smtp-mail.outlook.com", "outlook.office365.com"),
        ("smtp.example.com", "imap.example.com"),
        ("mail.example.com", "mail.example.com"),
    ],
)
def test_where_sent_mail_may_be_seen_follows_from_the_server(
    tmp_path: Path, safe: Safe, host: str, imap: str
) -> None:
    account = sent_account(firm(tmp_path, how="smtp", host=host, port=587).mail, safe)
    assert (account.host, account.port, account.security) == (imap, 993, "tls")


def test_a_server_that_wants_no_login_gets_none(tmp_path: Path, safe: Safe) -> None:
    mailer = open_mailer(
        firm(tmp_path, how="smtp", host="relay.example", port=587, login="none"), "Email", safe
    )
    assert isinstance(mailer, SmtpMailer)
    assert mailer.account == Account("relay.example", 587, "starttls", None)


@pytest.mark.parametrize("how", ["smtp", "imap-drafts"])
def test_a_sign_in_is_kept_for_the_mailbox(
    tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def microsoft(grant: Grant, show: Any, _endpoints: object) -> Grant:
        show("type ABCD")
        return replace(grant, refresh_token="refresh-1")

    def google(grant: Grant, user: str, show: Any, _endpoints: object) -> Grant:
        show(f"open this, {user}")
        return replace(grant, refresh_token="refresh-2")

    monkeypatch.setattr(oauth_microsoft, "sign_in", microsoft)
    monkeypatch.setattr(oauth_google, "sign_in", google)
    shown: list[str] = []
    ways = firm(tmp_path, how=how, host="smtp.example.com", login="microsoft")
    told = sign_in(ways, safe, Client("app", tenant="firm.example"), shown.append)
    assert told == f"The sign-in of {USER} is kept in the system's keyring."
    scope = oauth_microsoft.SCOPES[how]
    kept = Grant.of_text(safe.get(mail_purpose(ways.mail)) or "")
    assert kept == Grant("microsoft", "app", "", "firm.example", scope, "refresh-1")
    sign_in(firm(tmp_path, how=how, login="google"), safe, Client("app", "s3cret"), shown.append)
    kept = Grant.of_text(safe.get(mail_purpose(ways.mail)) or "")
    assert kept == Grant("google", "app", "s3cret", "", "https://mail.google.com/", "refresh-2")
    assert shown == ["type ABCD", f"open this, {USER}"]


def test_a_login_that_cannot_be_is_explained(tmp_path: Path, safe: Safe) -> None:
    with pytest.raises(MailError, match="has no user"):
        keep_password(firm(tmp_path, user=""), safe, "x")
    with pytest.raises(MailError, match="is empty"):
        keep_password(firm(tmp_path), safe, "")
    with pytest.raises(MailError, match=r"login in .mail. of arc\.toml is"):
        sign_in(firm(tmp_path), safe, Client("app"), print)
    with pytest.raises(MailError, match="needs user"):
        sign_in(firm(tmp_path, login="google"), safe, Client(""), print)


def test_two_mailboxes_and_two_firms_have_secrets_of_their_own(tmp_path: Path) -> None:
    one, other = firm(tmp_path), firm(tmp_path, user="other@example.com")
    assert mail_purpose(one.mail) != mail_purpose(other.mail)
    assert texts_purpose(one) != texts_purpose(replace(one, company="Another Ltd"))
