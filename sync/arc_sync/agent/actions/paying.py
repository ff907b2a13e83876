"""Money in, credit notes, write-offs and refunds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from arc_sheets import tabs
from arc_sheets.applied import parse, respelled
from arc_sheets.phrases import say_amount, say_cell, say_list
from arc_sync.agent.actions.answers import Answer, done
from arc_sync.agent.actions.finding import Cannot, Record
from arc_sync.agent.actions.owing import Effect
from arc_sync.agent.actions.requests import RecordPayment
from arc_sync.agent.actions.work import Work, minor, not_ahead, on

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
    amount, day = minor(request.amount, currency), request.date or work.today
    not_ahead(day, work.today)
    new = work.add(
        tabs.PAYMENTS,
        date=day,
        customer=customer.text("name"),
        amount=amount,
        currency=currency,
        type=kind,
        method=request.method,
        reference=request.reference,
        applied_to=wanted or None,
    )
    told = _TOLD[kind].format(amount=say_amount(amount, currency), customer=customer.text("name"))
    effect = work.effect(customer, new)
    if kind != "refund":
        whys = [
            *_no_room(invoices, effect, work.today),
            *[f"there is no invoice {say_list(unknown)}"] * bool(unknown),
        ]
        told += _applied([i.text("number") for i in invoices], effect, currency)
        told += f", as {say_list(whys)}" * bool(whys and effect.loose > 0)
    return done(f"{told}.{_twin(kind, effect)}")


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


def _applied(numbers: list[str], effect: Effect, currency: str) -> str:
    """Return how a sentence goes on about the invoices that were named."""
    if not numbers:
        return ", not applied to any invoice"
    took, empty = ([n for n in numbers if (n in effect.settles) is so] for so in (True, False))
    if not took and effect.loose > 0:
        return ", but not applied"
    if not took:  # money of later took its turn there, and goes on to others of its invoices
        return f" and applied to {say_list(numbers)}"
    told = f" and applied to {say_list(took)}"
    if effect.loose > 0:
        return f"{told}; {say_amount(effect.loose, currency)} of it is not applied"
    return f"{told}{f'; nothing of it is left for {say_list(empty)}' if empty else ''}"


def _no_room(invoices: Sequence[Record], effect: Effect, today: date) -> Iterator[str]:
    """Yield why invoices that were named take nothing: a clause about each."""
    for one in invoices:
        number, amount = one.text("number"), one.values["amount"]
        if number not in effect.full:
            continue
        if one.text("status") == "void":
            yield f"{number} is void"
        elif isinstance(amount, int) and amount < 0:
            yield f"{number} is a credit"
        elif one.day("issued") > today:
            yield f"{number} is issued on {on(one.day('issued'))} only"
        else:
            yield f"{number} is settled already"


def _twin(kind: str, effect: Effect) -> str:
    """Return that money like this has been recorded before, and what to do if it is the same; or ""."""
    if not effect.twins:
        return ""
    twin = dict(zip((c.name for c in tabs.PAYMENTS.stored), effect.twins[0], strict=True))
    known = (("reference", twin["reference"]), ("for", twin["applied_to"]))
    named = ", ".join(f"{what} {say_cell(str(value))}" for what, value in known if value)
    day = twin["date"]
    when = f", {on(day)}," if isinstance(day, date) else ""
    return (
        f" A {kind} of the same amount and day{when} stands on Payments already{f' ({named})' if named else ''}."
        " If this is the same one, set the Type of one of them to void on Payments."
    )
