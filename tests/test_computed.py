from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import frames, tabs
from arc_sheets.aging import aging
from arc_sheets.cells import Row, Value
from arc_sheets.computed import computed
from arc_sheets.receivables import receivables
from tests.random_ledgers import DAY, RATES, Invoice, Ledger, Payment, Ref, ledgers, row

Shown = dict[str, tuple[Value, ...]]


def shown(ledger: Ledger, tab: str, day: date = DAY) -> Shown:
    records = frames.records(ledger.rows())
    return dict(computed(records, receivables(records), day)[tab])


def invoice(overdue: int, amount: int = 100, status: str = "open") -> Invoice:
    due = DAY - timedelta(overdue)
    return Invoice(f"N{overdue}", "A", "EUR", due - timedelta(30), due, amount, status)


def pay(number: str, amount: int, day: date = DAY, kind: str = "payment") -> Payment:
    return Payment(day, "A", "EUR", amount, kind, (Ref(number),) if number else ())


# --- invoices and payments -------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-100, 100))
def test_the_columns_add_up_to_the_aging(ledger: Ledger, shift: int) -> None:
    day = DAY + timedelta(shift)
    records = frames.records(ledger.rows())
    built = receivables(records)
    columns = computed(records, built, day)
    report = aging(built, day, rates=RATES)
    for total in report.totals:
        owed = [v[1] for k, v in columns["invoices"].items() if ledger.invoices[k].currency == total.currency]
        left = [v[0] for k, v in columns["payments"].items() if ledger.payments[k].currency == total.currency]
        assert (
            sum(o for o in owed if isinstance(o, int)) - sum(x for x in left if isinstance(x, int))
            == total.open
        )
    assert columns["invoices"].keys() == ledger.invoices.keys()
    assert columns["payments"].keys() == {k for k, p in ledger.payments.items() if p.type != "void"}
    for key, (paid, balance, days, label) in columns["invoices"].items():
        invoice = ledger.invoices[key]
        if label in report.buckets.labels:
            assert isinstance(paid, int)
            assert isinstance(balance, int)
            assert paid + balance == invoice.amount
            assert days == max(0, (day - invoice.due).days)
        else:
            assert days is None


def test_as_many_values_as_the_tab_has_computed_columns() -> None:
    ledger = Ledger(
        {"1": invoice(10)},
        {"p": pay("N10", 5)},
        {
            "customers": {"c": row(tabs.CUSTOMERS, name="A", currency="EUR")},
            "promises": {"q": row(tabs.PROMISES, customer="A", amount=5, currency="EUR", date=DAY)},
            "disputes": {"d": row(tabs.DISPUTES, invoice="N10", currency="EUR", opened=DAY)},
        },
    )
    records = frames.records(ledger.rows())
    columns = computed(records, receivables(records), DAY)
    assert columns.keys() == {tab.name for tab in tabs.RECORD_TABS if tab.computed}
    for name, rows in columns.items():
        assert [len(values) for values in rows.values()] == [len(tabs.BY_NAME[name].computed)]


@pytest.mark.parametrize(
    ("owed", "paid", "values"),
    [
        (invoice(30), 40, (40, 60, 30, "1–30")),
        (invoice(0), 0, (0, 100, 0, "Current")),
        (invoice(-9), 0, (0, 100, 0, "Current")),
        (invoice(91), 0, (0, 100, 91, "Over 90")),
        (invoice(40), 100, (100, 0, None, "Settled")),
        (invoice(40, 0), 0, (0, 0, None, "Settled")),
        (invoice(40, status="void"), 40, (0, 0, None, "Void")),
        (invoice(40, -80), 0, (0, -80, None, "Credit")),
        (invoice(-40), 0, (0, 0, None, "Not issued")),
    ],
)
def test_an_invoice_shows(owed: Invoice, paid: int, values: tuple[Value, ...]) -> None:
    payments = {"p": pay(owed.number, paid)} if paid else {}
    assert shown(Ledger({"1": owed}, payments), "invoices") == {"1": values}


def test_payments_show_what_is_not_applied_and_refunds_what_they_took() -> None:
    payments = {"p": pay("N10", 130), "q": pay("", 7), "r": pay("", 20, kind="refund")}
    assert shown(Ledger({"1": invoice(10)}, payments), "payments") == {"p": (30,), "q": (7,), "r": (-20,)}


def test_an_incomplete_row_shows_nothing() -> None:
    ledger = Ledger(others={"promises": {"q": row(tabs.PROMISES, customer="A")}})
    assert shown(ledger, "promises") == {}


# --- customers -------------------------------------------------------------------------------------------------


def customer(ledger: Ledger, day: date = DAY) -> tuple[Value, ...]:
    ledger.others.setdefault("customers", {"c": row(tabs.CUSTOMERS, name="A", currency="EUR")})
    return shown(ledger, "customers", day)["c"]


def test_a_customer_shows_open_net_of_credit_and_overdue_in_his_own_currency() -> None:
    dollars = invoice(50)._replace(currency="USD", number="D")
    invoices = {"1": invoice(10), "2": invoice(0, 50), "3": invoice(5, -30), "4": dollars}
    assert customer(Ledger(invoices, {"p": pay("", 20)}))[:2] == (100, 100)


def test_a_customer_without_business_shows_zeros() -> None:
    assert customer(Ledger()) == (0, 0, None, None)


def settled(n: int, late: int) -> Ledger:
    """Return n settled invoices of A, so many of them a day late."""
    invoices = {str(k): invoice(40 + k) for k in range(n)}
    payments = {
        str(k): pay(f"N{40 + k}", 100, DAY - timedelta(40 + k) + timedelta(1 if k < late else 0))
        for k in range(n)
    }
    return Ledger(invoices, payments)


def test_risk_is_the_shrunken_late_rate() -> None:
    # A: 2 of 4 late, B: 4 of 4 late; overall 6/8: (2 + 5 x 0.75) / 9 and (4 + 5 x 0.75) / 9
    mine, other = settled(4, 2), settled(4, 4)
    for key, owed in other.invoices.items():
        mine.invoices[f"b{key}"] = owed._replace(customer="B")
        mine.payments[f"b{key}"] = other.payments[key]._replace(customer="B")
    names = {
        "a": row(tabs.CUSTOMERS, name="A", currency="EUR"),
        "b": row(tabs.CUSTOMERS, name="B", currency="EUR"),
    }
    mine.others["customers"] = names
    found = shown(mine, "customers")
    assert (found["a"][2], found["b"][2]) == (64, 86)


def test_risk_is_blank_below_three_settled_invoices() -> None:
    assert customer(settled(2, 2))[2] is None
    assert customer(settled(3, 3))[2] == 100


def test_paid_on_the_due_date_is_not_late() -> None:
    assert customer(settled(3, 0))[2] == 0


def test_risk_knows_only_what_was_settled_by_the_date() -> None:
    assert customer(settled(3, 3), DAY - timedelta(41))[2] is None


def test_last_touch_is_the_latest_up_to_the_date() -> None:
    def touch(day: date) -> Row:
        when = datetime(day.year, day.month, day.day, 23, 59)  # noqa: DTZ001 (wall clock)
        return row(tabs.ACTIVITY, when=when, customer="A", channel="Call")

    ledger = Ledger(others={"activity": {str(n): touch(DAY + timedelta(n)) for n in (-9, -3, 0, 1)}})
    assert customer(ledger)[3] == DAY
    assert customer(ledger, DAY - timedelta(1))[3] == DAY - timedelta(3)


# --- disputes --------------------------------------------------------------------------------------------------


def test_a_dispute_shows_the_customer_of_its_invoice_even_of_a_void_one() -> None:
    def dispute(number: str) -> Row:
        return row(tabs.DISPUTES, invoice=number, currency="EUR", opened=DAY)

    void = invoice(20, status="void")._replace(customer="B")
    disputes = {"1": dispute("N10"), "2": dispute("N20"), "3": dispute("N404")}
    found = shown(Ledger({"1": invoice(10), "2": void}, others={"disputes": disputes}), "disputes")
    assert found == {"1": ("A",), "2": ("B",), "3": (None,)}


# --- promises --------------------------------------------------------------------------------------------------


def state(payments: dict[str, Payment], *promises: Row, amount: int = 100) -> list[Value]:
    ledger = Ledger({"1": invoice(40, amount)}, payments)
    ledger.others["promises"] = {str(n): promise for n, promise in enumerate(promises)}
    return [values[0] for values in shown(ledger, "promises").values()]


def promise(by: int, amount: int = 100, number: str | None = "N40", currency: str = "EUR") -> Row:
    by_date = DAY + timedelta(by)
    return row(tabs.PROMISES, customer="A", invoice=number, amount=amount, currency=currency, date=by_date)


def paid(amount: int, when: int, number: str = "N40", kind: str = "payment") -> dict[str, Payment]:
    return {"p": pay(number, amount, DAY + timedelta(when), kind)}


@pytest.mark.parametrize(
    ("payments", "by", "wanted"),
    [
        ({}, 1, "open"),
        ({}, 0, "open"),  # the day is not over
        ({}, -1, "broken"),
        (paid(100, 0), 5, "kept"),  # early
        (paid(100, 3), 5, "open"),  # not paid by the date of the report
        (paid(100, -1), -1, "kept"),  # on the day
        (paid(100, 0), -1, "broken"),  # a day late
        (paid(60, -1), -1, "partly kept"),
        (paid(60, -1), 3, "open"),
        (paid(100, -60), -1, "kept"),  # settled long before
        (paid(100, -1, kind="credit note"), -1, "kept"),
        (paid(100, -1, kind="write-off"), -1, "broken"),
        (paid(100, -1, number=""), -1, "kept"),  # it came in and waits to be applied
        (paid(100, -1, number="N99"), -1, "kept"),  # ... to an invoice that is not known
    ],
)
def test_a_promise_is(payments: dict[str, Payment], by: int, wanted: str) -> None:
    assert state(payments, promise(by)) == [wanted]


def test_money_paid_long_before_does_not_keep_a_promise_of_the_rest() -> None:
    assert state(paid(60, -60), promise(-1, 40)) == ["broken"]


def test_instalments_are_judged_one_by_one() -> None:
    plan = [promise(-40, 30), promise(-20, 30), promise(-5, 40)]
    payments = {"a": pay("N40", 30, DAY - timedelta(41)), "b": pay("N40", 30, DAY - timedelta(19))}
    assert state(payments, *plan) == ["kept", "broken", "partly kept"]


def test_a_promise_without_an_invoice_is_kept_by_any_payment_of_the_customer() -> None:
    assert state(paid(100, -2), promise(-1, 100, None)) == ["kept"]
    assert state(paid(50, -2), promise(-1, 100, None)) == ["partly kept"]
    assert state({}, promise(-1, 100, None)) == ["broken"]


def test_a_promise_in_another_currency_is_not_kept() -> None:
    assert state(paid(100, -2), promise(-1, currency="USD")) == ["broken"]
