"""A book's tab as it was read, and the sieve that keeps only what needs thought."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from arc_sheets.cells import CellValue, Reading, Row, Rows, Unreadable, Value, read_cell, verbatim
from arc_sheets.money import exponent
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.merge.issues import ID

#: Returns the currency of a row whose own cell is blank, from its readable values by column name.
GuessCurrency: TypeAlias = Callable[[Mapping[str, Value | Unreadable]], str | None]


class ReadRow(NamedTuple):
    """One row as a book hands it over."""

    at: int  #: where it stood in this read; never its identity
    id: str  #: "" where there is none
    cells: tuple[CellValue, ...]  #: in the order of `tab.stored`; None where the column is missing
    computed: tuple[CellValue, ...] = ()  #: in the order of `tab.computed`
    seal: str = ""  #: of the computed cells, as ARC last wrote them


@dataclass(frozen=True, slots=True)
class ReadTab:
    """One tab of a book: which of its columns are there, and its rows, to be read once."""

    tab: Tab
    present: frozenset[str]  #: names of the columns found, and `ID`; empty if the sheet is missing
    rows: Iterable[ReadRow] = ()

    @property
    def usable(self) -> bool:
        """Say whether rows can be told apart: the id column and the key are there."""
        return ID in self.present and (not self.tab.key or self.tab.key in self.present)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that needs thought: its cells as they stand, and as values."""

    at: int
    id: str
    cells: tuple[CellValue, ...]
    values: tuple[Value | Unreadable, ...]

    @property
    def blank(self) -> bool:
        """Say whether a person emptied the row: every one of its cells is blank."""
        return all(v is None for v in self.values)


class Faces(NamedTuple):
    """The computed cells of a row, where it stands, and the seal on them."""

    at: int
    cells: tuple[CellValue, ...]
    seal: str


@dataclass(slots=True)
class Sheet:
    """A tab after the sieve."""

    tab: Tab
    present: frozenset[str]
    agreed: set[str] = field(default_factory=set)  #: ids of rows equal to the ledger's, with no issue
    rows: list[SheetRow] = field(default_factory=list)  #: all others, in book order
    faces: dict[str, Faces] = field(default_factory=dict)  #: computed cells by id
    usable: bool = True


def sift(book: ReadTab, live: Rows, watched: Collection[str], how: Reading, guess: GuessCurrency) -> Sheet:
    """Read a tab once and keep the rows that differ from the ledger or are `watched` (have issues)."""
    tab, sheet = book.tab, Sheet(book.tab, book.present, usable=book.usable)
    whole = {c.name for c in tab.stored} <= book.present
    faces, agreed, shows = sheet.faces, sheet.agreed, Shows(tab, tab.stored)
    for row in book.rows:
        i = row.id
        known = live.get(i) if i else None
        if i and i not in faces:
            faces[i] = Faces(row.at, row.computed, row.seal)
            if known is not None and whole and i not in watched and shows.cells(known, known) == row.cells:
                agreed.add(i)
                continue
        if i or any(cell is not None for cell in row.cells):
            values = read_row(tab, row.cells, known, how, guess)
            sheet.rows.append(SheetRow(row.at, i, row.cells, values))
    return sheet


class Shows:
    """Gives the cells that show values, in the form ARC writes: every row read is compared with them."""

    def __init__(self, tab: Tab, columns: Sequence[Column]) -> None:
        """`columns` are those of the values and cells: `tab.stored`, or `tab.computed`."""
        self._unit = tab.unit
        self._money = [k for k, c in enumerate(columns) if c.kind is Kind.MONEY]
        self._places: dict[Value, int] = {}

    def cells(self, row: Row, values: tuple[Value, ...]) -> tuple[CellValue, ...]:
        """Return the cells that show the values; `row` is the whole stored row, for its currency."""
        if not self._money:
            return values
        shown: list[CellValue] = list(values)
        currency = row[self._unit] if self._unit is not None else None
        if currency not in self._places:
            self._places[currency] = -exponent(str(currency))
        places = self._places[currency]
        for k in self._money:
            minor = values[k]
            if isinstance(minor, int):
                shown[k] = Decimal(minor).scaleb(places)
        return tuple(shown)


def show_row(tab: Tab, row: Row) -> tuple[CellValue, ...]:
    """Return the cells that show a row."""
    return Shows(tab, tab.stored).cells(row, row)


def read_row(
    tab: Tab, cells: tuple[CellValue, ...], known: Row | None, how: Reading, guess: GuessCurrency
) -> tuple[Value | Unreadable, ...]:
    """Return the values of a row's cells.

    Money is counted in the currency of the ledger's row, as its decimals never change during a row's
    life; in a new row in that of its currency cell, or else of what `guess` makes of the other cells.
    """
    values: dict[str, Value | Unreadable] = {}
    for column, cell in zip(tab.stored, cells, strict=True):
        if column.kind is not Kind.MONEY:
            values[column.name] = read_cell(column, cell, None, how)
    currency = currency_of(tab, known) if known else values.get("currency") or guess(values)
    unit = currency if isinstance(currency, str) else None
    return tuple(
        read_cell(column, cell, unit, how) if column.kind is Kind.MONEY else values[column.name]
        for column, cell in zip(tab.stored, cells, strict=True)
    )


def currency_of(tab: Tab, row: Sequence[object]) -> str | None:
    """Return the currency of a row's amounts, from its values or its cells, or None where it has none."""
    code = row[tab.unit] if tab.unit is not None else None
    return str(code) if code else None


def fold(key: Value) -> Value:
    """Return a natural key as it is compared: RE-2 and re-2 are one."""
    return key.casefold() if isinstance(key, str) else key


def text_of(value: Value | Unreadable, cell: CellValue) -> str:
    """Return a cell as a person sees it, for the Issues tab."""
    return value.text if isinstance(value, Unreadable) else verbatim(cell)
