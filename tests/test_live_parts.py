"""The small parts of an open book: areas, formulas' spelling, what was dressed, patience, values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_sheets.errors import BookMissing, BookOpen, BookRefused
from arc_sync.books.areas import around, places, rectangles
from arc_sync.books.draw import account
from arc_sync.books.drawing import Link, Sketch
from arc_sync.books.dressed import dress_lines, dress_of, read_dress
from arc_sync.books.live import cells
from arc_sync.books.live import recall as recall_module
from arc_sync.books.live.asking import Asking, Patience
from arc_sync.books.live.grid import Grid
from arc_sync.books.live.recall import Recall
from arc_sync.books.office.spelling import to_excel, to_office
from arc_sync.merge.snapshot import ReadRow
from arc_sync.xlsx import Cell, Formula, Row
from arc_sync.xlsx.refs import Area, Place
from tests.live_memory_engine import Busy, Gone, Refusal

# -- areas ----------------------------------------------------------------------------------------------------

SOME = st.dictionaries(st.builds(Place, st.integers(1, 8), st.integers(0, 8)), st.sampled_from("ab"))


@given(SOME)
def test_rectangles_cover_each_cell_once_and_nothing_else(told: dict[Place, str]) -> None:
    covered = [(place, value) for area, value in rectangles(told) for place in places(area)]
    assert sorted(covered) == sorted(told.items())


def test_a_block_is_one_rectangle() -> None:
    area = Area(3, 1, 400, 7)
    assert list(rectangles(dict.fromkeys(places(area), ""))) == [(area, "")]
    assert around(set(places(area))) == area


# -- what was dressed -----------------------------------------------------------------------------------------


def test_what_was_dressed_is_kept_on_the_hidden_tab() -> None:
    drawing = account.draw(None)
    kept = dict(dress_lines(drawing)) | {"drawn Account": drawing.digest}
    assert read_dress("Account", kept) == dress_of(drawing)
    assert read_dress("Account", kept | {"drawn Account": "another ARC's"}) is None
    assert read_dress("Account", {}) is None
    assert read_dress("Account", kept | {"dress Account 0": "nonsense"}) is None


def test_a_link_is_dressed_otherwise_than_a_text() -> None:
    sketch = Sketch("KPIs")
    sketch.put(4, 1, Link("mailto:a@b.example", "a@b.example"), "row.link")
    sketch.put(5, 1, "a@b", "row.link")
    assert dict(dress_of(sketch.done(Area(4, 1, 5, 1))).roles) == {
        Place(4, 1): "row.link@",
        Place(5, 1): "row.link",
    }


# -- formulas in LibreOffice ----------------------------------------------------------------------------------

FORMULAS = [
    ("=SUM(C4:C5)", "=SUM(C4:C5)"),
    ("=SUM('My Sheet'!A1:B2,3)", "=SUM($'My Sheet'.A1:B2;3)"),
    ('=IF(A1>1,"x,y;z!A1",Aging!$B$2)', '=IF(A1>1;"x,y;z!A1";$Aging.$B$2)'),
    ('=A1&"say ""hi"", Bob"', '=A1&"say ""hi"", Bob"'),
    ("=1.5*A1", "=1.5*A1"),
]


@pytest.mark.parametrize(("excel", "office"), FORMULAS)
def test_formulas_are_spelled_both_ways(excel: str, office: str) -> None:
    assert to_office(excel) == office
    assert to_excel(office) == excel


# -- values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "given_", "shown"),
    [
        ("=1+1", "'=1+1", "=1+1"),
        ("'tis", "''tis", "'tis"),
        ("", None, None),
        (Decimal("12.50"), 12.5, 12.5),
        (7, 7.0, 7.0),
        (True, True, True),
        (date(2026, 11, 20), datetime(2026, 11, 20), datetime(2026, 11, 20)),  # noqa: DTZ001
        (Formula("A1+1"), "=A1+1", None),
    ],
)
def test_values_are_given_so_that_excel_takes_them_as_they_are(value: Any, given_: Any, shown: Any) -> None:
    assert cells.given(value) == given_
    assert cells.shown(value) == shown


def test_a_number_as_text_is_not_the_number() -> None:
    """Else ARC would never turn an amount typed as text into one that sums count."""
    assert not cells.same(Cell(0, "s", "12.5", None, 0), Decimal("12.5"))
    assert cells.same(Cell(0, "n", "12.5", None, 0), Decimal("12.50"))
    assert cells.same(Cell(0, "n", "46346", None, 1), date(2026, 11, 20))
    assert cells.same(None, "")
    assert not cells.same(Cell(0, "n", "2", "1+1", 0), Decimal(2))


def test_a_text_that_looks_like_a_formula_is_none() -> None:
    assert cells.cell(3, "=1+1", "=1+1") == Cell(3, "s", "=1+1", None, 0)
    assert cells.cell(3, 2.0, "=1+1") == Cell(3, "n", "2", "1+1", 0)
    assert cells.cell(3, None, "=A1") == Cell(3, None, None, "A1", 0)
    assert cells.cell(3, "#N/A", "#N/A") == Cell(3, "e", "#N/A", None, 0)
    assert cells.cell(3, None, "") is None


def test_what_moves_with_a_table_is_known_where_it_stands_then() -> None:
    rows = [[f"{column}{row}" for column in "ABC"] for row in range(1, 5)]
    grid = Grid(rows, rows)
    grid.shift(Area(2, 1, 3, 2), 1)
    assert list(grid.values) == [
        ["A1", "B1", "C1"],
        ["A2", None, None],
        ["A3", "B2", "C2"],
        ["A4", "B3", "C3"],
        [None, "B4", "C4"],
    ]
    grid.shift(Area(3, 1, 4, 2), -1)
    assert [row[:3] for row in grid.values][:4] == rows


# -- what was made the last time ------------------------------------------------------------------------------


def test_only_rows_whose_cells_differ_are_made_again() -> None:
    recall = Recall()
    before = recall.rows([["INV-1", 7.0], ["INV-2", 8.0]], [["INV-1", "7"], ["INV-2", "8"]])
    after = recall.rows([["INV-1", 7.0], ["INV-2", 9.0]], [["INV-1", "7"], ["INV-2", "9"]])
    assert after[0] is before[0]
    assert [row.cells[1].raw for row in after] == ["7", "9"]


def test_a_formula_whose_result_turns_from_one_to_true_is_read_again() -> None:
    """Python calls the two equal."""
    recall, formulas = Recall(), [["=A1"]]
    seen = [recall.rows([[value]], formulas)[0].cells[0].type for value in (1.0, True, 1.0)]
    assert seen == ["n", "b", "n"]


def test_a_row_is_read_again_where_its_cells_or_its_reader_are_others() -> None:
    recall, read = Recall(), list[int]()

    def reader(row: Row) -> ReadRow:
        read.append(row.number)
        return ReadRow(row.number, "id", ())

    for values, key in (("a", 1), ("a", 1), ("b", 1), ("b", 2)):
        for row in recall.rows([["x"], [values]], [["x"], [values]]):
            recall.reader(key, reader)(row)
    assert read == [1, 2, 2, 1, 2]


def test_a_sheet_too_large_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall_module, "LARGEST", 1)
    recall, two = Recall(), [["a", "b"]]
    assert recall.rows(two, two)[0] is not recall.rows(two, two)[0]


# -- patience -------------------------------------------------------------------------------------------------


def asking(*outcomes: Exception | str) -> tuple[Any, list[float]]:
    waited: list[float] = []
    told = iter(outcomes)

    def call() -> str:
        one = next(told)
        if isinstance(one, Exception):
            raise one
        return one

    ask = Asking("Book.xlsx", "Excel", Patience(3, 0.25, waited.append))
    return lambda: ask("write Invoices B7", call), waited


def test_a_busy_program_is_asked_again_after_a_while() -> None:
    ask, waited = asking(Busy(), Busy(), "done")
    assert ask() == "done"
    assert waited == [0.25, 0.25]


def test_patience_ends() -> None:
    ask, waited = asking(*[Busy()] * 5)
    with pytest.raises(BookOpen, match=r"Excel was busy and did not let ARC write Invoices B7 in Book\.xlsx"):
        ask()
    assert len(waited) == 3


def test_busy_inside_of_another_error_is_busy() -> None:
    """Setting a property while a cell is edited: DISP_E_EXCEPTION around VBA_E_IGNORE."""
    nested = Exception(-2147352567, "Exception occurred.", (0, None, None, None, 0, -2146777998), None)
    ask, _ = asking(nested, "done")
    assert ask() == "done"


@pytest.mark.parametrize("error", [Gone(), ConnectionError("the bridge has ended"), EOFError()])
def test_a_closed_program_is_a_sentence(error: Exception) -> None:
    ask, _ = asking(error)
    with pytest.raises(BookMissing, match=r"Book\.xlsx was closed in Excel while ARC worked on it"):
        ask()


def test_a_refusal_says_what_the_program_said() -> None:
    ask, _ = asking(Refusal("The cell is on a protected sheet."))
    with pytest.raises(
        BookRefused, match=r"\(The cell is on a protected sheet\)\. If the sheet is protected"
    ):
        ask()


@pytest.mark.parametrize("error", [TypeError("ours"), NotImplementedError(), AssertionError()])
def test_a_defect_of_ours_is_nobody_elses(error: Exception) -> None:
    ask, _ = asking(error)
    with pytest.raises(type(error)):
        ask()
