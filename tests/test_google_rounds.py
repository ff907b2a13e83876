from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from arc_sheets.aging import Buckets
from arc_sheets.cells import Formula
from arc_sheets.errors import BookAhead
from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS
from arc_sync.agent.marks import look_for_newer
from arc_sync.agent.pages import pages
from arc_sync.books.google.layout import STAMP
from arc_sync.merge.history import Origin
from arc_sync.xlsx.refs import letters
from tests.bench_google import NOW, TERMS, Bench
from tests.emulators.google import GoogleEmulator, Person
from tests.vault import Vault, restored


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as google:
        yield google


@pytest.fixture
def firm(google: GoogleEmulator) -> Bench:
    bench = Bench(google, 5)
    bench.settled()
    return bench


def test_home_says_that_its_chart_shows_other_buckets(firm: Bench) -> None:
    firm.settings = replace(
        firm.settings, figures=pages(replace(TERMS, buckets=Buckets((30, 60)))), stamp="t"
    )
    firm.settled()
    assert firm.hand.sees("Home", "G9") == "still drawn for 5 columns: see arc sync --new"
    firm.settings = replace(firm.settings, figures=pages(TERMS), stamp="u")
    firm.settled()
    assert not str(firm.hand.sees("Home", "G9")).startswith("still")


def test_a_day_at_work_comes_to_rest(firm: Bench) -> None:
    hand = firm.hand
    hand.type(INVOICES, 0, notes="call on Friday")
    hand.type(INVOICES, 1, po="mine")
    hand.type(INVOICES, 2, due="32.13.2026")
    hand.add(PAYMENTS, customer="firm", amount=Decimal(50), date=date(2026, 11, 2), applied_to="inv-00000")
    hand.scribble("Aging", "D5", "call them!")
    hand.own(CUSTOMERS, 0, "my own")
    firm.note("theirs")
    report = firm.round()
    assert report.in_step
    assert report.taken == 2
    last = firm.round()
    while not last.idle:
        last = firm.round()
    assert sorted(line.where for line in last.issues) == [
        "Aging, D5",
        "Invoices, INV-00001, PO",
        "Invoices, INV-00002, Due",
    ]
    with firm.ledger.read() as view:
        (paid,) = view.rows(PAYMENTS).values()
        assert "call on Friday" in [v for r in view.rows(INVOICES).values() for v in r]
    assert paid[1:3] == ("Firm", 50_00)
    assert hand.owned(CUSTOMERS) == ["my own"]
    choice = next(line for line in last.issues if line.where.endswith("PO"))
    hand.pick(choice.id, "Take theirs")
    firm.settled()
    assert "theirs" in [v for row in hand.grid("Invoices").rows for v in row]


def test_small_changes_both_ways_are_one_read_and_one_write(firm: Bench) -> None:
    firm.note("PO-7")
    firm.hand.type(INVOICES, 3, notes="mind this")
    firm.google.calls.forget()
    assert firm.round().in_step
    assert firm.google.calls.by_kind() == {"drive": 1, "read": 1, "write": 1}
    firm.google.calls.forget()
    assert firm.round().idle
    assert firm.google.calls.by_kind() == {"drive": 1, "read": 1}


def test_a_person_who_types_while_the_round_writes_loses_nothing(firm: Bench) -> None:
    firm.note("PO-7")
    firm.google.habits.before("write", lambda _: firm.hand.type(INVOICES, 1, po="typed just now"))
    assert not firm.round().in_step
    assert "typed just now" in [v for row in firm.hand.grid("Invoices").rows for v in row]
    firm.round()
    (line,) = firm.round().issues
    assert (line.mine, line.theirs) == ("typed just now", "PO-7")  # a person decides


@pytest.mark.parametrize("wide", [False, True], ids=["before it is looked for", "while it is put right"])
def test_a_slip_on_a_new_row_whose_stamp_goes_with_its_column_is_taken_back(
    firm: Bench, *, wide: bool
) -> None:
    hand, habits, layout = firm.hand, firm.google.habits, firm.hand.layout(INVOICES)
    at, stamp = layout.rows[f"{2:032x}"], letters(layout.places[STAMP])
    if wide:  # else the batch that puts it right is refused, as it reaches beyond the sheet
        hand.own(INVOICES, 0, "mine")

    def row_and_column(_: Person) -> None:
        hand.person.insert_rows("Invoices", at + 1)
        hand.person.insert_columns("Invoices", stamp)
        habits.before("write", lambda person: person.delete_columns("Invoices", stamp))

    habits.before("write", row_and_column)
    firm.note("PO-7")
    firm.round()
    firm.settled()
    grid, po = hand.grid("Invoices"), layout.places["po"]
    assert [grid.at(n, po) for n in (at, at + 1)] == [None, "PO-7"]


def test_a_formula_is_held_and_the_rest_goes_on(firm: Bench) -> None:
    firm.hand.type(INVOICES, 1, po=Formula("1+1"))
    firm.note("PO-7")
    firm.hand.type(INVOICES, 0, notes="mind this")
    firm.round()
    (line,) = firm.round().issues
    assert line.mine == "=1+1"
    assert Formula("1+1") in [v for row in firm.hand.grid("Invoices").rows for v in row]


def test_a_spreadsheet_that_knows_more_than_the_ledger_stops_all(firm: Bench) -> None:
    vault = Vault.of(firm.ledger)
    firm.note("PO-8")
    firm.settled()
    with restored(firm.ledger, vault):
        with pytest.raises(BookAhead, match=r"Nothing was sent"):
            look_for_newer(firm.ledger, Path("no-such.xlsx"), firm.book)
        with pytest.raises(BookAhead, match=r"Nothing was written"):
            firm.round()
    assert firm.round().in_step


def test_a_row_deleted_by_hand_comes_back_and_says_so(firm: Bench) -> None:
    firm.hand.arrange(INVOICES, [0, 2, 3, 4])
    firm.settled()
    with firm.ledger.read() as view:
        assert len(view.rows(INVOICES)) == 5
    assert len(firm.hand.layout(INVOICES).rows) == 5


def test_a_row_that_the_ledger_deleted_goes_and_its_neighbours_stay(firm: Bench) -> None:
    with firm.ledger.change(Origin("Zoë", "action", "A slip", NOW)) as t:
        t.put(INVOICES, f"{3:032x}", None)
    firm.settled()
    layout = firm.hand.layout(INVOICES)
    assert f"{3:032x}" not in layout.rows
    assert len(layout.rows) == 4
