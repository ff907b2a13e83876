"""Rounds over a book that is open in a program: a person works in it meanwhile, the program is busy, or closes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count, cycle

import pytest

from arc_sheets.aging import Buckets
from arc_sheets.cells import Formula
from arc_sheets.errors import ArcError, BookMissing, BookOpen, BookRefused
from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS
from arc_sync.agent.pages import pages
from arc_sync.books.live import LiveBook
from arc_sync.merge.identify import Stamp
from arc_sync.xlsx.refs import Place
from tests.book_contract import cells, ids
from tests.file_firm import NEW, TERMS, Firm, busy_day
from tests.live_firm import LiveFirm, opened_firm
from tests.live_hand import LiveHand
from tests.live_memory_book import Held, Sheet
from tests.live_memory_engine import Busy, Gone

pytest_plugins = ("tests.file_fixtures",)


@pytest.fixture(scope="module")
def calm(rested: Firm) -> LiveFirm:
    made = opened_firm(rested)
    made.rest()
    return made


@pytest.fixture(scope="module")
def at_work(calm: LiveFirm) -> LiveFirm:
    made = calm.copied()
    busy_day(made)
    return made


@pytest.fixture
def live(calm: LiveFirm) -> LiveFirm:
    return calm.copied()


@pytest.fixture
def busy_live(at_work: LiveFirm) -> LiveFirm:
    return at_work.copied()


def test_home_says_that_its_chart_shows_other_buckets_until_the_closed_book_mends_it(live: LiveFirm) -> None:
    live.rest()
    usual = live.hand.sees("Home", "G9")
    live.settings = replace(live.settings, figures=pages(replace(TERMS, buckets=Buckets((30, 60, 90, 120)))))
    live.rest()
    assert live.hand.sees("Home", "G9") == "still drawn for 5 columns: close the book and sync"
    assert live.hand.sees("_ARC", _charted(live)) in ("5", 5)
    live.settings = replace(live.settings, figures=pages(TERMS))
    live.rest()
    assert live.hand.sees("Home", "G9") == usual


def _charted(live: LiveFirm) -> str:
    names = [live.hand.sees("_ARC", f"A{row}") for row in range(1, 60)]
    return f"B{names.index('charted') + 1}"


# -- a day at work --------------------------------------------------------------------------------------------


def test_a_day_at_work_ends_as_it_does_in_a_file(busy_live: LiveFirm, good_end: dict[str, object]) -> None:
    report = busy_live.round()
    assert (report.in_step, report.taken, report.added) == (True, 2, 1)
    busy_live.rest()
    assert busy_live.end() == good_end
    assert busy_live.hand.owned(INVOICES) == ["my own"]


def test_a_round_with_nothing_to_do_writes_nothing(live: LiveFirm) -> None:
    """A single write would take the undo list from the person."""
    before = live.workbook.copy()
    calls = live.calls()
    assert not [
        call for call in calls if call.split()[0] not in {"sheets", "used", "formula", "value", "tables"}
    ]
    assert live.workbook.sheets == before.sheets


def test_nothing_is_selected_activated_or_saved(busy_live: LiveFirm) -> None:
    calls = {call.split()[0] for call in busy_live.calls()}
    assert calls.isdisjoint({"select", "activate", "save", "copy", "paste"})


def test_settings_of_the_program_are_as_before(busy_live: LiveFirm) -> None:
    before = dict(busy_live.workbook.settings)
    busy_live.workbook.settings["calculation"] = "manual"
    busy_live.rest()
    assert busy_live.workbook.settings == before | {"calculation": "manual"}


def test_the_number_of_calls_does_not_depend_on_the_rows(live: LiveFirm) -> None:
    many = live.copied()
    for n in range(300):
        told = {**NEW, "number": f"X-{n}"}
        many.put(INVOICES, f"{n:032x}", **told, amount=1_00, currency="EUR", status="open")
    many.rest()
    assert len(many.calls()) == len(live.calls())


def test_a_report_is_written_whole_where_that_saves_calls_and_its_links_stay(live: LiveFirm) -> None:
    for row in list(live.rows(INVOICES))[::3]:
        live.put(INVOICES, row, amount=123_45)
    calls = live.calls()
    for report in ("Aging", "KPIs", "Worklist"):
        assert sum(call.startswith(f"write {report} ") for call in calls) == 1, report
    assert "link" not in {call.split()[0] for call in calls}


def test_new_rows_are_written_in_one_call_whatever_is_blank_in_them(live: LiveFirm) -> None:
    for n in range(1000, 1040):
        told = {**NEW, "number": f"X-{n}", "notes": "as agreed" if n % 2 else None}
        live.put(INVOICES, f"{n:032x}", **told, amount=1_00, currency="EUR", status="open")
    new = [call for call in live.calls() if call.startswith("write Invoices")]
    assert len(new) == 1, new


# -- promise 3: it may die anywhere ---------------------------------------------------------------------------


class Died(Exception):
    pass


def at_call(nth: int, do: Callable[[], None]) -> Callable[[str], None]:
    """Do something right before the nth call."""
    seen = count(1)

    def hook(_call: str) -> None:
        if next(seen) == nth:
            do()

    return hook


def die() -> None:
    raise Died


#: Tabs to which a round over a busy day writes in every way there is.
_TABS = ("Invoices", "Aging", "Issues", "_ARC")
_VERBS = ("formula", "write", "resize", "insert", "autofill", "number", "borders")


def moments(calls: Sequence[str]) -> Iterator[int]:
    """Yield which call of a round something happens before; all of them where ARC_TEST_WHOLE is set.

    Else the telling ones: a first one, and once writing has begun the first of each kind to a few tabs.
    """
    begun = next(n for n, call in enumerate(calls, 1) if call.startswith("set calculation"))
    drawing = [n for n, call in enumerate(calls, 1) if call.startswith("write Aging")]
    telling, seen = {1, drawing[len(drawing) // 2]}, set[tuple[str, str]]()
    for nth, call in enumerate(calls, 1):
        verb, tab = call.split()[0], next((tab for tab in _TABS if f" {tab}" in call), "")
        if nth > begun and tab and verb in _VERBS and (verb, tab) not in seen:
            seen.add((verb, tab))
            telling.add(nth)
    yield from range(1, len(calls) + 1) if "ARC_TEST_WHOLE" in os.environ else sorted(telling)


def test_a_round_may_die_at_any_call(at_work: LiveFirm, good_end: dict[str, object]) -> None:
    for nth in moments(at_work.copied().calls()):
        one = at_work.copied()
        with one.hooked(at_call(nth, die)), pytest.raises((Died, ArcError)):
            one.round()
        one.workbook.settings |= {"calculation": "automatic", "enable_events": True, "screen_updating": True}
        one.rest()
        assert one.end() == good_end, nth


def test_what_was_half_drawn_is_known_for_arcs_own(at_work: LiveFirm) -> None:
    """The next round draws other figures, so what the dead one left could pass for typed by a person."""
    calls = at_work.copied().calls()
    one = at_work.copied()
    last = max(n for n, call in enumerate(calls, 1) if call.startswith("write Aging"))
    with one.hooked(at_call(last, die)), pytest.raises(ArcError):
        one.round()
    for n in range(6, 12):
        one.put(INVOICES, one.find(INVOICES, f"INV-{n:02}"), amount=123_45 * n)
    assert [line.where for line in one.rest().issues if "Aging" in line.where] == ["Aging, D9"]


def test_excel_closed_in_the_middle_ends_the_round_in_a_sentence(busy_live: LiveFirm) -> None:
    seen = count(1)

    def hook(_call: str) -> None:
        if next(seen) >= 60:
            raise Gone

    with (
        busy_live.hooked(hook),
        pytest.raises(BookMissing, match=r"book\.xlsx was closed in Excel while ARC"),
    ):
        busy_live.round()


# -- both worlds in one round ---------------------------------------------------------------------------------


def standing(one: LiveFirm, text: str) -> bool:
    """Say whether a text that a person typed is in the ledger, in the book, or on the Issues tab."""
    rows = [row for tab in (INVOICES, PAYMENTS, CUSTOMERS) for row in one.rows(tab).values()]
    cells = [cell.value for sheet in one.workbook.sheets for cell in sheet.cells.values()]
    return any(text in row for row in rows) or any(text in str(cell) for cell in cells)


def test_what_is_typed_during_a_round_is_never_lost(at_work: LiveFirm) -> None:
    """A round writes INV-05's amount, all of Aging and a new invoice; a person types there, at any moment."""
    calls = at_work.copied().calls()
    for nth in moments(calls):
        if calls[nth - 1].startswith("write"):
            continue  # right after the cells were looked at: a program with a cell in edit mode would not have told
        one = at_work.copied()
        hand = one.hand

        def type_(hand: object = hand) -> None:
            assert isinstance(hand, LiveHand)
            hand.type(INVOICES, 5, notes="typed in 5")
            hand.scribble("Aging", "C9", "typed on Aging")
            hand.add(INVOICES, number="typed below")

        with one.hooked(at_call(nth, type_)):
            one.round()
        one.rest()
        assert [
            text for text in ("typed in 5", "typed on Aging", "typed below") if not standing(one, text)
        ] == [], nth
        assert one.workbook.settings["calculation"] == "automatic"


def test_a_cell_typed_over_meanwhile_goes_into_the_next_round(live: LiveFirm) -> None:
    live.put(INVOICES, live.find(INVOICES, "INV-05"), amount=777_00)
    hand = live.hand
    calls = live.copied().calls()
    write = next(n for n, call in enumerate(calls, 1) if call.startswith("write Invoices"))
    with live.hooked(at_call(write - 1, lambda: hand.type(INVOICES, 5, amount=Decimal(5)))):
        assert not live.round().in_step
    last = live.rest()
    assert [line.where for line in last.issues] == ["Invoices, INV-05, Amount"]


def test_closed_without_saving_what_was_taken_comes_back(calm: LiveFirm, at_work: LiveFirm) -> None:
    one = at_work.copied()
    one.rest()
    one.workbook = calm.workbook.copy()
    last = one.rest()
    assert "call on Friday" in [row[-1] for row in one.rows(INVOICES).values()]
    assert len(one.rows(PAYMENTS)) == 2
    assert cells(one.hand, INVOICES, 0)["notes"] == "call on Friday"
    assert {"call them!", "disputed"} <= {line.mine for line in last.issues}


def test_closed_after_a_row_was_saved_without_its_id_it_is_known_by_what_was_typed(at_work: LiveFirm) -> None:
    """The id that ARC had stamped was never saved; the ledger's history has the row as it was typed."""
    one = at_work.copied()
    saved = one.workbook.copy()
    one.rest()
    before = one.rows(PAYMENTS)
    one.workbook = saved
    last = one.rest()
    assert one.rows(PAYMENTS) == before
    assert not [line.what for line in last.issues if "stands twice in Payments" in line.what]
    assert "call on Friday" in [row[-1] for row in one.rows(INVOICES).values()]


def test_last_weeks_copy_is_brought_up_to_date_and_its_edits_are_taken(live: LiveFirm) -> None:
    old = live.workbook.copy()
    live.put(INVOICES, live.find(INVOICES, "INV-05"), amount=777_00)
    live.hand.type(INVOICES, 3, notes="of this week")
    live.rest()
    live.workbook = old
    live.hand.type(INVOICES, 4, notes="typed into the copy")
    live.rest()
    notes = [row[-1] for row in live.rows(INVOICES).values()]
    assert {"of this week", "typed into the copy"} <= set(notes)
    assert live.hand.sees("Invoices", "G10") == 777


def test_a_file_that_was_open_goes_on_as_a_file(busy: Firm) -> None:
    """What the open book keeps of its drawings, the file's session knows, and the other way round."""
    busy.rest()
    again = opened_firm(busy)
    assert again.round().idle
    again.put(INVOICES, again.find(INVOICES, "INV-05"), amount=1_00)
    assert "font.bold" not in {call.split()[0] for call in again.calls()}


# -- busy, protected, changed ---------------------------------------------------------------------------------


def test_a_busy_program_is_asked_again(busy_live: LiveFirm, good_end: dict[str, object]) -> None:
    turned_away = cycle([True, True, False])

    def hook(call: str) -> None:
        if call.split(maxsplit=1)[0] != "tables" and next(turned_away):
            raise Busy

    with busy_live.hooked(hook):
        assert busy_live.round().in_step
    busy_live.rest()
    assert busy_live.end() == good_end


@pytest.mark.parametrize("call", ["value Invoices", "write Invoices", "set calculation"])
def test_a_program_that_stays_busy_is_left_for_the_next_round(
    busy_live: LiveFirm, good_end: dict[str, object], call: str
) -> None:
    def hook(made: str) -> None:
        if made.startswith(call):
            raise Busy

    with (
        busy_live.hooked(hook),
        pytest.raises(BookOpen, match=r"somebody is typing in a cell, or a dialog waits"),
    ):
        busy_live.round()
    busy_live.rest()
    assert busy_live.end() == good_end


def test_a_protected_sheet_is_a_sentence_and_nothing_is_lost(
    busy_live: LiveFirm, good_end: dict[str, object]
) -> None:
    (sheet,) = (s for s in busy_live.workbook.sheets if s.name == "Invoices")
    sheet.protected = True
    with pytest.raises(
        BookRefused, match=r"Invoices .* \(The cell .* is on a protected sheet\).* unprotect it"
    ):
        busy_live.round()
    assert busy_live.workbook.settings["calculation"] == "automatic"
    sheet.protected = False
    busy_live.rest()
    assert busy_live.end() == good_end


def test_a_table_turned_into_a_range_is_read_and_added_to(live: LiveFirm) -> None:
    (sheet,) = (s for s in live.workbook.sheets if s.name == "Invoices")
    del sheet.tables["Invoices"]
    live.hand.type(INVOICES, 0, notes="call on Friday")
    live.put(INVOICES, "9" * 32, **NEW, amount=1_00, currency="EUR", status="open")
    live.rest()
    assert "call on Friday" in [row[-1] for row in live.rows(INVOICES).values()]
    assert sheet.cells[Place(17, 1)].value == "INV-99"


def test_a_renamed_tab_is_known_by_its_table(live: LiveFirm) -> None:
    (sheet,) = (s for s in live.workbook.sheets if s.name == "Invoices")
    sheet.name = "Rechnungen"
    live.put(INVOICES, live.find(INVOICES, "INV-05"), amount=777_00)
    assert live.rest().issues == []
    assert sheet.cells[Place(10, 6)].value == 777.0


def test_a_deleted_column_is_an_issue_and_the_rest_goes_on(live: LiveFirm) -> None:
    live.hand.drop(INVOICES, "po")
    live.hand.type(INVOICES, 0, notes="call on Friday")
    last = live.rest()
    assert ["PO" in line.where for line in last.issues] == [True]
    assert "call on Friday" in [row[-1] for row in live.rows(INVOICES).values()]


def test_a_formula_where_a_value_belongs_is_held_and_stays(live: LiveFirm) -> None:
    live.hand.type(INVOICES, 0, amount=Formula("50*2"))
    last = live.rest()
    assert [(line.where, line.mine) for line in last.issues] == [("Invoices, INV-00, Amount", "=50*2")]
    assert live.hand.sees("Invoices", "G5") == Formula("50*2")


@pytest.mark.parametrize("text", ["=1+1", "007", "2026-01-01", "TRUE", "'quoted", "1e5"])
def test_a_text_of_the_ledger_stays_a_text(live: LiveFirm, text: str) -> None:
    live.put(INVOICES, live.find(INVOICES, "INV-05"), notes=text)
    live.put(CUSTOMERS, "9" * 32, name="New Ltd", currency="EUR", notes=text, phone=text)
    assert live.rest().issues == []
    (sheet,) = (s for s in live.workbook.sheets if s.name == "Customers")
    written = [held for held in sheet.cells.values() if held.value == text]
    assert len(written) == 2
    assert not [held for held in sheet.cells.values() if held.formula]


def test_a_totals_row_in_the_way_is_a_sentence(live: LiveFirm) -> None:
    (sheet,) = (s for s in live.workbook.sheets if s.name == "Invoices")
    area, _ = sheet.tables["Invoices"]
    sheet.tables["Invoices"] = (area._replace(bottom=area.bottom + 1), True)
    live.put(INVOICES, "9" * 32, **NEW, amount=1_00, currency="EUR", status="open")
    with pytest.raises(BookRefused, match=r"The table Invoices has a totals row.* switch it off"):
        live.round()


def test_a_note_below_the_table_is_a_sentence(live: LiveFirm) -> None:
    live.hand.scribble("Invoices", "C18", "my note")
    for n in range(2):
        live.put(
            INVOICES,
            f"{n}" * 32,
            **{**NEW, "number": f"INV-9{n}"},
            amount=1_00,
            currency="EUR",
            status="open",
        )
    with pytest.raises(BookRefused, match=r"C18 below the table Invoices is not empty"):
        live.round()


def test_a_book_that_is_open_no_more_is_a_sentence() -> None:
    book = LiveBook("Receivables.xlsx", "Excel", lambda: None)
    with pytest.raises(BookMissing, match=r"Receivables\.xlsx is no longer open in Excel"), book.open():
        pass


def line(one: LiveFirm, name: str) -> tuple[Sheet, Place]:
    """Return where a value stands on the hidden tab."""
    sheet = next(s for s in one.workbook.sheets if s.name == "_ARC")
    return sheet, next(at for at, held in sheet.cells.items() if held.value == name)._replace(column=1)


def hidden(one: LiveFirm, name: str) -> float:
    """Return a number of the hidden tab."""
    sheet, at = line(one, name)
    return float(sheet.cells[at].value)


def stamp(one: LiveFirm, epoch: float) -> None:
    """Let another agent stamp its epoch."""
    sheet, at = line(one, "epoch")
    sheet.cells[at] = Held(epoch)


def test_an_older_session_writes_nothing(live: LiveFirm) -> None:
    live.put(INVOICES, live.find(INVOICES, "INV-05"), amount=777_00)

    def hook(step: str) -> None:
        if step == "committed":
            stamp(live, 99)

    before = live.workbook.copy()
    assert not live.round(hook).in_step
    changed = [s.name for s, old in zip(live.workbook.sheets, before.sheets, strict=True) if s != old]
    assert changed == ["_ARC"]  # the other agent's stamp alone
    assert hidden(live, "epoch") == 99


def test_an_agent_that_was_overtaken_while_it_wrote_leaves_the_bookmark(busy_live: LiveFirm) -> None:
    before = hidden(busy_live, "bookmark")

    def hook(call: str) -> None:
        if call.startswith("write Aging"):
            stamp(busy_live, 99)

    with busy_live.hooked(hook):
        assert not busy_live.round().in_step
    assert (hidden(busy_live, "bookmark"), hidden(busy_live, "epoch")) == (before, 99)


def test_an_epoch_of_a_restored_ledger_may_be_lower(live: LiveFirm) -> None:
    stamp(live, 99)
    live.put(INVOICES, live.find(INVOICES, "INV-05"), amount=777_00)
    assert live.round().in_step
    assert hidden(live, "epoch") < 99


def test_rows_without_ids_that_changed_places_are_not_stamped(live: LiveFirm) -> None:
    live.hand.add(CUSTOMERS, name="First Ltd")
    live.hand.add(CUSTOMERS, name="Second Ltd")
    with live.book.open() as session:
        rows = list(session.read(CUSTOMERS).rows)[-2:]
        live.hand.arrange(CUSTOMERS, [0, 1, 2, 4, 3])
        stamps = [
            Stamp("customers", row.at, "", row.cells, letter * 32)
            for row, letter in zip(rows, "ef", strict=True)
        ]
        assert not session.stamp(stamps)
    assert ids(live.hand, CUSTOMERS)[-2:] == ["", ""]
