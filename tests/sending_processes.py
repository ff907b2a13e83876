"""What other processes do to a ledger's outbox in the tests of SQLite and PostgreSQL."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from arc_sheets.errors import Fenced
from arc_sheets.message import MessageState
from arc_sync.ledger.open import open_ledger
from arc_sync.ledger.port import Ledger
from tests.ledger_contract import HOUR, NOON
from tests.outbox_contract import message, move, numbers, posted, queue


def claim_all(place: str, owner: str) -> list[int]:
    """Claim until there is nothing left."""
    ledger, taken = open_ledger(place), list[int]()
    while some := ledger.claim(owner, NOON, NOON + HOUR, 3):
        taken += numbers(some)
    ledger.close()
    return taken


def take_over(place: str) -> None:
    """Claim what has lapsed, send the first, and be silent."""
    ledger = open_ledger(place)
    first, *_ = ledger.claim("Bob", NOON + HOUR, NOON + 2 * HOUR, 9)
    ledger.about_to_send(first.message.id, "Bob", NOON + HOUR)
    ledger.close()


def overtaken(ledger: Ledger, place: str) -> None:
    """After another process took over what this one had claimed, this one can do nothing with it."""
    queue(ledger, message(1), message(2))
    ledger.claim("Ann", NOON, NOON + HOUR, 9)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(take_over, place).result()
    before = posted(ledger)
    assert [(p.state, p.owner) for p in before] == [
        (MessageState.SENDING, "Bob"),
        (MessageState.CLAIMED, "Bob"),
    ]
    for n in (1, 2):
        with pytest.raises(Fenced):
            ledger.about_to_send(message(n).id, "Ann", NOON)
        with pytest.raises(Fenced):
            ledger.hand_back(message(n).id, "Ann", NOON, "451")
        with pytest.raises(Fenced):
            move(ledger, n, MessageState.SENT, owner="Ann")
    assert posted(ledger) == before
