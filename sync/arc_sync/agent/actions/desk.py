"""What carrying out a request needs besides the ledger: the clock, the firm's rules, and the words of messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple, Protocol

from arc_sheets.policy import DEFAULT_POLICY, Policy
from arc_sync.ledger.port import View


class Reason(NamedTuple):
    """Why something cannot be had: one sentence, with the remedy."""

    sentence: str


class Text(NamedTuple):
    """The words of a message, for a person to edit."""

    subject: str  #: "" where the channel has none
    body: str
    to: str = ""  #: whom it would go to; "": the customer's own address or number
    stage: str = ""  #: of `tabs.STAGES`: whose words these are
    invoices: tuple[str, ...] = ()  #: the numbers they speak of


class Draft(NamedTuple):
    """A message as it stands when a person sends it."""

    id: str  #: 32 hex digits; the same request has the same, so the Message-ID may follow from it
    customer: str  #: as the ledger spells it
    channel: str  #: Email or Text
    to: str  #: one address, or one number as people write it
    subject: str  #: one line; "" of a text
    body: str
    stage: str  #: of `tabs.STAGES`, or ""
    invoices: tuple[str, ...]  #: the numbers it speaks of


class Asks(NamedTuple):
    """What a message asks for: it goes only while that is owed, and nothing speaks against it."""

    invoices: tuple[str, ...] = ()  #: their numbers; none: it asks for nothing
    currency: str = ""  #: of the invoices
    amount: int = 0  #: minor units: what they owe, less unapplied credit


class Sealed(NamedTuple):
    """The very bytes that will go out, and when they may."""

    to: str  #: one address, or one number in E.164
    content: bytes  #: an RFC 5322 message, or a text in UTF-8
    not_before: datetime  #: UTC; quiet hours are over by then
    not_after: datetime  #: UTC


class Desk(Protocol):
    """What a request is carried out with. `view` is the ledger as it is inside the change set."""

    @property
    def now(self) -> datetime:
        """Return the moment of carrying out, UTC."""

    @property
    def zone(self) -> tzinfo:
        """Return the firm's wall clock."""

    @property
    def base_currency(self) -> str:
        """Return the currency of a row that says it nowhere else."""

    @property
    def policy(self) -> Policy:
        """Return the reminder policy: here for its words of opting out."""

    def compose(self, view: View, customer: str, stage: str, channel: str) -> Text | Reason:
        """Return the words for a customer (as the ledger spells it), or why there are none.

        A blank stage asks for that which the customer is at.
        """

    def asks(self, view: View, draft: Draft) -> Asks | Reason:
        """Return what a message asks for, or why that must not be asked for: paid, disputed, promised.

        It is what its invoices owe; where it names none but bears a stage, the invoices in its words, else those
        of which that stage speaks now.
        """

    def seal(self, view: View, draft: Draft) -> Sealed | Reason:
        """Return what goes out, or why it must not: no such address, or no way of sending set up."""


@dataclass(frozen=True, slots=True)
class PlainDesk:
    """A desk without templates or mail."""

    now: datetime  #: UTC
    zone: tzinfo
    base_currency: str
    policy: Policy = DEFAULT_POLICY

    def compose(self, view: View, customer: str, stage: str, channel: str) -> Text | Reason:  # noqa: ARG002 (the port's)
        """Return that there are no templates here."""
        return Reason(f"There are no templates here to write to {customer} with; write the message by hand.")

    def asks(self, view: View, draft: Draft) -> Asks | Reason:  # noqa: ARG002 (the port's)
        """Return that it asks for nothing: without a schedule nobody knows what a stage speaks of."""
        return Asks()

    def seal(self, view: View, draft: Draft) -> Sealed | Reason:  # noqa: ARG002 (the port's)
        """Return that nothing is sent from here."""
        return Reason(f"No message to {draft.customer} can be sent from here; send it from the workbook.")
