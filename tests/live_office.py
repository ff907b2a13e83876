"""A real LibreOffice for tests, and books open in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xlwings as xw

from arc_sync.books.office.engine import engine
from arc_sync.books.office.process import Bridge, headless


@dataclass(frozen=True)
class Desktop:
    """A LibreOffice without windows."""

    bridge: Bridge

    @contextmanager
    def opened(self, file: Path, folder: Path) -> Iterator[xw.Book]:
        """Open a copy of a file."""
        copy = shutil.copy(file, folder / "book.xlsx")
        (app,) = engine(self.bridge).apps
        book = app.books.open(copy)
        try:
            yield book
        finally:
            book.close()


@contextmanager
def running() -> Iterator[Desktop]:
    """Start LibreOffice."""
    with headless() as bridge:
        yield Desktop(bridge)
