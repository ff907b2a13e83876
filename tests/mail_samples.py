"""A firm, its customer and their messages, for the tests of sending."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from keyring.backend import KeyringBackend

from arc_sheets.message import Message
from arc_sync.mail.compose import Letter, compose
from arc_sync.mail.headers import Mailbox
from arc_sync.mail.settings import Sender

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DATE = NOW.astimezone(timezone(timedelta(hours=1)))
SENDER = Sender("Example Ltd", "Maria Lopez", "receivables@example.com", "+49 30 1234567", "", "English")
TO = "anna@müller.example"
CARD = "anna@xn--mller-kva.example"  #: the same, as the DNS knows it


def email(
    key: str = "key", to: str = CARD, text: str = "Dear Anna,\n.\n..\nplease pay.\n", **more: Any
) -> Message:
    """One reminder by email, as it waits in the outbox."""
    letter = Letter(Mailbox("Anna Müller", CARD), "Invoice INV-7", text, "<p>Please pay.</p>", **more)
    return message(key, "Email", to, compose(SENDER, letter, key, DATE))


def text(key: str = "key", to: str = "+491701234567", what: str = "Invoice INV-7 is due.") -> Message:
    """One text message."""
    return message(key, "Text", to, what.encode())


def message(key: str, channel: str, to: str, content: bytes) -> Message:
    return Message(
        id=hashlib.sha256(key.encode()).hexdigest()[:32],
        key=key,
        reminder="",
        customer="Müller & Söhne",
        channel=channel,
        to=to,
        stage="Friendly",
        invoices=("INV-7",),
        currency="EUR",
        amount=125_00,
        content=content,
        queued=NOW,
        not_before=NOW,
        not_after=NOW + timedelta(days=1),
    )


class Asked:
    """An `about_to` that counts how often it was asked, and may do something."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.times = 0
        self._then = then

    def __call__(self) -> None:
        self.times += 1
        self._then()


class _Never:
    """No priority: the backend is never chosen by itself, only where a test sets it."""

    def __get__(self, *_: object) -> float:
        raise RuntimeError("for tests")


class MemoryKeyring(KeyringBackend):
    """A system's keyring that lies in memory."""

    priority = _Never()

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's is
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]
