"""Ranges of an open LibreOffice workbook as xlwings knows them: values, formulas and looks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from xlwings import base_classes as bc

from arc_sheets import dates
from arc_sync.books.office.spelling import to_office
from arc_sync.books.office.told import zero
from arc_sync.xlsx.refs import Area, area_ref

if TYPE_CHECKING:
    import xlwings as xw

    from arc_sync.books.office.engine import SheetImpl


class RangeImpl(bc.Range):
    """A rectangle of cells."""

    sheet: Any = None
    api: ClassVar[Any] = True
    max_cells_per_read: ClassVar[Any] = None
    max_cells_per_write: ClassVar[Any] = None

    def __init__(self, sheet: SheetImpl, area: Area) -> None:
        self.sheet, self.area = sheet, area

    def ask(self, op: str, **told: Any) -> Any:
        """Make a request about these cells."""
        return self.sheet.ask(op, area=zero(self.area), **told)

    @property
    def row(self) -> int:
        """Its first row, from 1."""
        return self.area.top

    @property
    def column(self) -> int:
        """Its first column, from 1."""
        return self.area.left + 1

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        a = self.area
        return a.bottom - a.top + 1, a.right - a.left + 1

    @property
    def address(self) -> str:
        """Its reference."""
        return area_ref(self.area)

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: Any, column: Any = None) -> RangeImpl:
        """Return one cell of it, counted from 1."""
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return RangeImpl(self.sheet, Area(top, left, top, left))

    @property
    def raw_value(self) -> Any:
        """Values by row."""
        return self.sheet.book.read(self.sheet.name, self.area).values

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        rows = value if isinstance(value, list | tuple) else [[value] * self.shape[1]] * self.shape[0]
        if any(isinstance(one, str) and one and one[0] != "'" for row in rows for one in row):
            self.ask("enter", rows=[[_typed(one) for one in row] for row in rows])
            return
        dated = [
            [self.area.top + r - 1, self.area.left + c] * 2
            for r, row in enumerate(rows)
            for c, one in enumerate(row)
            if isinstance(one, date)
        ]
        self.ask("write", rows=[[_plain(one) for one in row] for row in rows], dates=dated)

    @property
    def formula(self) -> Any:
        """Formulas by row; constants as texts. Of one cell, its formula alone."""
        rows = self.sheet.book.read(self.sheet.name, self.area).formulas
        return rows[0][0] if self.area.single else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        self.raw_value = value

    # -- looks ------------------------------------------------------------------------------------------

    def look(self, name: str, value: Any) -> None:
        """Set a property, by LibreOffice's name."""
        self.ask("look", name=name, value=value)

    @property
    def font(self) -> FontImpl:
        """Its font."""
        return FontImpl(self)

    @property
    def borders(self) -> BordersImpl:
        """Its lines."""
        return BordersImpl(self)

    def autofill(self, destination: xw.Range, type_: str) -> None:
        """Let the rows of `destination` look like this one; content is not filled."""
        if type_ != "fill_formats":
            raise ValueError(f"LibreOffice is not asked to {type_}")
        below = destination.impl.area._replace(top=self.area.bottom + 1)
        self.sheet.ask("like", source=zero(self.area), target=zero(below))

    def add_hyperlink(self, address: Any, text_to_display: Any = None, screen_tip: Any = None) -> None:
        """Make the cell a link."""
        del screen_tip
        inside = address.startswith("#")
        target = "#" + address[1:].replace("'", "").replace("!", ".") if inside else address
        self.ask("link", target=target, text=text_to_display)

    @property
    def hyperlink(self) -> str:
        """Where its link leads."""
        return str(self.ask("link_of"))

    def clear(self) -> None:
        """Empty it and take its look."""
        self.ask("clear")

    def insert(self, shift: Any = None, copy_origin: Any = None) -> None:
        """Insert cells, moving others down."""
        del copy_origin
        self.ask("shift", how=shift.upper())

    def delete(self, shift: str | None = None) -> None:
        """Take cells out, moving others up or left."""
        self.ask("shift", how=(shift or "up").upper())


def _property(name: str, told: Any = lambda value: value) -> property:
    """Return a property that can only be set."""

    def put(self: RangeImpl, value: Any) -> None:
        self.look(name, told(value))

    return property(None, put)


def _colour(value: str | int | None) -> int:
    if value is None:
        return -1
    return int(value.removeprefix("#"), 16) if isinstance(value, str) else int(value)


_ALIGNED: Final = {"general": "STANDARD", "left": "LEFT", "center": "CENTER", "right": "RIGHT"}
for _name, _told in {
    "number_format": _property("NumberFormat"),
    "color": _property("CellBackColor", _colour),
    "horizontal_alignment": _property("HoriJustify", _ALIGNED.__getitem__),
    "vertical_alignment": _property("VertJustify", str.upper),
    "wrap_text": _property("IsTextWrapped"),
    "row_height": property(None, lambda self, points: self.ask("height", points=points)),
}.items():
    setattr(RangeImpl, _name, _told)


class FontImpl(bc.Font):
    """The font of a range."""

    def __init__(self, owner: RangeImpl) -> None:
        self._owner = owner

    def look(self, name: str, value: Any) -> None:
        """Set a property, by LibreOffice's name."""
        self._owner.look(name, value)


for _name, _told in {
    "bold": _property("CharWeight", lambda bold: 150.0 if bold else 100.0),
    "size": _property("CharHeight", float),
    "color": _property("CharColor", _colour),
    "name": _property("CharFontName"),
}.items():
    setattr(FontImpl, _name, _told)

#: com.sun.star.table.BorderLineStyle by xlwings' words; widths in hundredths of a millimetre.
_STYLES: Final = {"continuous": 0, "dot": 1, "dash": 2}
_WIDTHS: Final = {"hairline": 2, "thin": 26, "medium": 53, "thick": 88}


class BordersImpl(bc.Borders):
    """The lines of a range."""

    parent: Any = None

    def __init__(self, owner: RangeImpl) -> None:
        self.parent = owner

    def set(
        self, which: Any = "all", *, line_style: Any = None, weight: Any = None, color: Any = None
    ) -> None:
        """Draw lines at sides; without a style, take them off."""
        gone = line_style in {None, "none"}
        self.parent.ask(
            "border",
            sides=list(which),
            line=[0, 0, 0] if gone else [_WIDTHS[weight], _STYLES[line_style], _rgb(color)],
        )


def _rgb(color: Any) -> int:
    """Return a colour as a number; xlwings hands colours of lines over as Excel has them, blue first."""
    if isinstance(color, int):
        return (color & 0xFF) << 16 | color & 0xFF00 | color >> 16 & 0xFF
    if isinstance(color, tuple):
        red, green, blue = map(int, color)
        return red << 16 | green << 8 | blue
    return _colour(str(color))


# -- values ---------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Return a value as the bridge writes it: an apostrophe first only says that what follows is a text."""
    if isinstance(value, str):
        return value[1:]
    if isinstance(value, date):
        return dates.to_serial(value)
    return float(value)


def _typed(value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, str):
        return to_office(value) if value.startswith("=") else value
    return repr(_plain(value))
