"""The second pass: records become entries, the rest becomes rejects, and the totals are compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from arc_sheets import money
from arc_sync.intake.customers import Customers
from arc_sync.intake.invoices import Invoices
from arc_sync.intake.layout import text_of
from arc_sync.intake.model import Calculated, Control, Reject, Taken
from arc_sync.intake.payments import Payments
from arc_sync.intake.reading import BadCell
from arc_sync.intake.rows import Rows, Sort

if TYPE_CHECKING:
    from collections.abc import Callable

    from arc_sync.intake.model import Line
    from arc_sync.intake.understand import Understood

_TABS: Final = ("customers", "invoices", "payments", "disputes")


def collect(
    understood: Understood, watch: Callable[[int], None] | None = None
) -> tuple[Customers | Invoices | Payments, list[Reject], Line | None]:
    """Read all records; return their collector, the rejects, and the file's last grand total row."""
    reader = understood.reader
    into: Customers | Invoices | Payments
    if understood.layout.what == "invoices":
        into = Invoices(reader, understood.as_of)
    else:
        into = Payments(reader) if understood.layout.what == "payments" else Customers(reader)
    rejects: list[Reject] = []
    total, read = None, 0
    for row in Rows(understood.layout, understood.survey.closed).read(understood.source.lines()):
        if row.sort is Sort.RECORD:
            read += 1
            if watch and read % 1_000 == 0:
                watch(read)
            try:
                into.add(row)
            except BadCell as error:
                rejects.append(_reject(row.line, str(error)))
        elif row.sort is Sort.BROKEN:
            rejects.append(_reject(row.line, f"The row cannot be read: {row.line.problem}."))
        elif row.sort is Sort.GRAND_TOTAL:
            total = row.line
    return into, rejects, total


def take(understood: Understood, watch: Callable[[int], None] | None = None) -> Taken:
    """Return what the file gives."""
    into, rejects, total = collect(understood, watch)
    entries = list(into.entries())
    seen = Counter(entry.tab for entry in entries)
    return Taken(
        entries,
        rejects,
        _controls(understood, into, total),
        _remarks(into),
        {tab: seen[tab] for tab in _TABS if seen[tab]},
    )


def _reject(line: Line, reason: str) -> Reject:
    return Reject(line.number, tuple(map(text_of, line.cells)), reason)


def _controls(
    understood: Understood, into: Customers | Invoices | Payments, total: Line | None
) -> tuple[Control, ...]:
    """Return the sums of what was taken, beside the total row's where there is one currency only."""
    if isinstance(into, Customers):
        return ()
    sums = into.sums()
    alone = total if len(sums) == 1 else None
    controls = []
    for currency, (amount, left) in sorted(sums.items()):
        if understood.reader.has("amount") or understood.reader.has("line_total"):
            controls.append(
                Control(currency, "amount", amount, _stated(understood, alone, "amount", currency))
            )
        if isinstance(into, Invoices):
            controls.append(
                Control(currency, "open balance", left, _stated(understood, alone, "balance", currency))
            )
    return tuple(controls)


def _stated(understood: Understood, total: Line | None, name: str, currency: str) -> int | None:
    """Return a figure of the total row, or None where it states none that can be trusted."""
    label = understood.layout.columns.get(name)
    if total is None or label is None or label.place >= len(total.cells):
        return None
    cell = total.cells[label.place]
    if isinstance(cell, Calculated) and cell.value in ("", 0):
        return None  # a formula whose value the exporting program did not compute
    try:
        return understood.reader.money(total, name, currency)
    except (BadCell, money.NotAnAmount):
        return None


def _remarks(into: Customers | Invoices | Payments) -> tuple[str, ...]:
    if isinstance(into, Customers):
        return tuple(into.remarks())
    said = [f"Left out, {what}: {n:,}." for what, n in into.ignored.items()]
    if isinstance(into, Invoices):
        said += [f"{what}: {n:,}." for what, n in into.assumed.items()]
    return tuple(said)
