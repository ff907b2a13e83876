"""What a request is answered, and how the answer is kept so that the same request is carried out once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from arc_sync.agent.actions.requests import Request

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
    """Return the answer as the ledger keeps it, with a fingerprint of what was asked."""
    told = {"asked": fingerprint(request), "sentence": answer.sentence, "shown": dict(answer.shown)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def again(request: Request, known: str) -> Answer:
    """Return the answer to a request whose number has been carried out: the same, if it is the same request."""
    told = json.loads(known)
    if told["asked"] != fingerprint(request):
        before = told["sentence"].rstrip(".")
        return refused(
            f"The request {request.request} has been carried out with other contents ({before}); give this one another"
            " number."
        )
    return done(f"Done already: {told['sentence']}", **told["shown"])


def fingerprint(request: Request) -> str:
    """Return a digest of what is asked: not of when, by whom and from where.

    Fields left as they are count for nothing, so that a later ARC with more of them knows the request again.
    """
    asked = request.model_dump(mode="json", exclude=_OCCASION, exclude_defaults=True)
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
