"""One sheet of an open workbook: read whole, edits gathered, each written only over what was read.

No office program has a compare-and-set. So the cells about to be written are read once more, in one call, right
before: those that no longer hold what was read are left, with their row or, for a report, with all of it. Between
that call and the next nobody can have typed, as a program with a cell in edit mode takes no calls; only what is
done with one key, such as pasting, could fall into those few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from arc_sync.books.areas import around, rectangles
from arc_sync.books.areas import places as places_of
from arc_sync.books.live import cells, grid
from arc_sync.books.live.grid import Grid
from arc_sync.books.live.recall import Recall
from arc_sync.xlsx import Cell, Formula, Refused, Row, Table, TableColumn, Value
from arc_sync.xlsx.refs import Area, Place, area_ref, cell_ref, parse_area, parse_ref
from arc_sync.xlsx.splice import Edit
from arc_sync.xlsx.values import Content, Fill

if TYPE_CHECKING:
    import xlwings as xw

    from arc_sync.books.live.asking import Asking
    from arc_sync.books.live.dressing import Dresser


class OpenSheet:
    """A `books.sheets.Worksheet` in an office program."""

    def __init__(self, sheet: xw.Sheet, name: str, asking: Asking) -> None:
        self.name = name
        self.asking = asking
        self._sheet = sheet
        self._grid: Grid | None = None
        self._found: dict[str, Table] | None = None
        self._forget_edits()

    # -- reading -----------------------------------------------------------------------------------------

    @property
    def _read(self) -> Grid:
        if self._grid is None:
            self._grid = grid.read(self._sheet, self.name, self.asking)
        return self._grid

    @property
    def recall(self) -> Recall:
        """What was made of its rows the last time."""
        return self._read.recall

    def rows(self) -> Iterator[Row]:
        """Read all rows that hold anything, top to bottom."""
        return self._read.rows()

    def cells(self, refs: Iterable[str]) -> dict[str, Cell]:
        """Return a few cells; absent ones are blank."""
        return {ref: self.cell(ref) for ref in refs}

    def cell(self, ref: str) -> Cell:
        """Return one cell, such as B7."""
        place = parse_ref(ref)
        return self._read.cell(place) or Cell(place.column, None, None, None, 0)

    @property
    def tables(self) -> list[Table]:
        """Its tables, as they will be once the edits are written."""
        return list(self._tables.values())

    @property
    def _tables(self) -> dict[str, Table]:
        if self._found is None:
            told = self.asking(
                f"find the tables on {self.name}",
                lambda: [
                    (t.name, t.range.address, t.totals_row_range is not None) for t in self._sheet.tables
                ],
            )
            self._found = {n.casefold(): self._table(n, parse_area(ref), totals) for n, ref, totals in told}
        return self._found

    def _table(self, name: str, area: Area, totals: bool) -> Table:  # noqa: FBT001 (as it is told)
        header = [self._read.cell(Place(area.top, c)) for c in range(area.left, area.right + 1)]
        columns = tuple(TableColumn(c.raw or "" if c else "", None) for c in header)
        return Table(name, area, columns, 1, int(totals), "")

    def table(self, name: str) -> Table:
        """Look up a table by name. Raises `Refused`."""
        if name.casefold() not in self._tables:
            raise Refused(f"The sheet {self.name!r} has no table named {name!r}; it was renamed or deleted.")
        return self._tables[name.casefold()]

    # -- gathering ---------------------------------------------------------------------------------------

    def _forget_edits(self) -> None:
        self._edits: dict[Place, Edit] = {}
        self._guards: set[Place] = set()
        self._links: dict[Place, str] = {}
        self._heights: dict[int, float] = {}
        self._moved: tuple[Area, int] | None = None
        self._resized: dict[str, Table] = {}  # tables as they are, by folded name, that are to be otherwise

    def set(self, ref: str, value: Value, style: int | None = None) -> None:
        """Put a value into a cell."""
        self.put(*parse_ref(ref), Edit(value, style))

    def put(self, row: int, column: int, edit: Edit) -> None:
        """Note an edit: row from 1, column from 0."""
        self._edits[Place(row, column)] = edit

    def guard(self, places: Iterable[Place]) -> None:
        """Let what is written be written only if these cells hold what was read, too."""
        self._guards |= set(places)

    def set_height(self, row: int, points: float) -> None:
        """Give a row a height of its own, in points."""
        self._heights[row] = points

    def set_hyperlink(self, ref: str, target: str) -> None:
        """Make a cell a link, or none with ""; it is done where the cell is written."""
        self._links[parse_ref(ref)] = target

    def append_rows(self, table_name: str, rows: Sequence[Sequence[Value]]) -> list[int]:
        """Make room for rows below the last one that holds anything, and let the table cover them.

        Raises `Refused` where a totals row or somebody's cell stands in the way.
        """
        table = self.table(table_name)
        if table.totals_rows:
            raise Refused(
                f"The table {table.name} has a totals row, below which ARC cannot add rows while the book is open; "
                "switch it off (Table Design, Total Row), or save and close the book."
            )
        first = self._first_free(table)
        numbers = list(range(first, first + len(rows)))
        for row in range(max(first, table.last_row + 1), numbers[-1] + 1):
            self._check_free(table, row)
        if numbers[-1] > table.last_row:
            self._resize(table, table.area._replace(bottom=numbers[-1]))
        return numbers

    def _first_free(self, table: Table) -> int:
        """Return the row below the last one of the table in which somebody, or ARC, wrote a value."""
        for row in range(table.last_row, table.area.top, -1):
            places = [Place(row, column) for column in range(table.area.left, table.area.right + 1)]
            if any(p in self._edits or self._holds_value(p) for p in places):
                return row + 1
        return table.first_row

    def _holds_value(self, place: Place) -> bool:
        found = self._read.cell(place)
        return found is not None and found.formula is None

    def _check_free(self, table: Table, row: int) -> None:
        for column in range(table.area.left, table.area.right + 1):
            if self._read.cell(Place(row, column)) is not None:
                raise Refused(
                    f"Cell {cell_ref(row, column)} below the table {table.name} is not empty; move what stands "
                    "there, as the table needs the row."
                )

    def resize_table(self, name: str, last_row: int) -> Table:
        """Let a table's data end at `last_row`. Raises `Refused`."""
        table = self.table(name)
        if table.totals_rows:
            raise Refused(
                f"The table {table.name} has a totals row, which is in the way; switch it off first."
            )
        return self._resize(table, table.area._replace(bottom=last_row))

    def place_table(self, name: str, area: Area, headers: Sequence[str]) -> Table:
        """Let a report's table stand where its rows are written, with columns of these headers."""
        columns = tuple(TableColumn(header, None) for header in headers)
        return self._resize(replace(self.table(name), columns=columns), area)

    def _resize(self, table: Table, area: Area) -> Table:
        key = table.name.casefold()
        self._resized.setdefault(key, table)
        self._tables[key] = replace(table, area=area)
        return self._tables[key]

    # -- writing -----------------------------------------------------------------------------------------

    def flush(self, dresser: Dresser, *, whole: bool = False, solid: int = 0) -> bool:
        """Write what was gathered; False if something no longer holds what was read, and was left.

        What is left is the rest of its row or, with `whole`, everything that was gathered. `solid` says how many
        cells that stay as they are may be written too for each call that this saves.
        """
        guarded = {*self._edits, *self._guards}
        try:
            changed = set(self.changed(guarded))
            if whole and changed:
                self._tables.update(self._resized)
                return False
            edits = _without(self._edits, changed)
            self._dress(edits, dresser)
            written, late = self._write(edits, whole=whole, solid=solid)
            dresser.after(self, written)
            return not changed and not late
        finally:
            self._forget_edits()

    def changed(self, places: AbstractSet[Place]) -> AbstractSet[Place]:
        """Return the places that no longer hold what was read, looking at all of them in one call."""
        known = self._read
        asked = {p for p in places if known.formula(p) is not None}
        if not asked:
            return asked
        box = around(asked)
        now = Grid(formulas := grid.formulas_of(self._sheet, box, self.name, self.asking), formulas)
        return {
            p
            for p in asked
            if now.formula(Place(p.row - box.top + 1, p.column - box.left)) != known.formula(p)
        }

    def _dress(self, edits: Mapping[Place, Edit], dresser: Dresser) -> None:
        for key, table in self._resized.items():
            self._move(table, self._tables[key])
        dresser.before(self, {p: edit.style for p, edit in edits.items() if edit.style is not None})

    def _write(
        self, edits: Mapping[Place, Edit], *, whole: bool, solid: int
    ) -> tuple[AbstractSet[Place], AbstractSet[Place]]:
        """Write values; return where, and what held something else by then. New rows are written whole: in one call."""
        known, clock = self._read, self.asking.patience.clock
        new = {row for area, bottom in self.grown for row in range(area.bottom + 1, bottom + 1)}
        fresh = {
            p: edit
            for p, edit in edits.items()
            if not cells.same(known.cell(p), _value(edit)) or (p.row in new and not known.cell(p))
        }
        if solid and fresh:
            fresh = self._solid(edits, fresh, solid)
        looked, left = -_FRESH, dict(fresh)
        written: AbstractSet[Place] = frozenset()
        late: AbstractSet[Place] = set()
        for area in _areas(fresh):
            if clock() - looked > _FRESH:
                late = late | self.changed(set(left))
                looked = clock()
                if whole and late:
                    break
            block = _without({p: left.pop(p) for p in places_of(area)}, late)
            for part, _ in rectangles(dict.fromkeys(block, _BLOCK)):
                self._fill(part, block)
            written = written | block.keys()
        return written, late

    def _solid(self, edits: Mapping[Place, Edit], fresh: dict[Place, Edit], most: int) -> dict[Place, Edit]:
        """Return with the edits that change something those between them, where that saves calls enough.

        A link stays out: written over, it would have to be made again.
        """
        box = around(fresh)
        more = {p: e for p, e in edits.items() if p in fresh or (box.holds(*p) and not self._links.get(p))}
        saved = len(_areas(fresh)) - len(_areas(more))
        return more if len(more) - len(fresh) <= saved * most else fresh

    def _fill(self, area: Area, edits: Mapping[Place, Edit]) -> None:
        """Write one rectangle in one call."""
        block = [
            [cells.given(_value(edits[Place(row, column)])) for column in range(area.left, area.right + 1)]
            for row in range(area.top, area.bottom + 1)
        ]
        self.on(area, lambda r: _set_value(r, block))
        for place in places_of(area):
            value = _value(edits[place])
            formula = value.text.removeprefix("=") if isinstance(value, Formula) else None
            made = cells.cell(place.column, cells.shown(value), "")
            self._read.written[place] = Cell(place.column, None, None, formula, 0) if formula else made

    def _move(self, was: Table, now: Table) -> None:
        """Let a table cover other rows; one whose header moves takes along what stands below it."""
        if was.area == now.area:
            return
        down, area = now.area.top - was.area.top, was.area
        if down > 0:
            gap = Area(area.top, area.left, area.top + down - 1, area.right)
            self.on(gap, lambda r: r.insert("down"))
        elif down < 0:
            gap = Area(now.area.top, area.left, area.top - 1, area.right)
            self.on(gap, lambda r: r.delete("up"))
        target = self._sheet.range(area_ref(now.area))
        self.asking(f"resize {was.name}", lambda: self._sheet.tables[was.name].resize(target))
        if down:
            self._read.shift(area, down)  # what stood below stands elsewhere now
            self._moved = area, down

    def range(self, area: Area) -> xw.Range:
        """Return a rectangle as xlwings has it."""
        return self._sheet.range(area_ref(area))

    def linked(self, place: Place) -> tuple[str, int]:
        """Return text and style of a cell that is to be a link."""
        edit = self._edits[place]
        return str(edit.value), edit.style or 0

    def on(self, area: Area, call: Callable[[xw.Range], None]) -> None:
        """Make a call about a rectangle."""
        self.asking(f"write {self.name} {area_ref(area)}", lambda: call(self.range(area)))

    @property
    def grown(self) -> list[tuple[Area, int]]:
        """What tables cover that are getting longer, and their new last row."""
        pairs = ((was.area, self._tables[key].area.bottom) for key, was in self._resized.items())
        return [(area, bottom) for area, bottom in pairs if bottom > area.bottom]

    def stood(self, place: Place) -> Place | None:
        """Return where a cell stood before a table moved, in this flush; None if it is new there."""
        if self._moved is None:
            return place
        (top, left, _, right), down = self._moved
        if place.row < min(top, top + down) or not left <= place.column <= right:
            return place
        return None if place.row < top + down else place._replace(row=place.row - down)

    @property
    def links(self) -> Mapping[Place, str]:
        """The link targets that were gathered; "" where there is to be none."""
        return self._links

    @property
    def heights(self) -> Mapping[int, float]:
        """The row heights that were gathered."""
        return self._heights


_BLOCK: Final = Place(0, 0)
#: Seconds for which it counts that cells have been looked at.
_FRESH: Final = 0.2


def _without(edits: Mapping[Place, Edit], changed: AbstractSet[Place]) -> dict[Place, Edit]:
    """Return the edits but those in rows where something changed."""
    rows = {place.row for place in changed}
    return {place: edit for place, edit in edits.items() if place.row not in rows}


def _areas(edits: Mapping[Place, Edit]) -> list[Area]:
    """Return what is written in a call each."""
    return [area for area, _ in rectangles({p: _kind(p, edit) for p, edit in edits.items()})]


def _kind(place: Place, edit: Edit) -> Place:
    """Return what cells that are written in one call have in common: a long text stands alone."""
    long = isinstance(edit.value, str) and len(edit.value) > cells.LONG
    return place if long else _BLOCK


def _value(edit: Edit) -> Value:
    if isinstance(edit.value, Fill | Content):
        raise TypeError(f"an open book cannot show {edit.value!r}")
    return edit.value


def _set_value(target: xw.Range, block: list[list[object]]) -> None:
    target.value = block
