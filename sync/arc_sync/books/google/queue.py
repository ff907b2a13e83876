"""The queue of the Google menu: `_ARC_QUEUE`, which only the script writes, and `_ARC_RESULTS`, which only ARC does.

One writer a sheet, and rows are only added, so there is nothing to capture. An answer may be added twice where the
first sending got lost and arrives late; whoever looks for it takes the first. A sheet that somebody deleted or renamed,
or whose first row is another, is mended here: the script finds both by name, and knows them by that row.

What is over is blanked after two days, so that reading them stays cheap. Rows are not deleted, and the last of each
sheet stays: so no row ever comes to stand where another stood, and a blanking that arrives late hits nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple, Protocol

from arc_sync.books.create import HIDDEN, NAME_COLUMN
from arc_sync.books.google.batch import clear_cells, insert_row, put_cells, rename_sheet
from arc_sync.books.google.create import HEADED, headed_sheet
from arc_sync.books.google.finding import read_sheets
from arc_sync.books.google.hidden import read_hidden
from arc_sync.books.google.reading import Snapshot, snapshot
from arc_sync.books.google.shapes import CellData, Request, RowData, extended
from arc_sync.books.google.sheets import QUEUE, RESULTS, SHEET_IDS, hidden_sheet
from arc_sync.google.addresses import address
from arc_sync.google.api import Sheets, said
from arc_sync.google.trouble import Failed
from arc_sync.xlsx.refs import Area, Place

#: Of the requests, and of what stands on `_ARC` for the sidebar.
PROTOCOL: Final = 1
_ENTERED: Final = "userEnteredValue"
#: How long a request and its answer stay to be seen.
KEPT: Final = timedelta(days=2)
#: Where on the queue's first row the script says when its sidebar was used last (`IN_USE` in `addin/google/words.js`).
IN_USE: Final = Place(1, 7)


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
    used: object  #: what stands at `IN_USE`


class GoogleQueue:
    """The queue of one spreadsheet."""

    def __init__(self, google: Sheets, spreadsheet: str, ids: Mapping[str, int] = SHEET_IDS) -> None:
        self._google, self._spreadsheet = google, spreadsheet
        self._ids: Mapping[str, int] = {title: ids[title] for title in (QUEUE, RESULTS, HIDDEN)}
        self._used: datetime | None = None

    def waiting(self) -> Sequence[Sequence[object]]:
        """Return the rows of the queue that have no answer yet, oldest first: one read. Raises `BookError`."""
        seen = self._look()
        self._used = _moment(seen.used)
        return [row for row in seen.rows if row and str(row[0]) not in seen.answered]

    def used(self) -> datetime | None:
        """Return when the sidebar was used last (UTC), as `waiting` saw it; None if it never was."""
        return self._used

    def answer(self, results: Sequence[Result]) -> None:
        """Add answers: one write, after a read that says which are there already. Raises `BookError`."""
        answered = self._look().answered
        if new := [one for one in results if one.request not in answered]:
            rows = [_row(one.request, one.when, one.done, one.sentence, one.shown) for one in new]
            told = {"sheetId": self._ids[RESULTS], "rows": rows, "fields": _ENTERED}
            self._send([{"appendCells": told}])

    def alive(self, now: datetime) -> None:
        """Say on `_ARC` that the agent is alive (`now` is UTC), and which requests it understands: one write.

        The same write blanks what is over.
        """
        found = self._sound()
        grid = found.grids[HIDDEN]
        known = {str(grid.at(n, NAME_COLUMN)): n for n in range(len(grid.rows))}
        told = {"agent": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "protocol": str(PROTOCOL)}
        free, requests = len(grid.rows), []
        for name, value in told.items():
            row = known.get(name, free)
            free += row == free
            cells: list[CellData] = [{"userEnteredValue": extended(text)} for text in (name, value)]
            requests.append(_put(self._ids[HIDDEN], row, cells))
        self._send([*requests, *_blanked(found, now - KEPT)])

    def _look(self) -> _Seen:
        found = self._sound()
        used = found.grids[QUEUE].at(IN_USE.row - 1, IN_USE.column)
        return _Seen([list(row) for row in _rows(found, QUEUE)], _numbers(_rows(found, RESULTS)), used)

    def _sound(self) -> Snapshot:
        """Return the sheets as they are, mended where they had to be."""
        found = self._read()
        if mends := list(_mends(found)):
            self._send(mends)
            self._ids = {QUEUE: SHEET_IDS[QUEUE], RESULTS: SHEET_IDS[RESULTS], **self._ids}
            found = self._read()
        return found

    def _read(self) -> Snapshot:
        where = address(self._spreadsheet)
        try:
            answer, self._ids = read_sheets(self._google, self._spreadsheet, self._ids)
        except Failed as failed:
            raise said(failed, where, self._google.who) from None
        found = snapshot(answer, self._ids)
        read_hidden(found.grids.get(HIDDEN), self._spreadsheet, where)  # raises if it is no book, or a copy
        return found

    def _send(self, requests: Sequence[Request]) -> None:
        try:
            self._google.batch_update(self._spreadsheet, requests)
        except Failed as failed:
            raise said(failed, address(self._spreadsheet), self._google.who) from None


def _mends(found: Snapshot) -> Iterator[Request]:
    """Yield what makes the two sheets again what the script looks for; a row that is no header is kept below it."""
    for title, headers in HEADED.items():
        grid = found.grids.get(title)
        if grid is None:
            yield hidden_sheet(title)
            yield from headed_sheet(title, SHEET_IDS[title])
            continue
        if grid.title != title:
            yield rename_sheet(grid.sheet, title)
        if tuple(grid.row(0)[: len(headers)]) != headers:
            yield insert_row(grid.sheet, 1)
            yield put_cells(grid.sheet, Place(1, 0), [_row(*headers)], _ENTERED)


def _blanked(found: Snapshot, until: datetime) -> Iterator[Request]:
    """Yield what blanks answered requests of before `until`, and the answers that no request waits for any more."""
    asked, answers = _rows(found, QUEUE), _rows(found, RESULTS)
    answered = _numbers(answers)
    over = [bool(row) and str(row[0]) in answered and _is_before(row, until) for row in asked]
    open_ = _numbers(row for row, done in zip(asked, over, strict=True) if not done)
    stale = [bool(row) and str(row[0]) not in open_ and _is_before(row, until) for row in answers]
    for title, gone in ((QUEUE, over), (RESULTS, stale)):
        width, first = len(HEADED[title]), 2
        for blank, run in groupby(gone[:-1]):
            last = first + len(list(run)) - 1
            if blank:
                yield clear_cells(found.grids[title].sheet, Area(first, 0, last, width - 1), _ENTERED)
            first = last + 1


def _is_before(row: Sequence[object], until: datetime) -> bool:
    """Say whether a request or an answer is of before a moment; one whose own cannot be read is not."""
    when = _moment(row[1]) if len(row) > 1 else None
    return when is not None and when < until


def _numbers(rows: Iterable[Sequence[object]]) -> frozenset[str]:
    return frozenset(str(row[0]) for row in rows if row)


def _moment(told: object) -> datetime | None:
    """Return the moment that the script wrote; None where it is none."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(told) if isinstance(told, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    return None


def _rows(found: Snapshot, title: str) -> Sequence[Sequence[object]]:
    """Return the rows of a sheet below its header."""
    return found.grids[title].rows[1:]


def _row(*values: str | bool) -> RowData:
    return {"values": [{"userEnteredValue": made} if (made := extended(value)) else {} for value in values]}


def _put(sheet: int, row: int, cells: list[CellData]) -> Request:
    return put_cells(sheet, Place(row + 1, NAME_COLUMN), [{"values": cells}], _ENTERED)
