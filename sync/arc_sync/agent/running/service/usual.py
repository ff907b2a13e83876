"""The service manager of this machine, and how the agent is started by it."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from arc_sync.agent.running.service.launchd import Launchd
from arc_sync.agent.running.service.port import Runner, Service, Start, run_command
from arc_sync.agent.running.service.systemd import Systemd, usual_folder
from arc_sync.agent.running.service.windows import TaskScheduler
from arc_sync.agent.running.state import usual_home

#: What the agent is told by the environment, and its service must be told too.
_TOLD: Final = ("ARC_HOME", "ARC_SPOOL")


def start_of(
    home: Path,
    environment: Mapping[str, str] = os.environ,
    program: str = sys.executable,
    system: str = sys.platform,
) -> Start:
    """Return how the agent is started: by this very Python, on Windows without a console window."""
    if system == "win32" and program.lower().endswith("python.exe"):
        program = f"{program[: -len('python.exe')]}pythonw.exe"
    command = (program, "-m", "arc_sync.cli.main", "agent", "run", "--background")
    return Start(command, home / "log", {name: environment[name] for name in _TOLD if environment.get(name)})


def this_service(run: Runner = run_command) -> Service:
    """Return the service manager of this machine."""
    start = start_of(usual_home())
    if sys.platform == "win32":
        return TaskScheduler(start, f"{os.environ.get('USERDOMAIN', '.')}\\{getpass.getuser()}", run)
    if sys.platform == "darwin":
        return Launchd(start, Path.home() / "Library" / "LaunchAgents", run)
    return Systemd(start, usual_folder(os.environ), run)
