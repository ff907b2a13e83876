from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from arc_sheets.cells import Formula
from arc_sheets.tabs import INVOICES
from arc_sync.books.draw.records import headers
from arc_sync.books.google.judging import LEFT, expected, judge
from arc_sync.books.google.layout import STAMP, names_of
from arc_sync.books.google.masking import Spot, unmask
from arc_sync.books.google.prints import BLANK, print_of
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.books.google.record import Aim, Cell, Hit, Record, read_record
from arc_sync.books.google.shapes import STAMP_HEADER
from arc_sync.books.google.sheets import SHEET_IDS
from arc_sync.merge.history import Bookmark
from arc_sync.merge.issues import ID
from arc_sync.merge.sealing import seal_of
from arc_sync.xlsx.refs import letters

SHEET = SHEET_IDS["Invoices"]
HEADER: list[Raw] = [*headers(INVOICES), STAMP_HEADER]
PLACES = {name: at for at, name in enumerate(names_of(INVOICES, HEADER))}
NOTES, MARK, ROW = PLACES["notes"], "arc-2-x.0", 9
WHERE = {SHEET: "Invoices"}


def row(i: str = "a" * 32, notes: Raw = None, stamp: Raw = None) -> list[Raw]:
    cells: list[Raw] = [None] * len(HEADER)
    cells[PLACES[ID]], cells[NOTES], cells[PLACES[STAMP]] = i or None, notes, stamp
    return cells


def batch(read: list[Raw], hits: tuple[Hit, ...] = (), **more: Any) -> Record:
    """Return the record of a batch that writes a note over what was read."""
    wrote: Mapping[int, str] = {NOTES: print_of("ARC's"), PLACES[STAMP]: print_of(MARK)}
    aim = Aim(SHEET, ROW, MARK, expected(read, (NOTES,), PLACES), (NOTES,), wrote)
    copied = [(SHEET, 0, 7, len(HEADER)), (SHEET, ROW, ROW, len(HEADER))]
    return Record(
        2, "arc-2-x", heads={SHEET: dict(PLACES)}, copied=copied, aims=[aim], hits=list(hits), **more
    )


def copies(was: list[Raw], header: list[Raw] = HEADER) -> Grid:
    """Return what the batch copied: the head of the sheet, and the row."""
    rows: list[list[Raw]] = [[] for _ in range(9)]
    rows[3], rows[8] = [None, *header], [None, *was]
    return Grid(1, rows)


def hit(
    i: str, *marks: str, key: str = "", cells: tuple[Cell, ...] = (Cell("notes", None, print_of("dirt")),)
) -> Hit:
    return Hit(i, SHEET, marks or (i,), key, ROW, cells, 1)


def test_a_row_that_is_as_it_was_read_is_no_hit() -> None:
    judged = judge(batch(row()), copies(row()), SHEET_IDS)
    assert (judged.held, judged.hits) == (True, [])


def test_a_hit_remembers_what_stood_there_and_whose_row_it_was() -> None:
    judged = judge(batch(row()), copies(row("b" * 32, "theirs")), SHEET_IDS)
    assert not judged.held
    assert judged.hits == [
        Hit(MARK, SHEET, (MARK,), "b" * 32, ROW, (Cell("notes", "theirs", print_of("ARC's")),), 2)
    ]


def test_an_id_alone_is_not_the_row() -> None:
    assert not judge(batch(row(stamp="arc-1-x.0")), copies(row(stamp="arc-1-x.7")), SHEET_IDS).held


def test_several_earlier_hits_on_a_row_all_follow_its_new_stamp() -> None:
    earlier = (hit("arc-1-x.0", "arc-1-x.0", "arc-1-y.0"), hit("arc-1-y.0"))
    judged = judge(batch(row(stamp="arc-1-y.0"), earlier), copies(row(stamp="arc-1-y.0")), SHEET_IDS)
    assert [found.marks[-1] for found in judged.hits] == [MARK, MARK]


@pytest.mark.parametrize("stamp", [None, "arc-1-y.0"])
def test_a_hit_on_whose_stamp_somebody_typed_before_it_was_put_right_follows_the_rows_id(stamp: Raw) -> None:
    earlier = hit("arc-1-x.0", key="a" * 32)
    judged = judge(batch(row(stamp="arc-1-x.0"), (earlier,)), copies(row(stamp=stamp)), SHEET_IDS)
    assert judged.hits[0].marks == (("arc-1-x.0", MARK) if stamp is None else ("arc-1-x.0",))


def test_a_column_that_came_in_the_instant_takes_back_stamp_and_seal_by_name() -> None:
    header: list[Raw] = [HEADER[0], None, *HEADER[1:]]
    was = row(stamp="arc-1-x.0")
    was.insert(1, None)
    (found,) = judge(batch(row(stamp="arc-1-x.0")), copies(was, header), SHEET_IDS).hits
    left = next(name for name, at in PLACES.items() if at == NOTES - 1)
    assert {cell.name: cell.held for cell in found.cells} == {left: None, "seal": None}


def test_a_stamp_that_was_overwritten_by_another_value_is_put_back() -> None:
    record = batch(row(stamp="arc-1-x.0"))
    wrote = {PLACES[STAMP] - 1: print_of("seal"), PLACES[STAMP]: print_of("not a stamp")}
    record.aims = [record.aims[0]._replace(wrote=wrote, expect="other")]
    (found,) = judge(record, copies(row(stamp="arc-1-x.0")), SHEET_IDS).hits
    assert ("stamp", "arc-1-x.0") in [(cell.name, cell.held) for cell in found.cells]


def test_a_formula_that_was_hit_is_known_by_where_its_copy_lies() -> None:
    was = row(notes=Formula("B9*2"))
    (found,) = judge(batch(row()), copies(was), SHEET_IDS).hits
    assert found.cells[0].source == (8, LEFT + NOTES)


def test_a_formula_is_told_as_it_refers_from_its_own_cell_not_from_its_copy() -> None:
    was = row(notes=Formula("I9*2"))  # as pasting left it, one row up and one column right of its cell
    (found,) = judge(batch(row()), copies(was), SHEET_IDS).hits
    assert found.cells[0].held == Formula("H10*2")


def test_of_a_column_without_header_a_hit_knows_what_stood_beside_it() -> None:
    header: list[Raw] = [*HEADER[:NOTES], None, *HEADER[NOTES:]]
    was = row(stamp="arc-1-x.0")
    was.insert(NOTES, "mine")
    (found,) = judge(batch(row(stamp="arc-1-x.0")), copies(was, header), SHEET_IDS).hits
    left = next(name for name, at in PLACES.items() if at == NOTES - 1)
    assert found.cells[0] == Cell("?", "mine", print_of("ARC's"), near=f"{left} 1 1 notes")


def test_of_a_column_that_was_renamed_a_hit_knows_which_of_arcs_was_missing() -> None:
    header: list[Raw] = [*HEADER[:NOTES], "Remarks", *HEADER[NOTES + 1 :]]
    (found,) = judge(batch(row()), copies(row(), header), SHEET_IDS).hits
    assert found.cells == (Cell("?Remarks", None, print_of("ARC's"), missing=("notes",)),)


def test_what_was_put_right_is_healed_whatever_its_column_was_called_when_it_was_hit() -> None:
    stray = Cell("?Remarks", None, print_of("dirt"), missing=("notes",))
    record = batch(row(stamp="arc-1-x.0"), (hit("arc-1-x.0", cells=(stray,)),))
    record.aims = [record.aims[0]._replace(heals=(("arc-1-x.0", stray.key),))]
    assert judge(record, copies(row(stamp="arc-1-x.0")), SHEET_IDS).hits == []


@pytest.mark.parametrize("typed", [False, True])
def test_a_computed_cell_that_was_hit_is_a_persons_where_its_seal_does_not_fit(*, typed: bool) -> None:
    was = row("b" * 32)
    was[PLACES["bucket"]], was[PLACES["seal"]] = "Current", seal_of((None, None, None, "Current"))
    if typed:
        was[PLACES["bucket"]] = "mine"
    record = batch(row())
    record.aims = [record.aims[0]._replace(wrote={PLACES["bucket"]: print_of("ARC's")})]
    (found,) = judge(record, copies(was), SHEET_IDS).hits
    assert [cell.typed for cell in found.cells] == [typed]


# -- the view ------------------------------------------------------------------------------------------------


def sheet(*rows: list[Raw]) -> dict[str, Grid]:
    return {"Invoices": Grid(SHEET, [[], [], [], list(HEADER), *rows])}


def test_dirt_counts_as_what_stood_there_wherever_the_row_went() -> None:
    grids = sheet(row("b" * 32), row("a" * 32, "dirt", "arc-1-x.0"))
    masked = unmask(grids, [hit("arc-1-x.0")], WHERE, {})
    assert masked.grids["Invoices"].at(5, NOTES) is None
    assert grids["Invoices"].at(5, NOTES) == "dirt"
    assert list(masked.dirt) == [Spot("Invoices", 5, NOTES)]


def test_an_id_that_was_given_finds_no_row_with_a_stamp_of_another_write() -> None:
    askew = hit("arc-2-x.3", cells=(Cell(ID, None, print_of("a" * 32)),))._replace(given="a" * 32)
    anew = sheet(row(stamp="arc-3-x.0"))
    assert unmask(anew, [askew], WHERE, {}).hits == [askew._replace(told=True)]
    assert list(unmask(sheet(row()), [askew], WHERE, {}).dirt) == [Spot("Invoices", 4, PLACES[ID])]


def test_what_hit_the_blank_beyond_the_last_header_is_found_though_a_column_within_has_no_header() -> None:
    cells = [*row(stamp="arc-1-x.0"), "ARC's"]
    cells.insert(1, None)
    grids = {"Invoices": Grid(SHEET, [[], [], [], [HEADER[0], None, *HEADER[1:]], cells])}
    stray = hit("arc-1-x.0", cells=(Cell("?", None, print_of("ARC's")),))
    assert list(unmask(grids, [stray], WHERE, {}).dirt) == [Spot("Invoices", 4, len(cells) - 1)]


def bare(*texts: Raw, header: list[Raw] | None = None) -> dict[str, Grid]:
    """Return the sheet with columns without header between the id and the others, and a row with texts there."""
    top = header or [HEADER[0], *[None] * len(texts), *HEADER[1:]]
    cells = [row()[0], *texts, *row(stamp="arc-1-x.0")[1:]]
    return {"Invoices": Grid(SHEET, [[], [], [], top, cells])}


def near(cell: Cell) -> Hit:
    return hit("arc-1-x.0", cells=(cell._replace(near=f"id {cell.near} {INVOICES.columns[0].name}"),))


def test_of_two_columns_without_header_that_hold_the_same_it_is_the_one_that_stands_as_it_stood() -> None:
    stray = near(Cell("?", "mine", print_of("ARC's"), near="2 1"))
    masked = unmask(bare("ARC's", "ARC's"), [stray], WHERE, {})
    assert list(masked.dirt) == [Spot("Invoices", 4, 2)]


def test_a_text_that_was_blanked_in_a_column_without_header_goes_back_where_that_stands_as_it_stood() -> None:
    stray = near(Cell("?", "mine", BLANK, near="2 1"))
    assert list(unmask(bare(None, None), [stray], WHERE, {}).dirt) == [Spot("Invoices", 4, 2)]


def test_a_text_that_was_blanked_in_a_column_that_nobody_can_tell_now_is_told() -> None:
    stray = near(Cell("?", "mine", BLANK, near="2 1"))
    masked = unmask(bare(None, None, None), [stray], WHERE, {})
    assert (masked.dirt, [text for *_, text in masked.lost]) == ({}, ["mine"])


def test_a_text_that_was_blanked_in_a_column_that_is_called_otherwise_now_is_told() -> None:
    header: list[Raw] = ["Remarks" if name == HEADER[NOTES] else name for name in HEADER]
    grids = {"Invoices": Grid(SHEET, [[], [], [], header, row(stamp="arc-1-x.0")])}
    masked = unmask(grids, [hit("arc-1-x.0", cells=(Cell("notes", "mine", BLANK),))], WHERE, {})
    assert (masked.dirt, [text for *_, text in masked.lost]) == ({}, ["mine"])


def test_dirt_in_a_renamed_column_is_found_once_that_has_its_name_again() -> None:
    stray = hit("arc-1-x.0", cells=(Cell("?Remarks", None, print_of("dirt"), missing=("po", "notes")),))
    masked = unmask(sheet(row(notes="dirt", stamp="arc-1-x.0")), [stray], WHERE, {})
    assert list(masked.dirt) == [Spot("Invoices", 4, NOTES)]


def test_a_formula_is_copied_home_while_the_columns_stand_as_they_stood_and_spelled_out_once_they_moved() -> (
    None
):
    away = Cell("notes", Formula("H10*2"), print_of("dirt"), (8, 12), names=tuple(names_of(INVOICES, HEADER)))
    stands = sheet(row(notes="dirt", stamp="arc-1-x.0"))
    (home,) = unmask(stands, [hit("arc-1-x.0", cells=(away,))], WHERE, {}).dirt.values()
    assert (home.value, home.source) == (Formula("H10*2"), (8, 12))
    stands["Invoices"].rows[3:] = [[cells[0], None, *cells[1:]] for cells in stands["Invoices"].rows[3:]]
    (home,) = unmask(stands, [hit("arc-1-x.0", cells=(away,))], WHERE, {}).dirt.values()
    assert (home.value, home.source) == (Formula("I5*2"), None)  # five rows up, a column to the right


def test_what_a_person_typed_over_dirt_is_theirs() -> None:
    masked = unmask(sheet(row(notes="mine", stamp="arc-1-x.0")), [hit("arc-1-x.0")], WHERE, {})
    assert masked.grids["Invoices"].at(4, NOTES) == "mine"
    assert (masked.dirt, masked.hits) == ({}, [])


def test_what_was_typed_and_stands_nowhere_any_more_is_told() -> None:
    cells = (Cell("notes", "typed", print_of("dirt")),)
    masked = unmask(sheet(row(notes="mine", stamp="arc-1-x.0")), [hit("arc-1-x.0", cells=cells)], WHERE, {})
    assert [(title, text) for title, _, text in masked.lost] == [("Invoices", "typed")]


@pytest.mark.parametrize("typed", [False, True])
def test_what_arc_had_computed_is_not_told_but_what_was_typed_over_it_is(*, typed: bool) -> None:
    cells = (Cell("bucket", "held", print_of("dirt"), typed=typed),)
    masked = unmask(sheet(row(stamp="arc-1-x.0")), [hit("arc-1-x.0", cells=cells)], WHERE, {})
    assert [text for *_, text in masked.lost] == ["held"] * typed


def test_the_newest_of_two_hits_is_undone_first() -> None:
    older = hit("arc-1-x.0", cells=(Cell("notes", "at first", print_of("one")),))
    newer = hit("arc-1-y.0", cells=(Cell("notes", "one", print_of("two")),))
    older = older._replace(marks=("arc-1-x.0", "arc-1-y.0"))
    masked = unmask(sheet(row(notes="two", stamp="arc-1-y.0")), [older, newer], WHERE, {})
    assert masked.grids["Invoices"].at(4, NOTES) == "at first"


def test_a_row_that_was_deleted_is_waited_for() -> None:
    gone = hit("arc-1-x.0", key="c" * 32)
    masked = unmask(sheet(row()), [gone], WHERE, {})
    assert masked.hits == [gone._replace(told=True)]


def test_what_was_typed_on_a_row_that_was_deleted_while_arc_covered_it_is_told_once() -> None:
    cells = (Cell("notes", "typed", print_of("dirt")), Cell("bucket", "computed", print_of("dirt")))
    masked = unmask(sheet(row()), [hit("arc-1-x.0", cells=cells)], WHERE, {})
    assert masked.lost == [("Invoices", f"{letters(NOTES)}10", "typed")]
    again = unmask(sheet(row()), masked.hits, WHERE, {})
    assert (again.lost, again.hits) == ([], masked.hits)
    back = unmask(sheet(row(notes="dirt", stamp="arc-1-x.0")), masked.hits, WHERE, {})
    assert back.grids["Invoices"].at(4, NOTES) == "typed"


def test_a_row_that_was_added_anew_keeps_what_arc_wrote_on_the_one_that_was_deleted() -> None:
    anew = sheet(row(notes="dirt", stamp="arc-3-x.0"))
    masked = unmask(anew, [hit("arc-1-x.0", key="a" * 32)], WHERE, {})
    assert (masked.dirt, masked.grids) == ({}, anew)


def test_a_row_is_found_by_the_stamp_that_it_had_where_somebody_typed_over_the_new_one() -> None:
    header: list[Raw] = [HEADER[0], None, *HEADER[1:]]
    was = row(stamp="arc-1-x.0")
    was.insert(1, None)
    found = judge(batch(row(stamp="arc-1-x.0")), copies(was, header), SHEET_IDS).hits
    wrong = names_of(INVOICES, header)[NOTES]
    was[NOTES] = "ARC's"
    grids = {"Invoices": Grid(SHEET, [[], [], [], header, was])}
    masked = unmask(grids, found, WHERE, {})
    assert (wrong, list(masked.dirt)) == (found[0].cells[0].name, [Spot("Invoices", 4, NOTES)])


def slipped(**more: Raw) -> list[Raw]:
    """Return a new row on which ARC wrote by mistake, its stamp among the notes, and a person typed over that."""
    cells = row("", notes="typed over the stamp")
    for name, value in {"po": "one", "bucket": "other", **more}.items():
        cells[PLACES[name]] = value
    return cells


_SLIP = (
    Cell("notes", None, print_of("arc-1-x.0")),
    Cell("po", None, print_of("one")),
    Cell("bucket", None, print_of("other")),
)


def test_a_new_row_on_whose_stamp_somebody_typed_is_found_by_all_else_that_arc_wrote_there() -> None:
    masked = unmask(sheet(slipped()), [hit("arc-1-x.0", cells=_SLIP)], WHERE, {})
    assert {spot.column for spot in masked.dirt} == {PLACES["po"], PLACES["bucket"]}
    assert masked.grids["Invoices"].at(4, NOTES) == "typed over the stamp"


def test_such_a_row_is_followed_where_it_is_written_before_it_was_put_right() -> None:
    (found, *_) = judge(batch(row(), (hit("arc-1-x.0", cells=_SLIP),)), copies(slipped()), SHEET_IDS).hits
    assert found.marks == ("arc-1-x.0", MARK)


@pytest.mark.parametrize(
    ("aimed", "more", "known"),
    [(True, {}, True), (True, {"po": "two"}, False), (True, {"number": "new"}, False), (False, {}, False)],
    ids=["where it was to be put right", "another value", "something else beside it", "another row"],
)
def test_a_single_value_tells_the_row_only_where_it_was_and_alone(
    *, aimed: bool, more: dict[str, Raw], known: bool
) -> None:
    earlier = hit("arc-1-x.0", cells=_SLIP[:2])
    cells = slipped(**{"po": "one", "bucket": None, "notes": None, **more})
    record = batch(row(), (earlier,))
    heals = (("arc-1-x.0", "po "),) if aimed else ()
    record.aims = [aim._replace(heals=heals) for aim in record.aims]
    assert (MARK in judge(record, copies(cells), SHEET_IDS).hits[0].marks) is known
    read = [*([[]] * 3), HEADER, *([[]] * (ROW - 4 if aimed else 1)), cells]
    assert bool(unmask({"Invoices": Grid(SHEET, read)}, [earlier], WHERE, {}).dirt) is known


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        (slipped(id="b" * 32), {}),
        (slipped(stamp="arc-3-x.0"), {}),
        (slipped(po="another"), {}),
        (slipped(), {"key": "a" * 32}),
        (slipped(), {"told": True}),
        (slipped(), {"cells": _SLIP[:2]}),
    ],
    ids=[
        "a row with an id",
        "with a stamp",
        "with something else",
        "of one with an id",
        "long gone",
        "one value",
    ],
)
def test_a_row_that_is_not_surely_the_one_that_was_hit_keeps_what_it_holds(
    cells: list[Raw], known: dict[str, Any]
) -> None:
    masked = unmask(sheet(cells), [hit("arc-1-x.0", cells=_SLIP)._replace(**known)], WHERE, {})
    assert masked.dirt == {}


def test_of_two_rows_with_stamps_of_a_hit_it_is_the_one_with_the_newest() -> None:
    twin, own = row(notes="dirt", stamp="arc-1-w.0"), row(notes="dirt", stamp="arc-1-x.0")
    masked = unmask(sheet(twin, own), [hit("arc-1-x.0", "arc-1-w.0", "arc-1-x.0")], WHERE, {})
    assert list(masked.dirt) == [Spot("Invoices", 5, NOTES)]


def test_a_row_that_was_added_anew_is_not_the_one_that_was_deleted() -> None:
    masked = unmask(sheet(row()), [hit("arc-1-x.0", key="a" * 32)], WHERE, {})
    assert [found.key for found in masked.hits] == [""]
    back = unmask(sheet(row(), row(notes="dirt", stamp="arc-1-x.0")), masked.hits, WHERE, {})
    assert back.grids["Invoices"].at(5, NOTES) is None


# -- the record ----------------------------------------------------------------------------------------------


def test_a_record_comes_back_as_it_was_however_long() -> None:
    cells = (
        Cell("notes", Formula("A1"), "f", (3, 4), names=("id", "notes")),
        Cell("po", "x" * 90_000, "p"),
        Cell("?", held=True, wrote="q", near="id 1 ", missing=("po",)),
    )
    record = batch(
        row(), (hit("arc-1-x.0", "m1", "m2", key="k", cells=cells),), was=Bookmark(7, "a"), forms=("y", "n")
    )
    record.aims = [record.aims[0]._replace(heals=(("arc-1-x.0", "po "),))]
    record = replace(record, drawn=[(1, "B1:C2", ("s",))], lost=[("Invoices", "A1", "ünï")])
    pieces = record.as_pieces()
    assert len(pieces) > 2
    assert read_record(Grid(1, [[piece] for piece in pieces])) == record


def test_a_record_that_somebody_spoilt_is_none() -> None:
    pieces = batch(row()).as_pieces()
    for spoilt in ([], ["{}"], ["nonsense"], [pieces[0][:-3]], ['{"version": 99}']):
        assert read_record(Grid(1, [[piece] for piece in spoilt])) is None


def test_a_row_that_was_added_askew_has_two_marks() -> None:
    record = batch(row())
    record.aims = [Aim(SHEET, -1, MARK, "", (), {NOTES: print_of("ARC's")}, f"add {'d' * 32}")]
    header: list[Raw] = [None, *HEADER]
    (found,) = judge(record, copies(row(), header), SHEET_IDS).hits
    assert (found.marks, found.given) == ((MARK,), "d" * 32)
