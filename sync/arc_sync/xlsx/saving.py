"""Saving: pack, assemble, check, and only then replace; a kill at any instant leaves the old file or the new."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from arc_sync.xlsx.assemble import assemble
from arc_sync.xlsx.errors import Refused
from arc_sync.xlsx.pack import Packed, Piece, spool
from arc_sync.xlsx.parts import follow
from arc_sync.xlsx.prints import fingerprint
from arc_sync.xlsx.replacing import replace, replace_known, sync_folder
from arc_sync.xlsx.rewrite import Rewriter
from arc_sync.xlsx.room import InTheWay
from arc_sync.xlsx.verify import WHOLE, Done, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arc_sync.xlsx.package import Package
    from arc_sync.xlsx.sheet import Sheet

STEPS = ("packed", "written", "synced", "verified", "unchanged", "backed up", "replaced", "folder synced")
_STALE = 86_400  # seconds after which a temporary file is what a killed save left behind


@dataclass(frozen=True, slots=True)
class Backup:
    """Where the replaced file is kept: a folder (by default `.arc-backups` beside the file), the last `keep`."""

    folder: Path | None = None
    keep: int = 5


class PartChange(NamedTuple):
    """One part of the package that is not as it was; sizes are inflated bytes, None where there is none."""

    part: str
    before: int | None
    after: int | None

    def __str__(self) -> str:
        if self.after is None:
            return f"{self.part}: left out ({self.before:,} bytes)"
        if self.before is None:
            return f"{self.part}: added ({self.after:,} bytes)"
        return f"{self.part}: rewritten ({self.before:,} to {self.after:,} bytes)"


class Saved(NamedTuple):
    """What was written: the file, its parts that changed, the backup if one was kept, the new fingerprint."""

    path: Path
    parts: tuple[PartChange, ...]
    untouched: int  # parts that are the same bytes as before
    backup: Path | None
    fingerprint: str  # as `fingerprint(path)` gives it


def save(package: Package, path: Path, backup: Backup | None, hook: Callable[[str], None]) -> Saved:
    """Write the edited package to `path`; in place, the old file is kept as a backup unless that is None.

    `hook` is called with each of STEPS once it is done. Raises Refused with nothing written.
    """
    try:
        with contextlib.ExitStack() as spools:
            packed, done = _pack(package, spools)
            return _save(package, path.resolve(), packed, done, backup, hook)
    except UnicodeDecodeError as error:
        raise Refused(
            "A sheet is not in the encoding it names; open the file in Excel and save it again."
        ) from error
    except Refused:
        package.check_unchanged()  # a file that changed under our hands is the better reason
        raise


def _save(
    package: Package,
    target: Path,
    packed: Mapping[str, Packed],
    done: Mapping[str, Done],
    backup: Backup | None,
    hook: Callable[[str], None],
) -> Saved:
    in_place = target == package.path.resolve()
    changes = _changes(package, packed)
    if in_place and not changes:
        return Saved(target, (), len(package.directory.members), None, package.print)
    hook("packed")
    temporary, kept = _temporary(target), None
    try:
        _write(package, temporary, packed, done, hook)
        package.check_unchanged()
        hook("unchanged")
        if in_place:
            shutil.copymode(package.path, temporary)
            kept = _keep(target, package, backup) if backup else None
        hook("backed up")
        left = fingerprint(temporary)  # of what is written, not of what may be saved over it the next moment
        if not in_place:
            replace(temporary, target)
        elif not _replaced(package, temporary, target):
            raise package.changed()
    finally:
        temporary.unlink(missing_ok=True)
    hook("replaced")
    sync_folder(target.parent)
    hook("folder synced")
    untouched = len(package.directory.members.keys() - packed.keys() - package.dropped)
    return Saved(target, changes, untouched, kept, left)


def _replaced(package: Package, temporary: Path, target: Path) -> bool:
    try:
        return replace_known(temporary, target, package.is_at)
    except FileNotFoundError:
        return False


def _pack(package: Package, spools: contextlib.ExitStack) -> tuple[dict[str, Packed], dict[str, Done]]:
    """Rewrite the edited sheets, then the parts that have to follow."""
    packed: dict[str, Packed] = {}
    done: dict[str, Done] = {}
    formulas_changed = False
    for sheet in package.sheets:
        if sheet.is_edited:
            try:
                rewriter = _rewriter(package, sheet)
                packed[sheet.part] = Packed.of(rewriter.pieces(), spools.enter_context(spool()))
            except InTheWay:  # seldom, so it is only seen while the sheet is written
                sheet.make_room()
                rewriter = _rewriter(package, sheet)
                packed[sheet.part] = Packed.of(rewriter.pieces(), spools.enter_context(spool()))
            done[sheet.part] = rewriter.splicer.done
            formulas_changed |= rewriter.splicer.formulas_changed
    follow(package, formulas_changed=formulas_changed)
    for part, xml in package.edited.items():
        if part not in package.dropped:
            packed[part] = Packed.of([Piece(xml, same=False)], spools.enter_context(spool()))
    return packed, done


def _rewriter(package: Package, sheet: Sheet) -> Rewriter:
    whole = package.directory.members[sheet.part].size <= WHOLE
    return Rewriter(sheet.stream(), sheet.plan(), package.styles, date1904=package.date1904, whole=whole)


def _changes(package: Package, packed: Mapping[str, Packed]) -> tuple[PartChange, ...]:
    members = package.directory.members
    changed = [
        PartChange(members[key].name if key in members else key, _size(package, key), part.size)
        for key, part in packed.items()
    ]
    left_out = [PartChange(members[key].name, members[key].size, None) for key in package.dropped]
    return tuple(sorted(changed + left_out))


def _size(package: Package, key: str) -> int | None:
    member = package.directory.members.get(key)
    return None if member is None else member.size


def _temporary(target: Path) -> Path:
    """Make a temporary file beside the target, and clear away what killed saves left there."""
    _sweep(target.parent, f".~arc-{_literal(target.name)}-*.tmp")
    handle, name = tempfile.mkstemp(prefix=f".~arc-{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    return Path(name)


def _sweep(folder: Path, pattern: str) -> None:
    """Delete the temporary files that nobody has touched for a day.

    A file that has just changed places with the workbook, or is a copy of it, has the workbook's own date, which may be
    old; so it counts as well when the system last changed the entry.
    """
    for left in folder.glob(pattern):
        with contextlib.suppress(OSError):  # another save of ours may have cleared it first
            state = left.stat()
            if time.time() - max(state.st_mtime, state.st_ctime) > _STALE:
                left.unlink()


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _write(
    package: Package,
    temporary: Path,
    packed: Mapping[str, Packed],
    done: Mapping[str, Done],
    hook: Callable[[str], None],
) -> None:
    with temporary.open("wb") as out:
        with package.path.open("rb") as source:
            placed = assemble(source, package.directory, packed, package.dropped, out)
        hook("written")
        out.flush()
        os.fsync(out.fileno())
    hook("synced")
    verify(package, temporary, placed, packed, done)
    hook("verified")


def _keep(target: Path, package: Package, backup: Backup) -> Path:
    """Keep the file that is about to be replaced, named by when it was last changed (UTC), and drop the oldest."""
    folder = backup.folder or target.parent / ".arc-backups"
    folder.mkdir(parents=True, exist_ok=True)
    moment = dt.datetime.fromtimestamp(package.fingerprint.mtime_ns // 10**9, tz=dt.UTC)
    kept = (
        folder / f"{target.stem} {moment:%Y-%m-%d %H.%M.%S}Z {package.fingerprint.sha256[:8]}{target.suffix}"
    )
    if not kept.exists():
        part = kept.with_suffix(".tmp")
        shutil.copy2(target, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(kept)
        sync_folder(folder)
    named = f"{_literal(target.stem)} ????-??-?? ??.??.??Z ????????"
    _sweep(folder, f"{named}.tmp")
    older = sorted(folder.glob(f"{named}{target.suffix}"))
    for old in older[: -backup.keep]:
        if old != kept:
            old.unlink()
    return kept
