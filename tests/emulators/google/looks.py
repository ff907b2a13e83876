"""How a fresh spreadsheet looks: its default format and theme (as recorded by gspread's cassettes)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.emulators.google.errors import Json

_WHITE = {"red": 1, "green": 1, "blue": 1}
DEFAULT_LOOK: Json = {
    "backgroundColor": _WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": _WHITE},
}
_PARTS = {"red": 0, "green": 2, "blue": 4}
_COLOURS = {
    "TEXT": "000000",
    "BACKGROUND": "ffffff",
    "ACCENT1": "4285f4",
    "ACCENT2": "ea4335",
    "ACCENT3": "fbbc04",
    "ACCENT4": "34a853",
    "ACCENT5": "ff6d01",
    "ACCENT6": "46bdc6",
    "LINK": "1155cc",
}


def colour(rgb: str) -> Json:
    """Give a Color of six hex digits."""
    return kept_colour({name: int(rgb[at : at + 2], 16) / 255 for name, at in _PARTS.items()})


def kept_colour(given: Json) -> Json:
    """Give a Color as Google keeps it: 8 bits a part, told as a 32-bit float; a part that is 0 is left out.

    Source: gspread's test_update_tab_color, recorded: 0.5 comes back as 0.49803922, which is 127/255.
    """
    bits = {name: int(share * 255 + 1e-6) for name, share in given.items()}
    return {name: 1 if bit == 255 else float(str(np.float32(bit / 255))) for name, bit in bits.items() if bit}


THEME: Json = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {"colorType": kind, "color": {"rgbColor": colour(rgb)}} for kind, rgb in _COLOURS.items()
    ],
}


def with_colour_styles(look: Any) -> Any:
    """Add the `…Style` twin that Google answers beside every colour (seen in traffic), at any depth."""
    if not isinstance(look, dict):
        return look
    full = {name: with_colour_styles(value) for name, value in look.items()}
    for name in ("backgroundColor", "foregroundColor", "tabColor"):
        if name in look:
            full[name] = kept_colour(look[name])
            full[f"{name}Style"] = {"rgbColor": full[name]}
        elif "rgbColor" in look.get(f"{name}Style", {}):
            full[name] = kept_colour(look[f"{name}Style"]["rgbColor"])
            full[f"{name}Style"] = {"rgbColor": full[name]}
    return full
