"""Whether a customer is to be reminded today, in one currency: a proposal, or the reason why not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from arc_sheets import why
from arc_sheets.cases import Case, Claim
from arc_sheets.frames import from_day_number
from arc_sheets.hours import next_business_day
from arc_sheets.phrases import begun, ended, say_amount, say_day, say_many
from arc_sheets.policy import Policy, Stage
from arc_sheets.rates import Rates
from arc_sheets.reminders import Item, LeftOut, Proposal, Reached
from arc_sheets.routes import NoRoute, Person, Route, route
from arc_sheets.stages import Ladder
from arc_sheets.standing import Standing
from arc_sheets.touches import Touch, Written

#: The stage that lists everything open, due or not.
STATEMENT = "Statement"
_FOREVER = 10**6  #: days


class Desk(NamedTuple):
    """All that lies on the desk when the cases of a day are decided."""

    policy: Policy
    ladder: Ladder
    as_of: date
    rates: Rates
    said: why.Said
    standing: Standing
    people: Mapping[str, Person]
    written: Written
    wrote: Mapping[str, Touch]  #: the last time that each customer was written to, as Activity has it
    stopped: Mapping[str, date]  #: who wants no texts, and since when
    came: Mapping[tuple[str, str, str], int]  #: how often a customer had a stage in a currency
    tasks: Mapping[
        tuple[str, str, str], tuple[Reached, ...]
    ]  #: by the same: those that still wait for a person
    settled: Mapping[tuple[str, str], Reached]  #: by customer and currency: the last that was skipped or done
    risks: Mapping[str, int]


class Step(NamedTuple):
    """What comes next for a case."""

    lead: Claim  #: the invoice that decides
    stage: Stage | None  #: None: it has been through all of them
    today: bool  #: old enough for it today
    items: tuple[Claim, ...]  #: what it speaks of
    passed: Stage | None = None  #: a person's task that was not done in time and is passed over


def decide(case: Case, desk: Desk) -> Proposal | LeftOut:
    """Return what becomes of a case today."""
    person = desk.people.get(case.customer)
    if person is None or person.barred:
        return _left_out(case, _barred(person), desk)
    step = next_step(case, desk)
    if step is None:
        return _left_out(case, why.nothing_to_ask(case, desk.said, desk.ladder.ahead), desk)
    reason = _covered(case, step, desk)
    if reason or step.stage is None or not step.today:
        return _left_out(case, reason or _later(case, step, desk), desk)
    way = route(step.stage, person, desk.stopped.get(case.customer), desk.policy.country)
    reason = _too_small(case, step, desk) or _too_soon(case, step.stage, desk)
    if isinstance(way, NoRoute) or reason:
        return _left_out(case, way.why if isinstance(way, NoRoute) else reason, desk)
    return _proposal(case, step, step.stage, way, desk)


def next_step(case: Case, desk: Desk) -> Step | None:
    """Return what comes next for a case, None where nothing may be asked for.

    An invoice that has been through all stages is with a person: it leads no more, and only a statement lists it.
    """
    ladder = desk.ladder
    late, soon = case.chaseable(ladder.first, _FOREVER), case.chaseable(-ladder.ahead, ladder.first)
    overdue = tuple(claim for claim in late if claim.progress.level < len(ladder.after) - 1)
    if overdue:
        return _after_due(case, overdue, desk)
    for claim in soon:
        level = ladder.courtesy(claim.late)
        if level > claim.progress.courtesy:
            return Step(claim, ladder.before[level], today=True, items=soon)
    if late:
        return Step(late[0], None, today=False, items=late)
    return Step(soon[0], next(iter(ladder.after), None), today=False, items=soon) if soon else None


def _after_due(case: Case, overdue: tuple[Claim, ...], desk: Desk) -> Step:
    """Return the next stage of the oldest invoice; before it goes what waits for a person's last word."""
    after = desk.ladder.after
    claim = next(_in_hand(case, overdue, desk), overdue[0])
    level, passed = claim.progress.level + 1, None
    while level < len(after) - 1 and _overran(case, claim, after[level], desk):
        if claim.late < after[level + 1].days:
            break
        level, passed = level + 1, after[level]
    stage = after[level]
    everything = case.chaseable(-_FOREVER, _FOREVER)
    listed = everything if stage.name == STATEMENT else overdue
    return Step(claim, stage, claim.late >= stage.days, listed, passed)


def _in_hand(case: Case, overdue: tuple[Claim, ...], desk: Desk) -> Iterator[Claim]:
    """Yield what the last stage, as a task, has put to a person who has not done it yet."""
    last = desk.ladder.after[-1]
    put = desk.tasks.get((case.customer, case.currency, last.name), ()) if last.is_task else ()
    named = {number for task in put for number in task.invoices}
    before = len(desk.ladder.after) - 2
    return (c for c in overdue if c.number in named and c.progress.level == before and c.late >= last.days)


def _overran(case: Case, claim: Claim, stage: Stage, desk: Desk) -> bool:
    """Say whether a person's task has waited longer than its patience."""
    put = desk.tasks.get((case.customer, case.currency, stage.name), ())
    waited = ((desk.as_of - task.on).days for task in put if claim.number in task.invoices)
    return stage.is_task and max(waited, default=-1) >= stage.patience


# --- why not ---------------------------------------------------------------------------------------------------


def _barred(person: Person | None) -> str:
    if person is None:
        return "There is no such name on Customers: add the row."
    plain = person.barred.rstrip(".").casefold() in {"yes", "y", "x"}
    return "Do not contact." if plain else ended(f"Do not contact: {person.barred}")


def _covered(case: Case, step: Step, desk: Desk) -> str:
    """Say that credit, or a promise that names no invoice, covers what is asked for."""
    asked = _asked(step)
    if case.credit >= asked:
        return f"{say_amount(case.credit, case.currency)} of credit covers it: apply the credit."
    promised = int(desk.standing.promised[case.account])
    if promised < asked - case.credit:
        return ""
    by = from_day_number(int(desk.standing.promised_by[case.account]))
    return f"Promised {say_amount(promised, case.currency)} by {say_day(by)}."


def _asked(step: Step) -> int:
    """Return what is overdue, or where nothing is, what is soon due; minor units."""
    overdue = sum(claim.balance for claim in step.items if claim.late > 0)
    return overdue or sum(claim.balance for claim in step.items)


def _later(case: Case, step: Step, desk: Desk) -> str:
    if step.stage is None:
        return f"{step.lead.number} has been through all stages: decide what becomes of it."
    ripe = from_day_number(step.lead.due) + timedelta(step.stage.days)
    on = next_business_day(max(ripe, _free(case, desk)), desk.policy)
    so_far = why.so_far(step.lead, desk.wrote.get(case.customer))
    return _and_promises(f"{begun(so_far)}; {step.stage.name} comes on {say_day(on)}", case, desk)


def _free(case: Case, desk: Desk) -> date:
    """Return the first day on which the minimum interval lets something follow.

    It counts from the last message to the customer in any currency, and from what was skipped or done in this one:
    whoever skips a stage does not want the next, harsher one on the same day.
    """
    settled = desk.settled.get((case.customer, case.currency))
    last = max(filter(None, (desk.written.last(case.customer), settled and settled.on)), default=None)
    return max(desk.as_of, last + timedelta(desk.policy.minimum_interval)) if last else desk.as_of


def _too_small(case: Case, step: Step, desk: Desk) -> str:
    base = desk.rates.convert(_asked(step) - case.credit, case.currency)
    if base is None or base >= desk.policy.smallest:
        return ""
    return (
        f"Less than {say_amount(desk.policy.smallest, desk.rates.base)}, the smallest amount that is chased."
    )


def _too_soon(case: Case, stage: Stage, desk: Desk) -> str:
    if stage.is_task and (case.customer, case.currency, stage.name) in desk.tasks:
        return ""  # a person has it in hand already
    free = _free(case, desk)
    if free > desk.as_of:
        on = next_business_day(free, desk.policy)
        return _and_promises(f"{_last(case, desk)}; {stage.name} may follow on {say_day(on)}", case, desk)
    recent = desk.written.since(case.customer, desk.as_of - timedelta(30))
    if stage.is_task or len(recent) < desk.policy.customer_cap:
        return ""
    return f"Written to {len(recent)} times in 30 days; {stage.name} waits until it is fewer than {desk.policy.customer_cap}."


def _and_promises(reason: str, case: Case, desk: Desk) -> str:
    """Return the sentence of a reason, and of what was promised or is contested besides."""
    return ended("; ".join([reason, *why.promises(case, desk.said, desk.standing)]))


def _last(case: Case, desk: Desk) -> str:
    """Return what the interval counts from."""
    wrote, settled = desk.written.last(case.customer), desk.settled.get((case.customer, case.currency))
    if settled and (wrote is None or settled.on > wrote):
        return why.what_became(settled)
    return f"Written to on {say_day(wrote or desk.as_of)}"


def _left_out(case: Case, reason: str, desk: Desk) -> LeftOut:
    return LeftOut(case.customer, case.currency, case.due(desk.ladder.ahead), reason)


# --- the proposal ----------------------------------------------------------------------------------------------


def _proposal(case: Case, step: Step, stage: Stage, way: Route, desk: Desk) -> Proposal:
    items = tuple(_item(claim) for claim in step.items)
    return Proposal(
        case.customer,
        case.currency,
        stage.name,
        way.channel,
        way.to,
        way.cc,
        desk.people[case.customer].language or "",
        items,
        sum(item.balance for item in items) - case.credit,
        _why(case, step, stage, way, desk),
        stage.automatic and way.channel in {"Email", "Text"},
        _key(case, stage, items, desk),
    )


def _item(claim: Claim) -> Item:
    issued, due = from_day_number(claim.issued), from_day_number(claim.due)
    return Item(claim.number, issued, due, claim.late, claim.amount, claim.balance)


def _key(case: Case, stage: Stage, items: tuple[Item, ...], desk: Desk) -> str:
    """Return 32 hex digits that stay as long as the proposal says the same to the same customer."""
    who = (case.customer, case.currency, stage.name)
    said = (*who, sorted(item.number for item in items), desk.came.get(who, 0))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _why(case: Case, step: Step, stage: Stage, way: Route, desk: Desk) -> str:
    parts = [
        f"{why.age(step.lead)}, {_asks(case, step)}",
        why.so_far(step.lead, desk.wrote.get(case.customer)),
    ]
    if parts[-1] == why.NOTHING_YET and desk.ladder.allowed(step.lead.late) > 0:
        parts[-1] += ", so it begins here"  # and not with the stage of its age
    if step.passed:
        parts.append(f"{step.passed.name} was not done within {say_many(step.passed.patience, 'day')}")
    parts += why.promises(case, desk.said, desk.standing) or ["nothing promised or disputed"]
    if way.said:
        parts.append(way.said)
    return ended(f"{stage.name}: {'; '.join(parts)}")


def _asks(case: Case, step: Step) -> str:
    """Return what is asked for, which is the amount of the proposal, and on how many invoices."""
    late = sum(claim.balance for claim in step.items if claim.late > 0) - case.credit
    total = sum(claim.balance for claim in step.items) - case.credit
    word = "due" if late <= 0 else "overdue" if late == total else "open"
    said = f"{say_amount(total, case.currency)} {word} on {say_many(len(step.items), 'invoice')}"
    if word == "open":
        said += f", {say_amount(late, case.currency)} of it overdue"
    return said + (f", after {say_amount(case.credit, case.currency)} of credit" if case.credit else "")
