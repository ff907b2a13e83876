"""What every ledger can do.

A ledger keeps live rows, open issues, one history of both, and for each book its progress (`At`) and
lease. There is one write door: a change set, atomic, opened with `Ledger.change`.

Beside the history it keeps the outbox (messages and how far they are), the answers to requests (so that a
request is carried out once), and a few notes (such as the day up to which the bank's data are in). They are
written in the same transaction as the rows they belong to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from arc_sheets.cells import Row, Rows
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.tab import Tab
from arc_sync.merge.history import At, Bookmark, Change, ChangeSet, Origin
from arc_sync.merge.issues import Issue, IssueKey


@dataclass(frozen=True, slots=True)
class BookRecord:
    """One book the ledger knows."""

    id: str
    where: str  #: path or address
    at: At = field(default_factory=At)
    epoch: int = 0  #: of the last lease; a commit or acknowledgement with an older one is fenced
    holder: str = ""  #: who holds the lease, "" if nobody
    until: datetime | None = None  #: when the lease expires, UTC
    fingerprint: str = ""  #: of the file as ARC left it; a cache: empty means unknown


class View(Protocol):
    """The ledger at one moment."""

    def head(self) -> Bookmark:
        """Return the newest change, or `ROOT`."""

    def row(self, tab: Tab, row: str) -> Row | None:
        """Return one live row, or None."""

    def rows(self, tab: Tab) -> Rows:
        """Return the live rows of a tab, in no particular order.

        The mapping is not to be changed and may be shared. It stays as it is when rows are put later: after
        a put, ask again, which costs a copy.
        """

    def issues(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        """Return the open issues of one book, or of all."""

    def changes(self, since: int, until: int | None = None) -> Sequence[Change]:
        """Return changes since + 1 .. until (default: the head), oldest first."""

    def history(self, tab: Tab, row: str) -> Sequence[Change]:
        """Return the changes of one row, the newest last."""

    def histories(self, tab: Tab, ids: Collection[str]) -> Mapping[str, Sequence[Change]]:
        """Return the changes of each of these rows, the newest last; a row that never was is absent."""

    def buried(self, tab: Tab, ids: Collection[str]) -> set[str]:
        """Return those ids that once were rows and are deleted."""

    def book(self, book: str) -> BookRecord | None:
        """Return what is known of a book."""

    def posted(
        self, *states: MessageState, message: str = "", since: datetime | None = None, bare: bool = False
    ) -> Sequence[Posted]:
        """Return messages, the oldest first: of these states (none given: all), or the one of this id.

        `since` (UTC) leaves out those whose state has not changed since then. With `bare` they come without their
        bytes, which are most of what they weigh.
        """

    def answered(self, request: str) -> str | None:
        """Return the answer to a request that was carried out; None if it was not."""

    def note(self, name: str) -> str:
        """Return a note, "" if there is none."""


class Transaction(View, Protocol):
    """One change set in the making. Nothing is kept if the block raises.

    `row`, `rows`, `issues`, `buried` and `book` see what was put. `head` and `changes` show what was there
    before, as history grows only at the commit; after the block `head` is the head that it made.
    """

    def put(self, tab: Tab, row: str, after: Row | None, source: str = "") -> None:
        """Insert, replace or delete (None) a row. No change, no history. Default source: the change set's."""

    def put_issue(self, key: IssueKey, after: Issue | None) -> None:
        """Open, bring up to date or close (None) an issue."""

    def set_at(self, book: str, at: At) -> None:
        """Record a book's progress; no history. The (start, end) of this very set is added by `pend`."""

    def pend(self, book: str) -> None:
        """When this set is committed, append its (start, end) to the book's pending sets."""

    def queue(self, message: Message) -> bool:
        """Put a message into the outbox; False, and nothing kept, if one with its key is there already.

        Raises `LedgerError` if another has its id. Nothing ever leaves the outbox, so a key is taken for good.
        """

    def move(self, message: str, state: MessageState, *, owner: str = "", said: str = "") -> None:
        """Let a message come to a state that may follow its own (`arc_sheets.message.NEXT`).

        With `owner`, only while that sender holds it: that is, nothing that a sender says moves a message out of
        `unknown`, or any other end. To claimed and sending only `Ledger.claim` and `about_to_send` lead, and only
        its sender puts one in `sending` back into the queue. One that waits, moved to queued, is tried at once. Raises `Fenced`, and nothing of the set is kept.
        """

    def answer(self, request: str, answer: str) -> None:
        """Keep the answer to a request, with what it changed; raises `LedgerError` if it has one."""

    def set_note(self, name: str, text: str) -> None:
        """Keep a note in place of the one of that name."""


class Ledger(Protocol):
    """The canonical store."""

    @property
    def id(self) -> str:
        """The ledger's identity, a uuid made once."""

    def read(self) -> AbstractContextManager[View]:
        """Open the ledger at one moment, for reading."""

    def change(
        self, origin: Origin, *, book: str = "", epoch: int = 0
    ) -> AbstractContextManager[Transaction]:
        """Open a change set; it is committed when the block ends, void if it raises.

        With `book`, the block is refused and nothing kept unless `epoch` is still that book's: `Fenced`.
        """

    def add_book(self, book: str, where: str) -> None:
        """Register a book, or note that it has moved."""

    def books(self) -> Sequence[BookRecord]:
        """Return the books the ledger knows, oldest first."""

    def lease(self, book: str, holder: str, now: datetime, until: datetime, *, takeover: bool = False) -> int:
        """Take a book's lease and return its new epoch; raises `LedgerBusy` while another holder's lasts."""

    def release(self, book: str, epoch: int) -> None:
        """Give the lease back, if it is still this epoch's."""

    def acknowledge(self, book: str, epoch: int, at: At, fingerprint: str = "") -> None:
        """Record that the book holds everything up to `at.mark`; raises `Fenced` if the epoch is old."""

    def claim(self, owner: str, now: datetime, until: datetime, many: int) -> Sequence[Posted]:
        """Give a sender up to `many` messages that may go now, the oldest first; nobody else gets them.

        Those are queued ones whose `not_before` and `next_try` have passed, and claimed ones whose claim has
        lapsed. What is past its `not_after` is given too: the sender lets it fail. All moments are UTC. `owner`
        is one run of one sender: one that starts anew takes a new name, or it would be taken for its own past.
        `until` is to outlast the longest try (ten minutes for the answer to the dot: RFC 5321 4.5.3.2.6).
        """

    def hand_back(self, message: str, owner: str, next_try: datetime, said: str) -> None:
        """Put a claimed message, or one in `sending` that is known not to have left, back into the queue.

        Raises `Fenced` if the sender does not hold it any more. `Posted.changed` stays as it was.
        """

    def about_to_send(self, message: str, owner: str, now: datetime) -> None:
        """Note durably that the message's last byte is about to go out; raises `Fenced`, and then it must not.

        That is if the sender does not hold it any more, or its claim has lapsed though nobody took it yet. From
        here on only the sender itself, or a person, can say what became of it. Any other error (`LedgerBusy`, a
        disk that is full) means the same: it must not go out.
        """

    def lost(self, now: datetime) -> Sequence[Posted]:
        """Let messages in `sending` whose sender's claim has lapsed come to `unknown`; return them."""

    def sets(self, *, newest_first: bool = True) -> Iterator[ChangeSet]:
        """Return the change sets."""

    def verify(self, known: Iterable[Bookmark] = ()) -> Sequence[str]:
        """Check the hash chain, and that rows and issues follow from the history; return what is wrong.

        `known` are bookmarks kept elsewhere, as books do: a history cut short or written anew lacks them.
        """

    def close(self) -> None:
        """Let go of the store."""
