from __future__ import annotations

from datetime import date

import pytest

from arc_sheets import frames, tabs
from arc_sheets.policy import Stage
from arc_sheets.routes import NoRoute, Person, Route, people, route
from tests.random_ledgers import row

EMAIL, CALL, NOTE = Stage("Firm", 14, "Email"), Stage("Call", 21, "Call"), Stage("Agency review", 60, "Note")
TEXT, LETTER = Stage("Firm", 14, "Text"), Stage("Final notice", 45, "Letter")
BOTH = {"email": "d@a.example", "phone": "0170 1234567"}
SINCE = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("stage", "prefers", "way"),
    [
        (EMAIL, None, Route("Email", "d@a.example")),
        (EMAIL, "Email", Route("Email", "d@a.example")),
        (EMAIL, "Text", Route("Text", "+491701234567", "", "they prefer text")),
        (EMAIL, "Phone", Route("Call", "+491701234567", "", "they prefer phone")),
        (EMAIL, "Letter", Route("Letter", "", "", "they prefer letter")),
        (TEXT, None, Route("Text", "+491701234567")),
        (TEXT, "Text", Route("Text", "+491701234567")),
        (TEXT, "Email", Route("Email", "d@a.example", "", "they prefer email")),
        (CALL, "Text", Route("Call", "+491701234567")),  # a person's task stays what it is
        (NOTE, "Phone", Route("Note", "")),
        (LETTER, "Email", Route("Letter", "")),
    ],
)
def test_a_message_goes_the_way_a_customer_prefers(stage: Stage, prefers: str | None, way: Route) -> None:
    assert route(stage, Person(prefers=prefers, **BOTH), None, "DE") == way


@pytest.mark.parametrize("stage", [EMAIL, TEXT])
def test_who_stopped_texts_or_has_no_number_gets_an_email(stage: Stage) -> None:
    stopped = route(stage, Person(prefers="Text", **BOTH), SINCE, "DE")
    assert stopped == Route("Email", "d@a.example", "", "by email, as they stopped texts on 3 Mar")
    no_number = route(stage, Person(prefers="Text", email="d@a.example"), None, "DE")
    assert no_number == Route("Email", "d@a.example", "", "by email, as there is no phone number")


def test_who_stopped_texts_and_has_no_address_is_not_written_to() -> None:
    assert route(EMAIL, Person(prefers="Text", phone="0170 1234567"), SINCE, "DE") == NoRoute(
        "They asked for no more texts on 3 Mar and have no email address: fill in Email on Customers."
    )
    assert route(TEXT, Person(), None, "DE") == NoRoute(
        "No phone number and no email address: fill in Phone or Email on Customers."
    )


@pytest.mark.parametrize(
    ("time_zone", "country", "number"),
    [
        ("Europe/London", "DE", "+447911123456"),
        (" Europe/London ", "", "+447911123456"),
        (None, "GB", "+447911123456"),
        ("UTC", "GB", "+447911123456"),
        ("Mars/Olympus", "GB", "+447911123456"),
    ],
)
def test_a_number_without_its_country_is_read_where_the_customer_is(
    time_zone: str | None, country: str, number: str
) -> None:
    there = Person(prefers="Text", phone="07911 123456", time_zone=time_zone)
    assert route(EMAIL, there, None, country) == Route("Text", number, "", "they prefer text")


def test_a_cell_that_cannot_be_used_is_named_on_one_line() -> None:
    bad = Person(email="d@a.example\nBcc: x@y.example")
    assert route(EMAIL, bad, None, "") == NoRoute(
        'Email on Customers reads "d@a.example Bcc: x@y.example", but it is more than one address: correct the cell.'
    )


def test_a_call_needs_no_number_that_can_be_read_and_no_quiet_hours() -> None:
    odd = Person(phone="ask for Dana", quiet_hours="nights")
    said = 'Phone on Customers reads "ask for Dana", no number to dial'
    assert route(CALL, odd, None, "DE") == Route("Call", "", "", said)
    by_phone = Person(prefers="Phone")
    said = "they prefer phone; there is no phone number on Customers"
    assert route(EMAIL, by_phone, None, "DE") == Route("Call", "", "", said)


def test_quiet_hours_that_cannot_be_read_hold_a_text_too() -> None:
    odd = Person(prefers="Text", quiet_hours="nights", **BOTH)
    assert isinstance(route(EMAIL, odd, None, "DE"), NoRoute)


def test_people_are_read_from_the_customers_tab_blank_where_it_is_blank() -> None:
    rows = {
        "1": row(tabs.CUSTOMERS, name="A", currency="EUR", email="d@a.example", prefers="Text"),
        "2": row(tabs.CUSTOMERS, name="B", currency="EUR", do_not_contact=" No "),
        "3": row(tabs.CUSTOMERS, name="C", currency="EUR", do_not_contact=" In liquidation"),
    }
    found = people(frames.frame(tabs.CUSTOMERS, rows))
    assert found["A"] == Person(email="d@a.example", prefers="Text")
    assert [found[name].barred for name in "ABC"] == ["", "", "In liquidation"]
