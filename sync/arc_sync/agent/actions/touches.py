"""Touches put on record, and a customer looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arc_sheets import tabs
from arc_sheets.frames import frame
from arc_sheets.touches import last_written, stopped
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.finding import Finder
from arc_sync.agent.actions.requests import LogTouch, OpenAccount
from arc_sync.agent.actions.work import Work, not_ahead, not_past, on
from arc_sync.ledger.port import View

if TYPE_CHECKING:
    import pandas as pd

#: How a touch is told: (ours, theirs).
_TOLD: Final = {
    "Call": ("Call to", "Call from"),
    "Text": ("Text to", "Text from"),
    "Email": ("Email to", "Email from"),
    "Letter": ("Letter to", "Letter from"),
    "Meeting": ("Meeting with", "Meeting with"),
    "Note": ("Note on", "Note on"),
}

#: How a sentence goes on where an inbound text changed it: whether texts are stopped now.
_STOPS: Final = {
    True: "; no more texts go there until they say START",
    False: "; texts may go there again",
}


def open_account(view: View, request: OpenAccount) -> Answer:
    """Answer how the ledger spells the customer: the caller picks that name on Account and runs a round."""
    name = Finder(view).customer(request.customer).text("name")
    return done(f"Account shows {name} after the round that follows.", customer=name)


def log(work: Work, request: LogTouch) -> Answer:
    """Put a touch on Activity, by whoever asks."""
    customer = work.find.customer(request.customer)
    happened = request.happened or work.asked
    not_ahead(happened.date(), work.today)
    if request.next_on is not None:
        not_past(request.next_on, work.today, "date of the next step")
    numbers = [i.text("number") for i in work.find.theirs(customer, request.invoices or "")]
    name = customer.text("name")
    stops = request.channel == "Text" and request.direction == "In"
    before = stops and is_stopped(work, name)
    work.add(
        tabs.ACTIVITY,
        when=happened,
        customer=name,
        channel=request.channel,
        direction=request.direction,
        contact=request.contact,
        invoices="; ".join(numbers) or None,
        outcome=request.outcome,
        reason=request.reason,
        notes=request.notes,
        next_step=request.next_step,
        next_on=request.next_on,
        by=request.who,
    )
    told = f"{_TOLD[request.channel][request.direction == 'In']} {name} logged"
    after = stops and is_stopped(work, name)
    return done(f"{told}{_next(request)}{'' if after == before else _STOPS[after]}.")


def _next(request: LogTouch) -> str:
    """Return how a sentence goes on about the next step."""
    if request.next_step is None and request.next_on is None:
        return ""
    when = f" on {on(request.next_on)}" if request.next_on else ""
    return f"; next: {request.next_step or 'to be seen'}{when}"


def is_stopped(work: Work, customer: str) -> bool:
    """Say whether the customer of this very name wants no texts, by the touches on record."""
    return customer in stopped(_touches(work, customer), work.desk.policy, work.today)


def was_written_to(work: Work, customer: str) -> bool:
    """Say whether a message to the customer of this very name is on record today."""
    last = last_written(_touches(work, customer), work.today).get(customer)
    return last is not None and last.on == work.today


def _touches(work: Work, customer: str) -> pd.DataFrame:
    at = next(k for k, c in enumerate(tabs.ACTIVITY.stored) if c.name == "customer")
    rows = {i: row for i, row in work.t.rows(tabs.ACTIVITY).items() if row[at] == customer}
    return frame(tabs.ACTIVITY, rows)
