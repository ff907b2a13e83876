"""One email as the very bytes that go out: made once, when it is queued, and never again.

The same letter, key and date give the same bytes, so a second try sends what the first one tried. Lines end with
CR LF, none is longer than 78 octets (but for a long address), and all are ASCII (unless an address itself needs RFC
6531), so every server takes them.

**Copies.** A message has one recipient. Whoever is in `cc` stands in the Cc line for all to see and gets a message
of their own: the same letter under `copy_key`, with an envelope that names only them. In a draft it is the other
way round: the person's mail program sends to all whom the header names, so a draft is made for the recipient
only. `recipients` says for whom messages are to be queued.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from arc_sheets.contacts import address as plain_address
from arc_sheets.errors import MailError
from arc_sync.mail.headers import Mailbox, mailbox_line, one_line, plain_line, text_line, without_controls
from arc_sync.mail.remote import remote_part
from arc_sync.mail.settings import Sender

STOP: Final = "stop reminders"  #: the subject of a mail that asks for no more of them
_COPY: Final = " cc "  # between a letter's key and whom its copy is for
_BLANK: Final = b"\r\n\r\n"
_BETWEEN: Final = "=_"  # begins a boundary; it cannot stand in an encoded body (RFC 2045 6.7)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a person reads and writes of an email."""

    to: Mailbox
    subject: str
    text: str
    html: str = ""  #: the same once more, or "": then there is only the text
    cc: tuple[str, ...] = ()  #: addresses
    automatic: bool = False  #: no person approved it
    reminder: bool = True  #: of the schedule, so that it says how to stop them


def compose(sender: Sender, letter: Letter, key: str, date: datetime) -> bytes:
    """Return the RFC 5322 bytes of a letter.

    `key` is the message's, from which its Message-ID follows; `date` is when it was queued, with the firm's
    offset. A sender without an address gives a draft, into which the mail program writes whose it is.

    Raises `MailError` for an address that is none and for HTML that fetches or runs something.
    """
    to = Mailbox(letter.to.name, address_of(letter.to.address))
    own = address_of(sender.email) if sender.email else ""
    head = [
        *([mailbox_line("From", [Mailbox(sender_name(sender), own)])] if own else []),
        mailbox_line("To", [to]),
        *_cc(letter, to.address),
        *([mailbox_line("Reply-To", [Mailbox("", own)])] if own else []),  # some servers put another From
        text_line("Subject", letter.subject),
        plain_line("Date", format_datetime(date)),
        plain_line("Message-ID", message_id(key, own)),
        *_notes(letter, own),
    ]
    return "".join(head).encode("utf-8") + _body(letter, key)


def address_of(text: str) -> str:
    """Return an email address as servers take it; raises `MailError` if it is none."""
    try:
        return plain_address(text)
    except ValueError as error:
        raise MailError(f'"{one_line(text)[:80]}" is no address to write to: {error}.') from None


def recipients(
    to: str, cc: tuple[str, ...], how: Literal["drafts", "smtp", "imap-drafts"]
) -> tuple[str, ...]:
    """Return the addresses that get a message of their own, the recipient first, each once."""
    return _once((to, *cc) if how == "smtp" else (to,))


def _once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return each address once, where it stands first; in which case it is written means nothing."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(address.lower(), address)
    return tuple(found.values())


def copy_key(key: str, recipient: str) -> str:
    """Return the key of the copy for somebody in Cc."""
    return f"{key}{_COPY}{recipient.lower()}"


def is_copy(key: str) -> bool:
    """Say whether a message with this key is the copy for somebody in Cc."""
    return _COPY in key


def message_id(key: str, address: str) -> str:
    """Return the Message-ID of the message with this key: 160 bits of its SHA-256 at the sender's domain.

    It is the same whoever computes it and whenever, so a message can be looked for where it may have arrived.
    The whole digest would make lines that some servers cut.
    """
    digest = hashlib.sha256(key.encode()).digest()[:20]
    domain = address.rpartition("@")[2] or "draft.invalid"  # RFC 2606: nobody's
    return f"<{base64.b32encode(digest).decode().lower()}@{domain}>"


def sender_name(sender: Sender) -> str:
    """Return the name that customers see in their inbox."""
    return f"{sender.name}, {sender.company}" if sender.name else sender.company


class Head(NamedTuple):
    """What a mailer must know of frozen bytes."""

    sender: str  #: the address in From, for the envelope; "" in a draft without one
    to: tuple[str, ...]  #: the addresses in To
    message_id: str
    international: bool  #: its headers need RFC 6531 (SMTPUTF8)


def head_of(content: bytes) -> Head:
    """Return what the header says; raises `MailError` if it names no recipient or Message-ID."""
    raw = content.partition(_BLANK)[0]
    lines = _lines(raw)
    sender, to = (_addresses(lines.get(name, "")) for name in ("from", "to"))
    if not (to and "message-id" in lines):
        raise MailError("The message is no email: it lacks To or Message-ID; it was not made by ARC.")
    return Head(sender[0] if sender else "", to, lines["message-id"], not raw.isascii())


def words_of(content: bytes) -> tuple[str, str]:
    """Return subject and plain text of a letter, as `one_line` and `plain_text` give them.

    What `compose` wrote is read back without the parser of `email`, as every message is read before it goes; what
    somebody else wrote may come back as other words.
    """
    subject = _lines(content.partition(_BLANK)[0]).get("subject", "")
    head, _, body = _plain_part(content).partition(_BLANK)
    text = _decoded(body, _lines(head).get("content-transfer-encoding", "")).decode("utf-8", "replace")
    return one_line(str(make_header(decode_header(subject)))), plain_text(text)


def _lines(head: bytes) -> dict[str, str]:
    """Return the lines of a header by name (in small letters), each on one line."""
    unfolded = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace"))
    named = (line.partition(":") for line in unfolded.split("\r\n"))
    return {name.lower(): value.strip() for name, _, value in named}


def _plain_part(content: bytes) -> bytes:
    """Return the first part, which is the plain text, or all where there is but one."""
    line = b"\r\n--" + _BETWEEN.encode()
    first = content.find(line)
    second = content.find(line, first + 1)
    return content[content.index(b"\r\n", first + len(line)) + 2 : second] if 0 <= first < second else content


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    try:
        return binascii.a2b_base64(body) if encoding == "base64" else body
    except binascii.Error:
        return body


def _addresses(value: str) -> tuple[str, ...]:
    return tuple(address for _, address in getaddresses([value]) if address)


def _cc(letter: Letter, to: str) -> list[str]:
    copies = _once((to, *map(address_of, letter.cc)))[1:]
    return [mailbox_line("Cc", [Mailbox("", a) for a in copies])] if copies else []


def _notes(letter: Letter, address: str) -> list[str]:
    """Return what is for machines: RFC 3834 keeps theirs from answering, RFC 2369 says how to stop reminders."""
    stop = f"<mailto:{quote(address, safe='@')}?subject={quote(STOP)}>"
    return [
        *([plain_line("Auto-Submitted", "auto-generated")] if letter.automatic else []),
        *([plain_line("List-Unsubscribe", stop)] if letter.reminder and address else []),
    ]


def _body(letter: Letter, key: str) -> bytes:
    """Return the MIME header and body: the plain text, then the HTML, which a reader prefers (RFC 2046 5.1.4)."""
    if part := remote_part(letter.html):
        raise MailError(f"The HTML text has {part}, which would fetch or run something; take it out.")
    body = EmailMessage(policy=policy.SMTP)
    text = plain_text(letter.text)
    body.set_content(text, cte=_encoding(text))
    if letter.html:
        html = plain_text(letter.html)
        body.add_alternative(html, subtype="html", cte=_encoding(html))
        # fixed, so that the bytes are
        body.set_boundary(f"{_BETWEEN}{hashlib.sha256(key.encode()).hexdigest()[:32]}")
    return body.as_bytes()


def plain_text(text: str) -> str:
    """Return it with plain line ends, one at its end, and without control characters."""
    lines = without_controls(text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\x0b", "\n").replace("\x0c", "\n").rstrip("\n") + "\n"


def _encoding(text: str) -> Literal["quoted-printable", "base64"]:
    """Choose the shorter one; both keep every line below 78 octets and ASCII."""
    octets = len(text.encode())
    foreign = octets - len(text.encode("ascii", "ignore"))
    return "quoted-printable" if 6 * foreign <= octets else "base64"
