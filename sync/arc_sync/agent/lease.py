"""The lease of a book: one agent works on it at a time."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Final

from arc_sheets.errors import LedgerBusy
from arc_sync.ledger.port import Ledger

#: How long a lease lasts without being renewed: longer than any round, shorter than a coffee.
LEASE: Final = timedelta(minutes=5)


def take_lease(ledger: Ledger, book: str, now: datetime, *, takeover: bool) -> int:
    """Take a book's lease and return its epoch; that of a process of this machine that is gone does not count.

    `takeover` takes it even while another holder's lasts. Raises `LedgerBusy`.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}"
    try:
        return ledger.lease(book, holder, now, now + LEASE, takeover=takeover)
    except LedgerBusy:
        record = next(b for b in ledger.books() if b.id == book)
        if not _is_dead(record.holder):
            raise
        return ledger.lease(book, holder, now, now + LEASE, takeover=True)


def _is_dead(holder: str) -> bool:
    """Say whether the holder was a process of this machine that is gone."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit() or os.name == "nt":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
