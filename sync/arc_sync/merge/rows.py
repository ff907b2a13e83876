"""The merge of one tab: what to do with each row.

The ledger decides which rows exist. A row deleted in the book comes back; if many vanish at once they
are held. A row deleted in the ledger leaves the book, unless a person edited it there: then it revives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from arc_sheets.cells import CellValue, Row, Rows, Unreadable, Value, show_cell
from arc_sheets.tab import Column, Owner, Tab
from arc_sync.merge import words
from arc_sync.merge.base import Base, RowBase
from arc_sync.merge.cells import Cell, Do, treat
from arc_sync.merge.identify import Identity
from arc_sync.merge.issues import ID, Issue, IssueKey, IssueKind
from arc_sync.merge.plan import Drop, Look, Merged, NewRow, Put, SetCell
from arc_sync.merge.snapshot import Sheet, SheetRow, currency_of, fold, text_of


@dataclass(frozen=True, slots=True)
class Context:
    """What one tab's merge must know of the rest of the world."""

    book: str  #: the book's id
    now: datetime  #: UTC
    #: (tab, live row or None, field, new value) -> why the ledger cannot take it, or ""
    object_to: Callable[[Tab, Row | None, int, Value], str]
    bring_back: frozenset[str]  #: tabs whose vanished rows a person wants back
    complete: Callable[[Tab, Row], Row]  #: fills the blanks of a new row that ARC knows


@dataclass(slots=True)
class TabMerge:
    """One tab in one round. `run` leaves the ledger and the book alone and says what to do."""

    sheet: Sheet
    identity: Identity
    live: Rows
    base: Base
    issues: Mapping[IssueKey, Issue]  #: of this book and tab, open now
    buried: set[str]  #: ids in the book that the ledger has deleted
    context: Context
    out: Merged = field(init=False)
    _changed: dict[str, Row | None] = field(init=False, default_factory=dict)
    _kept: set[IssueKey] = field(init=False, default_factory=set)
    _left: set[str] = field(init=False, default_factory=set)  #: rows without an opinion this time
    _keys: dict[Value, str] | None = field(init=False, default=None)  #: by folded natural key
    _known: set[Row] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.out = Merged(self.sheet.tab)

    @property
    def tab(self) -> Tab:
        """The tab being merged."""
        return self.sheet.tab

    def run(self) -> Merged:
        """Merge the tab."""
        if not self._columns():
            return self.out
        rows = dict(self._settled())
        gone = self._vanished(rows)
        refill = self._recreated(rows)
        visit = {*rows, *gone, *(i for i in self.live if i not in rows and i not in self.sheet.agreed)}
        held = gone if self._too_many(gone) else set()
        for i in self._in_order(sorted(visit - self._left), rows):
            if i in held:
                self._hold_vanished(i)
            elif i in rows:
                self._row(i, rows[i], refill)
            else:
                self._append(i)
        self._loosen()
        return self.out

    def _in_order(self, visit: Sequence[str], rows: Mapping[str, SheetRow]) -> Iterator[str]:
        """Yield rows so that one which gives up its natural key comes before the one that is to have it."""
        left = dict.fromkeys(visit)
        for i in visit:
            chain: list[str] = []
            here: str | None = i
            while here in left:
                del left[here]
                chain.append(here)
                here = self._holder(rows.get(here))
            yield from reversed(chain)

    def _holder(self, row: SheetRow | None) -> str | None:
        """Return the live row whose natural key a row of the book now bears, if that is another one."""
        at = self._key_field
        key = row.values[at] if row and at is not None else None
        if row is None or at is None or isinstance(key, Unreadable):
            return None
        live = self.live.get(row.id)
        return None if live and live[at] == key else self._owner_of(key)

    # -- columns ---------------------------------------------------------------------------------------

    def _columns(self) -> bool:
        """Note missing columns. Without the id or the key column there is no telling rows apart: stop."""
        names = [ID, *(c.name for c in self.tab.stored)]
        missing = [n for n in names if n not in self.sheet.present or not self.sheet.usable]
        for name in missing:
            since = self.base.no_column.get(name, self.base.n)  # in this copy: no return has reached it
            self._keep(
                "", name, Issue(IssueKind.NOCOL, self.context.now, since, why=words.no_column(self.tab, name))
            )
        if not self.sheet.usable:
            return False
        for key in self.issues:
            if not key.row and key.column not in missing:
                self.out.issues[key] = None
        return True

    def _recreated(self, rows: Mapping[str, SheetRow]) -> set[int]:
        """Return the fields that are blank in every row that had a value: a column made anew, not cleared."""
        found = set()
        for k, column in enumerate(self.tab.stored):
            if column.name not in self.sheet.present:
                continue
            had = [i for i in rows if self.base.row(i).base(k)[0] is not None]
            if (
                len(had) > 2
                and all(rows[i].values[k] is None for i in had)
                and all(self.live[i][k] is None for i in self.sheet.agreed)
            ):
                found.add(k)
        return found

    # -- which rows ------------------------------------------------------------------------------------

    def _settled(self) -> Iterator[tuple[str, SheetRow]]:
        """Return the rows whose id stands in the book as decided; others have no opinion this time."""
        for row, i in zip(self.sheet.rows, self.identity.ids, strict=True):
            if i and i == row.id:
                yield i, row
            elif i != row.id:
                self._left.add(row.id)
                self.out.waits = True

    def _vanished(self, rows: Mapping[str, SheetRow]) -> set[str]:
        here = {*rows, *self._left, *self.sheet.agreed}
        return {i for i in self.live if i not in here and self.base.certain(i)}

    def _too_many(self, gone: set[str]) -> bool:
        """Say whether so many rows vanished that it was no deletion of rows, and nobody has decided."""
        if len(gone) <= 2 or self.tab.name in self.context.bring_back:
            return False
        return len(gone) > sum(1 for i in self.live if self.base.certain(i)) // 2

    def _hold_vanished(self, i: str) -> None:
        self._left.add(i)
        full = self.base.row(i).full
        self._keep(
            i, "", Issue(IssueKind.GONE, self.context.now, base=full, why=words.many_vanished(self.tab))
        )

    def _row(self, i: str, row: SheetRow, refill: set[int]) -> None:
        live = self.live.get(i)
        if live is not None:
            self._both(i, row, live, refill)
        elif i in self.buried:
            self._deleted(i, row, refill)
        elif not row.blank:
            self._new(i, row)

    def _append(self, i: str) -> None:
        row, base = self.live[i], self.base.row(i)
        self.out.appends.append(NewRow(self.tab.name, i, row))
        if base.certain and self.tab.name not in self.context.bring_back:
            self._notice(i, "", "", words.came_back(self.tab, row))

    # -- one row ---------------------------------------------------------------------------------------

    def _both(self, i: str, row: SheetRow, live: Row, refill: set[int]) -> None:
        """Merge a row that is on both sides, field by field."""
        base, current = self.base.row(i), live
        if row.blank:
            self._notice(i, "", "", words.came_back(self.tab, live))
        for k, column in enumerate(self.tab.stored):
            if column.name not in self.sheet.present:
                continue  # no column, no opinion
            wiped = self._is_wiped(row, k, refill)
            owned = self._owned(column, live) if column.closed else column
            cell = Cell(owned, k, row.values[k], current[k], base, blank=wiped, now=self._now(i, column.name))
            verdict = treat(cell, partial(self._objection, i))
            if verdict.do is Do.TAKE:
                self._overrule(i, cell, current)
                current = (*current[:k], verdict.value, *current[k + 1 :])
                self._put(i, current)
            self._carry_out(i, row, cell, verdict.do, verdict.issue)

    def _is_wiped(self, row: SheetRow, k: int, refill: set[int]) -> bool:
        """Say whether a cell is blank because its row or column was emptied or made anew, not by an edit."""
        made_anew = k in refill or self.tab.stored[k].name in self.base.no_column
        return row.blank or (row.values[k] is None and made_anew)

    def _owned(self, column: Column, live: Row) -> Column:
        """Return a column as it is owned in this row: where it is closed, only the ledger writes."""
        names = [c.name for c in self.tab.stored]
        closed = column.closed and live[names.index(column.closed[0])] == column.closed[1]
        return replace(column, owner=Owner.LEDGER) if closed else column

    def _overrule(self, i: str, cell: Cell, row: Row) -> None:
        """Say which value of the ledger gives way, if it is another than this copy knew."""
        if cell.ledger is not None and cell.ledger != cell.base.base(cell.index)[1]:
            text = words.shown(self.tab, cell.index, cell.ledger, row)
            self._notice(i, cell.column.name, text, words.overruled(self.tab, cell.column, text))

    def _carry_out(self, i: str, row: SheetRow, cell: Cell, do: Do, issue: Issue | None) -> None:
        name, seen = cell.column.name, row.cells[cell.index]
        if do is Do.KEEP and issue is not None:
            value = row.values[cell.index]
            why = (
                words.unreadable(self.tab, cell.column, value) if isinstance(value, Unreadable) else issue.why
            )
            self._keep(i, name, replace(issue, seen=self.context.now, why=why))
            self.out.looks.append(Look(self.tab.name, i, name, seen))
        elif do in (Do.AGREE, Do.TAKE):
            if do is Do.TAKE or cell.opened:
                self._close(i, name)
            self._tidy(i, row, cell)
        elif do in (Do.WRITE, Do.RESTORE):
            if do is Do.RESTORE:
                self._restored(i, row, cell.index)
            self._set(i, cell.index, seen, cell.ledger)

    def _tidy(self, i: str, row: SheetRow, cell: Cell) -> None:
        """Write a date or number typed as text as what it is, and a name as the tab it refers to spells it."""
        value, seen = row.values[cell.index], row.cells[cell.index]
        other_spelling = cell.column.refers and value != seen
        if not isinstance(value, Unreadable) and (other_spelling or cell.untidy(seen)):
            self._set(i, cell.index, seen, value)

    def _new(self, i: str, row: SheetRow) -> None:
        """Take a row that a person added, or let it wait in the book for what it lacks."""
        typed = tuple(
            None if isinstance(v, Unreadable) or c.owner is Owner.LEDGER else v
            for c, v in zip(self.tab.stored, row.values, strict=True)
        )
        filled = self.context.complete(self.tab, typed)
        problems = dict(self._problems(i, row, filled))
        waiting = [k for k in problems if self.tab.stored[k].required]
        for k, why in problems.items():
            text = text_of(row.values[k], row.cells[k])
            self._keep(
                i, self.tab.stored[k].name, Issue(IssueKind.HELD, self.context.now, mine=text, why=why)
            )
            if self.tab.stored[k].name in self.sheet.present:
                self.out.looks.append(Look(self.tab.name, i, self.tab.stored[k].name, row.cells[k]))
        if not waiting:
            self._insert(i, row, _without(typed, problems), _without(filled, problems))

    def _insert(self, i: str, row: SheetRow, typed: Row, filled: Row) -> None:
        if self._is_twin(filled):
            self._notice(i, "", "", words.twin(self.tab, filled))
        self._put(i, typed)
        if filled != typed:
            self._put(i, filled, derived=True)
        for k, column in enumerate(self.tab.stored):
            readable = not isinstance(row.values[k], Unreadable)
            if column.owner is Owner.LEDGER:
                self._restored(i, row, k)
            if readable and column.name in self.sheet.present:
                cell = Cell(column, k, row.values[k], filled[k], RowBase(certain=False, full=None))
                if row.values[k] != filled[k] and self._key(i, column.name) not in self._kept:
                    self._set(i, k, row.cells[k], filled[k])
                else:
                    self._tidy(i, row, cell)

    def _is_twin(self, row: Row) -> bool:
        """Say whether a row with money in it, and without a natural key, stands in the ledger already."""
        if self.tab.key or self.tab.unit is None:
            return False
        if self._known is None:
            self._known = set(self.live.values())
        return row in self._known or row in self._changed.values()

    def _problems(self, i: str, row: SheetRow, filled: Row) -> Iterator[tuple[int, str]]:
        """Return the fields of a new row that the ledger cannot take, and why."""
        for k, column in enumerate(self.tab.stored):
            value = row.values[k]
            if isinstance(value, Unreadable):
                yield k, words.unreadable(self.tab, column, value)
            elif filled[k] is None and column.required:
                yield k, words.lacking(self.tab, column)
            elif filled[k] is not None and (why := self._objection(i, k, filled[k])):
                yield k, why

    def _deleted(self, i: str, row: SheetRow, refill: set[int]) -> None:
        """Take a row that the ledger deleted out of the book, unless a person edited it."""
        base = self.base.row(i)
        known = base.mine if base.mine is not None else base.offered
        if known is None:  # this copy never had it: pasted from an older one, or it waits here since
            if not row.blank:
                self._new(i, row)
            return
        edited = {k for k in self._fields() if not self._is_echo(i, row, k, base, known[k], refill)}
        owned = {k for k in edited if self.tab.stored[k].owner is Owner.LEDGER}
        for k in owned:
            self._restored(i, row, k)
        if edited <= owned:
            self.out.drops.append(Drop(self.tab.name, i, row.cells))
        else:
            self._revive(i, row, base, refill)

    def _is_echo(self, i: str, row: SheetRow, k: int, base: RowBase, known: Value, refill: set[int]) -> bool:
        """Say whether a cell holds nothing that a person typed since the bookmark."""
        value, open_now = row.values[k], self._now(i, self.tab.stored[k].name)
        if self._is_wiped(row, k, refill):
            return True
        if isinstance(value, Unreadable):
            return False
        undecided = base.opened(k) and open_now is not None
        return (
            (value == known and not undecided) or value in base.offers.get(k, ()) or (k, value) in base.stale
        )

    def _revive(self, i: str, row: SheetRow, base: RowBase, refill: set[int]) -> None:
        """Edit beats delete, and is said."""
        old = base.full or base.offered
        if old is None:
            return
        fields = {k for k in self._fields() if not self._is_wiped(row, k, refill)}
        back = tuple(
            v
            if k in fields and not isinstance(v, Unreadable) and self.tab.stored[k].owner is not Owner.LEDGER
            else old[k]
            for k, v in enumerate(row.values)
        )
        # What comes from the deleted row may be taken by now, too.
        for k, value in enumerate(back):
            if why := self._objection(i, k, value):
                issue = Issue(
                    IssueKind.HELD, self.context.now, mine=text_of(row.values[k], row.cells[k]), why=why
                )
                self._keep(i, self.tab.stored[k].name, issue)
                self._close(i, "")  # it is here, whatever was said of it
                self._left.add(i)
                return
        self._put(i, back)
        self._notice(i, "", "", words.revived(self.tab, back))
        for k in fields:
            self._close(i, self.tab.stored[k].name)

    # -- the ledger's side -----------------------------------------------------------------------------

    def _put(self, i: str, after: Row, *, derived: bool = False) -> None:
        key = self._key_field
        if key is not None and self._keys is not None:
            before = self._changed.get(i, self.live.get(i))
            if before is not None and self._keys.get(fold(before[key])) == i:
                del self._keys[fold(before[key])]
            self._keys[fold(after[key])] = i
        self._changed[i] = after
        self.out.puts.append(Put(i, after, derived))

    def _objection(self, i: str, k: int, value: Value) -> str:
        """Return why the ledger cannot take this value for this field, or ""."""
        column = self.tab.stored[k]
        if value is None:
            return words.lacking(self.tab, column) if column.required else ""
        if k == self._key_field and self._owner_of(value) not in (None, i):
            return words.key_taken(self.tab, column, value)
        return self.context.object_to(self.tab, self.live.get(i), k, value)

    def _owner_of(self, key: Value) -> str | None:
        """Return the live row with this natural key, as things stand in this merge."""
        if self._keys is None and self._key_field is not None:
            now = {**self.live, **self._changed}
            self._keys = {fold(row[self._key_field]): i for i, row in now.items() if row is not None}
        return (self._keys or {}).get(fold(key))

    @property
    def _key_field(self) -> int | None:
        return next((k for k, c in enumerate(self.tab.stored) if c.name == self.tab.key), None)

    # -- issues ----------------------------------------------------------------------------------------

    def _key(self, i: str, name: str) -> IssueKey:
        return IssueKey(self.context.book, self.tab.name, i, name)

    def _now(self, i: str, name: str) -> Issue | None:
        return self.issues.get(self._key(i, name))

    def _keep(self, i: str, name: str, issue: Issue) -> None:
        key, old = self._key(i, name), self._now(i, name)
        if old is not None:
            self._pushed_out(i, name, old, issue.mine)
            issue = replace(issue, seen=old.seen)
        self.out.issues[key] = issue
        self._kept.add(key)

    def _close(self, i: str, name: str) -> None:
        old = self._now(i, name)
        if old is not None:
            self._pushed_out(i, name, old, None)
            self.out.issues[self._key(i, name)] = None

    def _pushed_out(self, i: str, name: str, old: Issue, mine: Value) -> None:
        """Keep the value of a conflict that this copy never showed, when another one takes its place."""
        index = next((k for k, c in enumerate(self.tab.stored) if c.name == name), None)
        if index is None or old.kind is not IssueKind.CONFLICT or old.mine == mine:
            return
        if not self.base.row(i).opened(index):
            text = words.plain(old.mine)
            self._notice(i, name, text, words.replaced(self.tab, self.tab.stored[index], text))

    def _restored(self, i: str, row: SheetRow, k: int) -> None:
        """Say what was typed where only the ledger writes; clearing such a cell says nothing."""
        if text := text_of(row.values[k], row.cells[k]):
            column = self.tab.stored[k]
            self._notice(i, column.name, text, words.restored(self.tab, column, text))

    def _notice(self, i: str, name: str, text: str, why: str) -> None:
        """Settled by rule: say so, with what was typed, until a person has seen it."""
        key = self._key(i, f"{name}#{words.digest(text)}")
        if key not in self.issues:
            self.out.issues[key] = Issue(IssueKind.NOTICE, self.context.now, mine=text or None, why=why)

    def _loosen(self) -> None:
        """Issues that no cell of this copy carries: a conflict stays open until decided, others end."""
        for key, issue in self.issues.items():
            if key in self._kept or key.row in self._left or self.out.issues.get(key, issue) is None:
                continue
            if issue.kind is IssueKind.NOTICE or (key.column and key.column not in self.sheet.present):
                continue
            if issue.kind is IssueKind.CONFLICT:
                index = next(k for k, c in enumerate(self.tab.stored) if c.name == key.column)
                row = self._changed.get(key.row, self.live.get(key.row))
                self.out.issues[key] = replace(issue, loose=True, theirs=row[index] if row else None)
            else:
                self.out.issues[key] = None

    # -- the book's side -------------------------------------------------------------------------------

    def _fields(self) -> Iterator[int]:
        return (k for k, c in enumerate(self.tab.stored) if c.name in self.sheet.present)

    def _set(self, i: str, k: int, seen: CellValue, value: Value) -> None:
        column, row = self.tab.stored[k], self._changed.get(i, self.live.get(i))
        shown = show_cell(column, value, currency_of(self.tab, row) if row else None)
        self.out.cells.append(SetCell(self.tab.name, i, column.name, seen, shown))


def _without(row: Row, fields: Mapping[int, str]) -> Row:
    return tuple(None if k in fields else v for k, v in enumerate(row))
