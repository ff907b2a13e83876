"""What concerns one customer, and the message that would be written to them now: for a person who writes by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from arc_sheets.cases import Case, Claim, cases
from arc_sheets.cells import Rows
from arc_sheets.frames import from_day_number, records
from arc_sheets.phrases import say_amount
from arc_sheets.planning import plan
from arc_sheets.policy import Policy
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Item, Known, Proposal
from arc_sheets.standing import Standing, standing
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, DISPUTES, INVOICES, RECORD_TABS, STAGES
from arc_sync.agent.actions.desk import Reason
from arc_sync.agent.reminding.history import WRITTEN, reached
from arc_sync.agent.reminding.rows import Reminder, reminders
from arc_sync.ledger.port import View

#: Longer than anything is late, in days.
_FOREVER: Final = 10**6
#: The stage that speaks of all that is open, due or not.
_EVERYTHING: Final = "Statement"
#: The stage that speaks of what is not overdue yet, where the policy has none before the due date.
_COURTESY: Final = STAGES[0]
#: The channels of stages that have no words to be sent.
_SPOKEN: Final = frozenset({"Call", "Meeting", "Note"})


def rows_of_customer(view: View, name: str) -> dict[str, Rows]:
    """Return the rows of each tab that are this customer's."""
    found = {tab.name: _where(view, tab, "customer", {name}) for tab in RECORD_TABS}
    at = [c.name for c in INVOICES.stored].index("number")
    numbers = {str(row[at]) for row in found[INVOICES.name].values()}
    found[CUSTOMERS.name] = _where(view, CUSTOMERS, "name", {name})
    found[DISPUTES.name] = _where(view, DISPUTES, "invoice", numbers)
    return found


def _where(view: View, tab: Tab, column: str, values: set[str]) -> Rows:
    at = next((k for k, c in enumerate(tab.stored) if c.name == column), None)
    return {} if at is None else {i: row for i, row in view.rows(tab).items() if row[at] in values}


def known_of_customer(view: View, customer: str, policy: Policy, day: date) -> tuple[Known, Standing]:
    """Return all that is known of one customer on a day, and what speaks against asking for it."""
    frames = records(rows_of_customer(view, customer))
    mine = [row for row in reminders(view).values() if row.customer == customer]
    known = Known(frames, receivables(frames), reached(mine, policy, day), day)
    return known, standing(frames, known.receivables, day, policy.grace)


def message_now(
    view: View, customer: str, stage: str, policy: Policy, day: date, rates: Rates
) -> Proposal | Reason:
    """Return what a message of a stage would speak of on a day, whatever the schedule says, or why there is nothing.

    A blank stage stands for the one that the customer is at: that which is due, else the last that was sent, else
    the first; where nothing is overdue, that before the due date.
    """
    known, now = known_of_customer(view, customer, policy, day)
    if not stage and (due := _due(known, policy, day, rates)):
        return due[0]
    owed = list(cases(known.receivables, now, {}, _FOREVER))
    mine = [row for row in reminders(view).values() if row.customer == customer]
    wanted = stage or _stage_now(owed, mine, policy)
    found = [_proposal(case, wanted, policy) for case in owed]
    asking = [proposal for proposal in found if proposal.amount]
    if not asking:
        return Reason(_why_nothing(customer, wanted, owed, found, policy))
    return max(asking, key=lambda p: rates.convert(p.amount, p.currency) or 0)


def _due(known: Known, policy: Policy, day: date, rates: Rates) -> list[Proposal]:
    """Return what the schedule has for the day that is said in writing."""
    stages = {stage.name for stage in policy.stages if stage.channel not in _SPOKEN}
    return [p for p in plan(known, policy, day, rates).proposals if p.stage in stages]


def _stage_now(owed: Sequence[Case], mine: Sequence[Reminder], policy: Policy) -> str:
    if not any(case.chaseable(1, _FOREVER) for case in owed):
        return next((stage.name for stage in policy.stages if stage.days < 0), _COURTESY)
    later = [s.name for s in policy.stages if s.days >= 0 and s.channel not in _SPOKEN]
    sent = [row for row in mine if row.status in WRITTEN and row.sent and row.stage in later]
    last = max(sent, key=lambda row: str(row.sent)).stage if sent else ""
    return last or next(iter(later), _EVERYTHING)


def _is_early(stage: str, policy: Policy) -> bool:
    """Say whether a stage speaks of what is not overdue yet."""
    known = policy.stage(stage)
    return known.days < 0 if known else stage == _COURTESY


def _claims(case: Case, stage: str, policy: Policy) -> tuple[Claim, ...]:
    """Return what a stage speaks of: what is not overdue, or what is; a statement of all, where something is."""
    if _is_early(stage, policy):
        return case.chaseable(-_FOREVER, 1)
    known = policy.stage(stage)
    late = case.chaseable(min(1, known.days) if known else 1, _FOREVER)
    return case.chaseable(-_FOREVER, _FOREVER) if late and stage == _EVERYTHING else late


def _proposal(case: Case, stage: str, policy: Policy) -> Proposal:
    items = tuple(
        Item(c.number, from_day_number(c.issued), from_day_number(c.due), c.late, c.amount, c.balance)
        for c in _claims(case, stage, policy)
    )
    amount = max(0, sum(item.balance for item in items) - max(0, case.credit))
    return Proposal(
        case.customer, case.currency, stage, "", "", "", "", items, amount, "", automatic=False, key=""
    )


def _why_nothing(
    customer: str, stage: str, owed: Sequence[Case], found: Sequence[Proposal], policy: Policy
) -> str:
    """Return why a stage has nothing to ask for, and what to do instead: one sentence."""
    covered = next((case for case, p in zip(owed, found, strict=True) if p.items), None)
    if covered:
        credit = say_amount(covered.credit, covered.currency)
        return (
            f"{customer} has {credit} of credit, which covers all that {stage} would ask for; apply it on Payments,"
            " or write the message by hand."
        )
    if not any(case.chaseable(-_FOREVER, _FOREVER) for case in owed):
        return f"{customer} owes nothing that may be asked for; write the message by hand."
    if _is_early(stage, policy):
        return f"All that {customer} owes is overdue already; choose a stage for that, or write the message by hand."
    if any(claim.late > 0 for case in owed for claim in case.claims):
        return (
            f"What is overdue of {customer} is disputed, promised, on a payment plan or held; choose {_COURTESY} for"
            " the rest, or write the message by hand."
        )
    return f"Nothing that {customer} owes is overdue; choose {_COURTESY}, or write the message by hand."
