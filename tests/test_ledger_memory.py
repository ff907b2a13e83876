from __future__ import annotations

import pytest
from hypothesis import given

from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.port import Ledger
from tests.ledger_contract import LedgerContract
from tests.outbox_contract import OutboxContract
from tests.outbox_histories import Turn, histories, played


@pytest.fixture
def ledger() -> Ledger:
    return MemoryLedger()


@pytest.fixture
def hasty() -> Ledger:
    return MemoryLedger(patience=0.05)


class TestMemory(LedgerContract):
    pass


class TestMemoryOutbox(OutboxContract):
    pass


@given(histories)
def test_whatever_senders_do_nothing_is_sent_twice(history: list[Turn]) -> None:
    played(MemoryLedger(), history)
