"""A ledger in memory: for tests, dry runs and reading the rules without SQL in the way."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from arc_sheets.cells import Row, Rows
from arc_sheets.errors import LedgerBusy
from arc_sheets.tab import Tab
from arc_sheets.tabs import RECORD_TABS
from arc_sync.ledger import leases
from arc_sync.ledger.audit import Standing, audit
from arc_sync.ledger.draft import Draft, Sealed, overlaid
from arc_sync.ledger.links import to_link, to_text
from arc_sync.ledger.port import BookRecord, Transaction, View
from arc_sync.merge.history import ISSUES, ROOT, At, Bookmark, Change, ChangeSet, Origin, place_of
from arc_sync.merge.issues import Issue, IssueKey


@dataclass(frozen=True, slots=True)
class _Moment:
    """The ledger at one moment. `changes_` and `born` are shared and only grow: later entries do not count."""

    at: Bookmark = ROOT
    tabs: Mapping[str, Rows] = field(default_factory=dict)
    open: Mapping[IssueKey, Issue] = field(default_factory=dict)
    shelf: Mapping[str, BookRecord] = field(default_factory=dict)
    history: list[Change] = field(default_factory=list)
    born: dict[tuple[str, str], int] = field(default_factory=dict)  #: the first change of each place

    def head(self) -> Bookmark:
        return self.at

    def row(self, tab: Tab, row: str) -> Row | None:
        return self.rows(tab).get(row)

    def rows(self, tab: Tab) -> Rows:
        return self.tabs.get(tab.name, {})

    def issue(self, key: IssueKey) -> Issue | None:
        return self.open.get(key)

    def issues(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        return {k: v for k, v in self.open.items() if book in (None, k.book)}

    def changes(self, since: int, until: int | None = None) -> Sequence[Change]:
        return self.history[since : self.at.n if until is None else min(until, self.at.n)]

    def buried(self, tab: Tab, ids: Collection[str]) -> set[str]:
        live, late = self.rows(tab), self.at.n + 1
        return {i for i in ids if i not in live and self.born.get((tab.name, i), late) < late}

    def book(self, book: str) -> BookRecord | None:
        return self.shelf.get(book)

    def holders(self, tab: Tab, keys: Collection[str]) -> Mapping[str, str]:
        at = [c.name for c in tab.stored].index(tab.key)
        return {str(row[at]): i for i, row in self.rows(tab).items() if row[at] in keys} if keys else {}


class MemoryLedger:
    """A `Ledger` that is gone with its process. `patience`: seconds a change waits for another's end."""

    def __init__(self, *, patience: float = 5.0) -> None:
        self._id = str(uuid.uuid4())
        self._patience = patience
        self._changing = threading.Lock()  # one change set at a time
        self._swapping = threading.Lock()  # one replacement of `_now` at a time
        self._now = _Moment()
        self._sets: list[ChangeSet] = []

    @property
    def id(self) -> str:
        """The ledger's identity, a uuid made once."""
        return self._id

    @contextmanager
    def read(self) -> Iterator[View]:
        """Open the ledger at one moment, for reading."""
        yield self._now

    @contextmanager
    def change(self, origin: Origin, *, book: str = "", epoch: int = 0) -> Iterator[Transaction]:
        """Open a change set; see the port."""
        if not self._changing.acquire(timeout=self._patience):
            raise LedgerBusy("Another change to the ledger is under way; try again when it has ended.")
        try:
            self._check(book, epoch)
            draft = Draft(self._now, origin)
            yield draft
            with self._swapping:
                self._check(book, epoch)
                sealed = draft.seal(len(self._sets) + 1)
                self._keep(sealed)
            draft.committed(sealed.head)
        finally:
            self._changing.release()

    def add_book(self, book: str, where: str) -> None:
        """Register a book, or note that it has moved."""
        with self._swapping:
            known = self._now.shelf.get(book)
            self._shelve(replace(known, where=where) if known else BookRecord(book, where))

    def books(self) -> Sequence[BookRecord]:
        """Return the books the ledger knows, oldest first."""
        return list(self._now.shelf.values())

    def lease(self, book: str, holder: str, now: datetime, until: datetime, *, takeover: bool = False) -> int:
        """Take a book's lease and return its new epoch; see the port."""
        with self._swapping:
            taken = leases.leased(self._known(book), holder, now, until, takeover=takeover)
            self._shelve(taken)
        return taken.epoch

    def release(self, book: str, epoch: int) -> None:
        """Give the lease back, if it is still this epoch's."""
        with self._swapping:
            self._shelve(leases.released(self._known(book), epoch))

    def acknowledge(self, book: str, epoch: int, at: At, fingerprint: str = "") -> None:
        """Record that the book holds everything up to `at.mark`; raises `Fenced` if the epoch is old."""
        with self._swapping:
            self._shelve(leases.acknowledged(self._known(book), epoch, at, fingerprint))

    def sets(self, *, newest_first: bool = True) -> Iterator[ChangeSet]:
        """Return the change sets."""
        sets = self._sets[:]
        return reversed(sets) if newest_first else iter(sets)

    def verify(self, known: Iterable[Bookmark] = ()) -> Sequence[str]:
        """Check the history and what follows from it; see the port."""
        now = self._now
        live = ((t.name, i, to_text(t.name, r)) for t in RECORD_TABS for i, r in now.rows(t).items())
        issues = ((*place_of(k), to_text(ISSUES, v)) for k, v in now.open.items())
        standing = Standing(now.at, [*live, *issues], list(now.shelf.values()))
        return audit(map(to_link, now.history), self._sets, standing, known)

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _keep(self, sealed: Sealed) -> None:
        now = self._now
        tabs = dict(now.tabs)
        for name, put in sealed.rows.items():
            tabs[name] = overlaid(tabs.get(name, {}), {i: after for i, (_, after) in put.items()})
        shelf = dict(now.shelf)
        for book, at in sealed.books.items():
            shelf[book] = replace(shelf[book], at=at)
        if sealed.changeset:
            self._sets.append(sealed.changeset)
        for link, (before, after) in zip(sealed.links, sealed.values, strict=True):
            now.born.setdefault((link.tab, link.row), link.n)
            now.history.append(
                Change(link.n, link.set, link.source, link.tab, link.row, before, after, link.hash)
            )
        self._now = replace(
            now, at=sealed.head, tabs=tabs, open=overlaid(now.open, sealed.issues), shelf=shelf
        )

    def _shelve(self, book: BookRecord) -> None:
        self._now = replace(self._now, shelf={**self._now.shelf, book.id: book})

    def _known(self, book: str) -> BookRecord:
        known = self._now.shelf.get(book)
        if known is None:
            raise leases.unknown(book)
        return known

    def _check(self, book: str, epoch: int) -> None:
        if book:
            leases.check_epoch(self._known(book), epoch)
