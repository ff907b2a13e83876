"""The sentences of a plan, as a collector would say them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arc_sheets.frames import from_day_number
from arc_sheets.phrases import begun, ended, say_amount, say_cell, say_date, say_day, say_list, say_many
from arc_sheets.standing import Against, Standing

if TYPE_CHECKING:
    import pandas as pd

    from arc_sheets.cases import Case, Claim
    from arc_sheets.frames import Records
    from arc_sheets.reminders import Reached
    from arc_sheets.touches import Touch

#: What is said of invoices for which no row says more.
_PLAIN: Final = {
    Against.WRITTEN_OFF: "written off",
    Against.AGENCY: "with an agency",
    Against.DISPUTED: "disputed",
    Against.HELD: "held",
    Against.ON_PLAN: "on plan",
}


#: What is said of an invoice about which nobody has written.
NOTHING_YET: Final = "nothing has gone out yet"
#: What was written, by its channel.
_ONE: Final = {"Email": "an email", "Text": "a text", "Letter": "a letter"}


class Promised(NamedTuple):
    """One row of Promises."""

    amount: int  #: minor units
    currency: str
    by: date
    plan: str | None


class Contested(NamedTuple):
    """One row of Disputes."""

    opened: date
    reason: str | None


class Said(NamedTuple):
    """What customers promised and contest, by the position of the row in its frame."""

    promises: list[Promised]
    disputes: list[Contested]

    @classmethod
    def of(cls, records: Records) -> Said:
        """Return both as lists, which answer sooner than frames do."""
        promised = _columns(records.promises, "amount", "currency", "date", "plan")
        return cls(
            [*map(Promised, *promised)], [*map(Contested, *_columns(records.disputes, "opened", "reason"))]
        )


def _columns(rows: pd.DataFrame, *names: str) -> Iterator[list[Any]]:
    """Yield the columns as lists; a blank text is None, and a time its day."""
    for name in names:
        column = rows[name]
        texts = column.astype(object).where(column.notna(), None)
        yield (column.dt.date if column.dtype.kind == "M" else texts).tolist()


def nothing_to_ask(case: Case, said: Said, ahead: int) -> str:
    """Return why none of the invoices that are overdue, or due within `ahead` days, is asked for: a sentence."""
    claims = [claim for claim in case.claims if claim.late >= -ahead]
    return ended(begun("; ".join(set_aside(claims, case.currency, said))))


def set_aside(claims: Sequence[Claim], currency: str, said: Said) -> Iterator[str]:
    """Yield what speaks against the invoices that are not asked for, those that share a reason together."""
    against = [claim for claim in claims if claim.against is not Against.NOTHING]
    for reason in Against:
        by_row: dict[int, list[str]] = {}
        for claim in against:
            if claim.against is reason:
                by_row.setdefault(claim.cause, []).append(claim.number)
        yield from (aside(reason, numbers, row, currency, said) for row, numbers in by_row.items())


def aside(reason: Against, numbers: list[str], row: int, currency: str, said: Said) -> str:
    """Return what speaks against these invoices: the reason, and what its row says."""
    names, are = say_list(numbers), "is" if len(numbers) == 1 else "are"
    if reason is Against.DISPUTED and row >= 0:
        dispute = said.disputes[row]
        about = f" ({dispute.reason})" if dispute.reason else ""
        return f"{names} {are} disputed since {say_date(dispute.opened)}{about}"
    if row < 0:
        return f"{names} {are} {_PLAIN[reason]}"
    promise = said.promises[row]
    amount, by = say_amount(promise.amount, currency), say_day(promise.by)
    if reason is Against.ON_PLAN:
        return f"{names} {are} on the plan {say_cell(promise.plan)}, next {amount} by {by}"
    return f"promised {amount} for {names} by {by}"


def age(claim: Claim) -> str:
    """Return how old an invoice is: "RE-1042 is 23 days late"."""
    if claim.late > 0:
        return f"{claim.number} is {say_many(claim.late, 'day')} late"
    day = "today" if claim.late == 0 else f"on {say_day(from_day_number(claim.due))}"
    return f"{claim.number} is due {day}"


def so_far(claim: Claim, touch: Touch | None) -> str:
    """Return which reminder named the invoice last, and what became of it.

    Where none did, `touch` tells: the last time that the customer was written to (of `touches.WRITTEN`), if it was
    since the invoice fell due.
    """
    last = claim.progress.last
    if last is None:
        if touch is None or touch.on < from_day_number(claim.due):
            return NOTHING_YET
        went = "was drafted" if touch.drafted else "went out"
        return f"{_ONE[touch.channel]} {went} on {say_day(touch.on)}"
    return what_became(last)


def what_became(last: Reached) -> str:
    """Return what became of a reminder, and when: "Firm was skipped on 9 Nov"."""
    return f"{last.stage} {last.became} on {say_day(last.on)}"


def promises(case: Case, said: Said, standing: Standing) -> list[str]:
    """Return what was broken, what is promised, and which invoices are set aside."""
    found = list(set_aside(case.claims, case.currency, said))
    broken, promised = int(standing.broken[case.account]), int(standing.promised[case.account])
    if promised:
        by = from_day_number(int(standing.promised_by[case.account]))
        found.insert(0, f"only {say_amount(promised, case.currency)} promised, by {say_day(by)}")
    if broken >= 0:
        found.insert(0, broke(said.promises[broken]))
    return found


def broke(promise: Promised) -> str:
    """Return that a promise, or the plan it belongs to, was broken."""
    amount, by = say_amount(promise.amount, promise.currency), say_day(promise.by)
    if promise.plan:
        return f"the plan {say_cell(promise.plan)} was broken: {amount} by {by}"
    return f"the promise of {amount} by {by} was broken"
