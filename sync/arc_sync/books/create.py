"""A new workbook, written by XlsxWriter. From then on it is edited in place, by our own package.

Record tabs are streamed: their rows go to disk one by one, so memory does not grow with them. The very hidden
tab `_ARC` holds what ARC must find again: in A and B names and values (identity, bookmark, the areas of the
report tabs and what was drawn there), in D one sample a role, whose text is the role and whose style is the
role's. Excel renumbers styles when it saves; the samples follow.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from arc_sheets import money, tabs
from arc_sheets.errors import BookError
from arc_sheets.tab import Kind
from arc_sync.books import draw, form
from arc_sync.books.contents import FORMAT
from arc_sync.books.draw import account, aging, charts, home, issues, kpis, records, worklist
from arc_sync.books.drawing import Drawn
from arc_sync.books.dressed import dress_lines
from arc_sync.books.look import ROLES, read_look, wraps
from arc_sync.books.seals import seal_lines
from arc_sync.books.writer import Writer, streamed_table, whole_column
from arc_sync.xlsx.refs import LAST_ROW, Area, area_ref, cell_ref, letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsxwriter.worksheet import Worksheet

    from arc_sheets.tab import Column, Tab
    from arc_sync.books.contents import BookRow, Contents
    from arc_sync.books.drawing import Drawing, Page
    from arc_sync.books.look import Look

HIDDEN: Final = "_ARC"
NAME_COLUMN: Final = 0
VALUE_COLUMN: Final = 1
SAMPLE_COLUMN: Final = 3
CURRENCY_COLUMN: Final = 5
CHARTED: Final = "charted"  #: the name under which it is kept how many buckets Home's chart shows

_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_RECORD_TABS: Final = (*tabs.RECORD_TABS, issues.ISSUES)


def create(path: Path, contents: Contents, look: Look | None = None) -> None:
    """Write a new workbook to `path`, whole or not at all.

    The same contents give the same bytes. Raises BookError if there is a file already, or it cannot be written.
    """
    if path.exists():
        raise BookError(f"{path} exists already; choose another name, or move it away first.")
    with _in_place(path) as beside, tempfile.TemporaryDirectory() as scratch:
        writer = Writer(Workbook(str(beside), {**_OPTIONS, "tmpdir": scratch}), look or read_look())
        sheets = {name: _add(writer.workbook, name) for name in tabs.SHEETS}
        try:
            _write(writer, sheets, contents)
        finally:
            for tab in _RECORD_TABS:
                sheets[tab.title].row_data_fh.close()


def _write(writer: Writer, sheets: dict[str, Worksheet], contents: Contents) -> None:
    _properties(writer.workbook, contents)
    _names(writer.workbook)
    drawings = _reports(writer, sheets, contents)
    for tab in _RECORD_TABS:
        _records(writer, sheets[tab.title], tab, _rows(tab, contents))
    _hidden(writer, sheets[HIDDEN], contents, drawings)
    sheets["Home"].activate()
    writer.workbook.close()


def meta_lines(contents: Contents, drawings: Sequence[Drawing]) -> tuple[tuple[str, str | int], ...]:
    """Return names and values of columns A and B of `_ARC`; row n of the sheet holds line n."""
    meta = contents.meta
    return (
        ("ledger", meta.ledger),
        ("book", meta.book),
        ("bookmark", meta.bookmark),
        ("hash", meta.hash),
        ("epoch", meta.epoch),
        ("format", FORMAT),
        ("as of", contents.as_of.isoformat()),
        ("synced", contents.synced.isoformat() if contents.synced else ""),
        (form.KEPT, form.as_text(form.State(form.FIRST_NONCE))),
        (CHARTED, len(contents.aging.buckets.labels)),
        *((f"area {drawing.sheet}", area_ref(drawing.area)) for drawing in drawings),
        *((f"drawn {drawing.sheet}", drawing.digest) for drawing in drawings),
        *(line for drawing in drawings for line in dress_lines(drawing)),
        *(
            line
            for d in drawings
            for line in seal_lines(d.sheet, (drawn.value for drawn in d.cells.values()))
        ),
        *seal_lines(issues.ISSUES.title, (v for i in contents.issues for v in issues.as_row(i).values)),
    )


@contextmanager
def _in_place(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` and move the finished file there; leave nothing behind on failure."""
    beside = path.with_name(f".{path.name}.new")
    try:
        yield beside
        beside.replace(path)
    except (OSError, XlsxWriterException) as error:
        raise BookError(f"{path} cannot be written: {error}. Nothing was changed.") from error
    finally:
        beside.unlink(missing_ok=True)


def _add(workbook: Workbook, name: str) -> Worksheet:
    """Add a sheet; the rows of record tabs go straight to disk."""
    workbook.constant_memory = any(name == tab.title for tab in _RECORD_TABS)
    return workbook.add_worksheet(name)


def _properties(workbook: Workbook, contents: Contents) -> None:
    moment = contents.synced or datetime.combine(contents.as_of, time())
    workbook.set_properties(
        {
            "title": "Accounts receivable",
            "subject": f"Receivables as of {contents.as_of:%d %B %Y}",
            "author": "ARC Sheets",
            "company": contents.company,
            "category": "Accounts receivable",
            "comments": "Kept in step with the ledger by ARC Sheets.",
            "created": moment.replace(tzinfo=UTC),
        }
    )
    workbook.set_size(2400, 1500)


def _names(workbook: Workbook) -> None:
    """Define the lists that validation offers, and names to go to with F5."""
    last = cell_ref(len(money.CURRENCIES), CURRENCY_COLUMN)
    codes = letters(CURRENCY_COLUMN)
    workbook.define_name("list_customers", f"={tabs.CUSTOMERS.title}[{tabs.CUSTOMERS.column('name').header}]")
    workbook.define_name("list_currencies", f"={HIDDEN}!${codes}$1:${codes}${last.removeprefix(codes)}")
    workbook.define_name("go_customer", f"={account.SHEET}!$B${account.PICKER.row}")
    for block in form.BLOCKS:
        workbook.define_name(f"go_{block.name}", f"={account.SHEET}!$L${block.top + 1}")
    for sheet, cell in (
        ("Home", "$B$1"),
        ("Worklist", "$B$5"),
        ("Aging", "$B$4"),
        ("KPIs", "$B$5"),
        ("Issues", "$B$5"),
    ):
        workbook.define_name(f"go_{sheet.lower()}", f"={sheet}!{cell}")


def _reports(writer: Writer, sheets: dict[str, Worksheet], contents: Contents) -> tuple[Drawing, ...]:
    drawings = draw.reports(contents)
    pages = (home.PAGE, worklist.PAGE, account.PAGE, aging.page(contents.aging), kpis.page(contents.kpis))
    for drawing, page in zip(drawings, pages, strict=True):
        _report(writer, sheets[drawing.sheet], drawing, page)
    charts.charts(writer.workbook, sheets["Home"], contents.aging, contents.kpis, writer.look)
    charts.sparklines(sheets["KPIs"], contents.kpis, writer.look)
    _pick_customer(sheets["Account"])
    _check_entries(sheets["Account"])
    return drawings


def _report(writer: Writer, sheet: Worksheet, drawing: Drawing, page: Page) -> None:
    writer.page(sheet, page)
    writer.drawing(sheet, drawing, page.merges)
    if drawing.table:
        writer.table(sheet, drawing.table)
        writer.drawing(sheet, drawing)  # the table wrote headers of its own; ours have their style


def _pick_customer(sheet: Worksheet) -> None:
    told = {
        "validate": "list",
        "source": "=list_customers",
        "input_title": "Customer",
        "input_message": "Alt+Down opens the list. The next sync shows the customer picked here.",
        "error_message": "Please pick a customer from the list.",
    }
    row, column = account.PICKER
    sheet.data_validation(row - 1, column, row - 1, column, told)
    sheet.set_selection(row - 1, column, row - 1, column)


def _check_entries(sheet: Worksheet) -> None:
    """Give the form its lists, checks and prompts. Lists stop; what may be typed freely only warns."""
    for block in form.BLOCKS:
        for one, (row, column) in block.places():
            told = check(one.column) or {"validate": "any"}
            if one.usual:
                told = {"validate": "list", "source": list(one.usual), "show_error": False}
            told |= {"ignore_blank": True, "input_title": one.column.header, "input_message": one.hint}
            sheet.data_validation(row - 1, column, row + one.rows - 2, column, told)
            if one.column.kind is Kind.TEXT:
                sheet.ignore_errors({"number_stored_as_text": cell_ref(row, column)})


def _rows(tab: Tab, contents: Contents) -> Sequence[BookRow]:
    if tab is issues.ISSUES:
        return [issues.as_row(line) for line in contents.issues]
    return contents.rows.get(tab.name, ())


def _records(writer: Writer, sheet: Worksheet, tab: Tab, rows: Sequence[BookRow]) -> None:
    """Write a record tab from top to bottom, as a streamed sheet must be."""
    page, frame = records.page(tab, writer.look), records.frame(tab, len(rows))
    writer.page(sheet, page)
    for column in (records.ID_COLUMN, records.seal_column(tab)):
        sheet.set_column(column, column, 36, None, {"hidden": True})
    writer.drawing(sheet, frame)
    if frame.table:
        streamed_table(sheet, frame.table)
    writer.line(sheet, records.HEADER_ROW, _line_of(frame, records.HEADER_ROW))
    grows = wraps(tab)
    for row, cells in enumerate(records.rows(tab, rows or (None,)), records.FIRST_ROW):
        if grows:
            sheet.set_row(row - 1, records.height(tab, cells, writer.look))
        writer.line(sheet, row, cells)
    for number, declared in enumerate(tab.columns, 1):
        if rule := check(declared):
            sheet.data_validation(*whole_column(records.FIRST_ROW, number), {**rule, "ignore_blank": True})
    area = Area(records.FIRST_ROW, 1, LAST_ROW, len(tab.columns))
    sheet.ignore_errors({"number_stored_as_text": area_ref(area)})
    sheet.set_selection(records.FIRST_ROW - 1, 1, records.FIRST_ROW - 1, 1)


def _line_of(drawing: Drawing, row: int) -> list[Drawn]:
    return [drawn for place, drawn in sorted(drawing.cells.items()) if place.row == row]


def check(column: Column) -> dict[str, Any] | None:
    """Return the validation of a column. Lists stop; dates and amounts only warn: ARC holds what it cannot read."""
    if column.choices:
        said = "Please pick one from the list."
        return {"validate": "list", "source": list(column.choices), **_error(column, said, "stop")}
    if column.computed or column.owner.value == "ledger":
        return None
    if column.kind is Kind.CODE:
        said = "Please pick a currency code such as EUR or USD."
        return {"validate": "list", "source": "=list_currencies", **_error(column, said, "stop")}
    if column.refers == "customers":
        said = "No customer of this name stands on the Customers tab yet."
        return {"validate": "list", "source": "=list_customers", **_error(column, said, "warning")}
    return _typed_check(column)


def _typed_check(column: Column) -> dict[str, Any] | None:
    if column.kind in {Kind.DATE, Kind.TIME}:
        said = _error(column, "This does not look like a date, such as 2026-11-30.", "warning")
        return {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1), **said}
    if column.kind is Kind.MONEY:
        said = _error(column, "This does not look like an amount, such as 1250.00.", "warning")
        return {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12, **said}
    if column.kind is Kind.NUMBER:
        said = _error(column, "This does not look like a whole number.", "warning")
        return {"validate": "integer", "criteria": "between", "minimum": -99999, "maximum": 99999, **said}
    return None


def _error(column: Column, message: str, kind: str) -> dict[str, Any]:
    return {"error_title": column.header, "error_message": message, "error_type": kind}


def _hidden(writer: Writer, sheet: Worksheet, contents: Contents, drawings: Sequence[Drawing]) -> None:
    for row, (name, value) in enumerate(meta_lines(contents, drawings), 1):
        writer.cell(sheet, row, NAME_COLUMN, Drawn(name, "plain"))
        writer.cell(sheet, row, VALUE_COLUMN, Drawn(value, "plain"))
    for row, role in enumerate(ROLES, 1):
        writer.cell(sheet, row, SAMPLE_COLUMN, Drawn(role, role))
    for row, code in enumerate(sorted(money.CURRENCIES), 1):
        writer.cell(sheet, row, CURRENCY_COLUMN, Drawn(code, "text"))
    sheet.very_hidden()
