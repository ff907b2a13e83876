"""The rules of sync, case by case: the table of cells, choices, copies, rows, and every bug once found."""

from __future__ import annotations

import pytest

from arc_sheets.cells import CellError, Formula
from arc_sync.books.draw.issues import MINE, NOTED, THEIRS
from arc_sync.books.memory import MemoryRow
from arc_sync.merge.issues import ID, IssueKind
from tests.scenes import agreed, before, dying, row
from tests.toys import PARTS, THINGS
from tests.world import World

pytestmark = pytest.mark.usefixtures("toys")
ONE, TWO, PART = row(1), row(2), row(5)


def conflict() -> World:
    """Return a world where the b of k1 is "here" in A and "there" in the ledger, and both are shown."""
    world = agreed()
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.sync("A")
    return world


def pair(
    world: World, book: str = "A", i: str = ONE, column: str = "b"
) -> tuple[object, object, bool] | None:
    """Return what an open conflict says: (mine, theirs, loose)."""
    issue = world.issue(book, i, column)
    return (issue.mine, issue.theirs, issue.loose) if issue and issue.kind is IssueKind.CONFLICT else None


def both(world: World, column: str, i: str = ONE, book: str = "A") -> tuple[object, object]:
    """Return a cell and its value in the ledger."""
    return world.cell(book, i, column), world.value(i, column)


# --- one cell ------------------------------------------------------------------------------------------------


def test_equal_on_both_sides_is_agreed() -> None:
    world = agreed()
    world.type("A", ONE, b="same")
    world.put(ONE, b="same")
    world.settle()
    assert both(world, "b") == ("same", "same")
    assert not world.every_issue()


def test_an_issue_shown_here_closes_when_people_make_both_sides_equal() -> None:
    world = conflict()
    world.type("A", ONE, b="there")
    world.settle()
    assert pair(world) is None
    assert both(world, "b") == ("there", "there")


@pytest.mark.parametrize("garbage", [CellError("#REF!"), Formula("1+1")])
@pytest.mark.parametrize("column", ["a", "b"])
def test_an_unreadable_cell_is_held_and_neither_side_is_touched(garbage: CellError, column: str) -> None:
    world = agreed()
    world.type("A", ONE, **{column: garbage})
    world.put(ONE, **{column: "moved on"})
    world.settle()
    issue = world.issue("A", ONE, column)
    assert issue is not None
    assert (issue.kind, issue.theirs) == (IssueKind.HELD, "moved on")
    assert both(world, column) == (garbage, "moved on")


def test_a_held_cell_remembers_its_base() -> None:
    world = agreed()
    world.type("A", ONE, b=CellError("#N/A"))
    world.settle()
    world.put(ONE, b="moved on")
    world.settle()
    world.type("A", ONE, b="b1")  # as it was: nobody edited anything
    world.settle()
    assert both(world, "b") == ("moved on", "moved on")
    assert not world.every_issue()


def test_unchanged_in_the_book_takes_the_ledgers_value() -> None:
    world = agreed()
    world.put(ONE, a="new", b="new", bal="99")
    world.settle()
    assert [both(world, c)[0] for c in ("a", "b", "bal")] == ["new", "new", "99"]


def test_an_open_conflict_stays_open_whatever_time_has_passed() -> None:
    world = conflict()
    for _ in range(5):
        world.sync("A")
        world.sync("B")
    assert pair(world) == ("here", "there", False)
    assert both(world, "b") == ("here", "there")


def test_an_open_conflict_is_brought_up_to_date() -> None:
    world = conflict()
    world.put(ONE, b="elsewhere")
    world.settle()
    line = world.line("A", ONE, "b")
    assert line is not None
    assert (line.mine, line.theirs) == ("here", "elsewhere")


def test_a_ledger_column_is_restored_and_what_was_typed_is_said() -> None:
    world = agreed()
    world.type("A", ONE, bal="mine")
    world.settle()
    assert both(world, "bal") == ("10", "10")
    assert [x.mine for x in world.notices("A")] == ["mine"]


def test_a_cleared_ledger_column_is_restored_without_a_word() -> None:
    world = agreed()
    world.type("A", ONE, bal=None)
    world.settle()
    assert both(world, "bal") == ("10", "10")
    assert not world.every_issue()


@pytest.mark.parametrize("column", ["a", "b"])
def test_a_value_of_an_older_copy_is_a_question_whoever_owns_the_column(column: str) -> None:
    world = agreed()
    backup = world.copy("A")
    for value in ("first", "second"):
        world.type("A", ONE, **{column: value})
        world.settle()
    world.put_back("A", backup)
    world.type("A", ONE, **{column: "first"})
    world.settle()
    assert pair(world, column=column) == ("first", "second", False)


@pytest.mark.parametrize("column", ["k", "a", "b"])
def test_changed_in_the_book_alone_goes_to_the_ledger(column: str) -> None:
    world = agreed()
    world.type("A", ONE, **{column: "mine"})
    world.settle()
    assert both(world, column) == ("mine", "mine") == both(world, column, book="B")
    assert not world.every_issue()


def test_typing_decides_a_conflict_whose_other_side_was_shown() -> None:
    world = conflict()
    world.type("A", ONE, b="settled")
    world.settle()
    assert both(world, "b") == ("settled", "settled")
    assert pair(world) is None


def test_typing_does_not_decide_against_a_value_not_shown() -> None:
    world = conflict()
    world.type("A", ONE, b="settled?")
    world.put(ONE, b="unseen")
    world.settle()
    assert pair(world) == ("settled?", "unseen", False)
    assert both(world, "b") == ("settled?", "unseen")


def test_both_changed_a_sheet_column_and_the_book_wins_and_the_loser_stays_in_the_history() -> None:
    world = agreed()
    world.type("A", ONE, a="here")
    world.put(ONE, a="there")
    world.settle()
    assert both(world, "a") == ("here", "here")
    with world.ledger.read() as view:
        last = [c for c in view.changes(0) if c.tab == "things"][-1]
    assert last.source == "A"
    assert (last.before, last.after) == (("k1", "there", "b1", "10"), ("k1", "here", "b1", "10"))


def test_both_changed_a_both_column_and_neither_side_is_touched() -> None:
    world = conflict()
    assert both(world, "b") == ("here", "there")
    assert pair(world) == ("here", "there", False)
    line = world.line("A", ONE, "b")
    assert line is not None
    assert (line.mine, line.theirs) == ("here", "there")


def test_the_key_of_another_row_is_held() -> None:
    world = agreed()
    world.type("A", ONE, k="k2")
    world.settle()
    issue = world.issue("A", ONE, "k")
    assert issue is not None
    assert issue.kind is IssueKind.HELD
    assert both(world, "k") == ("k2", "k1")


def test_a_name_that_no_row_has_is_held() -> None:
    world = agreed()
    world.type("A", PART, PARTS, thing="nobody")
    world.settle()
    issue = world.issue("A", PART, "thing", PARTS)
    assert issue is not None
    assert "Things has no nobody" in issue.why
    assert world.value(PART, "thing", PARTS) == "k1"


def test_a_required_cell_that_was_cleared_is_held() -> None:
    world = agreed()
    world.type("A", ONE, k=None)
    world.settle()
    issue = world.issue("A", ONE, "k")
    assert issue is not None
    assert issue.kind is IssueKind.HELD
    assert world.value(ONE, "k") == "k1"


# --- choices -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "wanted"), [(MINE, "here"), (THEIRS, "there")])
def test_a_choice_is_carried_out(choice: str, wanted: str) -> None:
    world = conflict()
    world.choose("A", ONE, "b", choice)
    report = world.sync("A")
    world.settle()
    assert report.chosen == 1
    assert both(world, "b") == (wanted, wanted) == both(world, "b", book="B")
    assert not world.every_issue()
    assert not world.books["A"].lines


@pytest.mark.parametrize("choice", [MINE, THEIRS])
def test_a_choice_is_valid_only_for_the_pair_shown(choice: str) -> None:
    world = conflict()
    world.choose("A", ONE, "b", choice)
    world.put(ONE, b="unseen")
    report = world.sync("A")
    world.settle()
    assert (report.chosen, len(report.refused)) == (0, 1)
    assert pair(world) == ("here", "unseen", False)
    line = world.line("A", ONE, "b")
    assert line is not None
    assert (line.theirs, line.choice) == ("unseen", "")


def test_a_choice_of_yesterday_on_a_new_pair_is_refused() -> None:
    world = conflict()
    old = world.line("A", ONE, "b")
    assert old is not None
    world.put(ONE, b="unseen")
    world.sync("A")
    world.pick("A", old, MINE)
    world.settle()
    assert pair(world) == ("here", "unseen", False)


def test_a_choice_on_what_is_settled_is_passed_over() -> None:
    world = conflict()
    old = world.line("A", ONE, "b")
    assert old is not None
    world.type("A", ONE, b="settled")
    world.settle()
    world.pick("A", old, MINE)
    world.settle()
    assert both(world, "b") == ("settled", "settled")
    assert not world.books["A"].lines


def test_keep_mine_on_a_notice_keeps_the_notice() -> None:
    world = agreed()
    world.type("A", ONE, bal="mine")
    world.settle()
    for choice, left in ((MINE, 1), (NOTED, 0)):
        world.pick("A", world.books["A"].lines[0], choice)
        world.settle()
        assert len(world.notices("A")) == left


def test_keep_mine_of_a_key_lets_the_rows_follow_that_name_it() -> None:
    world = agreed()
    backup = world.copy("A")
    for name in ("x", "y"):
        world.type("A", ONE, k=name)
        world.settle()
    world.put_back("A", backup)
    world.type("A", ONE, k="x")
    world.settle()
    assert pair(world, column="k") == ("x", "y", False)
    world.choose("A", ONE, "k", MINE)
    world.settle()
    assert both(world, "k") == ("x", "x")
    assert world.cell("B", PART, "thing", PARTS) == world.value(PART, "thing", PARTS) == "x"


# --- issues that this copy does not carry --------------------------------------------------------------------


def test_an_older_copy_makes_a_conflict_loose_and_closes_nothing() -> None:
    world = agreed()
    backup = world.copy("A")
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", backup)
    world.settle()
    assert pair(world) == ("here", "there", True)
    assert both(world, "b") == ("there", "there")


@pytest.mark.parametrize(("choice", "wanted"), [(MINE, "here"), (THEIRS, "there")])
def test_a_loose_conflict_is_open_until_a_person_chooses(choice: str, wanted: str) -> None:
    world = agreed()
    backup = world.copy("A")
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", backup)
    world.settle()
    world.choose("A", ONE, "b", choice)
    world.settle()
    assert both(world, "b") == (wanted, wanted)
    assert pair(world) is None


def test_typing_in_the_cell_of_a_loose_conflict_closes_it_and_says_what_was_pushed_out() -> None:
    world = agreed()
    backup = world.copy("A")
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", backup)
    world.settle()
    world.type("A", ONE, b="settled")
    world.settle()
    assert both(world, "b") == ("settled", "settled")
    assert pair(world) is None
    assert [x.mine for x in world.notices("A")] == ["here"]


def test_an_older_copy_with_an_edit_in_the_cell_of_a_conflict_pushes_nothing_out_in_silence() -> None:
    world = agreed()
    backup = world.copy("A")
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", backup)
    world.type("A", ONE, b="other")
    world.settle()
    assert pair(world) == ("other", "there", False)
    assert [x.mine for x in world.notices("A")] == ["here"]


# --- two books -----------------------------------------------------------------------------------------------


def test_one_cell_in_two_books_is_two_conflicts_and_one_decision_settles_one() -> None:
    world = agreed()
    world.type("A", ONE, b="in A")
    world.type("B", ONE, b="in B")
    world.put(ONE, b="there")
    world.settle()
    assert (pair(world), pair(world, "B")) == (("in A", "there", False), ("in B", "there", False))
    world.choose("A", ONE, "b", MINE)
    world.settle()
    assert both(world, "b") == ("in A", "in A")
    assert pair(world, "B") == ("in B", "in A", False)
    world.choose("B", ONE, "b", THEIRS)
    world.settle()
    assert both(world, "b", book="B") == ("in A", "in A")
    assert not world.every_issue()


def test_the_same_new_key_typed_in_two_books_is_one_row() -> None:
    world = agreed()
    world.add("A", k="new", a="from A")
    world.add("B", k="new", b="from B")
    world.settle()
    found = [r for r in world.rows().values() if r[0] == "new"]
    assert len(found) == 1
    assert {"from A", "from B"} <= {str(v) for v in found[0]} | {str(x.mine) for x in world.issues().values()}


# --- rows ----------------------------------------------------------------------------------------------------


def test_a_row_deleted_in_the_ledger_leaves_the_book() -> None:
    world = agreed()
    world.delete(ONE)
    world.settle()
    assert [r.cells["k"] for r in world.sheet("A").rows] == ["k2", "k3", "k4"]
    assert not world.every_issue()


def test_what_somebody_wrote_beside_a_deleted_row_stays() -> None:
    world = agreed()
    world.at("A", ONE).own = "call her"
    world.delete(ONE)
    world.settle()
    left = world.sheet("A").rows[0]
    assert (left.id, left.own, left.cells) == ("", "call her", {})


@pytest.mark.parametrize("edit", ["typed", CellError("#N/A")])
def test_a_row_deleted_in_the_ledger_and_edited_in_the_book_is_revived_and_said(edit: str) -> None:
    world = agreed()
    world.delete(ONE)
    world.type("A", ONE, b=edit)
    world.settle()
    assert world.value(ONE, "k") == "k1"
    assert world.cell("A", ONE, "b") == edit
    assert any("had been deleted in the ledger" in x.why for x in world.notices("A"))


def test_an_undecided_conflict_revives_a_deleted_row() -> None:
    world = conflict()
    world.delete(ONE)
    world.settle()
    assert both(world, "b") == ("here", "here")


def test_something_typed_over_arcs_own_in_a_deleted_row_is_said() -> None:
    world = agreed()
    world.delete(ONE)
    world.type("A", ONE, bal="mine", parts="many")
    world.settle()
    assert world.sheet("A").find(ONE) is None
    assert {x.mine for x in world.notices("A")} >= {"mine", "many"}


def test_a_row_deleted_in_the_book_comes_back_with_a_word() -> None:
    world = agreed()
    world.sheet("A").rows.remove(world.at("A", ONE))
    world.settle()
    assert world.cell("A", ONE, "k") == "k1"
    (notice,) = world.notices("A")
    assert notice.why.startswith("k1 was deleted from Things here and has been put back.")


def test_many_rows_that_vanish_are_neither_deleted_nor_brought_back() -> None:
    world = agreed()
    world.sheet("A").rows.clear()
    world.settle()
    assert len(world.rows()) == 4
    assert not world.sheet("A").rows
    assert {x.kind for x in world.issues("A").values()} == {IssueKind.GONE}
    assert [(x.mine, x.theirs) for x in world.books["A"].lines] == [("(vanished)", "4 rows")]


def test_vanished_rows_come_back_when_a_person_wants_them() -> None:
    world = agreed()
    world.sheet("A").rows.clear()
    world.settle()
    world.pick("A", world.books["A"].lines[0], THEIRS)
    world.settle()
    assert sorted(str(r.cells["k"]) for r in world.sheet("A").rows) == ["k1", "k2", "k3", "k4"]
    assert not world.every_issue("A")


def test_vanished_rows_that_are_pasted_back_are_as_they_were() -> None:
    world = agreed()
    rows = list(world.sheet("A").rows)
    world.sheet("A").rows.clear()
    world.settle()
    world.put(ONE, b="moved on")
    world.settle()
    world.sheet("A").rows = rows
    world.settle()
    assert both(world, "b") == ("moved on", "moved on")
    assert not world.every_issue()


def test_a_row_that_was_emptied_comes_back() -> None:
    world = agreed()
    world.type("A", ONE, **dict.fromkeys(("k", "a", "b", "bal", "parts")))
    world.settle()
    assert both(world, "a") == ("a1", "a1")
    assert len(world.notices("A")) == 1


def test_a_new_row_waits_for_what_it_lacks() -> None:
    world = agreed()
    added = world.add("A", a="no key yet")
    world.settle()
    assert len(world.rows()) == 4
    assert [x.kind for x in world.issues("A").values()] == [IssueKind.HELD]
    added.cells["k"] = "k9"
    world.settle()
    assert "k9" in {r[0] for r in world.rows().values()}
    assert not world.issues("A")


# --- columns -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["a", "b", "bal"])
def test_a_column_deleted_and_made_anew_clears_nothing(column: str) -> None:
    world = agreed()
    wanted = world.live()
    sheet = world.sheet("A")
    sheet.columns.discard(column)
    for r in sheet.rows:
        r.cells.pop(column)
    world.settle()
    assert [k.column for k in world.issues("A")] == [column]
    sheet.columns.add(column)
    world.settle()
    assert world.live() == wanted
    assert world.cell("A", ONE, column) == world.value(ONE, column)
    assert not world.every_issue()


def test_a_column_deleted_and_made_anew_over_two_rows_clears_nothing() -> None:
    world = agreed()
    sheet = world.sheet("A", PARTS)
    sheet.columns.discard("d")
    for r in sheet.rows:
        r.cells.pop("d")
    world.settle()
    sheet.columns.add("d")
    world.settle()
    assert [world.cell("A", i, "d", PARTS) for i in (PART, row(6))] == ["d1", "d2"]


def test_a_column_emptied_at_one_go_is_filled_again() -> None:
    world = agreed()
    for r in world.sheet("A").rows:
        r.cells["a"] = None
    world.settle()
    assert both(world, "a") == ("a1", "a1")


@pytest.mark.parametrize("column", ["a", "b"])
def test_a_header_renamed_for_a_week_lets_the_ledgers_newer_values_win_over_unchanged_cells(
    column: str,
) -> None:
    world = agreed()
    world.sheet("A").columns.discard(column)
    world.settle()
    world.put(ONE, **{column: "newer"})
    world.settle()
    world.put(TWO, **{column: "newer"})
    world.settle()
    world.sheet("A").columns.add(column)
    world.settle()
    assert both(world, column) == ("newer", "newer") == both(world, column, TWO)
    assert not world.every_issue()


def test_a_header_renamed_again_before_its_return_was_written_keeps_its_first_base() -> None:
    world = agreed()
    columns = world.sheet("A").columns
    columns.discard("b")
    world.settle()
    world.put(ONE, b="newer")
    world.settle()
    columns.add("b")
    dying(world, "A", "set cell")
    columns.discard("b")
    world.settle()
    columns.add("b")
    world.settle()
    assert both(world, "b") == ("newer", "newer")


def made_anew() -> World:
    """Return a world in whose book A a column was made anew, blank, and then typed into."""
    world = agreed()
    world.put(ONE, a=None)
    world.settle()
    for r in world.sheet("A").rows:
        r.cells["a"] = None
    world.type("A", ONE, a="typed")
    return world


def test_what_was_typed_into_a_column_that_was_made_anew_is_an_edit() -> None:
    world = made_anew()
    world.settle()
    assert both(world, "a") == ("typed", "typed")
    assert both(world, "a", TWO) == ("a2", "a2")


def test_what_was_typed_into_a_column_that_was_made_anew_revives_a_row_deleted_meanwhile() -> None:
    world = made_anew()
    world.delete(ONE)
    world.settle()
    assert both(world, "a") == ("typed", "typed")


def test_what_was_typed_under_a_renamed_header_is_an_edit() -> None:
    world = agreed()
    world.sheet("A").columns.discard("b")
    world.settle()
    world.type("A", ONE, b="typed")
    world.type("A", TWO, b="typed too")
    world.put(ONE, b="newer")
    world.settle()
    world.sheet("A").columns.add("b")
    world.settle()
    assert pair(world) == ("typed", "newer", False)
    assert both(world, "b", TWO) == ("typed too", "typed too")


@pytest.mark.parametrize("header", [ID, "k"])
def test_without_ids_or_keys_the_tab_waits_and_the_rest_goes_on(header: str) -> None:
    world = agreed()
    world.sheet("A").columns.discard(header)
    world.type("A", ONE, a="typed")
    world.type("A", PART, PARTS, c="typed")
    world.put(ONE, b="newer")
    world.settle()
    assert (world.value(ONE, "a"), world.at("A", ONE).cells["b"]) == ("a1", "b1")
    assert world.value(PART, "c", PARTS) == "typed"
    world.sheet("A").columns.add(header)
    world.settle()
    assert (world.value(ONE, "a"), world.cell("A", ONE, "b")) == ("typed", "newer")
    assert not world.every_issue()


def test_a_sheet_that_is_missing_deletes_nothing() -> None:
    world = agreed()
    sheet = world.books["A"].sheets.pop("things")
    world.settle()
    assert len(world.rows()) == 4
    world.books["A"].sheets["things"] = sheet
    world.settle()
    assert not world.every_issue()


# --- copies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["a", "b"])
def test_closed_without_saving_the_bookmark_goes_back_with_the_cells(column: str) -> None:
    world = agreed()
    disk = world.copy("A")
    world.type("A", ONE, **{column: "typed"})
    world.settle("A")
    world.put_back("A", disk)
    world.settle()
    assert both(world, column) == ("typed", "typed")
    assert not world.every_issue()


def test_a_round_under_way_dies_with_the_connection() -> None:
    world = agreed()
    disk = world.copy("A")
    world.put(ONE, b="newer")
    report = world.sync("A", before("set cell", lambda: world.put_back("A", disk)))
    assert not report.in_step
    assert world.books["A"].meta[2:4] == disk.meta[2:4]
    world.settle()
    assert both(world, "b") == ("newer", "newer")


def test_an_edit_in_an_old_copy_is_an_edit() -> None:
    world = agreed()
    old = world.copy("A")
    world.put(TWO, b="newer")
    world.settle()
    world.put_back("A", old)
    world.type("A", ONE, b="typed in the old copy")
    world.settle()
    assert both(world, "b") == ("typed in the old copy",) * 2
    assert both(world, "b", TWO) == ("newer", "newer")


# --- what cannot be told apart (documented) ------------------------------------------------------------------


def test_typing_the_old_value_over_an_unacknowledged_write_reads_as_not_written_yet() -> None:
    world = agreed()
    world.put(ONE, b="offered")
    dying(world, "A", "bookmark")
    assert world.cell("A", ONE, "b") == "offered"
    world.type("A", ONE, b="b1")
    world.settle()
    assert both(world, "b") == ("offered", "offered")


def test_typed_back_before_the_acknowledgement_is_a_question() -> None:
    world = agreed()
    world.type("A", ONE, a="typed")
    dying(world, "A", "bookmark")
    world.type("A", ONE, a="a1")
    world.settle()
    assert pair(world, column="a") == ("a1", "typed", False)


def test_typing_over_an_unacknowledged_offer_is_a_question() -> None:
    world = agreed()
    world.put(ONE, b="offered")
    dying(world, "A", "bookmark")
    world.type("A", ONE, b="typed")
    world.settle()
    assert pair(world) == ("typed", "offered", False)


def test_deleting_an_unacknowledged_row_brings_it_back() -> None:
    world = agreed()
    new = world.insert(k="k9")
    dying(world, "A", "bookmark")
    world.sheet("A").rows.remove(world.at("A", new))
    world.settle()
    assert world.cell("A", new, "k") == "k9"


def test_an_edit_in_an_old_copy_that_no_round_read_is_genuine() -> None:
    world = agreed()
    world.type("A", ONE, b="never synced")
    old = world.copy("A")
    world.type("A", ONE, b="b1")
    world.settle()
    world.put_back("A", old)
    world.settle()
    assert both(world, "b") == ("never synced", "never synced")


# --- bugs once found -----------------------------------------------------------------------------------------


def test_rows_numbered_anew_are_taken_in_one_round_whoever_had_the_number_before() -> None:
    world = agreed()
    for n in range(1, 5):
        world.type("A", row(n), k=f"k{n + 1}")
    added = world.add("A", k="k1")
    report = world.sync("A")
    assert [world.value(row(n), "k") for n in range(1, 5)] == ["k2", "k3", "k4", "k5"]
    assert world.value(added.id, "k") == "k1"
    assert (report.in_step, report.issues) == (True, [])


def test_a_row_is_not_revived_under_a_key_that_another_row_has_by_then() -> None:
    """Its own key was wiped with the column, so that the ledger's old one would count."""
    world = agreed()
    world.sheet("A").columns.discard("k")
    world.settle("A")
    world.delete(ONE)
    other = world.insert(k="k1")
    world.sheet("A").columns.add("k")
    for there in world.sheet("A").rows:
        there.cells["k"] = None
    world.type("A", ONE, a="typed")
    world.settle()
    assert ONE not in world.rows()
    assert world.value(other, "k") == "k1"
    assert world.cell("A", ONE, "a") == "typed"
    issue = world.issue("A", ONE, "k")
    assert issue is not None
    assert issue.kind is IssueKind.HELD
    world.type("A", ONE, k="k7")
    world.settle()
    assert world.rows()[ONE][:2] == ("k7", "typed")
    assert world.issue("A", ONE, "k") is None


def test_a_row_that_waits_to_be_revived_is_not_said_to_have_vanished() -> None:
    world = agreed()
    file = world.copy("A")
    world.sheet("A").rows.clear()
    world.settle("A")
    world.delete(ONE)
    world.insert(k="k1")
    world.put_back("A", file)  # Ctrl+Z
    world.type("A", ONE, a="typed")
    world.settle()
    assert [key.column for key in world.issues("A") if key.row == ONE] == ["k"]


def test_a_row_is_not_revived_naming_a_thing_that_is_gone() -> None:
    world = agreed()
    world.sheet("A", PARTS).columns.discard("thing")
    world.settle("A")
    world.delete(PART, PARTS)
    world.delete(ONE)
    world.type("A", PART, PARTS, d="typed")
    world.settle()
    assert PART not in world.rows(PARTS)
    assert world.cell("A", PART, "d", PARTS) == "typed"
    issue = world.issue("A", PART, "thing", PARTS)
    assert issue is not None
    assert issue.kind is IssueKind.HELD


def test_an_old_copy_with_a_conflict_decided_since_does_not_revive_a_row_deleted_since() -> None:
    world = conflict()
    old = world.copy("A")
    world.choose("A", ONE, "b", THEIRS)
    world.settle()
    world.delete(ONE)
    world.settle()
    world.put_back("A", old)
    world.settle()
    assert ONE not in world.rows()
    assert world.sheet("A").find(ONE) is None


def test_a_row_offered_edited_and_not_acknowledged_has_a_whole_base() -> None:
    world = agreed()
    new = world.insert(k="k9", a="a9", b="b9", bal="90")
    dying(world, "A", "bookmark")
    world.type("A", new, a="typed")
    dying(world, "A", "bookmark")
    world.type("A", new, b="again")
    world.delete(new)
    world.settle()
    assert world.rows()[new] == ("k9", "typed", "again", "90")


def test_typed_after_the_read_but_before_the_issue_was_shown_is_no_decision() -> None:
    world = agreed()
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.sync("A", before("show issues", lambda: world.type("A", ONE, b="typed blindly")))
    world.settle()
    assert pair(world) == ("typed blindly", "there", False)


def test_a_loose_conflict_does_not_hide_what_was_offered() -> None:
    world = agreed()
    backup = world.copy("A")
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", backup)
    dying(world, "A", "bookmark")  # "there" is offered, the conflict loose
    world.put(ONE, b="elsewhere")
    world.settle()
    assert both(world, "b") == ("elsewhere", "elsewhere")
    assert pair(world) == ("here", "elsewhere", True)


def test_issues_are_those_of_the_bookmark_not_of_today() -> None:
    world = agreed()
    old = world.copy("A")
    world.type("A", ONE, b=CellError("#N/A"))
    world.put(ONE, b="there")
    world.settle()
    world.put_back("A", old)
    world.type("A", ONE, b="typed in the old copy")
    world.settle()
    assert pair(world) == ("typed in the old copy", "there", False)


def test_saved_taken_retyped_taken_and_closed_without_saving_keeps_the_ledgers_value() -> None:
    world = agreed()
    world.type("A", ONE, a="first")
    disk = world.copy("A")
    world.settle("A")
    world.type("A", ONE, a="second")
    world.settle("A")
    world.put_back("A", disk)
    world.settle("A")
    assert world.value(ONE, "a") == "second"
    assert pair(world, column="a") == ("first", "second", False)


def test_a_row_taken_then_a_crash_then_closed_without_saving_deletes_nothing() -> None:
    world = agreed()
    disk = world.copy("A")
    world.add("A", k="k9")
    dying(world, "A", "bookmark")
    world.put_back("A", disk)
    world.settle()
    assert "k9" in {r[0] for r in world.rows().values()}
    assert "k9" in {r.cells["k"] for r in world.sheet("A").rows}
    assert not world.every_issue()


@pytest.mark.parametrize("step", ["committed", "bookmark"])
def test_the_bookmark_is_the_head_of_the_merge_not_of_the_stamping(step: str) -> None:
    world = agreed()
    world.type("A", ONE, a="typed")
    world.add("A", k="k9")
    world.put(row(3), b="newer")
    world.delete(row(4))
    world.sync("A", before(step, lambda: world.put(TWO, b="meanwhile")))
    world.settle()
    assert both(world, "b", TWO) == ("meanwhile", "meanwhile")


def test_typing_over_a_conflict_not_yet_shown_decides_nothing() -> None:
    world = agreed()
    world.type("A", ONE, b="here")
    world.put(ONE, b="there")
    dying(world, "A", "show issues")
    world.type("A", ONE, b="typed blindly")
    world.settle()
    assert pair(world) == ("typed blindly", "there", False)


def test_a_round_closed_after_an_autosave_is_as_if_it_had_died() -> None:
    world = agreed()
    world.put(ONE, b="newer")
    world.put(TWO, b="newer")
    world.sync("A", before("bookmark", lambda: world.put_back("A", world.copy("A"))))
    world.put(ONE, b="newest")
    world.settle()
    assert both(world, "b") == ("newest", "newest")
    assert not world.every_issue()


def test_pending_sets_count_only_on_the_bookmark_they_were_made_on() -> None:
    world = agreed()
    older = world.copy("A")
    world.put(TWO, b="moves the bookmark")
    world.settle()
    world.put(ONE, b="offered")
    dying(world, "A", "set cell")
    world.put_back("A", older)
    world.type("A", ONE, b="offered")
    world.put(ONE, b="there")
    world.settle()
    assert pair(world) == ("offered", "there", False)


def test_rows_that_follow_a_rename_reach_the_book_in_the_same_round() -> None:
    world = agreed()
    world.type("A", ONE, k="renamed")
    world.sync("A")
    assert world.cell("A", PART, "thing", PARTS) == "renamed"
    world.settle()
    assert world.cell("B", PART, "thing", PARTS) == world.value(PART, "thing", PARTS) == "renamed"
    assert not world.every_issue()


def test_a_new_row_under_a_missing_required_header_does_not_hold_up_the_book() -> None:
    world = agreed()
    world.sheet("A", PARTS).columns.discard("thing")
    world.add("A", PARTS, c="waits")
    world.settle()
    assert world.sync("A").in_step
    assert len(world.rows(PARTS)) == 2


def test_the_key_of_a_live_row_typed_into_a_deleted_one_waits_with_an_issue() -> None:
    world = agreed()
    world.delete(ONE)
    world.type("A", ONE, k="k2")
    world.settle()
    world.settle()
    issue = world.issue("A", ONE, "k")
    assert issue is not None
    assert issue.kind is IssueKind.HELD
    world.type("A", ONE, k="k9")
    world.settle()
    assert world.value(ONE, "k") == "k9"
    assert not world.issues("A")


def test_a_row_pasted_from_an_old_copy_after_its_deletion_is_a_row_again() -> None:
    world = agreed()
    world.delete(ONE)
    world.settle()
    world.sheet("A").rows.append(MemoryRow(ONE, {"k": "k1", "a": "a1", "b": "b1"}))
    world.settle()
    assert world.rows()[ONE][:3] == ("k1", "a1", "b1")


@pytest.mark.parametrize("header", [ID, "k"])
def test_a_row_deleted_while_the_tab_could_not_be_read_leaves_the_book(header: str) -> None:
    world = agreed()
    world.sheet("A").columns.discard(header)
    world.settle()
    world.delete(ONE)
    world.settle()
    world.sheet("A").columns.add(header)
    world.settle()
    assert ONE not in world.rows()
    assert world.sheet("A").find(ONE) is None
    assert not world.every_issue()


def test_a_column_that_goes_missing_during_the_round_is_not_read_as_cleared() -> None:
    world = agreed()
    new = world.insert(k="k9", b="b9")
    sheet = world.sheet("A")
    world.sync("A", before("append", lambda: sheet.columns.discard("b")))
    sheet.columns.add("b")
    world.settle()
    assert both(world, "b", new) == ("b9", "b9")


def test_figures_do_not_hold_up_a_tab_whose_rows_cannot_be_told_apart() -> None:
    world = agreed()
    first = world.at("A", ONE)
    world.sheet("A").rows.append(MemoryRow(first.id, dict(first.cells)))
    world.sheet("A").columns.discard("k")
    for r in world.sheet("A").rows:
        r.cells["parts"] = None
    world.settle()
    assert world.sync("A").in_step


def test_what_was_typed_under_a_renamed_header_outlives_its_row() -> None:
    world = agreed()
    world.sheet("A").columns.discard("b")
    world.settle()
    world.type("A", ONE, b="typed")
    world.delete(ONE)
    world.settle()
    assert [r.cells for r in world.sheet("A").rows if not r.id] == [{"b": "typed"}]


def test_a_sort_without_ids_with_a_key_renamed_in_it_mixes_no_rows() -> None:
    world = agreed()
    rows = world.sheet("A").rows
    ids = [r.id for r in rows]
    rows.reverse()
    for r, i in zip(rows, ids, strict=True):
        r.id = i
    rows[0].cells["k"] = "renamed"
    world.put(TWO, b="newer")
    world.settle()
    assert dict(world.rows()) == {
        ONE: ("k1", "a1", "b1", "10"),
        TWO: ("k2", "a2", "newer", "20"),
        row(3): ("k3", "a3", "b3", "30"),
        row(4): ("renamed", "a4", "b4", "40"),
    }
    assert not world.every_issue()


def test_a_cell_typed_into_just_before_arc_writes_it_is_not_written_over() -> None:
    world = agreed()
    world.put(ONE, b="newer")
    world.sync("A", before("set cell", lambda: world.type("A", ONE, b="typed")))
    assert world.cell("A", ONE, "b") == "typed"
    world.settle()
    assert pair(world) == ("typed", "newer", False)


def test_a_row_edited_just_before_arc_takes_it_out_stays() -> None:
    world = agreed()
    world.delete(ONE)
    world.sync("A", before("drop", lambda: world.type("A", ONE, b="typed")))
    world.settle()
    assert both(world, "b") == ("typed", "typed")


def test_a_figure_whose_header_is_missing_is_left_alone() -> None:
    world = agreed()
    world.sheet("A").columns.discard("parts")
    world.insert(PARTS, thing="k3")
    world.settle()
    assert world.cell("A", row(3), "parts") is None
    world.sheet("A").columns.add("parts")
    world.settle()
    assert world.cell("A", row(3), "parts") == 1
    assert THINGS.column("parts").computed
