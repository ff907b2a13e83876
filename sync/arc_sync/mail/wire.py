"""One connection to an SMTP server: encrypted and verified, logged in, and never waited for without end."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import time
from typing import Any, Final, NamedTuple

from arc_sheets.errors import MailError
from arc_sync.mail.headers import one_line
from arc_sync.mail.logins import Account, Broken, Login, certificate_trouble, plain, xoauth2

_REPLY: Final = 64 * 1024  # octets of one reply, with all its lines: a server that says more is none
_COMMAND: Final = 512  # RFC 5321 4.5.3.1.4


class Patience(NamedTuple):
    """How long is waited, in seconds. RFC 5321 4.5.3.2 asks for 5 minutes a command and 10 after the dot."""

    connect: float = 30.0
    before: float = 300.0  #: for all until the final dot: giving up there is safe
    after: float = 600.0  #: for the answer to the dot: giving up there leaves a question

    @property
    def longest(self) -> float:
        """How long one message may take at most (a little more where a host has many addresses)."""
        return 2 * self.connect + self.before + self.after


USUAL: Final = Patience()


class Reply(NamedTuple):
    """What the server answered: a code of three digits (-1: it made no sense) and its text."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}" if self.code > 0 else f'"{self.text}"'


def reply(code: int, text: bytes) -> Reply:
    """Return a reply as it may be shown: one line, not endless."""
    return Reply(code if 200 <= code < 600 else -1, one_line(text.decode("utf-8", "replace"))[:200])


class Wire(smtplib.SMTP):
    """`smtplib.SMTP` with a deadline for all that is read and written, whatever the pace of the other side."""

    def __init__(self, host: str, port: int, patience: Patience, **more: Any) -> None:
        self._unread = b""
        self.patient_for(patience.before)
        # the name of this machine is nobody's business, and asking for it can take a minute
        super().__init__(host, port, local_hostname="[127.0.0.1]", timeout=patience.connect, **more)
        if self.sock:  # the dot must not wait until the text before it is acknowledged
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def patient_for(self, seconds: float) -> None:
        """Set the deadline anew."""
        self._deadline = time.monotonic() + seconds

    def ask(self, command: str, argument: str = "") -> Reply:
        """Send one command and return the reply."""
        return reply(*self.docmd(command, argument))

    def send(self, s: Any) -> None:
        """Send; raises `smtplib.SMTPServerDisconnected`.

        A server that spoke before it was asked is out of step, or somebody spoke for it before TLS (RFC 3207 6):
        its words must not pass for the answer.
        """
        if self._unread:
            raise self._cut("it answered before it was asked")
        self._bound()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply of one or many lines; raises `smtplib.SMTPServerDisconnected`."""
        lines: list[bytes] = []
        while sum(map(len, lines)) < _REPLY:
            line = self._line()
            if not re.match(rb"\d{3}(?!\d)", line):
                return -1, line
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise self._cut("its reply has no end")

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > _REPLY:
                raise self._cut("its reply has no end")
            self._unread += self._received()
        line, _, self._unread = self._unread.partition(b"\n")
        return line.rstrip(b"\r")

    def _received(self) -> bytes:
        try:
            got = self._bound().recv(8192)
        except TimeoutError:
            raise self._cut("it did not answer in time") from None
        except OSError as error:
            raise self._cut(error.strerror or "the connection broke") from None
        if not got:
            raise self._cut("it closed the connection")
        return got

    def _bound(self) -> socket.socket:
        """Return the socket, which now waits until the deadline at most."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("it closed the connection")
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._cut("it did not answer in time")
        self.sock.settimeout(left)
        return self.sock

    def _cut(self, why: str) -> smtplib.SMTPServerDisconnected:
        self.close()
        return smtplib.SMTPServerDisconnected(why)


class _TlsWire(Wire, smtplib.SMTP_SSL):
    """The same, with TLS from the first octet (RFC 8314)."""


def open_wire(account: Account, context: ssl.SSLContext, patience: Patience) -> Wire:
    """Return a connection over which mail may be offered; raises `Broken`."""
    try:
        wire = _connected(account, context, patience)
    except OSError as error:  # which is also what smtplib and ssl raise
        raise Broken(trouble(error, account)) from None
    try:
        if account.security == "starttls":
            wire.starttls(context=context)
        wire.ehlo_or_helo_if_needed()
        if account.login:
            _log_in(wire, account.login)
    except BaseException as error:
        wire.close()
        if isinstance(error, OSError):
            raise Broken(trouble(error, account)) from None
        if isinstance(error, MailError):  # there is no password, or no token to be had
            raise Broken(str(error)) from None
        raise
    return wire


def trouble(error: OSError, account: Account) -> str:
    """Return a sentence about a connection that was not made or broke."""
    host, port = account.host, account.port
    match error:
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            what = f"The connection to {host} broke while it was being encrypted."
        case ssl.SSLError():
            what = certificate_trouble(error, host, port)
        case smtplib.SMTPNotSupportedError():
            what = f"{host} offers no encryption on port {port}; nothing was sent. Check port and security."
        case smtplib.SMTPResponseException():
            answer = reply(error.smtp_code, _bytes(error.smtp_error))
            what = f"{host} does not want to talk now ({answer})."
        case smtplib.SMTPServerDisconnected():
            what = f"The connection to {host} broke: {error}."
        case socket.gaierror():
            what = f"There is no server {host}, or no network; check host, then the network."
        case TimeoutError():
            what = f"{host} does not answer on port {port}; check host and port, then the network."
        case _:
            why = error.strerror or error
            what = f"{host} cannot be reached on port {port} ({why}); check host and port."
    return what


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _connected(account: Account, context: ssl.SSLContext, patience: Patience) -> Wire:
    if account.security == "tls":
        return _TlsWire(account.host, account.port, patience, context=context)
    return Wire(account.host, account.port, patience)


def _log_in(wire: Wire, login: Login) -> None:
    """Say who we are; a token that is refused is renewed once."""
    answer = _said_who(wire, login, login.secret())
    if answer.code == 535 and login.renewed:
        answer = _said_who(wire, login, login.renewed())
    if answer.code not in {235, 503}:  # 503: it knows already
        raise Broken(_refused(answer, login))


def _refused(answer: Reply, login: Login) -> str:
    if 400 <= answer.code < 500:
        return f"The mail server cannot check the login of {login.user} now ({answer})."
    if login.by_token:
        return (
            f"The mail server refuses {login.user} ({answer}); run `arc mail login` again, and let the mailbox's"
            " administrator allow SMTP AUTH for it."
        )
    return f"The mail server refuses the password of {login.user} ({answer}); run `arc mail login`."


def _said_who(wire: Wire, login: Login, secret: str) -> Reply:
    offered = wire.esmtp_features.get("auth", "").upper().split()
    if login.by_token and "XOAUTH2" in offered:
        answer = _respond(wire, "XOAUTH2", xoauth2(login.user, secret))
        # 334 is a refusal, with reasons in JSON; an empty line asks for its code
        return wire.ask("") if answer.code == 334 else answer
    if not login.by_token and "PLAIN" in offered:
        return _respond(wire, "PLAIN", plain(login.user, secret))
    if not login.by_token and "LOGIN" in offered:
        answer = _respond(wire, "LOGIN", login.user.encode())
        return wire.ask(_base64(secret.encode())) if answer.code == 334 else answer
    how = "Google's or Microsoft's sign-in" if login.by_token else "password"
    offers = ", ".join(offered) or "none at all"
    raise Broken(f"The mail server takes no login by {how} (it offers {offers}); correct login in [mail].")


def _respond(wire: Wire, mechanism: str, response: bytes) -> Reply:
    """Say the first answer with the command, or after it where the line would be too long (RFC 4954 4)."""
    first = _base64(response)
    if len(mechanism) + len(first) + 8 <= _COMMAND:
        return wire.ask("AUTH", f"{mechanism} {first}")
    answer = wire.ask("AUTH", mechanism)
    return wire.ask(first) if answer.code == 334 else answer


def _base64(text: bytes) -> str:
    return base64.b64encode(text).decode("ascii")
