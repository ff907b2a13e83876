"""JSON as Google keeps and answers it."""

from __future__ import annotations

from typing import Any

_OF_A_RANGE = set(
    "sheetId startRowIndex endRowIndex startColumnIndex endColumnIndex rowIndex columnIndex dimension startIndex"
    " endIndex".split()
)


def stored(thing: Any) -> Any:
    """Give JSON as Google keeps it: a range on sheet 0 does not say so (proto3 default; seen in traffic)."""
    if isinstance(thing, list):
        return [stored(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    new = {name: stored(value) for name, value in thing.items()}
    if new.get("sheetId") == 0 and new.keys() <= _OF_A_RANGE:
        del new["sheetId"]
    return new
