"""Many senders at one outbox, each killed at random moments and started anew: nothing may be sent twice.

    python -m tests.faults.senders [seed] [messages]

What a sender does is in `sender.py`. Some are not killed but stopped for longer than their claims last, and wake
up believing that they still hold them. What a dead sender had on its way must end as unknown.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.tabs import REMINDERS
from arc_sync.ledger.open import create_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.merge.history import Origin
from tests.faults.sender import TERM, now, reminder, send_all
from tests.postgres import postgres

S = MessageState
SENDERS: Final = 8
PAUSE: Final = 1.25 * TERM.total_seconds()  #: for so long a sender is stopped
PATIENCE: Final = 120  #: seconds in which nothing leaves are a fault, too
CAN_STOP: Final = hasattr(signal, "SIGSTOP")
_IN_HAND: Final = (S.QUEUED, S.CLAIMED, S.SENDING)


# ---- those who kill them ----------------------------------------------------------------------------------
@dataclass
class Crowd:
    """The senders at work; a dead one is replaced by one with a new name."""

    place: str
    log: Path
    chance: random.Random
    killed: int = 0
    stopped: int = 0
    born: int = 0
    alive: list[BaseProcess] = field(default_factory=list)

    def start(self) -> None:
        """Start one sender more."""
        self.born += 1
        given = (self.place, str(self.log), f"sender {self.born}")
        sender = _context().Process(target=send_all, args=given, daemon=True)
        sender.start()
        self.alive.append(sender)

    def disturb(self, kills: int) -> None:
        """Kill so many, one after the other at random moments, stop some for a while, then let them end."""
        left, since = 0, time.monotonic()
        while self.alive:
            time.sleep(self.chance.uniform(0, 0.1))
            self.alive = [sender for sender in self.alive if sender.is_alive()]
            if self.log.stat().st_size > left:
                left, since = self.log.stat().st_size, time.monotonic()
            if time.monotonic() > since + PATIENCE:
                self.kill_all()
            elif self.alive and self.killed < kills:
                self._strike(self.chance.choice(self.alive))

    def _strike(self, sender: BaseProcess) -> None:
        if CAN_STOP and self.chance.random() < 0.1:
            self._stop(sender)
            return
        sender.kill()
        sender.join()
        self.killed += sender.exitcode == -signal.SIGKILL
        self.start()

    def _stop(self, sender: BaseProcess) -> None:
        if sender.pid is not None:
            os.kill(sender.pid, signal.SIGSTOP)
            time.sleep(PAUSE)
            os.kill(sender.pid, signal.SIGCONT)
            self.stopped += 1

    def kill_all(self) -> None:
        """End all that are left."""
        for sender in self.alive:
            sender.kill()
            sender.join()


def _context() -> SpawnContext | ForkServerContext:
    """Return how processes are born: where the system can, from one that has imported all and opened nothing."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.sender", "tests.postgres"])
    return context


# ---- one campaign ---------------------------------------------------------------------------------------
class Campaign(NamedTuple):
    """How one went. `wrong` are sentences; none: nothing was sent twice, and all that is ambiguous is unknown."""

    killed: int
    stopped: int
    sent: int  #: times that something left
    distinct: int  #: messages that left
    unknown: int
    left: int  #: messages that are at no end
    wrong: list[str]


def campaign(place: str, folder: Path, seed: int, many: int, senders: int = SENDERS) -> Campaign:
    """Run one on a new ledger at `place`, with a kill for every fifth message."""
    ledger, log = create_ledger(place), folder / "wire"
    log.touch()
    _fill(ledger, many)
    crowd = Crowd(place, log, random.Random(seed))
    for _ in range(senders):
        crowd.start()
    crowd.disturb(many // 5)
    ledger.lost(now() + 2 * TERM)
    with ledger.read() as view:
        posted = {one.message.id: one for one in view.posted()}
    wire = log.read_text().split()
    wrong = [*judged(posted, wire), *ledger.verify()]
    ledger.close()
    states = [one.state for one in posted.values()]
    left = sum(state in _IN_HAND for state in states)
    counts = (len(wire), len(set(wire)), states.count(S.UNKNOWN), left)
    return Campaign(crowd.killed, crowd.stopped, *counts, wrong)


def judged(posted: Mapping[str, Posted], wire: list[str]) -> list[str]:
    """Return what is wrong with where messages stand, given what left."""
    wrong = [f"{one} was sent twice." for one in sorted(set(wire)) if wire.count(one) > 1]
    for one, stands in posted.items():
        fitting = {S.SENT, S.UNKNOWN} if one in wire else {S.UNKNOWN}
        if stands.state not in fitting:
            left = "left" if one in wire else "did not leave"
            wrong.append(f"{one} {left}, but the outbox says {stands.state}.")
    return wrong


def _fill(ledger: Ledger, many: int) -> None:
    when = now()
    with ledger.change(Origin("campaign", "action", "Queued", when)) as change:
        for n in range(many):
            facts = (f"{n:032x}", f"key {n}", f"r{n}", "Müller", "Email", "ap@mueller.example", "Firm")
            what = (("INV-1",), "EUR", 100, b"Dear Sir or Madam,\r\n" * 50)
            change.queue(Message(*facts, *what, when, when - TERM, when + timedelta(days=1)))
            change.put(REMINDERS, f"r{n}", reminder("queued"))


# ---- from the command line --------------------------------------------------------------------------------
@contextmanager
def _places(folder: Path) -> Iterator[dict[str, str]]:
    with postgres() as server:
        yield {
            "SQLite": str(folder / "ledger.db"),
            "PostgreSQL": server.render_as_string(hide_password=False),
        }


def main(seed: int = 1, many: int = 1_000) -> int:
    """Run a campaign on each kind of ledger and print a line for each; return 1 if anything is wrong."""
    say = sys.stdout.write
    say(f"{SENDERS} senders at one outbox of {many:,} messages, killed and stopped at random\n")
    say("ledger       seed  killed  stopped   sent  distinct  sent twice  unknown   left\n")
    wrong: list[str] = []
    with TemporaryDirectory() as folder, _places(Path(folder)) as places:
        for name, place in places.items():
            aside = Path(folder, name)
            aside.mkdir()
            one = campaign(place, aside, seed, many)
            say(
                f"{name:11}{seed:6}{one.killed:8}{one.stopped:9}{one.sent:7}{one.distinct:10}"
                f"{one.sent - one.distinct:12}{one.unknown:9}{one.left:7}\n"
            )
            sys.stdout.flush()
            wrong += one.wrong
    for sentence in wrong[:20]:
        say(f"  {sentence}\n")
    say(f"again: python -m tests.faults.senders {seed} {many}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
