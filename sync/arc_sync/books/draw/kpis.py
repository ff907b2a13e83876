"""The KPIs tab: each figure with its formula, its change and its last twelve months.

Row 4 header, 5 and on one row a KPI in the order of the report, which is fixed: Home's charts read these rows.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from arc_sheets import money
from arc_sync.books.draw.aging import rates_told
from arc_sync.books.drawing import Drawing, Page, Rule, Sketch
from arc_sync.xlsx.refs import Area, Place, cell_ref

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.kpis import Kpi, KpiReport
    from arc_sheets.rates import Rates

SHEET: Final = "KPIs"
HEADER_ROW: Final = 4
FIRST_ROW: Final = 5
AREA: Final = 1
NAME: Final = 2
FORMULA: Final = 3
NOW: Final = 4
CHANGE: Final = 5
FIRST_MONTH: Final = 6
MONTHS: Final = 12
LINE: Final = FIRST_MONTH + MONTHS  #: the sparkline

_HOW_TO_READ: Final = "A change in bold rust went the wrong way. ▲ up, ▼ down; pp = percentage points."


def draw(report: KpiReport, rates: Rates | None = None) -> Drawing:
    """Draw the tab; `rates` adds what the figures were converted at."""
    sketch = Sketch(SHEET)
    sketch.head(AREA, "KPIs", sentence(report, rates))
    sketch.heights[HEADER_ROW] = 32
    months = [month_name(end, report.as_of) for end in report.ends]
    change_ = f"Change since {report.ends[-2]:%d %b}"
    titles = ("Area", "KPI", "Formula", "Now", change_, *months, "Twelve months")
    roles = ("head", "head", "head", *["head.headright"] * (MONTHS + 2), "head.gap")
    sketch.line(HEADER_ROW, AREA, zip(titles, roles, strict=True))
    area = ""
    for row, kpi in enumerate(report.kpis, FIRST_ROW):
        sketch.heights[row] = _height(kpi)
        _kpi(sketch, row, kpi, report, new=kpi.area != area)
        area = kpi.area
    end = FIRST_ROW + len(report.kpis) + 1
    sketch.put(end, NAME, _HOW_TO_READ, "slate.small")
    return sketch.done(Area(1, AREA, end, LINE))


def row_of(report: KpiReport, key: str) -> int:
    """Return the row of a KPI; raises KeyError if the report has none of this key."""
    for row, kpi in enumerate(report.kpis, FIRST_ROW):
        if kpi.key == key:
            return row
    raise KeyError(key)


def page(report: KpiReport) -> Page:
    """Return the tab's furniture: the rule that marks a change in the wrong direction follows each KPI."""
    rules = tuple(
        Rule(cell_ref(row, CHANGE), f"={cell_ref(row, CHANGE)}*{kpi.better}<0", "rule.alarm")
        for row, kpi in enumerate(report.kpis, FIRST_ROW)
    )
    return Page(
        colour="navy",
        widths=(2, 9, 29, 47, 9, 11, *[7.6] * MONTHS, 19),
        freeze=Place(FIRST_ROW, NAME + 1),
        header=HEADER_ROW,
        rules=rules,
    )


def sentence(report: KpiReport, rates: Rates | None = None) -> str:
    """Return what stands under the title: date, currency, rates and the period."""
    told = rates_told(rates) if rates else ""
    return (
        f"As of {report.as_of:%d %b %Y}{told or f', in {report.currency}'}. Period: {_period(report)}."
        f" Blank means the period has no base for the figure.{_missing(report)}"
    )


def _period(report: KpiReport) -> str:
    named = f"a {report.period.name}, " if report.period.months else ""
    return f"{named}{report.days} days, sales {report.currency} {money.to_major(report.sales, report.currency):,f}"


def _missing(report: KpiReport) -> str:
    return f" Without {', '.join(report.missing_rates)}: no rate." if report.missing_rates else ""


def month_name(end: date, as_of: date) -> str:
    """Return a trend column's name: the month, with the year in December, with the day where it is today."""
    if end == as_of:
        return f"{end:%d %b}"
    return f"{end:%b %y}" if end.month == 12 else f"{end:%b}"


def change(report: KpiReport, kpi: Kpi) -> float | None:
    """Return the change since the last month end, shares in percentage points, to one decimal."""
    before = report.trend[kpi.key][-2]
    if kpi.value is None or before is None:
        return None
    return round((kpi.value - before) * (100 if kpi.kind == "share" else 1), 1)


def _height(kpi: Kpi) -> float:
    """Return the points that name or formula need: about 60 characters a line."""
    lines = ceil(len(kpi.formula) / 60) + (kpi.value is None)
    return max(33, 12.5 * lines + 8)


def _kpi(sketch: Sketch, row: int, kpi: Kpi, report: KpiReport, *, new: bool) -> None:
    edge = "first" if new else "next"
    told = f"{kpi.formula}\nBlank: {kpi.blank}" if kpi.value is None and kpi.blank else kpi.formula
    step = "steppoints" if kpi.kind == "share" else "step"
    sketch.put(row, AREA, kpi.area if new else None, f"{edge}.text.slate" if new else "slate")
    sketch.put(row, NAME, kpi.name, f"{edge}.text.bold")
    sketch.put(row, FORMULA, told, f"{edge}.text.slate.small.wrap")
    sketch.put(row, NOW, kpi.value, f"{edge}.{kpi.kind}.bold.navy.large")
    sketch.put(row, CHANGE, change(report, kpi), f"{edge}.{step}")
    for column, value in enumerate(report.trend[kpi.key], FIRST_MONTH):
        sketch.put(row, column, value, f"{edge}.{kpi.kind}.slate")
    sketch.put(row, LINE, None, f"{edge}.plain")
