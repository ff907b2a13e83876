"""One visit to a book: opened, known to this ledger, and ours alone for as long as its lease lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from arc_sync.agent.lease import take_lease
from arc_sync.agent.marks import checked
from arc_sync.books.port import Book, Session
from arc_sync.ledger.port import Ledger, Transaction
from arc_sync.merge.history import At, Bookmark
from arc_sync.undisturbed import undisturbed


class Visit(NamedTuple):
    """A book at hand."""

    session: Session
    book: str  #: its id
    mark: Bookmark  #: as it was read
    epoch: int


@contextmanager
def visited(
    book: Book, ledger: Ledger, now: datetime, hook: Callable[[str], None], *, takeover: bool = False
) -> Iterator[Visit]:
    """Open a book and take its lease, if need be with `takeover` another holder's; `now` is UTC.

    `hook` is called between steps, for tests that die there. Raises `BookError` or `LedgerError`.
    """
    with undisturbed(), book.open() as session:
        meta = session.meta()
        mark = checked(meta, ledger, book.where)
        ledger.add_book(meta.book, book.where)
        epoch = take_lease(ledger, meta.book, now, takeover=takeover)
        hook("leased")
        try:
            session.claim(epoch)
            hook("claimed")
            yield Visit(session, meta.book, mark, epoch)
        finally:
            ledger.release(meta.book, epoch)


def stand_on(t: Transaction, book: str, mark: Bookmark) -> None:
    """Forget what was offered to a book on another bookmark: it was acknowledged, or this is another copy."""
    record = t.book(book)
    if record and record.at.mark != mark.n:
        t.set_at(book, At(mark.n))
