"""The values of a plan: who is to be reminded on a day, of what, how, and why; and who is not, and why not.

`planning.plan` makes them, `schedule.simulate` makes them for days ahead. Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from arc_sheets.frames import Records
from arc_sheets.policy import TASKS
from arc_sheets.receivables import Receivables


class Item(NamedTuple):
    """One invoice that a message speaks of; amounts in minor units of the proposal's currency."""

    number: str
    issued: date
    due: date
    days_late: int  #: negative or zero: not yet overdue
    amount: int
    balance: int


class Proposal(NamedTuple):
    """One message to one customer in one currency, or one task for a person."""

    customer: str
    currency: str
    stage: str
    channel: str  #: the stage's, or the one that the customer prefers
    to: str  #: one address, or one number in E.164; "" where it is a task or a letter without one
    cc: str  #: "a@x.example; b@y.example", or ""; each of them is a copy of the same message
    language: str  #: of the message: the customer's, or ""
    items: tuple[
        Item, ...
    ]  #: what is overdue, or (Courtesy) soon due, or (Statement) all that is open; the oldest first
    #: Minor units, above zero: what is asked for now. It is all that the items still owe, less unapplied credit, and
    #: so the total of the lines in the message.
    amount: int
    why: str  #: one sentence
    automatic: bool  #: the policy lets it go without approval
    key: str  #: the same proposal has the same key: customer, currency, stage, invoices, how often it came before

    @property
    def numbers(self) -> tuple[str, ...]:
        """The invoices' numbers."""
        return tuple(item.number for item in self.items)

    @property
    def is_task(self) -> bool:
        """Say whether a person does it (a call, a review, a letter to print), by its own channel."""
        return self.channel in TASKS


class Waiting(NamedTuple):
    """One row of Reminders that waits: a message for a decision, for its hour or for word of it, or a task to be done."""

    customer: str
    currency: str
    stage: str
    channel: str
    amount: int  #: minor units
    is_task: bool
    status: str = "proposed"  #: of `tabs.REMINDER_STATES`


class LeftOut(NamedTuple):
    """One customer who owes in a currency and is not written to."""

    customer: str
    currency: str
    amount: int  #: minor units that are overdue, or soon due, whatever speaks against asking for them
    why: str  #: one sentence or more


class Became(StrEnum):
    """What became of a reminder in the end, as a sentence says it."""

    SENT = "went out"
    DRAFTED = "was put among the drafts"
    DONE = "was done"
    SKIPPED = "was skipped"


class Reached(NamedTuple):
    """One reminder of the past: what the plan must know so that no stage comes twice or is skipped."""

    customer: str
    currency: str
    stage: str
    invoices: tuple[str, ...]
    on: date  #: when it was sent, or the task done, or a person skipped it
    #: Something went to the customer, a posted letter too, or a call took the place of a message because they prefer
    #: the phone: it counts for caps, and for the interval in every currency. What was skipped, and a call or review
    #: that the schedule itself asks for, starts the interval in its own currency alone.
    written: bool
    settled: bool = True  #: False: a task that was put to a person on that day and still waits
    became: Became = Became.SENT  #: what is said of it; of no meaning while it waits


class Known(NamedTuple):
    """All that a plan rests on."""

    records: Records
    receivables: Receivables
    reached: Sequence[Reached]  #: in any order; what is dated later than the plan's day counts as well
    bank_until: date | None  #: the last day whose money has come in, None if there never was any


class Plan(NamedTuple):
    """What is to be said to customers on a day; who owes what is overdue or soon due is in one of both lists."""

    as_of: date
    proposals: tuple[Proposal, ...]  #: most money at risk first
    left_out: tuple[LeftOut, ...]  #: by customer and currency
    held: str  #: why nothing may go out today, and what to do, in a sentence or two; "" where it may
