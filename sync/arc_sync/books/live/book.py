"""A `Book` that is open in Excel, or in LibreOffice, and one session with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arc_sheets.errors import BookMissing, BookRefused
from arc_sync.books.layout import Layout
from arc_sync.books.live.asking import PATIENCE, Asking, Patience, give_up_in_time
from arc_sync.books.live.workbook import OpenWorkbook, name_of
from arc_sync.books.live.writes import LiveWrites, hidden_of
from arc_sync.books.port import BookPlan
from arc_sync.books.reading import Reading
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Refused, Row

if TYPE_CHECKING:
    import xlwings as xw


class LiveBook:
    """A `Book` that is open on the desktop; `reach` finds it there, or returns None."""

    def __init__(
        self, where: str, program: str, reach: Callable[[], xw.Book | None], patience: Patience = PATIENCE
    ) -> None:
        self._where, self._program, self._reach, self._patience = where, program, reach, patience

    @property
    def where(self) -> str:
        """Return its path or address."""
        return self._where

    @contextmanager
    def open(self) -> Iterator[LiveSession]:
        """Connect to the program; raises `BookMissing`, `BookOpen` while it is busy, or `BookRefused`."""
        give_up_in_time()
        asking = Asking(name_of(self._where), self._program, self._patience)
        book = asking("find the book", self._reach)
        if book is None:
            raise BookMissing(f"{asking.book} is no longer open in {self._program}; run this again.")
        yield LiveSession(OpenWorkbook(book, asking))

    def fingerprint(self) -> str:
        """Return "": an open book changes without a sign that costs less than reading it."""
        return ""


class LiveSession(Reading):
    """A `Session` with an open book. What it read stays as it was read; writes are compared with it."""

    def __init__(self, book: OpenWorkbook) -> None:
        self._book = book
        self._reopen()
        self._epoch = self.meta().epoch

    @property
    def _workbook(self) -> OpenWorkbook:
        return self._book

    def _reader(self, layout: Layout) -> Callable[[Row], ReadRow | None]:
        sheet = self._book.sheet(layout.sheet.name)
        return sheet.recall.reader((layout.tab.name, *sorted(layout.places.items())), super()._reader(layout))

    def claim(self, epoch: int) -> None:
        """Remember the epoch; it is stamped with the first write, as a write costs a person the undo list."""
        self._epoch = epoch

    def fingerprint(self) -> str:
        """Return "": it cannot tell."""
        return ""

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Write ids into rows that still hold what was read; then all is read again."""
        places = [(self._layouts[stamp.tab], stamp) for stamp in stamps]
        if any(layout is None or ID not in layout.places for layout, _ in places):
            return False
        with self._said(), self._book.quietly():
            stamped = LiveWrites(self._book, self._hidden, self._layouts, self._epoch).stamp(
                [(layout, stamp) for layout, stamp in places if layout]
            )
        self._reopen()
        self.issues()  # the round has read them already
        return stamped

    def write(self, plan: BookPlan) -> bool:
        """Carry out a plan, the bookmark last; False if a cell no longer held what was read, and was left."""
        if self.meta().mark != plan.was:
            return False
        with self._said(), self._book.quietly():
            return LiveWrites(self._book, self._hidden, self._layouts, self._epoch).carry_out(plan)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what goes wrong as a book's error."""
        try:
            yield
        except Refused as refused:
            name = self._book.path.name
            reason = refused.reason
            raise BookRefused(reason if name in reason else f"{name}: {reason}") from None

    def _reopen(self) -> None:
        self._book.forget()
        self._hidden = hidden_of(self._book)
        self._layouts = {}
