"""What stands on a report tab, as values: which cell, which value, in which style.

A drawing is made by a pure function (`books/draw/`) and carried out twice in the same way: by XlsxWriter when
the book is created, by our own package when it is edited in place. Rows count from 1, columns from 0, as in
`arc_sync.xlsx.refs`. A *role* names a style of `look.py`; the book carries a sample of each on `_ARC`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from arc_sheets.cells import CellValue
from arc_sync.xlsx.refs import LAST_ROW, Area, Place, area_ref

_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"'(),:;\[\]\\/?#&%]{1,255}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{3,30}")


class Link(NamedTuple):
    """A text that leads somewhere: `target` is ARC's own "mailto:", "tel:" or "internal:'Tab'!A1"."""

    target: str
    text: str


Shown: TypeAlias = CellValue | Link


class Drawn(NamedTuple):
    """One cell: its value (never text that becomes a formula) and the role that styles it."""

    value: Shown
    role: str


class Table(NamedTuple):
    """A real Excel table of a report tab: the area's first row is its header, its last row its last row."""

    name: str
    area: Area
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """All that ARC puts on a report tab.

    `area` is what it owns: a cell of it that is not in `cells` is blank. `heights` are rows' points.
    `entries` are cells that people type into: ARC writes them when it creates the book, never again.
    """

    sheet: str
    cells: Mapping[Place, Drawn]
    heights: Mapping[int, float]
    area: Area
    table: Table | None = None
    entries: frozenset[Place] = frozenset()

    @cached_property
    def digest(self) -> str:
        """Its fingerprint: as long as it fits, there is nothing to draw."""
        told = [(*place, *drawn) for place, drawn in sorted(self.cells.items())]
        return hashlib.sha256(repr((told, self.area, self.table)).encode()).hexdigest()[:16]


class Rule(NamedTuple):
    """A conditional format by formula, the one kind that means the same everywhere."""

    area: str
    formula: str
    role: str


@dataclass(frozen=True, slots=True)
class Page:
    """The furniture of a sheet, set once when the book is created: nothing of it depends on how many rows."""

    colour: str  #: of the tab, a name of the palette
    widths: tuple[float, ...]  #: characters, from column A
    freeze: Place | None = None  #: the first cell that scrolls
    header: int | None = None  #: the row repeated on every printed page
    one_page: bool = False
    portrait: bool = False
    wide: int = 1  #: printed pages side by side; each repeats the columns that never scroll
    merges: tuple[Area, ...] = ()
    rules: tuple[Rule, ...] = ()
    row: float = 18  #: points of a row without its own height
    print_to: Place | None = None  #: the last printed cell, where the drawing's size is fixed


@dataclass(slots=True)
class Sketch:
    """A drawing in the making."""

    sheet: str
    cells: dict[Place, Drawn] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Shown, role: str) -> None:
        """Put one cell."""
        self.cells[Place(row, column)] = Drawn(value, role)

    def line(self, row: int, first: int, drawn: Iterable[tuple[Shown, str]]) -> None:
        """Put cells side by side, from column `first`."""
        for column, (value, role) in enumerate(drawn, first):
            self.put(row, column, value, role)

    def blanks(self, row: int, first: int, last: int, role: str) -> None:
        """Give blank cells a style: a rule or a ground under what follows."""
        for column in range(first, last + 1):
            self.put(row, column, None, role)

    def head(self, first: int, title: str, sentence: str) -> None:
        """Put the head that all tabs share: title and one sentence."""
        self.heights[1] = 30
        self.put(1, first, title, "title")
        self.put(2, first, sentence, "slate")

    def section(self, row: int, first: int, last: int, text: str, note: Shown = "") -> None:
        """Put a section's title over a rule, with a note at its right end."""
        self.blanks(row, first, last, "section")
        self.put(row, first, text, "section")
        if note:
            self.put(row, last, note, "section.asidelink" if isinstance(note, Link) else "section.aside")

    def done(
        self, area: Area, table: Table | None = None, entries: frozenset[Place] = frozenset()
    ) -> Drawing:
        """Return the finished drawing, which owns `area`."""
        return Drawing(self.sheet, self.cells, self.heights, area, table, entries)


def below(row: int, first: int, last: int) -> str:
    """Return the reference from `row` down to the sheet's end, over columns `first` to `last`."""
    return area_ref(Area(row, first, LAST_ROW, last))


def to_tab(sheet: str, text: str, cell: str = "A1") -> Link:
    """Return a link to a cell of this book."""
    return Link(f"internal:'{sheet}'!{cell}", text)


def mail(address: str | None) -> Shown:
    """Return a link that writes to the address; plain text if it is not exactly one plain address.

    The target is percent-encoded, so that an address cannot add headers or a body (RFC 6068 section 2).
    """
    if not address or not _ADDRESS.fullmatch(address):
        return address or None
    return Link(f"mailto:{quote(address, safe='@.+-_')}", address)


def phone(number: str | None) -> Shown:
    """Return a link that calls the number (RFC 3966); plain text if it is not one plain number."""
    if not number or not _PHONE.fullmatch(number):
        return number or None
    digits = "".join(c for c in number if c.isdigit())
    return Link(f"tel:{'+' if number.startswith('+') else ''}{digits}", number)
