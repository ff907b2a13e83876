"""Where most examples begin: a few things and parts, in step in both books."""

from __future__ import annotations

from collections.abc import Callable

from tests.toys import PARTS
from tests.world import Crash, Hook, World


def agreed() -> World:
    """Return four things (k1 a1 b1 10, ...) and two parts, in step in both books; ids are `row(1)` on."""
    world = World()
    for n in range(1, 5):
        world.insert(k=f"k{n}", a=f"a{n}", b=f"b{n}", bal=f"{n}0")
    world.insert(PARTS, thing="k1", c="c1", d="d1")
    world.insert(PARTS, thing="k2", c="c2", d="d2")
    world.settle()
    return world


def row(n: int) -> str:
    """Return the id of the n-th row that was born: things are 1 to 4, parts 5 and 6."""
    return f"{n:032x}"


def before(step: str, act: Callable[[], None]) -> Hook:
    """Return a hook that acts once, just before a step."""
    left = [act]

    def hook(at: str) -> None:
        if at == step and left:
            left.pop()()

    return hook


def dies_before(step: str) -> Hook:
    """Return a hook that lets the agent die just before a step."""

    def die() -> None:
        raise Crash(step)

    return before(step, die)


def dying(world: World, book: str, step: str) -> None:
    """Run a round that dies just before a step."""
    try:
        world.sync(book, dies_before(step))
    except Crash:
        return
    raise AssertionError(f"the round has no step {step}")
