from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from arc_sheets.cells import Formula
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.google import captured
from arc_sync.books.google.captured import Added, Batch, Row, portions
from arc_sync.books.google.layout import STAMP
from arc_sync.books.google.prints import print_of, shape
from arc_sync.books.google.reading import Grid
from arc_sync.books.google.record import Cell, Hit, Record
from arc_sync.books.port import BookPlan
from arc_sync.google.trouble import Lost, Rejected
from arc_sync.merge.history import Bookmark
from arc_sync.merge.identify import Stamp
from arc_sync.merge.plan import Look, SetCell
from arc_sync.xlsx.refs import letters
from tests.book_contract import (
    FIRST,
    NOW,
    SECOND,
    cells,
    customer,
    ids,
    invoice,
    line,
    read,
    report,
    shown,
    write,
)
from tests.emulators.google import GoogleEmulator, Person
from tests.google_hand import GoogleHand, client, new_spreadsheet

HEAD = 4  #: rows above the records
NOTE = SetCell("invoices", "b", "notes", None, "from ARC")


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(check_answers=False) as google:
        yield google


@pytest.fixture(scope="module")
def template(google: GoogleEmulator) -> str:
    hand = GoogleHand(google, client(google), new_spreadsheet(client(google)))
    rows = {"customers": [customer("a")], "invoices": [invoice(i) for i in "abcd"]}
    assert write(hand, appends=rows)
    return hand.spreadsheet


@pytest.fixture
def hand(google: GoogleEmulator, template: str) -> Iterator[GoogleHand]:
    copied = google.person_at(template).copy_file().file.file_id
    hand = GoogleHand(google, client(google), copied)
    for number, told in enumerate(hand.grid("_ARC").rows):
        if told and told[0] == "spreadsheet":
            hand.put("_ARC", number, 1, copied)
    yield hand
    google.habits.clear()
    google.faults.clear()


def at(hand: GoogleHand, row: str) -> int:
    """Return the number of a row as people count."""
    return hand.layout(INVOICES).rows[row] + 1


def letter(hand: GoogleHand, column: str) -> str:
    return letters(hand.layout(INVOICES).places[column])


def notes(hand: GoogleHand) -> dict[str, object]:
    k = [c.name for c in INVOICES.stored].index("notes")
    return {r.id: r.cells[k] for r in read(hand, INVOICES)}


def mark(hand: GoogleHand) -> Bookmark:
    with hand.book.open() as session:
        return session.meta().mark


# -- what a person does in the instant of a write ------------------------------------------------------------


@pytest.mark.parametrize(
    "doing",
    [
        lambda _hand, person: person.sort("Invoices", "B", descending=True, header_rows=HEAD),
        lambda hand, person: person.insert_rows("Invoices", at(hand, "a"), 2),
        lambda hand, person: person.delete_rows("Invoices", at(hand, "a")),
        lambda hand, person: person.move_rows("Invoices", at(hand, "a"), at(hand, "d")),
        lambda _hand, person: person.insert_rows("Invoices", 2),
        lambda hand, person: person.insert_columns("Invoices", letter(hand, "due")),
        lambda _hand, person: person.insert_columns("Invoices", "A"),
        lambda hand, person: person.move_columns("Invoices", letter(hand, "notes"), "B"),
        lambda hand, person: person.delete_columns("Invoices", letter(hand, "po")),
    ],
    ids=["sort", "insert", "delete", "move", "insert above the header", "column", "first column", "move column", "delete column"],
)  # fmt: skip
def test_a_row_that_moved_in_the_instant_of_the_write_is_put_right(
    hand: GoogleHand, doing: Callable[[GoogleHand, Person], object]
) -> None:
    hand.google.habits.before("write", lambda _: doing(hand, hand.person))
    assert not write(hand, mark=SECOND, cells=[NOTE])
    assert mark(hand) == FIRST
    assert set(notes(hand).values()) == {None}
    known = set(notes(hand))
    stray = [v for r in hand.grid("Invoices").rows for v in r if v == "from ARC"]
    assert stray == []
    assert write(hand, mark=SECOND, cells=[NOTE])
    assert notes(hand) == {i: "from ARC" if i == "b" else None for i in known}


def test_a_text_typed_into_the_very_cell_comes_back_and_reaches_the_merge(hand: GoogleHand) -> None:
    hand.google.habits.before("write", lambda _: hand.type(INVOICES, 1, notes="typed in that instant"))
    assert not write(hand, mark=SECOND, cells=[NOTE])
    assert notes(hand)["b"] == "typed in that instant"
    assert mark(hand) == FIRST


def test_a_formula_typed_into_the_very_cell_comes_back_with_its_references(hand: GoogleHand) -> None:
    status = letter(hand, "status")
    hand.google.habits.before(
        "write", lambda _: hand.type(INVOICES, 1, notes=Formula(f"{status}{at(hand, 'b')}"))
    )
    hand.google.habits.before(
        "write", lambda person: person.insert_rows("Invoices", at(hand, "a")), times=None
    )
    assert not write(hand, mark=SECOND, cells=[NOTE])
    hand.google.habits.clear()
    with hand.book.open() as session:
        session.claim(2)  # which puts back what people were still moving about
        assert session.meta().mark == FIRST
    found = hand.layout(INVOICES).cell(at(hand, "b") - 1, "notes")
    assert isinstance(found, Formula)
    assert found.text == f"{status}{at(hand, 'b')}"


def test_another_cell_of_the_row_may_be_typed_into(hand: GoogleHand) -> None:
    hand.google.habits.before("write", lambda _: hand.type(INVOICES, 1, po="PO-7"))
    assert write(hand, mark=SECOND, cells=[NOTE])
    assert cells(hand, INVOICES, 1)["po"] == "PO-7"
    assert notes(hand)["b"] == "from ARC"


def test_a_cell_only_looked_at_counts_too(hand: GoogleHand) -> None:
    hand.google.habits.before("write", lambda _: hand.type(INVOICES, 1, notes="just now"))
    assert not write(hand, mark=SECOND, looks=[Look("invoices", "b", "notes", None)])
    assert mark(hand) == FIRST
    assert notes(hand)["b"] == "just now"


def test_rows_are_added_whole_though_a_column_came_in_the_instant(hand: GoogleHand) -> None:
    hand.google.habits.before("write", lambda person: person.insert_columns("Invoices", "C"))
    assert not write(hand, mark=SECOND, appends={"invoices": [invoice("e")]})
    assert ids(hand, INVOICES) == ["a", "b", "c", "d"]
    assert write(hand, mark=SECOND, appends={"invoices": [invoice("e")]})
    assert ids(hand, INVOICES) == ["a", "b", "c", "d", "e"]
    assert cells(hand, INVOICES, 4)["number"] == "INV-e"


def test_a_row_added_again_askew_is_not_sought_where_it_was_added_before(hand: GoogleHand) -> None:
    new = {"invoices": [invoice("e")]}
    assert write(hand, mark=SECOND, appends=new)
    hidden = hand.layout(INVOICES).places[STAMP]
    hand.put("Invoices", at(hand, "e") - 1, 0, *[None] * hidden)  # emptied by a person, but for the stamp
    hand.google.habits.before("write", lambda person: person.insert_columns("Invoices", "C"))
    assert not write(hand, mark=Bookmark(10, "c"), appends=new)
    assert ids(hand, INVOICES) == ["a", "b", "c", "d"]
    assert [row for row in hand.grid("Invoices").rows if "INV-e" in row] == []


def test_an_id_that_hit_another_row_is_taken_back(hand: GoogleHand) -> None:
    hand.add(INVOICES, number="INV-new", customer="Firm a")
    with hand.book.open() as session:
        session.claim(1)
        new = list(session.read(INVOICES).rows)[-1]
        hand.google.habits.before(
            "write", lambda p: p.sort("Invoices", "B", descending=True, header_rows=HEAD)
        )
        assert not session.stamp([Stamp("invoices", new.at, "", new.cells, "f" * 32)])
    assert sorted(ids(hand, INVOICES)) == ["", "a", "b", "c", "d"]


def test_what_is_typed_on_a_report_in_the_instant_is_back_at_once(hand: GoogleHand) -> None:
    assert write(hand, mark=SECOND, drawings=[report("one", "two")])
    hand.google.habits.before("write", lambda _: hand.scribble("KPIs", "C5", "typed just now"))
    assert not write(hand, mark=Bookmark(10, "c"), drawings=[report("uno", "due")])
    assert [hand.sees("KPIs", cell) for cell in ("B4", "B5", "C5")] == ["uno", "due", "typed just now"]
    with hand.book.open() as session:
        assert ("C5", "typed just now") in session.typed(report("eins"))


def test_a_write_that_a_deletion_sends_beyond_the_last_row_does_not_meet_the_row_that_is_added(
    hand: GoogleHand,
) -> None:
    hand.google.habits.before("write", lambda person: person.delete_rows("Invoices", at(hand, "a")))
    cell = SetCell("invoices", "d", "notes", None, "from ARC")
    assert not write(hand, mark=SECOND, cells=[cell], appends={"invoices": [invoice("e")]})
    with hand.book.open() as session:
        session.claim(1)
    assert sorted(ids(hand, INVOICES)) == ["b", "c", "d", "e"]
    assert notes(hand) == dict.fromkeys("bcde")


def test_a_choice_made_in_the_instant_is_kept(hand: GoogleHand) -> None:
    assert write(hand, mark=SECOND, issues=[line("1"), line("2")])
    hand.google.habits.before("write", lambda _: hand.pick("2", "Keep mine"))
    assert not write(hand, mark=Bookmark(10, "c"), issues=[line("0"), line("1"), line("2")])
    assert ("2", "Keep mine", "seal 2") in shown(hand)
    assert mark(hand) == SECOND


def test_what_was_typed_over_a_slip_before_it_was_put_right_is_handed_over(
    hand: GoogleHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "arc_sync.books.google.session._REPAIRS", 0
    )  # this session dies before it puts anything back
    hand.google.habits.before("write", lambda _: hand.type(INVOICES, 1, notes="first"))
    assert not write(hand, mark=SECOND, cells=[NOTE])
    hand.type(INVOICES, 1, notes="second")
    with hand.book.open() as session:
        session.claim(1)
        assert {sheet: [t.text for t in typed] for sheet, typed in session.overtaken().items()} == {
            "Invoices": ["first"]
        }
        assert session.write(BookPlan(1, SECOND, session.meta().mark, NOW))
    with hand.book.open() as session:
        assert session.overtaken() == {}
    assert notes(hand)["b"] == "second"


# -- answers that get lost -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lost", [{"status": s, "after": a} for s in (503, None) for a in (True, False)], ids=str
)
def test_a_lost_answer_is_looked_up_and_nothing_is_done_twice(hand: GoogleHand, lost: dict[str, Any]) -> None:
    hand.google.faults.plan("write", **lost)
    assert write(hand, mark=SECOND, cells=[NOTE], appends={"invoices": [invoice("e")]})
    assert ids(hand, INVOICES) == ["a", "b", "c", "d", "e"]
    assert mark(hand) == SECOND


def test_a_hit_is_known_though_the_answer_that_would_tell_got_lost(hand: GoogleHand) -> None:
    hand.google.habits.before("write", lambda _: hand.type(INVOICES, 1, notes="typed just then"))
    hand.google.faults.plan("write", 503, after=True)
    assert not write(hand, mark=SECOND, cells=[NOTE])
    assert notes(hand)["b"] == "typed just then"


class Died(Exception):
    """The agent ends here."""


def test_a_round_that_dies_after_its_write_left_all_that_the_next_one_needs(
    hand: GoogleHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.google.habits.before("write", lambda p: p.sort("Invoices", "B", descending=True, header_rows=HEAD))
    with monkeypatch.context() as patched:
        patched.setattr("arc_sync.books.google.desk.judge", _die)
        with pytest.raises(Died):
            write(hand, mark=SECOND, cells=[NOTE])
    assert set(notes(hand).values()) == {None}
    assert mark(hand) == FIRST


def _die(*_: object) -> None:
    raise Died


def test_a_batch_that_arrives_late_changes_nothing(hand: GoogleHand, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[tuple[Any, ...]] = []
    with monkeypatch.context() as patched:
        patched.setattr(type(hand.sheets), "batch_update", lambda _self, *told: _lost(late, told))
        with pytest.raises(Exception, match="gave no answer"):
            write(hand, mark=SECOND, cells=[NOTE])
    assert write(hand, mark=SECOND, cells=[SetCell("invoices", "c", "notes", None, "newer")])
    before = hand.grid("Invoices").rows
    for told in late:
        with pytest.raises(Rejected):
            hand.sheets.batch_update(*told)
    assert hand.grid("Invoices").rows == before


def _lost(late: list[tuple[Any, ...]], told: tuple[Any, ...]) -> None:
    late.append(told)
    raise Lost("late")


def test_the_hidden_sheet_of_copies_comes_back(hand: GoogleHand) -> None:
    assert write(hand, mark=SECOND, cells=[NOTE])
    hand.person.delete_tab("_ARC_PRE")
    assert mark(hand) == SECOND
    assert write(hand, mark=Bookmark(10, "c"), cells=[SetCell("invoices", "b", "notes", "from ARC", "again")])
    assert notes(hand)["b"] == "again"


# -- large plans, odd books ----------------------------------------------------------------------------------


def test_a_large_plan_goes_in_portions_the_bookmark_last(
    hand: GoogleHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captured.portions, "__defaults__", (3_000,))
    monkeypatch.setattr("arc_sync.books.google.adding.MANY", 2)
    new = [invoice(f"n{n}") for n in range(9)]
    hand.google.calls.forget()
    assert write(hand, mark=SECOND, cells=[NOTE], appends={"invoices": new})
    assert hand.google.calls.by_kind()["write"] > 3
    assert ids(hand, INVOICES) == [*"abcd", *(r.id for r in new)]
    assert mark(hand) == SECOND


def test_a_large_plan_cut_off_is_gone_on_with(hand: GoogleHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captured.portions, "__defaults__", (3_000,))
    monkeypatch.setattr("arc_sync.books.google.adding.MANY", 2)
    new = [invoice(f"n{n}") for n in range(9)]
    hand.google.faults.plan("write", 503, times=9, skip=2)
    with pytest.raises(Exception, match="gave no answer"):
        write(hand, mark=SECOND, appends={"invoices": new})
    hand.google.faults.clear()
    assert 4 < len(ids(hand, INVOICES)) < 13
    assert mark(hand) == FIRST
    write(hand, mark=SECOND, appends={"invoices": new})
    assert ids(hand, INVOICES) == [*"abcd", *(r.id for r in new)]


def test_portions_hold_everything_once_in_order() -> None:
    rows = [Row(1, n, {0: "x" * 50}) for n in range(40)]
    added = [Added(1, (str(n),), ({0: "y"},), ({"appendCells": {"rows": "y" * 90}},)) for n in range(7)]
    parts = portions(rows, added, 1_000)
    assert len(parts) > 5
    assert [r for some, _ in parts for r in some] == rows
    assert [a for _, some in parts for a in some] == added
    assert portions([], []) == [([], [])]


def test_a_tab_that_was_renamed_is_known(hand: GoogleHand) -> None:
    hand.person.rename_tab("Invoices", "Rechnungen")
    assert write(hand, mark=SECOND, cells=[NOTE])
    assert hand.person.cell(f"Rechnungen!{letters(11)}6") == "from ARC"


def test_a_tab_that_was_made_anew_under_its_name_is_found(hand: GoogleHand) -> None:
    hand.person.rename_tab("Customers", "Old")
    hand.person.do(
        {"duplicateSheet": {"sourceSheetId": hand.person.sheet("Old").sheet_id, "newSheetName": "Customers"}}
    )
    hand.person.delete_tab("Old")
    assert ids(hand, CUSTOMERS) == ["a"]


def test_a_german_spreadsheet_is_read_and_written_as_any_other(hand: GoogleHand) -> None:
    hand.person.set_locale("de_DE")
    hand.person.type(f"Invoices!{letter(hand, 'amount')}5", "1234,56")
    assert str(cells(hand, INVOICES, 0)["amount"]) == "1234.56"
    assert write(hand, mark=SECOND, cells=[NOTE])
    assert notes(hand)["b"] == "from ARC"


def test_merged_headers_hold_their_columns(hand: GoogleHand) -> None:
    hand.person.merge(f"Invoices!{letter(hand, 'po')}4:{letter(hand, 'status')}4")
    with hand.book.open() as session:
        assert "status" not in session.read(INVOICES).present
    assert not write(hand, mark=SECOND, cells=[SetCell("invoices", "a", "status", "open", "void")])


def test_two_agents_on_one_book_do_not_meet(hand: GoogleHand) -> None:
    with hand.book.open() as one, hand.book.open() as other:
        for session in (one, other):
            session.claim(1)
            list(session.read(INVOICES).rows)
        assert one.write(BookPlan(1, SECOND, FIRST, NOW, cells=[NOTE]))
        assert not other.write(BookPlan(1, SECOND, FIRST, NOW, cells=[NOTE._replace(value="other")]))
    assert notes(hand)["b"] == "from ARC"
    assert list(read(hand, ISSUES)) == []


# -- prints --------------------------------------------------------------------------------------------------


def test_kinds_of_values_differ() -> None:
    assert len({print_of(v) for v in ("5", 5, True, "TRUE", None, Formula("5"), "=5")}) == 7
    assert print_of("") == print_of(None)


@pytest.mark.parametrize(
    ("formula", "other"),
    [
        ("A1+B$2", "C7+D$9"),
        ("SUM(A1:A9)", "SUM(B2:B10)"),
        ("SUM(A:A)", "SUM(C:C)"),
        ("Rates!B7*2", "Rates!#REF!*2"),
    ],
)
def test_a_formula_is_known_by_its_shape_wherever_it_moved(formula: str, other: str) -> None:
    assert print_of(Formula(formula)) == print_of(Formula(other))


def test_rows_are_added_last() -> None:
    """A write that a deletion sends below the last row must not meet one that was added in the same batch."""
    grids = {sheet: Grid(sheet, [], 100, 10) for sheet in (7, 8, 9)}
    adds = {"appendCells": {"sheetId": 7, "rows": [], "fields": "userEnteredValue"}}
    added = [Added(7, ["e"], [{0: "text"}], [adds], [[]])]
    batch = Batch(grids, {}, 8, 9, "arc-1-x", Record(2, "arc-2-x"), [Row(7, 5, {0: "text"})], added)
    requests = batch.requests()
    starts = [r.get("updateCells", {}).get("start", {}).get("sheetId") for r in requests]
    told = [next(iter(r)) for r in requests]
    assert starts.index(7) < told.index("appendCells")


@pytest.mark.parametrize(
    ("formula", "other"), [("A1+B2", "A1-B2"), ('"A1"', '"B2"'), ("LOG10(A1)", "LOG2(A1)"), ("A1*2", "A1*3")]
)
def test_other_formulas_have_other_shapes(formula: str, other: str) -> None:
    assert shape(formula) != shape(other)


def test_the_place_of_a_formula_on_its_way_home_is_left_alone() -> None:
    cell = Cell("notes", Formula("B9*2"), print_of("dirt"), (50, 3))
    record = Record(2, "arc-2-x", hits=[Hit("arc-1-x.0", 7, ("arc-1-x.0",), "", 9, (cell,), 1)])
    grids = {sheet: Grid(sheet, [], 100, 10) for sheet in (7, 8, 9)}
    batch = Batch(grids, {}, 8, 9, "arc-1-x", record, [Row(7, 5, {0: "text"})])
    cleared = [
        r["updateCells"]["range"] for r in batch.requests() if "rows" not in r.get("updateCells", {"rows": 0})
    ]
    assert record.base == 51
    assert cleared == [{"sheetId": 8, "startRowIndex": 51}]
