"""Carrying a request out: one change set, once, answered in one sentence; whoever asked, from wherever.

What follows from a row (chasing stops, a figure changes) follows from the row itself, whether it was typed
into the workbook or written here: no action leaves anything else behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from arc_sheets import tabs
from arc_sheets.applied import respelled
from arc_sheets.cells import Reading
from arc_sync.agent.actions import disputing, messages, paying, promising, touches
from arc_sync.agent.actions.answers import Answer, again, done, kept, refused
from arc_sync.agent.actions.desk import Desk
from arc_sync.agent.actions.finding import Cannot
from arc_sync.agent.actions.requests import (
    ACTIONS,
    AgreePlan,
    ComposeMessage,
    ExtendDue,
    HoldReminders,
    LogTouch,
    OpenAccount,
    RaiseDispute,
    RecordPayment,
    Refresh,
    Refused,
    Request,
    ResolveDispute,
    SendMessage,
    TakePromise,
    parse,
)
from arc_sync.agent.actions.work import Work
from arc_sync.agent.merging import Keys
from arc_sync.ledger.port import Ledger, View
from arc_sync.merge.history import Origin

#: The requests that change the ledger.
Change: TypeAlias = (
    LogTouch
    | TakePromise
    | AgreePlan
    | ExtendDue
    | RaiseDispute
    | ResolveDispute
    | HoldReminders
    | RecordPayment
    | SendMessage
)

_ROUNDS: Final = {
    "refresh_aging": "Aging is brought up to date by the round that follows.",
    "refresh_kpis": "The KPIs are brought up to date by the round that follows.",
    "sync_now": "The round follows at once.",
}


def carry_out_told(ledger: Ledger, fields: Mapping[str, Any], desk: Desk, reading: Reading) -> Answer:
    """Carry out what these fields ask for; see `requests.parse` and `carry_out`."""
    request = parse(fields, reading)
    if isinstance(request, Refused):
        return refused(request.sentence)
    return carry_out(ledger, request, desk)


def carry_out(ledger: Ledger, request: Request, desk: Desk) -> Answer:
    """Carry a request out, unless it has been; what is wrong with it is an answer too.

    The change set bears the name of whoever asked and the moment of carrying out (`desk.now`): a request may
    have waited, and the ledger did not know of it before. Dates that a row is given count from when it was
    asked for. Raises `LedgerError`, with nothing kept.
    """
    try:
        match request:
            case Refresh():
                return done(_ROUNDS[request.action])
            case OpenAccount() | ComposeMessage():
                with ledger.read() as view:
                    return _look(view, request, desk)
            case _:
                return _change(ledger, request, desk)
    except Cannot as why:
        return refused(str(why))


def _change(ledger: Ledger, request: Change, desk: Desk) -> Answer:
    with ledger.read() as view:
        origin = Origin(request.who, request.source, _told(view, request), desk.now)
    with ledger.change(origin) as t:
        known = t.answered(request.request)
        if known is not None:
            return again(request, known, desk.zone)
        answer = _do(Work(t, request, desk, ledger.id), request)
        t.answer(request.request, kept(request, answer))
    return answer


def _told(view: View, request: Change) -> str:
    """Return a request in a few words, for the history: "Call logged: Elbe Spedition"."""
    keys, does = Keys(view), ACTIONS[request.action]
    if customer := getattr(request, "customer", None):
        return f"{does}: {keys.spelling(tabs.CUSTOMERS, customer)}"
    fields = ("invoice", "invoices", "applied_to")
    text = next(filter(None, (getattr(request, name, None) for name in fields)), "")
    return f"{does}: {respelled(text, lambda n: str(keys.spelling(tabs.INVOICES, n)))}"


def _look(view: View, request: OpenAccount | ComposeMessage, desk: Desk) -> Answer:
    """Answer what changes nothing, and so may be asked again and again."""
    if isinstance(request, OpenAccount):
        return touches.open_account(view, request)
    return messages.compose(view, request, desk)


def _do(work: Work, request: Change) -> Answer:  # noqa: PLR0911 (one line a request)
    """Put what is asked for into the change set; raises `Cannot`, and nothing of it is kept."""
    match request:
        case LogTouch():
            return touches.log(work, request)
        case TakePromise():
            return promising.take_promise(work, request)
        case AgreePlan():
            return promising.agree_plan(work, request)
        case ExtendDue():
            return promising.extend_due(work, request)
        case RaiseDispute():
            return disputing.raise_dispute(work, request)
        case ResolveDispute():
            return disputing.resolve_dispute(work, request)
        case HoldReminders():
            return disputing.hold(work, request)
        case RecordPayment():
            return paying.record_payment(work, request)
        case SendMessage():
            return messages.send(work, request)
