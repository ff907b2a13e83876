"""Has anything happened since the last round? Told without reading a tab or loading a heavy library.

A book is in step when its file has the fingerprint that the last acknowledged round left in the ledger, the
ledger's head is that round's, no message is on its way, and neither the day, the settings nor ARC itself have
changed.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arc_sheets.errors import ConfigError
from arc_sync.agent.places import BOOK, LEDGER, beside, find, parsed, read_settings, stamp_of
from arc_sync.google.addresses import spreadsheet_of
from arc_sync.ledger.glance import glance
from arc_sync.merge.history import At

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

_END: Final = b"PK\5\6"  # of a zip (APPNOTE 4.3.16); then six numbers, of which 5 and 6 are needed
_COUNTS: Final = struct.Struct("<4s4H2LH")


def quietly_in_step(config: Path | None, now: datetime, *, mail_may_wait: bool = False) -> int | None:
    """Return how many issues wait for a person if book and ledger are in step; None: look closely.

    `now` is UTC. Whatever is wrong gives None: the long way says what it is. With `mail_may_wait` a message on its
    way is looked at closely only once its time has come.
    """
    try:
        return _in_step(config, now, mail_may_wait=mail_may_wait)
    except (
        ConfigError,
        OSError,
        KeyError,
        ValueError,
    ):  # the last two: no place, no zone, no record of ARC's
        return None


def _in_step(config: Path | None, now: datetime, *, mail_may_wait: bool) -> int | None:
    file = find(config)
    text = read_settings(file)
    told = parsed(file, text)
    book, ledger = told.get("book", BOOK), told.get("ledger", LEDGER)
    if not (isinstance(book, str) and isinstance(ledger, str)) or spreadsheet_of(book):
        return None
    place = Path(beside(file, book))
    left = "" if looks_open(place) else directory_print(place)
    seen = glance(beside(file, ledger)) if left else None
    if seen is None or (seen.next_out and not (mail_may_wait and seen.next_out > now)):
        return None
    today = now.astimezone(_zone(told.get("time_zone"))).date()
    mark = mark_of(today, stamp_of(text), left)
    books = (b.fingerprint.rpartition(" ") for b in seen.books if b.at == At(seen.head.n))
    return next((int(waiting) for known, _, waiting in books if known == mark), None)


def _zone(name: object) -> tzinfo | None:
    """Return the firm's zone, None for this machine's; raises ValueError or KeyError if it is none."""
    if not name:
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (only where the settings name one)

    return ZoneInfo(str(name))


def mark_of(today: date, stamp: str, fingerprint: str) -> str:
    """Return what tells a book in step: the day, the settings, the file.

    A round leaves it in the ledger as the book's fingerprint, followed by how many issues wait for a person.
    """
    return f"{today} {stamp} {fingerprint}"


def directory_print(path: Path) -> str:
    """Return what `arc_sync.xlsx.fingerprint` would: a hash of the zip directory; "" where it is not plain."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 66_000))
            tail = file.read()
            at = tail.rfind(_END)
            *_, length, start, _ = _COUNTS.unpack_from(tail, at) if at >= 0 else (0, 0, 0)
            if not length or start + length != size - len(tail) + at:
                return ""
            file.seek(start)
            return hashlib.sha256(file.read(length)).hexdigest()
    except (OSError, struct.error):
        return ""


def looks_open(path: Path) -> bool:
    """Say whether Excel or LibreOffice left its mark beside the file."""
    try:
        return any(path.with_name(name).exists() for name in (f"~${path.name}", f".~lock.{path.name}#"))
    except (OSError, ValueError):  # out of reach, or no name of a file: whoever opens it says which
        return False
