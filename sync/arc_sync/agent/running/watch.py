"""Sees files change at once (watchfiles); where the system cannot tell, the rounds of every minute see it too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import watchfiles

#: Milliseconds: changes that follow each other so closely are told together (Excel deletes and renames in one save).
#: Those of a slower save are told one by one, and the agent leaves the file in peace until the last (`SETTLING`).
_STEP, _GATHERED = 25, 1_000
#: Milliseconds after which the thread looks whether it is to end.
_LOOK: Final = 1_000


class Watch:
    """Watches folders, not what lies below them, and tells which paths in them changed."""

    def __init__(self, tell: Callable[[frozenset[Path]], None]) -> None:
        self._tell = tell
        self._folders: frozenset[Path] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def works(self) -> bool:
        """Whether changes are seen at once."""
        return self._thread is not None and self._thread.is_alive()

    def on(self, folders: Iterable[Path]) -> None:
        """Watch these folders, as far as they are there, from now on."""
        there = frozenset(folder for folder in folders if _is_there(folder))
        if there == self._folders and (self.works or not there):
            return
        self.stop()
        self._folders = there
        if there:
            self._stop = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(there, self._stop), name="arc-watch", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None
        self._folders = frozenset()

    def _run(self, folders: frozenset[Path], stop: threading.Event) -> None:
        try:
            for changes in watchfiles.watch(
                *folders,
                watch_filter=None,
                step=_STEP,
                debounce=_GATHERED,
                stop_event=stop,
                rust_timeout=_LOOK,
                raise_interrupt=False,
                recursive=False,
                ignore_permission_denied=True,
            ):
                self._tell(frozenset(Path(path) for _, path in changes))
        except (OSError, RuntimeError):  # too many watches, a folder that is gone: `works` says so
            return


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # not to be entered, or a drive that is out of reach
        return False
