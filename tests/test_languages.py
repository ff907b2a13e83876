from __future__ import annotations

from datetime import date

import pytest

from arc_sheets.languages import ENGLISH, GERMAN, LANGUAGES, Language, known_language, language_of


@pytest.mark.parametrize(
    "typed", ["German", " deutsch ", "de", "DE", "de-AT", "de_CH", "ger", "German (Austria)"]
)
def test_german_is_known_however_people_type_it(typed: str) -> None:
    assert known_language(typed) is GERMAN


@pytest.mark.parametrize("typed", ["English", "ENGLISH", "en", "en-GB", "en_US", "Englisch", "English (UK)"])
def test_english_is_known_however_people_type_it(typed: str) -> None:
    assert known_language(typed) is ENGLISH


@pytest.mark.parametrize("typed", ["French", "", None, "d", "dex", "e", 7])
def test_what_is_no_language_of_arcs_is_not_guessed(typed: object) -> None:
    assert known_language(typed) is None


def test_an_unknown_language_falls_back_on_the_senders_and_then_on_english() -> None:
    assert language_of("French", "Deutsch") is GERMAN
    assert language_of("", "French") is ENGLISH


@pytest.mark.parametrize(
    ("language", "minor", "currency", "written"),
    [
        (ENGLISH, 125_050, "EUR", "EUR 1,250.50"),
        (GERMAN, 125_050, "EUR", "1.250,50 EUR"),
        (ENGLISH, 125_000, "JPY", "JPY 125,000"),
        (GERMAN, 1_234_567, "KWD", "1.234,567 KWD"),
        (ENGLISH, -5, "EUR", "EUR -0.05"),
        (ENGLISH, 98_765_432_101, "USD", "USD 987,654,321.01"),
    ],
)
def test_amounts_are_written_as_the_language_writes_them(
    language: Language, minor: int, currency: str, written: str
) -> None:
    assert language.write_amount(minor, currency) == written


def test_days_are_written_as_the_language_writes_them() -> None:
    assert [language.write_day(date(2026, 11, 9)) for language in LANGUAGES] == [
        "9 November 2026",
        "9. November 2026",
    ]
    assert [language.write_short_day(date(2026, 11, 9)) for language in LANGUAGES] == [
        "9 Nov 2026",
        "09.11.2026",
    ]
    assert [language.write_days(1) for language in LANGUAGES] == ["1 day", "1 Tag"]
    assert [language.write_days(12) for language in LANGUAGES] == ["12 days", "12 Tagen"]


def test_lists_read_as_in_a_sentence() -> None:
    assert ENGLISH.write_list(("A",)) == "A"
    assert ENGLISH.write_list(("A", "B", "C")) == "A, B and C"
    assert GERMAN.write_list(("A", "B")) == "A und B"


def test_september_has_three_letters_as_on_every_tab() -> None:
    day = date(2026, 9, 29)
    assert ENGLISH.write_short_day(day) == "29 Sep 2026"
    assert ENGLISH.write_day(day) == "29 September 2026"
