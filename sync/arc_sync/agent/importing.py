"""Entries of an export become rows of the ledger, in one change set.

What an import does, and does not:
- a row it knows is changed, never doubled; only columns that the file has are touched;
- it brings what is new in the file: a value that the last import brought already is not brought again, so
  what people changed since stands (`told.py`); where both changed, the file's new value is taken, and said;
- a customer that other rows only mention is added if it is missing, and otherwise left alone;
- what the file no longer lists stays;
- the newest money that it brings is the day up to which the bank's data are in (`bank.py`);
- an amount is never reread in a currency with other decimals: such an entry is rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from typing import Final, NamedTuple, NoReturn

from arc_sheets.applied import parse
from arc_sheets.cells import Row, Value
from arc_sheets.dates import wall_clock
from arc_sheets.defaults import Defaults
from arc_sheets.money import exponent
from arc_sheets.tab import Tab
from arc_sheets.tabs import BY_NAME, INVOICES, RECORD_TABS
from arc_sync.agent.bank import brought
from arc_sync.agent.checks import doubtful
from arc_sync.agent.matching import Matching, imported_rows, row_id
from arc_sync.agent.merging import Keys
from arc_sync.agent.telling import called, shown
from arc_sync.agent.told import IMPORT, Said, said_before
from arc_sync.intake import Entry, Reject
from arc_sync.ledger.port import Ledger, Transaction
from arc_sync.merge.history import Origin
from arc_sync.merge.snapshot import currency_of

_SHOWN: Final = 5  #: examples in a remark
_TOLD: Final = 20  #: doubtful values told one by one
_PLACES: Final = {tab.name: {c.name: k for k, c in enumerate(tab.stored)} for tab in RECORD_TABS}


class Usual(NamedTuple):
    """What is usual at the firm, where an entry does not say it."""

    base_currency: str
    zone: tzinfo | None = None  #: of the firm's wall clock; None is this machine's


class Counts(NamedTuple):
    """What became of the entries of one tab."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(slots=True)
class Imported:
    """What an import did, or with `done` False would do."""

    done: bool = False
    counts: dict[str, Counts] = field(default_factory=dict)  #: by tab name
    rejects: list[Reject] = field(default_factory=list)  #: entries that the ledger cannot take
    kept: int = 0  #: values that people changed since the last import, which this file does not change
    replaced: list[str] = field(default_factory=list)  #: values people had changed, and the file newly says
    unknown: list[str] = field(default_factory=list)  #: invoice numbers that payments name in vain
    missing: list[str] = field(default_factory=list)  #: invoices of earlier imports that this list lacks
    doubtful: list[str] = field(
        default_factory=list
    )  #: values taken as they stand that will not work, and why

    @property
    def moves(self) -> bool:
        """Say whether anything is new or changed."""
        return any(c.new or c.changed for c in self.counts.values())

    def remarks(self) -> list[str]:
        """Return what a person should know, in sentences."""
        said = []
        if self.kept:
            said.append(
                f"Left as people have changed them since the last import, because the file says nothing new: {self.kept:,}."
            )
        if self.replaced:
            said.append(
                f"Changed by people and now newly by the file, which was taken: {_some(self.replaced)}."
            )
        if self.unknown:
            said.append(
                f"Payments name invoices that the ledger does not have ({_some(self.unknown)}); the money is kept,"
                " not applied, until they are there."
            )
        if self.missing:
            one = len(self.missing) == 1
            said.append(
                f"{len(self.missing):,} {'invoice' if one else 'invoices'} of earlier imports {'is' if one else 'are'}"
                f" not in this file ({_some(self.missing)}); {'it stays as it is' if one else 'they stay as they are'}."
            )
        said += self.doubtful[:_TOLD]
        if (more := len(self.doubtful) - _TOLD) > 0:
            said.append(f"{more:,} more values like these were taken as they stand.")
        return said


class _Void(Exception):
    """Ends a change set that is not to be kept."""


def import_entries(
    ledger: Ledger,
    entries: Sequence[Entry],
    origin: Origin,
    usual: Usual,
    *,
    partial: bool = True,
    dry_run: bool = False,
) -> Imported:
    """Put entries into the ledger in one change set with the source "import"; see the module for the rules.

    With `dry_run`, or where the ledger cannot take some entry and not `partial`, nothing is kept and `done`
    is False. Raises `LedgerError`.
    """
    imported = Imported()
    try:
        with ledger.change(origin._replace(source=IMPORT)) as t:
            now = wall_clock(origin.when, usual.zone)
            _Import(t, imported, Defaults(Keys(t).find, usual.base_currency, now)).run(
                _known_by(entry, now.date()) for entry in entries
            )
            if until := _money_until(entries, imported.rejects, now.date()):
                brought(t, until)
            if dry_run or (imported.rejects and not partial):
                _leave_no_trace()
        imported.done = True
    except _Void:
        pass
    return imported


def _leave_no_trace() -> NoReturn:
    raise _Void


@dataclass(slots=True)
class _Import:
    t: Transaction
    out: Imported
    defaults: Defaults
    _tally: dict[str, Counter[str]] = field(default_factory=dict)

    def run(self, entries: Iterable[Entry]) -> None:
        """Take every entry, customers before what names them."""
        by_tab: dict[str, list[Entry]] = {tab.name: [] for tab in RECORD_TABS}
        for entry in entries:
            by_tab[entry.tab].append(entry)
        matching = Matching(self.t)
        for name, some in by_tab.items():
            if some:
                self._tally[name] = Counter()
                self._tab(BY_NAME[name], some, matching)
        self.out.counts = {name: Counts(c["new"], c["changed"], c["same"]) for name, c in self._tally.items()}

    def _tab(self, tab: Tab, entries: Sequence[Entry], matching: Matching) -> None:
        """Take the entries of one tab; of several for one row the first counts, and any before a mere mention."""
        known: dict[str, tuple[Entry, Row]] = {}
        added: set[str] = set()
        before = imported_rows(self.t, tab) if tab is INVOICES else {}
        for given in entries:
            entry, row = matching.named(given), matching.find(given)
            was = self.t.row(tab, row) if row else None
            if row is None or was is None:
                self._add(tab, entry, matching)
                added |= set() if entry.implied else {row_id(entry)}
                continue
            before.pop(row, None)
            matching.note(entry, row, was[_PLACES[tab.name][tab.key]] if tab.key else None)
            if entry.implied or row in known or row in added:
                self._tally[tab.name]["same"] += 1
            else:
                known[row] = entry, was
        self._update(tab, known)
        if tab is INVOICES:
            self.out.missing = sorted(before.values())
        if tab.name == "payments":
            self.out.unknown = _unknown(entries, matching)

    def _add(self, tab: Tab, entry: Entry, matching: Matching) -> None:
        row = self.defaults.complete(tab, tuple(entry.values.get(c.name) for c in tab.stored))
        lacking = [c.header for c, v in zip(tab.stored, row, strict=True) if c.required and v is None]
        if lacking:
            self._reject(entry, f"{' and '.join(lacking)} must not be blank in {tab.title}.")
            return
        made = row_id(entry)
        self.t.put(tab, made, row)
        self._doubt(tab, entry, range(len(row)))
        matching.note(entry, made, entry.key)
        self._tally[tab.name]["new"] += 1

    def _update(self, tab: Tab, known: Mapping[str, tuple[Entry, Row]]) -> None:
        """Change the rows that are there to what the file newly says of them."""
        differing = {(tab.name, row) for row, (entry, was) in known.items() if _differs(tab, entry, was)}
        said = said_before(self.t, differing)
        for row, (entry, was) in known.items():
            if why := _other_decimals(tab, entry, was):
                self._reject(entry, why)
                continue
            after = self._after(tab, entry, was, said.get((tab.name, row), Said({})))
            if after != was:
                self.t.put(tab, row, after)
                self._doubt(tab, entry, (k for k, value in enumerate(after) if value != was[k]))
            self._tally[tab.name]["same" if after == was else "changed"] += 1

    def _after(self, tab: Tab, entry: Entry, was: Row, said: Said) -> Row:
        """Return the row with what the file newly says."""
        after, chosen = list(was), {}
        for k, value in _given(tab, entry).items():
            if was[k] == value:
                continue
            if tab.stored[k].name in entry.assumed:
                chosen[k] = value
            elif not said.new(k, value):
                self.out.kept += 1
            else:
                after[k] = value
                if said.told.get(k, was[k]) != was[k]:
                    self.out.replaced.append(_told_value(tab, was, k))
        if tuple(after) != was:
            for k, value in chosen.items():
                after[k] = value
        return tuple(after)

    def _doubt(self, tab: Tab, entry: Entry, fields: Iterable[int]) -> None:
        """Note which of these values, as the file gives them, will not work where they are used."""
        for column in (tab.stored[k] for k in fields):
            value = entry.values.get(column.name)
            if why := doubtful(tab, column, value):
                told = f'Line {entry.line}, {column.header}: "{value}" was taken as it stands, but {why};'
                self.out.doubtful.append(f"{told} correct it on {tab.title}.")

    def _reject(self, entry: Entry, why: str) -> None:
        row = tuple(str(v) for v in entry.values.values() if v is not None)
        self.out.rejects.append(Reject(entry.line, row, why))


def _known_by(entry: Entry, today: date) -> Entry:
    """Return a dispute as opened by today at the latest: it is in the file, though its invoice falls due later."""
    opened = entry.values.get("opened")
    if not isinstance(opened, date) or opened <= today:
        return entry
    return replace(entry, values={**entry.values, "opened": today})


def _money_until(entries: Iterable[Entry], rejects: Iterable[Reject], today: date) -> date | None:
    """Return the day, up to today, of the newest money among the entries that were taken, None where there is none."""
    lines = {reject.line for reject in rejects}
    said = (
        e.values for e in entries if e.tab == "payments" and e.line not in lines and "date" not in e.assumed
    )
    days = (values.get("date") for values in said if values.get("type", "payment") == "payment")
    return max((day for day in days if isinstance(day, date) and day <= today), default=None)


def _given(tab: Tab, entry: Entry) -> dict[int, Value]:
    """Return what an entry says of a row that is there: by field index, without its key."""
    places = _PLACES[tab.name]
    return {places[name]: value for name, value in entry.values.items() if name != tab.key}


def _differs(tab: Tab, entry: Entry, was: Row) -> bool:
    return any(
        was[k] != value for k, value in _given(tab, entry).items() if tab.stored[k].name not in entry.assumed
    )


def _told_value(tab: Tab, row: Row, k: int) -> str:
    return (
        f"{called(tab, row)}, {tab.stored[k].header}: {shown(tab.stored[k], row[k], currency_of(tab, row))}"
    )


def _other_decimals(tab: Tab, entry: Entry, was: Row) -> str:
    """Return why an entry cannot be taken over a row whose currency counts in other decimals, or ""."""
    new = entry.values.get("currency")
    old = currency_of(tab, was) if new is not None else None
    if old is None or exponent(old) == exponent(str(new)):
        return ""
    return (
        f"{called(tab, was)} is in {old} in the ledger and in {new} here, whose amounts have other decimals; "
        "void the old one and give the new one another number."
    )


def _unknown(entries: Iterable[Entry], matching: Matching) -> list[str]:
    """Return the invoice numbers that payments name and nobody knows, each once."""
    missing: dict[str, None] = {}
    for entry in map(matching.named, entries):
        text = entry.values.get("applied_to")
        if isinstance(text, str) and not matching.knows(INVOICES, text):
            missing |= dict.fromkeys(p.number for p in parse(text) if not matching.knows(INVOICES, p.number))
    return list(missing)


def _some(texts: Sequence[str]) -> str:
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
