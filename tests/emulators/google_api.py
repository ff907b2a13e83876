"""The plainest client of the emulator, for its own tests: Google's REST API word for word, no gspread."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

from tests.emulators.google import GoogleEmulator

Json = dict[str, Any]
SHEETS, DRIVE = "https://sheets.googleapis.com/v4/spreadsheets", "https://www.googleapis.com/drive/v3"
_SCOPES = [f"https://www.googleapis.com/auth/{name}" for name in ("spreadsheets", "drive")]


class Refusal(Exception):
    """An answer that is not 2xx."""

    def __init__(self, answer: requests.Response) -> None:
        self.error: Json = answer.json()["error"]
        super().__init__(self.error["message"])
        self.code, self.headers = answer.status_code, answer.headers


class Api:
    """One spreadsheet, "Book", with one sheet, "Sheet1", id 0, and its owner's calls."""

    def __init__(self, google: GoogleEmulator, *, user: str = "", scopes: list[str] | None = None) -> None:
        self.google = google
        self.session = google.session(user or google.person_email, scopes or _SCOPES)
        self.book = ""

    def made(self, **properties: Any) -> Api:
        """Create the spreadsheet."""
        self.book = self.call("POST", SHEETS, json={"properties": {"title": "Book", **properties}})[
            "spreadsheetId"
        ]
        return self

    def call(self, verb: str, url: str, **how: Any) -> Json:
        """Make any call."""
        answer = self.session.request(verb, url, **how)
        if not answer.ok:
            raise Refusal(answer)
        return dict(answer.json()) if answer.content else {}

    def batch(self, *requests: Json, **more: Any) -> Json:
        """spreadsheets.batchUpdate; `fields` is the answer's mask, the rest goes into the body."""
        params = {"fields": more.pop("fields")} if "fields" in more else {}
        body = {"requests": list(requests), **more}
        return self.call("POST", f"{SHEETS}/{self.book}:batchUpdate", params=params, json=body)

    def get(self, **params: Any) -> Json:
        """spreadsheets.get."""
        return self.call("GET", f"{SHEETS}/{self.book}", params=params)

    def values(self, a1: str, **params: Any) -> list[list[Any]]:
        """spreadsheets.values.get, unformatted unless said otherwise."""
        how = {"valueRenderOption": "UNFORMATTED_VALUE", **params}
        answer = self.call("GET", f"{SHEETS}/{self.book}/values/{quote(a1, safe='')}", params=how)
        return list(answer.get("values", []))

    def write(self, a1: str, rows: list[list[Any]], option: str = "RAW", **params: Any) -> Json:
        """spreadsheets.values.update."""
        how = {"valueInputOption": option, **params}
        return self.call(
            "PUT", f"{SHEETS}/{self.book}/values/{quote(a1, safe='')}", params=how, json={"values": rows}
        )

    def append(self, a1: str, rows: list[list[Any]], option: str = "RAW", **params: Any) -> Json:
        """spreadsheets.values.append."""
        how = {"valueInputOption": option, **params}
        url = f"{SHEETS}/{self.book}/values/{quote(a1, safe='')}:append"
        return self.call("POST", url, params=how, json={"values": rows})

    def cell(self, a1: str, **params: Any) -> Json:
        """Give the CellData of one cell; {} for a blank one."""
        data = self.get(ranges=a1, includeGridData="true", **params)["sheets"][0]["data"][0]
        rows: list[Json] = data.get("rowData", [])
        return dict(rows[0]["values"][0]) if rows else {}


def grid(a1: str, sheet: int = 0) -> Json:
    """Give the GridRange of "A1:C2" or of one cell."""
    first, _, last = a1.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    ends = {
        "startRowIndex": top,
        "endRowIndex": bottom + 1,
        "startColumnIndex": left,
        "endColumnIndex": right + 1,
    }
    return {"sheetId": sheet, **ends}


def _place(name: str) -> tuple[int, int]:
    return int(name[1:]) - 1, ord(name[0]) - ord("A")


def rows(sheet: int, start: int, end: int) -> Json:
    """Give the DimensionRange of some rows, from zero, end exclusive."""
    return {"sheetId": sheet, "dimension": "ROWS", "startIndex": start, "endIndex": end}


def columns(sheet: int, start: int, end: int) -> Json:
    """Give the DimensionRange of some columns."""
    return {**rows(sheet, start, end), "dimension": "COLUMNS"}


def text(value: str) -> Json:
    """Give CellData that holds a text."""
    return {"userEnteredValue": {"stringValue": value}}
