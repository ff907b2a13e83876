"""A change set in the making: what was put lies over the ledger as it was, until it is sealed.

Every ledger shares it, so that all agree on what counts as a change and in which order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from arc_sheets.cells import Row, Rows
from arc_sheets.errors import LedgerError
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME
from arc_sync.ledger.links import Link, Loose, forge, to_text
from arc_sync.ledger.outbox import Entry, Tail
from arc_sync.ledger.outdraft import OutboxDraft, OutboxSource
from arc_sync.ledger.port import BookRecord, View
from arc_sync.merge.history import At, Before, Bookmark, Change, ChangeSet, Origin, place_of
from arc_sync.merge.issues import Issue, IssueKey

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a finished change set leaves to be kept."""

    head: Bookmark
    changeset: ChangeSet | None  #: None: nothing changed
    links: Sequence[Link]
    values: Sequence[tuple[Before, Before]]  #: before and after of each link
    rows: Mapping[str, Mapping[str, tuple[Row | None, Row | None]]]  #: per tab name, per id: (was, is)
    issues: Mapping[IssueKey, Issue | None]  #: as they are now; None: closed
    books: Mapping[str, At]
    queued: Sequence[Entry]  #: new messages, at the end of the outbox
    moved: Mapping[str, Posted]  #: messages that were there before, as they are now
    tail: Tail  #: of the outbox as it is now
    answers: Mapping[str, str]
    notes: Mapping[str, str]


class Source(View, OutboxSource, Protocol):
    """What a draft asks of the ledger it lies over."""

    def issue(self, key: IssueKey) -> Issue | None:
        """Return one open issue."""

    def holders(self, tab: Tab, keys: Collection[str]) -> Mapping[str, str]:
        """Return {natural key: row id} of the live rows that have one of these keys."""


def overlaid(under: Mapping[K, V], over: Mapping[K, V | None]) -> dict[K, V]:
    """Return a copy of `under` with the values of `over` put in; None takes out."""
    merged = dict(under)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged


class Draft:
    """A `Transaction` over a `View` of the ledger as it was when the change set was opened."""

    def __init__(self, now: Source, origin: Origin) -> None:
        self._now = now
        self._origin = origin
        self._head = now.head()
        self._log: list[tuple[str, str, str, Before, Before]] = []
        self._was: dict[str, dict[str, Row | None]] = {}
        self._is: dict[str, dict[str, Row | None]] = {}
        self._merged: dict[str, Rows] = {}
        self._issues: dict[IssueKey, Issue | None] = {}
        self._ats: dict[str, At] = {}
        self._pending: list[str] = []
        self._out = OutboxDraft(now, origin.when)

    def head(self) -> Bookmark:
        """Return the head it started from; once committed, the head it made."""
        return self._head

    def row(self, tab: Tab, row: str) -> Row | None:
        """Return one live row, or None."""
        put = self._is.get(tab.name, {})
        return put[row] if row in put else self._now.row(tab, row)

    def rows(self, tab: Tab) -> Rows:
        """Return the live rows of a tab, as of this call."""
        if not self._is.get(tab.name):
            return self._now.rows(tab)
        if tab.name not in self._merged:
            self._merged[tab.name] = overlaid(self._now.rows(tab), self._is[tab.name])
        return self._merged[tab.name]

    def issues(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        """Return the open issues of one book, or of all."""
        known = self._now.issues(book)
        if not self._issues:
            return known
        return overlaid(known, {k: v for k, v in self._issues.items() if book in (None, k.book)})

    def changes(self, since: int, until: int | None = None) -> Sequence[Change]:
        """Return committed changes; those in the making are not among them."""
        return self._now.changes(since, until)

    def buried(self, tab: Tab, ids: Collection[str]) -> set[str]:
        """Return those ids that once were rows and are deleted."""
        put = self._is.get(tab.name, {})
        known = self._now.buried(tab, [i for i in ids if i not in put])
        return known | {i for i in ids if i in put and put[i] is None}

    def book(self, book: str) -> BookRecord | None:
        """Return what is known of a book."""
        known = self._now.book(book)
        return replace(known, at=self._ats[book]) if known and book in self._ats else known

    def history(self, tab: Tab, row: str) -> Sequence[Change]:
        """Return the committed changes of one row; those in the making are not among them."""
        return self._now.history(tab, row)

    def histories(self, tab: Tab, ids: Collection[str]) -> Mapping[str, Sequence[Change]]:
        """Return the committed changes of each of these rows."""
        return self._now.histories(tab, ids)

    def posted(
        self, *states: MessageState, message: str = "", since: datetime | None = None, bare: bool = False
    ) -> Sequence[Posted]:
        """Return messages, the oldest first."""
        return self._out.posted(states, message, since, bare=bare)

    def answered(self, request: str) -> str | None:
        """Return the answer to a request, or None."""
        return self._out.answered(request)

    def note(self, name: str) -> str:
        """Return a note, "" if there is none."""
        return self._out.note(name)

    def put(self, tab: Tab, row: str, after: Row | None, source: str = "") -> None:
        """Insert, replace or delete (None) a row; the value it has already is no change."""
        before = self.row(tab, row)
        if before == after:
            return
        self._log.append((source or self._origin.source, tab.name, row, before, after))
        self._was.setdefault(tab.name, {}).setdefault(row, before)
        self._is.setdefault(tab.name, {})[row] = after
        self._merged.pop(tab.name, None)

    def put_issue(self, key: IssueKey, after: Issue | None) -> None:
        """Open, bring up to date or close (None) an issue."""
        before = self._issues[key] if key in self._issues else self._now.issue(key)
        if before == after:
            return
        self._log.append((self._origin.source, *place_of(key), before, after))
        self._issues[key] = after

    def set_at(self, book: str, at: At) -> None:
        """Record a book's progress."""
        self._known(book)
        self._ats[book] = at

    def pend(self, book: str) -> None:
        """When this set is committed, append its (start, end) to the book's pending sets."""
        self._known(book)
        if book not in self._pending:
            self._pending.append(book)

    def queue(self, message: Message) -> bool:
        """Put a message into the outbox, unless one with its key is there."""
        return self._out.queue(message)

    def move(self, message: str, state: MessageState, *, owner: str = "", said: str = "") -> None:
        """Let a message come to a state that may follow its own; raises `Fenced`."""
        self._out.move(message, state, owner, said)

    def answer(self, request: str, answer: str) -> None:
        """Keep the answer to a request; raises `LedgerError` if it has one."""
        self._out.answer(request, answer)

    def set_note(self, name: str, text: str) -> None:
        """Keep a note in place of the one of that name."""
        self._out.set_note(name, text)

    def seal(self, number: int) -> Sealed:
        """Give the changes numbers and hashes, as change set `number`; raises `LedgerError` if a key stands twice."""
        for name, put in self._is.items():
            self._check_keys(BY_NAME[name], put)
        links = list(forge(self._head, number, self._origin, self._texts()))
        start = self._head
        end = Bookmark(links[-1].n, links[-1].hash) if links else start
        changeset = ChangeSet(number, self._origin, start.n + 1, end.n) if links else None
        rows = {t: {i: (self._was[t][i], now) for i, now in put.items()} for t, put in self._is.items()}
        return Sealed(
            end,
            changeset,
            links,
            [entry[3:] for entry in self._log],
            rows,
            dict(self._issues),
            self._progress(start.n, end.n),
            *self._out.sealed(),
        )

    def committed(self, head: Bookmark) -> None:
        """Note the head that this change set made."""
        self._head = head

    def _texts(self) -> Iterator[Loose]:
        """Yield the changes as text; a value put is packed once, also where a later change starts from it."""
        last: dict[tuple[str, str], str | None] = {}
        for source, tab, row, before, after in self._log:
            place = (tab, row)
            old = last[place] if place in last else to_text(tab, before)
            last[place] = new = to_text(tab, after)
            yield source, tab, row, old, new

    def _progress(self, start: int, end: int) -> dict[str, At]:
        ats = dict(self._ats)
        for book in self._pending:
            at = ats.get(book) or self._known(book).at
            ats[book] = replace(at, pending=(*at.pending, (start, end)))
        return ats

    def _known(self, book: str) -> BookRecord:
        known = self._now.book(book)
        if known is None:
            raise LedgerError(f"The ledger does not know the book {book}; add the book first.")
        return known

    def _check_keys(self, tab: Tab, put: Mapping[str, Row | None]) -> None:
        """Refuse two live rows with one natural key; the rows as they end count, not those between."""
        if not tab.key:
            return
        at = [c.name for c in tab.stored].index(tab.key)
        taken: dict[str, str] = {}
        for row, now in put.items():
            key = now and now[at]
            if key is not None and taken.setdefault(str(key), row) != row:
                raise key_taken(tab, str(key))
        for key, row in self._now.holders(tab, self._new_keys(tab, at)).items():
            if row not in put and key in taken:
                raise key_taken(tab, key)

    def _new_keys(self, tab: Tab, at: int) -> set[str]:
        was, put = self._was[tab.name], self._is[tab.name]
        before = {str(row[at]) for row in was.values() if row}
        return {str(row[at]) for row in put.values() if row and row[at] is not None} - before


def key_taken(tab: Tab, key: str) -> LedgerError:
    """Return the error for a second row with a natural key."""
    header = tab.column(tab.key).header.lower()
    return LedgerError(
        f"Two rows of {tab.title} would have the {header} {key}; give one of them another. Nothing was changed."
    )
