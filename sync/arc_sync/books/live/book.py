"""A `Book` that is open in Excel, or in LibreOffice, and one session with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from arc_sheets.cells import verbatim
from arc_sheets.errors import BookMissing, BookRefused
from arc_sheets.tab import Tab
from arc_sync.books import entries, overtyped
from arc_sync.books import layout as layouts
from arc_sync.books.contents import Meta
from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.account import SHEET as ACCOUNT
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import Form
from arc_sync.books.layout import Layout
from arc_sync.books.live.asking import PATIENCE, Asking, Patience, give_up_in_time
from arc_sync.books.live.workbook import OpenWorkbook, name_of
from arc_sync.books.live.writes import LiveWrites, hidden_of
from arc_sync.books.port import BookPlan, LastDrawn, ShownIssue
from arc_sync.books.seals import Typed
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow, ReadTab
from arc_sync.xlsx import Refused
from arc_sync.xlsx.refs import cell_ref

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


class LiveSession:
    """A `Session` with an open book. What it read stays as it was read; writes are compared with it."""

    def __init__(self, book: OpenWorkbook) -> None:
        self._book = book
        self._reopen()
        self._epoch = self.meta().epoch

    def meta(self) -> Meta:
        """Return the book's identity and bookmark."""
        return self._hidden.meta

    def claim(self, epoch: int) -> None:
        """Remember the epoch; it is stamped with the first write, as a write costs a person the undo list."""
        self._epoch = epoch

    def read(self, tab: Tab) -> ReadTab:
        """Return one record tab; its rows are made while they are walked. Raises `BookRefused`."""
        with self._said():
            layout = self._layouts[tab.name] = layouts.find(self._book, tab)
        if layout is None:
            return ReadTab(tab, frozenset())
        return ReadTab(tab, layout.present, self._rows(layout))

    def _rows(self, layout: Layout) -> Iterator[ReadRow]:
        with self._said():
            yield from layouts.read_rows(layout, date1904=self._book.date1904)

    def fingerprint(self) -> str:
        """Return "": it cannot tell."""
        return ""

    def issues(self) -> Sequence[ShownIssue]:
        """Return the lines of the Issues tab; none if the tab is gone."""
        rows = self.read(ISSUES).rows
        return [ShownIssue(row.id, verbatim(row.cells[0]), row.seal) for row in rows if row.id]

    def overtaken(self) -> Mapping[str, Sequence[Typed]]:
        """Return nothing: each cell is written only over what was read."""
        return {}

    def form(self) -> Form:
        """Return the form on the Account tab, each cell read where its label stands."""
        with self._said():
            return entries.read_form(self._book, self._hidden, self.account())

    def account(self) -> str:
        """Return the customer picked on the Account tab."""
        if ACCOUNT not in self._book.sheet_names:
            return ""
        cell = self._book.sheet(ACCOUNT).cell(cell_ref(*PICKER))
        return cell.raw or "" if cell.type == "s" else ""

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew, and when."""
        values = self._hidden.values
        digests = {k.removeprefix("drawn "): v for k, v in values.items() if k.startswith("drawn ")}
        return LastDrawn(datetime.fromisoformat(values["synced"]) if values.get("synced") else None, digests)

    def typed(self, drawing: Drawing) -> Sequence[Typed]:
        """Return what people typed where a drawing would go."""
        with self._said():
            return overtyped.on_report(self._book, self._hidden, drawing)

    def typed_on_issues(self, many: int) -> Sequence[Typed]:
        """Return what people typed where `many` lines of the Issues tab would go."""
        layout = self._layouts.get(ISSUES.name)
        with self._said():
            return overtyped.on_issues(self._book, self._hidden, layout, many) if layout else ()

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
        self._layouts: dict[str, Layout | None] = {}
