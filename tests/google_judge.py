"""The judge of the soak: looks at a book that has come to rest, and at all that its ledger ever knew.

What is excused, and why. A cell may differ from the ledger where an issue holds it, as long as the cell still shows what
the issue says it does and the ledger holds the other value (`sync-rules.md` section 4: neither side is touched). A row
may be unknown to the ledger while an issue says what it lacks. A text may stand in the history instead of the book: there
it gave way to another channel's or was chosen against, and `arc history` has it (promise 1).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from arc_sheets.cells import Formula, Row, verbatim
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.choices import lines_of
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.google.layout import find, id_of, read_rows
from arc_sync.merge.history import Change
from arc_sync.merge.issues import Issue, IssueKind
from arc_sync.merge.snapshot import show_row
from tests.google_hand import grid_of
from tests.google_person import TYPED, base_of, shape, token_of
from tests.google_world import World, true_name
from tests.hands import BOOK

#: A text that names its column and its row.
_TEXT: Final = re.compile(r"[A-Za-z]\d*\.(\w+)@([\w]+)")
_HOLDS: Final = (IssueKind.CONFLICT, IssueKind.HELD)
#: What is counted, and must be nought.
COUNTED: Final = (
    "wrong cells", "contaminated", "lost edits", "rows twice", "rows lost", "rows unknown", "dirt", "formulas lost",
    "issues not shown", "never at rest", "errors",
)  # fmt: skip


@dataclass
class Outcome:
    """What one history came to."""

    bad: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    rounds: int = 0
    out_of_step: int = 0

    def say(self, what: str, *where: object) -> None:
        """Count a fault."""
        self.bad[what] += 1
        self.told.append(f"{what}: {' '.join(map(str, where))}")


class Judge:
    """Looks at a world that has come to rest."""

    def __init__(self, w: World, outcome: Outcome) -> None:
        w.hand.name_rows()
        self.w, self.hand, self.say = w, w.hand, outcome.say
        self.layout, self.grid = w.hand.layout(), w.hand.grid()
        self.truth, self.at = w.hand.truth(self.grid), w.hand.rows(self.grid)
        self.columns = {place: name for name, place in self.layout.places.items()}
        with w.ledger.read() as view:
            self.rows, self.issues = dict(view.rows(INVOICES)), dict(view.issues())
            self.changes = list(view.changes(0))
            self.lines = lines_of(view, (CUSTOMERS, INVOICES), BOOK)

    def run(self) -> None:
        """Look at everything."""
        for at in self.at:
            self._texts(at)
            self._cells(at)
            self._own(at)
        self._ids()
        self._above()
        self._ledger()
        self._lost()
        self._formulas()
        self._issues()
        if self.w.customers != _table(self.w, "Customers"):
            self.say("dirt", "Customers")

    def _name(self, at: int) -> str:
        return str(self.grid.at(at, self.truth))

    def _column(self, column: int) -> str:
        """Return what texts call a column: ARC's by its name, the person's own by its tag."""
        return self.columns.get(column) or str(self.grid.at(0, column) or "")

    def _texts(self, at: int) -> None:
        """Every text names the row and the column in which it stands."""
        for column, value in enumerate(self.grid.row(at)):
            meant = _meant(value)
            if meant and meant != (self._column(column), base_of(self._name(at))):
                self.say("contaminated", "cell", self._name(at), self._column(column), value)

    def _cells(self, at: int) -> None:
        """Every cell is the ledger's, unless a person has to decide about it."""
        i = id_of(self.layout, at)
        if i not in self.rows:
            return
        shown = zip(INVOICES.stored, self.layout.cells(at), show_row(INVOICES, self.rows[i]), strict=True)
        for column, cell, want in shown:
            if cell != want and not self._is_held(i, column.name, cell):
                self.say("wrong cells", self._name(at), column.name, repr(cell), "ledger", repr(want))
        computed = self.layout.cells(at, computed=True)
        face = tuple(Decimal(v) if isinstance(v, int) else v for v in self.w.face(i))
        if computed != face:
            self.say("wrong cells", self._name(at), "computed", computed, face)

    def _is_held(self, row: str, column: str, cell: Any) -> bool:
        """Say whether an issue holds a cell, which then still shows its pair of values, or a formula that it tells of."""
        k = [c.name for c in INVOICES.stored].index(column)
        return any(
            (key.row, key.column) == (row, column)
            and issue.kind in _HOLDS
            and not issue.loose
            and (verbatim(issue.mine) == verbatim(cell) or _is_said(issue, cell))
            and issue.theirs == self.rows[row][k]
            for key, issue in self.issues.items()
        )

    def _own(self, at: int) -> None:
        """Nothing stands in the person's own columns but what the person typed there."""
        mine = self.hand.own.get(self._name(at), [])
        for column, value in enumerate(self.grid.row(at)):
            if column not in {self.truth, *self.columns} and value is not None and value not in mine:
                self.say("dirt", self._name(at), column, value)

    def _ids(self) -> None:
        """Every row of the ledger stands in the book, once; every row of the book in the ledger, or on Issues."""
        seen = Counter(filter(None, (id_of(self.layout, at) for at in self.at)))
        for i, many in seen.items():
            if many > 1:
                self.say("rows twice", i)
        for i, values in self.rows.items():
            if not seen[i]:
                self.say("rows lost", i, values)
        waiting = {key.row for key, issue in self.issues.items() if issue.kind in _HOLDS}
        for row in read_rows(self.layout):
            filled = any(cell is not None for cell in row.cells)
            if filled and row.id not in self.rows and row.id not in waiting:
                self.say("rows unknown", self._name(row.at), row.id or "without an id", row.cells)

    def _above(self) -> None:
        """Nothing above the rows but what always stood there, and the person's own headers and tags."""
        above = Counter(v for n in range(1, self.layout.header) for v in self.grid.row(n) if v is not None)
        if above != self.w.above:
            self.say("dirt", "above the header", above - self.w.above, self.w.above - above)
        for row, own in ((0, r"TRUTH|Invoices|own\d+"), (self.layout.header, r"mine\d+")):
            for column, value in enumerate(self.grid.row(row)):
                ours = row > 0 and column in self.columns
                if value is not None and not ours and not re.fullmatch(own, str(value)):
                    self.say("dirt", "on top", column, value)

    def _ledger(self) -> None:
        """No row of the ledger, and no pair of an issue, ever had what was meant for another cell.

        In the columns in which people and channels write nothing stands but their texts: a bare 0 is a slip of ARC's.
        """
        known: dict[str, str] = {}
        for values, row in _rows(self.changes):
            known[row] = true_name(values) or known.get(row, "")
        for values, row in _rows(self.changes):
            for column, value in zip(INVOICES.stored, values, strict=True):
                meant, free = _meant(value), column.name in TYPED and value is not None
                if (meant or free) and meant != (column.name, known[row]):
                    self.say("contaminated", "ledger", known[row], column.name, value)
        for key, issue in self.issues.items():
            for value in (issue.mine, issue.theirs) if key.row in known and not key.is_notice else ():
                if (meant := _meant(value)) and meant != (key.column, known[key.row]):
                    self.say("contaminated", "issue", known[key.row], key.column, value)

    def _lost(self) -> None:
        """Every text that a person typed, and did not throw away, stands where it was typed, or reached the ledger."""
        reached = " ".join(str(told) for told in _told(self.changes))
        shown = {(self._name(at), token_of(value)) for at in self.at for value in self.grid.row(at)}
        for name, texts in self.hand.own.items():
            for text in texts:
                if (name, text) not in shown and text not in reached:
                    self.say("lost edits", "own", name, text)
        issues = {("issues", v) for row in _table(self.w, "Issues") for v in row}
        for (name, column), texts in self.hand.typed.items():
            there = {(base_of(n), v) for n, v in shown} | issues
            for text in texts:
                if (name, text) not in there and text not in reached:
                    self.say("lost edits", name, column, text)

    def _formulas(self) -> None:
        """Every formula that a person typed is still one, and knows its cells; or it is told in so many words.

        It is told where its column was given another name while ARC covered it: what is blank then may be any column.
        """
        places = {self._name(at): at for at in self.at}
        told = [str(c.after.mine) for c in self.changes if isinstance(c.after, Issue) and _is_notice(c.after)]
        for (name, column), text in self.hand.formulas.items():
            cell = self.layout.cell(places[name], column) if name in places else None
            fine = isinstance(cell, Formula) and cell == shape(self.layout, places[name], text)
            if not fine and not any(text in one for one in told):
                self.say("formulas lost", name, text, cell)

    def _issues(self) -> None:
        """The Issues tab shows the issues of the ledger, each once; what a person typed there stays till they change."""
        layout = find(grid_of(self.w.person, "Issues"), ISSUES)
        shown = [(row.id, row.cells[3], row.cells[4]) for row in read_rows(layout)] if layout else []
        want = [(line.id, line.mine or None, line.theirs or None) for line in self.lines]
        lines = [line for line in shown if line[0]]
        pairs = [pair for told in zip(lines, want, strict=False) for pair in zip(*told, strict=True)]
        same = all(v == w or _meant(v) == ("issues", "issues") for v, w in pairs)
        if len(lines) != len(want) or not same:
            self.say("issues not shown", lines, want)
        for line in shown:
            if not line[0] and any((_meant(v) or ("issues",))[0] != "issues" for v in line):
                self.say("contaminated", "Issues", line)


def _meant(value: Any) -> tuple[str, str] | None:
    """Return the column and the row for which a text was meant; None if it says nothing."""
    found = _TEXT.fullmatch(str(token_of(value))) if isinstance(value, str | Formula) else None
    return (found[1], found[2]) if found else None


def _is_said(issue: Issue, cell: Any) -> bool:
    """Say whether an open conflict tells that a formula was typed over it: that decides nothing, its pair stays."""
    return (
        isinstance(cell, Formula) and issue.kind is IssueKind.CONFLICT and "it holds a formula" in issue.why
    )


def _is_notice(issue: Issue) -> bool:
    return issue.kind is IssueKind.NOTICE


def _table(w: World, title: str) -> list[list[Any]]:
    return grid_of(w.person, w.hand.title(title)).rows


def _rows(changes: Iterable[Change]) -> Iterator[tuple[Row, str]]:
    """Yield every version that an invoice ever had, and its id."""
    for change in changes:
        if change.tab == INVOICES.name:
            yield from ((v, change.row) for v in (change.before, change.after) if isinstance(v, tuple))


def _told(changes: Iterable[Change]) -> Iterator[object]:
    """Yield all that ever reached the ledger, in a row or in an issue."""
    for change in changes:
        for values in (change.before, change.after):
            if isinstance(values, Issue):
                yield from (values.mine, values.theirs, values.why)
            elif values is not None:
                yield from values
