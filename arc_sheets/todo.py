"""What there is to do about a customer, and why: the sentence and the step of an item of the worklist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets import why
from arc_sheets.phrases import say_amount, say_cell, say_day, say_many
from arc_sheets.standing import Against

if TYPE_CHECKING:
    from datetime import date

    from arc_sheets.reminders import Waiting
    from arc_sheets.touches import Touch

#: Days without a touch after which the list says so, and after which no reply is awaited any more.
QUIET: Final = 14
#: The steps where nothing else is to be done first: a message, or where none can go, a call.
REMIND: Final = "Send a reminder"
CALL: Final = "Call, ask for a date"
#: What a person is to do for a task of the schedule.
_TASKS: Final = {"Note": "Decide: agency, plan or write-off", "Letter": "Print and post the letter"}


#: What is said of a message that is under way, and what a person is to do: not to write another.
_UNDER_WAY: Final = {
    "queued": ("the {} reminder is approved and goes out in its time", "Wait: a reminder is going out"),
    "unknown": ("the {} reminder may have arrived or not; say so on Reminders", "Look whether it arrived"),
}


class Dispute(NamedTuple):
    """One contested invoice that is open."""

    number: str
    balance: int  #: minor units
    late: int  #: days after its due date, negative before
    row: int  #: of `Records.disputes`, -1 where only the invoice's status says so


class Todo(NamedTuple):
    """What there is about one customer in one currency; amounts in minor units."""

    customer: str
    currency: str
    overdue: int  #: what may be chased and is not promised for later
    oldest: int
    invoices: int
    credit: int  #: not applied
    broken: int  #: the row of the promise that was broken last, or -1
    today: int  #: promised for today
    disputes: Sequence[Dispute]
    waiting: Waiting | None  #: on Reminders, for a person
    agreed: Touch | None  #: the last touch, where its next step is due
    touch: Touch | None

    @property
    def idle(self) -> bool:
        """Say whether there is nothing to do today."""
        waits = self.waiting and self.waiting.status != "queued"  # that one goes by itself
        return not (self.overdue or self.today or self.disputes or waits or self.agreed)


def about(todo: Todo, owed: int) -> tuple[int, int]:
    """Return what the item is about, in minor units, and how old the oldest of it is."""
    if todo.overdue:
        return todo.overdue, todo.oldest
    if todo.today or todo.agreed or todo.waiting:
        return todo.today or (todo.waiting.amount if todo.waiting else owed), 0
    return sum(d.balance for d in todo.disputes), max(0, *(d.late for d in todo.disputes))


def reasons(todo: Todo, said: why.Said, as_of: date) -> Iterator[str]:
    """Yield the parts of the sentence, what is most urgent first."""
    if todo.broken >= 0:
        yield _broke(said.promises[todo.broken])
    if todo.today:
        yield f"promised {say_amount(todo.today, todo.currency)} for today"
    if todo.agreed:
        yield f"agreed next step: {_agreed(todo.agreed)}"
    if todo.waiting and todo.waiting.is_task:
        yield f"{todo.waiting.stage} is due by the schedule"
    if todo.waiting and todo.waiting.status in _UNDER_WAY:
        yield _UNDER_WAY[todo.waiting.status][0].format(todo.waiting.stage)
    if 0 < todo.overdue <= todo.credit:
        yield f"has {say_amount(todo.credit, todo.currency)} of credit that is not applied"
    if todo.overdue:
        amount, age = say_amount(todo.overdue, todo.currency), say_many(todo.oldest, "day")
        yield f"{amount} overdue on {say_many(todo.invoices, 'invoice')}, the oldest {age}"
    yield from _contested(todo, said)
    yield from _silence(todo, as_of)


def _broke(promise: why.Promised) -> str:
    if promise.plan:
        return f"broke the plan {say_cell(promise.plan)}, due {say_day(promise.by)}"
    return f"broke the promise of {say_day(promise.by)}"


def _agreed(touch: Touch) -> str:
    """Return the next step and its day: "Call, on 24 Nov"."""
    on = f"on {say_day(touch.next_on)}" if touch.next_on else ""
    return ", ".join(filter(None, (touch.next_step, on)))


def _contested(todo: Todo, said: why.Said) -> Iterator[str]:
    rows: dict[tuple[bool, int], list[str]] = {}
    for dispute in todo.disputes:
        rows.setdefault((dispute.late <= 0, dispute.row), []).append(dispute.number)
    for (early, row), numbers in sorted(rows.items(), key=lambda item: item[0][0]):
        contested = why.aside(Against.DISPUTED, numbers, row, todo.currency, said)
        yield f"{contested}{' and not overdue yet' if early else ''}: resolve, do not chase"


def _silence(todo: Todo, as_of: date) -> Iterator[str]:
    """Yield that a reply is awaited, or that there was no word for long."""
    if todo.touch is None:
        if todo.overdue and not (todo.waiting and todo.waiting.status == "unknown"):
            yield "never contacted"
    elif todo.touch.drafted:
        yield f"the {todo.touch.channel.lower()} drafted on {say_day(todo.touch.on)} is yet to be sent"
    elif _awaited(todo, as_of):
        yield f"reply awaited to the {todo.touch.channel.lower()} of {say_day(todo.touch.on)}"
    elif todo.overdue and (as_of - todo.touch.on).days > QUIET:
        yield f"no word for {(as_of - todo.touch.on).days} days"


def _awaited(todo: Todo, as_of: date) -> bool:
    """Say whether the last word was written to the customer, and not long ago."""
    touch = todo.touch
    return (
        touch is not None
        and touch.out
        and not touch.drafted
        and touch.channel in {"Email", "Text"}
        and (as_of - touch.on).days < QUIET
    )


def step(todo: Todo, said: why.Said, as_of: date) -> str:
    """Return what to do, short: the first that holds."""
    plan = todo.broken >= 0 and said.promises[todo.broken].plan
    steps = (
        (0 < todo.overdue <= todo.credit, "Apply the credit"),
        (todo.broken >= 0, f"Call: {'plan' if plan else 'promise'} broken"),
        (todo.today, "Check the bank, then call"),
        (todo.agreed, f"{todo.agreed.next_step or 'Call' if todo.agreed else ''}, as agreed"),
        (todo.waiting, _waiting(todo.waiting)),
        (not todo.overdue, "Resolve the dispute"),
        (todo.oldest > 30, CALL),
        (todo.touch is not None and todo.touch.drafted, "Send the draft"),
        (_awaited(todo, as_of), "Await the reply"),
        (True, REMIND),
    )
    return next(words for holds, words in steps if holds)


def _waiting(one: Waiting | None) -> str:
    """Return what a person is to do about a row of Reminders."""
    if one is None:
        return ""
    if one.status in _UNDER_WAY:
        return _UNDER_WAY[one.status][1]
    return _TASKS.get(one.channel, CALL) if one.is_task else f"Decide: {one.stage} reminder"
