"""An open book keeps the contract of every book: on an engine in memory, and in a real LibreOffice."""

from __future__ import annotations

import pytest

from tests.book_contract import BookContract
from tests.hands import new_file
from tests.live_hand import LiveHand
from tests.live_memory_engine import Workbook, load, opened


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return load(new_file(tmp_path_factory.mktemp("template")))


class TestInMemory(BookContract):
    @pytest.fixture
    def hand(self, template: Workbook) -> LiveHand:
        book = template.copy()
        return LiveHand(opened(book), book.unseen)
