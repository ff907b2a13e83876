"""Notes that stand where a table's new rows must go, moved down below them, as inserting rows in Excel would."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.cells import RowReader, attributes, column_of, patterns, whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.markup import attribute, start_tag
from arc_sync.xlsx.refs import LAST_ROW, Area, cell_ref, parse_area
from arc_sync.xlsx.splice import Edit
from arc_sync.xlsx.strings import rich_text
from arc_sync.xlsx.values import Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arc_sync.xlsx.package import Package
    from arc_sync.xlsx.scan import SheetStream
    from arc_sync.xlsx.sheet import Sheet


class InTheWay(Refused):
    """A cell that a new row needs is not empty; what stands there can perhaps be moved."""

    def __init__(self, row: int, column: int) -> None:
        super().__init__(
            f"Cell {cell_ref(row, column)} below the table is not empty; move what stands there, "
            "as the table needs the row."
        )


class Note(NamedTuple):
    """A cell that holds something below a table: row from 1, column from 0, the attribute `t`, the XML inside, the style."""

    row: int
    column: int
    t: str
    xml: str
    style: int

    @property
    def is_text(self) -> bool:
        """Whether it is a plain text, so that nothing depends on where it stands."""
        return self.t in {"s", "inlineStr"} and "f>" not in self.xml

    @property
    def text(self) -> str:
        """The text, if it stands in the cell itself; a shared one is read back as an empty text."""
        return rich_text(self.xml) if self.t == "inlineStr" else ""


def make_room(package: Package, sheet: Sheet, needed: Sequence[Area]) -> None:
    """Ask for the notes in the areas `needed` to stand below them, in their old form and order.

    Raises InTheWay for what is more than a text, has a link or a comment, or would come to stand over something.
    """
    source = sheet.stream()
    cells = {(cell.row, cell.column): cell for cell in _filled(source, min(area.top for area in needed))}
    tied = [*_areas(source.tail, "hyperlink"), *_commented(package, sheet)]
    for area in needed:
        for note in [cell for cell in cells.values() if area.holds(cell.row, cell.column)]:
            row = note.row + area.bottom - area.top + 1
            over = cells.get((row, note.column))
            free = (over is None or area.holds(row, note.column)) and note.column not in sheet.edits.get(
                row, {}
            )
            bound = any(other.holds(at, note.column) for other in tied for at in (note.row, row))
            if not note.is_text or not free or bound or row > LAST_ROW:
                raise InTheWay(note.row, note.column)
            sheet.put(row, note.column, Edit(Content("s", note.text, None, note.t, note.xml), note.style))


def _filled(source: SheetStream, first: int) -> Iterator[Note]:
    """Find the cells from row `first` on that hold something; read to the sheet's end, so that its tail is there."""
    reader, known = RowReader(source.names, ()), patterns(source.names.prefix.decode())
    for block in source.blocks():
        for number, row in reader.inner(block) if block.last >= first or not block.numbered else ():
            column = -1
            for found in known.cell.finditer(row):
                tag = attributes(found[1])
                column = column_of(tag, column)
                if number >= first and found[2]:
                    yield Note(number, column, tag.get("t", ""), found[2], whole(tag.get("s")))


def _areas(xml: bytes, element: str) -> Iterator[Area]:
    """Find the areas that elements of that name are about."""
    for found in start_tag(element).finditer(xml):
        ref = attribute(found[0], "ref") if found[1] is not None else None
        if ref:
            yield parse_area(ref)


def _commented(package: Package, sheet: Sheet) -> Iterator[Area]:
    """Find the cells that have comments."""
    for relation in package.relations(sheet.part):
        if relation.kind == "comments" and package.has(relation.target):
            yield from _areas(package.part(relation.target), "comment")
