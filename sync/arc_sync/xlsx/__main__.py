"""Try it: `python -m arc_sync.xlsx FILE SHEET!CELL VALUE -o OUT` changes one cell and says which parts changed."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from arc_sync.xlsx import Formula, Package, Refused, Saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arc_sync.xlsx import Cell, Value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0 when the file was written, 1 when it was refused."""
    options = _options().parse_args(arguments)
    sheet, _, ref = options.cell.rpartition("!")
    try:
        book = Package(options.file)
        name = _unquoted(sheet) or book.sheet_names[0]
        before = book.sheet(name).cell(ref)
        book.sheet(name).set(ref, _value(options))
        saved = book.save(options.out)
        after = Package(saved.path).sheet(name).cell(ref)
    except (Refused, OSError) as error:
        sys.stderr.write(f"Refused: {error}\n")
        return 1
    sys.stdout.write(_report(f"{name}!{ref}", before, after, saved))
    return 0


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
    """Take text for what it plainly is: nothing, TRUE or FALSE, a number, an ISO date; else for text."""
    if not text:
        return None
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    try:
        return dt.date.fromisoformat(text) if text.count("-") == 2 else Decimal(text)
    except (ValueError, InvalidOperation):
        return text


def _report(where: str, before: Cell, after: Cell, saved: Saved) -> str:
    lines = [f"{where}: {_shown(before)} -> {_shown(after)}", f"written: {saved.path}"]
    lines += [f"  {change}" for change in saved.parts]
    return "\n".join([*lines, f"  {saved.untouched} other parts: the same bytes, order and times", ""])


def _shown(cell: Cell) -> str:
    if cell.formula is not None:
        return f"={cell.formula}"
    return "(blank)" if cell.raw is None else repr(cell.raw) if cell.type == "s" else cell.raw


if __name__ == "__main__":
    sys.exit(main())
