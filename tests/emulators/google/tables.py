"""Where values.append finds a table: the block of filled cells around the last filled cell of the range."""

from __future__ import annotations

from tests.emulators.google.a1 import Box
from tests.emulators.google.state import Sheet


def last_table(box: Box) -> Box | None:
    """Give the last table that touches the box, or None where the box is empty."""
    for row in range(min(box.bottom, len(box.sheet.rows)) - 1, box.top - 1, -1):
        cells = box.sheet.rows[row]
        filled = [column for column in cells if box.left <= column < box.right and not cells[column].empty]
        if filled:
            return _block(box.sheet, row, max(filled))
    return None


def _block(sheet: Sheet, row: int, column: int) -> Box:
    """Grow from one cell to all filled cells that touch, also over a corner."""
    top, left, bottom, right = row, column, row + 1, column + 1
    grown = True
    while grown:
        grown = False
        for at in range(max(top - 1, 0), min(bottom + 1, len(sheet.rows))):
            near = [
                one for one, cell in sheet.rows[at].items() if left - 1 <= one <= right and not cell.empty
            ]
            if near and (at < top or at >= bottom or min(near) < left or max(near) >= right):
                top, bottom = min(top, at), max(bottom, at + 1)
                left, right = min(left, *near), max(right, max(near) + 1)
                grown = True
    return Box(sheet, top, left, bottom, right)
