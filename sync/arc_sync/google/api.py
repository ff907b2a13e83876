"""The few calls that ARC makes: of the Sheets API (v4), and of the Drive API (v3) for what Sheets does not tell.

References: https://developers.google.com/workspace/sheets/api/reference/rest and .../drive/api/reference/rest/v3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from arc_sheets.errors import ArcError, BookBusy
from arc_sync.google.quota import Quota
from arc_sync.google.transport import Transport
from arc_sync.google.trouble import Failed, Rejected, explained


class Places(NamedTuple):
    """Where the APIs answer; other ones for tests."""

    sheets: str = "https://sheets.googleapis.com"
    drive: str = "https://www.googleapis.com"

    @classmethod
    def under(cls, base: str) -> Places:
        """Return those of an emulator."""
        return cls(base.rstrip("/"), base.rstrip("/"))


GOOGLE: Final = Places()
_SHEET: Final = "application/vnd.google-apps.spreadsheet"


class FileState(NamedTuple):
    """What Drive says of a spreadsheet without opening it."""

    version: str  #: grows with every change, sooner or later
    name: str
    trashed: bool
    editable: bool


@dataclass(frozen=True, slots=True)
class Sheets:
    """Google as one account sees it. Every method raises `Rejected`, `Lost` or `SignInError`."""

    transport: Transport
    who: str  #: the account, in words
    places: Places = GOOGLE
    quota: Quota = field(default_factory=Quota)

    def read(self, book: str, ranges: Sequence[Mapping[str, Any]], fields: str) -> dict[str, Any]:
        """Return a spreadsheet with the cells of grid ranges, cut down to the fields: one read."""
        filters = [{"gridRange": dict(one)} for one in ranges]
        return self.transport.call(
            "POST",
            f"{self._book(book)}:getByDataFilter",
            params={"fields": fields, "prettyPrint": "false"},
            json={"dataFilters": filters, "includeGridData": True},
            again=True,
            bucket=self.quota.reads,
        )

    def get(self, book: str, fields: str) -> dict[str, Any]:
        """Return what the fields say of a spreadsheet as a whole: one read."""
        told = {"fields": fields, "prettyPrint": "false"}
        return self.transport.call("GET", self._book(book), params=told, again=True, bucket=self.quota.reads)

    def batch_update(
        self, book: str, requests: Sequence[Mapping[str, Any]], answer: str = "", fields: str = ""
    ) -> dict[str, Any]:
        """Carry out requests, all of them or none: one write. It is never repeated where its fate is unknown.

        `answer` is the range (A1) to be returned as it is afterwards, cut down to the fields.
        """
        body: dict[str, Any] = {"requests": list(requests)}
        if answer:
            body |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": [answer],
            }
        return self.transport.call(
            "POST",
            f"{self._book(book)}:batchUpdate",
            params={"fields": fields or "spreadsheetId", "prettyPrint": "false"},
            json=body,
            again=False,
            bucket=self.quota.writes,
        )

    def create(self, spreadsheet: Mapping[str, Any]) -> str:
        """Make a new spreadsheet and return its id: one write. It is never repeated."""
        made = self.transport.call(
            "POST",
            f"{self.places.sheets}/v4/spreadsheets",
            params={"fields": "spreadsheetId"},
            json=spreadsheet,
            again=False,
            bucket=self.quota.writes,
        )
        return str(made["spreadsheetId"])

    def state(self, book: str) -> FileState:
        """Return what Drive says of a spreadsheet: one Drive call."""
        told = self.transport.call(
            "GET",
            f"{self.places.drive}/drive/v3/files/{quote(book, safe='')}",
            params={"fields": "version,name,trashed,capabilities/canEdit", "supportsAllDrives": "true"},
            again=True,
        )
        editable = told.get("capabilities", {}).get("canEdit", True)
        return FileState(
            str(told.get("version", "")), str(told.get("name", "")), bool(told.get("trashed")), bool(editable)
        )

    def mine(self) -> list[dict[str, Any]]:
        """Return id and name of the latest spreadsheets that this account sees: one Drive call."""
        told = self.transport.call(
            "GET",
            f"{self.places.drive}/drive/v3/files",
            params={
                "q": f"mimeType='{_SHEET}' and trashed=false",
                "fields": "files(id,name)",
                "pageSize": "20",
            },
            again=True,
        )
        return list(told.get("files", ()))

    def _book(self, book: str) -> str:
        return f"{self.places.sheets}/v4/spreadsheets/{quote(book, safe='')}"


def said(failure: Failed, where: str, who: str) -> ArcError:
    """Return a failure as an error for a person."""
    if isinstance(failure, Rejected):
        return explained(failure, where, who)
    return BookBusy(
        f"Google gave no answer for {where} ({failure}); the next sync goes on where this one ended."
    )
