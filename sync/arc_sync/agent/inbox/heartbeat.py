"""The agent's sign of life: a small file that ribbon, `arc status` and `arc doctor` read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from arc_sync.agent.inbox.envelope import PROTOCOL, Moment
from arc_sync.agent.inbox.spool import usual_folder, write_whole

#: How often it is renewed, and from when on it is old: the agent does not run.
EVERY: Final = timedelta(seconds=5)
OLD: Final = timedelta(seconds=30)

_NAME: Final = "agent.json"


class Heartbeat(BaseModel):
    """What the agent says of itself."""

    model_config = ConfigDict(strict=True, frozen=True)  # what a later version adds is left aside

    protocol: int = PROTOCOL
    version: str  #: of ARC
    alive: Moment  #: UTC, to the second
    pid: int
    books: list[str]  #: ids of the books that it keeps


def beat(folder: Path, heartbeat: Heartbeat) -> None:
    """Give a sign of life in the spool folder; raises OSError."""
    write_whole(folder / _NAME, heartbeat.model_dump_json())


def last_beat(folder: Path) -> Heartbeat | None:
    """Return the last sign of life, None if there is none that can be read."""
    try:
        return Heartbeat.model_validate_json((folder / _NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def is_alive(heartbeat: Heartbeat | None, now: datetime) -> bool:
    """Say whether the agent runs by its last sign of life; `now` is UTC.

    One from the future is old as well: a clock was set back, and the agent will give another within seconds.
    """
    return heartbeat is not None and abs(now.astimezone(UTC) - heartbeat.alive) <= OLD


def is_kept(book: str, now: datetime) -> bool:
    """Say whether this user's agent runs and keeps the book of this id; `now` is UTC."""
    beat = last_beat(usual_folder())
    return is_alive(beat, now) and beat is not None and book in beat.books


def end(folder: Path) -> None:
    """Take the sign of life away: the agent has stopped."""
    (folder / _NAME).unlink(missing_ok=True)
