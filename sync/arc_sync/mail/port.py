"""What every mailer can do: hand one frozen message over, and say truthfully what became of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, Protocol

from arc_sheets.message import Message


class Fate(StrEnum):
    """What became of one attempt."""

    SENT = "sent"  #: the other side took it
    DRAFTED = "drafted"  #: it lies where a person sends it
    REFUSED = "refused"  #: for good: trying again would not help
    LATER = "later"  #: not now; nothing was taken, so another try is safe
    UNKNOWN = "unknown"  #: it may have been taken; nobody here can tell


class Outcome(NamedTuple):
    """The fate of an attempt, and what the other side said, in words that may be shown to a person."""

    fate: Fate
    said: str
    slow_down: bool = False  #: the other side asks for less (SMTP 421, 450; HTTP 429): the whole queue waits


class Mailer(Protocol):
    """One way out: an SMTP server, a folder of drafts, a gateway for texts.

    It never retries and never raises for what the other side does: the outcome says it all.
    """

    @property
    def name(self) -> str:
        """Return what people call it, such as "smtp.example.com" or "the folder outbox"."""

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Hand the message over.

        `about_to` is called once, right before the last byte without which the other side has nothing (the
        final dot, the end of a request's body, a file's rename). If it raises, the message must not leave: the
        mailer breaks off and lets the error through. What goes wrong before is `LATER` or `REFUSED`; what goes
        wrong after, and is not a clear answer, is `UNKNOWN`.
        """

    def close(self) -> None:
        """Let go of the connection, if there is one."""
