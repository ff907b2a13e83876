from __future__ import annotations

from pathlib import Path

import pytest

from arc_sheets.message import MessageState, Posted
from tests.faults.senders import campaign, judged
from tests.outbox_contract import message

S = MessageState


def test_senders_killed_at_random_send_nothing_twice(tmp_path: Path) -> None:
    done = campaign(str(tmp_path / "ledger.db"), tmp_path, seed=1, many=60, senders=4)
    assert done.wrong == []
    assert (done.sent, done.left) == (done.distinct, 0)
    assert done.killed > 0


@pytest.mark.parametrize(
    ("state", "left", "words"),
    [
        (S.SENT, 1, []),
        (S.UNKNOWN, 1, []),
        (S.UNKNOWN, 0, []),
        (S.QUEUED, 1, ["left, but the outbox says queued"]),
        (S.SENT, 0, ["did not leave, but the outbox says sent"]),
        (S.QUEUED, 0, ["did not leave, but the outbox says queued"]),
        (S.SENT, 2, ["was sent twice"]),
    ],
)
def test_a_campaign_judges_what_left(state: MessageState, left: int, words: list[str]) -> None:
    one = message().id
    found = judged({one: Posted(message(), state)}, [one] * left)
    assert found == [f"{one} {said}." for said in words]
