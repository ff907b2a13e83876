"""The plan of a day: whom to remind of what, in which stage, and why; whom to leave alone, and why.

One proposal for each customer and currency with all that is due. Its stage follows the oldest invoice that may
be chased and has a stage to come; what has been through all of them is with a person and stands in no further
message, and while the last task of the schedule waits for its person, nothing else goes to that customer in that
currency. Pure: no clock, nothing is sent here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from arc_sheets import risk
from arc_sheets.cases import Case, cases
from arc_sheets.deciding import Desk, decide
from arc_sheets.hours import business_days, is_business_day, next_business_day
from arc_sheets.phrases import say_day, say_many
from arc_sheets.reminders import Known, LeftOut, Plan, Proposal, Reached
from arc_sheets.routes import people
from arc_sheets.stages import Ladder, progress
from arc_sheets.standing import standing
from arc_sheets.touches import WRITTEN, last_written, stopped, written
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
    business = list(_cases(known, desk))
    decided = [decide(case, desk) for case in business]
    wanted = sorted((d for d in decided if isinstance(d, Proposal)), key=lambda p: _order(p, desk, rates))
    closed, stale = _no_business(desk), _stale_bank(known.bank_until, desk)
    waits = dict.fromkeys(wanted, closed) if closed else _rationed(wanted, desk)
    due = {(case.customer, case.currency): case.due(desk.ladder.ahead) for case in business}
    left = [d for d in decided if isinstance(d, LeftOut)]
    left += (
        LeftOut(p.customer, p.currency, due[p.customer, p.currency], f"{p.stage} waits: {why}")
        for p, why in waits.items()
    )
    left.sort(key=lambda out: (out.customer, out.currency))
    return Plan(
        as_of,
        tuple(p for p in wanted if p not in waits),
        tuple(left),
        " ".join(filter(None, (closed, stale))),
    )


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
        last_written(records.activity, as_of),
        stopped(records.activity, policy, as_of),
        Counter((r.customer, r.currency, r.stage) for r in known.reached if r.settled),
        _tasks(known.reached),
        _settled(known.reached),
        risk.risks(receivables, as_of),
    )


def _tasks(reached: Iterable[Reached]) -> dict[tuple[str, str, str], tuple[Reached, ...]]:
    """Return the tasks that wait for a person, by customer, currency and stage."""
    found: defaultdict[tuple[str, str, str], tuple[Reached, ...]] = defaultdict(tuple)
    for task in reached:
        if not task.settled:
            found[task.customer, task.currency, task.stage] += (task,)
    return found


def _settled(reached: Iterable[Reached]) -> dict[tuple[str, str], Reached]:
    """Return what was skipped or done last without anything being written, by customer and currency."""
    ended = sorted((r for r in reached if r.settled and not r.written), key=lambda r: r.on)
    return {(r.customer, r.currency): r for r in ended}


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


def _rationed(wanted: list[Proposal], desk: Desk) -> dict[Proposal, str]:
    """Return which messages wait, and why: a customer gets one a day, and the firm's daily cap goes to the first."""
    room = desk.policy.daily_cap - desk.written.on(desk.as_of)
    served: dict[str, str] = {}
    waits: dict[Proposal, str] = {}
    for proposal in (p for p in wanted if p.channel in WRITTEN):
        if proposal.customer in served:
            waits[proposal] = f"they are written to about {served[proposal.customer]} today."
        elif room <= len(served):
            cap = say_many(desk.policy.daily_cap, "message")
            waits[proposal] = f"the day's {cap} go where more is at risk."
        else:
            served[proposal.customer] = proposal.currency
    return waits


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
