"""Whether a workbook knows changes that the ledger does not: then an older ledger was restored.

What the older ledger has forgotten may have been sent since, so nothing is written and nothing leaves. The book is
the witness: its bookmark names a change by number and hash.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from arc_sheets.errors import BookAhead, BookForeign, BookMissing, BookRefused
from arc_sync.books.contents import Meta
from arc_sync.books.file import FileSession
from arc_sync.books.port import Book
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Bookmark


def checked(meta: Meta, ledger: Ledger, where: str, nothing: str = "written") -> Bookmark:
    """Return the bookmark of a book at `where`, if this ledger's history knows it.

    `nothing` says what is not done otherwise. Raises `BookForeign` or `BookAhead`.
    """
    if meta.ledger != ledger.id:
        raise BookForeign(
            f"{where} belongs to another ledger; point ARC at that ledger, or choose another book."
        )
    mark = meta.mark
    with ledger.read() as view:
        known = view.changes(mark.n - 1, mark.n) if mark.n and mark.n <= view.head().n else ()
    if mark.n and (not known or known[0].hash != mark.hash):
        raise BookAhead(
            f"{where} knows changes that the ledger does not: an older ledger seems to have been restored. "
            f"Nothing was {nothing}. Bring back the newer ledger, or make a new book with `arc sync --new`."
        )
    return mark


def look_for_newer(ledger: Ledger, book: Path, remote: Book | None = None) -> None:
    """Look whether the firm's book, or another of this ledger, knows more than it; raises `BookAhead`.

    A book that is missing, foreign or cannot be read says nothing. One that is open elsewhere is asked as it was
    saved last. `remote` is a book that is no file.
    """
    if remote:
        with suppress(BookMissing, BookRefused, BookForeign), remote.open() as session:
            if session.meta().ledger == ledger.id:
                checked(session.meta(), ledger, remote.where, "sent")
    for path in dict.fromkeys((book, *(Path(record.where) for record in ledger.books()))):
        try:
            meta = FileSession(path).meta()
            if meta.ledger == ledger.id:
                checked(meta, ledger, str(path), "sent")
        except (BookMissing, BookRefused, BookForeign):
            continue
