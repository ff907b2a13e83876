from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from arc_sheets.errors import BookError
from arc_sync.agent.demo import live
from arc_sync.agent.demo.desk import desk_work
from arc_sync.agent.demo.exports import write_exports
from arc_sync.agent.demo.people import customers
from arc_sync.agent.demo.trade import make_trade
from arc_sync.agent.inbox.spool import Spool
from arc_sync.intake import understand
from tests.office import Office, arc, office

DAY = date(2026, 11, 20)


def test_the_trade_of_a_day_is_always_the_same(tmp_path: Path) -> None:
    one, other = (
        write_exports(tmp_path / "a", make_trade(DAY)),
        write_exports(tmp_path / "b", make_trade(DAY)),
    )
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
    assert desk_work(make_trade(DAY), DAY) == desk_work(make_trade(DAY), DAY)


@pytest.mark.parametrize("day", [DAY, date(2024, 2, 29), date(2031, 1, 1), date(2026, 3, 31)])
def test_the_trade_of_any_day_is_realistic(day: date) -> None:
    trade = make_trade(day)
    assert (len(trade.customers), len(trade.invoices)) == (40, 600)
    assert {c.currency for c in trade.customers} == {"EUR", "USD", "GBP", "JPY"}
    assert any("'" in c.name for c in trade.customers)
    assert any(not c.name.isascii() for c in trade.customers)
    assert {r.kind for r in trade.receipts} == {"Payment", "Credit Note", "Write Off"}
    assert any(not r.applied for r in trade.receipts)
    assert all(i.issued <= day and 0 <= i.balance <= i.amount for i in trade.invoices)
    assert all(r.date <= day for r in trade.receipts)
    assert any(i.disputed for i in trade.invoices)
    assert any(0 < i.paid < i.amount for i in trade.invoices)
    assert len({c.email for c in customers(random.Random(1))}) == 40
    assert desk_work(trade, day)


def test_the_exports_are_read_whole_by_the_real_intake(tmp_path: Path) -> None:
    trade = make_trade(DAY)
    for path, count in zip(write_exports(tmp_path, trade), (40, 600, len(trade.receipts)), strict=True):
        taken = understand(path).take()
        assert not taken.rejects
        assert count in taken.counts.values()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    folder = tmp_path_factory.mktemp("shown") / "demo"
    return Office(folder), arc("demo", str(folder), "--as-of", "2026-11-20").stdout


def test_the_demo_shows_the_main_job(shown: tuple[Office, str]) -> None:
    said = shown[1]
    assert "600 invoices added" in said
    assert 'Notes: (blank) -> "Spoke to Zoë: cheque is in the post"' in said
    assert "Payments: 20 Nov 2026" in said
    assert "Changed here and in the ledger since they last agreed." in said
    assert 'in the book: "32.13.2026"' in said
    assert "1 choice on the Issues tab carried out." in said
    assert "8. On the Issues tab Maria picks Take theirs" in said


def test_the_demo_says_of_the_reminders_what_then_happens(shown: tuple[Office, str]) -> None:
    chapter = shown[1].partition("\n10. ")[2].partition("\n11. ")[0]
    assert "She approves three, one of them with a subject of her own, and skips one." in chapter
    assert chapter.count("Decision: (blank) -> Approve") == 3


def test_after_the_demo_one_broken_date_waits_and_all_else_is_in_step(shown: tuple[Office, str]) -> None:
    here = shown[0]
    here.arc("sync", code=1)  # the demo pretended another day: the figures move
    told = here.json("sync", code=1)
    assert told["idle"] is True
    assert [(issue["in_book"], issue["state"]) for issue in told["issues"]] == [("32.13.2026", "open")]
    assert here.json("verify")["sound"] is True
    assert all(total["agrees"] for total in here.json("aging")["totals"])
    assert here.json("aging")["all"] is not None


def test_the_payment_is_in_the_aging_and_every_change_has_a_name(shown: tuple[Office, str]) -> None:
    here = shown[0]
    rows = len(make_trade(DAY).receipts)
    fields = [
        f
        for s in here.json("history")["change_sets"]
        for f in here.json("history", str(s["number"]))["fields"]
    ]
    added = [f for f in fields if f["tab"] == "Payments" and f["field"] == "added"]
    assert len(added) == rows + 1
    assert all(s["who"] for s in here.json("history")["change_sets"])


def test_the_demo_never_covers_anything(shown: tuple[Office, str], tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    (place / "mine.txt").write_text("mine", "utf-8")
    arc("demo", str(place), "--as-of", "2026-11-20")
    assert [path.name for path in place.iterdir()] == ["mine.txt"]
    assert (tmp_path / "demo-2" / "Receivables.xlsx").is_file()
    told = json.loads(arc("history", "--json", "--config", str(tmp_path / "demo-2")).stdout)
    assert told["change_sets"][-1]["what"] == shown[0].json("history")["change_sets"][-1]["what"]


def test_the_story_ends_now_and_stamps_nothing_in_the_future(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    arc("demo", str(tmp_path / "demo"), "--as-of", f"{began.astimezone().date()}")
    stamps = [
        datetime.fromisoformat(one["when"])
        for one in Office(tmp_path / "demo").json("history")["change_sets"]
    ]
    assert stamps == sorted(stamps, reverse=True)
    assert began <= stamps[0] <= datetime.now(UTC)


def test_libreoffice_is_told_the_whole_path_of_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = dict[str, str]()

    @contextmanager
    def headless(**environment: str) -> Iterator[None]:
        told.update(environment)
        raise BookError("no office here")
        yield

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(live, "headless", headless)
    with pytest.raises(BookError, match="no office here"):
        live.LiveDemo(Path("demo"), Path("demo/Receivables.xlsx"), print).run()
    assert told["ARC_SPOOL"] == str(tmp_path / "demo" / "spool")


def test_a_button_that_asks_for_nothing_ends_the_demo(tmp_path: Path) -> None:
    class Silent:
        def ask(self, _op: str, **_told: Any) -> str:
            return "told: ARC's agent is not running."

    firm, spool = office(tmp_path / "firm"), Spool(tmp_path / "spool")
    spool.make()
    silent: Any = Silent()
    desk = live.Desk(firm.folder, firm.book, silent, spool)
    desk.press("arcAging")
    with pytest.raises(BookError, match="asked the agent for nothing"):
        desk.agent()
