"""The agent's log: one JSON object a line, rotated, without names, addresses or amounts.

It is so by what may be written at all: counts, and a few words of ARC's own. No sentence, path or cell gets in, so
that a log may be sent to whoever helps.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

#: Bytes of one log file, and how many are kept besides the newest.
_SIZE, _KEPT = 1_000_000, 5
#: The facts that are words; all others are whole numbers.
_WORDS: Final = frozenset({"job", "kind", "version", "system", "python"})
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_PLACE: Final = re.compile(r"[\w.<>-]+:\d+ [\w<>.]+")


class _Handler(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Let a line go that cannot be written: a full disk must not stop the work."""


class Log:
    """The log in a folder."""

    def __init__(self, folder: Path) -> None:
        for one in (folder.parent, folder):  # a mode is for the last folder of a path only
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / "agent.log"
        self._handler = _Handler(self.path, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(message)s"))

    def note(self, event: str, firm: str = "", trace: Sequence[str] = (), **facts: int | str) -> None:
        """Write a line: what happened, for which firm (its key), and facts about it; raises ValueError for a text."""
        if not _WORD.fullmatch(event):
            raise ValueError(f"{event} must be one word")
        line: dict[str, Any] = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "event": event}
        if firm:
            line["firm"] = _word(firm)
        line |= {name: _fact(name, value) for name, value in facts.items()}
        if trace:
            line["trace"] = [place for place in trace if _PLACE.fullmatch(place)]
        text = json.dumps(line, separators=(",", ":"))
        self._handler.handle(logging.LogRecord("arc", logging.INFO, "", 0, text, None, None))

    def close(self) -> None:
        """Let the file go."""
        self._handler.close()


def places_of(error: Exception) -> tuple[str, ...]:
    """Return where an error came from: file names, functions and lines of ARC and its libraries, and no values."""
    frames = traceback.extract_tb(error.__traceback__)
    return tuple(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-8:])


def newest(folder: Path, many: int) -> list[str]:
    """Return the newest lines, the last one last."""
    lines: list[str] = []
    for path in _files(folder):
        with suppress(OSError):
            lines = path.read_text("utf-8", "replace").splitlines() + lines
        if len(lines) >= many:
            break
    return lines[-many:]


def _files(folder: Path) -> Iterator[Path]:
    yield folder / "agent.log"
    yield from (folder / f"agent.log.{n}" for n in range(1, _KEPT + 1))


def _fact(name: str, value: int | str) -> int | str:
    if isinstance(value, int):
        return value
    if name not in _WORDS:
        raise ValueError(f"{name} of the log must be a whole number")
    return _word(value)


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else "?"
