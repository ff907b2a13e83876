from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from arc_sheets.tabs import PAYMENTS
from arc_sync.agent.bank import bank_until, newest, say_until
from tests.random_ledgers import row
from tests.reminding_firm import DAY, Office, office


def until(here: Office, as_of: date = DAY) -> date | None:
    with here.firm.ledger.read() as view:
        return bank_until(view, as_of)


def say(here: Office, day: date) -> None:
    say_until(here.firm.ledger, here.firm.origin("action", "Bank data", here.now), day)


def test_the_newest_payment_or_the_day_that_was_said_whichever_is_later(tmp_path: Path) -> None:
    here = office(tmp_path)
    assert until(here) == DAY
    say(here, DAY + timedelta(2))
    assert until(here, DAY + timedelta(5)) == DAY + timedelta(2)
    assert until(here) == DAY, "what is still to come counts up to the day itself"
    say(here, DAY - timedelta(9))
    assert until(here) == DAY


def test_only_money_that_came_in_counts() -> None:
    def paid(kind: str, day: date) -> dict[str, tuple[object, ...]]:
        return {kind: row(PAYMENTS, date=day, type=kind, customer="A", amount=1, currency="EUR")}

    rows = paid("credit note", DAY) | paid("payment", DAY - timedelta(3)) | paid("void", DAY)
    assert newest(rows, DAY) == DAY - timedelta(3)  # type: ignore[arg-type]  # rows of values
    assert newest(paid("payment", DAY + timedelta(1)), DAY) is None  # type: ignore[arg-type]  # rows of values
