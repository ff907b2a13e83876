"""What `arc sync` does: a round, what people decided in it, what may be sent, and a round that shows it all.

Each part is safe to repeat and leaves the ledger whole, so this may die between any two of them.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from arc_sheets.cells import Reading
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm
from arc_sync.agent.form import Act
from arc_sync.agent.reminding.deciding import Decided, decide
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.reminding.outcomes import Report as Sent
from arc_sync.agent.reminding.sending import send_due
from arc_sync.agent.reminding.waiting import OUTGOING, Waiting, waiting
from arc_sync.agent.reminding.witness import usual_witness
from arc_sync.agent.round import Report
from arc_sync.mail.mailers import open_mailer
from arc_sync.mail.port import Mailer

#: Opens the ways out, by channel; asked only when a message waits.
OpenMailers = Callable[[], Mapping[str, Mailer]]


@dataclass(slots=True)
class Worked:
    """What was done: by the round, for the decisions, and in sending."""

    round: Report
    decided: Decided = field(default_factory=Decided)
    sent: Sent | None = None  #: None: nothing was to be sent, or sending was not asked for
    waiting: list[Waiting] = field(default_factory=list)  #: in the outbox, after all this

    @property
    def needs_person(self) -> bool:
        """Say whether anything waits for a person."""
        waits = self.round.needs_person or not self.round.in_step or bool(self.decided.refused)
        trouble = any(one.trouble for one in self.waiting)
        return waits or trouble or (self.sent is not None and self.sent.needs_person)


def work(  # noqa: PLR0913 (the last four have their usual values)
    firm: Firm,
    clock: Callable[[], datetime],
    owner: str,
    open_mailers: OpenMailers | None = None,
    *,
    enough: Callable[[], bool] = lambda: False,
    hook: Callable[[str], None] = lambda _: None,
    first: Callable[[Report], None] = lambda _: None,
) -> Worked:
    """Bring book and ledger together and carry out what people decided; `clock` tells the time in UTC.

    With `open_mailers` messages whose hour has come are sent, in the name of the sender `owner`, until it is `enough`
    (see `send_due`). A second round shows in the book what came of it. No lease is held while messages are sent. Whoever
    waits for the round alone hears of it by `first`, before all that.
    Raises `ArcError`, with nothing lost: the next time goes on.
    """
    done = Worked(firm.sync(clock(), act=act_of(firm, clock()), hook=hook))
    first(done.round)
    done.decided = decide(firm, clock())
    if open_mailers and _waits(firm):
        done.sent = _send(firm, clock, owner, open_mailers, enough)
        hook("sent")
    if done.sent or not done.decided.idle:
        _shown(done.round, firm.sync(clock(), hook=hook))
    with firm.ledger.read() as view:
        done.waiting = waiting(view)
    return done


def act_of(firm: Firm, now: datetime) -> Act:
    """Return what carries out the requests of the form on Account; `now` is UTC."""
    desk, reading = desk_of(firm.config, now), Reading(firm.config.order)
    return partial(carry_out_told, desk=desk, reading=reading)


def this_sender() -> str:
    """Return a name for this sender that no other has, here or elsewhere, now or later."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def open_mailers(config: Config) -> Mapping[str, Mailer]:
    """Return the firm's ways out, by channel; nothing is connected yet. Raises `MailError`."""
    return {channel: open_mailer(config, channel) for channel in ("Email", "Text")}


def _waits(firm: Firm) -> bool:
    """Say whether the outbox holds anything that a sender might see to."""
    with firm.ledger.read() as view:
        return bool(view.posted(*OUTGOING, bare=True))


def _send(
    firm: Firm,
    clock: Callable[[], datetime],
    owner: str,
    open_mailers: OpenMailers,
    enough: Callable[[], bool],
) -> Sent:
    mailers = open_mailers()
    try:
        return send_due(firm, mailers, clock, owner, witness=usual_witness(firm.ledger.id), enough=enough)
    finally:
        for mailer in mailers.values():
            mailer.close()


def _shown(first: Report, second: Report) -> None:
    """Let the report of the first round stand for both."""
    known = {line.id for line in first.opened}
    first.written += second.written
    first.added += second.added
    first.removed += second.removed
    first.opened += [line for line in second.opened if line.id not in known]
    first.issues, first.in_step = second.issues, second.in_step
    first.idle &= second.idle
