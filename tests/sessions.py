"""A user's session in the hands of a real systemd (`systemd --user`), begun and ended by the test, apart from any other."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_MANAGER = Path("/lib/systemd/systemd")


def can_begin() -> bool:
    """Say whether a session can be begun here: there is a systemd, and the system is run by one (or says so)."""
    return _MANAGER.exists() and Path("/run/systemd/system").is_dir() and bool(shutil.which("systemctl"))


def places(folder: Path) -> dict[str, str]:
    """Return the environment of a session whose files all lie in a folder."""
    for name in ("run", "config", "state"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {"XDG_RUNTIME_DIR": "run", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}
    return {**os.environ, **{name: str(folder / place) for name, place in told.items()}}


@contextmanager
def session(environment: Mapping[str, str]) -> Iterator[None]:
    """Log in; at the end log out: systemd stops all that the session started."""
    manager = subprocess.Popen(
        [_MANAGER, "--user", "--unit=default.target"],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    socket = Path(environment["XDG_RUNTIME_DIR"]) / "systemd" / "private"
    try:
        end = time.monotonic() + 20
        while not socket.exists():
            if time.monotonic() > end or manager.poll() is not None:
                raise AssertionError("the session does not begin")
            time.sleep(0.05)
        yield
    finally:
        subprocess.run(
            ["systemctl", "--user", "exit"], env=dict(environment), check=False, capture_output=True
        )
        try:
            manager.wait(40)
        except subprocess.TimeoutExpired:
            manager.kill()
            manager.wait()
        socket.unlink(missing_ok=True)
