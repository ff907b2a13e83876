"""The reminder policy: which stage comes when, by which channel, and what must never happen. Values only.

`templates/policy.toml` holds the shipped one; the agent reads a firm's own from its folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Final

#: Channels by which a person acts, not the machine. A letter is written by the machine; a person prints and posts it.
TASKS: Final = frozenset({"Call", "Meeting", "Letter", "Note"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the schedule."""

    name: str  #: of `tabs.STAGES`
    days: int  #: after the due date of the oldest invoice; negative: before it
    channel: str  #: Email or Text are sent; Call, Meeting, Letter and Note are a person's task
    automatic: bool = False  #: goes without a person's approval
    patience: int = 7  #: days that a person's task waits before the next stage may follow without it

    @property
    def is_task(self) -> bool:
        """Say whether a person does it, not the machine."""
        return self.channel in TASKS


@dataclass(frozen=True, slots=True)
class Hours:
    """When a message may arrive, on the recipient's wall clock: from `opens` on, before `closes`."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole schedule, in the order of its stages."""

    stages: tuple[Stage, ...]
    minimum_interval: int  #: days between two messages to one customer
    grace: int  #: days after a promise's date before it counts as broken
    bank_days: int  #: how many business days old the bank's data may be before the run is held
    daily_cap: int  #: messages a day, of the whole firm
    customer_cap: int  #: messages to one customer in 30 days
    smallest: int  #: in the base currency's minor units: nobody is written to for less
    hours: Hours  #: unless a customer has quiet hours of their own
    country: str = ""  #: ISO 3166 code whose public holidays are kept, such as "DE"; "" keeps none
    region: str = ""  #: its subdivision, such as "BY"
    closed: tuple[date, ...] = ()  #: further days on which nothing is sent
    opt_out: tuple[str, ...] = ("stop", "unsubscribe", "end", "quit", "cancel", "revoke", "opt out")

    def stage(self, name: str) -> Stage | None:
        """Return the stage of this name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)


#: What holds where a firm's policy says nothing; `templates/policy.toml` says the same (a test compares them).
DEFAULT_POLICY: Final = Policy(
    stages=(
        Stage("Courtesy", -3, "Email"),
        Stage("Friendly", 3, "Email"),
        Stage("Firm", 14, "Email"),
        Stage("Call", 21, "Call"),
        Stage("Statement", 30, "Email"),
        Stage("Final notice", 45, "Email"),
        Stage("Agency review", 60, "Note"),
    ),
    minimum_interval=6,
    grace=0,
    bank_days=2,
    daily_cap=300,
    customer_cap=6,
    smallest=500,
    hours=Hours(time(8), time(18)),
)
