"""The file of rows that were not taken: the export itself, with only those rows, and beside each the reason.

So a person corrects it in a spreadsheet and imports that file. What stands above the header comes along, as it may
say currency and day; so do the rows that name the customer of a group, and all lines of an invoice that is their sum.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sheets.errors import IntakeError
from arc_sync.intake.layout import text_of
from arc_sync.intake.model import Calculated
from arc_sync.intake.rows import Rows, Sort, cell_at
from arc_sync.intake.text import TextSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from arc_sync.intake.layout import Layout
    from arc_sync.intake.model import Cell, Line, Reject
    from arc_sync.intake.survey import Source
    from arc_sync.intake.understand import Understood

#: The header of the column that the import passes over.
REASON: Final = "Why not taken"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")


def write_rejects(path: str | PathLike[str], understood: Understood, rejects: Iterable[Reject]) -> Path:
    """Write the rows that were not taken, with the file's own header; the reason stands in the first column.

    What is there and differs may be what a person mends: it is left alone, and the next free name is taken, such as
    a.rejects-2.csv; what is there and is the same stays. Returns where the rows stand.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection), which the
    import takes off again; numbers stay as they are. Raises `IntakeError` if the file cannot be written.
    """
    whys: defaultdict[int, list[str]] = defaultdict(list)
    for reject in rejects:
        whys[reject.line].append(f"Line {reject.line}: {reject.reason}")
    text = StringIO(newline="")
    csv.writer(text, delimiter=_separator(understood)).writerows(_rows(understood, whys))
    content = text.getvalue().encode("utf-8-sig")
    return next(place for place in _names(Path(path)) if _stands(place, content))


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_stem(f"{path.stem}-{n}") for n in count(2))


def _stands(place: Path, content: bytes) -> bool:
    """Write a new file; say whether it holds the content now, as it does not where something else was there before."""
    try:
        with place.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        return _holds(place, content)
    except OSError as error:
        raise IntakeError(
            f"{place} cannot be written ({error.strerror}); make room, or allow writing there."
        ) from None
    return True


def _holds(place: Path, content: bytes) -> bool:
    try:
        return place.read_bytes() == content
    except OSError:  # a program holds it: a person mends it
        return False


@dataclass(frozen=True, slots=True)
class Mended:
    """A file of rejects that a person has corrected: the apostrophes that ARC set there are taken off."""

    source: Source

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.source.path

    @property
    def sheet(self) -> str:
        """The sheet's name, or "" for a text file."""
        return self.source.sheet

    def lines(self) -> Iterator[Line]:
        """Yield its rows from the first."""
        for line in self.source.lines():
            yield line._replace(cells=tuple(map(_bare, line.cells)))


def mended(source: Source, layout: Layout) -> Source:
    """Return the source as it is to be read where it is a file of rejects; else as it is."""
    return Mended(source) if REASON in layout.headers else source


def _rows(understood: Understood, whys: dict[int, list[str]]) -> Iterator[list[str]]:
    """Yield the rows of the file that matter, each behind why it was not taken."""
    layout = understood.layout
    whole, groups = _whole(understood, whys), {Sort.LABEL, Sort.TOTAL} if layout.grouped else set()
    for line, sort in _sorted(understood):
        if (
            line.number in whys
            or line.number <= layout.line
            or _number(layout, line) in whole
            or sort in groups
        ):
            why = REASON if line.number == layout.line else " ".join(whys.get(line.number, ()))
            yield [why, *map(_safe, _cells(understood, line))]


def _cells(understood: Understood, line: Line) -> list[str]:
    """Return the cells of a row as they were, but for the reason of an earlier time."""
    headers = understood.layout.headers
    cells = [_text(cell, understood.reader.decimal) for cell in line.cells]
    if line.problem and len(cells) == 1:  # the line as it stands
        cells = next(csv.reader(cells, delimiter=_separator(understood)), [])
    at = headers.index(REASON) if REASON in headers else len(cells)
    return cells[:at] + cells[at + 1 :]


def _sorted(understood: Understood) -> Iterator[tuple[Line, Sort]]:
    """Yield the rows from the first, each with its sort; those above the header, and it, are notes."""
    layout = understood.layout
    for line in understood.source.lines():
        if line.number > layout.line:
            break
        yield line, Sort.NOTE
    for row in Rows(layout, set(understood.survey.closed)).read(understood.source.lines()):
        yield row.line, row.sort


def _separator(understood: Understood) -> str:
    """Return what stands between the cells of the file; a comma where it is a workbook."""
    source = understood.source
    source = source.source if isinstance(source, Mended) else source
    return source.separator if isinstance(source, TextSource) else ","


def _whole(understood: Understood, whys: Iterable[int]) -> set[str]:
    """Return the numbers of invoices of which a line was not taken, where each row is a line; they stay whole."""
    if not understood.layout.by_line:
        return set()
    lines = set(whys)
    found = (_number(understood.layout, one) for one in understood.source.lines() if one.number in lines)
    return set(filter(None, found))


def _number(layout: Layout, line: Line) -> str:
    label = layout.columns.get("number")
    return text_of(cell_at(line, label.place)).casefold() if label and not line.problem else ""


def _text(cell: Cell, decimal: str) -> str:
    """Return a cell as text that reads as it did; of a time its day alone counts."""
    value = cell.value if isinstance(cell, Calculated) else cell
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return text_of(value).replace(".", decimal)
    return str(value)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text) else text


def _bare(cell: Cell) -> Cell:
    """Return a cell without the apostrophe that `_safe` set."""
    return cell[1:] if type(cell) is str and cell[:1] == "'" and _safe(cell[1:]) == cell else cell
