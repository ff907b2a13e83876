"""Reaching the LibreOffice that a person works with.

It listens to nobody by itself. Started once more with `--accept`, it hands the wish over to the instance that runs
already and ends at once (desktop/source/app/officeipcthread.cxx): from then on that one listens at a pipe that only
this user can open. If none runs, none is started. `ARC_OFFICE`, a UNO address, names one that listens already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from arc_sheets.errors import BookError
from arc_sync.books.office.process import Bridge, connect, program

#: Seconds until a running LibreOffice listens.
_LISTENS: Final = 5


class Desktop:
    """The way to this user's LibreOffice, kept open from round to round."""

    def __init__(self) -> None:
        self._bridge: Bridge | None = None

    def reach(self) -> Bridge | None:
        """Return a bridge; None if no LibreOffice of this user runs, or nothing here can speak to it."""
        if self._bridge is not None and _answers(self._bridge):
            return self._bridge
        if told := os.environ.get("ARC_OFFICE"):
            self._bridge = connect(told)
        else:
            self._bridge = _reached() if is_running() else None
        return self._bridge


def is_running() -> bool:
    """Say whether a LibreOffice of this user runs, by the pipe through which its instances find each other."""
    if sys.platform == "win32":
        return False  # there it is Excel that people work with
    pipes = Path(tempfile.gettempdir()).glob(f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_*")
    return any(pipe.is_socket() for pipe in pipes)


def _reached() -> Bridge | None:
    if sys.platform == "win32":
        return None
    address = f"pipe,name=arc_{os.getuid()}"
    try:
        bridge = connect(address)
        if bridge is None:
            subprocess.run(  # noqa: S603 (LibreOffice, found on the path)
                [program(), f"--accept={address};urp;"], check=False, capture_output=True, timeout=_LISTENS
            )
            bridge = connect(address, wait=_LISTENS)
    except (BookError, subprocess.TimeoutExpired):
        return None
    return bridge


def _answers(bridge: Bridge) -> bool:
    try:
        bridge.ask("books")
    except ConnectionError:
        return False
    return True
