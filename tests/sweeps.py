"""A round that dies at every one of its steps, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from arc_sheets.cells import verbatim
from tests.toys import PARTS, THINGS
from tests.world import Crash, World


class End(NamedTuple):
    """How things stand, whatever ids rows were given on the way."""

    ledger: dict[str, Counter[tuple[str, ...]]]
    books: dict[str, Counter[tuple[str, ...]]]
    issues: Counter[tuple[str, ...]]


def deaths(make: Callable[[], World], book: str = "A") -> Iterator[tuple[World, str]]:
    """Yield the world in which a round died, with the step; the last time "" for a round that lived.

    `make` returns a new world, every time the same.
    """
    for left in range(1000):
        world, steps = make(), iter(range(left))
        died = ""

        def hook(step: str, steps: Iterator[int] = steps) -> None:
            if next(steps, None) is None:
                raise Crash(step)

        try:
            world.sync(book, hook)
        except Crash as crash:
            died = str(crash)
        yield world, died
        if not died:
            return


def end_of(world: World) -> End:
    """Bring all books in step and return how things stand."""
    world.settle()
    ledger = {
        tab.name: Counter(tuple(verbatim(v) for v in row) for row in world.rows(tab).values())
        for tab in (THINGS, PARTS)
    }
    books = {
        f"{book} {tab.name}": Counter(
            tuple(verbatim(row.cells.get(c.name)) for c in tab.columns) for row in world.sheet(book, tab).rows
        )
        for book in world.books
        for tab in (THINGS, PARTS)
    }
    issues: Counter[tuple[str, ...]] = Counter(
        (k.book, k.tab, k.column, x.kind.value, verbatim(x.mine), verbatim(x.theirs), str(x.loose))
        for k, x in world.every_issue().items()
    )
    return End(ledger, books, issues)
