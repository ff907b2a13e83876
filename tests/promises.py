"""The promises of DESIGN section 4, as a machine: people do what they like, rounds die, and the promises hold.

 1 Nothing typed is lost. It is in the ledger, or was knowingly replaced, or stands verbatim on Issues.
 2 It converges. With no new edits rounds bring book and ledger together; a further round writes nothing.
 3 Any round may die anywhere and be run again; the end is the same.
 4 What ARC does not own, it does not touch.
 5 Any copy, any age syncs correctly, or asks.
 6 A person decides a conflict, never the clock.
 9 Every change has a name on it, and the history shows if anyone tampered with it.
10 No cell text is ever code.

Promise 8 (figures) has its own property over the real tabs, in test_promises.py; 7 concerns mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from arc_sheets.cells import Formula, Row, verbatim
from arc_sheets.errors import BookAhead, Fenced
from arc_sheets.tab import Column, Owner, Tab
from arc_sync.books.draw.issues import MINE, NOTED, THEIRS
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import Bookmark
from arc_sync.merge.issues import ID, IssueKey, IssueKind
from tests.people import People
from tests.toys import PARTS, THINGS, TOYS
from tests.vault import Vault, restored
from tests.world import Copy, Crash, World, place

BOOKS = st.sampled_from("AB")
NTH = st.integers(0, 3)
TABS = st.sampled_from(["things", "things", "parts"])
#: Columns, as "tab.column".
STORED = st.sampled_from([f"{tab.name}.{c.name}" for tab in TOYS for c in tab.stored])
HEADERS = st.sampled_from(
    [f"{tab.name}.{name}" for tab in TOYS for name in (ID, *(c.name for c in tab.columns))]
)
TYPED = st.sampled_from(["new", "new", "new", "flip", "flip", "clear", "error", "formula"])
LEDGERS_OWN = ("edit", "flip", "add", "rename")
MEANWHILE = st.sampled_from(
    [
        "crash",
        "crash",
        "type",
        "type",
        "flip",
        "ledger",
        "ledger flip",
        "add",
        "takeover",
        "save",
        "close",
        "header",
    ]
)


def toy(name: str) -> Tab:
    """Return the tab of this name."""
    return next(tab for tab in TOYS if tab.name == name)


def header_at(path: str) -> tuple[Tab, str]:
    """Return tab and column name of "tab.column"."""
    tab, _, name = path.partition(".")
    return toy(tab), name


def column_at(path: str) -> tuple[Tab, Column]:
    """Return tab and column of "tab.column"."""
    tab, name = header_at(path)
    return tab, tab.column(name)


class Promises(RuleBasedStateMachine):
    """Two books on one ledger, in the hands of people."""

    @initialize(many=st.integers(0, 4))
    def begin(self, many: int) -> None:
        self.world = World()
        self.people = People(self.world)
        self.disk = {book: self.file(book) for book in "AB"}  #: what was last saved
        #: Each with the rows that waited for what they lacked.
        self.backups: dict[str, tuple[Copy, Counter[str], set[str]]] = {}
        self.vault: Vault | None = None
        self.buried: set[str] = set()
        self.open: set[IssueKey] = set()  #: conflicts when all was last at rest
        for n in range(many):
            self.people.ledger_add(PARTS if n == 2 else THINGS)
        self.rest()

    # -- people at a book ------------------------------------------------------------------------------

    @rule(book=BOOKS, tab=TABS, own=st.booleans())
    def add(self, *, book: str, tab: str, own: bool) -> None:
        self.people.add(book, toy(tab), own=own)

    @rule(book=BOOKS, n=NTH, at=STORED, how=TYPED)
    def edit(self, book: str, n: int, at: str, how: str) -> None:
        self.people.edit(book, *column_at(at), n, how)

    @rule(book=BOOKS, n=NTH)
    def overtype_a_figure(self, book: str, n: int) -> None:
        self.people.edit(book, *column_at("things.parts"), n, "new")

    @rule(book=BOOKS, tab=TABS, n=NTH, ids_too=st.booleans(), over=st.booleans())
    def copy_and_paste(self, *, book: str, tab: str, n: int, ids_too: bool, over: bool) -> None:
        (self.people.paste_over if over else self.people.copy_row)(book, toy(tab), n, ids_too=ids_too)

    @rule(book=BOOKS, tab=TABS, n=NTH)
    def cut_and_paste(self, book: str, tab: str, n: int) -> None:
        self.people.lose_id(book, toy(tab), n)

    @rule(book=BOOKS, tab=TABS, start=st.integers(0, 2), ids_too=st.booleans())
    def sort(self, *, book: str, tab: str, start: int, ids_too: bool) -> None:
        self.people.sort(book, toy(tab), start, ids_too=ids_too)

    @rule(book=BOOKS, tab=TABS, n=NTH, whole=st.booleans())
    def delete(self, *, book: str, tab: str, n: int, whole: bool) -> None:
        (self.people.delete if whole else self.people.empty)(book, toy(tab), n)

    @rule(book=BOOKS, header=HEADERS)
    def rename_header(self, book: str, header: str) -> None:
        self.people.rename_header(book, *header_at(header))

    @rule(book=BOOKS, header=HEADERS)
    def drop_column(self, book: str, header: str) -> None:
        tab, name = header_at(header)
        if name != ID:
            self.people.drop_column(book, tab, name)

    @rule(book=BOOKS, n=NTH, choice=st.sampled_from([MINE, THEIRS, NOTED]))
    def choose(self, book: str, n: int, choice: str) -> None:
        self.people.pick(book, n, choice)

    @rule(book=BOOKS, tab=TABS, how=st.sampled_from(["rows", "cells", "cells and ids"]))
    def wipe(self, book: str, tab: str, how: str) -> None:
        """Promise 1: selecting all and deleting changes nothing in the ledger, and can be undone."""
        self.rest()
        before, file, sheet = self.world.live(), self.file(book), self.world.sheet(book, toy(tab))
        here = len(self.world.rows(toy(tab)).keys() & {row.id for row in sheet.rows})
        self.people.wipe(book, toy(tab), how)
        self.world.settle(book)
        assert self.world.live() == before, "a mass deletion reached the ledger"
        if how != "cells" and here > 2 and self.usable(book, toy(tab)):
            there = [row for row in sheet.rows if row.id]
            assert not there, "rows were brought back over the heads of people"
        self.people.put_back(book, *file)  # Ctrl+Z

    # -- copies ----------------------------------------------------------------------------------------

    @rule(book=BOOKS)
    def save(self, book: str) -> None:
        self.disk[book] = self.file(book)

    @rule(book=BOOKS)
    def close_without_saving(self, book: str) -> None:
        file, own = self.disk[book]
        self.people.put_back(book, file, own)
        self.buried -= {row.id for sheet in file.sheets.values() for row in sheet.rows}

    @rule(book=BOOKS)
    def back_up(self, book: str) -> None:
        self.rest()
        self.backups.setdefault(book, (*self.file(book), self.people.waiting()))

    @rule(book=BOOKS)
    def restore_backup(self, book: str) -> None:
        """Promise 5: a backup that was at rest changes nothing and closes nothing."""
        if book in self.backups:
            self.rest()
            before, open_before = self.world.live(), self.people.conflicts()
            file, own, waiting = self.backups[book]
            self.people.put_back(book, file, own)
            self.world.settle(book)
            after = self.world.live()
            for tab, rows in before.items():
                assert rows.keys() - waiting == after[tab].keys() - waiting, (
                    "an old copy brought or took rows"
                )
            assert waiting or after == before, "an old copy of the book changed the ledger"
            self.people.hands |= waiting
            assert open_before <= self.people.conflicts(), "an old copy of the book closed a conflict"

    def file(self, book: str) -> tuple[Copy, Counter[str]]:
        return self.world.copy(book), Counter(self.people.own[book])

    # -- the ledger ------------------------------------------------------------------------------------

    @rule(n=NTH, at=STORED, flip=st.booleans())
    def ledger_edit(self, *, n: int, at: str, flip: bool) -> None:
        tab, column = column_at(at)
        if column.name == "k":
            self.people.ledger_rename(n)
        elif flip and not column.refers:
            self.people.ledger_flip(tab, n, column)
        else:
            self.people.ledger_edit(tab, n, column)
            if column.refers:
                self.people.hands |= set(self.world.rows(tab))

    @rule(tab=TABS)
    def ledger_add(self, tab: str) -> None:
        self.people.ledger_add(toy(tab))

    @rule(tab=TABS, n=NTH)
    def ledger_delete(self, tab: str, n: int) -> None:
        self.people.ledger_delete(toy(tab), n)

    @rule(keep=st.booleans(), moved=st.integers(0, 40))
    def ledger_restored(self, *, keep: bool, moved: int) -> None:
        """Promise 5: a ledger that does not know the bookmark is not written to, nor is the book."""
        ledger = self.world.ledger
        assert isinstance(ledger, MemoryLedger)
        if keep or self.vault is None:
            self.vault = Vault.of(ledger)
            return
        with restored(ledger, self.vault):
            for n in range(moved):
                self.world.insert(k=f"z{n}", a="z")
            for book in "AB":
                if not self.known(book):
                    before = self.world.shot()
                    try:
                        self.world.sync(book)
                    except BookAhead:
                        assert self.world.shot() == before, "wrote though the ledger was restored"
                    else:
                        raise AssertionError("went on with a restored ledger")

    def known(self, book: str) -> bool:
        meta = self.world.books[book].meta
        with self.world.ledger.read() as view:
            there = view.changes(meta.bookmark - 1, meta.bookmark) if meta.bookmark else ()
        return meta.bookmark == 0 or bool(there and there[0].hash == meta.hash)

    # -- the agent -------------------------------------------------------------------------------------

    @rule(book=BOOKS, faults=st.dictionaries(st.integers(0, 24), MEANWHILE, max_size=4), n=NTH, at=STORED)
    def sync(self, book: str, faults: dict[int, str], n: int, at: str) -> None:
        """Run a round; while it runs, other things happen, and it may die."""
        steps = iter(range(1000))

        def hook(_step: str) -> None:
            self.meanwhile(faults.get(next(steps), ""), book, n, at)

        with suppress(Crash, Fenced):
            self.world.sync(book, hook)
        self.people.decided()

    @rule(book=BOOKS, faults=st.dictionaries(st.integers(0, 24), MEANWHILE, max_size=4), n=NTH, at=STORED)
    def sync_again(self, book: str, faults: dict[int, str], n: int, at: str) -> None:
        self.sync(book, faults, n, at)

    @rule(
        book=BOOKS,
        tab=TABS,
        faults=st.dictionaries(st.integers(0, 6), MEANWHILE, max_size=2),
        n=NTH,
        at=STORED,
    )
    def show(self, book: str, tab: str, faults: dict[int, str], n: int, at: str) -> None:
        """Add a row to the ledger and show it ahead of any round; other things happen, and it may die."""
        since, steps = self.world.head().n, iter(range(1000))
        self.people.ledger_add(toy(tab))

        def hook(_step: str) -> None:
            self.meanwhile(faults.get(next(steps), ""), book, n, at)

        with suppress(Crash, Fenced):
            self.world.show(book, since, hook)

    def meanwhile(self, what: str, book: str, n: int, at: str) -> None:
        people, (tab, column) = self.people, column_at(at)
        if what == "crash":
            raise Crash
        if what in ("type", "flip"):
            people.edit(book, tab, column, n, "new" if what == "type" else "flip")
        elif what.startswith("ledger") and column.name != "k" and not column.refers:
            (people.ledger_edit if what == "ledger" else people.ledger_flip)(tab, n, column)
        elif what == "add":
            people.add(book, tab)
        elif what == "takeover":
            self.world.sync(book)
            people.decided()
        elif what == "save":
            self.save(book)
        elif what == "close":
            self.close_without_saving(book)
        elif what == "header":
            people.rename_header(book, tab, column.name)

    # -- what must hold --------------------------------------------------------------------------------

    @rule()
    def rest(self) -> None:
        """Promises 1, 2, 6, 10, wherever people stop for a while."""
        self.world.settle()
        self.people.decided()
        before = self.world.shot()
        for book in "AB":
            report = self.world.sync(book)
            assert report.idle, "a further round found something to do"
            assert report.in_step, "a round at rest was out of step"
        assert self.world.shot() == before, "a further round wrote something"
        for book in "AB":
            for tab in TOYS:
                self.together(book, tab)
            self.issues_shown(book)
        self.nothing_lost()
        self.rows_in_order()
        closed = {k for k in self.open - self.people.conflicts() if k.row not in self.people.hands}
        assert not closed, "a conflict was closed by no person"
        self.open = self.people.conflicts()
        self.people.hands = self.people.waiting() | self.people.unread()

    def usable(self, book: str, tab: Tab) -> bool:
        return {ID, tab.key} - {""} <= self.people.present(book, tab)

    def together(self, book: str, tab: Tab) -> None:
        """Promise 2: every cell agrees with the ledger, or an issue tells what stands on both sides."""
        sheet, live, issues = self.world.sheet(book, tab), self.world.rows(tab), self.world.issues(book)
        missing = {ID, *(c.name for c in tab.stored)} - sheet.columns
        held = {k.column for k, x in issues.items() if k.tab == tab.name and x.kind is IssueKind.NOCOL}
        if not self.usable(book, tab):
            assert missing <= held, "a missing column is not said"
            return
        assert held == missing, "a missing column is not said, or one that is there is"
        ids = [row.id for row in sheet.rows if row.id]
        assert len(ids) == len(set(ids)), "two rows share an id"
        gone = {k.row for k, x in issues.items() if k.tab == tab.name and x.kind is IssueKind.GONE}
        assert set(live) == (set(ids) & set(live)) ^ gone, "a live row is neither in the book nor held"
        for row in sheet.rows:
            shown = {c.name: row.cells.get(c.name) for c in tab.stored if c.name in sheet.columns}
            if row.id in live:
                self.row_together(book, tab, row.id, shown, live[row.id])
            elif any(cell is not None for cell in shown.values()):
                waits = any(k.tab == tab.name and k.row == row.id for k in issues)
                assert row.id, "a row was left without an id"
                assert waits, "a row is in the book, not in the ledger, and nothing says so"

    def row_together(self, book: str, tab: Tab, i: str, shown: Mapping[str, object], live: Row) -> None:
        for name, cell in shown.items():
            value, issue = live[place(tab, name)], self.world.issue(book, i, name, tab)
            if issue is None or issue.loose:
                assert cell == value, "book and ledger differ, and nothing says so"
                assert not isinstance(cell, Formula)
            else:
                text = verbatim(cell)  # type: ignore[arg-type]  # a cell, by its origin
                assert cell != value, "an issue stands where both sides agree"
                assert (verbatim(issue.mine), issue.theirs) == (text, value), "an issue tells another story"

    def issues_shown(self, book: str) -> None:
        """Promise 1: what is said of a cell stands on the Issues tab, word by word."""
        lines = {line.id: line for line in self.world.books[book].lines}
        every = self.world.every_issue(book)
        whole = {k.tab for k, x in every.items() if x.kind is IssueKind.NOCOL and k.column == ID}
        for key, issue in every.items():
            if issue.kind is IssueKind.NOCOL and key.tab in whole and key.column != ID:
                continue  # the line of the tab says it all
            if issue.kind is not IssueKind.GONE:
                line = lines.pop("/".join(key), None)
                assert line is not None, "an issue is not on the Issues tab"
                assert line.mine == verbatim(issue.mine), "the Issues tab tells another story"
                if issue.kind is IssueKind.CONFLICT:
                    assert line.theirs == verbatim(issue.theirs), "the Issues tab tells another story"
        assert all(line.endswith("//*") for line in lines), "the Issues tab shows what is settled"

    def nothing_lost(self) -> None:
        """Promise 1."""
        world, here = self.world, set(self.logged())
        for tab in TOYS:
            here |= {verbatim(v) for row in world.rows(tab).values() for v in row}
            for book in "AB":
                here |= {verbatim(c) for row in world.sheet(book, tab).rows for c in row.cells.values()}
        for book in "AB":
            here |= {text for line in world.books[book].lines for text in (line.mine, line.theirs)}
        lost = self.people.typed - self.people.replaced - here
        assert not lost, f"lost: {sorted(lost)}"

    def logged(self) -> set[str]:
        """Return what a book's value pushed out of the ledger in columns where the book wins."""
        with self.world.ledger.read() as view:
            changes = [c for c in view.changes(0) if c.source in ("A", "B")]
        found = set()
        for change in changes:
            tab = next((t for t in TOYS if t.name == change.tab), None)
            if tab and isinstance(change.before, tuple) and isinstance(change.after, tuple):
                for k, column in enumerate(tab.stored):
                    if column.owner is Owner.SHEET and change.before[k] != change.after[k]:
                        found.add(verbatim(change.before[k]))
        return found

    def rows_in_order(self) -> None:
        """Promise 3: no row is there twice, and none that was deleted comes back by itself."""
        live = {i for tab in TOYS for i in self.world.rows(tab)}
        with self.world.ledger.read() as view:
            ever = {(c.tab, c.row) for c in view.changes(0) if c.tab != "issues"}
        for tab in TOYS:
            keys = [row[0] for row in self.world.rows(tab).values()]
            assert tab is PARTS or len(keys) == len(set(keys)), "a thing is there twice"
            born = sum(1 for name, _ in ever if name == tab.name)
            assert born <= self.people.created[tab.name], "rows multiply"
        assert not self.buried & live - self.people.hands, "a deleted row came back"
        self.buried = {row for _, row in ever} - live

    @invariant()
    def what_is_not_arcs_is_not_touched(self) -> None:
        """Promise 4."""
        if hasattr(self, "world"):
            for book in "AB":
                rows = (row for tab in TOYS for row in self.world.sheet(book, tab).rows)
                there = Counter(str(row.own) for row in rows if row.own is not None)
                assert there == +self.people.own[book], "somebody's own cell was touched"

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.rest()
        marks = [Bookmark(b.meta.bookmark, b.meta.hash) for b in self.world.books.values()]
        assert self.world.ledger.verify([m for m in marks if m.n]) == [], "the history does not hold together"
        origins = {(s.origin.who, s.origin.source) for s in self.world.ledger.sets()}
        assert origins <= {("Ann", "A"), ("Ann", "B"), ("Ann", "choice"), ("Bob", "import")}
