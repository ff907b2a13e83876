from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import frames, tabs
from arc_sheets.applied import Part, parse
from arc_sheets.receivables import Receivables, balances, control, receivables, settled, unapplied
from tests.random_ledgers import DAY, Invoice, Ledger, Payment, Ref, ledgers, row

JAN, FEB, MAR = date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10)


def build(ledger: Ledger) -> Receivables:
    return receivables(frames.records(ledger.rows()))


def invoice(
    number: str, amount: int, *, customer: str = "A", currency: str = "EUR", issued: date = JAN
) -> Invoice:
    return Invoice(number, customer, currency, issued, issued + timedelta(30), amount)


def payment(
    amount: int, *refs: Ref | str, day: date = FEB, kind: str = "payment", currency: str = "EUR"
) -> Payment:
    named = tuple(Ref(ref) if isinstance(ref, str) else ref for ref in refs)
    return Payment(day, "A", currency, amount, kind, named)


def open_balances(ledger: Ledger, day: date = DAY) -> dict[str, int]:
    built = build(ledger)
    return dict(zip(built.documents["number"], balances(built, day).tolist(), strict=True))


def left_over(ledger: Ledger, day: date = DAY) -> list[int]:
    left: list[int] = unapplied(build(ledger), day).tolist()
    return left


def found(ledger: Ledger) -> list[tuple[str, str, date, int]]:
    built = build(ledger)
    table = built.settlements
    return sorted(
        zip(
            built.documents["id"].iloc[table["document"]].tolist(),
            built.payments["id"].iloc[table["payment"]].tolist(),
            [frames.from_day_number(n) for n in frames.days(table["effective"]).tolist()],
            table["amount"].tolist(),
            strict=True,
        )
    )


# --- any ledger ------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(ledgers())
def test_payments_settle_what_the_pencil_says(ledger: Ledger) -> None:
    together: dict[tuple[str, str, date], int] = {}
    for doc, pay, day, amount in ledger.settlements():
        together[doc, pay, day] = together.get((doc, pay, day), 0) + amount
    ours: dict[tuple[str, str, date], int] = {}
    for doc, pay, day, amount in found(ledger):
        ours[doc, pay, day] = ours.get((doc, pay, day), 0) + amount
    assert ours == together


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-160, 60))
def test_nothing_is_ever_settled_beyond_its_amount_on_either_side(ledger: Ledger, shift: int) -> None:
    built, day = build(ledger), DAY + timedelta(shift)
    paid = settled(built, day)
    amounts = frames.ints(built.documents["amount"])
    assert ((paid >= 0) & ((paid <= amounts) | (amounts < 0))).all()
    assert (paid[amounts <= 0] == 0).all()
    left, credit = unapplied(built, day), frames.ints(built.payments["credit"])
    assert ((left >= 0) & (left <= credit) | (credit < 0)).all()


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-160, 60))
def test_open_less_unapplied_is_the_control_account_at_any_date(ledger: Ledger, shift: int) -> None:
    built, day = build(ledger), DAY + timedelta(shift)
    accounts = zip(built.accounts["customer"], built.accounts["currency"], strict=True)
    booked = dict(zip(accounts, control(built, day).tolist(), strict=True))
    assert {k: v for k, v in booked.items() if v} == {k: v for k, v in ledger.control(day).items() if v}
    assert balances(built, day).sum() - unapplied(built, day).sum() == sum(booked.values())


@settings(max_examples=40, deadline=None)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(ledger: Ledger, random: Random) -> None:
    invoices, payments = list(ledger.invoices.items()), list(ledger.payments.items())
    random.shuffle(invoices)
    random.shuffle(payments)
    assert found(Ledger(dict(invoices), dict(payments))) == found(ledger)


# --- references ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("INV-1", [Part("INV-1")]),
        ("INV-1; INV-2,INV-3\nINV-4", [Part(f"INV-{n}") for n in range(1, 5)]),
        (" ; ,\n", []),
        ("INV-1: 100.00; INV-2:50", [Part("INV-1", Decimal("100.00")), Part("INV-2", Decimal(50))]),
        ("INV-1: 1,250.00, INV-2", [Part("INV-1", Decimal("1250.00")), Part("INV-2")]),
        ("INV-1: 12,345,678", [Part("INV-1", Decimal(12345678))]),
        ("INV-1: 50,INV-2: 30", [Part("INV-1", Decimal(50)), Part("INV-2", Decimal(30))]),
        ("2026:17", [Part("2026:17")]),  # known as a whole
        ("2026:17: 9.50", [Part("2026:17", Decimal("9.50"))]),
        ("Rechnung Nr: ", [Part("Rechnung Nr:")]),
        ("INV-1: -5", [Part("INV-1: -5")]),
        ("INV-1: 1e5", [Part("INV-1: 1e5")]),
    ],
)
def test_a_reference_text_reads_as(text: str, parts: list[Part]) -> None:
    assert list(parse(text, {"2026:17"})) == parts


def test_a_text_that_is_one_invoice_number_as_a_whole_is_that_invoice() -> None:
    ledger = Ledger({"i": invoice("A, B; C: 5", 900)}, {"p": payment(500, "A, B; C: 5")})
    assert open_balances(ledger) == {"A, B; C: 5": 400}


def test_a_payment_runs_over_its_invoices_in_the_order_written() -> None:
    invoices = {"1": invoice("X", 100), "2": invoice("Y", 300), "3": invoice("Z", 300)}
    ledger = Ledger(invoices, {"p": payment(450, "Y", "X", "Z")})
    assert open_balances(ledger) == {"X": 0, "Y": 0, "Z": 250}


def test_explicit_amounts_hold_and_the_rest_stays_unapplied() -> None:
    invoices = {"1": invoice("X", 20000), "2": invoice("Y", 20000)}
    ledger = Ledger(invoices, {"p": payment(20000, Ref("X", 10000), Ref("Y", 5000))})
    assert open_balances(ledger) == {"X": 10000, "Y": 15000}
    assert left_over(ledger) == [5000]


def test_what_an_invoice_cannot_take_goes_on_to_the_next() -> None:
    invoices = {"1": invoice("X", 60), "2": invoice("Y", 200)}
    ledger = Ledger(invoices, {"p": payment(150, Ref("X", 100), "Y")})
    assert open_balances(ledger) == {"X": 0, "Y": 110}


def test_a_payment_of_one_invoice_and_one_of_several_share_its_room_by_date() -> None:
    invoices = {"1": invoice("X", 100), "2": invoice("Y", 500)}
    payments = {
        "a": payment(80, "X", day=JAN),
        "b": payment(150, "X", "Y", day=FEB),
        "c": payment(9, "X", day=MAR),
    }
    ledger = Ledger(invoices, payments)
    assert open_balances(ledger) == {"X": 0, "Y": 370}
    assert left_over(ledger) == [0, 0, 9]


def test_what_exceeds_all_invoices_is_unapplied() -> None:
    assert left_over(Ledger({"1": invoice("X", 60)}, {"p": payment(150, "X")})) == [90]


def test_payments_of_one_day_take_their_turn_by_id() -> None:
    payments = {"b": payment(80, "X"), "a": payment(80, "X")}
    assert left_over(Ledger({"1": invoice("X", 100)}, payments)) == [60, 0]


@pytest.mark.parametrize(
    "stranger",
    [
        invoice("Y", 100),  # unknown number
        invoice("X", 100, customer="B"),  # another customer's
        invoice("X", 100, currency="USD"),  # another currency's
        invoice("X", 100)._replace(status="void"),
    ],
)
def test_a_reference_to_a_stranger_leaves_the_money_unapplied(stranger: Invoice) -> None:
    assert left_over(Ledger({"1": stranger}, {"p": payment(80, "X")})) == [80]


def test_money_meant_for_an_unknown_invoice_is_not_given_to_the_next() -> None:
    ledger = Ledger({"1": invoice("X", 100)}, {"p": payment(100, Ref("GONE", 60), "X")})
    assert open_balances(ledger) == {"X": 60}
    assert left_over(ledger) == [60]


def test_an_amount_with_more_decimals_than_its_currency_applies_nothing() -> None:
    rows = Ledger({"1": invoice("X", 100, currency="JPY")}).rows()
    paid = row(
        tabs.PAYMENTS, date=FEB, customer="A", currency="JPY", amount=80, type="payment", applied_to="X: 50.5"
    )
    built = receivables(frames.records({**rows, "payments": {"p": paid}}))
    assert unapplied(built, DAY).tolist() == [80]


def test_of_two_invoices_with_one_number_the_first_issued_is_meant() -> None:
    invoices = {"1": invoice("X", 100, issued=FEB), "2": invoice("X", 100)}
    built = build(Ledger(invoices, {"p": payment(70, "X")}))
    assert dict(zip(built.documents["id"], balances(built, DAY).tolist(), strict=True)) == {"1": 100, "2": 30}


# --- dates -----------------------------------------------------------------------------------------------------


def test_a_payment_on_the_date_counts_and_the_day_before_it_does_not() -> None:
    ledger = Ledger({"1": invoice("X", 100)}, {"p": payment(100, "X", day=FEB)})
    assert open_balances(ledger, FEB) == {"X": 0}
    assert open_balances(ledger, FEB - timedelta(1)) == {"X": 100}


def test_an_invoice_issued_after_the_date_does_not_exist_and_its_prepayment_is_credit() -> None:
    ledger = Ledger({"1": invoice("X", 100, issued=MAR)}, {"p": payment(60, "X", day=FEB)})
    before = MAR - timedelta(1)
    assert (open_balances(ledger, before), left_over(ledger, before)) == ({"X": 0}, [60])
    assert (open_balances(ledger, MAR), left_over(ledger, MAR)) == ({"X": 40}, [0])


def test_a_backdated_report_does_not_know_later_payments() -> None:
    ledger = Ledger(
        {"1": invoice("X", 100)}, {"p": payment(60, "X", day=FEB), "q": payment(40, "X", day=MAR)}
    )
    assert [open_balances(ledger, d)["X"] for d in (JAN, FEB, MAR)] == [100, 40, 0]


# --- kinds of money --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["payment", "credit note", "write-off"])
def test_payments_credit_notes_and_write_offs_settle(kind: str) -> None:
    assert open_balances(Ledger({"1": invoice("X", 100)}, {"p": payment(30, "X", kind=kind)})) == {"X": 70}


def test_a_refund_uses_up_unapplied_credit_and_settles_nothing() -> None:
    ledger = Ledger({"1": invoice("X", 100)}, {"p": payment(150, "X"), "r": payment(50, "X", kind="refund")})
    assert open_balances(ledger) == {"X": 0}
    assert left_over(ledger) == [50, -50]
    assert control(build(ledger), DAY).tolist() == [0]


def test_a_negative_payment_gives_money_back_like_a_refund() -> None:
    ledger = Ledger({"1": invoice("X", 100)}, {"p": payment(-40, "X")})
    assert (open_balances(ledger), left_over(ledger)) == ({"X": 100}, [-40])
    assert control(build(ledger), DAY).tolist() == [140]


def test_nothing_is_applied_to_a_credit_memo() -> None:
    ledger = Ledger({"1": invoice("X", -100)}, {"p": payment(40, "X")})
    assert (open_balances(ledger), left_over(ledger)) == ({"X": -100}, [40])


# --- frames ----------------------------------------------------------------------------------------------------


def test_incomplete_rows_count_on_neither_side() -> None:
    rows = Ledger({"1": invoice("X", 100)}, {"p": payment(30, "X")}).rows()
    invoices = dict(rows["invoices"]) | {"2": row(tabs.INVOICES, number="Y", customer="A", amount=500)}
    payments = dict(rows["payments"]) | {"q": row(tabs.PAYMENTS, customer="A", currency="EUR", amount=5)}
    built = receivables(frames.records({"invoices": invoices, "payments": payments}))
    assert built.documents["id"].tolist() == ["1"]
    assert control(built, DAY).tolist() == [70]


def test_a_frame_keeps_money_whole_and_blanks_blank() -> None:
    rows = {
        "1": row(tabs.CUSTOMERS, name="A", currency="EUR", credit_limit=10**15 - 1),
        "2": row(tabs.CUSTOMERS, name="B", currency="EUR"),
    }
    table = frames.frame(tabs.CUSTOMERS, rows)
    assert table["credit_limit"].iloc[0] == 10**15 - 1
    assert table["credit_limit"].isna().tolist() == [False, True]
    assert table["contact"].tolist() == [None, None]
    assert table.columns.tolist() == ["id", *(c.name for c in tabs.CUSTOMERS.stored)]


def test_a_day_number_goes_back_to_its_date() -> None:
    assert frames.from_day_number(frames.day_number(DAY)) == DAY
    rows = {"1": row(tabs.DISPUTES, invoice="X", currency="EUR", opened=DAY)}
    table = frames.frame(tabs.DISPUTES, rows)
    assert frames.days(table["opened"]).tolist() == [frames.day_number(DAY)]
    assert table["resolved"].isna().all()
