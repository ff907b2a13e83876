"""The form's entry cells in a workbook file: read where their labels stand, written over what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from arc_sheets.cells import CellValue
from arc_sync.books.draw.account import SHEET
from arc_sync.books.form import BLOCKS, KEPT, LABELS, PLACES, Form, from_text
from arc_sync.books.hidden import Hidden
from arc_sync.books.overtyped import value_of
from arc_sync.books.port import SetEntry
from arc_sync.books.sheets import Workbook
from arc_sync.xlsx import Cell
from arc_sync.xlsx.refs import Place, cell_ref
from arc_sync.xlsx.splice import Edit


def read_form(package: Workbook, hidden: Hidden, customer: str) -> Form:
    """Return the form; a cell whose label was moved or typed over is not read, so nothing is taken for another."""
    state = from_text(hidden.values.get(KEPT, ""))
    return Form(state, customer, dict(_filled(package))) if state.nonce else Form()


def _filled(package: Workbook) -> Iterator[tuple[tuple[str, str], CellValue]]:
    cells = _cells(package)
    for block in BLOCKS:
        for one, place in block.places():
            value = value_of(package, cells[place]) if place in cells else None
            label = cells.get(place._replace(column=LABELS))
            if value is not None and label is not None and label.raw == one.column.header:
                yield (block.name, one.column.name), value


def _cells(package: Workbook) -> dict[Place, Cell]:
    """Read entry cells and labels in one pass."""
    if SHEET not in package.sheet_names:
        return {}
    wanted = [at for place in PLACES.values() for at in (place, place._replace(column=LABELS))]
    found = package.sheet(SHEET).cells(cell_ref(*at) for at in wanted)
    return {at: found[cell_ref(*at)] for at in wanted}


def set_entries(package: Workbook, hidden: Hidden, steps: Sequence[SetEntry]) -> bool:
    """Gather the writes to entry cells; False, and none gathered, if one does not hold what was read."""
    if not steps:
        return True
    form = read_form(package, hidden, "")
    if any(form.cells.get((step.block, step.field)) != step.seen for step in steps):
        return False
    sheet = package.sheet(SHEET)
    for step in steps:
        sheet.put(*PLACES[step.block, step.field], Edit(step.value, None))
    return True
