"""One worksheet: its cells and tables as the file has them, and the edits asked for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from arc_sync.xlsx.append import Appending
from arc_sync.xlsx.cells import Cell, Row, RowReader, whole
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.grow import Growth, grown_tail
from arc_sync.xlsx.headers import check_unused
from arc_sync.xlsx.hyperlinks import with_links
from arc_sync.xlsx.markup import attribute
from arc_sync.xlsx.refs import LAST_COLUMN, LAST_ROW, Area, parse_area, parse_ref, row_and_column
from arc_sync.xlsx.rewrite import Plan, column_styles
from arc_sync.xlsx.room import make_room
from arc_sync.xlsx.scan import SheetStream
from arc_sync.xlsx.splice import Edit
from arc_sync.xlsx.tables import Table, TableColumn, recolumned, resized
from arc_sync.xlsx.values import Value, check

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from arc_sync.xlsx.package import Package
    from arc_sync.xlsx.workbook import SheetEntry

Styled = tuple[Value, int | None]


class Sheet:
    """A worksheet of a Package. Reading streams; edits are kept until `Package.save`."""

    def __init__(self, package: Package, entry: SheetEntry) -> None:
        self.name = entry.name
        self.state = entry.state
        self.part = entry.part
        self._package = package
        self.edits: dict[int, Mapping[int, Edit]] = {}
        self._heights: dict[int, float] = {}
        self._appended: dict[int, str] = {}  # new rows, and the table that they belong to
        self._has_room = False
        self._growths: list[Growth] = []
        self._links: dict[str, str] = {}
        self._tables: dict[str, Table] | None = None

    # Reading

    def stream(self) -> SheetStream:
        """Start reading the sheet's XML from its beginning."""
        return SheetStream(
            self._package.stream(self.part, self._package.limits.part), self._package.limits.small
        )

    def rows(self) -> Generator[Row]:
        """Read all rows that the file has, top to bottom, a few at a time.

        Raises Refused for a broken or hostile sheet; rows given before that are sound.
        """
        source = self.stream()
        reader = RowReader(source.names, self._package.strings)
        try:
            for block in source.blocks():
                yield from reader.rows(block)
        except ValueError as error:  # a number or an encoding that is none
            raise Refused(
                f"The sheet {self.name!r} is damaged; open the file in Excel and let it repair."
            ) from error

    def cells(self, refs: Iterable[str]) -> dict[str, Cell]:
        """Read a few cells in one pass, which stops at the last of them; absent ones are blank with style 0."""
        places = {ref: parse_ref(ref) for ref in refs}
        wanted = {place.row for place in places.values()}
        found: dict[tuple[int, int], Cell] = {}
        with closing(self.rows()) as rows:
            for row in rows:
                if row.number in wanted:
                    found.update({(row.number, cell.column): cell for cell in row.cells})
                if row.number >= max(wanted, default=0):
                    break
        return {ref: found.get(at, Cell(at.column, None, None, None, 0)) for ref, at in places.items()}

    def cell(self, ref: str) -> Cell:
        """Read one cell, such as B7; see `cells` for several."""
        return self.cells([ref])[ref]

    def style_of(self, ref: str) -> int:
        """Give the style that a cell shows: its own, else its row's, else its column's, else 0."""
        place, source = parse_ref(ref), self.stream()
        reader, name = RowReader(source.names, self._package.strings), source.names
        for block in source.blocks():
            if block.last < place.row:
                continue
            cells = next((row.cells for row in reader.rows(block) if row.number == place.row), [])
            own = next((cell.style for cell in cells if cell.column == place.column), None)
            tags = (tag[0] for tag in name.row_tag.finditer(block.data))
            row = next((tag for tag in tags if attribute(tag, "r") == str(place.row)), b"")
            if own is None and attribute(row, "customFormat") in {"1", "true"}:
                own = whole(attribute(row, "s"))
            if own is not None:
                return own
            break
        return column_styles(source.head).get(place.column, 0)

    @property
    def tables(self) -> list[Table]:
        """The tables of this sheet, as they will be once the edits are saved."""
        return list(self._table_map().values())

    def _table_map(self) -> dict[str, Table]:
        if self._tables is None:
            self._tables = {table.name.casefold(): table for table in self._package.tables(self.part)}
        return self._tables

    def table(self, name: str) -> Table:
        """Look up a table by name, without regard to case. Raises Refused if there is none."""
        table = self._table_map().get(name.casefold())
        if table is None:
            raise Refused(
                f"The sheet {self.name!r} has no table named {name!r}; it has been renamed or deleted."
            )
        return table

    # Editing

    @property
    def is_edited(self) -> bool:
        """Whether anything was asked of this sheet."""
        return bool(self.edits or self._heights or self._links or self._growths)

    def set(self, ref: str, value: Value, style: int | None = None) -> None:
        """Put a value into a cell; text is always text, None blanks it.

        Style None keeps the cell's own (an absent cell takes its row's, its column's or the one's above); a
        date gets a date format where it has none. Raises Refused or TypeError for what a cell cannot hold,
        ValueError for a style that the workbook does not have; what stands in the way on the sheet itself
        (merged cells, array formulas) is refused on saving.
        """
        row, column = row_and_column(ref)
        check(value, date1904=self._package.date1904)
        self.put(row, column, Edit(value, self._checked(style)))

    def put(self, row: int, column: int, edit: Edit) -> None:
        """Note an edit: row from 1, column from 0."""
        if not (1 <= row <= LAST_ROW and 0 <= column <= LAST_COLUMN):
            raise Refused(f"Row {row}, column {column + 1} lies beyond the edge of a sheet.")
        edits = self.edits.get(row)
        if isinstance(edits, dict):
            edits[column] = edit
        else:
            self.edits[row] = {column: edit} if edits is None else {**edits, column: edit}

    def _checked(self, style: int | None) -> int | None:
        if style is None:
            return None
        if not 0 <= style < max(self._package.styles.count, 1):
            raise ValueError(f"style {style} is not one of the workbook's cell formats")
        return style

    def replace_area(
        self,
        top_left: str,
        rows: Sequence[Sequence[Value | Styled]],
        *,
        clear: str | Area | None = None,
        heights: Sequence[float | None] | None = None,
        clear_styles: bool = False,
    ) -> Area | None:
        """Write a report: rows of values, or of (value, style), from its top left cell; None is blank.

        Cells of the old extent `clear` beyond the new rows are blanked, with their style if `clear_styles`.
        `heights` are points, one for each row, None to leave it. Returns the new extent, None for no cells.
        """
        top, left = parse_ref(top_left)
        if clear is not None:
            self._clear(parse_area(clear) if isinstance(clear, str) else clear, 0 if clear_styles else None)
        for number, row in enumerate(rows, top):
            for column, given in enumerate(row, left):
                value, style = given if isinstance(given, tuple) else (given, None)
                self.put(number, column, Edit(value, self._checked(style)))
        for number, points in enumerate(heights or (), top):
            if points is not None:
                self._heights[number] = points
        width = max(map(len, rows), default=0)
        return Area(top, left, top + len(rows) - 1, left + width - 1) if width else None

    def _clear(self, area: Area, style: int | None) -> None:
        for number in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                self.put(number, column, Edit(None, style))

    def append_rows(
        self, table_name: str, rows: Sequence[Sequence[Value]], styles: Sequence[int | None] | None = None
    ) -> list[int]:
        """Put rows below a table's last one; a table whose only row is blank is filled from that row.

        One value for each column; None in a formula column is filled down. `styles` are one for each
        column, None for that of the row above. The table grows, and with it filters, validations,
        conditional formats, defined names and print areas that covered it; a totals row moves down, and so do
        texts that stand where the new rows go. Returns the row numbers, from 1. Raises Refused when anything
        else stands there (in the file it is seen on saving), ValueError for rows of another width.
        """
        table = self.table(table_name)
        width = len(table.columns)
        checked = [self._checked(style) for style in styles or [None] * width]
        if any(len(row) != width for row in [*rows, checked]):
            raise ValueError(f"a row of {table.name} has {width} columns")
        if not rows:
            return []
        if table.area.right - table.area.left + 1 != width:
            raise Refused(f"The table {table.name} is damaged; open the file in Excel and let it repair.")
        numbers = Appending(self, table).add(rows, checked)
        new = (n for n in numbers if n > table.last_row and n != table.totals_row)
        self._appended |= dict.fromkeys(new, table.name)
        self._resize(table, max(table.last_row, numbers[-1]))
        return numbers

    def resize_table(self, name: str, last_row: int) -> Table:
        """Let a table's data end at `last_row` (1-based), so that a report's table fits its rows.

        What covered it grows with it, as in `append_rows`; when it shrinks, those stay. Raises Refused for
        a table with totals, for no rows at all, or where it would meet another table.
        """
        table = self.table(name)
        if table.totals_rows:
            raise Refused(
                f"The table {table.name} has a totals row, which would be in the way; switch it off first."
            )
        if not table.first_row <= last_row <= LAST_ROW:
            raise Refused(
                f"The table {table.name} cannot end at row {last_row}; it needs at least one row of data."
            )
        self.check_room(table, last_row)
        self._resize(table, last_row)
        return self.table(name)

    def place_table(self, name: str, area: Area, headers: Sequence[str]) -> Table:
        """Let a report's table stand where its rows were just written, with columns of these headers.

        The header cells are the caller's. Raises Refused where it would meet another table, or a formula uses a
        column that goes by its name; ValueError for headers of another width.
        """
        table = self.table(name)
        if area.right - area.left + 1 != len(headers):
            raise ValueError(f"the table {table.name} would have {len(headers)} columns")
        new = replace(table, area=area)
        if any(other.part != table.part and other.area.meets(area) for other in self.tables):
            raise Refused(
                f"The table {table.name} has no room: another table stands in its way; move that one."
            )
        xml = self._package.part(table.part)
        if len(headers) != len(table.columns):
            xml, new = recolumned(xml, table, headers), self._with_columns(new, headers)
        self._table_map()[table.name.casefold()] = new
        self._package.put(table.part, resized(xml, new))
        return new

    def _with_columns(self, table: Table, headers: Sequence[str]) -> Table:
        """Give the table other columns; raises Refused where a formula uses one that goes by its name."""
        for gone in (h for h in table.headers if h not in headers):
            check_unused(self._package, table, gone)
        known = {column.name: column for column in table.columns}
        return replace(table, columns=tuple(known.get(h) or TableColumn(h, None) for h in headers))

    def set_height(self, row: int, points: float) -> None:
        """Give a row (from 1) a height of its own, in points."""
        self._heights[row] = points

    def check_room(self, table: Table, last_row: int) -> None:
        """Raise Refused if the table, with its data ending at `last_row`, would meet another one."""
        new = table.until(last_row)
        for other in self.tables:
            if other.part != table.part and other.area.meets(new.area):
                raise Refused(
                    f"The table {table.name} has no room to grow: the table {other.name} stands below it."
                )

    def _resize(self, table: Table, last_row: int) -> None:
        new = table.until(last_row)
        if last_row > table.last_row:
            growth = Growth(table.first_row, table.last_row, table.area.left, table.area.right, last_row)
            self._growths.append(growth)
        self._table_map()[table.name.casefold()] = new
        self._package.put(table.part, resized(self._package.part(table.part), new))

    def set_hyperlink(self, ref: str, target: str) -> None:
        """Make a cell a link: `https:`, `mailto:` or `tel:`, or `#Sheet!A1` inside the workbook; '' takes it off."""
        parse_ref(ref)
        self._links[ref.replace("$", "").upper()] = target

    # Saving

    @property
    def growths(self) -> list[Growth]:
        """How the tables grew, for the defined names of the workbook."""
        return list(self._growths)

    def plan(self) -> Plan:
        """Gather all that is asked, for the rewriter. Link targets go into the sheet's relations here."""
        links = with_links(self._package, self.part, self._links)

        def tail(xml: bytes) -> bytes:
            return links(grown_tail(xml, self.name, self._growths))

        return Plan(self.edits, self._heights, self._appended.keys(), tail, checked=not self._has_room)

    def make_room(self) -> None:
        """Move the notes that stand where new rows must go. Raises Refused when that cannot be done."""
        needed = []
        for name, group in groupby(sorted(self._appended), self._appended.__getitem__):
            rows, area = list(group), self.table(name).area
            needed.append(area._replace(top=rows[0], bottom=rows[-1]))
        make_room(self._package, self, needed)
        self._has_room = True
