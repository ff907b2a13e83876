"""A run of sending that has had enough: what it does not begin waits in the outbox as before, and goes with the next."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from arc_sheets.cells import Value
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.tabs import CUSTOMERS, INVOICES
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm
from arc_sync.agent.reminding.breakers import Limits
from arc_sync.agent.reminding.outcomes import Report
from arc_sync.agent.reminding.sending import CLAIM, FEW, send_due
from arc_sync.ledger.memory import MemoryLedger
from arc_sync.ledger.open import create_ledger, open_ledger
from arc_sync.ledger.port import Ledger
from arc_sync.mail.memory import MemoryMailer
from arc_sync.mail.port import Fate, Outcome
from tests.faults.business import forked, kill_me, strikes
from tests.postgres import address, postgres, statement
from tests.random_ledgers import row
from tests.reminding_firm import DAY, NOW, Office, office, quick_words

__all__ = ["quick_words"]

S = MessageState
MANY = 27  #: customers besides the three of every office


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["memory", "SQLite", "PostgreSQL"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        ledger = _ledger(request, tmp_path, stack)
        yield with_many(tmp_path, ledger)
        ledger.close()


def _ledger(request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> Ledger:
    if request.param == "memory":
        return MemoryLedger()
    if request.param == "SQLite":
        return create_ledger(folder / "ledger.db")
    server, name = request.getfixturevalue("server"), f"arc_test_{uuid.uuid4().hex}"
    statement(server, "CREATE DATABASE {} TEMPLATE template0", name)
    stack.callback(statement, server, "DROP DATABASE {} WITH (FORCE)", name)
    return create_ledger(address(server, name))


def with_many(folder: Path, ledger: Ledger, many: int = MANY) -> Office:
    """An office in which so many reminders more than three are approved."""
    here = office(folder, ledger)
    with here.firm.ledger.change(here.firm.origin("import", "A test", NOW)) as t:
        for n in range(many):
            who: dict[str, Value] = {"name": f"Customer {n}", "email": f"ap@k{n}.example"}
            told: dict[str, Value] = {"number": f"K-{n}", "customer": f"Customer {n}", "status": "open"}
            late: dict[str, Value] = {"issued": DAY - timedelta(40), "due": DAY - timedelta(10)}
            t.put(CUSTOMERS, f"k{n}", row(CUSTOMERS, **who, currency="EUR"))
            t.put(INVOICES, f"j{n}", row(INVOICES, **told, **late, currency="EUR", amount=500_00))
    here.plan()
    assert len(here.approve().queued) == many + 3
    return here


@dataclass
class Slow:
    """A mail server that takes so many seconds for each message, by the clock of the office."""

    here: Office
    seconds: float = 12
    meanwhile: Callable[[int], None] = lambda _nth: (
        None
    )  #: called with how many it has had, this one included
    mailer: MemoryMailer = field(init=False)
    _had: int = 0

    def __post_init__(self) -> None:
        self.mailer = MemoryMailer(self._takes)

    def _takes(self, _message: Message) -> Outcome:
        self._had += 1
        self.meanwhile(self._had)
        self.here.later(seconds=self.seconds)
        return Outcome(Fate.SENT, "250 at last")

    @property
    def arrived(self) -> Counter[str]:
        return Counter(message.key for message in self.mailer.sent)


def send(
    here: Office,
    slow: Slow,
    enough: Callable[[], bool],
    owner: str = "desk",
    hook: Callable[[str], None] = lambda _: None,
) -> Report:
    ways = {"Email": slow.mailer}
    return send_due(here.firm, ways, lambda: here.now, owner, hook=hook, enough=enough)


def after(here: Office, seconds: float) -> Callable[[], bool]:
    """Have enough after so many seconds by the clock of the office."""
    until = here.now + timedelta(seconds=seconds)
    return lambda: here.now >= until


def as_it_waits(posted: Posted, now: datetime) -> tuple[object, ...]:
    """What the next sender sees of a message that waits."""
    due = posted.next_try is None or posted.next_try <= now
    return posted.message.id, posted.state, posted.owner, posted.until, posted.said, due


def test_a_run_ends_early_and_the_next_ones_send_the_rest_each_once(here: Office) -> None:
    slow, runs = Slow(here), list[tuple[int, bool]]()
    while not runs or runs[-1][1]:
        before = here.posted(S.QUEUED)
        report = send(here, slow, after(here, 120), f"turn {len(runs)}")
        runs.append((len(report.sent), report.more))
        waits = {p.message.id: as_it_waits(p, here.now) for p in here.posted(S.QUEUED)}
        assert waits.items() <= {p.message.id: as_it_waits(p, here.now) for p in before}.items()
        assert here.posted(S.CLAIMED, S.SENDING, S.UNKNOWN) == []

    assert runs == [(10, True), (10, True), (10, False)]
    assert set(slow.arrived.values()) == {1}
    assert len(slow.arrived) == len(here.posted(S.SENT)) == MANY + 3
    assert set(here.statuses().values()) == {"sent"}
    assert here.firm.ledger.verify() == []


def test_who_has_enough_before_the_first_begins_none(here: Office) -> None:
    slow, before = Slow(here), here.posted()
    report = send(here, slow, lambda: True)

    assert (report.sent, report.more) == ([], True)
    assert here.posted() == before


def test_nothing_more_is_due_after_the_last(here: Office) -> None:
    slow = Slow(here)
    assert not send(here, slow, lambda: len(slow.mailer.sent) == MANY + 3).more
    assert not send(here, slow, lambda: True).more


def test_what_waits_for_its_hour_is_no_more_to_be_sent_now(here: Office) -> None:
    here.later(hours=12)

    report = send(here, Slow(here), lambda: False)
    assert not report.sent
    assert not send(here, Slow(here), lambda: True).more


def test_what_a_server_put_off_keeps_its_words_and_its_next_try(here: Office) -> None:
    later = MemoryMailer(lambda _: Outcome(Fate.LATER, "451 greylisted"))
    send_due(here.firm, {"Email": later}, lambda: here.now, "first")
    here.later(minutes=10)
    slow, before = Slow(here), {p.message.id: p for p in here.posted(S.QUEUED)}
    report = send(here, slow, lambda: len(slow.mailer.sent) == 3)
    waits = here.posted(S.QUEUED)

    assert len(report.sent) == 3
    assert all(
        (p.said, p.next_try) == (before[p.message.id].said, before[p.message.id].next_try) for p in waits
    )
    assert sum(p.tries > 1 for p in waits) == FEW - 3


def test_a_breaker_that_tripped_says_so_and_not_that_more_is_due(here: Office) -> None:
    slow = Slow(here)
    ways = {"Email": slow.mailer}
    report = send_due(
        here.firm, ways, lambda: here.now, "a", Limits(a_run=2), enough=lambda: len(slow.mailer.sent) > 2
    )

    assert (len(report.sent), report.more) == (2, False)
    assert report.stopped.startswith("Stopped after 2 messages")


def test_what_another_has_taken_meanwhile_is_not_handed_back(here: Office) -> None:
    slow, other = Slow(here), Slow(here, seconds=0)

    def sleeps(nth: int) -> None:
        if nth == 2:  # the machine, for longer than the claims last
            here.later(seconds=CLAIM.total_seconds())
            assert len(send(here, other, lambda: False, "other").sent) == MANY + 2

    slow.meanwhile = sleeps
    report = send(here, slow, after(here, 120))

    assert (len(report.sent), report.more) == (1, False)
    assert set((slow.arrived + other.arrived).values()) == {1}
    assert here.posted(S.QUEUED, S.CLAIMED, S.SENDING, S.UNKNOWN) == []


class Died(Exception):
    """The process is gone."""


@pytest.mark.parametrize("nth", [1, 2, 6])
def test_a_sender_that_dies_while_it_hands_back_sends_nothing_twice(here: Office, nth: int) -> None:
    slow, seen = Slow(here), Counter[str]()

    def die(step: str) -> None:
        seen[step] += 1
        if (step, seen[step]) == ("handed back", nth):
            raise Died

    with suppress(Died):
        send(here, slow, after(here, 120), "first", die)
    assert seen["handed back"] == nth
    assert len(here.posted(S.CLAIMED)) == 6 - nth
    here.later(seconds=CLAIM.total_seconds())
    send(here, slow, lambda: False, "second")

    assert set(slow.arrived.values()) == {1}
    assert len(here.posted(S.SENT)) == len(slow.arrived) == MANY + 3
    assert here.firm.ledger.verify() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nobody can be killed like this here")
def test_a_sender_that_is_killed_at_any_act_sends_nothing_twice_and_leaves_nothing_stuck(
    tmp_path: Path,
) -> None:
    """Three of six are sent, three handed back; the n-th commit, before or after it, is the last for every n."""
    with_many(tmp_path, create_ledger(tmp_path / "ledger.db"), 3).firm.ledger.close()
    whole, wire, ended, n = (tmp_path / "ledger.db").read_bytes(), tmp_path / "wire", "killed", 0
    while ended == "killed":
        n += 1
        for path in tmp_path.glob("ledger.db-*"):
            path.unlink()
        (tmp_path / "ledger.db").write_bytes(whole)
        wire.write_text("")
        ended = forked(partial(_sends, tmp_path, wire, NOW, 3, killed_at=n))
        then = forked(partial(_sends, tmp_path, wire, NOW + CLAIM + timedelta(seconds=1), 9))
        arrived = wire.read_text().split()

        assert (n, ended in ("done", "killed"), then) == (n, True, "done"), ended
        assert len(arrived) == len(set(arrived)) >= 5, n  # one may be in doubt: it was on its way
    assert n > 20


def _sends(folder: Path, wire: Path, now: datetime, most: int, killed_at: int = 0) -> str:
    """Send until so many have gone, and say what is wrong then; the wire is a file."""
    if killed_at:
        strikes(killed_at, kill_me)
    here = Office(Firm(Config.load(folder / "arc.toml"), open_ledger(folder / "ledger.db")))
    mailer, owner = Wire(wire), f"sender {os.getpid()}"
    enough: Callable[[], bool] = lambda: mailer.had >= most  # noqa: E731
    report = send_due(here.firm, {"Email": mailer}, lambda: now, owner, enough=enough)
    states = Counter(posted.state for posted in here.posted())
    wrong = [*here.firm.ledger.verify()]
    wrong += ["some are stuck"] * bool(states[S.CLAIMED] + states[S.SENDING])
    wrong += ["more than one is in doubt"] * (states[S.UNKNOWN] > 1)
    wrong += ["it is not told whether more is due"] * (report.more != bool(states[S.QUEUED]))
    wrong += ["not all were sent"] * (most > 6 and states[S.QUEUED] > 0)
    return "; ".join(wrong) or "done"


@dataclass
class Wire:
    """A mailer that writes to a file what leaves, when it does."""

    file: Path
    had: int = 0
    name: str = "a wire"

    def send(self, message: Message, about_to: Callable[[], None]) -> Outcome:
        about_to()
        with self.file.open("a") as stream:
            stream.write(f"{message.id}\n")
        self.had += 1
        return Outcome(Fate.SENT, "250 ok")

    def close(self) -> None:
        pass
