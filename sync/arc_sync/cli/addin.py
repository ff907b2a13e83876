"""`arc addin`: the ribbon for Excel, built and put where Excel loads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arc_sync.cli.out import FINE, PERSON, Json, answer, finish, say

if TYPE_CHECKING:
    from arc_sync.addin.install import Installed

Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Where Excel loads add-ins. [default: its own folder for that]"),
]
_MARKED: Final = (
    "Windows marks the file as one from elsewhere, so Excel blocks its macros: run arc addin install, which writes a"
    " file of its own."
)
_TRUST: Final = (
    "Excel trusts this folder unless your firm has changed that; then ask for it to be a trusted location."
    " A copy that came by mail or download is blocked: install it on each computer with this command."
)
_NOT_SIGNED: Final = (
    "The add-in is not signed; a firm that asks for signed macros signs it with its own certificate."
)


def build(
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path("ARC.xlam"),
    json: Json = False,
) -> None:
    """Build ARC.xlam from its texts.

    Works on any system, without Excel; the same ARC gives the same bytes.
    """
    from arc_sheets.errors import ConfigError
    from arc_sync.addin.xlam import build as built

    content = built()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{out} cannot be written ({error.strerror}); choose another file.") from None
    if json:
        answer({"file": str(out.absolute()), "bytes": len(content)})
    else:
        say(f"{out} is built, {len(content):,} bytes.", _NOT_SIGNED)
    finish(FINE)


def install(folder: Folder = None, json: Json = False) -> None:
    """Put the ARC tab into Excel.

    Writes ARC.xlam where Excel loads it at every start; nothing goes to the registry.
    """
    from arc_sync.addin import install as place

    path = place.install(folder or place.usual_folder())
    if json:
        answer({"file": str(path)})
    else:
        say(f"The ARC tab is installed in {path}; start Excel anew to see it.", _TRUST, _NOT_SIGNED)
    finish(FINE)


def uninstall(folder: Folder = None, json: Json = False) -> None:
    """Take the ARC tab out of Excel."""
    from arc_sync.addin import install as place

    where = folder or place.usual_folder()
    path = place.uninstall(where)
    if json:
        answer({"removed": str(path) if path else None})
    else:
        say(f"{path} is removed; Excel shows no ARC tab from its next start." if path else _nothing(where))
    finish(FINE)


def _nothing(where: Path) -> str:
    return f"There is no ARC tab to remove in {where}."


def status(folder: Folder = None, json: Json = False) -> None:
    """Say whether the ARC tab is installed, and of which version.

    Exits with 1 where it is not, or another one than this ARC's.
    """
    from arc_sync.addin import install as place

    found = place.look(folder or place.usual_folder())
    if json:
        told = {"file": str(found.path), "stand": found.stand.name.lower(), "version": found.version or None}
        answer({**told, "blocked": found.marked})
    else:
        say(*_told(found))
    finish(FINE if found.stand is place.Stand.CURRENT and not found.marked else PERSON)


def _told(found: Installed) -> list[str]:
    from arc_sync.addin.install import Stand

    version = f", version {found.version}" if found.version else ""
    if found.stand is Stand.MISSING:
        return [f"The ARC tab is not installed in {found.path.parent}; run arc addin install."]
    said = f"The ARC tab is installed in {found.path}{version}."
    if found.stand is Stand.OTHER:
        said = (
            f"The ARC tab in {found.path}{version} is not this ARC's; close Excel and run arc addin install."
        )
    return [said, *[_MARKED] * found.marked]


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "build": build,
    "install": install,
    "uninstall": uninstall,
    "status": status,
}
