"""A launchd agent (macOS): launchd.plist(5), launchctl(1)."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import Final

from arc_sheets.errors import ConfigError
from arc_sync.agent.running.service.port import Runner, Start, gone_on_refusal, needed, refusal

LABEL: Final = "com.arc-sheets.agent"
_GONE: Final = (3, 113)  # launchctl's codes for a service that is not loaded


def plist(start: Start) -> bytes:
    """Return the agent's property list. It is restarted where it failed, in the session that shows windows: Excel's."""
    told: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": list(start.command),
        "EnvironmentVariables": dict(sorted(start.environment.items())),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Standard",
        "ThrottleInterval": 10,
        "ExitTimeOut": 20,
        "Umask": 0o077,
        "StandardOutPath": "/dev/null",
        "StandardErrorPath": str(start.log / "start.err"),
    }
    return plistlib.dumps(told)


class Launchd:
    """A `Service` of launchd."""

    def __init__(self, start: Start, folder: Path, run: Runner, user: int | None = None) -> None:
        self._start, self._path, self._run = start, folder / f"{LABEL}.plist", run
        self._domain = f"gui/{os.getuid() if user is None else user}"

    def install(self) -> str:
        """Write the list and load it; see the port."""
        with gone_on_refusal(self._path):
            self._write()
            self._unload()
            needed(self._run, "launchctl", "bootstrap", self._domain, str(self._path))
        return str(self._path)

    def uninstall(self) -> None:
        """Unload it and take the list away; see the port."""
        self._unload()
        self._path.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it now, loaded already or not."""
        if self._run(("launchctl", "kickstart", f"{self._domain}/{LABEL}")).code:
            needed(self._run, "launchctl", "bootstrap", self._domain, str(self._path))

    def is_installed(self) -> bool:
        """Say whether the list is there."""
        return self._path.exists()

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._start.log.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_bytes(plist(self._start))
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written ({error.strerror}); allow writing there."
            ) from None

    def _unload(self) -> None:
        ran = self._run(("launchctl", "bootout", f"{self._domain}/{LABEL}"))
        if ran.code not in (0, *_GONE):
            raise refusal("launchctl", ran, "Try again.")
