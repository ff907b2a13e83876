"""The last step of saving: one file takes another's place, whole or not at all.

Looking at a file and replacing it are two acts, and somebody may save between them. Where the system can let two files
change places (Linux, macOS), what was replaced is looked at afterwards, and put back if it was not the one known.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TRIES, _PAUSE = 12, 0.1  # virus scanners and indexers hold a file for tens of milliseconds
_HERE: Final = -100  # AT_FDCWD
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of renameat2(2), and RENAME_SWAP of renamex_np(2)
_CANNOT: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_known(new: Path, target: Path, known: Callable[[Path], bool]) -> bool:
    """Let `new` take the place of `target` if that is the file known, and say whether it was; else it stays.

    Raises OSError as `replace` does. Where two files cannot change places, a save in the last instant is not seen.
    """
    try:
        return _exchanged(new, target, known)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    if not known(target):
        return False
    replace(new, target)
    return True


def _exchanged(new: Path, target: Path, known: Callable[[Path], bool]) -> bool:
    with ExitStack() as held:  # while a file is held open, no other gets its number
        seen = [held.enter_context(new.open("rb"))]
        exchange(new, target)
        if known(new):
            return True
        while not _is_one(new, seen):  # at last ours comes out again, or what somebody has saved over since
            seen.append(held.enter_context(new.open("rb")))
            exchange(new, target)
    return False


def _is_one(path: Path, files: Sequence[BinaryIO]) -> bool:
    state = path.stat()
    return any(os.path.samestat(state, os.fstat(file.fileno())) for file in files)


def exchange(one: Path, other: Path) -> None:
    """Let two files change places, at once; raises OSError, with EINVAL, ENOSYS or ENOTSUP where that cannot be done."""
    if sys.platform == "win32" or (call := _CALL) is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        failed = call(*names, _EXCHANGE)
    else:
        failed = call(_HERE, names[0], _HERE, names[1], _EXCHANGE)
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _system_call() -> Any:
    """Return the C library's function that lets two files change places; None where it has none."""
    if sys.platform == "win32":
        return None
    name = "renamex_np" if sys.platform == "darwin" else "renameat2"
    return getattr(ctypes.CDLL(None, use_errno=True), name, None)


_CALL: Final = _system_call()


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
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        if not kernel.ReplaceFileW(str(target), str(new), None, 2, None, None):
            raise ctypes.WinError(ctypes.get_last_error())
        return
    new.replace(target)
