"""One request of the ribbon or the menu, carried out and answered.

Carried out twice it has done its work once: what changes the ledger keeps the request's number with the change, so an
agent that died before it could answer gives the same answer the next time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from arc_sheets import tabs
from arc_sheets.cells import Reading
from arc_sheets.dates import wall_clock
from arc_sheets.errors import ArcError, LedgerError
from arc_sync.agent.actions.answers import Answer, done, refused
from arc_sync.agent.actions.carry import carry_out_told
from arc_sync.agent.actions.finding import Cannot, Finder, Record
from arc_sync.agent.firm import Firm
from arc_sync.agent.inbox.context import filled
from arc_sync.agent.inbox.envelope import FORM, OF_THE_INBOX, PLAN, Bad, Envelope, Reply, reply_to
from arc_sync.agent.inbox.reminders import decided, plan
from arc_sync.agent.reminding.desk import desk_of
from arc_sync.agent.round import Report
from arc_sync.ledger.port import View
from arc_sync.merge.history import Origin

#: How old a request may be when it is carried out, and by how much its clock may be ahead of the agent's.
FRESH: Final = timedelta(days=1)
#: Requests that are answered by the round which follows.
ROUNDS: Final = frozenset({FORM, "sync_now", "refresh_aging", "refresh_kpis"})

#: Where requests come from, as the history calls it.
Way = Literal["ribbon", "menu"]
_SAID: Final = {"approve_reminders": "Reminders approved", "skip_reminders": "Reminders skipped"}
#: The column of Customers that a channel writes to.
_ADDRESS: Final = {"Email": "email", "Text": "phone"}


class Consumed(NamedTuple):
    """What became of a request."""

    reply: Reply  #: of one of `ROUNDS`, what to answer if the round says nothing better
    wants_round: bool  #: a round would bring it into the workbook


def consume(firm: Firm, told: Envelope | Bad, way: Way, now: datetime) -> Consumed:
    """Carry out a request and answer it; `now` is UTC.

    What cannot be done is an answer too. Raises `LedgerError` where the ledger failed: whether it had kept the change
    by then nobody knows, so nothing may be answered; it is to be tried again.
    """
    if isinstance(told, Bad):
        return Consumed(reply_to(told, now), wants_round=False)
    try:
        answer = _stale(firm, told, now) or _answer(firm, told, way, now)
    except LedgerError:
        raise
    except ArcError as error:
        answer = refused(str(error))
    reply = Reply(
        request=told.request, done=answer.done, sentence=answer.sentence, shown=dict(answer.shown), when=now
    )
    return Consumed(reply, answer.wants_round)


def after_round(reply: Reply, report: Report | None, why: str) -> Reply:
    """Return the answer to one of `ROUNDS` once the round has been; `why` says why there was none."""
    if report is None:
        return reply.model_copy(update={"done": False, "sentence": why})
    said = [*report.answers, *report.refused]
    if not report.in_step:
        said.append("Somebody wrote in the workbook meanwhile; the next round settles it.")
    said = said or ["Book and ledger are in step."]
    said += [report.waiting] * bool(report.waiting)
    return reply.model_copy(update={"done": not report.refused, "sentence": " ".join(said)})


def _stale(firm: Firm, told: Envelope, now: datetime) -> Answer | None:
    """Answer what is too old to be carried out, or has been; None: it is fresh."""
    if abs(now - told.when) <= FRESH:
        return None
    with firm.ledger.read() as view:
        known = view.answered(told.request)
    if known is not None:
        return done(f"Done already: {json.loads(known)['sentence']}")
    when = f"{wall_clock(told.when, firm.config.zone):%d %b %Y %H:%M}"
    if told.when > now:
        return refused(
            f"It was not carried out: it bears the time {when}; set the clock right, and ask again."
        )
    return refused(f"It was not carried out: it is from {when}; ask again.")


def _answer(firm: Firm, told: Envelope, way: Way, now: datetime) -> Answer:
    if told.action == PLAN:
        return plan(firm, now)
    if told.action == FORM:
        return done("The form is read by the round that follows.")
    if told.action in OF_THE_INBOX:
        return decided(firm, told, Origin(whose(told.user, firm.config.who), way, _SAID[told.action], now))
    with firm.ledger.read() as view:
        fields = filled(told, view)
        if isinstance(fields, Bad):
            return refused(fields.sentence)
        if told.action == "send_message" and (why := _elsewhere(fields, view)):
            return refused(why)
    return carry_out_told(
        firm.ledger,
        _request(told, fields, way, firm.config.who),
        desk_of(firm.config, now),
        Reading(firm.config.order),
    )


def _request(told: Envelope, fields: Mapping[str, str], way: Way, who: str) -> dict[str, Any]:
    """Return the fields as `carry_out_told` takes them."""
    given: dict[str, Any] = {name: text for name, text in fields.items() if name != "to"}
    if "leave_unapplied" in given:
        given["leave_unapplied"] = given["leave_unapplied"].strip().casefold() in {"true", "yes"}
    return given | {
        "request": told.request,
        "action": told.action,
        "who": whose(told.user, who),
        "when": told.when,
        "source": way,
    }


def whose(user: str, agent: str) -> str:
    """Return whose name a change gets: what the program says, and whose agent took its word."""
    said = " ".join("".join(c if c.isprintable() else " " for c in user).split())
    return agent if said.casefold() in ("", agent.casefold()) else f"{said} via {agent}"


def _elsewhere(fields: Mapping[str, str], view: View) -> str:
    """Return that a message may only go to the customer's own address; "" where it does."""
    to, column = fields.get("to", "").strip(), _ADDRESS.get(fields.get("channel", ""), "")
    if not to or not column:
        return ""
    try:
        own = Finder(view).customer(fields.get("customer", ""))
    except Cannot as why:
        return str(why)
    return "" if _same(to, own, column) else _other_address(own, column)


def _same(to: str, own: Record, column: str) -> bool:
    return to.casefold() == own.text(column).strip().casefold()


def _other_address(own: Record, column: str) -> str:
    header = tabs.CUSTOMERS.column(column).header
    return (
        f"A message to {own.text('name')} goes to the address in the ledger only; correct {header} on Customers, and"
        " send it then."
    )
