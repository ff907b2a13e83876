"""Three readers of workbooks, in one form: every cell that is not empty, by sheet, row and column (from 1)."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from arc_sync.xlsx import Package
from arc_sync.xlsx.text import uncode
from arc_sync.xlsx.values import serial
from tests.xlsx_corpus import calamine_cells, load

Place = tuple[str, int, int]
Cells = dict[Place, object]
#: Where links of the corpus lead: openpyxl shows that in an empty cell.
LINKS = {"Other!A1", "https://example.org/?a=1&b=2"}
_FILLS = re.compile(r"[A-Z]+[0-9]+(:[A-Z]+[0-9]+)? ")


def by_openpyxl(path: Path) -> Cells:
    """Read with openpyxl: formulas as their text, dates as the numbers that they are."""
    from openpyxl.utils.datetime import to_excel
    from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

    book = load(path)
    found: Cells = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value
                if isinstance(value, ArrayFormula | DataTableFormula):
                    value = f"{value.ref} {getattr(value, 'text', '')}"
                elif isinstance(value, dt.date | dt.time | dt.timedelta):
                    value = round(to_excel(value, epoch=book.epoch), 6)
                if value is not None:
                    found[sheet.title, cell.row, cell.column] = value
    if not found:
        raise ValueError("openpyxl sees nothing of a Strict workbook")
    return found


def by_calamine(path: Path) -> Cells:
    """Read with calamine: formulas as the values that they show."""
    with zipfile.ZipFile(path) as book:
        if any(
            book.read(name)[:2] in {b"\xff\xfe", b"\xfe\xff"}
            for name in book.namelist()
            if name.endswith(".xml")
        ):
            raise ValueError("calamine sees nothing of a sheet in UTF-16")
    return calamine_cells(path)


def by_us(path: Path) -> Cells:
    """Read with the package itself: the formula, or else the value."""
    book = Package(path)
    found: Cells = {}
    for entry in book.workbook.sheets:
        if entry.kind == "worksheet":
            for row in book.sheet(entry.name).rows():
                for cell in row.cells:
                    value: object = f"={cell.formula}" if cell.formula is not None else cell.raw
                    if cell.type == "n" and cell.formula is None and cell.raw is not None:
                        value = round(float(cell.raw), 6)
                    elif cell.type == "d" and cell.raw is not None:
                        value = round(
                            float(serial(dt.datetime.fromisoformat(cell.raw), date1904=book.date1904)), 6
                        )
                    elif cell.type == "b" and cell.formula is None:
                        value = cell.raw == "1"
                    if value is not None:
                        found[entry.name, row.number, cell.column + 1] = value
    return found


READERS: dict[str, Callable[[Path], Cells]] = {
    "openpyxl": by_openpyxl,
    "calamine": by_calamine,
    "arc_sync.xlsx": by_us,
}


def alike(one: object, other: object) -> bool:
    """Say whether two readers mean the same; openpyxl leaves `_xHHHH_` in inline texts as it is."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or uncode(one) == other or one == uncode(other)
    return one == (round(other, 6) if isinstance(other, float) else other)


def differences(ours: Cells, theirs: Cells) -> list[str]:
    """Say where the package reads a cell otherwise than openpyxl does; formulas that fill areas are left out."""
    return [
        f"{place}: {ours.get(place)!r}, openpyxl {theirs.get(place)!r}"
        for place in sorted(ours.keys() | theirs.keys())
        if not alike(ours.get(place), theirs.get(place))
        and theirs.get(place) not in LINKS
        and not _FILLS.match(str(theirs.get(place)))
    ]
