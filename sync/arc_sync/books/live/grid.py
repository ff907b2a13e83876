"""The cells of one sheet as they were read: two calls to the program, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arc_sheets.errors import BookRefused
from arc_sync.books.live.cells import cell, text
from arc_sync.books.live.recall import RECALLS, Recall
from arc_sync.xlsx import Cell, Row
from arc_sync.xlsx.refs import Area, Place, area_ref, parse_area

if TYPE_CHECKING:
    import xlwings as xw

    from arc_sync.books.live.asking import Asking

#: Cells of the largest sheet that is read: a formatted column down to the sheet's end would take gigabytes.
MOST: Final = 6_000_000


@dataclass(slots=True)
class Grid:
    """Values and formulas from A1 on. A cell's formula is its value as text where it has none."""

    values: Sequence[Sequence[Any]]
    formulas: Sequence[Sequence[Any]]
    recall: Recall = field(default_factory=Recall)  #: what was made of them the last time
    written: dict[Place, Cell | None] = field(default_factory=dict)  #: since, by ARC itself
    _rows: list[Row] | None = None

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything, top to bottom."""
        touched: dict[int, dict[int, Cell | None]] = {}
        for place, made in self.written.items():
            touched.setdefault(place.row, {})[place.column] = made
        if self._rows is None:
            self._rows = self.recall.rows(self.values, self.formulas)
        for row in self._rows:
            now = row
            if row.number in touched:
                now = Row(row.number, _over(row.cells, touched.pop(row.number)))
            if now.cells:
                yield now
        for number, since in sorted(touched.items()):
            if cells := _over([], since):
                yield Row(number, cells)

    def cell(self, place: Place) -> Cell | None:
        """Return one cell; None for a blank one."""
        if place in self.written:
            return self.written[place]
        if not self._holds(place):
            return None
        value, formula = (told[place.row - 1][place.column] for told in (self.values, self.formulas))
        return cell(place.column, value, text(formula))

    def formula(self, place: Place) -> str | None:
        """Return what the program says is in a cell, "" for a blank one; None if that is not known.

        It is not known where ARC has written a date or a fraction: programs show those in their own ways.
        """
        if place in self.written:
            return _expected(self.written[place])
        return text(self.formulas[place.row - 1][place.column]) if self._holds(place) else ""

    def shift(self, area: Area, down: int) -> None:
        """Let what stands from the top of `area` on, in its columns, stand so many rows further down, or up."""
        self.values = _shifted(self.values, area, down, None)
        self.formulas = _shifted(self.formulas, area, down, "")
        self.recall, self._rows = Recall(), None

    def _holds(self, place: Place) -> bool:
        return place.row <= len(self.values) and place.column < len(self.values[0])


def _shifted(rows: Sequence[Sequence[Any]], area: Area, down: int, blank: object) -> Sequence[Sequence[Any]]:
    width = len(rows[0])
    columns = slice(area.left, area.right + 1)
    made = [list(row) for row in rows] + [[blank] * width for _ in range(max(down, 0))]
    empty = [blank] * len(made[0][columns])
    for number in range(min(area.top, area.top + down), len(made) + 1):
        source = number - down
        stood = area.top <= source <= len(rows)
        made[number - 1][columns] = rows[source - 1][columns] if stood else empty
    return made


def read(sheet: xw.Sheet, name: str, asking: Asking) -> Grid:
    """Read a sheet. Raises `BookRefused` for one that reaches too far.

    Formulas come first: what is typed between the two calls then differs from them when it is compared.
    """
    used = parse_area(asking(f"read {name}", lambda: sheet.used_range.address))
    area = Area(1, 0, used.bottom, used.right)
    if area.bottom * (area.right + 1) > MOST:
        raise BookRefused(
            f"{name} in {asking.book} reaches to {area_ref(area).partition(':')[2]}, far below its rows; delete the "
            "empty rows and columns behind them (they hold formats), then run this again."
        )
    formulas = formulas_of(sheet, area, name, asking)
    told = sheet.range(area_ref(area)).options(ndim=2, err_to_str=True)
    return Grid(asking(f"read {name}", lambda: told.value), formulas, RECALLS[asking.book, name])


def formulas_of(sheet: xw.Sheet, area: Area, name: str, asking: Asking) -> Sequence[Sequence[Any]]:
    """Return the formulas of an area, and constants as texts, in one call."""
    told = asking(f"read {name}", lambda: sheet.range(area_ref(area)).formula)
    if area.single:
        return [[told]]
    if isinstance(told[0], list | tuple):
        return told
    return [told] if area.top == area.bottom else [[one] for one in told]


def _over(cells: Sequence[Cell], since: Mapping[int, Cell | None]) -> list[Cell]:
    """Return a row's cells with those that were written since."""
    kept: dict[int, Cell | None] = {c.column: c for c in cells}
    return [made for _, made in sorted((kept | dict(since)).items()) if made is not None]


def _expected(made: Cell | None) -> str | None:
    """Return the formula of a cell that ARC has written."""
    if made is None:
        return ""
    whole = made.type == "n" and (made.raw or "").isdigit() and not made.style
    return made.raw if made.formula is None and (made.type == "s" or whole) else None
