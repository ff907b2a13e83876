"""One request as it comes in, and its answer: the JSON objects that ribbon, menu and agent exchange.

The same object lies in the spool folder (Excel) and in the Payload of `_ARC_QUEUE` (Google). Whatever reads one gets
an `Envelope`, or a `Bad` that says in a sentence what is wrong; nothing here raises on what others wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from arc_sheets import __version__
from arc_sheets.dates import FIRST, LAST
from arc_sync.agent.actions.requests import ACTIONS

#: The version of this contract; ribbon and menu say theirs in each request.
PROTOCOL: Final = 1
#: Bytes that a request may have at most.
LARGEST: Final = 64 * 1024
#: What a request's number looks like; it names files, so nothing else gets in.
NUMBER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

PLAN, APPROVE, SKIP, FORM = "plan_reminders", "approve_reminders", "skip_reminders", "form"
#: Requests about reminders and the form, which `agent.actions` does not know.
OF_THE_INBOX: Final = (PLAN, APPROVE, SKIP, FORM)
KNOWN: Final = frozenset((*ACTIONS, *OF_THE_INBOX))

#: What no ledger can keep: U+0000, and half a surrogate pair.
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_LONG: Final = 60  #: characters of what was given that a sentence repeats
_OWN: Final = frozenset({"request", "action", "who", "when", "source", "protocol"})


class Bad(NamedTuple):
    """What cannot be carried out: the request's number, "" where it has none that can be used, and why."""

    request: str
    sentence: str


def _moment(given: object) -> object:
    """Read a moment in ISO 8601 with its zone, as UTC to the second."""
    moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    if not isinstance(moment, datetime) or moment.tzinfo is None or not FIRST <= moment.date() <= LAST:
        raise ValueError("a moment needs its zone, and a year of our time")
    return moment.astimezone(UTC).replace(microsecond=0)


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(_written)]
_Short = Annotated[str, Field(max_length=250)]


class Envelope(BaseModel):
    """One click: what is asked for, from where, by whom. `user` is what the program says, not proof."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    protocol: int
    request: str  #: as `NUMBER`
    action: _Short
    book: _Short = ""  #: the book's id, "" if the workbook has none
    tab: _Short = ""  #: the sheet that was in front
    row: _Short = ""  #: ARC's id of the row that was selected
    user: _Short = ""
    when: Moment  #: UTC, to the second
    fields: Mapping[_Short, str] = {}

    def text(self) -> str:
        """Return the request as it is sent."""
        return self.model_dump_json()


class Reply(BaseModel):
    """The answer to a request."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    protocol: int = PROTOCOL
    request: str
    done: bool  #: False: nothing was changed, and the sentence says why and what to do
    sentence: str
    shown: Mapping[str, str] = {}  #: values for a form, such as subject and body
    when: Moment  #: UTC, to the second

    def text(self) -> str:
        """Return the answer as it is sent."""
        return self.model_dump_json()


def reply_to(bad: Bad, now: datetime) -> Reply:
    """Return the answer to what cannot be carried out; `now` is UTC."""
    return Reply(request=bad.request, done=False, sentence=bad.sentence, when=now)


def read(data: bytes, number: str = "") -> Envelope | Bad:
    """Return the request that these bytes hold, or what is wrong with them.

    `number` is the one that its file or row bears: what calls itself otherwise was not written by ARC's add-in.
    """
    if len(data) > LARGEST:
        return Bad(
            number, f"The request is larger than {LARGEST // 1024} KB; shorten its texts and ask again."
        )
    try:
        told = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return Bad(number, "The request cannot be read: it is no JSON text; ask again.")
    if not isinstance(told, dict):
        return Bad(number, "The request cannot be read: it is no JSON object; ask again.")
    return _understood(told, number or _number(told))


def _understood(told: dict[str, Any], number: str) -> Envelope | Bad:
    if _number(told) != number or not number:
        return Bad(number, "The request bears another number than its file or row; ask again.")
    if why := _of_another_version(told.get("protocol")):
        return Bad(number, why)
    try:
        envelope = Envelope.model_validate(told)
    except ValidationError as error:
        return Bad(number, _sentence(error))
    why = _objection(envelope)
    return Bad(number, why) if why else envelope


def _objection(envelope: Envelope) -> str:
    """Return why a request that has the right form cannot be carried out; "" if it can."""
    if name := _unkeepable(envelope):
        what = "has half a character, or one that cannot be shown"
        return f'"{_shown(name)}" of the request {what}; type it anew, and ask again.'
    if envelope.action not in KNOWN:
        return f'There is no action "{_shown(envelope.action)}"; update ARC on both sides.'
    if taken := sorted(_OWN & envelope.fields.keys()):
        return f'"{taken[0]}" is no field that a request may fill in; update the add-in.'
    return ""


def _unkeepable(envelope: Envelope) -> str:
    """Return the first part of a request in which a text stands that no ledger can keep; "" if there is none."""
    parts = {name: text for name, text in envelope if isinstance(text, str)}
    parts |= {f"fields.{name}": name + text for name, text in envelope.fields.items()}
    return next((name for name, text in parts.items() if _NO_TEXT.search(text)), "")


def _of_another_version(protocol: object) -> str:
    """Return which side is to be updated, "" if both speak alike."""
    if protocol == PROTOCOL and type(protocol) is int:
        return ""
    if isinstance(protocol, int) and protocol > PROTOCOL:
        return (
            f"The add-in speaks version {protocol} of requests, the agent (ARC {__version__}) version {PROTOCOL}:"
            " update ARC on this machine."
        )
    return (
        f"The add-in speaks an older version of requests than the agent (ARC {__version__}), which speaks version"
        f" {PROTOCOL}: update the add-in."
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises ValueError where a name stands in it twice, as readers would differ about it."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name stands twice")
    return told


def _number(told: Mapping[str, Any]) -> str:
    number = told.get("request")
    return number if isinstance(number, str) and NUMBER.fullmatch(number) else ""


def _sentence(error: ValidationError) -> str:
    """Return the first thing that is wrong, in a sentence."""
    first = error.errors()[0]
    name = ".".join(map(_shown, first["loc"]))
    what = _WRONG.get(first["type"], "is not of the right kind")
    return f'"{name}" of the request {what}; update the add-in, or ask again.'


def _shown(given: object) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in str(given)).split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"


_WRONG: Final = {
    "missing": "is missing",
    "extra_forbidden": "is nothing that ARC knows",
    "string_type": "must be a text",
    "string_too_long": "is too long",
    "value_error": "must be a moment with its zone, such as 2026-11-26T01:15:00Z",
}
