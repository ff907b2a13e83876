"""`arc account` and `arc worklist`: one customer in full, and what to do about whom today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arc_sync.cli.asking import Customer
from arc_sync.cli.out import (
    Json,
    Settings,
    amount,
    answer,
    day,
    fail,
    grouped,
    many,
    print_table,
    read_day,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from arc_sheets.worklist import WorkItem
    from arc_sync.agent.firm import Firm
    from arc_sync.books.contents import AccountView, Touch

AsOf = Annotated[str | None, typer.Option("--as-of", help="The day, such as 2026-03-31. [default: today]")]


def account(customer: Customer, as_of: AsOf = None, json: Json = False, config: Settings = None) -> None:
    """Say all about one customer.

    Contacts, balance, open invoices, promises, disputes and what happened.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    on = read_day(as_of, "--as-of")
    with opened(Config.load(config)) as firm:
        on = on or firm.config.day(datetime.now(UTC))
        view = _view(firm, customer, on)
    if json:
        answer(_account_json(view, on))
    else:
        _show_account(view, on)


def worklist(as_of: AsOf = None, json: Json = False, config: Settings = None) -> None:
    """Say whom to chase today, in what order, and why."""
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened
    from arc_sync.agent.pages import figures
    from arc_sync.books.draw.worklist import unrated

    on = read_day(as_of, "--as-of")
    with opened(Config.load(config)) as firm:
        on = on or firm.config.day(datetime.now(UTC))
        items, rates = figures(firm.rows(), firm.terms, on).worklist, firm.config.rates
    last = unrated(items, rates)
    if json:
        answer(
            {"as_of": on.isoformat(), "items": [_item_json(item) for item in items], "remark": last or None}
        )
    elif not items:
        say(f"There is nothing to do about anybody on {day(on)}.")
    else:
        say(
            f"To do on {day(on)}: {many(len(items), 'customer')}, most money at risk first.",
            *[last] * bool(last),
            "",
        )
        rows = [
            (
                i.customer,
                f"{i.currency} {grouped(i.amount, i.currency)}",
                i.step,
                i.why,
                i.phone or i.email or "",
            )
            for i in items
        ]
        print_table(("Customer", "Amount", "Next step", "Why", "Reach"), rows, (1,))


def _view(firm: Firm, name: str, on: date) -> AccountView:
    """Return the Details of a customer, whatever the case of the name; ends the command if there is none."""
    from arc_sheets.computed import computed
    from arc_sheets.frames import records
    from arc_sheets.receivables import receivables
    from arc_sheets.tabs import CUSTOMERS
    from arc_sync.agent.actions.finding import Finder
    from arc_sync.agent.details import details
    from arc_sync.agent.pages import rows_of
    from arc_sync.agent.policies import policy_of

    with firm.ledger.read() as ledger:
        rows = rows_of(ledger)
        known = records(rows)
        policy = policy_of(firm.config)
        shown = computed(known, receivables(known), on, firm.config.buckets, policy.grace)
        view = details(name, rows, shown, on, policy)
        if view is None:
            fail(Finder(ledger).missing(CUSTOMERS, name))
    return view


def _show_account(view: AccountView, on: date) -> None:
    code = view.currency
    say(f"{view.name} on {day(on)}", *_facts(view), "")
    late = f", {code} {grouped(view.overdue, code)} of it overdue" if view.overdue else ", nothing overdue"
    oldest = f" on {many(view.late, 'invoice')}, the oldest {many(view.oldest, 'day')}" if view.oldest else ""
    credit = f"; {code} {grouped(-view.unapplied, code)} is not applied" if view.unapplied else ""
    say(f"Open: {code} {grouped(view.open, code)}{late}{oldest}{credit}.")
    _section("Open invoices", *_invoices(view))
    _section("Promises and disputes", *_pledges(view))
    _section("Timeline", ("When", "How", "What", "By"), [(_when(t), *t[1:]) for t in view.timeline])


def _when(touch: Touch) -> str:
    """Return the day of a line of the timeline, with the hour where it is known."""
    return f"{day(touch.when)} {touch.when:%H:%M}" if isinstance(touch.when, datetime) else day(touch.when)


def _facts(view: AccountView) -> list[str]:
    barred = f"Do not contact: {view.do_not_contact}" if view.do_not_contact else "May be contacted"
    rules = [
        barred,
        f"prefers {view.prefers.lower()}" if view.prefers else "",
        f"no texts since {day(view.no_texts)}" if view.no_texts else "",
        view.language or "",
        f"collector {view.collector}" if view.collector else "",
        "" if view.terms is None else f"{view.terms} days net",
        "" if view.risk is None else f"risk {view.risk} of 100",
    ]
    people = (view.contact, view.phone, view.email, view.cc)
    return [line for line in (", ".join(filter(None, part)) for part in (rules, people)) if line]


def _section(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *numbers: int) -> None:
    say("", f"{title}: {len(rows) or 'none'}.")
    if rows:
        print_table(heads, rows, numbers)


def _invoices(view: AccountView) -> tuple[Any, ...]:
    heads = ("Invoice", "Due", "Days over", "", "Amount", "Balance", "Status")
    rows = [
        (i.number, day(i.due), f"{i.days_overdue or '–'}", i.currency, grouped(i.amount, i.currency),
         grouped(i.balance, i.currency), i.status)
        for i in view.invoices
    ]  # fmt: skip
    return heads, rows, 2, 4, 5


def _pledges(view: AccountView) -> tuple[Any, ...]:
    heads = ("What", "Invoice", "When, or why", "", "Amount", "State")
    rows = [
        (p.what, p.invoice, p.text, p.currency, grouped(p.amount, p.currency), p.state) for p in view.pledges
    ]
    return heads, rows, 4


def _account_json(view: AccountView, on: date) -> dict[str, Any]:
    code = view.currency
    facts = ("contact", "email", "cc", "phone", "prefers", "language", "time_zone", "quiet_hours", "terms",
             "do_not_contact", "collector", "risk")  # fmt: skip
    return {
        "as_of": on.isoformat(),
        "customer": view.name,
        "currency": code,
        "open": amount(view.open, code),
        "overdue": amount(view.overdue, code),
        "unapplied": amount(view.unapplied, code),
        "oldest_days": view.oldest,
        "credit_limit": amount(view.credit_limit, code),
        **{name: getattr(view, name) for name in facts},
        "no_texts": view.no_texts.isoformat() if view.no_texts else None,
        "invoices": [
            {"number": i.number, "issued": f"{i.issued}", "due": f"{i.due}", "days_overdue": i.days_overdue,
             "currency": i.currency, "amount": amount(i.amount, i.currency),
             "balance": amount(i.balance, i.currency), "status": i.status,
             "expected": i.expected.isoformat() if i.expected else None}
            for i in view.invoices
        ],
        "pledges": [p._asdict() | {"amount": amount(p.amount, p.currency)} for p in view.pledges],
        "timeline": [t._asdict() | {"when": t.when.isoformat()} for t in view.timeline],
    }  # fmt: skip


def _item_json(item: WorkItem) -> dict[str, Any]:
    touched = item.last_touch.isoformat() if item.last_touch else None
    return item._asdict() | {"amount": amount(item.amount, item.currency), "last_touch": touched}
