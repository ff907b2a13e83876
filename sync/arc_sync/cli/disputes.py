"""`arc dispute`, `arc resolve`, `arc hold` and `arc release`: what is not to be chased, and what is again."""

from __future__ import annotations

from typing import Annotated

import typer

from arc_sync.cli.asking import Invoices, Request, ask
from arc_sync.cli.out import Json, Settings

Invoice = Annotated[str, typer.Argument(show_default=False, help="The invoice's number.")]
Whose = Annotated[str | None, typer.Argument(show_default=False, help="All open invoices of this customer.")]


def dispute(
    invoice: Invoice,
    *,
    amount: Annotated[str | None, typer.Option(help="What is contested. [default: all of it]")] = None,
    reason: Annotated[str | None, typer.Option(help='Why, such as "short delivery".')] = None,
    owner: Annotated[str | None, typer.Option(help="Who is to settle it.")] = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Put on record that an invoice is disputed.

    It is not chased until that is resolved, and stays in the figures.
    """
    ask(
        config,
        "raise_dispute",
        request,
        json=json,
        invoice=invoice,
        amount=amount,
        reason=reason,
        owner=owner,
    )


def resolve(
    invoice: Invoice,
    resolution: Annotated[str | None, typer.Option(help="What was agreed.")] = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Settle the dispute of an invoice."""
    ask(config, "resolve_dispute", request, json=json, invoice=invoice, resolution=resolution)


def hold(
    customer: Whose = None,
    invoice: Invoices = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Hold reminders of invoices, or of all that a customer owes."""
    ask(config, "hold_reminders", request, json=json, customer=customer, invoices=invoice)


def release(
    customer: Whose = None,
    invoice: Invoices = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Let reminders that were held go again."""
    ask(config, "release_reminders", request, json=json, customer=customer, invoices=invoice)
