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
#: Rows of one sort with edited marks up to which each is compared with each.
_FEW = 200
_ID = re.compile(r"[0-9a-f]{32}")


class Stamp(NamedTuple):
    """An id to be written into a row of the book, if the row still is what was read there."""

    tab: str
    at: int
    was: str
    seen: tuple[CellValue, ...]  #: in the order of `tab.stored`
    id: str


def is_id(text: str) -> bool:
    """Say whether a text can be the id of a row: whatever else was typed there, no ledger is asked for it."""
    return _ID.fullmatch(text) is not None


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
    ids = [row.id if is_id(row.id) else "" for row in sheet.rows]
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

    def typed(self, row: str) -> Signature:
        """Return the mark of a row as this book gave it after the bookmark, before ARC filled anything in; or None."""
        typed = self._base.typed(row)
        return self._pick(typed) if typed is not None else None

    def knows(self, row: str) -> bool:
        """Say whether this copy had the row."""
        return bool(row) and self._base.row(row).mine is not None

    def alike(self, row: SheetRow, other: str) -> int:
        """Return in how many filled cells but the key a row is as this copy knew another."""
        mine = self._base.row(other).mine or ()
        pairs = enumerate(zip(row.values, mine, strict=False))
        return sum(1 for k, (v, known) in pairs if v is not None and v == known and k != self._key)

    @property
    def keyed(self) -> bool:
        return self._key is not None

    def _pick(self, values: Sequence[Value | Unreadable] | Row) -> Signature:
        if self._key is None:
            return tuple(values) if any(v is not None for v in values) else None
        value = values[self._key]
        return None if isinstance(value, Unreadable) else value


def _realign(sheet: Sheet, ids: list[str], marks: _Marks) -> list[str]:
    """Follow the mark where rows were sorted without their ids.

    A closed permutation of known marks is a sort. Otherwise a row follows its mark if the rest of it, too, is
    more like the row of that mark than like its own.
    """
    strayed = {
        n: (i, marks.of(row), known)
        for n, (i, row) in enumerate(zip(ids, sheet.rows, strict=True))
        if i and (known := marks.known(i)) is not None and marks.of(row) != known
    }
    if not strayed:
        return ids
    homes: dict[Signature, list[str]] = defaultdict(list)
    for i, _, known in strayed.values():
        homes[known].append(i)
    closed = sorted(map(repr, homes)) == sorted(repr(mark) for _, mark, _ in strayed.values())
    if marks.keyed:  # ... also when some of the sorted rows have been deleted since
        for mark, i in _absent(sheet, ids, marks).items():
            homes[mark].append(i)
    result, rest = list(ids), []
    for n, (i, mark, _) in strayed.items():
        home, row = next(iter(homes.get(mark, ())), None), sheet.rows[n]
        if home is not None and (closed or marks.alike(row, home) >= marks.alike(row, i)):
            result[n] = homes[mark].pop(0)
        else:
            rest.append(n)
    return _settle(sheet, result, rest, marks) if len(rest) < len(strayed) else ids


def _settle(sheet: Sheet, ids: list[str], rest: list[int], marks: _Marks) -> list[str]:
    """Give the rows of a sort whose own mark was edited the ids that are left: the most alike, or their own."""
    taken = {i for n, i in enumerate(ids) if n not in set(rest)}
    left = {ids[n] for n in rest} | {row.id for row in sheet.rows if marks.knows(row.id)}
    left -= taken
    for n in rest:
        row, own = sheet.rows[n], ids[n]
        near = left if len(rest) <= _FEW else left & {own}
        best = max(near, key=lambda i: (marks.alike(row, i), i == own, i), default="")
        ids[n] = best if best and (best == own or marks.alike(row, best)) else ""
        left.discard(ids[n])
    return ids


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
    absent = [row for row in marks.live if row not in here]
    homes = [_by_mark(absent, mark) for mark in (marks.now, marks.known, marks.typed)]
    taken: set[str] = set()
    for n in lost:
        mark = marks.of(sheet.rows[n])
        home = next((row for found in homes for row in found.get(mark, ()) if row not in taken), None)
        if home is not None:
            result[n] = home
            taken.add(home)
        elif not ids[n] and not sheet.rows[n].blank:
            result[n] = fresh()
    return result


def _by_mark(rows: Sequence[str], mark: Callable[[str], Signature]) -> dict[Signature, list[str]]:
    """Return the rows by their mark; those that have none are left out."""
    found: dict[Signature, list[str]] = defaultdict(list)
    for row in rows:
        if (theirs := mark(row)) is not None:
            found[theirs].append(row)
    return found


def _is_known(row: str, marks: _Marks, buried: set[str]) -> bool:
    return row in marks.live or row in buried or marks.known(row) is not None
