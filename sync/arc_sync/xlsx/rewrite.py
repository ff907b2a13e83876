"""A sheet part rewritten as a stream: blocks of rows pass by untouched unless they hold an edited row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.cells import RowReader, attributes, patterns
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master
from arc_sync.xlsx.markup import attribute, find_tag, start_tag, with_attribute, without_attribute
from arc_sync.xlsx.pack import Piece
from arc_sync.xlsx.refs import Area, area_ref, cell_ref, column_index, parse_area
from arc_sync.xlsx.scan import Block, SheetStream, row_spans
from arc_sync.xlsx.splice import Edit, Splicer
from arc_sync.xlsx.text import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arc_sync.xlsx.scan import RowSpan
    from arc_sync.xlsx.styles import Styles


class Plan(NamedTuple):
    """All that is asked of one sheet. Rows from 1, columns from 0, heights in points."""

    edits: Mapping[int, Mapping[int, Edit]]
    heights: Mapping[int, float]
    appended: frozenset[int]  # new rows that look like the row above them
    tail: Callable[[bytes], bytes]


class Rewriter:
    """Gives the pieces of the edited part, in order. Raises Refused where an edit would break the sheet."""

    def __init__(
        self, source: SheetStream, plan: Plan, styles: Styles | None, *, date1904: bool, whole: bool
    ) -> None:
        self._whole = whole  # let no stretch pass as unchanged, so that the part is read back whole
        self._source = source
        self._plan = plan
        self._todo = sorted(plan.edits.keys() | plan.heights.keys())
        self._turn = 0
        self._name = source.names
        prefix = source.names.prefix.decode()
        self.splicer = Splicer(prefix, styles, column_styles(source.head), date1904)
        self._like = b""

    def pieces(self) -> Iterator[Piece]:
        """Give head, rows and tail."""
        head = _with_dimension(self._source.head, self._plan.edits)
        yield Piece(head, same=False)
        number = 0
        for block in self._source.blocks():
            self._note_formulas(block, number)
            yield from self._block(block, number)
            number = block.last or number
        yield from self._new_rows(None)
        _check_merges(self._source.tail, self._plan.edits)
        yield Piece(self._plan.tail(self._source.tail), same=False)

    def _block(self, block: Block, before: int) -> Iterator[Piece]:
        pending = self._turn < len(self._todo) and self._todo[self._turn] <= block.last
        sharers = bool(self.splicer.unshare) and b"shared" in block.data
        if not pending and not sharers:
            if block.last and self._turn < len(self._todo):
                self._remember_last(block)
            yield Piece(block.data, same=not self._whole and block.numbered)
            return
        yield Piece(b"".join(self._rows(block, before)), same=False)

    def _remember_last(self, block: Block) -> None:
        start = block.data.rfind(self._name.row)
        self._passed(block.data[start:], block.last)

    def _passed(self, row: bytes, number: int) -> None:
        tag = self._name.row_tag.match(row)
        if tag is not None:
            self._like = tag[0]
            self.splicer.passed(number, row[tag.end() :].decode())

    def _rows(self, block: Block, before: int) -> Iterator[bytes]:
        at, last = 0, None
        for span in row_spans(block.data, self._name, before):
            if self._turn < len(self._todo) and self._todo[self._turn] < span.number:
                if last is not None:
                    self._passed(block.data[last.start : last.end], last.number)
                yield block.data[at : span.start]
                at = span.start
                for piece in self._new_rows(span.number):
                    yield piece.data
            due = self._turn < len(self._todo) and self._todo[self._turn] == span.number
            if due or (self.splicer.unshare and b"shared" in block.data[span.body : span.end]):
                if last is not None:
                    self._passed(block.data[last.start : last.end], last.number)
                yield block.data[at : span.start]
                yield self._edited(block.data, span)
                at = span.end
                self._turn += due
                last = None
            else:
                last = span
        if last is not None:
            self._passed(block.data[last.start : last.end], last.number)
        yield block.data[at:]

    def _edited(self, data: bytes, span: RowSpan) -> bytes:
        tag = data[span.start : span.body]
        edits = self._plan.edits.get(span.number, {})
        cells = (
            b""
            if tag.endswith(b"/>")
            else data[span.body : data.rindex(self._name.row_end, span.body, span.end)]
        )
        if tag.endswith(b"/>"):
            tag = tag[:-2].rstrip() + b">"
        tag = self._with_height(_with_spans(tag, edits), span.number)
        if attribute(tag, "r") is None:
            tag = with_attribute(tag, "r", str(span.number))
        self._like = tag
        if span.number in self._plan.appended:
            self._check_free(span.number, cells.decode(), edits)
        new = self.splicer.row(span.number, cells.decode(), edits, _row_style(tag))
        return tag + new.encode("utf-8") + self._name.row_end + b">"

    def _check_free(self, number: int, cells: str, edits: Mapping[int, Edit]) -> None:
        """Refuse to append over cells that hold something."""
        for cell in RowReader(self._name, ()).any_cells(number, cells, texts=False):
            if cell.column in edits and (cell.type is not None or cell.formula is not None):
                raise Refused(
                    f"Cell {cell_ref(number, cell.column)} below the table is not empty; move what stands there, "
                    "as the table needs the row."
                )

    def _new_rows(self, until: int | None) -> Iterator[Piece]:
        """Write the rows that the sheet does not have, up to (not with) row `until`."""
        rows = []
        while self._turn < len(self._todo) and (until is None or self._todo[self._turn] < until):
            number = self._todo[self._turn]
            self._turn += 1
            edits = self._plan.edits.get(number, {})
            tag = self._with_height(self._new_tag(number), number)
            cells = self.splicer.row(number, "", edits, _row_style(tag))
            if cells or number in self._plan.heights:
                rows.append(tag + cells.encode() + self._name.row_end + b">")
        if rows:
            yield Piece(b"".join(rows), same=False)

    def _new_tag(self, number: int) -> bytes:
        tag = self._name.row + b' r="%d">' % number
        if number not in self._plan.appended or not self._like:
            return tag
        for name in ("s", "customFormat", "ht", "customHeight"):
            value = attribute(self._like, name)
            tag = tag if value is None else with_attribute(tag, name, value)
        return tag

    def _with_height(self, tag: bytes, number: int) -> bytes:
        points = self._plan.heights.get(number)
        if points is None:
            return tag
        return with_attribute(with_attribute(tag, "ht", f"{points:g}"), "customHeight", "1")

    def _note_formulas(self, block: Block, before: int) -> None:
        """Remember shared masters; refuse edits inside an array or a data table that is not theirs alone."""
        if self._turn >= len(self._todo) or b"ref=" not in block.data:
            return
        known = patterns(self._name.prefix.decode())
        for span in row_spans(block.data, self._name, before):
            row = block.data[span.body : span.end]
            if b"ref=" not in row:
                continue
            column = -1
            for match in known.cell.finditer(row.decode()):
                place = re.match("[A-Za-z]+", attributes(match[1]).get("r", ""))
                column = column_index(place[0]) if place else column + 1
                formula = known.formula.search(match[2] or "") if "ref=" in match[0] else None
                if formula is not None:
                    self._note(span.number, column, attributes(formula[1]), unescape(formula[2] or ""))

    def _note(self, number: int, column: int, own: Mapping[str, str], text: str) -> None:
        if own.get("t") == "shared" and text:
            self.splicer.shared[own.get("si", "")] = Master(text, number, column)
        if own.get("t") not in {"array", "dataTable"} or "ref" not in own:
            return
        area = parse_area(own["ref"])
        hit = None if area.single else _first_edit(area, self._plan.edits)
        if hit is not None:
            raise Refused(
                f"Cell {hit} belongs to a formula that fills {area_ref(area)} as one; change that formula in Excel instead."
            )


def _first_edit(
    area: Area, edits: Mapping[int, Mapping[int, Edit]], *, but_corner: bool = False
) -> str | None:
    """Name the first edited cell inside an area, if any; `but_corner` lets its top left cell be edited."""
    rows = range(area.top, area.bottom + 1)
    for number in rows if len(rows) < len(edits) else edits:
        if area.top <= number <= area.bottom:
            for column in edits.get(number, {}):
                corner = but_corner and (number, column) == (area.top, area.left)
                if area.left <= column <= area.right and not corner:
                    return cell_ref(number, column)
    return None


def _check_merges(tail: bytes, edits: Mapping[int, Mapping[int, Edit]]) -> None:
    for match in start_tag("mergeCell").finditer(tail):
        ref = attribute(match[0], "ref") if match[1] is not None else None
        hit = _first_edit(parse_area(ref), edits, but_corner=True) if ref else None
        if hit is not None and ref is not None:
            raise Refused(f"Cell {hit} is hidden inside the merged cells {ref}; unmerge them in Excel first.")


def column_styles(head: bytes) -> dict[int, int]:
    """Read the styles of whole columns from `<cols>`."""
    found: dict[int, int] = {}
    for match in start_tag("col").finditer(head):
        if match[1] is None:
            continue
        tag = attributes(match[0].decode())
        first, last = int(tag.get("min", "1")), min(int(tag.get("max", "1")), 16_384)
        if tag.get("style", "0") != "0":
            found.update(dict.fromkeys(range(first - 1, last), int(tag["style"])))
    return found


def _row_style(tag: bytes) -> int | None:
    style = attribute(tag, "s")
    return int(style) if style and attribute(tag, "customFormat") in {"1", "true"} else None


def _with_spans(tag: bytes, edits: Mapping[int, Edit]) -> bytes:
    """Leave out the `spans` hint when an edited cell lies beyond it."""
    spans = attribute(tag, "spans")
    if not spans or not edits:
        return tag
    ends = [int(end) for end in re.findall(r"\d+", spans)]
    inside = ends and min(ends) <= min(edits) + 1 and max(edits) + 1 <= max(ends)
    return tag if inside else without_attribute(tag, "spans")


def _with_dimension(head: bytes, edits: Mapping[int, Mapping[int, Edit]]) -> bytes:
    """Let `<dimension>` cover the cells that get a value."""
    found = find_tag("dimension", head)
    ref = attribute(found[0], "ref") if found else None
    filled = {n: [c for c, e in row.items() if e.value is not None] for n, row in edits.items()}
    rows = [number for number, columns in filled.items() if columns]
    if found is None or not ref or not rows:
        return head
    old = parse_area(ref)
    left = min(min(columns) for columns in filled.values() if columns)
    right = max(max(columns) for columns in filled.values() if columns)
    new = Area(min(old.top, *rows), min(old.left, left), max(old.bottom, *rows), max(old.right, right))
    if new == old:
        return head
    return head[: found.start()] + with_attribute(found[0], "ref", area_ref(new)) + head[found.end() :]
