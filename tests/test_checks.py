from __future__ import annotations

from pathlib import Path

import pytest

from arc_sheets.tabs import CUSTOMERS, INVOICES, TEMPLATES
from arc_sync.agent.checks import doubtful, unusable
from tests.file_firm import FIRMS, firm


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("body", "Dear {{ contact }},\nyou owe {{ totl }}", "line 2"),
        ("body", "{% for x in items %}", "line 1"),
        ("body", "{{ ''.__class__ }}", "line 1"),
        ("subject", "{{ lines }}", "line 1"),
        ("language", "Klingon", "Klingon"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_told_with_its_line(column: str, text: str, why: str) -> None:
    said = unusable(TEMPLATES, TEMPLATES.column(column), text)
    assert said.startswith(f"ARC cannot use {TEMPLATES.column(column).header} in Templates: ")
    assert said.endswith(". Correct the cell.")
    assert why in said


@pytest.mark.parametrize(
    "text", ["Dear {{ contact }}, {{ total }}", "plain words", "{% if link %}{{ link }}{% endif %}"]
)
def test_one_that_can_is_taken(text: str) -> None:
    assert unusable(TEMPLATES, TEMPLATES.column("body"), text) == ""


@pytest.mark.parametrize("text", ["late", "25:00-26:00", "00:00-24:00", "-"])
def test_quiet_hours_that_are_none(text: str) -> None:
    said = unusable(CUSTOMERS, CUSTOMERS.column("quiet_hours"), text)
    assert said.startswith("ARC cannot use Quiet hours in Customers: ")


@pytest.mark.parametrize("text", ["Berlin", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_time_zone_that_is_none(text: str) -> None:
    said = unusable(CUSTOMERS, CUSTOMERS.column("time_zone"), text)
    assert (
        said
        == f'ARC cannot use Time zone in Customers: "{text}" is no time zone; type it like Europe/Berlin. Correct the cell.'
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rita(at)badmail", "it has no @"),
        ("a@x.example, b@x.example", "it holds several addresses; keep one, and move the others to Cc"),
        ("a@x.example b@x.example", "it holds several addresses; keep one, and move the others to Cc"),
        ("rita@badmail", '"badmail" is no domain, such as example.com'),
    ],
)
def test_an_email_address_that_is_none(text: str, why: str) -> None:
    said = unusable(CUSTOMERS, CUSTOMERS.column("email"), text)
    assert said == f"ARC cannot use Email in Customers: {why}. Correct the cell."


def test_several_addresses_may_stand_under_cc_and_each_must_be_one() -> None:
    assert unusable(CUSTOMERS, CUSTOMERS.column("cc"), "a@x.example; b@x.example") == ""
    assert 'of "b", it has no @' in unusable(CUSTOMERS, CUSTOMERS.column("cc"), "a@x.example; b")


def test_a_language_without_words_is_taken_and_said() -> None:
    column = CUSTOMERS.column("language")
    assert unusable(CUSTOMERS, column, "French") == ""
    assert doubtful(CUSTOMERS, column, "French").startswith("ARC has words in English and German only")
    assert doubtful(CUSTOMERS, column, "Deutsch") == doubtful(CUSTOMERS, column, None) == ""


def test_a_time_zone_without_summer_time_is_taken_and_said() -> None:
    column = CUSTOMERS.column("time_zone")
    assert unusable(CUSTOMERS, column, "EST") == ""
    assert doubtful(CUSTOMERS, column, "EST") == "it has no summer time; type it like America/New_York"
    assert doubtful(CUSTOMERS, column, "Berlin").startswith('"Berlin" is no time zone')


def test_what_works_and_what_is_not_asked_is_taken() -> None:
    assert unusable(CUSTOMERS, CUSTOMERS.column("email"), "ann@b.example") == ""
    assert unusable(CUSTOMERS, CUSTOMERS.column("quiet_hours"), "18:00-08:00") == ""
    assert unusable(CUSTOMERS, CUSTOMERS.column("time_zone"), "America/New_York") == ""
    assert unusable(CUSTOMERS, CUSTOMERS.column("time_zone"), None) == ""
    assert unusable(INVOICES, INVOICES.column("notes"), "{{ totl }}") == ""


def test_a_round_holds_such_a_cell_and_takes_it_when_it_is_corrected(tmp_path: Path) -> None:
    one = firm(tmp_path)
    hand = one.hand
    hand.type(CUSTOMERS, 0, time_zone="Berlin", notes="calls on Fridays")
    report = one.round()
    (line,) = report.issues
    assert line.where == f"Customers, {FIRMS[0]}, Time zone"
    assert '"Berlin" is no time zone' in line.what
    row = one.rows(CUSTOMERS)[one.find(CUSTOMERS, FIRMS[0])]
    assert ("calls on Fridays" in row, "Berlin" in row) == (True, False)
    one.hand.type(CUSTOMERS, 0, time_zone="Europe/Berlin")
    assert one.rest().issues == []
    assert "Europe/Berlin" in one.rows(CUSTOMERS)[one.find(CUSTOMERS, FIRMS[0])]
