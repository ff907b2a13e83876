"""The Home tab: where the book stands, six tiles, three charts, whom to chase first, open by currency.

B:M are twelve equal columns. Row 2 where and when, 3 state and issues, 5 to 7 tiles, 9 and on charts (placed by
`charts.py`), 24 to 30 the lists. Nothing moves, whatever the figures.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets import money
from arc_sheets.cells import Formula
from arc_sheets.phrases import say_list
from arc_sync.books.draw import aging, kpis
from arc_sync.books.draw.worklist import begun
from arc_sync.books.drawing import Drawing, Page, Shown, Sketch, to_tab
from arc_sync.xlsx.refs import Area, Place

if TYPE_CHECKING:
    from arc_sheets.aging import AgingReport
    from arc_sheets.kpis import KpiReport
    from arc_sync.books.contents import Contents

SHEET: Final = "Home"
FIRST: Final = 1
LAST: Final = 12
TILE_ROWS: Final = (5, 6, 7)
CHART_ROW: Final = 9  #: the sections above the charts on the left and on the upper right
LOWER_CHART_ROW: Final = 16
CHART_SPLIT: Final = 8  #: the column where the right-hand charts begin
LISTS_ROW: Final = 24
LISTED: Final = 5
MONEY_COLUMN: Final = 10  #: where the list of currencies begins
END_ROW: Final = LISTS_ROW + LISTED + 1

_CHART_TO: Final = 6  #: the column where the section above the chart of buckets ends
_ROOM: Final = 30  # characters that fit below a tile's figure
_AGREES: Final = "Agrees with the control account"
_OFF: Final = "Does not agree: see Aging"

PAGE: Final = Page(
    colour="navy",
    widths=(2, *[11.3] * 12, 2),
    one_page=True,
    merges=tuple(Area(row, c, row, c + 1) for row in TILE_ROWS for c in range(FIRST, LAST, 2)),
    print_to=Place(END_ROW, LAST),
)


class Tile(NamedTuple):
    """One figure: its name, where its click leads, its value, how it reads, and its context."""

    label: str
    target: str
    value: Shown
    kind: str  #: count, days or share
    context: str
    late: bool = False


def draw(contents: Contents) -> Drawing:
    """Draw the tab."""
    sketch = Sketch(SHEET)
    sketch.head(FIRST, "Accounts receivable", _where(contents))
    sketch.put(3, FIRST, _state(contents), "navy")
    waiting = contents.open_issues
    told = f"{waiting} issue{'s need' if waiting != 1 else ' needs'} you" if waiting else "No issues"
    sketch.put(3, LAST, to_tab("Issues", told, "B5"), f"link.{'alarm' if waiting else 'bold'}.right")
    for row, height in ((4, 8), (TILE_ROWS[0], 20), (TILE_ROWS[1], 34), (TILE_ROWS[2], 20), (8, 10)):
        sketch.heights[row] = height
    for column, tile in zip(range(FIRST, LAST, 2), tiles(contents), strict=True):
        _tile(sketch, column, tile)
    _chart_heads(sketch, contents)
    _first_to_chase(sketch, contents)
    _by_currency(sketch, contents)
    return sketch.done(Area(1, FIRST, END_ROW, LAST))


def noted(drawing: Drawing, note: str) -> Drawing:
    """Return the tab with another note above the chart of buckets."""
    place = Place(CHART_ROW, _CHART_TO)
    cells = {**drawing.cells, place: drawing.cells[place]._replace(value=note)}
    return replace(drawing, cells=cells)


def tiles(contents: Contents) -> tuple[Tile, ...]:
    """Return the six figures."""
    base, due, waits = contents.aging.rates.base, contents.promises, contents.reminders
    promised = f"{base} {_rounded(due.base, base):,f}" if due.many else "none today"
    waiting = "for your decision" if waits else "none: all decided"
    return (
        *_balances(contents.aging),
        _kpi(contents, "dso", "DSO"),
        _kpi(contents, "cei", "CEI"),
        Tile("Promises due today", "Promises", due.many, "count", promised),
        Tile("Reminders waiting", "Reminders", waits, "count", waiting),
    )


def _balances(report: AgingReport) -> tuple[Tile, Tile]:
    base, line = report.rates.base, report.all
    if line is None:
        missing = f"no rate for {', '.join(report.missing_rates)}"
        return Tile("Open", "Aging", None, "count", missing), Tile("Overdue", "Aging", None, "count", missing)
    late = sum(line.buckets[1:])
    customers = len({row.customer for row in report.rows})
    behind = len({row.customer for row in report.rows if any(row.buckets[1:])})
    overdue = (
        f"{_share(late, line.open)} of open · {_many(behind, 'customer')}" if late else "nothing is overdue"
    )
    return (
        Tile("Open", "Aging", _rounded(line.open, base), "count", f"{base} · {_many(customers, 'customer')}"),
        Tile("Overdue", "Aging", _rounded(late, base), "count", overdue, late > 0),
    )


def _where(contents: Contents) -> str:
    said = [contents.company] if contents.company else []
    said += [f"as of {contents.as_of:%A %d %B %Y}"]
    rates = contents.aging.rates
    if rates.on:
        said.append(f"{rates.base} at {rates.on:%d %b} rates")
    if contents.bank_until:
        said.append(f"bank data up to {contents.bank_until:%d %b}")
    return "  ·  ".join(said)


def _state(contents: Contents) -> str:
    if contents.synced is None:
        return "●  Not synced yet."
    agent = ", with the agent at work" if contents.kept else ""
    return f"●  In step with the ledger.  Last sync {contents.synced:%d %b %Y %H:%M}{agent}."


def _kpi(contents: Contents, key: str, label: str) -> Tile:
    report = contents.kpis
    label += _less(report)
    kpi = report.kpis[kpis.row_of(report, key) - kpis.FIRST_ROW]
    if kpi.value is None:
        return Tile(
            label, "KPIs", None, "count", kpi.blank if len(kpi.blank) <= _ROOM else "no base: see KPIs"
        )
    step, unit = kpis.change(report, kpi), " pp" if kpi.kind == "share" else ""
    said = [] if kpi.kind == "share" else ["days"]
    if step is not None:
        said.append(f"{_signed(step)}{unit} since {report.ends[-2]:%d %b}")
    return Tile(label, "KPIs", kpi.value, "share" if kpi.kind == "share" else "days", " · ".join(said))


def _less(report: KpiReport) -> str:
    """Return what follows the name of a figure that leaves currencies out for want of a rate."""
    missing = report.missing_rates
    if not missing:
        return ""
    return f", without {say_list(missing) if len(missing) < 3 else f'{len(missing)} currencies'}"


def _tile(sketch: Sketch, column: int, tile: Tile) -> None:
    ground = "tile.late" if tile.late else "tile"
    shown = (to_tab(tile.target, tile.label), tile.value, tile.context)
    parts = ("label", f"{tile.kind}.value", "context")
    for row, value, part in zip(TILE_ROWS, shown, parts, strict=True):
        sketch.put(row, column, value, f"{ground}.{part}")
        sketch.put(row, column + 1, None, f"tileon.{part}")


def _chart_heads(sketch: Sketch, contents: Contents) -> None:
    base, less = contents.aging.rates.base, _less(contents.kpis)
    sketch.section(
        CHART_ROW, FIRST, _CHART_TO, f"Open invoices by days overdue, {base}", _chart_note(contents.aging)
    )
    sketch.section(
        CHART_ROW, CHART_SPLIT, LAST, f"DSO, days{less}", "last point labelled; grey: best possible"
    )
    sketch.section(
        LOWER_CHART_ROW, CHART_SPLIT, LAST, f"CEI, per cent{less}", "100 = all that was due was collected"
    )


def _chart_note(report: AgingReport) -> str:
    """Return what the chart of buckets leaves out."""
    line = report.all
    if line is None:
        return f"no rate for {', '.join(report.missing_rates)}"
    if not report.rows:
        return "nothing is open"
    credit = f"{_rounded(line.unapplied, report.rates.base):,f}".replace("-", "\u2212")
    last = f"{report.buckets.labels[-1].lower()} days {_share(line.buckets[-1], line.open)}"
    return f"{last}, unapplied credits {credit}"


def _first_to_chase(sketch: Sketch, contents: Contents) -> None:
    many = len(contents.worklist)
    more = to_tab("Worklist", f"all {many} on the Worklist", "B5") if many else ""
    sketch.section(LISTS_ROW, FIRST, 8, "First to chase today", more)
    for row, item in enumerate(contents.worklist[:LISTED], LISTS_ROW + 1):
        sketch.blanks(row, FIRST, 8, "row.text")
        sketch.put(row, FIRST, to_tab("Account", item.customer, "B2"), "row.link")
        sketch.put(row, 3, money.to_major(item.amount, item.currency), "row.whole.bold")
        sketch.put(row, 4, item.currency, "row.text.slate.gap")
        sketch.put(row, 5, begun(item.why.split(";")[0].rstrip(".") + "."), "row.note")
    if not many:
        sketch.put(LISTS_ROW + 1, FIRST, "Nothing to chase today.", "navy.large")


def _by_currency(sketch: Sketch, contents: Contents) -> None:
    """Draw what is open per currency, the largest first, and whether Aging agrees."""
    base = contents.aging.rates.base
    sketch.section(LISTS_ROW, MONEY_COLUMN, LAST, "Open by currency")
    totals = sorted(contents.aging.totals, key=lambda line: -(line.base or 0))
    room = LISTED if len(totals) <= LISTED else LISTED - 1
    for row, line in enumerate(totals[:room], LISTS_ROW + 1):
        amount = money.to_major(line.open, line.currency)
        sketch.line(
            row, MONEY_COLUMN, ((line.currency, "row.text"), (None, "row.text"), (amount, "row.whole.bold"))
        )
    if rest := totals[room:]:
        told = f"{len(rest)} more, in {base}"
        amount = money.to_major(sum(line.base or 0 for line in rest), base)
        row = LISTS_ROW + LISTED
        sketch.line(row, MONEY_COLUMN, ((told, "row.text"), (None, "row.text"), (amount, "row.whole.bold")))
    _check(sketch, contents)


def _check(sketch: Sketch, contents: Contents) -> None:
    report, over = contents.aging, aging.checks(contents.aging)
    lines = (*report.rows, *report.totals, *([report.all] if report.all else []))
    off = any(line.check for line in lines)
    formula = f'IF(SUMPRODUCT(ISNUMBER({over})*({over}<>0))=0,"{_AGREES}","{_OFF}")'
    sketch.put(END_ROW, MONEY_COLUMN, Formula(formula, _OFF if off else _AGREES), "slate.small")


def _rounded(minor: int, currency: str) -> Decimal:
    """Return an amount in whole major units, for a tile."""
    return money.to_major(minor, currency).quantize(Decimal(1))


def _share(part: int, whole: int) -> str:
    return f"{Decimal(part) / whole:.0%}" if whole > 0 else "\u2013"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _signed(step: float) -> str:
    return f"{step:+.1f}".replace("-", "\u2212")
