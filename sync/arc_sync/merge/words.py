"""What ARC says of issues, one sentence each: what happened, and how to settle it."""

from __future__ import annotations

import hashlib

from arc_sheets.cells import Row, Unreadable, Value, verbatim
from arc_sheets.money import to_major
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import currency_of

CONFLICT = (
    "Changed here and in the ledger since they last agreed. Keep mine gives the ledger your value; "
    "Take theirs writes the ledger's value here."
)


#: What a person calls a row by, of tabs whose first columns say too much.
_CALLED = {"reminders": ("customer", "stage")}


def unreadable(tab: Tab, column: Column, value: Unreadable) -> str:
    """Of a cell that is no value of its column."""
    return f"ARC cannot take {column.header} in {tab.title}: {value.why}. Correct the cell."


def lacking(tab: Tab, column: Column) -> str:
    """Of a blank cell without which there is no record."""
    return f"{column.header} in {tab.title} must not be blank. Fill in the cell, and ARC takes the row."


def key_taken(tab: Tab, column: Column, value: Value) -> str:
    """Of a natural key that another row has."""
    return f"Another row of {tab.title} already has {column.header} {plain(value)}. Give this one its own."


def unknown(tab: Tab, column: Column, value: Value, other: Tab) -> str:
    """Of a name that stands on no row of the tab it refers to."""
    return (
        f"{other.title} has no {plain(value)}, which {tab.title} names under {column.header}. "
        f"Correct the cell, or add it to {other.title} first."
    )


def other_decimals(column: Column, old: Value, new: Value) -> str:
    """Of a currency change that would change what the amounts mean."""
    return (
        f"{column.header} cannot change from {plain(old)} to {plain(new)}, whose amounts have other decimals. "
        "Put the old one back, void this row and add a new one."
    )


def no_column(tab: Tab, name: str) -> str:
    """Of a column, the id column or a tab that is missing."""
    if name == ID:
        return f"{tab.title} lacks its sheet, its headers or its hidden ARC id column. Undo, or restore a backup."
    return (
        f"{tab.title} lacks the column {tab.column(name).header}. Put its header back; nothing was cleared."
    )


def many_vanished(tab: Tab) -> str:
    """Of one of many rows that vanished at once."""
    return (
        f"Many rows vanished from {tab.title} at once, so ARC left them alone. "
        "Undo or paste them back, or pick Take theirs and ARC brings them back."
    )


def came_back(tab: Tab, row: Row) -> str:
    """Of a row deleted in the book, and put back."""
    how = {
        "customers": "To retire a customer, fill in Do not contact.",
        "invoices": "To cancel an invoice, set its Status to void.",
        "payments": "To take a payment out of the figures, set its Type to void.",
        "disputes": "To end a dispute, fill in Resolved.",
    }.get(tab.name, "Correct the row instead; the ledger forgets nothing.")
    return f"{name(tab, row)} was deleted from {tab.title} here and has been put back. {how}"


def revived(tab: Tab, row: Row) -> str:
    """Of a row deleted in the ledger that was edited in the book meanwhile."""
    return f"{name(tab, row)} had been deleted in the ledger, but was edited here, so it is back."


def restored(tab: Tab, column: Column, text: str) -> str:
    """Of something typed where only the ledger writes."""
    return f'{column.header} in {tab.title} is ARC\'s own; it was restored, and what was typed ("{text}") stands here.'


def overdrawn(place: str, text: str) -> str:
    """Of something typed on a report, or among the lines of the Issues tab."""
    return f'"{text}" was typed at {place}, where ARC draws anew at every sync, so it stands here. Keep notes beside it.'


def overtaken(place: str, text: str) -> str:
    """Of something typed in the very instant in which ARC wrote there, and that stands nowhere since."""
    return (
        f'"{text}" was typed at {place} in the instant in which ARC wrote there, and no longer stands there.'
    )


def replaced(tab: Tab, column: Column, text: str) -> str:
    """Of a value of an open conflict whose place another value took."""
    return f'"{text}" was typed for {column.header} in {tab.title} in another copy of this book, and then replaced.'


def overruled(tab: Tab, column: Column, text: str) -> str:
    """Of a ledger's value in a SHEET column that gave way to the book's."""
    return (
        f'{column.header} in {tab.title} had changed in the ledger too, to "{text}". '
        "What was typed in the book counts; type the other back if it should."
    )


def twin(tab: Tab, row: Row) -> str:
    """Of a new row that is the same as another, in every column."""
    return (
        f"{name(tab, row)} now stands twice in {tab.title}, alike in every column. "
        "If one is a copy made by mistake, correct it."
        + (" Set its Type to void." if tab.name == "payments" else "")
    )


def shown(tab: Tab, k: int, value: Value, row: Row | None) -> str:
    """Return a value of a row as a person sees it; an amount has its currency beside it: "EUR 1,250.50"."""
    currency = currency_of(tab, row) if row else None
    if tab.stored[k].kind is Kind.MONEY and isinstance(value, int):
        return f"{currency or ''} {to_major(value, currency or ''):,f}".strip()
    return plain(value)


def plain(value: Value) -> str:
    """Return a value as a person sees it; blank is said."""
    return verbatim(value) if value is not None else "(blank)"


def digest(text: str) -> str:
    """Return a short fingerprint of a text, to tell notices on one cell apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def name(tab: Tab, row: Row) -> str:
    """Return how a person would call a row: by its key, or its first few values."""
    if tab.key:
        return plain(row[next(k for k, c in enumerate(tab.stored) if c.name == tab.key)])
    if tab.name in _CALLED:
        called = [row[k] for k, c in enumerate(tab.stored) if c.name in _CALLED[tab.name]]
        return ", ".join(plain(value) for value in called if value is not None) or "A row"
    told = [shown(tab, k, v, row) for k, v in enumerate(row) if v is not None and k != tab.unit]
    return ", ".join(told[:3]) or "A row"
