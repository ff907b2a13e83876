"""What a glance tells of every ledger, on a disk or a server.

A test file gives `ledger`, open at `place`, and `free`, a place where there is none yet.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from arc_sheets.tabs import INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened
from arc_sync.agent.quick import quietly_in_step
from arc_sync.ledger.glance import Glance, glance
from arc_sync.ledger.sql import SqlLedger
from tests.agents import firm, hand
from tests.ledger_contract import HOUR, NOON, invoice, origin, put
from tests.outbox_contract import message, queue


class GlanceContract:
    def test_it_tells_what_the_ledger_tells(self, ledger: SqlLedger, place: str) -> None:
        ledger.add_book("b", "2.xlsx")
        ledger.add_book("a", "1.xlsx")
        ledger.lease("a", "Ann", NOON, NOON + HOUR)
        head = put(ledger, INVOICES, {"i1": invoice()})
        with ledger.change(origin()) as change:
            change.pend("a")
        assert glance(place) == Glance(ledger.id, head, tuple(ledger.books()))
        ledger.close()
        assert glance(place) is not None

    def test_it_says_when_a_sender_may_see_to_a_message_next(self, ledger: SqlLedger, place: str) -> None:
        assert _next(place) is None
        queue(ledger, message(1), message(2))
        first = _next(place)
        assert first == min(message(n).not_before for n in (1, 2))
        (one, two) = ledger.claim("Ann", NOON, NOON + HOUR, 9)
        assert _next(place) == NOON + HOUR  # when the claim lapses
        ledger.hand_back(one.message.id, "Ann", NOON + timedelta(minutes=7), "451 later")
        assert _next(place) == NOON + timedelta(minutes=7)
        ledger.about_to_send(two.message.id, "Ann", NOON)
        ledger.lost(NOON + 2 * HOUR)
        assert _next(place) == NOON + timedelta(minutes=7)

    def test_a_ledger_of_another_version_is_not_looked_at(self, ledger: SqlLedger, place: str) -> None:
        with ledger.connected(alone=True) as connection:
            connection.execute(text("update alembic_version set version_num = '0042'"))
        assert glance(place) is None

    def test_a_book_in_step_is_seen_at_a_glance(self, free: str, tmp_path: Path) -> None:
        file, now = firm(tmp_path / "books", free), NOON + timedelta(days=400)
        with opened(Config.load(file)) as one:
            for _ in range(2):
                one.sync(now)
        assert quietly_in_step(file, now) == 0
        with opened(Config.load(file)) as one:
            put(one.ledger, INVOICES, {"i9": invoice("KV-9")})
        assert quietly_in_step(file, now) is None
        with opened(Config.load(file)) as one:
            one.sync(now)
        assert quietly_in_step(file, now) == 0
        hand(file).type(INVOICES, 0, notes="typed by a person")
        assert quietly_in_step(file, now) is None

    @pytest.mark.parametrize("asked", [True, False])
    def test_a_message_that_waits_for_its_hour_wakes_nobody_before(
        self, free: str, tmp_path: Path, *, asked: bool
    ) -> None:
        file, now = firm(tmp_path / "books", free), NOON + timedelta(days=400)
        with opened(Config.load(file)) as one:
            for _ in range(2):
                one.sync(now)
            assert quietly_in_step(file, now) is not None
            waits = message(1, not_before=now + HOUR, not_after=now + 9 * HOUR)
            queue(one.ledger, waits)
        later = now + HOUR if asked else now

        assert (quietly_in_step(file, later, mail_may_wait=True) is None) is asked
        assert quietly_in_step(file, later) is None


def _next(place: str) -> object:
    seen = glance(place)
    assert seen is not None
    return seen.next_out
