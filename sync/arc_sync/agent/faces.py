"""Computed cells: which must be written, and what people typed over them.

A row's hidden seal is a fingerprint of its computed cells as ARC last wrote them. Where it does not fit, a
person typed there, and what they typed is said in a notice before ARC writes over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arc_sheets.cells import CellValue, Row, Value, verbatim
from arc_sheets.tab import Tab
from arc_sync.books.contents import BookRow
from arc_sync.books.port import SetFace
from arc_sync.ledger.port import Transaction
from arc_sync.merge import words
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from arc_sync.merge.plan import Drop
from arc_sync.merge.sealing import seal_of
from arc_sync.merge.snapshot import Faces, Shows


def book_row(tab: Tab, i: str, row: Row, computed: tuple[Value, ...] | None = None) -> BookRow:
    """Return a new row of a book, sealed; None: its computed cells are blank as yet."""
    cells = computed or (None,) * len(tab.computed)
    return BookRow(i, row, cells, seal_of(Shows(tab, tab.computed).cells(row, cells)))


@dataclass(frozen=True, slots=True)
class ComputedCells:
    """The computed cells of one tab: which differ from what they should be, and what people typed there."""

    tab: Tab
    present: frozenset[str]
    t: Transaction
    book: str
    now: datetime
    computed: Mapping[str, Mapping[str, tuple[Value, ...]]]  #: by tab name and row id

    def differing(self, faces: Mapping[str, Faces]) -> list[SetFace]:
        """Return the rows to write; what a person typed is said in a notice."""
        computed = self.computed.get(self.tab.name)
        if computed is None:
            return []
        rows, shows = self.t.rows(self.tab), Shows(self.tab, self.tab.computed)
        blank: tuple[Value, ...] = (None,) * len(self.tab.computed)
        found = []
        for i, face in faces.items():
            if i in rows:
                cells = shows.cells(rows[i], computed.get(i, blank))
                if cells != face.cells and (step := self._step(i, face, cells)):
                    found.append(step)
        return found

    def dropped(self, faces: Mapping[str, Faces], drops: Sequence[Drop]) -> None:
        """Say what a person typed in rows that are taken out."""
        for drop in drops:
            face = faces[drop.row]
            if face.seal != seal_of(face.cells):
                self._say(drop.row, face.cells, (None,) * len(face.cells))

    def _step(self, i: str, face: Faces, cells: tuple[CellValue, ...]) -> SetFace | None:
        columns = self.tab.computed
        cells = tuple(v if c.name in self.present else None for c, v in zip(columns, cells, strict=True))
        if cells == face.cells:
            return None
        if face.seal != seal_of(face.cells):
            self._say(i, face.cells, cells)
        return SetFace(self.tab.name, i, face.cells, cells, seal_of(cells))

    def _say(self, i: str, typed: Sequence[CellValue], cells: Sequence[CellValue]) -> None:
        for column, seen, cell in zip(self.tab.computed, typed, cells, strict=True):
            if seen != cell and (text := verbatim(seen)):
                key = IssueKey(self.book, self.tab.name, i, f"{column.name}#{words.digest(text)}")
                why = words.restored(self.tab, column, text)
                self.t.put_issue(key, Issue(IssueKind.NOTICE, self.now, mine=text, why=why))
