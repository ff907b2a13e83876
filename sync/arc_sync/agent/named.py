"""Rows by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arc_sheets.cells import Row, Rows, Value
from arc_sheets.tab import Tab


def named(tab: Tab, rows: Rows) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield each row's id and its stored values by name."""
    names = [c.name for c in tab.stored]
    return ((i, dict(zip(names, row, strict=True))) for i, row in rows.items())


def of_customer(name: str, tab: Tab, rows: Mapping[str, Rows]) -> dict[str, Row]:
    """Return the rows of a tab that name the customer; `rows` are by tab name."""
    at = next(k for k, c in enumerate(tab.stored) if c.name == "customer")
    return {i: row for i, row in rows[tab.name].items() if row[at] == name}
