"""What the agent's process tells its child to do, and what the child says of it: values that go through a pipe.

Light: both sides import this, only the child does the work (`perform`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.state import Seen


@dataclass(frozen=True, slots=True)
class Task:
    """One job for one firm."""

    job: Job
    file: Path  #: the firm's arc.toml
    spool: Path | None = None  #: where requests lie, and come meanwhile; None: nowhere
    requests: tuple[Path, ...] = ()  #: the files of those to be carried out
    later: tuple[Path, ...] = ()  #: of those that wait for another try: no message need wait for them
    books: frozenset[str] = frozenset()  #: ids of the workbook: by them requests name it
    sign: bool = False  #: give a sign of life in the spreadsheet
    #: See first, without a child, whether there is anything to do: a server is to be asked.
    glance: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a task. `facts` and `trace` go into the log: they hold no name, address or amount."""

    trouble: str = ""  #: why it could not be done, in a sentence for the firm's people; "" if it was
    kind: str = ""  #: of the trouble: the name of its class
    trace: tuple[str, ...] = ()  #: where it came from, of what ARC was not made for: functions and lines
    facts: Mapping[str, int | str] = field(default_factory=dict)
    seen: Seen | None = None
    backup: str = ""  #: the file of a backup that was made and tried
    again: bool = False  #: there is more to do: another round
