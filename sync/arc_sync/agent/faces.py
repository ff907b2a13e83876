"""Computed cells: which must be written, and what people typed over them.

A row's hidden seal is a fingerprint of its computed cells as ARC last wrote them. Where it does not fit, a
person typed there, and what they typed is said in a notice before ARC writes over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arc_sheets.cells import CellValue, Unreadable, Value, read_cell, verbatim
from arc_sheets.tab import Tab
from arc_sync.books.port import SetFace
from arc_sync.ledger.port import Transaction
from arc_sync.merge import words
from arc_sync.merge.issues import Issue, IssueKey, IssueKind
from arc_sync.merge.plan import Drop
from arc_sync.merge.snapshot import Faces, Shows, currency_of


def seal_of(values: Sequence[Value | Unreadable]) -> str:
    """Return the fingerprint of computed cells: as long as it fits, nobody but ARC has written there."""
    return words.digest("\x1f".join(v.text if isinstance(v, Unreadable) else str(v) for v in values))


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
                values = computed.get(i, blank)
                cells = shows.cells(rows[i], values)
                if cells != face.cells and (step := self._step(i, face, values, cells)):
                    found.append(step)
        return found

    def dropped(self, faces: Mapping[str, Faces], drops: Sequence[Drop]) -> None:
        """Say what a person typed in rows that are taken out."""
        for drop in drops:
            face, currency = faces[drop.row], currency_of(self.tab, drop.seen)
            columns = zip(self.tab.computed, face.cells, strict=True)
            if face.seal != seal_of([read_cell(c, v, currency) for c, v in columns]):
                self._say(drop.row, face.cells, (None,) * len(face.cells))

    def _step(
        self, i: str, face: Faces, values: tuple[Value, ...], cells: tuple[CellValue, ...]
    ) -> SetFace | None:
        columns, currency = self.tab.computed, currency_of(self.tab, self.t.rows(self.tab)[i])
        cells = tuple(v if c.name in self.present else None for c, v in zip(columns, cells, strict=True))
        if cells == face.cells:
            return None
        seen = [read_cell(c, v, currency) for c, v in zip(columns, face.cells, strict=True)]
        if face.seal != seal_of(seen):
            self._say(i, face.cells, cells)
        return SetFace(self.tab.name, i, face.cells, cells, seal_of(values))

    def _say(self, i: str, typed: Sequence[CellValue], cells: Sequence[CellValue]) -> None:
        for column, seen, cell in zip(self.tab.computed, typed, cells, strict=True):
            if seen != cell and (text := verbatim(seen)):
                key = IssueKey(self.book, self.tab.name, i, f"{column.name}#{words.digest(text)}")
                why = words.restored(self.tab, column, text)
                self.t.put_issue(key, Issue(IssueKind.NOTICE, self.now, mine=text, why=why))
