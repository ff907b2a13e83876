"""Header lines that every mail program reads back as they were meant.

`EmailMessage` folds long headers itself, and until Python 3.13 not always well: it drops or adds spaces in long
names, and turns a long List-Unsubscribe into an encoded word that no program follows. So the few headers that a
message needs are written here: RFC 5322 2.2.3 (folding) and RFC 2047 (encoded words).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import quote
from typing import Final, NamedTuple

CRLF: Final = "\r\n"
_WIDTH: Final = 76
#: Unicode's Cc but for what separates lines and words, and Cs.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


class Mailbox(NamedTuple):
    """A name as people read it, or "", and an address that `contacts.address` has seen."""

    name: str
    address: str


def one_line(text: str) -> str:
    """Return the text on one line: breaks and runs of spaces are one space, control characters are gone."""
    return " ".join(without_controls(text).split())


def without_controls(text: str) -> str:
    """Return the text without control characters (those that break lines stay) and halves of characters."""
    return _CONTROLS.sub("", text)


def text_line(name: str, text: str) -> str:
    """Return an unstructured header, such as Subject."""
    return f"{name}: {_words(one_line(text), len(name) + 2)}{CRLF}"


def mailbox_line(name: str, mailboxes: Iterable[Mailbox]) -> str:
    """Return a header of addresses, such as To; one address a line."""
    return f"{name}: " + f",{CRLF} ".join(_mailbox(m, len(name) + 2) for m in mailboxes) + CRLF


def plain_line(name: str, value: str) -> str:
    """Return a header of ASCII that is never folded, such as Message-ID. Raises ValueError on any other."""
    if not re.fullmatch(r"[\x20-\x7e]{1,900}", value):
        raise ValueError(f"{name} cannot be {value!r}")
    return f"{name}: {value}{CRLF}"


def _mailbox(mailbox: Mailbox, column: int) -> str:
    name = one_line(mailbox.name)
    if not name:
        return mailbox.address
    phrase = _phrase(name, column)
    last = len(phrase.rpartition(CRLF)[2]) + (0 if CRLF in phrase else column)
    gap = " " if last + len(mailbox.address) + 3 <= _WIDTH else f"{CRLF} "
    return f"{phrase}{gap}<{mailbox.address}>"


def _phrase(name: str, column: int) -> str:
    """Return a display name: as it is, quoted, or as encoded words."""
    if not name.isascii() or len(name) > _WIDTH - column - 4 or "=?" in name:
        return _encoded(name, column)
    return name if _ATOMS.fullmatch(name) else f'"{quote(name)}"'


def _words(text: str, column: int) -> str:
    simple = text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < _WIDTH - column
    if not simple:
        return _encoded(text, column)
    lines = [""]
    for word in text.split(" "):
        if column + len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1]:
            lines.append("")
            column = 1
        lines[-1] += f" {word}" if lines[-1] else word
    return f"{CRLF} ".join(lines)


def _encoded(text: str, column: int) -> str:
    """Return encoded words; `Header` never cuts a character in two."""
    header = Header(text, "utf-8", maxlinelen=_WIDTH, header_name=" " * max(column - 2, 0))
    return header.encode(splitchars="", linesep=CRLF)
