"""Undo of a change set, as a new change set: column by column, and nothing that has changed since.

A field goes back if it still holds what the change set gave it. A row that the set inserted is deleted if
it is still as inserted; a row that it deleted comes back. What would leave two rows with one key, or a row
naming nobody, is left. Issues are not undone: the next round finds them where they are. Nor are messages, so
the rows that speak of them are left (`bound`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from arc_sheets.applied import parse
from arc_sheets.cells import Row, Value
from arc_sheets.errors import LedgerError
from arc_sheets.tab import Column, Tab
from arc_sheets.tabs import BY_NAME, RECORD_TABS, REMINDERS
from arc_sync.ledger.bound import OUT, bound, by_hand, recipients
from arc_sync.ledger.draft import overlaid
from arc_sync.ledger.port import Ledger, View
from arc_sync.merge.history import ISSUES, Bookmark, Change, ChangeSet, Origin

#: Why a row is left that is already what it was before.
UNDONE: Final = "it was undone since"
_SOURCE: Final = "undo"


class Step(NamedTuple):
    """One field that goes back from `was` to `now`, or a whole row (column ""): deleted, or come back."""

    tab: str
    row: str
    column: str
    was: Value
    now: Value


class Left(NamedTuple):
    """One field, or a whole row (column ""), that stays as it is, and why, in words."""

    tab: str
    row: str
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone, or would be. `head` is the ledger's afterwards."""

    changeset: ChangeSet
    head: Bookmark
    undone: tuple[Step, ...]
    left: tuple[Left, ...]


def undo(ledger: Ledger, number: int, who: str, when: datetime, *, dry_run: bool = False) -> Undone:
    """Undo change set `number` in the name of `who` at `when` (UTC); raises `LedgerError` if there is none.

    With `dry_run` nothing is written. If nothing is left to undo, no change set is made.
    """
    changeset = find_set(ledger, number)
    if dry_run:
        with ledger.read() as view:
            plan = _plan(view, changeset)
            return Undone(changeset, view.head(), tuple(plan.steps()), tuple(plan.left))
    what = f"{_what(number)}{changeset.origin.what}"
    with ledger.change(Origin(who, _SOURCE, what, when)) as change:
        plan = _plan(change, changeset)
        for (tab, row), want in plan.wants.items():
            change.put(BY_NAME[tab], row, want)
    return Undone(changeset, change.head(), tuple(plan.steps()), tuple(plan.left))


def undone_by(ledger: Ledger, number: int) -> ChangeSet | None:
    """Return the newest change set that undid this one, None if there is none."""
    did = (s for s in ledger.sets() if s.origin.source == _SOURCE and s.origin.what.startswith(_what(number)))
    return next(did, None)


def _what(number: int) -> str:
    """Return how the line of the history begins that tells of an undo."""
    return f"Undid change set {number}: "


def find_set(ledger: Ledger, number: int) -> ChangeSet:
    """Return change set `number`; raises `LedgerError` if there is none."""
    for changeset in ledger.sets():
        if changeset.number == number:
            return changeset
    raise LedgerError(f"There is no change set {number}; see arc history for those there are.")


Where = tuple[str, str]  # (tab name, row id)


@dataclass(slots=True)
class _Plan:
    """What each row is to become; it shrinks until it breaks nothing."""

    view: View
    nows: dict[Where, Row | None] = field(default_factory=dict)
    wants: dict[Where, Row | None] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def steps(self) -> Iterator[Step]:
        for (name, row), want in self.wants.items():
            now = self.nows[name, row]
            if now is None or want is None:
                yield Step(name, row, "", None, None)
                continue
            for column, was, will in zip(BY_NAME[name].stored, now, want, strict=True):
                if was != will:
                    yield Step(name, row, column.name, was, will)

    def leave(self, where: Where, column: str, why: str) -> None:
        """Take a field out of the plan, or the whole row if it is to appear or vanish."""
        now, want = self.nows[where], self.wants.pop(where)
        if now is None or want is None:
            self.left.append(Left(*where, "", why))
            return
        at = _place(BY_NAME[where[0]], column)
        kept = (*want[:at], now[at], *want[at + 1 :])
        self.left.append(Left(*where, column, why))
        if kept != now:
            self.wants[where] = kept

    def after(self, tab: Tab) -> Mapping[str, Row]:
        """Return the tab's rows as they would be."""
        return overlaid(
            self.view.rows(tab), {row: want for (name, row), want in self.wants.items() if name == tab.name}
        )

    def touched(self, tab: Tab) -> Iterator[tuple[Where, Row | None, Row | None]]:
        for where, want in list(self.wants.items()):
            if where[0] == tab.name:
                yield where, self.nows[where], want


def _plan(view: View, changeset: ChangeSet) -> _Plan:
    plan = _Plan(view)
    net = _net(view.changes(changeset.first - 1, changeset.last))
    when = changeset.origin.when
    written_to = recipients(sides for (tab, _), sides in net.items() if tab == REMINDERS.name)
    written_to |= by_hand(view.posted(*OUT, since=when), when)
    for where, (before, after) in net.items():
        tab = BY_NAME[where[0]]
        now = plan.nows[where] = view.row(tab, where[1])
        if now != before and (why := bound(tab, before, now, written_to)):
            plan.left.append(Left(*where, "", why))
        else:
            _take_back(plan, where, before, after, now)
    while any(_keep_keys_apart(plan, tab) or _keep_names(plan, tab) for tab in RECORD_TABS if tab.key):
        pass
    return plan


def _net(changes: Iterable[Change]) -> dict[Where, tuple[Row | None, Row | None]]:
    """Return each row's before and after over the whole set."""
    net: dict[Where, tuple[Row | None, Row | None]] = {}
    for change in changes:
        if change.tab != ISSUES:
            where = (change.tab, change.row)
            before = net[where][0] if where in net else change.before
            net[where] = (before, change.after)  # type: ignore[assignment]  # rows, as this is no issue
    return {where: sides for where, sides in net.items() if sides[0] != sides[1]}


def _take_back(plan: _Plan, where: Where, before: Row | None, after: Row | None, now: Row | None) -> None:
    if now == before:
        plan.left.append(Left(*where, "", UNDONE))
    elif now == after:
        plan.wants[where] = before
    elif after is None:
        plan.left.append(Left(*where, "", "it was deleted, and came back since"))
    elif now is None:
        plan.left.append(Left(*where, "", "it has been deleted since"))
    elif before is None:
        plan.left.append(Left(*where, "", "it was added, and has been changed since"))
    else:
        _take_back_fields(plan, where, before, after, now)


def _take_back_fields(plan: _Plan, where: Where, before: Row, after: Row, now: Row) -> None:
    want = list(now)
    for i, column in enumerate(BY_NAME[where[0]].stored):
        if before[i] != after[i] and now[i] == after[i]:
            want[i] = before[i]
        elif before[i] != after[i]:
            plan.left.append(Left(*where, column.name, "it has been changed since"))
    if tuple(want) != now:
        plan.wants[where] = tuple(want)


def _keep_keys_apart(plan: _Plan, tab: Tab) -> bool:
    """Leave what would give a row the key of another; say whether there was any."""
    at, header = _place(tab, tab.key), tab.column(tab.key).header.lower()
    taking = [(where, want[at]) for where, now, want in plan.touched(tab) if want and _gains(now, want, at)]
    if not taking:
        return False
    holders: dict[Value, list[str]] = {}
    for row, values in plan.after(tab).items():
        holders.setdefault(values[at], []).append(row)
    clashes = [(where, key) for where, key in taking if key is not None and len(holders[key]) > 1]
    for where, key in clashes:
        plan.leave(where, tab.key, f"another row has the {header} {key} now")
    return bool(clashes)


def _keep_names(plan: _Plan, tab: Tab) -> bool:
    """Leave what would make a row name a row of this tab that is not there; say whether there was any."""
    at = _place(tab, tab.key)
    giving = {now[at]: where for where, now, want in plan.touched(tab) if now and _gains(want, now, at)}
    found = False
    for other in RECORD_TABS:
        for column in other.stored:
            if column.refers == tab.name:
                found |= _keep_named(plan, tab, giving, other, column)
    return found


def _keep_named(plan: _Plan, tab: Tab, giving: Mapping[Value, Where], other: Tab, column: Column) -> bool:
    at = _place(other, column.name)
    naming = [(where, want[at]) for where, now, want in plan.touched(other) if want and _gains(now, want, at)]
    if not giving and not naming:
        return False
    keys = {row[_place(tab, tab.key)] for row in plan.after(tab).values()}
    lost = {key for key in giving if key not in keys}
    named = (
        {n for row in plan.after(other).values() for n in _names(column, row[at])} & lost if lost else set()
    )
    for key in named:
        plan.leave(giving[key], tab.key, f"{other.title} has rows that name it")
    # a list may name what is not there: such money is not applied
    nameless = [
        (where, key) for where, key in naming if not column.many and key is not None and key not in keys
    ]
    for where, key in nameless:
        plan.leave(where, column.name, f"{tab.title} has no row {key} any more")
    return bool(named or nameless)


def _names(column: Column, value: Value) -> tuple[Value, ...]:
    """Return the natural keys that a value names."""
    return tuple(p.number for p in parse(value)) if column.many and isinstance(value, str) else (value,)


def _gains(old: Row | None, new: Row, at: int) -> bool:
    return old is None or old[at] != new[at]


def _place(tab: Tab, column: str) -> int:
    return [c.name for c in tab.stored].index(column)
