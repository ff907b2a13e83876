"""The invoice lines of a message: a small table, its plain text, and the table that stands in a text.

  Invoice      Date         Due          Days late  Open in EUR
  INV-26-0561  10 Oct 2026  9 Nov 2026          11     1,250.50
  INV-26-0577  20 Oct 2026  19 Nov 2026          1       320.00
  -------------------------------------------------------------
  Total                                                1,570.50

Columns stand two spaces apart and no cell has two spaces in it, so what was written can be read back. A person
may edit the text of a message: only what still reads as a table is shown as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arc_sheets.languages import Language
    from arc_sheets.reminders import Proposal

_GAP: Final = "  "
_APART: Final = re.compile(" {2,}")
#: Which of `Language.headers` are days, and which are figures and stand on the right.
_ISSUED, _LATE, _AMOUNT = 1, 3, 4
_FIGURES: Final = frozenset({3, 4, 5})
_HEADERS: Final = tuple(
    tuple(re.compile(re.escape(h).replace(r"\{\}", "[A-Z]{3}")) for h in language.headers)
    for language in LANGUAGES
)


class Table(NamedTuple):
    """The invoice lines as texts: one row an invoice, then the sums (what, how much)."""

    headers: tuple[str, ...]
    figures: tuple[bool, ...]  #: which columns stand on the right
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]


class Found(NamedTuple):
    """A text taken apart at its invoice lines."""

    before: str
    table: Table
    after: str


def table_of(proposal: Proposal, language: Language) -> Table:
    """Return the lines of a proposal in a language. Columns that would say nothing are left out."""
    part_paid = any(item.amount != item.balance for item in proposal.items)
    late = any(item.days_late > 0 for item in proposal.items)
    shown = [k for k in range(6) if (k != _AMOUNT or part_paid) and (k != _LATE or late)]
    return Table(
        tuple(language.headers[k].format(proposal.currency) for k in shown),
        tuple(k in _FIGURES for k in shown),
        tuple(tuple(row[k] for k in shown) for row in _rows(proposal, language)),
        tuple(
            (what, language.write_number(minor, proposal.currency))
            for what, minor in sums(proposal, language)
        ),
    )


def _rows(proposal: Proposal, language: Language) -> Iterable[tuple[str, ...]]:
    for item in proposal.items:
        yield (
            one_line(item.number) or "–",
            language.write_short_day(item.issued),
            language.write_short_day(item.due),
            str(item.days_late) if item.days_late > 0 else language.not_due,
            language.write_number(item.amount, proposal.currency),
            language.write_number(item.balance, proposal.currency),
        )


def sums(proposal: Proposal, language: Language) -> Iterable[tuple[str, int]]:
    """Yield what stands under the lines, in minor units: the credit, the total, and what of it is overdue."""
    if credit := credit_of(proposal):
        yield language.credit, -credit
    yield language.total, proposal.amount
    if 0 < (overdue := overdue_of(proposal)) != proposal.amount:
        yield language.overdue, overdue


def credit_of(proposal: Proposal) -> int:
    """Return the unapplied credit that the amount of a proposal is lessened by, in minor units."""
    return max(0, sum(item.balance for item in proposal.items) - proposal.amount)


def overdue_of(proposal: Proposal) -> int:
    """Return what is overdue, in minor units; unapplied credit settles the oldest first."""
    late = sum(item.balance for item in proposal.items if item.days_late > 0)
    return max(0, late - credit_of(proposal))


def one_line(text: object) -> str:
    """Return a text on one line, control characters gone and single spaces between its words; "" for None."""
    plain = str("" if text is None else text)
    if not plain.isprintable():
        plain = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(plain.split())


# --- as text, and back ------------------------------------------------------------------------------------------


def text_of(table: Table) -> str:
    """Return the table as aligned lines, without spaces at their ends."""
    widths = [max(map(len, column)) for column in zip(table.headers, *table.rows, strict=True)]
    label = max(len(what) for what, _ in table.sums)
    widths[-1] = max(widths[-1], *(len(number) for _, number in table.sums))
    widths[0] += max(0, label + len(_GAP) + widths[-1] - _length(widths))
    lines = [_line(row, widths, table.figures) for row in (table.headers, *table.rows)]
    whole = _length(widths)
    lines.append("-" * whole)
    lines += [what + number.rjust(whole - len(what)) for what, number in table.sums]
    return "\n".join(lines)


def _length(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _line(cells: tuple[str, ...], widths: list[int], figures: tuple[bool, ...]) -> str:
    placed = zip(cells, widths, figures, strict=True)
    return _GAP.join(c.rjust(w) if right else c.ljust(w) for c, w, right in placed).rstrip()


def find_table(text: str) -> Found | None:
    """Return the text taken apart at the first block that reads as invoice lines, or None."""
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if _GAP in line and (figures := _figures(_APART.split(line))):
            block = _block(lines[start:])
            table = _read(block, figures)
            if table and text_of(table) == "\n".join(block):
                return Found("\n".join(lines[:start]), table, "\n".join(lines[start + len(block) :]))
    return None


def _figures(cells: list[str]) -> tuple[bool, ...] | None:
    """Say which columns are figures, if the cells are the headers of invoice lines."""
    for known in _HEADERS:
        places = [next((k for k, header in enumerate(known) if header.fullmatch(cell)), -1) for cell in cells]
        if len(cells) > _ISSUED and min(places) >= 0 and places == sorted(set(places)):
            return tuple(k in _FIGURES for k in places)
    return None


def _block(lines: list[str]) -> list[str]:
    return lines[: lines.index("")] if "" in lines else lines


def _read(block: list[str], figures: tuple[bool, ...]) -> Table | None:
    """Return the table of a block of lines, or None where a line has too many or too few cells."""
    split = [tuple(_APART.split(line)) for line in block]
    rule = next((k for k, line in enumerate(block) if not line.strip("-")), 0)
    headers, rows, below = split[0], split[1:rule], split[rule + 1 :]
    if not rows or not below or any(len(row) != len(headers) for row in rows):
        return None
    sums = tuple((row[0], row[1]) for row in below if len(row) == 2)
    return Table(headers, figures, tuple(rows), sums) if len(sums) == len(below) else None
