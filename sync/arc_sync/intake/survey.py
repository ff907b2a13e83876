"""The first pass over a file: what its rows are and what its columns prove."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from arc_sheets import money
from arc_sync.intake.evidence import DateColumn, Example, MoneyColumns
from arc_sync.intake.layout import text_of
from arc_sync.intake.model import Calculated
from arc_sync.intake.rows import Rows, Sort, cell_at
from arc_sync.intake.words import YES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from arc_sync.intake.layout import Layout
    from arc_sync.intake.model import Line

_DATES: Final = frozenset(("issued", "due", "settled", "payment_date", "date"))
_MONEY: Final = frozenset(("amount", "balance", "paid", "line_total", "applied", "unused", "credit_limit"))


class Source(Protocol):
    """A file of rows that can be read more than once."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def sheet(self) -> str:
        """The sheet's name, or "" for a text file."""

    def lines(self) -> Iterator[Line]:
        """Yield its rows from the first."""


@dataclass(slots=True)
class Survey:
    """What the first pass saw."""

    rows: Counter[Sort] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)  #: records with something in a field
    dates: dict[str, DateColumn] = field(default_factory=dict)  #: by field
    money: MoneyColumns = field(default_factory=MoneyColumns)
    first_amount: tuple[str, Example] | None = None  #: header and first amount that names no currency
    computed: set[str] = field(default_factory=set)  #: fields with a formula that has a value
    disputed: int = 0
    first_note: str = ""
    closed: set[str] = field(default_factory=set)  #: group labels with a totals row; see `Rows`


def survey(source: Source, layout: Layout) -> Survey:
    """Read the whole file once. Raises `IntakeError` where it cannot be read to its end."""
    seen = Survey()
    rows = Rows(layout)
    seen.dates = {name: DateColumn(layout.header(name)) for name in layout.columns if name in _DATES}
    for row in rows.read(source.lines()):
        seen.rows[row.sort] += 1
        if row.sort is Sort.RECORD:
            _look(seen, layout, row.line)
        elif row.sort is Sort.NOTE and not seen.first_note:
            seen.first_note = " ".join(filter(None, map(text_of, row.line.cells)))[:60]
    seen.closed = rows.closed
    return seen


def _look(seen: Survey, layout: Layout, line: Line) -> None:
    code = ""
    for name, (place, header) in layout.columns.items():
        cell = cell_at(line, place)
        if cell == "":
            continue
        seen.filled[name] += 1
        if isinstance(cell, Calculated) and cell.value not in ("", 0):
            seen.computed.add(name)
        if name in seen.dates:
            seen.dates[name].look(cell, line.number)
        elif name == "disputed":
            seen.disputed += text_of(cell).casefold() in YES
        elif name == "currency":
            code = text_of(cell).upper()
        elif (
            name in _MONEY
            and isinstance(cell, str)
            and (code not in money.CURRENCIES or money.exponent(code))
        ):
            seen.money.look(header, cell, line.number)
        if name in _MONEY and seen.first_amount is None:
            seen.first_amount = header, Example(text_of(cell), line.number)
