"""What a book last agreed with the ledger: derived from the history, never stored.

The base of a book at bookmark n is the ledger as it was at change n: today's rows and issues with later
changes undone. An issue open at n overrides the base of its cell (held: base kept; conflict: split, one
base per side), of its row (one of many that vanished) or of its column (missing since change m: as it was at m;
for a missing id column also which rows there were). On top lie the change sets committed for this book
and not acknowledged: what they took from the book replaces the base, what they offered to it is no new
edit when it shows up there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arc_sheets.cells import Row, Rows, Value
from arc_sheets.tab import Tab
from arc_sync.merge.history import ISSUES, Before, Change, Place, undone
from arc_sync.merge.issues import ID, Issue, IssueKey, IssueKind


@dataclass(slots=True)
class RowBase:
    """The base of one row. Fields are addressed by their index in `tab.stored`."""

    certain: bool  #: the copy at hand certainly had this row
    full: Row | None  #: the whole row, hidden columns too
    mine: list[Value] | None = None  #: the book's side of the base, None if it never had the row
    theirs: list[Value] | None = None  #: the ledger's side
    issues: Mapping[int, Issue] = field(default_factory=dict)  #: as shown in this copy
    offers: dict[int, list[Value]] = field(default_factory=dict)  #: written, perhaps: not acknowledged
    offered: Row | None = None  #: the row as first offered
    taken: set[int] = field(default_factory=set)  #: fields this book gave the ledger, not acknowledged
    stale: set[tuple[int, Value]] = field(default_factory=set)  #: values of older copies of this book

    def opened(self, index: int) -> bool:
        """Say whether an undecided conflict stands in this copy's cell."""
        issue = self.issues.get(index)
        return issue is not None and issue.kind is IssueKind.CONFLICT and not issue.loose

    def base(self, index: int) -> tuple[Value, Value]:
        """Return the base of a cell: the book's side and the ledger's."""
        if self.mine is None or self.theirs is None:
            return None, None
        return self.mine[index], self.theirs[index]


class Moment:
    """The rows of one tab and a book's issues in it as they were at change n."""

    def __init__(
        self, tab: Tab, live: Rows, issues: Mapping[IssueKey, Issue], later: Sequence[Change]
    ) -> None:
        """`later` are the changes after n, oldest first; `live` and `issues` are today's."""
        self._tab, self._live, self._issues = tab, live, issues
        self._past: dict[Place, Before] = undone(later)

    def row(self, row: str) -> Row | None:
        """Return the row as it was, or None."""
        place = (self._tab.name, row)
        before = self._past[place] if place in self._past else self._live.get(row)
        return before if isinstance(before, tuple) else None

    def issue(self, key: IssueKey) -> Issue | None:
        """Return the issue as it was, or None."""
        place = (ISSUES, "/".join(key))
        before = self._past[place] if place in self._past else self._issues.get(key)
        return before if isinstance(before, Issue) else None

    def issue_keys(self, book: str) -> Iterator[IssueKey]:
        """Return the keys of the book's issues in this tab that were open."""
        changed = (IssueKey(*row.split("/")) for tab, row in self._past if tab == ISSUES)
        for key in {*self._issues, *changed}:
            if (key.book, key.tab) == (book, self._tab.name) and self.issue(key):
                yield key


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a book stands: its bookmark and its pending sets on this bookmark."""

    book: str
    n: int
    after: Callable[[int], Sequence[Change]]  #: returns the changes after a number, oldest first
    pending: tuple[tuple[int, int], ...] = ()  #: (start, end) of sets not acknowledged


class Base:
    """The base of one tab of one book; rows are derived when asked for."""

    def __init__(self, tab: Tab, live: Rows, issues: Mapping[IssueKey, Issue], at: Standing) -> None:
        """`live` and `issues` are the ledger's of today, before this round's merge."""
        self.tab, self.n, self._at = tab, at.n, at

        def moment(n: int) -> Moment:
            return Moment(tab, live, issues, at.after(n))

        self._then = moment(at.n)
        self._ends = [(start, end, moment(end)) for start, end in at.pending]
        self._own = _by_row(tab, (c for c in at.after(at.n) if c.source == at.book))
        self._index = {c.name: k for k, c in enumerate(tab.stored)}
        self._shown: dict[str, dict[str, Issue]] = {}
        for key in self._then.issue_keys(at.book):
            issue = self._then.issue(key)
            if issue:
                self._shown.setdefault(key.row, {})[key.column] = issue
        #: columns (and `ID`) missing at the bookmark, and since which change
        self.no_column = {
            name: i.base for name, i in self._shown.get("", {}).items() if isinstance(i.base, int)
        }
        self._missing = {name: moment(n) for name, n in self.no_column.items()}
        self._rows: dict[str, RowBase] = {}

    def row(self, row: str) -> RowBase:
        """Return the base of a row; of one that the book never had, an empty base."""
        if row not in self._rows:
            self._rows[row] = self._derive(row)
        return self._rows[row]

    @property
    def shown(self) -> set[str]:
        """The rows on which this copy shows issues."""
        return set(self._shown)

    def certain(self, row: str) -> bool:
        """Say whether the copy at hand certainly had this row."""
        had = self._missing.get(ID, self._then)
        return had.row(row) is not None or "" in self._shown.get(row, {})

    def typed(self, row: str) -> Row | None:
        """Return a row as this book gave it, if it was new after the bookmark: an older copy may hold it without its id."""
        first = next(iter(self._own.get(row, ())), None)
        return first.after if first and first.before is None and isinstance(first.after, tuple) else None

    def _derive(self, row: str) -> RowBase:
        shown = self._shown.get(row, {})
        full = self._then.row(row)
        if full is None and ID in self._missing:  # deleted while no rows could be told apart here
            full = self._missing[ID].row(row)
        gone = shown.get("")
        if gone and gone.kind is IssueKind.GONE and isinstance(gone.base, tuple):
            full = gone.base
        issues = {self._index[name]: i for name, i in shown.items() if name in self._index}
        base = RowBase(certain=self.certain(row), full=full, issues=issues)
        if full is not None:
            self._split(base, full, row)
        own = self._own.get(row, ())
        for change in own:
            base.stale |= {(k, value) for k, value in _given(change)}
        for start, end, then in self._ends:
            self._offer(base, row, then)
            for change in own:
                if start < change.n <= end:
                    _take(base, change, len(self.tab.stored))
        return base

    def _split(self, base: RowBase, full: Row, row: str) -> None:
        mine = list(full)
        for name, then in self._missing.items():
            was = then.row(row)
            if name in self._index:
                mine[self._index[name]] = was[self._index[name]] if was else None
        base.mine, base.theirs = mine, list(mine)
        for index, issue in base.issues.items():
            if base.opened(index):
                base.mine[index], base.theirs[index] = issue.mine, issue.theirs
            elif issue.kind is IssueKind.HELD and not isinstance(issue.base, tuple):
                base.mine[index] = base.theirs[index] = issue.base

    def _offer(self, base: RowBase, row: str, then: Moment) -> None:
        offered = then.row(row)
        if offered is None:
            return
        base.offered = base.offered or offered
        for index, column in enumerate(self.tab.stored):
            issue = then.issue(IssueKey(self._at.book, self.tab.name, row, column.name))
            if issue is None or issue.loose:
                base.offers.setdefault(index, []).append(offered[index])


def _by_row(tab: Tab, changes: Iterator[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        if change.tab == tab.name:
            found.setdefault(change.row, []).append(change)
    return found


def _given(change: Change) -> Iterator[tuple[int, Value]]:
    """Return the fields that a change set anew, with their new values."""
    before, after = change.before, change.after
    if isinstance(after, tuple):
        for index, value in enumerate(after):
            if not isinstance(before, tuple) or before[index] != value:
                yield index, value


def _take(base: RowBase, change: Change, width: int) -> None:
    """Put what the book gave the ledger in an unacknowledged set in place of the base."""
    for index, value in _given(change):
        if base.mine is not None:
            base.stale.add((index, base.mine[index]))
        whole = base.full or (change.before if isinstance(change.before, tuple) else change.after)
        if isinstance(whole, tuple):
            base.full = (*whole[:index], value, *whole[index + 1 :])
        if base.mine is None or base.theirs is None:
            base.mine, base.theirs = [None] * width, [None] * width
        base.mine[index] = base.theirs[index] = value
        base.offers[index] = [value]
        base.taken.add(index)
