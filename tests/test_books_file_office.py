"""A book that LibreOffice saved: every style number, shared string and table part is another one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from arc_sheets.tabs import INVOICES, PAYMENTS
from arc_sync.xlsx import Package
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
