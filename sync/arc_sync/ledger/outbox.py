"""The rules of the outbox: pure, the same for every ledger.

What a message says is sealed when it is queued: its seal covers the seal of the message before it, so that
none can be changed, taken out or slipped in without the later ones telling. How far it is, is not sealed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from arc_sheets.errors import Fenced
from arc_sheets.message import NEXT, Message, MessageState, Posted
from arc_sync.ledger.links import keepable

S = MessageState
#: A sender has it in hand.
HELD: Final = frozenset({S.CLAIMED, S.SENDING})

#: What is kept of what a server said, in characters.
_HEARD: Final = 2_000
LOST: Final = "Its sender stopped while the last byte was on its way; whether it arrived, only a look at the mailbox can tell."


class Tail(NamedTuple):
    """The end of the outbox: the number of its newest message, and that one's seal."""

    number: int = 0
    seal: str = "root"


class Entry(NamedTuple):
    """A message as it is kept: its place in the outbox (1, 2, 3 ...), its digest and seal, and how far it is."""

    number: int
    digest: str
    seal: str
    posted: Posted


def enter(tail: Tail, posted: Posted) -> Entry:
    """Return a new message as it is to be kept after `tail`; raises `LedgerError` for a text no ledger can keep."""
    number, digest = tail.number + 1, posted.message.digest
    return Entry(number, digest, seal(tail.seal, number, digest, posted.message), posted)


def seal(previous: str, number: int, digest: str, message: Message) -> str:
    """Return the SHA-256 over the seal before it and all that was decided when the message was queued."""
    facts: dict[str, Any] = {
        "number": number,
        "digest": digest,
        "id": message.id,
        "key": message.key,
        "reminder": message.reminder,
        "customer": message.customer,
        "channel": message.channel,
        "to": message.to,
        "stage": message.stage,
        "invoices": message.invoices,
        "currency": message.currency,
        "amount": message.amount,
        "queued": moment_text(message.queued),
        "not_before": moment_text(message.not_before),
        "not_after": moment_text(message.not_after),
    }
    body = json.dumps([previous, facts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(keepable(body, "the outbox").encode()).hexdigest()


def moment_text(moment: datetime) -> str:
    """Return a moment as a text of fixed width in UTC, which sorts as moments do; raises ValueError without zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def heard(said: str) -> str:
    """Return what the other side said as any ledger can keep it: it must never be what a state is lost for."""
    fit = said.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return fit if len(fit) <= _HEARD else fit[: _HEARD - 1] + "…"


def fits(posted: Posted, states: Collection[MessageState], since: datetime | None) -> bool:
    """Say whether a message is of these states (none: any), and came to its own at `since` or later."""
    return (not states or posted.state in states) and (
        since is None or posted.changed is None or posted.changed >= since
    )


def bared(posted: Posted) -> Posted:
    """Return a message without its bytes."""
    return replace(posted, message=replace(posted.message, content=b""))


def may_go(posted: Posted, now: datetime) -> bool:
    """Say whether a sender may claim it: it waits and its hour has come, or its claim has lapsed."""
    if posted.state is S.CLAIMED:
        return lapsed(posted, now)
    tried = posted.next_try is None or posted.next_try <= now
    return posted.state is S.QUEUED and posted.message.not_before <= now and tried


def lapsed(posted: Posted, now: datetime) -> bool:
    """Say whether the sender that holds it has had its time."""
    return posted.until is None or posted.until <= now


def claimed(posted: Posted, owner: str, now: datetime, until: datetime) -> Posted:
    """Return the message in the hands of `owner`."""
    return replace(posted, state=S.CLAIMED, tries=posted.tries + 1, owner=owner, until=until, changed=now)


def handed_back(posted: Posted, owner: str, next_try: datetime, said: str) -> Posted:
    """Return the message back in the queue; raises `Fenced` unless `owner` holds it."""
    check_held(posted, owner)
    return replace(posted, state=S.QUEUED, owner="", until=None, next_try=next_try, said=heard(said))


def on_its_way(posted: Posted, owner: str, now: datetime) -> Posted:
    """Return the message as about to leave; raises `Fenced` unless `owner` has claimed it, and still has time."""
    if posted.state is not S.CLAIMED or posted.owner != owner or lapsed(posted, now):
        raise not_held(posted, owner)
    return replace(posted, state=S.SENDING, changed=now)


def lost(posted: Posted, now: datetime) -> Posted:
    """Return a message whose sender was lost while it was on its way."""
    return replace(posted, state=S.UNKNOWN, until=None, said=LOST, changed=now)


def moved(posted: Posted, state: MessageState, owner: str, said: str, when: datetime) -> Posted:
    """Return the message in another state; raises `Fenced` where it may not come there, or not by `owner`.

    By a move nothing is claimed or on its way, and out of `sending` only its sender puts it back. What waits and
    is queued once more waits for no further try.
    """
    if owner:
        check_held(posted, owner)
    back = state is S.QUEUED
    if state in HELD or state not in NEXT[posted.state] or (back and posted.state is S.SENDING and not owner):
        raise Fenced(f"{_named(posted)} is {posted.state} and cannot become {state}; nothing was changed.")
    return replace(
        posted,
        state=state,
        owner="" if back else posted.owner,
        until=None,
        next_try=None if back and posted.state is S.QUEUED else posted.next_try,
        said=heard(said),
        changed=when,
    )


def check_held(posted: Posted, owner: str) -> None:
    """Raise `Fenced` unless `owner` holds the message."""
    if posted.state not in HELD or posted.owner != owner:
        raise not_held(posted, owner)


def not_held(posted: Posted | None, owner: str) -> Fenced:
    """Return the error for a sender that does not hold the message it speaks of, or not any more."""
    if posted is None:
        return missing()
    whose = f" by {posted.owner}" if posted.state in HELD and posted.owner != owner else ""
    return Fenced(
        f"{_named(posted)} is {posted.state}{whose}, and the claim of {owner} has ended; nothing was changed."
        " It must not go out from here."
    )


def missing() -> Fenced:
    """Return the error for a message that is not in the outbox."""
    return Fenced("The outbox has no such message; nothing was changed.")


def _named(posted: Posted) -> str:
    message = posted.message
    return f"The message {message.id} to {message.customer}"
