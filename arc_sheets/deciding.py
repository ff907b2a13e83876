"""Whether a customer is to be reminded today, in one currency: a proposal, or the reason why not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from arc_sheets import why
from arc_sheets.cases import Case, Claim
from arc_sheets.frames import Records, from_day_number
from arc_sheets.hours import next_business_day
from arc_sheets.policy import Policy, Stage
from arc_sheets.rates import Rates
from arc_sheets.reminders import Item, LeftOut, Proposal, Reached
from arc_sheets.routes import NoRoute, Person, Route, route
from arc_sheets.stages import Ladder
from arc_sheets.standing import Standing
from arc_sheets.touches import Written
from arc_sheets.words import say_amount, say_day, say_many


class Desk(NamedTuple):
    """All that lies on the desk when the cases of a day are decided."""

    policy: Policy
    ladder: Ladder
    as_of: date
    rates: Rates
    records: Records
    standing: Standing
    people: Mapping[str, Person]
    written: Written
    stopped: Mapping[str, date]  #: who wants no texts, and since when
    came: Mapping[tuple[str, str, str], int]  #: how often a customer had a stage in a currency
    tasks: tuple[Reached, ...]  #: those that still wait for a person
    risks: Mapping[str, int]


class Step(NamedTuple):
    """What comes next for a case."""

    claim: Claim  #: the invoice that decides
    stage: Stage | None  #: None: it has been through all of them
    due: bool  #: it may come today
    items: tuple[Claim, ...]  #: what it speaks of
    passed: Stage | None = None  #: a person's task that was not done in time and is passed over


def decide(case: Case, desk: Desk) -> Proposal | LeftOut:
    """Return what becomes of a case today."""
    step = next_step(case, desk)
    reason = _barred(case, desk) or why.nothing_to_ask(case, desk.records, step is None)
    if not reason and step is not None:
        reason = _covered(case, step, desk) or _too_early(step, desk) or _too_small(case, step, desk)
    if reason or step is None or step.stage is None:
        return _left_out(case, reason, desk)
    person = desk.people[case.customer]
    way = route(step.stage, person, desk.stopped.get(case.customer), desk.policy.country)
    if isinstance(way, NoRoute):
        return _left_out(case, way.why, desk)
    reason = _too_soon(case, step.stage, desk)
    return _left_out(case, reason, desk) if reason else _proposal(case, step, way, desk)


def next_step(case: Case, desk: Desk) -> Step | None:
    """Return what comes next for a case, None where nothing may be asked for."""
    ladder = desk.ladder
    first = 0 if ladder.after and ladder.after[0].days == 0 else 1
    overdue, soon = case.overdue(first), case.soon(first, ladder.ahead)
    if overdue:
        return _after_due(case, overdue, soon, desk)
    for claim in soon:
        level = ladder.courtesy(claim.late)
        if level > claim.progress.courtesy:
            return Step(claim, ladder.before[level], due=True, items=soon)
    return Step(soon[0], ladder.after[0] if ladder.after else None, due=False, items=soon) if soon else None


def _after_due(case: Case, overdue: tuple[Claim, ...], soon: tuple[Claim, ...], desk: Desk) -> Step:
    after = desk.ladder.after
    for claim in overdue:
        level, passed = claim.progress.level + 1, None
        if level >= len(after):
            continue
        if _overran(case, claim, after[level], desk) and claim.late >= after[level + 1].days:
            level, passed = level + 1, after[level]
        stage = after[level]
        everything = stage.name == "Statement"
        items = case.overdue(-(10**6)) if everything else (*overdue, *soon)
        return Step(claim, stage, claim.late >= stage.days, items, passed)
    return Step(overdue[0], None, due=False, items=overdue)


def _overran(case: Case, claim: Claim, stage: Stage, desk: Desk) -> bool:
    """Say whether a person's task has waited longer than its patience, and a stage follows it."""
    if not stage.is_task or stage is desk.ladder.after[-1]:
        return False
    who = (case.customer, case.currency, stage.name)
    put = (t.on for t in desk.tasks if t[:3] == who and claim.number in t.invoices)
    return any((desk.as_of - on).days >= stage.patience for on in put)


def _barred(case: Case, desk: Desk) -> str:
    person = desk.people.get(case.customer)
    if person is None:
        return "There is no such name on Customers: add the row."
    return f"Do not contact: {person.barred.rstrip('.')}." if person.barred else ""


def _covered(case: Case, step: Step, desk: Desk) -> str:
    asked = _asked(step)
    if case.credit >= asked:
        return f"{say_amount(case.credit, case.currency)} of credit covers it: apply the credit."
    promised = int(desk.standing.promised[case.account])
    if promised >= asked - case.credit:
        by = from_day_number(int(desk.standing.promised_by[case.account]))
        return f"Promised {say_amount(promised, case.currency)} by {say_day(by)}."
    return ""


def _asked(step: Step) -> int:
    """Return what is overdue, or where nothing is, what is soon due; minor units."""
    overdue = sum(c.balance for c in step.items if c.late > 0)
    return overdue or sum(c.balance for c in step.items)


def _too_early(step: Step, desk: Desk) -> str:
    if step.due:
        return ""
    if step.stage is None:
        return f"{step.claim.number} has been through all stages: decide what becomes of it."
    on = from_day_number(step.claim.due) + timedelta(step.stage.days)
    on = next_business_day(max(on, desk.as_of), desk.policy)
    return f"{why.so_far(step.claim)}; {step.stage.name} comes on {say_day(on)}."


def _too_small(case: Case, step: Step, desk: Desk) -> str:
    base = desk.rates.convert(_asked(step) - case.credit, case.currency)
    if base is None or base >= desk.policy.smallest:
        return ""
    return (
        f"Less than {say_amount(desk.policy.smallest, desk.rates.base)}, the smallest amount that is chased."
    )


def _too_soon(case: Case, stage: Stage, desk: Desk) -> str:
    last = desk.written.last(case.customer)
    if last and (desk.as_of - last).days < desk.policy.minimum_interval:
        on = next_business_day(last + timedelta(desk.policy.minimum_interval), desk.policy)
        return f"Written to on {say_day(last)}; {stage.name} may follow on {say_day(on)}."
    recent = desk.written.since(case.customer, desk.as_of - timedelta(30))
    if len(recent) < desk.policy.customer_cap:
        return ""
    return f"Already {say_many(len(recent), 'message')} in 30 days; {stage.name} waits."


def _left_out(case: Case, reason: str, desk: Desk) -> LeftOut:
    amount = sum(c.balance for c in case.claims if c.late >= -desk.ladder.ahead)
    return LeftOut(case.customer, case.currency, amount, reason)


def _proposal(case: Case, step: Step, way: Route, desk: Desk) -> Proposal:
    assert step.stage is not None  # noqa: S101 (decide sees to it)
    stage, items = step.stage, tuple(_item(claim) for claim in step.items)
    came = desk.came.get((case.customer, case.currency, stage.name), 0)
    said = (case.customer, case.currency, stage.name, sorted(i.number for i in items), came)
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
        f"{stage.name}: {step.claim.number}.",
        stage.automatic and not stage.is_task,
        hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32],
    )


def _item(claim: Claim) -> Item:
    issued, due = from_day_number(claim.issued), from_day_number(claim.due)
    return Item(claim.number, issued, due, claim.late, claim.amount, claim.balance)
