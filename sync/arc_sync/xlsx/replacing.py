"""The last step of saving: one file takes another's place, whole or not at all."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_TRIES, _PAUSE = 12, 0.1  # virus scanners and indexers hold a file for tens of milliseconds


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(new: Path, target: Path) -> None:
    """Let `new` take the place of `target`, atomically. Raises OSError when it is held by another program."""
    for left in reversed(range(_TRIES)):
        try:
            _replace(new, target)
        except PermissionError:
            if not left or sys.platform != "win32":
                raise
            time.sleep(_PAUSE)
        else:
            return


def _replace(new: Path, target: Path) -> None:
    """Use ReplaceFileW on Windows: it keeps the target's attributes, access rights and streams."""
    if sys.platform == "win32" and target.exists():
        import ctypes  # noqa: PLC0415 - Windows only

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        if not kernel.ReplaceFileW(str(target), str(new), None, 2, None, None):
            raise ctypes.WinError(ctypes.get_last_error())
        return
    new.replace(target)
