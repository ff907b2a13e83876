from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest

from arc_sheets.cells import Reading
from arc_sheets.errors import BookAhead, BookForeign, Fenced, LedgerBusy
from arc_sync.agent.lease import LEASE
from arc_sync.agent.merging import Rules
from arc_sync.agent.round import Settings, run_round
from arc_sync.books.memory import MemoryBook, MemoryRow
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.merge.history import At
from arc_sync.merge.identify import Stamp
from arc_sync.merge.issues import IssueKind
from tests.scenes import agreed, before, dying, row
from tests.toys import PARTS, TOYS
from tests.vault import Vault, restored
from tests.world import World

pytestmark = pytest.mark.usefixtures("toys")
ONE, TWO, PART = row(1), row(2), row(5)


def busy() -> World:
    """Return a world where there is something of everything to do."""
    world = agreed()
    world.type("A", ONE, a="typed", b="here", bal="overtyped")
    world.put(ONE, b="there")
    world.put(TWO, b="newer")
    world.add("A", k="k9")
    world.insert(k="k10")
    world.delete(row(4))
    return world


# --- what a round reports, and leaves alone ------------------------------------------------------------------


def test_a_round_reports_what_it_did() -> None:
    report = busy().sync("A")
    assert (report.book, report.in_step, report.idle) == ("A", True, False)
    assert (report.taken, report.added, report.removed) == (2, 1, 1)
    assert sorted((line.where, line.mine, line.theirs) for line in report.opened) == [
        ("Things, k1, B", "here", "there"),
        ("Things, k1, Bal", "overtyped", ""),
    ]
    assert report.needs_person


def test_an_idle_round_writes_nothing_and_does_not_even_acknowledge() -> None:
    world = agreed()
    before_it = world.shot()
    steps = world.steps("A")
    assert world.shot() == before_it
    assert steps == ["leased", "claimed", "settled", "read", "committed", "written", "acknowledged"]
    report = world.sync("A")
    assert report.idle
    assert (report.taken, report.written, report.added) == (0, 0, 0)


def test_a_dry_run_shows_the_plan_and_leaves_no_trace() -> None:
    world = busy()
    before_it, books = world.shot(), [(b.id, b.at) for b in world.ledger.books()]
    planned = world.sync("A", dry_run=True)
    assert world.shot() == before_it
    assert [(b.id, b.at) for b in world.ledger.books()] == books
    done = world.sync("A")
    for of in ("taken", "added", "removed", "idle"):
        assert getattr(planned, of) == getattr(done, of)
    assert [line.where for line in planned.opened] == [line.where for line in done.opened]


def test_a_round_over_one_book_does_not_touch_the_other() -> None:
    world = busy()
    other = world.copy("B")
    world.settle("A")
    assert world.copy("B") == other


def test_a_round_acknowledges_what_the_book_holds() -> None:
    world = busy()
    world.sync("A")
    record = next(b for b in world.ledger.books() if b.id == "A")
    assert record.at == At(world.books["A"].meta.bookmark)
    assert record.holder == ""


def test_a_round_that_died_leaves_its_set_pending() -> None:
    world = busy()
    start = world.head().n
    dying(world, "A", "bookmark")
    record = next(b for b in world.ledger.books() if b.id == "A")
    assert record.at.pending == ((start, world.head().n),)
    assert record.at.mark == world.books["A"].meta.bookmark < start


# --- ids -----------------------------------------------------------------------------------------------------


def test_new_rows_get_their_ids_in_the_book_before_the_ledger_knows_them() -> None:
    world = agreed()
    added = world.add("A", k="k9")
    steps: list[str] = []

    def hook(step: str) -> None:
        steps.append(step)
        if step == "committed":
            assert added.id in world.rows()
        elif step == "read" and steps.count("read") == 2:
            assert added.id
            assert added.id not in world.rows()

    world.sync("A", hook)
    assert steps.count("stamp") == 1
    assert steps.count("read") == 2


def test_a_row_that_moved_before_its_stamp_is_left_for_the_next_round() -> None:
    world = agreed()
    world.add("A", k="k9")
    sheet = world.sheet("A")
    report = world.sync("A", before("stamp", lambda: sheet.rows.insert(0, MemoryRow(cells={"k": "k8"}))))
    assert not report.in_step
    assert not any(r.id == "" and r.cells["k"] in ("k1", "k2") for r in sheet.rows)
    world.settle()
    assert {"k8", "k9"} <= {r[0] for r in world.rows().values()}
    assert len({r.id for r in sheet.rows}) == len(sheet.rows) == 6


def test_a_row_sorted_while_its_id_is_stamped_waits_and_keeps_the_bookmark() -> None:
    world = agreed()
    world.add("A", k="k9")
    mark = world.books["A"].meta.bookmark
    sheet = world.sheet("A")

    def paste_a_copy() -> None:
        sheet.rows.append(MemoryRow(ONE, dict(world.sheet("A").rows[0].cells)))

    steps: list[str] = []

    def hook(step: str) -> None:
        steps.append(step)
        if step == "claimed":
            return
        if step == "stamp" and steps.count("stamp") == 1:
            paste_a_copy()

    assert not world.sync("A", hook).in_step
    assert world.books["A"].meta.bookmark == mark
    world.settle()
    assert len({r.id for r in sheet.rows}) == len(sheet.rows)


def test_an_id_is_stamped_only_where_the_row_still_is_what_was_read() -> None:
    world = agreed()
    seen = ("k1", "a1", "b1", "10")
    with world.books["A"].open() as session:
        assert not session.stamp([Stamp("things", 1, TWO, seen, row(99))])
        assert not session.stamp([Stamp("things", 9, ONE, seen, row(99))])
        assert [r.id for r in world.sheet("A").rows] == [row(n) for n in range(1, 5)]
        assert session.stamp([Stamp("things", 0, ONE, seen, row(99))])
    assert world.sheet("A").rows[0].id == row(99)


def test_a_row_is_added_once_however_often_it_is_offered() -> None:
    world = agreed()
    new = world.insert(k="k9")

    def paste_it() -> None:
        world.sheet("A").rows.append(MemoryRow(new, {"k": "k9"}))

    assert not world.sync("A", before("append", paste_it)).in_step
    assert [r.id for r in world.sheet("A").rows].count(new) == 1
    world.settle()
    assert world.cell("A", new, "k") == "k9"


# --- computed cells ------------------------------------------------------------------------------------------


def test_figures_follow_the_ledger() -> None:
    world = agreed()
    world.insert(PARTS, thing="k1")
    world.settle()
    assert world.cell("A", ONE, "parts") == 2
    assert not world.every_issue()


def test_an_overtyped_figure_is_restored_and_said() -> None:
    world = agreed()
    world.type("A", ONE, parts="about ten")
    world.settle()
    assert world.cell("A", ONE, "parts") == 1
    notice = next(iter(world.notices("A")))
    assert (notice.kind, notice.mine) == (IssueKind.NOTICE, "about ten")


def test_a_cleared_figure_is_restored_without_a_word() -> None:
    world = agreed()
    world.type("A", ONE, parts=None)
    world.settle()
    assert world.cell("A", ONE, "parts") == 1
    assert not world.every_issue()


def test_a_figure_overtyped_while_it_is_written_is_settled_by_the_next_round() -> None:
    world = agreed()
    world.insert(PARTS, thing="k1")
    report = world.sync("A", before("set face", lambda: world.type("A", ONE, parts="mine")))
    assert not report.in_step
    world.settle()
    assert world.cell("A", ONE, "parts") == 2
    assert [x.mine for x in world.notices("A")] == ["mine"]


# --- whose book, whose ledger --------------------------------------------------------------------------------


def test_a_book_of_another_ledger_is_refused() -> None:
    world = agreed()
    world.books["A"] = MemoryBook("another", "A", TOYS)
    with pytest.raises(BookForeign, match="another ledger"):
        world.sync("A")


@pytest.mark.parametrize("moved", [0, 1, 5, 40])
def test_a_restored_ledger_is_not_gone_on_with(moved: int) -> None:
    world = agreed()
    assert isinstance(world.ledger, MemoryLedger)
    vault = Vault.of(world.ledger)
    world.type("A", ONE, b="typed")
    world.settle()
    with restored(world.ledger, vault):
        for n in range(moved):
            world.insert(k=f"z{n}")
        before_it, books = world.shot(), world.ledger.books()
        with pytest.raises(BookAhead, match="Nothing was written"):
            world.sync("A")
        assert world.shot() == before_it
        assert world.ledger.books() == books


def test_a_bookmark_that_somebody_else_moved_is_left_where_it_is() -> None:
    world = agreed()
    world.put(ONE, b="newer")
    book = world.books["A"]
    other = book.meta._replace(bookmark=3, hash="another")

    def move() -> None:
        book.meta = other._replace(epoch=book.meta.epoch)

    assert not world.sync("A", before("bookmark", move)).in_step
    assert book.meta.mark == other.mark


# --- leases --------------------------------------------------------------------------------------------------


def leased(world: World, holder: str) -> int:
    return world.ledger.lease("A", holder, world.now, world.now + timedelta(hours=1))


def test_a_book_in_other_hands_is_left_alone() -> None:
    world = agreed()
    leased(world, "elsewhere:1")
    with pytest.raises(LedgerBusy, match="elsewhere"):
        world.sync("A")


def test_a_lease_of_an_agent_of_this_machine_that_died_is_taken_over() -> None:
    world = agreed()
    gone = os.fork() if hasattr(os, "fork") else 0
    if gone == 0 and hasattr(os, "fork"):
        os._exit(0)
    os.waitpid(gone, 0)
    leased(world, f"{socket.gethostname()}:{gone}")
    assert world.sync("A").in_step


def test_a_lease_of_an_agent_that_lives_is_respected() -> None:
    world = agreed()
    leased(world, f"{socket.gethostname()}:{os.getppid()}")
    with pytest.raises(LedgerBusy):
        world.sync("A")


def test_a_lease_runs_out() -> None:
    world = agreed()
    leased(world, "elsewhere:1")
    world.now += timedelta(hours=1) + LEASE
    assert world.sync("A").in_step


def test_a_person_may_take_over() -> None:
    world = agreed()
    leased(world, "elsewhere:1")
    settings = Settings(Rules(TOYS, Reading(), "EUR"), "Ann", world.figures, takeover=True)
    assert run_round(settings, world.books["A"], world.ledger, world.now).in_step


def test_an_agent_that_was_taken_over_commits_nothing() -> None:
    world = agreed()
    world.type("A", ONE, b="typed")

    def take_over() -> None:
        world.sync("A")
        world.type("A", ONE, b="typed again")

    with pytest.raises(Fenced):
        world.sync("A", before("read", take_over))
    assert len([s for s in world.ledger.sets() if s.origin.source == "A"]) == 1
    world.settle()
    assert world.value(ONE, "b") == "typed again"


def test_an_agent_that_was_taken_over_acknowledges_nothing() -> None:
    world = agreed()
    world.type("A", ONE, b="typed")
    disk = world.copy("A")

    def take_over() -> None:
        world.put_back("A", disk)
        dying(world, "A", "bookmark")

    with pytest.raises(Fenced):
        world.sync("A", before("written", take_over))
    record = next(b for b in world.ledger.books() if b.id == "A")
    assert record.at.mark == world.books["A"].meta.bookmark


def test_an_agent_that_was_taken_over_writes_no_cell() -> None:
    """The ledger goes from b1 to x and back while the first agent is about to write x."""
    world = agreed()
    world.put(ONE, b="x")

    def take_over() -> None:
        world.put(ONE, b="b1")
        world.settle("A")

    report = world.sync("A", before("set cell", take_over))
    assert not report.in_step
    assert world.cell("A", ONE, "b") == "b1"
    world.settle()
    assert world.value(ONE, "b") == "b1"


def test_a_reader_of_the_whole_machine_finds_no_lease_left_behind() -> None:
    world = busy()
    dying(world, "A", "set cell")
    assert {b.holder for b in world.ledger.books()} == {""}
