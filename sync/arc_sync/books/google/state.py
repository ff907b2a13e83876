"""One reading of a book: what stands in it, what is meant by it, and where everything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from arc_sheets.tab import Tab
from arc_sync.books.create import HIDDEN
from arc_sync.books.form import KEPT
from arc_sync.books.google.hidden import Hidden, mark_lines
from arc_sync.books.google.judging import Judged, judge
from arc_sync.books.google.layout import Layout, find
from arc_sync.books.google.masking import Masked, unmask
from arc_sync.books.google.reading import Grid, Snapshot
from arc_sync.books.google.record import Record, read_record
from arc_sync.books.google.sheets import RECORD_TABS, SCRATCH


@dataclass(frozen=True)
class State:
    """A book as it was read; nothing here changes."""

    snapshot: Snapshot
    ids: Mapping[str, int]  #: of ARC's sheets that are there, by title
    hidden: Hidden
    known: Mapping[str, int]  #: of those that are gone, too

    @cached_property
    def record(self) -> Record:
        """What the last batch left; an empty one before the first."""
        found = read_record(self.snapshot.grids.get(SCRATCH))
        return found if found and found.step == self.snapshot.step else Record()

    @cached_property
    def judged(self) -> Judged:
        """What became of the last batch."""
        scratch = self.snapshot.grids.get(SCRATCH)
        return judge(self.record, scratch, self.known) if scratch and self.record.step else Judged()

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The lines of `_ARC` as they count: a bookmark that was written over a hit has not moved."""
        kept = dict(self.hidden.values)
        if not self.judged.held:
            kept |= mark_lines(self.record.was)
        if self.record.forms and not self.judged.form_held:
            kept[KEPT] = self.record.forms[1]
        return kept

    @cached_property
    def masked(self) -> Masked:
        """The sheets as people mean them."""
        titles = {number: title for title, number in self.ids.items()}
        return unmask(self.snapshot.grids, self.judged.hits, titles, self.hidden.values)

    @property
    def lost(self) -> Sequence[tuple[str, str, str]]:
        """What people typed that stands nowhere now: sheet, cell, text."""
        return list(dict.fromkeys([*self.record.lost, *self.masked.lost]))

    @cached_property
    def layouts(self) -> Mapping[str, Layout | None]:
        """Where the record tabs' columns and rows stand, by the tab's name."""
        return {tab.name: find(self.masked.grids.get(tab.title), tab) for tab in RECORD_TABS}

    def layout(self, tab: Tab) -> Layout | None:
        """Return where a tab's columns and rows stand; None if it is gone."""
        return self.layouts.get(tab.name)

    def grid(self, title: str) -> Grid | None:
        """Return a sheet as people mean it."""
        return self.masked.grids.get(title)

    @property
    def physical(self) -> dict[int, Grid]:
        """The sheets as they stand, by id."""
        return {grid.sheet: grid for grid in self.snapshot.grids.values()}

    @property
    def places(self) -> dict[int, Mapping[str, int]]:
        """Columns by name, by the sheet's id, of the tabs that have a header."""
        found = [layout for layout in self.layouts.values() if layout]
        return {layout.grid.sheet: layout.places for layout in found}

    @property
    def sound(self) -> bool:
        """Say whether batches can be written: the hidden sheets are there."""
        return HIDDEN in self.ids and SCRATCH in self.ids
