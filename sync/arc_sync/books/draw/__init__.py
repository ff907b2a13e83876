"""What stands on each tab: pure functions from values to drawings. Nothing else decides a position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arc_sync.books.draw import account, aging, home, kpis, worklist

if TYPE_CHECKING:
    from arc_sync.books.contents import Contents
    from arc_sync.books.drawing import Drawing


def reports(contents: Contents) -> tuple[Drawing, ...]:
    """Draw the report tabs in the order Home, Worklist, Account, Aging, KPIs."""
    return (
        home.draw(contents),
        worklist.draw(contents.worklist, contents.aging.rates),
        account.draw(contents.account, contents.said, contents.picked),
        aging.draw(contents.aging),
        kpis.draw(contents.kpis, contents.aging.rates),
    )
