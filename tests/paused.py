"""An agent that stops in the middle of a round, as a laptop does that is closed, and goes on later: a process of its own.

    python -m tests.paused ARC_TOML STEP

It sends itself SIGSTOP once STEP is done; whoever started it lets it go on with SIGCONT.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from arc_sheets.errors import ArcError
from arc_sync.agent.config import Config
from arc_sync.agent.firm import opened

#: The steps of a round, in their order.
STEPS = ("leased", "claimed", "settled", "read", "committed", "written", "acknowledged")


def main(file: str, step: str) -> str:
    """Run one round that stops after a step; return what came of it: "done", or the name of the error."""
    stops = [step]

    def hook(name: str) -> None:
        if name in stops:
            stops.clear()
            os.kill(os.getpid(), signal.SIGSTOP)

    try:
        with opened(Config.load(Path(file))) as firm:
            report = firm.sync(datetime.now(UTC), hook=hook)
    except ArcError as error:
        return type(error).__name__
    return "done" if report.in_step else "left"


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
