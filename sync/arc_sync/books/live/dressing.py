"""Giving cells of an open book their look, in as few calls as it takes.

New rows take over the look of the row above them, as when a person drags it down; only number formats are set, by
their role. A report is told what differs from what `dressed` kept. Links are made last: Excel gives them a style
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from arc_sync.books.areas import rectangles
from arc_sync.books.dressed import LINKED, Dressed
from arc_sync.books.look import ROLES, Format, Look
from arc_sync.xlsx.refs import Area, Place

if TYPE_CHECKING:
    import xlwings as xw
    from xlwings.base_classes import BorderLineStyle, BorderWeight

    from arc_sync.books.live.sheet import OpenSheet

#: The number of each role, as styles have numbers in a file; 0 is a cell without a look.
STYLES: Final = {role: number for number, role in enumerate(ROLES, 1)}
_ROLES: Final = {0: "plain", **{number: role for role, number in STYLES.items()}}
#: XlsxWriter's numbers of borders (`Format.set_border`) in xlwings' words: line style and weight.
_LINES: Final[Mapping[int, tuple[BorderLineStyle, BorderWeight]]] = {
    1: ("continuous", "thin"),
    2: ("continuous", "medium"),
    4: ("dot", "thin"),
    5: ("continuous", "thick"),
}
_INNER: Final = {"top": "inside_horizontal", "bottom": "inside_horizontal", "left": "inside_vertical"}


class Dresser(Protocol):
    """Dresses what one flush of a sheet writes."""

    def before(self, sheet: OpenSheet, styles: Mapping[Place, int]) -> None:
        """Dress cells before their values are written: a number written into a cell of text becomes text."""

    def after(self, sheet: OpenSheet, written: AbstractSet[Place]) -> None:
        """Do what follows the values, of which `written` are new."""


class Undressed:
    """Leaves the look as it is."""

    def before(self, sheet: OpenSheet, styles: Mapping[Place, int]) -> None:
        """Do nothing."""

    def after(self, sheet: OpenSheet, written: AbstractSet[Place]) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class RecordDresser:
    """Dresses new rows of a record tab like the last one, and gives each cell the number format of its role."""

    look: Look

    def before(self, sheet: OpenSheet, styles: Mapping[Place, int]) -> None:
        """Dress new rows."""
        for area, bottom in sheet.grown:
            last = area._replace(top=area.bottom)
            target = sheet.range(last._replace(bottom=bottom))
            sheet.on(last, methodcaller("autofill", target, "fill_formats"))
        codes = {
            place: self.look.format(_ROLES[n]).get("num_format", "General") for place, n in styles.items()
        }
        for area, code in rectangles(codes):
            sheet.on(area, _setting("number_format", code))

    def after(self, sheet: OpenSheet, written: AbstractSet[Place]) -> None:
        """Make rows as tall as their notes."""
        del written
        _set_heights(sheet, sheet.heights)


@dataclass(frozen=True, slots=True)
class ReportDresser:
    """Dresses the cells of a report that look otherwise than before."""

    look: Look
    was: Dressed | None  #: None: not known

    def before(self, sheet: OpenSheet, styles: Mapping[Place, int]) -> None:
        """Dress all cells that change."""
        was = {p: self._was(sheet, p) for p in styles}
        unlinked = {p: "" for p, role in was.items() if role.endswith(LINKED) and not sheet.links.get(p)}
        for area, _ in rectangles(unlinked):
            sheet.on(area, methodcaller("clear"))
        told = {
            p: (before, role)
            for p, n in styles.items()
            if (before := "" if p in unlinked else was[p].removesuffix(LINKED)) != (role := _ROLES[n])
        }
        for area, (before, role) in rectangles(told):
            self._dress(sheet, area, self.look.format(before) if before else None, self.look.format(role))

    def after(self, sheet: OpenSheet, written: AbstractSet[Place]) -> None:
        """Make the links that are new, and rows as tall as they must be."""
        for place, target in sheet.links.items():
            if target and (place in written or not self._was(sheet, place).endswith(LINKED)):
                self._link(sheet, place, target)
        known = self.was.heights if self.was else {}
        _set_heights(sheet, {r: h for r, h in sheet.heights.items() if known.get(r) != h})

    def _was(self, sheet: OpenSheet, place: Place) -> str:
        """Return the role of a cell as it looks now; "" if that is not known."""
        stood = sheet.stood(place)
        return self.was.roles.get(stood, "plain") if self.was and stood else ""

    def _link(self, sheet: OpenSheet, place: Place, target: str) -> None:
        cell = Area(*place, *place)
        text, style = sheet.linked(place)
        sheet.on(cell, methodcaller("add_hyperlink", target, text, text))
        told = self.look.format(_ROLES[style])
        for key in ("font_color", "font_size", "font_name"):
            sheet.on(cell, _setting(_PROPERTIES[key][0], told[key]))

    def _dress(self, sheet: OpenSheet, area: Area, was: Format | None, now: Format) -> None:
        for key, (name, default) in _PROPERTIES.items():
            value = now.get(key, default)
            if was is None or was.get(key, default) != value:
                sheet.on(area, _setting(name, "center" if value == "vcenter" else value))
        for side in _INNER:
            line = _line(now, side)
            if line != (_line(was, side) if was else _NO_LINE):
                sheet.on(area, partial(_draw_line, side=side, line=line))


def _setting(name: str, value: Any) -> Callable[[xw.Range], None]:
    """Return a call that sets a property of a range, such as "font.bold"."""
    *owner, last = name.split(".")

    def put(target: xw.Range) -> None:
        setattr(attrgetter(*owner)(target) if owner else target, last, value)

    return put


def _set_heights(sheet: OpenSheet, heights: Mapping[int, float]) -> None:
    for area, points in rectangles({Place(row, 0): points for row, points in heights.items()}):
        sheet.on(area, _setting("row_height", points))


_Line: TypeAlias = tuple[int, str]
_NO_LINE: Final = (0, "")


def _line(told: Format, side: str) -> _Line:
    """Return XlsxWriter's number and the colour of a border."""
    number = told.get(side, 0)
    return (number, told.get(f"{side}_color", "#000000")) if number else _NO_LINE


def _draw_line(target: xw.Range, side: str, line: _Line) -> None:
    """Draw, or take off, a line at one side of every cell."""
    rows, columns = target.shape
    sides = [f"edge_{side}", *([_INNER[side]] if (columns if side == "left" else rows) > 1 else [])]
    if line == _NO_LINE:
        target.borders.set(sides, line_style=None)
        return
    style, weight = _LINES[line[0]]
    target.borders.set(sides, line_style=style, weight=weight, color=line[1])


#: By key of XlsxWriter's formats: the property in xlwings, and what a cell without the key has.
_PROPERTIES: Final[Mapping[str, tuple[str, Any]]] = {
    "num_format": ("number_format", "General"),
    "bg_color": ("color", None),
    "font_color": ("font.color", "#000000"),
    "bold": ("font.bold", False),
    "font_size": ("font.size", 10),
    "font_name": ("font.name", "Calibri"),
    "align": ("horizontal_alignment", "general"),
    "valign": ("vertical_alignment", "bottom"),
    "text_wrap": ("wrap_text", False),
}
