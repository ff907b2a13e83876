from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from arc_sync.google.api import FileState, Sheets
from arc_sync.google.live import QUESTIONS, Verdict, check_live
from arc_sync.google.trouble import Lost, Rejected
from tests.emulators.google import GoogleEmulator
from tests.google_hand import client


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as google:
        yield google


def verdict(google: GoogleEmulator, lie: str, name: str) -> Verdict:
    true = client(google)
    liar = Liar(true.transport, true.who, true.places, lie=lie)
    [found] = check_live(liar, lambda: liar, rounds=6, pause=google.clock.later, names=[name])
    return found


def test_every_question_holds_at_the_emulator_and_the_spreadsheets_end_in_the_bin(
    google: GoogleEmulator,
) -> None:
    asked = check_live(client(google), lambda: client(google), rounds=15, pause=google.clock.later)
    assert [(one.name, one.said) for one in asked if not one.holds] == []
    assert [file.contents.title for file in google.world.files.values() if not file.trashed] == []


@dataclass(frozen=True, slots=True)
class Liar(Sheets):
    """Google, but for one thing that it does otherwise."""

    lie: str = ""
    seen: dict[str, Any] = field(default_factory=dict)

    def batch_update(
        self, book: str, requests: Sequence[Any], answer: str = "", fields: str = ""
    ) -> dict[str, Any]:
        told = getattr(self, f"_{self.lie}", lambda given: given)(list(requests))
        try:
            given = Sheets.batch_update(self, book, told, answer, fields)
        except Rejected:
            if self.lie in {"step", "partial"} and len(requests) > 1:
                for one in requests:
                    self._if_it_can(book, one)
                return {}
            raise
        if self.lie == "stale" and answer:
            return dict(self.seen.setdefault("answer", given))
        return given

    def _if_it_can(self, book: str, one: Any) -> None:
        try:
            Sheets.batch_update(self, book, [one])
        except Rejected as refusal:
            assert refusal.status == 400  # noqa: PT017 - the lie goes on

    def create(self, spreadsheet: Mapping[str, Any]) -> str:
        self.seen["book"] = made = Sheets.create(self, spreadsheet)
        return made

    def state(self, book: str) -> FileState:
        return (
            Sheets.state(self, book)._replace(version="7")
            if self.lie == "version"
            else Sheets.state(self, book)
        )

    def get(self, book: str, fields: str) -> dict[str, Any]:
        if self.lie == "down":
            raise Lost("503")
        return {} if self.lie == "missing" else Sheets.get(self, book, fields)

    def _late(self, requests: list[Any]) -> list[Any]:
        """Copy what stands there after the write instead of before it."""
        return (
            sorted(requests, key=lambda one: "copyPaste" in one) if "copyPaste" in requests[0] else requests
        )

    def _values(self, requests: list[Any]) -> list[Any]:
        for one in requests:
            if "copyPaste" in one:
                one["copyPaste"]["pasteType"] = "PASTE_VALUES"
        return requests

    def _parsed(self, requests: list[Any]) -> list[Any]:
        for one in requests:
            for line in one.get("updateCells", {}).get("rows", ()):
                for cell in line["values"]:
                    text = cell.get("userEnteredValue", {}).get("stringValue", "")
                    if text.startswith("=1"):
                        cell["userEnteredValue"] = {"formulaValue": text}
        return requests

    def _over(self, requests: list[Any]) -> list[Any]:
        """Add a row where the end was when the sheet was read."""
        for at, one in enumerate(requests):
            if told := one.get("appendCells"):
                start = {"sheetId": told["sheetId"], "rowIndex": 2, "columnIndex": 0}
                more = {"rows": told["rows"], "fields": told["fields"]}
                requests[at] = {"updateCells": {"start": start, **more}}
        return requests

    def _visible(self, requests: list[Any]) -> list[Any]:
        for one in requests:
            if "sortRange" in one and one["sortRange"]["range"]["endRowIndex"] == 3:
                one["sortRange"]["range"]["startColumnIndex"] = 1
        return requests

    def _commas(self, requests: list[Any]) -> list[Any]:
        for one in requests:
            for line in one.get("updateCells", {}).get("rows", ()):
                for cell in line["values"]:
                    entered = cell.get("userEnteredValue", {})
                    if ";" in str(entered.get("formulaValue")):
                        entered["formulaValue"] = "=NOSUCH(1)"
        return requests

    def _strict(self, requests: list[Any]) -> list[Any]:
        for one in requests:
            if told := one.get("addProtectedRange", {}).get("protectedRange"):
                self.seen["sheet"] = told["range"]["sheetId"]
            elif self.seen.get("sheet") == one.get("updateCells", {}).get("start", {}).get("sheetId", -1):
                raise Rejected(400, {"message": "You are trying to edit a protected cell or object."})
        return requests

    def read(self, book: str, ranges: Sequence[Any], fields: str) -> dict[str, Any]:
        told = Sheets.read(self, book, ranges, fields)
        if self.lie == "bare" and book != self.seen["book"]:
            for sheet in told["sheets"]:
                sheet["data"] = [{}]
        return told


LIES = {
    "late": "chain",
    "stale": "chain",
    "step": "step",
    "partial": "whole",
    "values": "formulas",
    "parsed": "text",
    "over": "append",
    "visible": "sort",
    "commas": "locale",
    "version": "version",
    "bare": "copied",
    "missing": "missing",
}


@pytest.mark.parametrize(("lie", "name"), LIES.items())
def test_a_google_that_does_otherwise_is_found_out(google: GoogleEmulator, lie: str, name: str) -> None:
    found = verdict(google, lie, name)
    assert found.holds is False, found
    assert found.said.endswith(".")


def test_a_google_that_takes_no_writes_to_protected_sheets_is_told(google: GoogleEmulator) -> None:
    found = verdict(google, "strict", "protected")
    assert found.holds is None
    assert "protected cell" in found.said


def test_what_could_not_be_asked_is_neither_yes_nor_no(google: GoogleEmulator) -> None:
    assert verdict(google, "down", "missing") == Verdict(
        "missing",
        "A spreadsheet that is not there is answered with 404.",
        None,
        "It could not be asked: 503.",
    )


def test_every_question_has_a_google_that_answers_it_otherwise() -> None:
    assert {*LIES.values(), "protected"} == set(QUESTIONS)
