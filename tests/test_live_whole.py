"""From the click to the sheet: the add-in's VBA, the spool, the agent, the open workbook; nothing in between is a double."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from arc_sheets.tabs import ACTIVITY
from arc_sync.agent.config import Config
from arc_sync.agent.demo.live import Desk, reachable
from arc_sync.agent.firm import opened
from arc_sync.agent.inbox.spool import Spool
from arc_sync.books.office.process import Bridge, headless
from tests.hands import FileHand
from tests.office import office


def shown(bridge: Bridge, book: str, sheet: str) -> list[Any]:
    """Return the rows of a sheet below its header, as LibreOffice has them."""
    told = bridge.ask("read", book=book, sheet=sheet, area=[4, 0, 20, 13])
    return [row for row in told["rows"] if any(row)]


def test_a_call_logged_by_a_click_stands_in_the_open_workbook(tmp_path: Path) -> None:
    firm = office(tmp_path / "firm")
    spool = Spool(firm.folder / "spool")
    for folder in (spool.requests, spool.answers):
        folder.mkdir(parents=True)
    before = firm.book.read_bytes()
    with headless(ARC_SPOOL=str(spool.folder), USERNAME="Maria Lopez") as bridge, reachable(bridge):
        desk = Desk(firm.folder, firm.book, bridge, spool)
        desk.front("Worklist", "C5")
        pressed = desk.press("arcLogCall", "Spoke: the cheque is in the post")
        assert any("What came of the call with" in line for line in pressed)
        assert [path.suffix for path in spool.requests.iterdir()] == [".json"]
        answers = desk.agent()
        assert [line.strip()[:16] for line in answers] == ["status: Call to "], answers
        assert list(spool.requests.iterdir()) == []
        (row,) = shown(bridge, desk.book, "Activity")
        assert "Spoke: the cheque is in the post" in row
        desk.front("Aging", "B5")
        assert desk.press("arcAging")
        assert [line.strip() for line in desk.agent()] == ["status: Book and ledger are in step."]
        bridge.ask("close", book=desk.book)
    assert firm.book.read_bytes() == before  # an open book's file is never written
    with opened(Config.load(firm.folder)) as one, one.ledger.read() as view:
        (call,) = view.rows(ACTIVITY).values()
    assert "Spoke: the cheque is in the post" in call
    firm.arc("sync")  # closed without saving: the file gets it now
    with FileHand(firm.book).book.open() as session:
        (again,) = session.read(ACTIVITY).rows
    assert "Spoke: the cheque is in the post" in again.cells
