"""What waits in the outbox, and why: for its turn, or because sending has not worked."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from arc_sheets.message import MessageState, Posted
from arc_sync.agent.firm import Firm
from arc_sync.ledger.port import View

S = MessageState
#: Before what the outbox says of a message that waits for its turn; all else was said by the other side.
WAITED: Final = "Not yet: "
#: What has not come to its end: it is queued, or in a sender's hands.
OUTGOING: Final = (S.QUEUED, S.CLAIMED, S.SENDING)


class Waiting(NamedTuple):
    """One message that waits."""

    customer: str
    to: str  #: one address or number
    why: str  #: in words
    first: datetime  #: UTC; the first moment at which it is tried
    trouble: bool  #: sending has not worked: the server was not there, or asked to come again


def waiting(view: View) -> list[Waiting]:
    """Return what waits, that which may go first before the others."""
    return sorted(
        (_waiting(posted) for posted in view.posted(S.QUEUED, bare=True)), key=lambda one: one.first
    )


def try_now(firm: Firm, now: datetime) -> int:
    """Let what sending has not worked for be tried at once, whatever its next try; return how many. `now` is UTC.

    Hours and all that is looked at before a message goes hold as ever. Raises `LedgerError`.
    """
    with firm.ledger.read() as view:
        ids = [p.message.id for p in view.posted(S.QUEUED, bare=True) if _waits_in_vain(p, now)]
    if not ids:
        return 0
    with firm.ledger.change(firm.origin("command", "Messages are tried again at once", now)) as t:
        live = [p for i in ids for p in t.posted(message=i) if p.state is S.QUEUED and _waits_in_vain(p, now)]
        for posted in live:
            t.move(posted.message.id, S.QUEUED, said=posted.said)
    return len(live)


def in_trouble(posted: Posted) -> bool:
    """Say whether sending has not worked for a message that waits."""
    return bool(posted.said) and not posted.said.startswith(WAITED)


def _waits_in_vain(posted: Posted, now: datetime) -> bool:
    return in_trouble(posted) and posted.next_try is not None and posted.next_try > now


def _waiting(posted: Posted) -> Waiting:
    message = posted.message
    first = max(filter(None, (message.not_before, posted.next_try)))
    why = posted.said.removeprefix(WAITED) or "It waits for business hours."
    if first <= message.queued:
        why = posted.said or "It is due."
    return Waiting(message.customer, message.to, why, first, in_trouble(posted))
