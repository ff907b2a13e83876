from __future__ import annotations

import pytest

from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger
from tests.ledger_contract import LedgerContract


class TestMemory(LedgerContract):
    @pytest.fixture
    def ledger(self) -> Ledger:
        return MemoryLedger()

    @pytest.fixture
    def hasty(self) -> Ledger:
        return MemoryLedger(patience=0.05)
