"""How cells and furniture reach an XlsxWriter sheet. Text is written as text, whatever it begins with."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.url import Url, UrlTypes

from arc_sheets import dates
from arc_sheets.cells import Formula
from arc_sheets.errors import BookError
from arc_sync.books.drawing import Drawn, Link, Page
from arc_sync.xlsx.refs import LAST_COLUMN, LAST_ROW, Area, Place, letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from arc_sync.books.drawing import Drawing, Shown, Table
    from arc_sync.books.look import Look

#: Characters that XML 1.0 (section 2.2) cannot hold and XlsxWriter does not escape.
_NOT_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: Under every printed page. It names no day but that of printing: a sheet's footer is never written again.
_FOOTER: Final = "&L&8ARC Sheets  ·  &A&C&8Page &P of &N&R&8printed &D &T"
_MARGINS: Final = {"left": 0.45, "right": 0.45, "top": 0.5, "bottom": 0.6}


class _Phone(Url):  # type: ignore[misc]  # XlsxWriter is untyped
    """A `tel:` link. XlsxWriter knows the scheme neither as a string nor as a Url of its own."""

    def _parse_url(self) -> None:
        self._link_type = UrlTypes.URL


class Writer:
    """A workbook in the making, with one format per role."""

    def __init__(self, workbook: Workbook, look: Look) -> None:
        self.workbook = workbook
        self.look = look
        self._formats: dict[str, Any] = {}

    def format(self, role: str) -> Any:
        """Return the role's format, made once."""
        if role not in self._formats:
            self._formats[role] = self.workbook.add_format(self.look.format(role))
        return self._formats[role]

    def cell(self, sheet: Worksheet, row: int, column: int, drawn: Drawn) -> None:
        """Write one cell (row from 1). Raises BookError for a text that no cell can hold."""
        value, style = drawn.value, self.format(drawn.role)
        if value is None or value == "":
            failed = sheet.write_blank(row - 1, column, None, style)
        elif isinstance(value, str):
            failed = _text(sheet, row, column, value, style)
        elif isinstance(value, bool):
            failed = sheet.write_boolean(row - 1, column, value, style)
        elif isinstance(value, int | float | Decimal):
            failed = sheet.write_number(row - 1, column, value, style)
        else:
            failed = _special(sheet, row, column, value, style)
        if failed:
            raise BookError(
                f"{sheet.get_name()}!{letters(column)}{row} cannot hold what the ledger has there; shorten it there."
            )

    def line(self, sheet: Worksheet, row: int, cells: Iterable[Drawn]) -> None:
        """Write cells side by side from column A."""
        for column, drawn in enumerate(cells):
            self.cell(sheet, row, column, drawn)

    def drawing(self, sheet: Worksheet, drawing: Drawing, merges: tuple[Area, ...] = ()) -> None:
        """Carry out a drawing."""
        for row, height in drawing.heights.items():
            sheet.set_row(row - 1, height)
        for area in merges:
            role = drawing.cells.get(Place(area.top, area.left), Drawn(None, "plain")).role
            sheet.merge_range(*_zero(area), None, self.format(role))
        for place in sorted(drawing.cells):
            self.cell(sheet, *place, drawing.cells[place])

    def table(self, sheet: Worksheet, table: Table) -> None:
        """Make the table that the drawing's headers and rows already show."""
        columns = [{"header": header} for header in table.headers]
        sheet.add_table(*_zero(table.area), {"name": table.name, "style": None, "columns": columns})

    def page(self, sheet: Worksheet, page: Page) -> None:
        """Set the furniture: widths, panes, rules, print."""
        sheet.set_tab_color(self.look.colours[page.colour])
        sheet.hide_gridlines(2)
        sheet.set_default_row(page.row)
        for column, width in enumerate(page.widths):
            sheet.set_column(column, column, width)
        if page.freeze:
            sheet.freeze_panes(page.freeze.row - 1, page.freeze.column)
        for rule in page.rules:
            told = {"type": "formula", "criteria": rule.formula, "format": self.format(rule.role)}
            sheet.conditional_format(rule.area, told)
        self._print(sheet, page)

    def _print(self, sheet: Worksheet, page: Page) -> None:
        if page.portrait:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.set_paper(self.look.paper)
        sheet.set_margins(**_MARGINS)
        sheet.fit_to_pages(page.wide, 1 if page.one_page else 0)
        sheet.set_footer(_FOOTER)
        if page.header:
            sheet.repeat_rows(page.header - 1)
        if page.wide > 1:
            sheet.repeat_columns(1, page.freeze.column - 1 if page.freeze else 1)
        if page.print_to:
            sheet.print_area(0, 1, page.print_to.row - 1, page.print_to.column)
        if page.one_page:
            sheet.center_horizontally()


def streamed_table(sheet: Worksheet, table: Table) -> None:
    """Make a table on a sheet whose rows go straight to disk.

    XlsxWriter refuses there, as it would write cells of its own and remember each cell of the table. The sheet
    writes its cells itself and in order, so the table is made with its first row only and then stretched.
    """
    sheet.constant_memory = False
    top, left, _, right = _zero(table.area)
    columns = [{"header": header} for header in table.headers]
    sheet.add_table(top, left, top + 1, right, {"name": table.name, "style": None, "columns": columns})
    made = sheet.tables[-1]
    whole = f"{letters(left)}{table.area.top}:{letters(right)}{table.area.bottom}"
    made["range"] = made["a_range"] = made["autofilter"] = whole
    sheet.constant_memory = True


def whole_column(row: int, column: int) -> tuple[int, int, int, int]:
    """Return a column from `row` to the sheet's end, as XlsxWriter counts."""
    return row - 1, column, LAST_ROW - 1, column


def _zero(area: Area) -> tuple[int, int, int, int]:
    return area.top - 1, area.left, area.bottom - 1, min(area.right, LAST_COLUMN)


def _text(sheet: Worksheet, row: int, column: int, text: str, style: Any) -> int:
    text = _NOT_XML.sub("\ufffd", text)
    if text.startswith("<r>") and text.endswith("</r>"):  # XlsxWriter would take it for its own markup
        failed = sheet.write_rich_string(row - 1, column, text[:1], style, text[1:], style)
    else:
        failed = sheet.write_string(row - 1, column, text, style)
    return int(failed)


def _special(sheet: Worksheet, row: int, column: int, value: Shown, style: Any) -> int:
    if isinstance(value, Link):
        url = _Phone(value.target) if value.target.startswith("tel:") else Url(value.target)
        url.text = value.text
        return int(sheet.write_url(row - 1, column, url, style))
    if isinstance(value, Formula):
        result = 0 if value.value is None else value.value
        return int(sheet.write_formula(row - 1, column, f"={value.text}", style, result))
    if isinstance(value, date):
        return int(sheet.write_number(row - 1, column, dates.to_serial(value), style))
    raise TypeError(f"no cell can show {value!r}")
