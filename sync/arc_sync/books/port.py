"""What every book can do, and what a round asks of it.

A book is opened for one round. Within that session it is read, new ids are stamped into it, and one plan
is written: each cell only over the value that was read, new rows whole, the bookmark last and only if
every write held. A session dies with its connection: whatever it writes after that fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from arc_sheets.cells import CellValue
from arc_sheets.tab import Tab
from arc_sync.books.contents import BookRow, IssueLine, Meta
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import Form, State
from arc_sync.books.seals import Typed
from arc_sync.merge.history import Bookmark
from arc_sync.merge.identify import Stamp
from arc_sync.merge.plan import Drop, Look, SetCell
from arc_sync.merge.snapshot import ReadTab


class ShownIssue(NamedTuple):
    """A line of the Issues tab as it stands: its id, what a person picked, the seal of the values beside it."""

    id: str
    choice: str
    seal: str


class LastDrawn(NamedTuple):
    """What ARC last drew in the book: when, and a digest of each drawing by sheet name."""

    synced: datetime | None  #: local wall clock
    digests: Mapping[str, str]
    charted: int | None = None  #: buckets that Home's chart shows, where it cannot follow those of Aging
    remedy: str = ""  #: what a person can do about that, in a few words


class SetFace(NamedTuple):
    """Write the computed cells of a row and their seal, if they still hold what was read."""

    tab: str
    row: str
    seen: tuple[CellValue, ...]  #: in the order of `tab.computed`
    cells: tuple[CellValue, ...]
    seal: str


class SetEntry(NamedTuple):
    """Write an entry cell of the form on Account, if it still holds what was read."""

    block: str
    field: str
    seen: CellValue
    value: str | None


@dataclass(slots=True)
class BookPlan:
    """One round's writes to a book, in the order in which they are carried out."""

    epoch: int
    mark: Bookmark  #: the new bookmark: the head of the merge's change set
    was: Bookmark  #: the bookmark that was read; if it has moved, somebody else was here
    synced: datetime  #: when this round was, local wall clock
    form: State | None = None  #: what to keep of the form while its cells are written; None: as it is
    #: A block is left as it is where its *Then*, named first, no longer holds what was read: somebody thought again.
    entries: list[SetEntry] = field(default_factory=list)
    nonce: str = ""  #: the form's new one, if every entry held; "": it keeps the one it has
    cells: list[SetCell] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    faces: list[SetFace] = field(default_factory=list)
    appends: dict[str, list[BookRow]] = field(default_factory=dict)  #: by tab name
    drawings: Sequence[Drawing] = ()
    #: what people typed where these drawings, or the lines on Issues, go: by sheet, as it was read
    typed: dict[str, Sequence[Typed]] = field(default_factory=dict)
    issues: Sequence[IssueLine] | None = None  #: all lines of the Issues tab; None: as it is
    looks: list[Look] = field(default_factory=list)
    waits: bool = False  #: a row had no opinion: the bookmark stays

    def form_after(self, *, held: bool) -> State | None:
        """Return what to keep of the form once its cells are written, or some of them did not hold."""
        if self.form is None:
            return None
        return self.form._replace(clearing=(), nonce=self.nonce if self.nonce and held else self.form.nonce)

    @property
    def as_of(self) -> date:
        """The day that the figures are of."""
        return self.synced.date()

    @property
    def idle(self) -> bool:
        """Say whether there is nothing to write, not even a bookmark."""
        work = (self.cells, self.drops, self.faces, any(self.appends.values()), self.entries, self.form)
        return not any(work) and self.issues is None and not self.drawings and self.mark == self.was


class Session(Protocol):
    """One open connection to a book."""

    def meta(self) -> Meta:
        """Return the book's identity and bookmark; raises `BookForeign` if it is no ARC book."""

    def claim(self, epoch: int) -> None:
        """Stamp the epoch, so that the writes of an older session fail."""

    def read(self, tab: Tab) -> ReadTab:
        """Return one record tab; its rows are to be walked once, before the next call."""

    def fingerprint(self) -> str:
        """Return what `Book.fingerprint` says of the book as this session read it, or has written it since."""

    def issues(self) -> Sequence[ShownIssue]:
        """Return the lines of the Issues tab as they stand."""

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew here."""

    def typed(self, drawing: Drawing) -> Sequence[Typed]:
        """Return what people typed where a drawing would go; a formula's new result is no typing."""

    def typed_on_issues(self, many: int) -> Sequence[Typed]:
        """Return what people typed where `many` lines of the Issues tab would go; a choice is no typing."""

    def overtaken(self) -> Mapping[str, Sequence[Typed]]:
        """Return, by sheet, what people typed in the very instant in which ARC wrote there and stands nowhere now."""

    def form(self) -> Form:
        """Return the form on the Account tab; an empty one where the book has none."""

    def account(self) -> str:
        """Return the customer picked on the Account tab, or ""."""

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Write ids into rows, durably; False if a row no longer stood where it was read. Then read again."""

    def write(self, plan: BookPlan) -> bool:
        """Carry out a plan for tabs read in this session.

        False if a cell no longer held what was read: that one is left, and the bookmark stays.
        """


class Book(Protocol):
    """A workbook that may be opened."""

    @property
    def where(self) -> str:
        """Return its path or address."""

    def open(self) -> AbstractContextManager[Session]:
        """Connect; raises `BookMissing`, `BookOpen` or `BookRefused`."""

    def fingerprint(self) -> str:
        """Return a text that changes whenever the book does, cheaply, without reading a tab; "" if unknown."""
