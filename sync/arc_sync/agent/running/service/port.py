"""What every service manager can do, and the one door through which its commands are run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from arc_sheets.errors import ConfigError

#: Seconds that a command of a service manager may take.
_PATIENCE = 30
_BY_HAND: Final = "Start the agent with arc agent run instead."
#: What to do where the agent cannot be taken out: all is as it was.
LATER: Final = "Stop the agent with arc agent stop, and try this again once you have logged in anew."


class Ran(NamedTuple):
    """What a command said."""

    code: int
    said: str


class Runner(Protocol):
    """Runs a command of the system's."""

    def __call__(self, command: Sequence[str]) -> Ran:
        """Run it and return what came of it, also where it failed. Raises `ConfigError` if there is no such command."""


@dataclass(frozen=True, slots=True)
class Start:
    """How the agent is started."""

    command: tuple[str, ...]  #: the program by its whole path, and its arguments
    log: Path  #: the folder for what it prints where it cannot even begin
    environment: Mapping[str, str] = field(default_factory=dict)  #: what it needs besides the session's own


class Service(Protocol):
    """The agent in the hands of one service manager. All raise `ConfigError` with the remedy."""

    def install(self) -> str:
        """Let the agent start with the user's session, and now; return where that is kept. Again is the same."""

    def uninstall(self) -> None:
        """Stop the agent, and let it start no more."""

    def start(self) -> None:
        """Start the agent now."""

    def is_installed(self) -> bool:
        """Say whether the agent starts with the session."""


@contextmanager
def gone_on_refusal(path: Path) -> Iterator[None]:
    """Take a file away again that was new, where the manager refuses it: half an installation would be none."""
    new = not path.exists()
    try:
        yield
    except ConfigError:
        if new:
            path.unlink(missing_ok=True)
        raise


def run_command(command: Sequence[str]) -> Ran:
    """Run a command of the system's; see `Runner`."""
    try:
        done = subprocess.run(  # noqa: S603 (the commands are ours, and no shell reads them)
            command, capture_output=True, text=True, errors="replace", check=False, timeout=_PATIENCE
        )
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {command[0]} here; start the agent with arc agent run instead."
        ) from None
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{command[0]} did not answer within {_PATIENCE} seconds; try again.") from None
    return Ran(done.returncode, (done.stderr or done.stdout).strip())


def needed(run: Runner, *command: str, instead: str = _BY_HAND) -> None:
    """Run a command that must succeed; raises `ConfigError` with what it said, and what to do instead."""
    ran = run(command)
    if ran.code:
        raise refusal(command[0], ran, instead)


def refusal(program: str, ran: Ran, instead: str) -> ConfigError:
    """Return what a command said that failed, and what to do instead."""
    said = " ".join(ran.said.split()).rstrip(".") or f"code {ran.code}"
    return ConfigError(f"{program} refused: {said}. {instead}")
