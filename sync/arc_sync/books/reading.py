"""What a session reads of a workbook, be it a closed file or one that is open on the desktop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from arc_sheets.cells import verbatim
from arc_sheets.tab import Tab
from arc_sync.books import entries, overtyped
from arc_sync.books import layout as layouts
from arc_sync.books.charted import charted
from arc_sync.books.contents import Meta
from arc_sync.books.draw.account import PICKER
from arc_sync.books.draw.account import SHEET as ACCOUNT
from arc_sync.books.draw.issues import ISSUES
from arc_sync.books.drawing import Drawing
from arc_sync.books.form import Form
from arc_sync.books.hidden import Hidden
from arc_sync.books.layout import Layout, Reader
from arc_sync.books.port import LastDrawn, ShownIssue
from arc_sync.books.seals import Typed
from arc_sync.books.sheets import Workbook
from arc_sync.merge.snapshot import ReadRow, ReadTab
from arc_sync.xlsx import Row
from arc_sync.xlsx.refs import cell_ref


class Reading(ABC):
    """The reading half of a `Session`; whoever inherits it opens the workbook, and writes."""

    _hidden: Hidden
    _layouts: dict[str, Layout | None]  #: of the tabs that were read

    @property
    @abstractmethod
    def _workbook(self) -> Workbook:
        """The workbook as it was read."""

    @abstractmethod
    def _said(self) -> AbstractContextManager[None]:
        """Say what goes wrong as a book's error."""

    def meta(self) -> Meta:
        """Return the book's identity and bookmark."""
        return self._hidden.meta

    def read(self, tab: Tab) -> ReadTab:
        """Return one record tab; its rows are read while they are walked. Raises `BookRefused`."""
        with self._said():
            layout = self._layouts[tab.name] = layouts.find(self._workbook, tab)
        if layout is None:
            return ReadTab(tab, frozenset())
        return ReadTab(tab, layout.present, self._rows(layout))

    def _rows(self, layout: Layout) -> Iterator[ReadRow]:
        with self._said():
            yield from layouts.walk(layout, self._reader(layout))

    def _reader(self, layout: Layout) -> Callable[[Row], ReadRow | None]:
        """Return what turns rows of a tab's sheet into ARC's."""
        return Reader(layout, date1904=self._workbook.date1904).row

    def issues(self) -> Sequence[ShownIssue]:
        """Return the lines of the Issues tab; none if the tab is gone."""
        rows = self.read(ISSUES).rows
        return [ShownIssue(row.id, verbatim(row.cells[0]), row.seal) for row in rows if row.id]

    def overtaken(self) -> Mapping[str, Sequence[Typed]]:
        """Return nothing: each cell is written only over what was read."""
        return {}

    def form(self) -> Form:
        """Return the form on the Account tab, each cell read where its label stands."""
        with self._said():
            return entries.read_form(self._workbook, self._hidden, self.account())

    def account(self) -> str:
        """Return the customer picked on the Account tab."""
        if ACCOUNT not in self._workbook.sheet_names:
            return ""
        cell = self._workbook.sheet(ACCOUNT).cell(cell_ref(*PICKER))
        return cell.raw or "" if cell.type == "s" else ""

    def drawn(self) -> LastDrawn:
        """Return what ARC last drew, and when."""
        values = self._hidden.values
        digests = {k.removeprefix("drawn "): v for k, v in values.items() if k.startswith("drawn ")}
        synced = datetime.fromisoformat(values["synced"]) if values.get("synced") else None
        return LastDrawn(synced, digests, charted(values), "close the book and sync")

    def typed(self, drawing: Drawing) -> Sequence[Typed]:
        """Return what people typed where a drawing would go."""
        with self._said():
            return overtyped.on_report(self._workbook, self._hidden, drawing)

    def typed_on_issues(self, many: int) -> Sequence[Typed]:
        """Return what people typed where `many` lines of the Issues tab would go."""
        layout = self._layouts.get(ISSUES.name)
        with self._said():
            return overtyped.on_issues(self._workbook, self._hidden, layout, many) if layout else ()
