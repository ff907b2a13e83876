"""ARC's actions called from the workbook itself by RunPython."""

from __future__ import annotations

import pytest
import xlwings as xw

from arc_sheets.tabs import ACTIVITY
from arc_sync import excel
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from tests.live_memory_book import Workbook, load
from tests.live_memory_engine import opened as as_opened
from tests.office import Office, office


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("firm") / "one")


@pytest.fixture
def calling(firm: Office, monkeypatch: pytest.MonkeyPatch) -> Workbook:
    held = load(firm.book)
    monkeypatch.setenv("ARC_CONFIG", str(firm.folder))
    monkeypatch.setattr(xw.Book, "_mock_caller", as_opened(held), raising=False)
    return held


def test_sync_now_brings_the_calling_workbook_in_step(calling: Workbook) -> None:
    excel.sync_now()
    assert calling.alerts == ["Book and ledger are in step."]


def test_an_action_is_carried_out_and_shown(firm: Office, calling: Workbook) -> None:
    before = firm.book.read_bytes()
    excel.act("log_call", customer="Zoë Ltd", outcome="Spoke")
    assert calling.alerts == ["Call to Zoë Ltd logged."]
    (activity,) = (sheet for sheet in calling.sheets if sheet.name == "Activity")
    assert "Spoke" in [held.value for held in activity.cells.values()]
    with opened(Config.load(firm.folder)) as one, one.ledger.read() as view:
        assert len(view.rows(ACTIVITY)) == 1
    assert firm.book.read_bytes() == before


def test_what_cannot_be_done_is_said_in_a_box(calling: Workbook) -> None:
    excel.act("log_call", customer="Nobody", outcome="Spoke")
    (said,) = calling.alerts
    assert "Nobody" in said


def test_without_settings_it_says_which_are_missing(
    calling: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARC_CONFIG")
    excel.sync_now()
    assert calling.alerts == ["ARC_CONFIG is not set; let it name the folder in which arc.toml lies."]
