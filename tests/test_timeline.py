from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from arc_sheets.cells import Row
from arc_sheets.tabs import DISPUTES, INVOICES, PAYMENTS
from arc_sync.agent.timeline import timeline
from tests.happenings import FIRM, OTHER, TODAY, Computed, at, known, promise, states, touch


def told(rows: Mapping[str, Mapping[str, Row]], computed: Computed, as_of: date = TODAY) -> list[str]:
    return [f"{e.when:%d %b}, {e.how}: {e.what}" for e in timeline(FIRM, rows, computed, as_of)]


def test_all_that_happened_stands_in_one_line_each_latest_first() -> None:
    rows = known(
        promise(given=date(2026, 11, 2)),
        touch(at(2, 9, 50), outcome="Promised to pay", reason="Cash flow", contact="Ann"),
        touch(at(12, 8, 1), channel="Email", outcome="Firm reminder sent", notes="To a@b.example"),
        (INVOICES, {"number": "RE-1", "customer": FIRM}),
        (DISPUTES, {"invoice": "RE-1", "opened": date(2026, 11, 3), "reason": "Duplicate", "currency": "EUR",
                    "resolved": date(2026, 11, 5), "resolution": "credited"}),
        (PAYMENTS, {"customer": FIRM, "date": date(2026, 11, 11), "amount": 100_00, "currency": "EUR",
                    "type": "payment", "applied_to": "RE-1", "reference": "RF 8"}),
    )  # fmt: skip
    assert told(rows, states("partly kept")) == [
        "12 Nov, Email: Firm reminder sent, To a@b.example",
        "11 Nov, Payment: Paid EUR 100.00, RE-1, RF 8",
        "10 Nov, Promise: Promise of EUR 500.00 partly kept, RE-1",
        "05 Nov, Dispute: Dispute of RE-1 resolved: credited",
        "03 Nov, Dispute: RE-1 disputed: Duplicate",
        "02 Nov, Call: Promised to pay, Cash flow, Ann",
        "02 Nov, Promise: Promised EUR 500.00 by 10 Nov 2026, RE-1",
    ]


def test_what_has_no_hour_keeps_its_day() -> None:
    rows = known(promise(given=date(2026, 11, 2)), touch(at(2, 9, 50)))
    call, given = timeline(FIRM, rows, states("open"), TODAY)
    assert (type(given.when), type(call.when)) == (date, datetime)


def test_of_one_day_what_has_no_hour_stands_below_the_touches_of_any_hour() -> None:
    paid = {"customer": FIRM, "date": date(2026, 11, 3), "amount": 5, "currency": "JPY", "type": "payment"}
    rows = known(touch(at(2, 23, 54)), touch(at(3, 0, 1)), (PAYMENTS, paid), promise(given=date(2026, 11, 2)))
    assert [f"{e.when:%d}, {e.how}" for e in timeline(FIRM, rows, {"promises": {}}, TODAY)] == [
        "03, Call",
        "03, Payment",
        "02, Call",
        "02, Promise",
    ]


def test_of_an_open_promise_only_the_giving_is_told() -> None:
    rows = known(promise(given=date(2026, 11, 2), date=date(2026, 12, 1), plan="P-1"))
    assert told(rows, states("open")) == ["02 Nov, Promise: Promised EUR 500.00 by 1 Dec 2026, RE-1, P-1"]


def test_a_promise_kept_before_its_day_is_told_today() -> None:
    assert told(known(promise(date=date(2026, 12, 1))), states("kept")) == [
        "20 Nov, Promise: Promise of EUR 500.00 kept, RE-1"
    ]


def test_what_comes_later_than_the_day_is_not_told() -> None:
    rows = known(
        touch(at(21, 9)),
        (
            PAYMENTS,
            {"customer": FIRM, "date": date(2026, 11, 21), "amount": 1, "currency": "EUR", "type": "payment"},
        ),
    )
    assert told(rows, states()) == []


def test_other_customers_and_void_payments_are_not_told() -> None:
    paid = {"date": TODAY, "amount": 5, "currency": "JPY"}
    rows = known(
        (PAYMENTS, paid | {"customer": OTHER, "type": "payment"}),
        (PAYMENTS, paid | {"customer": FIRM, "type": "void"}),
        (PAYMENTS, paid | {"customer": FIRM, "type": "refund"}),
        (INVOICES, {"number": "RE-9", "customer": OTHER}),
        (DISPUTES, {"invoice": "RE-9", "opened": TODAY, "currency": "EUR"}),
        touch(at(1, 9), customer=OTHER),
    )
    assert told(rows, states()) == ["20 Nov, Payment: JPY 5 paid back"]


def test_a_touch_is_one_line_whatever_was_typed() -> None:
    (event,) = timeline(FIRM, known(touch(at(1, 9), notes="two\nlines", by=" Zoë ")), states(), TODAY)
    assert (event.what, event.by) == ("two lines", "Zoë")
