"""What stands in cells of an open LibreOffice workbook, as the bridge tells it and as xlwings wants it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from arc_sheets import dates
from arc_sync.books.office.spelling import to_excel
from arc_sync.xlsx.refs import Area


class OfficeError(str):
    """An error value of a formula."""

    __slots__ = ()


class Told:
    """The cells of an area; what is made of them is made once, and not to be changed."""

    def __init__(self, area: Area, told: dict[str, Any]) -> None:
        """`told` is the bridge's answer to `read`."""
        self.area, self._told = area, told

    @cached_property
    def values(self) -> list[list[Any]]:
        """Values by row: texts, floats, moments, errors; "" for a blank cell."""
        rows = [list(row) for row in self._told["rows"]]
        top, left = self.area.top - 1, self.area.left
        for area in self._told["dates"]:
            for r in range(area[0] - top, area[2] - top + 1):
                for c in range(area[1] - left, area[3] - left + 1):
                    rows[r][c] = _moment(rows[r][c])
        for r, c, words in self._told["errors"]:
            rows[r - top][c - left] = OfficeError(words)
        return rows

    @cached_property
    def formulas(self) -> list[list[str]]:
        """Formulas by row; constants as texts."""
        rows = [[one if type(one) is str else _spelled(one) for one in row] for row in self._told["rows"]]
        top, left = self.area.top - 1, self.area.left
        for area, formulas in self._told["formulas"]:
            for r, row in enumerate(formulas, area[0] - top):
                for c, one in enumerate(row, area[1] - left):
                    rows[r][c] = to_excel(one)
        for r, c, words in self._told["errors"]:
            rows[r - top][c - left] = rows[r - top][c - left] or words
        return rows


def zero(area: Area) -> list[int]:
    """Return an area as the bridge counts: from 0."""
    return [area.top - 1, area.left, area.bottom - 1, area.right]


@lru_cache(maxsize=20_000)  # days come again and again
def _moment(value: Any) -> Any:
    """Return the moment that a number shows in a date's format; the number, where it is far from any date."""
    try:
        return dates.from_serial(value)
    except dates.NotADate:
        return value


def _spelled(value: Any) -> str:
    """Return a constant as Excel would show it in the formula bar."""
    return f"{value:.15g}" if isinstance(value, float) else value or ""
