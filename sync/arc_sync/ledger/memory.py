"""A ledger in memory: for tests, dry runs and reading the rules without SQL in the way."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from arc_sheets.cells import Row, Rows
from arc_sheets.errors import LedgerBusy
from arc_sheets.message import MessageState, Posted
from arc_sheets.tab import Tab
from arc_sheets.tabs import RECORD_TABS, REMINDERS
from arc_sync.ledger import leases, outbox
from arc_sync.ledger.audit import ENOUGH, Standing, audit
from arc_sync.ledger.draft import Draft, Sealed, overlaid
from arc_sync.ledger.links import kept, to_link, to_text
from arc_sync.ledger.outbox import Entry, Tail
from arc_sync.ledger.outboxaudit import audit_outbox, told_of
from arc_sync.ledger.port import BookRecord, Transaction, View
from arc_sync.merge.history import ISSUES, ROOT, At, Bookmark, Change, ChangeSet, Origin, place_of
from arc_sync.merge.issues import Issue, IssueKey


@dataclass(frozen=True, slots=True)
class _Moment:
    """The ledger at one moment. `log` and `born` are shared and only grow: later entries do not count."""

    at: Bookmark = ROOT
    tabs: Mapping[str, Rows] = field(default_factory=dict)
    open: Mapping[IssueKey, Issue] = field(default_factory=dict)
    shelf: Mapping[str, BookRecord] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    born: dict[tuple[str, str], int] = field(default_factory=dict)  #: the first change of each place
    outbox: Mapping[str, Entry] = field(default_factory=dict)  #: by message, the oldest first
    keys: frozenset[str] = frozenset()
    end: Tail = field(default_factory=Tail)
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

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
        return self.log[since : self.at.n if until is None else min(until, self.at.n)]

    def history(self, tab: Tab, row: str) -> Sequence[Change]:
        first = self.born.get((tab.name, row), self.at.n + 1)
        return [c for c in self.changes(first - 1) if (c.tab, c.row) == (tab.name, row)]

    def histories(self, tab: Tab, ids: Collection[str]) -> Mapping[str, Sequence[Change]]:
        found: dict[str, list[Change]] = {}
        for change in self.changes(0):
            if change.tab == tab.name and change.row in ids:
                found.setdefault(change.row, []).append(change)
        return found

    def buried(self, tab: Tab, ids: Collection[str]) -> set[str]:
        live, late = self.rows(tab), self.at.n + 1
        return {i for i in ids if i not in live and self.born.get((tab.name, i), late) < late}

    def book(self, book: str) -> BookRecord | None:
        return self.shelf.get(book)

    def posted(
        self, *states: MessageState, message: str = "", since: datetime | None = None, bare: bool = False
    ) -> Sequence[Posted]:
        asked = [self.outbox[message]] if message in self.outbox else [] if message else self.outbox.values()
        found = [e.posted for e in asked if outbox.fits(e.posted, states, since)]
        return [outbox.bared(posted) for posted in found] if bare else found

    def answered(self, request: str) -> str | None:
        return self.answers.get(request)

    def note(self, name: str) -> str:
        return self.notes.get(name, "")

    def tail(self) -> Tail:
        return self.end

    def keyed(self, key: str) -> bool:
        return key in self.keys

    def grasp(self, message: str) -> Posted | None:
        return self.outbox[message].posted if message in self.outbox else None

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
        with self._alone():
            self._check(book, epoch)
            draft = Draft(self._now, origin)
            yield draft
            with self._swapping:
                self._check(book, epoch)
                sealed = draft.seal(len(self._sets) + 1)
                self._keep(sealed)
            draft.committed(sealed.head)

    def add_book(self, book: str, where: str) -> None:
        """Register a book, or note that it has moved."""
        told = BookRecord(kept(book, "the list of books"), kept(where, "the list of books"))
        with self._swapping:
            known = self._now.shelf.get(book)
            self._shelve(replace(known, where=where) if known else told)

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

    def claim(self, owner: str, now: datetime, until: datetime, many: int) -> Sequence[Posted]:
        """Give a sender up to `many` messages that may go now; see the port."""
        with self._alone():
            free = (e.posted for e in self._now.outbox.values() if outbox.may_go(e.posted, now))
            return self._post([outbox.claimed(p, owner, now, until) for p in islice(free, many)])

    def hand_back(self, message: str, owner: str, next_try: datetime, said: str) -> None:
        """Put a message back into the queue; raises `Fenced` if the sender does not hold it any more."""
        with self._alone():
            self._post([outbox.handed_back(self._message(message), owner, next_try, said)])

    def about_to_send(self, message: str, owner: str, now: datetime) -> None:
        """Note that the message's last byte is about to go out; raises `Fenced`, and then it must not."""
        with self._alone():
            self._post([outbox.on_its_way(self._message(message), owner, now)])

    def lost(self, now: datetime) -> Sequence[Posted]:
        """Let messages in `sending` whose sender's claim has lapsed come to `unknown`; return them."""
        with self._alone():
            sending = self._now.posted(MessageState.SENDING)
            return self._post([outbox.lost(p, now) for p in sending if outbox.lapsed(p, now)])

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
        wrong = audit(map(to_link, now.log), self._sets, standing, known)
        told = told_of((i, row) for i, row in now.rows(REMINDERS).items())
        return [*wrong, *audit_outbox(now.outbox.values(), now.end, told)][:ENOUGH]

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
            now.log.append(
                Change(link.n, link.set, link.source, link.tab, link.row, before, after, link.hash)
            )
        self._now = replace(
            now,
            at=sealed.head,
            tabs=tabs,
            open=overlaid(now.open, sealed.issues),
            shelf=shelf,
            outbox=_put(now.outbox, sealed.moved.values(), sealed.queued),
            keys=now.keys | {e.posted.message.key for e in sealed.queued},
            end=sealed.tail,
            answers={**now.answers, **sealed.answers},
            notes={**now.notes, **sealed.notes},
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._changing.acquire(timeout=self._patience):
            raise LedgerBusy("Another change to the ledger is under way; try again when it has ended.")
        try:
            yield
        finally:
            self._changing.release()

    def _post(self, moved: Sequence[Posted]) -> Sequence[Posted]:
        with self._swapping:
            self._now = replace(self._now, outbox=_put(self._now.outbox, moved))
        return moved

    def _message(self, message: str) -> Posted:
        known = self._now.grasp(message)
        if known is None:
            raise outbox.missing()
        return known

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


def _put(
    outbox: Mapping[str, Entry], moved: Iterable[Posted], queued: Sequence[Entry] = ()
) -> Mapping[str, Entry]:
    """Return the outbox with messages moved, and new ones at its end."""
    put = dict(outbox)
    put.update((p.message.id, put[p.message.id]._replace(posted=p)) for p in moved)
    put.update((entry.posted.message.id, entry) for entry in queued)
    return put
