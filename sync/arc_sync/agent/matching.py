"""Which row of the ledger an entry of an import speaks of, and by what name its customer and invoice go there.

A customer is found by name, an invoice by number, both without regard to case; else by the id that an earlier
import gave the row, so that one renamed since is still the same. Everything else goes by that id alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from arc_sheets.applied import respelled
from arc_sheets.cells import Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME, INVOICES, RECORD_TABS
from arc_sync.intake import Entry
from arc_sync.ledger.port import View

_SPACE: Final = uuid.UUID("6f0a8a0e-5e6b-5c0d-9d3c-3a52d3f3b1a7")
_DIGITS: Final = 32
_VERSION: Final = 12  #: the digit of an id that says how it was made

#: By tab name: the columns that name a row of another tab, and that tab.
_REFERENCES: Final = {
    tab.name: [(column.name, BY_NAME[column.refers]) for column in tab.stored if column.refers]
    for tab in RECORD_TABS
}


def row_id(entry: Entry) -> str:
    """Return the id of the row that an entry makes: 32 hex digits, the same in every export."""
    seed = entry.seed if entry.key is None else entry.seed.casefold()
    return uuid.uuid5(_SPACE, f"{entry.tab}\n{seed}").hex


def imported_rows(view: View, tab: Tab) -> dict[str, str]:
    """Return the keys of a tab's live rows that imports added, by row id.

    Their ids are made from a name (RFC 9562, version 5), those of rows typed in a book are random (version 4).
    """
    at = [c.name for c in tab.stored].index(tab.key)
    return {i: str(row[at]) for i, row in view.rows(tab).items() if len(i) == _DIGITS and i[_VERSION] == "5"}


@dataclass(slots=True)
class _Known:
    """The keys of one tab's rows: as written, and folded where that is not another row's own spelling."""

    rows: dict[str, str]  #: row id by key
    names: dict[str, str]  #: the ledger's spelling by key, and by what the file calls the row

    @classmethod
    def of(cls, keys: Mapping[str, str]) -> _Known:
        """Take row ids by key as the ledger spells it."""
        folded = {key.casefold(): key for key in keys}
        names = {**folded, **{key: key for key in keys}}
        return cls({said: keys[name] for said, name in names.items()}, names)

    def row(self, key: str) -> str | None:
        """Return the id of the row with this key, or None."""
        return self.rows.get(key) or self.rows.get(key.casefold())

    def name(self, key: str) -> str | None:
        """Return how the ledger spells a key, or None if it has no such row."""
        return self.names.get(key) or self.names.get(key.casefold())

    def note(self, key: str, row: str, name: str) -> None:
        """Note that the file calls this row by `key`, the ledger by `name`."""
        self.rows.setdefault(name, row)
        self.rows.setdefault(name.casefold(), row)
        self.names.setdefault(key.casefold(), name)
        self.names[key] = name


@dataclass(slots=True)
class Matching:
    """Finds rows of one ledger; rows that the import adds are to be noted with `note`."""

    view: View
    _tabs: dict[str, _Known] = field(default_factory=dict)  #: by tab name

    def find(self, entry: Entry) -> str | None:
        """Return the id of the live row that the entry speaks of, or None."""
        tab, made = BY_NAME[entry.tab], row_id(entry)
        known = self._known(tab).row(entry.key) if entry.key is not None else None
        return known or (None if self.view.row(tab, made) is None else made)

    def note(self, entry: Entry, row: str, name: Value) -> None:
        """Note under which row and name the ledger keeps (or will keep) what the entry calls by its key."""
        if entry.key is not None:
            self._known(BY_NAME[entry.tab]).note(entry.key, row, str(name))

    def named(self, entry: Entry) -> Entry:
        """Return the entry with the ledger's own names for the customer and the invoices it refers to."""
        changed: dict[str, Value] = {}
        for name, target in _REFERENCES[entry.tab]:
            value = entry.values.get(name)
            if isinstance(value, str):
                kept = self._spelled(target, value)
                if kept != value:
                    changed[name] = kept
        return replace(entry, values={**entry.values, **changed}) if changed else entry

    def knows(self, tab: Tab, key: str) -> bool:
        """Say whether a row with this natural key is there or will be."""
        return self._known(tab).row(key) is not None

    def _spelled(self, target: Tab, text: str) -> str:
        """Return a name, or the text of what a payment applies to, as the ledger spells it."""
        known = self._known(target)
        if (whole := known.name(text)) or target is not INVOICES:
            return whole or text
        return respelled(text, lambda number: known.name(number) or number, known.names)

    def _known(self, tab: Tab) -> _Known:
        if tab.name not in self._tabs:
            at = [c.name for c in tab.stored].index(tab.key)
            keys = {str(row[at]): i for i, row in self.view.rows(tab).items() if row[at] is not None}
            self._tabs[tab.name] = _Known.of(keys)
        return self._tabs[tab.name]
