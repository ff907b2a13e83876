"""A book that LibreOffice saved: every style number, shared string and table part is another one."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arc_sheets.tabs import INVOICES, PAYMENTS
from arc_sync.agent.actions.answers import Answer
from arc_sync.agent.form import number
from arc_sync.books import form
from arc_sync.books.form import Form
from arc_sync.ledger.port import Ledger
from arc_sync.xlsx import Package
from arc_sync.xlsx.refs import cell_ref
from tests.file_firm import FIRMS, Firm, copied
from tests.xlsx_corpus import by_libreoffice, libreoffice

pytest_plugins = ("tests.file_fixtures",)
pytestmark = pytest.mark.skipif(libreoffice() is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def saved(after_a_day: Firm, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """The firm after a day at work, its book saved by LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    made = copied(after_a_day, folder)
    by_libreoffice(after_a_day.path, made.path, folder / "profile")
    return made


@pytest.fixture
def one(saved: Firm, tmp_path: Path) -> Firm:
    return copied(saved, tmp_path)


def test_it_reads_as_before(one: Firm, good_end: dict[str, object]) -> None:
    one.rest()
    end = one.end()
    assert {name for name, told in good_end.items() if end[name] != told} == set()


def test_nothing_is_taken_for_typed_but_what_was_typed(one: Firm) -> None:
    typed = [f"{line.where}: {line.mine}" for line in one.rest().issues if not line.theirs]
    assert typed == ["Aging, D9: call them!"]


def test_its_styles_are_found_again(one: Firm) -> None:
    one.rest()
    package = Package(one.path)
    rows = [row for row in package.sheet("Invoices").rows() if row.number >= 5]
    first, last = ({c.column: c.style for c in row.cells if c.column < 12} for row in (rows[0], rows[12]))
    assert {column for column in first if first[column] != last[column]} == {6}  # the new one is in yen
    assert package.sheet("Invoices").table("Invoices").last_row == rows[12].number


def test_it_goes_on_from_there(one: Firm) -> None:
    one.rest()
    one.hand.add(PAYMENTS, date="2026-11-20", customer=FIRMS[0], amount=Decimal(5))
    one.put(INVOICES, one.find(INVOICES, "INV-00"), amount=1_00)
    report = one.rest()
    assert len(one.rows(PAYMENTS)) == 3
    assert len(report.issues) == 3


# -- the form on Account --------------------------------------------------------------------------------------


def fill_in(one: Firm) -> None:
    one.hand.pick_customer(FIRMS[0])
    one.hand.fill(
        "log", channel="Call", notes="two\nlines", contact="007", next_on=date(2026, 11, 30), then="Save"
    )
    one.hand.fill("promise", amount=Decimal("1250.5"), instalments=Decimal(3), date="32.13.2026")
    one.hand.fill("message", body="Dear Ann,\n\n=1+1 is two.", subject="-1", then="Preview")


def form_of(one: Firm) -> Form:
    with one.hand.book.open() as session:
        return session.form()


def account(path: Path) -> Any:
    """Return the Account tab as an independent reader sees it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")
        return openpyxl.load_workbook(path)["Account"]


def checks(path: Path) -> dict[str, tuple[str, str, str]]:
    """Return what is checked, from which list, and the prompt, by entry cell."""
    rules = account(path).data_validations.dataValidation
    told = {ref: cell_ref(*place) for ref, place in form.PLACES.items()}
    found = {
        ref: (rule.type or "any", rule.formula1 if rule.type == "list" else "", rule.prompt)
        for rule in rules
        for ref in told.values()
        if ref in rule.sqref
    }
    assert set(found) == set(told.values())
    return found


def styles(path: Path) -> dict[str, tuple[str, str]]:
    """Return ground and number format of every entry cell, whichever way its literals are written."""
    sheet = account(path)
    cells = (sheet[cell_ref(*place)] for place in form.PLACES.values())
    return {
        cell.coordinate: (cell.fill.fgColor.rgb, re.sub(r'[\\"]', "", cell.number_format)) for cell in cells
    }


def test_a_form_saved_by_libreoffice_reads_as_it_was_typed(rested: Firm, tmp_path: Path) -> None:
    one = copied(rested, tmp_path)
    fill_in(one)
    before = form_of(one)
    assert len(before.cells) == 11
    by_libreoffice(one.path, tmp_path / "saved.xlsx", tmp_path / "profile")
    (tmp_path / "saved.xlsx").replace(one.path)
    after = form_of(one)
    assert after == before
    assert number(
        "b", "n", FIRMS[0], form.BY_NAME["promise"], dict(after.of(form.BY_NAME["promise"]))
    ) == number("b", "n", FIRMS[0], form.BY_NAME["promise"], dict(before.of(form.BY_NAME["promise"])))


def test_the_entry_cells_keep_their_checks_and_their_look(rested: Firm, tmp_path: Path) -> None:
    """After ARC has cleared and answered the form, in a book that LibreOffice saved in between."""
    one = copied(rested, tmp_path)
    made = checks(one.path)
    cream = styles(one.path)
    fill_in(one)
    by_libreoffice(one.path, tmp_path / "saved.xlsx", tmp_path / "profile")
    (tmp_path / "saved.xlsx").replace(one.path)
    asked: list[Mapping[str, Any]] = []

    def act(_ledger: Ledger, told: Mapping[str, Any]) -> Answer:
        asked.append(told)
        return Answer(done=True, sentence="It is done.", shown={})

    one.settings = replace(one.settings, act=act)
    one.rest()
    assert [told["action"] for told in asked] == ["log_call", "compose_message"]
    assert checks(one.path) == made
    assert styles(one.path) == cream
    assert set(form_of(one).of(form.BY_NAME["log"])) == set()
