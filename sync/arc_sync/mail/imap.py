"""Drafts in the mailbox itself, and a look into Sent for a message whose fate is unknown.

Before a draft is put down it is looked for by its Message-ID, so it lies there once, even if an earlier try was cut
off in the middle.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from arc_sheets.errors import MailError
from arc_sheets.message import Message
from arc_sync.mail.compose import head_of
from arc_sync.mail.drafts import check_recipient
from arc_sync.mail.logins import Account, Broken, tls_context
from arc_sync.mail.mailstore import MailStore, Refused
from arc_sync.mail.port import Fate, Outcome

WAIT: Final = 60.0  #: seconds for one answer


@dataclass(slots=True)
class ImapDrafts:
    """A `Mailer` that puts drafts into a mailbox; it keeps its connection and renews it when it has gone stale."""

    account: Account
    drafts: str  #: the folder; where there is none of that name, the one that the server marks as its drafts
    context: ssl.SSLContext = field(default_factory=tls_context)
    wait: float = WAIT
    _store: MailStore | None = None
    _folder: str = ""

    @property
    def name(self) -> str:
        """Return what people call it."""
        return f"{self.drafts} at {self.account.host}"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        """Put the draft into the mailbox, unless it lies there already."""
        try:
            check_recipient(message)
            message_id = head_of(message.content).message_id
            store, there = self._looked(message_id)
        except MailError as error:
            return Outcome(Fate.REFUSED, str(error))
        except Broken as error:
            return Outcome(Fate.LATER, str(error), slow_down=True)
        if there:
            return Outcome(Fate.DRAFTED, f"it was in {self.name} already")
        about_to()
        try:
            return self._put(store, message, message_id)
        except BaseException:  # in the middle of a text the line is no use for another
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        if self._store:
            self._store.close()
            self._store = None

    def _looked(self, message_id: str) -> tuple[MailStore, bool]:
        """Return a connection and whether the draft is there; one kept from before is renewed once."""
        if self._store:
            try:
                return self._store, self._store.has(self._folder, message_id)
            except Broken:
                self.close()
        self._store = MailStore(self.account, self.context, self.wait)
        try:
            self._folder = self._store.folder(self.drafts, r"\Drafts")
            return self._store, self._store.has(self._folder, message_id)
        except BaseException:
            self.close()
            raise

    def _put(self, store: MailStore, message: Message, message_id: str) -> Outcome:
        try:
            store.append(self._folder, message.content, r"(\Draft \Seen)", message.queued)
        except Refused as error:
            return Outcome(
                Fate.LATER, f"{self.account.host} does not take the draft: {error}", slow_down=True
            )
        except Broken as error:
            self.close()
            return self._found_after_all(message_id, error)
        return Outcome(Fate.DRAFTED, f"in {self.name}")

    def _found_after_all(self, message_id: str, error: Broken) -> Outcome:
        """Look whether the draft came through; where it is not seen, it may still be on its way."""
        try:
            _, there = self._looked(message_id)
        except Broken:
            there = False
        if there:
            return Outcome(Fate.DRAFTED, f"in {self.name}")
        return Outcome(Fate.UNKNOWN, f"{error} The draft may have arrived; look into {self.name}.")


def was_sent(
    account: Account, message_id: str, context: ssl.SSLContext | None = None, wait: float = WAIT
) -> bool:
    r"""Say whether the mailbox's \Sent folder has the message. Raises `MailError` where it cannot be asked.

    True proves that it went. False proves nothing: many servers keep no copy there of what came by SMTP, and some
    give it a Message-ID of their own.
    """
    try:
        store = MailStore(account, context or tls_context(), wait)
        try:
            return store.has(store.folder("Sent", r"\Sent"), message_id)
        finally:
            store.close()
    except Broken as error:
        raise MailError(str(error)) from None
