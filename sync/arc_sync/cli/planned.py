"""What a plan of reminders holds: told, as JSON, and for another day than today, of which nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arc_sync.cli.out import amount, day, grouped, listed, many, print_table, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from arc_sheets.reminders import LeftOut, Plan, Proposal
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import Firm
    from arc_sync.agent.reminding.rows import Reminder

#: The rows of Reminders that a plan proposes; the others that it brings are those left alone.
_PLANNED: Final = ("proposed", "held", "to do", "queued")
_LEFT: Final = "not planned"
#: Who signs where nobody is named, as in the templates.
_NOBODY: Final = "Accounts receivable"


def plan_of(firm: Firm, on: date, today: date) -> Plan:
    """Return what the plan of a day would hold if nothing happened until then; nothing is written."""
    from arc_sheets.planning import plan
    from arc_sync.agent.policies import policy_of
    from arc_sync.agent.reminding.planning import known_of
    from arc_sync.agent.reminding.rows import reminders

    policy = policy_of(firm.config)
    with firm.ledger.read() as view:
        known = known_of(view, reminders(view), policy, on, today)
    return plan(known, policy, on, firm.config.rates)


def show_plan(made: Plan) -> None:
    """Print a plan that was only tried out: who would be reminded, who left alone, and why."""
    say(f"This is only a look at {day(made.as_of)}: nothing is written. arc remind plan writes today's plan.")
    say(*[made.held] * bool(made.held))
    for title, found in (("Would be reminded", made.proposals), ("Would be left alone", made.left_out)):
        say("", f"{title}: {many(len(found), 'customer') if found else 'nobody'}.")
        if found:
            print_table(("Customer", "Stage", "How", "Amount", "Why"), [_cells(one) for one in found], (3,))


def plan_json(made: Plan) -> dict[str, Any]:
    """Return a plan that was only tried out as JSON; amounts in major units."""
    return {
        "as_of": made.as_of.isoformat(),
        "written": False,
        "held": made.held,
        "reminders": [_proposed_json(one) for one in made.proposals],
        "left_out": [_left_json(one) for one in made.left_out],
    }


def rows_json(rows: Iterable[Reminder]) -> dict[str, Any]:
    """Return what stands on Reminders after a plan: what it proposes, and who is left alone; amounts in major units."""
    rows = sorted(rows, key=lambda row: (row.customer, row.currency))
    return {
        "reminders": [_proposed_json(row) | {"status": row.status} for row in rows if row.status in _PLANNED],
        "left_out": [_left_json(row) for row in rows if row.status == _LEFT],
    }


def sender_sentences(config: Config, *, proposed: bool) -> list[str]:
    """Return a sentence on what [sender] lacks while reminders are proposed; none where it lacks nothing."""
    sender = config.sender
    lacking = [field for field, value in (("name", sender.name), ("email", sender.email)) if not value]
    if not (proposed and lacking):
        return []
    signed = f'"{sender.name or _NOBODY}, {sender.company}"'
    unanswered = "" if sender.email else ", with no address to answer to"
    lacks = f"[sender] in {config.file.name} lacks {listed(lacking)}"
    return [f"{lacks}: reminders go out in the name of {signed}{unanswered}; fill it in first."]


def _cells(one: Proposal | LeftOut) -> tuple[str, ...]:
    stage, how = getattr(one, "stage", ""), getattr(one, "channel", "")
    return one.customer, stage, how, f"{one.currency} {grouped(one.amount, one.currency)}", one.why


def _proposed_json(one: Proposal | Reminder) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "stage": one.stage,
        "channel": one.channel,
        "to": one.to or None,
        "invoices": list(one.numbers),
        **_money_json(one),
        "why": one.why,
    }


def _left_json(one: LeftOut | Reminder) -> dict[str, Any]:
    return {"customer": one.customer, **_money_json(one), "why": one.why}


def _money_json(one: Proposal | LeftOut | Reminder) -> dict[str, Any]:
    return {"amount": amount(one.amount, one.currency), "currency": one.currency}
