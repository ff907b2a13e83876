"""An open book keeps the contract of every book: on an engine in memory, and in a real LibreOffice."""

from __future__ import annotations

import pytest

from tests.book_contract import BookContract
from tests.hands import new_file
from tests.live_hand import LiveHand
from tests.live_office import Desktop, running
from tests.live_memory_engine import Workbook, load, opened


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


class TestInLibreOffice(BookContract):
    @pytest.fixture
    def hand(self, desktop: Desktop, file: Path, tmp_path: Path) -> Iterator[LiveHand]:
        with desktop.opened(file, tmp_path) as book:
            yield LiveHand(book)
