"""Faults to be planted in merge, round, ledger and book, one at a time; the tests must find each.

Translated from the faults of the design's model (M: the protocol, D: the derived base, P: a piece of state
removed), with those this code has had or could have (N). A fault is one or more replacements of text that
stands exactly once in its file; `test_faults.py` sees to that, so that the list cannot rot. Those of chasing,
sending and writing by hand are in `planted_chasing.py`.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Edit(NamedTuple):
    """One replacement in a file, whose path begins at the root of the repository."""

    path: str
    old: str
    new: str


class Fault(NamedTuple):
    """A fault, by its name, in words, and its edits."""

    name: str
    what: str
    edits: tuple[Edit, ...]
    #: Where it must be found: test files, or one test of a slow one ("test_form::test_..."). If nothing is named, it
    #: is the merge's: the small named tests must find it, the deaths at every step, or the machine.
    by: tuple[str, ...] = ()


_MERGE, _AGENT, _BOOKS, _LEDGER = (
    f"sync/arc_sync/{folder}" for folder in ("merge", "agent", "books", "ledger")
)
BASE, CELLS, ROWS = f"{_MERGE}/base.py", f"{_MERGE}/cells.py", f"{_MERGE}/rows.py"
IDS, HISTORY = f"{_MERGE}/identify.py", f"{_MERGE}/history.py"
MERGING, CHOICES, ROUND = f"{_AGENT}/merging.py", f"{_AGENT}/choices.py", f"{_AGENT}/round.py"
MARKS = f"{_AGENT}/marks.py"
VISIT, SHOWING = f"{_AGENT}/visit.py", f"{_AGENT}/showing.py"
FIRM, PERFORM = f"{_AGENT}/firm.py", f"{_AGENT}/running/perform.py"
STEPS, BOOK = f"{_BOOKS}/stepwise.py", f"{_BOOKS}/memory.py"
LEDGER, LEASES = f"{_LEDGER}/memory.py", f"{_LEDGER}/leases.py"

_FIRST = "held = _settle_form(steps, plan) and not plan.waits"
_LAST = "return held and (plan.mark == plan.was or steps.set_bookmark(plan.was, plan.mark))"
_WRITE = "        if not plan.idle and not self.session.write(plan):\n"
_BOTH = "    if theirs != base_theirs and cell.column.owner is Owner.BOTH:\n        return _conflict(mine, theirs)"
_PENDING = "pending = at.pending if at.mark == mark.n else ()"
_GONE = """        full = self.base.row(i).full
        self._keep(
            i, "", Issue(IssueKind.GONE, self.context.now, base=full, why=words.many_vanished(self.tab))
        )
"""


def _one(name: str, what: str, path: str, old: str, new: str, *by: str) -> Fault:
    return Fault(name, what, (Edit(path, old, new),), by)


FAULTS: Final = (
    # -- the protocol ----------------------------------------------------------------------------------
    _one("M01", "bookmark moved even if a write failed", STEPS, _LAST, "return plan.mark == plan.was or steps.set_bookmark(plan.was, plan.mark)"),
    Fault("M02", "bookmark moved before the writes", (
        Edit(STEPS, _FIRST, f"steps.set_bookmark(plan.was, plan.mark)\n    {_FIRST}"),
        Edit(STEPS, _LAST, "return held"),
    )),
    _one("M03", "cells written without looking", BOOK, "if row is None or row.cells.get(step.column) != step.seen:", "if row is None:"),
    _one("M04", "cells written by a dead session", BOOK, "if self._alive and sheet and", "if sheet and"),
    _one("M04b", "no epoch in the book at all", BOOK, "return self._book.meta.epoch == self._epoch", "return True"),
    _one("M05", "commits to the ledger not fenced", LEASES, "if known.epoch != epoch:\n        raise", "if False:\n        raise"),
    _one("M06", "no guard against many vanished rows", ROWS, "if len(gone) <= 2 or", "if True or"),
    _one("M07", "what is pushed out of an unshown conflict is not said", ROWS, "if not self.base.row(i).opened(index):", "if False:"),
    _one("M08", "a row deleted in the book stays away", ROWS, "            else:\n                self._append(i)", "            else:\n                pass"),
    _one("M09", "a deleted row is dropped though it was edited", ROWS, "if edited <= owned:", "if True:"),
    _one("M10", "a missing column read as cleared", ROWS, "continue  # no column, no opinion", "pass"),
    _one("M11", "rows sorted without ids not followed", IDS, "    ids = _realign(sheet, ids, marks)\n", ""),
    _one("M12", "the key of another row not noticed in a new one", ROWS, "elif filled[k] is not None and (why :=", "elif False and (why :="),
    _one("M13", "a lost id not found again by its mark", IDS, "homes = [_by_mark(absent, mark) for", "homes = [_by_mark([], mark) for"),
    _one("M14", "the base is the ledger of today", BASE, "self._then = moment(at.n)", "self._then = Moment(tab, live, issues, ())"),
    Fault("M15", "the base is at the bookmark the ledger saw, not the book's", (
        Edit(MERGING, "return Standing(book, mark.n,", "return Standing(book, max(mark.n, at.mark),"),
        Edit(VISIT, "t.set_at(book, At(mark.n))", "pass"),
    )),
    _one("M16", "an unreadable cell is taken", CELLS, "        return _unreadable(cell, mine)\n", "        return Verdict(Do.TAKE, value=mine.text)\n"),
    _one("M17", "a row is dropped with what stands beside it", BOOK, "if row.own is None and not theirs:\n", "if True:\n"),
    _one("M20", "deleted rows forgotten", LEDGER, "return {i for i in ids if i not in live and", "return {i for i in ids if i in live and"),
    Fault("M21", "ids not stamped before the merge", (
        Edit(ROUND, "if not stamps or self.settings.dry_run:", "if True or stamps:"),
        Edit(ROWS, "if i and i == row.id:", "if i:"),
        Edit(ROWS, "elif i != row.id:", "elif row.id:"),
    )),
    # -- the derived base ------------------------------------------------------------------------------
    _one("D01", "undone in the wrong order", HISTORY, "past.setdefault((change.tab, change.row), change.before)", "past[change.tab, change.row] = change.before"),
    _one("D02", "redone instead of undone", HISTORY, "past.setdefault((change.tab, change.row), change.before)", "past[change.tab, change.row] = change.after"),
    _one("D03", "one change too many undone", BASE, "return Moment(tab, live, issues, at.after(n))", "return Moment(tab, live, issues, at.after(max(0, n - 1)))"),
    _one("D04", "one change too few undone", BASE, "return Moment(tab, live, issues, at.after(n))", "return Moment(tab, live, issues, at.after(n + 1))"),
    _one("D05", "bookmark never moved", BOOK, "        self._book.meta = meta._replace(bookmark=mark.n, hash=mark.hash)\n", ""),
    _one("D06", "bookmark is the head of the ledger when stamped", ROUND, _WRITE, "        with self.ledger.read() as view:\n            plan.mark = view.head()\n" + _WRITE),
    _one("D07", "a restored ledger accepted if the number fits", MARKS, "if mark.n and (not known or known[0].hash != mark.hash):", "if mark.n and not known:"),
    _one("D08", "a restored ledger accepted", MARKS, "if mark.n and (not known or known[0].hash != mark.hash):", "if False:"),
    _one("D09", "a conflict forgotten", CELLS, _BOTH, _BOTH.replace("_conflict(mine, theirs)", "Verdict(Do.AGREE)")),
    _one("D10", "a conflict settled by the clock", CELLS, "still_open = cell.opened and", "still_open = False and"),
    _one("D11", "in a conflict the book wins", CELLS, _BOTH, ""),
    _one("D12", "an open issue not brought up to date", ROWS, "        self.out.issues[key] = issue\n        self._kept", "        self.out.issues.setdefault(key, old or issue)\n        self._kept"),
    _one("D13", "a choice not compared with what was shown", CHOICES, "if seal(issue) != shown.seal or", "if False and"),
    _one("D14", "an issue closed because an older copy agrees", ROWS, "if do is Do.TAKE or cell.opened:", "if True:"),
    _one("D15", "a conflict that no cell carries is dropped", ROWS, "            if issue.kind is IssueKind.CONFLICT:\n", "            if False:\n"),
    _one("D16", "two books share an issue", ROWS, "return IssueKey(self.context.book, self.tab.name, i, name)", 'return IssueKey("A", self.tab.name, i, name)'),
    _one("D17", "typing over a conflict decides against an unseen value", CELLS, "if theirs != base_theirs and cell", "if theirs != base_theirs and not cell.opened and cell"),
    _one("D18", "acknowledged before the book was written", ROUND, _WRITE, "        self.ledger.acknowledge(self.book, self.epoch, At(plan.mark.n))\n" + _WRITE),
    # -- a piece of state removed ----------------------------------------------------------------------
    _one("P01", "no issues in the base", BASE, "for key in self._then.issue_keys(at.book):", "for key in list(self._then.issue_keys(at.book))[:0]:"),
    _one("P02", "issues of today, not of the bookmark", BASE, "for key in self._then.issue_keys(at.book):\n            issue = self._then.issue(key)", "for key, issue in issues.items():\n            issue = issue"),
    _one("P03", "pending sets dropped", MERGING, _PENDING, "pending = at.pending[:0]"),
    _one("P04", "what was offered is dropped", BASE, "base.offers.setdefault(index, []).append(offered[index])", "pass"),
    _one("P05", "what was taken is dropped", BASE, "if start < change.n <= end:", "if end < change.n <= start:"),
    Fault("P06", "pending sets not tied to their bookmark (two layers)", (
        Edit(MERGING, _PENDING, "pending = at.pending"),
        Edit(VISIT, "t.set_at(book, At(mark.n))", "t.set_at(book, At(mark.n, record.at.pending))"),
    )),
    _one("P07", "never acknowledged", ROUND, "self.ledger.acknowledge(self.book, self.epoch, At(plan.mark.n), fingerprint)", "pass"),
    _one("P08", "values of older copies not recognised", CELLS, "if (cell.index, mine) in cell.base.stale:", "if False:"),
    _one("P09", "a missing column not remembered", ROWS, "        for name in missing:\n", "        for name in missing[:0]:\n"),
    _one("P10", "vanished rows not remembered", ROWS, _GONE, ""),
    _one("P11", "the base of a conflict not split", BASE, "base.mine[index], base.theirs[index] = issue.mine, issue.theirs", "pass"),
    _one("P12", "the base of an unreadable cell not remembered", BASE, "elif issue.kind is IssueKind.HELD and", "elif False and"),
    _one("P13", "rows taken and not acknowledged count as certain", BASE, "return had.row(row) is not None or", "return row in self._own or had.row(row) is not None or"),
    # -- bugs once had, and others one could have ------------------------------------------------------
    _one("N01", "rows that follow a rename do not reach the book", MERGING, "            moved |= follow_renames(", "            follow_renames("),
    _one("N02", "the base of a tab taken after renames were followed", MERGING, "bases[tab.name])", "self._bases(t)[tab.name])"),
    _one("N03", "a cell under a missing header looked at again", ROWS, "            if self.tab.stored[k].name in self.sheet.present:\n", "            if True:\n"),
    _one("N04", "a row with an id deleted long ago is passed over", ROWS, "            if not row.blank:\n                self._new(i, row)\n            return", "            return"),
    _one("N05", "a missing column forgets since when", ROWS, "since = self.base.no_column.get(name, self.base.n)", "since = self.base.n"),
    _one("N06", "conflict cells not looked at again", STEPS, "        held &= steps.look(look)\n", "        pass\n"),
    _one("N07", "a loose conflict hides what was offered", BASE, "if issue is None or issue.loose:", "if issue is None:"),
    _one("N08", "a conflict decided since revives a deleted row", ROWS, "undecided = base.opened(k) and open_now is not None", "undecided = base.opened(k)"),
    _one("N09", "half a row as base of an edited offer", BASE, "whole = base.full or (change.before if isinstance(change.before, tuple) else change.after)", "whole = base.full or (None,) * width"),
    _one("N10", "Keep mine on a notice throws its text away", CHOICES, "issue.kind is IssueKind.NOTICE and picked != MINE.casefold()", "issue.kind is IssueKind.NOTICE"),
    _one("N11", "a skipped row does not keep the bookmark", STEPS, _FIRST, "held = _settle_form(steps, plan)"),
    _one("N12", "figures written into a tab without ids", ROUND, "faces.differing(sheet.faces) if sheet.usable else []", "faces.differing(sheet.faces)"),
    _one("N13", "bookmark moved over another one than was read", BOOK, "if not self._alive or meta.mark != was:", "if not self._alive:"),
    _one("N14", "ids stamped without looking", BOOK, "or (row.id, self._stored(stamp.tab, row)) != (stamp.was, stamp.seen)", "or False"),
    _one("N15", "a row appended that is there", BOOK, "if not self._alive or any(r.id == row.id for r in sheet.rows):", "if not self._alive:"),
    _one("N22", "a row appended though a column went missing", BOOK, "if sheet.columns != self._columns[tab]:", "if False:"),
    _one("N16", "a row dropped without looking", BOOK, "if row is None or self._stored(step.tab, row) != step.seen:", "if row is None:"),
    _one("N17", "what was typed over figures is not said", f"{_AGENT}/faces.py", "        if face.seal != seal_of(face.cells):\n            self._say(i, face.cells, cells)\n", ""),
    _one("N18", "a new column's blanks are an edit", ROWS, "self.tab.stored[k].name in self.base.no_column", "False"),
    _one("N24", "what was typed into a new column is none", ROWS, "return row.blank or (row.values[k] is None and made_anew)", "return row.blank or made_anew"),
    _one("N19", "a column emptied at one go clears the ledger", ROWS, "                found.add(k)\n", "                pass\n"),
    _one("N21", "a row deleted while the tab could not be read comes back", BASE, "if full is None and ID in self._missing:", "if False:"),
    _one("N23", "a sort is followed only if nothing was edited in it", IDS, "if home is not None and (closed or marks.alike(row, home) >= marks.alike(row, i)):", "if home is not None and closed:"),
    _one("N26", "a row of an older copy is not known by what was typed", IDS, "(marks.now, marks.known, marks.typed)", "(marks.now, marks.known)", "test_books_file_rounds"),
    _one("N27", "a row of an older copy is compared before names are respelled", MERGING, "            respell(keys, self.rules.tabs, sheet)\n            buried", "            buried", "test_books_file_rounds"),
    _one("N28", "of two rows alike only one is known again", IDS, "found[theirs].append(row)", "found[theirs] = [row]", "test_books_file_rounds"),
    _one("N20", "a row that moved between read and commit is passed over", MERGING, "            _unsift(sheet, self.was[tab.name], moved)\n", ""),
    _one("N29", "a key that is given up in this round counts as taken", ROWS, "for i in self._in_order(sorted(visit - self._left), rows):", "for i in sorted(visit - self._left):"),
    _one("N30", "a row is revived whatever became of its key", ROWS, "for k, value in enumerate(back):", "for k, value in ((k, back[k]) for k in fields):"),
    _one("N31", "a row that is here and waits is said to have vanished", ROWS, '                self._close(i, "")  # it is here', "                # it is here"),
    # -- rows shown ahead of the round -----------------------------------------------------------------
    _one("H01", "a row shown ahead was never offered", SHOWING, "            t.pend(visit.book)\n", "", "test_showing"),
    _one("H02", "offered to an older copy on the bookmark of the newer one", SHOWING, "            stand_on(t, visit.book, visit.mark)\n", "", "test_showing"),
    _one("H03", "rows shown ahead that were there before the click", SHOWING, "view.changes(since)", "view.changes(0)", "test_showing"),
    _one("H04", "rows that were only changed pass for new ones", SHOWING, " and c.before is None)", ")", "test_showing"),
    _one("H05", "rows shown ahead on a tab whose rows cannot be told apart", SHOWING, " if read.usable else []", "", "test_showing"),
    _one("H06", "the round is not preceded by what was clicked", PERFORM, "        firm.show_new(since, turn.clock())\n", "", "test_live_showing"),
    _one("H07", "a closed file is written twice for a click", FIRM, " and not isinstance(book := self.book, FileBook)", " and (book := self.book)", "test_live_showing"),
)  # fmt: skip
