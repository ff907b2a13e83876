"""What `arc mail login` and `arc mail check` do; the command line only asks and shows."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from arc_sheets.errors import MailError
from arc_sync.mail.logins import Broken, tls_context
from arc_sync.mail.mailers import Ways, account_of, gateway, mail_purpose, need_user, texts_purpose
from arc_sync.mail.mailstore import MailStore, from_wire
from arc_sync.mail.oauth import USUAL, Endpoints, Grant
from arc_sync.mail.safe import Safe
from arc_sync.mail.texts import plugin_for
from arc_sync.mail.wire import Patience, open_wire, reply

_BRIEF: Final = Patience(connect=15, before=30, after=30)  # a person waits
_NOBODY: Final = "+12025550123"  # of the range that is never given to anybody


class Finding(NamedTuple):
    """One sentence about how messages leave."""

    said: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Client:
    """The app that the firm has registered with Google or Microsoft."""

    id: str
    secret: str = field(default="", repr=False)  #: Google's
    tenant: str = "organizations"  #: Microsoft's directory


def ready(ways: Ways, safe: Safe, *, texts: bool = False, in_file: bool = False) -> None:
    """Raise `MailError` where what a person is about to type, or to sign in to, could not be kept."""
    if not texts:
        need_user(ways.mail)
    safe.ready(texts_purpose(ways) if texts else mail_purpose(ways.mail), in_file=in_file)


def keep_password(ways: Ways, safe: Safe, password: str, *, in_file: bool = False) -> str:
    """Keep the mailbox's password; return a sentence that says where. Raises `MailError`."""
    need_user(ways.mail)
    if not password:
        raise MailError("The password is empty; nothing was kept.")
    where = safe.put(mail_purpose(ways.mail), password, in_file=in_file)
    return f"The password of {ways.mail.user} is kept in {where}."


def keep_gateway(ways: Ways, safe: Safe, address: str, *, in_file: bool = False) -> str:
    """Keep the gateway's address for texts; return a sentence that says where. Raises `MailError`."""
    plugin_for(address.strip(), _NOBODY)
    where = safe.put(texts_purpose(ways), address.strip(), in_file=in_file)
    return f"The gateway's address is kept in {where}."


def sign_in(
    ways: Ways,
    safe: Safe,
    client: Client,
    show: Callable[[str], None],
    *,
    in_file: bool = False,
    endpoints: Endpoints = USUAL,
) -> str:
    """Let a person sign in with Google or Microsoft; return a sentence that says where it is kept.

    `show` gets Google's address to open, or Microsoft's sentence with the code to type. Raises `MailError`.
    """
    mail = ways.mail
    if not (mail.user and client.id):
        raise MailError("A sign-in needs user in [mail] of arc.toml, and the client id of your firm's app.")
    if mail.login == "google":
        from arc_sync.mail import oauth_google  # noqa: PLC0415 - its libraries are large

        wanted = Grant("google", client.id, client.secret, "", oauth_google.SCOPE)
        grant = oauth_google.sign_in(wanted, mail.user, show, endpoints)
    elif mail.login == "microsoft":
        from arc_sync.mail import oauth_microsoft  # noqa: PLC0415 - its libraries are large

        scope = oauth_microsoft.SCOPES["smtp" if mail.how == "smtp" else "imap-drafts"]
        grant = oauth_microsoft.sign_in(
            Grant("microsoft", client.id, "", client.tenant, scope), show, endpoints
        )
    else:
        raise MailError(
            f'login in [mail] of arc.toml is "{mail.login}"; a sign-in needs "google" or "microsoft".'
        )
    where = safe.put(mail_purpose(mail), grant.as_text(), in_file=in_file)
    return f"The sign-in of {mail.user} is kept in {where}."


def check(
    ways: Ways,
    sender: str,
    safe: Safe,
    context: ssl.SSLContext | None = None,
    endpoints: Endpoints = USUAL,
) -> Iterator[Finding]:
    """Say in sentences what works and what is missing, for `arc mail check`. It logs in; it sends nothing.

    `sender` is the address that customers see, or "".
    """
    looks = {"drafts": _folder, "smtp": _smtp, "imap-drafts": _imap}
    door = _Door(ways, sender, safe, context or tls_context(), endpoints)
    for look in (looks[ways.mail.how], _texts):
        try:
            yield Finding(look(door), ok=True)
        except (Broken, MailError) as error:
            yield Finding(str(error), ok=False)


class _Door(NamedTuple):
    """What is looked at."""

    ways: Ways
    sender: str
    safe: Safe
    context: ssl.SSLContext
    endpoints: Endpoints


def _folder(door: _Door) -> str:
    folder = door.ways.mail.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise MailError(
            f"The folder {folder} cannot be written ({error.strerror}); allow it, or set folder in [mail]."
        ) from None
    more = "" if door.sender else " They name no sender until email stands in [sender] of arc.toml."
    return f"Emails become drafts in {folder}; a person opens and sends them.{more}"


def _smtp(door: _Door) -> str:
    host, sender = door.ways.mail.host, door.sender
    if not sender:
        raise MailError("[sender] in arc.toml has no email; write the address that customers are to answer.")
    wire = open_wire(account_of(door.ways.mail, door.safe, door.endpoints), door.context, _BRIEF)
    try:
        answer = reply(*wire.mail(sender))  # and no more: nothing is sent
    except OSError as error:
        raise Broken(f"{host} broke off when it was asked whether it sends for {sender} ({error}).") from None
    finally:
        wire.close()
    if answer.code != 250:
        raise Broken(
            f"{host} does not send for {sender} ({answer}); write an address of this mailbox into email of [sender],"
            " or let its administrator allow this one."
        )
    return f"{host} takes the login{_of(door)} over verified TLS, and sends for {sender}."


def _imap(door: _Door) -> str:
    mail = door.ways.mail
    store = MailStore(account_of(mail, door.safe, door.endpoints), door.context, _BRIEF.before)
    try:
        folder = from_wire(store.folder(mail.drafts, r"\Drafts"))
    finally:
        store.close()
    return f"{mail.host} takes the login{_of(door)} over verified TLS; drafts are put into {folder}."


def _texts(door: _Door) -> str:
    if not door.ways.texts:
        return f"Texts become drafts in {door.ways.mail.folder}; no gateway is set."
    address = gateway(door.ways, door.safe)
    plugin_for(address, _NOBODY)
    kind = address.partition(":")[0]
    return f"Texts go through {kind}; whether its account is in order shows with the first one."


def _of(door: _Door) -> str:
    return f" of {door.ways.mail.user}" if door.ways.mail.login != "none" else ""
