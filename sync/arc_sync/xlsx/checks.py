"""What an edit may not break: array formulas, data tables and merged cells; and what it needs to know of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arc_sync.xlsx.cells import attributes, column_of, patterns
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.formulas import Master, Shared
from arc_sync.xlsx.markup import attribute, find_tag, start_tag, with_attribute
from arc_sync.xlsx.refs import Area, area_ref, cell_ref, parse_area
from arc_sync.xlsx.scan import row_spans
from arc_sync.xlsx.shapes import NewRow
from arc_sync.xlsx.text import unescape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.xlsx.scan import Block, Names
    from arc_sync.xlsx.splice import Edit

    Edits = Mapping[int, Mapping[int, Edit]]


def note_formulas(block: Block, before: int, name: Names, shared: Shared, edits: Edits) -> None:
    """Remember the masters of shared formulas in a block.

    Raises Refused when a cell is edited that an array formula or a data table fills together with others.
    """
    if b"ref=" not in block.data:
        return
    known = patterns(name.prefix.decode())
    for span in row_spans(block.data, name, before):
        row = block.data[span.body : span.end]
        if b"ref=" not in row:
            continue
        column = -1
        for match in known.cell.finditer(row.decode()):
            column = column_of(attributes(match[1]), column)
            formula = known.formula.search(match[2] or "") if "ref=" in match[0] else None
            if formula is not None:
                own, text = attributes(formula[1]), unescape(formula[2] or "")
                if own.get("t") == "shared" and text:
                    shared[own.get("si", "")] = Master(text, span.number, column)
                _check_array(own, edits)


def _check_array(own: Mapping[str, str], edits: Edits) -> None:
    if own.get("t") not in {"array", "dataTable"} or "ref" not in own:
        return
    area = parse_area(own["ref"])
    hit = None if area.single else _first_edit(area, edits)
    if hit is not None:
        raise Refused(
            f"Cell {hit} belongs to a formula that fills {area_ref(area)} as one; change that formula in Excel."
        )


def check_merges(tail: bytes, edits: Edits) -> None:
    """Raise Refused when a value goes where merged cells would hide it; `tail` is what follows the rows."""
    for match in start_tag("mergeCell").finditer(tail):
        ref = attribute(match[0], "ref") if match[1] is not None else None
        hit = _first_edit(parse_area(ref), edits, but_corner=True) if ref else None
        if hit is not None and ref is not None:
            raise Refused(f"Cell {hit} is hidden inside the merged cells {ref}; unmerge them in Excel first.")


def _first_edit(area: Area, edits: Edits, *, but_corner: bool = False) -> str | None:
    """Name the first edited cell inside an area, if any; `but_corner` lets its top left cell be edited, and others blanked."""
    rows = range(area.top, area.bottom + 1)
    for number in rows if len(rows) < len(edits) else edits:
        if area.top <= number <= area.bottom:
            for column, edit in edits.get(number, {}).items():
                free = but_corner and ((number, column) == (area.top, area.left) or edit.value is None)
                if area.left <= column <= area.right and not free:
                    return cell_ref(number, column)
    return None


def with_dimension(head: bytes, edits: Edits) -> bytes:
    """Let `<dimension>` cover the cells that get a value."""
    found = find_tag("dimension", head)
    ref = attribute(found[0], "ref") if found else None
    filled = (
        {number: ends for number, row in edits.items() if (ends := _ends(row)) is not None} if ref else {}
    )
    if found is None or not ref or not filled:
        return head
    try:
        old = parse_area(ref)
    except Refused:  # a hint that is none
        return head
    left, right = min(first for first, _ in filled.values()), max(last for _, last in filled.values())
    new = Area(min(old.top, *filled), min(old.left, left), max(old.bottom, *filled), max(old.right, right))
    if new == old:
        return head
    return head[: found.start()] + with_attribute(found[0], "ref", area_ref(new)) + head[found.end() :]


def _ends(edits: Mapping[int, Edit]) -> tuple[int, int] | None:
    """Give the first and last column that gets a value."""
    if isinstance(edits, NewRow):  # a table's row counts whole
        return edits.layout.columns[0], edits.layout.columns[-1]
    filled = [column for column, edit in edits.items() if edit.value is not None]
    return (min(filled), max(filled)) if filled else None
