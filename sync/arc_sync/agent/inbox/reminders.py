"""Requests about the Reminders tab: plan the day, approve or skip the selected rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from arc_sheets.phrases import say_list
from arc_sheets.tabs import REMINDERS
from arc_sync.agent.actions.answers import Answer, done, refused
from arc_sync.agent.firm import Firm
from arc_sync.agent.inbox.envelope import APPROVE, Envelope
from arc_sync.agent.reminding import rows as reminder_rows
from arc_sync.agent.reminding.deciding import QUEUES, SKIPS, Decided, decide
from arc_sync.agent.reminding.planning import Planned, plan_reminders
from arc_sync.agent.reminding.rows import Reminder, put, reminder
from arc_sync.ledger.port import Transaction
from arc_sync.merge.history import Origin

_ROWS: Final = "rows"
_NOTHING: Final = "No reminder is selected; pick one or more rows on Reminders."


def plan(firm: Firm, now: datetime) -> Answer:
    """Bring today's plan to the Reminders tab; a second time changes nothing. Raises `ArcError`."""
    return done(planned_sentence(plan_reminders(firm, now)))


def planned_sentence(planned: Planned) -> str:
    """Return what a plan brought, in a sentence or two."""
    told = {
        reminder_rows.PROPOSED: "{} to decide on",
        reminder_rows.QUEUED: "{} going out",
        reminder_rows.TO_DO: "{} to do by hand",
        reminder_rows.HELD: "{} held",
        reminder_rows.NOT_PLANNED: "{} left alone",
    }
    parts = [text.format(many) for state, text in told.items() if (many := planned.counts.get(state, 0))]
    what = f"Reminders for {planned.as_of.day} {planned.as_of:%b}: {say_list(parts) if parts else 'none'}."
    return " ".join(filter(None, (what, planned.held, *planned.broken)))


def decided(firm: Firm, envelope: Envelope, origin: Origin) -> Answer:
    """Write a decision beside the rows that a request names, and carry it out; `origin.when` is UTC.

    The decision and the request's number are kept in one change set: asked again, nothing more is decided. What
    dies before it is carried out is carried out by the next round. Raises `ArcError`.
    """
    ids = chosen(envelope)
    if not ids:
        return refused(_NOTHING)
    with firm.ledger.change(origin) as t:
        known = t.answered(envelope.request)
        given = _given(t, envelope, ids) if known is None else _before(envelope, known)
    if not given.done:
        return given
    return _with(given, decide(firm, origin.when))


def chosen(envelope: Envelope) -> list[str]:
    """Return the ids of the rows that a request names: `fields.rows`, else the selected one."""
    text = envelope.fields.get(_ROWS, envelope.row)
    return list(dict.fromkeys(filter(None, (part.strip() for part in text.split(";")))))


def _given(t: Transaction, envelope: Envelope, ids: Sequence[str]) -> Answer:
    """Put the decision beside each row that it fits, and keep the answer."""
    approves = envelope.action == APPROVE
    word, fits = ("Approve", QUEUES) if approves else ("Skip", SKIPS)
    rows = {i: reminder(row) for i in ids if (row := t.row(REMINDERS, i)) is not None}
    taken = {i: row for i, row in rows.items() if (word, row.status) in fits}
    for i, row in taken.items():
        put(t, i, row._replace(decision=word))
    answer = _said(rows, taken, "approved" if approves else "skipped", missing=len(ids) - len(rows))
    if taken:
        told = {"asked": _asked(envelope), "sentence": answer.sentence, "shown": {}}
        t.answer(envelope.request, json.dumps(told, ensure_ascii=False, sort_keys=True))
    return answer


def _said(rows: Mapping[str, Reminder], taken: Mapping[str, Reminder], how: str, *, missing: int) -> Answer:
    left = [
        f"{row.stage or 'the reminder'} for {row.customer} is {row.status}"
        for i, row in rows.items()
        if i not in taken
    ]
    left += [f"{missing} of the rows {'is' if missing == 1 else 'are'} not in the ledger"] * bool(missing)
    but = f"; {say_list(left)}" if left else ""
    if not taken:
        return refused(f"Nothing was {how}: {say_list(left)}.")
    customers = say_list(sorted({row.customer for row in taken.values()}))
    return done(f"{len(taken)} {'reminder' if len(taken) == 1 else 'reminders'} {how}: {customers}{but}.")


def _before(envelope: Envelope, known: str) -> Answer:
    """Return the answer to a request that was carried out before, if it is the same."""
    told = json.loads(known)
    if told["asked"] != _asked(envelope):
        return refused(f"The request {envelope.request} has been carried out with other contents; ask again.")
    return done(f"Done already: {told['sentence']}")


def _asked(envelope: Envelope) -> str:
    told = json.dumps([envelope.action, sorted(chosen(envelope))])
    return hashlib.sha256(told.encode()).hexdigest()


def _with(given: Answer, came: Decided) -> Answer:
    """Return the answer with what could not be carried out."""
    return done(" ".join((given.sentence, *came.refused))) if came.refused else given
