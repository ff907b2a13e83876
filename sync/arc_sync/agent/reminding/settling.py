"""A message without a row (a copy, or one written by hand) that may have arrived or not: a person says which."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arc_sheets.dates import wall_clock
from arc_sheets.errors import LedgerError
from arc_sheets.message import Message, MessageState
from arc_sync.agent.firm import Firm
from arc_sync.agent.reminding.posting import FRESH
from arc_sync.agent.reminding.rows import id_of
from arc_sync.agent.reminding.touches import put_touch
from arc_sync.agent.reminding.trouble import close_issue, firm_book, of_message

S = MessageState


def settle(firm: Firm, now: datetime, message: str, *, went: bool) -> str:
    """Let a person settle an unknown message by its id; return what was done, in a sentence. `now` is UTC.

    Either it went, and is put on Activity; or it goes again, as a new message with the same words. Raises
    `LedgerError` where there is no such message, or it needs no settling.
    """
    with firm.ledger.change(firm.origin("command", "A message is settled", now)) as t:
        found = t.posted(message=message)
        if not found:
            raise LedgerError(f"There is no message {message}; arc remind list shows what waits.")
        posted, known = found[0], found[0].message
        if posted.state not in {S.UNKNOWN, S.DRAFTED} or (posted.state is S.DRAFTED and not went):
            raise LedgerError(f"The message to {known.to} is {posted.state}; there is nothing to settle.")
        if went:
            t.move(message, S.SENT, said="a person says that it went")
            if not known.reminder:
                wall = wall_clock(now, firm.config.zone)
                put_touch(t, known, known.customer, wall, "sent", firm.config.who)
        else:
            t.move(message, S.FAILED, said="sent again by a person's word")
            t.queue(_again(known, now))
        close_issue(t, of_message(firm_book(firm), message))
    what = "is on the record as sent" if went else "is queued once more"
    return f"The message to {known.to} ({known.customer}) {what}."


def _again(message: Message, now: datetime) -> Message:
    key = f"{message.key} again"
    return replace(message, id=id_of(key), key=key, queued=now, not_before=now, not_after=now + FRESH)
