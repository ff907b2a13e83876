"""Email through an SMTP server: one message, one recipient, and a truthful word about what became of it.

Until the final dot the server has nothing, whatever breaks (RFC 5321 4.1.1.4), so `about_to` is called between the
text and its dot. After the dot only the server's own reply counts: silence or a cut is `UNKNOWN` (RFC 1047).

What the server says of a message (MAIL, RCPT, DATA, the dot) decides about the message. What it says of the
connection or the login (greeting, TLS, AUTH) is no reason to give a message up: it waits, and the whole queue
with it, until a person has seen to it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from arc_sheets.errors import MailError
from arc_sheets.message import Message
from arc_sync.mail.compose import address_of, head_of
from arc_sync.mail.logins import Account, Broken, tls_context
from arc_sync.mail.port import Fate, Outcome
from arc_sync.mail.wire import USUAL, Patience, Reply, Wire, open_wire, reply, trouble

_BUSY: Final = frozenset({421, 450, 451, 452, 454})  # RFC 5321 4.2.3, RFC 4954 6
_NO_LOGIN: Final = frozenset({530, 534, 535, 538})  # RFC 4954 6: about the login, not about the message


class Envelope(NamedTuple):
    """What the server is told before it gets the message."""

    sender: str
    recipient: str
    size: int  #: octets
    eight_bit: bool
    international: bool  #: an address has letters beyond ASCII (RFC 6531)


@dataclass(slots=True)
class SmtpMailer:
    """A `Mailer` that keeps its connection for the next message and renews it when it has gone stale.

    It is for one sender at a time; `patience.longest` says how long one message may take.
    """

    account: Account
    context: ssl.SSLContext = field(default_factory=tls_context)
    patience: Patience = USUAL
    _wire: Wire | None = None

    @property
    def name(self) -> str:
        """Return what people call it."""
        return self.account.host

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Hand one message over."""
        try:
            envelope = envelope_of(message)
        except MailError as error:
            return Outcome(Fate.REFUSED, str(error))
        offered = self._offered(envelope, message.content)
        if isinstance(offered, Outcome):
            return offered
        with self._dropped_on_error():
            about_to()
            return self._ended(offered)

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        if wire := self._wire:
            self._wire = None
            wire.patient_for(2)
            try:
                wire.quit()
            except OSError:
                wire.close()

    def _offered(self, envelope: Envelope, content: bytes) -> Wire | Outcome:
        """Say all but the dot; return the connection that waits for it, or why there is none."""
        try:
            with self._dropped_on_error():
                return self._said(envelope, content)
        except Broken as error:
            return Outcome(Fate.LATER, str(error), slow_down=True)
        except OSError as error:  # smtplib's are among them
            return Outcome(Fate.LATER, trouble(error, self.account))

    def _said(self, envelope: Envelope, content: bytes) -> Wire | Outcome:
        wire, answer = self._accepting(envelope)
        if answer.code // 10 == 25:
            answer = reply(*wire.rcpt(envelope.recipient))
        if answer.code // 10 == 25:
            answer = wire.ask("DATA")
        if answer.code != 354:
            self._forget(wire, answer)
            return before_the_dot(answer)
        wire.send(_stuffed(content))
        return wire

    def _accepting(self, envelope: Envelope) -> tuple[Wire, Reply]:
        """Return a connection and its answer to MAIL; a kept one that does not like it is renewed once."""
        if kept := self._wire:
            answer = _still(kept, envelope, self.patience)
            if answer.code >= 200 and not 400 <= answer.code < 500:
                kept.patient_for(self.patience.before)
                return kept, answer
            self._drop()
        self._wire = open_wire(self.account, self.context, self.patience)
        return self._wire, _mail(self._wire, envelope)

    def _ended(self, wire: Wire) -> Outcome:
        """Send the dot; from here on only the server knows."""
        wire.patient_for(self.patience.after)
        try:
            wire.send(b".\r\n")
            answer = reply(*wire.getreply())
        except OSError as error:
            self._drop()
            return Outcome(Fate.UNKNOWN, f"{trouble(error, self.account)} The message may have arrived.")
        if answer.code // 100 != 2:
            self._forget(wire, answer)
        return after_the_dot(answer)

    def _forget(self, wire: Wire, answer: Reply) -> None:
        """Make the connection ready for the next message, or give it up."""
        try:
            usable = answer.code >= 400 and answer.code != 421 and wire.ask("RSET").code == 250
        except OSError:
            usable = False
        if not usable:
            self._drop()

    def _drop(self) -> None:
        if self._wire:
            self._wire.close()
            self._wire = None

    @contextmanager
    def _dropped_on_error(self) -> Iterator[None]:
        """Close a connection that is left in the middle of a message: without its dot it was none."""
        try:
            yield
        except BaseException:
            self._drop()
            raise


def envelope_of(message: Message) -> Envelope:
    """Return what the server is told first; raises `MailError` for bytes that no server should get."""
    head, content = head_of(message.content), message.content
    if not content.endswith(b"\r\n") or _bare_ends(content):
        # they let text smuggle in a second message, as some servers read them
        raise MailError(
            "The message is no email: its lines do not end as RFC 5322 says; it was not made by ARC."
        )
    if not head.sender:
        raise MailError(
            "The message names no sender; write email into [sender] of arc.toml, and send it anew."
        )
    return Envelope(
        head.sender, address_of(message.to), len(content), not content.isascii(), head.international
    )


def _bare_ends(content: bytes) -> bool:
    """Say whether a CR or an LF stands alone; counted, as a pattern takes fifty times as long."""
    return not content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")


def _stuffed(content: bytes) -> bytes:
    """Return the text with a second dot before each that begins a line (RFC 5321 4.5.2)."""
    return (b"\n" + content).replace(b"\n.", b"\n..")[1:]


def before_the_dot(answer: Reply) -> Outcome:
    """Return what an answer means that came while the server had nothing yet."""
    if answer.code in _BUSY or answer.code in _NO_LOGIN:
        return Outcome(Fate.LATER, str(answer), slow_down=True)
    return Outcome(Fate.REFUSED if answer.code >= 500 else Fate.LATER, str(answer))


def after_the_dot(answer: Reply) -> Outcome:
    """Return what the answer to the dot means; one that is neither yes nor no leaves it open."""
    if answer.code // 100 == 2:
        return Outcome(Fate.SENT, str(answer))
    if answer.code < 400:
        return Outcome(Fate.UNKNOWN, f"The server answered {answer}, which is neither yes nor no.")
    return before_the_dot(answer)


def _still(wire: Wire, envelope: Envelope, patience: Patience) -> Reply:
    """Ask a connection that was kept; it may be closed by now, or not answer any more."""
    wire.patient_for(min(patience.connect, patience.before))
    try:
        return _mail(wire, envelope)
    except OSError:
        return Reply(-1, "")


def _mail(wire: Wire, envelope: Envelope) -> Reply:
    """Say whom the message is from, unless the server has said already that it cannot take such a message."""
    if beyond := _beyond(wire, envelope):
        return beyond
    wanted = {
        f"SIZE={envelope.size}": wire.has_extn("size"),  # RFC 1870
        "BODY=8BITMIME": envelope.eight_bit and wire.has_extn("8bitmime"),  # RFC 6152
        "SMTPUTF8": envelope.international,
    }
    return reply(*wire.mail(envelope.sender, [option for option, given in wanted.items() if given]))


def _beyond(wire: Wire, envelope: Envelope) -> Reply | None:
    most = wire.esmtp_features.get("size", "")
    if most.isdigit() and 0 < int(most) < envelope.size:
        return Reply(552, f"the message has {envelope.size:,} octets, the server takes {int(most):,}")
    if envelope.international and not wire.has_extn("smtputf8"):
        return Reply(553, "an address has letters beyond a to z, which this server does not take")
    return None
