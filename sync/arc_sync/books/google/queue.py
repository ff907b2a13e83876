"""The queue of the Google menu: `_ARC_QUEUE`, which only the script writes, and `_ARC_RESULTS`, which only ARC does.

One writer a sheet, and rows are only added, so there is nothing to capture. An answer may be added twice where the
first sending got lost and arrives late; whoever looks for it takes the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from arc_sync.books.create import HIDDEN, NAME_COLUMN, VALUE_COLUMN
from arc_sync.books.google.batch import put_cells
from arc_sync.books.google.reading import FIELDS, Grid, Snapshot, snapshot
from arc_sync.books.google.shapes import CellData, Request, extended
from arc_sync.books.google.sheets import QUEUE, RESULTS, SHEET_IDS
from arc_sync.google.addresses import address
from arc_sync.google.api import Sheets, said
from arc_sync.google.trouble import Failed
from arc_sync.xlsx.refs import Place

#: Of the requests, and of what stands on `_ARC` for the sidebar.
PROTOCOL: Final = 1
_ENTERED: Final = "userEnteredValue"


class Result(Protocol):
    """An answer: `agent.inbox.queue.ResultRow`."""

    @property
    def request(self) -> str:
        """The number of the request."""

    @property
    def when(self) -> str:
        """UTC, to the second."""

    @property
    def done(self) -> bool:
        """Whether it was carried out."""

    @property
    def sentence(self) -> str:
        """What to say."""

    @property
    def shown(self) -> str:
        """A JSON object."""


class _Seen(NamedTuple):
    rows: list[Sequence[object]]  #: of the queue, without its header
    answered: frozenset[str]
    lines: Grid  #: of `_ARC`


class GoogleQueue:
    """The queue of one spreadsheet."""

    def __init__(self, google: Sheets, spreadsheet: str, ids: Mapping[str, int] = SHEET_IDS) -> None:
        self._google, self._spreadsheet, self._ids = google, spreadsheet, ids

    def waiting(self) -> Sequence[Sequence[object]]:
        """Return the rows of the queue that have no answer yet, oldest first: one read. Raises `BookError`."""
        seen = self._look()
        return [row for row in seen.rows if row and str(row[0]) not in seen.answered]

    def answer(self, results: Sequence[Result]) -> None:
        """Add answers: one write, after a read that says which are there already. Raises `BookError`."""
        answered = self._look().answered
        if new := [one for one in results if one.request not in answered]:
            rows = [_row(one.request, one.when, one.done, one.sentence, one.shown) for one in new]
            told = {"sheetId": self._ids[RESULTS], "rows": rows, "fields": _ENTERED}
            self._send([{"appendCells": told}])

    def alive(self, now: datetime) -> None:
        """Say on `_ARC` that the agent is alive (`now` is UTC), and which requests it understands: one write."""
        grid = self._look().lines
        known = {str(grid.at(n, NAME_COLUMN)): n for n in range(len(grid.rows))}
        told = {"agent": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "protocol": str(PROTOCOL)}
        free, requests = len(grid.rows), []
        for name, value in told.items():
            row = known.get(name, free)
            free += row == free
            cells: list[CellData] = [{"userEnteredValue": extended(text)} for text in (name, value)]
            requests.append(_put(self._ids[HIDDEN], row, cells))
        self._send(requests)

    def _look(self) -> _Seen:
        lines = {"startColumnIndex": NAME_COLUMN, "endColumnIndex": VALUE_COLUMN + 1}
        ids = {title: self._ids[title] for title in (QUEUE, RESULTS, HIDDEN)}
        ranges = [{"sheetId": i, **(lines if title == HIDDEN else {})} for title, i in ids.items()]
        try:
            found = snapshot(self._google.read(self._spreadsheet, ranges, FIELDS), ids)
        except Failed as failed:
            raise said(failed, address(self._spreadsheet), self._google.who) from None
        answered = frozenset(str(row[0]) for row in _rows(found, RESULTS) if row)
        return _Seen([list(row) for row in _rows(found, QUEUE)], answered, found.grids[HIDDEN])

    def _send(self, requests: Sequence[Request]) -> None:
        try:
            self._google.batch_update(self._spreadsheet, requests)
        except Failed as failed:
            raise said(failed, address(self._spreadsheet), self._google.who) from None


def _rows(found: Snapshot, title: str) -> Iterable[Sequence[object]]:
    """Return the rows of a sheet below its header."""
    return found.grids[title].rows[1:]


def _row(*values: str | bool) -> dict[str, object]:
    return {"values": [{_ENTERED: made} if (made := extended(value)) else {} for value in values]}


def _put(sheet: int, row: int, cells: list[CellData]) -> Request:
    return put_cells(sheet, Place(row + 1, NAME_COLUMN), [{"values": cells}], _ENTERED)
