"""`arc promise`, `arc plan`, `arc extend` and `arc pay`: money that is to come, and money that came."""

from __future__ import annotations

from typing import Annotated

import typer

from arc_sync.cli.asking import Currency, Customer, Invoices, Request, ask
from arc_sync.cli.out import Json, Settings

Amount = Annotated[str, typer.Argument(show_default=False, help="In major units, such as 1250.50.")]
Date = Annotated[str, typer.Argument(show_default=False, help="Such as 2026-04-03, tomorrow or friday.")]


def promise(
    customer: Customer,
    amount: Amount,
    date: Date,
    *,
    invoice: Invoices = None,
    currency: Currency = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Take a promise to pay an amount by a date."""
    ask(
        config,
        "take_promise",
        request,
        json=json,
        customer=customer,
        amount=amount,
        date=date,
        invoices=invoice,
        currency=currency,
    )


def plan(
    customer: Customer,
    *,
    count: Annotated[int, typer.Option(show_default=False, help="How many instalments.")],
    first: Annotated[str, typer.Option(show_default=False, help="When the first one is due.")],
    every: Annotated[str, typer.Option(help='The time between two: "2 weeks", "month".')] = "month",
    total: Annotated[
        str | None, typer.Option(help="What they amount to together. [default: all that is overdue]")
    ] = None,
    each: Annotated[str | None, typer.Option(help="What each amounts to, instead of a total.")] = None,
    invoice: Invoices = None,
    currency: Currency = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Agree a payment plan of several instalments.

    The last one takes what is left over.
    """
    ask(
        config,
        "agree_plan",
        request,
        json=json,
        customer=customer,
        count=count,
        first=first,
        every=every,
        total=total,
        each=each,
        invoices=invoice,
        currency=currency,
    )


def extend(
    invoice: Annotated[str, typer.Argument(show_default=False, help="The invoice's number.")],
    date: Date,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Give an invoice a later due date."""
    ask(config, "extend_due", request, json=json, invoice=invoice, date=date)


def pay(
    customer: Customer,
    amount: Amount,
    *,
    invoice: Annotated[
        list[str] | None,
        typer.Option("--for", help='The invoice, or "INV-1: 50.00"; may be given several times.'),
    ] = None,
    on: Annotated[str | None, typer.Option(help="The day of the payment. [default: today]")] = None,
    type_: Annotated[
        str | None,
        typer.Option("--type", help="payment, credit note, write-off or refund. [default: payment]"),
    ] = None,
    method: Annotated[str | None, typer.Option(help="Such as transfer.")] = None,
    reference: Annotated[str | None, typer.Option(help="What the bank says.")] = None,
    currency: Currency = None,
    unapplied: Annotated[
        bool, typer.Option("--unapplied", help="Take the money even if there is no such invoice.")
    ] = False,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Record a payment, credit note, write-off or refund."""
    ask(
        config,
        "record_payment",
        request,
        json=json,
        customer=customer,
        amount=amount,
        applied_to=invoice,
        date=on,
        type=type_,
        method=method,
        reference=reference,
        currency=currency,
        leave_unapplied=unapplied,
    )
