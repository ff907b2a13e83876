"""The options of `arc import` with which some rows of a file are read as the whole file was.

What other lines proved, and what a person told, the rows alone do not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from arc_sheets.dates import Order
    from arc_sync.intake.model import What
    from arc_sync.intake.understand import Understood


class Asked(NamedTuple):
    """What a person told with the command; None is nothing."""

    kind: What | None = None
    order: Order | None = None
    decimal: str | None = None
    currency: str | None = None
    as_of: date | None = None


def options(understood: Understood, asked: Asked, usual: Order | None = None) -> list[str]:
    """Return them, each as it is typed in any shell; none where nothing had to be decided.

    `usual` is the order of day and month that the settings give: it needs no option. Where the columns differ in
    theirs there is none for all of them, and it is left out.
    """
    return [*_shape(understood, asked, usual), *_money(understood, asked), *_day(asked)]


def _shape(understood: Understood, asked: Asked, usual: Order | None) -> Iterator[str]:
    if asked.kind:
        yield f"--kind {asked.kind}"
    orders = set(filter(None, understood.reader.orders.values()))
    if len(orders) == 1 and orders != {usual}:
        yield f"--dates {orders.pop()}"


def _money(understood: Understood, asked: Asked) -> Iterator[str]:
    seen, reader = understood.survey.money, understood.reader
    if asked.decimal or seen.points or seen.doubt:
        yield '--decimal ","' if reader.decimal == "," else f"--decimal {reader.decimal}"
    if reader.currency and (asked.currency or seen.signs):
        yield f"--currency {reader.currency}"


def _day(asked: Asked) -> Iterator[str]:
    if asked.as_of:
        yield f"--as-of {asked.as_of}"
