"""Giving cells of an open book their look, in as few calls as it takes.

New rows take over the look of the row above them, as when a person drags it down; only number formats are set, by
their role. A report is told what differs from what `dressed` kept. Links are made last: Excel gives them a style
of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
        for name in _PROPERTIES:
            self._dress(sheet, told, name)
        for side in _INNER:
            self._rule(sheet, told, side)

    def after(self, sheet: OpenSheet, written: AbstractSet[Place]) -> None:
        """Make the links that are new, and rows as tall as they must be."""
        new = {
            place: target
            for place, target in sheet.links.items()
            if target and (place in written or not self._was(sheet, place).endswith(LINKED))
        }
        for place, target in new.items():
            text, _ = sheet.linked(place)
            sheet.on(Area(*place, *place), methodcaller("add_hyperlink", target, text, text))
        linked = {place: ("", _ROLES[sheet.linked(place)[1]]) for place in new}
        for name in ("font_color", "font_size", "font_name"):
            self._dress(sheet, linked, name)
        known = self.was.heights if self.was else {}
        _set_heights(sheet, {r: h for r, h in sheet.heights.items() if known.get(r) != h})

    def _was(self, sheet: OpenSheet, place: Place) -> str:
        """Return the role of a cell as it looks now; "" if that is not known."""
        stood = sheet.stood(place)
        return self.was.roles.get(stood, "plain") if self.was and stood else ""

    def _dress(self, sheet: OpenSheet, told: Mapping[Place, _Roles], key: str) -> None:
        """Give cells one property of their roles, by key of XlsxWriter's formats."""
        name, default = _PROPERTIES[key]
        for area, value in self._differing(told, lambda look: look.get(key, default), _UNKNOWN):
            sheet.on(area, _setting(name, "center" if value == "vcenter" else value))

    def _rule(self, sheet: OpenSheet, told: Mapping[Place, _Roles], side: str) -> None:
        """Draw lines at one side of cells; those that go are taken off first, as neighbours share them."""
        lines = self._differing(told, partial(_line, side=side), _NO_LINE)
        for area, line in sorted(lines, key=lambda found: found[1] != _NO_LINE):
            sheet.on(area, partial(_draw_line, side=side, line=line))

    def _differing(
        self, told: Mapping[Place, _Roles], part: Callable[[Format], Any], unknown: object
    ) -> Iterator[tuple[Area, Any]]:
        """Yield where part of the look becomes another one, and which; `unknown` is what it was where no role tells."""
        made: dict[_Roles, Any] = {}
        for roles in set(told.values()):
            before, now = (part(self.look.format(role)) if role else unknown for role in roles)
            if before != now:
                made[roles] = now
        yield from rectangles({place: made[roles] for place, roles in told.items() if roles in made})


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
#: The role of a cell before and now; "" where it is not known.
_Roles: TypeAlias = tuple[str, str]
#: What a property was of which that is not known: nothing that it may be.
_UNKNOWN: Final = object()


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
