"""A message to a customer, as it is kept until it has gone and after: the values of the outbox.

A message is made once, with the very bytes that will go out, and sent at most once by the machine. Its states:

  queued      waits for its hour, or for another try
  claimed     one sender has taken it; nothing has left yet, so a sender that dies gives it back
  sending     its last byte may be on the wire; a sender that dies here leaves it unknown
  sent        the server took it (or the gateway did)
  drafted     it lies in a folder or in Drafts; a person sends it
  failed      the server refused it for good, or it grew too old: a person looks
  unknown     it may or may not have arrived: only a person says which
  withdrawn   it must not go any more (paid, promised, disputed, opted out); nothing left

RFC 1047 and RFC 5321 4.5.3.2.6 say why `sending` cannot be left by a machine: after the final dot the server may
have the message although its answer is lost.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DRAFTED = "drafted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


S = MessageState
#: Which states may follow a state. What is not listed is refused, whoever asks.
NEXT: Final = {
    S.QUEUED: frozenset({S.CLAIMED, S.WITHDRAWN, S.FAILED, S.QUEUED}),  # queued: tried again at once
    S.CLAIMED: frozenset({S.QUEUED, S.SENDING, S.DRAFTED, S.FAILED, S.WITHDRAWN}),
    S.SENDING: frozenset(
        {S.SENT, S.DRAFTED, S.FAILED, S.UNKNOWN, S.QUEUED}
    ),  # queued: known not to have left
    S.SENT: frozenset[MessageState](),
    S.DRAFTED: frozenset({S.SENT}),  # by a person's word only, who has sent it from there
    S.FAILED: frozenset[MessageState](),
    S.UNKNOWN: frozenset({S.SENT, S.FAILED}),  # by a person's word only; "send again" is a new message
    S.WITHDRAWN: frozenset[MessageState](),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient, frozen when it was queued."""

    id: str  #: 32 hex digits
    key: str  #: what it says to whom: a second message with the same key is not taken
    reminder: str  #: the id of its row on Reminders, or "" for one written by hand
    customer: str
    channel: str  #: of `tabs.CHANNELS`: Email or Text
    to: str  #: one address, or one number in E.164
    stage: str  #: of `tabs.STAGES`, or ""
    invoices: tuple[str, ...]  #: the numbers it speaks of
    currency: str
    amount: int  #: minor units, what it asks for; 0 where it asks for nothing
    content: bytes  #: what goes out: an RFC 5322 message, or a text in UTF-8
    queued: datetime  #: UTC
    not_before: datetime  #: UTC; the customer's quiet hours and business days are over by then
    not_after: datetime  #: UTC; a reminder is stale later

    @property
    def digest(self) -> str:
        """The SHA-256 of what goes out: proves afterwards which bytes they were."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in the outbox, and how far it is."""

    message: Message
    state: MessageState = MessageState.QUEUED
    tries: int = 0  #: how often a sender claimed it
    next_try: datetime | None = None  #: UTC; not claimed before
    owner: str = ""  #: the sender that claimed it
    until: datetime | None = None  #: UTC; when its claim lapses
    said: str = ""  #: what the server said last, or why it was withdrawn, in words
    changed: datetime | None = None  #: UTC; when the state was last changed
