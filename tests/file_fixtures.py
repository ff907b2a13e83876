"""Firms to start from, set up once for each test file that imports these fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.file_firm import Firm, busy_day, copied, firm


@pytest.fixture(scope="module")
def rested(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    made = firm(tmp_path_factory.mktemp("rested"))
    made.rest()
    return made


@pytest.fixture(scope="module")
def after_a_day(rested: Firm, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    made = copied(rested, tmp_path_factory.mktemp("busy"))
    busy_day(made)
    return made


@pytest.fixture(scope="module")
def good_end(after_a_day: Firm, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    made = copied(after_a_day, tmp_path_factory.mktemp("good"))
    made.rest()
    return made.end()


@pytest.fixture
def one(rested: Firm, tmp_path: Path) -> Firm:
    return copied(rested, tmp_path)


@pytest.fixture
def busy(after_a_day: Firm, tmp_path: Path) -> Firm:
    return copied(after_a_day, tmp_path)
