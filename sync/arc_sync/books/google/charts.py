"""Home's charts and the sparklines of the KPIs, as `books/draw/charts.py` has them, in Google's own charts.

Google labels all points of a series, or takes the labels from cells. They stand on `_ARC`, as formulas: one row
for the columns of the aging chart, in thousands, and one for each line, blank up to its last point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from arc_sheets import money
from arc_sheets.aging import AgingReport
from arc_sheets.cells import Formula
from arc_sheets.kpis import KpiReport
from arc_sync.books.create import HIDDEN
from arc_sync.books.draw import aging, home, kpis
from arc_sync.books.google.look import colour
from arc_sync.books.google.shapes import Request, grid
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import Area, Place, area_ref, cell_ref

#: Where the labels stand on `_ARC`.
LABELS: Final = Place(1, 7)
#: The rows of labels, from `LABELS` down.
_AGES, _DSO, _CEI = range(3)
_LAST_MONTH: Final = kpis.FIRST_MONTH + kpis.MONTHS - 1


class _Frame(NamedTuple):
    """Where a chart stands on Home, its size in pixels, and what it shows in words."""

    section: int
    column: int
    width: int
    height: int
    told: str


class Charts:
    """Makes the charts of one book; `ids` are those of its sheets by title."""

    def __init__(self, look: Look, ids: Mapping[str, int]) -> None:
        self._look, self._ids = look, ids

    def requests(self, ages: AgingReport, report: KpiReport) -> Iterator[Request]:
        """Yield Home's three charts, under their section titles."""
        names = ages.buckets.labels
        told = f"Column chart of open invoices in {ages.rates.base} by days overdue: {', '.join(names)}."
        yield self._add(_Frame(home.CHART_ROW, home.FIRST, 496, 308, told), self._columns(len(names)))
        told = "Line chart of DSO over twelve months; grey: best possible DSO."
        best = self._line(kpis.row_of(report, "best_possible_dso"), "steel", 2)
        dso = self._line(kpis.row_of(report, "dso"), "navy", 3, _DSO)
        yield self._add(_Frame(home.CHART_ROW, home.CHART_SPLIT, 412, 138, told), self._lines(best, dso))
        told = "Line chart of CEI (collection effectiveness) over twelve months."
        cei = self._line(kpis.row_of(report, "cei"), "navy", 3, _CEI)
        lower = _Frame(home.LOWER_CHART_ROW, home.CHART_SPLIT, 412, 138, told)
        yield self._add(lower, self._lines(cei, top=1))

    def _add(self, frame: _Frame, basic: dict[str, Any]) -> Request:
        """Return a quiet chart: no title, legend or border."""
        anchor = {
            "sheetId": self._ids[home.SHEET],
            "rowIndex": frame.section,  # the row below the section's title
            "columnIndex": frame.column,
        }
        size = {
            "widthPixels": frame.width,
            "heightPixels": frame.height,
            "offsetXPixels": 2,
            "offsetYPixels": 2,
        }
        spec = {
            "altText": frame.told,
            "fontName": self._look.font,
            "backgroundColorStyle": colour(self._look.colours["white"]),
            "hiddenDimensionStrategy": "SHOW_ALL",
            "basicChart": {"legendPosition": "NO_LEGEND", "headerCount": 0, **basic},
        }
        border = {"colorStyle": colour(self._look.colours["white"])}
        position = {"overlayPosition": {"anchorCell": anchor, **size}}
        return {"addChart": {"chart": {"spec": spec, "position": position, "border": border}}}

    def _columns(self, many: int) -> dict[str, Any]:
        last = aging.FIRST_BUCKET + many - 1
        tones = ["steel", *["navy"] * (many - 2), "rust"]
        series = {
            "series": self._cells(aging.SHEET, aging.ALL_ROW, aging.FIRST_BUCKET, last),
            "targetAxis": "LEFT_AXIS",
            "colorStyle": colour(self._look.colours["navy"]),
            "styleOverrides": [
                {"index": n, "colorStyle": colour(self._look.colours[tone])} for n, tone in enumerate(tones)
            ],
            "dataLabel": self._labels(_AGES, many, "OUTSIDE_END"),
        }
        domain = self._cells(aging.SHEET, aging.HEADER_ROW, aging.FIRST_BUCKET, last)
        return {
            "chartType": "COLUMN",
            "domains": [{"domain": domain}],
            "series": [series],
            "axis": self._axes(),
        }

    def _lines(self, *series: dict[str, Any], top: float | None = None) -> dict[str, Any]:
        domain = self._cells(kpis.SHEET, kpis.HEADER_ROW, kpis.FIRST_MONTH, _LAST_MONTH)
        return {
            "chartType": "LINE",
            "domains": [{"domain": domain}],
            "series": list(series),
            "axis": self._axes(top),
        }

    def _line(self, row: int, tone: str, width: int, labels_: int | None = None) -> dict[str, Any]:
        made: dict[str, Any] = {
            "series": self._cells(kpis.SHEET, row, kpis.FIRST_MONTH, _LAST_MONTH),
            "targetAxis": "LEFT_AXIS",
            "colorStyle": colour(self._look.colours[tone]),
            "lineStyle": {"width": width, "type": "SOLID"},
        }
        if labels_ is not None:
            made["dataLabel"] = self._labels(labels_, kpis.MONTHS, "ABOVE")
        return made

    def _labels(self, row: int, many: int, placement: str) -> dict[str, Any]:
        text = {"bold": True, "fontSize": 10, "foregroundColorStyle": colour(self._look.colours["ink"])}
        first = LABELS.column
        return {
            "type": "CUSTOM",
            "placement": placement,
            "textFormat": text,
            "customLabelData": self._cells(HIDDEN, LABELS.row + row, first, first + many - 1),
        }

    def _axes(self, top: float | None = None) -> list[dict[str, Any]]:
        window: dict[str, Any] = {"viewWindowMin": 0, "viewWindowMode": "EXPLICIT"}
        if top is not None:
            window["viewWindowMax"] = top
        return [{"position": "BOTTOM_AXIS"}, {"position": "LEFT_AXIS", "viewWindowOptions": window}]

    def _cells(self, sheet: str, row: int, first: int, last: int) -> dict[str, Any]:
        area = Area(row, first, row, last)
        return {"sourceRange": {"sources": [grid(self._ids[sheet], area)]}}


def labels(ages: AgingReport, report: KpiReport) -> Sequence[Sequence[Formula | None]]:
    """Return the rows of labels, from `LABELS` down."""
    names, before = ages.buckets.labels, [None] * (kpis.MONTHS - 1)
    amounts = (
        [money.to_major(b, ages.rates.base) for b in ages.all.buckets] if ages.all else [None] * len(names)
    )
    cells = (cell_ref(aging.ALL_ROW, aging.FIRST_BUCKET + n) for n in range(len(names)))
    dso, cei = (report.trend[key][-1] for key in ("dso", "cei"))
    at_dso, at_cei = (
        f"{kpis.SHEET}!{cell_ref(kpis.row_of(report, key), _LAST_MONTH)}" for key in ("dso", "cei")
    )
    return (
        [_short(f"{aging.SHEET}!{cell}", amount) for cell, amount in zip(cells, amounts, strict=True)],
        [*before, _unless_blank(at_dso, f'ROUND({at_dso},0)&""', "" if dso is None else f"{dso:.0f}")],
        [*before, _unless_blank(at_cei, f'ROUND({at_cei}*100,0)&"%"', "" if cei is None else f"{cei:.0%}")],
    )


def sparkline(row: int, look: Look) -> Formula:
    """Return a KPI's twelve months as a formula; its options are stacked, as lists are spelt by the locale."""
    months = area_ref(Area(row, kpis.FIRST_MONTH, row, _LAST_MONTH))
    options = f'HSTACK("color","{look.colours["navy"]}"),HSTACK("linewidth",2)'
    return Formula(f'IF(COUNT({months})<2,"",SPARKLINE({months},VSTACK({options})))')


def _short(cell: str, amount: Decimal | None) -> Formula:
    """Return an amount as the chart of buckets shows it: 1.2m, 45k, 800."""
    thousands = f'IF({cell}>=10000,ROUND({cell}/1000,0)&"k",ROUND({cell},0)&"")'
    text = f'IF({cell}>=1000000,ROUND({cell}/1000000,1)&"m",{thousands})'
    return _unless_blank(cell, text, "" if amount is None else _shortened(amount))


def _shortened(amount: Decimal) -> str:
    for least, unit, places, letter in ((1_000_000, 1_000_000, 1, "m"), (10_000, 1_000, 0, "k")):
        if amount >= least:
            return f"{amount / unit:.{places}f}{letter}"
    return f"{amount:.0f}"


def _unless_blank(cell: str, text: str, value: str) -> Formula:
    return Formula(f'IF(ISNUMBER({cell}),{text},"")', value)
