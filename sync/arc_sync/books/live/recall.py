"""What was made of an open book's cells the last time: where a row's cells are still the same, it is not made again.

No state that anything depends on: it is compared with what was just read, and where it is lost, that costs time alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, NamedTuple

from arc_sync.books.live.cells import cells_of
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Row

#: Cells of the largest sheet that is remembered (it takes about 250 bytes for each), and how many sheets are.
LARGEST, MOST = 400_000, 64
#: Turns a row of a sheet into one of a tab; None if it holds nothing of ARC's.
Reader = Callable[[Row], ReadRow | None]


class _Line(NamedTuple):
    values: Sequence[Any]
    formulas: Sequence[Any]
    row: Row
    #: Without formulas the two above tell all; the result of one may turn from 1 to TRUE, which Python calls equal.
    constant: bool


class Recall:
    """One sheet as it was read last."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._read: dict[Hashable, dict[int, tuple[Row, ReadRow | None]]] = {}

    def rows(self, values: Sequence[Sequence[Any]], formulas: Sequence[Sequence[Any]]) -> list[Row]:
        """Return the rows of these cells, blank ones included."""
        old, made = self._lines, list[_Line]()
        for number, (shown, typed) in enumerate(zip(values, formulas, strict=True), 1):
            was = old[number - 1] if number <= len(old) else None
            if was and was.constant and was.formulas == typed and was.values == shown:
                made.append(was)
            else:
                cells = cells_of(shown, typed)
                constant = all(cell.formula is None for cell in cells)
                made.append(_Line(shown, typed, Row(number, cells), constant))
        self._lines = made if made and len(made) * len(made[0].values) <= LARGEST else []
        return [line.row for line in made]

    def reader(self, key: Hashable, read: Reader) -> Reader:
        """Return what reads rows as `read` does, but the very rows that were read before; `key` tells readers apart."""
        known = self._read.setdefault(key, {}) if self._lines else {}

        def recalled(row: Row) -> ReadRow | None:
            was = known.get(row.number)
            if was is None or was[0] is not row:
                was = known[row.number] = row, read(row)
            return was[1]

        return recalled


class _Recalls(dict[tuple[str, str], Recall]):
    """By book and sheet; the oldest go where there are too many."""

    def __missing__(self, key: tuple[str, str]) -> Recall:
        while len(self) >= MOST:
            del self[next(iter(self))]
        self[key] = made = Recall()
        return made


RECALLS: Final = _Recalls()
