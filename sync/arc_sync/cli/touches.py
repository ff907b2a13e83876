"""`arc log`: a call, text, email, letter, meeting or note is put on record."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from arc_sync.cli.asking import Customer, Invoices, Request, ask
from arc_sync.cli.out import Json, Settings


class How(StrEnum):
    """What may be logged."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    MEETING = "meeting"
    NOTE = "note"


def log(
    how: Annotated[How, typer.Argument(show_default=False, help="What it was.")],
    customer: Customer,
    outcome: Annotated[str | None, typer.Argument(help="What came of it, in your words.")] = None,
    *,
    contact: Annotated[str | None, typer.Option("--with", help="Whom you spoke with.")] = None,
    came_in: Annotated[bool, typer.Option("--in", help="It came from the customer.")] = False,
    reason: Annotated[str | None, typer.Option(help='Why it is not paid, such as "cash flow".')] = None,
    invoice: Invoices = None,
    note: Annotated[str | None, typer.Option(help="Anything else.")] = None,
    next_step: Annotated[str | None, typer.Option("--next", help="What is to be done next.")] = None,
    next_on: Annotated[str | None, typer.Option("--on", help="When, such as 2026-04-03 or friday.")] = None,
    when: Annotated[
        str | None, typer.Option(help='When it was, such as "2026-04-03 09:30". [default: now]')
    ] = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Put a call, text, email, letter, meeting or note on record."""
    direction = None if how in {How.MEETING, How.NOTE} else "In" if came_in else "Out"
    ask(
        config,
        f"log_{how.value}",
        request,
        json=json,
        customer=customer,
        outcome=outcome,
        contact=contact,
        direction=direction,
        reason=reason,
        invoices=invoice,
        notes=note,
        next_step=next_step,
        next_on=next_on,
        happened=when,
    )
