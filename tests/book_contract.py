"""What every book promises, as tests: each implementation's test file runs this class with its own hand."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from arc_sheets.cells import CellValue, Formula
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.books.contents import BookRow, IssueLine, Said
from arc_sync.books.draw import account, kpis
from arc_sync.books.drawing import Drawing, Link, Sketch
from arc_sync.books.form import BLOCKS, FIRST_NONCE, PLACES, SAVE, THEN, Form, State
from arc_sync.books.port import BookPlan, Session, SetEntry, SetFace
from arc_sync.books.seals import Typed
from arc_sync.merge.history import ROOT, Bookmark
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import ID
from arc_sync.merge.plan import Drop, Look, SetCell
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx.refs import Area
from tests.hands import BOOK, LEDGER, Hand
from tests.sample_contents import row

NOW = datetime.combine(date(2026, 11, 20), time(9, 30))
FIRST = Bookmark(7, "a" * 64)
SECOND = Bookmark(9, "b" * 64)
#: What a cell must show as it is, and never as a formula, a link or a number.
TEXTS = (
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(A1)",
    "+49 30",
    "-1",
    "007",
    "1e5",
    "https://evil.example",
    "Łódź & <Söhne> 'quoted' \"twice\" 🧾",
    "two\nlines",
    " spaced ",
    "_x0041_",
    "x" * 32_000,
)


def customer(i: str, **more: Any) -> BookRow:
    """A customer's row, as ARC shows it."""
    values = row(CUSTOMERS, **{"name": f"Firm {i}", "currency": "EUR", "terms": 30, **more})
    return BookRow(i, values, (1250_50, 50, 67, date(2026, 11, 4)), f"seal {i}")


def invoice(i: str, currency: str = "EUR", **more: Any) -> BookRow:
    usual = {
        "number": f"INV-{i}",
        "customer": "Firm a",
        "issued": date(2026, 1, 31),
        "due": date(2026, 2, 28),
        "currency": currency,
        "amount": 1250_50,
        "status": "open",
        **more,
    }
    return BookRow(i, row(INVOICES, **usual), (0, 1250_50, 265, "Over 90"), f"seal {i}")


def line(i: str, choice: str = "", mine: str = "12,5", what: str = "Pick one.") -> IssueLine:
    return IssueLine(i, choice, NOW, "Invoices, INV-a, Due", mine, "13 Jul", what, "open", f"seal {i}")


def report(*texts: str, bottom: int = 0) -> Drawing:
    """Draw KPIs with these texts below each other from B4."""
    sketch = Sketch(kpis.SHEET)
    for at, text in enumerate(texts, 4):
        sketch.put(at, 1, text, "row.text")
    return sketch.done(Area(4, 1, bottom or 3 + len(texts), 3))


def tables(session: Session) -> dict[str, list[ReadRow]]:
    """Read every tab, as a round does."""
    return {tab.name: list(session.read(tab).rows) for tab in RECORD_TABS}


def write(hand: Hand, *, mark: Bookmark = FIRST, epoch: int = 1, **what: Any) -> bool:
    """Read the book and write one plan."""
    with hand.book.open() as session:
        session.claim(epoch)
        session.issues()
        tables(session)
        return session.write(BookPlan(epoch, mark, session.meta().mark, NOW, **what))


def read(hand: Hand, tab: Tab) -> list[ReadRow]:
    with hand.book.open() as session:
        return list(session.read(tab).rows)


def ids(hand: Hand, tab: Tab) -> list[str]:
    return [r.id for r in read(hand, tab)]


def cells(hand: Hand, tab: Tab, at: int) -> dict[str, CellValue]:
    """Return a row's stored cells by name, blanks left out."""
    found = zip(tab.stored, read(hand, tab)[at].cells, strict=True)
    return {column.name: cell for column, cell in found if cell is not None}


def form(hand: Hand) -> Form:
    with hand.book.open() as session:
        return session.form()


def clearing(read_: Form, block: str) -> list[SetEntry]:
    """Return the steps that clear what was read of a block, *Then* first."""
    steps = [SetEntry(of, name, value, None) for (of, name), value in read_.cells.items() if of == block]
    return sorted(steps, key=lambda step: step.field != THEN)


def shown(hand: Hand) -> list[tuple[str, str, str]]:
    with hand.book.open() as session:
        return [(x.id, x.choice, x.seal) for x in session.issues()]


class BookContract:
    """Tests that need a `hand` at an empty book that knows no change yet."""

    @pytest.fixture
    def filled(self, hand: Hand) -> Hand:
        """A book with rows, in step at `FIRST`."""
        rows = {
            "customers": [customer("a"), customer("b")],
            "invoices": [invoice("a"), invoice("b", "JPY"), invoice("c", "KWD")],
        }
        assert write(hand, appends=rows)
        return hand

    # -- identity --------------------------------------------------------------------------------------

    def test_a_new_book_says_whose_it_is(self, hand: Hand) -> None:
        with hand.book.open() as session:
            assert session.meta()[:3] == (LEDGER, BOOK, 0)
            assert session.meta().mark == ROOT
        assert hand.book.where

    def test_the_bookmark_moves_when_all_was_written(self, filled: Hand) -> None:
        with filled.book.open() as session:
            assert session.meta().mark == FIRST

    def test_while_a_row_waits_the_bookmark_stays(self, filled: Hand) -> None:
        assert not write(filled, mark=SECOND, waits=True, appends={"customers": [customer("c")]})
        with filled.book.open() as session:
            assert session.meta().mark == FIRST
        assert ids(filled, CUSTOMERS) == ["a", "b", "c"]

    def test_a_bookmark_that_somebody_moved_is_left(self, filled: Hand) -> None:
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            assert not session.write(BookPlan(1, SECOND, ROOT, NOW))
            assert session.meta().mark == FIRST

    def test_the_writes_of_an_older_session_fail(self, filled: Hand) -> None:
        with filled.book.open() as old:
            old.claim(1)
            tables(old)
            assert write(filled, mark=SECOND, epoch=2, appends={"customers": [customer("c")]})
            assert not old.write(BookPlan(1, FIRST, FIRST, NOW, appends={"customers": [customer("d")]}))
        assert ids(filled, CUSTOMERS) == ["a", "b", "c"]

    # -- reading ---------------------------------------------------------------------------------------

    def test_an_empty_book_has_all_tabs_and_no_rows(self, hand: Hand) -> None:
        with hand.book.open() as session:
            for tab in RECORD_TABS:
                sheet = session.read(tab)
                assert sheet.present == {ID, *(c.name for c in tab.columns)}
                assert sheet.usable
                assert list(sheet.rows) == []
            assert list(session.issues()) == []
            assert session.account() == ""

    def test_what_was_written_reads_back(self, filled: Hand) -> None:
        first, second, third = read(filled, INVOICES)
        assert (first.id, first.seal) == ("a", "seal a")
        assert first.computed == (Decimal(0), Decimal("1250.50"), 265, "Over 90")
        at = [c.name for c in INVOICES.stored].index("amount")
        assert [r.cells[at] for r in (first, second, third)] == [
            Decimal("1250.50"),
            125050,
            Decimal("125.050"),
        ]
        assert cells(filled, INVOICES, 0) == {
            "number": "INV-a",
            "customer": "Firm a",
            "issued": date(2026, 1, 31),
            "due": date(2026, 2, 28),
            "currency": "EUR",
            "amount": Decimal("1250.50"),
            "status": "open",
        }

    def test_a_moment_reads_back_to_the_minute(self, hand: Hand) -> None:
        values = row(ACTIVITY, when=NOW, customer="Firm a", channel="Call")
        assert write(hand, appends={"activity": [BookRow("t", values, (), "")]})
        assert cells(hand, ACTIVITY, 0)["when"] == NOW

    @pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
    def test_text_is_text(self, filled: Hand, text: str) -> None:
        assert write(filled, mark=SECOND, appends={"customers": [customer("c", notes=text)]})
        assert cells(filled, CUSTOMERS, 2)["notes"] == text
        seen = cells(filled, CUSTOMERS, 0).get("notes")
        assert write(filled, mark=Bookmark(10, "c"), cells=[SetCell("customers", "a", "notes", seen, text)])
        assert cells(filled, CUSTOMERS, 0)["notes"] == text

    def test_what_people_type_is_read_as_it_stands(self, filled: Hand) -> None:
        filled.type(INVOICES, 0, due="32.13.2026", amount=Formula("1+1"), notes="call", status=None)
        seen = cells(filled, INVOICES, 0)
        assert (seen["due"], seen["notes"]) == ("32.13.2026", "call")
        assert isinstance(seen["amount"], Formula)
        assert seen["amount"].text == "1+1"
        assert "status" not in seen

    def test_a_row_typed_below_is_read_without_an_id(self, filled: Hand) -> None:
        filled.add(PAYMENTS, customer="Firm a", amount=Decimal("10.5"), date=date(2026, 11, 19))
        filled.add(CUSTOMERS, name="Firm new")
        (payment,) = read(filled, PAYMENTS)
        assert (payment.id, payment.seal) == ("", "")
        assert cells(filled, PAYMENTS, 0)["amount"] == Decimal("10.5")
        assert ids(filled, CUSTOMERS) == ["a", "b", ""]

    def test_ids_follow_their_rows_and_may_stand_twice(self, filled: Hand) -> None:
        filled.arrange(INVOICES, [2, 0, 1, 0])
        assert ids(filled, INVOICES) == ["c", "a", "b", "a"]
        filled.arrange(INVOICES, [1, 0, 2, 3], ids_too=False)
        assert ids(filled, INVOICES) == ["c", "a", "b", "a"]
        assert cells(filled, INVOICES, 0)["number"] == "INV-a"

    def test_a_deleted_row_is_gone(self, filled: Hand) -> None:
        filled.arrange(INVOICES, [0, 2])
        assert ids(filled, INVOICES) == ["a", "c"]

    def test_an_emptied_row_keeps_its_id(self, filled: Hand) -> None:
        filled.type(INVOICES, 1, **{c.name: None for c in INVOICES.columns})
        assert ids(filled, INVOICES) == ["a", "b", "c"]
        assert cells(filled, INVOICES, 1) == {}

    def test_a_missing_column_is_said(self, filled: Hand) -> None:
        filled.drop(INVOICES, "po")
        filled.rename(CUSTOMERS, "email", "E-mail address")
        with filled.book.open() as session:
            assert {c.name for c in INVOICES.columns} - session.read(INVOICES).present == {"po"}
            assert {c.name for c in CUSTOMERS.columns} - session.read(CUSTOMERS).present == {"email"}
        assert cells(filled, INVOICES, 0)["status"] == "open"  # the columns after it have moved
        filled.rename(CUSTOMERS, "email", "Email")
        with filled.book.open() as session:
            assert "email" in session.read(CUSTOMERS).present

    def test_a_missing_key_makes_a_tab_unusable(self, filled: Hand) -> None:
        filled.drop(INVOICES, "number")
        with filled.book.open() as session:
            assert not session.read(INVOICES).usable

    def test_a_missing_tab_has_no_columns(self, filled: Hand) -> None:
        filled.lose(INVOICES)
        with filled.book.open() as session:
            assert session.read(INVOICES).present == frozenset()
            assert list(session.read(INVOICES).rows) == []
            assert session.read(CUSTOMERS).usable

    # -- stamping --------------------------------------------------------------------------------------

    def test_an_id_is_stamped_for_good(self, filled: Hand) -> None:
        filled.add(CUSTOMERS, name="Firm new")
        with filled.book.open() as session:
            new = tables(session)["customers"][2]
            assert session.stamp([Stamp("customers", new.at, "", new.cells, "f" * 32)])
            assert [r.id for r in session.read(CUSTOMERS).rows] == ["a", "b", "f" * 32]
        assert ids(filled, CUSTOMERS) == ["a", "b", "f" * 32]

    def test_a_row_that_moved_is_not_stamped(self, filled: Hand) -> None:
        filled.add(CUSTOMERS, name="Firm new")
        with filled.book.open() as session:
            new = tables(session)["customers"][2]
            filled.arrange(CUSTOMERS, [2, 0, 1])
            assert not session.stamp([Stamp("customers", new.at, "", new.cells, "f" * 32)])
        assert ids(filled, CUSTOMERS) == ["", "a", "b"]

    # -- writing cells ---------------------------------------------------------------------------------

    def test_a_cell_is_written(self, filled: Hand) -> None:
        steps = [
            SetCell("invoices", "a", "notes", None, "mind this"),
            SetCell("invoices", "b", "amount", Decimal(125050), Decimal(99)),
            SetCell("invoices", "c", "due", date(2026, 2, 28), date(2026, 3, 31)),
            SetCell("invoices", "c", "status", "open", None),
        ]
        assert write(filled, mark=SECOND, cells=steps)
        assert cells(filled, INVOICES, 0)["notes"] == "mind this"
        assert cells(filled, INVOICES, 1)["amount"] == 99
        assert cells(filled, INVOICES, 2)["due"] == date(2026, 3, 31)
        assert "status" not in cells(filled, INVOICES, 2)

    def test_what_was_typed_meanwhile_is_never_written_over(self, filled: Hand) -> None:
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            filled.type(INVOICES, 0, notes="typed meanwhile")
            plan = BookPlan(1, SECOND, FIRST, NOW, cells=[SetCell("invoices", "a", "notes", None, "ARC's")])
            assert not session.write(plan)
        assert cells(filled, INVOICES, 0)["notes"] == "typed meanwhile"
        with filled.book.open() as session:
            assert session.meta().mark == FIRST

    def test_a_look_finds_what_was_typed_meanwhile(self, filled: Hand) -> None:
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            filled.type(INVOICES, 0, notes="typed meanwhile")
            plan = BookPlan(1, SECOND, FIRST, NOW, looks=[Look("invoices", "a", "notes", None)])
            assert not session.write(plan)
            assert session.meta().mark == FIRST or not filled.book.fingerprint()
        with filled.book.open() as session:
            assert session.meta().mark == FIRST

    @pytest.mark.parametrize("lost", ["row", "column", "tab", "id twice"])
    def test_a_cell_that_is_nowhere_or_twice_is_not_written(self, filled: Hand, lost: str) -> None:
        if lost == "row":
            filled.arrange(INVOICES, [1, 2])
        elif lost == "column":
            filled.drop(INVOICES, "notes")
        elif lost == "tab":
            filled.lose(INVOICES)
        else:
            filled.arrange(INVOICES, [0, 1, 2, 0])
        if lost != "tab":
            assert not write(filled, mark=SECOND, cells=[SetCell("invoices", "a", "notes", None, "x")])
        with filled.book.open() as session:
            assert session.meta().mark == FIRST
        assert "x" not in [c for r in read(filled, INVOICES) for c in r.cells]

    def test_a_row_is_dropped_and_its_neighbours_stay(self, filled: Hand) -> None:
        filled.own(INVOICES, 1, "mine")
        seen = read(filled, INVOICES)[1].cells
        assert write(filled, mark=SECOND, drops=[Drop("invoices", "b", seen)])
        assert [i for i in ids(filled, INVOICES) if i] == ["a", "c"]
        assert filled.owned(INVOICES) == ["mine"]

    def test_computed_cells_are_written_with_their_seal(self, filled: Hand) -> None:
        seen = read(filled, INVOICES)[0].computed
        face = SetFace("invoices", "a", seen, (Decimal("1.50"), None, 12, "1-30"), "new seal")
        assert write(filled, mark=SECOND, faces=[face])
        first = read(filled, INVOICES)[0]
        assert first.computed == (Decimal("1.50"), None, 12, "1-30")
        assert first.seal == "new seal"

    # -- appending -------------------------------------------------------------------------------------

    def test_rows_are_added_below_the_others(self, filled: Hand) -> None:
        filled.own(CUSTOMERS, 0, "mine")
        filled.add(CUSTOMERS, name="typed")
        new = [customer("x", currency="JPY"), customer("y"), customer("z", currency="KWD")]
        assert write(filled, mark=SECOND, appends={"customers": new})
        assert ids(filled, CUSTOMERS) == ["a", "b", "", "x", "y", "z"]
        assert [cells(filled, CUSTOMERS, n)["name"] for n in (2, 3)] == ["typed", "Firm x"]
        assert filled.owned(CUSTOMERS) == ["mine"]

    def test_a_plan_carried_out_twice_is_harmless(self, filled: Hand) -> None:
        what: dict[str, Any] = {
            "cells": [SetCell("invoices", "a", "notes", None, "once")],
            "appends": {"customers": [customer("c")]},
            "issues": [line("1")],
            "drawings": [report("one", "two")],
        }
        assert write(filled, mark=SECOND, **what)
        before = self.all(filled)
        write(filled, mark=SECOND, **what)
        assert self.all(filled) == before

    def all(self, hand: Hand) -> tuple[object, ...]:
        """Return all that a book shows."""
        with hand.book.open() as session:
            drawn = session.drawn()
            return (
                tables(session),
                list(session.issues()),
                dict(drawn.digests),
                drawn.synced,
                session.meta(),
            )

    # -- issues and reports ----------------------------------------------------------------------------

    def test_issues_are_shown_and_their_choices_read(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, issues=[line("1"), line("2"), line("3")])
        assert shown(filled) == [("1", "", "seal 1"), ("2", "", "seal 2"), ("3", "", "seal 3")]
        filled.pick("2", "Keep mine")
        assert shown(filled)[1] == ("2", "Keep mine", "seal 2")
        assert write(filled, mark=Bookmark(10, "c"), issues=[line("3")])
        assert shown(filled) == [("3", "", "seal 3")]
        assert write(filled, mark=Bookmark(11, "d"), issues=[])
        assert shown(filled) == []
        assert write(filled, mark=Bookmark(12, "e"), issues=[line("4"), line("5")])
        assert [i for i, *_ in shown(filled)] == ["4", "5"]

    def test_a_drawing_replaces_the_one_before(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, drawings=[report("one", "two", "three")])
        assert [filled.sees("KPIs", f"B{n}") for n in range(4, 7)] == ["one", "two", "three"]
        assert write(filled, mark=Bookmark(10, "c"), drawings=[report("uno")])
        assert [filled.sees("KPIs", f"B{n}") for n in range(4, 7)] == ["uno", None, None]

    def test_the_book_knows_what_was_drawn_and_when(self, filled: Hand) -> None:
        drawing = report("one")
        assert write(filled, mark=SECOND, drawings=[drawing])
        with filled.book.open() as session:
            drawn = session.drawn()
        assert drawn.synced == NOW
        assert drawn.digests["KPIs"] == drawing.digest

    def test_links_formulas_and_figures_can_be_drawn(self, filled: Hand) -> None:
        sketch = Sketch(kpis.SHEET)
        sketch.put(4, 1, Link("mailto:a@b.example", "write"), "row.link")
        sketch.put(5, 1, Formula("SUM(C4:C5)", Decimal(3)), "row.money")
        sketch.put(6, 1, date(2026, 11, 20), "row.date.gap")
        sketch.put(7, 1, "=not a formula", "row.text")
        assert write(filled, mark=SECOND, drawings=[sketch.done(Area(4, 1, 7, 1))])
        assert filled.sees("KPIs", "B4") == "write"
        formula = filled.sees("KPIs", "B5")
        assert isinstance(formula, Formula)
        assert formula.text == "SUM(C4:C5)"
        assert filled.sees("KPIs", "B7") == "=not a formula"

    def test_what_was_typed_on_a_report_is_found_before_it_goes(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, drawings=[report("one", "two", bottom=9)])
        filled.scribble("KPIs", "D5", "call them!")
        filled.scribble("KPIs", "B4", "=1+1")
        filled.scribble("KPIs", "F5", "beside it")
        filled.scribble("KPIs", "B12", "below it")
        small, large = report("uno"), report(*(str(n) for n in range(30)))
        with filled.book.open() as session:
            assert sorted(session.typed(small)) == [("B4", "=1+1"), ("D5", "call them!")]
            assert ("B12", "below it") in session.typed(large)
            assert ("F5", "beside it") not in session.typed(large)

    def test_a_report_is_drawn_only_over_what_was_read(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, drawings=[report("one", "two")])
        filled.scribble("KPIs", "C4", "early")
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            new = report("uno", "due")
            typed = {"KPIs": session.typed(new)}
            filled.scribble("KPIs", "C5", "late")
            assert not session.write(BookPlan(1, FIRST, SECOND, NOW, drawings=[new], typed=typed))
        assert filled.sees("KPIs", "C5") == "late"

    def test_what_was_typed_among_the_issues_is_found_before_it_goes(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, issues=[line("1")])
        filled.pick("1", "Keep mine")
        filled.scribble("Issues", "G8", "asked Bob")
        with filled.book.open() as session:
            session.issues()
            assert list(session.typed_on_issues(1)) == []
            assert list(session.typed_on_issues(4)) == [Typed("G8", "asked Bob")]

    def test_the_customer_picked_on_account_is_told_and_left_alone(self, filled: Hand) -> None:
        filled.pick_customer("O'Brien & Söhne")
        drawing = account.draw(None)
        assert write(filled, mark=SECOND, drawings=[drawing])
        with filled.book.open() as session:
            assert session.account() == "O'Brien & Söhne"
            assert list(session.typed(drawing)) == []

    # -- the form --------------------------------------------------------------------------------------

    def test_a_new_form_is_blank(self, hand: Hand) -> None:
        assert form(hand) == Form(State(FIRST_NONCE))

    def test_every_entry_cell_is_read_as_it_stands(self, filled: Hand) -> None:
        assert write(filled, mark=SECOND, drawings=[account.draw(None, Said())])
        filled.pick_customer("firm A")
        for block, name in PLACES:
            filled.fill(block, **{name: f"{block} {name}"})
        filled.fill("promise", amount=Decimal("1250.5"), date=date(2026, 11, 30), instalments=Decimal(3))
        filled.fill("dispute", amount="abc")
        filled.fill("message", body="Dear Ann,\n\n=1+1")
        told = form(filled)
        assert told.customer == "firm A"
        assert {place: f"{place[0]} {place[1]}" for place in PLACES} | {
            ("promise", "amount"): Decimal("1250.5"),
            ("promise", "date"): date(2026, 11, 30),
            ("promise", "instalments"): Decimal(3),
            ("dispute", "amount"): "abc",
            ("message", "body"): "Dear Ann,\n\n=1+1",
        } == told.cells

    def test_a_block_is_cleared_and_the_answer_kept(self, filled: Hand) -> None:
        filled.fill("log", channel="Call", outcome="Spoke", then=SAVE)
        filled.fill("dispute", invoice="INV-a")
        state = State(
            FIRST_NONCE, Said("Call logged for Firm a.", NOW, done=False), (("log", "then", "seal"),)
        )
        assert write(filled, mark=SECOND, entries=clearing(form(filled), "log"), form=state, nonce="n2")
        after = State("n2", state.said)
        assert form(filled) == Form(after, "", {("dispute", "invoice"): "INV-a"})
        assert filled.entry("log", "then") is None
        assert write(filled, mark=Bookmark(10, "c"))
        assert form(filled).state == after

    def test_words_can_be_put_into_the_form(self, filled: Hand) -> None:
        filled.fill("message", subject="mine", then="Preview")
        entries = [
            SetEntry("message", "subject", "mine", "=1+1"),
            SetEntry("message", "body", None, "Dear Ann,\n\n+49 30"),
            SetEntry("message", THEN, "Preview", None),
        ]
        assert write(filled, mark=SECOND, entries=entries)
        assert form(filled).of(BLOCKS[3]) == {"subject": "=1+1", "body": "Dear Ann,\n\n+49 30"}
        assert form(filled).state == State(FIRST_NONCE)

    def test_an_entry_typed_over_meanwhile_is_left_and_the_bookmark_stays(self, filled: Hand) -> None:
        filled.fill("promise", amount=Decimal(100), then=SAVE)
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            entries = clearing(session.form(), "promise")
            filled.fill("promise", amount=Decimal(200))
            assert not session.write(
                BookPlan(1, SECOND, FIRST, NOW, entries=entries, form=State(FIRST_NONCE), nonce="n2")
            )
        assert filled.entry("promise", "amount") == 200
        assert form(filled).state.nonce == FIRST_NONCE
        with filled.book.open() as session:
            assert session.meta().mark == FIRST

    def test_an_entry_that_is_not_what_was_read_is_left(self, filled: Hand) -> None:
        filled.fill("promise", amount=Decimal(100))
        stale = [SetEntry("promise", "amount", Decimal(99), None)]
        assert not write(filled, mark=SECOND, entries=stale)
        assert filled.entry("promise", "amount") == 100

    def test_a_block_is_left_whole_where_its_then_was_changed_meanwhile(self, filled: Hand) -> None:
        filled.fill("promise", amount=Decimal(100), then=SAVE)
        with filled.book.open() as session:
            session.claim(1)
            tables(session)
            entries = clearing(session.form(), "promise")
            filled.fill("promise", then=None)
            assert not session.write(
                BookPlan(1, SECOND, FIRST, NOW, entries=entries, form=State(FIRST_NONCE), nonce="n2")
            )
        assert form(filled) == Form(State(FIRST_NONCE), "", {("promise", "amount"): Decimal(100)})

    def test_what_is_typed_into_the_form_is_no_typing_on_the_report(self, filled: Hand) -> None:
        drawing = account.draw(None, Said())
        assert write(filled, mark=SECOND, drawings=[drawing])
        for block, name in PLACES:
            filled.fill(block, **{name: "typed"})
        with filled.book.open() as session:
            assert list(session.typed(drawing)) == []
        assert write(filled, mark=Bookmark(10, "c"), drawings=[account.draw(None, Said("Done.", NOW))])
        assert set(form(filled).cells.values()) == {"typed"}

    def test_a_book_from_before_the_form_has_none(self, filled: Hand) -> None:
        filled.fill("log", channel="Call", then=SAVE)
        filled.age()
        assert form(filled) == Form()
        assert write(filled, mark=SECOND, drawings=[account.draw(None)])
        assert filled.entry("log", "channel") == "Call"
