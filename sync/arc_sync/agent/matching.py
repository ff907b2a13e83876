"""Which row of the ledger an entry of an import speaks of, and by what name its customer and invoice go there.

A customer is found by name, without regard to case, an invoice by number; else by the id that an earlier
import gave the row, so that one renamed since is still the same. Everything else goes by that id alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from arc_sheets.cells import Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME, CUSTOMERS, INVOICES, RECORD_TABS
from arc_sync.intake import Entry
from arc_sync.ledger.port import View

_SPACE: Final = uuid.UUID("6f0a8a0e-5e6b-5c0d-9d3c-3a52d3f3b1a7")

#: By tab name: the columns that name a row of another tab, and that tab.
_REFERENCES: Final = {
    tab.name: [
        (column.name, INVOICES if column.name == "applied_to" else BY_NAME[column.refers])
        for column in tab.stored
        if column.refers or column.name == "applied_to"
    ]
    for tab in RECORD_TABS
}


def row_id(entry: Entry) -> str:
    """Return the id of the row that an entry makes: 32 hex digits, the same in every export."""
    seed = entry.seed.casefold() if entry.tab == CUSTOMERS.name else entry.seed
    return uuid.uuid5(_SPACE, f"{entry.tab}\n{seed}").hex


@dataclass(slots=True)
class Matching:
    """Finds rows of one ledger; rows that the import adds are to be noted with `add`."""

    view: View
    _ids: dict[str, dict[str, str]] = field(default_factory=dict)  #: row id by folded key, by tab name
    _names: dict[str, dict[str, str]] = field(default_factory=dict)  #: the ledger's name by the file's

    def find(self, entry: Entry) -> str | None:
        """Return the id of the live row that the entry speaks of, or None."""
        tab, made = BY_NAME[entry.tab], row_id(entry)
        if entry.key is not None:
            keys = self._keys(tab)
            known = keys.get(entry.key) or keys.get(_fold(tab, entry.key))
            if known:
                return known
        return None if self.view.row(tab, made) is None else made

    def note(self, entry: Entry, row: str, name: Value) -> None:
        """Note under which row and name the ledger keeps (or will keep) what the entry calls by its key."""
        if entry.key is not None:
            tab = BY_NAME[entry.tab]
            self._keys(tab).setdefault(_fold(tab, str(name)), row)
            self._names.setdefault(entry.tab, {})[_fold(tab, entry.key)] = str(name)

    def named(self, entry: Entry) -> Entry:
        """Return the entry with the ledger's own names for the customer and the invoice it refers to."""
        changed: dict[str, Value] = {}
        for name, target in _REFERENCES[entry.tab]:
            value = entry.values.get(name)
            if isinstance(value, str):
                kept = self._names.get(target.name, {}).get(_fold(target, value), value)
                if kept != value:
                    changed[name] = kept
        return replace(entry, values={**entry.values, **changed}) if changed else entry

    def knows(self, tab: Tab, key: str) -> bool:
        """Say whether a row with this natural key is there or will be."""
        return _fold(tab, key) in self._keys(tab)

    def _keys(self, tab: Tab) -> dict[str, str]:
        """Return row ids by key: as written, and folded where that is not another row's own spelling."""
        if tab.name not in self._ids:
            at = [c.name for c in tab.stored].index(tab.key)
            keys = {str(row[at]): i for i, row in self.view.rows(tab).items() if row[at] is not None}
            folded: Mapping[str, str] = {_fold(tab, key): i for key, i in keys.items()}
            self._ids[tab.name] = {**folded, **keys}
        return self._ids[tab.name]


def _fold(tab: Tab, key: str) -> str:
    """Return a key as it is compared: customers' names without case, numbers as they are."""
    return key.casefold() if tab is CUSTOMERS else key
