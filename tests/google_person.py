"""The person of the soak: does one thing or two inside every call, and keeps account of what must not be lost.

Every text says what it is, for which column and for which row: "u12.po@R3". Each row carries its true name, each of the
person's own columns its tag, where ARC never reads. So a text in a wrong row or column is seen, wherever it went.

What the account leaves out, and why. A person who types over a text, or deletes a row or a column that shows it, throws
that text away knowingly (promise 1); a text that ARC covers in that instant is not shown, and stays in the account. One
who brings a row back presses Ctrl+Z at once, before columns come or go: an undo never spans that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arc_sheets.cells import Formula
from arc_sheets.tabs import INVOICES
from arc_sync.books.draw.issues import CHOICES, ISSUES
from arc_sync.books.google.layout import Layout, find, names_of
from arc_sync.books.google.reading import Grid
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.merge.issues import ID
from arc_sync.xlsx.refs import letters
from tests.google_hand import grid_of, put

if TYPE_CHECKING:
    from tests.google_world import World

TRUTH: Final = 28  #: the column with each row's true name, which ARC never reads
TYPED: Final = ("po", "notes")  #: a column that both sides may edit, and one that is the person's
_ASTRAY: Final = "Called otherwise "  #: what a header is called for a while, with a number
_WIDEST: Final = 5  #: columns that the person may add
_FEW: Final = 12  #: rows that are left alone
#: What a person does, as often as it stands here.
_HABITS: Final = (
    "insert", "delete", "undo", "undo", "sort", "sort", "move", "type", "type", "same", "same", "same", "new", "column",
    "own", "own", "uncolumn", "shift", "formula", "rename", "header", "over", "issue", "choose",
)  # fmt: skip


class Removed(NamedTuple):
    """A row that was deleted, as an undo brings it back."""

    name: str
    cells: list[Any]
    columns: list[str]
    typed: dict[str, list[str]]
    own: list[str]
    formulas: dict[tuple[str, str], str]


def token_of(value: Any) -> Any:
    """Return the text that a cell's content is known by: of a formula the one that is quoted in it."""
    return value.text.partition('"')[2].rstrip('"') if isinstance(value, Formula) else value


def base_of(name: str) -> str:
    """Return the row of the ledger that a true name means: "R3" of "R3'2", which ARC added anew."""
    return name.partition("'")[0]


def _is_at(text: Any, tag: Any) -> bool:
    """Say whether a text stands in the column that it was typed into, rather than where ARC put it for an instant."""
    return f".{tag}@" in str(text)


def shape(layout: Layout, at: int, text: str) -> Formula:
    """Return a formula that shows the row's status, and is known by a text."""
    return Formula(f'{letters(layout.places["status"])}{at + 1}&"{text}"')


class Worker:
    """The person at work."""

    def __init__(self, world: World) -> None:
        self.w, self.rng = world, world.rng
        self.typed: dict[tuple[str, str], list[str]] = {}  #: by the ledger's row and column
        self.own: dict[str, list[str]] = {}  #: by true name, what stands in columns of the person's own
        self.formulas: dict[tuple[str, str], str] = {}  #: by true name and column, the text they are known by
        self.numbers = count(1)
        self.done: Counter[str] = Counter()
        self.names = count(1)
        self.known: Counter[str] = Counter()  #: true names that were given, by the row they mean
        self.removed: Removed | None = None
        self.astray: str = ""  #: the header that goes by another name now

    # -- looking ---------------------------------------------------------------------------------------

    def title(self, tab: str) -> str:
        """Return what a tab is called now."""
        return self.w.person.file.contents.sheet(SHEET_IDS[tab]).title

    @property
    def tab(self) -> str:
        """What Invoices is called now."""
        return self.title("Invoices")

    def grid(self) -> Grid:
        return grid_of(self.w.person, self.tab)

    def layout(self) -> Layout:
        found = find(self.grid(), INVOICES)
        assert found is not None
        return found

    def truth(self, grid: Grid) -> int:
        """Return the column with the true names: it has moved as columns came and went."""
        return next(c for c, v in enumerate(grid.row(0)) if v == "TRUTH")

    def name_rows(self) -> None:
        """Give every row that ARC added its true name, by its number."""
        grid = self.grid()
        if "TRUTH" not in grid.row(0):
            self._put(0, TRUTH, "TRUTH")
            grid = self.grid()
        layout, column = self.layout(), self.truth(grid)
        for number in range(layout.header + 1, len(grid.rows)):
            told = grid.at(number, layout.places["number"])
            if grid.at(number, column) is None and grid.row(number):
                name = str(told).partition("@")[2] if isinstance(told, str) else ""
                self._put(number, column, self._name(base_of(name)))

    def _name(self, name: str) -> str:
        """Return a true name that no other row ever had."""
        name = name or f"row{next(self.names)}"
        self.known[name] += 1
        return name if self.known[name] == 1 else f"{name}'{self.known[name]}"

    def rows(self, grid: Grid) -> list[int]:
        column, header = self.truth(grid), self.layout().header
        return [n for n in range(header + 1, len(grid.rows)) if grid.at(n, column) is not None]

    def mine(self, grid: Grid) -> list[int]:
        """Return the columns that are the person's: between ARC's, and two right of them."""
        layout = self.layout()
        ours = set(layout.places.values())
        return [
            c
            for c in range(min(max(ours) + 3, self.truth(grid)))
            if c not in ours and not str(grid.at(layout.header, c)).startswith(_ASTRAY)
        ]

    def _put(self, row: int, column: int, *values: Any) -> None:
        put(self.w.person, self.tab, row, column, *values)

    def _some(self) -> tuple[Grid, int]:
        grid = self.grid()
        return grid, self.rng.choice(self.rows(grid))

    # -- doing -----------------------------------------------------------------------------------------

    def work(self, kind: str, body: Any) -> None:
        """Do one thing or two, and let the ledger change sometimes."""
        self.name_rows()
        for _ in range(self.rng.choice((1, 1, 2))):
            what = self.rng.choice(_HABITS)
            doing: Callable[[str, Any], bool] = getattr(self, f"_{what}")
            self.done[f"{what} in {kind}s"] += doing(kind, body)
            self.name_rows()
        if self.rng.random() < 0.05:
            self.w.act()
            self.done[f"ledger in {kind}s"] += 1

    def _note(self, name: str, column: str, old: Any, new: str | None) -> None:
        """Keep account: what a person types over is theirs to lose."""
        at = base_of(name), column
        kept = [text for text in self.typed.get(at, []) if text != token_of(old)]
        self.typed[at] = [*kept, *([new] if new else [])]
        self.formulas.pop((name, column), None)

    def _write(self, at: int, column: str) -> bool:
        """Type into one of ARC's columns."""
        grid, layout = self.grid(), self.layout()
        if column not in layout.places:
            return False
        name = str(grid.at(at, self.truth(grid)))
        text = f"u{next(self.numbers)}.{column}@{base_of(name)}"
        self._note(name, column, grid.at(at, layout.places[column]), text)
        self._put(at, layout.places[column], text)
        return True

    def _type(self, _kind: str, _body: Any) -> bool:
        _, at = self._some()
        return self._write(at, self.rng.choice(TYPED))

    def _over(self, _kind: str, _body: Any) -> bool:
        """Type over what ARC computes."""
        _, at = self._some()
        return self._write(at, "bucket")

    def _same(self, kind: str, body: Any) -> bool:
        """Type into the very cell that is about to be written."""
        if kind != "write":
            return False
        mine = SHEET_IDS["Invoices"]
        starts = [r["updateCells"].get("start", {}) for r in body["requests"] if "updateCells" in r]
        rows = sorted(
            {s["rowIndex"] for s in starts if s.get("sheetId") == mine} & set(self.rows(self.grid()))
        )
        return bool(rows) and self._write(self.rng.choice(rows), self.rng.choice(TYPED))

    def _insert(self, _kind: str, _body: Any) -> bool:
        _, at = self._some()
        self.w.person.insert_rows(self.tab, at + 1, self.rng.choice((1, 1, 2)))
        return True

    def _delete(self, _kind: str, _body: Any) -> bool:
        grid, at = self._some()
        if len(self.rows(grid)) < _FEW:
            return False
        name = str(grid.at(at, self.truth(grid)))
        shown = {token_of(value) for value in grid.row(at) if value is not None}
        columns = [column for row, column in self.typed if row == base_of(name)]
        lost = {c: [x for x in self.typed[base_of(name), c] if x in shown] for c in columns}
        for column, texts in lost.items():
            left = [x for x in self.typed[base_of(name), column] if x not in texts]
            self.typed[base_of(name), column] = left
        kept = self.own.get(name, [])
        own, self.own[name] = [x for x in kept if x in shown], [x for x in kept if x not in shown]
        formulas = {at: text for at, text in self.formulas.items() if at[0] == name}
        self.formulas = {at: text for at, text in self.formulas.items() if at not in formulas}
        columns_now = names_of(INVOICES, grid.row(self.layout().header))
        self.removed = Removed(name, list(grid.row(at)), columns_now, lost, own, formulas)
        self.w.person.delete_rows(self.tab, at + 1)
        return True

    def _undo(self, _kind: str, _body: Any) -> bool:
        """Bring the row back that was deleted last, if no column has come or gone since."""
        grid, gone = self.grid(), self.removed
        layout = self.layout()
        if gone is None or gone.columns != names_of(INVOICES, grid.row(layout.header)):
            return False
        self.removed = None
        at = self.rng.choice(self.rows(grid))
        self.w.person.insert_rows(self.tab, at + 1)
        self._put(at, 0, *gone.cells)
        for column, texts in gone.typed.items():
            self.typed[base_of(gone.name), column] = self.typed.get((base_of(gone.name), column), []) + texts
        self.own[gone.name] = self.own.get(gone.name, []) + gone.own
        self.formulas |= gone.formulas
        for place, held in enumerate(gone.cells):
            if isinstance(held, Formula):
                self._put(at, place, shape(layout, at, token_of(held)))
        return True

    def _sort(self, _kind: str, _body: Any) -> bool:
        layout = self.layout()
        column = self.rng.choice([c for c in (ID, "number", "po", "notes") if c in layout.places])
        by = letters(layout.places[column])
        down = self.rng.random() < 0.5
        self.w.person.sort(self.tab, by, descending=down, header_rows=layout.header + 1)
        return True

    def _move(self, _kind: str, _body: Any) -> bool:
        grid, at = self._some()
        to = self.rng.choice(self.rows(grid))
        if to in (at, at + 1):
            return False
        self.w.person.move_rows(self.tab, at + 1, to + 1)
        return True

    def _new(self, _kind: str, _body: Any) -> bool:
        """Insert a row and type an invoice into it, sometimes half of one."""
        grid, at = self._some()
        layout, header = self.layout(), self.layout().header
        half = self.rng.random() < 0.3
        self.w.person.insert_rows(self.tab, at + 1)
        name = self._name("")
        told: dict[str, Any] = {"number": f"N.number@{name}", "customer": "Firm", "issued": date(2026, 1, 5)}
        if not half:
            told |= {"due": date(2026, 2, 5), "currency": "EUR", "amount": Decimal(100), "status": "open"}
        for column, value in told.items():
            if column in layout.places:
                self._put(at, layout.places[column], value)
        self._put(at, self.truth(grid), name)
        self.typed[name, "number"] = [told["number"]]
        self._write(at, "notes")
        return at > header

    # -- columns ---------------------------------------------------------------------------------------

    def _column(self, _kind: str, _body: Any) -> bool:
        layout = self.layout()
        if not self.w.columns or self.truth(self.grid()) >= TRUTH + _WIDEST:
            return False
        at = self.rng.randint(0, max(layout.places.values()))
        self.w.person.insert_columns(self.tab, letters(at))
        if self.rng.random() < 0.5:
            self._put(layout.header, at, f"mine{next(self.numbers)}")
        return True

    def _uncolumn(self, _kind: str, _body: Any) -> bool:
        grid = self.grid()
        inside = max(self.layout().places.values())
        mine = [c for c in self.mine(grid) if c < inside]
        if not mine or self.rng.random() < 0.3:
            return False
        column = self.rng.choice(mine)
        gone = {v for n in self.rows(grid) if _is_at(v := grid.at(n, column), grid.at(0, column))}
        self.own = {name: [x for x in texts if x not in gone] for name, texts in self.own.items()}
        self.w.person.delete_columns(self.tab, letters(column))
        return True

    def _shift(self, _kind: str, _body: Any) -> bool:
        """Drag a column to another place, one of ARC's or of the person's."""
        last = max(self.layout().places.values())
        column, to = self.rng.randint(0, last), self.rng.randint(0, last + 1)
        if not self.w.columns or to in (column, column + 1):
            return False
        self.w.person.move_columns(self.tab, letters(column), letters(to))
        return True

    def _own(self, _kind: str, _body: Any) -> bool:
        """Type into a column of the person's own; its tag stands on top of it."""
        grid, at = self._some()
        if not (mine := self.mine(grid)):
            return False
        column, name = self.rng.choice(mine), str(grid.at(at, self.truth(grid)))
        tag = grid.at(0, column) or f"own{next(self.numbers)}"
        self._put(0, column, tag)
        text = f"o{next(self.numbers)}.{tag}@{base_of(name)}"
        old = grid.at(at, column)
        kept = [x for x in self.own.get(name, []) if x != old or not _is_at(old, tag)]
        self.own[name] = [*kept, text]
        self._put(at, column, text)
        return True

    def _formula(self, _kind: str, _body: Any) -> bool:
        grid, at = self._some()
        layout, name = self.layout(), str(grid.at(at, self.truth(grid)))
        if not self.w.formulas or not {"notes", "status"} <= layout.places.keys():
            return False
        text = f"f{next(self.numbers)}.notes@{base_of(name)}"
        self._note(name, "notes", grid.at(at, layout.places["notes"]), text)
        self._put(at, layout.places["notes"], shape(layout, at, text))
        self.formulas[name, "notes"] = text
        return True

    # -- names, issues ---------------------------------------------------------------------------------

    def _rename(self, _kind: str, _body: Any) -> bool:
        sheet, *names = self.rng.choice(
            [("Customers", "Kunden", "Clients"), ("Invoices", "Rechnungen", "Bills")]
        )
        now = self.title(sheet)
        then = self.rng.choice([sheet, *names])
        self.w.person.rename_tab(now, then)
        return then != now

    def _header(self, _kind: str, _body: Any) -> bool:
        """Call a column something else, or what it was called."""
        if self.astray:
            self.put_header_back()
            return True
        layout = self.layout()
        column = self.rng.choice(TYPED)
        if not self.w.columns or column not in layout.places:
            return False
        self.astray = str(layout.grid.at(layout.header, layout.places[column]))
        self._put(layout.header, layout.places[column], f"{_ASTRAY}{next(self.numbers)}")
        return True

    def put_header_back(self) -> None:
        """Let all columns be called what they were called."""
        layout = self.layout()
        at = [c for c, v in enumerate(layout.grid.row(layout.header)) if str(v).startswith(_ASTRAY)]
        if self.astray and at:
            self._put(layout.header, at[0], self.astray)
        self.astray = ""

    def _issue(self, _kind: str, _body: Any) -> bool:
        """Scribble among the issues."""
        if self.rng.random() < 0.5:
            return False
        text = f"i{next(self.numbers)}.issues@issues"
        grid, layout = self._issues()
        at = self.rng.randint(layout.header + 1, layout.header + 7)
        column = self.rng.choice([layout.places[c] for c in ("where", "mine", "theirs")])
        self._note("issues", str(column), grid.at(at, column), text)
        put(self.w.person, "Issues", at, column, text)
        return True

    def _choose(self, _kind: str, _body: Any) -> bool:
        """Decide on an issue; what is chosen is carried out, and what gave way stands in the history."""
        _, layout = self._issues()
        if not layout.rows:
            return False
        at = self.rng.choice(sorted(layout.rows.values()))
        put(self.w.person, "Issues", at, layout.places["choice"], self.rng.choice(CHOICES[:2]))
        return True

    def _issues(self) -> tuple[Grid, Layout]:
        grid = grid_of(self.w.person, "Issues")
        layout = find(grid, ISSUES)
        assert layout is not None
        return grid, layout
