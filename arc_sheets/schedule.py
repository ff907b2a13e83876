"""The schedule simulated ahead: what would be said on the days to come if nobody paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from arc_sheets.planning import plan
from arc_sheets.reminders import Became, Known, Plan, Proposal, Reached
from arc_sheets.touches import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from arc_sheets.policy import Policy
    from arc_sheets.rates import Rates


def simulate(known: Known, policy: Policy, first: date, days: int, rates: Rates) -> Iterator[Plan]:
    """Yield the plan of each of so many days from `first` on, as if each proposal went out and nobody paid.

    A task counts as done on its day, a letter as posted, a call in place of a message as the message. The bank's
    data count as fresh on every day; promises break on their dates, as no money comes in that is not in the
    ledger already.
    """
    reached = [r for r in known.reached if r.settled]
    for day in (first + timedelta(n) for n in range(days)):
        made = plan(known._replace(reached=reached, bank_until=day), policy, day, rates)
        yield made
        reached += (_gone(proposal, policy, day) for proposal in made.proposals)


def _gone(proposal: Proposal, policy: Policy, on: date) -> Reached:
    stage = policy.stage(proposal.stage)
    written = proposal.channel in WRITTEN or (stage is not None and not stage.is_task)
    about = (proposal.customer, proposal.currency, proposal.stage, proposal.numbers)
    became = Became.SENT if proposal.channel in WRITTEN else Became.DONE
    return Reached(*about, on, written, became=became)
