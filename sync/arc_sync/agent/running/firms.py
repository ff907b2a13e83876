"""The firms that this user's agent keeps: a list of `arc.toml` files in its own folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from arc_sheets.errors import ConfigError
from arc_sync.agent.inbox.spool import write_whole
from arc_sync.agent.places import find

_NAME: Final = "firms.json"


def listed(home: Path) -> list[Path]:
    """Return the firms' settings files, in the order in which they were added; raises `ConfigError`."""
    path = home / _NAME
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        raise ConfigError(
            f"{path} cannot be read; remove it, and add the firms again with arc agent add."
        ) from None
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        raise ConfigError(f"{path} is no list of settings files; remove it, and add the firms again.")
    return [Path(one) for one in told]


def add(home: Path, path: Path | None) -> tuple[Path, bool]:
    """Add a firm by its settings or their folder; return the file, and whether it is new. Raises `ConfigError`."""
    file, known = find(path).resolve(), listed(home)
    if file not in known:
        _keep(home, [*known, file])
    return file, file not in known


def remove(home: Path, path: Path | None) -> Path:
    """Take a firm out; raises `ConfigError` where it is not in the list. Its files stay as they are."""
    place = (path or Path()).expanduser().resolve()
    known = listed(home)
    file = next((one for one in known if place in (one, one.parent)), None)
    if file is None:
        raise ConfigError(f"The agent does not keep {place}; {_kept(known)}.")
    _keep(home, [one for one in known if one != file])
    return file


def _kept(known: list[Path]) -> str:
    """Return which firms there are to name, a clause."""
    if not known:
        return "it keeps no firm"
    return f"name one of those that it keeps: {', '.join(map(str, known))}"


def _keep(home: Path, files: list[Path]) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(home / _NAME, json.dumps([str(one) for one in files], indent=1, ensure_ascii=False))
    except OSError as error:
        raise ConfigError(f"{home} cannot be written ({error.strerror}); allow writing there.") from None
