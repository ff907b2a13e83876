"""The references of a formula, followed by hand where columns moved while the formula was away from its cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from arc_sync.books.google.layout import NAMELESS, beside
from arc_sync.xlsx.refs import column_index, letters

_CELL: Final = re.compile(
    r"(?<![\w.$])(?P<sheet>(?:'(?:[^']|'')+'|\w+)!)?(?P<fixed>\$?)(?P<column>[A-Z]{1,3})(?P<still>\$?)(?P<row>[1-9]\d*)(?![\w(!])",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r'("(?:[^"]|"")*")')


def follow(formula: str, down: int, then: Sequence[str], now: Sequence[str]) -> str:
    """Return a formula of a row that stands `down` rows lower, for columns that went by the names `then` and go by `now`.

    References to other sheets keep their columns, as do those to columns that are gone.
    """
    columns = {c: _column(then, c, now) for c in range(len(then))}

    def moved(found: re.Match[str]) -> str:
        column, row = column_index(found["column"]), int(found["row"])
        column = column if found["sheet"] else columns.get(column, column)
        row = row if found["still"] else max(1, row + down)
        return f"{found['sheet'] or ''}{found['fixed']}{letters(column)}{found['still']}{row}"

    parts = _QUOTED.split(formula)
    return "".join(part if at % 2 else _CELL.sub(moved, part) for at, part in enumerate(parts))


def _column(then: Sequence[str], column: int, now: Sequence[str]) -> int:
    name = then[column]
    if name != NAMELESS:
        return now.index(name) if name in now else column
    near = beside(then, column)
    return next((c for c, other in enumerate(now) if other == NAMELESS and beside(now, c) == near), column)
