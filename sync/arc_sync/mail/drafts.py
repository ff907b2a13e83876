"""Messages as files in a folder, for people who press Send in their own mail program.

An email becomes an `.eml` file with `X-Unsent: 1`, which Outlook opens as a draft; other programs show it, with
"edit as new". A text becomes a `.txt` file with the number above it. The same message has the same file name, so
there is never a second draft of it: not after a crash, and not when it is sent again.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arc_sheets.errors import MailError
from arc_sheets.message import Message
from arc_sync.mail.compose import head_of
from arc_sync.mail.port import Fate, Outcome
from arc_sync.xlsx.replacing import replace, sync_folder

_SLUG: Final = 40  # characters of the customer's name: four octets each still fit into a file name


@dataclass(frozen=True, slots=True)
class DraftFolder:
    """A `Mailer` that writes files; the folder is made when the first one comes."""

    folder: Path

    @property
    def name(self) -> str:
        """Return what people call it."""
        return f"the folder {self.folder.name}"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Put the draft into the folder, unless it lies there already."""
        try:
            content = draft_of(message)
        except MailError as error:
            return Outcome(Fate.REFUSED, str(error))
        target = self.folder / file_name(message)
        try:
            return self._put(target, content, about_to)
        except _NotWritten as error:
            said = f"{target} cannot be written ({error}); allow it, or make room."
            return Outcome(Fate.LATER, said, slow_down=True)

    def find(self, message: Message) -> Path | None:
        """Return where the draft lies, or None: it was never made, or a person has moved or sent it."""
        target = self.folder / file_name(message)
        return target if target.exists() else None

    def close(self) -> None:
        """Do nothing."""

    def _put(self, target: Path, content: bytes, about_to: Callable[[], None]) -> Outcome:
        with _telling():
            there = target.exists()
        if there:
            return Outcome(Fate.DRAFTED, f"{target.name} was there already")
        temporary = target.with_name(f".{target.name}.part")
        try:
            with _telling():
                self._write(temporary, content)
            about_to()
            with _telling():
                replace(temporary, target)
        finally:
            with contextlib.suppress(OSError):  # it is gone, or what hindered it has been told
                temporary.unlink()
        return self._settled(target)

    def _write(self, file: Path, content: bytes) -> None:
        """Write it durably."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())

    def _settled(self, target: Path) -> Outcome:
        try:
            sync_folder(self.folder)
        except OSError as error:
            return Outcome(Fate.UNKNOWN, f"{target.name} may be lost if the power fails ({error.strerror})")
        return Outcome(Fate.DRAFTED, target.name)


class _NotWritten(Exception):
    """The system refused to write; nothing is in the folder."""


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Turn what the system says about files into `_NotWritten`; `about_to`'s own errors are not among it."""
    try:
        yield
    except OSError as error:
        raise _NotWritten(error.strerror or "unknown reason") from None


def file_name(message: Message) -> str:
    """Return a name that a person recognises: day, stage, customer, and the start of the message's id."""
    what = message.stage or ("Letter" if message.channel == "Email" else message.channel)
    parts = (f"{message.queued:%Y-%m-%d}", slug(what), slug(message.customer), message.id[:12])
    return " ".join(filter(None, parts)) + (".txt" if message.channel == "Text" else ".eml")


def slug(text: str) -> str:
    """Return a name as a part of a file name that every system takes."""
    words = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", text)).strip("-_")
    return words[:_SLUG].rstrip("-_")


def draft_of(message: Message) -> bytes:
    """Return what the file holds. Raises `MailError` for a copy: the draft's own Cc line has its recipient."""
    if message.channel == "Text":
        return f"{message.to}\n\n".encode() + message.content + b"\n"
    check_recipient(message)
    return b"X-Unsent: 1\r\n" + message.content


def check_recipient(message: Message) -> None:
    """Raise `MailError` unless the email is to whom its To line says."""
    if message.to.lower() not in (address.lower() for address in head_of(message.content).to):
        raise MailError(
            f"The draft itself has {message.to} in its Cc line; a copy of its own would be sent twice."
        )
