"""The reminder policy: which stage comes when, by which channel, and what must never happen.

`templates/policy.toml` holds the shipped one; the agent reads a firm's own from its folder, and `read` makes a
`Policy` of what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from arc_sheets import money
from arc_sheets.errors import ConfigError
from arc_sheets.hours import check_calendar, clock
from arc_sheets.phrases import say_cell
from arc_sheets.tabs import STAGES

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
    smallest: int  #: in the base currency's minor units: nobody is written to for less; told in major units
    hours: Hours  #: less the customer's own quiet hours; see `hours.open_hours`
    country: str = ""  #: ISO 3166 code whose public holidays are kept, such as "DE"; "" keeps none
    region: str = ""  #: its subdivision, such as "BY"
    closed: tuple[date, ...] = ()  #: further days on which nothing is sent
    opt_out: tuple[str, ...] = ("stop", "unsubscribe", "end", "quit", "cancel", "revoke", "opt out")

    def stage(self, name: str) -> Stage | None:
        """Return the stage of this name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)


#: What holds where a firm's policy says nothing; `templates/policy.toml` says the same (a test compares them).
#: Its smallest amount is that of currencies with cents; `read` has it in any other.
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


class WrongPolicy(ConfigError):
    """A key of the policy is not as it must be.

    The message is one sentence that begins with the key; whoever read the file puts file and line before it.
    """

    def __init__(self, key: str, what: str, stage: int | None = None) -> None:
        super().__init__(f"{key}{'' if stage is None else f' of stage {stage + 1}'} {what}.")
        self.key = key
        self.stage = stage  #: which `[[stages]]` the key stands in, from 0; None: it stands in none


def read(told: Mapping[str, object], base: str) -> Policy:
    """Return the policy that a parsed `policy.toml` tells; what it leaves out is as in `DEFAULT_POLICY`.

    `base` is the firm's base currency, in which `smallest` is told. Raises `WrongPolicy` for the first key that is
    not known, or not as it must be.
    """
    usual = asdict(DEFAULT_POLICY) | {"smallest": "5.00"}
    try:
        said = _Told.model_validate(usual | dict(told))
    except ValidationError as error:
        raise _wrong(error) from None
    stages = tuple(Stage(**dict(stage)) for stage in said.stages)
    for n, stage in enumerate(stages):
        _check_stage(n, stage, stages[:n])
    _check_calendar(said.country, said.region)
    _check_hours(said.hours)
    words = tuple(word.strip().casefold() for word in said.opt_out)
    hours = Hours(said.hours.opens, said.hours.closes)
    smallest = _smallest(said.smallest, base)
    return Policy(**dict(said) | {"stages": stages, "hours": hours, "opt_out": words, "smallest": smallest})


def _smallest(text: str, base: str) -> int:
    """Return an amount in major units, as a person writes it, in minor units of the base currency."""
    minor, wrong = 0, ""
    try:
        minor = money.read_amount(text, base)
    except money.NotAnAmount as error:
        wrong = str(error)
    if wrong or minor < 0:
        what = f"which is no amount: {wrong}" if wrong else "less than nothing"
        raise WrongPolicy("smallest", f'is {say_cell(text)}, {what}; write it as "5.00"')
    return minor


def _check_stage(n: int, stage: Stage, earlier: tuple[Stage, ...]) -> None:
    if any(other.name == stage.name for other in earlier):
        raise WrongPolicy("name", f'is "{stage.name}" once more; each stage comes once', n)
    if earlier and stage.days <= earlier[-1].days:
        raise WrongPolicy("days", f"must be more than the {earlier[-1].days} of the stage before", n)
    if stage.automatic and stage.is_task:
        raise WrongPolicy(
            "automatic", f"cannot be true, as a person does it ({stage.channel}); take it out", n
        )


def _check_hours(hours: _Hours) -> None:
    if not hours.opens < hours.closes:
        what = f"is {hours.closes:%H:%M}, which is not later than opens, {hours.opens:%H:%M}; correct one of them"
        raise WrongPolicy("closes", what)


def _check_calendar(country: str, region: str) -> None:
    try:
        check_calendar(country, region)
    except ConfigError as error:
        key, _, what = str(error).partition(" ")
        raise WrongPolicy(key, what) from None


def _wrong(error: ValidationError) -> WrongPolicy:
    """Return the first thing that pydantic found, in ARC's words."""
    first = error.errors()[0]
    place = [part for part in first["loc"] if isinstance(part, int)]
    names = [part for part in first["loc"] if isinstance(part, str)]
    stage = place[0] if place and names[0] == "stages" and len(names) > 1 else None
    if first["type"] == "extra_forbidden":
        return WrongPolicy(
            names[-1], "is no setting that ARC knows; correct its spelling, or take it out", stage
        )
    if first["type"] == "missing":
        return WrongPolicy(names[-1], "is missing; add it, as in the shipped policy", stage)
    if names[0] == "hours" and len(names) > 1:
        return WrongPolicy(
            names[1], f'is {say_cell(str(first["input"]))}, which is no time of day; write it as "08:00"'
        )
    key = names[-1] if stage is not None else names[0]
    return WrongPolicy(key, _MUST["stages." + key if stage is not None else key], stage)


def _clock(value: object) -> time:
    """Return a time of day that is typed as "08:00" or stands as a time of TOML; raises ValueError."""
    return value if isinstance(value, time) else clock(str(value))


def _stage_name(name: str) -> str:
    if name not in STAGES:
        raise ValueError
    return name


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Stage(_Table):
    name: Annotated[str, AfterValidator(_stage_name)]
    days: int = Field(ge=-60, le=720)
    channel: Literal["Email", "Text", "Letter", "Call", "Meeting", "Note"]
    automatic: bool = False
    patience: int = Field(7, ge=1, le=90)


class _Hours(_Table):
    opens: Annotated[time, BeforeValidator(_clock)]
    closes: Annotated[time, BeforeValidator(_clock)]


class _Told(_Table):
    """The keys of `policy.toml`, as a person writes them."""

    stages: tuple[_Stage, ...] = Field(strict=False, min_length=1)
    minimum_interval: int = Field(ge=1, le=90)
    grace: int = Field(ge=0, le=30)
    bank_days: int = Field(ge=0, le=30)
    daily_cap: int = Field(ge=1, le=100_000)
    customer_cap: int = Field(ge=1, le=30)
    smallest: str
    hours: _Hours
    country: str
    region: str
    closed: tuple[date, ...] = Field(strict=False)
    opt_out: tuple[str, ...] = Field(strict=False)


_MUST: Final = {
    "stages": "must be tables: [[stages]] with name, days and channel, at least one",
    "stages.name": f"must be one of {', '.join(STAGES)}, in quotation marks",
    "stages.days": "must be a whole number of days after the due date, up to 720; before it, down to -60",
    "stages.channel": 'must be "Email", "Text", "Letter", "Call", "Meeting" or "Note"',
    "stages.automatic": "must be true or false, without quotation marks",
    "stages.patience": "must be a whole number of days from 1 to 90",
    "minimum_interval": "must be a whole number of days from 1 to 90",
    "grace": "must be a whole number of days from 0 to 30",
    "bank_days": "must be a whole number of business days from 0 to 30",
    "daily_cap": "must be a whole number of messages from 1 to 100,000",
    "customer_cap": "must be a whole number of messages from 1 to 30",
    "smallest": 'must be an amount of your base currency in quotation marks, such as "5.00", or "0"',
    "hours": 'must be a table: [hours] with opens = "08:00" and closes = "18:00"',
    "country": 'must be a country\'s code in quotation marks, such as "DE"; "" keeps no public holidays',
    "region": 'must be a region\'s code in quotation marks, such as "BY"',
    "closed": "must be a list of dates without quotation marks, such as [2026-12-24, 2026-12-31]",
    "opt_out": 'must be a list of words, such as ["stop", "cancel"]',
}
