"""`arc remind`: plan the day's reminders, decide about them, send them, and settle those nobody knows about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from arc_sync.cli.out import (
    FINE,
    PERSON,
    Json,
    Settings,
    amount,
    answer,
    as_json,
    day,
    finish,
    grouped,
    listed,
    many,
    print_table,
    read_day,
    say,
)
from arc_sync.cli.planned import plan_json, plan_of, rows_json, sender_sentences, show_plan
from arc_sync.cli.reminded import (
    already,
    decision_sentences,
    open_questions,
    planned_sentences,
    sending_sentences,
    waiting_messages,
)

if TYPE_CHECKING:
    from datetime import date

    from arc_sync.agent.firm import Firm
    from arc_sync.agent.reminding.deciding import Decided
    from arc_sync.agent.reminding.rows import Reminder

Customers = Annotated[
    list[str] | None, typer.Argument(show_default=False, help="Names, as on Customers; or a part of one.")
]
Stage = Annotated[str | None, typer.Option(help="Those of one stage, such as Firm.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]

#: Rows that are shown where not all are asked for.
_MOST: Final = 200
#: What a person can still do something about.
_OPEN: Final = ("proposed", "held", "to do", "failed", "unknown", "queued", "drafted")


def plan(
    as_of: Annotated[str | None, typer.Option("--as-of", help="Only show the plan of another day.")] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=366, help="Only show so many days ahead.")
    ] = None,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Bring today's plan to the Reminders tab.

    With --days or --as-of only show what would come, if nobody paid: nothing is written.
    """
    on, now = read_day(as_of, "--as-of"), _now()
    with _firm(config) as firm:
        today = now.astimezone(firm.config.zone).date()
        if days:
            _show_ahead(firm, on or today, days, json=json)
        elif on in (None, today):
            _plan_today(firm, now, json=json)
        else:
            _try_out(firm, on or today, today, json=json)


def _plan_today(firm: Firm, now: datetime, *, json: bool) -> None:
    from arc_sync.agent.reminding.deciding import decide
    from arc_sync.agent.reminding.planning import plan_reminders

    decided = decide(firm, now)
    planned = plan_reminders(firm, now)
    decided = _joined(decided, decide(firm, now))
    if json:
        told = _fields(planned) | {"written": True} | rows_json(_rows(firm).values())
        answer({"plan": told, "decided": as_json(_fields(decided))})
    else:
        proposed = bool(planned.counts.get("proposed"))
        sender = sender_sentences(firm.config, proposed=proposed)
        say(*decision_sentences(decided), *planned_sentences(planned), *sender)
    finish(PERSON if planned.broken else FINE)


def _try_out(firm: Firm, on: date, today: date, *, json: bool) -> None:
    made = plan_of(firm, on, today)
    if json:
        answer({"plan": plan_json(made), "decided": None})
    else:
        show_plan(made)


def list_(
    everything: Annotated[bool, typer.Option("--all", help="All, also those that are over.")] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """List reminders that wait for a person or for their hour."""
    with _firm(config) as firm:
        rows = [row for row in _rows(firm).values() if everything or row.status in _OPEN]
    rows.sort(key=_order)
    if json:
        answer([_row_json(row) for row in rows])
    elif not rows:
        say("No reminder waits. arc remind plan makes today's.")
    else:
        cells = (
            (r.customer, r.stage or "", _money(r), (r.decision and f"{r.decision}: {r.status}") or r.status or "", r.why or "")
            for r in (rows if everything else rows[:_MOST])
        )  # fmt: skip
        print_table(("Customer", "Stage", "Amount", "Status", "Why, or why not"), cells, (2,))
        if len(rows) > _MOST and not everything:
            say("", f"And {len(rows) - _MOST:,} more; arc remind list --all shows all of them.")


def approve(
    customers: Customers = None,
    stage: Stage = None,
    everything: All = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Approve reminders.

    What stands in their rows is queued, and goes out when its hour comes.
    """
    _decide(
        config, "Approve", ("proposed", "failed", "skipped"), _Chosen(customers, stage, everything), json=json
    )


def skip(
    customers: Customers = None,
    stage: Stage = None,
    everything: All = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Skip reminders; the next stage comes in its time."""
    states = ("proposed", "held", "to do", "failed", "queued")
    _decide(config, "Skip", states, _Chosen(customers, stage, everything), json=json)


def show(
    customer: Annotated[str, typer.Argument(show_default=False, help="A name, or a part of one.")],
    json: Json = False,
    config: Settings = None,
) -> None:
    """Show a reminder as it would go."""
    with _firm(config) as firm:
        found = [row for row in _picked(_rows(firm), [customer]).values() if row.body or row.status in _OPEN]
    found.sort(key=_order)
    if json:
        answer([{**_row_json(row), "subject": row.subject, "body": row.body} for row in found])
        return
    if not found:
        say(f"There is no reminder for {customer}. arc remind list --all shows who is left out, and why.")
    for n, row in enumerate(found):
        say(*[""] * bool(n), *_shown(row))


def send(
    at_once: Annotated[
        bool, typer.Option("--now", help="Try what did not work at once, not only at its next try.")
    ] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Send what is approved and due, each message once.

    Without a mail server, drafts are written into the folder outbox.
    """
    from arc_sheets.message import MessageState
    from arc_sync.agent.reminding.deciding import decide
    from arc_sync.agent.reminding.sending import send_due
    from arc_sync.agent.reminding.waiting import try_now, waiting
    from arc_sync.agent.reminding.witness import usual_witness
    from arc_sync.agent.work import open_mailers, this_sender

    with _firm(config) as firm, ExitStack() as stack:
        decide(firm, _now())
        mailers = open_mailers(firm.config)
        for mailer in mailers.values():
            stack.callback(mailer.close)
        if at_once:
            try_now(firm, _now())
        report = send_due(firm, mailers, _now, this_sender(), witness=usual_witness(firm.ledger.id))
        with firm.ledger.read() as view:
            left, open_ = waiting(view), len(view.posted(MessageState.UNKNOWN, bare=True))
    trouble = any(one.trouble for one in left)
    if json:
        answer(as_json({**_fields(report), "waiting": as_json(left)}))
    else:
        said = sending_sentences(report) or ["Nothing is due now."] * (not trouble)
        say(*said, *waiting_messages(left, firm.config.zone), *open_questions(open_ - len(report.unknown)))
    finish(PERSON if report.needs_person or trouble or open_ else FINE)


def settle(
    which: Annotated[str, typer.Argument(show_default=False, help="The customer, or a message's number.")],
    it_went: Annotated[bool, typer.Option("--it-went", help="It arrived, or was sent by hand.")] = False,
    send_again: Annotated[
        bool, typer.Option("--send-again", help="It did not arrive: send it anew.")
    ] = False,
    json: Json = False,
    config: Settings = None,
) -> None:
    """Say what became of a draft, or of a message in doubt."""
    from arc_sheets.errors import ConfigError
    from arc_sync.agent.reminding.settling import settle as settle_message

    if it_went == send_again:
        raise ConfigError("Say what became of it: --it-went or --send-again.")
    if _is_message(which):
        with _firm(config) as firm:
            said = settle_message(firm, _now(), which, went=it_went)
        if json:
            answer({"sentence": said})
        else:
            say(said)
        return
    word = "It went" if it_went else "Send again"
    states = ("unknown", "drafted", "to do") if it_went else ("unknown", "failed", "drafted")
    _decide(config, word, states, _Chosen([which], None, everything=False), json=json)


# --- deciding ----------------------------------------------------------------------------------------------------


class _Chosen:
    """Which reminders a command speaks of."""

    def __init__(self, customers: Sequence[str] | None, stage: str | None, everything: bool) -> None:
        self.customers, self.stage, self.everything = customers or [], stage, everything

    def among(self, rows: Mapping[str, Reminder], states: Sequence[str]) -> dict[str, Reminder]:
        """Return them; raises `ConfigError` where nothing is named, or a name fits nobody."""
        from arc_sheets.errors import ConfigError
        from arc_sheets.tabs import STAGES

        if not (self.customers or self.stage or self.everything):
            raise ConfigError("Name customers, or give --stage or --all.")
        stage = next((s for s in STAGES if self.stage and s.casefold() == self.stage.casefold()), None)
        if self.stage and not stage:
            raise ConfigError(f'There is no stage "{self.stage}"; there are {listed(STAGES)}.')
        found = _picked(rows, self.customers) if self.customers else rows
        return {i: r for i, r in found.items() if r.status in states and stage in (None, r.stage)}


def _decide(config: Settings, decision: str, states: Sequence[str], chosen: _Chosen, *, json: bool) -> None:
    from arc_sheets.tabs import REMINDER_STATES
    from arc_sync.agent.reminding.deciding import decide, give

    now = _now()
    with _firm(config) as firm:
        known = _rows(firm)
        give(firm, now, chosen.among(known, states), decision)
        decided = decide(firm, now)
    if json:
        answer(as_json(_fields(decided)))
    elif decided.idle:
        *most, last = states
        none = f"None of these is {', '.join(most)} or {last}; arc remind list --all shows how they stand."
        say(already(chosen.among(known, REMINDER_STATES).values(), decision) or none)
    else:
        say(*decision_sentences(decided))
    finish(PERSON if decided.refused or decided.idle else FINE)


def _picked(rows: Mapping[str, Reminder], names: Sequence[str]) -> dict[str, Reminder]:
    """Return the rows of these customers: by their whole name, else by a part that fits only one."""
    from arc_sheets.errors import ConfigError

    known = sorted({row.customer for row in rows.values()})
    wanted = set()
    for name in names:
        fits = [k for k in known if k.casefold() == name.casefold()]
        fits = fits or [k for k in known if name.casefold() in k.casefold()]
        if len(fits) != 1:
            told = (
                f"fits {listed(fits[:5])}; write more of it"
                if fits
                else "fits no reminder; arc remind list shows them"
            )
            raise ConfigError(f'"{name}" {told}.')
        wanted.add(fits[0])
    return {i: row for i, row in rows.items() if row.customer in wanted}


def _is_message(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)


def _joined(one: Decided, other: Decided) -> Decided:
    one.queued += other.queued
    one.skipped += other.skipped
    one.settled += other.settled
    one.refused += other.refused
    return one


# --- shown ---------------------------------------------------------------------------------------------------------


def _shown(row: Reminder) -> Iterator[str]:
    head = f"{row.stage or 'No stage'} for {row.customer}, {_money(row)}: {row.status}"
    yield f"{head} ({row.decision})." if row.decision else f"{head}."
    yield row.why or ""
    if row.body:
        yield ""
        yield f"To: {row.to or '(nobody)'} ({row.channel})"
        yield f"Subject: {row.subject or ''}"
        yield ""
        yield row.body


def _show_ahead(firm: Firm, first: date, days: int, *, json: bool) -> None:
    from arc_sheets.schedule import simulate
    from arc_sync.agent.policies import policy_of
    from arc_sync.agent.reminding.planning import known_of
    from arc_sync.agent.reminding.rows import reminders

    policy = policy_of(firm.config)
    with firm.ledger.read() as view:
        known = known_of(view, reminders(view), policy, first, first)
    plans = list(simulate(known, policy, first, days, firm.config.rates))
    found = [(made.as_of, p) for made in plans for p in made.proposals]
    if json:
        answer([{"day": on.isoformat(), **as_json(p)} for on, p in found])
    elif not found:
        say(f"Nobody is to be reminded in the {many(days, 'day')} from {day(first)} on.")
    else:
        say(f"What would come in {many(days, 'day')} from {day(first)} on if nobody paid:", "")
        cells = (
            (day(on), p.customer, p.stage, p.channel, f"{p.currency} {grouped(p.amount, p.currency)}")
            for on, p in found
        )
        print_table(("Day", "Customer", "Stage", "How", "Amount"), cells, (4,))


def _money(row: Reminder) -> str:
    return f"{row.currency} {grouped(row.amount, row.currency)}" if row.amount else ""


def _order(row: Reminder) -> tuple[int, str]:
    place = _OPEN.index(row.status) if row.status in _OPEN else len(_OPEN)
    return place, row.customer


def _row_json(row: Reminder) -> dict[str, Any]:
    told: dict[str, Any] = as_json(row)
    told.pop("subject")
    told.pop("body")
    return {**told, "amount": amount(row.amount, row.currency), "invoices": list(row.numbers)}


def _fields(value: object) -> dict[str, Any]:
    from dataclasses import fields

    return {f.name: as_json(getattr(value, f.name)) for f in fields(value)}  # type: ignore[arg-type]  # a dataclass


def _now() -> datetime:
    return datetime.now(UTC)


def _rows(firm: Firm) -> dict[str, Reminder]:
    from arc_sync.agent.reminding.rows import reminders

    with firm.ledger.read() as view:
        return reminders(view)


@contextmanager
def _firm(config: Settings) -> Iterator[Firm]:
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    with opened(Config.load(config)) as firm:
        yield firm


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "plan": plan,
    "list": list_,
    "approve": approve,
    "skip": skip,
    "show": show,
    "send": send,
    "settle": settle,
}
