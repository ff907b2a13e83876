from __future__ import annotations

import pytest

from tests.book_contract import BookContract
from tests.hands import Hand, MemoryHand


class TestMemory(BookContract):
    @pytest.fixture
    def hand(self) -> Hand:
        return MemoryHand()
