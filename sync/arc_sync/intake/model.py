"""The values that the intake hands out: what goes into the ledger, what does not and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from arc_sheets import money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arc_sheets.cells import Value

#: What an export is a list of.
What: TypeAlias = Literal["customers", "invoices", "payments"]
WHATS: Final[tuple[What, ...]] = ("customers", "invoices", "payments")

#: A cell of an export: text as written, or what a workbook keeps. A `CellError` is a text too (cells.py).
Plain: TypeAlias = str | int | float | bool | date | datetime
Cell: TypeAlias = "Plain | Calculated"


class Calculated(NamedTuple):
    """A cell that holds a formula, with the value the file last kept for it; it may be stale."""

    value: Plain


class Line(NamedTuple):
    """One row of a file: where it begins (1-based line or sheet row), its cells, and what is wrong with it."""

    number: int
    cells: tuple[Cell, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row for the ledger."""

    tab: str  #: "customers", "invoices", "payments" or "disputes"
    key: str | None  #: the natural key (customer name, invoice number), where the tab has one
    seed: str  #: the row's identity where it has no key: the same for the same thing in every export
    values: Mapping[str, Value]  #: by ARC column; only what the file says; money in minor units
    line: int  #: where it stands in the file
    implied: bool = False  #: only mentioned (a customer by an invoice): create, never overwrite
    #: Columns that the file does not state and ARC chose, such as the day of a payment that only shows in
    #: an open balance. Write them with a new row, or when another value of the row changes; not by themselves.
    assumed: frozenset[str] = frozenset()


class Reject(NamedTuple):
    """A row that was not taken: its place in the file, its cells as they were, and why, in one sentence."""

    line: int
    row: tuple[str, ...]
    reason: str


class Control(NamedTuple):
    """The sum of the rows taken, beside what the file's own total row states. Minor units."""

    currency: str
    what: Literal["amount", "open balance"]
    taken: int
    stated: int | None = None

    @property
    def agrees(self) -> bool:
        """Say whether the file's total row is absent or equal to what was taken."""
        return self.stated is None or self.stated == self.taken

    def sentence(self) -> str:
        """Say the sum, and whether the file agrees."""
        sums = f"{'Amounts' if self.what == 'amount' else 'Open balances'} add up to {self._show(self.taken)}"
        if self.stated is None:
            return f"{sums}."
        if self.agrees:
            return f"{sums}, as the file's total row says."
        return (
            f"{sums}, but the file's total row says {self._show(self.stated)}: "
            f"a difference of {self._show(self.stated - self.taken)}."
        )

    def _show(self, minor: int) -> str:
        return f"{self.currency} {money.to_major(minor, self.currency):,f}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What an export gives: rows for the ledger, rows that could not be read, and the control totals."""

    entries: list[Entry]  #: customers first, then invoices, payments, disputes
    rejects: list[Reject]
    controls: tuple[Control, ...] = ()
    remarks: tuple[str, ...] = ()  #: what a person should know, in sentences
    counts: Mapping[str, int] = field(default_factory=dict)  #: by tab; implied customers included

    def sentences(self) -> list[str]:
        """Say what was taken, what was not, and whether the totals agree."""
        parts = [f"{n:,} {tab if n > 1 else tab.removesuffix('s')}" for tab, n in self.counts.items() if n]
        said = ["Read " + _and(parts or ["nothing"]) + "."]
        if self.rejects:
            said.append(f"{len(self.rejects):,} row{'s' * (len(self.rejects) != 1)} could not be read.")
        return [*said, *(control.sentence() for control in self.controls), *self.remarks]


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
