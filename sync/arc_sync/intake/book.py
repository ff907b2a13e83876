"""Foreign workbooks: parsed in the sandbox, handed over as lines of JSON.

python-calamine reads fast and shows neither formulas nor error values (errors come as empty cells), so
the sheet's XML is scanned for both beside it: a formula's kept value may be stale, an error is no blank.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from arc_sheets.cells import CellError
from arc_sheets.errors import IntakeError
from arc_sync import sandbox
from arc_sync.intake import layout
from arc_sync.intake.model import Calculated, Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from python_calamine import CalamineSheet, CalamineWorkbook

    from arc_sync.intake.model import Cell, What

_OWN: Final = "_ARC"  #: the hidden sheet of ARC's own workbooks
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_DOCTYPE: Final = b"<!DOCTYPE"
_FAR: Final = re.compile(rb' r="([A-Z]{3}\d+)"')
_CELL: Final = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*?r="([A-Z]+)(\d+)")(?:[^>]*?\st="(e)")?[^>]*[^/]?>\s*(<(?:\w+:)?f\b)?(?:[^<]*<(?:\w+:)?v>([^<]*))?'
)
#: Four times what a workbook of 100,000 invoices takes, so that a busy machine does not refuse it.
_LIMITS: Final = sandbox.Limits(cpu_seconds=30, memory_mb=1024, wall_seconds=90)


@dataclass(frozen=True, slots=True)
class BookSource:
    """One sheet of a workbook, already parsed: a line of JSON a row."""

    path: Path
    sheet: str
    rows: bytes

    def lines(self) -> Iterator[Line]:
        """Yield the rows with their number in the sheet."""
        for packed in io.BytesIO(self.rows):
            number, *cells = json.loads(packed)
            yield Line(number, tuple(map(_unpacked, cells)))


def book_source(path: Path, what: What | None) -> BookSource:
    """Return the sheet whose header is best understood. Raises `IntakeError` if the workbook cannot be read."""
    try:
        sheet, rows = sandbox.run(_read, str(path), what, limits=_LIMITS)
    except sandbox.Sandboxed as error:
        if error.spoken:
            raise IntakeError(f"{path.name} {error.reason}") from None
        raise IntakeError(
            f"{path.name} cannot be read ({error.reason}); save it anew as .xlsx or CSV in your spreadsheet "
            "program and import that."
        ) from None
    return BookSource(path, sheet, rows)


def _read(path: str, what: What | None) -> tuple[str, bytes]:
    """Parse the workbook; runs in the child. Returns the name of the best sheet and its rows as JSON lines."""
    import python_calamine  # noqa: PLC0415 (loaded in the child only: it may abort its process)

    parts = _parts(path)
    if _OWN in parts:
        raise IntakeError("is ARC's own workbook; edit it and run `arc sync`.")
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        names = _worksheets(book, python_calamine)
        for name in names:
            _check(parts.get(name, b""))
        return _best(book, names, parts, what)


def _best(
    book: CalamineWorkbook, names: list[str], parts: dict[str, bytes], what: What | None
) -> tuple[str, bytes]:
    """Return the name and the packed rows of the sheet whose header reads best."""
    sheets = {name: (book.get_sheet_by_name(name), _marks(parts.get(name, b""))) for name in names}
    best = max(names, key=lambda name: _score(*sheets[name], what)) if len(names) > 1 else names[0]
    packed = io.BytesIO()
    for row in _rows(*sheets[best]):
        packed.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return best, packed.getvalue()


def _score(sheet: CalamineSheet, marks: dict[tuple[int, int], str], what: What | None) -> int:
    rows = islice(_rows(sheet, marks), layout.HEAD * 3)
    return layout.find([Line(number, tuple(map(_unpacked, cells))) for number, *cells in rows], what).score


def _worksheets(book: CalamineWorkbook, library: Any) -> list[str]:
    """Return the visible worksheets, or all where none is visible."""
    sheets = [s for s in book.sheets_metadata if s.typ == library.SheetTypeEnum.WorkSheet]
    shown = [s.name for s in sheets if s.visible == library.SheetVisibleEnum.Visible]
    if not sheets:
        raise IntakeError("has no worksheet; export it again.")
    return shown or [s.name for s in sheets]


def _parts(path: str) -> dict[str, bytes]:
    """Return each worksheet's XML by the sheet's name."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 (needed in the child only)

    with zipfile.ZipFile(path) as package:
        workbook = package.read("xl/workbook.xml")
        if _STRICT in workbook:
            raise IntakeError(
                "is a Strict Open XML workbook; in Excel choose Save As, type Excel Workbook (.xlsx), and import that."
            )
        links = fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): _target(link.get("Target", "")) for link in links}
        found = {}
        for sheet in fromstring(workbook).iter():
            if sheet.tag.endswith("}sheet"):
                link = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
                part = targets.get(link, "")
                found[sheet.get("name", "")] = package.read(part) if part in package.namelist() else b""
    return found


def _target(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else "xl/" + target


def _check(xml: bytes) -> None:
    """Refuse what would make the parser reserve room for millions of empty cells."""
    if _DOCTYPE in xml[:4096]:
        raise IntakeError("holds a DOCTYPE, which no spreadsheet program writes; export it again.")
    if far := _FAR.search(xml):
        raise IntakeError(
            f"has a cell far outside its table ({far[1].decode()}); copy the table alone to a new workbook "
            "and import that."
        )


def _marks(xml: bytes) -> dict[tuple[int, int], str]:
    """Return where (row, column; 0-based) the sheet has formulas ("=") and error values ("#N/A")."""
    if b"<f" not in xml and b":f" not in xml and b't="e"' not in xml:
        return {}
    marks = {}
    for hit in _CELL.finditer(xml):
        letters, number, error, formula, value = hit.groups()
        if error or formula:
            place = (int(number) - 1, _column(letters))
            marks[place] = (value or b"#N/A").decode() if error else "="
    return marks


def _column(letters: bytes) -> int:
    """Return the 0-based number of a column: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _rows(sheet: CalamineSheet, marks: dict[tuple[int, int], str]) -> Iterator[list[Any]]:
    """Yield [row number, cell, ...] of the rows that hold something, ready for JSON."""
    top, left = sheet.start or (0, 0)
    for offset, cells in enumerate(sheet.iter_rows()):
        row = top + offset
        packed = [""] * left + [_packed(cell, marks.get((row, left + i), "")) for i, cell in enumerate(cells)]
        while packed and packed[-1] == "":
            packed.pop()
        if packed:
            yield [row + 1, *packed]


def _packed(cell: Any, mark: str) -> Any:
    """Return a cell as JSON keeps it: text, number and truth value as they are, the rest as {kind: value}."""
    value: Any = cell
    if isinstance(cell, datetime | date):
        value = {"d": cell.isoformat()}
    elif not isinstance(cell, str | bool | int | float):  # a time of day, a duration
        value = str(cell)
    if mark == "=":
        return {"f": value}
    return {"e": mark} if mark else value


def _unpacked(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell  # type: ignore[no-any-return]  # JSON text, number or truth value
    if "d" in cell:
        moment = datetime.fromisoformat(cell["d"])
        return moment if "T" in cell["d"] else moment.date()
    if "e" in cell:
        return CellError(cell["e"])
    value = _unpacked(cell["f"])
    return value if isinstance(value, Calculated) else Calculated(value)
