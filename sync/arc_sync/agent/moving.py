"""A firm's ledger moved to another place, or brought back from a backup; the old one is kept beside, under another name."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from arc_sheets.dates import wall_clock
from arc_sheets.errors import ConfigError, LedgerBusy, LedgerError, LedgerMissing
from arc_sync.agent.config import Config
from arc_sync.agent.places import IN_PGPASS, holds_password
from arc_sync.agent.running.lock import Lock
from arc_sync.ledger.backup import Tried, back_up_to, try_out
from arc_sync.ledger.copying import Totals, copy_ledger
from arc_sync.ledger.open import open_ledger


class Moved(NamedTuple):
    """What a move brought over, and what became of the old ledger."""

    totals: Totals
    kept: Path | None  #: where the old file lies now; None: it was no file


def move(source: str, target: str, now: datetime, lock: Lock) -> Moved:
    """Copy all of a ledger to an empty place, prove it, and put the old file aside; `now` is UTC.

    Nobody can write to the old ledger meanwhile. Raises `ConfigError` or `LedgerError`, and then all is as it was.
    """
    _not_while_it_runs(lock)
    if file_of(source) and file_of(source) == file_of(target):
        raise ConfigError("Both are the same place; name another to move the ledger to.")
    if holds_password(target):
        raise ConfigError(IN_PGPASS)
    ledger = open_ledger(source)
    try:
        totals = copy_ledger(ledger, target, alone=True)
    finally:
        ledger.close()
    return Moved(totals, _aside(file_of(source), now, "moved"))


def restore(config: Config, backup: Path, now: datetime, lock: Lock) -> tuple[Tried, Path | None]:
    """Put a backup in the place of the firm's ledger; return what it holds and where the old one lies now.

    The backup is tried first. Raises `ConfigError` or `LedgerError`, and then all is as it was.
    """
    _not_while_it_runs(lock)
    place = file_of(config.ledger)
    if place is None:
        raise ConfigError(
            "The ledger is on a server: make an empty database there, run"
            f" arc ledger move {backup} postgresql://user@host/database, and name it in arc.toml."
        )
    tried = tried_out(backup)
    if tried.wrong:
        raise LedgerError(f"The backup {backup} does not prove right: {tried.wrong[0]} Nothing was changed.")
    new = place.with_name(f".{place.name}.restored")
    back_up_to(backup, new)
    kept = _aside(place, now, "until")
    new.replace(place)
    return tried, kept


def tried_out(backup: Path) -> Tried:
    """Open a copy of a backup and verify it; raises `LedgerMissing` or `LedgerError`."""
    if not backup.is_file():
        raise LedgerMissing(f"There is no backup {backup}; arc restore lists those there are.")
    with tempfile.TemporaryDirectory(prefix="arc-restore-") as scratch:
        return try_out(backup, Path(scratch))


def is_known(config: Config, tried: Tried) -> bool | None:
    """Say whether the firm's ledger, as it is now, has the history of a backup; None: it is lost. Raises `LedgerBusy`."""
    try:
        ledger = open_ledger(config.ledger)
    except LedgerBusy:
        raise
    except LedgerError:  # missing or damaged: that is what backups are for
        return None
    try:
        with ledger.read() as view:
            n = tried.head.n
            known = view.changes(n - 1, n) if n and n <= view.head().n else ()
        return ledger.id == tried.ledger and (not n or (bool(known) and known[0].hash == tried.head.hash))
    finally:
        ledger.close()


def _not_while_it_runs(lock: Lock) -> None:
    if lock.is_held():
        raise ConfigError("The agent runs; stop it first with arc agent stop, and start it again afterwards.")


def file_of(place: str) -> Path | None:
    """Return the file that the place of a ledger names, None if it is a server's address."""
    if "://" not in place:
        return Path(place).expanduser().absolute()
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        return None
    return Path(url.database).absolute() if url.get_backend_name() == "sqlite" and url.database else None


def _aside(path: Path | None, now: datetime, word: str) -> Path | None:
    """Give an old ledger's file another name, with what SQLite keeps beside it; return where it is."""
    if path is None or not path.exists():
        return None
    kept = path.with_name(f"{path.stem} {word} {wall_clock(now, None):%Y-%m-%d %H%M%S}{path.suffix}")
    for end in ("-wal", "-shm"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            shutil.move(beside, kept.with_name(kept.name + end))
    return path.rename(kept)
