"""Disputes raised and resolved, reminders held and released."""

from __future__ import annotations

from typing import Final

from arc_sheets import tabs
from arc_sheets.phrases import say_amount, say_list, say_many
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.finding import Cannot, Record
from arc_sync.agent.actions.requests import HoldReminders, RaiseDispute, ResolveDispute
from arc_sync.agent.actions.work import Work, minor, on

_HELD: Final = {"hold_reminders": "yes", "release_reminders": "no"}


def raise_dispute(work: Work, request: RaiseDispute) -> Answer:
    """Put a dispute on Disputes. It is of the invoice alone, which stays in the figures."""
    invoice = work.find.invoice(request.invoice)
    number, currency, balance = invoice.text("number"), invoice.text("currency"), _open_on(work, invoice)
    if not balance:
        raise Cannot(
            f"Nothing is open on {number}, so there is nothing to dispute; record a credit note instead."
        )
    if known := _open_disputes(work, number):
        since = on(known[0].day("opened"))
        raise Cannot(
            f"{number} has been disputed since {since}; resolve that dispute first, or change its row."
        )
    amount = None if request.amount is None else minor(request.amount, currency)
    if amount is not None and amount > balance:
        raise Cannot(
            f"{say_amount(amount, currency)} is more than the {say_amount(balance, currency)} that is open on {number};"
            " give that or less."
        )
    work.add(
        tabs.DISPUTES, invoice=number, amount=amount, currency=currency, reason=request.reason, owner=request.owner
    )  # fmt: skip
    what = [] if amount is None else [say_amount(amount, currency)]
    what += [] if request.reason is None else [request.reason]
    about = f" ({', '.join(what)})" if what else ""
    return done(f"{number} is disputed{about} and not chased until that is resolved.")


def resolve_dispute(work: Work, request: ResolveDispute) -> Answer:
    """Settle all open disputes of an invoice, today."""
    invoice = work.find.invoice(request.invoice)
    number, currency = invoice.text("number"), invoice.text("currency")
    disputes = _open_disputes(work, number)
    if not disputes:
        raise Cannot(f"{number} is not disputed; name another invoice.")
    for dispute in disputes:
        resolution = request.resolution or dispute.values["resolution"]
        work.change(
            tabs.DISPUTES, dispute, resolved=max(work.today, dispute.day("opened")), resolution=resolution
        )
    balance = _open_on(work, invoice)
    left = f"{say_amount(balance, currency)} of it is open" if balance else "nothing of it is open"
    return done(f"The dispute of {number} is resolved; {left}.")


def hold(work: Work, request: HoldReminders) -> Answer:
    """Hold or release the reminders of the invoices named, or of all that a customer owes."""
    invoices, about = _meant(work, request)
    held = _HELD[request.action]
    others = [i for i in invoices if (i.values["hold_reminders"] == "yes") != (held == "yes")]
    for invoice in others:
        work.change(tabs.INVOICES, invoice, hold_reminders=held)
    word = "held" if held == "yes" else "released"
    already = "" if others else " already"
    return done(f"Reminders for {about} are {word}{already}.")


def _meant(work: Work, request: HoldReminders) -> tuple[list[Record], str]:
    """Return the invoices, and how a sentence tells them."""
    if request.invoices is not None:
        _, invoices = work.parties(request.customer, request.invoices)
        return invoices, say_list([i.text("number") for i in invoices])
    customer = work.find.customer(request.customer or "")
    owed = work.account(customer).owed
    if not owed:
        raise Cannot(f"{customer.text('name')} owes nothing, so there are no reminders to hold.")
    invoices = [work.find.invoice(one.number) for one in owed]
    return invoices, f"{say_many(len(invoices), 'open invoice')} of {customer.text('name')}"


def _open_on(work: Work, invoice: Record) -> int:
    customer = work.find.customer(invoice.text("customer"))
    return work.account(customer).of(invoice.text("number"))


def _open_disputes(work: Work, number: str) -> list[Record]:
    names = [c.name for c in tabs.DISPUTES.stored]
    rows = ((i, dict(zip(names, row, strict=True))) for i, row in work.t.rows(tabs.DISPUTES).items())
    found = [Record(i, v) for i, v in rows if v["invoice"] == number and v["resolved"] is None]
    return sorted(found, key=lambda dispute: dispute.day("opened"))
