"""What may be asked for: one model a kind of request, and what is wrong with one in a sentence.

A field is named as the column it fills. Amounts are in major units, as typed: `carry` counts them in the
currency of their row. Dates are read as the workbook's are, texts are held to one line where a cell is.
A blank field is one that was not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from arc_sheets.cells import PLAIN, Reading
from arc_sync.agent.actions.faults import sentence_of
from arc_sync.agent.actions.fields import (
    Amount,
    Channel,
    Currency,
    Customer,
    Day,
    Direction,
    Dispute,
    Every,
    Invoice,
    Invoices,
    Line,
    Moment,
    Note,
    NotTaken,
    PaymentType,
    Reason,
    Stage,
    Wall,
    Whole,
)


class Refused(NamedTuple):
    """Why a request is not carried out: one sentence, with the remedy."""

    sentence: str


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    request: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", title="number of the request")]
    who: Annotated[Line, Field(title="name of whoever asks")]
    when: Moment  #: UTC, when it was asked for
    source: Annotated[
        Literal["command", "form", "ribbon", "menu"], Field(title="place that the request comes from")
    ]


class OpenAccount(_Request):
    """Show the Details of a customer on Account."""

    action: Literal["open_account"]
    customer: Customer


class LogTouch(_Request):
    """Put a touch on record. Without `happened` it was when the request was made."""

    action: Literal["log_call", "log_text", "log_email", "log_letter", "log_meeting", "log_note"]
    customer: Customer
    contact: Annotated[Line | None, Field(title="person")] = None  #: with whom
    direction: Direction | None = None
    invoices: Invoices | None = None
    outcome: Annotated[Note | None, Field(title="outcome")] = None
    reason: Reason | None = None
    notes: Annotated[Note | None, Field(title="notes")] = None
    next_step: Annotated[Line | None, Field(title="next step")] = None
    next_on: Annotated[Day | None, Field(title="date of the next step")] = None
    happened: Wall | None = None  #: the firm's wall clock

    @property
    def channel(self) -> str:
        """Return the channel, as Activity calls it."""
        return self.action.removeprefix("log_").capitalize()


class TakePromise(_Request):
    """Take a promise to pay. Without an amount it is for all that the invoices, or the customer, owe."""

    action: Literal["take_promise"]
    customer: Customer | None = None  #: needed where no invoice is named
    invoices: Invoices | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    date: Day


class AgreePlan(_Request):
    """Agree instalments: `count` of them, of `each`, or together `total`; without both, all that is owed."""

    action: Literal["agree_plan"]
    customer: Customer | None = None  #: needed where no invoice is named
    invoices: Invoices | None = None
    total: Annotated[Amount | None, Field(title="total")] = None
    each: Annotated[Amount | None, Field(title="amount of each instalment")] = None
    currency: Currency | None = None
    first: Annotated[Day, Field(title="date of the first instalment")]
    every: Every
    count: Annotated[Whole, Field(ge=2, le=120, title="number of instalments")]

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if self.total is not None and self.each is not None:
            raise NotTaken("A plan has a total or an amount for each instalment", "give one of them")
        return self


class ExtendDue(_Request):
    """Give an invoice a later due date."""

    action: Literal["extend_due"]
    invoice: Invoice
    date: Day


class RaiseDispute(_Request):
    """Put on record that an invoice is contested, wholly or by an amount."""

    action: Literal["raise_dispute"]
    invoice: Invoice
    amount: Amount | None = None
    reason: Dispute | None = None
    owner: Annotated[Line | None, Field(title="owner")] = None


class ResolveDispute(_Request):
    """Settle the open disputes of an invoice."""

    action: Literal["resolve_dispute"]
    invoice: Invoice
    resolution: Annotated[Note | None, Field(title="resolution")] = None


class HoldReminders(_Request):
    """Hold back the reminders of invoices, or of all open ones of a customer; or let them go again."""

    action: Literal["hold_reminders", "release_reminders"]
    customer: Customer | None = None
    invoices: Invoices | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.customer is None and self.invoices is None:
            raise NotTaken("Reminders are held for an invoice or a customer", "name one of them")
        return self


class RecordPayment(_Request):
    """Record money in, a credit note, a write-off or a refund. Without a date it came on the day of the request."""

    action: Literal["record_payment"]
    customer: Customer | None = None  #: needed where `applied_to` names no invoice
    amount: Amount
    currency: Currency | None = None
    date: Day | None = None
    type: PaymentType | None = None
    method: Annotated[Line | None, Field(title="method")] = None
    reference: Annotated[Line | None, Field(title="reference")] = None
    applied_to: Annotated[Invoices | None, Field(title="list of invoices")] = None
    #: Invoices that are not there are no reason to refuse: the money meant for them is not applied.
    leave_unapplied: Annotated[bool, Field(title="word to leave it unapplied")] = False


class ComposeMessage(_Request):
    """Fill in a template for a person to edit; nothing is kept."""

    action: Literal["compose_message"]
    customer: Customer
    channel: Channel
    stage: Stage | None = None  #: without one, the stage that the customer is at


class SendMessage(_Request):
    """Queue a message as it stands. Without `to` it goes to the customer's own address or number."""

    action: Literal["send_message"]
    customer: Customer
    channel: Annotated[Literal["Email", "Text"], Field(title="channel")]
    to: Annotated[Line | None, Field(title="address")] = None
    subject: Annotated[Line | None, Field(title="subject")] = None
    body: Annotated[Note, Field(title="message")]
    stage: Stage | None = None
    invoices: Invoices | None = None

    @model_validator(mode="after")
    def _subject_of_an_email(self) -> Self:
        if self.channel == "Email" and self.subject is None:
            raise NotTaken("An email needs a subject", "fill it in")
        return self


class Refresh(_Request):
    """Ask for a round: that is all there is to do."""

    action: Literal["refresh_aging", "refresh_kpis", "sync_now"]


Request: TypeAlias = (
    OpenAccount
    | LogTouch
    | TakePromise
    | AgreePlan
    | ExtendDue
    | RaiseDispute
    | ResolveDispute
    | HoldReminders
    | RecordPayment
    | ComposeMessage
    | SendMessage
    | Refresh
)

#: Every action by the name that a request gives it, and what it does in the words of the history.
ACTIONS: Final = {
    "open_account": "Account opened",
    "log_call": "Call logged",
    "log_text": "Text logged",
    "log_email": "Email logged",
    "log_letter": "Letter logged",
    "log_meeting": "Meeting logged",
    "log_note": "Note logged",
    "take_promise": "Promise taken",
    "agree_plan": "Payment plan agreed",
    "extend_due": "Due date extended",
    "raise_dispute": "Dispute raised",
    "resolve_dispute": "Dispute resolved",
    "hold_reminders": "Reminders held",
    "release_reminders": "Reminders released",
    "record_payment": "Payment recorded",
    "compose_message": "Message composed",
    "send_message": "Message queued",
    "refresh_aging": "Aging refreshed",
    "refresh_kpis": "KPIs refreshed",
    "sync_now": "Round asked for",
}

_MODELS: Final[tuple[type[_Request], ...]] = get_args(Request)
_BY_ACTION: Final[Mapping[str, type[_Request]]] = {
    action: model for model in _MODELS for action in get_args(model.model_fields["action"].annotation)
}
_REQUEST: Final[TypeAdapter[Request]] = TypeAdapter(Annotated[Request, Field(discriminator="action")])


def parse(told: Mapping[str, Any], reading: Reading = PLAIN) -> Request | Refused:
    """Return the request that these fields make, or what is wrong with the first that is.

    `reading` says how typed dates are read. An amount is text, int or Decimal; a float counts as it is shown.
    """
    given = {name: value for name, value in told.items() if not _blank(value)}
    try:
        return _REQUEST.validate_python(given, context=reading)
    except ValidationError as error:
        return Refused(sentence_of(error.errors()[0], tuple(ACTIONS), _title))


def _title(action: str, name: str) -> str:
    return _BY_ACTION[action].model_fields[name].title or name


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())
