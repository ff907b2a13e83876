from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings

from arc_sheets.cells import CellError
from arc_sync.books.draw.issues import MINE, THEIRS
from arc_sync.merge.issues import IssueKind
from tests.promises import Promises
from tests.scenes import agreed, row
from tests.sweeps import deaths, end_of
from tests.toys import PARTS
from tests.world import Copy, Crash, World

pytestmark = pytest.mark.usefixtures("toys")

TestPromises = Promises.TestCase
TestPromises.settings = settings(
    max_examples=settings().max_examples, stateful_step_count=30, suppress_health_check=list(HealthCheck)
)


# --- what may have happened before a round -------------------------------------------------------------------


def a_row_was_added(world: World) -> None:
    world.add("A", k="new", a="x", b=CellError("#N/A"), bal="mine?")


def a_row_without_a_key_was_added(world: World) -> None:
    world.add("A", PARTS, thing="k1", c="new")
    world.add("A", PARTS, thing="nobody", c="waits")


def cells_were_edited_on_both_sides(world: World) -> None:
    world.type("A", row(1), a="A here", b="B here", bal="9")
    world.put(row(1), a="A there", bal="11")
    world.put(row(2), b="B there")


def a_conflict_arose(world: World) -> None:
    world.type("A", row(1), b="here")
    world.put(row(1), b="there")


def a_conflict_was_decided(choice: str) -> Callable[[World], None]:
    def decide(world: World) -> None:
        a_conflict_arose(world)
        world.settle()
        world.choose("A", row(1), "b", choice)

    return decide


def a_conflict_was_typed_over(world: World) -> None:
    a_conflict_arose(world)
    world.settle()
    world.type("A", row(1), b="settled")


def the_ledger_deleted_rows(world: World) -> None:
    world.type("A", row(2), a="edited")
    world.delete(row(1))
    world.delete(row(2))


def the_book_lost_a_row(world: World) -> None:
    del world.sheet("A").rows[0]


def the_book_lost_many_rows(world: World) -> None:
    world.sheet("A").rows.clear()


def a_thing_was_renamed(world: World) -> None:
    world.type("A", row(1), k="renamed")


def a_header_was_renamed(world: World) -> None:
    world.sheet("A").columns.discard("b")
    world.put(row(1), b="newer")


def a_row_was_copied(world: World) -> None:
    first = world.at("A", row(1))
    world.sheet("A").rows.append(type(first)(first.id, first.cells | {"k": "copied"}, first.seal))


def rows_were_sorted_without_their_ids(world: World) -> None:
    rows = world.sheet("A").rows
    ids = [r.id for r in rows]
    rows.reverse()
    for r, i in zip(rows, ids, strict=True):
        r.id = i
    rows[0].cells["b"] = "edited after"


def a_figure_was_overtyped(world: World) -> None:
    world.type("A", row(1), parts="many")


EVENTS = (
    a_row_was_added,
    a_row_without_a_key_was_added,
    cells_were_edited_on_both_sides,
    a_conflict_arose,
    a_conflict_was_decided(MINE),
    a_conflict_was_decided(THEIRS),
    a_conflict_was_typed_over,
    the_ledger_deleted_rows,
    the_book_lost_a_row,
    the_book_lost_many_rows,
    a_thing_was_renamed,
    a_header_was_renamed,
    a_row_was_copied,
    rows_were_sorted_without_their_ids,
    a_figure_was_overtyped,
)
NAMES = [event.__qualname__.partition(".")[0] + str(n) for n, event in enumerate(EVENTS)]


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_a_round_may_die_at_every_step_and_the_end_is_the_same(event: Callable[[World], None]) -> None:
    def make() -> World:
        world = agreed()
        event(world)
        return world

    wanted = end_of(make())
    many = 0
    for world, died in deaths(make):
        many += 1
        assert end_of(world) == wanted, f"after a death at: {died}"
    assert many > 8


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_a_round_may_die_twice_over(event: Callable[[World], None]) -> None:
    def make() -> World:
        world = agreed()
        event(world)
        return world

    wanted = end_of(make())
    for world, died in deaths(make):
        if not died:
            continue
        steps: list[str] = []

        def hook(step: str, steps: list[str] = steps) -> None:
            steps.append(step)
            if len(steps) == 8:
                raise Crash(step)

        with suppress(Crash):
            world.sync("A", hook)
        assert end_of(world) == wanted, f"after a death at: {died}"


@pytest.mark.parametrize("column", ["a", "b"])
@pytest.mark.parametrize("last", ["old", "third"])
def test_a_death_while_the_ledger_moves_on_makes_no_conflict(column: str, last: str) -> None:
    """The ledger goes old, second, old; or old, second, third: nobody touches the book."""

    def make() -> World:
        world = agreed()
        world.put(row(1), **{column: "old"})
        world.settle()
        world.put(row(1), **{column: "second"})
        return world

    for world, died in deaths(make):
        world.put(row(1), **{column: last})
        world.settle()
        assert world.value(row(1), column) == world.cell("A", row(1), column) == last, died
        assert not world.every_issue(), died


@pytest.mark.parametrize("column", ["a", "b"])
def test_typed_and_typed_back_is_never_lost(column: str) -> None:
    """A person types second over old; a round may die; the person types old again."""

    def make() -> World:
        world = agreed()
        world.put(row(1), **{column: "old"})
        world.settle()
        world.type("A", row(1), **{column: "second"})
        return world

    for world, died in deaths(make):
        world.type("A", row(1), **{column: "old"})
        world.settle()
        issue = world.issue("A", row(1), column)
        if issue is None:
            assert world.value(row(1), column) == "old", died
        else:  # before the acknowledgement it looks like a book closed without saving: a person says
            assert died, "a round that lived leaves no doubt"
            assert (issue.kind, issue.mine) == (IssueKind.CONFLICT, "old")
            world.choose("A", row(1), column, MINE)
            world.settle()
            assert world.value(row(1), column) == "old"


@pytest.mark.parametrize("column", ["a", "b"])
@pytest.mark.parametrize("saved", [False, True], ids=["never saved", "saved and taken once"])
def test_closing_without_saving_never_changes_the_ledger(column: str, saved: bool) -> None:  # noqa: FBT001
    def make() -> World:
        world = agreed()
        if saved:
            world.type("A", row(1), **{column: "first"})
        disk.append(world.copy("A"))
        if saved:
            world.sync("A")
        world.type("A", row(1), **{column: "second"})
        world.add("A", k="added", a="x")
        world.add("A", PARTS, thing="k1", c="added")
        world.put(row(2), b="there")
        return world

    disk: list[Copy] = []
    for world, died in deaths(make):
        before = world.live()
        world.put_back("A", disk[-1])
        world.settle("A")
        assert world.live() == before, died
        if not died and not saved:
            assert not world.issues(), "it closed in good order"


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_typing_at_every_step_loses_nothing(event: Callable[[World], None]) -> None:
    """Somebody types into a cell just before each step of the round."""
    for at in range(100):
        world = agreed()
        event(world)
        steps: list[str] = []

        def hook(step: str, world: World = world, at: int = at, steps: list[str] = steps) -> None:
            if len(steps) == at:
                for typed in (r for r in world.sheet("A").rows if r.cells.get("k") == "k3"):
                    typed.cells["b"] = "typed in time"
            steps.append(step)

        there = any(r.cells.get("k") == "k3" for r in world.sheet("A").rows)
        world.sync("A", hook)
        if len(steps) <= at:
            break
        world.settle()
        if there:
            cells = next(r.cells for r in world.sheet("A").rows if r.cells.get("k") == "k3")
            assert cells["b"] == "typed in time", steps[at]
            taken = next(r for r in world.rows().values() if r[0] == "k3")[2] == "typed in time"
            assert taken or "b" not in world.sheet("A").columns, steps[at]


def test_every_change_has_a_name_on_it_and_the_history_holds() -> None:
    world = agreed()
    world.type("A", row(1), a="x")
    world.settle()
    last = next(iter(world.ledger.sets()))
    assert (last.origin.who, last.origin.source) == ("Ann", "A")
    assert world.ledger.verify() == []


def test_text_that_looks_like_a_formula_stays_text() -> None:
    world = agreed()
    world.put(row(1), b="=HYPERLINK(1)")
    world.type("B", row(2), a="=1+1")
    world.settle()
    assert world.cell("A", row(1), "b") == "=HYPERLINK(1)"
    assert type(world.cell("A", row(1), "b")) is str
    assert world.value(row(2), "a") == "=1+1"
    assert type(world.cell("A", row(2), "a")) is str
