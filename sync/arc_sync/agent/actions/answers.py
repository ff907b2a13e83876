"""What a request is answered, and how the answer is kept so that the same request is carried out once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from arc_sheets.phrases import say_day
from arc_sync.agent.actions.requests import Request

#: The source of requests that the form on Account makes.
FORM: Final = "form"
#: What differs when the same request is made again: it is still the same request.
_OCCASION: Final = {"request", "who", "when", "source"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request."""

    done: bool  #: False: nothing was changed, and the sentence says why and what to do
    sentence: str
    shown: Mapping[str, str] = field(default_factory=dict)  #: values for the form, such as subject and body
    wants_round: bool = False  #: a round would bring it into the workbook


def done(sentence: str, **shown: str) -> Answer:
    """Return the answer to what changed the ledger, or may have."""
    return Answer(done=True, sentence=sentence, shown=shown, wants_round=True)


def refused(sentence: str) -> Answer:
    """Return the answer to what cannot be done."""
    return Answer(done=False, sentence=sentence)


def kept(request: Request, answer: Answer) -> str:
    """Return the answer as the ledger keeps it, with a fingerprint of what was asked, and when that was (UTC)."""
    when = request.when.astimezone(UTC).isoformat()
    told = {
        "asked": fingerprint(request),
        "sentence": answer.sentence,
        "shown": dict(answer.shown),
        "when": when,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def again(request: Request, known: str, zone: tzinfo) -> Answer:
    """Return the answer to a request whose number has been carried out: the same, if it is the same request.

    What stands in the form may have been typed anew into an older copy of the workbook, which nothing tells from the
    first time: the person is told when that was, on the wall clock of `zone`, and how to file another.
    """
    told = json.loads(known)
    if told["asked"] != fingerprint(request):
        before = told["sentence"].rstrip(".")
        return refused(
            f"The request {request.request} has been carried out with other contents ({before}); give this one another"
            " number."
        )
    said = f"Done already: {told['sentence']}"
    if request.source == FORM:
        said = f"Done already{_since(told, zone)}: {told['sentence']} If this was another one, enter it once more."
    return done(said, **told["shown"])


def _since(told: Mapping[str, Any], zone: tzinfo) -> str:
    """Return when a request was made first, where that was kept: " on 26 Nov at 11:53"."""
    if "when" not in told:
        return ""
    local = datetime.fromisoformat(told["when"]).astimezone(zone)
    return f" on {say_day(local.date())} at {local:%H:%M}"


def fingerprint(request: Request) -> str:
    """Return a digest of what is asked: not of when, by whom and from where.

    Fields left as they are count for nothing, so that a later ARC with more of them knows the request again.
    """
    asked = request.model_dump(mode="json", exclude=_OCCASION, exclude_defaults=True)
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
