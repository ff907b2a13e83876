"""A mailer that keeps what it was given: for tests and dry runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from arc_sheets.message import Message
from arc_sync.mail.port import Fate, Outcome


def _taken(_message: Message) -> Outcome:
    return Outcome(Fate.SENT, "kept in memory")


@dataclass(slots=True)
class MemoryMailer:
    """A `Mailer`; `outcome` may be replaced by one that refuses, delays or loses its answer."""

    outcome: Callable[[Message], Outcome] = _taken
    sent: list[Message] = field(default_factory=list)  #: all that arrived, known or not

    @property
    def name(self) -> str:
        """Return what people call it."""
        return "memory"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Keep the message, unless it is refused or put off."""
        outcome = self.outcome(message)
        if outcome.fate in {Fate.LATER, Fate.REFUSED}:
            return outcome
        about_to()
        self.sent.append(message)
        return outcome

    def close(self) -> None:
        """Do nothing."""
