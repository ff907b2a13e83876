"""Captured writes: every batch first copies the rows that it is about to write, so nothing is overwritten unseen.

Google has no compare-and-set for cells, but it applies a batch as a whole, in order, and can return a range as it is
afterwards. So a batch of ARC's does this, in one call:

1. **Step.** It takes away the range `arc_step` by the id that was read and names it anew. Only one batch can do that:
   whatever was planned on an older read, sent twice, or arrives late, fails as a whole (400) and has changed nothing.
   That is a true compare-and-set among all agents, sessions and repeated sendings; an answer that got lost can do no
   harm, and whether its batch was applied is read off the id.
2. **Record.** It writes to the hidden sheet `_ARC_PRE` what it is about to do: which rows, by what print each is
   recognised as the row that was read, the print of each value, and what earlier batches left open (`record.py`).
3. **Copies.** It copies there, as they are at that instant, the top of every sheet it touches, `_ARC`, every row it
   writes or relies on, and the reports it draws anew. As formulas: a literal stays what it is, and a formula shifts its
   references and shifts them back when it is copied home.
4. **Writes**, each row with a stamp of its own in a hidden column, and the bookmark.

The answer returns the copies. Record and copies together say which rows were, at that instant, the rows that were
read (`judging.py`): the same header, the same id and stamp, the same value in every cell to be written. The others
are *hits*: a row had moved there, a column had come or gone, or a person had just typed. Of a hit ARC knows what
stood there, what it wrote, and by stamp or id where the row is now, wherever people sort or move it.

**All of that travels in the book.** Kept in the ledger, pending batches and hits would have to be resolved before
anything can be read, and a crash could part them from the book they speak of. Here whoever opens the book next
(another process, another machine, after a crash) reads record and copies in the one read it makes anyhow and comes to
the same judgement, because that is a pure function of what it read. So there is no second state, nothing to resolve,
and no order of commits between two stores.

What the round is told follows from it (`masking.py`): a hit cell that still holds what ARC wrote counts as holding what
stood there before, so the merge never takes ARC's own slip for a person's edit, and what a person typed in that
instant reaches the merge as if ARC had not written; the bookmark counts as moved only if every write of the plan held.
The next batch puts back what was there: at once, and again in later rounds until the book is clean. What a person
meanwhile typed over is theirs; if that leaves a text standing nowhere, or the row was deleted while ARC covered the
text, it goes to the Issues tab.

Why this is enough: a round asks that each cell is written only over the value that was read, and that the bookmark
moves only if all of them were. A hit is not a write over another value but, in the view that every round is given, no
write at all. `tests/faults/google.py` says so by experiment, with a person at work inside every read and every write.

Two things are hard. *Columns* that come, go or move in the instant: a batch is recognised by header, id and stamp, a
row is found by its stamp in whatever column that stands, and what was written is taken back by the name that the column
had, or, without a name, by what stood beside it. While a column of ARC's is not where the batch was planned, nothing of
that sheet counts as written. Where ARC blanked a cell and nobody can tell any more in which column, it does not guess:
what stood there goes to the Issues tab. *Formulas* in two-way cells: one that was read is held by the merge and never
written; one that is hit goes home by copy from rows of `_ARC_PRE` that stay until it is there, and is spelled out where
columns have moved meanwhile, as a copy would refer to others (`references.py`).

What is assumed of Google and must be seen live (`arc google check --live`): that `copyPaste` sees the sheet as it is
when the batch is applied, and that the answer is of that same state.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from arc_sheets.cells import CellValue
from arc_sync.books.google.batch import lengthen
from arc_sync.books.google.judging import HEAD_ROWS, LEFT, expected
from arc_sync.books.google.layout import STAMP
from arc_sync.books.google.prints import print_of
from arc_sync.books.google.reading import STEP, Grid
from arc_sync.books.google.record import Aim, Record, stamp_of
from arc_sync.books.google.shapes import CellData, Request, extended
from arc_sync.xlsx.refs import parse_area

#: What is asked back of the copies.
ANSWER: Final = (
    "updatedSpreadsheet(namedRanges(namedRangeId,name),"
    "sheets(properties(sheetId),data(startRow,startColumn,rowData.values.userEnteredValue)))"
)
#: Bytes of one batch's rows; Google advises at most 2 MB (https://developers.google.com/workspace/sheets/api/limits).
PORTION: Final = 1_500_000
#: Columns copied beyond the last one that matters, as columns may come in the instant.
_MORE: Final = 4
_ENTERED: Final = "userEnteredValue"


@dataclass(slots=True)
class Row:
    """What is to be written into one row, and over what: columns from 0."""

    sheet: int
    row: int
    values: dict[int, CellValue] = field(default_factory=dict)
    checked: set[int] = field(default_factory=set)  #: besides those written: what must be as it was read
    sources: dict[int, tuple[int, int]] = field(default_factory=dict)  #: formulas that go home, by column
    heals: set[tuple[str, str]] = field(default_factory=set)  #: hits, and which of their cells
    part: str = ""


@dataclass(slots=True)
class Added:
    """Rows to be added at a sheet's end: their ids, what each column of them gets, and the requests that do it."""

    sheet: int
    ids: Sequence[str]
    values: Sequence[dict[int, CellValue]]
    requests: Sequence[Request]
    cells: Sequence[list[CellData]] = ()  #: of each row, the very ones in `requests`: stamps come late


@dataclass(slots=True)
class Batch:
    """One batch in the making."""

    grids: Mapping[int, Grid]  #: the sheets as read, by id
    places: Mapping[int, Mapping[str, int]]  #: column by name, of the sheets with a header
    scratch: int
    hidden: int
    before: str  #: the id of `arc_step` as read
    record: Record
    rows: list[Row] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    drawn: list[tuple[int, str, tuple[str, ...], Sequence[Request]]] = field(default_factory=list)
    lines: Sequence[Request] = ()

    def requests(self) -> list[Request]:
        """Return the requests; the record is complete afterwards."""
        self._aim()
        self._copy_what()
        return [*self._step(), *self._room(), *self._clear(), *self._tell(), *self._copies(), *self._writes()]

    @property
    def answer(self) -> str:
        """The rows of `_ARC_PRE` with the copies, in A1 notation without its name; "" if nothing is copied."""
        return f"{self.record.base + 1}:{self._end}" if self.record.copied else ""

    @property
    def _end(self) -> int:
        return self.record.base + sum(last - first + 1 for _, first, last, _ in self.record.copied)

    def _aim(self) -> None:
        """Give every row its stamp, and note by what it is recognised."""
        record = self.record
        touched = {row.sheet for row in self.rows} | {added.sheet for added in self.added}
        record.heads = {sheet: dict(self.places[sheet]) for sheet in sorted(touched) if sheet in self.places}
        for at, row in enumerate(sorted(self.rows, key=lambda row: (row.sheet, row.row))):
            mark, places = stamp_of(record.step, at), self.places.get(row.sheet)
            if places and STAMP in places and row.values:
                row.values[places[STAMP]] = mark
            checked = tuple(sorted(row.checked | (row.values.keys() - {(places or {}).get(STAMP, -1)})))
            wrote = {c: print_of(v) for c, v in sorted(row.values.items())}
            expect = expected(self.grids[row.sheet].row(row.row), checked, places)
            record.aims.append(
                Aim(row.sheet, row.row, mark, expect, checked, wrote, row.part, tuple(sorted(row.heals)))
            )
        for added in self.added:
            self._aim_added(added)
        record.drawn = [(sheet, area, known) for sheet, area, known, _ in self.drawn]

    def _aim_added(self, added: Added) -> None:
        """Give rows that are added stamps, too: the id alone is none, as the same row may be added again."""
        aims, place = self.record.aims, self.places.get(added.sheet, {}).get(STAMP)
        for i, values, cells in zip(added.ids, added.values, added.cells, strict=True):
            mark = stamp_of(self.record.step, len(aims))
            if place is not None:
                values[place] = mark
                cells[place][_ENTERED] = extended(mark)
            wrote = {c: print_of(v) for c, v in values.items() if v is not None}
            aims.append(Aim(added.sheet, -1, mark, "", (), wrote, f"add {i}"))

    def _copy_what(self) -> None:
        """Decide what is copied: tops, `_ARC`, rows written, reports drawn."""
        record = self.record
        for sheet in record.heads:
            self._copied(sheet, range(HEAD_ROWS), self._width(sheet))
        if self.drawn:
            self._copied(self.hidden, range(len(self.grids[self.hidden].rows)), 2)
        below = {(sheet, n) for sheet in record.heads for n in range(HEAD_ROWS)}
        for sheet, group in groupby(
            sorted({(row.sheet, row.row) for row in self.rows} - below), lambda at: at[0]
        ):
            self._copied(sheet, [row for _, row in group], self._width(sheet))
        for sheet, area, _, _ in self.drawn:
            top, bottom, right = _span(area)
            self._copied(sheet, range(top, bottom + 1), right + 1)
        held = [c.source[0] + 1 for hit in record.hits for c in hit.cells if c.source]
        record.base = max([row.row + 1 for row in self.rows] + held, default=0)

    def _copied(self, sheet: int, rows: Iterable[int], width: int) -> None:
        grid = self.grids[sheet]
        width = min(width, grid.width)
        for first, last in _runs(row for row in rows if row < grid.height):
            self.record.copied.append((sheet, first, last, width))

    def _width(self, sheet: int) -> int:
        mine = self.places.get(sheet, {}).values()
        written = [c for row in self.rows if row.sheet == sheet for c in (*row.values, *row.checked)]
        return max([*mine, *written], default=0) + 1 + _MORE

    # -- the requests, in their order --------------------------------------------------------------------

    def _step(self) -> Iterator[Request]:
        if self.before:
            yield {"deleteNamedRange": {"namedRangeId": self.before}}
        cell = _area(self.hidden, 0, 0, 0, 1)
        yield {
            "addNamedRange": {"namedRange": {"namedRangeId": self.record.step, "name": STEP, "range": cell}}
        }

    def _room(self) -> Iterator[Request]:
        scratch = self.grids[self.scratch]
        wide = LEFT + max((width for *_, width in self.record.copied), default=0)
        high = max(self._end, len(self.record.as_pieces()))
        for sheet in sorted({row.sheet for row in self.rows}):
            short = max(row.row for row in self.rows if row.sheet == sheet) + 1 - self.grids[sheet].height
            if short > 0:
                yield lengthen(sheet, "ROWS", short)
                self.grids[sheet].height += short
        if high > scratch.height:
            yield lengthen(self.scratch, "ROWS", high - scratch.height)
        if wide > scratch.width:
            yield lengthen(self.scratch, "COLUMNS", wide - scratch.width)
        scratch.height, scratch.width = max(high, scratch.height), max(wide, scratch.width)

    def _clear(self) -> Iterator[Request]:
        """Clear what earlier batches left, but for formulas that are still to go home."""
        held = any(cell.source for hit in self.record.hits for cell in hit.cells)
        first = self.record.base if held else 0
        yield {
            "updateCells": {"range": {"sheetId": self.scratch, "startRowIndex": first}, "fields": _ENTERED}
        }

    def _tell(self) -> Iterator[Request]:
        rows = [{"values": [{_ENTERED: {"stringValue": piece}}]} for piece in self.record.as_pieces()]
        range_ = {"sheetId": self.scratch, "startColumnIndex": 0, "endColumnIndex": 1}
        yield {"updateCells": {"range": range_, "rows": rows, "fields": _ENTERED}}

    def _copies(self) -> Iterator[Request]:
        at = self.record.base
        for sheet, first, last, width in self.record.copied:
            end = at + last - first
            yield _copy(_area(sheet, first, last, 0, width), _area(self.scratch, at, end, LEFT, LEFT + width))
            at = end + 1

    def _writes(self) -> Iterator[Request]:
        for row in self.rows:
            for column, source in row.sources.items():
                home = _area(row.sheet, row.row, row.row, column, column + 1)
                yield _copy(_area(self.scratch, source[0], source[0], source[1], source[1] + 1), home)
        yield from _blocks(self.rows)
        for added in self.added:  # last: a write that a deletion sends below the rows must not meet them
            yield from added.requests
        for *_, requests in self.drawn:
            yield from requests
        yield from self.lines


def fresh_step(number: int) -> str:
    """Return a new id for `arc_step`, unlike that of any other agent."""
    return f"arc-{number}-{secrets.token_hex(4)}"


def portions(
    rows: Iterable[Row], added: Iterable[Added], most: int = PORTION
) -> list[tuple[list[Row], list[Added]]]:
    """Part the writes into portions of about so many bytes; there is always a last one, for the bookmark."""
    parted: list[tuple[list[Row], list[Added]]] = [([], [])]
    room = most
    pieces: list[Row | Added] = [*added, *rows]
    for piece in pieces:
        size = _size(piece)
        if size > room and room < most:
            parted.append(([], []))
            room = most
        room -= size
        if isinstance(piece, Row):
            parted[-1][0].append(piece)
        else:
            parted[-1][1].append(piece)
    return parted


def _size(piece: Row | Added) -> int:
    """Return about how many bytes a piece takes in a batch, its part of the record and its copy included."""
    if isinstance(piece, Added):
        bare = sum(len(json.dumps(request)) for request in piece.requests)
        return bare + 100 * len(piece.ids) + 12 * sum(map(len, piece.values))
    texts = sum(len(value) for value in piece.values.values() if isinstance(value, str))
    return 300 + 70 * len(piece.values) + texts


def _blocks(rows: Sequence[Row]) -> Iterator[Request]:
    """Yield the writes: one request for cells that form a rectangle."""
    pieces = [
        (row.sheet, columns, row.row, row)
        for row in rows
        for columns in _runs(c for c in row.values if c not in row.sources)
    ]
    pieces.sort(key=lambda piece: piece[:3])
    at = 0
    while at < len(pieces):
        end = at + 1
        while end < len(pieces) and pieces[end][:3] == (*pieces[at][:2], pieces[end - 1][2] + 1):
            end += 1
        sheet, (left, right), top, _ = pieces[at]
        yield {
            "updateCells": {
                "start": {"sheetId": sheet, "rowIndex": top, "columnIndex": left},
                "rows": [
                    {"values": [_cell(row.values[c]) for c in range(left, right + 1)]}
                    for *_, row in pieces[at:end]
                ],
                "fields": _ENTERED,
            }
        }
        at = end


def _cell(value: CellValue) -> dict[str, Any]:
    made = extended(value)
    return {_ENTERED: made} if made else {}


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of numbers that follow each other."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _area(sheet: int, first: int, last: int, left: int, end: int) -> dict[str, int]:
    return {
        "sheetId": sheet,
        "startRowIndex": first,
        "endRowIndex": last + 1,
        "startColumnIndex": left,
        "endColumnIndex": end,
    }


def _copy(source: Mapping[str, int], target: Mapping[str, int]) -> Request:
    return {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_FORMULA"}}


def _span(area: str) -> tuple[int, int, int]:
    found = parse_area(area)
    return found.top - 1, found.bottom - 1, found.right
