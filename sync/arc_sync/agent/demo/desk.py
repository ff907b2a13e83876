"""What the made-up firm's people noted besides the figures: touches, reminders sent, promises, disputes that are over."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from arc_sheets.cells import Row, Value
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, DISPUTES, PROMISES, REMINDERS
from arc_sync.agent.demo.trade import Invoice, Trade

_SEED: Final = 21
_QUIET: Final = 8  #: days without a reminder before the demo begins
_BY: Final = ("Maria Lopez", "Séamus Byrne")
_TALK: Final = (
    ("Call", "Spoke: will check with the approver", "Approval pending"),
    ("Call", "Left a message", None),
    ("Email", "Asked for a copy of the invoice; sent", "Invoice not received"),
    ("Email", "No reply yet", None),
    ("Call", "Cash is short until the end of the month", "Cash flow"),
    ("Meeting", "Agreed to settle the oldest first", "Cash flow"),
    ("Text", "Says the transfer went out yesterday", "Says it is paid"),
)


class Noted(NamedTuple):
    """One row for the ledger."""

    tab: Tab
    row: Row


def desk_work(trade: Trade, as_of: date) -> list[Noted]:
    """Return touches, reminders that went out, promises (kept, broken, open) and settled disputes.

    The same day gives the same.
    """
    rng = random.Random(_SEED)  # noqa: S311 (a demo needs to be the same again, not secret)
    late = [invoice for invoice in trade.open() if invoice.due < as_of]
    noted = (
        _touches(rng, late, as_of),
        _promises(rng, trade, late, as_of),
        _over(rng, trade, as_of),
        _reminded(late, as_of),
    )
    return [row for rows in noted for row in rows]


def _touches(rng: random.Random, late: list[Invoice], as_of: date) -> Iterator[Noted]:
    for invoice in late:
        for _ in range(rng.randrange(4)):
            channel, outcome, reason = rng.choice(_TALK)
            day = as_of - timedelta(rng.randrange(1, 45))
            when = datetime.combine(day, time(rng.randrange(9, 17), rng.randrange(0, 60, 5)))
            step = rng.random() < 0.3
            yield _noted(
                ACTIVITY,
                when=when,
                customer=invoice.customer.name,
                channel=channel,
                direction="Out",
                contact=f"{invoice.customer.first} {invoice.customer.last}",
                invoices=invoice.number,
                outcome=outcome,
                reason=reason,
                next_step="Call" if step else None,
                next_on=as_of + timedelta(rng.randrange(8)) if step else None,
                by=rng.choice(_BY),
            )


def _reminded(late: list[Invoice], as_of: date) -> Iterator[Noted]:
    """Yield the reminders that went out before: every fifth customer had one, the older ones two."""
    oldest = {invoice.customer.name: invoice for invoice in reversed(late)}
    for invoice in list(oldest.values())[::5]:
        for stage, days in (("Friendly", 5), ("Firm", 16)):
            day = invoice.due + timedelta(days)
            if day < as_of - timedelta(_QUIET):
                yield from _reminder(invoice, stage, day)


def _reminder(invoice: Invoice, stage: str, day: date) -> Iterator[Noted]:
    when, customer = datetime.combine(day, time(9, 30)), invoice.customer
    told = {"customer": customer.name, "channel": "Email", "invoices": invoice.number}
    yield _noted(
        REMINDERS,
        **told,
        stage=stage,
        to=customer.email,
        amount=invoice.balance,
        currency=customer.currency,
        why=f"{stage}: {invoice.number} was {(day - invoice.due).days} days late.",
        status="sent",
        planned=day,
        sent=when,
    )
    yield _noted(ACTIVITY, **told, when=when, direction="Out", outcome=f"{stage} reminder sent", by=_BY[0])


def _promises(rng: random.Random, trade: Trade, late: list[Invoice], as_of: date) -> Iterator[Noted]:
    paid = [r for r in trade.receipts if r.kind == "Payment" and r.applied and r.date > as_of - timedelta(80)]
    for receipt in rng.sample(paid, 14):
        number, part = receipt.applied[0]
        name, currency = receipt.customer.name, receipt.customer.currency
        by = min(receipt.date + timedelta(rng.randrange(4)), as_of)
        yield _noted(PROMISES, customer=name, invoice=number, amount=part, currency=currency, date=by)
    ahead = (-21, -12, -6, -3, 0, 0, 3, 5, 9, 14)
    for invoice, days in zip(rng.sample(late, len(ahead)), ahead, strict=True):
        yield _noted(
            PROMISES,
            customer=invoice.customer.name,
            invoice=invoice.number,
            amount=invoice.balance,
            currency=invoice.customer.currency,
            date=as_of + timedelta(days),
        )


def _over(rng: random.Random, trade: Trade, as_of: date) -> Iterator[Noted]:
    settled = [i for i in trade.invoices if not i.balance and not i.void and i.issued < as_of - timedelta(60)]
    for invoice in rng.sample(settled, 8):
        opened = invoice.issued + timedelta(rng.randrange(5, 20))
        yield _noted(
            DISPUTES,
            invoice=invoice.number,
            amount=invoice.amount // 4,
            currency=invoice.customer.currency,
            reason=rng.choice(("Short delivery", "Price differs from PO", "Damaged goods", "Wrong VAT")),
            owner=rng.choice(_BY),
            opened=opened,
            resolved=opened + timedelta(rng.randrange(4, 18)),
            resolution=rng.choice(
                ("Delivery note sent, accepted", "Credit agreed", "Corrected invoice sent")
            ),
        )


def _noted(tab: Tab, **values: Value) -> Noted:
    return Noted(tab, tuple(values.get(column.name) for column in tab.stored))
