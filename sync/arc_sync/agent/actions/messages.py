"""Messages written by a person: composed from a template, edited, and queued as they stand.

The touch is put on Activity when the message has gone, by whoever sends what is queued.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Final

from arc_sheets import tabs
from arc_sheets.message import Message
from arc_sheets.routes import Person
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.desk import Asks, Desk, Draft, Reason, Sealed
from arc_sync.agent.actions.finding import Cannot, Finder, Record
from arc_sync.agent.actions.requests import ComposeMessage, SendMessage
from arc_sync.agent.actions.touches import is_stopped, was_written_to
from arc_sync.agent.actions.work import Work, on
from arc_sync.ledger.port import View

#: Where a customer's row says how to reach it, by channel.
_COLUMN: Final = {"Email": "email", "Text": "phone"}
_ADDRESS: Final = {"email": "email address", "phone": "phone number"}


def compose(view: View, request: ComposeMessage, desk: Desk) -> Answer:
    """Answer with subject and body for a person to edit; nothing is kept."""
    customer = Finder(view).customer(request.customer)
    name = customer.text("name")
    text = desk.compose(view, name, request.stage or "", request.channel)
    if isinstance(text, Reason):
        raise Cannot(text.sentence)
    to = text.to or customer.values.get(_COLUMN.get(request.channel, ""), "") or ""
    shown = {"subject": text.subject, "body": text.body, "to": str(to), "stage": text.stage}
    shown["invoices"] = "; ".join(text.invoices)
    said = f"The {_word(request.channel)} to {name} is composed; edit it, then send it."
    return Answer(done=True, sentence=said, shown=shown)


def send(work: Work, request: SendMessage) -> Answer:
    """Queue a message as it stands; the same words go to the same address once a day."""
    customer, invoices = work.parties(request.customer, request.invoices or "")
    _may_be_written_to(work, customer, request.channel)
    draft = _draft(work, request, customer, invoices)
    asks = work.desk.asks(work.t, draft)
    if isinstance(asks, Reason):
        raise Cannot(asks.sentence)
    sealed = work.desk.seal(work.t, draft)
    if isinstance(sealed, Reason):
        raise Cannot(sealed.sentence)
    currency = asks.currency or work.one_currency(None, customer, invoices)
    if not work.t.queue(_message(work, draft, sealed, asks._replace(currency=currency))):
        raise Cannot(
            f"The same {_word(draft.channel)} to {sealed.to} was queued on {on(work.today)} already; change it to send"
            " another."
        )
    later = sealed.not_before.astimezone(work.desk.zone)
    waits = (
        f"; it goes out from {later:%H:%M} your time on {on(later.date())}" if later > work.desk.now else ""
    )
    again = "; they were written to today already" if was_written_to(work, draft.customer) else ""
    said = f"The {_word(draft.channel)} to {sealed.to} ({draft.customer}) is queued{waits}{again}."
    return done(said, message=draft.id)


def _draft(work: Work, request: SendMessage, customer: Record, invoices: list[Record]) -> Draft:
    return Draft(
        work.id,
        customer.text("name"),
        request.channel,
        request.to or _own(customer, request.channel),
        request.subject or "",
        request.body,
        request.stage or "",
        tuple(i.text("number") for i in invoices),
    )


def _may_be_written_to(work: Work, customer: Record, channel: str) -> None:
    """Raise `Cannot` where the customer's own row or words bar a message."""
    name = customer.text("name")
    barred = Person(do_not_contact=customer.text("do_not_contact")).barred
    if barred:
        raise Cannot(f"{name} is not to be contacted ({barred}); clear Do not contact on Customers first.")
    if channel == "Text" and is_stopped(work, name):
        raise Cannot(f"{name} wants no more texts; write an email, or call.")


def _own(customer: Record, channel: str) -> str:
    """Return the customer's own address or number; raises `Cannot` if there is none."""
    column = _COLUMN[channel]
    if known := customer.text(column):
        return known
    header = tabs.CUSTOMERS.column(column).header
    raise Cannot(
        f"{customer.text('name')} has no {_ADDRESS[column]}; fill in {header} on Customers, or give one here."
    )


def _message(work: Work, draft: Draft, sealed: Sealed, asks: Asks) -> Message:
    return Message(
        id=draft.id,
        key=_key(draft, sealed.to, work.today),
        reminder="",
        customer=draft.customer,
        channel=draft.channel,
        to=sealed.to,
        stage=draft.stage,
        invoices=asks.invoices,
        currency=asks.currency,
        amount=asks.amount,
        content=sealed.content,
        queued=work.desk.now,
        not_before=sealed.not_before,
        not_after=sealed.not_after,
    )


def _key(draft: Draft, to: str, today: date) -> str:
    """Return what makes two messages the same: words, recipient and day."""
    told = [today.isoformat(), draft.channel, to.casefold(), draft.subject, draft.body]
    return f"by hand {hashlib.sha256(json.dumps(told).encode()).hexdigest()}"


def _word(channel: str) -> str:
    return channel.lower()
