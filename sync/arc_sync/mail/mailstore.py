"""A mail store over IMAP: logged in, its folders found, a message looked for by its Message-ID."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from arc_sheets.errors import MailError
from arc_sync.mail.headers import one_line
from arc_sync.mail.logins import Account, Broken, Login, certificate_trouble, plain, xoauth2

_LISTED: Final = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)
_ID: Final = re.compile(r'<[^\s"\\<>]+>')


class Refused(Exception):
    """The server said no: nothing was taken. The text is its own."""


class MailStore:
    """One connection, encrypted and verified. Its methods raise `Broken`, after which it is of no more use."""

    def __init__(self, account: Account, context: ssl.SSLContext, wait: float) -> None:
        self._account = account
        with self._telling():
            self._line = _connected(account, context, wait)
        try:
            with self._telling():
                # imaplib sends in pieces, and none should wait for the last to be acknowledged
                self._line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if account.security == "starttls":
                    self._line.starttls(context)
                if account.login:
                    _log_in(self._line, account.login)
        except BaseException:
            self.close()
            raise

    def folder(self, name: str, special: str) -> str:
        r"""Return a folder as it goes over the line: of this name, or else the one marked so (RFC 6154: \Drafts).

        Raises `Broken` with the names that there are.
        """
        with self._telling():
            listed = self._listed('""')
            marked = self._listed('(SPECIAL-USE) ""') if "SPECIAL-USE" in self._line.capabilities else listed
        wanted = to_wire(name)
        if wanted in (folder for _, folder in listed):
            return wanted
        if found := next((folder for flags, folder in marked if special.lower() in flags), ""):
            return found
        there = ", ".join(from_wire(folder) for _, folder in listed[:20])
        raise Broken(
            f"There is no mailbox {name} at {self._account.host} (there are: {there}); correct drafts in [mail]."
        )

    def has(self, folder: str, message_id: str) -> bool:
        """Say whether a folder has a message with this Message-ID now; raises `MailError` if it is none."""
        if not _ID.fullmatch(message_id):
            raise MailError(f"{one_line(message_id)[:80]} is no Message-ID that a server could look for.")
        with self._telling():
            _fine(self._line.select(folder, readonly=True))
            found = _fine(self._line.search(None, "HEADER", "Message-ID", f'"{message_id}"'))
        return any(line and line.split() for line in found)

    def append(self, folder: str, content: bytes, flags: str, date: datetime) -> None:
        """Put a message into a folder, received at `date` (with its zone); raises `Refused` for a no."""
        with self._telling():
            try:
                kind, data = self._line.append(folder, flags, date, content)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:  # BAD
                raise Refused(one_line(str(error))) from None
        if kind != "OK":
            raise Refused(_text(data))

    def close(self) -> None:
        """Say goodbye, if the server still listens."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._line.sock.settimeout(2)
            self._line.logout()
        with contextlib.suppress(OSError):
            self._line.shutdown()

    def _listed(self, reference: str) -> list[tuple[set[str], str]]:
        """Return the folders with their marks; a line that is none is passed over."""
        lines = (_joined(item) for item in _fine(self._line.list(reference, "*")) if item)
        found = filter(None, map(_LISTED.fullmatch, lines))
        return [
            (set(m["flags"].decode("ascii", "replace").lower().split()), _quoted(m["name"])) for m in found
        ]

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what breaks into a sentence."""
        account = self._account
        try:
            yield
        except ssl.SSLEOFError:
            raise Broken(f"The connection to {account.host} broke while it was being encrypted.") from None
        except ssl.SSLError as error:
            raise Broken(certificate_trouble(error, account.host, account.port)) from None
        except socket.gaierror:
            raise Broken(
                f"There is no server {account.host}, or no network; check host, then the network."
            ) from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise Broken(f"The connection to {account.host} failed ({one_line(str(error))[:200]}).") from None
        except MailError as error:
            raise Broken(str(error)) from None


def to_wire(name: str) -> str:
    """Return a folder's name as it is sent: in modified UTF-7 (RFC 3501 5.1.3), quoted."""
    parts = re.split(r"([^\x20-\x7e]+)", name.replace("&", "&-"))
    parts[1::2] = [f"&{_utf7(part)}-" for part in parts[1::2]]
    return '"{}"'.format("".join(parts).replace("\\", "\\\\").replace('"', '\\"'))


def from_wire(name: str) -> str:
    """Return a folder's name as people read it."""
    plain_name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return re.sub(r"&([^-]*)-", lambda m: _from_utf7(m[1]) if m[1] else "&", plain_name)


def _utf7(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",")


def _from_utf7(text: str) -> str:
    coded = text.replace(",", "/")
    return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be", "replace")


def _quoted(name: bytes) -> str:
    """Return a listed name, which may be an atom, in quotation marks."""
    text = name.decode("ascii", "replace")
    return text if text.startswith('"') else f'"{text}"'


def _joined(item: bytes | tuple[bytes, bytes]) -> bytes:
    """Return a line of a list; a name that came as a literal follows its head."""
    if isinstance(item, bytes):
        return item
    escaped = item[1].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return re.sub(rb"\{\d+\}$", b"", item[0]) + b'"' + escaped + b'"'


def _fine(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    """Return the data of a yes; its items are bytes, pairs of them, or None."""
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(_text(data))
    return data


def _text(data: Sequence[Any]) -> str:
    return one_line(b" ".join(part for part in data if part).decode("utf-8", "replace"))[:200]


def _connected(account: Account, context: ssl.SSLContext, wait: float) -> imaplib.IMAP4:
    if account.security == "tls":
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=wait)
    return imaplib.IMAP4(account.host, account.port, timeout=wait)


def _log_in(line: imaplib.IMAP4, login: Login) -> None:
    """Say who we are; a token that is refused is renewed once."""
    try:
        _say_who(line, login, login.secret)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if not login.renewed:
            raise Broken(_refused(login, error)) from None
        try:
            _say_who(line, login, login.renewed)
        except imaplib.IMAP4.error as second:
            raise Broken(_refused(login, second)) from None


def _say_who(line: imaplib.IMAP4, login: Login, secret: Callable[[], str]) -> None:
    """Log in; raises imaplib's error where the server refuses."""
    if login.by_token:
        answers = iter(
            [xoauth2(login.user, secret())]
        )  # after it only a refusal asks for more: an empty line
        line.authenticate("XOAUTH2", lambda _asked: next(answers, b""))
    else:
        line.authenticate("PLAIN", lambda _asked: plain(login.user, secret()))


def _refused(login: Login, error: imaplib.IMAP4.error) -> str:
    what = "sign-in" if login.by_token else "password"
    return (
        f"The mail server refuses the {what} of {login.user} ({one_line(str(error))[:200]}); run `arc mail login`,"
        " and let the mailbox's administrator allow IMAP for it."
    )
