"""Whether what a message asks for may still be asked for: owed, and nothing speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arc_sheets.frames import days as day_numbers
from arc_sheets.frames import from_day_number
from arc_sheets.phrases import say_amount, say_day
from arc_sheets.receivables import Receivables
from arc_sheets.standing import Against, Standing

_WORDS: Final = {
    Against.WRITTEN_OFF: "written off",
    Against.AGENCY: "with an agency",
    Against.DISPUTED: "disputed",
    Against.HELD: "held",
    Against.ON_PLAN: "on a payment plan",
    Against.PROMISED: "promised",
}


def asked(receivables: Receivables, known: Standing, account: int, numbers: Sequence[str]) -> int:
    """Return what invoices of an account still owe, less its unapplied credit: minor units, not below zero."""
    places = [place for place in _places(receivables, account, numbers) if place >= 0]
    return max(0, int(known.balance[places].sum()) - max(0, int(known.credit[account])))


def not_owed(
    receivables: Receivables, known: Standing, account: int, numbers: Sequence[str], amount: int
) -> str:
    """Return why invoices of an account are not to be asked for (any more), in a sentence, or "".

    `amount` is what was asked for, in minor units of the account's currency; `account` is a position in
    `Receivables.accounts`, -1 where there is none.
    """
    places = _places(receivables, account, numbers)
    for name, place in zip(numbers, places, strict=True):
        if place < 0:
            return f"There is no {name} of theirs any more."
        if known.balance[place] <= 0:
            return f"{name} has been paid."
        if known.against[place] != Against.NOTHING:
            return f"{name} is {_WORDS[Against(int(known.against[place]))]}."
    credit = max(0, int(known.credit[account]))
    balances = [int(known.balance[place]) for place in places]
    owed = sum(balances) - credit
    if owed != amount:
        differs = say_amount(abs(owed - amount), str(receivables.accounts["currency"].iloc[account]))
        more = f"{differs} more than it asks for is owed on its invoices now."
        return f"{differs} of what it asks for has come in." if owed < amount else more
    overdue = (balance for balance, place in zip(balances, places, strict=True) if known.late[place] > 0)
    late = sum(overdue) or owed + credit
    if 0 < late - credit <= int(known.promised[account]):
        return f"It is promised by {say_day(from_day_number(int(known.promised_by[account])))}."
    return ""


def not_due(
    receivables: Receivables, known: Standing, account: int, numbers: Sequence[str], days: int
) -> str:
    """Return why a stage is out of place for these invoices, in a sentence, or "".

    `days` are the stage's, after the due date; negative before it. The oldest invoice decides, as in the plan.
    """
    places = [place for place in _places(receivables, account, numbers) if place >= 0]
    oldest = max(places, key=lambda place: int(known.late[place]), default=-1)
    if oldest < 0:
        return ""
    late = int(known.late[oldest])
    if late < 0 if days < 0 else late >= min(1, days):
        return ""
    name = receivables.documents["number"].iloc[oldest]
    if days < 0:
        return f"{name} is due: a courtesy before that comes too late."
    due = from_day_number(int(day_numbers(receivables.documents["due"])[oldest]))
    return f"{name} is due on {say_day(due)}."


def _places(receivables: Receivables, account: int, numbers: Sequence[str]) -> list[int]:
    return [receivables.finder.place(number, account) for number in numbers]
