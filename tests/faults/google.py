"""`python -m tests.faults.google [seeds] [first]`: a person at work inside every call of a Google book, lines that break.

For each seed a ledger and a spreadsheet of 24 invoices live through twenty rounds. Before every read and every write a
person does one thing or two: types (also into the very cell that is about to be written), inserts, deletes, brings back,
sorts and moves rows, adds and removes columns, types formulas, renames a tab. In every other seed calls fail before
they are carried out, after, much later, without an answer, and the agent dies. Then all is quiet, and the count must be
nought: cells that differ from the ledger, texts in a row they were not meant for, texts that a person typed and that
stand nowhere, rows that stand twice or are gone.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from arc_sheets.cells import Formula, Row
from arc_sheets.errors import ArcError
from arc_sheets.tabs import INVOICES
from arc_sync.books.google.layout import id_of
from arc_sync.merge.history import Change
from arc_sync.merge.issues import Issue
from arc_sync.merge.snapshot import show_row
from tests.emulators.google import GoogleEmulator
from tests.google_hand import grid_of
from tests.google_world import Crash, World, template, true_name, world

ROUNDS: Final = 20
RATE: Final = 0.03
#: What is counted, and must be nought.
COUNTED: Final = (
    "wrong cells", "contaminated", "lost edits", "rows twice", "rows lost", "dirt", "formulas lost", "never at rest",
    "errors",
)  # fmt: skip


@dataclass
class Outcome:
    """What one history came to."""

    bad: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    rounds: int = 0
    out_of_step: int = 0


def live(w: World, rounds: int = ROUNDS) -> Outcome:
    """Let a world live, come to rest, and be judged."""
    outcome = Outcome()
    try:
        w.line.before = w.hand.work
        for _ in range(rounds):
            w.act()
            outcome.rounds += 1
            outcome.out_of_step += not _round(w)
        _rest(w, outcome)
    except (AssertionError, LookupError, ValueError, TypeError) as error:
        outcome.bad["errors"] += 1
        outcome.told.append(f"{type(error).__name__}: {error}")
        return outcome
    _Judge(w, outcome).run()
    return outcome


def _round(w: World) -> bool:
    try:
        return w.round().in_step
    except Crash:
        return False
    except ArcError as error:
        w.trouble.seen[type(error).__name__] += 1
        return False


def _rest(w: World, outcome: Outcome) -> None:
    """Let everybody stop, and rounds run until there is nothing to do."""
    w.trouble.rate = 0.0
    w.line.before = lambda _kind, _body: None
    for _, act in w.line.late:
        act()
    w.line.late.clear()
    for _ in range(8):
        report = w.round()
        if report.idle and report.in_step:
            return
    outcome.bad["never at rest"] += 1


class _Judge:
    """Looks at a world that has come to rest."""

    def __init__(self, w: World, outcome: Outcome) -> None:
        w.hand.name_rows()
        self.w, self.hand, self.outcome = w, w.hand, outcome
        self.layout, self.grid = w.hand.layout(), w.hand.grid()
        self.truth = w.hand.truth(self.grid)
        with w.ledger.read() as view:
            self.rows, self.issues = dict(view.rows(INVOICES)), dict(view.issues())
            self.changes = list(view.changes(0))
        self.excused = {(key.row, key.column) for key in self.issues}

    def run(self) -> None:
        for at in self.hand.rows(self.grid):
            self._texts(at)
            self._cells(at)
            self._own(at)
        self._ids()
        for change in self.changes:
            for values in (change.before, change.after):
                if isinstance(values, tuple) and change.tab == INVOICES.name:
                    self._pure(values, self.rows.get(change.row))
        self._lost()
        self._formulas()

    def _say(self, what: str, *where: object) -> None:
        self.outcome.bad[what] += 1
        self.outcome.told.append(f"{what}: {' '.join(map(str, where))}")

    def _name(self, at: int) -> str:
        return str(self.grid.at(at, self.truth))

    def _texts(self, at: int) -> None:
        """Every text of a row names that row."""
        for column, value in enumerate(self.grid.row(at)):
            stray = isinstance(value, str) and "@" in value and value.partition("@")[2] != self._name(at)
            if stray and column != self.truth:
                self._say("contaminated", "cell", self._name(at), at, column, value)

    def _cells(self, at: int) -> None:
        """Every cell is the ledger's, unless a person has to decide about it."""
        i = id_of(self.layout, at)
        if i not in self.rows or (i, "") in self.excused:
            return
        shown = zip(INVOICES.stored, self.layout.cells(at), show_row(INVOICES, self.rows[i]), strict=True)
        for column, cell, want in shown:
            open_ = (i, column.name) in self.excused or isinstance(cell, Formula)
            if cell != want and not open_ and column.name in self.layout.places:
                self._say("wrong cells", self._name(at), column.name, repr(cell), "ledger", repr(want))

    def _own(self, at: int) -> None:
        """Nothing stands in the person's own columns but what the person typed there."""
        ours, mine = {self.truth, *self.layout.places.values()}, self.hand.own.get(self._name(at), [])
        for column, value in enumerate(self.grid.row(at)):
            if column not in ours and value is not None and value not in mine:
                self._say("dirt", self._name(at), column, value)

    def _ids(self) -> None:
        """Every row of the ledger stands in the book, once."""
        seen = Counter(filter(None, (id_of(self.layout, at) for at in self.hand.rows(self.grid))))
        for i, many in seen.items():
            if many > 1:
                self._say("rows twice", i)
        for i, values in self.rows.items():
            if not seen[i] and (i, "") not in self.excused:
                self._say("rows lost", i, values)

    def _pure(self, values: Row, now: Row | None) -> None:
        name = true_name(now or values)
        for value in values:
            if isinstance(value, str) and "@" in value and name and value.partition("@")[2] != name:
                self._say("contaminated", "ledger", name, value)

    def _lost(self) -> None:
        """Every text that a person typed, and did not type over, stands in the book or reached the ledger."""
        shown = {(self._name(at), value) for at in self.hand.rows(self.grid) for value in self.grid.row(at)}
        everywhere = {v for t in ("Invoices", "Issues") for r in grid_of(self.w.person, t).rows for v in r}
        for name, texts in self.hand.own.items():
            for text in texts:
                if (name, text) not in shown and not _stands(text, self.changes, self.issues):
                    self._say("lost edits", "own", name, text)
        for (name, column), texts in self.hand.typed.items():
            for text in texts:
                if text not in everywhere and not _stands(text, self.changes, self.issues):
                    self._say("lost edits", name, column, text)

    def _formulas(self) -> None:
        """Every formula that a person typed is still one, and knows its cells."""
        for name, column in self.hand.formulas:
            found = [
                self.layout.cell(at, column) for at in self.hand.rows(self.grid) if self._name(at) == name
            ]
            if found and not any(isinstance(cell, Formula) and "#REF" not in cell.text for cell in found):
                self._say("formulas lost", name, *map(repr, found))


def _stands(text: str, changes: list[Change], issues: dict[Any, Issue]) -> bool:
    """Say whether a text ever reached the ledger: in a row, or in an issue."""
    for change in changes:
        for values in (change.before, change.after):
            told = (
                values
                if isinstance(values, tuple)
                else (values.mine, values.theirs, values.why)
                if values
                else ()
            )
            if any(text == v or (isinstance(v, str) and text in v) for v in told):
                return True
    return any(text in str((issue.mine, issue.theirs, issue.why)) for issue in issues.values())


@dataclass
class Tally:
    """What many histories came to: the faults, in which seeds, and what happened on the way."""

    bad: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)


def campaign(seeds: Sequence[int]) -> Tally:
    """Run many histories, every other one with faults on the line."""
    tally = Tally()
    with GoogleEmulator(check_answers=False) as google:
        made = template(google)
        for seed in seeds:
            w = world(seed, google, made, RATE if seed % 2 else 0.0)
            outcome = live(w)
            tally.bad += outcome.bad
            tally.met += Counter(rounds=outcome.rounds, out_of_step=outcome.out_of_step)
            tally.met += w.hand.done + w.trouble.seen + w.line.made
            tally.told += [f"seed {seed}: {one}" for one in outcome.told[:4]]
            google.world.files.pop(w.spreadsheet, None)
    return tally


def main(seeds: int = 200, first: int = 0) -> int:
    """Run the campaign and print the count."""
    began = time.perf_counter()
    bad, told, met = Counter[str](), list[str](), Counter[str]()
    workers, every = os.cpu_count() or 1, range(first, first + seeds)
    with ProcessPoolExecutor(workers) as pool:
        for tally in pool.map(campaign, [every[n :: 2 * workers] for n in range(2 * workers)]):
            bad, told, met = bad + tally.bad, told + tally.told, met + tally.met
    say = sys.stdout.write
    say(f"google: {seeds} seeds, {met['rounds']} rounds, {met['read']} reads, {met['write']} writes, ")
    say(f"{time.perf_counter() - began:.0f} s\n  on the way: {dict(met)}\n")
    say("  " + ", ".join(f"{bad[what]} {what}" for what in COUNTED) + "\n")
    for one in told[:20]:
        say(f"  {one}\n")
    return int(any(bad.values()))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
