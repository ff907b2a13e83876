"""A systemd user unit (Linux): systemd.unit(5), systemd.service(5)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox.spool import write_whole
from arc_sync.agent.running.service.port import LATER, Runner, Start, gone_on_refusal, needed

NAME: Final = "arc-agent.service"
_OURS: Final = ("systemctl", "--user")
_UNIT: Final = """\
[Unit]
Description=ARC Sheets agent
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=/usr/bin/env {command}
{environment}Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
KillMode=mixed
TimeoutStopSec=20
Nice=5
StandardOutput=null
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def unit(start: Start) -> str:
    """Return the text of the unit. Exit code 2 is the agent's own refusal, in words: trying again would not help.

    By way of `env`, as systemd refuses a program whose path has quotation marks in it.
    """
    lines = "".join(f"Environment={_quoted(f'{k}={v}')}\n" for k, v in sorted(start.environment.items()))
    return _UNIT.format(command=" ".join(map(_argument, start.command)), environment=lines)


def usual_folder(environment: Mapping[str, str]) -> Path:
    """Return where the user's units lie."""
    home = Path(environment.get("HOME") or Path.home())
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"


class Systemd:
    """A `Service` of systemd."""

    def __init__(self, start: Start, folder: Path, run: Runner) -> None:
        self._start, self._path, self._run = start, folder / NAME, run

    def install(self) -> str:
        """Write the unit and start it; see the port."""
        with gone_on_refusal(self._path):
            self._write()
            self._do("daemon-reload")
            self._do("enable", NAME)
            self._do("restart", NAME)
        return str(self._path)

    def uninstall(self) -> None:
        """Stop it and take the unit away; see the port."""
        if self._path.exists():
            needed(self._run, *_OURS, "disable", "--now", NAME, instead=LATER)
            self._path.unlink()
            needed(self._run, *_OURS, "daemon-reload", instead=LATER)

    def start(self) -> None:
        """Start it now."""
        self._do("start", NAME)

    def is_installed(self) -> bool:
        """Say whether the unit is there."""
        return self._path.exists()

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, unit(self._start))
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written ({error.strerror}); allow writing there."
            ) from None

    def _do(self, *words: str) -> None:
        needed(self._run, *_OURS, *words)


def _argument(text: str) -> str:
    """Return one word of a command line as systemd reads it: it fills in $NAME there."""
    return _quoted(text.replace("$", "$$"))


def _quoted(text: str) -> str:
    """Return a text in quotation marks; % begins a specifier, also within them."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("\n", "\\n")
    return f'"{plain}"'
