"""`python -m tests.faults.google [seeds] [first]`: a person at work inside every call of a Google book, lines that break.

For each seed a ledger and a spreadsheet of 18 invoices live through twenty rounds. Before every read and every write a
person does one thing or two: types (also into the very cell that is about to be written), inserts, deletes, brings back,
sorts and moves rows, adds, moves and removes columns, types formulas and over what ARC computes, renames tabs and a
header, scribbles and chooses on Issues; sometimes another channel changes the ledger. In every other seed calls fail
before they are carried out, after, much later, without an answer, and the agent dies. Then all is quiet, two rounds must
bring everything in step and a third write nothing, and the count must be nought: cells that differ from the ledger,
texts in a row or column they were not meant for, texts that a person typed and that stand nowhere, rows that stand
twice or are gone (`tests/google_judge.py`).
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Self

from arc_sheets.errors import ArcError
from tests.emulators.google import GoogleEmulator
from tests.google_judge import COUNTED, Judge, Outcome
from tests.google_world import Crash, World, template, world

ROUNDS: Final = 20
RATE: Final = 0.05
#: Rounds in which a book comes to rest once everybody stops; the next one writes nothing (promise 2).
_SETTLING: Final = 2
_BATCH: Final = 50  # seeds of one process


def live(w: World, rounds: int = ROUNDS) -> Outcome:
    """Let a world live, come to rest, and be judged."""
    outcome = Outcome()
    try:
        w.line.before = w.hand.work
        for _ in range(rounds):
            w.act()
            outcome.rounds += 1
            outcome.out_of_step += not _round(w, outcome)
        _rest(w, outcome)
        Judge(w, outcome).run()
    except (AssertionError, LookupError, ValueError, TypeError) as error:
        outcome.say("errors", type(error).__name__, error)
    return outcome


def _round(w: World, outcome: Outcome) -> bool:
    try:
        return w.round().in_step
    except Crash:
        return False
    except ArcError as error:
        w.trouble.seen[type(error).__name__] += 1
        if not w.trouble.rate:  # only a line that breaks may keep a round from its end
            outcome.say("errors", type(error).__name__, error)
        return False


def _rest(w: World, outcome: Outcome) -> None:
    """Let everybody stop, and rounds run until there is nothing to do."""
    w.trouble.rate = 0.0
    w.line.before = lambda _kind, _body: None
    for _, act in w.line.late:
        act()
    w.line.late.clear()
    w.hand.put_header_back()
    for _ in range(_SETTLING):
        w.round()
    before = w.line.made["write"]
    report = w.round()
    if w.line.made["write"] > before or not (report.idle and report.in_step):
        outcome.say("never at rest", f"idle {report.idle}", f"in step {report.in_step}")


@dataclass
class Tally:
    """What many histories came to: the faults, in which seeds, and what happened on the way."""

    bad: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Self:
        self.bad += other.bad
        self.met += other.met
        self.told += other.told
        return self


def campaign(seeds: Sequence[int]) -> Tally:
    """Run many histories, every other one with faults on the line."""
    tally = Tally()
    with GoogleEmulator(check_answers=False) as google:
        made = template(google)
        for seed in seeds:
            w = world(seed, google, made, RATE if seed % 2 else 0.0)
            outcome = live(w)
            tally.bad += outcome.bad
            tally.met += Counter({"rounds": outcome.rounds, "rounds out of step": outcome.out_of_step})
            tally.met += w.hand.done + w.trouble.seen + w.line.made
            tally.told += [f"seed {seed}: {one}" for one in outcome.told[:4]]
            google.world.files.pop(w.spreadsheet, None)
    return tally


def main(seeds: int = 200, first: int = 0) -> int:
    """Run the campaign and print the count."""
    began = time.perf_counter()
    tally, every = Tally(), range(first, first + seeds)
    with ProcessPoolExecutor(int(os.environ.get("ARC_JOBS", "0")) or os.cpu_count()) as pool:
        for some in pool.map(campaign, [every[at : at + _BATCH] for at in range(0, seeds, _BATCH)]):
            tally += some
    met, say = tally.met, sys.stdout.write
    say(f"google: {seeds} seeds, {met['rounds']} rounds, {met['rounds out of step']} out of step, ")
    say(f"{met['read']} reads, {met['write']} writes, {time.perf_counter() - began:.0f} s\n")
    say("".join(_table(met)))
    say("  " + ", ".join(f"{tally.bad[what]} {what}" for what in COUNTED) + "\n")
    for one in tally.told[:20]:
        say(f"  {one}\n")
    return int(any(tally.bad.values()))


def _table(met: Counter[str]) -> list[str]:
    """Return what happened on the way, in lines: what was done inside of reads and of writes, what befell calls."""
    done = sorted({name.rpartition(" in ")[0] for name in met} - {""})
    lines = [f"  {'':12}{'in reads':>10}{'in writes':>10}\n"]
    lines += [f"  {what:12}{met[f'{what} in reads']:10}{met[f'{what} in writes']:10}\n" for what in done]
    other = sorted(met.keys() - {"rounds", "rounds out of step", "read", "write"})
    return [*lines, *(f"  {name:22}{met[name]:10}\n" for name in other if " in " not in name)]


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
