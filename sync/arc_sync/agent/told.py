"""What earlier imports said of a row, by its history: so that an import brings only what is new in the file.

A file that says the same as the last one says nothing new, and what people changed since stands. The base of
a field is what the newest import that changed it wrote, or the undo of one brought back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple, TypeAlias

from arc_sheets.cells import Row, Value
from arc_sheets.tabs import BY_NAME
from arc_sync.ledger.port import View
from arc_sync.merge.history import Change

#: The source of changes that an import made, and of those that an undo made.
IMPORT: Final = "import"
UNDO: Final = "undo"

#: (tab name, row id)
Place: TypeAlias = tuple[str, str]

_FEW: Final = 500  #: up to so many rows are asked for one by one
_PAGE: Final = 20_000  #: changes read at a time


class Said(NamedTuple):
    """What the imports wrote into a row last: by field index."""

    told: Mapping[int, Value]

    def new(self, index: int, value: Value) -> bool:
        """Say whether the file says something else than the import that wrote the field last."""
        return index not in self.told or self.told[index] != value


def said_before(view: View, places: Collection[Place]) -> Mapping[Place, Said]:
    """Return what earlier imports said of these rows, those left out that have no history."""
    found = _one_by_one(view, places) if len(places) <= _FEW else _read_through(view, places)
    return {place: Said(_told(changes)) for place, changes in found.items()}


def _one_by_one(view: View, places: Collection[Place]) -> dict[Place, list[Change]]:
    """Return the changes of each row since it began, newest first."""
    found: dict[Place, list[Change]] = {}
    for tab, row in places:
        for change in reversed(view.history(BY_NAME[tab], row)):
            found.setdefault((tab, row), []).append(change)
            if change.before is None:  # where the row began: nothing earlier matters
                break
    return found


def _read_through(view: View, places: Collection[Place]) -> dict[Place, list[Change]]:
    """Return the same, from the whole history read newest first, as far as needed."""
    wanted = set(places)
    found: defaultdict[Place, list[Change]] = defaultdict(list)
    end = view.head().n
    while wanted and end > 0:
        since = max(0, end - _PAGE)
        for change in reversed(view.changes(since, end)):
            place = (change.tab, change.row)
            if place in wanted:
                found[place].append(change)
                if change.before is None:
                    wanted.discard(place)
        end = since
    return found


def _told(newest_first: Collection[Change]) -> dict[int, Value]:
    """Return the last imported value of each field that an import wrote."""
    told: dict[int, Value] = {}
    for change in newest_first:
        if change.source not in (IMPORT, UNDO) or not isinstance(change.after, tuple):
            continue
        before: Row = change.before if isinstance(change.before, tuple) else (None,) * len(change.after)
        fresh = change.before is None
        for index, (was, now) in enumerate(zip(before, change.after, strict=True)):
            if fresh or was != now:
                told.setdefault(index, now)
    return told
