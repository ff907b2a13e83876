"""Reaching the LibreOffice that a person works with.

It listens to nobody by itself. Started once more with `--accept`, it hands the wish over to the instance that runs
already and ends at once (desktop/source/app/officeipcthread.cxx): from then on that one listens at a pipe that only
this user can open. If none runs, none is started. `ARC_OFFICE`, a UNO address, names one that listens already.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from arc_sheets.errors import BookError
from arc_sync.books.office.process import Bridge, connect, program

#: Seconds until a running LibreOffice listens.
_LISTENS: Final = 5
_PIPES: Final = Path("/tmp")  # noqa: S108 (LibreOffice's own choice)
_SOCKETS: Final = Path("/proc/net/unix")  #: those that somebody holds open; see proc(5)


class Desktop:
    """The way to this user's LibreOffice, kept open from round to round."""

    def __init__(self) -> None:
        self._bridge: Bridge | None = None
        self._told = ""  #: `ARC_OFFICE` as the bridge was built

    def reach(self) -> Bridge | None:
        """Return a bridge; None if no LibreOffice of this user runs, or nothing here can speak to it."""
        told = os.environ.get("ARC_OFFICE", "")
        if self._bridge is not None and self._told == told and _answers(self._bridge):
            return self._bridge
        self.close()
        self._told = told
        if told:
            self._bridge = connect(told)
        else:
            self._bridge = _reached() if is_running() else None
        return self._bridge

    def close(self) -> None:
        """End the bridge, if there is one; the office goes on."""
        bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.close()


def is_running(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether a LibreOffice of this user runs with their usual profile: somebody holds its pipe open.

    A pipe may be left from one that crashed, and one with another profile would not hear the wish: then `--accept`
    would start a LibreOffice that nobody sees.
    """
    if sys.platform == "win32":
        return False  # there it is Excel that people work with
    pipe = pipe_of(environment)
    try:
        sockets = _SOCKETS.read_text("utf-8", "replace").splitlines()
    except OSError:  # no Linux
        return pipe.is_socket()
    return any(line.endswith(f" {pipe}") for line in sockets)


def pipe_of(environment: Mapping[str, str]) -> Path:
    """Return the pipe at which a LibreOffice hears of another one that starts with the same profile.

    It is named by a digest of the profile's address, in hex without leading zeros (`CreateMD5FromString` in
    desktop/source/app/officeipcthread.cxx), and lies where osl puts pipes (sal/osl/unx/pipe.cxx).
    """
    home = Path(environment.get("HOME") or Path.home())
    profile = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "libreoffice" / "4"
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    return _PIPES / f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in digest)}"


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
