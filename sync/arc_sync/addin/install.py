r"""ARC.xlam where Excel loads it by itself: the folder whose workbooks it opens at every start.

Windows: `%APPDATA%\Microsoft\Excel\XLSTART`, which Office trusts unless the firm has changed that, and for which
nothing is written to the registry. macOS: Startup/Excel in Office's group container. Files that came from the internet
or by mail bear a mark (the stream Zone.Identifier), and Excel blocks their macros; a file written here has none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from arc_sheets.errors import ConfigError
from arc_sync.addin.package import version_of
from arc_sync.addin.xlam import NAME, build

_MARK: Final = ":Zone.Identifier"
_OPEN: Final = "Close Excel and try again; it holds the add-in open while it runs."


class Stand(Enum):
    """How it stands with the add-in."""

    MISSING = "not installed"
    CURRENT = "installed"
    OTHER = "installed, but not as this ARC builds it"


class Installed(NamedTuple):
    """What lies where Excel looks."""

    path: Path
    stand: Stand
    version: str = ""  #: of the file found, "" if it does not say
    marked: bool = False  #: it came from the internet or by mail, so Excel blocks its macros


def usual_folder(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Return the folder from which Excel loads add-ins; raises `ConfigError` where there is no Excel."""
    home = Path(environment.get("HOME") or Path.home())
    if system == "win32":
        roaming = environment.get("APPDATA")
        return (
            (Path(roaming) if roaming else home / "AppData" / "Roaming") / "Microsoft" / "Excel" / "XLSTART"
        )
    if system == "darwin":
        office = home / "Library" / "Group Containers" / "UBF8T346G9.Office"
        return office / "User Content.localized" / "Startup.localized" / "Excel"
    raise ConfigError(
        "Excel runs on Windows and macOS only; make the add-in with arc addin build, and install it there with"
        " arc addin install."
    )


def install(folder: Path, content: bytes | None = None) -> Path:
    """Put the add-in into a folder, whole or not at all; raises `ConfigError` where that cannot be."""
    path, content = folder / NAME, build() if content is None else content
    beside = path.with_name(f"{NAME}.new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}). {_OPEN}") from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    _unmark(path)
    return path


def uninstall(folder: Path) -> Path | None:
    """Take the add-in away and return where it was, None if it was not there; raises `ConfigError`."""
    path = folder / NAME
    try:
        path.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be removed ({error.strerror}). {_OPEN}") from None
    return path


def look(folder: Path) -> Installed:
    """Return how it stands with the add-in in a folder; raises `ConfigError` where it cannot be read."""
    path = folder / NAME
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return Installed(path, Stand.MISSING)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); allow reading it.") from None
    stand = Stand.CURRENT if found == build() else Stand.OTHER
    return Installed(path, stand, version_of(found), _marked(path))


def _marked(path: Path) -> bool:
    """Say whether Windows marks a file as one from elsewhere; other systems have no such stream."""
    return sys.platform == "win32" and Path(f"{path}{_MARK}").exists()


def _unmark(path: Path) -> None:
    """Take the mark from the file that was just written, should it have inherited one."""
    if sys.platform == "win32":
        with suppress(OSError):
            Path(f"{path}{_MARK}").unlink(missing_ok=True)
