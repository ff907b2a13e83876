"""Random histories of several senders that take turns, die anywhere and trust their clocks, told to a ledger.

The wire is a list: a message is on it from the moment its sender passed the point of no return. Whatever
happens, no message may stand on it twice, and the outbox must not say of one that left that it has not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hypothesis import strategies as st

from arc_sheets.errors import LedgerError
from arc_sheets.message import MessageState, Posted
from arc_sheets.tabs import INVOICES
from arc_sync.ledger.port import Ledger
from tests.ledger_contract import HOUR, NOON, invoice, origin
from tests.outbox_contract import ENDS, message, posted

S = MessageState
SENDERS: Final = 2
MESSAGES: Final = 3


class Turn(NamedTuple):
    """What happens next: `what` names a method of `World`; `who` is a sender, or a message where a person acts."""

    what: str
    who: int
    many: int  #: messages to claim, or quarters of an hour that the clock jumps


#: What happens most often comes first, and several times: else the rare meetings never come about.
turns = st.builds(
    Turn,
    st.sampled_from(
        [
            *(["claim", "go"] * 4),
            *(["tick", "sent"] * 3),
            *("torn", "refused", "bounced", "later", "die", "lost", "withdraw", "requeue"),
        ]
    ),
    st.integers(0, max(SENDERS, MESSAGES) - 1),
    st.integers(-3, 6),
)
histories = st.lists(turns, min_size=30, max_size=60)


@dataclass
class Sender:
    """One process that sends; it knows its claims, and forgets them when it dies."""

    name: str
    claimed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  #: past the point of no return, not yet told to the ledger


@dataclass
class World:
    """Some senders, one clock, one wire."""

    ledger: Ledger
    clock: datetime = NOON
    wire: list[str] = field(default_factory=list)
    lives: int = 0
    senders: list[Sender] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.ledger.change(origin()) as change:
            for n in range(MESSAGES):
                change.queue(message(n, not_before=NOON + n // 2 * HOUR))
        self.senders = [self.born() for _ in range(SENDERS)]

    def born(self) -> Sender:
        self.lives += 1
        return Sender(f"sender {self.lives}")

    def play(self, turn: Turn) -> str:
        """Let it happen; what came of it, in a word."""
        try:
            getattr(self, turn.what)(turn)
        except (LedgerError, ZeroDivisionError) as error:
            return f"{turn.what}: {type(error).__name__} {error}"
        return turn.what

    def claim(self, turn: Turn) -> None:
        sender = self._sender(turn)
        for one in self.ledger.claim(sender.name, self.clock, self.clock + HOUR, abs(turn.many)):
            sender.claimed.append(one.message.id)

    def go(self, turn: Turn) -> None:
        sender = self._sender(turn)
        if sender.claimed:
            one = sender.claimed.pop(0)
            self.ledger.about_to_send(one, sender.name, self.clock)
            self.wire.append(one)
            sender.gone.append(one)

    def bounced(self, turn: Turn) -> None:
        """The server says no to the last byte itself: it is known that nothing left."""
        sender = self._sender(turn)
        if sender.claimed:
            one = sender.claimed.pop(0)
            self.ledger.about_to_send(one, sender.name, self.clock)
            self.ledger.hand_back(one, sender.name, self.clock + HOUR, "452")

    def later(self, turn: Turn) -> None:
        sender = self._sender(turn)
        if sender.claimed:
            self.ledger.hand_back(sender.claimed.pop(0), sender.name, self.clock + HOUR, "451")

    def refused(self, turn: Turn) -> None:
        sender = self._sender(turn)
        if sender.claimed:
            self._move(sender.claimed.pop(0), S.FAILED, sender.name)

    def sent(self, turn: Turn) -> None:
        sender = self._sender(turn)
        if sender.gone:
            self._move(sender.gone.pop(0), S.SENT, sender.name)

    def torn(self, turn: Turn) -> None:
        """It dies inside the change set that says sent."""
        sender = self._sender(turn)
        if sender.gone:
            self.die(turn)
            self._move(sender.gone[0], S.SENT, sender.name, crash=True)

    def die(self, turn: Turn) -> None:
        self.senders[turn.who % SENDERS] = self.born()

    def tick(self, turn: Turn) -> None:
        """The clock goes on, or is set back."""
        self.clock += turn.many * timedelta(minutes=15)

    def lost(self, _turn: Turn) -> None:
        self.ledger.lost(self.clock)

    def withdraw(self, turn: Turn) -> None:
        self._move(message(turn.who % MESSAGES).id, S.WITHDRAWN)

    def requeue(self, turn: Turn) -> None:
        """Somebody who is no sender wants it back in the queue: from `sending` that would be twice."""
        self._move(message(turn.who % MESSAGES).id, S.QUEUED)

    def _sender(self, turn: Turn) -> Sender:
        return self.senders[turn.who % SENDERS]

    def _move(self, one: str, state: MessageState, owner: str = "", *, crash: bool = False) -> None:
        with self.ledger.change(origin(when=self.clock)) as change:
            change.put(INVOICES, one, invoice(one, notes=state))
            change.move(one, state, owner=owner)
            if crash:
                raise ZeroDivisionError

    def drain(self) -> None:
        """All senders die, and one is left that meets no trouble, with a clock that is far ahead."""
        self.senders = [self.born() for _ in range(SENDERS)]
        self.clock += 1000 * HOUR
        self.lost(Turn("lost", 0, 0))
        for _ in range(MESSAGES):
            for what in ("claim", "go", "sent"):
                self.play(Turn(what, 0, 1))


@dataclass(frozen=True)
class Played:
    """What came of every turn, and how the outbox stood after it."""

    said: list[str]
    stood: list[list[Posted]]
    wire: list[str]


def played(ledger: Ledger, history: Sequence[Turn]) -> Played:
    """Play a history to its end, and check after every turn what must always hold."""
    world, said, stood = World(ledger), list[str](), [posted(ledger)]
    for turn in history:
        said.append(world.play(turn))
        stood.append(posted(ledger))
        check(world, stood[-2], stood[-1])
    world.drain()
    stood.append(posted(ledger))
    check(world, stood[-2], stood[-1])
    assert {one.state for one in stood[-1]} <= set(ENDS)
    assert list(ledger.verify()) == []
    return Played(said, stood, world.wire)


def check(world: World, before: Sequence[Posted], after: Sequence[Posted]) -> None:
    twice = [one for one, times in Counter(world.wire).items() if times > 1]
    assert not twice, f"sent twice: {twice}"
    assert [one.message for one in after] == [
        message(n, not_before=NOON + n // 2 * HOUR) for n in range(MESSAGES)
    ]
    for was, now in zip(before, after, strict=True):
        left = now.message.id in world.wire
        assert now.state in ((S.SENDING, S.SENT, S.UNKNOWN) if left else set(S) - {S.SENT, S.SENDING})
        assert was.state not in ENDS or now == was
