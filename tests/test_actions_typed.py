"""A row typed into the workbook and the same thing asked for leave the same ledger behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets import tabs
from arc_sheets.cells import Reading, Row
from arc_sheets.tab import Tab
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.actions.desk import PlainDesk
from arc_sync.agent.round import no_figures
from arc_sync.ledger.memory import MemoryLedger
from tests.asked import ROWS
from tests.world import World

#: The customers, and what they owe on which invoice, in major units.
OWED = {"RE-1": ("Elbe Spedition", 100), "RE-2": ("Elbe Spedition", 250), "Z-9": ("Zoë Ltd", 80)}
TODAY = date(2026, 3, 2)

Cells = dict[str, Any]
_TEXTS = st.sampled_from([None, "Spoke", "=1+1", "a\nb", "O'Brien, 3 pallets"])
_LINES = st.sampled_from([None, "TRX 7", "@SUM(A1)", "Müller"])


def _spelled(name: str) -> st.SearchStrategy[str]:
    """Return a name as people type it."""
    return st.sampled_from([name, name.upper(), name.lower(), f" {name} "])


def _amount(most: int) -> st.SearchStrategy[Decimal | str | int]:
    cents = st.integers(1, most * 100).map(lambda minor: Decimal(minor) / 100)
    return st.one_of(cents, cents.map(lambda amount: f"{amount:.2f}"), st.integers(1, most))


def _filled(**cells: Any) -> Cells:
    return {name: cell for name, cell in cells.items() if cell is not None}


@st.composite
def touches(draw: st.DrawFn) -> tuple[Tab, Cells, Cells]:
    number, channel = draw(st.sampled_from(sorted(OWED))), draw(st.sampled_from(tabs.CHANNELS))
    cells = _filled(
        customer=draw(_spelled(OWED[number][0])),
        direction=draw(st.sampled_from([None, "In", "out"])),
        contact=draw(_LINES),
        invoices=draw(st.sampled_from([None, number])),
        outcome=draw(_TEXTS),
        reason=draw(st.sampled_from([None, "cash flow", "Other"])),
        notes=draw(_TEXTS),
        next_step=draw(_LINES),
        next_on=draw(st.sampled_from([None, TODAY, "2026-03-20"])),
    )
    return (
        tabs.ACTIVITY,
        cells | {"channel": channel, "by": "Ann"},
        cells | {"action": f"log_{channel.lower()}"},
    )


@st.composite
def promises(draw: st.DrawFn) -> tuple[Tab, Cells, Cells]:
    number = draw(st.sampled_from(sorted(OWED)))
    customer, owed = OWED[number]
    invoice = draw(st.one_of(st.none(), _spelled(number)))
    cells = _filled(
        customer=draw(_spelled(customer)) if invoice is None or draw(st.booleans()) else None,
        amount=draw(_amount(owed)),
        date=draw(st.sampled_from([TODAY, TODAY + timedelta(days=9), "2026-04-01"])),
    )
    return (
        tabs.PROMISES,
        _filled(invoice=invoice) | cells,
        _filled(invoices=invoice) | cells | {"action": "take_promise"},
    )


@st.composite
def payments(draw: st.DrawFn) -> tuple[Tab, Cells, Cells]:
    number = draw(st.sampled_from(sorted(OWED)))
    customer, owed = OWED[number]
    cells = _filled(
        customer=draw(_spelled(customer)),
        amount=draw(_amount(owed * 2)),
        date=draw(st.sampled_from([TODAY, "2026-02-20"])),
        type=draw(st.sampled_from([None, "Payment", "credit note", "write-off"])),
        method=draw(_LINES),
        reference=draw(_LINES),
        applied_to=draw(st.one_of(st.none(), _spelled(number), st.just(f"{number}: 12.50"))),
    )
    return tabs.PAYMENTS, cells, cells | {"action": "record_payment"}


@st.composite
def disputes(draw: st.DrawFn) -> tuple[Tab, Cells, Cells]:
    number = draw(st.sampled_from(sorted(OWED)))
    cells = _filled(
        invoice=draw(_spelled(number)),
        amount=draw(st.one_of(st.none(), _amount(OWED[number][1]))),
        reason=draw(st.sampled_from([None, "wrong vat", "Other"])),
        owner=draw(_LINES),
    )
    return tabs.DISPUTES, cells, cells | {"action": "raise_dispute"}


def _world() -> World:
    world = World(tabs.RECORD_TABS, MemoryLedger(), no_figures)
    for tab, values in ROWS:
        world.insert(tab, **values)
    world.settle()
    return world


def _typed(tab: Tab, cells: Cells) -> World:
    world = _world()
    world.add("A", tab, **cells)
    assert world.sync("A").issues == []
    return world


def _asked(fields: Cells) -> World:
    world = _world()
    world.now += timedelta(minutes=1)  # as a round does
    zone = world.now.astimezone().tzinfo
    assert zone is not None
    usual = {"request": "r-1", "who": "Ann", "when": world.now, "source": "form"}
    answer = carry_out_told(world.ledger, usual | fields, PlainDesk(world.now, zone, "EUR"), Reading())
    assert answer.done, answer.sentence
    return world


def _state(world: World) -> dict[str, Counter[Row]]:
    """Return what the ledger holds; ids are drawn by lot."""
    return {name: Counter(rows.values()) for name, rows in world.live().items()}


@settings(max_examples=max(30, settings().max_examples // 2), deadline=None)
@given(st.one_of(touches(), promises(), payments(), disputes()))
def test_a_typed_row_and_an_action_leave_the_same_rows(case: tuple[Tab, Cells, Cells]) -> None:
    tab, cells, fields = case
    assert _state(_typed(tab, cells)) == _state(_asked(fields))


def _change(world: World, tab: Tab, key: str, **cells: Any) -> None:
    row = next(r for r in world.sheet("A", tab).rows if key in r.cells.values())
    row.cells.update(cells)
    world.sync("A")


def test_a_cell_typed_over_and_an_action_leave_the_same_rows() -> None:
    cases: list[tuple[Callable[[World], None], Cells]] = [
        (lambda w: _change(w, tabs.INVOICES, "RE-1", due=date(2026, 5, 1)),
         {"action": "extend_due", "invoice": "re-1", "date": "2026-05-01"}),
        (lambda w: _change(w, tabs.INVOICES, "RE-1", hold_reminders="Yes"),
         {"action": "hold_reminders", "invoices": "re-1"}),
    ]  # fmt: skip
    for type_it, fields in cases:
        world = _world()
        type_it(world)
        assert _state(world) == _state(_asked(fields))
