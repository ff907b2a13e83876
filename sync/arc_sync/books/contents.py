"""What a book shows, as values: the records of its tabs and the figures of its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sync.merge.history import ROOT, Bookmark

if TYPE_CHECKING:
    from arc_sheets.aging import AgingReport
    from arc_sheets.cells import Value
    from arc_sheets.kpis import KpiReport
    from arc_sheets.worklist import WorkItem

#: The layout written by this version, kept in the book: a later ARC knows what it reads.
FORMAT: Final = 1


class Meta(NamedTuple):
    """A book's identity and bookmark, kept on `_ARC`."""

    ledger: str
    book: str
    bookmark: int  #: change number
    hash: str  #: of that change; "" at 0
    epoch: int

    @property
    def mark(self) -> Bookmark:
        """The bookmark: change number and hash, or `ROOT`."""
        return Bookmark(self.bookmark, self.hash) if self.bookmark else ROOT


class BookRow(NamedTuple):
    """One row of a record tab: values in the order of `tab.stored`, computed in that of `tab.computed`."""

    id: str
    values: tuple[Value, ...]
    computed: tuple[Value, ...]
    seal: str


class IssueLine(NamedTuple):
    """One row of the Issues tab, in words."""

    id: str
    choice: str  #: of `draw.issues.CHOICES`, or "" while it waits
    seen: datetime
    where: str
    mine: str  #: in the book, verbatim
    theirs: str  #: in the ledger, verbatim
    what: str  #: what happened, and how to settle it
    state: str  #: open or settled
    seal: str


class Said(NamedTuple):
    """What ARC answered to the form on Account last, as its tile shows it."""

    text: str = ""  #: in sentences; "" while nothing was asked
    when: datetime | None = None  #: local wall clock
    done: bool = True  #: False: something was refused, and the sentences say why
    some: bool = False  #: something else was done though
    customer: str = ""  #: for whom it was asked
    waiting: str = ""  #: which blocks are filled and ask for nothing, in sentences; seen anew in every round


#: Nothing was asked yet.
SILENCE: Final = Said()


class DueToday(NamedTuple):
    """The open promises whose date is today."""

    many: int
    base: int  #: minor units of the base currency


class OpenInvoice(NamedTuple):
    """An open invoice of the customer on Account; amounts in minor units of the customer's invoice currency."""

    number: str
    issued: date
    due: date
    days_overdue: int
    currency: str
    amount: int
    balance: int
    status: str
    expected: date | None


class Pledge(NamedTuple):
    """A promise or a dispute of the customer on Account."""

    what: str  #: Promise or Dispute
    invoice: str
    text: str  #: until when, or why
    currency: str
    amount: int | None  #: minor units
    state: str  #: open, kept, broken, resolved


class Touch(NamedTuple):
    """One line in the timeline of the customer on Account: a touch, a promise, a dispute, a payment."""

    when: date  #: with the hour (local wall clock) where it is known
    how: str  #: the channel, or Promise, Dispute, Payment
    what: str
    by: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """The Details of one customer; amounts in minor units of `currency`, the customer's own."""

    name: str
    currency: str
    open: int
    overdue: int
    unapplied: int  #: zero or negative
    late: int  #: overdue invoices
    oldest: int | None  #: days the oldest open invoice is overdue
    contact: str | None = None
    email: str | None = None
    cc: str | None = None
    phone: str | None = None
    prefers: str | None = None
    language: str | None = None
    time_zone: str | None = None
    quiet_hours: str | None = None
    terms: int | None = None  #: days
    credit_limit: int | None = None
    do_not_contact: str | None = None
    no_texts: date | None = None  #: since when they want no text messages
    collector: str | None = None
    risk: int | None = None  #: 0 to 100
    invoices: Sequence[OpenInvoice] = ()  #: oldest first
    pledges: Sequence[Pledge] = ()  #: open ones first
    timeline: Sequence[Touch] = ()  #: latest first


@dataclass(frozen=True, slots=True)
class Contents:
    """All that stands in a book. `rows` may be lazy: each sequence is asked for its length and walked once."""

    company: str
    as_of: date
    synced: datetime | None  #: when book and ledger were last brought in step, wall clock
    bank_until: date | None  #: payments are known up to this day
    meta: Meta
    rows: Mapping[str, Sequence[BookRow]]  #: by tab name; a missing tab is empty
    issues: Sequence[IssueLine]  #: the lines of the Issues tab
    open_issues: int  #: how many wait for a person; Home says so, also where `issues` are not at hand
    aging: AgingReport
    kpis: KpiReport
    worklist: Sequence[WorkItem]
    promises: DueToday
    reminders: int  #: proposals that wait for a decision
    account: AccountView | None = None
    picked: str = ""  #: who is picked on Account, as typed, whether there is such a customer or not
    said: Said | None = SILENCE  #: the last answer to the form there; None: the book has no form
    kept: bool = False  #: when it was synced, a running agent kept this book
