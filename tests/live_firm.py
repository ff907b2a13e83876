"""The small firm of `file_firm`, whose book is open in a program in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from arc_sync.books.live import LiveBook
from arc_sync.books.port import Book
from arc_sync.ledger.memory import MemoryLedger
from tests.file_firm import Firm, settings
from tests.hands import Hand
from tests.live_hand import HASTY, LiveHand
from tests.live_memory_book import Workbook, load
from tests.live_memory_engine import opened
from tests.vault import Vault


@dataclass
class LiveFirm(Firm):
    """A ledger, and a book that is open."""

    workbook: Workbook

    @property
    def book(self) -> Book:
        return LiveBook(str(self.path), "Excel", lambda: opened(self.workbook), HASTY)

    @property
    def hand(self) -> Hand:
        return LiveHand(opened(self.workbook), self.workbook.unseen)

    def end(self) -> dict[str, object]:
        with self.workbook.unseen():
            return super().end()

    def calls(self) -> list[str]:
        """Return the calls of one round."""
        del self.workbook.calls[:]
        self.round()
        return list(self.workbook.calls)

    @contextmanager
    def hooked(self, hook: object) -> Iterator[None]:
        """Call `hook` before every call to the program."""
        before, self.workbook.hook = self.workbook.hook, hook  # type: ignore[assignment]  # any callable will do
        try:
            yield
        finally:
            self.workbook.hook = before

    def copied(self) -> LiveFirm:
        """Return the same firm once more."""
        assert isinstance(self.ledger, MemoryLedger)
        ledger = MemoryLedger()
        ledger._id = self.ledger.id
        Vault.of(self.ledger).put_back(ledger)
        return LiveFirm(self.path, ledger, settings(), self.workbook.copy())


def opened_firm(one: Firm) -> LiveFirm:
    """Open the book of a firm whose ledger is in memory."""
    return LiveFirm(one.path, one.ledger, one.settings, load(one.path)).copied()
