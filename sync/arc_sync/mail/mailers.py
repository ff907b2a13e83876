"""From the settings to the mailer of a channel, and to the logins that it needs."""

from __future__ import annotations

import ssl
from typing import Final, Protocol

from arc_sheets.errors import MailError
from arc_sync.mail.drafts import DraftFolder
from arc_sync.mail.imap import ImapDrafts
from arc_sync.mail.logins import Account, Login, tls_context
from arc_sync.mail.oauth import USUAL, Endpoints, Tokens
from arc_sync.mail.port import Mailer
from arc_sync.mail.safe import Safe
from arc_sync.mail.settings import MailSettings
from arc_sync.mail.smtp import SmtpMailer
from arc_sync.mail.texts import TextGateway

#: IMAP servers of providers whose SMTP server's name does not tell theirs.
_IMAP: Final = {
    "smtp.office365.com": "outlook.office365.com",
    "smtp-mail.outlook.com": "outlook.office365.com",
}


class Ways(Protocol):
    """What of the settings says how messages leave; `agent.config.Config` has it."""

    @property
    def company(self) -> str:
        """Return the firm's name."""

    @property
    def mail(self) -> MailSettings:
        """Return how email leaves."""

    @property
    def texts(self) -> bool:
        """Say whether texts go through a gateway."""


def open_mailer(
    ways: Ways,
    channel: str,
    safe: Safe | None = None,
    context: ssl.SSLContext | None = None,
    endpoints: Endpoints = USUAL,
) -> Mailer:
    """Return the mailer of a channel, Email or Text; nothing is connected or asked for yet.

    Without a server or a gateway it is the folder of drafts. Raises `MailError` for a channel that only a person
    can use.
    """
    safe = safe or Safe.of_this_user()
    if channel == "Text":
        return TextGateway(lambda: gateway(ways, safe)) if ways.texts else DraftFolder(ways.mail.folder)
    if channel != "Email":
        raise MailError(f"{channel} is nothing that ARC can send; a person does it.")
    if ways.mail.how == "drafts":
        return DraftFolder(ways.mail.folder)
    account = account_of(ways.mail, safe, endpoints)
    if ways.mail.how == "smtp":
        return SmtpMailer(account, context or tls_context())
    return ImapDrafts(account, ways.mail.drafts, context or tls_context())


def account_of(mail: MailSettings, safe: Safe, endpoints: Endpoints = USUAL) -> Account:
    """Return the server of the settings, and who one is there."""
    return Account(mail.host, mail.port, mail.security, login_of(mail, safe, endpoints))


def sent_account(mail: MailSettings, safe: Safe, endpoints: Endpoints = USUAL) -> Account:
    """Return the IMAP server where a message that went by SMTP may be seen in Sent (see `imap.was_sent`)."""
    if mail.how == "imap-drafts":
        return account_of(mail, safe, endpoints)
    name, _, domain = mail.host.partition(".")
    host = _IMAP.get(mail.host, f"imap.{domain}" if name == "smtp" else mail.host)
    return Account(host, 993, "tls", login_of(mail, safe, endpoints))


def login_of(mail: MailSettings, safe: Safe, endpoints: Endpoints = USUAL) -> Login | None:
    """Return who one is at the server; None where it wants no login."""
    if mail.login == "none":
        return None
    if mail.login == "password":
        return Login(mail.user, lambda: _password(mail, safe))
    tokens = Tokens(safe, mail_purpose(mail), endpoints)
    return Login(mail.user, lambda: _token(mail, tokens), tokens.renewed)


def gateway(ways: Ways, safe: Safe) -> str:
    """Return the gateway's address; raises `MailError` if nobody has given it."""
    if address := safe.get(texts_purpose(ways)):
        return address
    raise MailError("The gateway's address is not known yet; run `arc mail login --texts`.")


def mail_purpose(mail: MailSettings) -> str:
    """Return the name under which the safe has the mailbox's password or sign-in."""
    return f"mail {mail.user}"


def texts_purpose(ways: Ways) -> str:
    """Return the name under which the safe has the gateway's address."""
    return f"texts {ways.company}"


def need_user(mail: MailSettings) -> None:
    """Raise `MailError` where the settings do not say who one is at the server."""
    if not mail.user:
        raise MailError(
            "[mail] in arc.toml has no user; write the mailbox's login name there, then run `arc mail login`."
        )


def _token(mail: MailSettings, tokens: Tokens) -> str:
    need_user(mail)
    return tokens.current()


def _password(mail: MailSettings, safe: Safe) -> str:
    need_user(mail)
    if password := safe.get(mail_purpose(mail)):
        return password
    raise MailError(f"The password of {mail.user} is not known yet; run `arc mail login`.")
