from __future__ import annotations

from pathlib import Path

import pytest

from tests.book_contract import BookContract
from tests.hands import FileHand, file_hand, new_file


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_file(tmp_path_factory.mktemp("template"))


@pytest.fixture
def hand(template: Path, tmp_path: Path) -> FileHand:
    return file_hand(template, tmp_path)


class TestFile(BookContract):
    pass
