"""The same look in Google Sheets: what each role of `books/look.py` is there, from the same template.

A role's properties are those of `Look.format`, so that a workbook and a spreadsheet look alike. Three things have
no twin: Google measures in pixels, knows padding instead of indents, and a conditional format there changes
colours and weight only.
"""

from __future__ import annotations

from typing import Any, Final

from arc_sync.books.google.shapes import (
    Border,
    Borders,
    CellFormat,
    ColorStyle,
    NumberFormat,
    Padding,
    TextFormat,
)
from arc_sync.books.look import Format, Look

#: Pixels of a default cell's padding, and of one step of Excel's indent.
_PADDING: Final = Padding(top=2, right=3, bottom=2, left=3)
_INDENT: Final = 9
_VERTICAL: Final = {"vcenter": "MIDDLE", "top": "TOP"}
_SIDES: Final = ("top", "bottom", "left", "right")
#: By XlsxWriter's numbers for lines.
_LINES: Final = {1: "SOLID", 2: "SOLID_MEDIUM", 4: "DOTTED", 5: "SOLID_THICK"}


def cell_format(look: Look, role: str) -> CellFormat:
    """Return what a cell of this role looks like; raises KeyError for a role that is none."""
    told = look.format(role)
    made = CellFormat(
        verticalAlignment=_VERTICAL[told["valign"]],
        wrapStrategy=_wrap(role, told),
        padding=_padding(told),
        textFormat=_text(told),
    )
    if "align" in told:
        made["horizontalAlignment"] = told["align"].upper()
    if number := number_format(look, told):
        made["numberFormat"] = number
    if "bg_color" in told:
        made["backgroundColorStyle"] = colour(told["bg_color"])
    if borders := _borders(told):
        made["borders"] = borders
    return made


def rule_format(look: Look, role: str) -> CellFormat:
    """Return what a conditional format of this role changes; lines cannot be."""
    told = look.format(role)
    made, text = CellFormat(), TextFormat()
    if "bg_color" in told:
        made["backgroundColorStyle"] = colour(told["bg_color"])
    if "font_color" in told:
        text["foregroundColorStyle"] = colour(told["font_color"])
    if "bold" in told:
        text["bold"] = told["bold"]
    if text:
        made["textFormat"] = text
    return made


def number_format(look: Look, told: Format) -> NumberFormat | None:
    """Return how numbers are shown; None for Google's own judgement, as Excel's General."""
    pattern = told.get("num_format", "General")
    if pattern == "General":
        return None
    kinds = {"@": "TEXT", look.date: "DATE", look.time: "DATE_TIME"}
    kind = kinds.get(pattern) or ("PERCENT" if "%" in pattern else "NUMBER")
    return NumberFormat(type=kind, pattern=pattern)


def colour(code: str) -> ColorStyle:
    """Return a colour such as "#1F4E79".

    Google keeps eight bits of each part and cuts off the rest (0.5 becomes 127), so each is a quarter bit more.
    """
    red, green, blue = (int(code[at : at + 2], 16) for at in (1, 3, 5))
    return {"rgbColor": {"red": _share(red), "green": _share(green), "blue": _share(blue)}}


def pixels(points: float) -> int:
    """Return a height in pixels; a point is 1/72 of an inch, a pixel 1/96."""
    return round(points * 96 / 72)


def width_pixels(characters: float) -> int:
    """Return a column's width in pixels, as Excel has it: 7 a character, and 5 for the edges."""
    return round(characters * 7) + 5


def _share(part: int) -> float:
    return min(1.0, round((part + 0.25) / 255, 6)) if part else 0.0


def _text(told: dict[str, Any]) -> TextFormat:
    return TextFormat(
        fontFamily=told["font_name"],
        fontSize=round(told["font_size"]),
        bold=told.get("bold", False),
        underline=bool(told.get("underline")),
        foregroundColorStyle=colour(told["font_color"]),
    )


def _wrap(role: str, told: Format) -> str:
    """Return what becomes of a text longer than its cell: on a record tab it never runs into the next column."""
    if told.get("text_wrap"):
        return "WRAP"
    return "CLIP" if role.startswith("cell.") else "OVERFLOW_CELL"


def _padding(told: Format) -> Padding:
    """Return the room around the text; an indent is on the side to which the text is aligned."""
    made, room = _PADDING.copy(), _INDENT * told.get("indent", 0)
    if told.get("align") == "right":
        made["right"] += room
    else:
        made["left"] += room
    return made


def _borders(told: Format) -> Borders:
    made = Borders()
    for side in _SIDES:
        if side in told:
            made[side] = Border(style=_LINES[told[side]], colorStyle=colour(told[f"{side}_color"]))
    return made
