"""`arc bank`: up to which day the bank's data are in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from arc_sync.cli.asking import day as near
from arc_sync.cli.out import Json, Settings, answer, day, read_day, say


def bank(
    until: Annotated[
        str | None, typer.Argument(show_default=False, help="The last day whose payments are in.")
    ] = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Say up to which day the bank's payments are in.

    With a day: set it. Reminders wait while the bank's data are old.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.bank import bank_until, say_until
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    now = _now()
    with opened(Config.load(config)) as firm:
        today = now.astimezone(firm.config.zone).date()
        wanted = read_day(str(near(until, today)) if until else None, "arc bank")
        if wanted and wanted > today:
            raise ConfigError(f"{day(wanted)} is still to come; the bank's data are in up to today at most.")
        if wanted:
            say_until(firm.ledger, firm.origin("command", f"Bank data up to {day(wanted)}", now), wanted)
        with firm.ledger.read() as view:
            known = bank_until(view, today)
    if json:
        answer({"bank_until": known.isoformat() if known else None})
    elif known:
        say(f"The bank's payments are in up to {day(known)}.")
    else:
        say("No payment is known yet. Import the bank's payments, or say it: arc bank 2026-03-31.")


def _now() -> datetime:
    return datetime.now(UTC)
