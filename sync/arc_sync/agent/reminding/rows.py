"""The rows of the Reminders tab by name, and what each status allows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from arc_sheets.cells import Value
from arc_sheets.tabs import DECISIONS, REMINDER_STATES, REMINDERS
from arc_sync.ledger.port import Transaction, View

PROPOSED, HELD, TO_DO, NOT_PLANNED, SKIPPED, WITHDRAWN = REMINDER_STATES[:6]
QUEUED, SENT, DRAFTED, FAILED, UNKNOWN, DONE = REMINDER_STATES[6:]
APPROVE, SKIP, SEND_AGAIN, IT_WENT = DECISIONS

_SPACE: Final = uuid.UUID("ff205655-c9e1-4945-b4bf-a1c056d64716")  #: of the ids made here
_BETWEEN: Final = "; "
#: One of a list of numbers: in quotation marks, doubled within, or as it is.
_ONE: Final = re.compile(r'"((?:[^"]|"")+)"(?:; |$)|(.+?)(?:; |$)', re.DOTALL)


class Reminder(NamedTuple):
    """One row of Reminders: the fields of `REMINDERS.stored`, in their order."""

    decision: str | None
    customer: str
    stage: str | None  #: None where it is not planned: no stage comes today
    channel: str | None
    to: str | None
    invoices: str | None
    amount: int | None  #: minor units
    currency: str
    why: str | None
    status: str | None
    planned: date | None
    sent: datetime | None  #: local wall clock; of a task: when it was done
    subject: str | None
    body: str | None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The invoices it speaks of."""
        found = _ONE.findall(self.invoices or "")
        return tuple(quoted.replace('""', '"') or plain for quoted, plain in found)


#: A row of which nothing is known yet; a real one names its customer and currency.
BLANK: Final = Reminder(*(None,) * len(Reminder._fields))  # type: ignore[arg-type]  # see above


def reminder(row: tuple[Value, ...]) -> Reminder:
    """Return a row of Reminders by its names."""
    values: tuple[Any, ...] = row
    return Reminder(*values)


def reminders(view: View) -> dict[str, Reminder]:
    """Return all rows of Reminders by id."""
    return {i: reminder(row) for i, row in view.rows(REMINDERS).items()}


def put(t: Transaction, i: str, row: Reminder) -> None:
    """Put a row; one that is there already, alike, is no change."""
    t.put(REMINDERS, i, tuple(row))


def listed(numbers: tuple[str, ...]) -> str:
    """Return invoice numbers as the tab shows them; `Reminder.numbers` reads them back, also one such as "7; 8"."""
    return _BETWEEN.join(map(_quoted, numbers))


def _quoted(number: str) -> str:
    marked = _BETWEEN in number or number.startswith('"') or number.endswith(";")
    return '"{}"'.format(number.replace('"', '""')) if marked else number


def id_of(key: str) -> str:
    """Return the id of the row, or of the message, that this key means: 32 hex digits, always the same."""
    return uuid.uuid5(_SPACE, key).hex


def where(values: Mapping[str, Reminder], *states: str) -> dict[str, Reminder]:
    """Return the rows of these states."""
    return {i: row for i, row in values.items() if row.status in states}
