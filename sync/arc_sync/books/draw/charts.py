"""Charts and sparklines: quiet, native, without titles (the cell above says it), their data at fixed addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arc_sync.books.draw import aging, home, kpis
from arc_sync.xlsx.refs import Area, area_ref

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from arc_sheets.aging import AgingReport
    from arc_sheets.kpis import KpiReport
    from arc_sync.books.look import Look

_THOUSANDS = '[>=1000000]0.0,,"m";[>=10000]0,"k";#,##0'


def sparklines(sheet: Worksheet, report: KpiReport, look: Look) -> None:
    """Draw each KPI's twelve months at the end of its row."""
    for row in range(kpis.FIRST_ROW, kpis.FIRST_ROW + len(report.kpis)):
        told = {
            "range": _months(row),
            "series_color": look.colours["navy"],
            "last_point": True,
            "last_color": look.colours["rust"],
            "weight": 1.5,
        }
        sheet.add_sparkline(row - 1, kpis.LINE, told)


def charts(workbook: Workbook, sheet: Worksheet, ages: AgingReport, report: KpiReport, look: Look) -> None:
    """Draw Home's three charts under their section titles."""
    labels, places = ages.buckets.labels, {"object_position": 2, "x_offset": 2, "y_offset": 2}
    bars = _quiet(
        workbook, "column", [_bars(labels, look)], look, visible=False, major_gridlines={"visible": False}
    )
    bars.set_size({"width": 496, "height": 308})
    told = (
        f"Column chart of open invoices in {ages.rates.base} by days overdue."  # whichever buckets there are
    )
    sheet.insert_chart(home.CHART_ROW, home.FIRST, bars, places | {"description": told})
    best = _line(kpis.row_of(report, "best_possible_dso"), look.colours["steel"], 1.5)
    dso = _line(kpis.row_of(report, "dso"), look.colours["navy"], 2.25) | _last_label("0", look)
    days = _quiet(workbook, "line", [best, dso], look, min=0, num_format="0")
    told = "Line chart of DSO over twelve months; grey: best possible DSO."
    _insert(sheet, home.CHART_ROW, days, places | {"description": told})
    cei = _line(kpis.row_of(report, "cei"), look.colours["navy"], 2.25) | _last_label("0%", look)
    share = _quiet(workbook, "line", [cei], look, min=0, max=1, num_format="0%", major_unit=0.5)
    told = "Line chart of CEI (collection effectiveness) over twelve months."
    _insert(sheet, home.LOWER_CHART_ROW, share, places | {"description": told})


def _insert(sheet: Worksheet, section: int, chart: Any, places: dict[str, Any]) -> None:
    chart.set_size({"width": 412, "height": 138})
    sheet.insert_chart(section, home.CHART_SPLIT, chart, places)


def _months(row: int) -> str:
    last = kpis.FIRST_MONTH + kpis.MONTHS - 1
    return f"{kpis.SHEET}!{area_ref(Area(row, kpis.FIRST_MONTH, row, last))}"


def _bars(labels: tuple[str, ...], look: Look) -> dict[str, Any]:
    last = aging.FIRST_BUCKET + len(labels) - 1
    tones = ["steel", *["navy"] * (len(labels) - 2), "rust"]
    return {
        "categories": [aging.SHEET, aging.HEADER_ROW - 1, aging.FIRST_BUCKET, aging.HEADER_ROW - 1, last],
        "values": [aging.SHEET, aging.ALL_ROW - 1, aging.FIRST_BUCKET, aging.ALL_ROW - 1, last],
        "gap": 45,
        "fill": {"color": look.colours["navy"]},
        "points": [{"fill": {"color": look.colours[tone]}} for tone in tones],
        "data_labels": {
            "value": True,
            "num_format": _THOUSANDS,
            "position": "outside_end",
            "font": _strong(look),
        },
    }


def _line(row: int, colour: str, width: float) -> dict[str, Any]:
    first, last = kpis.FIRST_MONTH, kpis.FIRST_MONTH + kpis.MONTHS - 1
    return {
        "categories": [kpis.SHEET, kpis.HEADER_ROW - 1, first, kpis.HEADER_ROW - 1, last],
        "values": [kpis.SHEET, row - 1, first, row - 1, last],
        "line": {"color": colour, "width": width},
        "marker": {"type": "none"},
    }


def _last_label(number: str, look: Look) -> dict[str, Any]:
    """Return a label for the last point only."""
    hidden = [{"delete": True}] * (kpis.MONTHS - 1) + [{}]
    told = {"value": True, "num_format": number, "position": "above", "font": _strong(look), "custom": hidden}
    return {"data_labels": told}


def _strong(look: Look) -> dict[str, Any]:
    return {"name": look.font, "size": 10, "color": look.colours["ink"], "bold": True}


def _quiet(workbook: Workbook, kind: str, series: list[dict[str, Any]], look: Look, **value_axis: Any) -> Any:
    """Return a chart without title, legend and border, with hairlines from zero."""
    chart = workbook.add_chart({"type": kind})
    for one in series:
        chart.add_series(one)
    font = {"name": look.font, "size": 9, "color": look.colours["slate"]}
    hairline = {"color": look.colours["rule"], "width": 0.5}
    axis = {"num_font": font, "major_tick_mark": "none"}
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": look.colours["white"]}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.set_x_axis(axis | {"line": hairline})
    grid = {"line": {"none": True}, "major_gridlines": {"visible": True, "line": hairline}}
    chart.set_y_axis(axis | grid | value_axis)
    return chart
