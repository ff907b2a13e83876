"""A call that was just logged, shown in a book that is open in a program, ahead of the round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from arc_sheets.errors import ArcError, BookOpen, BookRefused
from arc_sheets.tabs import ACTIVITY, INVOICES
from arc_sync.agent import firm as firms
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm as AtWork
from arc_sync.agent.firm import opened as at_work
from arc_sync.agent.running.jobs import Job
from arc_sync.agent.showing import show_new
from arc_sync.books.live import LiveBook
from tests.faults.business import Business
from tests.file_firm import FIRMS, NOW, Firm
from tests.live_firm import LiveFirm, opened_firm
from tests.live_hand import HASTY
from tests.live_memory_book import load
from tests.live_memory_engine import opened

pytest_plugins = ("tests.file_fixtures",)
CALL = "c" * 32


@pytest.fixture(scope="module")
def called(rested: Firm) -> LiveFirm:
    """A firm in whose ledger a call stands that its open book does not show; its people have typed something, too."""
    made = opened_firm(rested)
    made.rest()
    made.hand.type(INVOICES, 0, notes="call on Friday")
    made.put(INVOICES, made.find(INVOICES, "INV-05"), amount=777_00)
    when = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (the firm's wall clock)
    made.put(ACTIVITY, CALL, when=when, customer=FIRMS[0], channel="Call", outcome="Spoke")
    return made


@pytest.fixture
def live(called: LiveFirm) -> LiveFirm:
    return called.copied()


def show(one: LiveFirm) -> None:
    """Show the call."""
    with one.ledger.read() as view:
        last = view.head().n
    activity = replace(one.settings, rules=replace(one.settings.rules, tabs=(ACTIVITY,)))
    show_new(activity, one.book, one.ledger, last - 1, NOW)


def calls(one: LiveFirm) -> list[str]:
    """Return the calls that showing the call makes."""
    del one.workbook.calls[:]
    show(one)
    return list(one.workbook.calls)


def outcomes(one: LiveFirm) -> list[object]:
    """Return what stands under Outcome on Activity."""
    with one.workbook.unseen(), one.book.open() as session:
        return [row.cells[6] for row in session.read(ACTIVITY).rows]


def test_it_stands_on_activity_and_nothing_else_is_looked_at(live: LiveFirm) -> None:
    made = calls(live)
    assert outcomes(live) == ["Spoke"]
    about = {word for call in made for word in call.split() if word in {s.name for s in live.workbook.sheets}}
    assert about == {"Activity", "_ARC"}
    assert {call.split()[0] for call in made}.isdisjoint({"select", "activate", "save", "copy", "paste"})


def test_the_round_that_follows_does_the_rest_and_the_end_is_that_of_a_round_alone(
    live: LiveFirm, called: LiveFirm
) -> None:
    show(live)
    live.rest()
    alone = called.copied()
    alone.rest()
    assert live.end() == alone.end()
    assert outcomes(live) == ["Spoke"]


def test_it_may_die_at_any_call(called: LiveFirm) -> None:
    alone = called.copied()
    alone.rest()
    wanted, many = alone.end(), len(calls(called.copied()))
    for nth in range(many):
        one = called.copied()
        with one.hooked(_dies_after(nth)), pytest.raises((_Died, ArcError)):
            show(one)
        one.workbook.settings |= {"calculation": "automatic", "enable_events": True, "screen_updating": True}
        one.rest()
        assert one.end() == wanted, nth
    assert many > 20


class _Died(Exception):
    pass


def _dies_after(many: int) -> Callable[[str], None]:
    left = iter(range(many))

    def hook(_call: str) -> None:
        if next(left, None) is None:
            raise _Died

    return hook


def test_what_stands_in_the_way_is_told_in_a_sentence(live: LiveFirm) -> None:
    (sheet,) = (s for s in live.workbook.sheets if s.name == "Activity")
    sheet.protected = True
    with pytest.raises(BookRefused, match=r"Activity .* is on a protected sheet\).* unprotect it"):
        show(live)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Business:
    return Business.made(tmp_path_factory.mktemp("ready") / "firm")


def test_a_click_shows_its_row_before_the_round(
    ready: Business, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The round alone would be turned away: somebody types in a cell by then."""
    firm = ready.copied(tmp_path / "firm")
    workbook = load(firm.book)
    book = LiveBook(str(firm.book), "Excel", lambda: opened(workbook), HASTY)
    monkeypatch.setattr(firms, "pick", lambda *_: book)

    def turned_away(*_: object, **__: object) -> None:
        raise BookOpen("Excel was busy.")

    monkeypatch.setattr(AtWork, "sync", turned_away)
    firm.clicks("Spoke")
    told = firm.does(Job.REQUESTS)
    assert told.kind == "BookOpen"
    (sheet,) = (s for s in workbook.sheets if s.name == "Activity")
    assert "Spoke" in [held.value for held in sheet.cells.values()]


def test_a_closed_file_is_left_to_the_round(ready: Business, tmp_path: Path) -> None:
    firm = ready.copied(tmp_path / "firm")
    before = firm.book.read_bytes()
    with at_work(Config.load(firm.file)) as one:
        one.show_new(0, NOW)
    assert firm.book.read_bytes() == before
