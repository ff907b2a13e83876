"""When each customer was last written to, and who stopped text messages."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from arc_sheets.frames import day_number, days, from_day_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from arc_sheets.frames import Flags
    from arc_sheets.policy import Policy
    from arc_sheets.reminders import Reached

#: The channels by which something is written.
WRITTEN: Final = ("Email", "Text", "Letter")
#: What people add to a word, and what changes nothing of it.
_POLITE: Final = re.compile(r"\b(?:please|pls|thanks|thank you|bitte|danke)\b")
#: How the outcome of a touch ends whose message lies among the drafts: a person has yet to send it.
DRAFTED: Final = "drafted"
#: What takes an opt-out back.
AGAIN: Final = "start"


class Written(NamedTuple):
    """On which days each customer was written to, by hand or by the machine."""

    days: dict[str, tuple[date, ...]]  #: by customer, in order; a day stands as often as there were messages

    def last(self, customer: str) -> date | None:
        """Return the last day on which this customer was written to."""
        return max(self.days.get(customer, ()), default=None)

    def on(self, day: date) -> int:
        """Return how many messages went out on a day, to anybody."""
        return sum(days.count(day) for days in self.days.values())

    def since(self, customer: str, day: date) -> tuple[date, ...]:
        """Return the days later than `day` on which this customer was written to."""
        return tuple(d for d in self.days.get(customer, ()) if d > day)


def written(activity: pd.DataFrame, reached: Iterable[Reached], as_of: date) -> Written:
    """Return when customers were written to: every reminder that was sent, and touches up to `as_of`.

    A touch that does not say "In" is taken for one that went out. The machine logs what it sends, so that one
    message may be in both: of each day the larger count holds. A reminder dated later than `as_of` counts too:
    a clock that was set back must not make anybody be written to twice.
    """
    machine = Counter((r.customer, r.on) for r in reached if r.written)
    out = activity[_went(activity) & (days(activity["when"]) <= day_number(as_of))]
    whens = map(from_day_number, days(out["when"]).tolist())
    touched = Counter(zip(out["customer"].tolist(), whens, strict=True))
    found: dict[str, list[date]] = {}
    for (customer, day), count in sorted((machine | touched).items()):
        found.setdefault(customer, []).extend([day] * count)
    return Written({customer: tuple(on) for customer, on in found.items()})


def last_written(activity: pd.DataFrame, as_of: date) -> dict[str, Touch]:
    """Return the last touch by which each customer was written to, up to the day."""
    return last_touch(activity[_went(activity)], as_of)


def _went(activity: pd.DataFrame) -> Flags:
    """Say which touches were written to a customer; one that does not say "In" is taken for that."""
    written: Flags = activity["channel"].isin(WRITTEN).to_numpy() & (activity["direction"] != "In").to_numpy()
    return written


def stopped(activity: pd.DataFrame, policy: Policy, as_of: date) -> dict[str, date]:
    """Return the customers who want no texts, and since when.

    An inbound text whose outcome or notes is, as a whole, one of the policy's words stops them, said politely or
    not; "start" lets them go on.
    """
    texts = (activity["channel"] == "Text").to_numpy() & (activity["direction"] == "In").to_numpy()
    texts &= days(activity["when"]) <= day_number(as_of)
    rows = activity[texts].sort_values("when", kind="stable")
    found: dict[str, date] = {}
    columns = (rows[name].tolist() for name in ("customer", "outcome", "notes"))
    whens = map(from_day_number, days(rows["when"]).tolist())
    for customer, outcome, notes, on in zip(*columns, whens, strict=True):
        said = {_word(outcome), _word(notes)}
        if said & set(policy.opt_out):
            found.setdefault(customer, on)
        elif AGAIN in said:
            found.pop(customer, None)
    return found


class Touch(NamedTuple):
    """The last touch of a customer."""

    on: date
    channel: str
    out: bool  #: it went to the customer; one that does not say is taken for that
    next_step: str  #: what was agreed to do next, or ""
    next_on: date | None  #: and when
    drafted: bool = False  #: nothing has gone yet: its message lies among the drafts


def last_touch(activity: pd.DataFrame, as_of: date) -> dict[str, Touch]:
    """Return the last touch of each customer, up to the day."""
    past = activity[days(activity["when"]) <= day_number(as_of)].sort_values("when", kind="stable")
    rows = past.drop_duplicates("customer", keep="last")
    columns = [rows[name].tolist() for name in ("customer", "channel", "direction", "next_step", "outcome")]
    dates = [rows[name].dt.date.tolist() for name in ("when", "next_on")]
    known = rows["next_on"].notna().tolist()
    return {
        customer: Touch(
            on, channel, direction != "In", step or "", next_on if given else None, _drafted(outcome)
        )
        for customer, channel, direction, step, outcome, on, next_on, given in zip(
            *columns, *dates, known, strict=True
        )
    }


def _drafted(outcome: object) -> bool:
    return isinstance(outcome, str) and outcome.endswith(f" {DRAFTED}")


def _word(text: object) -> str:
    plain = _POLITE.sub("", text.casefold()) if isinstance(text, str) else ""
    return " ".join(plain.split()).strip(" .,!")
