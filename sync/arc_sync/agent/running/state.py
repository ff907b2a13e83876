"""What the agent remembers of a firm from one run to the next, and `arc status` reads: a small file of the user's own.

It is a cache of what was seen and a note of when daily jobs were done. Lost, it costs a day's jobs done once more.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date, datetime
from pathlib import Path
from typing import Final

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from arc_sync.agent.inbox.envelope import Moment
from arc_sync.agent.inbox.spool import write_whole
from arc_sync.agent.running.jobs import Job

_NAME: Final = "arc"


class Seen(BaseModel):
    """What stood in the ledger after a job. Counts and days only: no names, no amounts."""

    model_config = ConfigDict(frozen=True)

    book: str = ""  #: its id
    issues: int = 0  #: that wait for a person
    reminders: int = 0  #: that wait for a decision
    drafts: int = 0  #: of reminders, of which nobody has said yet that they went
    outgoing: int = 0  #: messages that wait in the outbox
    stuck: int = 0  #: of these, those that sending has not worked for
    bank_until: date | None = None  #: payments are known up to this day


class State(BaseModel):
    """What is remembered of one firm; all moments are UTC."""

    file: str = ""  #: its arc.toml
    done: dict[Job, Moment] = {}  #: when each job was done last
    tried: dict[Job, Moment] = {}  #: when each job was tried last
    trouble: dict[Job, str] = {}  #: why a job could not be done, in a sentence; gone once it is done
    since: dict[Job, Moment] = {}  #: when it could not be done for the first time since it was done last
    failures: dict[Job, int] = {}  #: how many times in a row
    backup: Moment | None = None  #: when the last backup was made and tried
    backup_file: str = ""
    seen: Seen = Seen()

    def came(self, job: Job, now: datetime, trouble: str) -> None:
        """Note what became of a job; `trouble` says why it could not be done, "" if it was."""
        self.tried[job] = now
        if trouble:
            self.trouble[job], self.failures[job] = trouble, self.failures.get(job, 0) + 1
            self.since.setdefault(job, now)
        else:
            self.done[job] = now
            for known in (self.trouble, self.since, self.failures):
                known.pop(job, None)


def usual_home() -> Path:
    """Return the folder in which this user's agent keeps its own things; `ARC_HOME` says otherwise."""
    told = os.environ.get("ARC_HOME")
    return Path(told).expanduser() if told else platformdirs.user_state_path(_NAME, appauthor=False) / "agent"


def key_of(file: Path) -> str:
    """Return by what the log calls a firm: ten hex digits that follow from where its settings lie."""
    return hashlib.sha256(str(file).encode()).hexdigest()[:10]


def path_of(home: Path, file: Path) -> Path:
    """Return where a firm's state lies."""
    return home / "firms" / f"{key_of(file)}.json"


def load(home: Path, file: Path) -> State:
    """Return what is remembered of a firm; nothing where that cannot be read."""
    try:
        state = State.model_validate_json(path_of(home, file).read_bytes())
    except (OSError, ValidationError):
        state = State()
    return state.model_copy(update={"file": str(file)})


def save(home: Path, file: Path, state: State) -> None:
    """Remember a firm's state; raises OSError."""
    path = path_of(home, file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, state.model_dump_json())
