"""The ledger in SQL: SQLite for one machine, PostgreSQL for a team. `open` opens one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, bindparam, delete, func, insert, select, update

from arc_sheets.message import Posted
from arc_sheets.tabs import BY_NAME
from arc_sync.ledger import leases, sqloutbox
from arc_sync.ledger.bulk import insert_rows
from arc_sync.ledger.draft import Draft, Sealed
from arc_sync.ledger.engine import posting, reading, writing
from arc_sync.ledger.links import issue_text, kept
from arc_sync.ledger.loaded import Last, moved_on
from arc_sync.ledger.port import BookRecord, Transaction, View
from arc_sync.ledger.records import at_values, book_values, read_set, set_values
from arc_sync.ledger.rows import write_rows
from arc_sync.ledger.schema import BOOK, CHANGE, CHANGE_SET, ISSUE, LEDGER
from arc_sync.ledger.sqlaudit import audit_database
from arc_sync.ledger.sqlview import SqlView
from arc_sync.ledger.trouble import spoken
from arc_sync.merge.history import ROOT, At, Bookmark, ChangeSet, Origin
from arc_sync.undisturbed import undisturbed

#: Change sets fetched at once.
SETS: Final = 500

_NEWEST_SET: Final = select(func.max(CHANGE_SET.c.number))
_NEW_SET: Final = insert(CHANGE_SET)
_NO_ISSUE: Final = delete(ISSUE).where(and_(*(c == bindparam(f"the_{c.name}") for c in ISSUE.primary_key)))
_NEW_HEAD: Final = update(LEDGER).values(n=bindparam("n"), hash=bindparam("hash"))


class SqlLedger:
    """A `Ledger` over an engine on a database of the right version; `place` names it in messages.

    What was loaded when it was closed is left in `last`, and taken from there when it is opened again.
    """

    def __init__(self, engine: Engine, place: str, last: Last | None = None) -> None:
        self._engine = engine
        self._place = place
        self._last = last
        self._newest: tuple[Bookmark, int] = (ROOT, 0)  #: a head that this object made, and its change set
        with self._reading() as connection:
            self._id: str = connection.scalars(select(LEDGER.c.id)).one()
        self._loaded = last.take(self._id) if last else None

    @property
    def id(self) -> str:
        """The ledger's identity, a uuid made once."""
        return self._id

    @contextmanager
    def read(self) -> Iterator[View]:
        """Open the ledger at one moment, for reading."""
        with self._reading() as connection:
            view = SqlView(connection, self._loaded)
            yield view
            self._loaded = view.loaded

    @contextmanager
    def change(self, origin: Origin, *, book: str = "", epoch: int = 0) -> Iterator[Transaction]:
        """Open a change set; see the port."""
        with self._writing() as connection:
            view = SqlView(connection, self._loaded)
            _check(view, book, epoch)
            draft = Draft(view, origin)
            yield draft
            _check(view, book, epoch)
            number = self._number_after(view.head(), connection)
            with undisturbed():
                sealed = draft.seal(number)
                _keep(connection, sealed)
        draft.committed(sealed.head)
        self._loaded = moved_on(view.loaded, sealed)
        self._newest = sealed.head, number if sealed.changeset else number - 1

    def add_book(self, book: str, where: str) -> None:
        """Register a book, or note that it has moved."""
        told = BookRecord(kept(book, "the list of books"), kept(where, "the list of books"))
        with self._writing() as connection:
            known = SqlView(connection).book(book)
            if known:
                _shelve(connection, replace(known, where=where))
                return
            number = (connection.scalar(select(func.max(BOOK.c.number))) or 0) + 1
            values = {"id": book, "number": number, **book_values(told)}
            connection.execute(insert(BOOK), values)

    def books(self) -> Sequence[BookRecord]:
        """Return the books the ledger knows, oldest first."""
        with self._reading() as connection:
            return SqlView(connection).books()

    def lease(self, book: str, holder: str, now: datetime, until: datetime, *, takeover: bool = False) -> int:
        """Take a book's lease and return its new epoch; see the port."""
        with self._writing() as connection:
            known = _known(SqlView(connection), book)
            taken = leases.leased(known, holder, now, until, takeover=takeover)
            _shelve(connection, taken)
        return taken.epoch

    def release(self, book: str, epoch: int) -> None:
        """Give the lease back, if it is still this epoch's."""
        with self._writing() as connection:
            _shelve(connection, leases.released(_known(SqlView(connection), book), epoch))

    def acknowledge(self, book: str, epoch: int, at: At, fingerprint: str = "") -> None:
        """Record that the book holds everything up to `at.mark`; raises `Fenced` if the epoch is old."""
        with self._writing() as connection:
            known = _known(SqlView(connection), book)
            _shelve(connection, leases.acknowledged(known, epoch, at, fingerprint))

    def claim(self, owner: str, now: datetime, until: datetime, many: int) -> Sequence[Posted]:
        """Give a sender up to `many` messages that may go now; see the port."""
        with self._posting() as connection:
            return sqloutbox.claim(connection, owner, now, until, many)

    def hand_back(self, message: str, owner: str, next_try: datetime, said: str) -> None:
        """Put a message back into the queue; raises `Fenced` if the sender does not hold it any more."""
        with self._posting() as connection:
            sqloutbox.hand_back(connection, message, owner, next_try, said)

    def about_to_send(self, message: str, owner: str, now: datetime) -> None:
        """Note that the message's last byte is about to go out; raises `Fenced`, and then it must not."""
        with self._posting() as connection:
            sqloutbox.about_to_send(connection, message, owner, now)

    def lost(self, now: datetime) -> Sequence[Posted]:
        """Let messages in `sending` whose sender's claim has lapsed come to `unknown`; return them."""
        with self._posting() as connection:
            return sqloutbox.lost(connection, now)

    def sets(self, *, newest_first: bool = True) -> Iterator[ChangeSet]:
        """Return the change sets."""
        number = CHANGE_SET.c.number
        ahead = select(CHANGE_SET).order_by(number.desc() if newest_first else number).limit(SETS)
        page: Sequence[Any] = ()
        while True:
            last = page[-1][0] if page else None
            more = ahead if last is None else ahead.where(number < last if newest_first else number > last)
            with self._reading() as connection:
                page = connection.execute(more).all()
            if not page:
                return
            yield from map(read_set, page)

    def verify(self, known: Iterable[Bookmark] = ()) -> Sequence[str]:
        """Check the history and what follows from it; see the port."""
        with self._reading() as connection:
            return audit_database(connection, known)

    @contextmanager
    def connected(self, *, alone: bool) -> Iterator[Connection]:
        """Open a connection for what no port offers, such as copying it all; `alone`: as the only writer."""
        with self._writing() if alone else self._reading() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database."""
        if self._last:
            self._last.leave(self._id, self._loaded)
        with spoken(self._place):
            self._engine.dispose()

    def _number_after(self, head: Bookmark, connection: Connection) -> int:
        """Return the number of the next change set after a head; each set moves it."""
        known, number = self._newest
        return (number if known == head else connection.scalar(_NEWEST_SET) or 0) + 1

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with spoken(self._place), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with spoken(self._place), writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _posting(self) -> Iterator[Connection]:
        with spoken(self._place), posting(self._engine) as connection:
            yield connection


def _keep(connection: Connection, sealed: Sealed) -> None:
    if sealed.changeset:
        connection.execute(_NEW_SET, set_values(sealed.changeset))
        insert_rows(connection, CHANGE, sealed.links)
        for name, put in sealed.rows.items():
            write_rows(connection, BY_NAME[name], put)
        _keep_issues(connection, sealed)
        connection.execute(_NEW_HEAD, sealed.head._asdict())
    for book, at in sealed.books.items():
        connection.execute(update(BOOK).where(BOOK.c.id == book).values(at_values(at)))
    sqloutbox.keep(connection, sealed)


def _keep_issues(connection: Connection, sealed: Sealed) -> None:
    if touched := [{f"the_{name}": part for name, part in key._asdict().items()} for key in sealed.issues]:
        connection.execute(_NO_ISSUE, touched)
    if opened := [
        {**key._asdict(), "packed": issue_text(issue)} for key, issue in sealed.issues.items() if issue
    ]:
        connection.execute(insert(ISSUE), opened)


def _check(view: SqlView, book: str, epoch: int) -> None:
    if book:
        leases.check_epoch(_known(view, book), epoch)


def _known(view: SqlView, book: str) -> BookRecord:
    known = view.book(book)
    if known is None:
        raise leases.unknown(book)
    return known


def _shelve(connection: Connection, book: BookRecord) -> None:
    connection.execute(update(BOOK).where(BOOK.c.id == book.id).values(book_values(book)))
