from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import frames
from arc_sheets.aging import AgingReport, AgingRow, Buckets, aging
from arc_sheets.errors import ConfigError
from arc_sheets.rates import Rates
from arc_sheets.receivables import Receivables, receivables
from tests.random_ledgers import DAY, RATES, Invoice, Ledger, Payment, Ref, ledgers


def build(ledger: Ledger) -> Receivables:
    return receivables(frames.records(ledger.rows()))


def report(ledger: Ledger, day: date = DAY, rates: Rates = RATES) -> AgingReport:
    return aging(build(ledger), day, rates=rates)


def invoice(overdue: int, amount: int = 100, customer: str = "A", currency: str = "EUR") -> Invoice:
    due = DAY - timedelta(overdue)
    return Invoice(f"{customer}{currency}{overdue}", customer, currency, due - timedelta(30), due, amount)


def only(ledger: Ledger, day: date = DAY) -> AgingRow:
    (row,) = report(ledger, day).rows
    return row


# --- promise 8 -------------------------------------------------------------------------------------------------


def pencilled(ledger: Ledger, day: date) -> dict[tuple[str, str], tuple[list[int], int]]:
    """Age every invoice by counting on the fingers."""
    found: dict[tuple[str, str], tuple[list[int], int]] = {}
    bucketed = 0
    for key, balance in ledger.balances(day).items():
        invoice = ledger.invoices[key]
        buckets, _ = found.setdefault((invoice.customer, invoice.currency), ([0] * 5, 0))
        late = (day - invoice.due).days
        if balance > 0:
            spans = [late <= 0, 1 <= late <= 30, 31 <= late <= 60, 61 <= late <= 90, late > 90]
            buckets[spans.index(True)] += balance
            bucketed += balance
    for account, booked in ledger.control(day).items():
        buckets, _ = found.setdefault(account, ([0] * 5, 0))
        found[account] = buckets, booked - sum(buckets)
    return {k: v for k, v in found.items() if any(v[0]) or v[1]}


@settings(max_examples=100, deadline=None)
@given(ledgers(), st.integers(-160, 200))
def test_every_figure_proves_itself(ledger: Ledger, shift: int) -> None:
    day = DAY + timedelta(shift)
    found = report(ledger, day)
    assert {(r.customer, r.currency): (list(r.buckets), r.unapplied) for r in found.rows} == pencilled(
        ledger, day
    )
    for row in (*found.rows, *found.totals):
        assert sum(row.buckets) + row.unapplied == row.open == row.control
        assert row.check == 0
    control = ledger.control(day)
    for total in found.totals:
        mine = [row for row in found.rows if row.currency == total.currency]
        assert total.open == sum(
            amount for (_, currency), amount in control.items() if currency == total.currency
        )
        assert total.buckets == tuple(
            sum(column) for column in zip(*(row.buckets for row in mine), strict=True)
        )
        assert total.base == sum(row.base or 0 for row in mine)


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-60, 60))
def test_base_figures_add_up_in_every_direction(ledger: Ledger, shift: int) -> None:
    found = report(ledger, DAY + timedelta(shift))
    assert found.all is not None
    assert (
        sum(found.all.buckets) + found.all.unapplied == found.all.open == found.all.base == found.all.control
    )
    assert found.all.open == sum(row.base or 0 for row in found.rows)
    for place, bucket in enumerate(found.all.buckets):
        each = (RATES.convert(row.buckets[place], row.currency) for row in found.rows)
        assert bucket == sum(amount or 0 for amount in each)


# --- boundaries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [(-1, 0), (0, 0), (1, 1), (29, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (4000, 4)],
)
def test_an_invoice_so_many_days_overdue_is_in_bucket(overdue: int, bucket: int) -> None:
    assert only(Ledger({"1": invoice(overdue)})).buckets.index(100) == bucket


def test_exactly_30_days_overdue_is_in_1_to_30() -> None:
    # OCA partner_statement puts it in 31-60
    assert only(Ledger({"1": invoice(30)})).buckets == (0, 100, 0, 0, 0)


def test_due_today_is_current() -> None:
    # Invoice Ninja has it in 0-30
    row = only(Ledger({"1": invoice(0)}))
    assert (row.buckets, row.oldest) == ((100, 0, 0, 0, 0), 0)


def test_not_yet_due_is_in_current_and_in_the_total() -> None:
    # ERPNext 49262: buckets did not add up to outstanding
    row = only(Ledger({"1": invoice(-20), "2": invoice(10)}))
    assert (row.buckets, row.open) == ((100, 100, 0, 0, 0), 200)


def test_unapplied_credit_has_its_own_column_and_is_in_the_total() -> None:
    # Invoice Ninja leaves it out
    row = only(Ledger({"1": invoice(10)}, {"p": Payment(DAY, "A", "EUR", 30)}))
    assert (row.buckets, row.unapplied, row.open, row.control) == ((0, 100, 0, 0, 0), -30, 70, 70)


def test_a_payment_on_the_date_counts() -> None:
    ledger = Ledger({"1": invoice(10)}, {"p": Payment(DAY, "A", "EUR", 100, refs=(Ref("AEUR10"),))})
    assert report(ledger).rows == ()
    assert only(ledger, DAY - timedelta(1)).open == 100


def test_a_backdated_report_knows_no_later_payment_and_ages_by_its_own_date() -> None:
    # Fabric-Inventory 197 deducted future receipts; ERPNext aged by today
    ledger = Ledger({"1": invoice(40)}, {"p": Payment(DAY, "A", "EUR", 100, refs=(Ref("AEUR40"),))})
    assert only(ledger, DAY - timedelta(20)).buckets == (0, 100, 0, 0, 0)


def test_an_invoice_issued_after_the_date_does_not_exist() -> None:
    assert report(Ledger({"1": invoice(0)}), DAY - timedelta(31)).rows == ()


def test_a_credit_memo_stands_in_unapplied_credit_and_never_in_a_bucket() -> None:
    row = only(Ledger({"1": invoice(10), "2": invoice(50, -30)}))
    assert (row.buckets, row.unapplied, row.oldest) == ((0, 100, 0, 0, 0), -30, 10)


def test_a_customer_with_credit_only_is_shown_and_has_no_oldest() -> None:
    row = only(Ledger({}, {"p": Payment(DAY, "A", "EUR", 30)}))
    assert (row.open, row.oldest) == (-30, None)


def test_a_write_off_and_a_refund_are_in_the_control_account() -> None:
    payments = {
        "p": Payment(DAY, "A", "EUR", 130, refs=(Ref("AEUR10"),)),
        "r": Payment(DAY, "A", "EUR", 20, "refund"),
        "w": Payment(DAY, "A", "EUR", 40, "write-off", (Ref("AEUR70"),)),
    }
    row = only(Ledger({"1": invoice(10), "2": invoice(70)}, payments))
    assert (row.buckets, row.unapplied, row.control) == ((0, 0, 0, 60, 0), -10, 50)


# --- order, labels, currencies ---------------------------------------------------------------------------------


def test_rows_stand_by_currency_then_amount_then_name() -> None:
    wanted = [("C", "EUR"), ("A", "EUR"), ("B", "EUR"), ("A", "JPY"), ("A", "USD")]
    amounts = {"C": 300}
    invoices = {
        f"{c}{cur}": invoice(5, amounts.get(c, 100), c, cur)
        for c, cur in sorted(wanted, key=lambda x: x[::-1])
    }
    found = report(Ledger(invoices))
    assert [(row.customer, row.currency) for row in found.rows] == wanted
    assert [total.currency for total in found.totals] == ["EUR", "JPY", "USD"]


def test_a_missing_rate_is_named_and_blanks_what_needs_it() -> None:
    ledger = Ledger({"1": invoice(5), "2": invoice(5, currency="USD")})
    found = report(ledger, rates=Rates("EUR"))
    assert (found.missing_rates, found.all) == (("USD",), None)
    assert [row.base for row in found.rows] == [100, None]
    assert [total.base for total in found.totals] == [100, None]


def test_converted_figures_are_rounded_per_customer_and_bucket() -> None:
    # 0.5 cents each, three times: half to even gives 0, not 1.5
    invoices = {str(n): invoice(n, 1, currency="USD") for n in (5, 35, 65)}
    found = report(Ledger(invoices), rates=Rates("EUR", {"USD": Decimal("0.5")}))
    assert found.all is not None
    assert (found.all.buckets, found.all.open) == ((0, 0, 0, 0, 0), 0)


def test_an_empty_ledger_has_an_empty_aging() -> None:
    found = report(Ledger())
    assert (found.rows, found.totals, found.missing_rates) == ((), (), ())
    assert found.all == AgingRow("", "EUR", (0, 0, 0, 0, 0), 0, 0, 0, 0, None)


def test_buckets_name_themselves() -> None:
    assert Buckets().labels == ("Current", "1–30", "31–60", "61–90", "Over 90")
    assert Buckets((7,)).labels == ("Current", "1–7", "Over 7")


def test_other_buckets_age_by_their_own_edges() -> None:
    found = aging(
        build(Ledger({"1": invoice(7), "2": invoice(8, 50)})), DAY, buckets=Buckets((7,)), rates=RATES
    )
    assert found.rows[0].buckets == (0, 100, 50)


@pytest.mark.parametrize("edges", [(), (0, 30), (30, 30), (60, 30), (-5,)])
def test_buckets_that_do_not_rise_are_refused(edges: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="rising"):
        Buckets(edges)
