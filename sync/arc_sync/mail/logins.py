"""Logging in to a mail server: who, by what, and the SASL answers that say it.

Sources: RFC 4616 (PLAIN); for XOAUTH2 Google's "OAuth 2.0 Mechanism" for Gmail IMAP and SMTP, and Microsoft's
"Authenticate an IMAP, POP or SMTP connection using OAuth", which state the same format.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

OWN_CERTIFICATES: Final = "SSL_CERT_FILE"  #: the variable by which OpenSSL takes a firm's own authority


class Broken(Exception):
    """There is no connection that mail could go through; the text is a sentence that says why and what to do.

    It is about the server or the login, not about one message, so the whole queue waits.
    """


@dataclass(frozen=True, slots=True)
class Login:
    """A mailbox's name and what proves it."""

    user: str
    secret: Callable[[], str] = field(repr=False)  #: the password or an access token; raises `MailError`
    renewed: Callable[[], str] | None = field(default=None, repr=False)
    """Returns a new access token after one was refused, and raises `MailError`; None: it is a password."""

    @property
    def by_token(self) -> bool:
        """Say whether it is XOAUTH2."""
        return self.renewed is not None


@dataclass(frozen=True, slots=True)
class Account:
    """Which server, and who one is there."""

    host: str
    port: int
    security: Literal["tls", "starttls"]
    login: Login | None


def plain(user: str, password: str) -> bytes:
    """Return the answer of SASL PLAIN (RFC 4616)."""
    return f"\0{user}\0{password}".encode()


def xoauth2(user: str, token: str) -> bytes:
    """Return the answer of SASL XOAUTH2: `user=...^Aauth=Bearer ...^A^A`, where ^A is one octet of value 1."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def tls_context() -> ssl.SSLContext:
    """Return the rules for TLS: version 1.2 or newer, the certificate and the host's name are checked."""
    return ssl.create_default_context()


def certificate_trouble(error: ssl.SSLError, host: str, port: int) -> str:
    """Return a sentence about a TLS connection that was not made."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"{host} does not speak TLS on port {port} ({error.reason or 'no reason given'});"
            ' check port and security (usually 465 with "tls", 587 with "starttls").'
        )
    what = _CERTIFICATE.get(error.verify_code, _UNTRUSTED).format(why=error.verify_message)
    return f"The certificate of {host} {what}"


_UNTRUSTED: Final = (
    "is not trusted ({why}), so it may be another server; nothing was sent. If it is your firm's own server, let its"
    f" administrator give you the authority's certificate and name that file in {OWN_CERTIFICATES}."
)
_CERTIFICATE: Final = {  # codes of OpenSSL's X509_V_ERR_*
    9: "is not valid yet; check this computer's date, or tell whoever runs it. Nothing was sent.",
    10: "has expired; tell whoever runs it, or check this computer's date. Nothing was sent.",
    62: "is for another name; write into host the name that the provider gives, not an alias. Nothing was sent.",
    64: "is for another name; write into host the server's name instead of its number. Nothing was sent.",
}
