"""Merging a whole book into the ledger: its tabs in order, inside one change set."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial

from arc_sheets.applied import parse, respelled
from arc_sheets.cells import Reading, Row, Rows, Value
from arc_sheets.dates import wall_clock
from arc_sheets.defaults import Defaults
from arc_sheets.money import exponent
from arc_sheets.tab import Column, Kind, Tab
from arc_sync.agent.checks import unusable
from arc_sync.books.port import Session
from arc_sync.ledger.port import Transaction, View
from arc_sync.merge import words
from arc_sync.merge.base import Base, Standing
from arc_sync.merge.history import DERIVED, At, Bookmark, Change, Origin
from arc_sync.merge.identify import Identity, identify, is_id
from arc_sync.merge.issues import Issue, IssueKey
from arc_sync.merge.plan import Merged
from arc_sync.merge.rows import Context, TabMerge
from arc_sync.merge.snapshot import Sheet, SheetRow, fold, show_row, sift


def fresh_id() -> str:
    """Return a new row id: 32 hex digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Rules:
    """What a merge must know besides the book and the ledger."""

    tabs: Sequence[Tab]  #: those that others refer to come first
    reading: Reading
    base_currency: str
    fresh: Callable[[], str] = fresh_id
    zone: tzinfo | None = None  #: of the firm's wall clock; None is this machine's


@dataclass(slots=True)
class Desk:
    """A book's tabs as read, beside the ledger's rows as they were then."""

    book: str
    origin: Origin
    rules: Rules
    mark: Bookmark
    bring_back: frozenset[str] = frozenset()  #: tabs whose vanished rows a person wants back
    sheets: dict[str, Sheet] = field(default_factory=dict)
    ids: dict[str, Identity] = field(default_factory=dict)
    head: int = 0  #: of the ledger when the book was read
    was: dict[str, Rows] = field(default_factory=dict)  #: the ledger's rows then

    def read(self, session: Session, view: View) -> None:
        """Read every tab once, keep what needs thought, and decide which row is which."""
        standing, keys, self.head = standing_of(self.book, self.mark, view), Keys(view), view.head().n
        for tab in self.rules.tabs:
            live, issues = view.rows(tab), _of_tab(view.issues(self.book), tab)
            self.was[tab.name] = live
            base = Base(tab, live, issues, standing)
            guess = partial(self._defaults(keys).currency, tab)
            sheet = sift(
                session.read(tab), live, {k.row for k in issues} | base.shown, self.rules.reading, guess
            )
            self.sheets[tab.name] = sheet
            respell(keys, self.rules.tabs, sheet)
            buried = view.buried(tab, [r.id for r in sheet.rows if is_id(r.id) and r.id not in live])
            self.ids[tab.name] = identify(sheet, base, live, buried, self.rules.fresh)

    def suppose_stamped(self) -> None:
        """Go on as if the ids decided upon stood in the book: for a dry run."""
        for name, sheet in self.sheets.items():
            decided = zip(sheet.rows, self.ids[name].ids, strict=True)
            sheet.rows = [replace(row, id=i) for row, i in decided]

    def _defaults(self, keys: Keys) -> Defaults:
        now = wall_clock(self.origin.when, self.rules.zone)
        return Defaults(keys.find, self.rules.base_currency, now)

    def merge(self, t: Transaction) -> list[Merged]:
        """Merge every tab into the change set; returns what the book is to be told."""
        moved = {change.row for change in t.changes(self.head)}
        keys, merged = Keys(t), []
        bases = self._bases(t)  # before anything is put: renames in one tab are followed in others
        for tab in self.rules.tabs:
            sheet, live = self.sheets[tab.name], t.rows(tab)
            _unsift(sheet, self.was[tab.name], moved)
            done = self._merge_tab(t, keys, sheet, bases[tab.name])
            moved |= follow_renames(t, self.rules.tabs, tab, live, {put.row: put.after for put in done.puts})
            merged.append(done)
        return merged

    def _bases(self, view: View) -> dict[str, Base]:
        standing, issues = standing_of(self.book, self.mark, view), view.issues(self.book)
        return {
            tab.name: Base(tab, view.rows(tab), _of_tab(issues, tab), standing) for tab in self.rules.tabs
        }

    def _merge_tab(self, t: Transaction, keys: Keys, sheet: Sheet, base: Base) -> Merged:
        tab = sheet.tab
        live, issues = t.rows(tab), _of_tab(t.issues(self.book), tab)
        buried = t.buried(tab, [r.id for r in sheet.rows if is_id(r.id) and r.id not in live])
        identity = identify(sheet, base, live, buried, self.rules.fresh)
        respell(keys, self.rules.tabs, sheet)
        object_to, complete = partial(objection, keys, self.rules.tabs), self._defaults(keys).complete
        context = Context(self.book, self.origin.when, object_to, self.bring_back, complete)
        merged = TabMerge(sheet, identity, live, base, issues, buried, context).run()
        for put in merged.puts:
            t.put(tab, put.row, put.after, DERIVED if put.derived else "")
        for key, issue in merged.issues.items():
            t.put_issue(key, issue)
        return merged


def standing_of(book: str, mark: Bookmark, view: View) -> Standing:
    """Return where the book stands: pending sets count only if they were made on this very bookmark."""
    record = view.book(book)
    at = record.at if record else At()
    pending = at.pending if at.mark == mark.n else ()
    return Standing(book, mark.n, _cached(view), pending)


class Keys:
    """Finds live rows by natural key; an index is built once for each state of a tab."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[str, tuple[Rows, dict[Value, str]]] = {}

    def find(self, tab: Tab, key: Value) -> Row | None:
        """Return the live row with this natural key, or None."""
        row = self.id(tab, key)
        return self._of(tab)[0][row] if row else None

    def id(self, tab: Tab, key: Value) -> str | None:
        """Return the id of the live row with this natural key, or None."""
        _, index = self._of(tab)
        return index.get(key) or index.get(fold(key))

    def spelling(self, tab: Tab, key: Value) -> Value:
        """Return the key as the live row spells it, or as given if there is none."""
        row = self.find(tab, key)
        return row[key_field(tab)] if row else key

    def _of(self, tab: Tab) -> tuple[Rows, dict[Value, str]]:
        rows = self._view.rows(tab)
        known = self._known.get(tab.name)
        if known is None or known[0] is not rows:
            at = key_field(tab)
            index: dict[Value, str] = {fold(row[at]): i for i, row in rows.items()}
            known = self._known[tab.name] = (rows, index | {row[at]: i for i, row in rows.items()})
        return known


def key_field(tab: Tab) -> int:
    """Return where the natural key stands in a row of a tab that has one."""
    return next(k for k, c in enumerate(tab.stored) if c.name == tab.key)


def follow_renames(
    t: Transaction, tabs: Sequence[Tab], tab: Tab, before: Rows, after: Mapping[str, Row | None]
) -> set[str]:
    """Where a natural key was renamed, let the rows that name it follow, in the same change set; return them."""
    if not tab.key:
        return set()
    k = key_field(tab)
    renamed = {
        was[k]: now[k]
        for i, now in after.items()
        if now is not None and (was := before.get(i)) and was[k] != now[k]
    }
    places = [
        (x, c) for x in tabs if renamed for c, column in enumerate(x.stored) if column.refers == tab.name
    ]
    return {i for other, c in places for i in _follow(t, other, c, renamed)}


def _follow(t: Transaction, other: Tab, c: int, renamed: Mapping[Value, Value]) -> Iterator[str]:
    many = other.stored[c].many
    for i, row in list(t.rows(other).items()):
        text = row[c]
        if many and isinstance(text, str):
            text = respelled(text, lambda n: str(renamed.get(n, n)), {str(n) for n in renamed})
        else:
            text = renamed.get(text, text)
        if text != row[c]:
            t.put(other, i, (*row[:c], text, *row[c + 1 :]), DERIVED)
            yield i


def objection(keys: Keys, tabs: Sequence[Tab], tab: Tab, was: Row | None, k: int, value: Value) -> str:
    """Return why the ledger cannot take a value for reasons outside its own tab, or ""."""
    column = tab.stored[k]
    if column.refers and isinstance(value, str):
        other = _named(tabs, column.refers)
        for key in named(keys, other, column, value):
            if keys.find(other, key) is None:
                return words.unknown(tab, column, key, other)
    if column.kind is Kind.CODE and was is not None and _decimals(was[k]) != _decimals(value):
        return words.other_decimals(column, was[k], value)
    return unusable(tab, column, value)


def named(keys: Keys, other: Tab, column: Column, text: str) -> list[str]:
    """Return the natural keys of the other tab that a cell names."""
    return [part.number for part in parse(text, _Known(keys, other))] if column.many else [text]


def respell(keys: Keys, tabs: Sequence[Tab], sheet: Sheet) -> None:
    """Let cells that name a row of another tab spell it as that tab does: "elbe spedition" is Elbe Spedition."""
    for k, column in enumerate(sheet.tab.stored):
        if column.refers:
            other = _named(tabs, column.refers)
            sheet.rows = [_respelled(keys, other, column, k, row) for row in sheet.rows]


def _respelled(keys: Keys, other: Tab, column: Column, k: int, row: SheetRow) -> SheetRow:
    value = row.values[k]
    if not isinstance(value, str):
        return row
    if column.many:
        spelled: Value = respelled(value, lambda n: str(keys.spelling(other, n)), _Known(keys, other))
    else:
        spelled = keys.spelling(other, value)
    return row if spelled == value else replace(row, values=(*row.values[:k], spelled, *row.values[k + 1 :]))


class _Known:
    """The natural keys of a tab, as a container."""

    def __init__(self, keys: Keys, tab: Tab) -> None:
        self._keys, self._tab = keys, tab

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._keys.find(self._tab, key) is not None


def _named(tabs: Sequence[Tab], name: str) -> Tab:
    return next(tab for tab in tabs if tab.name == name)


def _decimals(code: Value) -> int:
    return exponent(str(code))


def _of_tab(issues: Mapping[IssueKey, Issue], tab: Tab) -> dict[IssueKey, Issue]:
    return {k: v for k, v in issues.items() if k.tab == tab.name}


def _cached(view: View) -> Callable[[int], Sequence[Change]]:
    known: dict[int, Sequence[Change]] = {}

    def after(n: int) -> Sequence[Change]:
        if n not in known:
            known[n] = view.changes(n)
        return known[n]

    return after


def _unsift(sheet: Sheet, was: Rows, moved: set[str]) -> None:
    """Put rows that agreed with the ledger as it was when read, and has moved since, back among the others."""
    for i in sheet.agreed & moved:
        sheet.agreed.discard(i)
        sheet.rows.append(SheetRow(sheet.faces[i].at, i, show_row(sheet.tab, was[i]), was[i]))
