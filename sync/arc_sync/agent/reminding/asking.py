"""What a message written by hand asks for, so that it goes only while that is owed and nothing speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from arc_sheets.phrases import say_list
from arc_sheets.policy import Policy
from arc_sheets.rates import Rates
from arc_sheets.receivables import Receivables
from arc_sheets.tabs import INVOICES
from arc_sync.agent.actions.desk import Asks, Draft, Reason
from arc_sync.agent.reminding.owed import asked, not_owed
from arc_sync.agent.reminding.rows import QUEUED, Reminder, reminders, where
from arc_sync.agent.reminding.theirs import known_of_customer, message_now
from arc_sync.ledger.port import View


def asks_for(view: View, draft: Draft, policy: Policy, day: date, rates: Rates) -> Asks | Reason:
    """Return what a message asks for on a day, or why that must not be asked for.

    That is what the invoices owe which it was given. Without any, words of a stage's template ask for the invoices
    that they name, or else for those of which that stage speaks now; other words ask for nothing. What an approved
    reminder is about to ask for is not asked for by hand besides.
    """
    found = _asks(view, draft, policy, day, rates)
    if isinstance(found, Asks) and (coming := _coming(view, draft.customer, found.invoices)):
        return Reason(
            f"{coming.stage} for {draft.customer} is approved and asks for {say_list(coming.numbers, 3)} already: skip it"
            " on Reminders first, or write in your own words, with no template and no invoice."
        )
    return found


def _asks(view: View, draft: Draft, policy: Policy, day: date, rates: Rates) -> Asks | Reason:
    numbers = draft.invoices or (_in_words(view, draft) if draft.stage else ())
    if numbers:
        return _for(view, draft, numbers, policy, day)
    if not draft.stage:
        return Asks()
    found = message_now(view, draft.customer, draft.stage, policy, day, rates)
    return found if isinstance(found, Reason) else Asks(found.numbers, found.currency, found.amount)


def _coming(view: View, customer: str, numbers: Iterable[str]) -> Reminder | None:
    """Return the reminder that waits for its hour, to ask a customer for one of these invoices."""
    queued = where(reminders(view), QUEUED).values()
    return next(
        (r for r in queued if r.customer == customer and not set(numbers).isdisjoint(r.numbers)), None
    )


def _for(view: View, draft: Draft, numbers: tuple[str, ...], policy: Policy, day: date) -> Asks | Reason:
    known, standing = known_of_customer(view, draft.customer, policy, day)
    account = _account(known.receivables, numbers)
    amount = asked(known.receivables, standing, account, numbers) if account >= 0 else 0
    if why := not_owed(known.receivables, standing, account, numbers, amount):
        return Reason(f"{why} Preview it anew, or write in your own words, with no template and no invoice.")
    return Asks(numbers, str(known.receivables.accounts["currency"].iloc[account]), amount)


def _account(owing: Receivables, numbers: Iterable[str]) -> int:
    """Return the account of the first of these invoices that is there, -1 if there is none."""
    documents = owing.documents
    columns = (documents[name].tolist() for name in ("number", "account"))
    accounts = dict(zip(*columns, strict=True))
    return next((int(accounts[number]) for number in numbers if number in accounts), -1)


def _in_words(view: View, draft: Draft) -> tuple[str, ...]:
    """Return the invoices of the customer whose numbers stand in the words, in the order of the words."""
    number, customer = (
        next(k for k, c in enumerate(INVOICES.stored) if c.name == name) for name in ("number", "customer")
    )
    words = f"{draft.subject}\n{draft.body}"
    theirs = {str(row[number]) for row in view.rows(INVOICES).values() if row[customer] == draft.customer}
    places = {name: _place(name, words) for name in theirs if name in words}
    return tuple(sorted((name for name, at in places.items() if at >= 0), key=lambda name: places[name]))


def _place(name: str, words: str) -> int:
    """Return where a number stands in a text by itself, not as a part of another; -1 if nowhere."""
    found = re.search(rf"(?<!\w)(?<!\w[-/.]){re.escape(name)}(?![-/.]?\w)", words)
    return found.start() if found else -1
