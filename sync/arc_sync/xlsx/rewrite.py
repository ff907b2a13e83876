"""A sheet part rewritten as a stream: blocks of rows pass by untouched unless they hold an edited row."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.above import RowAbove, row_style
from arc_sync.xlsx.cells import RowReader, attributes, whole
from arc_sync.xlsx.checks import check_merges, note_formulas, with_dimension
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Shared
from arc_sync.xlsx.markup import attribute, start_tag, with_attribute, without_attribute
from arc_sync.xlsx.newrows import NewRows, with_height
from arc_sync.xlsx.pack import Piece
from arc_sync.xlsx.refs import LAST_COLUMN
from arc_sync.xlsx.room import InTheWay
from arc_sync.xlsx.scan import row_end, row_spans
from arc_sync.xlsx.splice import Splicer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from arc_sync.xlsx.scan import Block, SheetStream
    from arc_sync.xlsx.splice import Cut, Edit
    from arc_sync.xlsx.styles import Styles

_FEW = 40  # rows to look up one by one in a block; for more it is quicker to go through them all
_MOST_COLUMNS = 4 * (LAST_COLUMN + 1)  # each is told of once; some programs are careless
_MASTER = re.compile(rb"shared[^<>]*(?<!/)>")  # a tag that goes on: the formula itself follows
_WORTH_CUTTING = 1 << 15  # bytes; a shorter stretch between edits is packed with them


class Plan(NamedTuple):
    """All that is asked of one sheet. Rows from 1, columns from 0, heights in points."""

    edits: Mapping[int, Mapping[int, Edit]]
    heights: Mapping[int, float]
    appended: Collection[int]  # new rows that look like the row above them
    tail: Callable[[bytes], bytes]
    checked: bool  # whether the cells that new rows need have to be empty


class Stop(NamedTuple):
    """A place in a block where something is to be done for row `number`; start, body, end as in RowSpan.

    All three are the same where the row is not there yet.
    """

    number: int
    start: int
    body: int
    end: int


class Rewriter:
    """Gives the pieces of the edited part, in order. Raises Refused where an edit would break the sheet.

    `whole` lets no stretch count as unchanged, so that the part is read back whole after saving.
    """

    def __init__(
        self, source: SheetStream, plan: Plan, styles: Styles, *, date1904: bool, whole: bool
    ) -> None:
        self._source, self._plan, self._whole = source, plan, whole
        self._todo = sorted({**plan.edits, **plan.heights})
        self._anew = plan.heights.keys() | set(plan.appended)  # rows of which more is asked than cells
        self._turn = 0
        self._name = source.names
        self._above = RowAbove(source.names, Shared())
        columns = column_styles(source.head)
        self.splicer = Splicer(source.names.prefix.decode(), styles, columns, date1904, self._above)
        self._new = NewRows(source.names, self.splicer, self._above, plan.heights, plan.appended)

    def pieces(self) -> Iterator[Piece]:
        """Give head, rows and tail."""
        yield Piece(with_dimension(self._source.head, self._plan.edits), same=False)
        number = 0
        for block in self._source.blocks():
            if self._turn < len(self._todo):
                note_formulas(block, number, self._name, self._above.shared, self._plan.edits)
            yield from self._block(block, number)
            number = block.last or number
        for rows in self._new.write(self._todo[self._turn :], self._plan.edits):
            yield Piece(rows, same=False)
        check_merges(self._source.tail, self._plan.edits)
        yield Piece(self._plan.tail(self._source.tail), same=False)

    def _block(self, block: Block, before: int) -> Iterator[Piece]:
        """Cut a block where it changes; short stretches between count as edited, to be packed in one go."""
        due = self._due(block.last)
        cells = self._cell_cuts(block, due)
        at, view, edited = 0, memoryview(block.data), list[bytes | memoryview]()
        least = _WORTH_CUTTING if block.numbered and not self._whole else len(block.data) + 1
        cuts = self._row_cuts(block, before, due) if cells is None else cells
        for start, end, xml in chain(cuts, [(len(block.data), len(block.data), b"")]):
            if start - at >= least:
                first, last = (at, start) if cells is None else self._rows_between(block.data, at, start)
                if last - first >= least:
                    yield Piece(b"".join([*edited, view[at:first]]), same=False)
                    yield Piece(view[first:last], same=True)
                    at, edited = last, []
            edited += [view[at:start], xml]
            at = end
        yield Piece(b"".join(edited), same=False)

    def _due(self, last: int) -> list[int]:
        """Take the next rows to be changed, up to and with `last`."""
        end = bisect_right(self._todo, last, self._turn)
        due = self._todo[self._turn : end]
        self._turn = end
        return due

    def _cell_cuts(self, block: Block, due: list[int]) -> list[Cut] | None:
        """Write over cells that stand there as Excel writes them; None if more is to be done to the block."""
        if (self.splicer.unshare and b"shared" in block.data) or not self._anew.isdisjoint(due):
            return None
        cuts = self.splicer.in_place(block, due, self._plan.edits)
        if cuts is not None:
            row = _last_row(block.data, self._name.row, cuts)
            self._above.passed(row, len(row), block.last)
        return cuts

    def _rows_between(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Say where the whole rows between two edited cells begin and end."""
        first = data.find(b">", data.find(self._name.row_end, start)) + 1 if start else 0
        return first, data.rfind(self._name.row, first, end) if end < len(data) else end

    def _row_cuts(self, block: Block, before: int, due: list[int]) -> Iterator[Cut]:
        """Write whole rows anew."""
        at, data = 0, block.data
        for stop in self._stops(block, before, due):
            if stop.start > at:
                self._above.passed(data, stop.start, None if block.numbered else stop.number - 1)
            yield stop.start, stop.end, self._at(data, stop)
            at = stop.end
        if at < len(data):
            self._above.passed(data, len(data), block.last)

    def _stops(self, block: Block, before: int, due: list[int]) -> list[Stop]:
        """Find where the block has to be changed, top to bottom."""
        sharers = bool(self.splicer.unshare) and b"shared" in block.data
        quick = self._quick_stops(block.data, due) if len(due) < _FEW and not sharers else None
        return self._all_stops(block, before, due) if quick is None else quick

    def _quick_stops(self, data: bytes, due: list[int]) -> list[Stop] | None:
        """Find the rows by their tags as Excel writes them; None if one is not found so."""
        found, at = [], 0
        for number in due:
            at = data.find(self._name.row + b' r="%d"' % number, at)
            tag = self._name.row_tag.match(data, at) if at >= 0 else None
            if tag is None:
                return None
            end = row_end(data, tag, self._name)
            found.append(Stop(number, at, tag.end(), end))
            if self._unshares(data[at:end]):
                return None
            at = end
        return found

    def _unshares(self, row: bytes) -> bool:
        """Say whether editing this row may take away a shared formula that later rows of the block use."""
        return _MASTER.search(row) is not None

    def _all_stops(self, block: Block, before: int, due: list[int]) -> list[Stop]:
        """Go through all rows: those due, those that share a formula, and the gaps where new rows go."""
        found, turn = [], 0
        sharing = bool(self.splicer.unshare) or b"shared" in block.data
        for span in row_spans(block.data, self._name, before):
            while turn < len(due) and due[turn] < span.number:
                found.append(Stop(due[turn], span.start, span.start, span.start))
                turn += 1
            wanted = turn < len(due) and due[turn] == span.number
            turn += wanted
            if wanted or (sharing and b"shared" in block.data[span.body : span.end]):
                found.append(Stop(*span))
        return found

    def _at(self, data: bytes, stop: Stop) -> bytes:
        if stop.start == stop.end:
            return b"".join(self._new.write([stop.number], self._plan.edits))
        return self._edited_row(data, stop)

    def _edited_row(self, data: bytes, stop: Stop) -> bytes:
        tag, empty = data[stop.start : stop.body], data[stop.start : stop.body].endswith(b"/>")
        edits = self._plan.edits.get(stop.number, {})
        cells = b"" if empty else data[stop.body : data.rindex(self._name.row_end, stop.body, stop.end)]
        if empty:
            tag = tag[:-2].rstrip() + b">"
        tag = with_height(_with_spans(tag, edits), self._plan.heights.get(stop.number))
        if attribute(tag, "r") is None:
            tag = with_attribute(tag, "r", str(stop.number))
        if self._plan.checked and stop.number in self._plan.appended:
            self._check_free(stop.number, cells.decode(), edits)
        new = self.splicer.row(stop.number, cells.decode(), edits, row_style(tag)).encode()
        row = tag + new + self._name.row_end + b">"
        self._above.wrote(row, stop.number, None)
        return row

    def _check_free(self, number: int, cells: str, edits: Mapping[int, Edit]) -> None:
        """Refuse to append over cells that hold something."""
        for cell in RowReader(self._name, ()).any_cells(number, cells, texts=False):
            if cell.column in edits and (cell.type is not None or cell.formula is not None):
                raise InTheWay(number, cell.column)


def _last_row(data: bytes, row: bytes, cuts: list[Cut]) -> bytes:
    """Give the last row of a block as it will be."""
    at, new = max(0, data.rfind(row)), list[bytes]()
    for start, end, xml in cuts:
        if start >= at:
            new += [data[at:start], xml]
            at = end
    return b"".join([*new, data[at:]])


def column_styles(head: bytes) -> dict[int, int]:
    """Read the styles of whole columns from `<cols>`."""
    found: dict[int, int] = {}
    told = 0
    for match in start_tag("col").finditer(head):
        if match[1] is None:
            continue
        tag = attributes(match[0].decode())
        first, last = whole(tag.get("min")), min(whole(tag.get("max")), LAST_COLUMN + 1)
        style = whole(tag.get("style"))
        told += max(0, last - first)
        if told > _MOST_COLUMNS:
            raise Refused("The sheet tells of more columns than it can have; it is not safe to open.")
        if style and first:
            found.update(dict.fromkeys(range(first - 1, last), style))
    return found


def _with_spans(tag: bytes, edits: Mapping[int, Edit]) -> bytes:
    """Leave out the `spans` hint when an edited cell lies beyond it."""
    spans = attribute(tag, "spans")
    if not spans or not edits:
        return tag
    first, last = _ends(spans)
    return tag if first <= min(edits) + 1 and max(edits) + 1 <= last else without_attribute(tag, "spans")


@lru_cache(maxsize=256)
def _ends(spans: str) -> tuple[int, int]:
    """Give the first and last column (from 1) of a `spans` hint; one that is none covers nothing."""
    ends = [int(end) for end in re.findall(r"\d+", spans)]
    return min(ends, default=1), max(ends, default=0)
