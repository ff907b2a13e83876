"""A report's drawing, adapted to Google Sheets: the same figures at the same places, and what is otherwise there.

Links that Google refuses become plain text, hints name the keys of a browser, sparklines are formulas, and a text
that is read across a table begins where columns scroll: it may be cut off where the frozen ones end. What is kept
of a drawing for the next round is kept of the adapted one, except its digest, which is that of the drawing as every
kind of book gets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from arc_sync.books import form
from arc_sync.books.draw import account, aging, kpis, records, worklist
from arc_sync.books.drawing import Drawing, Drawn, Link
from arc_sync.books.google.charts import sparkline
from arc_sync.books.google.shapes import sendable
from arc_sync.books.look import Look
from arc_sync.xlsx.refs import Place

#: What stands on a drawing for Excel, and what is said here instead.
WORDS: Final = {
    "F5 goes to a form: go_log, go_promise, go_dispute, go_message, go_customer.": (
        "Ctrl+J, then a name, goes to a form: go_log, go_promise, go_dispute, go_message."
    ),
    "click a number to call, an address to write": "click an address to write; Details in the ARC menu calls",
}
#: The first column that scrolls, of tabs with columns that do not. A text may end where those do, so it begins here.
_SCROLLS: Final = {
    worklist.SHEET: worklist.PAGE.freeze.column if worklist.PAGE.freeze else 0,
    aging.SHEET: aging.CURRENCY + 1,
    kpis.SHEET: kpis.NAME + 1,
}


def adapt(drawing: Drawing, look: Look) -> Drawing:
    """Return the drawing as a spreadsheet shows it."""
    column = _SCROLLS.get(drawing.sheet)
    cells = {_moved(place, drawn, column): _adapted(drawn) for place, drawn in drawing.cells.items()}
    if drawing.sheet == kpis.SHEET:
        for at in [p for p in cells if p.column == kpis.LINE and p.row >= kpis.FIRST_ROW]:
            cells[at] = cells[at]._replace(value=sparkline(at.row, look))
    if drawing.sheet == account.SHEET:
        return _with_tall_cells(replace(drawing, cells=cells))
    return replace(drawing, cells=cells)


def headed(place: Place, column: int | None) -> Place:
    """Return where a cell goes if title and sentence, which begin in column B, are to begin in another one."""
    return Place(place.row, column) if column and place.row <= _HEAD_ROWS and place.column == 1 else place


_HEAD_ROWS: Final = records.SENTENCE.row


def _adapted(drawn: Drawn) -> Drawn:
    value = drawn.value
    if isinstance(value, Link):
        text = sendable(value.text)
        if not value.target.startswith("tel:"):
            return drawn._replace(value=Link(value.target, text))
        return Drawn(text, ".".join("text" if word == "link" else word for word in drawn.role.split(".")))
    if isinstance(value, str):
        return drawn._replace(value=sendable(WORDS.get(value, value)))
    return drawn


def _moved(place: Place, drawn: Drawn, column: int | None) -> Place:
    """Return where a cell goes: a text that is read across, above or below a table, begins where columns scroll."""
    if column and place.column < column and drawn.role == "slate.small":
        return Place(place.row, column)
    return headed(place, column)


def _with_tall_cells(drawing: Drawing) -> Drawing:
    """Return the drawing with all cells of those that are one over several rows; people type into them."""
    covered = {
        Place(row, area.left): Drawn(None, drawing.cells[Place(area.top, area.left)].role)
        for area in form.TALL
        for row in range(area.top + 1, area.bottom + 1)
        if Place(area.top, area.left) in drawing.cells
    }
    return replace(drawing, cells={**drawing.cells, **covered}, entries=drawing.entries | frozenset(covered))
