"""What sending needs of the settings: values that `agent/config.py` reads from `arc.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Login = Literal["password", "google", "microsoft", "none"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom customers see and may ask; what every message needs of the firm."""

    company: str
    name: str
    email: str
    phone: str
    pay: str  #: how to pay: an account number, or a link
    language: str  #: of messages to customers whose own is not known


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How email leaves. Passwords and tokens are in the system's keyring, never here."""

    how: Literal["drafts", "smtp", "imap-drafts"]
    folder: Path  #: of drafts
    host: str
    port: int
    security: Literal["tls", "starttls"]
    user: str
    login: Login
    drafts: str  #: the IMAP mailbox for drafts
