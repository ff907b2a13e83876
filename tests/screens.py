"""Pages drawn by Chromium without a window."""

from __future__ import annotations

import subprocess
from pathlib import Path

_QUIET = (
    "no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update disable-sync"
)


def shoot(source: Path, picture: Path, size: tuple[int, int], profile: Path) -> None:
    """Draw an HTML file into a PNG file of this width and height in pixels; `profile` is a folder for Chromium."""
    quiet = [f"--{flag}" for flag in _QUIET.split()]
    shot = ["--hide-scrollbars", f"--window-size={size[0]},{size[1]}", f"--screenshot={picture}"]
    command = ["chromium", "--headless", *quiet, f"--user-data-dir={profile}", *shot, source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
