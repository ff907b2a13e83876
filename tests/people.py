"""What people do to books and ledger, with an account of what they typed and what they knowingly replaced."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from arc_sheets.cells import CellError, CellValue, Formula, Value, verbatim
from arc_sheets.tab import Column, Tab
from arc_sync.books.contents import IssueLine
from arc_sync.books.draw.issues import MINE, THEIRS
from arc_sync.books.memory import MemoryRow
from arc_sync.merge.history import DERIVED
from arc_sync.merge.issues import ID, IssueKey, IssueKind
from tests.toys import PARTS, THINGS
from tests.world import Copy, World, merged, place


@dataclass(slots=True)
class People:
    """Everybody who works in this world, and its witness."""

    world: World
    typed: set[str] = field(default_factory=set)  #: every text that is told apart from all others
    replaced: set[str] = field(default_factory=set)  #: those that a person saw and replaced
    own: dict[str, Counter[str]] = field(default_factory=lambda: {"A": Counter(), "B": Counter()})
    formulas: set[str] = field(default_factory=set)  #: typed by people
    created: Counter[str] = field(default_factory=Counter)  #: rows that may have come to be, by tab
    hands: set[str] = field(default_factory=set)  #: rows a person has touched since all was last at rest
    picked: list[tuple[IssueLine, str]] = field(default_factory=list)
    n: int = 0

    # -- telling apart ---------------------------------------------------------------------------------

    def token(self, prefix: str) -> str:
        """Return a new text, now and then one that looks like a formula."""
        self.n += 1
        text = f"={prefix}{self.n}" if self.n % 7 == 0 else f"{prefix}{self.n}"
        self.typed.add(text)
        return text

    def saw(self, *values: CellValue) -> None:
        """Note that a person knowingly replaced these."""
        self.replaced |= {verbatim(v) for v in values}

    def value(self, column: Column, how: str, old: CellValue = None) -> CellValue:
        """Return what somebody types: new, flip (between P and Q), clear, error or formula."""
        if how == "clear":
            return None
        if how == "error":
            return CellError(self.token("#"))
        if how == "formula":
            formula = Formula(self.token("f"))
            self.typed.add(verbatim(formula))
            self.replaced.add(formula.text)
            self.formulas.add(formula.text)
            return formula
        if column.refers and self.n % 3:
            return self.some_key()
        if how == "flip" and column.name != "k":
            return "Q" if old == "P" else "P"
        return self.token(column.name)

    def some_key(self) -> Value:
        """Return the key of some thing."""
        self.n += 1
        keys = sorted(str(row[0]) for row in self.world.rows(THINGS).values())
        return keys[self.n % len(keys)] if keys else self.token("k")

    # -- in a book -------------------------------------------------------------------------------------

    def row(self, book: str, tab: Tab, n: int) -> MemoryRow | None:
        """Return some row of a sheet."""
        sheet = self.world.books[book].sheets.get(tab.name)
        return sheet.rows[n % len(sheet.rows)] if sheet and sheet.rows else None

    def add(self, book: str, tab: Tab, *, own: bool = False) -> None:
        """Type a new row, maybe with something beside it."""
        sheet = self.world.books[book].sheets[tab.name]
        cells: dict[str, CellValue] = {
            c.name: self.token(c.name) for c in tab.stored if c.name in sheet.columns and not c.refers
        }
        cells |= {c.name: self.some_key() for c in tab.stored if c.refers}
        row = MemoryRow(cells=cells)
        if own:
            self.n += 1
            row.own = f"own{self.n}"
            self.own[book][row.own] += 1
        sheet.rows.append(row)
        self.created[tab.name] += 1

    def type(self, book: str, tab: Tab, row: MemoryRow, column: str, cell: CellValue) -> None:
        """Type over what the cell and the Issues tab show."""
        key = f"{book}/{tab.name}/{row.id}/{column}"
        line = next((x for x in self.world.books[book].lines if x.id == key), None)
        self.saw(row.cells.get(column), *((line.mine, line.theirs) if line else ()))
        row.cells[column] = cell
        self.hands.add(row.id)
        # What is left of a row that the ledger deleted becomes a new one.
        self.created[tab.name] += not row.id

    def edit(self, book: str, tab: Tab, column: Column, n: int, how: str) -> None:
        """Edit some cell; under a header that ARC does not know, too."""
        row = self.row(book, tab, n)
        if row is not None:
            self.type(book, tab, row, column.name, self.value(column, how, row.cells.get(column.name)))

    def copy_row(self, book: str, tab: Tab, n: int, *, ids_too: bool) -> None:
        """Copy some row and insert it."""
        row = self.row(book, tab, n)
        if row is not None:
            twin = MemoryRow(row.id if ids_too else "", dict(row.cells), row.seal if ids_too else "")
            self.world.sheet(book, tab).rows.insert(n, twin)
            self.hands.add(row.id)
            self.created[tab.name] += 1

    def paste_over(self, book: str, tab: Tab, n: int, *, ids_too: bool) -> None:
        """Copy some row over the next one."""
        row, other = self.row(book, tab, n), self.row(book, tab, n + 1)
        if row is None or other is None or row is other:
            return
        for column in tab.columns:
            self.type(book, tab, other, column.name, row.cells.get(column.name))
        self.hands |= {row.id, other.id}
        if ids_too:
            other.id, other.seal = row.id, row.seal
        self.created[tab.name] += 1

    def lose_id(self, book: str, tab: Tab, n: int) -> None:
        """Cut some row and paste it without its hidden cells."""
        row = self.row(book, tab, n)
        if row is not None:
            self.hands.add(row.id)
            row.id = row.seal = ""
            self.created[tab.name] += 1

    def sort(self, book: str, tab: Tab, start: int, *, ids_too: bool) -> None:
        """Turn the rows from `start` on upside down, with or without the hidden columns."""
        sheet = self.world.books[book].sheets.get(tab.name)
        if sheet is None:
            return
        rows = sheet.rows[start:]
        hidden = [(row.id, row.seal) for row in rows]
        rows.reverse()
        if not ids_too:
            for row, (i, seal) in zip(rows, hidden, strict=True):
                row.id, row.seal = i, seal
            self.hands |= {i for i, _ in hidden}
            if any(record.at.pending for record in self.world.ledger.books() if record.id == book):
                # A weakness of the merge, no right of its: see the expected failure in test_showing.
                self.created[tab.name] += len(rows)
        sheet.rows[start:] = rows

    def delete(self, book: str, tab: Tab, n: int) -> None:
        """Delete some row."""
        row = self.row(book, tab, n)
        if row is not None:
            self._drop(book, row)
            self.world.sheet(book, tab).rows.remove(row)

    def empty(self, book: str, tab: Tab, n: int) -> None:
        """Select the cells of some row and press Delete."""
        row = self.row(book, tab, n)
        if row is not None:
            for column in tab.columns:
                self.type(book, tab, row, column.name, None)

    def _drop(self, book: str, row: MemoryRow) -> None:
        self.saw(*row.cells.values())
        self.hands.add(row.id)
        if row.own is not None:
            self.own[book][str(row.own)] -= 1

    def wipe(self, book: str, tab: Tab, how: str) -> None:
        """Select all and delete: the rows, or their cells with the hidden ones or without."""
        sheet = self.world.sheet(book, tab)
        for row in sheet.rows:
            if how == "rows":
                self._drop(book, row)
                continue
            for column in tab.columns:
                self.type(book, tab, row, column.name, None)
            if how == "cells and ids":
                row.id = row.seal = ""
        if how == "rows":
            sheet.rows.clear()

    def drop_column(self, book: str, tab: Tab, column: str) -> None:
        """Delete a column; or, if it is not there, add it anew, empty."""
        sheet = self.world.sheet(book, tab)
        for row in sheet.rows:
            self.saw(row.cells.pop(column, None))
            self.hands.add(row.id)
        sheet.columns ^= {column}

    def rename_header(self, book: str, tab: Tab, column: str) -> None:
        """Rename a header; or, if it is renamed, give it its name back. The cells stay as they are."""
        sheet = self.world.sheet(book, tab)
        sheet.columns ^= {column}
        # Under its own header the rest of a deleted row is a row.
        self.created[tab.name] += sum(not row.id for row in sheet.rows)

    def put_back(self, book: str, file: Copy, own: Counter[str]) -> None:
        """Let another copy of the file be the book now; what the present one holds is given up knowingly."""
        for tab in self.world.tabs:
            for row in self.world.sheet(book, tab).rows:
                self.saw(*row.cells.values())
            self.created[tab.name] += len(file.sheets[tab.name].rows)
        self.world.put_back(book, file)
        self.own[book] = Counter(own)

    # -- on the Issues tab -----------------------------------------------------------------------------

    def pick(self, book: str, n: int, choice: str) -> None:
        """Pick a choice on some line of the Issues tab."""
        lines = self.world.books[book].lines
        if lines:
            line = lines[n % len(lines)]
            self.world.pick(book, line, choice)
            self.picked.append((line, choice))

    def decided(self) -> None:
        """Note what the choices knowingly replaced, once they have been carried out."""
        open_now = self.world.every_issue()
        waiting = {line.id for book in self.world.books.values() for line in book.lines if line.choice}
        for line, choice in self.picked:
            key = IssueKey(*line.id.split("/"))
            if key not in open_now:
                self.hands.add(key.row)
                self.saw({MINE: line.theirs, THEIRS: line.mine}.get(choice, line.mine))
        self.picked = [(line, choice) for line, choice in self.picked if line.id in waiting]

    # -- on the ledger ---------------------------------------------------------------------------------

    def some(self, tab: Tab, n: int) -> str | None:
        """Return some live row."""
        ids = sorted(self.world.rows(tab))
        return ids[n % len(ids)] if ids else None

    def ledger_edit(self, tab: Tab, n: int, column: Column, value: Value = None) -> str | None:
        """Change a value in the ledger."""
        i = self.some(tab, n)
        if i is not None:
            self.saw(self.world.value(i, column.name, tab))
            new = value or (self.some_key() if column.refers else self.token(column.name))
            self.world.put(i, tab, **{column.name: new})
        return i

    def ledger_flip(self, tab: Tab, n: int, column: Column) -> None:
        """Change a value in the ledger between P and Q, which it may have had before."""
        i = self.some(tab, n)
        if i is not None:
            self.ledger_edit(tab, n, column, "Q" if self.world.value(i, column.name, tab) == "P" else "P")
            self.hands.add(i)

    def ledger_add(self, tab: Tab) -> str | None:
        """Add a row to the ledger."""
        thing = self.some(THINGS, self.n)
        if tab is PARTS and thing is None:
            return None
        values: dict[str, Value] = {c.name: self.token(c.name) for c in tab.stored if not c.refers}
        if tab is PARTS and thing is not None:
            values["thing"] = self.world.value(thing, "k")
        self.created[tab.name] += 1
        return self.world.insert(tab, **values)

    def ledger_rename(self, n: int) -> None:
        """Rename a thing in the ledger; the parts that name it follow."""
        i = self.some(THINGS, n)
        if i is None:
            return
        old, new = self.world.value(i, "k"), self.token("k")
        self.saw(old)
        with self.world.changing() as t:
            t.put(THINGS, i, merged(THINGS, t.rows(THINGS)[i], {"k": new}))
            for part, row in t.rows(PARTS).items():
                if row[place(PARTS, "thing")] == old:
                    t.put(PARTS, part, merged(PARTS, row, {"thing": new}), DERIVED)
                    self.hands.add(part)
        self.hands.add(i)

    def ledger_delete(self, tab: Tab, n: int) -> None:
        """Delete a row of the ledger."""
        i = self.some(tab, n)
        if i is not None:
            self.saw(*self.world.rows(tab)[i])
            self.world.delete(i, tab)
            self.hands.add(i)

    # -- the witness -----------------------------------------------------------------------------------

    def conflicts(self) -> set[IssueKey]:
        """Return where conflicts are open."""
        return {k for k, x in self.world.every_issue().items() if x.kind is IssueKind.CONFLICT}

    def waiting(self) -> set[str]:
        """Return the rows that a person left in a book and that wait for what they lack: they may come in any time."""
        return {k.row for k, x in self.world.every_issue().items() if x.kind is IssueKind.HELD}

    def unread(self) -> set[str]:
        """Return the rows that a person touched on tabs that lack a column: it is read when its header is back."""
        whole = {tab.name: {ID, *(c.name for c in tab.columns)} for tab in self.world.tabs}
        books = (book.sheets.items() for book in self.world.books.values())
        lacking = (sheet for sheets in books for name, sheet in sheets if whole[name] - sheet.columns)
        return self.hands & {row.id for sheet in lacking for row in sheet.rows}

    def present(self, book: str, tab: Tab) -> set[str]:
        """Return the columns of a sheet, `ID` among them."""
        return self.world.sheet(book, tab).columns & {ID, *(c.name for c in tab.columns)}
