"""How people name a spreadsheet: by its id, or the address in their browser."""

from __future__ import annotations

import re
from typing import Final

#: Instead of an id, before there is a spreadsheet.
NEW: Final = "new"
_NAMED: Final = re.compile(r"\s*(?:google:\s*|https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/)([\w-]+)")


def spreadsheet_of(book: str) -> str:
    """Return the id of the spreadsheet that a setting names: `google:ID`, or its address; "" for a file.

    `google:` alone stands for one that is still to be made, and gives `NEW`.
    """
    if book.strip().casefold() in {"google", "google:"}:
        return NEW
    found = _NAMED.match(book)
    return found[1] if found else ""


def address(spreadsheet: str) -> str:
    """Return the address at which people open a spreadsheet."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"
