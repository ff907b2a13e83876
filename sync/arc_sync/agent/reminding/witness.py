"""What this computer itself keeps of the messages that left it, apart from ledger and workbook.

A ledger brought back from a backup has forgotten what went since, and may have it still to send, or plan and approve
it anew. The id of a reminder's message follows from its row and its recipient, so it is known here again. Where
another day, address or number made it another message, it is known by its marks: what it was about, and whom it was
for. A person is asked, and nothing goes twice. The record holds ids, moments and hashes, no names and no words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from arc_sheets.errors import MailError
from arc_sheets.message import Message
from arc_sync.agent.running.state import usual_home
from arc_sync.mail.compose import is_copy


class Left(NamedTuple):
    """A message that left this computer, or may have."""

    id: str
    at: datetime  #: UTC


class Marks(NamedTuple):
    """By what a message is known again: hashes."""

    about: frozenset[str] = frozenset()  #: of a reminder: its stage with each invoice
    whom: frozenset[str] = frozenset()  #: the customer and the address; a copy is for none


_NONE: Final = Marks()
#: How it ends what is said of a message that a ledger has forgotten.
FORGOTTEN: Final = "but the ledger, an older one brought back, does not know of it."


def marks_of(message: Message, rows: Iterable[str]) -> Marks:
    """Return the marks of a message; `rows` are the ids of its invoices' rows, which outlive their numbers."""
    copied = (message.to,) if is_copy(message.key) else ()
    stage, about = message.stage, frozenset[str]()
    if message.reminder:
        numbers = {_mark("number", message.customer, stage, number, *copied) for number in message.invoices}
        about = frozenset(numbers | {_mark("row", stage, row, *copied) for row in rows})
    whom = () if copied else (_mark("customer", message.customer), _mark("to", message.to))
    return Marks(about, frozenset(whom))


@dataclass(slots=True)
class Witness:
    """The record in one file, a line a message; without a file it lasts as long as this object."""

    path: Path | None = None
    _known: dict[str, datetime] = field(init=False, default_factory=dict)
    _marked: dict[str, Left] = field(init=False, default_factory=dict)  #: by mark, what left last with it

    def __post_init__(self) -> None:
        for left, marks in _lines(self.path) if self.path else ():
            self._keep(left, marks)

    def left(self, message: str) -> datetime | None:
        """Return when (UTC) the message of this id left, or may have; None if it did not."""
        return self._known.get(message)

    def alike(self, marks: Iterable[str]) -> Iterator[Left]:
        """Yield what left with these marks, for each what left last."""
        return (left for mark in marks if (left := self._marked.get(mark)))

    def note(self, message: str, now: datetime, marks: Marks = _NONE) -> str:
        """Keep that a message left, or may have, at `now` (UTC); return why that cannot be kept, a sentence, or ""."""
        named = sorted(marks.about | marks.whom)
        self._keep(Left(message, now), named)
        try:
            _append(self.path, " ".join((message, now.isoformat(), *named)) + "\n")
        except OSError as error:
            return _unwritable(self.path, error)
        return ""

    def _keep(self, left: Left, marks: Iterable[str]) -> None:
        self._known[left.id] = left.at
        self._marked.update(dict.fromkeys(marks, left))

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


def _lines(path: Path) -> Iterator[tuple[Left, list[str]]]:
    """Yield each line's message and marks; one that was cut off as the computer stopped counts for nothing.

    Those of earlier versions have no marks.
    """
    text = path.read_text("ascii", "replace") if path.is_file() else ""
    for line in text.splitlines():
        message, _, rest = line.partition(" ")
        moment, *marks = rest.split(" ")
        try:
            yield Left(message, datetime.fromisoformat(moment)), marks
        except ValueError:
            continue


def _mark(*said: str) -> str:
    return hashlib.sha256("\0".join(said).casefold().encode()).hexdigest()[:32]


def _unwritable(path: Path | None, error: OSError) -> str:
    return f"The record of what left, {path}, cannot be written ({error.strerror}); see that ARC may write there, then send."
