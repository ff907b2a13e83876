"""When the agent does what for a firm: `[agent]` of `arc.toml`. Light: the agent's own process reads it, without pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any, Final, NamedTuple


class WrongHabit(ValueError):
    """A key of `[agent]` is not as it must be: which one, and what it must be."""

    def __init__(self, key: str, must: str) -> None:
        super().__init__(must)
        self.key = key


class Habits(NamedTuple):
    """When things are done; times are on the firm's wall clock."""

    every: int = 60  #: seconds from one round to the next, where nobody saves or clicks meanwhile
    morning: time = time(7, 30)  #: when the day's reminders are planned
    night: time = time(2, 0)  #: when the ledger is verified and backed up
    backups: int = 14  #: how many backups are kept
    folder: str = "backups"  #: where they lie, from the settings' folder


#: What each key must be, and how it is read from TOML.
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MUST: Final = {
    "every": "must be whole seconds, from 5 to 3600",
    "morning": 'must be a time in quotation marks, such as "07:30"',
    "night": 'must be a time in quotation marks, such as "02:00"',
    "backups": "must be a whole number, from 1 to 1000",
    "folder": 'must be the path of a folder, such as "backups"',
}


def habits_of(told: object) -> Habits:
    """Return the habits that a table `[agent]` tells, None being none; raises `WrongHabit`."""
    if told is None:
        return Habits()
    if not isinstance(told, Mapping):
        raise WrongHabit("agent", "must be a table: [agent] with every, morning and night")
    for key in told:
        if key not in Habits._fields:
            raise WrongHabit(str(key), "is no setting that ARC knows; correct its spelling, or take it out")
    return Habits()._replace(**{key: _read(key, value) for key, value in told.items()})


def _read(key: str, value: object) -> Any:
    if key in ("morning", "night") and isinstance(value, str) and (hit := _TIME.fullmatch(value)):
        return time(int(hit[1]), int(hit[2]))
    least, most = {"every": (5, 3600), "backups": (1, 1000)}.get(key, (0, -1))
    if type(value) is int and least <= value <= most:
        return value
    if key == "folder" and isinstance(value, str) and value.strip():
        return value.strip()
    raise WrongHabit(key, _MUST[key])


#: What counts where `arc.toml` says nothing.
USUAL: Final = Habits()
