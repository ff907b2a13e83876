"""ARC's sheets read over the wire, wherever people have put them: one read, or three where one of them is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arc_sync.books.create import HIDDEN, NAME_COLUMN, VALUE_COLUMN
from arc_sync.books.google.reading import FIELDS, TITLES
from arc_sync.google.api import Sheets
from arc_sync.google.trouble import Rejected


def read_sheets(
    google: Sheets, spreadsheet: str, ids: Mapping[str, int]
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """Return the cells of ARC's sheets, and the ids of those that are there, both by `ids` by title.

    Of `_ARC` names and values are read alone. Raises `Failed` or `SignInError`.
    """
    try:
        return google.read(spreadsheet, _ranges(ids), FIELDS), ids
    except Rejected as refused:
        if refused.status != 400:  # else: one of them is not there under its id
            raise
    there = _sheets_there(google, spreadsheet, ids)
    return google.read(spreadsheet, _ranges(there), FIELDS), there


def _sheets_there(google: Sheets, spreadsheet: str, ids: Mapping[str, int]) -> dict[str, int]:
    """Return the sheets that are there, by their ids, else by their titles."""
    told = google.get(spreadsheet, TITLES).get("sheets", ())
    there = {one["properties"].get("sheetId", 0): one["properties"]["title"] for one in told}
    by_title = {title: number for number, title in there.items()}
    known = {title: number if number in there else by_title.get(title) for title, number in ids.items()}
    return {title: number for title, number in known.items() if number is not None}


def _ranges(ids: Mapping[str, int]) -> list[Mapping[str, int]]:
    lines = {"startColumnIndex": NAME_COLUMN, "endColumnIndex": VALUE_COLUMN + 1}
    return [{"sheetId": number, **(lines if title == HIDDEN else {})} for title, number in ids.items()]
