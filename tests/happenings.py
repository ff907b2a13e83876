"""What happens between a customer and the firm, as rows: the ground of the tests of Account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from arc_sheets.cells import Row, Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, PROMISES, RECORD_TABS
from tests.sample_contents import row

FIRM, OTHER = "Adler & Söhne", "O'Brien Ltd"
TODAY = date(2026, 11, 20)
Computed = Mapping[str, Mapping[str, tuple[Value, ...]]]


def known(*told: tuple[Tab, dict[str, Any]]) -> dict[str, dict[str, Row]]:
    """Return the rows of all tabs, by tab name and an id that counts."""
    rows: dict[str, dict[str, Row]] = {tab.name: {} for tab in RECORD_TABS}
    for n, (tab, values) in enumerate(told):
        rows[tab.name][f"r{n}"] = row(tab, **values)
    return rows


def states(*kept: str) -> Computed:
    """Return the computed state of promises, in the order of their rows."""
    return {"promises": {f"r{n}": (state,) for n, state in enumerate(kept)}}


def touch(when: datetime, **more: Any) -> tuple[Tab, dict[str, Any]]:
    return ACTIVITY, {"when": when, "customer": FIRM, "channel": "Call", **more}


def promise(**more: Any) -> tuple[Tab, dict[str, Any]]:
    usual = {
        "customer": FIRM,
        "amount": 500_00,
        "currency": "EUR",
        "date": date(2026, 11, 10),
        "invoice": "RE-1",
    }
    return PROMISES, usual | more


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November 2026, wall clock."""
    return datetime.combine(date(2026, 11, day), time(hour, minute))
