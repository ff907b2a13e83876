from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.languages import ENGLISH, GERMAN, LANGUAGES, Language
from arc_sheets.lines import find_table, one_line, overdue_of, table_of, text_of
from arc_sheets.reminders import Item, Proposal
from tests.mail_facts import MIXED, ONE, TWO, item, proposal

ENGLISH_LINES = """\
Invoice      Date         Due          Days late  Amount in EUR  Open in EUR
INV-26-0561  9 Oct 2026   8 Nov 2026          12       1,250.50     1,250.50
INV-26-0577  20 Oct 2026  19 Nov 2026          1         480.00       320.00
INV-26-0602  24 Oct 2026  23 Nov 2026    not due      12,000.00    12,000.00
----------------------------------------------------------------------------
Your credit, not yet applied                                         -500.00
Total                                                              13,070.50
Of which overdue                                                    1,070.50"""
GERMAN_LINES = """\
Rechnung     Datum       Fällig      Tage überfällig  Offen in JPY
INV-26-0561  09.10.2026  08.11.2026               12       125.050
------------------------------------------------------------------
Summe                                                      125.050"""


def test_the_lines_stand_in_columns_with_their_sums() -> None:
    assert text_of(table_of(proposal(MIXED, credit=50_000), ENGLISH)) == ENGLISH_LINES


def test_columns_that_would_say_nothing_are_left_out() -> None:
    assert text_of(table_of(proposal(ONE, "JPY"), GERMAN)) == GERMAN_LINES
    early = table_of(proposal((item("INV-1", 0, 5_00),)), ENGLISH)
    assert early.headers == ("Invoice", "Date", "Due", "Open in EUR")


def test_credit_settles_what_is_overdue_first() -> None:
    assert overdue_of(proposal(MIXED)) == 125_050 + 32_000
    assert overdue_of(proposal(MIXED, credit=50_000)) == 125_050 + 32_000 - 50_000
    assert overdue_of(proposal(MIXED, credit=500_000)) == 0


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ITEMS = st.builds(
    item, TEXTS, st.integers(-40, 400), st.integers(1, 10**12), st.none() | st.integers(1, 10**12)
)


@given(
    st.lists(ITEMS, min_size=1, max_size=8).map(tuple),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.integers(0, 3),
    st.sampled_from(LANGUAGES),
)
def test_whatever_the_invoices_their_lines_are_read_back_as_they_were_written(
    items: tuple[Item, ...], currency: str, credit: int, language: Language
) -> None:
    about: Proposal = proposal(items, currency, credit=credit)
    table = table_of(about, language)
    found = find_table(f"Dear all,\n\n{text_of(table)}\n\nKind regards")
    assert found is not None
    assert found.table == table
    assert (found.before, found.after) == ("Dear all,\n", "\nKind regards")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("INV-26-0577", "INV-26-057"),  # a column no longer stands where it did
        ("20 Oct 2026", "20  Oct 2026"),
        ("-----", "== =="),
        ("Invoice ", "Receipt "),
        ("Total", "Total  of all"),
    ],
)
def test_lines_that_a_person_bent_are_no_longer_taken_for_a_table(old: str, new: str) -> None:
    assert find_table(ENGLISH_LINES) is not None
    assert find_table(ENGLISH_LINES.replace(old, new, 1)) is None


def test_a_number_corrected_in_its_place_is_shown_as_corrected() -> None:
    found = find_table(text_of(table_of(proposal(TWO), ENGLISH)).replace("1,250.50", "1,250.60"))
    assert found is not None
    assert found.table.rows[0][-1] == "1,250.60"


def test_one_line_takes_control_characters_and_runs_of_spaces_out() -> None:
    assert one_line("  A\r\nBcc: b@x.example\t \x00 C\u2028D ") == "A Bcc: b@x.example C D"
    assert one_line(None) == ""
