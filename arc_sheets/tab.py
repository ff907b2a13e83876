"""What a tab is. Each is declared once (`tabs.py`); ledger, workbook, parsing, merge and docs derive from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; see `cells.py` for the values and cells of each."""

    TEXT = "text"  #: one line
    NOTE = "note"  #: may be long, wraps
    CHOICE = "choice"  #: one of `Column.choices`
    CODE = "code"  #: an ISO currency code
    MONEY = "money"  #: minor units of the row's currency
    NUMBER = "number"  #: a whole number
    DATE = "date"
    TIME = "time"  #: a date with the time of day, local wall clock


class Owner(StrEnum):
    """Who may edit a column, and who wins when both did."""

    LEDGER = "ledger"  #: the ledger's value is restored, what was typed is logged
    SHEET = "sheet"  #: the book wins, the loser is logged
    BOTH = "both"  #: neither wins: a person decides on the Issues tab


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a tab."""

    name: str  #: the ledger's word, snake_case
    header: str  #: the workbook's word
    kind: Kind = Kind.TEXT
    owner: Owner = Owner.SHEET
    required: bool = False  #: a row without it is no record: it waits in the book
    choices: tuple[str, ...] = ()  #: of a CHOICE; empty: any text
    computed: bool = False  #: derived from other rows in every round; not stored in the ledger
    refers: str = ""  #: the tab whose key this names; an unknown name is held, a renamed key is followed
    many: bool = False  #: may name several, as `applied.parse` reads them
    width: float = 0  #: characters; 0 takes the kind's own
    closed: tuple[str, str] | None = None  #: while that column of a row has that value, it is LEDGER there


@dataclass(frozen=True, slots=True)
class Tab:
    """A record tab: a table of rows that people and the ledger both edit."""

    name: str  #: the ledger's table, such as "invoices"
    title: str  #: the sheet's name, such as "Invoices"
    columns: tuple[Column, ...]
    key: str = ""  #: the column that must be unique among live rows, or "" where rows have no natural key
    sentence: str = ""  #: under the title
    empty: str = ""  #: how to begin, where there are no rows yet

    stored: tuple[Column, ...] = field(init=False, compare=False)  #: the columns that the ledger keeps
    computed: tuple[Column, ...] = field(init=False, compare=False)  #: those that every round computes anew
    unit: int | None = field(init=False, compare=False)  #: where in `stored` the row's currency stands

    def __post_init__(self) -> None:
        stored = tuple(c for c in self.columns if not c.computed)
        unit = next((k for k, c in enumerate(stored) if c.kind is Kind.CODE), None)
        for name, value in (
            ("stored", stored),
            ("computed", tuple(c for c in self.columns if c.computed)),
            ("unit", unit),
        ):
            object.__setattr__(self, name, value)  # frozen for everybody else

    def column(self, name: str) -> Column:
        """Return the column of this name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
