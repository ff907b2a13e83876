"""A workbook in memory: sheets, tables and what Excel makes of what is given to it. It calculates nothing.

`live_memory_engine` shows it to xlwings. What a person does goes past that, unseen.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from arc_sheets import dates
from arc_sync.xlsx.refs import Area, Place, parse_area
from arc_sync.xlsx.styles import is_date_code

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")


@dataclass(slots=True)
class Held:
    """What a cell holds: a constant (float, str, bool) or a formula, whose value is not known."""

    value: Any = None
    formula: str = ""


@dataclass(slots=True)
class Sheet:
    """One sheet."""

    name: str
    cells: dict[Place, Held] = field(default_factory=dict)
    codes: dict[Place, str] = field(default_factory=dict)  #: number formats
    looks: dict[str, Any] = field(default_factory=dict)  #: other properties, by reference and name
    links: dict[Place, str] = field(default_factory=dict)
    tables: dict[str, tuple[Area, bool]] = field(default_factory=dict)  #: area, and whether it has totals
    protected: bool = False
    hidden: bool = False

    def copy(self) -> Sheet:
        """Return the same sheet for another book; what a cell holds is replaced, never changed."""
        return Sheet(
            self.name,
            dict(self.cells),
            dict(self.codes),
            dict(self.looks),
            dict(self.links),
            dict(self.tables),
            self.protected,
            self.hidden,
        )


@dataclass(slots=True)
class Workbook:
    """One workbook and the program it is open in."""

    fullname: str
    sheets: list[Sheet]
    calls: list[str] = field(default_factory=list)
    hook: Callable[[str], None] = lambda _call: None
    settings: dict[str, Any] = field(
        default_factory=lambda: {
            "screen_updating": True,
            "enable_events": True,
            "calculation": "automatic",
        }
    )
    others: list[Workbook] = field(default_factory=list)  #: open in the same program
    alerts: list[str] = field(default_factory=list)  #: what boxes said
    quiet: int = 0

    def call(self, what: str) -> None:
        """Count a call, and let happen what the test wants to happen just before it."""
        if self.quiet:
            return
        self.calls.append(what)
        with self.unseen():
            self.hook(what)

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Let a person act: what they do is no call of ARC's."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    def copy(self) -> Workbook:
        """Return the same book in another program."""
        return Workbook(self.fullname, [sheet.copy() for sheet in self.sheets])


def load(path: Path) -> Workbook:
    """Open a file."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparkline Group extension")
        book = openpyxl.load_workbook(path)
    return Workbook(str(path), [_sheet(sheet) for sheet in book.worksheets])


def _sheet(told: Any) -> Sheet:
    made = Sheet(told.title, hidden=told.sheet_state != "visible")
    for row in told.iter_rows():
        for cell in row:
            at = Place(cell.row, cell.column - 1)
            if cell.number_format != "General":
                made.codes[at] = cell.number_format
            if cell.hyperlink:
                made.links[at] = cell.hyperlink.target or f"#{cell.hyperlink.location}"
            if cell.value is not None:
                made.cells[at] = _held(cell.value, cell.data_type)
    for table in told.tables.values():
        made.tables[table.name] = (parse_area(table.ref), bool(table.totalsRowCount))
    return made


def _held(value: Any, kind: str) -> Held:
    if kind == "f":
        return Held(formula=str(value))
    if isinstance(value, date):
        return Held(dates.to_serial(value))
    return Held(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def enter(sheet: Sheet, at: Place, value: Any) -> None:
    """Put a value into a cell as Excel's Range.Value does: texts are read as if they were typed."""
    code = sheet.codes.get(at, "General")
    if value is None or value == "":
        sheet.cells.pop(at, None)
    elif isinstance(value, date):
        sheet.cells[at] = Held(dates.to_serial(value))
        sheet.codes[at] = code if is_date_code(code) else "m/d/yyyy"
    elif isinstance(value, str):
        sheet.cells[at] = _typed(value, code)
    else:
        sheet.cells[at] = Held(str(value)) if code == "@" else Held(value)


def _typed(text: str, code: str) -> Held:
    if text.startswith("'"):
        return Held(text[1:])
    if code == "@":
        return Held(text)
    if text.startswith("="):
        return Held(formula=text)
    if _NUMBER.fullmatch(text):
        return Held(float(text))
    if _DATE.fullmatch(text):
        return Held(dates.to_serial(date.fromisoformat(text)))
    return Held(text.upper() == "TRUE") if text.upper() in {"TRUE", "FALSE"} else Held(text)


def shown(sheet: Sheet, at: Place) -> Any:
    """Return Range.Value of a cell: a number in a date's format is a datetime."""
    held = sheet.cells.get(at)
    if held is None or held.formula:
        return None
    if isinstance(held.value, float) and is_date_code(sheet.codes.get(at, "General")):
        return dates.from_serial(held.value)
    return held.value


def spelled(sheet: Sheet, at: Place) -> str:
    """Return Range.Formula of a cell: a constant as text."""
    held = sheet.cells.get(at)
    if held is None:
        return ""
    if held.formula:
        return held.formula
    if isinstance(held.value, bool):
        return str(held.value).upper()
    return f"{held.value:.15g}" if isinstance(held.value, float) else str(held.value)
