"""One agent a user: the lock of a running agent, which the system takes back however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, Final

from arc_sheets.errors import ConfigError

_NAME: Final = "agent.lock"
_STOP: Final = "agent.stop"


class AlreadyRuns(ConfigError):
    """Another agent of this user runs."""


class Lock:
    """The lock in a folder; taken by `take`, let go by `free` or by the end of the process."""

    def __init__(self, home: Path) -> None:
        self._path = home / _NAME
        self._stop = home / _STOP
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Take the lock; raises `AlreadyRuns`, or `ConfigError` where the folder cannot be written."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            stream = self._path.open("a+", encoding="ascii")
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written ({error.strerror}); allow writing there."
            ) from None
        if not _locked(stream):
            stream.close()
            raise AlreadyRuns(f"The agent runs already{self._by()}; arc agent stop ends it.")
        self._held = stream
        self._stop.unlink(missing_ok=True)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()

    def free(self) -> None:
        """Let the lock go."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def is_held(self) -> bool:
        """Say whether an agent runs: whether somebody holds the lock."""
        if not self._path.exists():
            return False
        with self._path.open("a+", encoding="ascii") as stream:
            return not _locked(stream)

    def pid(self) -> int | None:
        """Return the number of the process that took the lock last."""
        try:
            text = self._path.read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None
        return int(text) if text.isdecimal() else None

    def ask_to_stop(self) -> None:
        """Ask the running agent to end; it looks every second. Raises OSError."""
        self._stop.touch()

    def is_asked_to_stop(self) -> bool:
        """Say whether somebody asked this agent to end."""
        return self._stop.exists()

    def _by(self) -> str:
        pid = self.pid()
        return f" (process {pid})" if pid else ""


def _locked(stream: IO[str]) -> bool:
    """Lock a file without waiting; say whether that worked."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 (Windows only)

            stream.seek(1 << 20)  # beyond the text, which others may read then
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 (POSIX only)

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
