"""`arc message`: a message by hand: composed from a template or written by you, shown, and sent when you say so."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arc_sync.cli.asking import Customer, Invoices, Request
from arc_sync.cli.out import Json, Settings, answer, fail, say

if TYPE_CHECKING:
    from arc_sync.agent.actions.answers import Answer

#: Carries out a request of this action with these fields.
_Act = Callable[..., "Answer"]


class By(StrEnum):
    """How it goes."""

    EMAIL = "email"
    TEXT = "text"


def message(
    customer: Customer,
    *,
    by: Annotated[By, typer.Option(help="How it goes.")] = By.EMAIL,
    stage: Annotated[
        str | None, typer.Option(help="Whose template, such as Firm. [default: the customer's stage]")
    ] = None,
    to: Annotated[str | None, typer.Option(help="The address or number. [default: the customer's]")] = None,
    subject: Annotated[str | None, typer.Option(help="In place of the template's.")] = None,
    text: Annotated[
        Path | None, typer.Option(help="A file with the words, in place of the template's; - is the input.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Queue it: it goes out when its hour comes.")] = False,
    invoice: Invoices = None,
    request: Request = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Compose a message to a customer; with --send queue it.

    Without --send it is only shown, so that you can look at it, or change it and give it back with --text.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    settings, now = Config.load(config), datetime.now(UTC)
    body = _words(text)
    with opened(settings) as firm:
        act = _acting(firm, now)
        shown: Mapping[str, str] = {}
        if body is None or (by is By.EMAIL and subject is None):
            composed = act("compose_message", customer=customer, channel=by.value.title(), stage=stage)
            shown = _kept(composed)
        written = {
            "to": to or shown.get("to") or None,
            "subject": (subject or shown.get("subject") or None) if by is By.EMAIL else None,
            "body": body if body is not None else shown.get("body"),
        }
        more = {
            "stage": stage or shown.get("stage") or None,
            "invoices": invoice or [n for n in shown.get("invoices", "").split("; ") if n],
        }
        if not send:
            _show(written, more, json=json)
            return
        sent = act("send_message", request, customer=customer, channel=by.value.title(), **written, **more)
    _kept(sent)
    if json:
        answer({"done": True, "sentence": sent.sentence, "shown": dict(sent.shown)})
    else:
        say(sent.sentence, "Next: arc sync or arc remind send lets it go.")


def _acting(firm: Any, now: datetime) -> _Act:
    """Return what carries out a request in the firm's name, with its templates and sender."""
    from arc_sheets.cells import Reading
    from arc_sync.agent.actions.carry import carry_out_told
    from arc_sync.agent.reminding.desk import desk_of

    desk, reading = desk_of(firm.config, now), Reading(firm.config.order)

    def act(action: str, request: str | None = None, **fields: object) -> Answer:
        common = {
            "request": request or uuid.uuid4().hex,
            "action": action,
            "who": firm.config.who,
            "when": now,
            "source": "command",
        }
        return carry_out_told(firm.ledger, {**common, **fields}, desk, reading)

    return act


def _words(text: Path | None) -> str | None:
    """Return the words of a file, None if none is given. Raises `ConfigError` if it cannot be read."""
    from arc_sheets.errors import ConfigError

    if text is None:
        return None
    try:
        return sys.stdin.read() if str(text) == "-" else text.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{text} is not written in UTF-8; save it as UTF-8 text.") from None
    except OSError as error:
        raise ConfigError(f"{text} cannot be read ({error.strerror}); name another file.") from None


def _kept(got: Answer) -> Mapping[str, str]:
    if not got.done:
        fail(got.sentence)
    return got.shown


def _show(written: Mapping[str, str | None], more: Mapping[str, object], *, json: bool) -> None:
    if json:
        answer({**written, **more})
        return
    say(f"To: {written['to'] or '(no address)'}")
    say(*([f"Subject: {written['subject']}"] if written["subject"] else []), "", written["body"] or "")
