"""From a plan to the rows of the Reminders tab: which are new, refreshed, withdrawn or taken out. Values only.

A proposal has a key, and the row's id follows from it: so the plan of the next day finds its rows again, with the
decision on them and what a person wrote into them. Everything else of a row that has not begun is refreshed. A
row that has begun (queued, sent, drafted, unknown) or is over (skipped, done) is never touched by a plan.

What a person wrote is theirs, on a row of any kind: a plan fills in around it and takes nothing of it away. It is
held when it was written for another amount than the one that is asked for now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from arc_sheets.phrases import say_amount
from arc_sheets.reminders import LeftOut, Plan, Proposal
from arc_sync.agent.reminding.letters import Broken, Words
from arc_sync.agent.reminding.rows import (
    BLANK,
    DONE,
    DRAFTED,
    FAILED,
    HELD,
    NOT_PLANNED,
    PROPOSED,
    QUEUED,
    SENT,
    SKIPPED,
    TO_DO,
    UNKNOWN,
    WITHDRAWN,
    Reminder,
    id_of,
    listed,
)
from arc_sync.agent.reminding.typed import UNTYPED, Typed

#: They wait for a person: decision and day of planning stay when the plan comes again.
_WAITING: Final = frozenset({PROPOSED, HELD, TO_DO})
#: What the plan of a later day may change; all else has begun, or is over.
_PLANNABLE: Final = frozenset({*_WAITING, NOT_PLANNED, WITHDRAWN})


class Before(NamedTuple):
    """The tab as the last plan, people and senders left it."""

    rows: Mapping[str, Reminder]
    typed: Mapping[str, Typed]  #: what a person wrote on the rows that are `worded`
    day: date  #: of the plan
    goes: bool  #: automatic stages may go at once: it is the plan of today


def plannable(plan: Plan, before: Mapping[str, Reminder]) -> dict[str, Proposal]:
    """Return the proposals whose rows are new, or may still be changed, by row id."""
    found = {id_of(proposal.key): proposal for proposal in plan.proposals}
    return {i: p for i, p in found.items() if i not in before or before[i].status in _PLANNABLE}


def worded(rows: Mapping[str, Reminder]) -> set[str]:
    """Return the rows with words that a plan may change, by id."""
    return {i for i, row in rows.items() if (row.subject or row.body) and row.status in _PLANNABLE}


def rows_of_plan(
    plan: Plan, words: Mapping[str, Words | Broken], before: Before
) -> dict[str, Reminder | None]:
    """Return how the rows of the plan are to be, and those that leave the tab (None).

    `words` are those of `plannable`, by row id.
    """
    proposals = plannable(plan, before.rows)
    rows = {i: _proposed(i, p, words[i], plan.held, before) for i, p in proposals.items()}
    left = dict(_left_out(plan, before))
    stay = {*rows, *left, *(id_of(proposal.key) for proposal in plan.proposals)}
    return {**dict(_over(stay, plan, before)), **left, **rows}


# --- what is proposed ------------------------------------------------------------------------------------------


def _proposed(i: str, proposal: Proposal, said: Words | Broken, held: str, before: Before) -> Reminder:
    was = before.rows.get(i)
    waited = was is not None and was.status in _WAITING
    typed = before.typed.get(i, UNTYPED)
    reason = _reason(proposal, said, typed)
    row = Reminder(
        decision=was.decision if was and waited else None,
        customer=proposal.customer,
        stage=proposal.stage,
        channel=proposal.channel,
        to=proposal.to or None,
        invoices=listed(proposal.numbers),
        amount=proposal.amount,
        currency=proposal.currency,
        why=reason,
        status=TO_DO if proposal.is_task else PROPOSED,
        planned=was.planned if was and waited and not proposal.is_task else _put_on(proposal, before),
        sent=None,
        subject=was.subject if was else None,
        body=was.body if was else None,
    )
    row = _worded(row, said, typed)
    if isinstance(said, Broken) and not typed.body:
        return row._replace(status=HELD, why=said.why)
    put = was is not None and was.status == TO_DO == row.status  # a person has it in hand already
    outdated = _outdated(row, typed)
    if (held and not put) or outdated:
        why = " ".join(filter(None, ("" if put else held, outdated, reason)))
        stays = proposal.is_task and (put or not held)  # nobody sends it: who does it reads this first
        return row._replace(status=TO_DO if stays else HELD, why=why)
    if proposal.automatic and before.goes and not row.decision:
        return row._replace(status=QUEUED, why=f"{reason} It goes by itself.")
    return row


def _reason(proposal: Proposal, said: Words | Broken, typed: Typed) -> str:
    """Return why this is proposed, and that its words are in another language than the customer's, if ARC's they are."""
    remark = "" if isinstance(said, Broken) or typed.body else said.remark
    return f"{proposal.why} {remark}" if remark else proposal.why


def _put_on(proposal: Proposal, before: Before) -> date:
    """Return the day of the plan; of a task that a person has already, the day on which it was put to them.

    It is the same task when an invoice joins it: it does not begin to wait anew.
    """
    same = (proposal.customer, proposal.currency, proposal.stage)
    put = (r.planned for r in _tasks(before.rows) if (r.customer, r.currency, r.stage) == same and r.planned)
    return min(put, default=before.day)


def _tasks(rows: Mapping[str, Reminder]) -> Iterator[Reminder]:
    return (row for row in rows.values() if row.status == TO_DO)


def _worded(row: Reminder, said: Words | Broken, typed: Typed) -> Reminder:
    """Return the row with its words: those that a person wrote, else the template's, else those it had."""
    if isinstance(said, Broken):
        return row
    subject = row.subject if typed.subject else said.subject or None
    return row._replace(subject=subject, body=row.body if typed.body else said.body or None)


def _outdated(row: Reminder, typed: Typed) -> str:
    """Return that a person wrote the words for another amount or other invoices, with the remedy; or ""."""
    then = typed.then
    if then is None or then.amount is None or row.amount is None:
        return ""
    if (then.amount, sorted(then.numbers)) == (row.amount, sorted(row.numbers)):
        return ""
    remedy = "change them, or clear Message to have them written anew."
    if then.amount == row.amount:
        return f"The words were written for {then.invoices}; {row.invoices} is asked for now: {remedy}"
    was, now = say_amount(then.amount, row.currency), say_amount(row.amount, row.currency)
    return f"The words were written for {was}; {now} is asked for now: {remedy}"


# --- who is left out -------------------------------------------------------------------------------------------


def _left_out(plan: Plan, before: Before) -> Iterator[tuple[str, Reminder]]:
    """Yield one row for each customer who is left alone, unless another row of the day says it all."""
    told = {(row.customer, row.currency) for row in before.rows.values() if _tells(row, before.day)}
    for out in plan.left_out:
        if (out.customer, out.currency) not in told:
            i = id_of(f"left out {out.customer} {out.currency}")
            subject, body = _typed_words(i, before)
            yield i, _not_planned(out, before.day)._replace(subject=subject, body=body)


def _not_planned(out: LeftOut, day: date) -> Reminder:
    return BLANK._replace(
        customer=out.customer,
        currency=out.currency,
        amount=out.amount,
        why=out.why,
        status=NOT_PLANNED,
        planned=day,
    )


def _typed_words(i: str, before: Before) -> tuple[str | None, str | None]:
    """Return the subject and the body that a person wrote on a row, None for what they did not."""
    was = before.rows.get(i)
    if was is None:
        return None, None
    known = before.typed.get(i, UNTYPED)
    return was.subject if known.subject else None, was.body if known.body else None


def _tells(row: Reminder, day: date) -> bool:
    """Say whether a row is under way, or came to its end on this day."""
    ended = row.sent.date() if row.sent else row.planned
    return row.status in {QUEUED, UNKNOWN} or (row.status in {SENT, DRAFTED, SKIPPED, DONE} and ended == day)


# --- what no longer holds --------------------------------------------------------------------------------------


def _over(stay: set[str], plan: Plan, before: Before) -> Iterator[tuple[str, Reminder | None]]:
    """Yield the rows that the plan does not have any more: taken out, or withdrawn with the reason.

    Withdrawn are those in which a person has a hand: decided, written, or failed before their eyes.
    """
    reasons = {(out.customer, out.currency): out.why for out in plan.left_out}
    stages = {(p.customer, p.currency): p.stage for p in plan.proposals}
    for p in plan.proposals:
        reasons[p.customer, p.currency] = f"{p.stage} for {listed(p.numbers)} takes its place."
    for i, row in before.rows.items():
        if i in stay or row.status not in {*_WAITING, NOT_PLANNED, FAILED}:
            continue
        if row.status == TO_DO and stages.get((row.customer, row.currency), row.stage) != row.stage:
            continue  # it took too long and is passed over: it stays until the stage that follows has gone
        if row.status == FAILED or row.decision or any(_typed_words(i, before)):
            why = reasons.get((row.customer, row.currency), "Nothing is asked of them any more.")
            yield i, row._replace(status=WITHDRAWN, decision=None, why=why)
        else:
            yield i, None
