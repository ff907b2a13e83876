"""A request is carried out once, whoever repeats it, and however many do at the same time."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from arc_sheets import tabs
from arc_sync.agent.actions.answers import Answer, fingerprint
from arc_sync.agent.actions.desk import PlainDesk
from arc_sync.agent.actions.requests import Refused, parse
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.port import Ledger
from tests.asked import BERLIN, ELBE, NOW, Asker, filled

CALL = {"request": "c-1", "who": "Ann", "when": NOW, "source": "menu", "action": "log_call"}
PAID = "EUR 100.00 from Elbe Spedition is recorded and applied to RE-1."


@pytest.fixture
def ann() -> Asker:
    return Asker()


def pay(ann: Asker, request: str = "pay-1", amount: str = "100") -> Answer:
    return ann.ask("record_payment", request=request, customer=ELBE, amount=amount, applied_to="RE-1")


def test_the_same_request_again_is_answered_and_changes_nothing(ann: Asker) -> None:
    assert pay(ann).sentence == PAID
    head, again = ann.head(), pay(ann)
    assert (again.done, again.sentence) == (True, f"Done already: {PAID}")
    assert (len(ann.rows(tabs.PAYMENTS)), ann.head()) == (1, head)


def test_it_is_the_same_request_a_day_later_by_somebody_else(ann: Asker) -> None:
    pay(ann)
    answer = ann.ask(
        "record_payment", request="pay-1", customer=ELBE, amount="100", applied_to="RE-1", who="Bob",
        when=NOW + timedelta(days=1), source="command",
    )  # fmt: skip
    assert answer.sentence == f"Done already: {PAID}"


def test_fields_that_are_left_as_they_are_make_no_other_request(ann: Asker) -> None:
    pay(ann)
    answer = ann.ask(
        "record_payment", request="pay-1", customer=ELBE, amount="100", applied_to="RE-1", leave_unapplied=False,
        method="",
    )  # fmt: skip
    assert answer.sentence == f"Done already: {PAID}"
    request = parse(CALL | {"customer": ELBE})
    assert not isinstance(request, Refused)
    asked = json.dumps({"action": "log_call", "customer": ELBE}).encode()
    assert fingerprint(request) == hashlib.sha256(asked).hexdigest()


def test_a_number_that_was_used_for_something_else_is_refused(ann: Asker) -> None:
    pay(ann)
    head, other = ann.head(), pay(ann, amount="99")
    assert not other.done
    assert other.sentence == (
        "The request pay-1 has been carried out with other contents (EUR 100.00 from Elbe Spedition is recorded and"
        " applied to RE-1); give this one another number."
    )
    assert ann.head() == head


def test_what_was_refused_may_be_asked_again_under_its_number(ann: Asker) -> None:
    assert not ann.ask("log_call", request="call-1", customer="Elbe Spedtion").done
    assert ann.ask("log_call", request="call-1", customer=ELBE).done


def test_values_shown_come_back_with_the_answer(ann: Asker) -> None:
    plan = {"request": "plan-1", "invoices": "RE-1", "first": "2026-04-30", "every": "week", "count": 2}
    assert ann.ask("agree_plan", **plan).shown == ann.ask("agree_plan", **plan).shown == {"plan": "P-1"}


def test_a_clock_set_back_a_day_neither_repeats_nor_loses_anything(ann: Asker) -> None:
    pay(ann)
    ann.desk = PlainDesk(NOW - timedelta(days=1), BERLIN, "EUR")
    assert pay(ann).sentence == f"Done already: {PAID}"
    said = ann.done("log_call", customer=ELBE, when=NOW - timedelta(days=1))
    assert said == "Call to Elbe Spedition logged."
    assert ann.ledger.verify() == []


@pytest.fixture
def stored(tmp_path: Path) -> Ledger:
    return filled(create_ledger(tmp_path / "ledger.db"))


def test_it_is_remembered_by_a_ledger_that_was_closed(stored: Ledger, tmp_path: Path) -> None:
    pay(Asker(stored))
    stored.close()
    ann = Asker(open_ledger(tmp_path / "ledger.db"))
    assert pay(ann).sentence == f"Done already: {PAID}"
    assert ann.ledger.verify() == []
    ann.ledger.close()


@pytest.mark.parametrize("many", [8])
def test_many_who_ask_the_same_at_once_get_it_done_once(stored: Ledger, tmp_path: Path, many: int) -> None:
    start, answers = threading.Barrier(many), list[Answer]()

    def ask() -> None:
        ann = Asker(open_ledger(tmp_path / "ledger.db"))
        start.wait()
        answers.append(pay(ann))
        ann.ledger.close()

    threads = [threading.Thread(target=ask) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.sentence for a in answers) == [f"Done already: {PAID}"] * (many - 1) + [PAID]
    with stored.read() as view:
        assert len(view.rows(tabs.PAYMENTS)) == 1
    stored.close()


def test_two_plans_agreed_at_once_have_two_names(stored: Ledger, tmp_path: Path) -> None:
    start, plans = threading.Barrier(2), list[str]()

    def agree(invoice: str) -> None:
        ann = Asker(open_ledger(tmp_path / "ledger.db"))
        start.wait()
        answer = ann.ask(
            "agree_plan", request=invoice, invoices=invoice, first="2026-04-30", every="week", count=2
        )
        plans.append(answer.shown["plan"])
        ann.ledger.close()

    threads = [threading.Thread(target=agree, args=(invoice,)) for invoice in ("RE-1", "RE-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(plans) == ["P-1", "P-2"]
    stored.close()
