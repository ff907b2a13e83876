"""A ledger, books on it, and what may happen to them: the stage on which the promises are tested."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from arc_sheets.cells import CellValue, Reading, Row, Rows, Value
from arc_sheets.tab import Tab
from arc_sync.agent.merging import Rules
from arc_sync.agent.round import Figures, Report, Settings, run_round
from arc_sync.agent.showing import show_new
from arc_sync.books.contents import IssueLine, Meta
from arc_sync.books.draw.issues import MINE, NOTED, THEIRS
from arc_sync.books.memory import MemoryBook, MemoryRow, MemorySheet, no_hook
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger, Transaction
from arc_sync.merge.history import Bookmark, Origin
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from tests.toys import THINGS, TOYS, counted

Hook = Callable[[str], None]

#: Rounds after which whatever can come to rest has.
ENOUGH = 8


class Crash(BaseException):
    """The agent dies here. No `except Exception` may catch it."""


class Copy(NamedTuple):
    """One copy of a book's file."""

    meta: Meta
    sheets: dict[str, MemorySheet]
    lines: list[IssueLine]


class Shot(NamedTuple):
    """All that a round may change."""

    head: Bookmark
    books: tuple[Copy, ...]


@dataclass(slots=True)
class World:
    """Tabs, one ledger, and its books A and B."""

    tabs: Sequence[Tab] = TOYS
    ledger: Ledger = field(default_factory=MemoryLedger)
    figures: Figures = counted
    books: dict[str, MemoryBook] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    born: int = 0  #: row ids given out

    def __post_init__(self) -> None:
        self.books = {name: MemoryBook(self.ledger.id, name, self.tabs) for name in "AB"}

    # -- the agent -------------------------------------------------------------------------------------

    def sync(self, book: str, hook: Hook = no_hook, *, dry_run: bool = False) -> Report:
        """Run a round; the hook is called between its steps and before each write to the book."""
        with self._at_work(book, hook) as (settings, here):
            return run_round(replace(settings, dry_run=dry_run), here, self.ledger, self.now, hook)

    def show(self, book: str, since: int, hook: Hook = no_hook) -> None:
        """Show rows that the ledger got after a change, ahead of a round; the hook is called as in one."""
        with self._at_work(book, hook) as (settings, here):
            show_new(settings, here, self.ledger, since, self.now, hook)

    @contextmanager
    def _at_work(self, book: str, hook: Hook) -> Iterator[tuple[Settings, MemoryBook]]:
        self.now += timedelta(minutes=1)
        here = self.books[book]
        outer, here.hook = here.hook, hook
        try:
            yield Settings(Rules(self.tabs, Reading(), "EUR", self.fresh), "Ann", self.figures), here
        finally:
            here.hook = outer

    def settle(self, *books: str) -> None:
        """Run rounds until none finds anything to do; that it comes to that is promise 2."""
        for _ in range(ENOUGH):
            if all([self.sync(book).idle for book in books or self.books]):  # noqa: C419 (each must run)
                return
        raise AssertionError("it does not converge")

    def fresh(self) -> str:
        """Return a new row id."""
        self.born += 1
        return f"{self.born:032x}"

    def steps(self, book: str) -> list[str]:
        """Run a round and return the steps at which it could have died."""
        steps: list[str] = []
        self.sync(book, steps.append)
        return steps

    # -- the ledger ------------------------------------------------------------------------------------

    def rows(self, tab: Tab = THINGS) -> Rows:
        """Return the live rows of a tab."""
        with self.ledger.read() as view:
            return view.rows(tab)

    def live(self) -> dict[str, dict[str, Row]]:
        """Return all live rows by tab name."""
        return {tab.name: dict(self.rows(tab)) for tab in self.tabs}

    def value(self, row: str, column: str, tab: Tab = THINGS) -> Value:
        """Return a value of a live row."""
        return self.rows(tab)[row][place(tab, column)]

    def issues(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        """Return the open issues but notices."""
        return {k: x for k, x in self.every_issue(book).items() if x.kind is not IssueKind.NOTICE}

    def notices(self, book: str | None = None) -> list[Issue]:
        """Return the open notices."""
        return [x for x in self.every_issue(book).values() if x.kind is IssueKind.NOTICE]

    def every_issue(self, book: str | None = None) -> Mapping[IssueKey, Issue]:
        """Return the open issues, notices too."""
        with self.ledger.read() as view:
            return view.issues(book)

    def issue(self, book: str, row: str, column: str, tab: Tab = THINGS) -> Issue | None:
        """Return one open issue."""
        return self.every_issue(book).get(IssueKey(book, tab.name, row, column))

    def head(self) -> Bookmark:
        """Return the newest change."""
        with self.ledger.read() as view:
            return view.head()

    @contextmanager
    def changing(self) -> Iterator[Transaction]:
        """Open a change set of somebody who works on the ledger directly."""
        with self.ledger.change(Origin("Bob", "import", "An export was imported", self.now)) as t:
            yield t

    def put(self, row: str, tab: Tab = THINGS, /, **values: Value) -> None:
        """Set values of a live row, as an import does."""
        with self.changing() as t:
            t.put(tab, row, merged(tab, t.rows(tab)[row], values))

    def insert(self, tab: Tab = THINGS, /, **values: Value) -> str:
        """Add a row, as an import does."""
        row = self.fresh()
        with self.changing() as t:
            t.put(tab, row, merged(tab, (None,) * len(tab.stored), values))
        return row

    def delete(self, row: str, tab: Tab = THINGS) -> None:
        """Delete a live row, as an undo does."""
        with self.changing() as t:
            t.put(tab, row, None)

    # -- the books -------------------------------------------------------------------------------------

    def sheet(self, book: str, tab: Tab = THINGS) -> MemorySheet:
        """Return a sheet of a book."""
        return self.books[book].sheets[tab.name]

    def at(self, book: str, row: str, tab: Tab = THINGS) -> MemoryRow:
        """Return the one row of a book with this id."""
        found = self.sheet(book, tab).find(row)
        assert found is not None, f"{row} is not in {book}, or more than once"
        return found

    def cell(self, book: str, row: str, column: str, tab: Tab = THINGS) -> CellValue:
        """Return what a cell holds."""
        return self.at(book, row, tab).cells.get(column)

    def type(self, book: str, row: str, tab: Tab = THINGS, /, **cells: CellValue) -> None:
        """Type into cells of a row."""
        self.at(book, row, tab).cells.update(cells)

    def add(self, book: str, tab: Tab = THINGS, /, **cells: CellValue) -> MemoryRow:
        """Type a new row at the end."""
        row = MemoryRow(cells=cells)
        self.sheet(book, tab).rows.append(row)
        return row

    def line(self, book: str, row: str, column: str, tab: Tab = THINGS) -> IssueLine | None:
        """Return what the Issues tab of a book shows of a cell."""
        wanted = f"{book}/{tab.name}/{row}/{column}"
        return next((line for line in self.books[book].lines if line.id == wanted), None)

    def pick(self, book: str, line: IssueLine, choice: str) -> None:
        """Pick a choice on a line of the Issues tab, which may no longer show it."""
        lines = self.books[book].lines
        self.books[book].lines = [
            *(x for x in lines if x.id != line.id),
            replaced(line, choice),
        ]

    def choose(self, book: str, row: str, column: str, choice: str, tab: Tab = THINGS) -> None:
        """Pick a choice on the line of a cell."""
        line = self.line(book, row, column, tab)
        assert line is not None, "the Issues tab does not show it"
        self.pick(book, line, choice)

    def copy(self, book: str) -> Copy:
        """Return a copy of a book's file."""
        here = self.books[book]
        return Copy(here.meta, copy.deepcopy(here.sheets), list(here.lines))

    def put_back(self, book: str, file: Copy) -> None:
        """Let this copy be the book now; the connection of a round under way died with the old one."""
        here = self.books[book]
        here.meta = file.meta._replace(epoch=0)
        here.sheets, here.lines = copy.deepcopy(file.sheets), list(file.lines)

    def shot(self) -> Shot:
        """Return all that a round may change, but epochs."""
        copies = (self.copy(book) for book in self.books)
        return Shot(self.head(), tuple(c._replace(meta=c.meta._replace(epoch=0)) for c in copies))


def place(tab: Tab, column: str) -> int:
    """Return where a column stands in a row."""
    return [c.name for c in tab.stored].index(column)


def merged(tab: Tab, row: Row, values: Mapping[str, Value]) -> Row:
    """Return a row with values put in."""
    assert set(values) <= {c.name for c in tab.stored}
    return tuple(values.get(c.name, v) for c, v in zip(tab.stored, row, strict=True))


def replaced(line: IssueLine, choice: str) -> IssueLine:
    """Return a line with a choice picked."""
    assert choice in (MINE, THEIRS, NOTED)
    return line._replace(choice=choice)
