"""Real mail servers on this machine: aiosmtpd with TLS, and every way in which a server or a line can fail."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import ssl
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, auth_mechanism
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from arc_sync.mail.logins import tls_context

USER, PASSWORD, TOKEN = "receivables@example.com", "pässword", "a-token" * 120
#: Where a conversation can go wrong, in its order.
STAGES = ("connect", "banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "text", "dot", "250")


@dataclass(frozen=True)
class Cut:
    """The line breaks."""


@dataclass(frozen=True)
class Silent:
    """Nothing comes any more; the line stays."""


@dataclass(frozen=True)
class Drip:
    """An answer without end, one octet at a time: no single wait is long."""


@dataclass(frozen=True)
class Answer:
    """This is answered instead."""

    text: str


Fault = Cut | Silent | Drip | Answer


class Arrived(NamedTuple):
    """A message that the server has."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    user: str


@cache
def authority() -> trustme.CA:
    """The one that this test run trusts."""
    return trustme.CA()


@cache
def trusting() -> ssl.SSLContext:
    """The agent's own rules for TLS, with one more authority."""
    context = tls_context()
    authority().configure_trust(context)
    return context


@cache
def certificate(kind: str) -> ssl.SSLContext:
    """What a server shows: "good", or what is wrong with it."""
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)
    name = "elsewhere.example" if kind == "another name" else "localhost"
    issuer = trustme.CA() if kind == "unknown issuer" else authority()
    ends = now - day if kind == "expired" else now + day
    begins = now + day / 2 if kind == "not yet valid" else now - 2 * day
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "self-signed":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "both.pem")
            file.write_bytes(_self_signed())
            context.load_cert_chain(file)
        return context
    issuer.issue_cert(name, not_before=begins, not_after=ends).configure_cert(context)
    return context


def _self_signed() -> bytes:
    """A certificate that only its owner vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    coding, form, hidden = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(coding) + key.private_bytes(coding, form, hidden)


class ThreadedServer:
    """An asyncio server in a thread of its own, from `with` to the end of it."""

    def __init__(
        self, protocol: Callable[[], asyncio.BaseProtocol], tls: ssl.SSLContext | None = None
    ) -> None:
        self.port = 0
        self.lines: list[asyncio.Transport] = []  #: to abort in the end
        self._protocol, self._tls = protocol, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=self._tls)

    async def _end(self) -> None:
        self._server.close()
        for transport in self.lines:
            transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # the transports close


class MailServer(ThreadedServer):
    """An SMTP server: what it took is in `arrived`, and `faults` says at which stage what goes wrong."""

    def __init__(
        self,
        security: str = "starttls",
        *,
        certificate_kind: str = "good",
        logins: Iterable[str] = ("PLAIN", "LOGIN", "XOAUTH2"),
        **settings: Any,
    ) -> None:
        self.faults: dict[str, Fault] = {}
        self.once: dict[str, Fault] = {}  #: the same, for the next time only
        self.arrived: list[Arrived] = []
        self.commands: list[str] = []  #: in the order in which they came, of all connections
        self.broke = threading.Event()  #: a fault has happened
        self.tokens = {TOKEN}
        self.injection = ""
        self.security = security
        tls = None if security == "none" else certificate(certificate_kind)
        late = tls if security == "starttls" else None
        excluded = {"PLAIN", "LOGIN", "XOAUTH2"} - set(logins)
        self._settings: dict[str, Any] = {
            "tls_context": late,
            "require_starttls": late is not None,
            "auth_require_tls": late is not None,
            "authenticator": self._known,
            "auth_exclude_mechanism": excluded,
            "enable_SMTPUTF8": True,
            "hostname": "localhost",
            **settings,
        }
        super().__init__(lambda: _Smtp(self, **self._settings), None if late else tls)

    @property
    def messages(self) -> list[bytes]:
        """The contents of what arrived."""
        return [one.content for one in self.arrived]

    def fault(self, stage: str) -> Fault | None:
        """What goes wrong here this time."""
        return self.once.pop(stage, None) or self.faults.get(stage)

    def _known(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False, auth_data=data)


class _Keeps:
    """The handler: takes every message, and knows one more way to log in."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.original_content or b""
        user = session.auth_data.login.decode() if session.auth_data else ""
        self._server.arrived.append(
            Arrived(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, user)
        )
        if fault := self._server.fault("dot"):
            if isinstance(fault, Answer):
                self._server.arrived.pop()  # it says no, and means it
                return fault.text
            await smtp.fail(fault)  # type: ignore[attr-defined]  # ours
        return "250 2.0.0 Ok: queued as 4F1A2B"

    @auth_mechanism("XOAUTH2")
    async def auth_XOAUTH2(self, smtp: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's
        said = base64.b64decode(args[1]) if args[1:] else await smtp.challenge_auth("")
        if not isinstance(said, bytes):
            return AuthResult(success=False, handled=True)
        user, _, bearer = said.decode().partition("\x01auth=Bearer ")
        token = bearer.removesuffix("\x01\x01")
        if user == f"user={USER}" and token in self._server.tokens:
            return AuthResult(success=True, auth_data=LoginPassword(USER.encode(), token.encode()))
        await smtp.challenge_auth('{"status":"400","schemes":"Bearer"}')  # Google's way to say no
        return AuthResult(
            success=False, message="535 5.7.8 Username and Password not accepted", handled=False
        )


class _Smtp(SMTP):
    """aiosmtpd's protocol, which fails where its server says."""

    line_length_limit = 20_000  # RFC 4954 4: answers of a login may have 12,288 octets

    def __init__(self, server: MailServer, **settings: Any) -> None:
        self._faulty = server
        super().__init__(_Keeps(server), loop=asyncio.get_running_loop(), **settings)
        for name, method in list(self._smtp_methods.items()):
            self._smtp_methods[name] = partial(self._step, name, method)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._faulty.lines.append(transport)
        if "connect" in self._faulty.faults:
            transport.abort()

    async def push(self, status: Any) -> None:
        """Send a reply; with "injection", somebody adds one of his own before TLS begins."""
        injected = isinstance(status, str) and status.startswith("220 Ready") and self._faulty.injection
        await super().push(f"{status}\r\n{self._faulty.injection}" if injected else status)

    async def fail(self, fault: Fault) -> None:
        """Let it happen. But for an answer, the client must end it."""
        transport = self.transport
        assert isinstance(transport, asyncio.Transport)
        if isinstance(fault, Answer):
            await self.push(fault.text)
            self._faulty.broke.set()
            if fault.text.startswith("421"):
                transport.close()
            return
        if isinstance(fault, Cut):
            transport.abort()
        self._faulty.broke.set()
        while isinstance(fault, Drip):
            self._writer.write(b"2")
            await asyncio.sleep(0.01)
        await asyncio.sleep(600)  # until the connection is lost, or the server ends

    async def _handle_client(self) -> None:
        if fault := self._faulty.fault("banner"):
            await self.fail(fault)
            self.transport.close()  # type: ignore[union-attr]  # it is there
            return
        await super()._handle_client()

    async def _step(
        self, name: str, method: Callable[[str | None], Coroutine[Any, Any, None]], arg: str | None
    ) -> None:
        self._faulty.commands.append(name)
        if fault := self._faulty.fault(name):
            await self.fail(fault)
        elif name == "DATA" and (fault := self._faulty.fault("text")):
            await self.push("354 Go on")
            await self._reader.readexactly(10)
            await self.fail(fault)
        else:
            await method(arg)
            if name == "DATA" and self._faulty.fault("250"):
                self._faulty.broke.set()
                self.transport.close()  # type: ignore[union-attr]  # it is there
