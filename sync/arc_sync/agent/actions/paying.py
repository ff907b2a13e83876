"""Money in, credit notes, write-offs and refunds."""

from __future__ import annotations

from typing import Final

from arc_sheets import tabs
from arc_sheets.applied import parse, respelled
from arc_sheets.phrases import say_amount, say_list
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.finding import Cannot
from arc_sync.agent.actions.requests import RecordPayment
from arc_sync.agent.actions.work import Work, minor, not_ahead

#: How each type is told.
_TOLD: Final = {
    "payment": "{amount} from {customer} is recorded",
    "credit note": "A credit note of {amount} for {customer} is recorded",
    "write-off": "A write-off of {amount} for {customer} is recorded",
    "refund": "A refund of {amount} to {customer} is recorded",
}


def record_payment(work: Work, request: RecordPayment) -> Answer:
    """Put a row on Payments, applied to the invoices named and to no others."""
    kind = request.type or "payment"
    if kind == "void":
        raise Cannot("A payment is not recorded as void; set the Type of the wrong one to void on Payments.")
    if kind == "refund" and request.applied_to:
        raise Cannot("A refund is applied to no invoice; leave the invoices out.")
    wanted, unknown = _references(work, request)
    customer, invoices = work.parties(request.customer, wanted)
    currency = work.one_currency(request.currency, customer, invoices)
    amount, date = minor(request.amount, currency), request.date or work.today
    not_ahead(date, work.today)
    new = work.add(
        tabs.PAYMENTS,
        date=date,
        customer=customer.text("name"),
        amount=amount,
        currency=currency,
        type=kind,
        method=request.method,
        reference=request.reference,
        applied_to=wanted or None,
    )
    told = _TOLD[kind].format(amount=say_amount(amount, currency), customer=customer.text("name"))
    if kind != "refund":
        loose = work.account(customer).loose.get(new, 0)
        told += _applied([i.text("number") for i in invoices], say_amount(loose, currency) if loose else "")
    why = f", as there is no invoice {say_list(unknown)}" if unknown else ""
    return done(f"{told}{why}.")


def _references(work: Work, request: RecordPayment) -> tuple[str, list[str]]:
    """Return what the money is for, as the ledger spells it, and the numbers that are not there.

    Raises `Cannot` for such a number, unless the request says to leave that money unapplied.
    """
    text, keys = request.applied_to or "", work.find.keys
    numbers = work.find.numbers(text)
    unknown = [n for n in numbers if keys.find(tabs.INVOICES, n) is None]
    if unknown and not request.leave_unapplied:
        work.find.invoice(unknown[0])  # says which one may be meant
    known = set(numbers) - set(unknown)
    if unknown:
        pieces = (p for p in parse(text, known) if p.number in known)
        text = "; ".join(p.number if p.amount is None else f"{p.number}: {p.amount}" for p in pieces)
    spelled = respelled(text, lambda number: str(keys.spelling(tabs.INVOICES, number)), known)
    return spelled, unknown


def _applied(numbers: list[str], loose: str) -> str:
    """Return how a sentence goes on about the invoices; `loose` is what is left, or "" if nothing is."""
    if not numbers:
        return ", not applied to any invoice"
    return f" and applied to {say_list(numbers)}{f'; {loose} of it is not applied' if loose else ''}"
