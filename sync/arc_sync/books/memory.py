"""A book in memory: what people can see and break, without a file. For tests and dry runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from arc_sheets.cells import CellValue, show_cell
from arc_sheets.tab import Tab
from arc_sync.books.contents import BookRow, IssueLine, Meta
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.draw.records import HEADER_ROW
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import FIRST_NONCE, Form, State
from arc_sync.books.port import BookPlan, LastDrawn, SetEntry, SetFace, ShownIssue
from arc_sync.books.seals import Typed
from arc_sync.books.stepwise import carry_out
from arc_sync.merge.history import Bookmark
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.plan import Drop, Look, SetCell
from arc_sync.merge.snapshot import ReadRow, ReadTab, currency_of
from arc_sync.xlsx.refs import parse_ref


@dataclass(slots=True)
class MemoryRow:
    """One row: its hidden id and seal, ARC's cells by column name, and what the person wrote beside them."""

    id: str = ""
    cells: dict[str, CellValue] = field(default_factory=dict)
    seal: str = ""
    own: CellValue = None  #: a column of the person's


@dataclass(slots=True)
class MemorySheet:
    """One record tab: the columns that are there, and the rows in their order."""

    columns: set[str]
    rows: list[MemoryRow] = field(default_factory=list)

    def find(self, row: str) -> MemoryRow | None:
        """Return the one row with this id; None if there is none, or more than one."""
        found = [r for r in self.rows if r.id == row]
        return found[0] if len(found) == 1 else None


def no_hook(_step: str) -> None:
    """Do nothing; tests put a fault here."""


class MemoryBook:
    """A `Book` whose sheets are plain lists."""

    def __init__(self, ledger: str, book: str, tabs: Sequence[Tab]) -> None:
        self.meta = Meta(ledger, book, 0, "", 0)
        self.tabs = {tab.name: tab for tab in tabs}
        self.sheets = {t.name: MemorySheet({ID, *(c.name for c in t.columns)}) for t in tabs}
        self.lines: list[IssueLine] = []
        self.drawings: dict[str, Drawing] = {}
        self.synced: datetime | None = None
        self.typed: dict[str, list[Typed]] = {}  #: by sheet, what people typed over reports and issues
        self.customer = ""
        self.form = State(FIRST_NONCE)
        self.entries: dict[tuple[str, str], CellValue] = {}  #: the form's cells by block and field
        self.hook: Callable[[str], None] = no_hook

    @property
    def where(self) -> str:
        """Return its name."""
        return f"memory:{self.meta.book}"

    @contextmanager
    def open(self) -> Iterator[MemorySession]:
        """Connect."""
        yield MemorySession(self)

    def fingerprint(self) -> str:
        """Return "": it cannot tell."""
        return ""


class MemorySession:
    """A `Session` with a `MemoryBook`. It dies when another one claims the book."""

    def __init__(self, book: MemoryBook) -> None:
        self._book = book
        self._epoch = book.meta.epoch
        self._columns: dict[str, set[str]] = {}  #: by tab name, as read

    def meta(self) -> Meta:
        """Return the book's identity and bookmark."""
        return self._book.meta

    def claim(self, epoch: int) -> None:
        """Stamp the epoch."""
        self._epoch = epoch
        self._book.meta = self._book.meta._replace(epoch=epoch)

    def read(self, tab: Tab) -> ReadTab:
        """Return one record tab."""
        sheet = self._book.sheets.get(tab.name)
        if sheet is None:
            return ReadTab(tab, frozenset())
        self._columns[tab.name] = set(sheet.columns)
        rows = [_read_row(tab, sheet, at, row) for at, row in enumerate(sheet.rows)]
        return ReadTab(tab, frozenset(sheet.columns), rows)

    def fingerprint(self) -> str:
        """Return "": it cannot tell."""
        return ""

    def issues(self) -> Sequence[ShownIssue]:
        """Return the lines of the Issues tab."""
        return [ShownIssue(line.id, line.choice, line.seal) for line in self._book.lines]

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew here."""
        return LastDrawn(self._book.synced, {name: d.digest for name, d in self._book.drawings.items()})

    def typed(self, drawing: Drawing) -> Sequence[Typed]:
        """Return what people typed where a drawing would go."""
        areas = [d.area for d in (drawing, self._book.drawings.get(drawing.sheet)) if d]
        found = ((parse_ref(t.cell), t) for t in self._book.typed.get(drawing.sheet, ()))
        return [t for at, t in found if at not in drawing.entries and any(area.holds(*at) for area in areas)]

    def typed_on_issues(self, many: int) -> Sequence[Typed]:
        """Return what people typed where `many` lines of the Issues tab would go."""
        last = HEADER_ROW + max(many, len(self._book.lines))
        return [t for t in self._book.typed.get(ISSUES.title, ()) if parse_ref(t.cell).row <= last]

    def overtaken(self) -> Mapping[str, Sequence[Typed]]:
        """Return nothing: each cell is written only over what was read."""
        return {}

    def form(self) -> Form:
        """Return the form on the Account tab."""
        book = self._book
        if not book.form.nonce:
            return Form()
        filled = {place: value for place, value in book.entries.items() if value is not None}
        return Form(book.form, book.customer, filled)

    def account(self) -> str:
        """Return the customer picked on the Account tab."""
        return self._book.customer

    def stamp(self, stamps: Sequence[Stamp]) -> bool:
        """Write ids into the rows that still are what was read there."""
        for stamp in stamps:
            self._book.hook("stamp")
            rows = self._book.sheets[stamp.tab].rows
            row = rows[stamp.at] if stamp.at < len(rows) else None
            if (
                not self._alive
                or row is None
                or (row.id, self._stored(stamp.tab, row)) != (stamp.was, stamp.seen)
            ):
                return False
            row.id = stamp.id
        return True

    def write(self, plan: BookPlan) -> bool:
        """Carry out a plan, step by step."""
        held = carry_out(self, plan)
        if held:
            self._book.synced = plan.synced
        return held

    # -- steps -----------------------------------------------------------------------------------------

    def set_form(self, state: State) -> bool:
        """Keep this of the form."""
        self._book.hook("set form")
        if self._alive:
            self._book.form = state
        return self._alive

    def set_entry(self, step: SetEntry) -> bool:
        """Write an entry cell of the form over the value that was read."""
        self._book.hook("set entry")
        place = (step.block, step.field)
        if not self._alive or self._book.entries.get(place) != step.seen:
            return False
        self._book.entries[place] = step.value
        return True

    def set_cell(self, step: SetCell) -> bool:
        """Write a cell over the value that was read."""
        self._book.hook("set cell")
        row = self._found(step.tab, step.row, step.column)
        if row is None or row.cells.get(step.column) != step.seen:
            return False
        row.cells[step.column] = step.value
        return True

    def look(self, step: Look) -> bool:
        """Say whether a cell still holds what was read."""
        self._book.hook("look")
        row = self._found(step.tab, step.row, step.column)
        return row is not None and row.cells.get(step.column) == step.seen

    def drop(self, step: Drop) -> bool:
        """Take a row out, or only its ARC cells if the person wrote beside them."""
        self._book.hook("drop")
        row, sheet = self._found(step.tab, step.row), self._book.sheets[step.tab]
        if row is None or self._stored(step.tab, row) != step.seen:
            return False
        theirs: dict[str, CellValue] = {
            k: v for k, v in row.cells.items() if k not in sheet.columns and v is not None
        }
        if row.own is None and not theirs:
            sheet.rows.remove(row)
        row.id, row.cells, row.seal = (
            "",
            theirs,
            "",
        )  # under a header ARC does not know, cells are the person's
        return True

    def set_face(self, step: SetFace) -> bool:
        """Write a row's computed cells and their seal."""
        self._book.hook("set face")
        row = self._found(step.tab, step.row)
        names = [c.name for c in self._book.tabs[step.tab].computed]
        if row is None or tuple(row.cells.get(n) for n in names) != step.seen:
            return False
        row.cells |= dict(zip(names, step.cells, strict=True))
        row.seal = step.seal
        return True

    def append(self, tab: str, row: BookRow) -> bool:
        """Add a whole row, unless its id is there or a column has come or gone since the read."""
        self._book.hook("append")
        sheet, declared = self._book.sheets[tab], self._book.tabs[tab]
        if not self._alive or any(r.id == row.id for r in sheet.rows):
            return False
        if sheet.columns != self._columns[tab]:
            return False
        currency = currency_of(declared, row.values)
        cells: dict[str, CellValue] = {
            c.name: show_cell(c, v, currency) for c, v in zip(declared.stored, row.values, strict=True)
        }
        cells |= {
            c.name: show_cell(c, v, currency) for c, v in zip(declared.computed, row.computed, strict=True)
        }
        sheet.rows.append(MemoryRow(row.id, {k: v for k, v in cells.items() if k in sheet.columns}, row.seal))
        return True

    def draw(self, drawing: Drawing, typed: Sequence[Typed]) -> bool:
        """Keep a report, if nothing else was typed where it goes."""
        self._book.hook("draw")
        if not self._alive or self.typed(drawing) != list(typed):
            return False
        self._book.drawings[drawing.sheet] = drawing
        self._forget(drawing.sheet, typed)
        return True

    def show_issues(self, lines: Sequence[IssueLine], typed: Sequence[Typed]) -> bool:
        """Replace the lines of the Issues tab, if nothing else was typed where they go."""
        self._book.hook("show issues")
        if not self._alive or self.typed_on_issues(len(lines)) != list(typed):
            return False
        self._book.lines = list(lines)
        self._forget(ISSUES.title, typed)
        return True

    def _forget(self, sheet: str, typed: Sequence[Typed]) -> None:
        self._book.typed[sheet] = [t for t in self._book.typed.get(sheet, ()) if t not in typed]

    def set_bookmark(self, was: Bookmark, mark: Bookmark) -> bool:
        """Move the bookmark."""
        self._book.hook("bookmark")
        meta = self._book.meta
        if not self._alive or meta.mark != was:
            return False
        self._book.meta = meta._replace(bookmark=mark.n, hash=mark.hash)
        return True

    @property
    def _alive(self) -> bool:
        return self._book.meta.epoch == self._epoch

    def _stored(self, tab: str, row: MemoryRow) -> tuple[CellValue, ...]:
        there = self._book.sheets[tab].columns
        return tuple(row.cells.get(c.name) if c.name in there else None for c in self._book.tabs[tab].stored)

    def _found(self, tab: str, row: str, column: str = ID) -> MemoryRow | None:
        sheet = self._book.sheets.get(tab)
        return sheet.find(row) if self._alive and sheet and column in sheet.columns else None


def _read_row(tab: Tab, sheet: MemorySheet, at: int, row: MemoryRow) -> ReadRow:
    cells = {k: copy.copy(v) for k, v in row.cells.items() if k in sheet.columns}
    stored = tuple(cells.get(c.name) for c in tab.stored)
    computed = tuple(cells.get(c.name) for c in tab.computed)
    return ReadRow(at, row.id if ID in sheet.columns else "", stored, computed, row.seal)
