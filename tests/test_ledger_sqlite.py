from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings

from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.schema import METADATA
from arc_sync.ledger.sql import SqlLedger
from tests.ledger_contract import LedgerContract
from tests.ledger_histories import Step, histories, same, tell


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "ledger.db"
    create_ledger(path).close()
    return path


@pytest.fixture
def ledger(empty: Path, tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(shutil.copy(empty, tmp_path / "ledger.db"))
    yield opened
    opened.close()


@pytest.fixture
def hasty(ledger: SqlLedger, tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(tmp_path / "ledger.db", patience=0.1)
    yield opened
    opened.close()


class TestSqlite(LedgerContract):
    pass


def test_the_migrated_database_is_the_declared_one(ledger: SqlLedger) -> None:
    with ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_it_says_the_same_as_memory(empty: Path) -> None:
    @settings(max_examples=25, deadline=None)
    @given(histories)
    def check(history: list[list[Step]]) -> None:
        memory = MemoryLedger()
        with TemporaryDirectory() as folder:
            opened = open_ledger(shutil.copy(empty, folder))
            try:
                assert tell(opened, history) == tell(memory, history)
                same(opened, memory)
            finally:
                opened.close()

    check()
