"""What this computer itself keeps of the messages that left it, apart from ledger and workbook.

A ledger brought back from a backup has forgotten what went since, and may have it still to send, or plan and approve
it anew. The id of a reminder's message follows from its row and its recipient, so it is known here again: a person
is asked, and nothing goes twice. The record holds ids and moments only, no names and no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from arc_sheets.errors import MailError
from arc_sync.agent.running.state import usual_home


@dataclass(slots=True)
class Witness:
    """The record in one file, a line a message; without a file it lasts as long as this object."""

    path: Path | None = None
    _known: dict[str, datetime] = field(init=False)

    def __post_init__(self) -> None:
        self._known = dict(_lines(self.path)) if self.path else {}

    def left(self, message: str) -> datetime | None:
        """Return when (UTC) the message of this id left, or may have; None if it did not."""
        return self._known.get(message)

    def note(self, message: str, now: datetime) -> str:
        """Keep that a message left, or may have, at `now` (UTC); return why that cannot be kept, a sentence, or ""."""
        self._known[message] = now
        try:
            _append(self.path, f"{message} {now.isoformat()}\n")
        except OSError as error:
            return _unwritable(self.path, error)
        return ""

    def check(self) -> None:
        """Raise `MailError` where nothing could be kept: then nothing is to leave."""
        try:
            _append(self.path, "")
        except OSError as error:
            raise MailError(_unwritable(self.path, error)) from None


def usual_witness(ledger: str) -> Witness:
    """Return this user's record of the messages of a ledger, by the ledger's id."""
    return Witness(usual_home() / "left" / f"{ledger}.txt")


def _append(path: Path | None, text: str) -> None:
    """Add a line; several senders may at once, as each line is one write to the end. Raises OSError."""
    if path is None:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii", newline="\n") as stream:
        stream.write(text)


def _lines(path: Path) -> Iterator[tuple[str, datetime]]:
    """Yield id and moment of each line; one that was cut off as the computer stopped counts for nothing."""
    text = path.read_text("ascii", "replace") if path.is_file() else ""
    for line in text.splitlines():
        message, _, moment = line.partition(" ")
        try:
            yield message, datetime.fromisoformat(moment)
        except ValueError:
            continue


def _unwritable(path: Path | None, error: OSError) -> str:
    return f"The record of what left, {path}, cannot be written ({error.strerror}); see that ARC may write there, then send."
