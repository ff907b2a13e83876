"""Up to which day the bank's data are in: nobody is chased for money that may have come since."""

from __future__ import annotations

from datetime import date
from typing import Final

from arc_sheets.cells import Rows
from arc_sheets.tabs import PAYMENTS
from arc_sync.ledger.port import Ledger, Transaction, View
from arc_sync.merge.history import Origin

#: The ledger's note that keeps the day.
NOTE: Final = "bank until"

_DATE, _TYPE = ([c.name for c in PAYMENTS.stored].index(name) for name in ("date", "type"))


def bank_until(view: View, as_of: date) -> date | None:
    """Return the day, at most `as_of`: that of the newest money that an import brought, or the one a person said.

    A payment that somebody types in does not move it: a cheque on the desk says nothing of the bank. Only while
    no import and no person ever said a day does the newest payment count, whoever entered it: so it is in ledgers
    older than this, and where all payments are typed.
    """
    known = said(view) or newest(view.rows(PAYMENTS), as_of)
    return min(known, as_of) if known else None


def newest(payments: Rows, as_of: date) -> date | None:
    """Return the day of the newest money that came in by `as_of`, None where none did."""
    days = (row[_DATE] for row in payments.values() if row[_TYPE] == "payment")
    return max((day for day in days if isinstance(day, date) and day <= as_of), default=None)


def said(view: View) -> date | None:
    """Return the day that a person or an import of payments said, if any did."""
    text = view.note(NOTE)
    return date.fromisoformat(text) if text else None


def say(t: Transaction, day: date) -> None:
    """Keep the day up to which the bank's data are in; an earlier one than that known corrects it."""
    t.set_note(NOTE, day.isoformat())


def brought(t: Transaction, day: date) -> None:
    """Keep the day of the newest money that an import brought, unless a later one is known."""
    if day > (said(t) or date.min):
        say(t, day)


def say_until(ledger: Ledger, origin: Origin, day: date) -> None:
    """Keep the day in a change set of its own. Raises `LedgerError`."""
    with ledger.change(origin) as t:
        say(t, day)
