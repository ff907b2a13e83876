"""A spreadsheet's contents. Nothing in them is changed in place, so an old draft is a perfect rollback.

A sheet's rows are dictionaries of cells by column. A draft copies the lists of rows, not the rows: a batch
over 10,000 rows costs the rows that it changes. Whoever changes a row puts a new dictionary in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.google.cells import BLANK, Cell
from tests.emulators.google.errors import Json, Refused

Row = dict[int, Cell]
#: "Up to 10 million cells" (Google Drive help, "Files you can store in Google Drive").
MOST_CELLS = 10_000_000
MOST_COLUMNS = 18_278  # column ZZZ, same page


@dataclass(slots=True)
class Sheet:
    """One sheet; `objects` holds charts, merges and the like under the names of the Sheet resource."""

    sheet_id: int
    title: str
    row_count: int = 1000
    column_count: int = 26
    grid: Json = field(default_factory=dict)  # gridProperties besides the two counts
    more: Json = field(default_factory=dict)  # hidden, tabColorStyle, rightToLeft
    rows: list[Row] = field(default_factory=list)  # as many as hold something
    row_looks: dict[int, Json] = field(default_factory=dict)  # DimensionProperties that are not usual
    column_looks: dict[int, Json] = field(default_factory=dict)
    objects: dict[str, list[Json]] = field(default_factory=dict)
    basic_filter: Json | None = None

    def draft(self) -> Sheet:
        """Give a copy that can be changed without this one seeing it."""
        return Sheet(
            self.sheet_id,
            self.title,
            self.row_count,
            self.column_count,
            dict(self.grid),
            dict(self.more),
            list(self.rows),
            dict(self.row_looks),
            dict(self.column_looks),
            {name: list(things) for name, things in self.objects.items()},
            self.basic_filter,
        )

    def cell(self, row: int, column: int) -> Cell:
        """Give a cell, blank where nothing was ever entered."""
        return self.rows[row].get(column, BLANK) if row < len(self.rows) else BLANK

    def row(self, row: int) -> Row:
        """Give a row to read."""
        return self.rows[row] if row < len(self.rows) else {}

    def put(self, row: int, cells: Row) -> None:
        """Put cells into a row; a blank one goes."""
        if not cells:
            return
        while len(self.rows) <= row:
            self.rows.append({})
        merged = {**self.rows[row], **cells}
        self.rows[row] = {at: cell for at, cell in merged.items() if cell != BLANK}

    def filled(self, top: int, bottom: int) -> Iterator[tuple[int, Row]]:
        """Yield the rows that hold something, from `top` to before `bottom`."""
        for at in range(top, min(bottom, len(self.rows))):
            if self.rows[at]:
                yield at, self.rows[at]

    def things(self, kind: str) -> list[Json]:
        """Give the objects of a kind, to be changed."""
        return self.objects.setdefault(kind, [])

    def last_entered_row(self) -> int:
        """Give how many rows there are up to the last one with a value."""
        for at in range(len(self.rows) - 1, -1, -1):
            if any(not cell.empty for cell in self.rows[at].values()):
                return at + 1
        return 0


@dataclass(slots=True)
class Contents:
    """All that a batch can change, and so all that its rollback restores."""

    properties: Json
    sheets: list[Sheet]
    named_ranges: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)

    def draft(self) -> Contents:
        """Give a copy that can be changed without this one seeing it."""
        return Contents(
            dict(self.properties),
            [sheet.draft() for sheet in self.sheets],
            list(self.named_ranges),
            list(self.metadata),
        )

    @property
    def title(self) -> str:
        """The name of the file."""
        return str(self.properties["title"])

    @property
    def locale(self) -> str:
        """The locale by which USER_ENTERED reads and formats write, such as en_US."""
        return str(self.properties.get("locale", "en_US"))

    def sheet(self, sheet_id: int) -> Sheet:
        """Find a sheet by its id."""
        for sheet in self.sheets:
            if sheet.sheet_id == sheet_id:
                return sheet
        raise Refused(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Find a sheet by its title; case does not count."""
        wanted = title.casefold()
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == wanted), None)

    def cell_count(self) -> int:
        """Count the cells of all grids, blank ones too: that is what the limit counts."""
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)

    def check_size(self) -> None:
        """Refuse more cells or columns than a spreadsheet can have."""
        if any(sheet.column_count > MOST_COLUMNS for sheet in self.sheets):
            raise Refused(
                f"This action would increase the number of columns above the limit of {MOST_COLUMNS}."
            )
        if self.cell_count() > MOST_CELLS:
            raise Refused(
                "This action would increase the number of cells in the workbook above the limit of"
                f" {MOST_CELLS} cells."
            )


def new_contents(title: str, sheets: list[Sheet] | None = None, **properties: Any) -> Contents:
    """Give a fresh spreadsheet: one empty sheet of 1,000 rows and 26 columns, id 0."""
    usual = {"title": title, "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}
    return Contents({**usual, **properties}, sheets or [Sheet(0, "Sheet1")])
