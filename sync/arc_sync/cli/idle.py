"""The answer of `arc sync` where nothing has happened. It is given before Typer is even imported."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

IN_STEP: Final = "Book and ledger are in step; nothing to do."


def at_once(arguments: Sequence[str]) -> int | None:
    """Answer a bare `arc sync` over a workbook in step and return the exit code; None: do it properly."""
    if list(arguments) != ["sync"]:
        return None
    from arc_sync.agent.quick import quietly_in_step

    told = os.environ.get("ARC_CONFIG")
    waiting = quietly_in_step(Path(told) if told else None, datetime.now(UTC))
    if waiting is None:
        return None
    print(*idle_sentences(waiting), sep="\n")  # noqa: T201 (a person asked at the command line)
    return int(waiting > 0)


def idle_sentences(waiting: int) -> list[str]:
    """Return what to say of a workbook in step with this many issues."""
    return [IN_STEP, *waiting_sentences(waiting)]


def waiting_sentences(waiting: int) -> list[str]:
    """Return what to say of issues that wait for a person."""
    if not waiting:
        return []
    return [f"{waiting:,} issue{'s wait' if waiting > 1 else ' waits'} for you on the Issues tab."]
