"""The same thing has the same seed in every export, in whatever order its rows stand."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arc_sync.intake import Taken, understand

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAYS = st.integers(0, 3).map(lambda n: date(2026, 1, 10) + timedelta(n))
PAYMENT = st.tuples(
    DAYS.map(str),
    st.sampled_from(["Ann", "Bob"]),
    st.sampled_from(["5.00", "7.50"]),
    st.sampled_from(["Card", "Bank"]),
    st.sampled_from(["", "R1"]),
    st.sampled_from(["", "INV-1", "INV-2"]),
)
PAYMENTS = ("Payment date", "Customer", "Amount", "Payment method", "Reference", "Invoice Number")
BILLS = ("Invoice Number", "Customer", "Invoice Date", "Due Date", "Amount", "Open balance", "Disputed")


def take(header: tuple[str, ...], rows: list[tuple[str, ...]], as_of: date | None = None) -> Taken:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return understand(file, currency="EUR", as_of=as_of).take()


def seeds(taken: Taken) -> Counter[str]:
    return Counter(entry.seed for entry in taken.entries if entry.tab == "payments")


def keyed(taken: Taken) -> dict[tuple[str, str], dict[str, object]]:
    return {(entry.tab, entry.seed): dict(entry.values) for entry in taken.entries}


@FEW
@given(rows=st.lists(PAYMENT, min_size=1, max_size=12), data=st.data())
def test_the_order_of_rows_changes_nothing(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert keyed(take(PAYMENTS, rows)) == keyed(take(PAYMENTS, shuffled))


@FEW
@given(rows=st.lists(PAYMENT, min_size=1, max_size=10), more=st.lists(PAYMENT, max_size=6), data=st.data())
def test_a_later_export_keeps_the_seeds_of_the_earlier(
    rows: list[tuple[str, ...]], more: list[tuple[str, ...]], data: st.DataObject
) -> None:
    before, after = (
        seeds(take(PAYMENTS, rows)),
        seeds(take(PAYMENTS, data.draw(st.permutations([*rows, *more])))),
    )
    assert max(before.values()) == 1
    assert before <= after
    assert after.total() == len(rows) + len(more)


@FEW
@given(rows=st.lists(PAYMENT, min_size=1, max_size=10), data=st.data())
def test_applying_a_payment_later_makes_no_second_payment(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    applied = [(*row[:5], data.draw(st.sampled_from(["INV-1", "INV-2", "INV-9"]))) for row in rows]
    assert seeds(take(PAYMENTS, rows)) == seeds(take(PAYMENTS, applied))


def bills(balances: list[int], disputed: list[bool]) -> list[tuple[str, ...]]:
    return [
        (f"INV-{n}", "Ann", "2026-01-10", "2026-02-10", "100.00", f"{left}.00", "Yes" if marked else "No")
        for n, (left, marked) in enumerate(zip(balances, disputed, strict=True))
    ]


@FEW
@given(data=st.data(), size=st.integers(1, 6))
def test_a_smaller_balance_updates_the_one_payment_of_its_invoice(data: st.DataObject, size: int) -> None:
    lefts = st.lists(st.integers(0, 100), min_size=size, max_size=size)
    marks = st.lists(st.booleans(), min_size=size, max_size=size)
    first, second = data.draw(lefts), data.draw(lefts)
    later = [min(pair) for pair in zip(first, second, strict=True)]
    before = take(BILLS, bills(first, data.draw(marks)), date(2026, 3, 1))
    after = take(BILLS, bills(later, data.draw(marks)), date(2026, 4, 1))
    assert seeds(before) <= seeds(after)
    paid = {e.values["applied_to"]: e.values["amount"] for e in after.entries if e.tab == "payments"}
    assert paid == {f"INV-{n}": (100 - left) * 100 for n, left in enumerate(later) if left < 100}


@FEW
@given(data=st.data(), size=st.integers(1, 6))
def test_open_balances_are_what_the_file_says(data: st.DataObject, size: int) -> None:
    lefts = data.draw(st.lists(st.integers(0, 100), min_size=size, max_size=size))
    taken = take(BILLS, bills(lefts, [False] * size), date(2026, 3, 1))
    open_balance = next(control for control in taken.controls if control.what == "open balance")
    assert open_balance.taken == sum(lefts) * 100
