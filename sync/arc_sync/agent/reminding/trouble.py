"""What a person must see to, on the Issues tab: a message that failed, one that may have arrived, a broken template.

These issues stand under the sheet's title, not under the tab's name: the merge of a round, which knows cells
alone, leaves them as they are. They close when what they speak of is settled.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from arc_sheets.tabs import REMINDERS, TEMPLATES
from arc_sync.agent.firm import Firm
from arc_sync.ledger.port import Transaction
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from arc_sync.merge.words import digest

_SLASH: Final = "\N{DIVISION SLASH}"  # a plain one parts the words of an issue's key


def firm_book(firm: Firm) -> str:
    """Return the id of the firm's workbook, "" before there is one."""
    books = reversed(firm.ledger.books())
    return next((book.id for book in books if book.where == firm.where), "")


def of_row(book: str, row: str) -> IssueKey:
    """Return where the issue of a reminder stands: a person settles it under Decision."""
    return IssueKey(book, REMINDERS.title, "", f"Decision#{row}")


def of_message(book: str, message: str) -> IssueKey:
    """Return where the issue of a message stands that has no row: a copy, or one written by hand."""
    return IssueKey(book, REMINDERS.title, "", f"By hand#{message}")


def of_template(book: str, template: str) -> IssueKey:
    """Return where the issue of a template stands, by its name."""
    return IssueKey(book, TEMPLATES.title, "", f"{template.replace('/', _SLASH)}#template")


def raise_issue(
    t: Transaction, key: IssueKey, why: str, now: datetime, kind: IssueKind = IssueKind.HELD
) -> None:
    """Let an issue stand until it is settled; without a book there is nowhere to show it. `now` is UTC.

    A notice is settled by any choice on the Issues tab: nothing waits for it.
    """
    if key.book:
        known = t.issues(key.book).get(key)
        t.put_issue(key, Issue(kind, known.seen if known else now, why=why))


def close_issue(t: Transaction, key: IssueKey) -> None:
    """Take an issue away, if it stands."""
    if key.book and key in t.issues(key.book):
        t.put_issue(key, None)


def note_refused(t: Transaction, book: str, row: str, decision: str, why: str, now: datetime) -> None:
    """Let a decision that cannot be carried out stand on the Issues tab, with the reason. `now` is UTC."""
    key = IssueKey(book, REMINDERS.name, row, f"decision#{digest(f'{decision} {now}')}")
    if book:
        t.put_issue(key, Issue(IssueKind.NOTICE, now, mine=decision, why=why))
