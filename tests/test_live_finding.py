"""Which open workbook is the one that ARC keeps, and whether it is worked with where it is open or as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from arc_sheets.errors import BookOpen
from arc_sync.agent.picking import pick
from arc_sync.books.file import FileBook
from arc_sync.books.live import LiveBook
from arc_sync.books.live.finding import Program, find, is_same
from arc_sync.books.live.workbook import name_of
from arc_sync.books.office.desktop import Desktop
from tests.hands import BOOK, new_file
from tests.live_hand import HASTY
from tests.live_memory_book import Sheet, Workbook, load
from tests.live_memory_engine import Busy, engine


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def book(file: Path) -> Workbook:
    return load(file)


def excel(*books: Workbook) -> list[Program]:
    return [Program("Excel", engine(*books))]


def at(book: Workbook, fullname: str) -> Workbook:
    made = book.copy()
    made.fullname = fullname
    return made


def test_a_book_is_found_by_its_path(file: Path, book: Workbook) -> None:
    found = find(file, {BOOK}, excel(Workbook("/other.xlsx", [Sheet("Sheet1")]), book))
    assert found is not None
    assert (found.program, found.book.fullname) == ("Excel", str(file))


def test_another_way_to_the_same_file_is_the_same(file: Path, book: Workbook, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(file)
    assert find(file, set(), excel(at(book, str(link)))) is not None


def test_a_book_from_the_cloud_is_found_by_its_hidden_id(file: Path, book: Workbook) -> None:
    cloud = at(book, f"https://firm.sharepoint.example/sites/AR/{file.name}")
    assert find(file, {BOOK}, excel(cloud)) is not None
    assert find(file, {"another"}, excel(cloud)) is None
    assert find(file, {BOOK}, excel(Workbook(cloud.fullname, [Sheet("Sheet1")]))) is None


def test_last_weeks_copy_in_another_folder_is_not_ours(file: Path, book: Workbook) -> None:
    assert find(file, {BOOK}, excel(at(book, f"/home/maria/Downloads/{file.name}"))) is None
    assert find(file, {BOOK}, excel(at(book, file.name))) is None


def test_a_book_that_is_open_twice_is_a_sentence(file: Path, book: Workbook) -> None:
    office = Program("LibreOffice", engine(book.copy()))
    with pytest.raises(
        BookOpen, match=rf"{file.name} is open twice, in Excel and in LibreOffice; close it in one"
    ):
        find(file, {BOOK}, [*excel(book), office])


def test_a_busy_program_is_a_sentence(file: Path, book: Workbook) -> None:
    busy = book.copy()

    def hook(_call: str) -> None:
        raise Busy

    busy.hook = hook
    with pytest.raises(BookOpen, match=r"Excel was busy and did not let ARC list the open workbooks"):
        find(file, {BOOK}, excel(busy), HASTY)


def test_names_of_books_read_as_people_know_them() -> None:
    assert name_of("https://x.example/sites/AR/Our%20Receivables.xlsx") == "Our Receivables.xlsx"
    assert name_of(r"C:\Users\maria\Receivables.xlsx") == "Receivables.xlsx"
    assert not is_same(Path("/a/b.xlsx"), "https://x.example/a/b.xlsx")


# -- live or file ---------------------------------------------------------------------------------------------


def test_an_open_book_is_worked_with_where_it_is_open(file: Path, book: Workbook) -> None:
    picked = pick(file, {BOOK}, lambda: excel(book))
    assert isinstance(picked, LiveBook)
    assert picked.where == str(file)
    with picked.open() as session:
        assert session.meta().book == BOOK


def test_a_closed_book_is_a_file(file: Path) -> None:
    picked = pick(file, {BOOK}, lambda: excel(Workbook("/other.xlsx", [Sheet("Sheet1")])))
    assert isinstance(picked, FileBook)


def test_a_file_that_is_open_where_nobody_can_be_reached_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = new_file(tmp_path)
    (tmp_path / f".~lock.{file.name}#").write_text(
        ",maria,there,26.11.2026 09:00,file:///home/maria;", "utf-8"
    )
    monkeypatch.setattr(Desktop, "reach", lambda _self: None)
    picked = pick(file, {BOOK})
    assert isinstance(picked, FileBook)
    before = file.read_bytes()
    with pytest.raises(BookOpen, match=r"is open: maria \(LibreOffice\)"), picked.open():
        pass
    assert file.read_bytes() == before
