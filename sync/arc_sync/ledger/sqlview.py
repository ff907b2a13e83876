"""A ledger in SQL at one moment. What is loaded whole is kept for the next view, and follows the head."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from arc_sheets.cells import Row, Rows
from arc_sheets.message import MessageState, Posted
from arc_sheets.tab import Tab
from arc_sync.ledger import rows, sqloutbox
from arc_sync.ledger.bulk import BATCH, batches
from arc_sync.ledger.links import Link, from_text, to_change
from arc_sync.ledger.loaded import BEHIND, Loaded, caught_up
from arc_sync.ledger.outbox import Tail
from arc_sync.ledger.port import BookRecord
from arc_sync.ledger.records import read_book, read_set
from arc_sync.ledger.schema import BOOK, CHANGE, CHANGE_SET, ISSUE, LEDGER
from arc_sync.merge.history import ISSUES, ROOT, Bookmark, Change, ChangeSet
from arc_sync.merge.issues import Issue, IssueKey

_HEADS: Final = select(LEDGER.c.n, LEDGER.c.hash, LEDGER.c.messages, LEDGER.c.seal)
_OF_ROW: Final = (
    select(CHANGE)
    .where(CHANGE.c.tab == bindparam("of_tab"), CHANGE.c.row == bindparam("of_row"))
    .order_by(CHANGE.c.n)
)
#: After so many single rows of a tab the rest is fetched at once.
SINGLES: Final = 64


class SqlView:
    """A `View` (and a draft's `Source`) over one connection's transaction."""

    def __init__(self, connection: Connection, kept: Loaded | None = None) -> None:
        self._connection = connection
        n, last, messages, seal = connection.execute(_HEADS).one()
        self._head, self._tail = Bookmark(n, last), Tail(messages, seal)
        self.loaded = self._brought_here(kept)
        self._singles: dict[str, int] = {}

    def head(self) -> Bookmark:
        """Return the newest change, or `ROOT`."""
        return self._head

    def row(self, tab: Tab, row: str) -> Row | None:
        """Return one live row, or None."""
        asked = self._singles[tab.name] = self._singles.get(tab.name, 0) + 1
        if tab.name in self.loaded.tabs or asked > SINGLES:
            return self.rows(tab).get(row)
        return rows.load_row(self._connection, tab, row)

    def rows(self, tab: Tab) -> Rows:
        """Return the live rows of a tab."""
        known = self.loaded.tabs.get(tab.name)
        if known is None:
            known = self.loaded.tabs[tab.name] = rows.load_rows(self._connection, tab)
        return known

    def issue(self, key: IssueKey) -> Issue | None:
        """Return one open issue."""
        return self._all_issues().get(key)

    def issues(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        """Return the open issues of one book, or of all."""
        return {k: v for k, v in self._all_issues().items() if book in (None, k.book)}

    def changes(self, since: int, until: int | None = None) -> Sequence[Change]:
        """Return changes since + 1 .. until (default: the head), oldest first."""
        return [to_change(link) for link in self.links(since, until)]

    def links(self, since: int = 0, until: int | None = None) -> Iterator[Link]:
        """Yield changes since + 1 .. until as they are kept, oldest first, fetched by the thousand."""
        end = self._head.n if until is None else until
        ahead = select(CHANGE).where(CHANGE.c.n <= end).order_by(CHANGE.c.n)
        for found in self._pages(ahead, CHANGE.c.n, since):
            yield Link(*found)

    def history(self, tab: Tab, row: str) -> Sequence[Change]:
        """Return the changes of one row, the newest last."""
        found = self._connection.execute(_OF_ROW, {"of_tab": tab.name, "of_row": row})
        return [to_change(Link(*link)) for link in found]

    def histories(self, tab: Tab, ids: Collection[str]) -> Mapping[str, Sequence[Change]]:
        """Return the changes of each of these rows, the newest last."""
        known: dict[str, list[Change]] = {}
        for some in batches(ids, rows.ASKED):
            of_rows = select(CHANGE).where(CHANGE.c.tab == tab.name, CHANGE.c.row.in_(some))
            for found in self._connection.execute(of_rows.order_by(CHANGE.c.n)):
                change = to_change(Link(*found))
                known.setdefault(change.row, []).append(change)
        return known

    def sets(self) -> Iterator[ChangeSet]:
        """Yield the change sets, oldest first."""
        for found in self._pages(select(CHANGE_SET).order_by(CHANGE_SET.c.number), CHANGE_SET.c.number, 0):
            yield read_set(found)

    def buried(self, tab: Tab, ids: Collection[str]) -> set[str]:
        """Return those ids that once were rows and are deleted."""
        once: set[str] = set()
        for some in batches(ids, rows.ASKED):
            named = select(CHANGE.c.row).where(CHANGE.c.tab == tab.name, CHANGE.c.row.in_(some)).distinct()
            once.update(self._connection.scalars(named))
        return once - self._live(tab, once)

    def book(self, book: str) -> BookRecord | None:
        """Return what is known of a book."""
        found = self._connection.execute(select(BOOK).where(BOOK.c.id == book)).one_or_none()
        return read_book(found) if found else None

    def books(self) -> Sequence[BookRecord]:
        """Return the books, oldest first."""
        return [read_book(b) for b in self._connection.execute(select(BOOK).order_by(BOOK.c.number))]

    def posted(
        self, *states: MessageState, message: str = "", since: datetime | None = None, bare: bool = False
    ) -> Sequence[Posted]:
        """Return messages, the oldest first."""
        return sqloutbox.posted(self._connection, states, message, since, bare=bare)

    def answered(self, request: str) -> str | None:
        """Return the answer to a request, or None."""
        return sqloutbox.answered(self._connection, request)

    def note(self, name: str) -> str:
        """Return a note, "" if there is none."""
        return sqloutbox.note(self._connection, name)

    def tail(self) -> Tail:
        """Return the end of the outbox."""
        return self._tail

    def keyed(self, key: str) -> bool:
        """Say whether a message with this key is in the outbox."""
        return sqloutbox.keyed(self._connection, key)

    def grasp(self, message: str) -> Posted | None:
        """Return a message, and lock it until the transaction ends."""
        return sqloutbox.grasp(self._connection, message)

    def holders(self, tab: Tab, keys: Collection[str]) -> Mapping[str, str]:
        """Return {natural key: row id} of the live rows that have one of these keys."""
        if not keys:
            return {}
        known = self.loaded.tabs.get(tab.name)
        if known is None:
            return rows.held_keys(self._connection, tab, keys)
        at = [c.name for c in tab.stored].index(tab.key)
        return {str(row[at]): i for i, row in known.items() if row[at] in keys}

    def _brought_here(self, kept: Loaded | None) -> Loaded:
        """Return what was loaded before as of this view's head; nothing, if that would cost more than it saves."""
        if kept is None or kept.head == self._head:
            return kept or Loaded(self._head)
        if kept.head == ROOT or not 0 < self._head.n - kept.head.n <= BEHIND:
            return Loaded(self._head)
        last, *later = self.changes(kept.head.n - 1)
        return caught_up(kept, self._head, later) if last.hash == kept.head.hash else Loaded(self._head)

    def _live(self, tab: Tab, ids: Collection[str]) -> set[str]:
        known = self.loaded.tabs.get(tab.name)
        return rows.live_ids(self._connection, tab, ids) if known is None else {i for i in ids if i in known}

    def _all_issues(self) -> Mapping[IssueKey, Issue]:
        if self.loaded.issues is None:
            found = self._connection.execute(select(ISSUE))
            self.loaded.issues = {IssueKey(*key): _issue(packed) for *key, packed in found}
        return self.loaded.issues

    def _pages(self, ahead: Select[Any], number: Any, since: int) -> Iterator[Sequence[Any]]:
        last, more = since, True
        while more:
            page = self._connection.execute(ahead.where(number > last).limit(BATCH)).all()
            yield from page
            more = len(page) == BATCH
            last = page[-1][0] if page else last


def _issue(packed: str) -> Issue:
    issue = from_text(ISSUES, packed)
    if not isinstance(issue, Issue):
        raise TypeError(packed)
    return issue
