"""The book as people mean it: where a batch of ours hit what it did not aim at, what stood there before.

The merge sees only this view. A hit cell counts as hit as long as it holds what ARC wrote there, wherever its row has
gone meanwhile; once a person typed over it, it is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from arc_sheets.cells import Formula, verbatim
from arc_sheets.tab import Tab
from arc_sync.books.form import LABELS
from arc_sync.books.google.layout import NAMELESS, SEARCHED, beside, header_in, names_of, table
from arc_sync.books.google.prints import BLANK, print_of
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.books.google.record import Cell, Hit, is_stamp
from arc_sync.books.google.references import follow
from arc_sync.books.google.sheets import RECORD_TABS
from arc_sync.books.seals import is_ours, read_seals
from arc_sync.merge.issues import ID
from arc_sync.xlsx.refs import cell_ref

_TABS: Final[Mapping[str, Tab]] = {tab.title: tab for tab in RECORD_TABS}


class Spot(NamedTuple):
    """A cell: the sheet's title, row and column from 0."""

    title: str
    row: int
    column: int


@dataclass(slots=True)
class Dirt:
    """What ARC is to put back into a cell."""

    value: Raw
    source: tuple[int, int] | None = None  #: where on `_ARC_PRE` it is kept, if it is a formula
    hits: list[tuple[str, str]] = field(default_factory=list)  #: whose it is: hits, and which of their cells


@dataclass(slots=True)
class Masked:
    """The view, and what lies under it."""

    grids: dict[str, Grid]
    dirt: dict[Spot, Dirt] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)  #: still open, oldest first
    lost: list[tuple[str, str, str]] = field(
        default_factory=list
    )  #: sheet, cell, and the text that was typed there


def unmask(
    grids: Mapping[str, Grid], hits: Sequence[Hit], titles: Mapping[int, str], kept: Mapping[str, str]
) -> Masked:
    """Return the view; `titles` are those of ARC's sheets by id, `kept` are the lines of `_ARC`."""
    masked = Masked(dict(grids))
    for hit in reversed(hits):  # the newest first: it may lie on top of an older one
        title = titles.get(hit.sheet, "")
        if title in masked.grids:
            _lift(masked, grids[title], title, hit, kept)
        else:
            masked.hits.append(hit)
    masked.hits.reverse()
    return masked


def _lift(masked: Masked, stands: Grid, title: str, hit: Hit, kept: Mapping[str, str]) -> None:
    """Undo one hit in the view; `stands` is the sheet as it stands."""
    grid = masked.grids[title]
    names = _names(grid, title)
    row, sure = _row(stands, grid, names, hit)
    if row is None:
        masked.hits.append(_gone(masked, grid, title, names, hit))
        return
    view, left, lost, taken = grid.copy(), [], [], set[int]()
    width = len(grid.row(row))
    for cell in hit.cells:
        places = _columns(names, cell, width)
        holding = [c for c in places if c not in taken and _holds(grid, row, c, cell, title, kept)]
        column = _the_one(names or (), holding, cell)
        if column is not None:
            taken.add(column)
            left.append(cell)
            held, source = _home(cell, names or (), row - hit.row)
            view.put(row, column, held)
            dirt = masked.dirt.setdefault(Spot(title, row, column), Dirt(held))
            dirt.value, dirt.source = held, source
            dirt.hits.append((hit.id, cell.key))
        elif not hit.told and _is_lost(grid, row, places, cell, title):
            lost.append((title, cell_ref(row + 1, places[0]), verbatim(cell.held)))
    masked.grids[title] = view
    if left:
        masked.hits.append(hit._replace(cells=tuple(left)))
    elif not sure:  # another row with that id: the one that ARC added anew where this one was deleted
        masked.hits.append(hit._replace(key="", given="", told=True))
    masked.lost += lost


def _gone(masked: Masked, grid: Grid, title: str, names: Sequence[str] | None, hit: Hit) -> Hit:
    """Keep a hit whose row was deleted, as an undo may bring it back; what it covers was shown to nobody, and is told."""
    for cell in () if hit.told else hit.cells:
        places = _columns(names, cell, 0)
        if _is_lost(grid, -1, places, cell, title):
            masked.lost.append((title, cell_ref(hit.row + 1, places[0]), verbatim(cell.held)))
    return hit._replace(told=True)


def _names(grid: Grid, title: str) -> list[str] | None:
    tab = _TABS.get(title)
    header = header_in(tab, grid.rows[:SEARCHED]) if tab else None
    return names_of(tab, grid.row(header)) if tab and header is not None else None


def _row(stands: Grid, grid: Grid, names: Sequence[str] | None, hit: Hit) -> tuple[int | None, bool]:
    """Find the row of a hit, and say whether it is surely that one: by its marks, else by the id it was given or had.

    On a sheet without ids by its label. A mark may be where it stands, or where it is meant to: newer hits may have
    moved it. An id is not enough: rows that are deleted and added anew have the same, and if they have no stamp that
    says so, nobody can be sure.
    """
    if not hit.marks:
        labelled = [n for n in range(len(grid.rows)) if hit.key and grid.at(n, LABELS) == hit.key]
        return min(labelled, key=lambda n: abs(n - hit.row), default=hit.row), True
    for rows in (stands.rows, grid.rows):
        if (at := _marked(rows, hit.marks)) is not None:
            return at, True
    given = (n for rows in (stands.rows, grid.rows) for n, cells in enumerate(rows) if hit.gave(cells))
    if (at := next(given, None)) is not None:
        return at, False
    had = (
        n
        for n, cells in enumerate(grid.rows)
        if hit.had(cells) or is_alike(cells, names, hit, there=n == hit.row)
    )
    return next(had, None), False


def is_alike(cells: Sequence[Raw], names: Sequence[str] | None, hit: Hit, *, there: bool) -> bool:
    """Say whether a new row is the one that was just hit: all else stands there, so somebody took the stamp away.

    A single value is enough only where the row stood, and if nothing else stands on it. Nor is anything once the row
    was gone: then a person may have typed the same on another one.
    """
    if hit.told or hit.key or not names or ID not in names:
        return False
    column = names.index(ID)
    if (column < len(cells) and cells[column] is not None) or any(map(is_stamp, cells)):
        return False
    wrote = [cell for cell in hit.cells if cell.wrote not in ("", BLANK, print_of(hit.id))]
    prints = dict(enumerate(map(print_of, cells)))
    stands = (any(prints.get(c) == one.wrote for c in _columns(names, one, len(cells))) for one in wrote)
    alone = there and len(wrote) == sum(cell is not None for cell in cells) == 1
    return (alone or len(wrote) > 1) and all(stands)


def _marked(rows: Sequence[Sequence[Raw]], marks: Sequence[str]) -> int | None:
    """Return the row with the newest of a hit's stamps: older ones may be on a copy of the row, too."""
    age = {mark: n for n, mark in enumerate(marks)}
    found = [
        (age[cell], n)
        for n, cells in enumerate(rows)
        for cell in cells
        if isinstance(cell, str) and cell in age
    ]
    return max(found, key=lambda at: at[0])[1] if found else None


def _the_one(names: Sequence[str], holding: Sequence[int], cell: Cell) -> int | None:
    """Choose among the columns that hold what ARC wrote: of those without header, the one that stands as it stood.

    A blank is in many columns: unless a name or a place says which was blanked, none is chosen, and the text is told.
    """
    if cell.near:
        sure = [c for c in holding if beside(names, c) == cell.near]
    elif cell.name.startswith("@"):
        sure = list(holding)
    else:
        sure = [c for c in holding if c < len(names) and names[c] in {cell.name, *cell.missing}]
    return next(iter(sure or (holding if cell.wrote != BLANK else ())), None)


def _home(cell: Cell, names: Sequence[str], down: int) -> tuple[Raw, tuple[int, int] | None]:
    """Return what a cell gets back, and from where a formula is copied: it is spelled out where columns have moved."""
    if not isinstance(cell.held, Formula) or not cell.names or [*cell.names] == [*table(names)]:
        return cell.held, cell.source
    return Formula(follow(cell.held.text, down, cell.names, names)), None


def _columns(names: Sequence[str] | None, cell: Cell, width: int) -> list[int]:
    """Return where a cell of a row of that width may stand now: its column by name, else any that is not ARC's.

    Columns without a header all go by one name, those right of the last header, too.
    """
    if cell.name.startswith("@") or names is None:
        return [int(cell.name.removeprefix("@"))] if cell.name.startswith("@") else [0]
    exactly = [c for c, name in enumerate(names) if name == cell.name]
    strange = [c for c, name in enumerate(names) if name.startswith("?")]
    if cell.name == NAMELESS:
        return [*(exactly or strange), *range(len(names), max(width, len(names) + 1))]
    renamed = [c for c, name in enumerate(names) if name in cell.missing]
    return exactly or [*renamed, *strange, len(names)]


def _holds(grid: Grid, row: int, column: int, cell: Cell, title: str, kept: Mapping[str, str]) -> bool:
    """Say whether a cell still holds what ARC wrote there: on a report, anything that ARC draws."""
    now = grid.at(row, column)
    if cell.wrote:
        return print_of(now) == cell.wrote
    return now != cell.held and (now is None or is_ours(now, read_seals(title, kept) or ()))


def _is_lost(grid: Grid, row: int, places: Sequence[int], cell: Cell, title: str) -> bool:
    """Say whether what a cell held stands in none of its places now, and is a person's."""
    if cell.held is None or any(grid.at(row, c) == cell.held for c in places):
        return False
    tab = _TABS.get(title)
    stored = tab is None or cell.name.startswith("?") or cell.name in {c.name for c in tab.stored}
    return stored or cell.typed


def covered(masked: Masked, title: str) -> Iterator[tuple[Spot, Dirt]]:
    """Yield the dirt of one sheet."""
    yield from ((spot, dirt) for spot, dirt in masked.dirt.items() if spot.title == title)
