"""Which row of a book is which row of the ledger.

Identity is the hidden id; order and position mean nothing. What people do to ids is mended here: a
range sorted without its id column, copies that share an id, rows pasted without one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from arc_sheets.cells import CellValue, Row, Rows, Unreadable, Value
from arc_sheets.tab import Tab
from arc_sync.merge.base import Base
from arc_sync.merge.snapshot import Sheet, SheetRow

Signature: TypeAlias = Hashable
_ID = re.compile(r"[0-9a-f]{32}")


class Stamp(NamedTuple):
    """An id to be written into a row of the book, if the row still is what was read there."""

    tab: str
    at: int
    was: str
    seen: tuple[CellValue, ...]  #: in the order of `tab.stored`
    id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """The id of each row in `sheet.rows`, in order ("" for a row to be left alone)."""

    ids: tuple[str, ...]
    stamps: tuple[Stamp, ...]


def identify(sheet: Sheet, base: Base, live: Rows, buried: set[str], fresh: Callable[[], str]) -> Identity:
    """Decide the id of every row that needs thought; `buried` are those ids among them that are deleted."""
    if not sheet.usable:
        return Identity(("",) * len(sheet.rows), ())
    marks = _Marks(sheet.tab, base, live)
    ids = [row.id if _ID.fullmatch(row.id) else "" for row in sheet.rows]
    ids = _realign(sheet, ids, marks)
    ids = _one_each(sheet, ids, marks)
    ids = _adopt(sheet, ids, marks, buried, fresh)
    rows = zip(sheet.rows, ids, strict=True)
    stamps = tuple(Stamp(sheet.tab.name, row.at, row.id, row.cells, i) for row, i in rows if i != row.id)
    return Identity(tuple(ids), stamps)


class _Marks:
    """By what a row is recognised: its key, or where the tab has none, all its values."""

    def __init__(self, tab: Tab, base: Base, live: Rows) -> None:
        self._key = next((k for k, c in enumerate(tab.stored) if c.name == tab.key), None)
        self._base, self.live = base, live

    def of(self, row: SheetRow) -> Signature:
        return self._pick(row.values)

    def known(self, row: str) -> Signature:
        """Return the mark that this copy's row had at the bookmark; None if it never had the row."""
        mine = self._base.row(row).mine
        return self._pick(tuple(mine)) if mine is not None else None

    def now(self, row: str) -> Signature:
        return self._pick(self.live[row])

    @property
    def keyed(self) -> bool:
        return self._key is not None

    def _pick(self, values: Sequence[Value | Unreadable] | Row) -> Signature:
        if self._key is None:
            return tuple(values) if any(v is not None for v in values) else None
        value = values[self._key]
        return None if isinstance(value, Unreadable) else value


def _realign(sheet: Sheet, ids: list[str], marks: _Marks) -> list[str]:
    """Follow the mark where rows were sorted without their ids: a closed permutation of known marks."""
    strayed = {
        n: (i, marks.of(row), known)
        for n, (i, row) in enumerate(zip(ids, sheet.rows, strict=True))
        if i and (known := marks.known(i)) is not None and marks.of(row) != known
    }
    if not strayed:
        return ids
    moved = {(i, mark) for i, mark, _ in strayed.values()}
    were = {known: i for i, _, known in strayed.values()}
    if (
        len(moved) > 1
        and len({i for i, _ in moved}) == len(moved)
        and set(were) == {mark for _, mark in moved}
    ):
        back = were
    elif marks.keyed:  # ... also when some of the permuted rows have been deleted since
        back = _absent(sheet, ids, marks)
    else:
        return ids
    return [back.get(strayed[n][1], i) if n in strayed else i for n, i in enumerate(ids)]


def _absent(sheet: Sheet, ids: list[str], marks: _Marks) -> dict[Signature, str]:
    """Return, by the mark this copy knew, the live rows that are not in the book."""
    here = {*ids, *sheet.agreed}
    absent = ((marks.known(row), row) for row in marks.live if row not in here)
    return {mark: row for mark, row in absent if mark is not None}


def _one_each(sheet: Sheet, ids: list[str], marks: _Marks) -> list[str]:
    """Let one of the rows that share an id keep it: the one in step, or holding the known mark, or the first."""
    places: dict[str, list[int]] = defaultdict(list)
    for n, i in enumerate(ids):
        places[i].append(n)
    result = list(ids)
    for i, rows in places.items():
        if not i or (len(rows) == 1 and i not in sheet.agreed):
            continue
        known = marks.known(i)
        keeper = next((n for n in rows if marks.of(sheet.rows[n]) == known), rows[0])
        for n in rows:
            if n != keeper or i in sheet.agreed:
                result[n] = ""
    return result


def _adopt(
    sheet: Sheet, ids: list[str], marks: _Marks, buried: set[str], fresh: Callable[[], str]
) -> list[str]:
    """Give rows without a known id that of the missing row with the same mark, or a fresh one."""
    lost = [n for n, i in enumerate(ids) if not i or not _is_known(i, marks, buried)]
    if not lost:
        return ids
    here, result = {*ids, *sheet.agreed}, list(ids)
    absent: dict[Signature, str] = {}
    for row in marks.live:
        if row not in here:
            absent[marks.now(row)] = row
            absent.setdefault(marks.known(row), row)
    for n in lost:
        mark = marks.of(sheet.rows[n])
        if mark is not None and mark in absent:
            result[n] = absent.pop(mark)
        elif not ids[n] and not sheet.rows[n].blank:
            result[n] = fresh()
    return result


def _is_known(row: str, marks: _Marks, buried: set[str]) -> bool:
    return row in marks.live or row in buried or marks.known(row) is not None
