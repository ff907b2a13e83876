"""The promises over the real tabs, in memory and in SQLite; and promise 8, figures that prove themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from arc_sheets.aging import aging
from arc_sheets.cells import CellError, CellValue, Value
from arc_sheets.frames import records
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.agent.round import no_figures
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.snapshot import show_row
from tests.scenes import dies_before
from tests.world import Crash, World

RATES = Rates("EUR", {"USD": Decimal("0.92"), "JPY": Decimal("0.006")})
NAMES = ("Müller & Söhne", "O'Brien Ltd", "Ærø A/S")
CURRENCIES = ("EUR", "JPY", "USD")
CUSTOMER, INVOICE, PAYMENT = CUSTOMERS, INVOICES, PAYMENTS

#: What somebody types: (tab, column, cell).
TYPED = st.sampled_from(
    [
        (INVOICE, "amount", Decimal("99.95")),
        (INVOICE, "amount", "1,250"),
        (INVOICE, "amount", CellError("#REF!")),
        (INVOICE, "status", "void"),
        (INVOICE, "due", date(2026, 1, 15)),
        (INVOICE, "due", "soon"),
        (INVOICE, "customer", NAMES[1]),
        (INVOICE, "number", "R-1"),
        (INVOICE, "notes", "=HYPERLINK(1)"),
        (CUSTOMER, "name", "Müller SE"),
        (CUSTOMER, "terms", 14),
        (CUSTOMER, "notes", "call on Monday"),
        (PAYMENT, "amount", Decimal(40)),
        (PAYMENT, "applied_to", "R-2"),
        (PAYMENT, "type", "refund"),
    ]
)
STEPS = st.sampled_from(
    ["", "", "read", "committed", "set cell", "append", "show issues", "bookmark", "written"]
)
DEED = st.tuples(
    st.sampled_from("AB"), TYPED, st.integers(0, 3), st.sampled_from(["book", "book", "ledger"]), STEPS
)


def office(ledger: Ledger) -> World:
    """Return three customers with an invoice and a payment each, in step in both books."""
    world = World(RECORD_TABS, ledger, no_figures)
    for n, (name, currency) in enumerate(zip(NAMES, CURRENCIES, strict=True), 1):
        world.insert(CUSTOMER, name=name, currency=currency, terms=30)
        day = date(2026, n, 1)
        world.insert(
            INVOICE, number=f"R-{n}", customer=name, issued=day, due=day, currency=currency, amount=n * 10_000,
            status="open",
        )  # fmt: skip
        world.insert(
            PAYMENT, date=day, customer=name, amount=n * 3_000, currency=currency, type="payment",
            applied_to=f"R-{n}",
        )  # fmt: skip
    world.settle()
    return world


def carry_out(world: World, deeds: list[tuple[str, tuple[Tab, str, CellValue], int, str, str]]) -> None:
    for book, (tab, column, cell), n, where, step in deeds:
        rows = world.sheet(book, tab).rows
        if where == "book":
            rows[n % len(rows)].cells[column] = cell
        elif column in ("notes", "applied_to"):
            ids = sorted(world.rows(tab))
            value: dict[str, Value] = {column: f"ledger {n}"}
            world.put(ids[n % len(ids)], tab, **value)
        try:
            world.sync(book, dies_before(step))
        except Crash:
            continue


def at_rest(world: World) -> None:
    """Promise 2: every cell shows what the ledger holds, or an issue says why not."""
    world.settle()
    for book in "AB":
        issues = {(k.row, k.column) for k in world.issues(book)}
        for tab in (CUSTOMER, INVOICE, PAYMENT):
            live = world.rows(tab)
            assert {r.id for r in world.sheet(book, tab).rows} == set(live)
            for r in world.sheet(book, tab).rows:
                shown = zip(tab.stored, show_row(tab, live[r.id]), strict=True)
                wrong = {c.name for c, cell in shown if r.cells.get(c.name) != cell}
                assert {(r.id, name) for name in wrong} <= issues
    assert world.ledger.verify() == []


def proved(world: World) -> None:
    """Promise 8: buckets + unapplied = open = control, per customer and currency, at any date."""
    with world.ledger.read() as view:
        owed = receivables(records({tab.name: view.rows(tab) for tab in RECORD_TABS}))
    for as_of in (date(2026, 1, 1), date(2026, 2, 15), date(2027, 1, 1)):
        report = aging(owed, as_of, rates=RATES)
        for line in (*report.rows, *report.totals):
            assert sum(line.buckets) + line.unapplied == line.open == line.control


def lived(ledger: Ledger, deeds: list[tuple[str, tuple[Tab, str, CellValue], int, str, str]]) -> None:
    world = office(ledger)
    carry_out(world, deeds)
    at_rest(world)
    proved(world)


@settings(max_examples=max(40, settings().max_examples // 3))
@given(st.lists(DEED, max_size=10))
def test_the_promises_hold_over_the_real_tabs(
    deeds: list[tuple[str, tuple[Tab, str, CellValue], int, str, str]],
) -> None:
    lived(MemoryLedger(), deeds)


@settings(max_examples=max(6, settings().max_examples // 20))
@given(st.lists(DEED, max_size=6))
def test_the_promises_hold_in_sqlite(
    deeds: list[tuple[str, tuple[Tab, str, CellValue], int, str, str]],
) -> None:
    with TemporaryDirectory() as folder:
        ledger = create_ledger(Path(folder) / "arc.db")
        try:
            lived(ledger, deeds)
        finally:
            ledger.close()


def test_a_renamed_customer_is_followed_in_both_books() -> None:
    world = office(MemoryLedger())

    def rows(book: str) -> list[CellValue]:
        return [r.cells["customer"] for tab in (INVOICE, PAYMENT) for r in world.sheet(book, tab).rows]

    world.sheet("A", CUSTOMER).rows[0].cells["name"] = "Müller SE"
    world.settle()
    assert rows("A") == rows("B")
    assert rows("A").count("Müller SE") == 2
    assert not world.every_issue()
