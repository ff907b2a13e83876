from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from arc_sheets.cells import Value
from arc_sheets.policy import DEFAULT_POLICY
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, DISPUTES, INVOICES, RECORD_TABS
from arc_sync.agent.details import details
from arc_sync.books.contents import AccountView
from tests.happenings import FIRM, TODAY, at, known, promise, touch


def view(name: str, *more: tuple[Tab, dict[str, Any]], **facts: Any) -> AccountView | None:
    rows = known((CUSTOMERS, {"name": FIRM, "currency": "EUR", **facts}), *more)
    computed: dict[str, dict[str, tuple[Value, ...]]] = {tab.name: {} for tab in RECORD_TABS}
    return details(name, rows, computed, TODAY, DEFAULT_POLICY)


def test_a_name_is_found_whatever_its_case() -> None:
    for name in (FIRM, FIRM.upper(), f"  {FIRM.lower()} "):
        found = view(name)
        assert found is not None
        assert found.name == FIRM
    assert view("Adler") is view("") is None


def test_a_text_that_says_stop_is_known_until_it_says_start() -> None:
    stop = touch(at(9, 9), channel="Text", direction="In", outcome="STOP.")
    start = touch(at(10, 9), channel="Text", direction="In", notes="start")
    ours = touch(at(9, 9), channel="Text", direction="Out", outcome="stop")
    assert [v.no_texts for v in (view(FIRM, stop), view(FIRM, stop, start), view(FIRM, ours)) if v] == [
        date(2026, 11, 9),
        None,
        None,
    ]


def test_a_no_under_do_not_contact_bars_nobody() -> None:
    barred = [view(FIRM, do_not_contact=text) for text in ("In liquidation", "no", None)]
    assert [v.do_not_contact for v in barred if v] == ["In liquidation", None, None]


def test_an_instalment_says_which_one_of_its_plan_it_is() -> None:
    days = (date(2026, 12, 1), date(2027, 1, 1), date(2026, 12, 1), date(2026, 11, 24))
    plans = ("P-1", "p-1", "P-1", None)
    some = (promise(date=day, plan=plan) for day, plan in zip(days, plans, strict=True))
    found = view(FIRM, *some)
    assert found is not None
    assert [(pledge.what, pledge.text) for pledge in found.pledges] == [
        ("Promise", "by 24 Nov 2026"),
        ("Plan P-1, 1 of 2", "by 1 Dec 2026"),
        ("Plan P-1, 1 of 2", "by 1 Dec 2026"),
        ("Plan p-1, 2 of 2", "by 1 Jan 2027"),
    ]


@pytest.mark.parametrize(
    ("status", "resolved", "shown"),
    [
        ("open", None, "disputed"),
        ("open", date(2026, 11, 15), "open"),
        ("on plan", None, "on plan"),
        ("disputed", date(2026, 11, 15), "disputed"),
    ],
)
def test_an_invoice_that_is_contested_is_disputed_though_its_status_says_open(
    status: str, resolved: date | None, shown: str
) -> None:
    days = {"issued": date(2026, 9, 1), "due": date(2026, 10, 1)}
    invoice = {
        "number": "RE-1",
        "customer": FIRM,
        "currency": "EUR",
        "amount": 500_00,
        "status": status,
        **days,
    }
    rows = known(
        (CUSTOMERS, {"name": FIRM, "currency": "EUR"}),
        (INVOICES, invoice),
        (DISPUTES, {"invoice": "RE-1", "reason": "Price", "currency": "EUR", "resolved": resolved}),
    )
    computed: dict[str, dict[str, tuple[Value, ...]]] = {tab.name: {} for tab in RECORD_TABS}
    computed["invoices"]["r1"] = (0, 500_00, 40, "31-60")
    found = details(FIRM, rows, computed, TODAY, DEFAULT_POLICY)
    assert found is not None
    assert [i.status for i in found.invoices] == [shown]
