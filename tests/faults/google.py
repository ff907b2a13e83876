"""`python -m tests.faults.google [seeds] [first]`: a person at work inside every call of a Google book, lines that break.

For each seed a ledger and a spreadsheet of 24 invoices live through twenty rounds. Before every read and every write a
person does one thing or two: types (also into the very cell that is about to be written), inserts, deletes, brings back,
sorts and moves rows, adds and removes columns, types formulas, renames a tab. In every other seed calls fail before
they are carried out, after, much later, without an answer, and the agent dies. Then all is quiet, and the count must be
nought: cells that differ from the ledger, texts in a row they were not meant for, texts that a person typed and that
stand nowhere, rows that stand twice or are gone.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from arc_sheets.cells import Formula, Value
from arc_sheets.errors import ArcError
from arc_sheets.tab import Tab
from arc_sheets.tabs import INVOICES
from arc_sync.books.google.layout import id_of
from arc_sync.merge.history import Change
from arc_sync.merge.issues import Issue
from arc_sync.merge.snapshot import show_row
from tests.emulators.google import GoogleEmulator
from tests.google_hand import grid_of
from tests.google_world import TYPED, Crash, World, template, true_name, world

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
    _judge(w, outcome)
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


def _judge(w: World, outcome: Outcome) -> None:
    hand, bad, told = w.hand, outcome.bad, outcome.told
    hand.name_rows()
    layout, grid = hand.layout(), hand.grid()
    with w.ledger.read() as view:
        rows, issues = dict(view.rows(INVOICES)), dict(view.issues("a-book") or view.issues())
        changes = list(view.changes(0))
    open_ = {(key.row, key.column) for key in issues}
    names = [c.name for c in INVOICES.stored]
    truth = hand.truth(grid)

    def say(what: str, *where: Any) -> None:
        bad[what] += 1
        told.append(f"{what}: {' '.join(map(str, where))}")

    seen: Counter[str] = Counter()
    for at in hand.rows(grid):
        i, name = id_of(layout, at), str(grid.at(at, truth))
        seen[i] += bool(i)
        for column, value in enumerate(grid.row(at)):
            if isinstance(value, str) and "@" in value and column != truth and value.partition("@")[2] != name:
                say("contaminated", "cell", name, at, column, value)
        if i in rows:
            for k, (cell, want) in enumerate(zip(layout.cells(at), show_row(INVOICES, rows[i]), strict=True)):
                excused = (i, names[k]) in open_ or (i, "") in open_ or isinstance(cell, Formula)
                if cell != want and names[k] in layout.places and not excused:
                    say("wrong cells", name, names[k], repr(cell), "ledger", repr(want))
        for column in range(max(layout.places.values())):
            value = grid.at(at, column)
            if column not in layout.places.values() and value is not None and value not in hand.own.get(name, []):
                say("dirt", name, column, value)
    shown = {(str(grid.at(at, truth)), value) for at in hand.rows(grid) for value in grid.row(at)}
    for name, texts in hand.own.items():
        for text in texts:
            if (name, text) not in shown and not _stands(text, changes, issues):
                say("lost edits", "own", name, text)
    for i, many in seen.items():
        if many > 1:
            say("rows twice", i)
    for i in rows:
        if not seen[i] and (i, "") not in open_:
            say("rows lost", i, rows[i])
    for change in changes:
        for values in (change.before, change.after):
            if isinstance(values, tuple) and change.tab == INVOICES.name:
                _pure(values, rows.get(change.row), say)
    everything = {v for title in ("Invoices", "Issues") for r in grid_of(w.person, title).rows for v in r}
    for (name, column), texts in hand.typed.items():
        for text in texts:
            if text not in everything and not _stands(text, changes, issues):
                say("lost edits", name, column, text)


def _pure(values: tuple[Value, ...], now: tuple[Value, ...] | None, say: Any) -> None:
    name = true_name(now or values)
    for value in values:
        if isinstance(value, str) and "@" in value and name and value.partition("@")[2] != name:
            say("contaminated", "ledger", name, value)


def _stands(text: str, changes: list[Change], issues: dict[Any, Issue]) -> bool:
    """Say whether a text ever reached the ledger: in a row, or in an issue."""
    for change in changes:
        for values in (change.before, change.after):
            told = values if isinstance(values, tuple) else (values.mine, values.theirs, values.why) if values else ()
            if any(text == v or (isinstance(v, str) and text in v) for v in told):
                return True
    return any(text in str((issue.mine, issue.theirs, issue.why)) for issue in issues.values())


def campaign(seeds: range, *, rate: float = RATE, **how: Any) -> tuple[Counter[str], list[str], Counter[str]]:
    """Run many histories; returns what went wrong, in which seeds, and what happened on the way."""
    bad: Counter[str] = Counter()
    told: list[str] = []
    met: Counter[str] = Counter()
    with GoogleEmulator(check_answers=False) as google:
        made = template(google)
        for seed in seeds:
            w = world(seed, google, made, rate if seed % 2 else 0.0, **how)
            outcome = live(w)
            bad += outcome.bad
            met += Counter(rounds=outcome.rounds, out_of_step=outcome.out_of_step) + w.hand.done + w.trouble.seen
            met += w.line.made
            told += [f"seed {seed}: {one}" for one in outcome.told[:4]]
            google.world.files.pop(w.spreadsheet, None)
    return bad, told, met


def main(seeds: int = 200, first: int = 0) -> int:
    """Run the campaign and print the count."""
    began = time.perf_counter()
    bad, told, met = campaign(range(first, first + seeds))
    say = sys.stdout.write
    say(f"google: {seeds} seeds, {met['rounds']} rounds, {met['read']} reads, {met['write']} writes, ")
    say(f"{time.perf_counter() - began:.0f} s\n  on the way: {dict(met)}\n")
    say("  " + ", ".join(f"{bad[what]} {what}" for what in COUNTED) + "\n")
    for one in told[:20]:
        say(f"  {one}\n")
    return int(any(bad.values()))


_Tab: Final = Tab

if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
