"""Sending what is due, each message at most once by the machine.

A message is claimed, looked at again with today's ledger, and handed to the mailer, which says when its last byte is
about to leave: that is noted durably, and the ledger looked at once more. What became of it is one change set: the
message, its row on Reminders and its touch on Activity together. So a sender may die anywhere: what it had claimed
comes back, what was on its way becomes unknown and a person says whether it arrived.

How often this runs does not matter, nor how many do: the outbox gives each message to one of them. Nor does it matter
when a run has had enough: what it claimed and did not begin goes back as it was, and the next run goes on there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final

from arc_sheets.cells import Rows, Value
from arc_sheets.errors import Fenced
from arc_sheets.message import Message, MessageState, Posted
from arc_sheets.phrases import say_day
from arc_sheets.tabs import INVOICES, REMINDERS
from arc_sync.agent.firm import Firm
from arc_sync.agent.marks import look_for_newer
from arc_sync.agent.merging import key_field
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.breakers import REST, Breakers, Limits, Rest, limits_of
from arc_sync.agent.reminding.looking import GO, SENDING, Do, Looking, Verdict
from arc_sync.agent.reminding.outcomes import Outcomes, Report
from arc_sync.agent.reminding.posting import NotPosted, Post
from arc_sync.agent.reminding.rows import SEND_AGAIN, reminder
from arc_sync.agent.reminding.touches import called
from arc_sync.agent.reminding.waiting import WAITED
from arc_sync.agent.reminding.ways import ways_since
from arc_sync.agent.reminding.witness import FORGOTTEN, Left, Marks, Witness, marks_of
from arc_sync.ledger.outbox import may_go
from arc_sync.mail.compose import is_copy
from arc_sync.mail.port import Fate, Mailer, Outcome
from arc_sync.mail.wire import USUAL as PATIENCE

S = MessageState
#: How many messages a sender takes at a time, and how long they are its own.
FEW: Final = 16
CLAIM: Final = timedelta(minutes=30)
#: What one message may take: connecting, talking, and ten minutes for the dot (RFC 5321 4.5.3.2.6).
ANSWER: Final = timedelta(seconds=PATIENCE.longest)
#: How long a message waits after its first try, and at most; each further try doubles it.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=2)
#: What has left this computer, or may have; a draft that lies there already is no second one.
_LEFT: Final = frozenset({Fate.SENT, Fate.UNKNOWN})
#: Of a message in such a state the ledger knows that it left, or may have, or that a person was asked.
_KNOWN: Final = frozenset({S.SENDING, S.SENT, S.DRAFTED, S.FAILED, S.UNKNOWN})


class _NotNow(Exception):
    """The last look, right before the last byte, says that the message must not leave."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.why)
        self.verdict = verdict


def send_due(  # noqa: PLR0913 (the last four have their usual values)
    firm: Firm,
    mailers: Mapping[str, Mailer],
    clock: Callable[[], datetime],
    owner: str,
    limits: Limits | None = None,
    hook: Callable[[str], None] = lambda _: None,
    *,
    witness: Witness | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> Report:
    """Send every message whose hour has come; `mailers` are by channel, `clock` tells the time in UTC.

    `owner` names this sender and differs from every other's, also of the same machine. `limits` are those of
    `limits_of` unless given; `witness` is this computer's record of what left. `enough` is asked before each message;
    once it says yes none is begun, and `more` of the report says whether any is due. Raises `ArcError`.
    """
    run = _Run(firm, mailers, clock, owner, limits, hook)
    run.witness, run.enough = witness or run.witness, enough
    return run.run()


class _Run:
    def __init__(
        self,
        firm: Firm,
        mailers: Mapping[str, Mailer],
        clock: Callable[[], datetime],
        owner: str,
        limits: Limits | None,
        hook: Callable[[str], None],
    ) -> None:
        self.firm, self.mailers, self.clock, self.owner, self.hook = firm, mailers, clock, owner, hook
        self.ledger, self.witness = firm.ledger, Witness()
        self.enough: Callable[[], bool] = lambda: False
        self.policy = policy_of(firm.config)
        self.looking = Looking(firm, self.policy, ways_since(firm, clock()))
        self.report = Report()
        self.outcomes = Outcomes(firm, owner, self.report)
        self.resting: dict[str, Rest] = {}  #: by channel, as this run left it
        self.invoices: Rows = {}  #: as they were seen last
        self.numbered: dict[Value, str] = {}  #: the ids of their rows by number
        self.anew: set[str] = set()  #: the messages that were made anew in this run
        with self.ledger.read() as view:
            self.breakers = Breakers(limits or limits_of(self.policy), view, clock())

    def run(self) -> Report:
        """Send until nothing is due, it is enough, or a breaker trips; nothing where an older ledger was restored."""
        look_for_newer(self.ledger, self.firm.config.book, self.firm.remote)
        self.witness.check()
        self.ledger.lost(self.clock())
        self.hook("lost")
        self.outcomes.follow_lost(self.clock())
        self.hook("followed")
        while not self._ends() and self._few():
            pass
        self.report.more = self.report.more and self._is_due()
        return self.report

    def _ends(self) -> bool:
        """Say whether no further message is to be begun."""
        if not (self.report.stopped or self.report.more):
            self.report.more = self.enough()
        return bool(self.report.stopped) or self.report.more

    def _is_due(self) -> bool:
        """Say whether any message may go now."""
        now = self.clock()
        with self.ledger.read() as view:
            return any(may_go(posted, now) for posted in view.posted(S.QUEUED, S.CLAIMED, bare=True))

    def _few(self) -> bool:
        """Claim a few messages and see to them; say whether there were any."""
        now = self.clock()
        until = now + CLAIM
        batch = self.ledger.claim(self.owner, now, until, FEW)
        self.outcomes.expect(batch)
        self.hook("claimed")
        for posted in batch:
            if self._ends() or self.clock() + ANSWER > until:
                with suppress(Fenced):  # its claim ended meanwhile; whoever has it now sees to it
                    self._unbegun(posted)
            else:
                self._one(posted)
        return bool(batch)

    def _one(self, posted: Posted) -> None:
        try:
            self._see_to(posted, self.clock())
        except Fenced:  # its claim ended meanwhile; whoever has it now sees to it
            self.report.waiting.append((posted.message.customer, "another sender has it"))
        self.hook("done")

    def _see_to(self, posted: Posted, now: datetime) -> None:
        message = posted.message
        mailer, rest = self.mailers.get(message.channel), self._rest(posted)
        if now > message.not_after:
            self._too_old(posted, now)
        elif left := self.witness.left(message.id):
            self._forgotten(posted, "It", left, now)
        elif mailer is None:
            self.outcomes.failed(posted, f"No way to send by {message.channel.lower()} is set up.", now)
        elif rest and now < rest.until:
            self._back(posted, *rest)
        else:
            verdict = self._looked(posted, now)
            self.hook("looked")
            if verdict.do is Do.GO and (known := self._alike(message, now)):
                self._forgotten(posted, *known, now)
            elif verdict.do is Do.GO:
                self._go(posted, mailer)
            elif verdict.do is Do.ANEW:
                self._anew(posted, verdict.why, now)
            else:
                self._not_now(posted, verdict, now)

    def _rest(self, posted: Posted) -> Rest | None:
        """Return how long the way of a message rests; None where it does not."""
        return self.resting.get(posted.message.channel) or self.breakers.rest(posted)

    def _looked(self, posted: Posted, now: datetime) -> Verdict:
        """Look for the first time; where nothing speaks against it, the second look is the one that asks the ledger."""
        if self.looking.right(posted, now):
            return GO
        with self.ledger.read() as view:
            return self.looking.at(view, posted, now)

    def _forgotten(self, posted: Posted, what: str, left: datetime, now: datetime) -> None:
        """Ask a person about what left, by this computer's record, and of which this ledger does not know.

        Whoever names the same from now on is known by this message, of which the ledger does know.
        """
        self.ledger.about_to_send(posted.message.id, self.owner, now)
        self.report.stopped = self.witness.note(posted.message.id, left, self._marks(posted.message))
        said = f"{what} left this computer on {self._on(left)}, {FORGOTTEN}"
        self.outcomes.unknown(posted, said, now)

    def _alike(self, message: Message, now: datetime) -> tuple[str, datetime] | None:
        """Return what left that a reminder would repeat, or follow too closely, unknown to this ledger: words, moment."""
        if not message.reminder or self._is_wanted(message):
            return None
        marks, today = self._marks(message), self._day(now)
        for left in self.witness.alike(marks.about):
            if not self._knows(left):
                return "One of this stage for the same invoice", left.at
        for left in self.witness.alike(marks.whom):
            if (today - self._day(left.at)).days < self.policy.minimum_interval and not self._knows(left):
                return "A message to them", left.at
        return None

    def _is_wanted(self, message: Message) -> bool:
        """Say whether a person has looked, and wants it to go again."""
        with self.ledger.read() as view:
            row = view.row(REMINDERS, message.reminder)
        return row is not None and reminder(row).decision == SEND_AGAIN and not is_copy(message.key)

    def _knows(self, left: Left) -> bool:
        with self.ledger.read() as view:
            return any(posted.state in _KNOWN for posted in view.posted(message=left.id, bare=True))

    def _marks(self, message: Message) -> Marks:
        if not message.reminder:
            return marks_of(message, ())
        with self.ledger.read() as view:
            rows = view.rows(INVOICES)
        if rows is not self.invoices:
            self.invoices, at = rows, key_field(INVOICES)
            self.numbered = {row[at]: i for i, row in rows.items()}
        found = (self.numbered.get(number) for number in message.invoices)
        return marks_of(message, [row for row in found if row])

    def _on(self, left: datetime) -> str:
        return say_day(self._day(left))

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.firm.config.zone).date()

    def _too_old(self, posted: Posted, now: datetime) -> None:
        """Let it fail where sending did not work; what only waited is withdrawn, and the next plan proposes it again."""
        if posted.message.reminder and (not posted.said or posted.said.startswith(WAITED)):
            why = posted.said.removeprefix(WAITED) or "Its turn did not come in time."
            self.outcomes.withdrawn(posted, f"It waited for too long. {why}", now)
        else:
            stood = f" ({posted.said.removeprefix(WAITED)})" if posted.said else ""
            self.outcomes.failed(posted, f"It is too old to be sent{stood}.", now)

    def _anew(self, posted: Posted, why: str, now: datetime) -> None:
        """Take a message back and queue what stands in its row now; once in a run, so that this comes to an end."""
        if posted.message.id in self.anew:
            self.outcomes.withdrawn(posted, why, now)
            return
        try:
            self.anew |= self._made_anew(posted.message, why, now)
        except NotPosted as error:
            self.outcomes.withdrawn(posted, str(error), now)

    def _made_anew(self, message: Message, why: str, now: datetime) -> set[str]:
        told = f"{called(message)} to {message.customer}: made anew"
        with self.ledger.change(self.firm.origin(SENDING, told, now)) as t:
            t.move(message.id, S.WITHDRAWN, owner=self.owner, said=why)
            post = Post(self.firm.config, self.policy, t)
            return {made.id for made in post.anew(t, message, why, now)}

    def _go(self, posted: Posted, mailer: Mailer) -> None:
        if why := self.breakers.tripped(self.clock(), draft=self._drafts(posted)):
            self.report.stopped = why
            self._unbegun(posted)
            return
        if why := self.breakers.crowded(posted):
            self.outcomes.failed(posted, why, self.clock())
            return
        try:
            outcome = mailer.send(posted.message, lambda: self._about_to(posted))
        except (
            _NotNow
        ) as error:  # it is noted as on its way: back into the queue, where the next look settles it
            self._wait(posted, error.verdict, self.clock())
            return
        self.hook("handed over")
        self._settle(posted, outcome)

    def _about_to(self, posted: Posted) -> None:
        """Note that the last byte is about to leave, and look once more; raises, and then it must not."""
        now = self.clock()
        self.ledger.about_to_send(posted.message.id, self.owner, now)
        self.hook("about to")
        with self.ledger.read() as view:
            verdict = self.looking.at(view, posted, now, last=True)
        if verdict.do is not Do.GO:
            raise _NotNow(verdict)
        self.breakers.went(posted, now, draft=self._drafts(posted))

    def _drafts(self, posted: Posted) -> bool:
        return self.firm.config.drafts(posted.message.channel)

    def _settle(self, posted: Posted, outcome: Outcome) -> None:
        now, gone = self.clock(), None
        if outcome.fate in _LEFT:
            self.report.stopped = self.witness.note(posted.message.id, now, self._marks(posted.message))
        match outcome.fate:
            case Fate.SENT | Fate.DRAFTED:
                gone = self.outcomes.went(posted, outcome, now)
                self.breakers.arrived(posted.message.channel)
            case Fate.REFUSED:
                self.outcomes.failed(posted, f"It was refused: {outcome.said}", now)
            case Fate.UNKNOWN:
                self.outcomes.unknown(posted, outcome.said, now)
                self._doubt(posted.message.channel, now)
            case Fate.LATER:
                self._later(posted, outcome, now)
        self.looking.heard(gone)
        self.hook("settled")

    def _later(self, posted: Posted, outcome: Outcome, now: datetime) -> None:
        again = now + wait_after(posted)
        if outcome.slow_down:
            self.resting[posted.message.channel] = Rest(now + REST, outcome.said)
            again = max(again, now + REST)
        self._back(posted, again, outcome.said)

    def _doubt(self, channel: str, now: datetime) -> None:
        """Let a way out rest where it left one after the other in doubt: each is a question to a person."""
        if rest := self.breakers.doubted(channel, now):
            self.resting[channel] = rest

    def _wait(self, posted: Posted, verdict: Verdict, now: datetime) -> None:
        """Put back what was noted as on its way; what must not go at all is looked at again, and withdrawn."""
        if verdict.until is None or _stale(posted, verdict):
            self._back(posted, now, "")
        else:
            self._hold(posted, verdict.until, verdict.why)

    def _not_now(self, posted: Posted, verdict: Verdict, now: datetime) -> None:
        """Withdraw a message, or let it wait; what would be stale by then is withdrawn too."""
        if verdict.until is None or _stale(posted, verdict):
            self.outcomes.withdrawn(posted, verdict.why, now)
        else:
            self._hold(posted, verdict.until, verdict.why)

    def _hold(self, posted: Posted, until: datetime, why: str) -> None:
        """Let a message wait for its turn."""
        self.ledger.hand_back(posted.message.id, self.owner, until, f"{WAITED}{why}")
        self.report.waiting.append((posted.message.customer, why))

    def _unbegun(self, posted: Posted) -> None:
        """Put back what was not begun as it was: the next one takes it at once."""
        self._back(posted, posted.next_try or posted.message.not_before, posted.said)
        self.hook("handed back")

    def _back(self, posted: Posted, next_try: datetime, said: str) -> None:
        self.ledger.hand_back(posted.message.id, self.owner, next_try, said)
        if said:
            self.report.waiting.append((posted.message.customer, said))


def _stale(posted: Posted, verdict: Verdict) -> bool:
    """Say whether a message would be too old by when it may go."""
    return verdict.until is not None and verdict.until > posted.message.not_after


def wait_after(posted: Posted) -> timedelta:
    """Return how long a message waits for its next try: twice as long each time, give or take a quarter.

    The quarter follows from the message, so that those that failed together do not come back together.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(posted.tries - 1, 0), 10)
    spread = hashlib.sha256(f"{posted.message.id} {posted.tries}".encode()).digest()[0] / 255  # 0 to 1
    return min(doubled, LONGEST_WAIT) * (0.75 + spread / 2)
