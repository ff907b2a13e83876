"""Yesterday's ledger, kept and brought back: what an administrator may do to a ledger in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from arc_sync.ledger.memory import MemoryLedger, _Moment
from arc_sync.merge.history import ChangeSet


@dataclass(frozen=True, slots=True)
class Vault:
    """A copy of all that a ledger in memory holds."""

    moment: _Moment
    sets: tuple[ChangeSet, ...]

    @classmethod
    def of(cls, ledger: MemoryLedger) -> Vault:
        """Copy a ledger."""
        return cls(_apart(ledger._now), tuple(ledger._sets))

    def put_back(self, ledger: MemoryLedger) -> None:
        """Let the ledger hold this."""
        ledger._now, ledger._sets = _apart(self.moment), list(self.sets)


@contextmanager
def restored(ledger: MemoryLedger, vault: Vault) -> Iterator[None]:
    """Bring an older ledger back for a while."""
    today = Vault.of(ledger)
    vault.put_back(ledger)
    try:
        yield
    finally:
        today.put_back(ledger)


def _apart(moment: _Moment) -> _Moment:
    n = moment.at.n
    return replace(moment, log=moment.log[:n], born=dict(moment.born))
