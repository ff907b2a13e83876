"""A person who works in the spreadsheet while the agent does: between any two calls, or just before one.

All that a person does goes past the API's calls, quotas and faults, and takes effect at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.google import batch, values
from tests.emulators.google.a1 import Area, area_of_a1, column_number
from tests.emulators.google.calls import Call
from tests.emulators.google.errors import Json
from tests.emulators.google.state import Contents, Sheet
from tests.emulators.google.work import Work
from tests.emulators.google.world import Caller, File, World

#: What a person does when a call comes.
Doing = Callable[["Person"], object]


class Person:
    """A person at one spreadsheet. Rows and columns are given as people see them: row 1, column "A"."""

    def __init__(self, world: World, file: File, email: str = "") -> None:
        self.world, self.file, self.email = world, file, email or file.owner

    def type(self, where: str, text: Any) -> None:
        """Type into a cell: `type("Invoices!B3", "12.5")`; a text is understood as the sheet does."""
        self.fill(where, [[text]])

    def fill(self, where: str, rows: list[list[Any]]) -> None:
        """Type or paste a block from a cell on; None leaves a cell, "" empties it."""
        with self.world.lock:
            draft = self.file.contents.draft()
            values.write(draft, area_of_a1(draft, where), {"values": rows}, "USER_ENTERED")
            self._keep(draft)

    def clear(self, where: str) -> None:
        """Press Delete over a range."""
        with self.world.lock:
            draft = self.file.contents.draft()
            values.clear(area_of_a1(draft, where))
            self._keep(draft)

    def do(self, *requests: Json) -> list[Json]:
        """Do anything that batchUpdate can: `do({"mergeCells": {…}})`."""
        with self.world.lock:
            draft = self.file.contents.draft()
            work = Work(draft, self.email, self.file.owner, self.world.ids, self.world.hints)
            replies = batch.carry_out(work, list(requests))
            self._keep(draft)
            return replies

    def _keep(self, draft: Contents) -> None:
        self.file.contents = draft
        self.file.touch(self.world.clock.now())

    def insert_rows(self, tab: str, row: int, count: int = 1) -> None:
        """Insert rows above a row."""
        self._dimension("insertDimension", tab, "ROWS", row - 1, count)

    def delete_rows(self, tab: str, row: int, count: int = 1) -> None:
        """Delete rows."""
        self._dimension("deleteDimension", tab, "ROWS", row - 1, count)

    def insert_columns(self, tab: str, column: str, count: int = 1) -> None:
        """Insert columns left of a column."""
        self._dimension("insertDimension", tab, "COLUMNS", column_number(column), count)

    def delete_columns(self, tab: str, column: str, count: int = 1) -> None:
        """Delete columns."""
        self._dimension("deleteDimension", tab, "COLUMNS", column_number(column), count)

    def move_rows(self, tab: str, row: int, before: int, count: int = 1) -> None:
        """Drag rows to above another row."""
        self._move(tab, "ROWS", row - 1, before - 1, count)

    def move_columns(self, tab: str, column: str, before: str, count: int = 1) -> None:
        """Drag columns to left of another column."""
        self._move(tab, "COLUMNS", column_number(column), column_number(before), count)

    def sort(self, tab: str, column: str, *, descending: bool = False, header_rows: int = 1) -> None:
        """Sort the whole sheet below its header by a column."""
        spec = {
            "dimensionIndex": column_number(column),
            "sortOrder": "DESCENDING" if descending else "ASCENDING",
        }
        grid = {"sheetId": self.sheet(tab).sheet_id, "startRowIndex": header_rows}
        self.do({"sortRange": {"range": grid, "sortSpecs": [spec]}})

    def rename_tab(self, tab: str, title: str) -> None:
        """Rename a sheet."""
        given = {"sheetId": self.sheet(tab).sheet_id, "title": title}
        self.do({"updateSheetProperties": {"properties": given, "fields": "title"}})

    def add_tab(self, title: str) -> None:
        """Add a sheet."""
        self.do({"addSheet": {"properties": {"title": title}}})

    def delete_tab(self, tab: str) -> None:
        """Delete a sheet."""
        self.do({"deleteSheet": {"sheetId": self.sheet(tab).sheet_id}})

    def merge(self, where: str) -> None:
        """Merge cells."""
        with self.world.lock:
            grid = area_of_a1(self.file.contents, where).inside().grid_range()
        self.do({"mergeCells": {"range": grid, "mergeType": "MERGE_ALL"}})

    def rename_file(self, title: str) -> None:
        """Rename the spreadsheet."""
        self.do({"updateSpreadsheetProperties": {"properties": {"title": title}, "fields": "title"}})

    def set_locale(self, locale: str) -> None:
        """Choose another locale in the settings."""
        self.do({"updateSpreadsheetProperties": {"properties": {"locale": locale}, "fields": "locale"}})

    def trash(self, *, trashed: bool = True) -> None:
        """Move the file to the bin, or out of it; a file in the bin can still be read and written."""
        with self.world.lock:
            self.file.trashed = trashed
            self.file.touch(self.world.clock.now())

    def share(self, email: str, role: str = "writer") -> None:
        """Share the file."""
        with self.world.lock:
            fresh = str(self.world.ids.randint(10**19, 10**20))
            one = {
                "kind": "drive#permission",
                "id": fresh,
                "type": "user",
                "role": role,
                "emailAddress": email,
            }
            self.file.permissions.append(one)

    def withdraw(self, email: str) -> None:
        """Take a share back."""
        with self.world.lock:
            kept = [one for one in self.file.permissions if one.get("emailAddress") != email]
            self.file.permissions = kept

    def copy_file(self, title: str = "") -> Person:
        """Make a copy of the file, and sit down before it."""
        with self.world.lock:
            contents = self.file.contents.draft()
            contents.properties["title"] = title or f"Copy of {contents.title}"
            caller = Caller(self.email, self.file.app, frozenset())
            return Person(self.world, self.world.new_file(contents, caller), self.email)

    def rows(self, tab: str, *, show: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        """Read a whole sheet: values, or what is seen (FORMATTED_VALUE), or formulas (FORMULA)."""
        with self.world.lock:
            area = Area(self.sheet(tab), 0, 0, None, None)
            found = values.read(self.world.reader(self.file), area, values.Rendering(show))
            return list(found.get("values", []))

    def cell(self, where: str, *, show: str = "UNFORMATTED_VALUE") -> Any:
        """Read one cell; "" if it is empty."""
        with self.world.lock:
            area = area_of_a1(self.file.contents, where)
            found = values.read(self.world.reader(self.file), area, values.Rendering(show))
            return found.get("values", [[""]])[0][0]

    def sheet(self, tab: str) -> Sheet:
        """Find a sheet by its title."""
        found = self.file.contents.titled(tab)
        if found is None:
            raise KeyError(tab)
        return found

    def tabs(self) -> list[str]:
        """Give the titles of all sheets in order."""
        return [sheet.title for sheet in self.file.contents.sheets]

    def _dimension(self, kind: str, tab: str, dimension: str, start: int, count: int) -> None:
        span = {"sheetId": self.sheet(tab).sheet_id, "dimension": dimension}
        self.do({kind: {"range": {**span, "startIndex": start, "endIndex": start + count}}})

    def _move(self, tab: str, dimension: str, start: int, to: int, count: int) -> None:
        span = {"sheetId": self.sheet(tab).sheet_id, "dimension": dimension}
        source = {**span, "startIndex": start, "endIndex": start + count}
        self.do({"moveDimension": {"source": source, "destinationIndex": to}})


@dataclass
class _Planned:
    kind: str
    doing: Doing
    times: int | None


class Habits:
    """What people do just before calls: `habits.before("write", lambda person: person.sort("Invoices", "C"))`."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def before(self, kind: str, doing: Doing, times: int | None = 1) -> None:
        """Let a person do something before the next call of a kind (read, write, drive), or before all (None)."""
        with self._lock:
            self._planned.append(_Planned(kind, doing, times))

    def clear(self) -> None:
        """Let people go home."""
        with self._lock:
            self._planned.clear()

    def due(self, call: Call) -> list[Doing]:
        """Give what is to be done before this call."""
        with self._lock:
            due = [one for one in self._planned if one.kind in {call.kind, call.method} and one.times != 0]
            for one in due:
                one.times = None if one.times is None else one.times - 1
            return [one.doing for one in due]
