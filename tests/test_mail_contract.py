"""Every way out keeps the contract of the port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from arc_sheets.message import Message
from arc_sync.mail.drafts import DraftFolder, draft_of
from arc_sync.mail.imap import ImapDrafts
from arc_sync.mail.logins import Account, Login
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Mailer, Outcome
from arc_sync.mail.smtp import SmtpMailer
from arc_sync.mail.texts import TextGateway
from arc_sync.mail.wire import Patience
from tests.imap_server import ImapServer
from tests.mail_servers import PASSWORD, USER, Answer, MailServer, trusting
from tests.mailer_contract import MailerContract, Place
from tests.web_servers import Response, WebServer

KNOWN = Login(USER, lambda: PASSWORD)


class _Usual:
    """What most places have in common."""

    channel = "Email"
    mailer: Mailer

    def as_arriving(self, message: Message) -> bytes:
        return message.content


class _Memory(_Usual):
    def __init__(self) -> None:
        self.mailer = self.memory = MemoryMailer()

    def arrived(self) -> list[bytes]:
        return [message.content for message in self.memory.sent]

    def close_the_door(self) -> None:
        self.memory.outcome = lambda _: Outcome(Fate.LATER, "450 not now")


class _Smtp(_Usual):
    def __init__(self, server: MailServer) -> None:
        self.server = server
        security = "tls" if server.security == "tls" else "starttls"
        account = Account("localhost", server.port, security, KNOWN)  # type: ignore[arg-type]  # one of the two
        self.mailer = SmtpMailer(account, trusting(), Patience(5, 10, 10))

    def arrived(self) -> list[bytes]:
        return self.server.messages

    def close_the_door(self) -> None:
        self.server.faults["RCPT"] = Answer("450 4.2.1 not now")


class _Folder(_Usual):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mailer = DraftFolder(folder)

    def arrived(self) -> list[bytes]:
        there = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [file.read_bytes() for file in there if not file.name.startswith(".")]

    def as_arriving(self, message: Message) -> bytes:
        return draft_of(message)

    def close_the_door(self) -> None:
        self.folder.write_text("in the way")


class _TextFolder(_Folder):
    channel = "Text"


class _Imap(_Usual):
    def __init__(self, server: ImapServer) -> None:
        self.server = server
        self.mailer = ImapDrafts(Account("localhost", server.port, "tls", KNOWN), "Drafts", trusting(), 5)

    def arrived(self) -> list[bytes]:
        return list(self.server.folders["Drafts"])

    def close_the_door(self) -> None:
        self.server.faults["EXAMINE"] = Answer("TAG NO not now")


class _Texts(_Usual):
    channel = "Text"

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.mailer = TextGateway(lambda: f"json://127.0.0.1:{server.port}/?:to={{to}}")

    def arrived(self) -> list[bytes]:
        return [json.loads(request.body)["message"].encode() for request in self.server.requests]

    def close_the_door(self) -> None:
        self.mailer = TextGateway(lambda: "nonsense://{to}")


class TestMemory(MailerContract):
    @pytest.fixture
    def place(self) -> Place:
        return _Memory()


class TestSmtp(MailerContract):
    @pytest.fixture(params=["starttls", "tls"])
    def place(self, request: pytest.FixtureRequest) -> Iterator[Place]:
        with MailServer(request.param) as server:
            place = _Smtp(server)
            yield place
            place.mailer.close()


class TestFolder(MailerContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return _Folder(tmp_path / "outbox")


class TestFolderOfTexts(MailerContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return _TextFolder(tmp_path / "outbox")


class TestImap(MailerContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with ImapServer() as server:
            place = _Imap(server)
            yield place
            place.mailer.close()


class TestTexts(MailerContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with WebServer(lambda _: Response(200)) as server:
            yield _Texts(server)
