"""Backups of a ledger: one SQLite file each, made while everybody works on, and tried before it counts as one.

An SQLite ledger is copied page by page by SQLite's own online backup (sqlite.org/backup.html), which starts over when
somebody writes meanwhile. One on a server is copied row by row (`copying`). Either way the file is opened as a
ledger and its history verified; only then does it get its name.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from arc_sheets.errors import LedgerError
from arc_sync.ledger.copying import copy_ledger, totals_of
from arc_sync.ledger.open import open_ledger
from arc_sync.ledger.sql import SqlLedger
from arc_sync.ledger.trouble import spoken
from arc_sync.merge.history import Bookmark

_NAME: Final = re.compile(r"ledger-(\d{4}-\d\d-\d\dT\d{6}Z)\.db")
_STAMP: Final = "%Y-%m-%dT%H%M%SZ"
#: Pages copied at a time, between which others may write.
_PAGES: Final = 4096


class Backup(NamedTuple):
    """A backup that lies in a folder."""

    path: Path
    when: datetime  #: UTC


class Tried(NamedTuple):
    """What a backup holds, found by opening a copy of it."""

    ledger: str  #: its id
    head: Bookmark
    rows: int  #: live rows of all tabs
    wrong: tuple[str, ...]  #: what its history lacks, in sentences


def back_up(ledger: SqlLedger, place: str, folder: Path, now: datetime) -> Backup:
    """Make a backup in a folder, try it, and return it; `now` is UTC, `place` is where the ledger is.

    Raises `LedgerError`, and then no backup of that name is there. The files are their owner's alone.
    """
    path = folder / f"ledger-{now.astimezone(UTC).strftime(_STAMP)}.db"
    begun = path.with_suffix(".tmp")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _discard(begun)
        begun.touch(mode=0o600)
        if "://" in place:
            begun.unlink()
            copy_ledger(ledger, begun)
        else:
            _copy_pages(Path(place), begun)
        tried = _look(begun)
        if tried.wrong or tried.ledger != ledger.id:
            raise LedgerError(
                f"The backup {path.name} does not prove right: {tried.wrong[0] if tried.wrong else 'it is another ledger'}"
            )
        begun.chmod(0o600)
        begun.replace(path)
    except OSError as error:
        raise LedgerError(
            f"The backup {path} cannot be written ({error.strerror}); make room there, or name another folder under"
            " [agent] in arc.toml."
        ) from None
    finally:
        _discard(begun)
    return Backup(path, now)


def backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, the newest first."""
    found = ((path, _NAME.fullmatch(path.name)) for path in folder.glob("ledger-*.db"))
    made = [Backup(p, datetime.strptime(hit[1], _STAMP).replace(tzinfo=UTC)) for p, hit in found if hit]
    return sorted(made, key=lambda one: one.when, reverse=True)


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups; return those removed. What cannot be removed is left."""
    gone = []
    for old in backups(folder)[keep:]:
        with suppress(OSError):
            old.path.unlink()
            gone.append(old.path)
    return gone


def try_out(backup: Path, scratch: Path) -> Tried:
    """Open a copy of a backup in the folder `scratch` as a ledger, and verify it whole; raises `LedgerError`.

    The backup itself is only read.
    """
    copy = scratch / "restored.db"
    try:
        _copy_pages(backup, copy)
        return _look(copy)
    finally:
        _discard(copy)


def back_up_to(source: Path, target: Path) -> None:
    """Copy an SQLite ledger's file to another, whole, though others may have it open; raises `LedgerError`."""
    _discard(target)
    try:
        target.touch(mode=0o600)
    except OSError as error:
        raise LedgerError(f"{target} cannot be written ({error.strerror}); make room there.") from None
    _copy_pages(source, target)


def _look(path: Path) -> Tried:
    ledger = open_ledger(path)
    try:
        with ledger.connected(alone=False) as connection:
            totals = totals_of(connection)
        return Tried(ledger.id, totals.head, sum(totals.rows.values()), tuple(ledger.verify()))
    finally:
        ledger.close()
        _fold(path)


def _copy_pages(source: Path, target: Path) -> None:
    """Copy an SQLite database by its online backup; raises `LedgerError`."""
    with (
        spoken(str(source)),
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as there,
        closing(sqlite3.connect(target, timeout=10)) as here,
    ):
        there.backup(here, pages=_PAGES, sleep=0.05)
        here.execute("PRAGMA journal_mode = DELETE")  # one file, not three


def _fold(path: Path) -> None:
    """Let a database be one file again, without the write-ahead log that opening it as a ledger set."""
    with spoken(str(path)), closing(sqlite3.connect(path, timeout=10)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _discard(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError, NotADirectoryError):
            path.with_name(path.name + end).unlink()
