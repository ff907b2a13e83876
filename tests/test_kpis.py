from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import formulas, frames, tabs
from arc_sheets.aging import aging
from arc_sheets.cells import Row
from arc_sheets.kpis import KpiReport, kpis
from arc_sheets.periods import Period
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from tests.random_ledgers import DAY, RATES, Invoice, Ledger, Payment, Ref, ledgers, row

EUR = Rates("EUR")
KEYS = [
    "dso",
    "dso_countback",
    "best_possible_dso",
    "add",
    "days_to_pay",
    "cei",
    "promises_kept",
    "turnover",
    "current",
    "dispute_rate",
    "bad_debt",
]


def report(ledger: Ledger, day: date = DAY, period: str = "90", rates: Rates = RATES) -> KpiReport:
    records = frames.records(ledger.rows())
    return kpis(records, receivables(records), day, Period.parse(period), rates=rates)


def values(found: KpiReport) -> dict[str, float | None]:
    return {kpi.key: kpi.value for kpi in found.kpis}


def invoice(age: int, amount: int, *, terms: int = 30, number: str = "", currency: str = "EUR") -> Invoice:
    issued = DAY - timedelta(age)
    return Invoice(number or f"N{age}", "A", currency, issued, issued + timedelta(terms), amount)


# --- any ledger, against the pencil ----------------------------------------------------------------------------


class Pencil:
    """The raw figures of a date by looking at every row, in the base currency as exact fractions."""

    def __init__(self, ledger: Ledger, day: date, before: date) -> None:
        self.ledger = ledger
        real = {k: i for k, i in ledger.invoices.items() if i.status != "void"}
        inside = [i for i in real.values() if before < i.issued <= day]
        notes = [p for p in ledger.payments.values() if p.type == "credit note" and before < p.date <= day]
        invoiced = sum(self.base(i.amount, i.currency) for i in inside)
        self.sales = invoiced - sum(self.base(p.amount, p.currency) for p in notes)
        self.balance = sum(self.base(v, cur) for (_, cur), v in ledger.control(day).items())
        self.opening = sum(self.base(v, cur) for (_, cur), v in ledger.control(before).items())
        opened = [(real[k], b) for k, b in ledger.balances(day).items() if b > 0]
        self.open = sum(self.base(b, i.currency) for i, b in opened)
        self.current = sum(self.base(b, i.currency) for i, b in opened if i.due >= day)
        paid = [
            (self.base(amount, real[k].currency), (on - real[k].issued).days)
            for k, p, on, amount in ledger.settlements()
            if before < on <= day and ledger.payments[p].type == "payment"
        ]
        self.waited = sum(amount * days for amount, days in paid)
        self.receipts = sum(amount for amount, _ in paid)
        counted = [i for i in inside if i.amount > 0]
        self.issued, self.disputed = len(counted), sum(i.status == "disputed" for i in counted)

    @staticmethod
    def base(minor: int, currency: str) -> Fraction:
        exponents = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
        rate = Fraction(1) if currency == "EUR" else Fraction(RATES.to_base[currency])
        return minor * rate * Fraction(10) ** (2 - exponents[currency])


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.integers(-100, 100), st.sampled_from(["month", "quarter", "90", "7"]))
def test_the_kpis_of_any_ledger_are_those_of_the_pencil(ledger: Ledger, shift: int, span: str) -> None:
    day, period = DAY + timedelta(shift), Period.parse(span)
    found = report(ledger, day, span)
    for place in (0, 6, 11):  # an early, a middle and the last point of the trend
        end = found.ends[place]
        pencil, days = Pencil(ledger, end, period.before(end)), period.days(end)
        if place == 11:
            assert found.sales == pytest.approx(float(pencil.sales), abs=10)  # each currency is rounded
        if abs(float(pencil.sales)) > 10**4:
            expected = formulas.dso(float(pencil.balance), float(pencil.sales), days)
            assert found.trend["dso"][place] == (expected and pytest.approx(expected, rel=1e-3, abs=0.1))
            expected = formulas.dso(float(pencil.current), float(pencil.sales), days)
            assert found.trend["best_possible_dso"][place] == (
                expected and pytest.approx(expected, rel=1e-3, abs=0.1)
            )
        if pencil.open > 10**4:
            share = float(pencil.current / pencil.open)
            assert found.trend["current"][place] == pytest.approx(share, abs=1e-3)
        if pencil.receipts > 10**4:
            waited = float(pencil.waited / pencil.receipts)
            assert found.trend["days_to_pay"][place] == pytest.approx(waited, rel=1e-3)
        there = pencil.opening + pencil.sales
        if there - pencil.current > 10**4:
            share = float((there - pencil.balance) / (there - pencil.current))
            assert found.trend["cei"][place] == pytest.approx(share, rel=1e-3, abs=1e-3)
        rate = formulas.dispute_rate(pencil.disputed, pencil.issued)
        assert found.trend["dispute_rate"][place] == rate


@settings(max_examples=30, deadline=None)
@given(ledgers())
def test_the_kpis_and_the_aging_speak_of_one_balance(ledger: Ledger) -> None:
    records = frames.records(ledger.rows())
    built = receivables(records)
    everything = aging(built, DAY, rates=RATES).all
    found = kpis(records, built, DAY, Period.parse("year"), rates=RATES)
    assert everything is not None
    current = values(found)["current"]
    if sum(everything.buckets) > 10**5:
        assert current == pytest.approx(everything.buckets[0] / sum(everything.buckets), abs=1e-3)


# --- the report ------------------------------------------------------------------------------------------------


def test_every_kpi_is_there_and_names_its_formula() -> None:
    found = report(Ledger({"1": invoice(10, 1000)}))
    assert [kpi.key for kpi in found.kpis] == KEYS
    assert all(kpi.formula and kpi.name and kpi.area for kpi in found.kpis)
    assert all((kpi.value is None) == bool(kpi.blank) for kpi in found.kpis)
    assert "all sales" in next(kpi.formula for kpi in found.kpis if kpi.key == "cei")


def test_the_report_states_its_period_sales_and_days() -> None:
    found = report(Ledger({"1": invoice(10, 1000), "2": invoice(40, 500)}), period="month")
    assert (found.period.name, found.days, found.sales, found.currency) == ("month", 31, 1000, "EUR")
    assert "31 days" in found.kpis[0].formula


def test_the_last_point_of_the_trend_is_the_value() -> None:
    found = report(Ledger({"1": invoice(10, 1000), "2": invoice(200, 500)}))
    assert found.ends[-1] == DAY
    assert all(found.trend[kpi.key][-1] == kpi.value for kpi in found.kpis)
    assert all(len(points) == 12 for points in found.trend.values())


def test_no_sales_in_the_period_is_blank_with_the_reason() -> None:
    found = report(Ledger({"1": invoice(200, 1000)}))
    blank = {kpi.key: kpi.blank for kpi in found.kpis if kpi.value is None}
    assert blank["dso"] == blank["add"] == blank["best_possible_dso"] == "No sales in the period."
    assert values(found)["dso_countback"] is not None


def test_an_empty_ledger_has_only_blanks() -> None:
    found = report(Ledger())
    assert all(kpi.value is None and kpi.blank for kpi in found.kpis)


def test_a_currency_without_a_rate_is_left_out_and_named() -> None:
    ledger = Ledger({"1": invoice(10, 1000), "2": invoice(10, 7777, number="X", currency="USD")})
    found = report(ledger, rates=EUR)
    assert (found.missing_rates, found.sales) == (("USD",), 1000)
    assert values(found) == values(report(Ledger({"1": invoice(10, 1000)}), rates=EUR))


# --- each KPI on a book that can be checked by eye ---------------------------------------------------------------


def test_due_today_is_not_yet_due() -> None:
    found = values(report(Ledger({"1": invoice(30, 600), "2": invoice(31, 400)})))
    assert found["current"] == 0.6
    assert found["dso"] == 90
    assert found["best_possible_dso"] == 54
    assert found["add"] == pytest.approx(36)


def test_a_later_payment_does_not_make_an_overdue_invoice_current() -> None:
    later = Payment(DAY + timedelta(5), "A", "EUR", 100, refs=(Ref("N40"),))
    found = values(report(Ledger({"1": invoice(40, 100), "2": invoice(5, 300)}, {"p": later})))
    assert found["current"] == 0.75


def test_the_day_before_the_period_is_outside_it() -> None:
    inside, outside = invoice(89, 10), invoice(90, 700)
    first = report(Ledger({"1": inside, "2": outside._replace(status="disputed")}))
    assert first.sales == 10
    assert values(first)["dispute_rate"] == 0
    assert (
        values(report(Ledger({"1": inside._replace(status="disputed"), "2": outside})))["dispute_rate"] == 1
    )


def test_sales_are_net_of_credit_notes_and_credit_memos() -> None:
    ledger = Ledger(
        {"1": invoice(10, 1000), "2": invoice(5, -100)},
        {"p": Payment(DAY, "A", "EUR", 50, "credit note"), "q": Payment(DAY, "A", "EUR", 70)},
    )
    assert report(ledger).sales == 850


def test_countback_takes_calendar_days() -> None:
    # March 2026: 1000 of 1500 open, the rest is half of February's sales
    invoices = {"1": invoice(5, 1000), "2": invoice(40, 1000), "3": invoice(41, 0)}
    ledger = Ledger(invoices, {"p": Payment(DAY, "A", "EUR", 500, refs=(Ref("N40"),))})
    assert values(report(ledger))["dso_countback"] == 31 + 14


def test_days_to_pay_weigh_amounts_and_leave_out_credit_notes_and_write_offs() -> None:
    invoices = {"1": invoice(60, 10), "2": invoice(61, 100), "3": invoice(62, 999), "4": invoice(63, 999)}
    payments = {
        "a": Payment(DAY - timedelta(55), "A", "EUR", 10, refs=(Ref("N60"),)),
        "b": Payment(DAY - timedelta(51), "A", "EUR", 100, refs=(Ref("N61"),)),
        "c": Payment(DAY, "A", "EUR", 999, "credit note", (Ref("N62"),)),
        "d": Payment(DAY, "A", "EUR", 999, "write-off", (Ref("N63"),)),
    }
    assert values(report(Ledger(invoices, payments)))["days_to_pay"] == pytest.approx(1050 / 110)


def test_a_cei_of_one_where_all_that_was_due_was_collected() -> None:
    ledger = Ledger(
        {"1": invoice(50, 400), "2": invoice(5, 300)},
        {"p": Payment(DAY - timedelta(3), "A", "EUR", 400, refs=(Ref("N50"),))},
    )
    assert values(report(ledger))["cei"] == 1


def test_turnover_needs_twelve_months_of_books() -> None:
    assert values(report(Ledger({"1": invoice(300, 1000)})))["turnover"] is None
    ledger = Ledger({"1": invoice(400, 1000), "2": invoice(10, 2000)})
    assert values(report(ledger))["turnover"] == 1  # 2000 / ((1000 + 3000) / 2)


def test_bad_debt_is_written_off_in_twelve_months_by_sales() -> None:
    ledger = Ledger(
        {"1": invoice(300, 1000)}, {"p": Payment(DAY, "A", "EUR", 250, "write-off", (Ref("N300"),))}
    )
    assert values(report(ledger))["bad_debt"] == 0.25


def disputed(number: str, opened: date) -> dict[str, dict[str, Row]]:
    return {"disputes": {"d": row(tabs.DISPUTES, invoice=number, currency="EUR", opened=opened)}}


def test_the_dispute_rate_counts_invoices_issued_in_the_period_once_disputed() -> None:
    invoices = {"1": invoice(10, 1), "2": invoice(20, 1), "3": invoice(100, 1), "4": invoice(11, -1)}
    ledger = Ledger(invoices, others=disputed("N20", DAY))
    assert values(report(ledger))["dispute_rate"] == 0.5
    assert values(report(ledger, DAY - timedelta(1)))["dispute_rate"] == 0
    assert values(report(Ledger(invoices, others=disputed("N100", DAY))))["dispute_rate"] == 0


def test_promises_count_once_they_are_due() -> None:
    def promise(number: str, by: int) -> Row:
        by_date = DAY + timedelta(by)
        return row(tabs.PROMISES, customer="A", invoice=number, amount=100, currency="EUR", date=by_date)

    invoices = {str(n): invoice(n, 100) for n in (50, 51, 52, 53)}
    promises = {
        "a": promise("N50", -5),
        "b": promise("N51", -5),
        "c": promise("N52", 0),
        "d": promise("N53", 5),
    }
    paid = {"p": Payment(DAY - timedelta(6), "A", "EUR", 100, refs=(Ref("N50"),))}
    ledger = Ledger(invoices, paid, {"promises": promises})
    assert values(report(ledger))["promises_kept"] == 0.5  # today's and tomorrow's are still open
    assert values(report(Ledger(invoices, paid)))["promises_kept"] is None
