"""What happened when a batch was applied: its copies against its record.

Pure: the same whether the answer of the batch is at hand, or the book is read an hour later because it got lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from arc_sheets.cells import Formula
from arc_sheets.tab import Tab
from arc_sync.books.draw import account
from arc_sync.books.form import LABELS, PLACES, THEN
from arc_sync.books.google.layout import NAMELESS, STAMP, Layout, beside, header_in, names_of, table
from arc_sync.books.google.masking import is_alike
from arc_sync.books.google.prints import print_of, print_of_all
from arc_sync.books.google.reading import Grid, Raw
from arc_sync.books.google.record import REPAIR, Aim, Cell, Hit, Record, is_stamp
from arc_sync.books.google.sheets import RECORD_TABS
from arc_sync.books.layout import SEAL
from arc_sync.books.seals import is_ours, read_seals
from arc_sync.merge.issues import ID
from arc_sync.merge.sealing import seal_of
from arc_sync.xlsx.formulas import shift
from arc_sync.xlsx.refs import Place, parse_area

#: Rows of a sheet's top that are copied, so that its header is found although rows were put above it.
HEAD_ROWS: Final = 8
#: Batches that a hit outlives whose row is not found: the row may come back by an undo.
_KEPT: Final = 200
#: Where the copies begin on `_ARC_PRE`: the first column has the record.
LEFT: Final = 1
_TABS: Final[Mapping[str, Tab]] = {tab.title: tab for tab in RECORD_TABS}
_COMPUTED: Final = {column.name for tab in RECORD_TABS for column in tab.computed}


@dataclass(slots=True)
class Judged:
    """What a batch did."""

    hits: list[Hit] = field(default_factory=list)  #: open now, oldest first
    held: bool = True  #: all of the plan was written over what was read
    form_held: bool = True  #: all of the form's entries were


class Copies:
    """The rows that a batch copied before it wrote, by sheet and row."""

    def __init__(self, record: Record, scratch: Grid) -> None:
        self._rows: dict[tuple[int, int], int] = {}
        self._scratch = scratch
        at = record.base
        for sheet, first, last, _ in record.copied:
            for row in range(first, last + 1):
                self._rows[sheet, row] = at + row - first
            at += last - first + 1

    def row(self, sheet: int, row: int) -> list[Raw]:
        """Return a row as it was, blanks at its end left out; formulas as they refer from there."""
        at = self._rows.get((sheet, row))
        cells = self._scratch.row(at)[LEFT:] if at is not None else ()
        return [
            Formula(shift(cell.text, row - (at or 0), -LEFT)) if isinstance(cell, Formula) else cell
            for cell in cells
        ]

    def source(self, sheet: int, row: int, column: int) -> tuple[int, int]:
        """Return where on `_ARC_PRE` the copy of a cell is."""
        return self._rows[sheet, row], LEFT + column


def judge(record: Record, scratch: Grid, sheets: Mapping[str, int]) -> Judged:
    """Return what became of a batch; `sheets` are the ids of ARC's sheets by title."""
    return _Judge(record, scratch, {number: title for title, number in sheets.items()}).run()


class _Judge:
    def __init__(self, record: Record, scratch: Grid, titles: Mapping[int, str]) -> None:
        self._record, self._titles = record, titles
        self._copies = Copies(record, scratch)
        self._names: dict[int, list[str] | None] = {}
        self._healed: dict[str, set[str]] = {}
        self._followed: dict[str, list[str]] = {}

    def run(self) -> Judged:
        record, judged = self._record, Judged()
        broken = self._broken()
        new: list[Hit] = []
        for aim in record.aims:
            cells = self._copies.row(aim.sheet, aim.row)
            self._follow(aim, cells)
            if aim.mark in broken:
                new += self._hit(aim, cells)
                judged.held &= aim.part == REPAIR
                judged.form_held &= not aim.part.startswith("form")
            else:
                self._heal(aim)
        for hit in self._overdrawn():
            new.append(hit)
            judged.held = False
        judged.hits = [*self._left(), *new]
        return judged

    def _follow(self, aim: Aim, cells: Sequence[Raw]) -> None:
        """Let the earlier hits on a row be found by its new stamp; several may lie on one another."""
        texts = {cell for cell in cells if isinstance(cell, str)}
        names, meant = self._head(aim.sheet), {hit for hit, _ in aim.heals}
        for hit in (hit for hit in self._record.hits if hit.sheet == aim.sheet):
            by_id = hit.gave(cells) or hit.had(cells)
            alike = is_alike(cells, names, hit, there=hit.id in meant)
            if by_id or not texts.isdisjoint(hit.marks) or alike:
                self._followed.setdefault(hit.id, []).append(aim.mark)

    def _broken(self) -> set[str]:
        """Return the marks of aims that did not find what was read; of a block of the form whose *Then* moved, all."""
        missed = [aim for aim in self._record.aims if not self._found(aim)]
        blocks = {aim.part.removesuffix(THEN) for aim in missed if aim.part.endswith(f" {THEN}")}
        whole = (a for a in self._record.aims if a.part.startswith("form ") and _block(a.part) in blocks)
        return {aim.mark for aim in (*missed, *whole)}

    def _found(self, aim: Aim) -> bool:
        places = self._record.heads.get(aim.sheet)
        if places is not None:
            names = self._head(aim.sheet)
            if names is None or any(
                column >= len(names) or names[column] != name for name, column in places.items()
            ):
                return False
        if aim.row < 0:
            return True
        return expected(self._copies.row(aim.sheet, aim.row), aim.checked, places) == aim.expect

    def _head(self, sheet: int) -> list[str] | None:
        """Return the names of a sheet's columns at that moment; None for a sheet without header."""
        if sheet not in self._names:
            tab = _TABS.get(self._titles.get(sheet, ""))
            top = [self._copies.row(sheet, row) for row in range(HEAD_ROWS)]
            at = header_in(tab, top) if tab else None
            self._names[sheet] = names_of(tab, top[at]) if tab and at is not None else None
        return self._names[sheet]

    def _hit(self, aim: Aim, cells: Sequence[Raw]) -> Iterator[Hit]:
        """Yield what is to be put right after an aim that missed."""
        places = self._record.heads.get(aim.sheet)
        names = self._head(aim.sheet) if places is not None else None
        if places is not None and names is None:  # the header cannot be found: as it was read
            names = named(places)
        dirt, mine, typed = [], print_of(aim.mark), self._was_typed_over(aim.sheet, cells, names)
        for column, wrote in aim.wrote.items():
            held = cells[column] if column < len(cells) else None
            cell = self._cell(aim, names, column, held)
            its_stamp = cell.name == STAMP and wrote == mine  # where it belongs: nobody misses the old one
            if print_of(held) != wrote and not its_stamp:
                dirt.append(cell._replace(typed=typed and cell.name in _COMPUTED))
        if not dirt:
            return
        key = _key(cells, names)
        marks, given = ((*_left_on(aim, cells), aim.mark), _given(aim)) if names is not None else ((), "")
        yield Hit(aim.mark, aim.sheet, marks, key, aim.row, tuple(dirt), self._record.number, given)

    def _was_typed_over(self, sheet: int, cells: Sequence[Raw], names: Sequence[str] | None) -> bool:
        """Say whether somebody but ARC wrote into a row's computed cells: its seal tells."""
        tab = _TABS.get(self._titles.get(sheet, ""))
        if tab is None or not names or SEAL not in names:
            return False
        places = {name: c for c, name in enumerate(names)}
        layout = Layout(tab, Grid(sheet, [list(cells)]), -1, places)
        return layout.grid.at(0, places[SEAL]) not in (None, seal_of(layout.cells(0, computed=True)))

    def _cell(self, aim: Aim, names: Sequence[str] | None, column: int, held: Raw) -> Cell:
        """Return a cell that was written, and all by which it is found again."""
        wrote = aim.wrote[column]
        if names is None:
            cell = Cell(f"@{column}", held, wrote)
        elif column < len(names) and not names[column].startswith("?"):
            cell = Cell(names[column], held, wrote)
        else:
            name = names[column] if column < len(names) else NAMELESS
            near = beside(names, column) if name == NAMELESS else ""
            cell = Cell(name, held, wrote, near=near, missing=self._missing(aim.sheet, names))
        if not isinstance(held, Formula):
            return cell
        return cell._replace(
            source=self._copies.source(aim.sheet, aim.row, column), names=tuple(table(names or ()))
        )

    def _missing(self, sheet: int, names: Sequence[str]) -> tuple[str, ...]:
        tab = _TABS.get(self._titles.get(sheet, ""))
        return tuple(c.name for c in tab.columns if c.name not in names) if tab else ()

    def _heal(self, aim: Aim) -> None:
        for hit, cell in aim.heals:
            self._healed.setdefault(hit, set()).add(cell)

    def _left(self) -> Iterator[Hit]:
        """Yield the earlier hits that are still open, found by the new stamps as well."""
        for hit in self._record.hits:
            healed = self._healed.get(hit.id, set())
            cells = tuple(c for c in hit.cells if c.key not in healed)
            if cells and hit.since > self._record.number - _KEPT:
                yield hit._replace(cells=cells, marks=(*hit.marks, *self._followed.get(hit.id, ())))

    def _overdrawn(self) -> Iterator[Hit]:
        """Yield what was typed on a report after it was read and before it was drawn anew."""
        before = self._values_before()
        for sheet, area, known in self._record.drawn:
            title = self._titles.get(sheet, "")
            ours = read_seals(title, before) or frozenset()
            held = parse_area(area)
            for row in range(held.top - 1, held.bottom):
                yield from self._typed(sheet, row, (held.left, held.right), ours | set(known))

    def _typed(self, sheet: int, row: int, span: tuple[int, int], ours: Collection[str]) -> Iterator[Hit]:
        form = self._titles.get(sheet) == account.SHEET
        for column, held in enumerate(self._copies.row(sheet, row)):
            place = Place(row + 1, column)
            inside = span[0] <= column <= span[1] and not (form and is_entry(place))
            if held is not None and inside and not (is_ours(held, ours) or print_of(held) in ours):
                source = self._copies.source(sheet, row, column) if isinstance(held, Formula) else None
                mark = f"{self._record.number}.{sheet}.{row}.{column}"
                cell = Cell(f"@{column}", held, "", source)
                yield Hit(mark, sheet, (), "", row, (cell,), self._record.number)

    def _values_before(self) -> dict[str, str]:
        sheet = next((s for s, title in self._titles.items() if title == "_ARC"), 0)
        rows = [self._copies.row(sheet, row) for s, first, last, _ in self._record.copied if s == sheet
                for row in range(first, last + 1)]  # fmt: skip
        return {str(r[0]): str(r[1]) for r in rows if len(r) > 1 and r[0] is not None and r[1] is not None}


def _block(part: str) -> str:
    """Return what the parts of one block of the form have in common: "form log "."""
    return part[: part.rfind(" ") + 1]


def is_entry(place: Place) -> bool:
    """Say whether a cell of Account belongs to people: the customer picked there, the form."""
    return place.row == account.PICKER.row or place in PLACES.values()


def _left_on(aim: Aim, cells: Sequence[Raw]) -> list[str]:
    """Return the stamps that an aim left on a row: they find it, should somebody type over the new one."""
    return [
        cell
        for c, cell in enumerate(cells)
        if isinstance(cell, str) and is_stamp(cell) and c not in aim.wrote
    ]


def _given(aim: Aim) -> str:
    """Return the id that an aim gives its row: what finds it, should the column go in which its stamp stands."""
    kind, _, row = aim.part.partition(" ")
    return row if kind in ("add", "stamp") else ""


def expected(cells: Sequence[Raw], checked: Sequence[int], places: Mapping[str, int] | None) -> str:
    """Return the print by which a row is recognised: its id and stamp, and the cells to be checked."""
    columns = [places[name] for name in (ID, STAMP) if name in places] if places else []
    return print_of_all(cells[c] if c < len(cells) else None for c in (*columns, *checked))


def named(places: Mapping[str, int]) -> list[str]:
    """Return the names of columns from left to right; "?" for those that are not ARC's."""
    names = {column: name for name, column in places.items()}
    return [names.get(column, "?") for column in range(max(names, default=-1) + 1)]


def _key(cells: Sequence[Raw], names: Sequence[str] | None) -> str:
    column = LABELS if names is None else names.index(ID) if ID in names else -1
    found = cells[column] if 0 <= column < len(cells) else None
    return found if isinstance(found, str) else ""
