"""Try it: `python -m arc_sync.xlsx FILE SHEET!CELL VALUE -o OUT` changes one cell and says which parts changed."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from arc_sync.xlsx import Formula, Package, Refused, Saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sync.xlsx import Cell, Sheet, Value

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AS_TEXT = ", as text; --formula makes it a formula"
_WHY = {
    r"workbook\.xml$": "so that Excel calculates it anew",
    r"calcchain": "as it lists the formulas; Excel makes a new one",
    r"styles": "as it got a format for dates",
    r"workbook\.xml\.rels|\[content_types\]": "as it lists the parts",
    r"table": "as a header of its table changed",
    r"pivotcache": "so that Excel refreshes the pivot table",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0 when the file was written, 1 when it was refused."""
    options = _options().parse_args(arguments)
    try:
        report = _edited(options)
    except Refused as error:
        sys.stderr.write(f"Refused: {error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"Not done: {error.filename or options.file}: {error.strerror or error}.\n")
        return 1
    sys.stdout.write(report)
    return 0


def _edited(options: argparse.Namespace) -> str:
    """Edit the cell and say what came of it."""
    if not options.out.resolve().parent.is_dir():
        raise Refused(f"There is no folder {options.out.resolve().parent}; make it first.")
    name, _, ref = options.cell.rpartition("!")
    book = Package(options.file)
    sheet = _sheet(book, _unquoted(name))
    before, value = sheet.cell(ref), _value(options)
    sheet.set(ref, value)
    saved = book.save(options.out)
    after = Package(saved.path).sheet(sheet.name).cell(ref)
    hint = _AS_TEXT if isinstance(value, str) and value.startswith("=") and not options.text else ""
    return _report(f"{sheet.name}!{ref}", _shown(book, before), _shown(book, after) + hint, saved)


def _sheet(book: Package, name: str) -> Sheet:
    """Give the sheet of that name, or the first one that has cells."""
    if name and name.casefold() not in map(str.casefold, book.sheet_names):
        shown = ", ".join(entry.name for entry in book.workbook.sheets if entry.state == "visible")
        raise Refused(f"There is no sheet named {name!r} in {book.path.name}; it has {shown}.")
    with_cells = (entry.name for entry in book.workbook.sheets if entry.kind == "worksheet")
    return book.sheet(name or next(with_cells, ""))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m arc_sync.xlsx", description=__doc__)
    parser.add_argument("file", type=Path, help="an .xlsx or .xlsm workbook")
    parser.add_argument("cell", help="where, such as 'Sheet 1!B7'; without a sheet, the first one")
    parser.add_argument(
        "value", help="a number, a date (2026-11-30), TRUE or FALSE, text; '' blanks the cell"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="where to write the edited copy")
    parser.add_argument("--text", action="store_true", help="take the value as text, whatever it looks like")
    parser.add_argument("--formula", action="store_true", help="take the value as a formula")
    return parser


def _unquoted(sheet: str) -> str:
    quoted = len(sheet) > 1 and sheet.startswith("'") and sheet.endswith("'")
    return sheet[1:-1].replace("''", "'") if quoted else sheet


def _value(options: argparse.Namespace) -> Value:
    text: str = options.value
    if options.formula:
        return Formula(text)
    return text if options.text else _guess(text)


def _guess(text: str) -> Value:
    """Take text for what it plainly is: nothing, TRUE or FALSE, a number, an ISO date; else (so NaN) for text."""
    if not text:
        return None
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    try:
        return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else text
    except ValueError:  # 2026-02-30
        return text


def _report(where: str, before: str, after: str, saved: Saved) -> str:
    lines = [f"{where}: {before} -> {after}", f"written: {saved.path}"]
    lines += [f"  {change}{_why(change.part)}" for change in saved.parts]
    lines.append(f"  {saved.untouched} other parts: the same bytes, order and times")
    if saved.backup is not None:
        lines.append(f"the old file is kept: {saved.backup}")
    return "\n".join([*lines, ""])


def _why(part: str) -> str:
    """Say why a part other than the sheet had to follow."""
    name = part.rpartition("/")[2].lower()
    return next((f", {why}" for pattern, why in _WHY.items() if re.match(pattern, name)), "")


def _shown(book: Package, cell: Cell) -> str:
    """Show a cell's content: a formula with its '=', text in quotes, a day as a date."""
    if cell.formula is not None:
        return f"={cell.formula}"
    if cell.raw is None:
        return "(blank)"
    if cell.type == "b":
        return "TRUE" if cell.raw == "1" else "FALSE"
    if cell.type == "n" and cell.raw.isdecimal() and book.styles.is_date(cell.style):
        return _day(int(cell.raw), date1904=book.date1904) or cell.raw
    return repr(cell.raw) if cell.type == "s" else cell.raw


def _day(serial: int, *, date1904: bool) -> str | None:
    """Write a serial number as an ISO date; None for one of 1900's first days, whose count is off, or beyond 9999."""
    if not 61 <= serial <= 2_950_000:
        return None
    first = dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30)
    return (first + dt.timedelta(serial)).isoformat()


if __name__ == "__main__":
    sys.exit(main())
