from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.cells import Unreadable, Value
from arc_sheets.tab import Column, Owner
from arc_sync.merge.base import RowBase
from arc_sync.merge.cells import Cell, Do, treat
from arc_sync.merge.issues import Issue, IssueKind

NOW = datetime(2026, 3, 2, tzinfo=UTC)
OWNERS = list(Owner)


def cell(
    book: Value | Unreadable,
    ledger: Value,
    base: Value | None,
    owner: Owner = Owner.BOTH,
    *,
    base_theirs: Value | None = None,
) -> Cell:
    """Return the one cell of a row; `base_theirs` only where the base is split."""
    theirs = base if base_theirs is None else base_theirs
    row = RowBase(certain=True, full=(base,), mine=[base], theirs=[theirs])
    return Cell(Column("c", "C", owner=owner), 0, book, ledger, row)


def with_conflict(found: Cell, *, open_now: bool = True, loose: bool = False) -> Cell:
    """Return the cell with a conflict standing in this copy, open still or decided since."""
    issue = Issue(IssueKind.CONFLICT, NOW, mine="mine", theirs="theirs", loose=loose)
    found.base.issues = {0: issue}
    return Cell(found.column, 0, found.book, found.ledger, found.base, now=issue if open_now else None)


def fine(_field: int, _value: Value) -> str:
    return ""


def taken_key(_field: int, _value: Value) -> str:
    return "Another row has it."


@pytest.mark.parametrize(
    ("owner", "book", "ledger", "base", "wanted"),
    [
        *((owner, "x", "x", "b", Do.AGREE) for owner in OWNERS),
        *((owner, "b", "r", "b", Do.WRITE) for owner in OWNERS),
        *((owner, None, "r", None, Do.WRITE) for owner in OWNERS),
        (Owner.LEDGER, "l", "b", "b", Do.RESTORE),
        (Owner.LEDGER, "l", "r", "b", Do.RESTORE),
        (Owner.LEDGER, None, "b", "b", Do.RESTORE),
        (Owner.SHEET, "l", "b", "b", Do.TAKE),
        (Owner.SHEET, None, "b", "b", Do.TAKE),
        (Owner.SHEET, "l", "r", "b", Do.TAKE),
        (Owner.BOTH, "l", "b", "b", Do.TAKE),
        (Owner.BOTH, None, "b", "b", Do.TAKE),
        (Owner.BOTH, "l", "r", "b", Do.KEEP),
        (Owner.BOTH, None, "r", "b", Do.KEEP),
    ],
)
def test_the_table(owner: Owner, book: Value, ledger: Value, base: Value, wanted: Do) -> None:
    assert treat(cell(book, ledger, base, owner), fine).do is wanted


def test_a_take_gives_the_books_value() -> None:
    assert treat(cell("l", "b", "b"), fine).value == "l"


def test_a_conflict_gives_both_values() -> None:
    issue = treat(cell("l", "r", "b"), fine).issue
    assert issue is not None
    assert (issue.kind, issue.mine, issue.theirs) == (IssueKind.CONFLICT, "l", "r")


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("ledger", ["b", "r"])
def test_unreadable_is_held_with_its_text_and_base(owner: Owner, ledger: str) -> None:
    verdict = treat(cell(Unreadable("#N/A", "it shows the error #N/A"), ledger, "b", owner), fine)
    assert verdict.do is Do.KEEP
    assert verdict.issue is not None
    assert verdict.issue.kind is IssueKind.HELD
    assert (verdict.issue.mine, verdict.issue.theirs, verdict.issue.base) == ("#N/A", ledger, "b")


def test_unreadable_over_an_open_conflict_decides_nothing() -> None:
    found = with_conflict(cell(Unreadable("#N/A", ""), "newer", "mine", base_theirs="theirs"))
    issue = treat(found, fine).issue
    assert issue is not None
    assert (issue.kind, issue.mine, issue.theirs) == (IssueKind.CONFLICT, "mine", "newer")


def test_what_was_offered_is_no_edit() -> None:
    found = cell("offered", "newer", "b")
    found.base.offers[0] = ["older", "offered"]
    assert treat(found, fine).do is Do.WRITE


@pytest.mark.parametrize("owner", [Owner.SHEET, Owner.BOTH])
@pytest.mark.parametrize("ledger", ["b", "r"])
def test_a_value_of_an_older_copy_is_a_conflict(owner: Owner, ledger: str) -> None:
    found = cell("old", ledger, "b", owner)
    found.base.stale.add((0, "old"))
    verdict = treat(found, fine)
    assert verdict.issue is not None
    assert verdict.issue.kind is IssueKind.CONFLICT


@pytest.mark.parametrize("owner", OWNERS)
def test_blanks_of_a_new_column_are_filled(owner: Owner) -> None:
    found = cell(None, "r", "b", owner)
    assert treat(Cell(found.column, 0, None, "r", found.base, blank=True), fine).do is Do.WRITE


def test_an_untouched_open_conflict_stays_and_shows_todays_value() -> None:
    issue = treat(with_conflict(cell("mine", "newer", "mine", base_theirs="theirs")), fine).issue
    assert issue is not None
    assert (issue.mine, issue.theirs) == ("mine", "newer")


def test_a_conflict_decided_since_lets_the_ledgers_value_in() -> None:
    found = with_conflict(cell("mine", "theirs", "mine", base_theirs="theirs"), open_now=False)
    assert treat(found, fine).do is Do.WRITE


def test_typing_settles_a_conflict_only_against_the_value_shown() -> None:
    shown = with_conflict(cell("typed", "theirs", "mine", base_theirs="theirs"))
    assert treat(shown, fine).do is Do.TAKE
    moved = with_conflict(cell("typed", "newer", "mine", base_theirs="theirs"))
    assert treat(moved, fine).do is Do.KEEP


@pytest.mark.parametrize("owner", [Owner.SHEET, Owner.BOTH])
def test_what_the_ledger_cannot_take_is_held_with_the_reason(owner: Owner) -> None:
    issue = treat(cell("l", "b", "b", owner), taken_key).issue
    assert issue is not None
    assert (issue.kind, issue.mine, issue.why) == (IssueKind.HELD, "l", "Another row has it.")


VALUES = st.sampled_from([None, "p", "q", "r"])


@given(VALUES, VALUES, VALUES, st.sampled_from(OWNERS))
def test_no_cell_is_touched_without_a_reason(book: Value, ledger: Value, base: Value, owner: Owner) -> None:
    verdict = treat(cell(book, ledger, base, owner), fine)
    if verdict.do is Do.TAKE:
        assert book not in (base, ledger)
        assert owner is not Owner.LEDGER
        assert ledger == base or owner is Owner.SHEET
    if verdict.do is Do.WRITE:
        assert book == base
        assert ledger != base
    if verdict.do is Do.KEEP:
        assert len({book, ledger, base}) == 3
