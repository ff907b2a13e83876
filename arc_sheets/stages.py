"""How far each invoice has come on the schedule, and which stage may come next."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from arc_sheets.frames import day_number, days

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arc_sheets.policy import Policy, Stage
    from arc_sheets.receivables import Receivables
    from arc_sheets.reminders import Reached


class Progress(NamedTuple):
    """How far one invoice has come; levels are positions in a `Ladder`, -1 for none."""

    level: int = -1  #: in `Ladder.after`
    courtesy: int = -1  #: in `Ladder.before`
    last: Reached | None = None  #: the last reminder that named it


_NEW: Final = Progress()


class Ladder(NamedTuple):
    """The stages of a policy before and after the due date, each in the order of their days."""

    before: tuple[Stage, ...]
    after: tuple[Stage, ...]

    @classmethod
    def of(cls, policy: Policy) -> Ladder:
        """Return the ladder of a policy."""
        ordered = sorted(policy.stages, key=lambda stage: stage.days)
        return cls(tuple(s for s in ordered if s.days < 0), tuple(s for s in ordered if s.days >= 0))

    @property
    def first(self) -> int:
        """How many days late an invoice is at least to be chased: 1, or 0 where a stage comes on the due date."""
        return min(1, self.after[0].days) if self.after else 1

    @property
    def ahead(self) -> int:
        """How many days before its due date an invoice may first be spoken of."""
        return -self.before[0].days if self.before else 0

    def allowed(self, late: int) -> int:
        """Return the last level that an invoice so many days late may have; -1 for none."""
        return bisect_right([stage.days for stage in self.after], late) - 1

    def courtesy(self, late: int) -> int:
        """Return the last stage before the due date that an invoice may have; -1 for none, or once it is due."""
        return bisect_right([stage.days for stage in self.before], late) - 1 if late < 0 else -1

    def furthest(self, level: int) -> int:
        """Return how far one message may lift an invoice: a person's task may be passed over, a message never."""
        following = range(level + 1, len(self.after))
        return next((n for n in following if not self.after[n].is_task), len(self.after) - 1)


def progress(reached: Iterable[Reached], receivables: Receivables, ladder: Ladder) -> dict[int, Progress]:
    """Return how far each document (by position) has come; those that no reminder named are absent.

    A message lifts each invoice it names to its own stage, but no further than the invoice's age on that day
    allows, and never over a message that the invoice has missed: so nobody is escalated too fast because an
    older invoice stood in the same message.
    """
    places = {stage.name: n for n, stage in enumerate(ladder.before)}
    levels = {stage.name: n for n, stage in enumerate(ladder.after)}
    ages = [stage.days for stage in ladder.after]
    furthest = [ladder.furthest(level) for level in range(-1, len(ages))]
    known = sorted(
        (r for r in reached if r.settled and (r.stage in levels or r.stage in places)), key=lambda r: r.on
    )
    due, found = days(receivables.documents["due"]).tolist(), dict[int, Progress]()
    for reminder, documents in zip(known, _documents(known, receivables), strict=True):
        on, level = day_number(reminder.on), levels.get(reminder.stage)
        for document in documents:
            was = found.get(document, _NEW)
            if level is None:
                found[document] = Progress(was.level, max(was.courtesy, places[reminder.stage]), reminder)
                continue
            allowed = bisect_right(ages, on - due[document]) - 1
            lifted = min(level, allowed, furthest[was.level + 1])
            found[document] = Progress(max(was.level, lifted), was.courtesy, reminder)
    return found


def _documents(reached: Sequence[Reached], receivables: Receivables) -> list[list[int]]:
    """Return the positions of the documents that each reminder named; what is not there any more is left out."""
    accounts = receivables.accounts
    places = {key: n for n, key in enumerate(zip(accounts["customer"], accounts["currency"], strict=True))}
    counts = [len(r.invoices) for r in reached]
    owners = np.repeat([places.get((r.customer, r.currency), -1) for r in reached], counts).astype(np.int64)
    numbers = np.array([number for r in reached for number in r.invoices], dtype=object)
    found = receivables.finder.find(numbers, owners).tolist()
    ends = np.cumsum([0, *counts]).tolist()
    return [[p for p in found[a:b] if p >= 0] for a, b in pairwise(ends)]
