"""What was edited is read back from the new file: each cell has to be there, with the value, formula and style asked for.

Cells that were written over, and new rows that were written together, are compared with what has to stand there, letter
by letter; all other rows are read by the reader of sheets and an XML parser.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

from arc_sync.xlsx.cells import RowReader
from arc_sync.xlsx.errors import wrong
from arc_sync.xlsx.expected import expected_cell, expected_strands
from arc_sync.xlsx.refs import cell_ref
from arc_sync.xlsx.scan import Block, Seeker, rows_of
from arc_sync.xlsx.shapes import Run
from arc_sync.xlsx.splice import Over, marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arc_sync.xlsx.cells import Plain
    from arc_sync.xlsx.scan import Names

Written = (
    dict[int, "Plain"] | Over | Run
)  # the edited cells of a row written anew; cells written over; new rows, of which it is one
_MANY = 100  # rows of a run that are worth being compared together
_END_OF_TAG = ord(">")


class ReadBack:
    """Compares the rows of one sheet, block by block, with what was asked for. Raises Refused where they differ."""

    def __init__(self, name: Names, asked: Mapping[int, Written]) -> None:
        self._name = name
        self._prefix = name.prefix.decode()
        self._marks = marks(self._prefix)
        self._follows = b"<%bc " % name.prefix, name.row_end
        self._reader = RowReader(name, _Unread())
        self._asked = dict(asked)
        self._run, self._strands = Run(0, (), ()), list["str | Sequence[str]"]()  # the run met last

    def unparsed(self, block: Block, due: Sequence[int]) -> Iterator[bytes]:
        """Compare the rows `due` in a block; give those that were read, to see whether they are well-formed."""
        left = self._but_runs(block.data, self._but_over(block, due))
        for number, row in rows_of(block, self._name, left):
            self._compare(number, row)
            yield row

    def check_all_seen(self) -> None:
        """See that rows that are not there were not to hold anything."""
        for number, asked in self._asked.items():
            _check(number, {}, asked)

    def _but_over(self, block: Block, due: Sequence[int]) -> list[int]:
        """Compare cells that were written over; give the rows where that is not to be seen so simply."""
        at, left, seeker = 0, [], Seeker(block)
        for number in due:
            asked = self._asked[number]
            end = self._over(number, asked, block.data, seeker, at) if isinstance(asked, tuple) else 0
            if end:
                at = end
                del self._asked[number]
            else:
                left.append(number)
        return left

    def _over(self, number: int, cells: Over, data: bytes, seeker: Seeker, at: int) -> int:
        """Say where a row's edited cells end, if each stands after `at` between two tags of whole cells, or of the row."""
        for cell in cells:
            xml = expected_cell(self._prefix, number, cell)
            start = seeker.find(xml, number, at) if xml else 0
            if start <= 0 or data[start - 1] != _END_OF_TAG:
                return 0
            at = start + len(xml)
            again = data.startswith(self._marks[cell[0]] % number, at)
            if again or not data.startswith(self._follows, at):
                return 0
        return at

    def _but_runs(self, data: bytes, due: Sequence[int]) -> Sequence[int]:
        """Compare new rows that were written together, if they are many; give the others."""
        at, left = 0, list[int]()
        while at < len(due):
            run, end = self._asked[due[at]], at + 1
            if isinstance(run, Run) and len(run.names) >= _MANY:
                end = at + min(run.last, due[-1]) - due[at] + 1
            if isinstance(run, Run) and end > at + 1 and self._reads(run, due[at], end - at, data):
                for number in due[at:end]:
                    del self._asked[number]
            else:
                left += due[at:end]
            at = end
        return left

    def _reads(self, run: Run, first: int, many: int, data: bytes) -> bool:
        """Say whether rows of a run, from row `first` on, stand in a block one after the other as they have to."""
        mark = b'%b r="%d"' % (self._name.row, first)
        start = data.find(mark)
        tag = self._name.row_tag.match(data, start) if start >= 0 else None
        if tag is None or (start > 0 and data[start - 1] != _END_OF_TAG):
            return False
        if self._run is not run:
            self._run, self._strands = run, expected_strands(self._prefix, run)
        look, at = tag[0][len(mark) :].decode(), first - run.first
        strands = [f'<{self._prefix}row r="', run.names, f'"{look}', *self._strands]
        due = (repeat(each) if isinstance(each, str) else each[at : at + many] for each in strands)
        xml = "".join(chain.from_iterable(zip(*due, strict=False))).encode()
        end = start + len(xml)
        return data.startswith(xml, start) and (end == len(data) or data.startswith(self._name.row, end))

    def _compare(self, number: int, row: bytes) -> None:
        asked = self._asked.pop(number, None)
        if asked is None:
            raise wrong(f"row {number} stands there twice")
        (_, xml), *more = self._reader.inner(Block(row, number, number))
        if more:
            raise wrong(f"row {number} holds another row")
        if self._reader.between_cells(xml).strip():
            raise wrong(f"row {number} holds text outside its cells")
        cells = self._reader.plain_cells(number, xml)
        found = {cell[0]: cell for cell in cells}
        if len(found) < len(cells):
            raise wrong(f"row {number} holds a cell twice")
        _check(number, found, asked)


def _check(number: int, found: Mapping[int, Plain], asked: Written) -> None:
    for cell in _cells(number, asked):
        if found.get(cell[0], (cell[0], None, None, None, 0)) != cell:
            raise wrong(f"cell {cell_ref(number, cell[0])} does not read back")


def _cells(number: int, asked: Written) -> Iterable[Plain]:
    """Give the cells asked for in a row."""
    if isinstance(asked, Run):
        return asked.cells(number)
    return asked if isinstance(asked, tuple) else asked.values()


class _Unread(list[str]):
    """Shared strings that nobody has asked for: edited cells are never among them."""

    def __getitem__(self, index: object) -> str:  # type: ignore[override]
        return ""
