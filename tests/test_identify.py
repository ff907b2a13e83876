from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.cells import PLAIN, CellError, CellValue, Row
from arc_sheets.tab import Tab
from arc_sync.merge.base import Base, Standing
from arc_sync.merge.history import Change
from arc_sync.merge.identify import Identity, identify
from arc_sync.merge.issues import ID
from arc_sync.merge.snapshot import ReadRow, ReadTab, sift
from tests.scenes import row
from tests.toys import PARTS, THINGS

A, B, C, D = row(1), row(2), row(3), row(4)
LIVE: dict[str, Row] = {
    A: ("k1", "a1", "b1", None),
    B: ("k2", "a2", "b2", None),
    C: ("k3", "a3", "b3", None),
    D: ("k4", "a4", "b4", None),
}
KEYLESS: dict[str, Row] = {A: ("k1", "c1", None), B: ("k1", "c2", None), C: ("k2", "c2", None)}


def fresh_ids() -> Iterator[str]:
    return (f"{n:032x}" for n in count(100))


FRESH = [f"{n:032x}" for n in range(100, 110)]


def identified(
    rows: Sequence[tuple[str, Row]],
    tab: Tab = THINGS,
    live: dict[str, Row] | None = None,
    *,
    changes: Sequence[Change] = (),
    buried: frozenset[str] = frozenset(),
    present: frozenset[str] | None = None,
) -> Identity:
    """Identify the rows of a book that stood at the ledger before `changes`; none of them is watched."""
    live = live if live is not None else LIVE if tab is THINGS else KEYLESS
    base = Base(tab, live, {}, Standing("A", 0, lambda n: changes[n:]))
    there = present if present is not None else frozenset({ID, *(c.name for c in tab.stored)})
    read = [ReadRow(at, i, cells_of(values)) for at, (i, values) in enumerate(rows)]
    sheet = sift(ReadTab(tab, there, read), live, live, PLAIN, lambda _: None)
    ids = fresh_ids()
    return identify(sheet, base, live, set(buried), lambda: next(ids))


def cells_of(values: Row) -> tuple[CellValue, ...]:
    return values


def moved(order: Sequence[str], live: dict[str, Row]) -> list[tuple[str, Row]]:
    """Return rows whose cells were sorted into this order while the ids stayed."""
    return [(i, live[to]) for i, to in zip(live, order, strict=True)]


# --- nothing to mend -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("live", [LIVE, KEYLESS], ids=["keyed", "keyless"])
def test_rows_keep_their_ids_in_any_order(live: dict[str, Row]) -> None:
    tab = THINGS if live is LIVE else PARTS
    for order in permutations(live):
        found = identified([(i, live[i]) for i in order], tab)
        assert found.ids == order
        assert not found.stamps


def test_without_an_id_column_no_row_is_known() -> None:
    found = identified(list(LIVE.items()), present=frozenset({"k", "a", "b", "bal"}))
    assert found == Identity(("",) * 4, ())


def test_an_edited_key_keeps_its_row() -> None:
    rows = [(A, ("renamed", "a1", "b1", None)), *list(LIVE.items())[1:]]
    assert identified(rows).ids == (A, B, C, D)


# --- sorted without the id column ----------------------------------------------------------------------------


@pytest.mark.parametrize("tab", [THINGS, PARTS], ids=["keyed", "keyless"])
def test_a_sort_without_ids_is_followed_whatever_the_order(tab: Tab) -> None:
    live = LIVE if tab is THINGS else KEYLESS
    for order in permutations(live):
        found = identified(moved(order, live), tab)
        assert found.ids == order
        assert {(s.was, s.id) for s in found.stamps} == {
            (i, to) for i, to in zip(live, order, strict=True) if i != to
        }


def test_a_sort_of_a_part_is_followed() -> None:
    assert identified(moved((A, C, B, D), LIVE)).ids == (A, C, B, D)


def test_a_sort_and_an_edit_elsewhere_in_the_row_are_told_apart_by_the_key() -> None:
    rows = moved((B, A, C, D), LIVE)
    rows[0] = (rows[0][0], ("k2", "edited", "b2", None))
    assert identified(rows).ids == (B, A, C, D)


def test_a_sort_without_ids_after_one_of_the_rows_was_deleted_in_the_book() -> None:
    """k1 was deleted, k2 to k4 moved up one place below the ids of k1 to k3."""
    rows = [(A, LIVE[B]), (B, LIVE[C]), (C, LIVE[D])]
    assert identified(rows).ids == (B, C, D)


@pytest.mark.parametrize("tab", [THINGS, PARTS], ids=["keyed", "keyless"])
def test_a_sort_without_ids_and_one_edit_of_a_mark_are_told_apart(tab: Tab) -> None:
    live = LIVE if tab is THINGS else KEYLESS
    for order in permutations(live):
        for at in range(len(order)):
            rows = moved(order, live)
            i, cells = rows[at]
            rows[at] = (i, ("renamed", *cells[1:]))
            found = identified(rows, tab)
            others = [n for n in range(len(order)) if n != at]
            assert [found.ids[n] for n in others] == [order[n] for n in others]
            if tab is THINGS:
                assert found.ids == order


def test_a_key_passed_on_by_hand_is_an_edit() -> None:
    rows = [(A, ("k2", "a1", "b1", None)), (B, ("new", "a2", "b2", None)), *list(LIVE.items())[2:]]
    assert identified(rows).ids == (A, B, C, D)


def test_an_edit_in_a_keyless_row_is_no_sort() -> None:
    rows = [(A, ("k1", "edited", None)), (B, KEYLESS[B]), (C, KEYLESS[C])]
    assert identified(rows, PARTS).ids == (A, B, C)


def test_twins_in_a_keyless_tab_are_not_followed_into_each_other() -> None:
    live: dict[str, Row] = {A: ("k1", "c", None), B: ("k1", "c", None), C: ("k2", "c", None)}
    found = identified(moved((C, B, A), live), PARTS, live)
    assert sorted(found.ids) == [A, B, C]
    assert found.ids[0] == C


# --- copies --------------------------------------------------------------------------------------------------


def test_of_two_rows_with_one_id_the_one_with_the_known_key_keeps_it() -> None:
    rows = [(A, ("copied", "a1", "b1", None)), *LIVE.items()]
    found = identified(rows)
    assert found.ids == (FRESH[0], A, B, C, D)


def test_of_two_equal_rows_the_first_keeps_the_id() -> None:
    found = identified([*LIVE.items(), (A, LIVE[A])])
    assert found.ids == (A, B, C, D, FRESH[0])


def test_a_copy_of_a_row_that_agrees_gets_an_id_of_its_own() -> None:
    base = Base(THINGS, LIVE, {}, Standing("A", 0, lambda _: ()))
    rows = [ReadRow(0, A, LIVE[A]), ReadRow(1, A, LIVE[A])]
    whole = frozenset({ID, *(c.name for c in THINGS.stored)})
    sheet = sift(ReadTab(THINGS, whole, rows), LIVE, (), PLAIN, lambda _: None)
    assert sheet.agreed == {A}
    assert identify(sheet, base, LIVE, set(), lambda: FRESH[0]).ids == (FRESH[0],)


# --- lost ids ------------------------------------------------------------------------------------------------


def test_a_row_pasted_without_its_id_is_found_by_its_key() -> None:
    rows = [(B, LIVE[B]), (C, LIVE[C]), (D, LIVE[D]), ("", ("k1", "edited", "b1", None))]
    assert identified(rows).ids == (B, C, D, A)


def test_a_keyless_row_pasted_without_its_id_is_found_by_all_its_values() -> None:
    rows = [("", KEYLESS[A]), (B, KEYLESS[B]), (C, KEYLESS[C])]
    assert identified(rows, PARTS).ids == (A, B, C)


def test_a_keyless_row_pasted_without_its_id_and_edited_is_new() -> None:
    rows = [("", ("k1", "edited", None)), (B, KEYLESS[B]), (C, KEYLESS[C])]
    assert identified(rows, PARTS).ids == (FRESH[0], B, C)


def test_two_pasted_rows_do_not_share_one_lost_id() -> None:
    rows = [("", LIVE[A]), ("", LIVE[A]), (B, LIVE[B]), (C, LIVE[C]), (D, LIVE[D])]
    assert identified(rows).ids == (A, FRESH[0], B, C, D)


def test_a_key_renamed_in_the_ledger_is_found_by_the_name_this_copy_knew() -> None:
    live = LIVE | {A: ("renamed", "a1", "b1", None)}
    change = Change(1, 1, "import", "things", A, LIVE[A], live[A], "")
    rows = [("", LIVE[A]), (B, LIVE[B]), (C, LIVE[C]), (D, LIVE[D])]
    assert identified(rows, live=live, changes=[change]).ids[0] == A


@pytest.mark.parametrize("typed", ["", "x", "ARC", "0" * 31, "G" * 32])
def test_what_is_no_id_counts_as_none(typed: str) -> None:
    found = identified([(typed, ("new", None, None, None)), *LIVE.items()])
    assert found.ids[0] == FRESH[0]


def test_an_id_the_ledger_never_saw_is_kept_unless_the_key_is_known() -> None:
    stranger = row(77)
    assert identified([(stranger, ("new", None, None, None)), *LIVE.items()]).ids[0] == stranger
    rows = [(stranger, LIVE[A]), *list(LIVE.items())[1:]]
    assert identified(rows).ids[0] == A


def test_a_deleted_rows_id_is_known() -> None:
    live = {i: LIVE[i] for i in (B, C, D)}
    found = identified(list(LIVE.items()), live=live, buried=frozenset({A}))
    assert found.ids == (A, B, C, D)


def test_a_blank_row_gets_no_id() -> None:
    live = {A: LIVE[A]}
    found = identified([(A, LIVE[A]), ("x", (None, None, None, None))], live=live)
    assert found.ids == (A, "")


def test_an_unreadable_key_is_no_mark() -> None:
    rows: list[tuple[str, Row]] = [(A, (CellError("#REF!"), "a1", "b1", None)), *list(LIVE.items())[1:]]
    assert identified(rows).ids == (A, B, C, D)


def test_a_stamp_says_what_was_read_there() -> None:
    stamp = identified([*LIVE.items(), ("", ("new", None, None, None))]).stamps[0]
    assert (stamp.tab, stamp.at, stamp.was, stamp.id) == ("things", 4, "", FRESH[0])
    assert stamp.seen == ("new", None, None, None)


# --- whatever people do --------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from(["", A, B, C, D, "x"]), st.sampled_from([*LIVE.values(), KEYLESS[A]])),
        max_size=7,
    )
)
def test_no_two_rows_ever_share_an_id(rows: list[tuple[str, Row]]) -> None:
    rows = [(i, (*values, None) if len(values) == 3 else values) for i, values in rows]
    ids = [i for i in identified(rows).ids if i]
    assert len(ids) == len(set(ids))
