from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from arc_sync.ledger.glance import glance
from arc_sync.ledger.open import create_ledger
from tests.ledger_contract import HOUR, NOON
from tests.outbox_contract import message, queue


def _next(place: Path) -> object:
    seen = glance(place)
    assert seen is not None
    return seen.next_out


def test_a_glance_says_when_a_sender_may_see_to_a_message_next(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    ledger = create_ledger(place)
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
    ledger.close()


@pytest.mark.parametrize("asked", [True, False])
def test_a_message_that_waits_for_its_hour_wakes_nobody_before(tmp_path: Path, *, asked: bool) -> None:
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.quick import quietly_in_step
    from tests.agents import firm

    file = firm(tmp_path / "books")
    with opened(Config.load(file)) as one:
        now = NOON + timedelta(days=400)
        for _ in range(2):
            one.sync(now)
        assert quietly_in_step(file, now) is not None
        waits = message(1, not_before=now + HOUR, not_after=now + 9 * HOUR)
        queue(one.ledger, waits)
    later = now + HOUR if asked else now

    assert (quietly_in_step(file, later, mail_may_wait=True) is None) is asked
    assert quietly_in_step(file, later) is None
