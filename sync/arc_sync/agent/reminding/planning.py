"""The plan of a day, brought into the Reminders tab in one change set; `proposing` says how the rows are to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from arc_sheets.frames import records
from arc_sheets.hours import is_business_day
from arc_sheets.planning import plan
from arc_sheets.policy import Policy
from arc_sheets.receivables import receivables
from arc_sheets.reminders import Known
from arc_sheets.tabs import ACTIVITY, REMINDERS
from arc_sync.agent.bank import bank_until
from arc_sync.agent.firm import Firm
from arc_sync.agent.marks import look_for_newer
from arc_sync.agent.pages import rows_of
from arc_sync.agent.policies import policy_of
from arc_sync.agent.reminding.history import done, reached
from arc_sync.agent.reminding.letters import Broken, Words, seed_templates, templates_of, words_of
from arc_sync.agent.reminding.posting import NotPosted, Post
from arc_sync.agent.reminding.proposing import Before, plannable, rows_of_plan, worded
from arc_sync.agent.reminding.rows import DONE, HELD, QUEUED, Reminder, put, reminder, reminders
from arc_sync.agent.reminding.trouble import close_issue, firm_book, of_row, of_template, raise_issue
from arc_sync.agent.reminding.typed import PLAN, typed
from arc_sync.agent.reminding.ways import note_ways
from arc_sync.ledger.port import Transaction, View


@dataclass(slots=True)
class Planned:
    """What a plan of a day made of the Reminders tab."""

    as_of: date
    held: str = ""  #: why nothing may go out, in a sentence or two
    counts: dict[str, int] = field(default_factory=dict)  #: the rows of the plan, by status
    broken: list[str] = field(default_factory=list)  #: what is wrong with templates, a sentence each
    idle: bool = True  #: nothing was changed


@dataclass(frozen=True, slots=True)
class _Made:
    """A plan as rows, computed from the ledger as it was read."""

    was: Mapping[str, Reminder]
    rows: Mapping[str, Reminder | None]
    words: Mapping[str, Words | Broken]
    held: str


def plan_reminders(
    firm: Firm, now: datetime, as_of: date | None = None, hook: Callable[[str], None] = lambda _: None
) -> Planned:
    """Bring the Reminders tab to the plan of a day; a second time changes nothing.

    `now` is UTC; `as_of` is the day in the firm's zone, today unless given: of another day nothing goes out by
    itself. On a day without business the tab stays as it is. Raises `ArcError`.
    """
    today, policy = now.astimezone(firm.config.zone).date(), policy_of(firm.config)
    day = as_of or today
    if not is_business_day(day, policy):
        return Planned(day, held=f"{day:%A}, {day.day} {day:%b}, is no business day; nothing is planned.")
    seeded = seed_templates(firm.ledger, firm.origin(PLAN, "The shipped templates", now))
    hook("seeded")
    with firm.ledger.read() as view:
        made = _make(firm, view, policy, day, today)
    hook("made")
    if any(row and row.status == QUEUED for row in made.rows.values()):
        look_for_newer(firm.ledger, firm.config.book, firm.remote)
    with firm.ledger.change(firm.origin(PLAN, f"Reminders planned for {day.day} {day:%b %Y}", now)) as t:
        before = t.head()
        _bring(firm, t, policy, made, now)
        hook("put")
    counts = Counter(row.status or "" for row in made.rows.values() if row)
    broken = sorted({said.why for said in made.words.values() if isinstance(said, Broken)})
    return Planned(day, made.held, dict(counts), broken, idle=not seeded and t.head() == before)


def known_of(view: View, rows: Mapping[str, Reminder], policy: Policy, as_of: date, today: date) -> Known:
    """Return all that a plan of a day rests on.

    On a day to come the bank's data count as being as fresh as they are today: it is a day tried out.
    """
    frames, until = records(rows_of(view)), bank_until(view, min(as_of, today))
    ahead = max(as_of - today, timedelta(0))
    known = reached(rows.values(), policy, as_of)
    return Known(frames, receivables(frames), known, until + ahead if until else None)


def _make(firm: Firm, view: View, policy: Policy, day: date, today: date) -> _Made:
    was = reminders(view)
    finished = {i: was[i]._replace(status=DONE, sent=on) for i, on in done(was, view.rows(ACTIVITY))}
    rows = {**was, **finished}
    made = plan(known_of(view, rows, policy, day, today), policy, day, firm.config.rates)
    free = plannable(made, rows)
    post = Post(firm.config, policy, view)
    said = words_of(templates_of(view), list(free.values()), post.customer, firm.config.sender, day)
    words = dict(zip(free, said, strict=True))
    theirs = {i: typed(known) for i, known in view.histories(REMINDERS, worded(rows)).items()}
    wanted = rows_of_plan(made, words, Before(rows, theirs, day, day == today))
    return _Made(was, {**finished, **wanted}, words, made.held)


def _bring(firm: Firm, t: Transaction, policy: Policy, made: _Made, now: datetime) -> None:
    """Put the rows, each only over what was read, and queue what goes by itself."""
    post, book = Post(firm.config, policy, t), firm_book(firm)
    for i, row in made.rows.items():
        live = t.row(REMINDERS, i)
        if (reminder(live) if live else None) != made.was.get(i) or row == made.was.get(i):
            continue  # somebody was quicker, and the next plan sees to it; or nothing is new
        if row is None:
            t.put(REMINDERS, i, None)
        else:
            put(t, i, _queued(t, post, i, row, now) if row.status == QUEUED else row)
        close_issue(t, of_row(book, i))
    for said in made.words.values():
        if isinstance(said, Broken):
            raise_issue(t, of_template(book, said.template), said.why, now)
        elif said.template:
            close_issue(t, of_template(book, said.template))


def _queued(t: Transaction, post: Post, i: str, row: Reminder, now: datetime) -> Reminder:
    """Queue what goes by itself; where it cannot go, the row waits with the reason."""
    note_ways(t, post.config, now)
    try:
        post.queue(t, i, row, now, automatic=True)
    except NotPosted as error:
        return row._replace(status=HELD, why=str(error))
    return row
