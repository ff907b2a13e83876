"""What concerns one customer, and the message that would be written to them now: for a person who writes by hand."""

from __future__ import annotations

from datetime import date
from typing import Final

from arc_sheets.cases import Case, cases
from arc_sheets.cells import Rows
from arc_sheets.frames import from_day_number, records
from arc_sheets.planning import plan
from arc_sheets.policy import Policy
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Item, Known, Proposal
from arc_sheets.standing import standing
from arc_sheets.tab import Tab
from arc_sheets.tabs import CUSTOMERS, DISPUTES, INVOICES, RECORD_TABS
from arc_sync.agent.reminding.history import WRITTEN, reached
from arc_sync.agent.reminding.rows import Reminder, reminders
from arc_sync.ledger.port import View

#: Longer than anything is late, in days.
_FOREVER: Final = 10**6
#: The stage that speaks of all that is open, due or not.
_EVERYTHING: Final = "Statement"


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


def message_now(
    view: View, customer: str, stage: str, policy: Policy, day: date, rates: Rates
) -> Proposal | None:
    """Return what a message of a stage would speak of on a day, whatever the schedule says.

    A blank stage stands for the one that the customer is at: that which is due, else the last that was sent, else
    the first. None if nothing may be asked for.
    """
    frames = records(rows_of_customer(view, customer))
    mine = [row for row in reminders(view).values() if row.customer == customer]
    known = Known(frames, receivables(frames), reached(mine, policy, day), day)
    if not stage and (due := plan(known, policy, day, rates).proposals):
        return due[0]
    now = standing(frames, known.receivables, day, policy.grace)
    wanted = stage or _last_stage(mine, policy)
    owed = [_items(case, wanted) for case in cases(known.receivables, now, {}, _FOREVER)]
    found = [proposal for proposal in owed if proposal.items]
    return max(found, key=lambda p: rates.convert(p.amount, p.currency) or 0, default=None)


def _last_stage(rows: list[Reminder], policy: Policy) -> str:
    sent = [row for row in rows if row.status in WRITTEN and row.sent and row.stage]
    if sent:
        return max(sent, key=lambda row: str(row.sent)).stage or ""
    return next(stage.name for stage in policy.stages if stage.days >= 0 and not stage.is_task)


def _items(case: Case, stage: str) -> Proposal:
    """Return a proposal about what is overdue; where nothing is, or of a statement, about all that is open."""
    late = case.chaseable(1, _FOREVER) if stage != _EVERYTHING else ()
    claims = late or case.chaseable(-_FOREVER, _FOREVER)
    items = tuple(
        Item(c.number, from_day_number(c.issued), from_day_number(c.due), c.late, c.amount, c.balance)
        for c in claims
    )
    amount = max(0, sum(item.balance for item in items) - max(0, case.credit))
    return Proposal(
        case.customer, case.currency, stage, "", "", "", "", items, amount, "", automatic=False, key=""
    )
