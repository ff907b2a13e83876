"""A user's session ends and begins again, in the hands of a real systemd: the agent comes back and works on.

    python -m tests.faults.session

`arc agent install` in a session of its own (`systemd --user`, files in a folder of its own); log out, log in; kill -9;
stop and start; uninstall. Where there is no systemd that would begin a session, it says so and counts nothing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.agents import firm, until
from tests.sessions import can_begin, places, session

_BOOTED: Final = Path("/run/systemd/system")  #: by which systemd knows a system that it runs (sd_booted(3))


@contextmanager
def booted() -> Iterator[bool]:
    """Let this machine count as one that systemd runs, where it is none and this user may say so."""
    made = not _BOOTED.exists()
    with suppress(OSError):
        _BOOTED.mkdir(parents=True, exist_ok=True)
    try:
        yield can_begin()
    finally:
        if made:
            with suppress(OSError):
                _BOOTED.rmdir()


def _arc(environment: Mapping[str, str], folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "arc_sync.cli.main", *words],
        env=dict(environment),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _pid(beat: Path) -> int:
    return int(until(lambda: beat.exists() and json.loads(beat.read_text("utf-8"))["pid"]))


def live_through(folder: Path) -> list[str]:
    """Go through it all, and return what was seen, a line each; raises AssertionError where the agent is missing."""
    environment = {k: v for k, v in places(folder).items() if not k.startswith("ARC_")}
    books = firm(folder / "books").parent
    beat, seen = folder / "state/arc/spool/agent.json", list[str]()
    with session(environment):
        assert "runs already" in _arc(environment, books, "agent", "install")
        first = _pid(beat)
        seen.append("installed: the agent runs")
    assert not beat.exists(), "it did not end with the session"
    seen.append("logged out: the agent has ended in order")
    with session(environment):
        second = _pid(beat)
        assert second != first
        seen.append("logged in: the agent runs again")
        os.kill(second, signal.SIGKILL)
        third = until(lambda: _pid(beat) != second and _pid(beat), 60)
        seen.append("killed -9: the agent was started again")
        assert "has stopped" in _arc(environment, books, "agent", "stop")
        assert not beat.exists()
        assert "runs" in _arc(environment, books, "agent", "start")
        assert _pid(beat) != third
        seen.append("stopped and started by command")
        assert json.loads(_arc(environment, books, "status", "--json"))["alive"] is True
        assert "not start" in _arc(environment, books, "agent", "uninstall")
        assert not beat.exists()
        seen.append("uninstalled: the agent has ended")
    with session(environment):
        assert not beat.exists()
        seen.append("logged in: no agent")
    return seen


def main() -> int:
    """Print what was seen."""
    with booted() as possible, tempfile.TemporaryDirectory(prefix="arc-session-") as folder:
        if not possible:
            sys.stdout.write("no systemd here that would begin a session: nothing was tried\n")
            return 0
        sys.stdout.writelines(f"  {line}\n" for line in live_through(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
