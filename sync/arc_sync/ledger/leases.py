"""The rules of a book's lease: pure, the same for every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arc_sheets.errors import Fenced, LedgerBusy, LedgerError
from arc_sync.ledger.port import BookRecord
from arc_sync.merge.history import At


def unknown(book: str) -> LedgerError:
    """Return the error for a book that the ledger does not know."""
    return LedgerError(f"The ledger does not know the book {book}; add the book first.")


def leased(known: BookRecord, holder: str, now: datetime, until: datetime, *, takeover: bool) -> BookRecord:
    """Return the book as leased to `holder` with its next epoch; raises `LedgerBusy` while another's lasts."""
    if known.holder not in ("", holder) and known.until and known.until > now and not takeover:
        raise LedgerBusy(
            f"{known.where} is being brought in step by {known.holder} at this moment; try again in a minute. Should"
            f" that computer have stopped, the book is free at {known.until:%H:%M:%S} UTC."
        )
    return replace(known, epoch=known.epoch + 1, holder=holder, until=until)


def released(known: BookRecord, epoch: int) -> BookRecord:
    """Return the book without its lease, if the lease is still this epoch's."""
    return replace(known, holder="", until=None) if known.epoch == epoch else known


def acknowledged(known: BookRecord, epoch: int, at: At, fingerprint: str) -> BookRecord:
    """Return the book standing at `at`; raises `Fenced` if the epoch is old."""
    check_epoch(known, epoch)
    return replace(known, at=at, fingerprint=fingerprint)


def check_epoch(known: BookRecord, epoch: int) -> None:
    """Raise `Fenced` unless `epoch` is still the book's."""
    if known.epoch != epoch:
        raise Fenced(
            f"Another agent{' (' + known.holder + ')' if known.holder else ''} took over {known.where};"
            " nothing of this round was kept. Run it again."
        )
