"""What the agent's own process knows of a firm: the few settings it needs, read without the heavy libraries.

Whether the settings are right as a whole is found by the child that does the work (`agent.config`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arc_sheets.errors import ConfigError
from arc_sync.agent.places import BOOK, LEDGER, NoPlace, beside, parsed, read_settings, wrong
from arc_sync.agent.quick import looks_open, quietly_in_step
from arc_sync.agent.running.habits import Habits, WrongHabit, habits_of
from arc_sync.google.addresses import spreadsheet_of
from arc_sync.ledger.glance import glance, is_near


class Glimpse(NamedTuple):
    """One firm as its settings show it."""

    file: Path  #: arc.toml
    book: Path | None  #: None: it is no file
    spreadsheet: str  #: the id of its Google spreadsheet; "" where it is a file
    ledger: str  #: a path or an address
    zone: ZoneInfo | None  #: the firm's wall clock; None is this machine's
    habits: Habits

    @property
    def folders(self) -> set[Path]:
        """The folders in which a change may matter."""
        return {self.file.parent, *([self.book.parent] if self.book else [])}

    @property
    def is_open(self) -> bool:
        """Whether a program has the workbook open, by the mark that it leaves beside it."""
        return self.book is not None and looks_open(self.book)

    @property
    def is_near(self) -> bool:
        """Whether it can be seen at once if a round would find nothing to do: no server is to be asked."""
        return is_near(self.ledger)

    def book_ids(self) -> list[str]:
        """Return the ids under which the ledger knows the workbook; none where that cannot be seen at once."""
        seen = glance(self.ledger) if self.book and self.is_near else None
        return [b.id for b in seen.books if Path(b.where) == self.book] if seen else []


def is_at_rest(file: Path, now: datetime) -> bool:
    """Say whether a round over a firm's file would find nothing to do; `now` is UTC. When in doubt it would."""
    return quietly_in_step(file, now, mail_may_wait=True) is not None


def look(file: Path) -> Glimpse:
    """Read the few settings; raises `ConfigError`, which names the file and the remedy."""
    text = read_settings(file)
    told = parsed(file, text)
    try:
        zone = ZoneInfo(str(told["time_zone"])) if told.get("time_zone") else None
        habits = habits_of(told.get("agent"))
    except WrongHabit as error:
        raise ConfigError(f"{file}: {error.key} of [agent] {error}.") from None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f'{file}: time_zone must be one such as "Europe/Berlin".') from None
    spreadsheet = spreadsheet_of(str(told.get("book", BOOK)))
    book, ledger = (_place(file, text, key, told.get(key, usual)) for key, usual in _PLACES.items())
    return Glimpse(file, None if spreadsheet else Path(book), spreadsheet, ledger, zone, habits)


_PLACES: Final = {"book": BOOK, "ledger": LEDGER}


def _place(file: Path, text: str, key: str, place: object) -> str:
    try:
        return beside(file, str(place))
    except NoPlace as why:
        raise wrong(file, text, key, str(why)) from None
