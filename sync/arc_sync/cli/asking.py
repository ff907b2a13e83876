"""How a command asks for an action: its options become a request, the answer one sentence."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from arc_sync.cli.out import FAILED, FINE, answer, fail, finish, say

Request = Annotated[
    str | None,
    typer.Option(
        "--request", help="A name for this request: with it, a script may ask again and it is done once."
    ),
]
Invoices = Annotated[
    list[str] | None, typer.Option("--invoice", "-i", help="The invoice; may be given several times.")
]
Currency = Annotated[
    str | None, typer.Option(help="Of the amount. [default: the invoice's, or the customer's]")
]
Customer = Annotated[str, typer.Argument(show_default=False, help="The name, as on Customers.")]

_WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
#: The fields of requests that hold a date.
_DATES: Final = frozenset({"date", "first", "next_on", "happened"})
_NEAR: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


def ask(config: Path | None, action: str, request: str | None, *, json: bool, **fields: object) -> None:
    """Carry out an action in the firm's name and say the answer; what cannot be done ends with code 2."""
    from arc_sheets.cells import Reading
    from arc_sync.agent.actions.carry import carry_out_told
    from arc_sync.agent.actions.desk import PlainDesk
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.policies import policy_of

    settings, now = Config.load(config), datetime.now(UTC)
    here = now.astimezone(settings.zone).date()
    told = {
        "request": request or uuid.uuid4().hex,
        "action": action,
        "who": settings.who,
        "when": now,
        "source": "command",
        **{name: day(value, here) if name in _DATES else value for name, value in fields.items()},
    }
    desk = PlainDesk(now, settings.zone, settings.base_currency, policy_of(settings))
    with opened(settings) as firm:
        got = carry_out_told(firm.ledger, told, desk, Reading(settings.order))
    if json:
        answer({"done": got.done, "sentence": got.sentence, "shown": dict(got.shown)})
        finish(FINE if got.done else FAILED)
    if not got.done:
        fail(got.sentence)
    say(got.sentence)


def day(text: object, today: date) -> object:
    """Return a date as a request takes it: today, tomorrow and the next Friday by name, others as typed."""
    word = text.strip().casefold() if isinstance(text, str) else ""
    if word in _NEAR:
        return (today + timedelta(days=_NEAR[word])).isoformat()
    if word in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(word) - today.weekday() - 1) % 7 + 1  # never today
        return (today + timedelta(days=ahead)).isoformat()
    return text
