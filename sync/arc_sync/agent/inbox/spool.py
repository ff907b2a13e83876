"""The spool folder: where the ribbon leaves requests for the agent of the same user, and finds the answers.

    requests/<number>.json   written as .tmp and renamed, by the ribbon
    answers/<number>.json    likewise, by the agent; removed by whoever showed it, or after a day
    agent.json               the agent's sign of life (`heartbeat`)

The folders are the user's alone. A file of somebody else, a link, or anything that is no plain file is left where it
lies and not read.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox.envelope import LARGEST, NUMBER, Bad, Envelope, Reply, read

#: How long answers lie, and what never became a request.
KEPT: Final = timedelta(days=1)
#: How long a file that cannot be read is taken for one that is still being written.
WRITING: Final = timedelta(seconds=3)

_END: Final = ".json"


class Left(NamedTuple):
    """One file that lies among the requests."""

    path: Path
    since: datetime  #: UTC; when it was written
    told: Envelope | Bad


def usual_folder(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Return this user's spool folder; `ARC_SPOOL` says otherwise.

    On macOS it lies where Office's sandbox lets Excel write.
    """
    if told := environment.get("ARC_SPOOL"):
        return Path(told).expanduser()
    home = Path(environment.get("HOME") or Path.home())
    if system == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "ARC" / "spool"
    if system == "darwin":
        return home / "Library" / "Group Containers" / "UBF8T346G9.Office" / "ARC" / "spool"
    return Path(environment.get("XDG_STATE_HOME") or home / ".local" / "state") / "arc" / "spool"


class Spool:
    """The spool in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests = folder / "requests"
        self.answers = folder / "answers"

    def make(self) -> None:
        """Make the folders where they lack, for this user alone; raises `ConfigError` where that cannot be."""
        try:
            for folder in (self.folder, self.requests, self.answers):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not _is_ours(folder.lstat()) or folder.is_symlink():
                    raise ConfigError(
                        f"{folder} belongs to somebody else, or is a link; remove it, or name another with ARC_SPOOL."
                    )
                folder.chmod(0o700)
        except OSError as error:
            raise ConfigError(
                f"{self.folder} cannot be made ({error.strerror}); allow writing there, or name another with ARC_SPOOL."
            ) from None

    def left(self, now: datetime) -> Iterator[Left]:
        """Yield the requests that wait, oldest first; `now` is UTC.

        One that has been answered is cleared away: the agent died between answering and that.
        """
        for path, at in self._files():
            number = path.name.removesuffix(_END)
            if NUMBER.fullmatch(number) and self._answer(number).exists():
                self.clear(path)
                continue
            since = _moment(at, now)
            told = _told(path, number if NUMBER.fullmatch(number) else "")
            if told is not None and not (isinstance(told, Bad) and now - since < WRITING):
                yield Left(path, since, told)

    def besides(self, known: Collection[Path]) -> Iterator[Envelope]:
        """Yield what else than these waits to be carried out, oldest first."""
        for path, _ in self._files():
            if path not in known and NUMBER.fullmatch(path.stem) and not self._answer(path.stem).exists():
                told = _told(path, path.stem)
                if isinstance(told, Envelope):
                    yield told

    def waiting(self) -> int:
        """Return how many requests lie there."""
        return sum(1 for _ in self._files())

    def answer(self, reply: Reply) -> None:
        """Leave an answer; raises OSError."""
        if reply.request:
            write_whole(self._answer(reply.request), reply.text())

    def clear(self, path: Path) -> None:
        """Remove a request that was answered; one that is held open is removed the next time."""
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return

    def sweep(self, now: datetime) -> None:
        """Remove old answers, and what was begun and never became a request; `now` is UTC."""
        for folder, ends in ((self.answers, ("",)), (self.requests, (".tmp",))):
            for path, at in _plain_files(folder):
                if path.name.endswith(ends) and now.timestamp() - at / 1e9 > KEPT.total_seconds():
                    self.clear(path)

    def _files(self) -> list[tuple[Path, int]]:
        return [(path, at) for path, at in _plain_files(self.requests) if path.name.endswith(_END)]

    def _answer(self, number: str) -> Path:
        return self.answers / f"{number}{_END}"


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that readers see all of it or none; raises OSError."""
    begun = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        handle = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)


def _plain_files(folder: Path) -> list[tuple[Path, int]]:
    """Return this user's plain files with the time of their last change in nanoseconds, oldest first."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode) and _is_ours(facts):
                    found.append((Path(entry.path), facts.st_mtime_ns))
    except OSError:  # removed meanwhile, never made, or not to be read just now
        return found
    return sorted(found, key=lambda one: (one[1], one[0].name))


def _moment(at: int, now: datetime) -> datetime:
    """Return a file's time, given in nanoseconds; `now` for one of no year that a calendar has."""
    try:
        return datetime.fromtimestamp(at / 1e9, tz=now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return now


def _told(path: Path, number: str) -> Envelope | Bad | None:
    """Return what a file asks for; None where it is gone, another's, or cannot be read now."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts):
            return None
        data = stream.read(LARGEST + 1)
    if not number:
        return Bad(
            "", "A request's file is named by its number: letters, digits, dots, hyphens and underscores."
        )
    return read(data, number)


def _is_ours(facts: os.stat_result) -> bool:
    """Say whether a file is this user's; Windows' folder of the user says so by itself."""
    return sys.platform == "win32" or facts.st_uid == os.getuid()
