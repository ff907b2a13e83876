"""The plan of a day: whom to remind of what, in which stage, and why; whom to leave alone, and why.

One proposal for each customer and currency with all that is due. Its stage follows the oldest invoice that may
be chased and has a stage to come. Pure: no clock, nothing is sent here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from arc_sheets import risk
from arc_sheets.cases import Case, cases
from arc_sheets.deciding import Desk, decide
from arc_sheets.hours import business_days, is_business_day, next_business_day
from arc_sheets.phrases import say_day, say_many
from arc_sheets.reminders import Known, LeftOut, Plan, Proposal, Reached
from arc_sheets.routes import people
from arc_sheets.stages import Ladder, progress
from arc_sheets.standing import standing
from arc_sheets.touches import WRITTEN, stopped, written
from arc_sheets.why import Said

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from arc_sheets.policy import Policy
    from arc_sheets.rates import Rates


def plan(known: Known, policy: Policy, as_of: date, rates: Rates) -> Plan:
    """Return the plan of the day `as_of`; `rates` convert to the base currency, in which money at risk is compared.

    Everybody who owes what is overdue, or due within the days of the courtesy stage, is either proposed or left
    out with the reason. Where the bank's data are older than the policy allows, the proposals are still there
    and `held` says why they wait; on a day without business there are none, and `held` says when they come.
    The same facts give the same plan, with the same keys.
    """
    desk = _desk(known, policy, as_of, rates)
    decided = [decide(case, desk) for case in _cases(known, desk)]
    wanted = sorted((d for d in decided if isinstance(d, Proposal)), key=lambda p: _order(p, desk, rates))
    left = [d for d in decided if isinstance(d, LeftOut)]
    proposals, waiting = _rationed(wanted, desk)
    held = [_no_business(desk), _stale_bank(known.bank_until, desk)]
    if held[0]:
        waiting = [_waits(p, held[0]) for p in wanted]
        proposals = []
    left = sorted([*left, *waiting], key=lambda out: (out.customer, out.currency))
    return Plan(as_of, tuple(proposals), tuple(left), " ".join(filter(None, held)))


def _desk(known: Known, policy: Policy, as_of: date, rates: Rates) -> Desk:
    records, receivables = known.records, known.receivables
    return Desk(
        policy,
        Ladder.of(policy),
        as_of,
        rates,
        Said.of(records),
        standing(records, receivables, as_of, policy.grace),
        people(records.customers),
        written(records.activity, known.reached, as_of),
        stopped(records.activity, policy, as_of),
        Counter((r.customer, r.currency, r.stage) for r in known.reached if r.settled),
        _tasks(known.reached),
        risk.risks(receivables, as_of),
    )


def _tasks(reached: Iterable[Reached]) -> dict[tuple[str, str, str], tuple[Reached, ...]]:
    """Return the tasks that wait for a person, by customer, currency and stage."""
    found: defaultdict[tuple[str, str, str], tuple[Reached, ...]] = defaultdict(tuple)
    for task in reached:
        if not task.settled:
            found[task.customer, task.currency, task.stage] += (task,)
    return found


def _cases(known: Known, desk: Desk) -> Iterable[Case]:
    come = progress(known.reached, known.receivables, desk.ladder)
    return cases(known.receivables, desk.standing, come, desk.ladder.ahead)


def _order(proposal: Proposal, desk: Desk, rates: Rates) -> tuple[bool, int, str, str]:
    known = desk.risks.get(proposal.customer)
    return (
        *risk.at_risk(proposal.amount, proposal.currency, known, rates),
        proposal.customer,
        proposal.currency,
    )


class _Rationed(NamedTuple):
    proposals: list[Proposal]
    waiting: list[LeftOut]


def _rationed(wanted: list[Proposal], desk: Desk) -> _Rationed:
    """Let each customer have one message, and the firm no more than its daily cap; the least at risk waits."""
    room = desk.policy.daily_cap - desk.written.on(desk.as_of)
    got = _Rationed([], [])
    served: dict[str, str] = {}
    for proposal in wanted:
        if proposal.channel not in WRITTEN:
            got.proposals.append(proposal)
        elif proposal.customer in served:
            got.waiting.append(
                _waits(proposal, f"they are written to about {served[proposal.customer]} today.")
            )
        elif room <= 0:
            cap = say_many(desk.policy.daily_cap, "message")
            got.waiting.append(_waits(proposal, f"the day's {cap} go where more is at risk."))
        else:
            room -= 1
            served[proposal.customer] = proposal.currency
            got.proposals.append(proposal)
    return got


def _waits(proposal: Proposal, why: str) -> LeftOut:
    return LeftOut(proposal.customer, proposal.currency, proposal.amount, f"{proposal.stage} waits: {why}")


def _no_business(desk: Desk) -> str:
    if is_business_day(desk.as_of, desk.policy):
        return ""
    following = next_business_day(desk.as_of, desk.policy)
    return f"{_weekday(desk.as_of)}, is no business day; the next one is {_weekday(following)}."


def _stale_bank(until: date | None, desk: Desk) -> str:
    if until is None:
        return "No payments are known: import the bank's data first, so that nobody is chased who has paid."
    age = business_days(until, desk.as_of, desk.policy)
    if age <= desk.policy.bank_days:
        return ""
    return (
        f"The bank's data end on {until.day} {until:%b %Y}, {say_many(age, 'business day')} ago:"
        " import the newer ones first, so that nobody is chased who has paid."
    )


def _weekday(day: date) -> str:
    return f"{day:%A}, {say_day(day)}"
