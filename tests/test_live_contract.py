"""An open book keeps the contract of every book: on an engine in memory, and in a real LibreOffice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from arc_sheets.tabs import CUSTOMERS
from arc_sync.books.draw import kpis
from arc_sync.books.drawing import Sketch
from arc_sync.merge.history import Bookmark
from arc_sync.xlsx.refs import Area
from tests.book_contract import SECOND, TEXTS, BookContract, cells, customer, report, write
from tests.hands import new_file
from tests.live_hand import LiveHand
from tests.live_memory_book import Workbook, load
from tests.live_memory_engine import opened
from tests.live_office import Desktop, running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def template(file: Path) -> Workbook:
    return load(file)


@pytest.fixture(scope="module")
def desktop() -> Iterator[Desktop]:
    with running() as one:
        yield one


class TestInMemory(BookContract):
    @pytest.fixture
    def hand(self, template: Workbook) -> LiveHand:
        book = template.copy()
        return LiveHand(opened(book), book.unseen)

    def test_cells_between_an_old_and_a_new_area_are_the_persons(self, filled: LiveHand) -> None:
        assert write(filled, mark=SECOND, drawings=[report("one", "two", bottom=12)])
        filled.scribble("KPIs", "F10", "mine")
        sketch = Sketch(kpis.SHEET)
        sketch.put(4, 1, "uno", "row.text")
        wide = sketch.done(Area(4, 1, 6, 8))
        assert write(filled, mark=Bookmark(10, "c"), drawings=[wide])
        assert filled.sees("KPIs", "F10") == "mine"


#: Where only a real program can say whether the engine does as Excel does. All others run too where ARC_TEST_WHOLE
#: is set; they take two CPU seconds each, as the book is opened anew for every one.
_CHOSEN = """
    what_was_written_reads_back what_people_type_is_read_as_it_stands a_missing_column_is_said
    an_id_is_stamped_for_good what_was_typed_meanwhile_is_never_written_over
    a_row_is_dropped_and_its_neighbours_stay rows_are_added_below_the_others issues_are_shown_and_their_choices_read
    links_formulas_and_figures_can_be_drawn a_report_is_drawn_only_over_what_was_read
    every_entry_cell_is_read_as_it_stands
""".split()


class _InLibreOffice:
    filled = BookContract.filled

    @pytest.fixture
    def hand(self, desktop: Desktop, file: Path, tmp_path: Path) -> Iterator[LiveHand]:
        with desktop.opened(file, tmp_path) as book:
            yield LiveHand(book)

    def test_texts_are_texts(self, filled: LiveHand) -> None:
        rows = [customer(str(n), notes=text) for n, text in enumerate(TEXTS)]
        assert write(filled, mark=SECOND, appends={"customers": rows})
        assert [cells(filled, CUSTOMERS, n)["notes"] for n in range(2, 2 + len(TEXTS))] == list(TEXTS)


def _contract() -> type:
    if "ARC_TEST_WHOLE" in os.environ:
        return type("TestInLibreOffice", (_InLibreOffice, BookContract), {})
    chosen = {f"test_{name}": getattr(BookContract, f"test_{name}") for name in _CHOSEN}
    return type("TestInLibreOffice", (_InLibreOffice,), chosen)


TestInLibreOffice = _contract()
