"""Which rows below the header are records, and which are totals, group labels, notes or blank."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.intake.layout import text_of
from arc_sync.intake.words import BUCKETS, FOOTNOTE, GRAND_TOTAL, TOTAL, TOTAL_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arc_sync.intake.layout import Layout
    from arc_sync.intake.model import Cell, Line


class Sort(Enum):
    """What a row is."""

    RECORD = auto()
    BROKEN = auto()  #: `Row.line.problem` says how
    GRAND_TOTAL = auto()
    TOTAL = auto()
    LABEL = auto()
    NOTE = auto()
    BLANK = auto()


class Row(NamedTuple):
    """A row below the header; `group` is the customer of the labels above it, where customers are grouped."""

    sort: Sort
    line: Line
    group: str = ""


@dataclass(slots=True)
class Rows:
    """Reads the rows below the header one after the other, keeping the labels they stand under.

    `closed` holds the labels that the file closes with a "Total for ..." row, known after one pass: a
    label that is never closed ends where the next begins; one that is closed may hold others.
    """

    layout: Layout
    closed: set[str] = field(default_factory=set)

    def read(self, lines: Iterable[Line]) -> Iterator[Row]:
        """Yield the rows below the header, each with its sort."""
        labels: list[str] = []
        for line in lines:
            if line.number <= self.layout.line:
                continue
            sort = self._sort(line)
            if sort is Sort.LABEL:
                self._open(labels, text_of(next(filter(text_of, line.cells))))
            elif sort is Sort.TOTAL:
                self._close(labels, line)
            if sort is Sort.BROKEN and not line.problem:
                line = line._replace(problem=self._overflow(line))  # noqa: PLW2901 (the same row, with its fault)
            yield Row(sort, line, ":".join(labels))

    def _overflow(self, line: Line) -> str:
        return (
            f"it has {len(line.cells)} cells under {len(self.layout.headers)} headers; a text that holds a "
            "separator is not in quotation marks"
        )

    def _sort(self, line: Line) -> Sort:
        if line.problem:
            return Sort.BROKEN
        begin = next((i for i, cell in enumerate(line.cells) if not _blank(cell)), None)
        if begin is None:
            return Sort.BLANK
        end = next(i for i in range(len(line.cells) - 1, -1, -1) if not _blank(line.cells[i]))
        first = text_of(line.cells[begin])
        if self._is_total(line, begin, first):
            return Sort.GRAND_TOTAL if GRAND_TOTAL.fullmatch(first) else Sort.TOTAL
        if begin == end:
            return self._lone(begin, first)
        if end >= len(self.layout.headers):
            return Sort.BROKEN
        return Sort.NOTE if self._is_header(line, begin, first) else Sort.RECORD

    def _is_header(self, line: Line, begin: int, first: str) -> bool:
        """Say whether a row is the header again, as on a new page."""
        headers = self.layout.headers
        return first == headers[begin] and [*map(text_of, line.cells[: len(headers)])] == [*headers]

    def _is_total(self, line: Line, place: int, first: str) -> bool:
        """Tell a totals row from a customer called Total: a record has a date and a number (or contacts)."""
        if not TOTAL.match(first):
            return False
        if self.layout.what == "customers":
            return bool(GRAND_TOTAL.fullmatch(first))
        facts = ("number", "issued", "due", "date", "id", "applied_to")
        return not any(
            self._has(line, name) for name in facts if name in self.layout.columns and self._at(name) != place
        )

    def _lone(self, place: int, first: str) -> Sort:
        """Sort a row with a single text: a group label, a footnote, or a record that lost its cells."""
        if self.layout.grouped and not FOOTNOTE.match(first):
            return Sort.NOTE if BUCKETS.fullmatch(first) else Sort.LABEL
        is_name = self.layout.what == "customers" and place == self._at("name")
        return Sort.RECORD if is_name and not FOOTNOTE.match(first) else Sort.NOTE

    def _at(self, name: str) -> int:
        return self.layout.columns[name].place

    def _has(self, line: Line, name: str) -> bool:
        return bool(text_of(cell_at(line, self._at(name))))

    def _open(self, labels: list[str], label: str) -> None:
        while labels and labels[-1] not in self.closed:
            labels.pop()
        labels.append(label)

    def _close(self, labels: list[str], line: Line) -> None:
        hit = TOTAL_FOR.fullmatch(text_of(next(filter(text_of, line.cells))))
        if hit:
            self.closed.add(hit["name"])
        if hit and hit["name"] in labels:
            del labels[labels.index(hit["name"]) :]


def _blank(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and not cell.strip())


def cell_at(line: Line, index: int) -> Cell:
    """Return a cell, or an empty text beyond the row's end."""
    return line.cells[index] if index < len(line.cells) else ""
