"""The demo's second half: whom to remind and why, what a person decides, a call, and what becomes of a promise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from arc_sheets.hours import next_business_day
from arc_sync.agent import bank
from arc_sync.agent.demo.hand import Typist
from arc_sync.agent.firm import Firm
from arc_sync.agent.pages import figures
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.planning import plan_reminders
from arc_sync.agent.reminding.rows import (
    APPROVE,
    NOT_PLANNED,
    PROPOSED,
    SKIP,
    TO_DO,
    Reminder,
    reminders,
)
from arc_sync.books.form import SAVE

#: Says sentences to whoever watches.
Say = Callable[..., None]

_SHOWN: Final = 2
_REWRITTEN: Final = "Your open invoices, as discussed on the phone"
_PATIENCE: Final = 7  #: days until the promised day


@dataclass(frozen=True, slots=True)
class Chase:
    """What Maria does once her workbook stands. `now` is UTC and follows the story's chapters."""

    firm: Firm
    today: date
    now: Callable[[], datetime]
    say: Say
    chapter: Callable[[str], AbstractContextManager[None]]
    work: Callable[[], None]  #: what `arc sync` does, told as it is done
    sit_down: Callable[[], Typist]  #: sits her down at the workbook

    def run(self) -> None:
        """Show it all."""
        day = next_business_day(self.today, policy_of(self.firm.config))
        with self.chapter("ARC plans the day's reminders; nothing leaves before Maria approves it."):
            self._plan(day)
        first, second, called, other = list(self._rows(PROPOSED).items())[:4]
        with self.chapter(
            "On Reminders she reads why. She approves three, one of them with a subject of her own, and skips one."
        ):
            self._decide((first[0], second[0]), called[0], other[0])
        customer = called[1].customer
        with self.chapter(
            f"She calls {customer} instead, who promises to pay; the form on Account files it."
        ):
            self._call(customer)
        with self.chapter("The day after the promised one, if nothing has come: arc worklist --as-of"):
            self._broken(customer)

    def _rows(self, *states: str) -> dict[str, Reminder]:
        """Return the rows of Reminders in these states, the most money first."""
        with self.firm.ledger.read() as view:
            found = [(i, row) for i, row in reminders(view).items() if row.status in states]
        return dict(sorted(found, key=lambda item: -(item[1].amount or 0)))

    def _plan(self, day: date) -> None:
        bank.say_until(
            self.firm.ledger, self.firm.origin("action", "The bank's data are in", self.now()), self.today
        )
        planned = plan_reminders(self.firm, self.now(), day)
        if planned.held:
            self.say(planned.held)
        proposed, tasks, left = (self._rows(state) for state in (PROPOSED, TO_DO, NOT_PLANNED))
        self.say(
            f"{len(proposed)} reminders proposed, {len(tasks)} calls and reviews to do,"
            f" {len(left)} customers left alone. For instance:"
        )
        for rows in (proposed, tasks, left):
            self.say(*(f"  {row.customer}: {row.why}" for row in list(rows.values())[:_SHOWN]))
        self.work()

    def _decide(self, approved: tuple[str, ...], skipped: str, rewritten: str) -> None:
        hand = self.sit_down()
        for i in (*approved, rewritten):
            hand.type("Reminders", i, "Decision", APPROVE)
        hand.type("Reminders", skipped, "Decision", SKIP)
        hand.type("Reminders", rewritten, "Subject", _REWRITTEN)
        hand.save()
        self.work()
        drafts = sorted(self.firm.config.mail.folder.glob("*.eml"))
        self.say("No mail server is set up, so they are drafts for her mail program:", *map(_shown, drafts))

    def _call(self, customer: str) -> None:
        by = next_business_day(self.today + timedelta(_PATIENCE), policy_of(self.firm.config))
        hand = self.sit_down()
        hand.pick(customer)
        hand.fill("log", channel="Call", outcome="Promised to pay", reason="Cash flow", then=SAVE)
        hand.fill("promise", date=by, then=SAVE)
        hand.save()
        self.work()

    def _broken(self, customer: str) -> None:
        day = next_business_day(self.today + timedelta(_PATIENCE), policy_of(self.firm.config)) + timedelta(1)
        made = figures(self.firm.rows(), self.firm.terms, day)
        item = next((item for item in made.worklist if item.customer == customer), None)
        self.say(f"{customer} on {day:%d %b %Y}: {item.why if item else 'nothing to chase.'}")
        if item:
            self.say(f"  Next step: {item.step}.")


def _shown(draft: Path) -> str:
    return f"  {draft.parent.name}/{draft.name}"
