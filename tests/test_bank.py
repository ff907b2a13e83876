from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from arc_sheets.cells import Value
from arc_sheets.tabs import PAYMENTS
from arc_sync.agent.bank import bank_until, newest, say_until
from arc_sync.agent.importing import import_entries
from arc_sync.intake import Entry
from tests.random_ledgers import row
from tests.reminding_firm import DAY, Office, office


def until(here: Office, as_of: date = DAY) -> date | None:
    with here.firm.ledger.read() as view:
        return bank_until(view, as_of)


def say(here: Office, day: date) -> None:
    say_until(here.firm.ledger, here.firm.origin("action", "Bank data", here.now), day)


def cheque(here: Office, day: date) -> None:
    here.put(
        PAYMENTS, f"cheque {day}", date=day, customer="Bystander", amount=1, currency="EUR", type="payment"
    )


def bring(here: Office, *payments: Entry) -> None:
    import_entries(
        here.firm.ledger, payments, here.firm.origin("import", "Import", here.now), here.firm.usual
    )


def payment(day: date, line: int = 2, **values: Value) -> Entry:
    told: dict[str, Value] = {"customer": "Bystander", "amount": 1, "currency": "EUR", "type": "payment"}
    return Entry("payments", None, f"payment {day} {line}", {**told, "date": day, **values}, line)


def test_a_person_says_up_to_which_day_the_bank_is_in(tmp_path: Path) -> None:
    here = office(tmp_path)
    say(here, DAY + timedelta(2))
    assert until(here, DAY + timedelta(5)) == DAY + timedelta(2)
    assert until(here) == DAY, "what is still to come counts up to the day itself"
    say(here, DAY - timedelta(9))
    assert until(here) == DAY - timedelta(9)


def test_a_cheque_typed_by_hand_does_not_say_that_the_bank_is_in(tmp_path: Path) -> None:
    here = office(tmp_path)
    say(here, DAY - timedelta(4))
    cheque(here, DAY)
    assert until(here) == DAY - timedelta(4)


def test_an_import_of_payments_moves_the_day_forward_and_never_back(tmp_path: Path) -> None:
    here = office(tmp_path)
    say(here, DAY - timedelta(4))
    bring(here, payment(DAY - timedelta(6)), payment(DAY - timedelta(2)))
    assert until(here) == DAY - timedelta(2)
    cheque(here, DAY)
    bring(here, payment(DAY - timedelta(3)))
    assert until(here) == DAY - timedelta(2)


def test_only_money_that_the_import_took_moves_the_day(tmp_path: Path) -> None:
    here = office(tmp_path)
    say(here, DAY - timedelta(4))
    note = payment(DAY, 2, type="credit note")
    ahead, refused = payment(DAY + timedelta(1), 3), payment(DAY, 4, customer=None)
    guessed = replace(payment(DAY, 5), assumed=frozenset({"date"}))
    bring(here, note, ahead, refused, guessed)
    assert until(here) == DAY - timedelta(4)


def test_while_nothing_was_said_the_newest_payment_counts(tmp_path: Path) -> None:
    here = office(tmp_path)
    assert until(here) == DAY
    cheque(here, DAY + timedelta(1))
    assert until(here, DAY + timedelta(1)) == DAY + timedelta(1)


def test_only_money_that_came_in_counts() -> None:
    def paid(kind: str, day: date) -> dict[str, tuple[object, ...]]:
        return {kind: row(PAYMENTS, date=day, type=kind, customer="A", amount=1, currency="EUR")}

    rows = paid("credit note", DAY) | paid("payment", DAY - timedelta(3)) | paid("void", DAY)
    assert newest(rows, DAY) == DAY - timedelta(3)  # type: ignore[arg-type]  # rows of values
    assert newest(paid("payment", DAY + timedelta(1)), DAY) is None  # type: ignore[arg-type]  # rows of values
