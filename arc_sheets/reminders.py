"""Who is to be reminded on a day, of what, how, and why; and who is not, and why not. Pure: values in, values out."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Item(NamedTuple):
    """One invoice that a message speaks of; amounts in minor units of the proposal's currency."""

    number: str
    issued: date
    due: date
    days_late: int  #: negative or zero: not yet overdue
    amount: int
    balance: int


class Proposal(NamedTuple):
    """One message to one customer in one currency, or one task for a person (see `Stage.is_task`)."""

    customer: str
    currency: str
    stage: str
    channel: str  #: the stage's, or the one that the customer prefers
    to: str  #: one address or number; "" where it is a task without one
    cc: str  #: as the customer's row says; each of them is a copy of the same message
    language: str  #: of the message: the customer's, or ""
    items: tuple[Item, ...]  #: the oldest first; those not yet overdue last
    amount: int  #: minor units: what the items still owe, less unapplied credit
    why: str  #: one sentence
    automatic: bool  #: the policy lets it go without approval
    key: str  #: the same proposal has the same key: customer, currency, stage and invoices

    @property
    def numbers(self) -> tuple[str, ...]:
        """The invoices' numbers."""
        return tuple(item.number for item in self.items)


class LeftOut(NamedTuple):
    """One customer who owes in a currency and is not written to."""

    customer: str
    currency: str
    amount: int  #: minor units that are overdue, or soon due
    why: str  #: one sentence


class Reached(NamedTuple):
    """One reminder of the past: what the plan must know so that no stage comes twice or is skipped."""

    customer: str
    currency: str
    stage: str
    invoices: tuple[str, ...]
    on: date  #: when it was sent, or the task done, or a person skipped it
    written: bool  #: something went to the customer: it counts for intervals and caps
