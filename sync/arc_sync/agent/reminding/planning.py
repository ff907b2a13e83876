"""The plan of a day, brought into the Reminders tab: what is proposed, what waits, and who is left alone and why.

A proposal has a key, and the row's id follows from it: so the plan of the next day finds its rows again, with the
decision on them and what a person wrote into them. Everything else of a row that has not begun is refreshed. A
row that has begun (queued, sent, drafted, unknown) or is over (skipped, done) is never touched by a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from arc_sheets.frames import records
from arc_sheets.hours import is_business_day
from arc_sheets.planning import plan
from arc_sheets.policy import Policy
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Known, LeftOut, Plan, Proposal
from arc_sheets.tabs import ACTIVITY, REMINDERS
from arc_sync.agent.bank import bank_until
from arc_sync.agent.firm import Firm
from arc_sync.agent.pages import rows_of
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.history import done, reached
from arc_sync.agent.reminding.letters import Broken, Words, seed_templates, templates_of, words_of
from arc_sync.agent.reminding.posting import Post
from arc_sync.agent.reminding.rows import (
    DONE,
    DRAFTED,
    FAILED,
    HELD,
    NOT_PLANNED,
    PLANNABLE,
    PROPOSED,
    QUEUED,
    SENT,
    TO_DO,
    UNKNOWN,
    WITHDRAWN,
    Reminder,
    id_of,
    listed,
    put,
    reminder,
    reminders,
)
from arc_sync.agent.reminding.trouble import close_issue, firm_book, of_row, of_template, raise_issue
from arc_sync.ledger.port import Transaction, View

#: The source of changes that a plan makes.
PLAN: Final = "plan"
_WAITING: Final = frozenset({PROPOSED, HELD, TO_DO})


@dataclass(slots=True)
class Planned:
    """What a plan of a day did to the Reminders tab."""

    as_of: date
    held: str = ""  #: why nothing may go out, in a sentence or two
    counts: dict[str, int] = field(default_factory=dict)  #: rows of the plan by their status
    broken: list[str] = field(default_factory=list)  #: what is wrong with templates, one sentence each
    idle: bool = True  #: nothing was changed


def plan_reminders(
    firm: Firm, now: datetime, as_of: date | None = None, hook: Callable[[str], None] = lambda _: None
) -> Planned:
    """Bring the Reminders tab to the plan of a day, in one change set; a second time changes nothing.

    `now` is UTC; `as_of` is the day in the firm's zone, today unless given: of another day nothing goes out by
    itself. On a day without business nothing is planned. Raises `ArcError`.
    """
    today = now.astimezone(firm.config.zone).date()
    day, policy = as_of or today, policy_of(firm.config)
    if not is_business_day(day, policy):
        return Planned(day, held=f"{day:%A}, {day.day} {day:%b} is no business day; nothing is planned.")
    seeded = seed_templates(firm.ledger, firm.origin(PLAN, "The shipped templates", now))
    hook("seeded")
    with firm.ledger.read() as view:
        made = _Making(firm, view, policy, day, now, goes=day == today)
        rows = made.rows()
    hook("rendered")
    with firm.ledger.change(firm.origin(PLAN, f"Reminders planned for {day.day} {day:%b %Y}", now)) as t:
        before = t.head()
        made.put(t, rows)
        hook("put")
    made.planned.idle = not seeded and t.head() == before
    return made.planned


def known_of(view: View, rows: Mapping[str, Reminder], as_of: date) -> Known:
    """Return all that a plan of a day rests on."""
    frames = records(rows_of(view))
    return Known(frames, receivables(frames), reached(rows.values(), as_of), bank_until(view, as_of))


class _Making:
    """One plan in the making: computed from the ledger as it was read, put where that still holds."""

    def __init__(
        self, firm: Firm, view: View, policy: Policy, day: date, now: datetime, *, goes: bool
    ) -> None:
        self.firm, self.policy, self.day, self.now, self.goes = firm, policy, day, now, goes
        self.was = reminders(view)
        self.planned = Planned(day)
        self.post = Post(firm.config, policy, view, now)
        self._view = view
        self._broken: dict[str, Broken] = {}
        self._mended: set[str] = set()

    def rows(self) -> dict[str, Reminder | None]:
        """Return the rows that the plan changes or adds, as they are to be; None: it leaves the tab."""
        finished = self._finished()
        known = known_of(self._view, {**self.was, **finished}, self.day)
        made = plan(known, self.policy, self.day, self.firm.config.rates)
        self.planned.held = made.held
        proposed = self._proposed(made)
        left = dict(self._left_out(made.left_out))
        over = dict(self._over({*proposed, *finished, *left}, made))
        wanted: dict[str, Reminder | None] = {**over, **finished, **left, **proposed}
        self._count(wanted)
        return {i: row for i, row in wanted.items() if row != self.was.get(i)}

    def put(self, t: Transaction, rows: Mapping[str, Reminder | None]) -> None:
        """Put the rows, each only over what was read; queue what goes by itself."""
        book = firm_book(self.firm)
        for i, row in rows.items():
            live = t.row(REMINDERS, i)
            if (reminder(live) if live else None) != self.was.get(i):
                continue  # somebody was quicker; the next plan settles it
            if row is None:
                t.put(REMINDERS, i, None)
            elif row.status == QUEUED and not self.post.queue(t, i, row, automatic=True):
                continue
            else:
                put(t, i, row)
            close_issue(t, of_row(book, i))
        for template in self._mended - self._broken.keys():
            close_issue(t, of_template(book, template))
        for template, broken in self._broken.items():
            raise_issue(t, of_template(book, template), broken.why, self.now)

    def _finished(self) -> dict[str, Reminder]:
        """Return the tasks that somebody has done since they were planned."""
        activity = self._view.rows(ACTIVITY)
        return {i: self.was[i]._replace(status=DONE, sent=when) for i, when in done(self.was, activity)}

    # -- what is proposed ------------------------------------------------------------------------------

    def _proposed(self, made: Plan) -> dict[str, Reminder]:
        open_now = {id_of(p.key): p for p in made.proposals}
        free = {i: p for i, p in open_now.items() if self._may_plan(i)}
        words = words_of(
            templates_of(self._view),
            list(free.values()),
            self.post.customer,
            self.firm.config.sender,
            self.day,
        )
        rows = {}
        for (i, proposal), said in zip(free.items(), words, strict=True):
            rows[i] = self._row(i, proposal, said, made.held)
        return rows | {i: self.was[i] for i in open_now.keys() - free.keys()}

    def _may_plan(self, i: str) -> bool:
        was = self.was.get(i)
        return was is None or was.status in PLANNABLE

    def _row(self, i: str, proposal: Proposal, said: Words | Broken, held: str) -> Reminder:
        was = self.was.get(i)
        waiting = was is not None and was.status in _WAITING
        row = Reminder(
            was.decision if was and waiting else None,
            proposal.customer,
            proposal.stage,
            proposal.channel,
            proposal.to or None,
            listed(proposal.numbers),
            proposal.amount,
            proposal.currency,
            proposal.why,
            TO_DO if proposal.is_task else PROPOSED,
            was.planned if was and waiting else self.day,
            None,
            was.subject if was else None,
            was.body if was else None,
        )
        return self._settled(i, self._worded(i, row, said), proposal, held)

    def _worded(self, i: str, row: Reminder, said: Words | Broken) -> Reminder:
        """Return the row with its words: a person's own, if they wrote some, else those of the template."""
        if isinstance(said, Broken):
            self._broken[said.template] = said
            self.planned.broken = [broken.why for broken in self._broken.values()]
            return row._replace(status=HELD, why=said.why) if not row.body else row
        self._mended.add(said.template)
        fresh = row._replace(subject=said.subject or None, body=said.body)
        return row if fresh != row and row.body and self._edited(i) else fresh

    def _edited(self, i: str) -> bool:
        """Say whether a person wrote the words of a row: somebody else than a plan changed them last."""
        at = (
            [c.name for c in REMINDERS.stored].index("subject"),
            [c.name for c in REMINDERS.stored].index("body"),
        )
        for change in reversed(self._view.history(REMINDERS, i)):
            before, after = (
                x if isinstance(x, tuple) else (None,) * 99 for x in (change.before, change.after)
            )
            if any(before[k] != after[k] for k in at):
                return change.source != PLAN
        return False

    def _settled(self, i: str, row: Reminder, proposal: Proposal, held: str) -> Reminder:
        """Return the row with where it stands today."""
        if row.status == HELD:
            return row
        if held:
            was = self.was.get(i)
            waits = was is not None and was.status == TO_DO == row.status  # it was put to a person already
            return row if waits else row._replace(status=HELD, why=f"{held} {proposal.why}")
        if proposal.automatic and self.goes and not row.decision:
            return row._replace(status=QUEUED, why=f"{proposal.why} It goes by itself.")
        return row

    # -- who is left out -------------------------------------------------------------------------------

    def _left_out(self, left: Sequence[LeftOut]) -> Iterator[tuple[str, Reminder]]:
        """Yield one row for each customer who is left alone, unless another row of today says it already."""
        busy = {(row.customer, row.currency) for row in self.was.values() if self._speaks(row)}
        for out in left:
            if (out.customer, out.currency) not in busy:
                yield (
                    id_of(f"left out {out.customer} {out.currency}"),
                    Reminder(
                        None, out.customer, None, None, None, None, out.amount, out.currency, out.why,
                        NOT_PLANNED, self.day, None, None, None,
                    ),
                )  # fmt: skip

    def _speaks(self, row: Reminder) -> bool:
        sent_today = row.status in {SENT, DRAFTED} and row.sent and row.sent.date() == self.day
        return row.status in {QUEUED, UNKNOWN} or bool(sent_today)

    # -- what no longer holds --------------------------------------------------------------------------

    def _over(self, wanted: set[str], made: Plan) -> Iterator[tuple[str, Reminder | None]]:
        """Yield the rows that today's plan does not have any more: taken out, or withdrawn with the reason."""
        reasons = {(out.customer, out.currency): out.why for out in made.left_out}
        reasons |= {
            (p.customer, p.currency): f"{p.stage} on {listed(p.numbers)} is proposed instead."
            for p in made.proposals
        }
        for i, row in self.was.items():
            if i in wanted or row.status not in {*_WAITING, NOT_PLANNED, FAILED}:
                continue
            why = reasons.get((row.customer, row.currency), "Nothing is asked of them any more.")
            if row.status != FAILED and not row.decision and not self._edited(i):
                yield i, None
            else:
                yield i, row._replace(status=WITHDRAWN, decision=None, why=why)

    def _count(self, wanted: Mapping[str, Reminder | None]) -> None:
        for row in filter(None, wanted.values()):
            if row.status:
                self.planned.counts[row.status] = self.planned.counts.get(row.status, 0) + 1
